//! Both sides side by side: the whole, each direction, each customer, and the remainder
//! that the partner's list leaves out.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;
use rust_decimal::Decimal;

use super::float_noise;
use crate::books::customers::Customers;
use crate::model::finding::Sides;
use crate::model::matrix::{Grain, Matrix};
use crate::model::money::{Currency, Money, MoneyError, Sum, Tally, total};
use crate::model::open_item::OpenItem;
use crate::model::period::Period;
use crate::model::posting::{Ledger, PostedRow};
use crate::model::reconciliation::{ComparedAt, CustomerLine, DirectionLine, Input, Remainder, Status};
use crate::model::tolerance::Tolerance;
use crate::model::transactions::Transactions;
use crate::model::usage::{Analytics, CallUsage, CustomerUsage, Direction, Identity};

/// What is to be compared.
#[derive(Debug)]
pub struct Question<'a> {
    /// The period asked for.
    pub period: &'a Period,
    /// The books' time zone.
    pub timezone: Tz,
    /// At which price the ledger is compared: analytics and matrix are at that.
    pub compared_at: ComparedAt,
    /// What the partner charges each customer, where that is not what is compared.
    pub at_cost: Option<&'a Matrix>,
    /// The currency of the comparison: the answer's.
    pub currency: Currency,
    /// Which differences are let pass, per customer and per direction.
    pub tolerance: Tolerance,
    /// What the partner says of the whole.
    pub analytics: &'a Analytics,
    /// What it says of each customer and direction, where that was captured.
    pub matrix: Option<&'a Matrix>,
    /// Its ledger, where that was captured.
    pub transactions: Option<&'a Transactions>,
    /// Where its days begin, by the settings.
    pub partner_timezone: Tz,
    /// Who it is, where that was captured.
    pub partner: Option<&'a Identity>,
    /// Fields and words of its answers that we do not know.
    pub unread: Vec<String>,
    /// What the ledger says.
    pub ledger: &'a Ledger,
    /// Its rows, as far as a difference has to be looked for in them.
    pub rows: Vec<PostedRow>,
    /// The customers whose rows these are, where they are those of the largest differences only.
    pub sampled: Option<BTreeSet<String>>,
    /// What earlier periods left open.
    pub open_items: &'a [OpenItem],
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
    /// The customers whose own usage is stated: the matrix's, or the analytics' list.
    pub listed: Vec<CustomerUsage>,
    /// Where each of them stands there, by id; the first, where it does twice.
    places: BTreeMap<String, usize>,
    /// Sum of the costs that they state.
    pub listed_cost: Money,
    /// Ids that the analytics' list has more than once.
    pub listed_twice: Vec<String>,
    /// Whether an amount of the partner carries the noise of binary arithmetic.
    noisy: bool,
    /// The finest scale of the ledger's rows, once somebody asks.
    pub(super) written: OnceCell<u32>,
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

    /// What the partner states of a customer by itself.
    #[must_use]
    pub fn listed(&self, id: &str) -> Option<&CustomerUsage> {
        self.places.get(id).and_then(|place| self.listed.get(*place))
    }

    /// The ids of all customers, or of those that `keep` says.
    pub fn ids(&self, keep: impl Fn(&CustomerLine) -> bool) -> Vec<String> {
        self.customers.iter().filter(|line| keep(line)).map(|line| line.customer_id.clone()).collect()
    }

    /// Whether a gap is not money, but the noise of the partner's binary arithmetic.
    #[must_use]
    pub fn is_noise(&self, gap: &Money) -> bool {
        self.noisy && float_noise::is_small(gap)
    }

    /// What the list of customers with usage of their own is called in evidence.
    #[must_use]
    pub fn list_name(&self) -> &'static str {
        match self.question.matrix.map(|m| m.grain) {
            None => "top_customers",
            Some(Grain::Summary) => "cdr-summary",
            Some(Grain::Rows) => "cdrs",
        }
    }

    /// An amount of the comparison's currency.
    #[must_use]
    pub fn money(&self, amount: Decimal) -> Money {
        Money::new(amount, self.question.currency)
    }

    /// Nothing, in the currency of the comparison.
    #[must_use]
    pub fn zero(&self) -> Money {
        Money::zero(self.question.currency)
    }

    /// Whether a difference is larger than what is tolerated of a direction.
    #[must_use]
    pub fn beyond_tolerance(&self, difference: &Money, direction: Direction) -> bool {
        let line = self.directions.iter().find(|line| line.direction == direction);
        !self.question.tolerance.allows(difference, line.and_then(|line| line.sides.analytics).as_ref())
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
pub(crate) fn compare<'a>(question: &'a Question<'a>) -> Result<Comparison<'a>, MoneyError> {
    let directions = directions(question)?;
    let booked = total(question.currency, directions.iter().map(|line| &line.sides.ledger))?;
    let totals = sides(question.analytics.total.cost.map(|cost| Money::new(cost, question.currency)), booked)?;
    let listed = match question.matrix {
        Some(matrix) => from_matrix(matrix)?,
        None => question.analytics.customers.clone(),
    };
    let list = List::of(&listed, question.currency)?;
    let noisy = float_noise::is_noisy(question.analytics, &listed);
    let complete = match totals.analytics {
        // The noise of the partner's binary arithmetic is not a customer left out.
        Some(whole) if whole == list.cost => true,
        Some(whole) if noisy && float_noise::is_small(&whole.minus(&list.cost)?) => true,
        // Every account was asked for and answered, so nobody is left out, unless the books
        // know somebody and the partner's total has more: what does not tie is then said of
        // the answer, not of a remainder.
        Some(whole) => {
            let beyond = question.ledger.customers.keys().any(|id| !list.by_id.contains_key(id.as_str()));
            question.matrix.is_some_and(Matrix::is_whole) && !(beyond && whole > list.cost)
        }
        None => false,
    };
    let customers = customers(question, &list, complete)?;
    let remainder = match totals.analytics {
        Some(whole) if !complete => Some(remainder(&whole, &list, &customers)?),
        _ => None,
    };
    let places = listed.iter().enumerate().rev().map(|(place, c)| (c.customer_id.clone(), place)).collect();
    let (listed_twice, listed_cost) = (list.twice.into_iter().map(str::to_owned).collect(), list.cost);
    Ok(Comparison {
        question,
        totals,
        directions,
        customers,
        remainder,
        listed_twice,
        listed,
        places,
        listed_cost,
        noisy,
        written: OnceCell::new(),
    })
}

fn status(question: &Question<'_>, difference: Option<Money>, stated: Option<Money>) -> Status {
    match difference {
        Some(d) if d.is_zero() => Status::Matched,
        Some(d) if question.tolerance.allows(&d, stated.as_ref()) => Status::Tolerated,
        _ => Status::Discrepant,
    }
}

fn directions(question: &Question<'_>) -> Result<Vec<DirectionLine>, MoneyError> {
    let line = |direction| {
        let booked = question.ledger.direction_total(direction)?;
        let stated = question.analytics.direction(direction);
        let cost = stated.and_then(|u| u.cost).map(|cost| Money::new(cost, question.currency));
        let sides = sides(cost, booked)?;
        let status = match sides.analytics {
            None if booked.is_zero() => Status::Matched,
            None => Status::NotStated,
            Some(_) => status(question, sides.difference, sides.analytics),
        };
        Ok(DirectionLine { direction, sides, status, calls: stated.and_then(|u| u.calls) })
    };
    Direction::ALL.into_iter().map(line).collect()
}

/// Every customer of either side.
fn customers(question: &Question<'_>, list: &List<'_>, complete: bool) -> Result<Vec<CustomerLine>, MoneyError> {
    let gaps: BTreeSet<&str> = question.matrix.iter().flat_map(|m| m.gaps()).map(|(id, _)| id.as_str()).collect();
    let known_ids = list.by_id.keys().copied().chain(gaps.iter().copied());
    let ids: BTreeSet<&str> = known_ids.chain(question.ledger.customers.keys().map(String::as_str)).collect();
    ids.into_iter().map(|id| customer(question, id, list.by_id.get(id), gaps.contains(id), complete)).collect()
}

fn customer(
    question: &Question<'_>,
    id: &str,
    listed: Option<&Listed<'_>>,
    is_gap: bool,
    complete: bool,
) -> Result<CustomerLine, MoneyError> {
    let money = |amount: Decimal| Money::new(amount, question.currency);
    let zero = Money::zero(question.currency);
    let posted = question.ledger.customers.get(id);
    let booked = posted.map_or(Ok(zero), |p| p.total())?;
    let account = question.matrix.and_then(|m| m.customers.get(id));
    let of_books = question.customers.and_then(|all| all.get(id)).map(|p| p.party.legal_name.as_str());
    let known = of_books
        .filter(|name| !name.is_empty())
        .or(question.analytics.names.get(id).map(String::as_str))
        .or(account.and_then(|account| account.name.as_deref()));
    let ledger_by_direction: BTreeMap<Direction, Money> =
        Direction::ALL.into_iter().map(|d| (d, posted.map_or(zero, |p| p.direction(d)))).collect();
    let analytics_by_direction: Option<BTreeMap<Direction, Option<Money>>> = account.map(|account| {
        let cost = |d: Direction| account.cell(d).usage.as_ref().and_then(|u| u.cost).map(money);
        Direction::ALL.into_iter().map(|d| (d, cost(d))).collect()
    });
    let (stated, status, name, calls) = match listed {
        _ if is_gap => (None, Status::NotReconciled, known, None),
        Some(entry) => {
            let nothing_used = entry.calls == Some(0) && booked.is_zero();
            let stated = if entry.priced { Some(entry.cost.total()?) } else { None };
            let mut worst = match stated {
                None if nothing_used => Status::Matched,
                _ => status(question, stated.map(|s| booked.minus(&s)).transpose()?, stated),
            };
            for (direction, cost) in analytics_by_direction.iter().flatten() {
                let difference = cost.map(|cost| ledger_by_direction[direction].minus(&cost)).transpose()?;
                worst = worst.max(status(question, difference, *cost));
            }
            (stated, worst, entry.name.or(known), entry.calls)
        }
        // The list is complete, so the partner charges nothing for this customer.
        None if complete => (Some(zero), status(question, Some(booked), None), known, None),
        None => (None, Status::Unlisted, known, None),
    };
    Ok(CustomerLine {
        customer_id: id.to_owned(),
        name: name.or(posted.and_then(|p| p.name.as_deref())).map(str::to_owned),
        sides: sides(stated, booked)?,
        status,
        ledger_by_direction,
        analytics_by_direction,
        calls,
    })
}

/// What the list leaves out of the total, against the ledger's customers beyond the list and
/// those whose answers did not arrive.
fn remainder(whole: &Money, list: &List<'_>, customers: &[CustomerLine]) -> Result<Remainder, MoneyError> {
    let is_left = |line: &&CustomerLine| matches!(line.status, Status::Unlisted | Status::NotReconciled);
    let booked = total(whole.currency(), customers.iter().filter(is_left).map(|line| &line.sides.ledger))?;
    let sides = sides(Some(whole.minus(&list.cost)?), booked)?;
    // No tolerance here: unlisted customers are proven by the last digit or not at all.
    let exact = sides.difference.is_some_and(|d| d.is_zero());
    let status = if exact { Status::Matched } else { Status::Discrepant };
    let unlisted = customers.iter().filter(|line| line.status == Status::Unlisted).count();
    Ok(Remainder { sides, customers: unlisted as u64, status })
}

/// The matrix as a list: both directions of each customer whose answers all arrived.
fn from_matrix(matrix: &Matrix) -> Result<Vec<CustomerUsage>, MoneyError> {
    let mut listed = Vec::new();
    for (id, customer) in matrix.customers.iter().filter(|(_, customer)| customer.missing().is_none()) {
        let usages = || customer.cells.iter().filter_map(|cell| cell.usage.as_ref());
        let mut cost = Tally::default();
        usages().filter_map(|usage| usage.cost).try_for_each(|amount| cost.add(amount))?;
        let calls = usages().try_fold(0_u64, |sum, usage| sum.checked_add(usage.calls?));
        listed.push(CustomerUsage {
            customer_id: id.clone(),
            name: customer.name.clone(),
            usage: CallUsage { calls, cost: Some(cost.total()?), ..CallUsage::default() },
        });
    }
    Ok(listed)
}

/// The customers whose own usage is stated, by id.
struct List<'a> {
    by_id: BTreeMap<&'a str, Listed<'a>>,
    twice: BTreeSet<&'a str>,
    cost: Money,
}

