//! A direction that is neither inbound nor outbound, in the ledger or in the answer.

use super::invalid_row::refused;
use crate::model::finding::{Finding, Severity};
use crate::model::money::{Money, MoneyError, shorten};
use crate::model::posting::RowProblemKind;
use crate::reconcile::check::{Check, Look};
use crate::reconcile::claims::Claims;
use crate::reconcile::compare::Comparison;
use crate::reconcile::wording::{row_evidence, whole_file};

/// Looked for in the inputs.
pub(crate) static CHECK: Check =
    Check { code: "unknown-direction", page: include_str!("unknown_direction.md"), look: Look::Find(find) };

/// Looks at refused ledger rows, and at directions of the answer that we do not know:
/// without cost they are for the record, with cost they block.
///
/// # Errors
/// A sum beyond the exact range.
fn find(cx: &Comparison<'_>, claims: &mut Claims) -> Result<Vec<Finding>, MoneyError> {
    let mut findings = Vec::new();
    let rows = row_evidence(cx, RowProblemKind::UnknownDirection);
    if !rows.is_empty() {
        let what = "of the ledger has an unknown direction and is in no sum";
        let next = "Write inbound or outbound in these rows and run the command again.";
        findings.push(refused(cx, claims, "unknown-direction", rows, what, next)?);
    }
    for other in cx.question.analytics.other_directions() {
        let name = shorten(&other.name);
        let cost = Money::new(other.usage.cost.unwrap_or_default(), cx.question.currency);
        let calls = other.usage.calls.map_or_else(|| "calls".to_owned(), |c| format!("{c} calls"));
        let evidence =
            whole_file(cx.question.file("analytics"), format!("by_direction.{name}: {calls}, cost {}", cost.plain()));
        let finding = if cost.is_zero() {
            Finding::fact(
                "unknown-direction",
                Severity::Info,
                format!(
                    "The partner's answer has a direction `{name}` with {calls} and no cost; it touches no amount."
                ),
                "Nothing to do.".to_owned(),
            )
        } else {
            // What it costs is in the total, and in no listed customer.
            claims.directions = true;
            claims.remainder |= cx.remainder.as_ref().is_some_and(|r| r.sides.difference == Some(cost.negated()));
            Finding::fact(
                "unknown-direction",
                Severity::Blocking,
                format!("The partner charges {} for the direction `{name}`, which is neither inbound nor outbound, so no customer's directions can be proven; every customer is held.", cost.display()),
                "Ask the partner what this direction is; crossfoot bills inbound and outbound only.".to_owned(),
            )
            .touching(cx.ids(|_| true))
        };
        findings.push(finding.shown_by([evidence]));
    }
    Ok(findings)
}
