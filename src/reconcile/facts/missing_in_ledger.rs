//! A customer whom the partner charges for and the ledger does not have.

use std::collections::BTreeSet;

use crate::model::finding::{Finding, Severity};
use crate::model::money::MoneyError;
use crate::reconcile::check::{Check, Look};
use crate::reconcile::claims::Claims;
use crate::reconcile::compare::Comparison;
use crate::reconcile::wording::{counted, one_sided, whole_file};

const PAGE: &str = include_str!("missing_in_ledger.md");

/// Looked for where the customer has no row beside the period either.
pub(crate) static CHECK: Check = Check { code: "missing-in-ledger", page: PAGE, look: Look::Find(find) };
/// Looked for where it has, and those rows are not what the period lacks: who posts what was
/// only dated late, posts it twice.
pub(crate) static REST: Check = Check {
    code: "missing-in-ledger",
    page: PAGE,
    look: Look::Find(|cx, claims| absent(cx, claims, &BTreeSet::new())),
};

/// Looks for listed customers with a cost and no row in the period.
///
/// # Errors
/// A sum beyond the exact range.
fn find(cx: &Comparison<'_>, claims: &mut Claims) -> Result<Vec<Finding>, MoneyError> {
    let ledger = cx.question.ledger;
    if ledger.rows.used == 0 && ledger.problems.is_empty() && cx.totals.analytics.is_some_and(|a| !a.is_zero()) {
        return Ok(vec![nothing_at_all(cx, claims)]);
    }
    let beside = cx.question.rows.iter().filter(|row| !cx.question.period.contains(row.date));
    absent(cx, claims, &beside.map(|row| row.customer_id.as_str()).collect())
}

fn absent(cx: &Comparison<'_>, claims: &mut Claims, beside: &BTreeSet<&str>) -> Result<Vec<Finding>, MoneyError> {
    let ledger = cx.question.ledger;
    let next = "Post the customer's usage in the ledger, export it again and run the command again.";
    let absent = |id: &str| !ledger.customers.contains_key(id) && !beside.contains(id);
    one_sided(
        cx,
        claims,
        "missing-in-ledger",
        next,
        |line| absent(&line.customer_id),
        |sum, lines| {
            let charged = sum.analytics.unwrap_or_else(|| cx.zero()).display();
            match lines {
                [line] => format!(
                    "The partner charges {charged} for {}, and the ledger has no row of this customer in the period.",
                    cx.called(&line.customer_id)
                ),
                _ => format!(
                    "The partner charges {charged} for {} of whom the ledger has no row in the period.",
                    counted(lines.len(), "customer")
                ),
            }
        },
    )
}

/// The ledger has no row of the period: one slip, and not one for each customer.
fn nothing_at_all(cx: &Comparison<'_>, claims: &mut Claims) -> Finding {
    claims.all(cx);
    let charged = cx.totals.analytics.unwrap_or_else(|| cx.zero()).display();
    let outside = cx.question.ledger.rows.outside_period;
    let elsewhere = if outside > 0 { format!(" (rows dated outside it: {outside})") } else { String::new() };
    Finding::fact(
        "missing-in-ledger",
        Severity::Blocking,
        format!("The partner charges {charged}, and the ledger has no row in the period{elsewhere}."),
        "Export the ledger of this period, and run the command again.".to_owned(),
    )
    .touching(cx.ids(|_| true))
    .shown_by([whole_file(
        cx.question.ledger.path.clone(),
        format!("{} rows read, none used", cx.question.ledger.rows.read),
    )])
    .explained(&cx.totals)
}
