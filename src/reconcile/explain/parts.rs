//! Parts of a month that may have a rate of their own: the days from one on, those before one,
//! one direction, or both at once.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::difference::{Difference, Who, units};
use super::factor::{Pair, most_alike, room};
use crate::model::chance::Chance;
use crate::model::period::Period;
use crate::model::posting::PostedRow;
use crate::model::usage::Direction;
use crate::reconcile::compare::Comparison;

/// Longer periods than this are not taken apart.
const LONGEST: usize = 100;
/// The rates of so many customers, the largest, are tried for each part.
const TRIED: usize = 4;
/// In so many customers' rows, the largest's, the part is looked for.
const SAMPLE: usize = 100;
/// So many customers must have the same rate in the same part.
const FEWEST: usize = 3;

/// A part of the month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// One direction only.
    pub direction: Option<Direction>,
    /// The first day of it that is not the period's.
    pub from: Option<NaiveDate>,
    /// The last day of it that is not the period's.
    pub to: Option<NaiveDate>,
}

impl Part {
    /// Whether a row is in it.
    #[must_use]
    pub(crate) fn has(&self, row: &PostedRow) -> bool {
        self.direction.is_none_or(|direction| direction == row.direction)
            && self.from.is_none_or(|day| row.date >= day)
            && self.to.is_none_or(|day| row.date <= day)
    }

    /// `inbound, from 2026-03-16 on`.
    #[must_use]
    pub(crate) fn words(&self) -> String {
        let days = self.from.map(|day| format!("from {day} on")).or(self.to.map(|day| format!("up to {day}")));
        let way = self.direction.map(|direction| direction.name().to_owned());
        way.into_iter().chain(days).collect::<Vec<_>>().join(", ")
    }

    /// All of a period. Of those that have the same rows, the one that ends where they do is first.
    pub(crate) fn all(period: &Period) -> Vec<Self> {
        let ways = [None, Some(Direction::Inbound), Some(Direction::Outbound)];
        let whole = ways.into_iter().skip(1).map(|direction| Self { direction, from: None, to: None });
        let mut parts: Vec<Self> = whole.collect();
        let days: Vec<NaiveDate> = period.from.iter_days().take_while(|day| *day <= period.to).collect();
        if days.len() > LONGEST {
            return parts;
        }
        for direction in ways {
            let from = days.iter().skip(1).rev().map(|day| Self { direction, from: Some(*day), to: None });
            let to = days.iter().rev().skip(1).rev().map(|day| Self { direction, from: None, to: Some(*day) });
            parts.extend(from.chain(to));
        }
        parts
    }
}

/// A rate that a part of a customer's rows has in place of another.
#[derive(Clone, Debug)]
pub(crate) struct Rate<'a> {
    /// What it does to inbound and outbound.
    pub effect: [i128; 2],
    /// The first row that has it.
    pub row: &'a PostedRow,
    /// Which rows, and which rate: for the finding.
    pub words: String,
    /// Whether it is all rows of both directions, by one factor: this.
    pub whole: Option<String>,
    /// Whether more than the amount shows it.
    pub is_shown: bool,
    /// How likely it fits by accident.
    pub chance: Chance,
}

/// What a customer's rows come to day by day, to take parts out of.
pub(crate) struct DaySums {
    first: NaiveDate,
    /// Inbound and outbound: what had been posted before each day, and at the end.
    before: [Vec<i128>; 2],
}

impl DaySums {
    /// Of rows, in units of 10^-`scale`; those outside the period do not count.
    pub(crate) fn of<'r>(rows: impl IntoIterator<Item = &'r PostedRow>, period: &Period, scale: u32) -> Self {
        let days = usize::try_from((period.to - period.from).num_days()).unwrap_or(0) + 1;
        let mut before = [vec![0; days + 1], vec![0; days + 1]];
        for row in rows.into_iter().filter(|row| period.contains(row.date)) {
            let day = usize::try_from((row.date - period.from).num_days()).unwrap_or(0);
            before[row.direction as usize][day + 1] += units(row.amount, scale).unwrap_or(0);
        }
        for way in &mut before {
            for day in 1..way.len() {
                way[day] += way[day - 1];
            }
        }
        Self { first: period.from, before }
    }

    /// Inbound and outbound of a part.
    pub(crate) fn of_part(&self, part: &Part) -> [i128; 2] {
        let at = |day: NaiveDate| usize::try_from((day - self.first).num_days()).unwrap_or(0);
        Direction::ALL.map(|direction| {
            if part.direction.is_some_and(|only| only != direction) {
                return 0;
            }
            let way = &self.before[direction as usize];
            let end = part.to.map_or(way.len() - 1, |day| at(day) + 1);
            way[end] - part.from.map_or(0, |day| way[at(day)])
        })
    }

    /// All of it.
    pub(crate) fn whole(&self) -> i128 {
        self.before.iter().filter_map(|way| way.last()).sum::<i128>()
    }
}

