//! Which customers are billed, and what: usage per direction as reconciled.

use std::collections::BTreeMap;

use super::tax;
use crate::books::config::Unlisted;
use crate::books::customers::Customers;
use crate::model::invoice::{Draft, Line, Party, Proof};
use crate::model::money::{Money, MoneyError, total};
use crate::model::posting::Ledger;
use crate::model::reconciliation::{CustomerLine, Reconciliation, Status};
use crate::model::resolution::Decision;
use crate::model::rounding::{Rounding, round_to};
use crate::model::usage::Direction;
use crate::model::words::amount_in_words;

/// How a line's exact amount becomes one that can be charged: to the minor unit, half up,
/// as INV-01 wants taxable values with two decimals and section 170 of the CGST Act rounds.
pub const LINE_ROUNDING: Rounding = Rounding::HalfUp;

/// What becomes of a customer in a close.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// To be invoiced.
    Bill(Box<Draft>),
    /// Not invoiced; why, in a phrase.
    Held(String),
    /// No usage, so no invoice.
    Nothing,
    /// Its particulars cannot be printed; why, in a phrase.
    Unprintable(String),
    /// The credits exceed the charges: an invoice cannot say that, a credit note can.
    CreditDue(Money),
}

/// What decides beside the reconciliation.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    /// Who issues.
    pub seller: &'a Party,
    /// Who is billed.
    pub customers: &'a Customers,
    /// The ledger, for the counts of calls.
    pub ledger: &'a Ledger,
    /// What to do with unlisted customers.
    pub unlisted: Unlisted,
    /// What finance decided for customers whose figures differ.
    pub decided: &'a BTreeMap<String, Decision>,
}

/// Decides for every customer of the reconciliation.
///
/// # Errors
/// A sum beyond the exact range.
pub fn decide(reconciliation: &Reconciliation, terms: &Terms<'_>) -> Result<BTreeMap<String, Disposition>, MoneyError> {
    let held = reconciliation.held();
    let remainder_proven = reconciliation.remainder.as_ref().is_some_and(|r| r.status == Status::Matched);
    let mut decided = BTreeMap::new();
    for line in &reconciliation.customers {
        let id = line.customer_id.as_str();
        let disposition = if let Some(findings) = held.get(id) {
            let named: Vec<String> = findings.iter().map(|f| format!("{} {}", f.id, f.code)).collect();
            Disposition::Held(named.join(", "))
        } else if let Some(decision) = terms.decided.get(id) {
            bill(reconciliation, terms, line, Proof::Decision, *decision)?
        } else {
            let ledger = Decision::BillLedger;
            match line.status {
                Status::Unlisted if terms.unlisted == Unlisted::Hold => {
                    Disposition::Held("not listed by the partner, and [reconcile] unlisted = \"hold\"".to_owned())
                }
                Status::Unlisted if !remainder_proven => {
                    Disposition::Held("not listed by the partner, and the remainder is not proven".to_owned())
                }
                Status::Discrepant | Status::NotStated | Status::NotReconciled => {
                    Disposition::Held("not proven".to_owned())
                }
                Status::Unlisted => bill(reconciliation, terms, line, Proof::TotalOnly, ledger)?,
                Status::Matched => bill(reconciliation, terms, line, Proof::Customer, ledger)?,
                Status::Tolerated => bill(reconciliation, terms, line, Proof::Tolerance, ledger)?,
            }
        };
        decided.insert(id.to_owned(), disposition);
    }
    Ok(decided)
}

/// Inbound and outbound as they are billed. Where a decision names a total that no side
/// splits by direction, the ledger's split is kept and the direction with more takes what
/// was decided.
fn charged(customer: &CustomerLine, decision: Decision) -> Result<[Money; 2], MoneyError> {
    let zero = Money::zero(customer.sides.ledger.currency());
    let booked = Direction::ALL.map(|d| customer.ledger_by_direction.get(&d).copied().unwrap_or(zero));
    let stated = Direction::ALL.map(|d| customer.direction(d).and_then(|sides| sides.analytics));
    let wanted = match decision {
        Decision::BillAnalytics => match (stated, customer.sides.analytics) {
            ([Some(inbound), Some(outbound)], _) => return Ok([inbound, outbound]),
            (_, Some(total)) => total,
            (_, None) => return Ok(booked),
        },
        Decision::BillAmount(amount) => Money::new(amount, zero.currency()),
        Decision::BillLedger | Decision::Accept | Decision::Hold => return Ok(booked),
    };
    let more = wanted.minus(&customer.sides.ledger)?;
    let [inbound, outbound] = booked;
    Ok(if inbound > outbound { [inbound.plus(&more)?, outbound] } else { [inbound, outbound.plus(&more)?] })
}

fn bill(
    reconciliation: &Reconciliation,
    terms: &Terms<'_>,
    customer: &CustomerLine,
    proof: Proof,
    decision: Decision,
) -> Result<Disposition, MoneyError> {
    let currency = reconciliation.currency;
    let digits = currency.minor_digits();
    let period = &reconciliation.period;
    let posted = terms.ledger.customers.get(&customer.customer_id);
    let charged = charged(customer, decision)?;
    let mut lines = Vec::new();
    for (direction, exact) in Direction::ALL.into_iter().zip(charged) {
        if exact.is_zero() {
            continue;
        }
        let way = match direction {
            Direction::Inbound => "Inbound calls",
            Direction::Outbound => "Outbound calls",
        };
        lines.push(Line {
            description: format!("{way}, {} to {}", period.from.format("%-d %B %Y"), period.to.format("%-d %B %Y")),
            direction,
            calls: posted.and_then(|p| p.calls[direction as usize]),
            exact,
            amount: Money::new(round_to(exact.amount(), digits, LINE_ROUNDING)?, currency),
        });
    }
    let subtotal = total(currency, lines.iter().map(|l| &l.amount))?;
    if subtotal.is_zero() {
        return Ok(Disposition::Nothing);
    }
    if subtotal.is_negative() {
        return Ok(Disposition::CreditDue(subtotal));
    }
    let taxes = tax::none::taxes(&lines);
    let round_off = Money::zero(currency);
    let sum = total(currency, taxes.iter().map(|t| &t.amount))?.plus(&subtotal)?.plus(&round_off)?;
    let known = terms.customers.get(&customer.customer_id).cloned().unwrap_or_default();
    let named = [known.legal_name.clone(), customer.name.clone().unwrap_or_default(), customer.customer_id.clone()];
    let buyer = Party { legal_name: named.into_iter().find(|n| !n.is_empty()).unwrap_or_default(), ..known };
    Ok(Disposition::Bill(Box::new(Draft {
        customer_id: customer.customer_id.clone(),
        period: period.clone(),
        currency,
        seller: terms.seller.clone(),
        buyer,
        proof,
        lines,
        subtotal,
        taxes,
        round_off,
        total: sum,
        amount_in_words: amount_in_words(&sum),
    })))
}
