//! `GET /analytics`, the generation of the API reference page: `totals`, `by_direction`,
//! `top_customers`.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::Deserialize;

use super::{PeriodPart, Rest, note_unknown, undecodable};
use crate::capture::exact;
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

/// Decodes the answer. `file` is what errors call it.
///
/// # Errors
/// Not this shape, or an amount that cannot be kept exactly: with line and column.
pub(super) fn decode(body: &[u8], file: &str) -> Result<Analytics, Problem> {
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
