//! The ledger files of a period, as `[ledger] path` names them.

use std::fs::File;

use crate::books::layout::{Books, open_file};
use crate::model::digest::sha256_hex;
use crate::model::problem::{Problem, io};

/// Where a pack keeps what lies outside the books.
const OUTSIDE: &str = "outside";

/// Opens a period's ledgers: one file, or, where its name has a `*`, all that it fits, by
/// name; each with what findings call it.
///
/// # Errors
/// None is there, or one cannot be read.
pub(crate) fn open_ledgers(books: &Books, relative: &str) -> Result<Vec<(String, File)>, Problem> {
    open_all(books, relative, |path| path.to_owned())
}

/// Makes sure that there is a ledger, before the partner is asked for what it is compared with.
///
/// # Errors
/// As [`open_ledgers`].
pub(crate) fn are_there(books: &Books, relative: &str) -> Result<(), Problem> {
    open_ledgers(books, relative).map(drop)
}

/// The same of a sealed close, whose ledgers outside the books a pack has put into them.
///
/// # Errors
/// As [`open_ledgers`].
pub(super) fn open_sealed(books: &Books, relative: &str) -> Result<Vec<(String, File)>, Problem> {
    open_all(books, relative, |path| lies_at(books, path))
}

fn open_all(books: &Books, relative: &str, lies_at: impl Fn(&str) -> String) -> Result<Vec<(String, File)>, Problem> {
    let (folder, pattern) = split(relative);
    if !pattern.contains('*') {
        return Ok(vec![(relative.to_owned(), open_ledger(books, &lies_at(relative))?)]);
    }
    let place = lies_at(relative);
    let place = split(&place).0;
    let mut names: Vec<String> = std::fs::read_dir(books.path(place))
        .map(|entries| entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect())
        .unwrap_or_default();
    names.retain(|name| !name.starts_with('.') && fits(pattern, name));
    names.sort();
    if names.is_empty() {
        return Err(Problem::stop("no-ledger", format!("there is no ledger {relative}"))
            .next("export the ledgers of the period to files of such names, or set [ledger] path")
            .not_done("Nothing was reconciled."));
    }
    let below = |folder: &str, name: &str| if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
    names.iter().map(|name| Ok((below(folder, name), open_ledger(books, &below(place, name))?))).collect()
}

fn split(relative: &str) -> (&str, &str) {
    relative.rsplit_once('/').map_or(("", relative), |(folder, name)| (folder, name))
}

/// Where a pack keeps a file that lies outside the books, relative to them: `outside/`, a digest of
/// its folder's name, its own name. None for what lies inside under a plain name.
#[must_use]
pub(crate) fn packed(relative: &str) -> Option<String> {
    let is_plain = |part: &str| !part.is_empty() && part != "." && part != ".." && !part.contains(['\\', ':']);
    if relative.split('/').all(is_plain) {
        return None;
    }
    let (folder, name) = split(relative);
    let name: String = name.chars().map(|c| if "\\:".contains(c) { '_' } else { c }).collect();
    Some(format!("{OUTSIDE}/{}/{name}", &sha256_hex(folder.as_bytes())[..12]))
}

/// Where a file that a close was made from lies: where the close says, or where a pack has put it.
#[must_use]
pub(crate) fn lies_at(books: &Books, relative: &str) -> String {
    // For all files of a folder alike: of those with a pattern, only the folder is known.
    let is_there = |packed: &String| books.path(split(packed).0).is_dir();
    packed(relative).filter(is_there).unwrap_or_else(|| relative.to_owned())
}

/// Whether a name fits a pattern in which `*` stands for any text.
fn fits(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((before, after)) => name.strip_prefix(before).is_some_and(|rest| {
            (0..=rest.len()).filter(|at| rest.is_char_boundary(*at)).any(|at| fits(after, &rest[at..]))
        }),
    }
}

fn open_ledger(books: &Books, relative: &str) -> Result<File, Problem> {
    let path = books.path(relative);
    open_file(&path).map_err(|e| {
        let mut problem = io("no-ledger", "read the ledger", &path, &e).not_done("Nothing was reconciled.");
        if e.kind() == std::io::ErrorKind::NotFound {
            problem = problem.next(match beside(books, relative) {
                Some(other) => format!("{other} lies there: if that is it, set [ledger] path to such names"),
                None => "export the ledger of the period to that file, or set [ledger] path".to_owned(),
            });
        }
        problem
    })
}

/// A file of the same name with another ending, relative to the books: the first by name.
fn beside(books: &Books, relative: &str) -> Option<String> {
    let (folder, name) = relative.rsplit_once('/').map_or(("", relative), |(folder, name)| (folder, name));
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let entries = std::fs::read_dir(books.path(folder)).ok()?;
    let files = entries.flatten().filter(|entry| entry.path().is_file());
    let names = files.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let other = names.filter(|other| other.strip_prefix(stem).is_some_and(|rest| rest.starts_with('.'))).min()?;
    Some(if folder.is_empty() { other } else { format!("{folder}/{other}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pack_has_safe_names_only() {
        for inside in ["ledgers/2026-03.csv", "a.csv", "ledgers/März 2026.csv"] {
            assert_eq!(packed(inside), None, "{inside}");
        }
        let mut names = Vec::new();
        for outside in ["../out/a.csv", "/tmp/a.csv", "ledgers/../../a.csv", "./a.csv", "a//b.csv", "C:\\a.csv"] {
            let name = packed(outside).unwrap();
            assert!(packed(&name).is_none() && name.starts_with("outside/"), "{name}");
            names.push(name);
        }
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 6);
    }
}
