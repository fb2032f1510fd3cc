//! Both sides side by side: the whole, each direction, each customer, and the remainder
//! that the partner's list leaves out.

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;
use rust_decimal::Decimal;

use super::noise;
use crate::books::customers::Customers;
use crate::model::finding::Sides;
use crate::model::money::{Currency, Money, MoneyError, Sum, total};
use crate::model::period::Period;
use crate::model::posting::Ledger;
use crate::model::reconciliation::{CustomerLine, DirectionLine, Input, Remainder, Status};
use crate::model::usage::{Analytics, Direction};

/// What is to be compared.
#[derive(Debug)]
pub struct Question<'a> {
    /// The period asked for.
    pub period: &'a Period,
    /// The books' time zone.
    pub timezone: Tz,
    /// The currency of the comparison: the answer's.
    pub currency: Currency,
    /// Differences up to this, per customer and per direction, are tolerated.
    pub tolerance: Decimal,
    /// What the partner says.
    pub analytics: &'a Analytics,
    /// What the ledger says.
    pub ledger: &'a Ledger,
    /// The customers that the books know; None where there are no books.
    pub customers: Option<&'a Customers>,
    /// The files, for the record.
    pub inputs: Vec<Input>,
}

impl Question<'_> {
    /// The file that a role was read from, as findings name it.
    #[must_use]
    pub fn file(&self, role: &str) -> String {
        self.inputs.iter().find(|i| i.role == role).map_or_else(|| role.to_owned(), |i| i.path.clone())
    }
}

/// The comparison, before anything is said of it.
#[derive(Debug)]
pub struct Comparison<'a> {
    /// What was asked.
    pub question: &'a Question<'a>,
    /// The whole.
    pub totals: Sides,
    /// Inbound and outbound.
    pub directions: Vec<DirectionLine>,
    /// Every customer of either side, by id.
    pub customers: Vec<CustomerLine>,
    /// None where the partner's list is complete.
    pub remainder: Option<Remainder>,
    /// Sum of the costs that the list states.
    pub listed_cost: Money,
    /// Ids that the list has more than once.
    pub listed_twice: Vec<String>,
}

impl Comparison<'_> {
    /// Whether a customer is in the ledger, and not on a list known to be incomplete.
    #[must_use]
    pub fn is_unlisted(&self, id: &str) -> bool {
        self.line(id).is_some_and(|line| line.status == Status::Unlisted)
    }

    /// A customer's line.
    #[must_use]
    pub fn line(&self, id: &str) -> Option<&CustomerLine> {
        self.customers.binary_search_by(|line| line.customer_id.as_str().cmp(id)).ok().map(|i| &self.customers[i])
    }

    /// The ids of all customers, or of those that `keep` says.
    pub fn ids(&self, keep: impl Fn(&CustomerLine) -> bool) -> Vec<String> {
        self.customers.iter().filter(|line| keep(line)).map(|line| line.customer_id.clone()).collect()
    }

    /// Nothing, in the currency of the comparison.
    #[must_use]
    pub fn zero(&self) -> Money {
        Money::zero(self.question.currency)
    }

    /// Whether a difference is larger than what is tolerated.
    #[must_use]
    pub fn beyond_tolerance(&self, difference: &Money) -> bool {
        difference.abs().amount() > self.question.tolerance
    }

    /// How a person calls a customer: name and id.
    #[must_use]
    pub fn called(&self, id: &str) -> String {
        match self.line(id).and_then(|line| line.name.as_deref()) {
            Some(name) => format!("{name} ({id})"),
            None => id.to_owned(),
        }
    }
}

