//! A period's own figures, as its close keeps them for the trends of later ones.

use std::collections::BTreeMap;

use crate::model::history::{Accounts, Calls, CustomerMonth, Month};
use crate::model::matrix::{Cell, Matrix, MatrixCustomer};
use crate::model::reconciliation::Reconciliation;
use crate::model::usage::{Analytics, CallUsage, Dashboard, Direction};

/// Where the figures stand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stated<'a> {
    /// What was compared.
    pub reconciliation: &'a Reconciliation,
    /// What the partner says of the whole, and of the customers that it lists.
    pub analytics: &'a Analytics,
    /// What it says of each customer, where that was captured.
    pub matrix: Option<&'a Matrix>,
    /// Its dashboard and when it was asked, where that was captured.
    pub dashboard: Option<(&'a Dashboard, &'a str)>,
}

/// The period's own figures: the partner's, and nothing of the ledger's.
#[must_use]
pub(crate) fn of(stated: &Stated<'_>) -> Month {
    let r = stated.reconciliation;
    let mut month = Month {
        period: r.period.clone(),
        manifest_sha256: None,
        currency: r.currency,
        cost: r.totals.analytics,
        calls: Calls { calls: r.usage.calls, answered: r.usage.answered, failed: r.usage.failed },
        directions: r.directions.iter().filter_map(|line| Some((line.direction, line.sides.analytics?))).collect(),
        accounts: stated.dashboard.map(|(dashboard, taken)| Accounts::of(dashboard, taken.to_owned())),
        customers: BTreeMap::new(),
        customers_beyond: 0,
    };
    let mut listed: BTreeMap<&str, &CallUsage> = BTreeMap::new();
    for customer in &stated.analytics.customers {
        listed.entry(&customer.customer_id).or_insert(&customer.usage);
    }
    for line in &r.customers {
        let Some(cost) = line.sides.analytics else { continue };
        let own = stated.matrix.and_then(|matrix| matrix.customers.get(&line.customer_id));
        let calls = match (own, listed.get(line.customer_id.as_str())) {
            (Some(own), _) => both_directions(own),
            (None, Some(usage)) => Calls { calls: usage.calls, answered: usage.answered, failed: usage.failed },
            (None, None) => Calls::default(),
        };
        let split = line.analytics_by_direction.iter().flatten();
        let customer = CustomerMonth {
            name: line.name.clone(),
            cost,
            calls,
            directions: split.filter_map(|(direction, money)| Some((*direction, (*money)?))).collect(),
        };
        month.customers.insert(line.customer_id.clone(), customer);
    }
    month.keep_largest();
    month
}

/// A customer's calls, where both directions state them.
fn both_directions(customer: &MatrixCustomer) -> Calls {
    let sum = |pick: fn(&Cell) -> Option<u64>| {
        Direction::ALL.into_iter().try_fold(0_u64, |sum, direction| sum.checked_add(pick(customer.cell(direction))?))
    };
    Calls { calls: sum(|cell| stated(cell)?.calls), answered: sum(answered), failed: sum(|cell| stated(cell)?.failed) }
}

fn stated(cell: &Cell) -> Option<&CallUsage> {
    cell.usage.as_ref().filter(|_| cell.missing.is_none())
}

/// Calls that were connected. Calls that were added up row by row have it from the summary
/// beside them, where that counts the same calls; of no calls none was.
fn answered(cell: &Cell) -> Option<u64> {
    let usage = stated(cell)?;
    let summary = cell.summary.as_ref().filter(|summary| summary.calls == usage.calls);
    usage.answered.or_else(|| summary?.answered).or_else(|| (usage.calls == Some(0)).then_some(0))
}
