//! A close that is run again must not bless what was changed behind its back: what the last
//! seal holds of answers as received and of issued invoices must still be there.

use std::collections::{BTreeMap, BTreeSet};

use super::copies::{CHANGED_COPY, HISTORY_COPY, OPEN_ITEMS_COPY, OPENED_COPY, PAST_COPY};
use super::derive::Derived;
use super::inputs::Inputs;
use super::outputs::CALL_LISTS;
use crate::audit::chain::Chain;
use crate::audit::manifest::{self, FileEntry, files_of};
use crate::books::layout::Books;
use crate::capture::store;
use crate::model::digest::sha256_hex;
use crate::model::period::Period;
use crate::model::problem::Problem;

/// What lies in a close's folder before it is closed.
#[derive(Debug)]
pub(super) struct Present {
    /// Its answers and invoices.
    pub(super) hashed: BTreeSet<FileEntry>,
    /// What the period's last seal holds.
    pub(super) sealed: Vec<FileEntry>,
}

impl Present {
    /// Adds to `files`, which this run writes, what stays as it is: what the last seal holds,
    /// and answers that their capture lists. Nothing is sealed because it lies there.
    ///
    /// # Errors
    /// A file that neither knows, or that is not what was sealed (exit 4).
    pub(super) fn add_to(self, books: &Books, folder: &str, files: &mut Vec<FileEntry>) -> Result<(), Problem> {
        let written: BTreeSet<String> = files.iter().map(|file| file.path.clone()).collect();
        let mut hashed: BTreeMap<String, FileEntry> =
            self.hashed.into_iter().map(|file| (file.path.clone(), file)).collect();
        let sealed: BTreeMap<&str, &FileEntry> = self.sealed.iter().map(|file| (file.path.as_str(), file)).collect();
        let mut captures: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut unknown = Vec::new();
        for name in files_of(&books.path(folder))?.into_iter().filter(|name| !written.contains(name)) {
            let entry = match hashed.remove(&name) {
                Some(entry) => entry,
                None => FileEntry::read(&books.path(folder), name.clone())?,
            };
            let mut is_answer = || {
                let Some((capture, file)) = name.split_once('/') else { return false };
                let listed = captures.entry(capture.to_owned());
                listed.or_insert_with(|| listed_by(books, folder, capture)).contains(file)
            };
            match sealed.get(name.as_str()) {
                Some(same) if **same == entry => files.push(entry),
                _ if is_answer() => files.push(entry),
                Some(_) => unknown.push(format!("{folder}/{name} is not what was sealed")),
                None => {
                    unknown
                        .push(format!("{folder}/{name} is of no close: neither the last seal nor this run knows it"));
                }
            }
        }
        match unknown.split_first() {
            None => Ok(()),
            Some((first, rest)) => Err(Problem::unverified("unknown-file", first.clone())
                .also(rest.to_vec())
                .next("find out who put it there; take it out of the folder, or restore it from git, and close again")
                .not_done("Nothing was issued and nothing was sealed.")),
        }
    }
}

/// The files that a capture lists, with its own list.
fn listed_by(books: &Books, folder: &str, capture: &str) -> BTreeSet<String> {
    let record = store::load_record(&books.path(format!("{folder}/{capture}"))).ok().flatten();
    let answers = record.into_iter().flat_map(|(record, _)| record.answers).map(|answer| answer.file);
    answers.chain([store::RECORD.to_owned()]).collect()
}

/// Compares the close's answers and invoices as they lie there with the period's last seal,
/// if there is one, and returns them. Answers may have moved to `capture-1` … when the
/// period was captured again; invoices stay where they are.
///
/// # Errors
/// Something sealed is gone or changed (exit 4).
pub(super) fn check(books: &Books, chain: &Chain, period: &Period) -> Result<Present, Problem> {
    let folder = Books::close_dir(period);
    if let Some((capture, earlier)) = store::out_of_order(books, period) {
        return Err(Problem::unverified(
            "capture-order",
            format!("{capture} was made before {earlier}, which stands as an earlier one"),
        )
        .next("restore the period's captures from git or a backup: the next close would read older answers")
        .not_done("Nothing was issued and nothing was sealed."));
    }
    let present = present(books, &folder)?;
    let Some(event) = chain.of(&period.name).last() else { return Ok(Present { hashed: present, sealed: Vec::new() }) };
    let sealed = manifest::sealed_by(books, event)?;
    let answers: BTreeSet<&str> =
        present.iter().filter(|f| f.path.starts_with("capture")).map(|f| f.sha256.as_str()).collect();
    let changed: Vec<String> = sealed
        .files
        .iter()
        .filter(|entry| {
            (entry.path.starts_with("capture") && !answers.contains(entry.sha256.as_str()))
                || (is_of_a_document(&entry.path) && !present.contains(*entry))
        })
        .map(|entry| format!("{folder}/{} is gone or is not what was sealed", entry.path))
        .collect();
    match changed.split_first() {
        None => Ok(Present { hashed: present, sealed: sealed.files }),
        Some((first, rest)) => Err(Problem::unverified("sealed-changed", first.clone()).also(rest.to_vec())),
    }
}

/// Whether a file is one of what was issued: documents, and lists of their calls.
fn is_of_a_document(file: &str) -> bool {
    file.starts_with("invoices/") || file.starts_with(CALL_LISTS)
}

/// Whether a period's last seal was made from the same answers, ledger, settings, customers and
/// decisions as a comparison is now. What other periods came to meanwhile does not count: a sealed
/// report says what was known when it was sealed.
pub(crate) fn is_sealed_alike(books: &Books, chain: &Chain, inputs: &Inputs, derived: &Derived) -> bool {
    let sealed = chain.of(&inputs.period.name).last().map(|event| manifest::sealed_by(books, event));
    let Some(Ok(sealed)) = sealed else { return false };
    let digests = |entries: &[FileEntry]| -> BTreeMap<String, String> {
        entries.iter().map(|entry| (entry.path.clone(), entry.sha256.clone())).collect()
    };
    let (files, outside) = (digests(&sealed.files), digests(&sealed.inputs));
    let of_others =
        [PAST_COPY, HISTORY_COPY, OPENED_COPY, OPEN_ITEMS_COPY, CHANGED_COPY].map(|name| format!("inputs/{name}"));
    let copies: BTreeMap<String, String> = inputs
        .copies
        .iter()
        .map(|(name, bytes)| (format!("inputs/{name}"), sha256_hex(bytes)))
        .filter(|(name, _)| !of_others.contains(name))
        .collect();
    let record = format!("capture/{}", store::RECORD);
    let governing = sealed.configuration.files.iter().filter(|name| !of_others.contains(name));
    governing.clone().count() == copies.len()
        && governing.into_iter().all(|name| copies.get(name).is_some_and(|digest| files.get(name) == Some(digest)))
        && derived.ledger.files.iter().all(|file| outside.get(&file.path) == Some(&file.sha256))
        && inputs.capture.as_ref().is_some_and(|capture| files.get(&record) == Some(&capture.record_sha256))
}

/// The answers and invoices of a close, with their digests.
fn present(books: &Books, folder: &str) -> Result<BTreeSet<FileEntry>, Problem> {
    let mut present = BTreeSet::new();
    for file in files_of(&books.path(folder))? {
        if file.starts_with("capture") || is_of_a_document(&file) {
            present.insert(FileEntry::read(&books.path(folder), file)?);
        }
    }
    Ok(present)
}
