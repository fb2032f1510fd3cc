//! Customers whose figures agree and who get no document all the same.

use std::collections::BTreeMap;

use super::charges::{CreditDue, Disposition};
use super::tax::Refusal;
use crate::model::finding::{Finding, Severity};
use crate::model::invoice::{Draft, Edition};

/// A finding for each customer whose credits exceed the charges (`credit-due`), or who cannot
/// be invoiced lawfully, as agreed, or in the fonts at hand (`gstin-invalid`,
/// `gst-particulars`, `no-einvoice`, `not-billable`, `unprintable`); one for all whom the same thing stops, as
/// where the seller's address lacks; and one for all whose place of supply nothing tells
/// (`place-assumed`). Closes of 0.1 only warned of the first, and told each customer apart.
#[must_use]
pub(crate) fn find(decisions: &BTreeMap<String, Disposition>, edition: Edition) -> Vec<Finding> {
    let mut alike: Vec<(&Refusal, Vec<&str>)> = Vec::new();
    for (id, disposition) in decisions {
        let Disposition::Refused(refusal) = disposition else { continue };
        match alike.iter_mut().find(|(known, _)| *known == refusal && edition > Edition::First) {
            Some((_, ids)) => ids.push(id),
            None => alike.push((refusal, vec![id])),
        }
    }
    let refused = alike.into_iter().map(|(refusal, ids)| match ids.as_slice() {
        [id] => refused(id, "invoice", refusal),
        ids => refused_all(ids, refusal),
    });
    let credits = decisions.iter().filter_map(|(id, disposition)| match disposition {
        Disposition::CreditDue(due) if edition == Edition::First => Some(
            Finding::fact(
                "credit-due",
                Severity::Warning,
                format!(
                    "The credits of {id} exceed its charges: {} in all. No invoice can say that.",
                    due.total.display()
                ),
                "Let the credit stand until the next period's charges exceed it, or pay it back.".to_owned(),
            )
            .touching([id.clone()]),
        ),
        Disposition::CreditDue(due) => Some(credit_due(id, due)),
        _ => None,
    });
    credits.chain(refused).chain(assumed(decisions)).collect()
}

fn credit_due(id: &str, due: &CreditDue) -> Finding {
    let CreditDue { total, draft } = due;
    let origins: Vec<&str> = draft.lines.iter().filter_map(|line| line.detail.carried_from.as_deref()).collect();
    let period = draft.period.name.as_str();
    let message = if total.is_zero() {
        format!(
            "Credits of earlier periods take all charges of {id}: there is nothing to invoice, and nothing is left of them."
        )
    } else {
        format!(
            "The credits of {id} exceed its charges: {} in all before tax. No invoice can say that: {} is carried, and the next closes with charges take it.",
            total.display(),
            total.negated().display()
        )
    };
    // A credit is ended where it arose: this period's charges are not its own.
    let next = match origins.as_slice() {
        [] => format!(
            "Nothing, if that is right. If it is paid back instead: crossfoot resolve --period {period} --do-not-bill {id}."
        ),
        [first, ..] => format!(
            "Nothing, if that is right. If it is paid back instead, end it where it arose: crossfoot resolve --period {first} --do-not-bill {id}; close {first} again, and then {period}."
        ),
    };
    let mut finding = Finding::fact("credit-due", Severity::Blocking, message, next).touching([id.to_owned()]);
    finding.difference = Some(*total);
    finding
}

fn refused_all(ids: &[&str], refusal: &Refusal) -> Finding {
    let message = format!("{} customers get no invoice: {}.", ids.len(), refusal.why);
    Finding::fact(refusal.code, Severity::Blocking, message, refusal.next.clone())
        .touching(ids.iter().map(|id| (*id).to_owned()))
}

/// Who is taxed where the seller is, because nothing on record tells another place.
fn assumed(decisions: &BTreeMap<String, Disposition>) -> Option<Finding> {
    let is_assumed = |draft: &Draft| draft.supply.as_ref().is_some_and(|supply| supply.is_assumed);
    let assumed = decisions.values().filter_map(|disposition| match disposition {
        Disposition::Bill(draft) if is_assumed(draft) => Some(&**draft),
        _ => None,
    });
    let assumed: Vec<&Draft> = assumed.collect();
    let supply = assumed.first()?.supply.as_ref()?;
    let who = match assumed.as_slice() {
        [one] => one.customer_id.clone(),
        all => format!("{} customers", all.len()),
    };
    let message = format!(
        "Nothing on record tells the place of supply to {who}, not registered: it is taken to be the seller's, {} ({}), with CGST and {} (IGST Act, section 12(2)(b)(ii)).",
        supply.place_name,
        supply.place_code,
        crate::model::gstin::state(&supply.place_code).map_or("SGST", |state| state.own_tax.as_str()),
    );
    let next = "Write address and State, or a PIN, into customers.csv where they are known.".to_owned();
    let ids = assumed.iter().map(|draft| draft.customer_id.clone());
    Some(Finding::fact("place-assumed", Severity::Warning, message, next).touching(ids))
}

/// Says that a customer gets no document of a kind (`invoice`, `credit note`), and why.
#[must_use]
pub(crate) fn refused(customer_id: &str, document: &str, refusal: &Refusal) -> Finding {
    let message = format!("{customer_id} gets no {document}: {}.", refusal.why);
    Finding::fact(refusal.code, Severity::Blocking, message, refusal.next.clone()).touching([customer_id.to_owned()])
}
