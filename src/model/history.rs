//! What earlier closed periods came to, for the trends of the report.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::money::parse_plain;
use super::rounding::percent;

/// A closed period.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Month {
    /// Its last day, by which months are in order.
    pub to: String,
    /// Its name.
    pub period: String,
    /// The currency of its cost.
    pub currency: String,
    /// The partner's total cost, a plain decimal.
    pub cost: Option<String>,
    /// Call attempts.
    pub calls: Option<u64>,
    /// Of them, connected.
    pub answered: Option<u64>,
    /// And not.
    pub failed: Option<u64>,
}

impl Month {
    /// The cost.
    #[must_use]
    pub fn amount(&self) -> Option<Decimal> {
        parse_plain(self.cost.as_deref()?).ok()
    }

    /// A part of the calls, in per cent with one decimal.
    #[must_use]
    pub fn share_of_calls(&self, part: Option<u64>) -> Option<Decimal> {
        percent(part?.into(), self.calls?.into(), 1)
    }
}
