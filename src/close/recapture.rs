//! Several captures of one period: which of them a close was sealed with, wherever it lies
//! now, and what the partner has changed since.

use std::collections::BTreeMap;

use crate::audit::chain::{Chain, Event};
use crate::audit::manifest::{self, FileEntry, Manifest};
use crate::books::layout::{Books, read_file};
use crate::capture::record::RECORD;
use crate::capture::store::{self, Capture};
use crate::model::digest::sha256_hex;
use crate::model::finding::{Finding, Severity};
use crate::model::money::{Currency, MoneyError};
use crate::model::period::Period;
use crate::model::problem::Problem;
use crate::reconcile::causes::restated::{self, Change, Snapshot};

/// Two captures of one period.
#[derive(Debug)]
pub struct Recaptured {
    /// The period.
    pub period: Period,
    /// What the close was made from, or the first capture where there is no close.
    pub was: (String, Capture),
    /// The newest capture.
    pub now: (String, Capture),
}

/// The capture folders of a close that were sealed, by the name that the manifest gives
/// them, with the name under which they lie now: a later capture moves an earlier one.
#[must_use]
pub(super) fn moved(books: &Books, period: &Period, manifest: &Manifest) -> BTreeMap<String, String> {
    let folder = Books::close_dir(period);
    let records = manifest.files.iter().filter_map(|entry| {
        let sealed = entry.path.strip_suffix(&format!("/{RECORD}"))?;
        let now = by_digest(books, period, &entry.sha256)?;
        Some((sealed.to_owned(), now.strip_prefix(&format!("{folder}/"))?.to_owned()))
    });
    records.collect()
}

/// Where a sealed file of a close lies now, relative to the close's folder.
#[must_use]
pub(super) fn place(moved: &BTreeMap<String, String>, path: &str) -> String {
    match path.split_once('/') {
        Some((folder, rest)) => match moved.get(folder) {
            Some(now) => format!("{now}/{rest}"),
            None => path.to_owned(),
        },
        None => path.to_owned(),
    }
}

/// The folder whose `capture.json` has this digest, if there is one.
#[must_use]
pub(super) fn by_digest(books: &Books, period: &Period, sha256: &str) -> Option<String> {
    store::folders(books, period)
        .into_iter()
        .find(|folder| read_file(books.path(folder).join(RECORD)).is_ok_and(|bytes| sha256_hex(&bytes) == sha256))
}

/// The capture that a period's last seal was made from, as it lies now; None where the
/// period was not sealed.
fn sealed(books: &Books, chain: &Chain, period: &Period) -> Result<Option<String>, Problem> {
    let Some(event) = chain.of(&period.name).last() else { return Ok(None) };
    Ok(sealed_in(books, period, &manifest::sealed_by(books, event)?))
}

/// The capture that a manifest seals, as it lies now.
pub(super) fn sealed_in(books: &Books, period: &Period, manifest: &Manifest) -> Option<String> {
    let record = manifest.files.iter().find(|entry| entry.path == format!("capture/{RECORD}"))?;
    by_digest(books, period, &record.sha256)
}

/// The captures of a period to compare; None where there is only one.
///
/// # Errors
/// One of them is not what was received.
pub(crate) fn pair(books: &Books, chain: &Chain, period: &Period) -> Result<Option<Recaptured>, Problem> {
    let folders = store::folders(books, period);
    let first = sealed(books, chain, period)?.or_else(|| folders.first().cloned());
    let (Some(was), Some(now)) = (first, folders.last().cloned()) else { return Ok(None) };
    if was == now {
        return Ok(None);
    }
    load(books, period, &was, &now)
}

fn load(books: &Books, period: &Period, was: &str, now: &str) -> Result<Option<Recaptured>, Problem> {
    let read = |folder: &str| store::load_from(&books.path(folder), period);
    let (Some(before), Some(after)) = (read(was)?, read(now)?) else { return Ok(None) };
    Ok(Some(Recaptured { period: period.clone(), was: (was.to_owned(), before), now: (now.to_owned(), after) }))
}

