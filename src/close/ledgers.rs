//! The ledger files of a period, as `[ledger] path` names them.

use std::fs::File;

use crate::books::layout::{Books, open_file};
use crate::model::problem::{Problem, io};

/// Opens a period's ledgers: one file, or, where its name has a `*`, all that it fits, by
/// name; each with what findings call it.
///
/// # Errors
/// None is there, or one cannot be read.
pub(crate) fn open_ledgers(books: &Books, relative: &str) -> Result<Vec<(String, File)>, Problem> {
    let (folder, pattern) = relative.rsplit_once('/').map_or(("", relative), |(folder, name)| (folder, name));
    if !pattern.contains('*') {
        return Ok(vec![(relative.to_owned(), open_ledger(books, relative)?)]);
    }
    let mut names: Vec<String> = std::fs::read_dir(books.path(folder))
        .map(|entries| entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect())
        .unwrap_or_default();
    names.retain(|name| !name.starts_with('.') && fits(pattern, name));
    names.sort();
    if names.is_empty() {
        return Err(Problem::stop("no-ledger", format!("there is no ledger {relative}"))
            .next("export the ledgers of the period to files of such names, or set [ledger] path")
            .not_done("Nothing was reconciled."));
    }
    let relative = |name: String| if folder.is_empty() { name } else { format!("{folder}/{name}") };
    names.into_iter().map(relative).map(|name| Ok((name.clone(), open_ledger(books, &name)?))).collect()
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
