//! What a customer is charged for calls: their cost, with a mark-up, or at an own price for each
//! call or minute; and which of it the ledger states.

use rust_decimal::Decimal;

use super::customers::Agreement;
use crate::model::invoice::Pricing;
use crate::model::ledger_terms::Basis;
use crate::model::money::{Currency, Money, MoneyError, add_exact, per_cent_of, times};
use crate::model::rounding::{LINE_ROUNDING, ratio, round_to};
use crate::model::usage::Direction;

/// Calls of one customer and direction.
#[derive(Clone, Copy, Debug)]
pub struct Calls {
    /// Which way they went.
    pub direction: Direction,
    /// What the partner charges for them.
    pub cost: Money,
    /// How many; None where that is not known.
    pub calls: Option<u64>,
    /// Their time in seconds.
    pub seconds: Option<u64>,
}

/// What calls are charged at: the exact amount, before a line is rounded, and how it came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Priced {
    /// This.
    Exact(Money, Pricing),
    /// They are charged by this unit, and how many there were is not known.
    Uncounted(&'static str),
}

impl Agreement {
    /// What calls are charged at.
    ///
    /// # Errors
    /// A product beyond the exact range.
    pub fn price(&self, of: &Calls) -> Result<Priced, MoneyError> {
        let currency = of.cost.currency();
        let Some(price) = self.rate[of.direction as usize] else {
            return Ok(match self.markup[of.direction as usize] {
                None => Priced::Exact(of.cost, Pricing::Stated),
                Some(percent) => {
                    let more = per_cent_of(percent, of.cost.amount())?;
                    let exact = Money::new(add_exact(of.cost.amount(), more)?, currency);
                    Priced::Exact(exact, Pricing::Markup { base: of.cost, percent })
                }
            });
        };
        let unit = if self.per_minute { "minute" } else { "call" };
        let quantity = match self.per_minute {
            // To a hundredth of a minute: 0.6 seconds.
            true => of.seconds.and_then(|s| ratio(Decimal::from(s), Decimal::from(60), 2, LINE_ROUNDING)),
            false => of.calls.map(Decimal::from),
        };
        Ok(match quantity {
            Some(quantity) => {
                let exact = Money::new(times(quantity, price)?, currency);
                Priced::Exact(exact, Pricing::Rate { quantity, unit: unit.to_owned(), price })
            }
            None => Priced::Uncounted(unit),
        })
    }

    /// The same as an invoice's line has it. None where it is not known: a price in another
    /// currency is not before it has a rate.
    ///
    /// # Errors
    /// As [`Self::price`].
    pub fn selling(&self, of: &Calls) -> Result<Option<Money>, MoneyError> {
        if self.foreign(of.cost.currency()).is_some() {
            return Ok(None);
        }
        match self.price(of)? {
            Priced::Uncounted(_) => Ok(None),
            Priced::Exact(exact, _) => charged(exact).map(Some),
        }
    }

    /// The currency that calls are charged in, where it is not the document's.
    #[must_use]
    pub fn foreign(&self, document: Currency) -> Option<Currency> {
        self.currency.filter(|own| *own != document)
    }

    /// Which price the ledger states of a customer's calls, where everybody's is `bases`.
    #[must_use]
    pub fn basis(&self, bases: [Basis; 2], direction: Direction) -> Basis {
        self.ledger_basis.unwrap_or(bases[direction as usize])
    }

    /// `25 % mark-up` or `rate`: by what the price of calls is not their cost; None where it is.
    #[must_use]
    pub fn margin(&self, direction: Direction) -> Option<String> {
        match (self.rate[direction as usize], self.markup[direction as usize]) {
            (Some(_), _) => Some("rate".to_owned()),
            (None, Some(percent)) if !percent.is_zero() => Some(format!("{} % mark-up", percent.normalize())),
            _ => None,
        }
    }
}

/// An exact amount as it is charged.
///
/// # Errors
/// Beyond the exact range.
pub(crate) fn charged(exact: Money) -> Result<Money, MoneyError> {
    Ok(Money::new(round_to(exact.amount(), exact.currency().minor_digits(), LINE_ROUNDING)?, exact.currency()))
}
