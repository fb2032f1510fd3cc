//! A difference that nothing else explains: always said, never dropped.

use super::{figures, more_or_less, whole_file};
use crate::model::finding::{Finding, Severity};
use crate::model::money::MoneyError;
use crate::model::reconciliation::Status;
use crate::reconcile::Claimed;
use crate::reconcile::compare::Comparison;

/// Reports each customer's difference, and a direction's where no customer's can be
/// behind it.
///
/// # Errors
/// None in practice.
pub fn find(cx: &Comparison<'_>, claimed: &mut Claimed) -> Result<Vec<Finding>, MoneyError> {
    let mut findings = Vec::new();
    let discrepant = |status: Status| status == Status::Discrepant;
    for line in cx.customers.iter().filter(|l| discrepant(l.status) && !claimed.customers.contains(&l.customer_id)) {
        let id = &line.customer_id;
        let message = match (line.sides.difference, line.sides.analytics) {
            (Some(difference), Some(stated)) => format!(
                "For {}, the ledger says {}, {} the partner's {}.",
                cx.called(id),
                line.sides.ledger.display(),
                more_or_less(&difference),
                stated.display()
            ),
            _ => format!(
                "For {}, the ledger says {} and the partner states no cost.",
                cx.called(id),
                line.sides.ledger.display()
            ),
        };
        findings.push(
            Finding::fact("amount-difference", Severity::Blocking, message, "Compare the customer's postings with the partner's figure, correct the wrong one and run the command again.".to_owned())
                .touching([id.clone()])
                .shown_by(figures(cx, id))
                .unexplained(&line.sides),
        );
    }
    let customers_differ = cx.customers.iter().any(|l| discrepant(l.status))
        || cx.remainder.as_ref().is_some_and(|r| discrepant(r.status));
    if claimed.directions || customers_differ {
        return Ok(findings);
    }
    // Every customer is within tolerance, and together they are not.
    for line in cx.directions.iter().filter(|l| discrepant(l.status)) {
        let (Some(difference), Some(stated)) = (line.sides.difference, line.sides.analytics) else { continue };
        let name = line.direction.name();
        let message = format!(
            "For {name} calls, the ledger says {}, {} the partner's {}: more than the tolerance, although every customer is within it.",
            line.sides.ledger.display(),
            more_or_less(&difference),
            stated.display()
        );
        findings.push(
            Finding::fact(
                "amount-difference",
                Severity::Blocking,
                message,
                "Look for many small differences with one cause, such as rounding, in the tolerated customers."
                    .to_owned(),
            )
            .in_direction(line.direction)
            .touching(cx.ids(|l| l.status == Status::Tolerated))
            .shown_by([whole_file(cx.question.ledger.path.clone(), format!("{name}: {}", line.sides.ledger.plain()))])
            .unexplained(&line.sides),
        );
    }
    Ok(findings)
}
