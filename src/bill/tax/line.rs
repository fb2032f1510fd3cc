//! What every regime works with: the tax on a line, and why a customer cannot be taxed.

use rust_decimal::Decimal;

use crate::model::invoice::{Line, LineTax};
use crate::model::money::{Currency, Money, MoneyError, per_cent_of};
use crate::model::rounding::{Rounding, round_to};

/// How a tax is rounded: to the minor unit, half up, line by line, as GST returns and
/// INV-01 report it (CGST Act, section 170: fifty paise and more upwards).
const TAX_ROUNDING: Rounding = Rounding::HalfUp;

/// Why a customer cannot be invoiced under a regime.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The finding's code.
    pub code: &'static str,
    /// What is wrong, in a phrase.
    pub why: String,
    /// What to do.
    pub next: String,
}

/// Particulars that lack, or contradict each other.
pub(super) fn particulars(why: String, next: &str) -> Refusal {
    Refusal { code: "gst-particulars", why, next: next.to_owned() }
}

/// What a regime may fail of: the particulars, or the arithmetic.
#[derive(Debug)]
pub enum Failure {
    /// The customer cannot be invoiced.
    Refused(Refusal),
    /// A sum beyond the exact range.
    Money(MoneyError),
}

impl From<MoneyError> for Failure {
    fn from(error: MoneyError) -> Self {
        Self::Money(error)
    }
}

/// A tax on a line.
pub(super) fn on_line(line: &Line, kind: &str, rate: Decimal) -> Result<LineTax, MoneyError> {
    let exact = per_cent_of(rate, line.amount.amount())?;
    Ok(LineTax { kind: kind.to_owned(), rate, amount: rounded(exact, line.amount.currency())? })
}

/// A tax, rounded.
pub(super) fn rounded(exact: Decimal, currency: Currency) -> Result<Money, MoneyError> {
    Ok(Money::new(round_to(exact, currency.minor_digits(), TAX_ROUNDING)?, currency))
}
