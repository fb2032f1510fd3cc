//! Analytics against ledger: compare, say what is found, rank it for the reader. Pure:
//! values in, values out.

pub(crate) mod causes;
pub(crate) mod check;
pub(crate) mod claims;
pub(crate) mod explain;
pub(crate) mod compare;
pub(crate) mod decisions;
pub(crate) mod facts;
mod float_noise;
pub mod registry;
#[cfg(test)]
mod testing;
mod wording;

use std::cmp::Reverse;

use check::Look;
use claims::{Claims, FIRST};
use compare::Question;

use crate::model::money::{Money, MoneyError};
use crate::model::posting::Wanted;
use crate::model::reconciliation::{BesideCalls, Coverage, Reconciliation};

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

/// The ledger's rows that are needed to explain its differences; None where there are none. Where
/// there are hundreds, and `first`, those of the largest: the question's sample.
///
/// # Errors
/// A sum beyond the exact range.
pub fn wanted(question: &mut Question<'_>, first: bool) -> Result<Option<Wanted>, MoneyError> {
    let mut differences = explain::differences(&compare::compare(question)?)?;
    question.sampled = None;
    if differences.is_empty() || question.ledger.added_up_by.is_some() {
        return Ok(None);
    }
    if first && differences.len() > FIRST {
        differences.sort_by_key(|one| Reverse(one.amount.abs()));
        differences.truncate(FIRST);
        question.sampled = Some(differences.iter().flat_map(|one| one.members.clone()).collect());
    }
    let all = question.ledger.rows.read <= ALL_BELOW && question.sampled.is_none();
    let mut wanted = Wanted { all, ..Wanted::default() };
    for one in differences.iter().filter(|_| !all) {
        let rows = one.members.iter().filter_map(|id| question.ledger.customers.get(id)).map(|p| p.rows).sum::<u64>();
        let few = rows <= EACH_BELOW;
        if few {
            wanted.customers.extend(one.members.iter().cloned());
        }
        // A row in the other direction may be anybody's.
        if !few || one.by_direction.is_some() {
            wanted.amounts.extend(one.single_row_amounts()?);
        }
    }
    Ok(Some(wanted))
}

/// Compares and reports; None where the question has a sample of the rows, and enough of it has
/// causes for all rows to be asked for.
///
/// # Errors
/// A sum beyond the exact range.
pub fn reconcile(question: &Question<'_>) -> Result<Option<Reconciliation>, MoneyError> {
    let comparison = compare::compare(question)?;
    let mut claims = Claims::default();
    let mut findings = Vec::new();
    let mut causes = Some(registry::causes());
    for check in registry::CHECKS {
        match check.look {
            Look::Find(find) => findings.extend(find(&comparison, &mut claims)?),
            // All causes are searched for at the place of the first.
            Look::Candidates(_) => {
                if let Some(causes) = causes.take() {
                    findings.extend(explain::find(&comparison, &mut claims, &causes)?);
                    if claims.asks_for_more {
                        return Ok(None);
                    }
                }
            }
        }
    }
    registry::rank(&mut findings);
    Ok(Some(Reconciliation {
        two_outcomes: false,
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
        compared_at: question.compared_at.clone(),
        added_up_by: question.ledger.added_up_by.clone(),
        totals: comparison.totals,
        usage: question.analytics.total.clone(),
        directions: comparison.directions,
        customers: comparison.customers,
        remainder: comparison.remainder,
        findings,
    }))
}
