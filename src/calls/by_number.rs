//! Calls that no id has matched, in the order of numbers and start → pairs within stated
//! limits, where there is one possibility only. What several calls could be is told as
//! ambiguous; what is left goes through again where clocks are found to differ.

use std::collections::BTreeMap;

use super::outcome::Outcome;
use super::record::{DAY, LARGEST_SHIFT, MATCHED, PULSES, Record, Side, UNSTATED};
use super::sort::{Scratch, Spool, Stream};
use crate::model::call_terms::Limits;
use crate::model::problem::Problem;

/// Calls that lie within the limits of one another, at most; more are ambiguous.
const CLUSTER: usize = 4_096;
/// Calls of the same numbers that are looked at for a shift of clocks.
const VOTERS: usize = 16;
/// Shifts that are tried, one after the other.
const SHIFTS: usize = 4;
/// Calls that must speak for a shift.
const SPEAKING: u64 = 3;

/// What is left of a side.
type Left = [Spool; 2];

/// Matches what is left by numbers, start and duration.
///
/// # Errors
/// A sum beyond the exact range; calls cannot be put aside.
pub(crate) fn pair(
    sides: [Stream; 2],
    limits: &Limits,
    scratch: &Scratch,
    outcome: &mut Outcome<'_>,
    same: &dyn Fn(&Record, &Record) -> bool,
) -> Result<(), Problem> {
    let mut sides = sides;
    let mut shift = 0;
    let mut tried = Vec::new();
    loop {
        let mut pass = Pass {
            limits,
            shift,
            same,
            left: [Spool::new(scratch), Spool::new(scratch)],
            cluster: Default::default(),
            has_overflown: false,
            voters: Default::default(),
            votes: BTreeMap::new(),
            outcome,
        };
        pass.run(sides)?;
        let Pass { left, votes, .. } = pass;
        tried.push(shift);
        let fewest = left[0].count.min(left[1].count);
        let best = votes
            .into_iter()
            .filter(|(seconds, votes)| *votes >= SPEAKING.max(fewest / 20) && !tried.contains(seconds))
            .max_by_key(|(seconds, votes)| (*votes, -seconds.abs(), *seconds));
        let [partner, ours] = left;
        sides = [partner.finish()?, ours.finish()?];
        match best {
            Some((seconds, _)) if tried.len() <= SHIFTS => shift = seconds,
            _ => break,
        }
    }
    for (side, mut stream) in Side::BOTH.into_iter().zip(sides) {
        while let Some(record) = stream.next()? {
            outcome.unmatched(side, &record)?;
        }
    }
    Ok(())
}

/// Whether two calls lasted as long, as far as that is known: within the limit, or one
/// rounded up to a pulse.
fn lasted_as_long(a: &Record, b: &Record, limit: u32) -> bool {
    let stated =
        |r: &Record| [r.billed, r.whole].into_iter().filter(|seconds| *seconds != UNSTATED).collect::<Vec<_>>();
    let (a, b) = (stated(a), stated(b));
    let fits = |a: u32, b: u32| {
        let (short, long) = (a.min(b), a.max(b));
        long - short <= limit
            || PULSES.iter().any(|pulse| short > 0 && short.div_ceil(*pulse).checked_mul(*pulse) == Some(long))
    };
    a.is_empty() || b.is_empty() || a.iter().any(|a| b.iter().any(|b| fits(*a, *b)))
}

struct Pass<'p, 'o> {
    limits: &'p Limits,
    /// How much later our clock says the same moment, in seconds.
    shift: i64,
    same: &'p dyn Fn(&Record, &Record) -> bool,
    left: Left,
    /// Calls within the limits of one another.
    cluster: [Vec<Record>; 2],
    has_overflown: bool,
    /// Calls of the same numbers that are left.
    voters: [Vec<Record>; 2],
    votes: BTreeMap<i64, u64>,
    outcome: &'p mut Outcome<'o>,
}

/// Rows of one side with the same numbers, start and duration.
#[derive(Default)]
struct Same {
    held: Option<Record>,
    is_matched: bool,
}

impl Pass<'_, '_> {
    /// When a call began by the partner's clock.
    fn start(&self, side: usize, record: &Record) -> i64 {
        if side == 1 { record.start - self.shift } else { record.start }
    }

    fn run(&mut self, mut sides: [Stream; 2]) -> Result<(), Problem> {
        let mut last: Option<(u64, i64)> = None;
        loop {
            let mut next = None;
            for (at, side) in sides.iter_mut().enumerate() {
                let place = side.peek()?.map(|record| (record.key, self.start(at, &record), record.seconds()));
                next = [next, place].into_iter().flatten().min();
            }
            let Some((key, start, seconds)) = next else { break };
            let goes_on = last.is_some_and(|(before, at)| before == key && start - at <= self.limits.start_seconds);
            if !goes_on {
                self.end_cluster()?;
            }
            if last.is_none_or(|(before, _)| before != key) {
                self.vote();
            }
            last = Some((key, start));
            self.bundle(&mut sides, (key, start, seconds))?;
        }
        self.end_cluster()?;
        self.vote();
        Ok(())
    }

