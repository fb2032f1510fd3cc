//! One factor between both sides at several customers: another basis or rate, and no slip.

use std::collections::BTreeSet;

use super::difference::{Difference, Who, row_count, units};
use super::slack::of_rows;
use crate::model::chance::Chance;
use crate::model::reconciliation::Status;
use crate::reconcile::compare::Comparison;

/// The factors of so many customers, the largest, are tried.
const TRIED: usize = 8;
/// So many customers must have it.
const FEWEST: usize = 3;

/// A factor that several customers' ledgers are of the partner's figures.
#[derive(Clone, Debug)]
pub struct Factor {
    /// The factor with six decimals, cut after the last that is not nought.
    pub text: String,
    /// Which differences have it.
    pub of: BTreeSet<usize>,
    /// Whether they are nine in ten of the customers whom both sides have, or more.
    pub is_all: bool,
    /// How likely so many have one by accident.
    pub chance: Chance,
}

/// Both sides of a difference in units, and what rounding its rows can make.
pub(super) struct Pair {
    pub index: usize,
    pub booked: i128,
    pub stated: i128,
    pub room: i128,
}

impl Pair {
    /// Whether this one's factor is that one's, as far as rounding lets it be told.
    pub(super) fn is_as(&self, one: &Self) -> Option<bool> {
        let gap = self.booked.checked_mul(one.stated)?.checked_sub(one.booked.checked_mul(self.stated)?)?;
        let room = self.room.checked_mul(one.stated)?.checked_add(one.room.checked_mul(self.stated)?)?;
        Some(gap.abs() <= room)
    }

    /// How many would have its factor by accident, in millionths: of all amounts up to twice its
    /// difference, those that rounding lets stand for it.
    pub(super) fn odds(&self) -> i128 {
        (2 * self.room + 1).saturating_mul(1_000_000) / (self.booked - self.stated).abs().max(1)
    }

    /// The factor, as short as rounding lets it be: with six decimals at most.
    pub(super) fn factor(&self) -> Option<String> {
        let factor = self.booked.checked_mul(1_000_000)?.checked_add(self.stated / 2)? / self.stated;
        let short = [10_000, 1_000, 100].into_iter().find_map(|step| {
            let near = (factor + step / 2) / step * step;
            let pair = Self { index: 0, booked: near, stated: 1_000_000, room: 0 };
            self.is_as(&pair).filter(|is| *is).map(|_| near)
        });
        let factor = short.unwrap_or(factor);
        let text = format!("{}.{:06}", factor / 1_000_000, factor % 1_000_000);
        Some(text.trim_end_matches('0').trim_end_matches('.').to_owned())
    }
}

/// The factor between both sides, as short as rounding lets it be. None where there is none.
pub(crate) fn shortest(booked: i128, stated: i128, room: i128) -> Option<String> {
    (booked > 0 && stated > 0).then_some(Pair { index: 0, booked, stated, room })?.factor()
}

/// What rounding a customer's rows at a scale can make in units of 10^-`scale`; a unit at least.
pub(super) fn room(cx: &Comparison<'_>, one: &Difference, written: u32, scale: u32) -> i128 {
    let rows = i128::from(row_count(cx, &one.members));
    of_rows(rows, written, scale).max(10_i128.saturating_pow(scale.saturating_sub(written)))
}

/// Those that have the factor that most have, the one it was taken from, and how likely so many
/// have one by accident. The factors of so many are tried, in so many parts of the month.
pub(super) fn most_alike(pairs: &[Pair], tried: usize, parts: usize) -> Option<(BTreeSet<usize>, &Pair, Chance)> {
    let expected = pairs.iter().map(Pair::odds).fold(0_i128, i128::saturating_add);
    let alike = pairs.iter().take(tried).map(|one| {
        let of: BTreeSet<usize> =
            pairs.iter().filter(|pair| pair.is_as(one) == Some(true)).map(|pair| pair.index).collect();
        (of, one)
    });
    let (of, one) = alike.max_by_key(|(of, one)| (of.len(), one.stated))?;
    // Two beside the first, for each that is tried in each part.
    let chance = expected.saturating_mul(expected).saturating_mul((tried * parts) as i128) / 1_000_000;
    Some((of, one, Chance::millionths(u64::try_from(chance).unwrap_or(u64::MAX))))
}

/// The factor that most differences have, if enough have one.
pub(super) fn common(cx: &Comparison<'_>, all: &[Difference], ledger_scale: u32) -> Option<Factor> {
    let scale = all.iter().map(|one| one.amount.normalize().scale()).max()?.max(ledger_scale);
    let scale = scale.max(cx.question.currency.minor_digits());
    let mut pairs: Vec<Pair> = Vec::new();
    for (index, one) in all.iter().enumerate().filter(|(_, one)| matches!(one.who, Who::Customer(_))) {
        let (Some(stated), booked) = (one.sides.analytics, one.sides.ledger) else { continue };
        let (Some(booked), Some(stated)) = (units(booked.amount(), scale), units(stated.amount(), scale)) else {
            continue;
        };
        let room = room(cx, one, ledger_scale.max(cx.question.currency.minor_digits()), scale);
        // Small differences have every factor.
        if booked > 0 && stated > 0 && (booked - stated).abs() > 20 * room {
            pairs.push(Pair { index, booked, stated, room });
        }
    }
    pairs.sort_by_key(|pair| (std::cmp::Reverse(pair.stated), pair.index));
    let (of, one, chance) = most_alike(&pairs, TRIED, 1)?;
    if of.len() < FEWEST {
        return None;
    }
    let both = cx.customers.iter().filter(|line| {
        line.status != Status::Unlisted
            && line.sides.analytics.is_some_and(|stated| !stated.is_zero())
            && !line.sides.ledger.is_zero()
    });
    // Another customer may have a fault of its own.
    let is_all = 10 * of.len() >= 9 * both.count();
    let text = one.factor()?;
    Some(Factor { text, of, is_all, chance })
}
