//! Candidates against differences: which of them fit, how many others fit as well, and how
//! many would be expected to.

use std::collections::HashSet;
use std::ops::Range;

use super::candidate::{Candidate, Effects, Fit, Sink};
use super::context::Context;
use super::difference::Difference;
use super::index::Index;
use super::odds;
use super::slack::Slack;
use crate::model::chance::Chance;
use crate::model::finding::Confidence;
use crate::model::posting::PostedRow;
use crate::model::usage::Direction;
use crate::reconcile::claims::FIRST;
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

/// More rows than this have too many candidates to be held against each other.
pub(super) const ROWS: usize = 5_000;
/// Where more differences than this are open, two slips at once are no evidence: some two
/// candidates make nearly every amount.
pub(super) const OPEN: usize = 100;

/// By so much the odds of what more than the amount shows are taken for larger than they are
/// counted: with less, two of 32,000 differences without a cause were told one.
const MARGIN: usize = 5;

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

/// All rows are asked for where one in so many of a sample's differences has a cause.
const ONE_IN: usize = 20;

/// What a search came to.
pub(super) struct Explained {
    pub(super) found: Vec<Fit>,
    /// The differences whose rows were not looked at.
    pub(super) unsearched: Vec<usize>,
    /// Whether a sample of the rows has enough causes for all of them to be asked for.
    pub(super) asks_for_more: bool,
}

/// Explains each difference by one cause, or by two where one leaves a rest; of a question with a
/// sample of the rows, each that the sample has. So many differences lack money, with those that
/// are told of already.
pub(super) fn explain(cx: &Comparison<'_>, all: &[Difference], short: usize, causes: &[Cause]) -> Explained {
    let known = Index::new(cx, all, short);
    let mut found: Vec<Fit> = Vec::new();
    let mut done: HashSet<usize> = HashSet::new();
    let sampled = &cx.question.sampled;
    let is_at_hand = |index: &usize| {
        sampled.as_ref().is_none_or(|sampled| all[*index].members.iter().all(|id| sampled.contains(id)))
    };
    let (mut tried, others): (Vec<usize>, Vec<usize>) = (0..all.len()).partition(is_at_hand);
    explain_some(cx, all, (&known, causes), &tried, (&mut found, &mut done));
    let is_told = |fit: &&Fit| fit.confidence() == Confidence::Supported;
    let explained: HashSet<usize> = found.iter().filter(is_told).flat_map(|fit| &fit.differences).copied().collect();
    let has_causes = all.len() <= FIRST || ONE_IN * explained.len() >= tried.len();
    // What follows from the sums alone is seen in them without more rows.
    let is_by_sums = !explained.is_empty() && found.iter().filter(is_told).all(|fit| fit.effect.is_none());
    let asks_for_more = !others.is_empty() && has_causes && !is_by_sums;
    if has_causes && is_by_sums {
        explain_some(cx, all, (&known, causes), &others, (&mut found, &mut done));
        tried.extend(others.iter().copied());
    }
    odds::over_all(&mut found, &tried, |index, places| {
        let context = Context::new(cx, all, index, &known);
        let odds = |place: &usize| context.as_ref().map_or(0, |context| Search { context, causes }.odds_of(*place));
        places.iter().map(odds).collect()
    });
    let unsearched = others.into_iter().filter(|index| !done.contains(index)).collect();
    Explained { found, unsearched, asks_for_more }
}

