//! A close that is run again must not bless what was changed behind its back: what the last
//! seal holds of answers as received and of issued invoices must still be there.

use std::collections::BTreeSet;

use crate::audit::chain::Chain;
use crate::audit::manifest::{self, FileEntry, files_of};
use crate::books::layout::Books;
use crate::model::period::Period;
use crate::model::problem::Problem;

/// Compares the close's answers and invoices as they lie there with the period's last seal,
/// if there is one, and returns them. Answers may have moved to `capture-1` … when the
/// period was captured again; invoices stay where they are.
///
/// # Errors
/// Something sealed is gone or changed (exit 4).
pub(super) fn check(books: &Books, chain: &Chain, period: &Period) -> Result<BTreeSet<FileEntry>, Problem> {
    let folder = Books::close_dir(period);
    let present = present(books, &folder)?;
    let Some(event) = chain.of(&period.name).last() else { return Ok(present) };
    let sealed = manifest::sealed_by(books, event)?;
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
        None => Ok(present),
        Some((first, rest)) => Err(Problem::unverified("sealed-changed", first.clone()).also(rest.to_vec())),
    }
}

/// The answers and invoices of a close, with their digests.
fn present(books: &Books, folder: &str) -> Result<BTreeSet<FileEntry>, Problem> {
    let mut present = BTreeSet::new();
    for file in files_of(&books.path(folder))? {
        if file.starts_with("capture") || file.starts_with("invoices/") {
            present.insert(FileEntry::read(&books.path(folder), file)?);
        }
    }
    Ok(present)
}
