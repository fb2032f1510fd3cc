//! What the invoice registration portal returned for invoices: the issued PDF never changes,
//! and a copy with IRN and signed QR stands beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::audit::chain::{Chain, IssuedEntry};
use crate::books::layout::optional;
use crate::model::invoice::{Document, Issued, file_stem};
use crate::model::period::parse_day;
use crate::model::problem::{Problem, io};
use crate::model::registration::{self, Registration};

/// The folder of the portal's responses in the books: `irn/<number, / as ->.json` for one
/// invoice, or a file of any other name with a list of responses.
pub(crate) const IRN: &str = "irn";

/// The name in a close of a registered copy.
#[must_use]
pub(crate) fn copy_of(stem: &str) -> String {
    format!("invoices/{stem}.irn.pdf")
}

/// A response and the invoice that it is for.
#[derive(Debug)]
pub(super) struct Registered {
    pub(super) invoice: Issued,
    pub(super) registration: Registration,
    /// The response as it was saved.
    pub(super) bytes: Vec<u8>,
}

/// The responses in a folder, whose names begin with `prefix`, for some invoices.
///
/// # Errors
/// One that cannot be read or is of another document.
pub(super) fn load<'a>(
    folder: &Path,
    prefix: &str,
    issued: impl Iterator<Item = &'a Issued>,
) -> Result<Vec<Registered>, Problem> {
    let mut found = Vec::new();
    let mut listed = if prefix.is_empty() { lists(folder)? } else { BTreeMap::new() };
    for invoice in issued {
        let own = folder.join(format!("{prefix}{}.json", invoice.file_stem()));
        let mut in_a_list = || registration::expected_irn(invoice).and_then(|irn| listed.remove(&irn));
        let (path, bytes) = match optional("registration", &own)? {
            Some(bytes) => (own, bytes),
            None => match in_a_list() {
                Some((path, text)) => (path, text.into_bytes()),
                None => continue,
            },
        };
        let registration = registration::parse(&bytes, invoice).map_err(|why| {
            Problem::usage("registration", format!("the portal's response for {} cannot be used", invoice.number))
                .at(path.display().to_string())
                .because(why)
                .next("save the response of this invoice there, with Irn, AckNo, AckDt and SignedQRCode")
                .not_done("Nothing was written.")
        })?;
        found.push(Registered { invoice: invoice.clone(), registration, bytes });
    }
    Ok(found)
}

/// Responses in the books' folder that are of no document that was ever issued, of any period,
/// a sentence each. `sellers` are the GSTINs that documents were issued under.
///
/// # Errors
/// As [`load`].
pub(super) fn of_nothing(folder: &Path, chain: &Chain, sellers: &BTreeSet<&str>) -> Result<Vec<String>, Problem> {
    let issued = || chain.events.iter().flat_map(|event| &event.issued);
    let stems: BTreeSet<String> = issued().map(|entry| file_stem(&entry.number)).collect();
    let irn = |entry: &IssuedEntry, seller: &str| {
        let (day, kind) = (parse_day(&entry.issue_date).ok()?, Document::parse(&entry.document).unwrap_or_default());
        registration::irn_of(seller, day, kind, &entry.number)
    };
    let known: BTreeSet<String> =
        issued().flat_map(|entry| sellers.iter().filter_map(move |seller| irn(entry, seller))).collect();
    let mut found = Vec::new();
    for path in files(folder)? {
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let name = format!("{IRN}/{stem}.json");
        if !stems.contains(&stem) && list(&path)?.is_none() {
            found
                .push(format!("{name} is taken for nothing: no document of that number was issued, and it is no list"));
        }
    }
    for (irn, (path, _)) in lists(folder)?.into_iter().filter(|(irn, _)| !known.contains(irn)) {
        let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        found.push(format!("{IRN}/{file} has a response that is of no document issued here: its IRN is {irn}"));
    }
    Ok(found)
}

/// A response as far as it says whose it is.
#[derive(Deserialize)]
struct Named {
    #[serde(rename = "Irn", alias = "irn")]
    irn: String,
}

/// Where a response stands, and its text.
type Listed = (PathBuf, String);

/// The `.json` files of a folder, by name.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Problem> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(io("registration", "read", folder, &e)),
    };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
    paths.sort();
    Ok(paths)
}

/// A file that is a list of responses; None where it is something else: the response of one
/// invoice, whose name it bears.
fn list(path: &Path) -> Result<Option<Vec<u8>>, Problem> {
    let bytes = optional("registration", path)?.unwrap_or_default();
    Ok((bytes.trim_ascii_start().first() == Some(&b'[')).then_some(bytes))
}

/// The responses of files that list many, as the portal answers a bulk upload, by IRN. Those of
/// other periods' documents are for their closes.
///
/// # Errors
/// A file that cannot be read, or a list with something else in it.
fn lists(folder: &Path) -> Result<BTreeMap<String, Listed>, Problem> {
    let mut found = BTreeMap::new();
    for path in files(folder)? {
        let Some(bytes) = list(&path)? else { continue };
        let refused = |at: Option<usize>, why: &serde_json::Error| {
            let place = at.map_or_else(String::new, |at| format!(", response {}", at + 1));
            Problem::usage("registration", "a list of the portal's responses cannot be used")
                .at(format!("{}{place}", path.display()))
                .because(why.to_string())
                .next("save the list as the portal returns it: each with Irn, AckNo, AckDt and SignedQRCode")
                .not_done("Nothing was written.")
        };
        let all: Vec<Box<RawValue>> = serde_json::from_slice(&bytes).map_err(|e| refused(None, &e))?;
        for (at, one) in all.into_iter().enumerate() {
            let named: Named = serde_json::from_str(one.get()).map_err(|e| refused(Some(at), &e))?;
            found.insert(named.irn.to_lowercase(), (path.clone(), one.get().to_owned()));
        }
    }
    Ok(found)
}
