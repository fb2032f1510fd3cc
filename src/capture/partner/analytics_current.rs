//! `GET /analytics`, the current generation: `calls`, `traffic`, `by_product`,
//! `time_series`; money as text. It names customers and states no usage of theirs.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::Deserialize;

use super::{PeriodPart, Rest, note_unknown, undecodable};
use crate::capture::exact;
use crate::model::problem::Problem;
use crate::model::usage::{Analytics, Breakdown, CallUsage, DirectionUsage};

#[derive(Deserialize)]
struct Body {
    period: Option<PeriodPart>,
    currency: Option<String>,
    calls: Calls,
    #[serde(default)]
    traffic: Option<BTreeMap<String, Option<Calls>>>,
    #[serde(default)]
    by_product: Option<BTreeMap<String, Option<Calls>>>,
    #[serde(default)]
    time_series: Option<Vec<Calls>>,
    #[serde(default)]
    accounts: Option<Accounts>,
    #[serde(flatten)]
    rest: Rest,
}

/// A block of figures. Its minutes have one decimal, so that seconds cannot be had from
/// them; a day's own directions carry no cost.
#[derive(Deserialize)]
struct Calls {
    #[serde(default, deserialize_with = "exact::count")]
    total_calls: Option<u64>,
    #[serde(default, deserialize_with = "exact::count")]
    answered_calls: Option<u64>,
    #[serde(default, deserialize_with = "exact::amount")]
    total_cost: Option<Decimal>,
}

impl Calls {
    fn usage(&self) -> CallUsage {
        CallUsage {
            calls: self.total_calls,
            answered: self.answered_calls,
            cost: self.total_cost,
            ..CallUsage::default()
        }
    }
}

#[derive(Deserialize)]
struct Accounts {
    #[serde(default)]
    customers: Option<Vec<Customer>>,
}

#[derive(Deserialize)]
struct Customer {
    auth_id: Option<String>,
    name: Option<String>,
}

/// Decodes the answer. `file` is what errors call it.
///
/// # Errors
/// Not this shape, or an amount that cannot be kept exactly: with line and column.
pub(super) fn decode(body: &[u8], file: &str) -> Result<Analytics, Problem> {
    let parsed: Body = serde_json::from_slice(body).map_err(|e| undecodable("analytics", file, &e))?;
    let mut unknown_fields = Vec::new();
    note_unknown(&mut unknown_fields, "", &parsed.rest);
    // Who the partner is, and its wallet, are no usage; they are known and not kept aside.
    unknown_fields.retain(|field| !["partner", "total_balance"].contains(&field.as_str()));

    let directions = parsed.traffic.unwrap_or_default().into_iter().filter_map(|(name, calls)| {
        let usage = calls?.usage();
        Some(DirectionUsage { name, usage })
    });
    let names = parsed.accounts.and_then(|a| a.customers).unwrap_or_default().into_iter().filter_map(|customer| {
        let name = customer.name.filter(|name| !name.trim().is_empty())?;
        Some((customer.auth_id?, name))
    });
    let products: Vec<CallUsage> = parsed.by_product.unwrap_or_default().values().flatten().map(Calls::usage).collect();
    let days: Vec<CallUsage> = parsed.time_series.unwrap_or_default().iter().map(Calls::usage).collect();
    let breakdowns = [("by_product", products), ("time_series", days)]
        .into_iter()
        .filter(|(_, parts)| !parts.is_empty())
        .map(|(field, parts)| Breakdown { field, parts })
        .collect();
    Ok(Analytics {
        period: PeriodPart::days(parsed.period, file)?,
        currency: parsed.currency,
        total: parsed.calls.usage(),
        directions: directions.collect(),
        names: names.collect(),
        breakdowns,
        unknown_fields,
        ..Analytics::default()
    })
}
