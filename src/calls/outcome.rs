//! What became of every call: agreed, or in a group of those that share cause, customer and
//! direction. A call's money is in one place only, so that the groups add up to the
//! difference of the totals, always.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::intake::{Counted, Intake, too_large};
use super::names::Names;
use super::record::{DAY, FOREIGN, LARGEST_SHIFT, OUTSIDE, Record, Side};
use super::rules::{Evidence, Rule, Scale};
use super::sort::{Scratch, Spool};
use crate::model::call_terms::Limits;
use crate::model::money::add_exact;
use crate::model::problem::Problem;

/// Why calls of a group are not the same on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cause {
    /// The partner has it, we have not.
    Missing,
    /// We have it, the partner has not.
    Extra,
    /// It stands there more than once on this side.
    Duplicated(Side),
    /// Ours is the partner's cost times a factor.
    Rate,
    /// One side bills begun minutes or the like, the other does not.
    DurationRounding,
    /// Ours is the partner's cost, rounded.
    Rounding,
    /// One side charges nothing.
    Free,
    /// The costs differ, and no rule says why.
    Amount,
    /// Its start is in the period by one clock only.
    ClockShift,
    /// It is in another currency on one side.
    Currency,
    /// It is another customer's on our side.
    Customer,
    /// It went the other way on our side.
    Direction,
    /// It could be several of the other side's.
    Ambiguous,
}

impl Cause {
    /// The word of outputs.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Extra => "extra",
            Self::Duplicated(Side::Partner) => "duplicated-by-partner",
            Self::Duplicated(Side::Ours) => "duplicated-by-us",
            Self::Rate => "rate",
            Self::DurationRounding => "duration-rounding",
            Self::Rounding => "rounding",
            Self::Free => "free",
            Self::Amount => "amount",
            Self::ClockShift => "clock-shift",
            Self::Currency => "currency",
            Self::Customer => "customer",
            Self::Direction => "direction",
            Self::Ambiguous => "ambiguous",
        }
    }
}

/// What calls of a group share.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub cause: Cause,
    /// The factor, the pulses, the shift.
    pub detail: String,
    /// A place in the list of names.
    pub customer: u32,
    /// As [`Record::direction`].
    pub direction: u8,
}

/// What is said of calls on one side only that cost nothing, as those that were not connected:
/// many a rating file leaves them out.
const FREE: &str = "at no cost";

impl Key {
    /// Whether calls of the group are a difference.
    pub(crate) fn is_difference(&self) -> bool {
        self.detail != FREE
    }
}

/// Calls of both sides, and their money.
pub(crate) type Both = [Counted; 2];

/// A call that is shown, as it stands on either side.
pub(crate) type Example = [Option<Record>; 2];

/// Calls that are shown of each group.
const EXAMPLES: usize = 3;

/// Calls that differ for the same reason.
#[derive(Clone, Debug, Default)]
pub(crate) struct Group {
    /// Their calls that are in the totals.
    pub both: Both,
    /// Those with the largest difference.
    pub examples: Vec<(Reverse<Decimal>, Example)>,
    /// What all called numbers begin with.
    pub prefix: Option<String>,
}

/// What became of every call.
pub(crate) struct Outcome<'a> {
    pub names: &'a Names,
    limits: Limits,
    scale: Scale,
    /// Calls that agree: matched by id, by numbers, and by numbers with a shift of clocks.
    pub agreed: [Both; 3],
    /// Further rows of ids that both sides repeat; they agree.
    pub repeated: Both,
    pub groups: BTreeMap<Key, Group>,
    /// By how many seconds our clock is ahead of the partner's, beyond the limit: how many
    /// calls.
    pub shifts: BTreeMap<i64, u64>,
    /// Calls of one id that begin further apart than any two clocks.
    pub far: u64,
    /// Rows that the partner delivered again.
    pub again: [Counted; 2],
    /// Pairs that a rule may explain, once all are known: the partner's and ours in turn.
    pub differing: Spool,
    pub evidence: Evidence,
}

