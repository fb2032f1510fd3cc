//! Each customer's own usage per direction, as the partner stated it customer by customer:
//! the matrix of a period. What did not arrive is missing, never zero.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

use super::money::MoneyError;
use super::spread::Used;
use super::usage::{CallUsage, Direction};

/// How fine the partner's figures were captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grain {
    /// One summary a customer and direction.
    Summary,
    /// Every call.
    Rows,
}

impl Grain {
    /// The word of files and settings.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Summary => "cdr-summary",
            Self::Rows => "cdr-rows",
        }
    }
}

/// One customer, one direction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// Calls and cost; None where they did not arrive.
    pub usage: Option<CallUsage>,
    /// Why they did not arrive.
    pub missing: Option<String>,
    /// The file, or the first of the files, that they were read from.
    pub file: String,
    /// What the summary states, where the usage was added up from rows.
    pub summary: Option<CallUsage>,
    /// The rows of the partner's period by its days, each call once, in the answer's currency;
    /// None stands for calls that state no time. Empty where only a summary was captured.
    pub days: BTreeMap<Option<NaiveDate>, Used>,
    /// Calls delivered more than once and counted once.
    pub duplicates: Repeated,
    /// Costs in other currencies than the answer's, set aside.
    pub other_currencies: BTreeMap<String, Decimal>,
    /// In the partner's period, and in the books' previous or next one: calls and cost.
    pub outside_books: Counted,
    /// In the books' period, and in the partner's previous or next one. None where these
    /// calls were not captured.
    pub outside_partner: Option<Counted>,
}

impl Cell {
    /// The calls of all days.
    ///
    /// # Errors
    /// A sum beyond the exact range.
    pub fn used(&self) -> Result<Used, MoneyError> {
        self.days.values().try_fold(Used::NOTHING, |sum, day| sum.plus(day))
    }
}

/// So many calls, with their cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Calls.
    pub calls: u64,
    /// Their cost.
    pub cost: Decimal,
}

/// Calls that were delivered more than once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repeated {
    /// Deliveries beyond each call's first, with their cost.
    pub counted: Counted,
    /// The first few of them: uuid, cost, file.
    pub examples: Vec<(String, Decimal, String)>,
}

/// A customer's two directions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MatrixCustomer {
    /// The name in the list of accounts.
    pub name: Option<String>,
    /// Inbound, outbound.
    pub cells: [Cell; 2],
}

impl MatrixCustomer {
    /// One direction.
    #[must_use]
    pub fn cell(&self, direction: Direction) -> &Cell {
        &self.cells[direction as usize]
    }

    /// Why this customer's figures are not complete, if they are not.
    #[must_use]
    pub fn missing(&self) -> Option<&str> {
        self.cells.iter().find_map(|cell| cell.missing.as_deref())
    }
}

/// A call between the two period boundaries.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EdgeCall {
    /// When it began.
    pub start: DateTime<Utc>,
    /// Whose.
    pub customer_id: String,
    /// Which way.
    pub direction: Direction,
    /// Its id.
    pub uuid: String,
    /// What it cost.
    pub cost: Decimal,
    /// Whether the partner counts it in this period; the books then do not.
    pub in_partner_period: bool,
}

/// The matrix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matrix {
    /// How fine.
    pub grain: Grain,
    /// Every customer asked for, by id.
    pub customers: BTreeMap<String, MatrixCustomer>,
    /// Customers in the partner's list of accounts.
    pub accounts_listed: u64,
    /// How many there are, by the list's own word.
    pub accounts_stated: Option<u64>,
    /// Calls between the boundaries, by time; the first [`EDGE_CALLS`] of them.
    pub edge_calls: Vec<EdgeCall>,
    /// How many more there are.
    pub edge_calls_beyond: u64,
}

/// How many calls between the boundaries are listed one by one; sums have them all.
pub(crate) const EDGE_CALLS: usize = 10_000;

impl Matrix {
    /// Whether every account of the list was asked for, and every answer arrived.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.accounts_stated.is_none_or(|stated| stated == self.accounts_listed)
            && self.customers.values().all(|customer| customer.missing().is_none())
    }

    /// Takes away what version 0.1 did not read of rows: their time.
    pub fn forget_time_of_rows(&mut self) {
        if self.grain == Grain::Rows {
            let cells = self.customers.values_mut().flat_map(|customer| &mut customer.cells);
            cells.filter_map(|cell| cell.usage.as_mut()).for_each(|usage| usage.duration_seconds = None);
        }
    }

    /// Customers with something missing, and what.
    pub fn gaps(&self) -> impl Iterator<Item = (&String, &str)> {
        self.customers.iter().filter_map(|(id, customer)| Some((id, customer.missing()?)))
    }
}
