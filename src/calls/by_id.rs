//! Calls of both sides in the order of their ids → pairs, duplicates, and what is left for
//! the numbers. Whatever many rows share an id, two of them are held.

use super::number::{self, COMPARED};
use super::outcome::Outcome;
use super::record::{DAY, LARGEST_SHIFT, MATCHED, Record, Side};
use super::sort::{Scratch, Sorter, Stream};
use crate::model::problem::Problem;

/// Where calls go whose id the other side does not have, and a mark of those that are
/// matched, to be recognised when one comes again under another id.
pub(crate) struct Rest {
    sorters: [Sorter; 2],
    /// Digits of caller and called number that are compared.
    compared: [u32; 2],
}

impl Rest {
    pub(crate) fn new(scratch: &Scratch, compared: [u32; 2]) -> Self {
        Self { sorters: [(); 2].map(|()| Sorter::new(scratch, Record::by_number)), compared }
    }

    fn put(&mut self, side: Side, record: Record, flag: u8) -> Result<(), Problem> {
        let key = number::key(record.from, record.to, self.compared);
        // Whose numbers are masked is not recognised by the digits that are left.
        if flag == MATCHED && (key == 0 || self.compared.iter().sum::<u32>() < COMPARED) {
            return Ok(());
        }
        self.sorters[side as usize].push(Record { key, flags: record.flags | flag, ..record })
    }

    /// The calls that are left, in the order of their numbers.
    ///
    /// # Errors
    /// They cannot be put aside.
    pub(crate) fn finish(self) -> Result<[Stream; 2], Problem> {
        let [partner, ours] = self.sorters;
        Ok([partner.finish()?, ours.finish()?])
    }
}

/// Matches calls by their ids.
///
/// # Errors
/// A sum beyond the exact range; calls cannot be put aside.
pub(crate) fn pair(
    mut sides: [Stream; 2],
    collapses: [bool; 2],
    outcome: &mut Outcome<'_>,
    rest: &mut Rest,
) -> Result<(), Problem> {
    loop {
        let heads = [sides[0].peek()?, sides[1].peek()?];
        let Some(id) = heads.iter().flatten().map(|record| record.id).min() else { return Ok(()) };
        if !id.is_some() {
            for (at, side) in Side::BOTH.into_iter().enumerate() {
                if heads[at].is_some_and(|record| record.id == id)
                    && let Some(record) = sides[at].next()?
                {
                    rest.put(side, record, 0)?;
                }
            }
            continue;
        }
        let mut group = Group::default();
        loop {
            // The next of each side with this id; the lesser in cost goes first, both where
            // they cost the same.
            let mut next = [None; 2];
            for at in 0..2 {
                while let Some(record) = sides[at].peek()?.filter(|record| record.id == id) {
                    if collapses[at] && group.last[at].is_some_and(|last| last.repeats(&record)) {
                        outcome.delivered_again(Side::BOTH[at], &record)?;
                        sides[at].next()?;
                        continue;
                    }
                    next[at] = Some(record);
                    break;
                }
            }
            let order = |record: &Record| (record.scale, record.units);
            let takes = match next {
                [None, None] => break,
                [Some(partner), Some(ours)] => {
                    let order = order(&partner).cmp(&order(&ours));
                    [order.is_le(), order.is_ge()]
                }
                [partner, ours] => [partner.is_some(), ours.is_some()],
            };
            for at in 0..2 {
                if takes[at] {
                    group.last[at] = sides[at].next()?;
                }
            }
            group.step(takes, outcome, rest)?;
        }
        group.end(outcome, rest)?;
    }
}

/// The rows of one id.
#[derive(Default)]
struct Group {
    /// The last row taken of each side.
    last: [Option<Record>; 2],
    /// The first row of each side that has no counterpart of the same cost.
    held: [Option<Record>; 2],
    pairs: u64,
}

impl Group {
    fn step(&mut self, takes: [bool; 2], outcome: &mut Outcome<'_>, rest: &mut Rest) -> Result<(), Problem> {
        if let ([true, true], [Some(partner), Some(ours)]) = (takes, self.last)
            && may_be_one(&partner, &ours)
        {
            self.pairs += 1;
            if self.pairs == 1 {
                outcome.pair(&partner, &ours, 0)?;
                return matched(&partner, &ours, rest);
            }
            return outcome.repeated(&partner, &ours);
        }
        for (at, side) in Side::BOTH.into_iter().enumerate().filter(|(at, _)| takes[*at]) {
            match (self.last[at], self.held[at]) {
                (Some(record), None) => self.held[at] = Some(record),
                (Some(record), Some(_)) => outcome.duplicated(side, &record)?,
                (None, _) => {}
            }
        }
        Ok(())
    }

    fn end(self, outcome: &mut Outcome<'_>, rest: &mut Rest) -> Result<(), Problem> {
        match self.held {
            [Some(partner), Some(ours)] if self.pairs == 0 && may_be_one(&partner, &ours) => {
                outcome.pair(&partner, &ours, 0)?;
                matched(&partner, &ours, rest)
            }
            held => {
                for (side, record) in Side::BOTH.into_iter().zip(held) {
                    match record {
                        Some(record) if self.pairs == 0 => rest.put(side, record, 0)?,
                        Some(record) => outcome.duplicated(side, &record)?,
                        None => {}
                    }
                }
                Ok(())
            }
        }
    }
}

/// Whether calls of one id are one call. Numbers that each side counts up for itself are no
/// common ids: such calls are days apart, further than any two clocks.
fn may_be_one(partner: &Record, ours: &Record) -> bool {
    let is_day = partner.has(DAY) || ours.has(DAY);
    partner.id.is_uuid() || is_day || (partner.start - ours.start).abs() <= LARGEST_SHIFT
}

fn matched(partner: &Record, ours: &Record, rest: &mut Rest) -> Result<(), Problem> {
    rest.put(Side::Partner, *partner, MATCHED)?;
    rest.put(Side::Ours, *ours, MATCHED)
}
