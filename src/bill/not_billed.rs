//! Customers whom finance decided not to bill for a period. The decision stands in the books, in
//! the report and in the seal; it blocks nothing, and the customer is counted as not invoiced.

use std::collections::BTreeMap;

use super::charges::Disposition;
use crate::books::resolutions::NOT_BILLED;
use crate::model::finding::{Finding, Severity};
use crate::model::period::Period;
use crate::model::resolution::Resolution;

/// Applies decisions not to bill, and tells each. `served` has the number of the invoice that
/// stands, by customer: what was issued is not undone by a decision.
#[must_use]
pub(crate) fn apply(
    decisions: &mut BTreeMap<String, Disposition>,
    decided: &[&Resolution],
    served: &BTreeMap<&str, &str>,
    period: &Period,
) -> Vec<Finding> {
    let one = |resolution: &&Resolution| {
        let id = resolution.customers.first()?;
        let Resolution { by, on, reason, .. } = resolution;
        let reason = reason.trim().trim_end_matches('.');
        let who = format!("Decided by {by} on {on}, because {reason}.");
        let file = format!("resolutions/{}.toml", period.name);
        let mut next = format!("Nothing more. To bill it after all, take the entry out of {file} and close again.");
        let mut severity = Severity::Info;
        let message = match (decisions.get(id), served.get(id.as_str())) {
            (_, Some(number)) => {
                severity = Severity::Blocking;
                next = format!("Declare it void (crossfoot void {number}), or take the entry out of {file}.");
                format!(
                    "{id} is not to be billed for {}, and {number} was issued to it before and stands. {who}",
                    period.name
                )
            }
            (Some(Disposition::Bill(_) | Disposition::Refused(_) | Disposition::CreditDue(_)), None) => {
                let amount = match decisions.get(id) {
                    Some(Disposition::Bill(draft)) => format!(", {} before tax", draft.subtotal.display()),
                    Some(Disposition::CreditDue(due)) => format!(", {} before tax", due.total.display()),
                    _ => String::new(),
                };
                let why = format!("not billed by decision of {by}: {reason}");
                decisions.insert(id.clone(), Disposition::NotBilled(why));
                format!("{id} is not billed for {}{amount}. {who}", period.name)
            }
            (Some(Disposition::Held(_)), None) => {
                format!("{id} is not to be billed for {}, and what holds it stays open. {who}", period.name)
            }
            _ => format!("{id} is not to be billed for {}, and has nothing to be billed. {who}", period.name),
        };
        Some(Finding::fact(NOT_BILLED, severity, message, next).touching([id.clone()]))
    };
    decided.iter().filter_map(one).collect()
}
