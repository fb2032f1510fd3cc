//! What rounding may leave of a difference beside its cause. Where the partner's figures have
//! more decimals than the ledger's rows, no cause fits to the last digit: the rows were rounded.

use rust_decimal::Decimal;

use super::difference::{Difference, Who, decimals, units};
use crate::model::usage::without_float_noise;
use crate::reconcile::compare::Comparison;

/// How much may be left, in the context's units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Slack {
    /// Of a customer's total.
    pub total: i128,
    /// Of each direction: all rows of the ledger are in it, and what was tolerated, unless the
    /// partner states the customer's own.
    pub by_direction: i128,
}

impl Slack {
    /// For so many rows that are written at a scale; the scales of the partner's figures, of
    /// the ledger and of the units; what was tolerated.
    pub(super) fn of(
        cx: &Comparison<'_>,
        at: &Difference,
        rows: i128,
        written: u32,
        [partner, ledger, scale]: [u32; 3],
        tolerated: Decimal,
    ) -> Self {
        let finer = |written: u32| partner > written;
        let total = if finer(written) { of_rows(rows, written, scale) } else { 0 };
        let own =
            matches!(&at.who, Who::Customer(id) if cx.line(id).is_some_and(|l| l.analytics_by_direction.is_some()));
        if own {
            return Self { total, by_direction: total };
        }
        let all = i128::from(cx.question.ledger.rows.used);
        let rounded = if finer(ledger) { of_rows(all, ledger, scale) } else { 0 };
        let tolerated = units(tolerated, scale).unwrap_or(0);
        let by_direction = total.max(rounded) + tolerated;
        Self { total: if at.who == Who::Directions { by_direction } else { total }, by_direction }
    }
}

/// What rounding so many rows at a scale can make, in units of 10^-`scale`: half a unit for
/// each, and of many no more than four times the deviation of such a sum, which is 0.289 units
/// times the root of their number.
pub(super) fn of_rows(rows: i128, written: u32, scale: u32) -> i128 {
    let unit = 10_i128.saturating_pow(scale.saturating_sub(written));
    let most = rows.saturating_mul(unit) / 2;
    let likely = rows.saturating_mul(1_156 * 1_156).isqrt().saturating_mul(unit) / 1_000;
    most.min(likely.max(1))
}

/// The finest scale of the partner's figures, but for the noise of binary arithmetic.
pub(super) fn partner_scale(cx: &Comparison<'_>) -> u32 {
    let customers = cx.customers.iter().filter_map(|line| line.sides.analytics);
    let all = customers.chain(cx.directions.iter().filter_map(|line| line.sides.analytics));
    let meant = all.map(|stated| without_float_noise(stated.amount()).unwrap_or(stated.amount()));
    meant.map(decimals).max().unwrap_or(0)
}

/// The finest scale of the ledger's rows.
pub(super) fn ledger_scale(cx: &Comparison<'_>) -> u32 {
    let of_rows = || cx.question.rows.iter().map(|row| decimals(row.amount)).max().unwrap_or(0);
    *cx.written.get_or_init(of_rows)
}

/// What rounding can make of differences, in units of 10^-`scale`, by the number of their rows;
/// nothing where the partner's figures are no finer than the rows.
pub(crate) fn rounding(cx: &Comparison<'_>, scale: u32) -> impl Fn(i128) -> i128 {
    let written = ledger_scale(cx);
    let is_finer = !cx.question.rows.is_empty() && partner_scale(cx) > written;
    move |rows| if is_finer { of_rows(rows, written, scale) } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_rows_make_half_a_unit_each_and_many_hardly_ever_all_at_once() {
        assert_eq!(of_rows(1, 2, 5), 500);
        assert_eq!(of_rows(4, 2, 5), 2_000);
        assert_eq!(of_rows(100, 2, 5), 11_560);
        assert_eq!(of_rows(3, 0, 2), 150);
        assert_eq!(of_rows(100, 0, 28), 115_600_000_000_000_000_000_000_000_000);
        assert_eq!(of_rows(1_000_000, 0, 60), i128::MAX / 1_000);
    }
}
