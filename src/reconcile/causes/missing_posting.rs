//! A posting is missing: a gap in an otherwise regular series of numbers or days.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};

use crate::model::posting::PostedRow;
use crate::model::usage::Direction;
use crate::reconcile::explain::{Scene, Slip, Trait, Visit};

/// More gaps than this, and the series is not regular.
const MOST_GAPS: u64 = 3;
/// A series of fewer shows nothing.
const FEWEST: usize = 5;

/// Where the ledger says less: numbers that are left out of the vouchers' series, days that
/// are left out of the customer's.
pub fn slips(scene: &Scene<'_>, visit: &mut Visit<'_>) {
    if scene.target >= 0 {
        return;
    }
    if scene.is_whole {
        number_gaps(scene, visit);
    }
    let mut series: BTreeMap<(&str, Direction), Vec<&PostedRow>> = BTreeMap::new();
    for row in scene.by_member().flatten() {
        series.entry((&row.customer_id, row.direction)).or_default().push(row);
    }
    for rows in series.into_values() {
        let sizes = || rows.iter().map(|row| scene.amount(row).abs());
        let (least, most) = (sizes().min().unwrap_or(0), sizes().max().unwrap_or(0));
        let missing = scene.target.abs();
        if let Some(day) = day_gap(scene, &rows).filter(|_| 3 * missing >= least && missing <= 3 * most) {
            let near = rows.iter().rev().filter(|row| row.date < day).take(1);
            let after = rows.iter().filter(|row| row.date > day).take(1);
            visit.slip(Slip {
                effect: None,
                strong: true,
                order: 35,
                rows: near.chain(after).copied().collect(),
                is: Trait::DayGap(day),
                other: None,
            });
        }
    }
}

/// The one day that a series of equal steps leaves out.
fn day_gap(scene: &Scene<'_>, rows: &[&PostedRow]) -> Option<NaiveDate> {
    let days: Vec<NaiveDate> = rows.iter().map(|row| row.date).collect::<BTreeSet<_>>().into_iter().collect();
    if days.len() < FEWEST {
        return None;
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
            let period = scene.cx.question.period;
            let late = first.checked_sub_days(by).filter(|day| *day == period.from && last == period.to);
            late.or_else(|| last.checked_add_days(by).filter(|day| *day == period.to && first == period.from))
        }
        _ => None,
    }
}

/// Numbers that the vouchers' series leaves out, each with the rows beside it.
fn number_gaps(scene: &Scene<'_>, visit: &mut Visit<'_>) {
    let mut series: BTreeMap<(&str, usize), BTreeMap<u64, &PostedRow>> = BTreeMap::new();
    for row in scene.every {
        let stem = row.reference.trim_end_matches(|c: char| c.is_ascii_digit());
        let digits = &row.reference[stem.len()..];
        if let Ok(number) = digits.parse::<u64>() {
            // Numbers of a fixed width and growing ones are series of their own.
            let width = if digits.starts_with('0') { digits.len() } else { 0 };
            let width = if width == 0 && series.keys().any(|(s, w)| *s == stem && *w == digits.len()) {
                digits.len()
            } else {
                width
            };
            series.entry((stem, width)).or_default().insert(number, row);
        }
    }
    for ((stem, width), numbers) in series {
        let (Some((first, _)), Some((last, _))) = (numbers.first_key_value(), numbers.last_key_value()) else {
            continue;
        };
        let gaps = last - first + 1 - numbers.len() as u64;
        if numbers.len() < 2 * FEWEST || gaps == 0 || gaps > MOST_GAPS {
            continue;
        }
        for number in (*first..=*last).filter(|number| !numbers.contains_key(number)) {
            let beside = numbers.range(..number).next_back().into_iter().chain(numbers.range(number..).next());
            visit.slip(Slip {
                effect: None,
                strong: true,
                order: 32,
                rows: beside.map(|(_, row)| *row).collect(),
                is: Trait::NumberGap(format!("{stem}{number:0width$}")),
                other: None,
            });
        }
    }
}
