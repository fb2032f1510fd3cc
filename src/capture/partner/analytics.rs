//! `GET /analytics`, the shape of the API reference page: `totals`, `by_direction`,
//! `top_customers`, every field optional.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::Deserialize;

use super::{Rest, note_unknown, undecodable};
use crate::capture::exact;
use crate::model::period::parse_day;
use crate::model::problem::Problem;
use crate::model::usage::{Analytics, CustomerUsage, DirectionUsage, Usage};

#[derive(Deserialize)]
struct Body {
    period: Option<PeriodPart>,
    totals: Option<Totals>,
    #[serde(default)]
    by_direction: Option<BTreeMap<String, Option<Part>>>,
    #[serde(default)]
    top_customers: Option<Vec<Customer>>,
    #[serde(flatten)]
    rest: Rest,
}

#[derive(Deserialize)]
struct PeriodPart {
    from: Option<String>,
    to: Option<String>,
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
pub fn decode(body: &[u8], file: &str) -> Result<Analytics, Problem> {
    let parsed: Body = serde_json::from_slice(body).map_err(|e| undecodable("analytics", file, &e))?;
    let mut unknown = Vec::new();
    note_unknown(&mut unknown, "", &parsed.rest);
    let Some(totals) = parsed.totals else {
        return Err(Problem::stop("upstream-shape", "the partner's analytics answer has no `totals`")
            .at(file)
            .because(format!("its other fields are: {}", unknown.join(", ")))
            .next("check [upstream] base_url; another generation of this endpoint needs a newer crossfoot"));
    };
    note_unknown(&mut unknown, "totals", &totals.rest);

    let period = match parsed.period {
        Some(PeriodPart { from: Some(from), to: Some(to) }) => {
            let day = |text: &str| {
                parse_day(text).map_err(|why| {
                    Problem::stop(
                        "upstream-shape",
                        "the partner's analytics answer states a period that cannot be read",
                    )
                    .at(format!("{file}, field period"))
                    .because(why)
                })
            };
            Some((day(&from)?, day(&to)?))
        }
        _ => None,
    };

    let mut directions = Vec::new();
    for (name, part) in parsed.by_direction.unwrap_or_default() {
        let Some(part) = part else { continue };
        note_unknown(&mut unknown, &format!("by_direction.{name}"), &part.rest);
        directions
            .push(DirectionUsage { name, usage: Usage { calls: part.calls, cost: part.cost, ..Usage::default() } });
    }
    let mut customers = Vec::new();
    for customer in parsed.top_customers.unwrap_or_default() {
        note_unknown(&mut unknown, "top_customers", &customer.rest);
        customers.push(CustomerUsage {
            customer_id: customer.auth_id,
            name: customer.name.filter(|name| !name.trim().is_empty()),
            usage: Usage { calls: customer.calls, cost: customer.cost, ..Usage::default() },
        });
    }
    unknown.sort();
    unknown.dedup();
    Ok(Analytics {
        period,
        currency: totals.currency,
        total: Usage {
            calls: totals.total_calls,
            answered: totals.answered_calls,
            failed: totals.failed_calls,
            duration_seconds: totals.total_duration_seconds,
            cost: totals.total_cost,
        },
        directions,
        customers,
        unknown_fields: unknown,
    })
}
