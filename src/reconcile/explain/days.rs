//! On which days customers have rows, and which days of a daily ledger nobody has.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, Weekday};

use crate::model::period::Period;
use crate::model::posting::PostedRow;

/// A customer with rows on fewer days is not regular.
const FEWEST: usize = 5;
/// More days than this, and the ledger is not daily.
const MOST_LOST: usize = 7;

/// Where so many customers have a weekday each time, all of them do not leave it out by accident.
const MANY: usize = 7;

/// The days of customers who have rows on many.
#[derive(Debug, Default)]
pub struct Days {
    /// How many of them have rows on a day.
    on: BTreeMap<NaiveDate, usize>,
    /// How many they are.
    pub customers: usize,
    /// Days that nobody has, although most have that weekday otherwise.
    pub lost: Vec<NaiveDate>,
    /// How many days nobody would have by accident, in millionths: each customer leaves one out
    /// as often as the weekday's other days.
    pub by_accident: u64,
}

impl Days {
    /// Counted over all rows, those of a customer together and by day.
    pub(super) fn of(by_customer: &[&[PostedRow]], period: &Period) -> Self {
        let (mut on, mut customers): (BTreeMap<NaiveDate, usize>, usize) = Default::default();
        for own in by_customer {
            let mut days: Vec<NaiveDate> = own.iter().map(|row| row.date).filter(|day| period.contains(*day)).collect();
            days.dedup();
            if days.len() >= FEWEST {
                customers += 1;
                for day in days {
                    *on.entry(day).or_default() += 1;
                }
            }
        }
        let mut days = Self { on, customers, lost: Vec::new(), by_accident: 0 };
        let missing: Vec<NaiveDate> = all(period).filter(|day| !days.on.contains_key(day)).collect();
        let is_regular = |day: &NaiveDate| {
            let others: Vec<usize> = all(period)
                .filter(|other| other.weekday() == day.weekday() && !missing.contains(other))
                .map(|other| days.on.get(&other).copied().unwrap_or(0))
                .collect();
            // Of so many customers none has none by accident.
            let enough = (2 * days.customers / 3 + 1).min(MANY);
            others.len() > 1 && others.iter().all(|n| *n >= enough)
        };
        if customers > 2 && missing.len() <= MOST_LOST + 10 {
            let lost: Vec<NaiveDate> = missing.iter().copied().filter(is_regular).collect();
            days.lost = if lost.len() <= MOST_LOST { lost } else { Vec::new() };
        }
        days.by_accident = days.lost.iter().map(|day| days.accidents(day, period)).max().unwrap_or(0);
        days
    }

    /// How many days like a lost one nobody would have by accident, in millionths.
    fn accidents(&self, day: &NaiveDate, period: &Period) -> u64 {
        let others = all(period).filter(|other| other.weekday() == day.weekday() && !self.lost.contains(other));
        let had: Vec<u128> = others.map(|other| self.on.get(&other).copied().unwrap_or(0) as u128).collect();
        let (had, could) = (had.iter().sum::<u128>(), had.len() as u128 * self.customers as u128);
        // By Laplace's rule of succession.
        let (lacks, of) = ((could + 1).saturating_sub(had), could + 2);
        let days = all(period).count() as u128;
        // Of more customers it is nothing.
        let nobody = (0..self.customers.min(64)).fold(1_000_000_000_000, |odds: u128, _| odds * lacks / of);
        u64::try_from((nobody * days).div_ceil(1_000_000)).unwrap_or(u64::MAX)
    }

    /// The one day that most others have and this customer lacks, of the weekdays that it has.
    /// None where the others are too few to tell.
    #[must_use]
    pub fn lacking(&self, own: &[NaiveDate]) -> Option<Option<NaiveDate>> {
        if self.customers < 3 {
            return None;
        }
        let weekdays: Vec<Weekday> = own.iter().map(NaiveDate::weekday).collect();
        let mut gaps = self.on.iter().filter(|(day, n)| {
            2 * **n >= self.customers && own.binary_search(day).is_err() && weekdays.contains(&day.weekday())
        });
        let first = gaps.next().map(|(day, _)| *day);
        Some(first.filter(|_| gaps.next().is_none()))
    }
}

fn all(period: &Period) -> impl Iterator<Item = NaiveDate> {
    period.from.iter_days().take_while(|day| *day <= period.to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::usage::Direction::Inbound;
    use crate::reconcile::testing::Month;

    /// Three customers who post on these days each.
    fn days(of: [&dyn Fn(i64) -> bool; 3]) -> Days {
        let mut rows = Vec::new();
        for (id, has) in ["A", "B", "C"].into_iter().zip(of) {
            rows.extend((1..=31).filter(|day| has(*day)).map(|day| (id, day, Inbound, "1.00", "")));
        }
        let month = Month::new("1.00", ["1.00", "0.00"], &[], &rows);
        let by_customer: Vec<_> = month.rows.chunk_by(|a, b| a.customer_id == b.customer_id).collect();
        Days::of(&by_customer, month.question().period)
    }

    fn march(days: impl IntoIterator<Item = u32>) -> Vec<NaiveDate> {
        days.into_iter().filter_map(|day| NaiveDate::from_ymd_opt(2026, 3, day)).collect()
    }

    #[test]
    fn weekends_are_no_gaps_and_a_day_of_everybody_is_lost() {
        // 1 March 2026 is a Sunday.
        let weekday = |day: i64| !matches!(day % 7, 0 | 1);
        let found = days([&weekday, &weekday, &weekday]);
        assert!(found.lost.is_empty());
        let own = march((1..=31).filter(|day| weekday(i64::from(*day)) && *day != 11));
        assert_eq!(found.lacking(&own), Some(march([11]).pop()));
        assert_eq!(found.lacking(&own[1..]), Some(None));
        let but_one = |day: i64| weekday(day) && day != 11;
        let found = days([&but_one, &but_one, &but_one]);
        assert_eq!(found.lost, march([11]));
        assert_eq!(found.lacking(&own), Some(None));
        // Each of three has 3 of 3 other Wednesdays: (1/11)^3 of 31 days.
        assert_eq!(found.by_accident, 23_291);
        let found = days([&weekday, &|_| false, &|_| false]);
        assert_eq!(found.lacking(&own), None);
    }
}
