//! What earlier closed periods came to. Read from their reports; a copy is sealed with each
//! close, so that its report can be made again.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::audit::manifest;
use crate::books::layout::Books;
use crate::model::history::Month;
use crate::model::money::{Currency, Money, MoneyError, parse_plain};
use crate::model::period::Period;
use crate::model::problem::{Problem, io};

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
    let mut found = Vec::new();
    let Ok(entries) = std::fs::read_dir(books.path("closes")) else { return Ok(found) };
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    for earlier in names.filter_map(|name| Period::parse(&name).ok()).filter(|other| other.to < period.from) {
        let path = books.path(format!("{}/reconciliation.json", Books::close_dir(&earlier)));
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => continue,
            Err(e) => return Err(io(code, "read", &path, &e)),
        };
        let report = serde_json::from_slice(&bytes)
            .map_err(|e| Problem::stop(code, format!("{} cannot be read", path.display())).because(e.to_string()))?;
        found.push((earlier, report));
    }
    found.sort_by(|(a, _), (b, _)| (a.to, &a.name).cmp(&(b.to, &b.name)));
    Ok(found)
}

#[derive(Deserialize)]
struct Report {
    currency: String,
    totals: Totals,
    #[serde(default)]
    usage: Usage,
}

#[derive(Deserialize)]
struct Totals {
    analytics: Option<String>,
}

#[derive(Default, Deserialize)]
struct Usage {
    calls: Option<u64>,
    answered: Option<u64>,
    failed: Option<u64>,
}

/// How many periods the trends look back.
const MONTHS: usize = 24;

/// The closed periods before this one, oldest first.
///
/// # Errors
/// A report that is there and cannot be read.
pub(crate) fn before(books: &Books, period: &Period) -> Result<Vec<Month>, Problem> {
    let reports: Vec<(Period, Report)> = reports(books, period, "history")?;
    let closed = |earlier: &Period| books.path(Books::close_dir(earlier)).join(manifest::FILE).exists();
    let mut months = Vec::new();
    for (earlier, report) in reports.into_iter().filter(|(earlier, _)| closed(earlier)) {
        let unread = |e: MoneyError| {
            Problem::stop("history", format!("the report of {} cannot be read", earlier.name)).because(e.to_string())
        };
        let currency = Currency::parse(&report.currency).map_err(unread)?;
        let cost = report.totals.analytics.as_deref().map(parse_plain).transpose().map_err(unread)?;
        let Usage { calls, answered, failed } = report.usage;
        let cost = cost.map(|amount| Money::new(amount, currency));
        months.push(Month { period: earlier, currency, cost, calls, answered, failed });
    }
    months.drain(..months.len().saturating_sub(MONTHS));
    Ok(months)
}
