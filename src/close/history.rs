//! What earlier closed periods came to: read from their reports as they were sealed, never
//! from what merely lies in a folder. A copy is sealed with each close, so that its report can
//! be made again whatever becomes of the earlier ones.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::recapture;
use crate::audit::chain::{self, Chain, Event};
use crate::audit::manifest::{self, Manifest};
use crate::books::layout::{Books, read_file};
use crate::capture::partner::dashboard;
use crate::capture::record::{DASHBOARD, RECORD, Record};
use crate::model::digest::sha256_hex;
use crate::model::history::{Accounts, Calls, CustomerMonth, Month, Past, Unread};
use crate::model::money::{Currency, Money, MoneyError, parse_plain};
use crate::model::period::Period;
use crate::model::problem::{Problem, io};
use crate::model::usage::Direction;
use crate::render::journal::beancount;

/// The reports of the books' periods that ended before this one began, each read as `T`.
/// `code` is what an error calls it.
///
/// # Errors
/// A report that is there and cannot be read.
pub(super) fn reports<T: DeserializeOwned>(
    books: &Books,
    period: &Period,
    code: &'static str,
) -> Result<Vec<(Period, T)>, Problem> {
    let read = |(earlier, path, bytes): (Period, PathBuf, Vec<u8>)| {
        let report = serde_json::from_slice(&bytes)
            .map_err(|e| Problem::stop(code, format!("{} cannot be read", path.display())).because(e.to_string()))?;
        Ok((earlier, report))
    };
    files(books, period, "reconciliation.json", code)?.into_iter().map(read).collect()
}

/// The accounts that the journals of earlier closes open, sorted.
///
/// # Errors
/// A journal that is there and cannot be read.
pub(super) fn opened(books: &Books, period: &Period) -> Result<Vec<String>, Problem> {
    let journals = files(books, period, "journal.beancount", "journal")?;
    let opened = journals.iter().flat_map(|(_, _, bytes)| beancount::opened(&String::from_utf8_lossy(bytes)));
    Ok(opened.collect::<BTreeSet<_>>().into_iter().collect())
}

/// A file of each earlier close that has it, oldest first.
fn files(
    books: &Books,
    period: &Period,
    file: &str,
    code: &'static str,
) -> Result<Vec<(Period, PathBuf, Vec<u8>)>, Problem> {
    let mut found = Vec::new();
    let Ok(entries) = std::fs::read_dir(books.path("closes")) else { return Ok(found) };
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    for earlier in names.filter_map(|name| Period::parse(&name).ok()).filter(|other| other.to < period.from) {
        let path = books.path(format!("{}/{file}", Books::close_dir(&earlier)));
        match read_file(&path) {
            Ok(bytes) => found.push((earlier, path, bytes)),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
            Err(e) => return Err(io(code, "read", &path, &e)),
        }
    }
    found.sort_by(|(a, ..), (b, ..)| (a.to, &a.name).cmp(&(b.to, &b.name)));
    Ok(found)
}

/// The file of a close that keeps its month for later ones.
const REPORT: &str = "reconciliation.json";

/// What a report keeps for later closes.
#[derive(Deserialize)]
struct Kept {
    trends: Option<Trends>,
}

#[derive(Deserialize)]
struct Trends {
    month: Month,
}

/// A report of version 0.1, which keeps nothing, as far as trends can be had from it.
#[derive(Deserialize)]
struct Report {
    currency: String,
    totals: Side,
    #[serde(default)]
    usage: Usage,
    #[serde(default)]
    directions: Vec<DirectionRow>,
    #[serde(default)]
    customers: Vec<CustomerRow>,
}

#[derive(Deserialize)]
struct Side {
    analytics: Option<String>,
}

#[derive(Default, Deserialize)]
struct Usage {
    calls: Option<u64>,
    answered: Option<u64>,
    failed: Option<u64>,
}

#[derive(Deserialize)]
struct DirectionRow {
    direction: Direction,
    analytics: Option<String>,
}

