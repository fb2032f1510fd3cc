//! The unlisted customers' remainder and the ledger's unlisted customers disagree.

use crate::model::finding::{Finding, Severity};
use crate::model::money::MoneyError;
use crate::model::reconciliation::Status;
use crate::reconcile::check::{Check, Look};
use crate::reconcile::claims::Claims;
use crate::reconcile::compare::Comparison;
use crate::reconcile::wording::{counted, more_or_less, whole_file};

/// Looked for in the inputs.
pub(crate) static CHECK: Check =
    Check { code: "remainder-difference", page: include_str!("remainder_difference.md"), look: Look::Find(find) };

/// Compares the total less the listed customers with the ledger's other customers.
///
/// # Errors
/// None in practice.
fn find(cx: &Comparison<'_>, claims: &mut Claims) -> Result<Vec<Finding>, MoneyError> {
    let Some(remainder) = cx.remainder.as_ref().filter(|r| r.status == Status::Discrepant) else {
        return Ok(Vec::new());
    };
    if std::mem::replace(&mut claims.remainder, true) {
        return Ok(Vec::new());
    }
    let difference = remainder.sides.difference.unwrap_or_else(|| cx.zero());
    let stated = remainder.sides.analytics.unwrap_or_else(|| cx.zero());
    let n = usize::try_from(remainder.customers).unwrap_or(usize::MAX);
    let message = format!(
        "For the customers whom the partner does not list, the ledger says {} the partner's remainder of {}; which of the ledger's {} is wrong cannot be told from totals, so all of them are held.",
        more_or_less(&difference),
        stated.display(),
        counted(n, "unlisted customer")
    );
    let evidence = [
        whole_file(cx.question.file("analytics"), format!("total less listed customers: {}", stated.plain())),
        whole_file(
            cx.question.ledger.path.clone(),
            format!("{} not listed: {}", counted(n, "customer"), remainder.sides.ledger.plain()),
        ),
    ];
    Ok(vec![
        Finding::fact(
            "remainder-difference",
            Severity::Blocking,
            message,
            "Compare these customers with the partner's portal one by one, correct the ledger and run the command again.".to_owned(),
        )
        .touching(cx.ids(|line| line.status == Status::Unlisted))
        .shown_by(evidence)
        .unexplained(&remainder.sides),
    ])
}
