//! What is taxable and the four taxes, exact, in rupees: of a document by service and rate, and
//! added up.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::bill::tax::law;
use crate::model::invoice::{Issued, Line};
use crate::model::money::{MoneyError, add_exact, from_parts, per_cent_of};
use crate::model::rounding::{Rounding, round_to};
use crate::model::supply_type::is_inter_state;

/// Taxable value and taxes, in rupees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Amounts {
    /// Before tax.
    pub taxable: Decimal,
    /// Integrated tax.
    pub igst: Decimal,
    /// Central tax.
    pub cgst: Decimal,
    /// State or Union Territory tax.
    pub sgst: Decimal,
    /// Compensation cess.
    pub cess: Decimal,
}

impl Amounts {
    /// The sum.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`].
    pub(crate) fn plus(self, other: Self) -> Result<Self, MoneyError> {
        Ok(Self {
            taxable: add_exact(self.taxable, other.taxable)?,
            igst: add_exact(self.igst, other.igst)?,
            cgst: add_exact(self.cgst, other.cgst)?,
            sgst: add_exact(self.sgst, other.sgst)?,
            cess: add_exact(self.cess, other.cess)?,
        })
    }

    /// The same with the other sign.
    #[must_use]
    pub(crate) fn negated(self) -> Self {
        let turned = |amount: Decimal| if amount.is_zero() { Decimal::ZERO } else { -amount };
        Self {
            taxable: turned(self.taxable),
            igst: turned(self.igst),
            cgst: turned(self.cgst),
            sgst: turned(self.sgst),
            cess: turned(self.cess),
        }
    }

    /// The taxes alone.
    #[must_use]
    pub(crate) fn taxes(self) -> Self {
        Self { taxable: Decimal::ZERO, ..self }
    }

    /// All five, in the order of the form.
    #[must_use]
    pub(crate) fn all(self) -> [(&'static str, Decimal); 5] {
        [("taxable", self.taxable), ("igst", self.igst), ("cgst", self.cgst), ("sgst", self.sgst), ("cess", self.cess)]
    }

    /// Adds a tax by its kind; false where GST knows no such tax.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`].
    pub(crate) fn add_tax(&mut self, kind: &str, amount: Decimal) -> Result<bool, MoneyError> {
        let place = match kind {
            "IGST" => &mut self.igst,
            "CGST" => &mut self.cgst,
            "SGST" | "UTGST" => &mut self.sgst,
            "CESS" => &mut self.cess,
            _ => return Ok(false),
        };
        *place = add_exact(*place, amount)?;
        Ok(true)
    }
}

/// Amounts of some, added up.
///
/// # Errors
/// [`MoneyError::Overflow`].
pub(crate) fn sum(all: impl IntoIterator<Item = Amounts>) -> Result<Amounts, MoneyError> {
    all.into_iter().try_fold(Amounts::default(), Amounts::plus)
}

/// What a document says of one service at one rate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// Service accounting code.
    pub sac: String,
    /// All taxes together in per cent, without zeros at its end.
    pub rate: Decimal,
    /// As the document bears them, positive on a credit note.
    pub amounts: Amounts,
}

/// A document by service and rate. Where the buyer owes the tax (section 9(3)) the document
/// charges none, and table 4B wants it told: it is what the buyer owes at the service's rate.
///
/// # Errors
/// [`MoneyError::Overflow`].
pub(crate) fn parts(issued: &Issued) -> Result<Vec<Part>, MoneyError> {
    let draft = &issued.content;
    let is_reverse = draft.supply.as_ref().is_some_and(|supply| supply.reverse_charge);
    let mut parts: BTreeMap<(String, Decimal), Amounts> = BTreeMap::new();
    for line in &draft.lines {
        let mut amounts = Amounts { taxable: line.amount.amount(), ..Amounts::default() };
        let mut is_charged = false;
        for tax in &line.taxes {
            is_charged |= amounts.add_tax(&tax.kind, tax.amount.amount())? && !tax.amount.is_zero();
        }
        let rate = if is_reverse { owed_rate(line, issued)? } else { line.tax_rate()? };
        if is_reverse && !is_charged {
            owe(&mut amounts, rate, is_inter_state(draft))?;
        }
        let sac = line.sac.clone().unwrap_or_default();
        let part = parts.entry((sac, rate.normalize())).or_default();
        *part = part.plus(amounts)?;
    }
    Ok(parts.into_iter().map(|((sac, rate), amounts)| Part { sac, rate, amounts }).collect())
}

/// The rate at which the buyer owes the tax of a line: the line's, or the law's.
fn owed_rate(line: &Line, issued: &Issued) -> Result<Decimal, MoneyError> {
    let printed = line.tax_rate()?;
    let law = || line.sac.as_deref().and_then(|sac| law::rate(sac, issued.content.period.to));
    Ok(if printed.is_zero() { law().unwrap_or_default() } else { printed })
}

/// Puts down the tax that the buyer owes, rounded as the tax of a line is (section 170).
fn owe(amounts: &mut Amounts, rate: Decimal, is_inter_state: bool) -> Result<(), MoneyError> {
    let tax = |rate| round_to(per_cent_of(rate, amounts.taxable)?, 2, Rounding::HalfUp);
    if is_inter_state {
        amounts.igst = tax(rate)?;
    } else {
        let half = tax(from_parts(rate.mantissa() * 5, rate.scale() + 1)?)?;
        (amounts.cgst, amounts.sgst) = (half, half);
    }
    Ok(())
}