/// The last period before this one for which a close was sealed.
#[must_use]
pub(crate) fn last_closed(chain: &Chain, before: &Period) -> Option<Period> {
    let closed = chain.events.iter().filter_map(Event::days).filter(|days| days.to < before.from);
    closed.max_by(|a, b| a.to.cmp(&b.to))
}

impl Recaptured {
    /// The two records, as inputs of another period's close.
    #[must_use]
    pub(super) fn entries(&self, books: &Books) -> Vec<FileEntry> {
        let entry = |folder: &str| {
            let path = format!("{folder}/{RECORD}");
            read_file(books.path(&path)).ok().map(|bytes| FileEntry::of(path, &bytes))
        };
        [&self.was.0, &self.now.0].into_iter().filter_map(|folder| entry(folder)).collect()
    }

    /// The pair that a sealed close was compared with, from its manifest.
    ///
    /// # Errors
    /// One of them is gone, or is not what was received.
    pub(super) fn of(books: &Books, manifest: &Manifest) -> Result<Option<Self>, Problem> {
        let mut found = Vec::new();
        for entry in &manifest.inputs {
            let Some(period) = recorded(&entry.path) else { continue };
            let Some(folder) = by_digest(books, &period, &entry.sha256) else {
                return Err(Problem::stop("capture", format!("{} is gone, or is not what was sealed", entry.path)));
            };
            found.push((period, folder));
        }
        match found.as_slice() {
            [(period, was), (_, now)] => load(books, period, was, now),
            _ => Ok(None),
        }
    }

    /// What changed, and how it is told.
    ///
    /// # Errors
    /// A sum beyond the exact range.
    pub fn compare(&self, currency: Currency, severity: Severity) -> Result<(Vec<Change>, Vec<Finding>), Problem> {
        self.changes(currency, severity).map_err(|e| {
            Problem::stop("overflow", "amounts are too large to be compared exactly").because(e.to_string())
        })
    }

    fn changes(&self, currency: Currency, severity: Severity) -> Result<(Vec<Change>, Vec<Finding>), MoneyError> {
        let label = |capture: &Capture| format!("{}, capture of {}", Books::close_dir(&self.period), capture.when());
        let labels = (label(&self.was.1), label(&self.now.1));
        let was = snapshot(&self.was.1, &labels.0);
        let now = snapshot(&self.now.1, &labels.1);
        // An answer for other days says nothing of these.
        if self.now.1.analytics.period != self.was.1.analytics.period {
            return Ok((Vec::new(), Vec::new()));
        }
        let currency =
            self.was.1.analytics.currency.as_deref().and_then(|c| Currency::parse(c).ok()).unwrap_or(currency);
        let changes = restated::changes(currency, &was, &now)?;
        let called = |id: &str| {
            let accounts = self.now.1.matrix.as_ref().or(self.was.1.matrix.as_ref());
            let account = accounts.and_then(|m| m.customers.get(id)).and_then(|c| c.name.as_deref());
            let listed = self.now.1.analytics.customers.iter().find(|c| c.customer_id == id);
            match account.or(listed.and_then(|c| c.name.as_deref())) {
                Some(name) => format!("{name} ({id})"),
                None => id.to_owned(),
            }
        };
        let findings = restated::findings(&self.period.name, &changes, &was, &now, severity, called)?;
        Ok((changes, findings))
    }
}

/// The period of `closes/<period>/capture…/capture.json`; None for any other path.
#[must_use]
pub(super) fn recorded(path: &str) -> Option<Period> {
    let (period, rest) = path.strip_prefix("closes/")?.split_once('/')?;
    rest.strip_suffix(&format!("/{RECORD}"))?;
    Period::parse(period).ok()
}

fn snapshot<'a>(capture: &'a Capture, label: &'a str) -> Snapshot<'a> {
    Snapshot { folder: label, when: capture.when(), analytics: &capture.analytics, matrix: capture.matrix.as_ref() }
}