/// Puts both sides side by side.
///
/// # Errors
/// A sum beyond the exact range.
pub fn compare<'a>(question: &'a Question<'a>) -> Result<Comparison<'a>, MoneyError> {
    let currency = question.currency;
    let (analytics, ledger) = (question.analytics, question.ledger);
    let money = |amount: Decimal| Money::new(amount, currency);
    let zero = Money::zero(currency);
    let status = |difference: Option<Money>| match difference {
        Some(d) if d.is_zero() => Status::Matched,
        Some(d) if d.abs().amount() <= question.tolerance => Status::Tolerated,
        _ => Status::Discrepant,
    };

    let mut directions = Vec::new();
    let mut ledger_sides = Vec::new();
    for direction in Direction::ALL {
        let booked = ledger.direction_total(direction)?;
        ledger_sides.push(booked);
        let stated = analytics.direction(direction);
        let sides = sides(stated.and_then(|u| u.cost).map(money), booked)?;
        let status = match sides.analytics {
            None if booked.is_zero() => Status::Matched,
            None => Status::NotStated,
            Some(_) => status(sides.difference),
        };
        directions.push(DirectionLine { direction, sides, status, calls: stated.and_then(|u| u.calls) });
    }
    let totals = sides(analytics.total.cost.map(money), total(currency, &ledger_sides)?)?;

    let mut listed: BTreeMap<&str, Listed> = BTreeMap::new();
    let mut listed_twice = BTreeSet::new();
    let mut listed_cost = Sum::new(currency);
    for customer in &analytics.customers {
        let entry = listed.entry(&customer.customer_id).or_insert_with(|| Listed::new(currency));
        if entry.seen {
            listed_twice.insert(customer.customer_id.clone());
        }
        entry.seen = true;
        entry.name = entry.name.or(customer.name.as_deref());
        entry.calls = match (entry.calls, customer.usage.calls) {
            (Some(sum), Some(more)) => sum.checked_add(more),
            _ => None,
        };
        match customer.usage.cost {
            Some(cost) => {
                entry.cost.add(cost)?;
                listed_cost.add(cost)?;
            }
            None => entry.priced = false,
        }
    }
    let listed_cost = listed_cost.total()?;
    // The noise of the partner's binary arithmetic is not a customer left out.
    let complete = match totals.analytics {
        Some(whole) => whole == listed_cost || noise::is_noise(analytics, &whole.minus(&listed_cost)?),
        None => false,
    };

    let ids: BTreeSet<&str> = listed.keys().copied().chain(ledger.customers.keys().map(String::as_str)).collect();
    let mut customers = Vec::new();
    let mut unlisted = Vec::new();
    for id in ids {
        let posted = ledger.customers.get(id);
        let booked = posted.map_or(Ok(zero), |p| p.total())?;
        let mentioned = analytics.names.get(id).map(String::as_str);
        let known = question
            .customers
            .and_then(|all| all.get(id))
            .map(|p| p.legal_name.as_str())
            .filter(|n| !n.is_empty())
            .or(mentioned);
        let (stated, line_status, name, calls) = match listed.get(id) {
            Some(entry) => {
                let nothing_used = entry.calls == Some(0) && booked.is_zero();
                let stated = if entry.priced { Some(entry.cost.total()?) } else { None };
                let difference = stated.map(|s| booked.minus(&s)).transpose()?;
                let line_status = if stated.is_none() && nothing_used { Status::Matched } else { status(difference) };
                (stated, line_status, entry.name.or(known), entry.calls)
            }
            // The list is complete, so the partner charges nothing for this customer.
            None if complete => (Some(zero), status(Some(booked)), known, None),
            None => {
                unlisted.push(booked);
                (None, Status::Unlisted, known, None)
            }
        };
        customers.push(CustomerLine {
            customer_id: id.to_owned(),
            name: name.or(posted.and_then(|p| p.name.as_deref())).map(str::to_owned),
            sides: sides(stated, booked)?,
            status: line_status,
            ledger_by_direction: Direction::ALL
                .into_iter()
                .map(|d| (d, posted.map_or(zero, |p| p.direction(d))))
                .collect(),
            analytics_by_direction: None,
            calls,
        });
    }

    let remainder = match totals.analytics {
        Some(whole) if !complete => {
            let sides = sides(Some(whole.minus(&listed_cost)?), total(currency, &unlisted)?)?;
            // No tolerance here: unlisted customers are proven by the last digit or not at all.
            let exact = sides.difference.is_some_and(|d| d.is_zero());
            let status = if exact { Status::Matched } else { Status::Discrepant };
            Some(Remainder { sides, customers: unlisted.len() as u64, status })
        }
        _ => None,
    };
    Ok(Comparison {
        question,
        totals,
        directions,
        customers,
        remainder,
        listed_cost,
        listed_twice: listed_twice.into_iter().collect(),
    })
}

struct Listed<'a> {
    seen: bool,
    name: Option<&'a str>,
    calls: Option<u64>,
    cost: Sum,
    priced: bool,
}

impl Listed<'_> {
    fn new(currency: Currency) -> Self {
        Self { seen: false, name: None, calls: Some(0), cost: Sum::new(currency), priced: true }
    }
}

fn sides(analytics: Option<Money>, ledger: Money) -> Result<Sides, MoneyError> {
    let difference = analytics.map(|a| ledger.minus(&a)).transpose()?;
    Ok(Sides { analytics, ledger, difference })
}