    /// Rows with the same numbers, start and duration: those that cost the same are matched
    /// one by one, whichever is which; the rest of a side is one call and its repetitions.
    fn bundle(&mut self, sides: &mut [Stream; 2], place: (u64, i64, u32)) -> Result<(), Problem> {
        let mut same = [Same::default(), Same::default()];
        loop {
            let mut next = [None; 2];
            for at in 0..2 {
                while let Some(record) = sides[at].peek()? {
                    if (record.key, self.start(at, &record), record.seconds()) != place {
                        break;
                    }
                    if record.has(MATCHED) {
                        same[at].is_matched = true;
                        sides[at].next()?;
                        continue;
                    }
                    // Without a number or a time of day it is matched by its id or not at all.
                    if record.key == 0 || record.has(DAY) {
                        self.left[at].push(&record)?;
                        sides[at].next()?;
                        continue;
                    }
                    next[at] = Some(record);
                    break;
                }
            }
            let order = |record: &Record| (record.scale, record.units);
            match next {
                [None, None] => break,
                [Some(partner), Some(ours)] if order(&partner) == order(&ours) && (self.same)(&partner, &ours) => {
                    sides[0].next()?;
                    sides[1].next()?;
                    self.outcome.pair(&partner, &ours, self.shift)?;
                    same.iter_mut().for_each(|same| same.is_matched = true);
                }
                [partner, ours] => {
                    let is_partner = match (partner, ours) {
                        (Some(partner), Some(ours)) => order(&partner) <= order(&ours),
                        (partner, _) => partner.is_some(),
                    };
                    let at = usize::from(!is_partner);
                    let Some(record) = sides[at].next()? else { break };
                    match same[at].held {
                        None => same[at].held = Some(record),
                        Some(_) => self.outcome.duplicated(Side::BOTH[at], &record)?,
                    }
                }
            }
        }
        for (side, same) in Side::BOTH.into_iter().zip(&mut same) {
            if let Some(record) = same.held.take_if(|_| same.is_matched) {
                self.outcome.duplicated(side, &record)?;
            }
        }
        match [same[0].held, same[1].held] {
            [Some(partner), Some(ours)] if (self.same)(&partner, &ours) => {
                self.outcome.pair(&partner, &ours, self.shift)
            }
            held => (0..2).try_for_each(|at| held[at].map_or(Ok(()), |record| self.gather(at, record))),
        }
    }

    fn gather(&mut self, at: usize, record: Record) -> Result<(), Problem> {
        if self.cluster[0].len() + self.cluster[1].len() >= CLUSTER {
            self.has_overflown = true;
            for side in [0, 1] {
                for record in std::mem::take(&mut self.cluster[side]) {
                    self.outcome.ambiguous(Side::BOTH[side], &record)?;
                }
            }
        }
        if self.has_overflown {
            return self.outcome.ambiguous(Side::BOTH[at], &record);
        }
        self.cluster[at].push(record);
        Ok(())
    }

    /// Matches the calls of a cluster that have one possibility each.
    fn end_cluster(&mut self) -> Result<(), Problem> {
        let [partner, ours] = std::mem::take(&mut self.cluster);
        self.has_overflown = false;
        let mut of_partner = vec![Vec::new(); partner.len()];
        let mut of_ours = vec![Vec::new(); ours.len()];
        let mut from = 0;
        for (p, call) in partner.iter().enumerate() {
            while from < ours.len() && self.start(1, &ours[from]) < call.start - self.limits.start_seconds {
                from += 1;
            }
            for (o, other) in ours.iter().enumerate().skip(from) {
                if self.start(1, other) > call.start + self.limits.start_seconds {
                    break;
                }
                if (self.same)(call, other) && lasted_as_long(call, other, self.limits.duration_seconds) {
                    of_partner[p].push(o);
                    of_ours[o].push(p);
                }
            }
        }
        for (p, call) in partner.iter().enumerate() {
            match of_partner[p][..] {
                [] => self.leave(0, call)?,
                [o] if of_ours[o].len() == 1 => self.outcome.pair(call, &ours[o], self.shift)?,
                _ => self.outcome.ambiguous(Side::Partner, call)?,
            }
        }
        for (o, call) in ours.iter().enumerate() {
            match of_ours[o][..] {
                [] => self.leave(1, call)?,
                [p] if of_partner[p].len() == 1 => {}
                _ => self.outcome.ambiguous(Side::Ours, call)?,
            }
        }
        Ok(())
    }

    fn leave(&mut self, at: usize, record: &Record) -> Result<(), Problem> {
        if self.voters[at].len() < VOTERS && record.seconds() != UNSTATED && record.seconds() > 0 {
            self.voters[at].push(*record);
        }
        self.left[at].push(record)
    }

    /// Counts the distances of what is left of the same numbers and duration.
    fn vote(&mut self) {
        let [partner, ours] = std::mem::take(&mut self.voters);
        for call in &partner {
            for other in &ours {
                let seconds = other.start - call.start;
                if seconds.abs() <= LARGEST_SHIFT && (self.same)(call, other) && lasted_as_long(call, other, 0) {
                    *self.votes.entry(seconds).or_default() += 1;
                }
            }
        }
    }
}
