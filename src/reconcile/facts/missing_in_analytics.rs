//! A customer whom the ledger charges and the partner's complete list does not have.

use super::{GROUP_ABOVE, add_up, counted, figures};
use crate::model::finding::{Finding, Severity};
use crate::model::money::MoneyError;
use crate::model::reconciliation::{CustomerLine, Status};
use crate::reconcile::Claimed;
use crate::reconcile::compare::Comparison;

/// Looks for ledger customers that are not listed although the list is complete.
///
/// # Errors
/// A sum beyond the exact range.
pub fn find(cx: &Comparison<'_>, claimed: &mut Claimed) -> Result<Vec<Finding>, MoneyError> {
    let listed: std::collections::BTreeSet<&str> =
        cx.question.analytics.customers.iter().map(|c| c.customer_id.as_str()).collect();
    let missing: Vec<&CustomerLine> = cx
        .customers
        .iter()
        .filter(|line| line.status == Status::Discrepant && !claimed.customers.contains(&line.customer_id))
        .filter(|line| !listed.contains(line.customer_id.as_str()))
        .collect();
    claimed.customers.extend(missing.iter().map(|line| line.customer_id.clone()));
    let next = "Find out whose usage these rows are; take them out or post them under the right customer.";
    let tell = |lines: &[&CustomerLine]| -> Result<Finding, MoneyError> {
        let sum = add_up(cx, &lines.iter().map(|line| line.sides).collect::<Vec<_>>())?;
        let booked = sum.ledger.display();
        let message = match lines {
            [line] => format!(
                "The ledger books {booked} on {}, and the partner's list, which is complete, does not have this customer.",
                cx.called(&line.customer_id)
            ),
            _ => format!(
                "The ledger books {booked} on {} whom the partner's list, which is complete, does not have.",
                counted(lines.len(), "customer")
            ),
        };
        Ok(Finding::fact("missing-in-analytics", Severity::Blocking, message, next.to_owned())
            .touching(lines.iter().map(|line| line.customer_id.clone()))
            .shown_by(lines.iter().flat_map(|line| figures(cx, &line.customer_id)))
            .explained(&sum))
    };
    if missing.len() > GROUP_ABOVE {
        return Ok(vec![tell(&missing)?]);
    }
    missing.iter().map(|line| tell(&[line])).collect()
}
