//! What the rehearsal server plays.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::NaiveDate;

use super::month::{Customer, Month, Used};

/// Which generation of `/analytics` is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// That of the API reference page: `totals`, `by_direction`, `top_customers`.
    Reference,
    /// The current docs': `calls`, `traffic`, money as text, no customer's usage.
    Current,
}

/// What the server plays.
#[derive(Clone, Debug)]
pub struct Script {
    /// The partner id that it accepts.
    pub auth_id: String,
    /// The token that it accepts.
    pub auth_token: String,
    /// Whose calls.
    pub month: Month,
    /// Other months that are played as well.
    pub others: Vec<Month>,
    /// Which generation.
    pub shape: Shape,
    /// How many customers the analytics list.
    pub top: usize,
    /// A body for `/analytics` of the month, instead of the computed one.
    pub analytics: Option<String>,
    /// A body for `/dashboard`, instead of the computed one.
    pub dashboard: Option<String>,
    /// Endpoints that are refused: `accounts`, `accounts/*/cdrs`.
    pub refused: Vec<String>,
    /// Customers whom the list of accounts leaves out, as one may leave out who is no longer
    /// active.
    pub left_out: Vec<String>,
    /// Whether the list's own count has those all the same.
    pub counts_left_out: bool,
    /// How long each answer takes.
    pub latency: Duration,
    /// Of a thousand requests, so many fail: 429 with Retry-After, 500, a reset, a body that
    /// breaks off, in turn.
    pub faults_per_mille: u64,
    /// Paths that contain this always answer 500.
    pub broken: Option<String>,
    /// So many calls of each page are on the next one again, as when a list shifts.
    pub overlap: u64,
    /// The port; 0 for a free one.
    pub port: u16,
}

impl Script {
    /// A well-behaved partner with this month.
    #[must_use]
    pub fn new(month: Month, auth_id: &str, auth_token: &str) -> Self {
        Self {
            auth_id: auth_id.to_owned(),
            auth_token: auth_token.to_owned(),
            month,
            others: Vec::new(),
            shape: Shape::Reference,
            top: 2,
            analytics: None,
            dashboard: None,
            refused: Vec::new(),
            left_out: Vec::new(),
            counts_left_out: false,
            latency: Duration::ZERO,
            faults_per_mille: 0,
            broken: None,
            overlap: 0,
            port: 0,
        }
    }

    /// The month that has a day; the one that is played first where none has.
    pub(super) fn month_of(&self, day: Option<NaiveDate>) -> &Month {
        let has = |month: &&Month| day.is_some_and(|day| month.period.contains(day));
        self.others.iter().find(has).unwrap_or(&self.month)
    }

    /// The account of a customer, by what it used in a month: nothing, where it has calls in others only.
    pub(super) fn account(&self, month: &Month, id: &str) -> Option<Customer> {
        let elsewhere = || {
            let customer = std::iter::once(&self.month).chain(&self.others).find_map(|month| month.customer(id))?;
            Some(Customer { used: [Used::default(); 2], ..customer.clone() })
        };
        month.customer(id).cloned().or_else(elsewhere)
    }

    /// Whoever has an account, by id: accounts are of no month.
    pub(super) fn accounts(&self) -> BTreeMap<&str, &Customer> {
        let months = self.others.iter().chain([&self.month]);
        months.flat_map(|month| &month.customers).map(|customer| (customer.id.as_str(), customer)).collect()
    }
}
