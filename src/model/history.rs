//! What a period came to, as its close keeps it for the trends of later ones, and what
//! earlier closed periods came to.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::money::{Currency, Money, MoneyError, parse_plain};
use super::period::Period;
use super::rounding::percent;
use super::usage::{Dashboard, Direction};

/// A closed period.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(try_from = "Copy", into = "Copy")]
pub struct Month {
    /// The period.
    pub period: Period,
    /// SHA-256 of the manifest that seals it; None of the period that is being closed, and in
    /// copies of version 0.1.
    pub manifest_sha256: Option<String>,
    /// The currency of its cost.
    pub currency: Currency,
    /// The partner's total cost.
    pub cost: Option<Money>,
    /// The calls of the whole.
    pub calls: Calls,
    /// The partner's cost in each direction.
    pub directions: BTreeMap<Direction, Money>,
    /// Accounts by how they stood when the partner was asked.
    pub accounts: Option<Accounts>,
    /// Customers whose own cost the partner states, by id: the [`KEPT`] largest.
    pub customers: BTreeMap<String, CustomerMonth>,
    /// How many more there are.
    pub customers_beyond: u64,
}

/// How many customers a close keeps the figures of for later ones.
pub(crate) const KEPT: usize = 1_000;

/// Call attempts, and what became of them. What is not stated is None, never zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    /// Call attempts.
    pub calls: Option<u64>,
    /// Of them, connected.
    pub answered: Option<u64>,
    /// And not.
    pub failed: Option<u64>,
}

impl Calls {
    /// Calls that were not connected: as stated, or all less the answered ones.
    #[must_use]
    pub fn not_connected(&self) -> Option<u64> {
        self.failed.or_else(|| self.calls?.checked_sub(self.answered?))
    }

    /// A part of the calls, in per cent with one decimal.
    #[must_use]
    pub fn share(&self, part: Option<u64>) -> Option<Decimal> {
        percent(part?.into(), self.calls?.into(), 1)
    }
}

/// A customer in a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerMonth {
    /// Its name, where one is known.
    pub name: Option<String>,
    /// The partner's cost.
    pub cost: Money,
    /// Its calls.
    pub calls: Calls,
    /// The partner's cost in each direction, where it was captured.
    pub directions: BTreeMap<Direction, Money>,
}

/// Accounts as the partner's dashboard counts them.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Accounts {
    /// When it was asked, RFC 3339 in UTC.
    pub taken: String,
    /// Active ones.
    pub active: Option<u64>,
    /// Those whose balance is under the partner's threshold.
    pub low_balance: Option<u64>,
    /// Suspended ones.
    pub suspended: Option<u64>,
}

impl Accounts {
    /// What a dashboard says of them.
    #[must_use]
    pub(crate) fn of(dashboard: &Dashboard, taken: String) -> Self {
        Self {
            taken,
            active: dashboard.active_accounts,
            low_balance: dashboard.accounts_low_balance,
            suspended: dashboard.accounts_suspended,
        }
    }
}

/// What earlier periods came to: `inputs/trends.json` of a close.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Past {
    /// The closed ones, oldest first.
    pub months: Vec<Month>,
    /// Those that were closed and whose close is not as it was sealed.
    pub unread: Vec<Unread>,
}

/// A period of which no figure is taken.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(try_from = "UnreadCopy", into = "UnreadCopy")]
pub struct Unread {
    /// The period.
    pub period: Period,
    /// Why.
    pub why: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct UnreadCopy {
    period: String,
    why: String,
}

impl From<Unread> for UnreadCopy {
    fn from(unread: Unread) -> Self {
        Self { period: unread.period.name, why: unread.why }
    }
}

impl TryFrom<UnreadCopy> for Unread {
    type Error = String;

