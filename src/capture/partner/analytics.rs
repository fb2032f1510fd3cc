//! `GET /analytics`. Two generations are served under the same URL: that of the API
//! reference page (`totals`, `by_direction`, `top_customers`), here, and the current one,
//! in `analytics_current`. Which one an answer is shows in its keys.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{Rest, analytics_current, note_unknown, undecodable};
use crate::capture::exact;
use crate::model::period::parse_day;
use crate::model::problem::Problem;
use crate::model::usage::{Analytics, CallUsage, CustomerUsage, DirectionUsage};

#[derive(Deserialize)]
struct Body {
    period: Option<PeriodPart>,
    totals: Totals,
    #[serde(default)]
    by_direction: Option<BTreeMap<String, Option<Part>>>,
    #[serde(default)]
    top_customers: Option<Vec<Customer>>,
    #[serde(flatten)]
    rest: Rest,
}

#[derive(Deserialize)]
pub(super) struct PeriodPart {
    from: Option<String>,
    to: Option<String>,
}

impl PeriodPart {
    /// The days that an answer says it covers.
    ///
    /// # Errors
    /// A day that cannot be read.
    pub(super) fn days(part: Option<Self>, file: &str) -> Result<Option<(NaiveDate, NaiveDate)>, Problem> {
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

#[derive(Deserialize)]
struct Totals {
    #[serde(default, deserialize_with = "exact::count")]
    total_calls: Option<u64>,
    #[serde(default, deserialize_with = "exact::count")]
    answered_calls: Option<u64>,
    #[serde(default, deserialize_with = "exact::count")]
    failed_calls: Option<u64>,
    #[serde(default, deserialize_with = "exact::count")]
    total_duration_seconds: Option<u64>,
    #[serde(default, deserialize_with = "exact::amount")]
    total_cost: Option<Decimal>,
    currency: Option<String>,
    #[serde(flatten)]
    rest: Rest,
}

#[derive(Deserialize)]
struct Part {
    #[serde(default, deserialize_with = "exact::count")]
    calls: Option<u64>,
    #[serde(default, deserialize_with = "exact::amount")]
    cost: Option<Decimal>,
    #[serde(flatten)]
    rest: Rest,
}

#[derive(Deserialize)]
struct Customer {
    auth_id: String,
    name: Option<String>,
    #[serde(default, deserialize_with = "exact::count")]
    calls: Option<u64>,
    #[serde(default, deserialize_with = "exact::amount")]
    cost: Option<Decimal>,
    #[serde(flatten)]
    rest: Rest,
}

#[derive(Deserialize)]
struct Keys {
    totals: Option<IgnoredAny>,
    calls: Option<IgnoredAny>,
}

/// Decodes the answer, whichever generation it is. `file` is what errors call it.
///
/// # Errors
/// Neither of them, or an amount that cannot be kept exactly: with line and column.
pub fn decode(body: &[u8], file: &str) -> Result<Analytics, Problem> {
    let keys: Keys = serde_json::from_slice(body).map_err(|e| undecodable("analytics", file, &e))?;
    match keys {
        Keys { totals: Some(_), .. } => reference_page(body, file),
        Keys { calls: Some(_), .. } => analytics_current::decode(body, file),
        _ => Err(Problem::stop("upstream-shape", "the partner's analytics answer has neither `totals` nor `calls`")
            .at(file)
            .next("check [upstream] base_url; another generation of this endpoint needs a newer crossfoot")),
    }
}

fn reference_page(body: &[u8], file: &str) -> Result<Analytics, Problem> {
    let parsed: Body = serde_json::from_slice(body).map_err(|e| undecodable("analytics", file, &e))?;
    let mut unknown = Vec::new();
    note_unknown(&mut unknown, "", &parsed.rest);
    let totals = parsed.totals;
    note_unknown(&mut unknown, "totals", &totals.rest);
    let period = PeriodPart::days(parsed.period, file)?;

    let mut directions = Vec::new();
    for (name, part) in parsed.by_direction.unwrap_or_default() {
        let Some(part) = part else { continue };
        note_unknown(&mut unknown, &format!("by_direction.{name}"), &part.rest);
        directions.push(DirectionUsage {
            name,
            usage: CallUsage { calls: part.calls, cost: part.cost, ..CallUsage::default() },
        });
    }
    let mut customers = Vec::new();
    for customer in parsed.top_customers.unwrap_or_default() {
        note_unknown(&mut unknown, "top_customers", &customer.rest);
        customers.push(CustomerUsage {
            customer_id: customer.auth_id,
            name: customer.name.filter(|name| !name.trim().is_empty()),
            usage: CallUsage { calls: customer.calls, cost: customer.cost, ..CallUsage::default() },
        });
    }
    unknown.sort();
    unknown.dedup();
    Ok(Analytics {
        period,
        currency: totals.currency,
        total: CallUsage {
            calls: totals.total_calls,
            answered: totals.answered_calls,
            failed: totals.failed_calls,
            duration_seconds: totals.total_duration_seconds,
            cost: totals.total_cost,
        },
        directions,
        customers,
        unknown_fields: unknown,
        ..Analytics::default()
    })
}
