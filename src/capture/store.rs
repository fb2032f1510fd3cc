//! The capture of a period in the books: the bodies, `capture.json`, and what they say,
//! decoded. A folder is read in one way, whether it has just arrived or is years old.

use std::collections::BTreeSet;
use std::path::Path;

use chrono::{DateTime, Utc};

use super::bodies::read_body;
use super::partner::{analytics, dashboard, identity, note_unread};
use super::record::Role;
pub(crate) use super::record::{ANALYTICS, DASHBOARD, IDENTITY, RECORD, Record};
use super::{matrix, transactions};
use crate::books::layout::{Books, read_file};
use crate::model::digest::sha256_hex;
use crate::model::matrix::Matrix;
use crate::model::money::Currency;
use crate::model::period::Period;
use crate::model::problem::{Exit, Problem, io};
use crate::model::transactions::Transactions;
use crate::model::usage::{Analytics, Dashboard, Identity, Look};

/// A capture, decoded.
#[derive(Clone, Debug)]
pub struct Capture {
    /// `capture.json`
    pub record: Record,
    /// SHA-256 of `capture.json`.
    pub record_sha256: String,
    /// `/analytics`
    pub analytics: Analytics,
    /// `/dashboard`, where it was captured.
    pub dashboard: Option<Dashboard>,
    /// What it says of the month in which it was asked; None where that cannot be used.
    pub look: Option<Look>,
    /// `/me`, where it was captured.
    pub identity: Option<Identity>,
    /// Each customer's own figures, where they were captured.
    pub matrix: Option<Matrix>,
    /// The partner's ledger, where it was captured.
    pub transactions: Option<Transactions>,
    /// Fields and words of the answers that we do not know: `analytics: carrier`.
    pub unread: BTreeSet<String>,
}

impl Capture {
    /// When the analytics had arrived.
    #[must_use]
    pub fn when(&self) -> &str {
        self.record.when()
    }
}

/// Reads the capture of a period, if there is one, and checks every body against its digest.
///
/// # Errors
/// A body that is missing, cannot be read, or is not the one that was received (exit 4).
pub(crate) fn load(books: &Books, period: &Period) -> Result<Option<Capture>, Problem> {
    load_from(&books.path(Books::capture_dir(period)), period)
}

/// Reads `capture.json` of a folder, if it is there, with its bytes' digest.
///
/// # Errors
/// It cannot be read (exit 4).
pub(crate) fn load_record(folder: &Path) -> Result<Option<(Record, String)>, Problem> {
    let path = folder.join(RECORD);
    let bytes = match read_file(&path) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(io("capture", "read", &path, &e)),
    };
    let record = serde_json::from_slice(&bytes).map_err(|e| {
        let mut problem = Problem::stop("capture", "capture.json cannot be read")
            .at(format!("{}, line {}, column {}", path.display(), e.line(), e.column()))
            .because(e.to_string())
            .next("restore it from git or a backup, or fetch again with --refetch");
        problem.exit = Exit::Unverified;
        problem
    })?;
    Ok(Some((record, sha256_hex(&bytes))))
}

/// Reads the capture in a folder.
///
/// # Errors
/// As [`load`].
pub(crate) fn load_from(folder: &Path, period: &Period) -> Result<Option<Capture>, Problem> {
    let Some((record, record_sha256)) = load_record(folder)? else { return Ok(None) };
    let body = |file: &str| record.answer(file).map(|answer| read_body(folder, answer)).transpose();
    let mut unread = BTreeSet::new();
    let Some(bytes) = body(ANALYTICS)? else {
        return Err(Problem::stop("capture", "the capture has no analytics answer")
            .next("fetch it again: crossfoot fetch --period PERIOD"));
    };
    let analytics = analytics::decode(&bytes, &format!("capture/{ANALYTICS}"))?;
    note_unread(&mut unread, Role::Analytics.name(), &analytics.unknown_fields);
    let bytes = body(DASHBOARD)?;
    let file = format!("capture/{DASHBOARD}");
    let dashboard = bytes.as_ref().map(|bytes| dashboard::decode(bytes, &file)).transpose()?;
    let taken = record.answer(DASHBOARD).and_then(|answer| DateTime::parse_from_rfc3339(&answer.when).ok());
    let currency = analytics.currency.as_deref().and_then(|code| Currency::parse(code).ok());
    // Nothing is compared with it or billed from it: what it cannot say is not said.
    let look = bytes.zip(taken).and_then(|(bytes, taken)| {
        let asked = (taken.with_timezone(&Utc), record.partner_timezone);
        dashboard::look(&bytes, file, asked, currency).ok().flatten()
    });
    if let Some(dashboard) = &dashboard {
        note_unread(&mut unread, Role::Dashboard.name(), &dashboard.unknown_fields);
    }
    let identity = body(IDENTITY)?.map(|bytes| identity::decode(&bytes, &format!("capture/{IDENTITY}"))).transpose()?;
    let matrix = matrix::read(folder, &record, period, &analytics, &mut unread)?;
    let transactions = transactions::read(folder, &record, &analytics)?;
    if let Some(transactions) = &transactions {
        let words: Vec<String> = transactions.unknown.iter().map(|word| format!("type `{word}`")).collect();
        note_unread(&mut unread, Role::Transactions.name(), &words);
    }
    Ok(Some(Capture { record, record_sha256, analytics, dashboard, look, identity, matrix, transactions, unread }))
}

/// The folders of a period's captures, relative to the books: the earlier ones, oldest
/// first, then the newest.
#[must_use]
pub(crate) fn folders(books: &Books, period: &Period) -> Vec<String> {
    let newest = Books::capture_dir(period);
    let earlier = (1..).map(|n| format!("{newest}-{n}")).take_while(|folder| books.path(folder).exists());
    let mut all: Vec<String> = earlier.collect();
    if books.path(&newest).exists() {
        all.push(newest);
    }
    all
}

/// A capture that was made before the one that should be earlier, with that one: somebody has moved
/// them, and the newest is no longer what the next close would read.
#[must_use]
pub(crate) fn out_of_order(books: &Books, period: &Period) -> Option<(String, String)> {
    let made = folders(books, period).into_iter().filter_map(|folder| {
        let (record, _) = load_record(&books.path(&folder)).ok()??;
        Some((record.came()?, folder))
    });
    let made: Vec<_> = made.collect();
    let wrong = made.windows(2).find(|two| two[1].0 < two[0].0)?;
    Some((wrong[1].1.clone(), wrong[0].1.clone()))
}

/// Why a capture cannot take the place of the one that is kept: that one came later, by the clock.
#[must_use]
pub(crate) fn is_behind(fresh: &Record, kept: &Record) -> Option<Problem> {
    fresh.came().zip(kept.came()).is_some_and(|(now, then)| now < then).then(|| {
        Problem::stop("clock", format!("the clock says {}", fresh.when()))
            .because(format!(
                "what is kept of the period came at {}: this clock is behind, or that one was ahead",
                kept.when()
            ))
            .next("set the clock right and run the command again")
            .not_done("Nothing was captured.")
    })
}

/// Where an earlier capture goes when a newer one takes its place.
#[must_use]
pub(crate) fn earlier_folder(books: &Books, period: &Period) -> String {
    let newest = Books::capture_dir(period);
    (1..)
        .map(|n| format!("{newest}-{n}"))
        .find(|folder| !books.path(folder).exists())
        .unwrap_or_else(|| format!("{newest}-1"))
}
