//! Top spenders, this period against the one before: rank, amount, who is new, who is gone.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use crate::model::history::{CustomerMonth, Month};
use crate::model::money::Money;
use crate::model::period::Period;
use crate::model::rounding::percent;

/// How many of each period's spenders are compared.
pub(crate) const TOP: usize = 20;

/// What can be said of the movement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Movement {
    /// Nothing, and why.
    Untold(String),
    /// With the period before.
    Told {
        /// Which.
        before: Period,
        /// This period's top spenders by rank, then those of the one before who are not among
        /// them.
        rows: Vec<Compared>,
    },
}

/// A customer's place in both periods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Compared {
    /// Its id.
    pub customer_id: String,
    /// Its name, where one is known.
    pub name: Option<String>,
    /// Its place now; None: no cost.
    pub rank: Option<usize>,
    /// Its place before; None: no cost, or, where `Moved::Unknown`, not kept.
    pub rank_before: Option<usize>,
    /// What it costs now.
    pub cost: Option<Money>,
    /// What it cost before.
    pub cost_before: Option<Money>,
    /// Now less before; None where one of them is not known or the sum cannot be had.
    pub difference: Option<Money>,
    /// The same in per cent of before, one decimal.
    pub percent: Option<Decimal>,
    /// In a word.
    pub moved: Moved,
}

/// How a spender moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moved {
    /// To a better place.
    Up,
    /// To a worse one.
    Down,
    /// It is where it was.
    Same,
    /// Without cost before.
    New,
    /// Without cost now.
    Gone,
    /// Not among the customers that were kept of the other period.
    Unknown,
}

impl Moved {
    /// The word of files and reports.
    #[must_use]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Same => "same",
            Self::New => "new",
            Self::Gone => "gone",
            Self::Unknown => "not kept",
        }
    }
}

/// Compares a period with the last one that was closed before it.
pub(super) fn of(before: Option<&Month>, now: &Month) -> Movement {
    let untold = |why: String| Movement::Untold(why);
    let Some(before) = before else { return untold("no earlier period was closed".to_owned()) };
    let (b, n) = (&before.period, &now.period);
    if b.to.succ_opt() != Some(n.from) {
        return untold(format!("the days before {} have no close that is as it was sealed", n.name));
    }
    let days = |period: &Period| (period.to - period.from).num_days();
    if !(b.is_month() && n.is_month()) && days(b) != days(n) {
        return untold(format!("{} is not as long as {}", b.name, n.name));
    }
    if before.currency != now.currency {
        return untold(format!("{} is in {}, {} in {}", b.name, before.currency.code(), n.name, now.currency.code()));
    }
    let (ranks, ranks_before) = (ranks(now), ranks(before));
    let mut order: Vec<&String> = top(&ranks);
    let shown: BTreeSet<&String> = order.iter().copied().collect();
    order.extend(top(&ranks_before).into_iter().filter(|id| !shown.contains(id)));
    let rows = order.into_iter().map(|id| {
        let (own, own_before) = (now.customers.get(id), before.customers.get(id));
        let (rank, rank_before) = (ranks.get(id).copied(), ranks_before.get(id).copied());
        let cost = cost_of(own, now);
        let cost_before = cost_of(own_before, before);
        let difference = cost.zip(cost_before).and_then(|(cost, before)| cost.minus(&before).ok());
        Compared {
            customer_id: id.clone(),
            name: own.and_then(|c| c.name.clone()).or_else(|| own_before.and_then(|c| c.name.clone())),
            percent: difference.zip(cost_before).and_then(|(d, before)| percent(d.amount(), before.amount(), 1)),
            moved: match (rank, rank_before) {
                _ if cost.is_none() || cost_before.is_none() => Moved::Unknown,
                (Some(_), None) => Moved::New,
                (None, _) => Moved::Gone,
                (Some(now), Some(before)) if now < before => Moved::Up,
                (Some(now), Some(before)) if now > before => Moved::Down,
                (Some(_), Some(_)) => Moved::Same,
            },
            rank,
            rank_before,
            cost,
            cost_before,
            difference,
        }
    });
    Movement::Told { before: before.period.clone(), rows: rows.collect() }
}

