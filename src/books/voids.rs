//! `resolutions/voids.toml`: invoices that finance declares void, written by `crossfoot void`
//! or by hand. A void invoice keeps its number for ever; its customer is invoiced again, or
//! not, as the figures say.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::layout::Books;
use super::resolutions;
use crate::model::period::parse_day;
use crate::model::problem::Problem;

/// The file, relative to the books.
pub(crate) const VOIDS: &str = "resolutions/voids.toml";

/// Why a number is void.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Void {
    /// The number, as printed.
    pub number: String,
    /// Why; an auditor will read it.
    pub reason: String,
    /// Who decided.
    pub by: String,
    /// The day, YYYY-MM-DD.
    pub on: String,
}

/// By number.
pub(crate) type Voids = BTreeMap<String, Void>;

#[derive(Deserialize, Serialize, Default)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    void: Vec<Void>,
}

/// The books' voids; none where there is no such file.
///
/// # Errors
/// It cannot be read, or is wrong.
pub(crate) fn load(books: &Books) -> Result<Voids, Problem> {
    let bytes = resolutions::read(&books.path(VOIDS))?;
    bytes.map_or_else(|| Ok(Voids::new()), |bytes| parse(&bytes, VOIDS))
}

/// Reads the entries. `name` is what errors call the file.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn parse(bytes: &[u8], name: &str) -> Result<Voids, Problem> {
    let refuse = |what: String| {
        Problem::usage("voids", what)
            .next("an entry has number, reason, by, on; `crossfoot void` writes one")
            .not_done("Nothing was done.")
    };
    let text = std::str::from_utf8(bytes).map_err(|_| refuse(format!("{name} is not UTF-8 text")))?;
    let file: File =
        toml::from_str(text).map_err(|e| refuse(format!("{name} cannot be read")).because(e.to_string()))?;
    let mut voids = Voids::new();
    for (index, void) in file.void.into_iter().enumerate() {
        let entry = index + 1;
        if [&void.number, &void.reason, &void.by].into_iter().any(|text| text.trim().is_empty()) {
            return Err(refuse(format!("{name}, entry {entry}: number, reason and by must not be empty")));
        }
        parse_day(&void.on).map_err(|e| refuse(format!("{name}, entry {entry}: `on`: {e}")))?;
        if let Some(twice) = voids.insert(void.number.clone(), void) {
            return Err(refuse(format!("{name}, entry {entry}: {} is void already", twice.number)));
        }
    }
    Ok(voids)
}

/// The entries as a file.
///
/// # Errors
/// None in practice.
pub(crate) fn write(voids: &Voids) -> Result<String, Problem> {
    let file = File { void: voids.values().cloned().collect() };
    let text = toml::to_string(&file)
        .map_err(|e| Problem::stop("internal", "the voids cannot be written").because(e.to_string()))?;
    Ok(format!("# Invoices that are void. Their numbers are never used again.\n\n{text}"))
}
