//! The settings and customers that a close sealed, to be compared with those of now.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::audit::chain::Chain;
use crate::audit::manifest::{self, Manifest};
use crate::books::charges::{self, AgreedCharge};
use crate::books::config::{self, Config};
use crate::books::customers::{self, Customers};
use crate::books::layout::{Books, CHARGES, CONFIG, CUSTOMERS, read_file};
use crate::model::digest::sha256_hex;
use crate::model::invoice::Charge;
use crate::model::particulars::Changed;
use crate::model::period::Period;
use crate::model::problem::Problem;

/// What the last close of another period sealed before this period was closed first, with that
/// period's name; None where there is none.
///
/// # Errors
/// Sealed copies that are not what they were (exit 4).
pub(super) fn before(
    books: &Books,
    chain: &Chain,
    period: &Period,
) -> Result<Option<(String, Config, Customers)>, Problem> {
    let own = chain.of(&period.name).next().map_or(u64::MAX, |event| event.sequence);
    let mut others = chain.events.iter().filter(|event| event.period != period.name && event.sequence < own);
    let Some(since) = others.next_back().map(|event| event.period.clone()) else { return Ok(None) };
    let Some(event) = chain.of(&since).last() else { return Ok(None) };
    let manifest = manifest::sealed_by(books, event)?;
    let folder = format!("closes/{since}");
    let config = sealed_settings(books, &folder, &manifest)?;
    let customers = sealed_customers(books, &folder, &manifest)?;
    Ok(Some((since, config, customers)))
}

/// Charges and credits of one day that lie in a closed period and that its close did not know: no
/// close bills them.
///
/// # Errors
/// Sealed copies that are not what they were (exit 4).
pub(super) fn late(
    books: &Books,
    chain: &Chain,
    period: &Period,
    charges: &[AgreedCharge],
) -> Result<Vec<Changed>, Problem> {
    let mut found = Vec::new();
    let mut known: BTreeMap<String, Vec<AgreedCharge>> = BTreeMap::new();
    let once = charges.iter().filter(|one| matches!(one.charge, Charge::OneOff | Charge::Credit));
    let dated = once.filter_map(|one| Some((one, one.from.or(one.to)?)));
    for (charge, day) in dated.filter(|(_, day)| *day < period.from) {
        let closed = chain.events.iter().rev().find(|event| event.days().is_some_and(|days| days.contains(day)));
        let Some(event) = closed else {
            found.push(told("no period that was closed", charge, day));
            continue;
        };
        if !known.contains_key(&event.period) {
            let manifest = manifest::sealed_by(books, event)?;
            let has = manifest.files.iter().any(|file| file.path == format!("inputs/{CHARGES}"));
            let sealed = has.then(|| sealed(books, &format!("closes/{}", event.period), &manifest, CHARGES));
            let sealed = sealed.transpose()?.map(|bytes| charges::parse(&bytes)).transpose()?;
            known.insert(event.period.clone(), sealed.unwrap_or_default());
        }
        let is_known = |other: &AgreedCharge| AgreedCharge { row: charge.row, ..other.clone() } == *charge;
        if !known[&event.period].iter().any(is_known) {
            found.push(told(&event.period, charge, day));
        }
    }
    Ok(found)
}

/// The settings that a manifest seals.
///
/// # Errors
/// They are not what they were (exit 4), or cannot be read.
pub(crate) fn sealed_settings(books: &Books, folder: &str, manifest: &Manifest) -> Result<Config, Problem> {
    let bytes = sealed(books, folder, manifest, CONFIG)?;
    config::parse(&String::from_utf8_lossy(&bytes), &format!("{folder}/inputs/{CONFIG}"))
}

/// A charge that lies in a period, or in none, whose close did not know it.
fn told(since: &str, charge: &AgreedCharge, day: NaiveDate) -> Changed {
    Changed {
        since: since.to_owned(),
        customer_id: Some(charge.customer_id.clone()),
        field: Changed::CHARGE.to_owned(),
        was: String::new(),
        is: format!("{} of {day}, row {}", charge.description, charge.row),
    }
}

/// The customers that a manifest seals.
///
/// # Errors
/// They are not what they were (exit 4).
pub(crate) fn sealed_customers(books: &Books, folder: &str, manifest: &Manifest) -> Result<Customers, Problem> {
    Ok(customers::parse(&sealed(books, folder, manifest, CUSTOMERS)?)?.0)
}

pub(super) fn sealed(books: &Books, folder: &str, manifest: &Manifest, name: &str) -> Result<Vec<u8>, Problem> {
    let path = format!("{folder}/inputs/{name}");
    let inside = format!("inputs/{name}");
    let bytes = read_file(books.path(&path)).ok();
    let is_sealed = |bytes: &Vec<u8>| {
        let sha256 = sha256_hex(bytes);
        manifest.files.iter().any(|file| file.path == inside && file.sha256 == sha256)
    };
    bytes.filter(is_sealed).ok_or_else(|| {
        Problem::unverified("sealed-changed", format!("{path} is not what was sealed"))
            .next("restore it from git or a backup")
            .not_done("Nothing was done.")
    })
}
