//! Issued documents as they lie in their close, each against the chain: the one reader.

use std::collections::BTreeSet;

use crate::audit::chain::{Chain, IssuedEntry};
use crate::books::layout::{Books, read_file};
use crate::model::digest::sha256_hex;
use crate::model::invoice::{Issued, file_stem};
use crate::model::period::Period;
use crate::model::problem::Problem;
use crate::render::invoice_json;

/// A document as it lies there.
pub(super) struct Found {
    /// Its `.json`, relative to the books.
    pub(super) file: String,
    /// Whether the chain has it as it is.
    pub(super) is_as_issued: bool,
    /// The document, or why it cannot be read.
    pub(super) document: Result<Issued, String>,
}

/// Where a document's data lies, relative to the books.
#[must_use]
pub(super) fn file_of(period: &Period, number: &str) -> String {
    format!("{}/invoices/{}.json", Books::close_dir(period), file_stem(number))
}

/// Reads a document that the chain has.
///
/// # Errors
/// Why there is none to read.
pub(super) fn read(books: &Books, period: &Period, entry: &IssuedEntry) -> Result<Found, (String, std::io::Error)> {
    let file = file_of(period, &entry.number);
    match read_file(books.path(&file)) {
        Ok(bytes) => Ok(Found {
            is_as_issued: sha256_hex(&bytes) == entry.json_sha256,
            document: invoice_json::parse(&bytes),
            file,
        }),
        Err(e) => Err((file, e)),
    }
}

/// Reads the documents that were issued for a period.
///
/// # Errors
/// One that is missing or is not what was issued (exit 4).
pub(crate) fn load_issued(books: &Books, chain: &Chain, period: &Period) -> Result<Vec<Issued>, Problem> {
    chain.issued_in(&period.name).map(|entry| load(books, period, entry)).collect()
}

/// Reads those of a period that a chain has not as void, of some customers.
///
/// # Errors
/// As [`load_issued`].
pub(super) fn load_standing(
    books: &Books,
    chain: &Chain,
    period: &Period,
    is_wanted: impl Fn(&str) -> bool,
) -> Result<Vec<Issued>, Problem> {
    let void: BTreeSet<&str> = chain.voided().map(|void| void.number.as_str()).collect();
    let standing = chain.issued_in(&period.name).filter(|entry| !void.contains(entry.number.as_str()));
    standing.filter(|entry| is_wanted(&entry.customer_id)).map(|entry| load(books, period, entry)).collect()
}

fn load(books: &Books, period: &Period, entry: &IssuedEntry) -> Result<Issued, Problem> {
    let found = read(books, period, entry).map_err(|(file, e)| {
        Problem::unverified("invoice-missing", format!("the issued invoice {} cannot be read", entry.number))
            .at(file)
            .because(e.to_string())
    })?;
    let file = found.file;
    if !found.is_as_issued {
        return Err(Problem::unverified("invoice-changed", format!("{file} is not what was issued")));
    }
    found.document.map_err(|why| Problem::unverified("invoice-changed", format!("{file} cannot be read")).because(why))
}
