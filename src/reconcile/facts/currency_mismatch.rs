//! A row, or the whole answer, in another currency.

use crate::model::finding::{Finding, Severity};
use crate::model::money::MoneyError;
use crate::model::posting::RowProblemKind;
use crate::model::usage::Direction;
use crate::reconcile::check::{Check, Look};
use crate::reconcile::claims::Claims;
use crate::reconcile::compare::Comparison;
use crate::reconcile::wording::{counted, row_evidence, whole_file};

/// Looked for in the inputs.
pub(crate) static CHECK: Check =
    Check { code: "currency-mismatch", page: include_str!("currency_mismatch.md"), look: Look::Find(find) };

/// Looks at rows that were set aside because their currency is not the answer's. If no row
/// has the answer's currency, it is the answer that is in another one.
///
/// # Errors
/// None in practice.
fn find(cx: &Comparison<'_>, claims: &mut Claims) -> Result<Vec<Finding>, MoneyError> {
    let mut found: Vec<Finding> = of_calls(cx, claims).into_iter().collect();
    let ledger = cx.question.ledger;
    if ledger.other_currencies.is_empty() {
        return Ok(found);
    }
    let ours = cx.question.currency;
    let rows = row_evidence(cx, RowProblemKind::OtherCurrency);
    let count = rows.len() as u64 + if rows.is_empty() { 0 } else { ledger.problems_beyond };
    let sums: Vec<String> = ledger.other_currencies.values().map(|sum| sum.display()).collect();
    let (evidence, problems): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
    let whole_answer = ledger.rows.used == 0;
    let (message, next, touched) = if whole_answer {
        claims.all(cx);
        let others: Vec<&str> = ledger.other_currencies.keys().map(String::as_str).collect();
        let touched: Vec<String> =
            cx.ids(|_| true).into_iter().chain(problems.into_iter().filter_map(|p| p.customer_id)).collect();
        (
            format!(
                "The partner's answer is in {ours} and the ledger is in {}: amounts of different currencies are not compared, and every customer is held.",
                others.join(", ")
            ),
            format!(
                "If the ledger's rows are in {ours}, say so with [books] currency = \"{ours}\" or a column `currency`; else export the ledger in {ours}."
            ),
            touched,
        )
    } else {
        let touched: Vec<String> = problems.into_iter().filter_map(|p| p.customer_id).collect();
        claims.customers(cx, &touched);
        (
            format!(
                "{} of the ledger {} not in {ours} ({}): set aside, and not added up.",
                counted(usize::try_from(count).unwrap_or(usize::MAX), "row"),
                if count == 1 { "is" } else { "are" },
                sums.join(", ")
            ),
            format!("Post these rows in {ours}, or take them out of this ledger."),
            with_unlisted(cx, touched),
        )
    };
    found.push(
        Finding::fact("currency-mismatch", Severity::Blocking, message, next).touching(touched).shown_by(evidence),
    );
    Ok(found)
}

/// Call records in another currency than the analytics: set aside, so that their customers
/// cannot be proven.
fn of_calls(cx: &Comparison<'_>, claims: &mut Claims) -> Option<Finding> {
    let matrix = cx.question.matrix?;
    let mut evidence = Vec::new();
    let mut touched = Vec::new();
    for (id, customer) in &matrix.customers {
        for direction in Direction::ALL {
            let cell = customer.cell(direction);
            for (code, amount) in &cell.other_currencies {
                touched.push(id.clone());
                evidence.push(whole_file(cell.file.clone(), format!("{} of {id}: {code} {amount}", direction.name())));
            }
        }
    }
    if touched.is_empty() {
        return None;
    }
    touched.dedup();
    claims.customers.extend(touched.iter().cloned());
    let message = format!(
        "The call records of {} are not all in {}: such calls are set aside, never added up, and these customers are held.",
        counted(touched.len(), "customer"),
        cx.question.currency
    );
    let next =
        "Ask the partner which currency these calls are in; its list and its single records are known to differ.";
    Some(
        Finding::fact("currency-mismatch", Severity::Blocking, message, next.to_owned())
            .touching(touched)
            .shown_by(evidence),
    )
}

/// A doubt about one unlisted customer is a doubt about all, since only their sum is
/// proven, unless the remainder agrees all the same.
pub(super) fn with_unlisted(cx: &Comparison<'_>, mut touched: Vec<String>) -> Vec<String> {
    let unproven = cx.remainder.as_ref().is_some_and(|r| !r.sides.difference.is_some_and(|d| d.is_zero()));
    if unproven && touched.iter().any(|id| cx.is_unlisted(id) || cx.line(id).is_none()) {
        touched.extend(cx.ids(|line| cx.is_unlisted(&line.customer_id)));
    }
    touched
}
