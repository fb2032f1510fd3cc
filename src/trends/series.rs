//! A figure period by period: with gaps where no close is, and with a mark where it leaves
//! its usual range.

use std::collections::BTreeMap;

use chrono::Datelike;
use rust_decimal::Decimal;

use super::usual::{self, Counted, Side, Usual};
use crate::model::history::{Calls, Month, Past};
use crate::model::money::{Money, add_exact};
use crate::model::period::Period;
use crate::model::rounding::percent;
use crate::model::usage::Direction;

/// A place on the line of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    /// A period with its figures.
    Closed(Box<Month>),
    /// Days without a close, or with one that is not as it was sealed, and why.
    Gap(Period, String),
}

impl Slot {
    /// The figures, where there are any.
    #[must_use]
    pub(crate) fn month(&self) -> Option<&Month> {
        match self {
            Self::Closed(month) => Some(month),
            Self::Gap(..) => None,
        }
    }

    /// The days.
    #[must_use]
    pub(crate) fn period(&self) -> &Period {
        match self {
            Self::Closed(month) => &month.period,
            Self::Gap(period, _) => period,
        }
    }
}

/// Earlier periods and this one, oldest first, with gaps where days have no close.
pub(super) fn slots(past: &Past, this: Month) -> Vec<Slot> {
    let mut known: Vec<Slot> = past.months.iter().cloned().map(|month| Slot::Closed(Box::new(month))).collect();
    known.extend(past.unread.iter().map(|unread| Slot::Gap(unread.period.clone(), unread.why.clone())));
    known.sort_by(|a, b| (a.period().to, &a.period().name).cmp(&(b.period().to, &b.period().name)));
    known.push(Slot::Closed(Box::new(this)));
    let mut slots: Vec<Slot> = Vec::new();
    for slot in known {
        let after = slots.last().and_then(|last| last.period().to.succ_opt());
        let before = slot.period().from.pred_opt();
        if let (Some(from), Some(to)) = (after, before)
            && from <= to
        {
            slots
                .extend(months_between(from, to).into_iter().map(|gap| Slot::Gap(gap, "it was not closed".to_owned())));
        }
        slots.push(slot);
    }
    slots
}

/// Days, month by month.
fn months_between(from: chrono::NaiveDate, to: chrono::NaiveDate) -> Vec<Period> {
    let mut gaps = Vec::new();
    let mut from = from;
    while from <= to {
        let next = from.with_day(1).and_then(|first| first.checked_add_months(chrono::Months::new(1)));
        let end = next.and_then(|next| next.pred_opt()).unwrap_or(to).min(to);
        gaps.push(Period::between(from, end));
        let Some(next) = end.succ_opt() else { break };
        from = next;
    }
    gaps
}

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measure {
    /// Calls that were not connected, of all calls.
    Failed,
    /// Calls that were, of all calls.
    Answered,
    /// Cost of inbound calls, of the cost of both directions. Never marked: it is no count.
    Inbound,
}

impl Measure {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::Failed, Self::Answered, Self::Inbound];

    /// The word of files.
    #[must_use]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Answered => "answered",
            Self::Inbound => "inbound",
        }
    }

    /// What a person calls it.
    #[must_use]
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Failed => "failed calls of all calls",
            Self::Answered => "answered calls of all calls",
            Self::Inbound => "inbound share of the cost",
        }
    }
}

/// A figure of one period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Point {
    /// In per cent, one decimal.
    pub percent: Decimal,
    /// What was usual in the periods before, where enough is known of them.
    pub usual: Option<Usual>,
    /// Whether it lies above or below that.
    pub side: Option<Side>,
}

/// A figure, slot by slot; None where it is not stated or the slot is a gap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Series {
    /// Of what.
    pub measure: Measure,
    /// Slot by slot.
    pub points: Vec<Option<Point>>,
}

impl Series {
    /// A part of the calls.
    pub(super) fn of_calls(measure: Measure, calls: impl Iterator<Item = Option<Calls>>) -> Self {
        let mut before: Vec<Counted> = Vec::new();
        let points = calls.map(|calls| {
            let calls = calls?;
            let part = if measure == Measure::Failed { calls.not_connected() } else { calls.answered }?;
            let counted = Counted { part, whole: calls.calls? };
            let usual = usual::range(&before, counted);
            before.push(counted);
            let side = usual.and_then(|usual| usual.side(counted));
            Some(Point { percent: calls.share(Some(part))?, usual, side })
        });
        Self { measure, points: points.collect() }
    }

    /// The share of inbound cost, where both directions' are stated.
    pub(super) fn of_inbound<'a>(months: impl Iterator<Item = Option<&'a BTreeMap<Direction, Money>>>) -> Self {
        let points = months.map(|directions| {
            let directions = directions?;
            let (inbound, outbound) = (directions.get(&Direction::Inbound)?, directions.get(&Direction::Outbound)?);
            let whole = add_exact(inbound.amount(), outbound.amount()).ok()?;
            Some(Point { percent: percent(inbound.amount(), whole, 1)?, usual: None, side: None })
        });
        Self { measure: Measure::Inbound, points: points.collect() }
    }

    /// Whether any period states it.
    #[must_use]
    pub(crate) fn is_stated(&self) -> bool {
        self.points.iter().any(Option::is_some)
    }

    /// This period's figure, where it left its usual range.
    #[must_use]
    pub(crate) fn mark(&self) -> Option<&Point> {
        self.points.last()?.as_ref().filter(|point| point.side.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_without_a_close_are_gaps_month_by_month() {
        let day = |text: &str| crate::model::period::parse_day(text).unwrap();
        let names = |from: &str, to: &str| -> Vec<String> {
            months_between(day(from), day(to)).into_iter().map(|gap| gap.name).collect()
        };
        assert_eq!(names("2026-01-01", "2026-02-28"), ["2026-01", "2026-02"]);
        assert_eq!(names("2026-01-16", "2026-02-03"), ["2026-01-16..2026-01-31", "2026-02-01..2026-02-03"]);
        assert_eq!(names("2026-02-01", "2026-01-31"), Vec::<String>::new());
    }

    #[test]
    fn failed_calls_are_those_stated_or_all_less_the_answered_ones() {
        let calls = |answered, failed| Some(Calls { calls: Some(200), answered, failed });
        let series = Series::of_calls(
            Measure::Failed,
            [calls(Some(150), Some(40)), calls(Some(150), None), calls(None, None), None].into_iter(),
        );
        let shown: Vec<Option<String>> =
            series.points.iter().map(|point| point.map(|point| point.percent.to_string())).collect();
        assert_eq!(shown, [Some("20.0".to_owned()), Some("25.0".to_owned()), None, None]);
    }
}
