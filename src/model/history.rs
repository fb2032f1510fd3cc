//! What earlier closed periods came to, for the trends of the report.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::money::{Currency, Money, parse_plain};
use super::period::Period;
use super::rounding::percent;

/// A closed period.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(try_from = "Copy", into = "Copy")]
pub struct Month {
    /// The period.
    pub period: Period,
    /// The currency of its cost.
    pub currency: Currency,
    /// The partner's total cost.
    pub cost: Option<Money>,
    /// Call attempts.
    pub calls: Option<u64>,
    /// Of them, connected.
    pub answered: Option<u64>,
    /// And not.
    pub failed: Option<u64>,
}

impl Month {
    /// A part of the calls, in per cent with one decimal.
    #[must_use]
    pub fn share_of_calls(&self, part: Option<u64>) -> Option<Decimal> {
        percent(part?.into(), self.calls?.into(), 1)
    }
}

/// The same as `inputs/history.json` of a close has it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Copy {
    /// The period's last day.
    to: String,
    period: String,
    currency: String,
    cost: Option<String>,
    calls: Option<u64>,
    answered: Option<u64>,
    failed: Option<u64>,
}

impl From<Month> for Copy {
    fn from(month: Month) -> Self {
        Self {
            to: month.period.to.to_string(),
            period: month.period.name,
            currency: month.currency.code().to_owned(),
            cost: month.cost.map(|cost| cost.plain()),
            calls: month.calls,
            answered: month.answered,
            failed: month.failed,
        }
    }
}

impl TryFrom<Copy> for Month {
    type Error = String;

    fn try_from(copy: Copy) -> Result<Self, String> {
        let currency = Currency::parse(&copy.currency).map_err(|e| e.to_string())?;
        let cost = copy.cost.map(|text| parse_plain(&text)).transpose().map_err(|e| e.to_string())?;
        Ok(Self {
            period: Period::parse(&copy.period)?,
            currency,
            cost: cost.map(|amount| Money::new(amount, currency)),
            calls: copy.calls,
            answered: copy.answered,
            failed: copy.failed,
        })
    }
}
