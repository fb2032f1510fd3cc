//! Calls with no cost.

use crate::model::finding::{Evidence, Finding, Severity};
use crate::model::money::MoneyError;
use crate::model::usage::CallUsage;
use crate::reconcile::check::{Check, Look};
use crate::reconcile::claims::Claims;
use crate::reconcile::compare::Comparison;
use crate::reconcile::wording::{counted, whole_file};

/// Looked for in the inputs.
pub(crate) static CHECK: Check =
    Check { code: "unpriced-usage", page: include_str!("unpriced_usage.md"), look: Look::Find(find) };

/// Looks for usage whose cost is not stated, which blocks, or is zero, which warns: calls
/// can be free, but a price that is not loaded looks the same.
///
/// # Errors
/// None in practice.
fn find(cx: &Comparison<'_>, claims: &mut Claims) -> Result<Vec<Finding>, MoneyError> {
    let analytics = cx.question.analytics;
    let unstated = |usage: &CallUsage| usage.cost.is_none() && usage.calls != Some(0);
    let mut findings = Vec::new();

    if unstated(&analytics.total) {
        claims.all(cx);
        findings.push(
            Finding::fact(
                "unpriced-usage",
                Severity::Blocking,
                "The partner's answer states no total cost, so nothing can be proven against the ledger; every customer is held.".to_owned(),
                format!("Ask the partner whether the period is rated yet, then: crossfoot close --period {} --refetch", cx.question.period.name),
            )
            .touching(cx.ids(|_| true))
            .shown_by([said(cx, "totals", &analytics.total)]),
        );
        return Ok(findings);
    }

    let missing: Vec<_> = cx.listed.iter().filter(|c| unstated(&c.usage)).collect();
    if !missing.is_empty() {
        let ids: Vec<String> = missing.iter().map(|c| c.customer_id.clone()).collect();
        claims.customers(cx, &ids);
        // Their cost is somewhere in what the list leaves over.
        claims.remainder = true;
        let touched = ids.iter().cloned().chain(cx.ids(|line| cx.is_unlisted(&line.customer_id)));
        let message = match ids.as_slice() {
            [id] => format!(
                "The partner lists calls of {} without a cost, so this customer cannot be proven.",
                cx.called(id)
            ),
            _ => format!(
                "The partner lists calls of {} without a cost, so they cannot be proven.",
                counted(ids.len(), "customer")
            ),
        };
        findings.push(
            Finding::fact(
                "unpriced-usage",
                Severity::Blocking,
                message,
                format!(
                    "Ask the partner to rate these calls, then: crossfoot close --period {} --refetch",
                    cx.question.period.name
                ),
            )
            .touching(touched)
            .shown_by(missing.iter().map(|c| said(cx, &c.customer_id, &c.usage))),
        );
    }

    findings.extend(free_calls(cx));
    Ok(findings)
}

/// Calls that were made and cost nothing: a warning, since they can be free.
fn free_calls(cx: &Comparison<'_>) -> Option<Finding> {
    let free = |usage: &CallUsage| usage.cost.is_some_and(|c| c.is_zero()) && usage.calls.is_some_and(|c| c > 0);
    let zero_customers: Vec<_> = cx.listed.iter().filter(|c| free(&c.usage)).collect();
    let zero_directions: Vec<_> = cx
        .question
        .analytics
        .directions
        .iter()
        .filter(|d| crate::model::usage::Direction::parse(&d.name).is_some() && free(&d.usage))
        .collect();
    if zero_customers.is_empty() && zero_directions.is_empty() {
        return None;
    }
    let evidence = zero_customers
        .iter()
        .map(|c| said(cx, &c.customer_id, &c.usage))
        .chain(zero_directions.iter().map(|d| said(cx, &format!("by_direction.{}", d.name), &d.usage)));
    let places: Vec<String> = zero_customers
        .iter()
        .map(|c| cx.called(&c.customer_id))
        .chain(zero_directions.iter().map(|d| format!("direction {}", d.name)))
        .take(5)
        .collect();
    Some(
        Finding::fact(
            "unpriced-usage",
            Severity::Warning,
            format!("The partner charges nothing for calls that were made: {}.", places.join(", ")),
            "Make sure that these calls are meant to be free and their price is not merely missing.".to_owned(),
        )
        .touching(zero_customers.iter().map(|c| c.customer_id.clone()))
        .shown_by(evidence),
    )
}

fn said(cx: &Comparison<'_>, what: &str, usage: &CallUsage) -> Evidence {
    let calls = usage.calls.map_or_else(|| "calls not stated".to_owned(), |c| format!("{c} calls"));
    let cost = usage.cost.map_or_else(|| "null".to_owned(), |c| c.to_string());
    whole_file(cx.question.file("analytics"), format!("{what}: {calls}, cost {cost}"))
}
