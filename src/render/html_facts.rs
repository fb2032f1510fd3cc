//! The report's tiles: a figure and what it is.

use minijinja::{Value, context};
use rust_decimal::Decimal;

use super::figures::{self, dash};
use super::statement::Statement;
use crate::model::money::{Currency, Money, grouped_count};
use crate::model::reconciliation::Reconciliation;
use crate::model::usage::Dashboard;

fn fact(what: &str, value: Option<String>) -> Value {
    context! { what, value => value.unwrap_or_else(|| "not stated".to_owned()) }
}

/// What the close comes to: documents, cost, billed, margin, and who is left.
#[must_use]
pub(super) fn documents(statement: &Statement, held: usize, currency: Currency) -> Vec<Value> {
    let count = |n: usize| grouped_count(n as u64, currency);
    let owed = statement.total(currency).unwrap_or_default()[3];
    // Of whom there is a document: who is held costs, and is billed later.
    let billed = statement.accounts.iter().filter(|account| !account.documents.is_empty());
    let [cost, billed, margin] = billed.fold([Some(Money::zero(currency)); 3], |sums, account| {
        let of = [account.cost, Some(account.billed), account.margin()];
        std::array::from_fn(|at| sums[at].zip(of[at]).and_then(|(sum, one)| sum.plus(&one).ok()))
    });
    let money = |money: Option<Money>| Some(money.map_or_else(dash, |m| m.display()));
    vec![
        fact("documents issued", Some(count(statement.documents.len()))),
        fact("owed", money(owed)),
        fact("billed before tax", money(billed)),
        fact("cost of these, by the partner", money(cost)),
        fact("margin", money(margin)),
        fact("customers held", Some(count(held))),
    ]
}

/// What the partner says of the calls.
#[must_use]
pub(super) fn calls(r: &Reconciliation) -> Vec<Value> {
    let count = |n: Option<u64>| n.map(|n| grouped_count(n, r.currency));
    vec![
        fact("total cost", r.totals.analytics.map(|m| m.display())),
        fact("call attempts", count(r.usage.calls)),
        fact("answered", count(r.usage.answered)),
        fact("failed", count(r.usage.failed)),
        fact("answer rate", figures::answer_rate(r).map(|p| format!("{p} %"))),
        fact("failed of all calls", figures::failure_ratio(r).map(|p| format!("{p} %"))),
        fact("average duration of an answered call", figures::average_duration(r)),
        fact("average cost of a call attempt", figures::cost_per_call(r).map(|m| m.display())),
    ]
}

/// What its dashboard said.
#[must_use]
pub(super) fn dashboard(r: &Reconciliation, d: &Dashboard) -> Vec<Value> {
    let count = |n: Option<u64>| n.map(|n| grouped_count(n, r.currency));
    let currency = d.currency.as_deref().and_then(|c| Currency::parse(c).ok());
    let money = |amount: Option<Decimal>| match (amount, currency) {
        (Some(amount), Some(currency)) => Some(Money::new(amount, currency).display()),
        (Some(amount), None) => Some(format!("{amount} (currency not stated)")),
        (None, _) => None,
    };
    vec![
        fact("active accounts", count(d.active_accounts)),
        fact("accounts with a low balance", count(d.accounts_low_balance)),
        fact("accounts suspended", count(d.accounts_suspended)),
        fact("combined wallet balance", money(d.total_balance)),
        fact("calls on that day", count(d.calls_today)),
        fact("calls in that month", count(d.calls_this_month)),
        fact("spend in that month", money(d.total_spend_this_month)),
    ]
}
