//! The answer's period is not the one asked for.

use crate::model::finding::{Finding, Severity};
use crate::model::money::MoneyError;
use crate::reconcile::check::{Check, Look};
use crate::reconcile::claims::Claims;
use crate::reconcile::compare::Comparison;
use crate::reconcile::wording::whole_file;

/// Looked for in the inputs.
pub(crate) static CHECK: Check =
    Check { code: "period-mismatch", page: include_str!("period_mismatch.md"), look: Look::Find(find) };

/// Looks at the period that the answer echoes (API reference: `period.from`, `period.to`
/// are the actual range of the response).
///
/// # Errors
/// None in practice.
fn find(cx: &Comparison<'_>, claims: &mut Claims) -> Result<Vec<Finding>, MoneyError> {
    let asked = cx.question.period;
    let told = cx.question.analytics.period;
    if told == Some((asked.from, asked.to)) {
        return Ok(Vec::new());
    }
    claims.all(cx);
    let said = match told {
        Some((from, to)) => format!("covers {from} to {to}"),
        None => "does not say which days it covers".to_owned(),
    };
    let message = format!(
        "The partner's answer {said}, and {} to {} was asked for, so nothing in it can be compared with the ledger; every customer is held.",
        asked.from, asked.to
    );
    let next = format!("Fetch the period again: crossfoot reconcile --period {} --refetch", asked.name);
    let text = told.map_or_else(|| "period: not stated".to_owned(), |(from, to)| format!("period: {from} to {to}"));
    Ok(vec![
        Finding::fact("period-mismatch", Severity::Blocking, message, next)
            .touching(cx.ids(|_| true))
            .shown_by([whole_file(cx.question.file("analytics"), text)]),
    ])
}
