//! The partner's customer list does not add up to its total: it names only some.

use crate::model::finding::{Finding, Severity};
use crate::model::money::MoneyError;
use crate::model::reconciliation::Status;
use crate::model::rounding::percent;
use crate::reconcile::check::{Check, Look};
use crate::reconcile::claims::Claims;
use crate::reconcile::compare::Comparison;
use crate::reconcile::wording::{counted, whole_file};

/// Looked for in the inputs.
pub(crate) static CHECK: Check =
    Check { code: "truncated-customers", page: include_str!("truncated_customers.md"), look: Look::Find(find) };

/// States what the list leaves out; nothing to act on while the remainder agrees.
///
/// # Errors
/// None in practice.
fn find(cx: &Comparison<'_>, claims: &mut Claims) -> Result<Vec<Finding>, MoneyError> {
    let (Some(remainder), Some(whole)) = (&cx.remainder, cx.totals.analytics) else { return Ok(Vec::new()) };
    // Where nobody is left out, what the remainder has is another finding's.
    let nobody = remainder.customers == 0 && claims.remainder;
    if cx.listed_cost > whole || nobody {
        return Ok(Vec::new());
    }
    let agrees = remainder.status == Status::Matched;
    let listed = cx.listed.len();
    let share = percent(cx.listed_cost.amount(), whole.amount(), 1).map_or_else(String::new, |p| format!(" ({p} %)"));
    let n = usize::try_from(remainder.customers).unwrap_or(usize::MAX);
    let states = if listed == 0 {
        format!("The partner states no customer's own part of {}", whole.display())
    } else {
        let (part, names) = (cx.listed_cost.display(), counted(listed, "customer"));
        format!("The partner lists {names} with {part} of {}{share}", whole.display())
    };
    let message = format!(
        "{states}; the ledger's {} {} proven in total only{}.",
        counted(n, "other customer"),
        if n == 1 { "is" } else { "are" },
        if agrees { ", and that total agrees to the last digit" } else { ", and that total does not agree" }
    );
    let severity = if agrees { Severity::Info } else { Severity::Warning };
    let next = if agrees { "Nothing to do." } else { "See the finding about the remainder." };
    let text = format!("{}: {}, {}", cx.list_name(), counted(listed, "customer"), cx.listed_cost.plain());
    Ok(vec![
        Finding::fact("truncated-customers", severity, message, next.to_owned())
            .shown_by([whole_file(cx.question.file("analytics"), text)]),
    ])
}
