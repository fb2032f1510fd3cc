//! Documents and customers as they are counted where a close is told: before it, and after.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::bill::charges::Disposition;
use crate::model::invoice::{Document as Kind, Draft};
use crate::model::money::{Currency, Money, total};

/// A customer without a document, and why.
#[derive(Clone, Serialize)]
pub(super) struct Held<'a> {
    pub(super) customer_id: &'a str,
    pub(super) why: String,
}

/// Customers without a document, by what they lack it for.
#[derive(Default)]
pub(super) struct Dispositions<'a> {
    /// Held, or not to be invoiced as they are.
    pub(super) held: Vec<Held<'a>>,
    /// By decision.
    pub(super) not_billed: Vec<Held<'a>>,
    /// Their credits exceed their charges: by so much.
    pub(super) credit_due: Vec<(&'a str, &'a Money)>,
    /// Nothing was used.
    pub(super) nothing_to_bill: Vec<&'a str>,
}

impl<'a> Dispositions<'a> {
    pub(super) fn of(decisions: &'a BTreeMap<String, Disposition>) -> Self {
        let mut of = Self::default();
        for (customer_id, disposition) in decisions {
            let held = |why: String| Held { customer_id, why };
            match disposition {
                Disposition::Bill(_) => {}
                Disposition::Held(why) => of.held.push(held(why.clone())),
                Disposition::Refused(refusal) => of.held.push(held(refusal.why.clone())),
                Disposition::NotBilled(why) => of.not_billed.push(held(why.clone())),
                Disposition::CreditDue(due) => of.credit_due.push((customer_id, &due.total)),
                Disposition::Nothing => of.nothing_to_bill.push(customer_id),
            }
        }
        of
    }

    /// Everybody who gets no document for a reason that somebody has to mend, by id.
    pub(super) fn to_be_mended(&self) -> Vec<Held<'a>> {
        let credit_due = self.credit_due.iter().map(|(customer_id, amount)| Held {
            customer_id,
            why: format!("its credits exceed its charges ({})", amount.display()),
        });
        let mut all: Vec<Held<'a>> = self.held.iter().cloned().chain(credit_due).collect();
        all.sort_by_key(|one| one.customer_id);
        all
    }
}

pub(super) fn people(many: usize) -> String {
    if many == 1 { "1 customer".to_owned() } else { format!("{many} customers") }
}

/// Documents counted by kind: `46 invoices, 2 credit notes, 1 void`.
pub(super) fn counted(documents: &[&Draft], void: usize) -> String {
    let kinds = Kind::ALL.into_iter().filter_map(|kind| {
        let many = documents.iter().filter(|draft| draft.document == kind).count();
        let name = kind.name().replace('-', " ");
        match many {
            0 => None,
            1 => Some(format!("1 {name}")),
            _ => Some(format!("{many} {name}s")),
        }
    });
    kinds.chain((void > 0).then(|| format!("{void} void"))).collect::<Vec<_>>().join(", ")
}

/// What documents come to: credit notes take away.
pub(super) fn owed(documents: &[&Draft]) -> String {
    let amounts: Vec<_> = documents.iter().map(|draft| draft.document.owed(draft.total)).collect();
    let currency = amounts.first().map_or(Currency::INR, Money::currency);
    total(currency, &amounts).map_or_else(|_| "more than can be added up".to_owned(), |sum| sum.display())
}
