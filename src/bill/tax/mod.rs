//! Tax regimes, one a file. Each turns a draft's lines into taxes.

pub mod gst;
pub mod law;
pub mod vat;

use rust_decimal::Decimal;

use crate::books::config::Regime;
use crate::books::customers::Agreement;
use crate::model::invoice::{Draft, Line, LineTax, Tax};
use crate::model::money::{Money, MoneyError, per_cent_of};
use crate::model::rounding::{Rounding, round_to};

/// How a tax is rounded: to the minor unit, half up, line by line, as GST returns and
/// INV-01 report it (CGST Act, section 170: fifty paise and more upwards).
pub const TAX_ROUNDING: Rounding = Rounding::HalfUp;

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

/// Taxes the lines of a draft, and says what the law wants said. `agreement` may name how
/// GST treats the buyer, and where the supply is.
///
/// # Errors
/// [`Failure`].
pub fn apply(regime: &Regime, agreement: &Agreement, draft: &mut Draft) -> Result<(), Failure> {
    match regime {
        Regime::None => Ok(()),
        Regime::Gst(settings) => gst::apply(settings, agreement, draft),
        Regime::Vat { name, rate } => Ok(vat::apply(name, *rate, draft)?),
    }?;
    draft.taxes = sums(&draft.lines)?;
    Ok(())
}

/// A tax on a line.
fn on_line(line: &Line, kind: &str, rate: Decimal) -> Result<LineTax, MoneyError> {
    let currency = line.amount.currency();
    let exact = per_cent_of(rate, line.amount.amount())?;
    let amount = Money::new(round_to(exact, currency.minor_digits(), TAX_ROUNDING)?, currency);
    Ok(LineTax { kind: kind.to_owned(), rate, amount })
}

/// The lines' taxes added up by kind and rate, in the order in which they first stand.
///
/// # Errors
/// A sum beyond the exact range.
pub fn sums(lines: &[Line]) -> Result<Vec<Tax>, MoneyError> {
    let mut sums: Vec<Tax> = Vec::new();
    for line in lines {
        for tax in &line.taxes {
            let rate = tax.rate.normalize().to_string();
            match sums.iter_mut().find(|sum| sum.kind == tax.kind && sum.rate == rate) {
                Some(sum) => {
                    sum.base = sum.base.plus(&line.amount)?;
                    sum.amount = sum.amount.plus(&tax.amount)?;
                }
                None => sums.push(Tax { kind: tax.kind.clone(), rate, base: line.amount, amount: tax.amount }),
            }
        }
    }
    Ok(sums)
}
