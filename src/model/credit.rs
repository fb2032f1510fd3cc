//! Credits that exceeded a period's charges, and what later periods took of them.

use serde::{Deserialize, Serialize};

use super::line::{Charge, Line};
use super::money::{Currency, Money, parse_plain};
use super::period::Period;

/// A part of a credit of an earlier period that no other period took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Copy", into = "Copy")]
pub struct Carried {
    /// The period whose credits exceeded its charges.
    pub period: Period,
    /// Whose.
    pub customer_id: String,
    /// How much before tax, above zero.
    pub amount: Money,
    /// A period that took so much more than there is since its own period was closed again;
    /// None of a credit that is there to be taken.
    pub missing_in: Option<String>,
}

impl Carried {
    /// As a line of a later period's document.
    #[must_use]
    pub(crate) fn line(&self) -> Line {
        let period = &self.period;
        let when = if period.is_month() { period.from.format("%B %Y").to_string() } else { period.name.clone() };
        let mut line = stated(format!("Credit carried from {when}"), self.amount.negated());
        line.detail.carried_from = Some(period.name.clone());
        line
    }
}

/// What stands on a note over an issued invoice beside the credits that take it to nothing: the
/// rest of them, which is carried.
#[must_use]
pub(crate) fn rest(below_zero: &Money) -> Line {
    stated("Credit carried to later periods".to_owned(), below_zero.negated())
}

/// What is not charged where credits leave less than half a unit of a whole total.
#[must_use]
pub(crate) fn forgone(left: &Money) -> Line {
    stated("Less than half a rupee, not charged".to_owned(), left.negated())
}

fn stated(description: String, amount: Money) -> Line {
    Line { description, exact: amount, amount, ..Line::blank(Charge::Credit, amount.currency()) }
}

/// The same as `inputs/carried-credits.json` of a close has it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Copy {
    period: String,
    customer_id: String,
    amount: String,
    currency: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    missing_in: Option<String>,
}

impl From<Carried> for Copy {
    fn from(carried: Carried) -> Self {
        Self {
            period: carried.period.name,
            customer_id: carried.customer_id,
            amount: carried.amount.plain(),
            currency: carried.amount.currency().code().to_owned(),
            missing_in: carried.missing_in,
        }
    }
}

impl TryFrom<Copy> for Carried {
    type Error = String;

    fn try_from(copy: Copy) -> Result<Self, String> {
        let amount = parse_plain(&copy.amount).map_err(|e| e.to_string())?;
        let currency = Currency::parse(&copy.currency).map_err(|e| e.to_string())?;
        Ok(Self {
            period: Period::parse(&copy.period)?,
            customer_id: copy.customer_id,
            amount: Money::new(amount, currency),
            missing_in: copy.missing_in,
        })
    }
}

/// `closes/<period>/credits.json`: what a period left of credits that exceeded its charges, and what it took
/// of those of earlier periods.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credits {
    /// `crossfoot/credits/v1`
    pub schema: String,
    /// Of all amounts.
    pub currency: String,
    /// What exceeded the charges, before tax.
    pub left: Vec<Left>,
    /// What was taken of earlier credits, before tax.
    pub taken: Vec<Taken>,
}

/// What a customer's credits exceeded its charges by.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Left {
    /// Whose.
    pub customer_id: String,
    /// Before tax, a plain decimal.
    pub amount: String,
}

/// A credit of an earlier period that was taken.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Taken {
    /// Whose.
    pub customer_id: String,
    /// The period that left it.
    pub period: String,
    /// Before tax, a plain decimal.
    pub amount: String,
    /// The document that shows it, or `carried`: it is part of what this period left.
    pub by: String,
}
