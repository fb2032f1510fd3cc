//! Rows of the ledger that its spreadsheet does not show: read, counted, and told.

use crate::model::finding::{Evidence, Finding, Severity};
use crate::model::money::MoneyError;
use crate::reconcile::check::{Check, Look};
use crate::reconcile::claims::Claims;
use crate::reconcile::compare::Comparison;

/// Looked for in the inputs.
pub(crate) static CHECK: Check =
    Check { code: "hidden-rows", page: include_str!("hidden_rows.md"), look: Look::Find(find) };

/// One finding a file that has such rows.
///
/// # Errors
/// None.
fn find(cx: &Comparison<'_>, _claims: &mut Claims) -> Result<Vec<Finding>, MoneyError> {
    let findings = cx.question.ledger.hidden.iter().map(|hidden| {
        let evidence = Evidence {
            file: hidden.file.clone(),
            line: hidden.lines.first().copied(),
            column: None,
            text: hidden.text.clone(),
            why: None,
        };
        let next = "If they are the period's postings, nothing. If they are not, delete them in the spreadsheet, and run the command again.";
        Finding::fact("hidden-rows", Severity::Warning, hidden.message(), next.to_owned()).shown_by([evidence])
    });
    Ok(findings.collect())
}
