//! Hundreds of customers differ, and hardly any of the largest differences has a cause in its rows:
//! the rows of the others were not searched.

use crate::model::finding::{Finding, Severity};
use crate::model::money::MoneyError;
use crate::reconcile::check::{Check, Look};
use crate::reconcile::claims::{Claims, FIRST};
use crate::reconcile::compare::Comparison;
use crate::reconcile::wording::counted;

/// Told after the search.
pub(crate) static CHECK: Check =
    Check { code: "not-searched", page: include_str!("not_searched.md"), look: Look::Find(find) };

/// Says of whom nothing was looked for.
///
/// # Errors
/// None in practice.
fn find(_: &Comparison<'_>, claims: &mut Claims) -> Result<Vec<Finding>, MoneyError> {
    if claims.unsearched.is_empty() {
        return Ok(Vec::new());
    }
    let many = counted(claims.unsearched.len(), "other customer");
    let message = format!(
        "Hardly any of the {FIRST} largest differences has a cause in its rows, so the rows of {many} that differ were not searched for causes."
    );
    let next = "Look what the largest differences have in common (the month of the export, the price list, the accounts), correct it and run the command again.";
    Ok(vec![
        Finding::fact("not-searched", Severity::Warning, message, next.to_owned())
            .touching(claims.unsearched.iter().cloned()),
    ])
}
