//! A ledger row that cannot be read.

use super::currency_mismatch::with_unlisted;
use crate::model::finding::{Evidence, Finding, Severity};
use crate::model::money::{MoneyError, Sum};
use crate::model::posting::{RowProblem, RowProblemKind};
use crate::model::reconciliation::Status;
use crate::reconcile::check::{Check, Look};
use crate::reconcile::claims::Claims;
use crate::reconcile::compare::Comparison;
use crate::reconcile::wording::{counted, row_evidence};

/// Looked for in the inputs.
pub(crate) static CHECK: Check =
    Check { code: "invalid-row", page: include_str!("invalid_row.md"), look: Look::Find(find) };

/// Lists every row that was refused, and claims the differences that they leave behind.
///
/// # Errors
/// A sum beyond the exact range.
fn find(cx: &Comparison<'_>, claims: &mut Claims) -> Result<Vec<Finding>, MoneyError> {
    let rows = row_evidence(cx, RowProblemKind::Invalid);
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let what = "of the ledger cannot be read and is in no sum";
    let next = "Correct these rows and run the command again.";
    Ok(vec![refused(cx, claims, "invalid-row", rows, what, next)?])
}

/// One finding for all refused rows of a kind.
pub(super) fn refused(
    cx: &Comparison<'_>,
    claims: &mut Claims,
    code: &'static str,
    rows: Vec<(Evidence, RowProblem)>,
    what: &str,
    next: &str,
) -> Result<Finding, MoneyError> {
    let (evidence, problems): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
    let mut lines: Vec<u64> = problems.iter().map(|p| p.line).collect();
    lines.dedup();
    let mut touched: Vec<String> = problems.iter().filter_map(|p| p.customer_id.clone()).collect();
    // A row whose customer cannot be read accounts for the one difference it equals.
    let nameless = problems.iter().filter(|p| p.customer_id.is_none());
    let mut sum = Sum::new(cx.question.currency);
    for amount in nameless.filter_map(|p| p.amount) {
        sum.add(amount)?;
    }
    let lost = sum.total()?.negated();
    if !lost.is_zero() {
        let mut fitting =
            cx.customers.iter().filter(|l| l.status == Status::Discrepant && l.sides.difference == Some(lost));
        if let (Some(line), None) = (fitting.next(), fitting.next()) {
            touched.push(line.customer_id.clone());
        } else if cx.remainder.as_ref().is_some_and(|r| r.sides.difference == Some(lost)) {
            touched.extend(cx.ids(|line| cx.is_unlisted(&line.customer_id)));
        }
    }
    // A customer all of whose rows were refused is in no sum, and so in no line: it may be
    // one of the remainder's.
    let in_no_line = touched.iter().any(|id| cx.line(id).is_none());
    claims.customers(cx, &touched);
    claims.remainder |= in_no_line;
    let touched = with_unlisted(cx, touched);

    let beyond = cx.question.ledger.problems_beyond;
    let listed: Vec<String> = lines.iter().take(8).map(u64::to_string).collect();
    let more = if lines.len() > listed.len() { ", …" } else { "" };
    let what = if lines.len() == 1 { what.to_owned() } else { what.replace("is in", "are in") };
    let first = evidence.first().and_then(|e| e.why.clone()).unwrap_or_default();
    let message =
        format!("{} {what} (row {}{more}); the first: {first}.", counted(lines.len(), "row"), listed.join(", "));
    let next = if beyond > 0 { format!("{next} {beyond} more places are not shown.") } else { next.to_owned() };
    Ok(Finding::fact(code, Severity::Blocking, message, next).touching(touched).shown_by(evidence))
}
