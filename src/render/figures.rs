//! The figures that reports print beside the comparison: shares, rates, averages. Exact
//! decimals, half up.

use rust_decimal::Decimal;

use crate::model::money::Money;
use crate::model::reconciliation::Reconciliation;
use crate::model::rounding::{Rounding, percent, ratio};

/// A customer by what it spends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spender {
    /// Its id.
    pub customer_id: String,
    /// Its name or id.
    pub name: String,
    /// The partner's cost.
    pub cost: Money,
    /// Calls, where stated.
    pub calls: Option<u64>,
    /// Share of the total in per cent, one decimal.
    pub share: Option<Decimal>,
}

/// Listed customers by cost, highest first.
#[must_use]
pub(crate) fn top_spenders(r: &Reconciliation, most: usize) -> Vec<Spender> {
    let whole = r.totals.analytics;
    let mut spenders: Vec<Spender> = r
        .customers
        .iter()
        .filter_map(|line| {
            let cost = line.sides.analytics.filter(|c| !c.is_zero())?;
            Some(Spender {
                customer_id: line.customer_id.clone(),
                name: line.name.clone().unwrap_or_else(|| line.customer_id.clone()),
                cost,
                calls: line.calls,
                share: whole.and_then(|w| percent(cost.amount(), w.amount(), 1)),
            })
        })
        .collect();
    spenders.sort_by(|a, b| b.cost.amount().cmp(&a.cost.amount()).then_with(|| a.customer_id.cmp(&b.customer_id)));
    spenders.truncate(most);
    spenders
}

/// Answered calls of all calls, in per cent with one decimal.
#[must_use]
pub(crate) fn answer_rate(r: &Reconciliation) -> Option<Decimal> {
    percent(Decimal::from(r.usage.answered?), Decimal::from(r.usage.calls?), 1)
}

/// Failed calls of all calls, in per cent with one decimal.
#[must_use]
pub(crate) fn failure_ratio(r: &Reconciliation) -> Option<Decimal> {
    percent(Decimal::from(r.usage.failed?), Decimal::from(r.usage.calls?), 1)
}

/// Mean connected time of an answered call, as minutes and seconds.
#[must_use]
pub(crate) fn average_duration(r: &Reconciliation) -> Option<String> {
    let seconds = Decimal::from(r.usage.duration_seconds?);
    let mean = ratio(seconds, Decimal::from(r.usage.answered?), 0, Rounding::HalfUp)?.mantissa();
    Some(format!("{} min {:02} s", mean / 60, mean % 60))
}

/// Mean cost of a call, four decimals.
#[must_use]
pub(crate) fn cost_per_call(r: &Reconciliation) -> Option<Money> {
    let whole = r.totals.analytics?;
    Some(Money::new(ratio(whole.amount(), Decimal::from(r.usage.calls?), 4, Rounding::HalfUp)?, r.currency))
}

/// A direction's share of the partner's total, in per cent with one decimal.
#[must_use]
pub(crate) fn direction_share(r: &Reconciliation, cost: Option<Money>) -> Option<Decimal> {
    percent(cost?.amount(), r.totals.analytics?.amount(), 1)
}

/// What stands where nothing is stated.
pub(super) fn dash() -> String {
    "–".to_owned()
}

/// A share as a person reads it.
pub(super) fn per_cent(share: Option<Decimal>) -> String {
    share.map_or_else(dash, |s| format!("{s} %"))
}