impl<'a> Outcome<'a> {
    pub(crate) fn new(intakes: &'a [Intake; 2], names: &'a Names, limits: Limits, scratch: &Scratch) -> Self {
        Self {
            names,
            limits,
            scale: Scale::new([intakes[0].scale, intakes[1].scale]),
            agreed: Default::default(),
            repeated: Default::default(),
            groups: BTreeMap::new(),
            shifts: BTreeMap::new(),
            far: 0,
            again: Default::default(),
            differing: Spool::new(scratch),
            evidence: Evidence::default(),
        }
    }

    /// Whose a call is: its customer and direction, those of the partner first.
    fn whose(&self, example: &Example) -> (u32, u8) {
        let records = Side::BOTH.into_iter().zip(example).filter_map(|(side, record)| Some((side, record.as_ref()?)));
        let mut customers = records.clone().map(|(side, record)| self.names.of(side, record.account));
        let mut directions = records.map(|(_, record)| record.direction);
        let customer = customers.find(|customer| *customer != Names::NOBODY).unwrap_or(Names::NOBODY);
        (customer, directions.find(|direction| *direction < 2).unwrap_or(2))
    }

    fn put(&mut self, cause: Cause, detail: String, example: Example) -> Result<(), Problem> {
        if !example.iter().flatten().any(Record::is_counted) {
            return Ok(());
        }
        let (customer, direction) = self.whose(&example);
        let group = self.groups.entry(Key { cause, detail, customer, direction }).or_default();
        add(&mut group.both, &example)?;
        let cost = |at: usize| example[at].filter(Record::is_counted).map(|record| record.cost()).unwrap_or_default();
        let difference = add_exact(cost(1), -cost(0)).map_err(too_large)?.abs();
        group.examples.push((Reverse(difference), example));
        group.examples.sort_by_key(|(difference, _)| *difference);
        group.examples.truncate(EXAMPLES);
        let called = example.iter().flatten().map(|record| record.to.digits()).find(|digits| !digits.is_empty());
        let called = called.unwrap_or_default();
        group.prefix = Some(match group.prefix.take() {
            None => called,
            Some(before) => before.chars().zip(called.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a).collect(),
        });
        Ok(())
    }

    /// A call of both sides. `shift`: how much later our clock says the same.
    ///
    /// # Errors
    /// A sum beyond the exact range; no room on the disk.
    pub(crate) fn pair(&mut self, partner: &Record, ours: &Record, shift: i64) -> Result<(), Problem> {
        let example = [Some(*partner), Some(*ours)];
        if !partner.is_counted() && !ours.is_counted() {
            return Ok(());
        }
        let apart = if partner.has(DAY) || ours.has(DAY) { 0 } else { ours.start - partner.start };
        if apart.abs() > LARGEST_SHIFT {
            self.far += 1;
        } else if apart.abs() > self.limits.start_seconds {
            *self.shifts.entry(apart).or_default() += 1;
        }
        if partner.has(FOREIGN) || ours.has(FOREIGN) {
            return self.put(Cause::Currency, String::new(), example);
        }
        if partner.has(OUTSIDE) || ours.has(OUTSIDE) {
            return self.later(partner, ours);
        }
        let customers = [(Side::Partner, partner), (Side::Ours, ours)].map(|(side, r)| self.names.of(side, r.account));
        if self.names.are_comparable && customers[0] != customers[1] && !customers.contains(&Names::NOBODY) {
            let detail = format!("ours is {}", self.names.name(customers[1]));
            return self.put(Cause::Customer, detail, example);
        }
        if let (Some(theirs), Some(own)) = (partner.way(), ours.way())
            && theirs != own
        {
            return self.put(Cause::Direction, format!("ours is {}", own.name()), example);
        }
        if partner.costs_as(ours) {
            let how = match (shift, partner.id == ours.id && partner.id.is_some()) {
                (_, true) => 0,
                (0, false) => 1,
                _ => 2,
            };
            return add(&mut self.agreed[how], &example);
        }
        if partner.units == 0 || ours.units == 0 {
            let side = if partner.units == 0 { "the partner charges nothing" } else { "we charge nothing" };
            return self.put(Cause::Free, side.to_owned(), example);
        }
        if let Some(costs) = self.scale.pair(partner, ours) {
            let whose = self.whose(&example);
            self.evidence.add(whose, costs);
        }
        self.later(partner, ours)
    }

    fn later(&mut self, partner: &Record, ours: &Record) -> Result<(), Problem> {
        self.differing.push(partner)?;
        self.differing.push(ours)
    }

