//! `GET /dashboard`, the shape of the API reference page: live counts, all optional.

use rust_decimal::Decimal;
use serde::Deserialize;

use super::{Rest, note_unknown, undecodable};
use crate::capture::exact;
use crate::model::problem::Problem;
use crate::model::usage::Dashboard;

#[derive(Deserialize)]
struct Body {
    #[serde(default, deserialize_with = "exact::count")]
    active_accounts: Option<u64>,
    #[serde(default, deserialize_with = "exact::amount")]
    total_balance: Option<Decimal>,
    currency: Option<String>,
    #[serde(default, deserialize_with = "exact::count")]
    calls_today: Option<u64>,
    #[serde(default, deserialize_with = "exact::count")]
    calls_this_month: Option<u64>,
    #[serde(default, deserialize_with = "exact::amount")]
    total_spend_this_month: Option<Decimal>,
    #[serde(default, deserialize_with = "exact::count")]
    accounts_low_balance: Option<u64>,
    #[serde(default, deserialize_with = "exact::count")]
    accounts_suspended: Option<u64>,
    #[serde(flatten)]
    rest: Rest,
}

/// Decodes the answer. `file` is what errors call it.
///
/// # Errors
/// Not an object of this shape: with line and column.
pub fn decode(body: &[u8], file: &str) -> Result<Dashboard, Problem> {
    let parsed: Body = serde_json::from_slice(body).map_err(|e| undecodable("dashboard", file, &e))?;
    let mut unknown_fields = Vec::new();
    note_unknown(&mut unknown_fields, "", &parsed.rest);
    Ok(Dashboard {
        active_accounts: parsed.active_accounts,
        total_balance: parsed.total_balance,
        currency: parsed.currency,
        calls_today: parsed.calls_today,
        calls_this_month: parsed.calls_this_month,
        total_spend_this_month: parsed.total_spend_this_month,
        accounts_low_balance: parsed.accounts_low_balance,
        accounts_suspended: parsed.accounts_suspended,
        unknown_fields,
    })
}
