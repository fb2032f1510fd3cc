//! A sealed document as a return takes it.

use chrono::NaiveDate;

use super::amounts::{Amounts, Part, parts, sum};
use crate::model::invoice::{Document, Issued};
use crate::model::money::{Currency, MoneyError};
use crate::model::supply_type::SupplyType;

/// A sealed document, with what is known of it beside.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Told<'a> {
    /// The document.
    pub issued: &'a Issued,
    /// Whether it was declared void.
    pub is_void: bool,
    /// The invoice that it corrects, where the books have it.
    pub original: Option<&'a Issued>,
    /// The series that its number counts in.
    pub series: &'a str,
    /// Its place in the series.
    pub sequence: u64,
}

impl Told<'_> {
    /// Its month, `2026-03`.
    #[must_use]
    pub(crate) fn month(&self) -> String {
        month_of(self.issued.issue_date)
    }

    /// The kind of its supply; None where it is no matter of this return's tables but 13.
    #[must_use]
    pub(crate) fn supply(&self) -> Option<SupplyType> {
        let is_rupees = self.issued.content.currency == Currency::INR;
        SupplyType::of(self.issued, self.original).filter(|_| is_rupees && !self.is_without_tax())
    }

    /// Whether it is a credit note that reduces no tax, as it came too late: it settles a price,
    /// and is no note of section 34, which alone is told in tables 7, 9 and 12.
    #[must_use]
    pub(crate) fn is_without_tax(&self) -> bool {
        let draft = &self.issued.content;
        let is_reverse = draft.supply.as_ref().is_some_and(|supply| supply.reverse_charge);
        draft.document == Document::CreditNote && !is_reverse && draft.lines.iter().all(|line| line.taxes.is_empty())
    }

    /// Negative for a credit note.
    #[must_use]
    pub(crate) fn signed(&self, amounts: Amounts) -> Amounts {
        if self.issued.content.document == Document::CreditNote { amounts.negated() } else { amounts }
    }

    /// Its parts that are taxed at a rate, and what is nil-rated: a rate of zero on a supply
    /// that is not zero-rated by where it goes (section 16 of the IGST Act).
    ///
    /// # Errors
    /// [`MoneyError::Overflow`].
    pub(super) fn taxed_and_nil(&self, supply: SupplyType) -> Result<(Vec<Part>, Amounts), MoneyError> {
        let is_home = matches!(supply, SupplyType::Registered | SupplyType::ConsumerLarge | SupplyType::ConsumerSmall);
        let (nil, taxed): (Vec<Part>, Vec<Part>) =
            parts(self.issued)?.into_iter().partition(|part| is_home && part.rate.is_zero());
        Ok((taxed, sum(nil.iter().map(|part| part.amounts))?))
    }
}

/// The month of a day, `2026-03`.
#[must_use]
pub(crate) fn month_of(day: NaiveDate) -> String {
    day.format("%Y-%m").to_string()
}
