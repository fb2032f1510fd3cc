//! Faults of a whole export or of a whole customer: days, rates, directions.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::rows::{Dice, Row, rows_of};
use crate::model::money::from_parts;
use crate::model::period::Period;
use crate::model::rounding::{Rounding, round_to};

/// Takes a tenth off everything from some day on; false where too few customers have rows before
/// and after it.
pub(super) fn change_rate(rows: &mut [Row], period: &Period, dice: &mut Dice) -> bool {
    let day = period.from + chrono::Days::new(7 + dice.roll(15));
    let customers = |is_in: &dyn Fn(&Row) -> bool| -> BTreeSet<&str> {
        rows.iter().filter(|row| is_in(row)).map(|row| row.customer_id.as_str()).collect()
    };
    let both = customers(&|row| row.date < day).intersection(&customers(&|row| row.date >= day)).count();
    if both < 3 {
        return false;
    }
    for row in rows.iter_mut().filter(|row| row.date >= day) {
        let times = from_parts(row.amount.mantissa() * 9, row.amount.scale() + 1).ok();
        let less = times.and_then(|times| round_to(times, row.amount.scale(), Rounding::HalfUp).ok());
        row.amount = less.unwrap_or(row.amount);
    }
    true
}

/// Posts all of a customer as outbound; false where it has one direction, or is one of few.
pub(super) fn merge(rows: &mut [Row], id: &str) -> bool {
    let customers: BTreeSet<&str> = rows.iter().map(|row| row.customer_id.as_str()).collect();
    let ways: BTreeSet<&str> =
        rows.iter().filter(|row| row.customer_id == id).map(|row| row.direction.as_str()).collect();
    let is_done = customers.len() > 3 && ways.len() > 1;
    for row in rows.iter_mut().filter(|row| is_done && row.customer_id == id) {
        "outbound".clone_into(&mut row.direction);
    }
    is_done
}

/// Leaves out all of a day; false where a customer has rows on few days.
pub(super) fn leave_day_out(rows: &mut Vec<Row>, id: &str, period: &Period, dice: &mut Dice) -> bool {
    let day = period.from + chrono::Days::new(7 + dice.roll(15));
    let days: BTreeSet<NaiveDate> = rows_of(rows, id).map(|at| rows[at].date).collect();
    let is_daily = days.len() >= 15;
    if is_daily {
        rows.retain(|row| row.date != day);
    }
    is_daily
}
