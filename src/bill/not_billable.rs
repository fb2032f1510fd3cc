//! Customers whose figures agree and who get no invoice all the same.

use std::collections::BTreeMap;

use super::charges::Disposition;
use crate::model::finding::{Finding, Severity};

/// A warning for each customer whose credits exceed the charges (`credit-due`), or whose
/// particulars cannot be printed (`unprintable`).
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
                "Write a credit note by hand; this version writes none.",
            )),
            Disposition::Unprintable(why) => Some(warn(
                "unprintable",
                id,
                format!("The invoice of {id} cannot be printed: {why}."),
                "Write the text with other letters in customers.csv, and close again.",
            )),
            _ => None,
        })
        .collect()
}
