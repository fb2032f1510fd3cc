//! Customers whose figures agree and who get no document all the same.

use std::collections::BTreeMap;

use super::charges::Disposition;
use super::tax::Refusal;
use crate::model::finding::{Finding, Severity};

/// A finding for each customer whose credits exceed the charges (`credit-due`), or who cannot
/// be invoiced lawfully, as agreed, or in the fonts at hand (`gstin-invalid`,
/// `gst-particulars`, `not-billable`, `unprintable`). `credit_due` is how heavy the first weighs:
/// closes of 0.1 only warned.
#[must_use]
pub(crate) fn find(decisions: &BTreeMap<String, Disposition>, credit_due: Severity) -> Vec<Finding> {
    decisions
        .iter()
        .filter_map(|(id, disposition)| match disposition {
            Disposition::CreditDue(total) => Some(
                Finding::fact(
                    "credit-due",
                    credit_due,
                    format!(
                        "The credits of {id} exceed its charges: {} in all. No invoice can say that.",
                        total.display()
                    ),
                    "Let the credit stand until the next period's charges exceed it, or pay it back.".to_owned(),
                )
                .touching([id.clone()]),
            ),
            Disposition::Refused(refusal) => Some(refused(id, "invoice", refusal)),
            _ => None,
        })
        .collect()
}

/// Says that a customer gets no document of a kind (`invoice`, `credit note`), and why.
#[must_use]
pub(crate) fn refused(customer_id: &str, document: &str, refusal: &Refusal) -> Finding {
    let message = format!("{customer_id} gets no {document}: {}.", refusal.why);
    Finding::fact(refusal.code, Severity::Blocking, message, refusal.next.clone()).touching([customer_id.to_owned()])
}
