//! What an amount in another currency is worth in that of the document, and by whose rate.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::money::{Currency, Money, MoneyError, times};

/// A rate of exchange as it was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rate {
    /// The currency.
    pub currency: Currency,
    /// What one unit of it is worth in the document's currency, exactly as published.
    pub rate: Decimal,
    /// The day that it is of.
    pub day: NaiveDate,
    /// Who published it, such as `RBI reference rate`.
    pub source: String,
}

/// An amount that is charged in another currency than the document's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// The amount, to the minor unit of its own currency.
    pub amount: Money,
    /// What it is converted at.
    pub at: Rate,
}

impl Exchange {
    /// What it is worth in another currency: the product, not rounded.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`].
    pub fn worth(&self, currency: Currency) -> Result<Money, MoneyError> {
        Ok(Money::new(times(self.amount.amount(), self.at.rate)?, currency))
    }
}
