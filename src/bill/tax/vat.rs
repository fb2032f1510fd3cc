//! A plain value added tax: one rate on everything.

use rust_decimal::Decimal;

use super::line::on_line;
use crate::model::invoice::Draft;
use crate::model::money::MoneyError;

/// Taxes every line at one rate.
///
/// # Errors
/// A tax beyond the exact range.
pub(crate) fn apply(name: &str, rate: Decimal, draft: &mut Draft) -> Result<(), MoneyError> {
    for line in &mut draft.lines {
        line.taxes = vec![on_line(line, name, rate)?];
    }
    Ok(())
}
