//! A posting is missing: a gap in an otherwise regular series of numbers or days. The
//! particular is the number or the day.

use chrono::{Datelike, Days, NaiveDate};

use crate::model::chance::Chance;
use crate::model::posting::PostedRow;
use crate::model::usage::Direction;
use crate::reconcile::check::{Check, Look};
use crate::reconcile::explain::{Candidate, Context, Pattern, Preference, Sink};

/// Looked for in the ledger's numbers and the customer's days.
pub(crate) static CHECK: Check =
    Check { code: "missing-posting", page: include_str!("missing_posting.md"), look: Look::Candidates(candidates) };

/// Where so many lack money, a missing number explains none of them.
const MOST_SHORT: usize = 4;
/// A series of fewer shows nothing.
const FEWEST: usize = 5;

/// How large a posting is that is not there, nothing says: counting gives no odds for it.
const ODDS_OF_A_DAY: Chance = Chance::millionths(50_000);

static NUMBER: Pattern = Pattern {
    name: "number",
    preference: Preference::NumberGap,
    alone: Some(|t| {
        let number = &t.fit.particulars.word;
        (
            format!(
                "For {}, a posting of {} seems to be missing: the vouchers' numbers leave out {number}, between rows {}.",
                t.whom,
                t.size(),
                t.lines().join(" and ")
            ),
            format!("Look for voucher {number}, and post it."),
        )
    }),
    ..Pattern::BASE
};

static DAY: Pattern = Pattern {
    name: "day",
    preference: Preference::DayGap,
    alone: Some(|t| {
        let (way, day) = (t.way(), &t.fit.particulars.word);
        (
            format!(
                "For {}, a posting of {} seems to be missing: its {way} postings are regular and leave out {day}.",
                t.whom,
                t.size()
            ),
            format!("Look for the {way} posting of {day}, and post it."),
        )
    }),
    ..Pattern::BASE
};

/// Where the ledger says less: numbers that are left out of the vouchers' series, days that
/// are left out of the customer's.
fn candidates(context: &Context<'_>, sink: &mut Sink<'_>) {
    if context.target >= 0 {
        return;
    }
    number_gaps(context, sink);
    let each = context.by_member().flat_map(|own| Direction::ALL.map(|direction| (own, direction)));
    for (own, direction) in each {
        let rows: Vec<&PostedRow> = own.iter().copied().filter(|row| row.direction == direction).collect();
        let missing = context.target.abs();
        // As large as the customer's postings on that weekday.
        let is_level = |day: &NaiveDate| {
            let on = rows.iter().filter(|row| row.date.weekday() == day.weekday());
            let sizes: Vec<i128> = on.map(|row| context.amount(row).abs()).collect();
            let (least, most) = (sizes.iter().min().unwrap_or(&0), sizes.iter().max().unwrap_or(&0));
            3 * missing >= *least && missing <= 3 * most
        };
        if let Some(day) = day_gap(context, &rows).filter(is_level) {
            let near = rows.iter().rev().filter(|row| row.date < day).take(1);
            let after = rows.iter().filter(|row| row.date > day).take(1);
            sink.take(Candidate {
                rows: near.chain(after).copied().collect(),
                particulars: day.to_string().into(),
                chance: Some(ODDS_OF_A_DAY),
                ..Candidate::of(&DAY)
            });
        }
    }
}

/// The one day that a series of equal steps leaves out.
fn day_gap(context: &Context<'_>, rows: &[&PostedRow]) -> Option<NaiveDate> {
    let mut days: Vec<NaiveDate> = rows.iter().map(|row| row.date).collect();
    days.dedup();
    if days.len() < FEWEST {
        return None;
    }
    // What most others post on that day shows that it is a day to post on.
    if let Some(day) = context.known.days.lacking(&days) {
        return day;
    }
    let steps: Vec<i64> = days.windows(2).map(|pair| (pair[1] - pair[0]).num_days()).collect();
    let step = *steps.iter().min()?;
    let odd: Vec<usize> = (0..steps.len()).filter(|i| steps[*i] != step).collect();
    let by = Days::new(step.unsigned_abs());
    match odd.as_slice() {
        [one] if steps[*one] == 2 * step => days[*one].checked_add_days(by),
        // A daily series that begins a day late or ends a day early.
        [] if step == 1 => {
            let (first, last) = (*days.first()?, *days.last()?);
            let period = context.cx.question.period;
            let late = first.checked_sub_days(by).filter(|day| *day == period.from && last == period.to);
            late.or_else(|| last.checked_add_days(by).filter(|day| *day == period.to && first == period.from))
        }
        _ => None,
    }
}

/// Numbers that the vouchers' series leaves out, each with the rows beside it. Which of those
/// who lack money lacks this voucher, the number does not say: the others are its rivals, and
/// where they are many it explains none of them.
fn number_gaps(context: &Context<'_>, sink: &mut Sink<'_>) {
    let rivals = context.known.short.saturating_sub(1);
    // Whoever has no row at all lacks a voucher as well.
    if rivals >= MOST_SHORT || context.known.absent >= context.known.gaps().len() {
        return;
    }
    for gap in context.known.gaps() {
        let particulars = gap.number.clone().into();
        sink.take(Candidate {
            rows: gap.beside.clone(),
            particulars,
            rivals: vec![CHECK.code; rivals],
            ..Candidate::of(&NUMBER)
        });
    }
}
