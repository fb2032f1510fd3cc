//! `GET /dashboard`: live counts, all optional. Three generations name them differently;
//! one reader takes them all, since no name means two things.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use rust_decimal::Decimal;
use serde::Deserialize;

use super::{PeriodPart, Rest, note_unknown, undecodable};
use crate::capture::exact;
use crate::model::money::{Currency, MoneyError, Tally};
use crate::model::period::{Period, parse_day};
use crate::model::problem::Problem;
use crate::model::usage::{Dashboard, Look};

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

/// The parts of an answer that a month's spend stands in. The current generation has days in
/// place of one figure.
#[derive(Deserialize)]
struct Spend {
    #[serde(default, alias = "mtd_revenue", deserialize_with = "exact::amount")]
    total_spend_this_month: Option<Decimal>,
    currency: Option<String>,
    period: Option<PeriodPart>,
    #[serde(default)]
    time_series: Option<Vec<Day>>,
}

#[derive(Deserialize)]
struct Day {
    date: String,
    #[serde(default, deserialize_with = "exact::amount")]
    total_cost: Option<Decimal>,
}

/// What the answer says of the spend of the month in which it was `taken`, by the partner's
/// days. Days count where they reach back to the month's first one. `currency` is that of an
/// answer that states none; None where there is none at all.
///
/// # Errors
/// As [`decode`]; a currency that does not exist, a sum beyond the exact range.
pub(crate) fn look(
    body: &[u8],
    file: String,
    (taken, zone): (DateTime<Utc>, Tz),
    currency: Option<Currency>,
) -> Result<Option<Look>, Problem> {
    let parsed: Spend = serde_json::from_slice(body).map_err(|e| undecodable("dashboard", &file, &e))?;
    let wrong = |e: MoneyError| {
        Problem::stop("upstream-shape", "the partner's dashboard answer cannot be used")
            .at(&file)
            .because(e.to_string())
    };
    let stated = parsed.currency.as_deref().map(Currency::parse).transpose().map_err(wrong)?;
    let Some(currency) = stated.or(currency) else { return Ok(None) };
    let today = taken.with_timezone(&zone).date_naive();
    let month = Period::parse(&today.format("%Y-%m").to_string()).map_err(|why| Problem::stop("internal", why))?;
    let covers = PeriodPart::days(parsed.period, &file)?.is_some_and(|(from, _)| from <= month.from);
    let (mut sum, mut days) = (Tally::default(), Vec::new());
    for day in parsed.time_series.iter().flatten().filter(|_| covers) {
        let date = parse_day(&day.date).ok().filter(|date| month.contains(*date));
        let (Some(date), Some(cost)) = (date, day.total_cost) else { continue };
        sum.add(cost).map_err(wrong)?;
        // The day of asking is not over.
        if date < today {
            days.push(cost);
        }
    }
    let by_days = if days.is_empty() { None } else { Some(sum.total().map_err(wrong)?) };
    Ok(Some(Look { taken, spent: parsed.total_spend_this_month.or(by_days), currency, days, file }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_running_month_is_its_stated_spend_or_the_sum_of_its_days() {
        let read = |body: &str| {
            let taken = "2026-10-03T12:00:00Z".parse().unwrap();
            let look = look(body.as_bytes(), "dashboard.json".into(), (taken, Tz::UTC), Some(Currency::INR));
            let look = look.unwrap().unwrap();
            (look.spent.map(|spent| spent.to_string()), look.days.iter().map(Decimal::to_string).collect::<Vec<_>>())
        };
        assert_eq!(read(r#"{"total_spend_this_month":18450.5,"calls_today":1}"#).0.as_deref(), Some("18450.5"));
        assert_eq!(read(r#"{"mtd_revenue":"7.25"}"#), (Some("7.25".into()), vec![]));
        let days = |from: &str| {
            format!(
                r#"{{"period":{{"from":"{from}","to":"2026-10-03"}},"time_series":[{{"date":"2026-09-30","total_cost":"9.00"}},{{"date":"2026-10-01","total_cost":"1.50"}},{{"date":"2026-10-02","total_cost":"2.25"}},{{"date":"2026-10-03","total_cost":"0.10"}}]}}"#
            )
        };
        // The day of asking is in the spend, and no whole day.
        assert_eq!(read(&days("2026-09-04")), (Some("3.85".into()), vec!["1.50".into(), "2.25".into()]));
        // Days that begin after the month's first one are not its spend.
        assert_eq!(read(&days("2026-10-02")), (None, vec![]));
    }

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
