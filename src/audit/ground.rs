//! A close that is run again must not bless what was changed behind its back: what the last
//! seal holds of ground (answers as received, issued invoices) must still be there.

use std::collections::BTreeSet;

use super::chain::Chain;
use super::manifest::{self, FileEntry, Manifest};
use super::seal::{files_of, unverified};
use crate::books::layout::Books;
use crate::capture::store::sha256_hex;
use crate::model::period::Period;
use crate::model::problem::{Problem, io};

/// Compares the books with the period's last seal, if there is one. Answers may have moved
/// to `capture-1` … when the period was captured again; invoices stay where they are.
///
/// # Errors
/// Something sealed is gone or changed (exit 4).
pub(super) fn check(books: &Books, chain: &Chain, period: &Period) -> Result<(), Problem> {
    let Some(event) = chain.of(&period.name).last() else { return Ok(()) };
    let folder = Books::close_dir(period);
    let name = format!("{folder}/{}", manifest::FILE);
    let bytes = std::fs::read(books.path(&name))
        .map_err(|e| unverified("manifest-changed", format!("{name} cannot be read")).because(e.to_string()))?;
    if sha256_hex(&bytes) != event.manifest_sha256 {
        return Err(unverified("manifest-changed", format!("{name} is not what was sealed")));
    }
    let sealed: Manifest = serde_json::from_slice(&bytes)
        .map_err(|e| unverified("manifest-changed", format!("{name} cannot be read")).because(e.to_string()))?;

    let mut present: BTreeSet<FileEntry> = BTreeSet::new();
    for file in files_of(&books.path(&folder))? {
        if file.starts_with("capture") || file.starts_with("invoices/") {
            let path = books.path(&folder).join(&file);
            let bytes = std::fs::read(&path).map_err(|e| io("not-read", "read", &path, &e))?;
            present.insert(FileEntry::of(file, &bytes));
        }
    }
    let answers: BTreeSet<&str> =
        present.iter().filter(|f| f.path.starts_with("capture")).map(|f| f.sha256.as_str()).collect();
    let changed: Vec<String> = sealed
        .files
        .iter()
        .filter(|entry| {
            (entry.path.starts_with("capture") && !answers.contains(entry.sha256.as_str()))
                || (entry.path.starts_with("invoices/") && !present.contains(*entry))
        })
        .map(|entry| format!("{folder}/{} is gone or is not what was sealed", entry.path))
        .collect();
    match changed.split_first() {
        None => Ok(()),
        Some((first, rest)) => Err(unverified("sealed-changed", first.clone()).also(rest.to_vec())),
    }
}
