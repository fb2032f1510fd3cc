//! The partner's answers, one file each: bytes → model.

// serde's derive names float types in the code that sets unknown fields aside; no field
// of ours is one.
#![allow(clippy::disallowed_types)]

pub(crate) mod accounts;
pub mod analytics;
mod analytics_current;
mod analytics_reference;
pub(crate) mod cdrs;
pub(crate) mod dashboard;
pub(crate) mod identity;
pub(crate) mod transactions;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::Tz;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::model::money::shorten;
use crate::model::period::parse_day;
use crate::model::problem::Problem;

/// Fields that a shape has and we do not know.
type Rest = BTreeMap<String, IgnoredAny>;

/// Appends the paths of unknown fields below `at`.
fn note_unknown(into: &mut Vec<String>, at: &str, rest: &Rest) {
    for name in rest.keys() {
        let name = shorten(name);
        into.push(if at.is_empty() { name } else { format!("{at}.{name}") });
    }
}

/// Keeps fields aside that we do not know, each with the answer that has it.
pub(super) fn note_unread(into: &mut BTreeSet<String>, answer: &str, fields: &[String]) {
    into.extend(fields.iter().map(|field| format!("{answer}: {field}")));
}

/// Says that an answer cannot be read, and where in it.
fn undecodable(what: &str, file: &str, error: &serde_json::Error) -> Problem {
    Problem::stop("upstream-shape", format!("the partner's {what} answer cannot be read"))
        .at(format!("{file}, line {}, column {}", error.line(), error.column()))
        .because(error.to_string())
        .next("compare the answer with the API reference; if the partner changed its API, a newer crossfoot is needed")
}

/// The days that an answer says it covers, as it writes them.
#[derive(Deserialize)]
struct PeriodPart {
    from: Option<String>,
    to: Option<String>,
}

impl PeriodPart {
    /// The days that an answer says it covers.
    ///
    /// # Errors
    /// A day that cannot be read.
    fn days(part: Option<Self>, file: &str) -> Result<Option<(NaiveDate, NaiveDate)>, Problem> {
        let Some(Self { from: Some(from), to: Some(to) }) = part else { return Ok(None) };
        let day = |text: &str| {
            parse_day(text).map_err(|why| {
                Problem::stop("upstream-shape", "the partner's answer states a period that cannot be read")
                    .at(format!("{file}, field period"))
                    .because(why)
            })
        };
        Ok(Some((day(&from)?, day(&to)?)))
    }
}

/// Reads an instant: RFC 3339 with `Z` or an offset, or a naive time, which is taken in
/// the partner's zone. None for anything else.
pub(super) fn instant(text: &str, zone: Tz) -> Option<DateTime<Utc>> {
    if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
        return Some(instant.with_timezone(&Utc));
    }
    let naive = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f"]
        .into_iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())?;
    naive.and_local_timezone(zone).earliest().map(|t| t.with_timezone(&Utc))
}
