//! What earlier closed periods came to, for the trends of the report.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::money::parse_plain;

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
}
