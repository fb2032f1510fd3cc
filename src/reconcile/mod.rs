//! Analytics against ledger: compare, say what is found, rank it for the reader. Pure:
//! values in, values out.

pub mod causes;
mod chance;
pub mod explain;
pub mod compare;
pub mod decisions;
pub mod facts;
mod noise;
pub mod pages;
pub mod rank;

use compare::{Comparison, Question};

use crate::model::finding::Finding;
use crate::model::money::{Money, MoneyError};
use crate::model::posting::Wanted;
use crate::model::reconciliation::{BesideCalls, Coverage, Reconciliation};

/// Differences that an earlier finding has accounted for, so that one root cause is told
/// once and not at every place where it shows.
#[derive(Debug, Default)]
pub struct Claimed {
    customers: std::collections::BTreeSet<String>,
    directions: bool,
    remainder: bool,
    everything: bool,
}

impl Claimed {
    /// Takes every difference.
    fn all(&mut self, cx: &Comparison<'_>) {
        self.customers.extend(cx.customers.iter().map(|c| c.customer_id.clone()));
        self.directions = true;
        self.remainder = true;
        self.everything = true;
    }

    /// Takes these customers' differences, and the remainder's if one of them is in it.
    fn customers(&mut self, cx: &Comparison<'_>, ids: &[String]) {
        self.remainder |= ids.iter().any(|id| cx.is_unlisted(id));
        self.customers.extend(ids.iter().cloned());
    }
}

/// The search for causes: its findings bear the codes of [`explain::CAUSES`].
pub const EXPLAINED: &str = "explained";

/// A check: reads the comparison, reports, and claims the differences it accounts for.
pub type Check = fn(&Comparison<'_>, &mut Claimed) -> Result<Vec<Finding>, MoneyError>;

/// Every check, in the order in which differences are claimed: what makes the whole answer
/// doubtful first, what merely states a difference last.
pub const CHECKS: &[(&str, Check)] = &[
    ("period-mismatch", facts::period_mismatch::find),
    ("currency-mismatch", facts::currency_mismatch::find),
    ("analytics-crossfoot", facts::analytics_crossfoot::find),
    ("not-captured", facts::not_captured::find),
    ("analytics-crossfoot", facts::matrix_crossfoot::find),
    ("unpriced-usage", facts::unpriced_usage::find),
    ("float-noise", facts::float_noise::find),
    ("invalid-row", facts::invalid_row::find),
    ("ledger-crossfoot", facts::ledger_crossfoot::find),
    ("unknown-direction", facts::unknown_direction::find),
    ("unknown-customer", facts::unknown_customer::find),
    ("customer-swap", causes::party_moved::find),
    ("missing-in-ledger", facts::missing_in_ledger::find),
    ("missing-in-analytics", facts::missing_in_analytics::find),
    ("cut-off", causes::cut_off::find),
    (EXPLAINED, explain::find),
    ("direction-swap", causes::direction_swap::find),
    ("remainder-difference", facts::remainder_difference::find),
    ("amount-difference", facts::amount_difference::find),
    ("tolerated", facts::tolerated::find),
    ("duplicate-call", facts::duplicate_call::find),
    ("truncated-customers", facts::truncated_customers::find),
];

/// How the customers' own figures were had, in figures.
fn coverage(question: &Question<'_>) -> Option<Coverage> {
    let matrix = question.matrix?;
    Some(Coverage {
        grain: matrix.grain,
        accounts_listed: matrix.accounts_listed,
        accounts_stated: matrix.accounts_stated,
        asked: matrix.customers.len() as u64,
        not_reconciled: matrix.gaps().count() as u64,
    })
}

/// What the partner's ledger has beside calls, customer by customer.
fn beside_calls(question: &Question<'_>) -> Option<Vec<BesideCalls>> {
    let transactions = question.transactions?;
    let money = |amount| Money::new(amount, question.currency);
    let rows = transactions.customers.keys().flat_map(|id| {
        transactions.beside_calls(id).map(|(kind, posted)| BesideCalls {
            customer_id: id.clone(),
            kind,
            rows: posted.rows,
            amount: money(posted.net),
        })
    });
    Some(rows.collect())
}

/// Below so many rows, all of them are looked at where there is a difference.
const ALL_BELOW: u64 = 200_000;
/// Of a customer with more rows than this, only those of a telling amount are: among so many
/// every amount fits somewhere.
const EACH_BELOW: u64 = 20_000;

/// The ledger's rows that are needed to explain its differences; None where there are none.
///
/// # Errors
/// A sum beyond the exact range.
pub fn wanted(question: &Question<'_>) -> Result<Option<Wanted>, MoneyError> {
    let cx = compare::compare(question)?;
    let breaks = explain::breaks(&cx)?;
    if breaks.is_empty() || question.ledger.added_up_by.is_some() {
        return Ok(None);
    }
    let all = question.ledger.rows.read <= ALL_BELOW;
    let mut wanted = Wanted { all, ..Wanted::default() };
    for one in breaks.iter().filter(|_| !all) {
        let rows: u64 = one.members.iter().filter_map(|id| question.ledger.customers.get(id)).map(|p| p.rows).sum();
        let few = rows <= EACH_BELOW;
        if few {
            wanted.customers.extend(one.members.iter().cloned());
        }
        // A row in the other direction may be anybody's.
        if !few || one.by_direction.is_some() {
            wanted.amounts.extend(one.telling_amounts()?);
        }
    }
    Ok(Some(wanted))
}

/// Compares and reports.
///
/// # Errors
/// A sum beyond the exact range.
pub fn reconcile(question: &Question<'_>) -> Result<Reconciliation, MoneyError> {
    let comparison = compare::compare(question)?;
    let mut claimed = Claimed::default();
    let mut findings = Vec::new();
    for (_, check) in CHECKS {
        findings.extend(check(&comparison, &mut claimed)?);
    }
    rank::rank(&mut findings);
    Ok(Reconciliation {
        period: question.period.clone(),
        timezone: question.timezone,
        partner_timezone: question.partner_timezone,
        coverage: coverage(question),
        edge_calls: question.matrix.map(|m| (m.edge_calls.clone(), m.edge_calls_beyond)),
        beside_calls: beside_calls(question),
        partner: question.partner.cloned(),
        unread: question.unread.clone(),
        currency: question.currency,
        inputs: question.inputs.clone(),
        rows: question.ledger.rows,
        added_up_by: question.ledger.added_up_by.clone(),
        totals: comparison.totals,
        usage: question.analytics.total.clone(),
        directions: comparison.directions,
        customers: comparison.customers,
        remainder: comparison.remainder,
        findings,
    })
}