#[derive(Deserialize)]
struct CustomerRow {
    customer_id: String,
    name: Option<String>,
    analytics: Option<String>,
    analytics_by_direction: Option<BTreeMap<Direction, Option<String>>>,
}

impl Report {
    fn month(self, period: &Period, accounts: Option<Accounts>) -> Result<Month, MoneyError> {
        let currency = Currency::parse(&self.currency)?;
        let money = |text: &String| parse_plain(text).map(|amount| Money::new(amount, currency));
        let split = |stated: Vec<(Direction, Option<String>)>| -> Result<BTreeMap<Direction, Money>, MoneyError> {
            stated
                .iter()
                .filter_map(|(direction, text)| Some((*direction, text.as_ref()?)))
                .map(|(d, text)| Ok((d, money(text)?)))
                .collect()
        };
        let mut customers = BTreeMap::new();
        for row in self.customers {
            let Some(cost) = &row.analytics else { continue };
            let directions = split(row.analytics_by_direction.unwrap_or_default().into_iter().collect())?;
            let own = CustomerMonth { name: row.name, cost: money(cost)?, calls: Calls::default(), directions };
            customers.insert(row.customer_id, own);
        }
        let Usage { calls, answered, failed } = self.usage;
        let mut month = Month {
            period: period.clone(),
            manifest_sha256: None,
            currency,
            cost: self.totals.analytics.as_ref().map(money).transpose()?,
            calls: Calls { calls, answered, failed },
            directions: split(self.directions.into_iter().map(|row| (row.direction, row.analytics)).collect())?,
            accounts,
            customers,
            customers_beyond: 0,
        };
        month.keep_largest();
        Ok(month)
    }
}

/// Whether the period of an event was not closed again since: what it sealed still lies there.
#[must_use]
pub(super) fn is_last(chain: &Chain, event: &Event) -> bool {
    chain.of(&event.period).last().is_some_and(|last| last.sequence == event.sequence)
}

/// The event before one, where what it sealed still lies there.
#[must_use]
pub(super) fn standing_before(chain: &Chain, sequence: u64) -> Option<&Event> {
    let before = chain.events.iter().take_while(|event| event.sequence < sequence).last()?;
    is_last(chain, before).then_some(before)
}

/// The last event of each period, by the period's name: what stands of it.
#[must_use]
pub(super) fn last_events(chain: &Chain) -> BTreeMap<&str, &Event> {
    chain.events.iter().map(|event| (event.period.as_str(), event)).collect()
}

/// How many periods the trends look back.
const MONTHS: usize = 24;
/// Of how many the customers' own figures are copied.
const WITH_CUSTOMERS: usize = 12;

/// The sealed periods before this one, oldest first.
///
/// # Errors
/// The chain does not hold.
pub(crate) fn before(books: &Books, period: &Period) -> Result<Past, Problem> {
    let (chain, _) = chain::load(books)?;
    let mut last: BTreeMap<&str, (Period, &Event)> = BTreeMap::new();
    for event in &chain.events {
        if let Some(days) = event.days().filter(|days| days.to < period.from) {
            last.insert(&event.period, (days, event));
        }
    }
    let mut sealed: Vec<(Period, &Event)> = last.into_values().collect();
    sealed.sort_by(|(a, _), (b, _)| (a.to, &a.name).cmp(&(b.to, &b.name)));
    let mut past = Past::default();
    let recent = sealed.split_off(sealed.len().saturating_sub(MONTHS));
    let without_customers = recent.len().saturating_sub(WITH_CUSTOMERS);
    for (place, (period, event)) in recent.into_iter().enumerate() {
        match month(books, &period, event) {
            Ok(mut month) => {
                if place < without_customers {
                    month.customers_beyond += month.customers.len() as u64;
                    month.customers.clear();
                }
                past.months.push(month);
            }
            Err(why) => past.unread.push(Unread { period, why }),
        }
    }
    Ok(past)
}

/// The same with the bytes of the copy that is sealed: one line, since nobody reads it by eye.
pub(super) fn copied(past: Past) -> (Past, Vec<u8>) {
    let mut bytes = Vec::new();
    // A vector takes everything.
    let _ = serde_json::to_writer(&mut bytes, &past);
    bytes.push(b'\n');
    (past, bytes)
}

