//! A customer whom the partner charges for and the ledger does not have.

use super::{counted, one_sided};
use crate::model::finding::Finding;
use crate::model::money::MoneyError;
use crate::reconcile::Claimed;
use crate::reconcile::compare::Comparison;

/// Looks for listed customers with a cost and no row in the period.
///
/// # Errors
/// A sum beyond the exact range.
pub fn find(cx: &Comparison<'_>, claimed: &mut Claimed) -> Result<Vec<Finding>, MoneyError> {
    let next = "Post the customer's usage in the ledger, export it again and run the command again.";
    let absent = |id: &str| !cx.question.ledger.customers.contains_key(id);
    one_sided(
        cx,
        claimed,
        "missing-in-ledger",
        next,
        |line| absent(&line.customer_id),
        |sum, lines| {
            let charged = sum.analytics.unwrap_or_else(|| cx.zero()).display();
            match lines {
                [line] => format!(
                    "The partner charges {charged} for {}, and the ledger has no row of this customer in the period.",
                    cx.called(&line.customer_id)
                ),
                _ => format!(
                    "The partner charges {charged} for {} of whom the ledger has no row in the period.",
                    counted(lines.len(), "customer")
                ),
            }
        },
    )
}
