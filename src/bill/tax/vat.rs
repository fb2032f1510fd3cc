//! A plain value added tax: one rate on everything.

use rust_decimal::Decimal;

use super::line::{on_line, rounded};
use crate::model::invoice::{Draft, Edition, LineTax};
use crate::model::money::{Money, MoneyError, per_cent_of};

/// Taxes every line at one rate. The tax is that of all lines together, rounded once, as EN
/// 16931 has it (BR-CO-17); each line bears what it adds to the tax of the lines before it, so
/// that they add up. 0.1 rounded it line by line.
///
/// # Errors
/// A tax beyond the exact range.
pub(crate) fn apply(name: &str, rate: Decimal, draft: &mut Draft) -> Result<(), MoneyError> {
    let zero = Money::zero(draft.currency);
    let (mut base, mut taxed) = (zero, zero);
    for line in &mut draft.lines {
        if draft.edition == Edition::First {
            line.taxes = vec![on_line(line, name, rate)?];
            continue;
        }
        base = base.plus(&line.amount)?;
        let so_far = rounded(per_cent_of(rate, base.amount())?, draft.currency)?;
        line.taxes = vec![LineTax { kind: name.to_owned(), rate, amount: so_far.minus(&taxed)? }];
        taxed = so_far;
    }
    Ok(())
}