/// A rate that several customers have in the same part of the month, and not otherwise.
#[derive(Clone, Debug)]
pub struct CommonRate {
    /// The part.
    pub(crate) part: Part,
    /// The ledger's rate by the right one, six decimals at most.
    pub text: String,
    /// Which differences have it.
    pub of: BTreeSet<usize>,
    /// How likely so many have one by accident.
    pub chance: Chance,
}

/// The rate and part that most differences have, if enough have one. `rows` are a customer's.
pub(super) fn common<'a>(
    cx: &Comparison<'a>,
    all: &[Difference],
    ledger_scale: u32,
    rows: impl Fn(&str) -> &'a [PostedRow],
) -> Option<CommonRate> {
    if all.len() < FEWEST {
        return None;
    }
    let period = cx.question.period;
    let written = ledger_scale.max(cx.question.currency.minor_digits());
    let scale = all.iter().map(|one| one.amount.normalize().scale()).max()?.max(written);
    let mut sizes: Vec<(usize, &str, i128, i128)> = Vec::new();
    for (index, one) in all.iter().enumerate() {
        let Who::Customer(id) = &one.who else { continue };
        let room = room(cx, one, written, scale);
        let amount = units(one.amount, scale).filter(|amount| amount.abs() > 20 * room);
        sizes.extend(amount.map(|amount| (index, id.as_str(), amount, room)));
    }
    sizes.sort_by_key(|(index, _, amount, _)| (std::cmp::Reverse(amount.abs()), *index));
    let own = |(index, id, amount, room): &(usize, &str, i128, i128)| {
        let days = DaySums::of(rows(id), period, scale);
        let booked = units(all[*index].sides.ledger.amount(), scale);
        (booked == Some(days.whole())).then_some((*index, days, *amount, *room))
    };
    let sample: Vec<_> = sizes.iter().take(SAMPLE).filter_map(own).collect();
    let pairs = |part: &Part, of: &[(usize, DaySums, i128, i128)]| -> Vec<Pair> {
        let pair = |(index, days, amount, room): &(usize, DaySums, i128, i128)| {
            let [inbound, outbound] = days.of_part(part);
            let booked = inbound + outbound;
            let stated = booked - amount;
            // Where all its rows are in the part, it says nothing of parts.
            let is_part = booked != days.whole() && booked > 0 && stated > 0;
            is_part.then_some(Pair { index: *index, booked, stated, room: *room })
        };
        of.iter().filter_map(pair).collect()
    };
    let parts = Part::all(period);
    let mut best: Option<(usize, &Part)> = None;
    for part in &parts {
        let pairs = pairs(part, &sample);
        let most =
            pairs.iter().take(TRIED).map(|one| pairs.iter().filter(|pair| pair.is_as(one) == Some(true)).count());
        let most = most.max().unwrap_or(0);
        if most >= FEWEST && best.is_none_or(|(count, _)| most > count) {
            best = Some((most, part));
        }
    }
    let (_, part) = best?;
    let rest: Vec<_> = sizes.iter().skip(SAMPLE).filter_map(own).collect();
    let pairs: Vec<Pair> = pairs(part, &sample).into_iter().chain(pairs(part, &rest)).collect();
    let (of, one, chance) = most_alike(&pairs, TRIED, parts.len())?;
    Some(CommonRate { part: *part, text: one.factor()?, of, chance })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::usage::Direction::{Inbound, Outbound};
    use crate::reconcile::testing::Month;

    fn day(of: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, of).unwrap()
    }

    #[test]
    fn parts_are_taken_out_of_the_days() {
        let rows = [
            ("A", 1, Inbound, "1.00", ""),
            ("A", 16, Inbound, "2.00", ""),
            ("A", 16, Outbound, "4.00", ""),
            ("A", 31, Outbound, "8.00", ""),
        ];
        let month = Month::new("1.00", ["1.00", "0.00"], &[], &rows);
        let question = month.question();
        let days = DaySums::of(&month.rows, question.period, 2);
        let of = |direction, from: Option<u32>, to: Option<u32>| {
            days.of_part(&Part { direction, from: from.map(day), to: to.map(day) })
        };
        assert_eq!(days.whole(), 1500);
        assert_eq!(of(None, Some(16), None), [200, 1200]);
        assert_eq!(of(None, Some(17), None), [0, 800]);
        assert_eq!(of(None, None, Some(15)), [100, 0]);
        assert_eq!(of(Some(Outbound), None, Some(16)), [0, 400]);
        assert_eq!(of(Some(Inbound), None, None), [300, 0]);
        for part in Part::all(question.period) {
            let own = month.rows.iter().filter(|row| part.has(row));
            let by_rows = own.map(|row| row.amount.mantissa()).sum::<i128>();
            assert_eq!(days.of_part(&part).iter().sum::<i128>(), by_rows, "{}", part.words());
        }
    }
}