    fn try_from(copy: UnreadCopy) -> Result<Self, String> {
        Ok(Self { period: Period::parse(&copy.period)?, why: copy.why })
    }
}

/// A month as `inputs/trends.json` and `trends.month` of a report have it, and, without the
/// later fields, `inputs/history.json` of version 0.1.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Copy {
    /// The period's last day.
    to: String,
    period: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    manifest_sha256: Option<String>,
    currency: String,
    cost: Option<String>,
    calls: Option<u64>,
    answered: Option<u64>,
    failed: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    inbound: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    outbound: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    accounts: Option<Accounts>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    customers: Vec<CustomerCopy>,
    #[serde(default, skip_serializing_if = "is_none")]
    customers_beyond: u64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde wants")]
fn is_none(count: &u64) -> bool {
    *count == 0
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CustomerCopy {
    customer_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    cost: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    calls: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    answered: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failed: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    inbound: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    outbound: Option<String>,
}

fn plain(directions: &BTreeMap<Direction, Money>, direction: Direction) -> Option<String> {
    directions.get(&direction).map(Money::plain)
}

fn directions(
    inbound: Option<String>,
    outbound: Option<String>,
    currency: Currency,
) -> Result<BTreeMap<Direction, Money>, MoneyError> {
    let stated = Direction::ALL.into_iter().zip([inbound, outbound]);
    stated
        .filter_map(|(direction, text)| Some((direction, text?)))
        .map(|(direction, text)| Ok((direction, Money::new(parse_plain(&text)?, currency))))
        .collect()
}

impl From<Month> for Copy {
    fn from(month: Month) -> Self {
        let Calls { calls, answered, failed } = month.calls;
        let customers = month.customers.into_iter().map(|(customer_id, customer)| CustomerCopy {
            customer_id,
            cost: customer.cost.plain(),
            calls: customer.calls.calls,
            answered: customer.calls.answered,
            failed: customer.calls.failed,
            inbound: plain(&customer.directions, Direction::Inbound),
            outbound: plain(&customer.directions, Direction::Outbound),
            name: customer.name,
        });
        Self {
            to: month.period.to.to_string(),
            period: month.period.name,
            manifest_sha256: month.manifest_sha256,
            currency: month.currency.code().to_owned(),
            cost: month.cost.map(|cost| cost.plain()),
            calls,
            answered,
            failed,
            inbound: plain(&month.directions, Direction::Inbound),
            outbound: plain(&month.directions, Direction::Outbound),
            accounts: month.accounts,
            customers: customers.collect(),
            customers_beyond: month.customers_beyond,
        }
    }
}

impl TryFrom<Copy> for Month {
    type Error = String;

    fn try_from(copy: Copy) -> Result<Self, String> {
        let period = Period::parse(&copy.period)?;
        Self::read(period, copy).map_err(|e| e.to_string())
    }
}

impl Month {
    fn read(period: Period, copy: Copy) -> Result<Self, MoneyError> {
        let currency = Currency::parse(&copy.currency)?;
        let cost = copy.cost.map(|text| parse_plain(&text)).transpose()?;
        let customer = |row: CustomerCopy| {
            let customer = CustomerMonth {
                name: row.name,
                cost: Money::new(parse_plain(&row.cost)?, currency),
                calls: Calls { calls: row.calls, answered: row.answered, failed: row.failed },
                directions: directions(row.inbound, row.outbound, currency)?,
            };
            Ok((row.customer_id, customer))
        };
        Ok(Self {
            period,
            manifest_sha256: copy.manifest_sha256,
            currency,
            cost: cost.map(|amount| Money::new(amount, currency)),
            calls: Calls { calls: copy.calls, answered: copy.answered, failed: copy.failed },
            directions: directions(copy.inbound, copy.outbound, currency)?,
            accounts: copy.accounts,
            customers: copy.customers.into_iter().map(customer).collect::<Result<_, MoneyError>>()?,
            customers_beyond: copy.customers_beyond,
        })
    }

    /// Keeps the [`KEPT`] customers of the highest cost, and counts the rest.
    pub(crate) fn keep_largest(&mut self) {
        let Some(beyond) = self.customers.len().checked_sub(KEPT).filter(|beyond| *beyond > 0) else { return };
        let mut by_cost: Vec<(Decimal, String)> =
            self.customers.iter().map(|(id, customer)| (customer.cost.amount(), id.clone())).collect();
        by_cost.sort_by(|(a, x), (b, y)| b.cmp(a).then_with(|| x.cmp(y)));
        for (_, id) in by_cost.split_off(KEPT) {
            self.customers.remove(&id);
        }
        self.customers_beyond += beyond as u64;
    }
}
