//! Months for tests.

use std::collections::BTreeMap;

use crate::model::history::{Calls, CustomerMonth, Month};
use crate::model::money::{Currency, Money, parse_plain};
use crate::model::period::Period;

/// A month with these customers and costs.
pub(super) fn month(period: &str, customers: &[(&str, &str)]) -> Month {
    let customer = |cost: &str| CustomerMonth {
        name: None,
        cost: Money::new(parse_plain(cost).unwrap(), Currency::INR),
        calls: Calls::default(),
        directions: BTreeMap::new(),
    };
    Month {
        period: Period::parse(period).unwrap(),
        manifest_sha256: None,
        currency: Currency::INR,
        cost: None,
        calls: Calls::default(),
        directions: BTreeMap::new(),
        accounts: None,
        customers: customers.iter().map(|(id, cost)| ((*id).to_owned(), customer(cost))).collect(),
        customers_beyond: 0,
    }
}
