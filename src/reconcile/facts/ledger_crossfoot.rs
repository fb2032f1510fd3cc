//! The ledger's own totals do not agree with its rows: rows are missing, or too many.

use crate::model::finding::{Evidence, Finding, Severity};
use crate::model::money::MoneyError;
use crate::reconcile::check::{Check, Look};
use crate::reconcile::claims::Claims;
use crate::reconcile::compare::Comparison;
use crate::reconcile::wording::{counted, whole_file};

/// Looked for in the inputs.
pub(crate) static CHECK: Check =
    Check { code: "ledger-crossfoot", page: include_str!("ledger_crossfoot.md"), look: Look::Find(find) };

/// Looks at the totals, subtotals and balances that the export states, and at debits
/// against credits where it is double-entry. Nobody is held for it: who agrees with the
/// partner is proven by that, and a row that is missing shows at its customer.
///
/// # Errors
/// None in practice.
fn find(cx: &Comparison<'_>, _claims: &mut Claims) -> Result<Vec<Finding>, MoneyError> {
    let ledger = cx.question.ledger;
    let broken: Vec<_> = ledger.checks.iter().filter(|check| !check.agrees()).collect();
    let [first, ..] = broken.as_slice() else { return Ok(unended(cx).into_iter().collect()) };
    let message = format!(
        "{} of the ledger's {} do not agree with its rows; the first, {}, is stated as {} and adds up to {}.",
        broken.len(),
        counted(ledger.checks.len(), "own total"),
        first.what,
        cx.money(first.stated).display(),
        cx.money(first.computed).display()
    );
    let evidence = broken.iter().map(|check| Evidence {
        file: check.file.clone(),
        line: check.line,
        column: None,
        text: format!("{}: stated {}, computed {}", check.what, check.stated, check.computed),
        why: None,
    });
    let next = "Export the ledger again: the file was cut, filtered or edited after its totals were written.";
    Ok(vec![Finding::fact("ledger-crossfoot", Severity::Blocking, message, next.to_owned()).shown_by(evidence)])
}

/// A last row without a line end may have been cut: `2,12` of `2,123.45`. It is counted,
/// since many programs write no last line end, and told.
fn unended(cx: &Comparison<'_>) -> Option<Finding> {
    if cx.question.ledger.is_ended || cx.question.ledger.rows.read == 0 {
        return None;
    }
    let message = "No line end follows the ledger's last row: if the file was cut there, that row may be short, and rows after it are missing.";
    let next = "Make sure that the last row is whole; an export that ends with a line end says so by itself.";
    Some(
        Finding::fact("ledger-crossfoot", Severity::Warning, message.to_owned(), next.to_owned())
            .shown_by([whole_file(cx.question.ledger.path.clone(), "the file ends inside a row".to_owned())]),
    )
}
