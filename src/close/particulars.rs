//! The settings and customers that a close sealed, to be compared with those of now.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::copies::SIGNERS_COPY;
use crate::audit::chain::Chain;
use crate::audit::manifest::{self, Manifest};
use crate::audit::signing::{SIGNERS, Signers};
use crate::books::charges::{self, AgreedCharge};
use crate::books::config::{self, Config};
use crate::books::customers::{self, Customers};
use crate::books::layout::{Books, CHARGES, CONFIG, CUSTOMERS, read_file};
use crate::model::digest::sha256_hex;
use crate::model::invoice::Charge;
use crate::model::particulars::Changed;
use crate::model::period::Period;
use crate::model::problem::Problem;

/// What a close sealed of who charges, who is charged, and who may sign.
pub(super) struct Before {
    /// Its period.
    pub(super) since: String,
    pub(super) config: Config,
    pub(super) customers: Customers,
    /// The list of signers; None where there was none, or the close did not keep it.
    pub(super) signers: Option<Vec<u8>>,
}

/// Who may sign by two states of the list, where they are not the same.
pub(super) fn signers(since: &str, was: &[u8], is: &[u8]) -> Option<Changed> {
    // A list that cannot be read is refused where it is needed.
    let words = |list: &[u8]| Signers::parse(&String::from_utf8_lossy(list)).map(|all| all.words()).unwrap_or_default();
    let (was, is) = (words(was), words(is));
    let field = SIGNERS.to_owned();
    (was != is).then(|| Changed { since: since.to_owned(), customer_id: None, field, was, is })
}

/// What the last close of another period sealed before this period was closed first, with that
/// period's name; None where there is none.
///
/// # Errors
/// Sealed copies that are not what they were (exit 4).
pub(super) fn before(books: &Books, chain: &Chain, period: &Period) -> Result<Option<Before>, Problem> {
    let own = chain.of(&period.name).next().map_or(u64::MAX, |event| event.sequence);
    let mut others = chain.events.iter().filter(|event| event.period != period.name && event.sequence < own);
    let Some(since) = others.next_back().map(|event| event.period.clone()) else { return Ok(None) };
    let Some(event) = chain.of(&since).last() else { return Ok(None) };
    let manifest = manifest::sealed_by(books, event)?;
    let folder = format!("closes/{since}");
    let config = sealed_settings(books, &folder, &manifest)?;
    let customers = sealed_customers(books, &folder, &manifest)?;
    let has_signers = manifest.files.iter().any(|file| file.path == format!("inputs/{SIGNERS_COPY}"));
    let signers = has_signers.then(|| sealed(books, &folder, &manifest, SIGNERS_COPY)).transpose()?;
    Ok(Some(Before { since, config, customers, signers }))
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
