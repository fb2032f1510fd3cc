//! Rows that are no usage of the month, as books have them on usage accounts.

use super::rows::{Dice, Row, rows_of};
use crate::model::money::from_parts;
use crate::model::period::Period;

/// A row that is no usage of the month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extra {
    /// A discount of 5 % on all that the customer has.
    Discount,
    /// A round credit for free minutes.
    Promotion,
    /// A credit note, of no month.
    CreditNote,
    /// A bad debt.
    WriteOff,
    /// A round charge that is no call.
    Rental,
    /// Usage of February.
    OtherMonth,
    /// A round amount on the last day, without a voucher.
    Plug,
    /// Tax that the customer withheld: 10 % of all that it has.
    Withheld,
}

/// Posts a row that is no usage to the customer of another.
pub(super) fn post(extra: Extra, rows: &mut Vec<Row>, at: usize, period: &Period, dice: &mut Dice) {
    let id = rows[at].customer_id.clone();
    let scale = rows[at].amount.scale();
    let whole = rows_of(rows, &id).map(|i| rows[i].amount.mantissa()).sum::<i128>();
    let round = i128::from(1 + dice.roll(9)) * 500 * 10_i128.pow(scale);
    let any = i128::from(1_013 + dice.roll(900_000));
    let (units, reference, text) = match extra {
        Extra::Discount => (-whole / 20, "DSC/7", "loyalty discount 5 %"),
        Extra::Promotion => (-round, "PR/12", "promo: free minutes"),
        Extra::CreditNote => (-any, "CN/25-26/0112", "credit note"),
        Extra::WriteOff => (-any, "JV/9001", "bad debt written off"),
        Extra::Rental => (round, "RNT/3", "DID rental, 10 numbers"),
        Extra::OtherMonth => (any, "INV/3107", "February usage"),
        Extra::Plug => (round, "", "difference as per statement"),
        Extra::Withheld => (-whole / 10, "JV/9002", "TDS u/s 194J"),
    };
    let date = if extra == Extra::Plug { period.to } else { rows[at].date };
    let amount = from_parts(units, scale).unwrap_or_default();
    let (reference, text) = (reference.to_owned(), text.to_owned());
    rows.push(Row { date, amount, reference, text, ..rows[at].clone() });
}
