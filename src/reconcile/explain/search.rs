//! Candidates against differences: which of them fit, how many others fit as well, and how
//! many would be expected to.

use std::collections::HashSet;

use super::candidate::{Candidate, Effects, Fit, Sink};
use super::context::Context;
use super::difference::Difference;
use super::index::Index;
use super::slack::Slack;
use crate::model::chance::Chance;
use crate::model::finding::Confidence;
use crate::model::posting::PostedRow;
use crate::model::usage::Direction;
use crate::reconcile::compare::Comparison;

/// A cause that is looked for: its code, and everything that it could have done to the rows
/// of a difference.
pub(crate) type Cause = (&'static str, fn(&Context<'_>, &mut Sink<'_>));

impl Fit {
    /// How sure it is; one that needs another beside it is not.
    pub(super) fn confidence(&self) -> Confidence {
        if self.part { Confidence::Possible } else { self.chance.confidence(self.rivals.len(), !self.strong) }
    }
}

/// What is still to be explained of a difference.
#[derive(Clone, Copy)]
struct Target {
    total: i128,
    by_direction: Option<[i128; 2]>,
    /// What rounding may leave of it.
    slack: Slack,
}

impl Target {
    /// Whether an effect is all of it, but for what rounding can make.
    fn fits(&self, effect: [i128; 2]) -> bool {
        let near = |a: i128, b: i128, slack: i128| (a - b).abs() <= slack;
        near(effect[0] + effect[1], self.total, self.slack.total)
            && self.by_direction.is_none_or(|by| {
                let slack = self.slack.by_direction;
                near(by[0], effect[0], slack) && near(by[1], effect[1], slack)
            })
    }

    fn less(&self, effect: [i128; 2]) -> Self {
        Self {
            total: self.total - effect[0] - effect[1],
            by_direction: self.by_direction.map(|[a, b]| [a - effect[0], b - effect[1]]),
            slack: self.slack,
        }
    }

    /// Whether nothing is left but what rounding can make.
    fn is_nothing(&self) -> bool {
        let small = self.by_direction.is_none_or(|by| by.iter().all(|d| d.abs() <= self.slack.by_direction));
        self.total.abs() <= self.slack.total && small
    }

    /// Inbound and outbound, where one has too much and the other as much too little.
    fn crossed(&self) -> Option<[i128; 2]> {
        let Slack { total, by_direction } = self.slack;
        self.by_direction
            .filter(|by| (by[0] + by[1]).abs() <= total.max(by_direction) && by.iter().all(|d| d.abs() > by_direction))
    }

    /// The size by which chance is judged.
    fn size(&self) -> i128 {
        match self.by_direction {
            Some([a, b]) => a.abs().max(b.abs()),
            None => self.total.abs(),
        }
    }
}

/// Explains each difference by one cause, or by two where one leaves a rest.
/// So many differences lack money, with those that are told of already.
pub(super) fn explain(cx: &Comparison<'_>, all: &[Difference], short: usize, causes: &[Cause]) -> Vec<Fit> {
    let known = Index::new(cx, all, short);
    let mut found: Vec<Fit> = Vec::new();
    let mut done: HashSet<usize> = HashSet::new();
    for index in 0..all.len() {
        if done.contains(&index) {
            continue;
        }
        let Some(context) = Context::new(cx, all, index, &known) else { continue };
        let mut fits = Search { context: &context, causes }.explained();
        // A row in the other direction that is somebody else's is looked for by itself.
        fits.retain(|fit| !is_of_another(&context, fit));
        if let [only] = fits.as_mut_slice() {
            only.pair = false;
        }
        // A difference is explained once: what needs one that is explained already, does not
        // hold.
        if fits.iter().any(|fit| fit.differences.iter().any(|at| done.contains(at))) {
            continue;
        }
        for fit in &fits {
            done.extend(fit.differences.iter().copied());
        }
        found.extend(fits);
    }
    found
}

/// Whether a fit only moves money between directions, for a row of a customer who is not in the
/// difference.
fn is_of_another(context: &Context<'_>, fit: &Fit) -> bool {
    let is_member = |row: &PostedRow| context.at.members.binary_search(&row.customer_id).is_ok();
    fit.explains == 0 && fit.differences.len() == 1 && !fit.rows.iter().all(is_member)
}

/// The search for what explains one difference.
struct Search<'a> {
    context: &'a Context<'a>,
    causes: &'a [Cause],
}

