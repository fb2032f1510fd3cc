//! An invoice was issued, and the figures now say something else.

use crate::model::finding::{Evidence, Finding, Severity};
use crate::model::invoice::{Draft, Issued};
use crate::model::money::MoneyError;

/// Compares what was issued for a customer with what would be drafted now. The issued
/// invoice never changes; the difference is for a credit or debit note.
///
/// # Errors
/// A sum beyond the exact range.
pub fn find(issued: &Issued, now: &Draft) -> Result<Option<Finding>, MoneyError> {
    let then = &issued.content;
    let lines = |draft: &Draft| draft.lines.iter().map(|l| (l.direction, l.amount)).collect::<Vec<_>>();
    if then.total == now.total && lines(then) == lines(now) {
        return Ok(None);
    }
    let message = format!(
        "Invoice {} was issued to {} for {}, and the figures now say {}; the invoice stays as it is.",
        issued.number,
        then.buyer.legal_name,
        then.total.display(),
        now.total.display()
    );
    let mut finding = Finding::fact(
        "issued-differs",
        Severity::Blocking,
        message,
        "Find out what changed after the close; correct it, or settle the difference by a credit or debit note."
            .to_owned(),
    )
    .touching([then.customer_id.clone()])
    .shown_by([Evidence {
        file: format!("invoices/{}.json", issued.file_stem()),
        line: None,
        column: None,
        text: format!("total {}", then.total.plain()),
        why: None,
    }]);
    finding.ledger = Some(now.total);
    finding.difference = Some(now.total.minus(&then.total)?);
    Ok(Some(finding))
}
