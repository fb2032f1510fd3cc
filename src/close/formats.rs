//! Ledger formats of the books' own: files in the books, or their copies in a close.

use std::collections::BTreeMap;
use std::path::Path;

use crate::books::layout::{Books, read_file};
use crate::ledger::format::{self, Format};
use crate::ledger::known::FORMATS;
use crate::model::problem::{Problem, io};

/// The ledger formats of the books' own, by name.
///
/// # Errors
/// A file that cannot be read or is wrong.
pub(crate) fn own_formats(books: &Books) -> Result<BTreeMap<String, Format>, Problem> {
    parse_formats(&format_files(&books.path(FORMATS), "")?)
}

pub(super) fn parse_formats(files: &[(String, Vec<u8>)]) -> Result<BTreeMap<String, Format>, Problem> {
    let read =
        |(name, bytes): &(String, Vec<u8>)| Ok((name.clone(), format::parse(name, &String::from_utf8_lossy(bytes))?));
    files.iter().map(read).collect()
}

/// Format files of a folder, whose names begin with `prefix`: name and bytes.
pub(super) fn format_files(folder: &Path, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, Problem> {
    let mut found = Vec::new();
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(found),
        Err(e) => return Err(io("ledger-format", "read", folder, &e)),
    };
    for entry in entries {
        let path = entry.map_err(|e| io("ledger-format", "read", folder, &e))?.path();
        let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let name = file.strip_suffix(".toml").and_then(|name| name.strip_prefix(prefix));
        if let Some(name) = name {
            let bytes = read_file(&path).map_err(|e| io("ledger-format", "read", &path, &e))?;
            found.push((name.to_owned(), bytes));
        }
    }
    found.sort();
    Ok(found)
}
