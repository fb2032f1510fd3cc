//! What the page of version 0.1 told otherwise: its trend.

use minijinja::{Value, context};
use rust_decimal::Decimal;

use super::charts;
use super::figures::{dash, per_cent};
use crate::model::history::{Calls, Month};
use crate::model::money::{Currency, Money, grouped_count};
use crate::model::reconciliation::Reconciliation;

/// The closed periods before this one, and this one.
#[must_use]
pub(super) fn trend(r: &Reconciliation, history: &[Month]) -> Value {
    let calls = Calls { calls: r.usage.calls, answered: r.usage.answered, failed: r.usage.failed };
    let this = (r.period.name.as_str(), r.currency, r.totals.analytics, calls);
    let months: Vec<_> = history
        .iter()
        .map(|month| (month.period.name.as_str(), month.currency, month.cost, month.calls))
        .chain([this])
        .collect();
    let costs: Vec<(&str, Result<Decimal, String>)> = months
        .iter()
        .filter(|(_, currency, ..)| *currency == r.currency)
        .filter_map(|(period, _, cost, _)| Some((*period, Ok((*cost)?.amount()))))
        .collect();
    let rates: Vec<(&str, Decimal, Decimal)> = months
        .iter()
        .filter_map(|(period, .., calls)| Some((*period, calls.share(calls.answered)?, calls.share(calls.failed)?)))
        .collect();
    let periods: Vec<&str> = rates.iter().map(|(period, ..)| *period).collect();
    let share = |pick: fn(&(&str, Decimal, Decimal)) -> Decimal| -> Vec<charts::Share<'_>> {
        rates.iter().map(|rate| Some((pick(rate), ""))).collect()
    };
    let row = |(period, _, cost, calls): &(&str, Currency, Option<Money>, Calls)| {
        context! {
            period => *period,
            cost => cost.map_or_else(dash, |cost| cost.display()),
            calls => calls.calls.map_or_else(dash, |n| grouped_count(n, r.currency)),
            answered => per_cent(calls.share(calls.answered)),
            failed => per_cent(calls.share(calls.failed)),
        }
    };
    context! {
        spend_chart => charts::spend(&costs, r.currency),
        rates_chart => charts::rates(&periods, &[], &share(|rate| rate.1), &share(|rate| rate.2)),
        rows => if months.len() > 1 { months.iter().map(row).collect() } else { Vec::new() },
    }
}
