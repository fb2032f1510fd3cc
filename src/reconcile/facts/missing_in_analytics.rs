//! A customer whom the ledger charges and the partner's complete list does not have.

use std::collections::BTreeSet;

use crate::model::finding::Finding;
use crate::model::money::MoneyError;
use crate::reconcile::check::{Check, Look};
use crate::reconcile::claims::Claims;
use crate::reconcile::compare::Comparison;
use crate::reconcile::wording::{counted, one_sided};

/// Looked for in the inputs.
pub(crate) static CHECK: Check =
    Check { code: "missing-in-analytics", page: include_str!("missing_in_analytics.md"), look: Look::Find(find) };

/// Looks for ledger customers that are not listed although the list is complete.
///
/// # Errors
/// A sum beyond the exact range.
fn find(cx: &Comparison<'_>, claims: &mut Claims) -> Result<Vec<Finding>, MoneyError> {
    let next = "Find out whose usage these rows are; take them out or post them under the right customer.";
    let listed: BTreeSet<&str> = cx.listed.iter().map(|c| c.customer_id.as_str()).collect();
    let absent = |id: &str| !listed.contains(id);
    one_sided(
        cx,
        claims,
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
