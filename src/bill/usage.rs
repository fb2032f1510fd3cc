//! What a line of calls says beside its amount, and which document has a list of its calls.

use crate::books::config::Invoicing;
use crate::model::invoice::{CallList, DayShare, Detail};
use crate::model::invoice::{Charge, Draft, Edition, Line};
use crate::model::matrix::{Cell, MatrixCustomer};
use crate::model::money::MoneyError;
use crate::model::spread::Spread;
use crate::model::usage::Direction;

/// The capture of every call, as documents name it.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    /// SHA-256 of its `capture.json`.
    pub capture_sha256: &'a str,
    /// The time zone in which the partner's days begin.
    pub timezone: &'a str,
    /// The books' time zone.
    pub books_timezone: &'a str,
    /// Whether people's numbers are to be masked.
    pub masks: bool,
}

/// Minutes, calls that were answered, and the days of a line: as far as the partner's answers have
/// them, and as far as the settings want them.
///
/// # Errors
/// A sum or a product beyond the exact range.
pub(super) fn detail(line: &Line, cell: &Cell, invoicing: &Invoicing) -> Result<Detail, MoneyError> {
    if invoicing.edition == Edition::First {
        return Ok(Detail::default());
    }
    let whole = cell.used()?;
    let usage = cell.usage.as_ref();
    let of_rows = (!cell.days.is_empty()).then_some(whole);
    let counted = of_rows.map(|rows| (Some(rows.calls), rows.answered));
    let counted = counted.or(usage.map(|usage| (usage.calls, usage.answered)));
    // A share of other calls than the line's would be wrong.
    let answered = counted.filter(|(calls, _)| *calls == line.calls).and_then(|(_, answered)| answered);
    let mut detail = Detail {
        seconds: usage.and_then(|usage| usage.duration_seconds),
        answered: answered.filter(|_| invoicing.prints_answered),
        at_selling_price: line.detail.at_selling_price,
        ..Detail::default()
    };
    let spread = Spread::of(line, &whole, line.amount.currency().minor_digits())?;
    if let Some(spread) = spread.filter(|_| invoicing.has_annex) {
        for (day, used) in &cell.days {
            let (calls, seconds, amount) = (used.calls, used.seconds, spread.share(used)?);
            detail.days.push(DayShare { day: *day, calls, seconds, amount });
        }
    }
    Ok(detail)
}

/// Says of a draft which calls are listed beside it, and where its days begin.
///
/// # Errors
/// A sum beyond the exact range.
pub(super) fn complete(
    draft: &mut Draft,
    customer: Option<&MatrixCustomer>,
    rows: Option<Rows<'_>>,
    invoicing: &Invoicing,
) -> Result<(), MoneyError> {
    let (Some(customer), Some(rows)) = (customer, rows) else { return Ok(()) };
    if draft.lines.iter().any(|line| !line.detail.days.is_empty()) {
        draft.days_in = Some(rows.timezone.to_owned());
    }
    if !invoicing.lists_calls || invoicing.edition == Edition::First {
        return Ok(());
    }
    let mut calls: u64 = 0;
    for direction in listed(draft) {
        let more = customer.cell(direction).used()?.calls;
        calls = calls.checked_add(more).ok_or(MoneyError::Overflow)?;
    }
    draft.call_list = (calls > 0).then(|| CallList {
        calls,
        capture_sha256: rows.capture_sha256.to_owned(),
        masked: rows.masks,
        timezone: rows.books_timezone.to_owned(),
    });
    Ok(())
}

/// The directions whose calls a document charges for.
fn listed(draft: &Draft) -> impl Iterator<Item = Direction> {
    draft.lines.iter().filter(|line| line.charge == Charge::Usage).filter_map(|line| line.direction)
}
