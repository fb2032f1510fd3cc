//! Rows on an account that is named as usage which did not count as usage.

use super::invalid_row::refused;
use crate::model::finding::Finding;
use crate::model::money::{MoneyError, Sum};
use crate::model::posting::RowProblemKind;
use crate::reconcile::check::{Check, Look};
use crate::reconcile::claims::Claims;
use crate::reconcile::compare::Comparison;
use crate::reconcile::wording::row_evidence;

/// Looked for in the inputs.
pub(crate) static CHECK: Check =
    Check { code: "set-aside", page: include_str!("set_aside.md"), look: Look::Find(find) };

/// Lists every such row, with what they come to, and claims the differences that they leave.
///
/// # Errors
/// A sum beyond the exact range.
fn find(cx: &Comparison<'_>, claims: &mut Claims) -> Result<Vec<Finding>, MoneyError> {
    let rows = row_evidence(cx, RowProblemKind::SetAside);
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut sum = Sum::new(cx.question.currency);
    for amount in rows.iter().filter_map(|(_, problem)| problem.amount) {
        sum.add(amount)?;
    }
    let what =
        format!("on accounts that are usage did not count, {} in all, and is in no sum", sum.total()?.display_signed());
    let next = "Say in [ledger.voucher_types] of crossfoot.toml whether vouchers of that type count, as \"counts\" or \"never\", and run the command again.";
    Ok(vec![refused(cx, claims, "set-aside", rows, &what, next)?])
}
