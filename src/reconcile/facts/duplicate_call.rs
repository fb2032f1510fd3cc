//! Calls that the partner delivered more than once: counted once, and told with their money.

use crate::model::finding::{Finding, Severity};
use crate::model::money::{MoneyError, Tally};
use crate::model::usage::Direction;
use crate::reconcile::check::{Check, Look};
use crate::reconcile::claims::Claims;
use crate::reconcile::compare::Comparison;
use crate::reconcile::wording::{counted_u64, whole_file};

/// Looked for in the inputs.
pub(crate) static CHECK: Check =
    Check { code: "duplicate-call", page: include_str!("duplicate_call.md"), look: Look::Find(find) };

/// Looks at the calls whose id came up again while the rows were read.
///
/// # Errors
/// A sum beyond the exact range.
fn find(cx: &Comparison<'_>, _claims: &mut Claims) -> Result<Vec<Finding>, MoneyError> {
    let Some(matrix) = cx.question.matrix else { return Ok(Vec::new()) };
    let mut calls = 0;
    let mut cost = Tally::default();
    let mut touched = Vec::new();
    let mut evidence = Vec::new();
    for (id, customer) in &matrix.customers {
        for direction in Direction::ALL {
            let repeated = &customer.cell(direction).duplicates;
            if repeated.counted.calls == 0 {
                continue;
            }
            calls += repeated.counted.calls;
            cost.add(repeated.counted.cost)?;
            touched.push(id.clone());
            for (uuid, cost, file) in &repeated.examples {
                evidence
                    .push(whole_file(file.clone(), format!("uuid {uuid}, cost {cost}, {} of {id}", direction.name())));
            }
        }
    }
    if calls == 0 {
        return Ok(Vec::new());
    }
    let message = format!(
        "The partner delivered {} more than once, with {} in all; each call was counted once.",
        counted_u64(calls, "call record"),
        cx.money(cost.total()?).display()
    );
    let next = "Nothing to do here. If the partner's summaries or its invoice count them twice, claim the money back.";
    Ok(vec![
        Finding::fact("duplicate-call", Severity::Info, message, next.to_owned()).touching(touched).shown_by(evidence),
    ])
}
