//! Differences within the declared tolerance: printed and totalled, never hidden.

use crate::model::finding::{Finding, Severity};
use crate::model::money::{Money, MoneyError, total};
use crate::model::reconciliation::Status;
use crate::reconcile::check::{Check, Look};
use crate::reconcile::claims::Claims;
use crate::reconcile::compare::Comparison;
use crate::reconcile::wording::{add_up, counted, figures};

/// Looked for in the inputs.
pub(crate) static CHECK: Check =
    Check { code: "tolerated", page: include_str!("tolerated.md"), look: Look::Find(find) };

/// Totals what the tolerance let pass, over customers, or over directions where no
/// customer differs.
///
/// # Errors
/// A sum beyond the exact range.
fn find(cx: &Comparison<'_>, _claims: &mut Claims) -> Result<Vec<Finding>, MoneyError> {
    let lines: Vec<_> = cx.customers.iter().filter(|l| l.status == Status::Tolerated).collect();
    let directions: Vec<_> = cx.directions.iter().filter(|l| l.status == Status::Tolerated).collect();
    let limits = cx.question.tolerance;
    let mut limit = cx.money(limits.absolute).display();
    if !limits.per_cent.is_zero() {
        limit.push_str(&format!(" or {} % of the partner's figure", limits.per_cent));
    }
    let (sides, what): (Vec<_>, String) = if lines.is_empty() {
        (directions.iter().map(|l| l.sides).collect(), counted(directions.len(), "direction"))
    } else {
        (lines.iter().map(|l| l.sides).collect(), counted(lines.len(), "customer"))
    };
    if sides.is_empty() {
        return Ok(Vec::new());
    }
    let sum = add_up(cx, &sides)?;
    let sizes: Vec<Money> = sides.iter().filter_map(|s| s.difference).map(|d| d.abs()).collect();
    let size = total(cx.question.currency, &sizes)?;
    let message = format!(
        "Differences of up to {limit} are tolerated; they were let pass for {what}: {} in all, {} net (ledger less analytics).",
        size.display(),
        sum.difference.unwrap_or_else(|| cx.zero()).display_signed()
    );
    let most = limits.total.map(|most| cx.money(most)).filter(|most| size > *most);
    let (severity, message, next) = match most {
        None => (Severity::Info, message, "Nothing to do. The ledger's figures are billed."),
        Some(most) => (
            Severity::Blocking,
            format!("{message} That is more than the {} that may pass in all.", most.display()),
            "Look for what they have in common, or raise [reconcile] tolerance_total.",
        ),
    };
    Ok(vec![
        Finding::fact("tolerated", severity, message, next.to_owned())
            .touching(lines.iter().map(|l| l.customer_id.clone()))
            .shown_by(lines.iter().flat_map(|l| figures(cx, &l.customer_id)))
            .explained(&sum),
    ])
}