/// Explains some of the differences, and adds what is found and which are explained.
fn explain_some<'a>(
    cx: &'a Comparison<'a>,
    all: &'a [Difference],
    (known, causes): (&'a Index<'a>, &[Cause]),
    some: &[usize],
    (found, done): (&mut Vec<Fit>, &mut HashSet<usize>),
) {
    for index in some.iter().copied() {
        if done.contains(&index) {
            continue;
        }
        let Some(context) = Context::new(cx, all, index, known) else { continue };
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
}

/// Whether a fit only moves money between directions, for a row of a customer who is not in the
/// difference.
fn is_of_another(context: &Context<'_>, fit: &Fit) -> bool {
    let is_member = |row: &PostedRow| context.at.concerns(&row.customer_id);
    fit.explains == 0 && fit.differences.len() == 1 && !fit.rows.iter().all(is_member)
}

/// The search for what explains one difference.
struct Search<'s, 'a> {
    context: &'s Context<'a>,
    causes: &'s [Cause],
}

impl Search<'_, '_> {
    fn target(&self) -> Target {
        let Context { target: total, by_direction, slack, .. } = *self.context;
        Target { total, by_direction, slack }
    }

    fn explained(&self) -> Vec<Fit> {
        let target = self.target();
        let Target { total, slack, .. } = target;
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
        if self.context.inside.len() > ROWS || self.context.all.len() > OPEN {
            return Vec::new();
        }
        let mut strong: Vec<([i128; 2], Fit)> = Vec::new();
        self.visit(0..self.causes.len(), Effects::Any, true, None, &mut |place, candidate| {
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
            self.visit(
                0..self.causes.len(),
                Effects::Among(&rests, target.slack.total),
                false,
                None,
                &mut |_, candidate| {
                    effects.extend(candidate.effect.map(|effect| (effect[0] + effect[1], effect)));
                },
            );
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
                // Where counting the second has no margin, the pair has it.
                let has_margin = second.strong && second.is_counted;
                let firsts = strong.len() * if has_margin { 1 } else { MARGIN };
                second.chance = second.chance.times(firsts);
                second.odds = second.odds.saturating_mul(firsts as u128);
                (first.chance, first.odds) = (second.chance, second.odds);
                first.rivals.clone_from(&second.rivals);
                (first.part, second.part) = (false, !second.strong);
                (first.rounding, first.pair, second.pair) = (0, true, true);
                return vec![first, second];
            }
        }
        Vec::new()
    }

    /// Hands every candidate of the causes at these places to `take`, with the place of its cause.
    fn visit(
        &self,
        places: Range<usize>,
        wanted: Effects<'_>,
        strong_only: bool,
        crossed: Option<[i128; 2]>,
        take: &mut dyn FnMut(usize, &Candidate<'_>),
    ) {
        for place in places {
            let (_, candidates) = self.causes[place];
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
            rivals: candidate.rivals.iter().map(|code| (*code, None)).collect(),
            chance: candidate.chance.unwrap_or(Chance::millionths(0)),
            odds: candidate.chance.map_or(0, |chance| u128::from(chance.in_millionths()) * odds::MILLIONTH),
            tries: candidate.tries,
            is_counted: candidate.chance.is_none(),
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
        let mut fits: Vec<Fit> = Vec::new();
        self.visit(
            0..self.causes.len(),
            Effects::Among(&[target.total], slack),
            false,
            crossed,
            &mut |place, candidate| {
                // From the sums themselves: of the whole difference or of nothing.
                let explains = match candidate.effect {
                    None if whole => target.total,
                    // What rounding can make shows no row.
                    Some(effect) if target.fits(effect) && !target.is_nothing() => effect[0] + effect[1],
                    _ => return,
                };
                let fit = self.fitted(place, candidate, explains, target);
                let seen = |known: &Fit| known.code == fit.code && known.rows == fit.rows;
                if candidate.effect.is_none() || !fits.iter().any(seen) {
                    fits.push(fit);
                }
            },
        );
        fits.sort_by_key(|fit| (!fit.strong, fit.order, fit.rounding.abs()));
        let mut first = fits.first()?.clone();
        // The same one, seen in the sums and in the rows, is no rival of itself.
        let is_other = |fit: &Fit| {
            let same = fit.code == first.code
                && fit.pattern.name == first.pattern.name
                && fit.particulars == first.particulars;
            !same || fit.rows != first.rows && !first.rows.is_empty()
        };
        let as_well = fits.iter().skip(1).filter(|fit| fit.strong || !first.strong);
        let as_well = as_well.filter(|fit| is_other(fit));
        let mut rivals: Vec<_> = as_well.map(|fit| (fit.code, fit.rows.first().cloned())).collect();
        rivals.append(&mut first.rivals);
        first.rivals = rivals;
        if first.is_counted {
            let tries = self.tries(target, first.strong, None).saturating_add(first.tries);
            let amounts = self.amounts(size, first.strong);
            first.chance = Chance::of_tries(tries, amounts);
            first.odds = odds::of(tries, amounts);
        }
        Some(first)
    }

    /// How likely one of a cause's candidates that more than the amount shows fits by accident.
    fn odds_of(&self, place: usize) -> u128 {
        let target = self.target();
        let tries = self.tries(target, true, Some(place));
        odds::of(tries, self.amounts(target.size(), true))
    }

    /// How many amounts there are of about this size, half to twice of it, with either sign. Of
    /// what more than the amount shows, a [`MARGIN`]th: rows and differences are not spread as
    /// evenly as counting them supposes.
    fn amounts(&self, size: i128, strong: bool) -> u128 {
        let amounts = (3 * size / self.context.minor_unit()).unsigned_abs();
        if strong { amounts / MARGIN as u128 } else { amounts }
    }

    /// How many amounts of about this size are hit by different effects that are tried: of
    /// candidates that something beside the amount shows, or of all; of one cause, or of all.
    /// Where rounding may leave something, each hits that many amounts.
    fn tries(&self, target: Target, strong_only: bool, of: Option<usize>) -> u64 {
        let Slack { total, by_direction } = target.slack;
        let slack = if target.by_direction.is_some() { total.max(by_direction) } else { total };
        let different = self.different(target.size(), strong_only, target.crossed(), of);
        different.saturating_mul(self.context.width(slack))
    }

    fn different(&self, size: i128, strong_only: bool, crossed: Option<[i128; 2]>, of: Option<usize>) -> u64 {
        let mut near: Vec<(usize, [i128; 2])> = Vec::new();
        let causes = of.map_or(0..self.causes.len(), |place| place..place + 1);
        self.visit(causes, Effects::About(size), strong_only, crossed, &mut |place, candidate| {
            let Some(effect) = candidate.effect.filter(|_| candidate.strong || !strong_only) else { return };
            let by = effect[0].abs().max(effect[1].abs());
            if 2 * by >= size && by <= 2 * size {
                near.push((place, effect));
            }
        });
        near.sort_unstable();
        near.dedup();
        near.len() as u64
    }
}