impl Search<'_> {
    fn explained(&self) -> Vec<Fit> {
        let Context { target: total, by_direction, slack, .. } = *self.context;
        let target = Target { total, by_direction, slack };
        if let Some(fit) = self.best(target) {
            return vec![fit];
        }
        // Money that only stands under the other direction has no second cause.
        if total.abs() <= slack.total {
            return Vec::new();
        }
        // Each direction has a cause of its own.
        let apart = target.by_direction.filter(|by| by.iter().all(|d| d.abs() > slack.by_direction));
        if let Some([inbound, outbound]) = apart {
            let of = |by: [i128; 2]| Target {
                total: by[0] + by[1],
                by_direction: Some(by),
                slack: Slack { total: slack.by_direction, ..slack },
            };
            let fits: Vec<Fit> = [[inbound, 0], [0, outbound]].iter().filter_map(|by| self.best(of(*by))).collect();
            if fits.len() == 2 {
                return fits;
            }
        }
        let fits = self.two(target);
        if !fits.is_empty() {
            return fits;
        }
        // A slip of some row, and beside it a row in the other direction, whoever's.
        if let Some(mut rest) = target.by_direction
            && let Some(first) = self.best(Target { by_direction: None, ..target })
            && let Some(direction) = first.direction
        {
            rest[direction as usize] -= first.explains;
            let slack = Slack { total: slack.by_direction, ..slack };
            if let Some(second) = self.best(Target { total: 0, by_direction: Some(rest), slack }) {
                return vec![first, second];
            }
            // What stands under the other direction is then told by itself.
            if !self.context.has_own_directions() && first.confidence() == Confidence::Supported {
                return vec![first];
            }
        }
        Vec::new()
    }

    /// A candidate that shows by more than its amount, and one that explains the rest.
    fn two(&self, target: Target) -> Vec<Fit> {
        const MOST: usize = 400;
        /// More rows than this have too many candidates to be held against each other.
        const ROWS: usize = 5_000;
        if self.context.inside.len() > ROWS {
            return Vec::new();
        }
        let mut strong: Vec<([i128; 2], Fit)> = Vec::new();
        self.visit(Effects::Any, true, None, &mut |place, candidate| {
            let Some(effect) = candidate.effect.filter(|_| candidate.strong) else { return };
            if strong.len() < MOST {
                strong.push((effect, self.fitted(place, candidate, effect[0] + effect[1], target)));
            }
        });
        // What each leaves, and which of these rests some candidate makes.
        let mut rests: Vec<i128> = strong.iter().map(|(effect, _)| target.less(*effect).total).collect();
        rests.sort_unstable();
        rests.dedup();
        let mut effects: Vec<(i128, [i128; 2])> = Vec::new();
        if !rests.is_empty() {
            self.visit(Effects::Among(&rests, target.slack.total), false, None, &mut |_, candidate| {
                effects.extend(candidate.effect.map(|effect| (effect[0] + effect[1], effect)));
            });
            effects.sort_unstable();
        }
        strong.sort_by_key(|(_, fit)| fit.order);
        for (effect, first) in &strong {
            let rest = target.less(*effect);
            let from = effects.partition_point(|(sum, _)| *sum < rest.total - rest.slack.total);
            let near = effects[from..].iter().take_while(|(sum, _)| *sum <= rest.total + rest.slack.total);
            if rest.crossed().is_none() && !near.into_iter().any(|(_, effect)| rest.fits(*effect)) {
                continue;
            }
            if let Some(mut second) = self.best(rest)
                && second.rows != first.rows
                && (first.differences.len() == 1 || second.differences.len() == 1)
                // What only its amount shows is not made larger than what is to be explained.
                && (second.strong || second.explains.abs() <= target.size())
            {
                let mut first = first.clone();
                // Two at once fit more easily: every first that was tried is another chance
                // for a second one to fit the rest. These odds, and the rivals, are those of
                // both.
                second.chance = second.chance.times(strong.len());
                first.chance = second.chance;
                first.rivals.clone_from(&second.rivals);
                (first.part, second.part) = (false, !second.strong);
                (first.rounding, first.pair, second.pair) = (0, true, true);
                return vec![first, second];
            }
        }
        Vec::new()
    }

    /// Hands every candidate of every cause to `take`, with the place of its cause.
    fn visit(
        &self,
        wanted: Effects<'_>,
        strong_only: bool,
        crossed: Option<[i128; 2]>,
        take: &mut dyn FnMut(usize, &Candidate<'_>),
    ) {
        for (place, (_, candidates)) in self.causes.iter().enumerate() {
            candidates(
                self.context,
                &mut Sink { wanted, strong_only, crossed, take: &mut |candidate| take(place, &candidate) },
            );
        }
    }

    fn fitted(&self, place: usize, candidate: &Candidate<'_>, explains: i128, target: Target) -> Fit {
        let direction = candidate.effect.and_then(|effect| match effect {
            [0, 0] => None,
            [_, 0] => Some(Direction::Inbound),
            [0, _] => Some(Direction::Outbound),
            [inbound, _] => Some(if inbound > 0 { Direction::Inbound } else { Direction::Outbound }),
        });
        let code = self.causes[place].0;
        Fit {
            code,
            differences: std::iter::once(self.context.index).chain(candidate.other).collect(),
            explains,
            effect: candidate.effect,
            scale: self.context.scale,
            direction,
            rows: candidate.rows.iter().map(|row| (*row).clone()).collect(),
            pattern: candidate.pattern,
            particulars: candidate.particulars.clone(),
            strong: candidate.strong,
            order: (candidate.preference, place),
            rivals: vec![(code, None); candidate.rivals],
            chance: candidate.chance.unwrap_or(Chance::millionths(0)),
            part: false,
            rounding: target.total - explains,
            pair: false,
            slack: target.slack.total,
            room: self.context.rounding_bound(),
        }
    }

    /// The candidate that fits best, with its rivals and odds. One that something beside the
    /// amount shows has no rivals among those that only the amount does, which are many. What
    /// fits is looked up first; only where something does, all that could have are counted.
    fn best(&self, target: Target) -> Option<Fit> {
        let size = target.size();
        if size == 0 {
            return None;
        }
        let whole = target.total == self.context.target && target.by_direction == self.context.by_direction;
        let crossed = target.crossed();
        let slack = target.slack.total;
        let mut fits: Vec<(Fit, bool)> = Vec::new();
        self.visit(Effects::Among(&[target.total], slack), false, crossed, &mut |place, candidate| {
            // From the sums themselves: of the whole difference or of nothing.
            let explains = match candidate.effect {
                None if whole => target.total,
                // What rounding can make shows no row.
                Some(effect) if target.fits(effect) && !target.is_nothing() => effect[0] + effect[1],
                _ => return,
            };
            let fit = self.fitted(place, candidate, explains, target);
            let seen = |(known, _): &(Fit, bool)| known.code == fit.code && known.rows == fit.rows;
            if candidate.effect.is_none() || !fits.iter().any(seen) {
                fits.push((fit, candidate.chance.is_none()));
            }
        });
        fits.sort_by_key(|(fit, _)| (!fit.strong, fit.order, fit.rounding.abs()));
        let (mut first, counted) = fits.first()?.clone();
        // The same one, seen in the sums and in the rows, is no rival of itself.
        let is_other = |fit: &Fit| {
            let same = fit.code == first.code
                && fit.pattern.name == first.pattern.name
                && fit.particulars == first.particulars;
            !same || fit.rows != first.rows && !first.rows.is_empty()
        };
        let as_well = fits.iter().skip(1).map(|(fit, _)| fit).filter(|fit| fit.strong || !first.strong);
        let as_well = as_well.filter(|fit| is_other(fit));
        let mut rivals: Vec<_> = as_well.map(|fit| (fit.code, fit.rows.first().cloned())).collect();
        rivals.append(&mut first.rivals);
        first.rivals = rivals;
        if counted {
            // So many amounts of about this size, half to twice of it, in so many units, with
            // either sign.
            // Where rounding may leave something, each hits that many amounts.
            let tried = self.tried(size, first.strong, crossed);
            let unit = self.context.minor_unit();
            let slack = if target.by_direction.is_some() { slack.max(target.slack.by_direction) } else { slack };
            let width = u64::try_from(2 * slack / unit + 1).unwrap_or(u64::MAX);
            first.chance = Chance::of_tries(tried.saturating_mul(width), (3 * size / unit).unsigned_abs());
        }
        Some(first)
    }

    /// How many different effects of about this size are tried: of candidates that something
    /// beside the amount shows, or of all.
    fn tried(&self, size: i128, strong_only: bool, crossed: Option<[i128; 2]>) -> u64 {
        let mut near: HashSet<(usize, [i128; 2])> = HashSet::new();
        self.visit(Effects::About(size), strong_only, crossed, &mut |place, candidate| {
            let Some(effect) = candidate.effect.filter(|_| candidate.strong || !strong_only) else { return };
            let by = effect[0].abs().max(effect[1].abs());
            if 2 * by >= size && by <= 2 * size {
                near.insert((place, effect));
            }
        });
        near.len() as u64
    }
}
