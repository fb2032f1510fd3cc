//! What the partner says of a period: one neutral model, whatever shape the answer had.
//! What an answer does not state is `None`, never zero.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::money::{Currency, Tally, add_exact};
use super::rounding::{Rounding, round_to};

/// Which way calls went.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Calls received.
    Inbound,
    /// Calls placed.
    Outbound,
}

impl Direction {
    /// Both, in the order in which they are printed.
    pub const ALL: [Self; 2] = [Self::Inbound, Self::Outbound];

    /// The word of files and flags.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
        }
    }

    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Inbound => Self::Outbound,
            Self::Outbound => Self::Inbound,
        }
    }

    /// Reads the word, as it is written in files.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|d| d.name() == text)
    }
}

/// Calls and their cost, for the whole, a direction or a customer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallUsage {
    /// Call attempts.
    pub calls: Option<u64>,
    /// Calls that were connected.
    pub answered: Option<u64>,
    /// Calls that were not.
    pub failed: Option<u64>,
    /// Connected time, in seconds.
    pub duration_seconds: Option<u64>,
    /// What the calls cost, in the answer's currency, with every digit it had.
    pub cost: Option<Decimal>,
}

/// One direction of the answer. The name is the partner's own: it may be one we do not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectionUsage {
    /// `inbound`, `outbound`, or what else the partner wrote.
    pub name: String,
    /// Its calls and cost.
    pub usage: CallUsage,
}

/// One customer of the answer's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerUsage {
    /// The partner's id of the customer (`MA_…`): the key of everything.
    pub customer_id: String,
    /// The name, where one is given.
    pub name: Option<String>,
    /// Calls and cost.
    pub usage: CallUsage,
}

/// The whole once more, in other parts than directions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breakdown {
    /// The field, `by_product` or `time_series`.
    pub field: &'static str,
    /// Its parts' calls and cost.
    pub parts: Vec<CallUsage>,
}

/// The answer of `/analytics`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Analytics {
    /// The period that the answer says it covers.
    pub period: Option<(NaiveDate, NaiveDate)>,
    /// The currency that the answer states, as it stands there.
    pub currency: Option<String>,
    /// The whole.
    pub total: CallUsage,
    /// Per direction, in the order of the answer.
    pub directions: Vec<DirectionUsage>,
    /// The customers listed with their usage, which may be fewer than there are.
    pub customers: Vec<CustomerUsage>,
    /// Names of customers whom the answer mentions, with or without usage.
    pub names: BTreeMap<String, String>,
    /// The whole by product and by day, where the answer has it.
    pub breakdowns: Vec<Breakdown>,
    /// Fields we do not know, kept aside: their paths.
    pub unknown_fields: Vec<String>,
}

impl Analytics {
    /// The usage stated for a direction.
    #[must_use]
    pub fn direction(&self, direction: Direction) -> Option<&CallUsage> {
        self.directions.iter().find(|d| d.name == direction.name()).map(|d| &d.usage)
    }

    /// Whether the customers listed are all there are: their costs add up to the total.
    #[must_use]
    pub fn lists_everybody(&self) -> bool {
        let mut sum = Tally::default();
        let priced = self.customers.iter().all(|c| c.usage.cost.is_some_and(|cost| sum.add(cost).is_ok()));
        let nothing = self.total.cost.is_some_and(|cost| cost.is_zero());
        priced && (nothing || !self.customers.is_empty()) && sum.total().ok() == self.total.cost
    }

    /// Directions other than inbound and outbound.
    pub fn other_directions(&self) -> impl Iterator<Item = &DirectionUsage> {
        self.directions.iter().filter(|d| Direction::parse(&d.name).is_none())
    }
}

/// The answer of `/dashboard`: live counts at the moment of capture, not of the period.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dashboard {
    /// Customer accounts that are active.
    pub active_accounts: Option<u64>,
    /// Wallet balances of all customers.
    pub total_balance: Option<Decimal>,
    /// Currency of the amounts.
    pub currency: Option<String>,
    /// Calls on the day of capture.
    pub calls_today: Option<u64>,
    /// Calls in the month of capture.
    pub calls_this_month: Option<u64>,
    /// Spend in the month of capture.
    pub total_spend_this_month: Option<Decimal>,
    /// Customers whose balance is under the partner's threshold.
    pub accounts_low_balance: Option<u64>,
    /// Customers who are suspended.
    pub accounts_suspended: Option<u64>,
    /// Fields we do not know, kept aside: their paths.
    pub unknown_fields: Vec<String>,
}

/// What a dashboard said of a month while it ran.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// When it was asked.
    pub taken: DateTime<Utc>,
    /// The file, relative to the books.
    pub file: String,
    /// The month's spend until then, where stated.
    pub spent: Option<Decimal>,
    /// In which currency.
    pub currency: Currency,
    /// What each whole day of the month cost, where the dashboard has days.
    pub days: Vec<Decimal>,
}

/// The answer of `/me`: who the partner is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// The person's or account's name.
    pub name: Option<String>,
    /// The company.
    pub company: Option<String>,
    /// The currency of the account.
    pub currency: Option<String>,
    /// Its GSTIN, where stated.
    pub gstin: Option<String>,
}

impl Identity {
    /// How it is called: company, and name where it is another.
    #[must_use]
    pub fn called(&self) -> String {
        match (&self.company, &self.name) {
            (Some(company), Some(name)) if company != name => format!("{company} ({name})"),
            (Some(one), _) | (None, Some(one)) => one.clone(),
            (None, None) => String::new(),
        }
    }
}

/// The short decimal that `value` was meant to be, if its tail is the noise of a binary
/// float: 0.30000000000000004 gives 0.3. A tail is noise when the value needs 15
/// significant digits or more, and lies within a billionth of one with at most 5 decimals.
#[must_use]
pub fn without_float_noise(value: Decimal) -> Option<Decimal> {
    let significant = value.mantissa().unsigned_abs().to_string().len();
    if value.scale() < 8 || (significant < 15 && value.scale() < 15) {
        return None;
    }
    // In whole units of the value's last digit, so that no product has to fit a decimal.
    let one = 10_i128.checked_pow(value.scale())?;
    let size = value.mantissa().abs().max(one);
    (0..=5).find_map(|digits| {
        let short = round_to(value, digits, Rounding::HalfEven).ok()?;
        let gap = add_exact(value, -short).ok()?.mantissa().abs();
        let is_near = gap.checked_mul(1_000_000_000)? <= size && gap.checked_mul(10_000_000)? <= one;
        (gap != 0 && is_near).then_some(short)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::money::parse_plain;

    #[test]
    fn binary_noise_is_told_from_real_digits() {
        let noisy = [
            ("0.30000000000000004", "0.3"),
            ("336716.99999999994", "336717"),
            ("60199.430000000008", "60199.43"),
            ("-0.10000000000000001", "-0.1"),
        ];
        for (value, meant) in noisy {
            assert_eq!(without_float_noise(parse_plain(value).unwrap()), Some(parse_plain(meant).unwrap()), "{value}");
        }
        for clean in ["336717.00", "0.12345", "20277.41000", "0.123456789", "0.1234567890123456", "9007199254740993.25"]
        {
            assert_eq!(without_float_noise(parse_plain(clean).unwrap()), None, "{clean}");
        }
    }
}