/// What a customer costs in a month; nothing, where all are kept and it is not among them.
fn cost_of(own: Option<&CustomerMonth>, month: &Month) -> Option<Money> {
    match own {
        Some(customer) => Some(customer.cost),
        None if month.customers_beyond == 0 => Some(Money::zero(month.currency)),
        None => None,
    }
}

/// Places by cost, those without cost left out; equal costs by id.
fn ranks(month: &Month) -> BTreeMap<&String, usize> {
    let mut spenders: Vec<(&String, &CustomerMonth)> =
        month.customers.iter().filter(|(_, customer)| !customer.cost.is_zero()).collect();
    spenders.sort_by(|(a, x), (b, y)| y.cost.amount().cmp(&x.cost.amount()).then_with(|| a.cmp(b)));
    spenders.into_iter().enumerate().map(|(place, (id, _))| (id, place + 1)).collect()
}

/// The first ones, in order.
fn top<'a>(ranks: &BTreeMap<&'a String, usize>) -> Vec<&'a String> {
    let mut first: Vec<(usize, &String)> = ranks.iter().map(|(id, rank)| (*rank, *id)).collect();
    first.sort_unstable();
    first.into_iter().take(TOP).map(|(_, id)| id).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::month;
    use super::*;

    fn rows(before: &Month, now: &Month) -> Vec<String> {
        let Movement::Told { rows, .. } = of(Some(before), now) else { panic!("untold") };
        rows.iter()
            .map(|row| {
                let rank = |rank: Option<usize>| rank.map_or_else(|| "–".to_owned(), |rank| rank.to_string());
                format!(
                    "{} {} from {}: {} {}, {} %",
                    row.customer_id,
                    rank(row.rank),
                    rank(row.rank_before),
                    row.moved.name(),
                    row.difference.map_or_else(String::new, |d| d.plain()),
                    row.percent.map_or_else(|| "–".to_owned(), |p| p.to_string())
                )
            })
            .collect()
    }

    #[test]
    fn up_down_new_and_gone_with_the_difference() {
        let before = month("2026-02", &[("A", "100.00"), ("B", "90.00"), ("C", "10.00"), ("E", "0.00")]);
        let now = month("2026-03", &[("A", "80.00"), ("B", "90.00"), ("D", "5.00"), ("E", "0.00")]);
        assert_eq!(
            rows(&before, &now),
            [
                "B 1 from 2: up 0.00, 0.0 %",
                "A 2 from 1: down -20.00, -20.0 %",
                "D 3 from –: new 5.00, – %",
                "C – from 3: gone -10.00, -100.0 %",
            ]
        );
    }

    #[test]
    fn who_was_not_kept_is_neither_new_nor_gone() {
        let mut before = month("2026-02", &[("A", "100.00")]);
        before.customers_beyond = 3;
        let now = month("2026-03", &[("A", "80.00"), ("B", "1.00")]);
        assert_eq!(rows(&before, &now)[1], "B 2 from –: not kept , – %");
    }

    #[test]
    fn a_gap_another_length_or_currency_is_not_joined_over() {
        let why = |before: &Month, now: &Month| match of(Some(before), now) {
            Movement::Untold(why) => why,
            Movement::Told { .. } => panic!("told"),
        };
        let now = month("2026-03", &[]);
        assert!(why(&month("2026-01", &[]), &now).contains("no close"));
        assert!(why(&month("2026-02-20..2026-02-28", &[]), &now).contains("not as long"));
        let mut foreign = month("2026-02", &[]);
        foreign.currency = crate::model::money::Currency::parse("USD").unwrap();
        assert_eq!(why(&foreign, &now), "2026-02 is in USD, 2026-03 in INR");
        assert!(matches!(of(None, &now), Movement::Untold(_)));
    }
}
