//! `GET /dashboard`: live counts, all optional. Three generations name them differently;
//! one reader takes them all, since no name means two things.

use rust_decimal::Decimal;
use serde::Deserialize;

use super::{Rest, note_unknown, undecodable};
use crate::capture::exact;
use crate::model::problem::Problem;
use crate::model::usage::Dashboard;

#[derive(Deserialize)]
struct Body {
    /// The reference page's name; `active_customers` is the inline example's.
    #[serde(default, alias = "active_customers", deserialize_with = "exact::count")]
    active_accounts: Option<u64>,
    #[serde(default, alias = "total_balance_held", deserialize_with = "exact::amount")]
    total_balance: Option<Decimal>,
    currency: Option<String>,
    #[serde(default, deserialize_with = "exact::count")]
    calls_today: Option<u64>,
    #[serde(default, deserialize_with = "exact::count")]
    calls_this_month: Option<u64>,
    #[serde(default, alias = "mtd_revenue", deserialize_with = "exact::amount")]
    total_spend_this_month: Option<Decimal>,
    #[serde(default, deserialize_with = "exact::count")]
    accounts_low_balance: Option<u64>,
    #[serde(default, deserialize_with = "exact::count")]
    accounts_suspended: Option<u64>,
    /// The current generation's.
    #[serde(default)]
    accounts: Option<Accounts>,
    #[serde(flatten)]
    rest: Rest,
}

#[derive(Deserialize)]
struct Accounts {
    #[serde(default, deserialize_with = "exact::count")]
    active: Option<u64>,
}

/// Decodes the answer. `file` is what errors call it.
///
/// # Errors
/// Not an object of these shapes: with line and column.
pub(crate) fn decode(body: &[u8], file: &str) -> Result<Dashboard, Problem> {
    let parsed: Body = serde_json::from_slice(body).map_err(|e| undecodable("dashboard", file, &e))?;
    let mut unknown_fields = Vec::new();
    note_unknown(&mut unknown_fields, "", &parsed.rest);
    Ok(Dashboard {
        active_accounts: parsed.active_accounts.or(parsed.accounts.and_then(|a| a.active)),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_generations_are_read_as_one() {
        let reference = br#"{"active_accounts":47,"total_balance":284500.00,"currency":"INR","calls_today":1,"accounts_low_balance":3}"#;
        let current = br#"{"partner":{"balance":null},"accounts":{"total":6,"active":5,"customers":[]},"total_balance":"1003058.82000","currency":"INR","calls":{"total_minutes":0}}"#;
        let inline = br#"{"total_customers":9,"active_customers":8,"pending_kyc":1,"total_balance_held":250000,"currency":"INR","mtd_revenue":18450.5}"#;
        let read = |body: &[u8]| {
            let d = decode(body, "dashboard.json").unwrap();
            (d.active_accounts, d.total_balance.map(|b| b.to_string()))
        };
        assert_eq!(read(reference), (Some(47), Some("284500.00".into())));
        assert_eq!(read(current), (Some(5), Some("1003058.82000".into())));
        assert_eq!(read(inline), (Some(8), Some("250000".into())));
    }
}
