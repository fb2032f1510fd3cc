//! A customer whom the ledger charges and the partner's complete list does not have.

use std::collections::BTreeSet;

use super::{counted, one_sided};
use crate::model::finding::Finding;
use crate::model::money::MoneyError;
use crate::reconcile::Claimed;
use crate::reconcile::compare::Comparison;

/// Looks for ledger customers that are not listed although the list is complete.
///
/// # Errors
/// A sum beyond the exact range.
pub fn find(cx: &Comparison<'_>, claimed: &mut Claimed) -> Result<Vec<Finding>, MoneyError> {
    let next = "Find out whose usage these rows are; take them out or post them under the right customer.";
    let listed: BTreeSet<&str> = cx.listed.iter().map(|c| c.customer_id.as_str()).collect();
    let absent = |id: &str| !listed.contains(id);
    one_sided(
        cx,
        claimed,
        "missing-in-analytics",
        next,
        |line| absent(&line.customer_id),
        |sum, lines| {
            let booked = sum.ledger.display();
            match lines {
                [line] => format!(
                    "The ledger books {booked} on {}, and the partner's list, which is complete, does not have this customer.",
                    cx.called(&line.customer_id)
                ),
                _ => format!(
                    "The ledger books {booked} on {} whom the partner's list, which is complete, does not have.",
                    counted(lines.len(), "customer")
                ),
            }
        },
    )
}
