//! Customers whose figures agree and who get no invoice all the same.

use std::collections::BTreeMap;

use super::charges::Disposition;
use crate::model::finding::{Finding, Severity};

/// A finding for each customer whose credits exceed the charges (`credit-due`), whose
/// particulars cannot be printed (`unprintable`), or who cannot be invoiced lawfully or as
/// agreed (`gstin-invalid`, `gst-particulars`, `not-billable`).
#[must_use]
pub fn find(decisions: &BTreeMap<String, Disposition>) -> Vec<Finding> {
    let warn = |code, id: &String, message: String, next: &str| {
        Finding::fact(code, Severity::Warning, message, next.to_owned()).touching([id.clone()])
    };
    decisions
        .iter()
        .filter_map(|(id, disposition)| match disposition {
            Disposition::CreditDue(total) => Some(warn(
                "credit-due",
                id,
                format!("The credits of {id} exceed its charges: {} in all. No invoice can say that.", total.display()),
                "Let the credit stand until the next period's charges exceed it, or pay it back.",
            )),
            Disposition::Unprintable(why) => Some(warn(
                "unprintable",
                id,
                format!("The invoice of {id} cannot be printed: {why}."),
                "Write the text with other letters in customers.csv, and close again.",
            )),
            Disposition::Refused(refusal) => Some(
                Finding::fact(
                    refusal.code,
                    Severity::Blocking,
                    format!("{id} gets no invoice: {}.", refusal.why),
                    refusal.next.clone(),
                )
                .touching([id.clone()]),
            ),
            _ => None,
        })
        .collect()
}