/// What a seal holds of a period, or why it cannot be had: its report is not what was sealed.
fn month(books: &Books, period: &Period, event: &Event) -> Result<Month, String> {
    let manifest = manifest::sealed_by(books, event).map_err(|problem| problem.what.clone())?;
    let bytes = sealed_file(books, period, &manifest, REPORT, REPORT)?;
    let unread = |why: String| format!("its sealed report cannot be read: {why}");
    let kept: Kept = serde_json::from_slice(&bytes).map_err(|e| unread(e.to_string()))?;
    let month = match kept.trends {
        Some(kept) => kept.month,
        None => {
            let report: Report = serde_json::from_slice(&bytes).map_err(|e| unread(e.to_string()))?;
            let accounts = accounts(books, period, &manifest);
            report.month(period, accounts).map_err(|e| unread(e.to_string()))?
        }
    };
    Ok(Month { manifest_sha256: Some(event.manifest_sha256.clone()), ..month })
}

/// A file of a close that lies at `place` now, where it is what was sealed.
fn sealed_file(
    books: &Books,
    period: &Period,
    manifest: &Manifest,
    name: &str,
    place: &str,
) -> Result<Vec<u8>, String> {
    let changed = || format!("its {name} is not what was sealed");
    let entry = manifest.files.iter().find(|entry| entry.path == name).ok_or_else(changed)?;
    let bytes = read_file(books.path(format!("{}/{place}", Books::close_dir(period)))).map_err(|_| changed())?;
    if sha256_hex(&bytes) == entry.sha256 { Ok(bytes) } else { Err(changed()) }
}

/// How accounts stood by the sealed dashboard, where that was captured.
fn accounts(books: &Books, period: &Period, manifest: &Manifest) -> Option<Accounts> {
    let moved = recapture::moved(books, period, manifest);
    let file = |name: &str| {
        let name = format!("capture/{name}");
        sealed_file(books, period, manifest, &name, &recapture::place(&moved, &name)).ok()
    };
    let record: Record = serde_json::from_slice(&file(RECORD)?).ok()?;
    let taken = record.answer(DASHBOARD)?.when.clone();
    let dashboard = dashboard::decode(&file(DASHBOARD)?, DASHBOARD).ok()?;
    Some(Accounts::of(&dashboard, taken))
}

/// Months of a sealed copy that no event before the close's own seals.
pub(super) fn unsealed<'a>(past: &'a Past, chain: &'a Chain, close: &'a Event) -> impl Iterator<Item = &'a Month> {
    past.months.iter().filter(move |month| {
        let mut before = chain.of(&month.period.name).filter(|event| event.sequence < close.sequence);
        !before.any(|event| Some(&event.manifest_sha256) == month.manifest_sha256.as_ref())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_whose_seal_the_chain_does_not_know_before_the_close_is_told() {
        let event = |sequence: u64, period: &str, sha: &str| -> Event {
            serde_json::from_value(serde_json::json!({
                "schema": "", "sequence": sequence, "event": "close", "period": period, "from": "", "to": "", "at": "",
                "tool": "", "outcome": "", "manifest_sha256": sha, "issued": [], "previous": "",
            }))
            .unwrap()
        };
        // February was closed twice, the second time after March.
        let events = vec![event(1, "2026-02", "aa"), event(2, "2026-03", "bb"), event(3, "2026-02", "cc")];
        let chain = Chain { events, head: String::new() };
        let past = |sha: &str| -> Past {
            serde_json::from_value(serde_json::json!({"unread": [], "months": [{
                "to": "2026-02-28", "period": "2026-02", "manifest_sha256": sha, "currency": "INR", "cost": null,
                "calls": null, "answered": null, "failed": null,
            }]}))
            .unwrap()
        };
        let told = |sha: &str| unsealed(&past(sha), &chain, &chain.events[1]).count();
        assert_eq!([told("aa"), told("bb"), told("cc")], [0, 1, 1]);
    }
}
