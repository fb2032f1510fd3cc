//! What a unit costs, where a row's text names how many minutes or calls it is for.

use super::difference::units;
use crate::model::period::Period;
use crate::model::posting::PostedRow;
use crate::model::usage::Direction;

/// Of so many rows the usual prices are learned.
const SAMPLE: usize = 400;
/// So many of them must have one, and six in ten of those that name a quantity.
const FEWEST: usize = 4;
/// So many are tried.
const TRIED: usize = 6;
/// Fewer units than this say too little of their price.
const FEWEST_UNITS: i128 = 20;
/// Words that follow a quantity.
const UNITS: [&str; 4] = ["min", "call", "sec", "pulse"];

/// An amount and what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Priced {
    /// In units of 10^-scale.
    pub amount: i128,
    /// How many minutes or calls.
    pub quantity: i128,
    /// The unit that the amount was rounded to.
    unit: i128,
}

impl Priced {
    /// Of a row. None where its text names no quantity.
    #[must_use]
    pub(crate) fn of(row: &PostedRow, scale: u32) -> Option<Self> {
        let amount = units(row.amount, scale).filter(|amount| *amount > 0)?;
        let unit = 10_i128.checked_pow(scale.checked_sub(row.amount.scale().min(scale))?)?;
        Some(Self { amount, quantity: quantity(&row.text).filter(|n| *n >= FEWEST_UNITS)?, unit })
    }

    /// The same in smaller units, by so many digits.
    pub(super) fn finer(self, digits: u32) -> Self {
        let by = 10_i128.saturating_pow(digits);
        Self { amount: self.amount.saturating_mul(by), unit: self.unit.saturating_mul(by), ..self }
    }

    /// Whether both have one price, as far as rounding lets it be told.
    #[must_use]
    pub(crate) fn is_as(&self, other: &Self) -> bool {
        let gap = self.amount.checked_mul(other.quantity).zip(other.amount.checked_mul(self.quantity));
        let room = self.unit.checked_mul(other.quantity).zip(other.unit.checked_mul(self.quantity));
        gap.zip(room).is_some_and(|((a, b), (c, d))| 2 * (a - b).abs() <= c.saturating_add(d))
    }

    /// What this one's quantity comes to at that one's price, rounded as its amount is.
    #[must_use]
    pub(crate) fn at(&self, price: &Self) -> Option<i128> {
        let product = self.quantity.checked_mul(price.amount)?;
        let by = price.quantity.checked_mul(self.unit)?;
        Some((2 * product + by) / (2 * by) * self.unit)
    }

    /// The price of one, in ten-thousandths of a rupee.
    #[must_use]
    pub(crate) fn each(&self, scale: u32) -> i128 {
        let up = 10_i128.saturating_pow(4);
        let by = self.quantity.saturating_mul(10_i128.saturating_pow(scale)).max(1);
        (2 * self.amount.saturating_mul(up) + by) / (2 * by)
    }
}

/// The price that most of these have, by the first of them that has it.
#[must_use]
pub(crate) fn usual(all: &[Priced]) -> Option<Priced> {
    let count = |one: &Priced| all.iter().filter(|other| other.is_as(one)).count();
    let best = all.iter().take(TRIED).map(|one| (count(one), one)).rev().max_by_key(|(count, _)| *count);
    best.filter(|(count, _)| *count >= FEWEST && 10 * count >= 6 * all.len()).map(|(_, one)| *one)
}

/// The price at which most rows of each direction are, inbound and outbound.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Prices {
    /// None where they have many, or name no quantity.
    pub of: [Option<Priced>; 2],
    /// Whether any of those that were looked at names a quantity.
    pub are_named: bool,
}

impl Prices {
    /// Learned from some of the rows, evenly taken.
    pub(super) fn of(rows: &[PostedRow], period: &Period, scale: u32) -> Self {
        let mut both: [Vec<Priced>; 2] = Default::default();
        for row in rows.iter().step_by(rows.len() / SAMPLE + 1).filter(|row| period.contains(row.date)) {
            both[row.direction as usize].extend(Priced::of(row, scale));
        }
        let are_named = both.iter().any(|own| !own.is_empty());
        Self { of: Direction::ALL.map(|direction| usual(&both[direction as usize])), are_named }
    }
}

/// The number before a word that is a unit of calls; None where there is none, or several.
fn quantity(text: &str) -> Option<i128> {
    let mut found = None;
    let mut before = "";
    for token in text.split(|c: char| !c.is_alphanumeric()).filter(|token| !token.is_empty()) {
        let is_unit = UNITS.iter().any(|unit| token.get(..unit.len()).is_some_and(|it| it.eq_ignore_ascii_case(unit)));
        if let Some(number) = before.parse().ok().filter(|_| is_unit) {
            if found.is_some_and(|other| other != number) {
                return None;
            }
            found = Some(number);
        }
        before = token;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn priced(amount: i128, quantity: i128) -> Priced {
        Priced { amount, quantity, unit: 1 }
    }

    #[test]
    fn a_quantity_stands_before_its_unit() {
        let row = "2026-03-31,MA_01,inbound,14555.43,INR,INV/25-26/03801,30643 min inbound";
        assert_eq!(quantity(row), Some(30643));
        assert_eq!(quantity("Voice usage 812 minutes"), Some(812));
        assert_eq!(quantity("300 calls, 812 minutes"), None);
        assert_eq!(quantity("minutes of 5 March"), None);
        assert_eq!(quantity("12 ميناء"), None);
    }

    #[test]
    fn prices_are_alike_as_far_as_rounding_lets_it_be_told() {
        // 0.475 a minute.
        let (a, b) = (priced(1_455_543, 30_643), priced(9_500, 200));
        assert!(a.is_as(&b) && b.is_as(&a));
        assert!(!a.is_as(&priced(1_455_640, 30_643)));
        assert_eq!(a.at(&b), Some(1_455_543));
        assert_eq!(a.each(2), 4_750);
        let most = [priced(100_000, 2_000), a, b, priced(4_750, 100), priced(9_500, 200)];
        assert_eq!(usual(&most), Some(a));
        assert_eq!(usual(&most[..3]), None);
    }
}
