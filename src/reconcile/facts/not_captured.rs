//! Something of the partner's figures did not arrive: not reconciled, and never zero.

use crate::model::finding::{Finding, Severity};
use crate::model::money::MoneyError;
use crate::reconcile::check::{Check, Look};
use crate::reconcile::claims::Claims;
use crate::reconcile::compare::Comparison;
use crate::reconcile::wording::{counted, counted_u64, whole_file};

/// Looked for in the inputs.
pub(crate) static CHECK: Check =
    Check { code: "not-captured", page: include_str!("not_captured.md"), look: Look::Find(find) };

/// Looks for customers with missing answers, which holds them, and for a list of accounts
/// that is shorter or longer than its own count.
///
/// # Errors
/// A sum beyond the exact range.
fn find(cx: &Comparison<'_>, claims: &mut Claims) -> Result<Vec<Finding>, MoneyError> {
    let Some(matrix) = cx.question.matrix else { return Ok(Vec::new()) };
    let period = &cx.question.period.name;
    let mut findings = Vec::new();
    let gaps: Vec<_> = matrix.gaps().filter(|(id, _)| !claims.customers.contains(*id)).collect();
    if !gaps.is_empty() {
        let ids: Vec<String> = gaps.iter().map(|(id, _)| (*id).clone()).collect();
        claims.customers.extend(ids.iter().cloned());
        let whose = match gaps.as_slice() {
            [(id, why)] => format!("the figures of {} did not all arrive ({why})", cx.called(id)),
            _ => format!("the figures of {} did not all arrive", counted(gaps.len(), "customer")),
        };
        let left = match &cx.remainder {
            Some(rest) if rest.customers == 0 => {
                claims.remainder = true;
                let stated = rest.sides.analytics.unwrap_or_else(|| cx.zero());
                format!(
                    " The partner's total leaves {} for them, and the ledger has {}.",
                    stated.display(),
                    rest.sides.ledger.display()
                )
            }
            _ => String::new(),
        };
        let evidence =
            gaps.iter().map(|(id, why)| whole_file("capture/capture.json".to_owned(), format!("{id}: {why}")));
        findings.push(
            Finding::fact(
                "not-captured",
                Severity::Blocking,
                format!("Not reconciled: {whose}. What is missing is not zero, so nothing is invoiced for it.{left}"),
                format!("Run crossfoot fetch --period {period} again: it asks for what is missing. If the partner refuses it for good, ask the partner why."),
            )
            .touching(ids)
            .shown_by(evidence),
        );
    }
    if let Some(stated) = matrix.accounts_stated.filter(|stated| *stated != matrix.accounts_listed) {
        // Where all that was listed adds up to the total, nobody who used anything is left out.
        let ties = cx.remainder.is_none();
        let severity = if ties { Severity::Info } else { Severity::Warning };
        let message = format!(
            "The partner's list of accounts has {}, and says that there are {stated}{}.",
            counted_u64(matrix.accounts_listed, "account"),
            if ties { "; what they used adds up to the partner's total all the same" } else { "" }
        );
        let next = if ties { "Nothing to do." } else { "Ask the partner which accounts are missing from its list." };
        findings.push(Finding::fact("not-captured", severity, message, next.to_owned()).shown_by([whole_file(
            "capture/accounts".to_owned(),
            format!("{} listed, total {stated}", counted_u64(matrix.accounts_listed, "account")),
        )]));
    }
    Ok(findings)
}