    /// Decides about the pairs that had to wait until all were known.
    ///
    /// # Errors
    /// As [`Outcome::pair`].
    pub(crate) fn settle(&mut self, scratch: &Scratch) -> Result<(), Problem> {
        let rules = std::mem::take(&mut self.evidence).rules(&self.scale);
        let shifted = self.shifts.values().sum::<u64>();
        let mut pairs = std::mem::replace(&mut self.differing, Spool::new(scratch)).finish()?;
        while let (Some(partner), Some(ours)) = (pairs.next()?, pairs.next()?) {
            let example = [Some(partner), Some(ours)];
            if partner.has(OUTSIDE) || ours.has(OUTSIDE) {
                let apart = ours.start - partner.start;
                // What a few calls show is no clock.
                let many = self.shifts.get(&apart).is_some_and(|calls| *calls >= 3.max(shifted / 100));
                let detail = if many { shown(apart) } else { "by various times".to_owned() };
                self.put(Cause::ClockShift, detail, example)?;
                continue;
            }
            let rule = rules.of(self.whose(&example), &partner, &ours);
            let cause = match rule {
                None => Cause::Amount,
                Some(Rule::Rounding) => Cause::Rounding,
                Some(Rule::Rate { .. }) => Cause::Rate,
                Some(Rule::Pulse(..)) => Cause::DurationRounding,
            };
            self.put(cause, rule.map(|rule| rule.shown()).unwrap_or_default(), example)?;
        }
        Ok(())
    }

    /// A further row of an id that the other side repeats as well, at the same cost.
    ///
    /// # Errors
    /// As [`Outcome::pair`].
    pub(crate) fn repeated(&mut self, partner: &Record, ours: &Record) -> Result<(), Problem> {
        if partner.is_counted() != ours.is_counted() {
            return self.pair(partner, ours, 0);
        }
        add(&mut self.repeated, &[Some(*partner), Some(*ours)])
    }

    /// A row that the partner delivered again, word for word: it is counted once.
    ///
    /// # Errors
    /// A sum beyond the exact range.
    pub(crate) fn delivered_again(&mut self, side: Side, record: &Record) -> Result<(), Problem> {
        if record.is_counted() { self.again[side as usize].add(record).map_err(too_large) } else { Ok(()) }
    }

    /// A row of a call that stands on its side already.
    ///
    /// # Errors
    /// A sum beyond the exact range.
    pub(crate) fn duplicated(&mut self, side: Side, record: &Record) -> Result<(), Problem> {
        self.put(Cause::Duplicated(side), String::new(), alone(side, record))
    }

    /// A call that could be several of the other side's.
    ///
    /// # Errors
    /// A sum beyond the exact range.
    pub(crate) fn ambiguous(&mut self, side: Side, record: &Record) -> Result<(), Problem> {
        self.put(Cause::Ambiguous, String::new(), alone(side, record))
    }

    /// A call that the other side does not have.
    ///
    /// # Errors
    /// A sum beyond the exact range.
    pub(crate) fn unmatched(&mut self, side: Side, record: &Record) -> Result<(), Problem> {
        let cause = if side == Side::Partner { Cause::Missing } else { Cause::Extra };
        let detail = if record.units == 0 { FREE } else { "" };
        self.put(cause, detail.to_owned(), alone(side, record))
    }
}

fn alone(side: Side, record: &Record) -> Example {
    let mut example = [None; 2];
    example[side as usize] = Some(*record);
    example
}

/// Adds what of a call is in the totals.
fn add(both: &mut Both, example: &Example) -> Result<(), Problem> {
    for (sum, record) in both.iter_mut().zip(example) {
        if let Some(record) = record.as_ref().filter(|record| record.is_counted()) {
            sum.add(record).map_err(too_large)?;
        }
    }
    Ok(())
}

/// A shift of clocks in words: `+5 h 30 min`.
pub(crate) fn shown(seconds: i64) -> String {
    let size = seconds.unsigned_abs();
    let parts = [(size / 3_600, "h"), (size / 60 % 60, "min"), (size % 60, "s")];
    let parts: Vec<String> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, unit)| format!("{n} {unit}")).collect();
    format!("{}{}", if seconds < 0 { "-" } else { "+" }, parts.join(" "))
}
