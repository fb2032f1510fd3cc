//! A customer whom the partner charges for and the ledger does not have.

use super::{GROUP_ABOVE, add_up, counted, figures};
use crate::model::finding::{Finding, Severity};
use crate::model::money::MoneyError;
use crate::model::reconciliation::{CustomerLine, Status};
use crate::reconcile::Claimed;
use crate::reconcile::compare::Comparison;

/// Looks for listed customers with a cost and no row in the period.
///
/// # Errors
/// A sum beyond the exact range.
pub fn find(cx: &Comparison<'_>, claimed: &mut Claimed) -> Result<Vec<Finding>, MoneyError> {
    let missing: Vec<&CustomerLine> = cx
        .customers
        .iter()
        .filter(|line| line.status == Status::Discrepant && !claimed.customers.contains(&line.customer_id))
        .filter(|line| !cx.question.ledger.customers.contains_key(&line.customer_id))
        .collect();
    claimed.customers.extend(missing.iter().map(|line| line.customer_id.clone()));
    let next = "Post the customer's usage in the ledger, export it again and run the command again.";
    let tell = |lines: &[&CustomerLine]| -> Result<Finding, MoneyError> {
        let sum = add_up(cx, &lines.iter().map(|line| line.sides).collect::<Vec<_>>())?;
        let charged = sum.analytics.unwrap_or_else(|| cx.zero()).display();
        let message = match lines {
            [line] => format!(
                "The partner charges {charged} for {}, and the ledger has no row of this customer in the period.",
                cx.called(&line.customer_id)
            ),
            _ => format!(
                "The partner charges {charged} for {} of whom the ledger has no row in the period.",
                counted(lines.len(), "customer")
            ),
        };
        Ok(Finding::fact("missing-in-ledger", Severity::Blocking, message, next.to_owned())
            .touching(lines.iter().map(|line| line.customer_id.clone()))
            .shown_by(lines.iter().flat_map(|line| figures(cx, &line.customer_id)))
            .explained(&sum))
    };
    if missing.len() > GROUP_ABOVE {
        return Ok(vec![tell(&missing)?]);
    }
    missing.iter().map(|line| tell(&[line])).collect()
}
