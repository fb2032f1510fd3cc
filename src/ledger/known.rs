//! The formats that there are, by name: those that ship, and the books' own.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::aggregated::AGGREGATED;
use super::format::{self, Format, SHIPPED};
use crate::model::money::shorten;
use crate::model::problem::{Problem, nearest};

/// The name of the canonical format.
pub const CANONICAL: &str = "canonical";
/// The word that leaves the choice to us.
pub const AUTO: &str = "auto";

/// Makes sure that a format's name is known, before anything else is done.
///
/// # Errors
/// It is not; with the nearest that is.
pub fn check(format: &str, own_formats: &BTreeMap<String, Format>) -> Result<(), Problem> {
    if [CANONICAL, AGGREGATED].contains(&format) { Ok(()) } else { formats(format, own_formats).map(drop) }
}

/// The formats that ship, read once.
fn shipped() -> Result<BTreeMap<String, Format>, Problem> {
    static PARSED: OnceLock<BTreeMap<String, Format>> = OnceLock::new();
    if let Some(known) = PARSED.get() {
        return Ok(known.clone());
    }
    let parsed: Result<BTreeMap<_, _>, Problem> =
        SHIPPED.iter().map(|(name, text)| Ok(((*name).to_owned(), format::parse(name, text)?))).collect();
    let parsed = parsed?;
    Ok(PARSED.get_or_init(|| parsed).clone())
}

/// The formats to try: the one that is named, or all.
pub(super) fn formats(wanted: &str, own_formats: &BTreeMap<String, Format>) -> Result<Vec<Format>, Problem> {
    let mut all = shipped()?;
    all.extend(own_formats.iter().map(|(name, format)| (name.clone(), format.clone())));
    if wanted == AUTO {
        return Ok(all.into_values().filter(|format| format.open.is_none()).collect());
    }
    match all.remove(wanted) {
        Some(Format { open: Some(open), .. }) => {
            Err(Problem::usage("ledger-format", format!("the ledger format `{wanted}` is not finished"))
                .because(open)
                .next(format!("answer it in {FORMATS}/{wanted}.toml, in place of the question mark"))
                .not_done("Nothing was done."))
        }
        Some(format) => Ok(vec![format]),
        None => {
            let names = all.keys().map(String::as_str).chain([CANONICAL, AGGREGATED, AUTO]);
            let near = nearest(wanted, names.clone());
            let hint = near.map_or_else(String::new, |n| format!("; did you mean `{n}`?"));
            Err(Problem::usage("ledger-format", format!("there is no ledger format `{}`{hint}", shorten(wanted)))
                .because(format!("there are {}", names.collect::<Vec<_>>().join(", ")))
                .next("name one of them, or write ledgers/formats/NAME.toml in the books")
                .not_done("Nothing was done."))
        }
    }
}

/// The directory in which the books keep formats of their own.
pub const FORMATS: &str = "ledgers/formats";