struct Listed<'a> {
    name: Option<&'a str>,
    calls: Option<u64>,
    cost: Sum,
    priced: bool,
}

impl<'a> List<'a> {
    fn of(listed: &'a [CustomerUsage], currency: Currency) -> Result<Self, MoneyError> {
        let mut by_id: BTreeMap<&str, Listed<'_>> = BTreeMap::new();
        let mut twice = BTreeSet::new();
        let mut whole = Sum::new(currency);
        for customer in listed {
            let id = customer.customer_id.as_str();
            if by_id.contains_key(id) {
                twice.insert(id);
            }
            let empty = || Listed { name: None, calls: Some(0), cost: Sum::new(currency), priced: true };
            let entry = by_id.entry(id).or_insert_with(empty);
            entry.name = entry.name.or(customer.name.as_deref());
            entry.calls = entry.calls.zip(customer.usage.calls).and_then(|(sum, more)| sum.checked_add(more));
            match customer.usage.cost {
                Some(cost) => {
                    entry.cost.add(cost)?;
                    whole.add(cost)?;
                }
                None => entry.priced = false,
            }
        }
        Ok(Self { by_id, twice, cost: whole.total()? })
    }
}

fn sides(analytics: Option<Money>, ledger: Money) -> Result<Sides, MoneyError> {
    let difference = analytics.map(|a| ledger.minus(&a)).transpose()?;
    Ok(Sides { analytics, ledger, difference })
}

#[cfg(test)]
mod tests;
