//! The odds over the whole report: what fits one difference by accident once in ten thousand
//! times, fits some one of a thousand differences once in ten reports.

use std::collections::{BTreeMap, BTreeSet};

use super::candidate::Fit;
use crate::model::chance::Chance;

/// A millionth, in 10^-12.
pub(super) const MILLIONTH: u128 = 1_000_000;

/// So many tries, each of which hits one of so many amounts, in 10^-12.
pub(super) fn of(tries: u64, amounts: u128) -> u128 {
    (u128::from(tries) * MILLIONTH * MILLIONTH).div_ceil(amounts.max(1))
}

/// Takes into account how many differences were tried. What is expected by accident is the
/// sum, over all differences, of what is expected of each and would look as good or better:
/// counted for what more than the amount shows, since most differences have no such candidate;
/// otherwise as much for each. Of a fit that others are like, so many are expected by accident
/// among so many as there are (Benjamini and Hochberg, 1995): a slip that touches hundreds is
/// no accident because hundreds were tried.
///
/// `odds` says of a difference how likely a candidate of each of these causes fits it that more
/// than the amount shows.
pub(super) fn over_all(found: &mut [Fit], tried: &[usize], odds: impl Fn(usize, &[usize]) -> Vec<u128>) {
    if tried.len() < 2 {
        return;
    }
    let mut kinds: BTreeMap<(&str, &str, bool), Vec<usize>> = BTreeMap::new();
    for (index, fit) in found.iter().enumerate().filter(|(_, fit)| !fit.pattern.is_of_report) {
        kinds.entry((fit.code, fit.pattern.name, fit.strong)).or_default().push(index);
    }
    let causes: BTreeSet<usize> = found.iter().filter(|fit| fit.is_of_rows()).map(|fit| fit.order.1).collect();
    let causes: Vec<usize> = causes.into_iter().collect();
    let mut of_cause: Vec<Vec<u128>> = vec![Vec::new(); causes.len()];
    for index in tried.iter().filter(|_| !causes.is_empty()) {
        for (all, of) in of_cause.iter_mut().zip(odds(*index, &causes)) {
            all.push(of);
        }
    }
    for alike in kinds.values_mut() {
        alike.sort_by_key(|index| std::cmp::Reverse(found[*index].odds));
        let mut least = u128::MAX;
        for (better, index) in (0..alike.len()).rev().zip(alike.iter()) {
            let fit = &mut found[*index];
            let expected = match causes.binary_search(&fit.order.1) {
                Ok(at) if fit.is_of_rows() => {
                    of_cause[at].iter().filter(|of| **of <= fit.odds).fold(0, |sum: u128, of| sum.saturating_add(*of))
                }
                _ => fit.odds.saturating_mul(tried.len() as u128),
            };
            least = least.min(expected / (better as u128 + 1)).max(fit.odds);
            let millionths = u64::try_from(least.div_ceil(MILLIONTH)).unwrap_or(u64::MAX);
            fit.chance = fit.chance.max(Chance::millionths(millionths));
        }
    }
}

impl Fit {
    /// Whether the odds come from counting rows that more than the amount shows. Of two at once
    /// they come from the pairs, of which every difference has many.
    fn is_of_rows(&self) -> bool {
        self.strong && self.effect.is_some() && self.is_counted && !self.pair
    }
}
