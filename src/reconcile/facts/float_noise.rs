//! An amount carries the noise of a binary float, e.g. 0.30000000000000004.

use rust_decimal::Decimal;

use crate::model::finding::{Finding, Severity, Sides};
use crate::model::money::MoneyError;
use crate::model::reconciliation::Status;
use crate::model::usage::without_float_noise;
use crate::reconcile::check::{Check, Look};
use crate::reconcile::claims::Claims;
use crate::reconcile::compare::Comparison;
use crate::reconcile::wording::{counted, whole_file};

/// Looked for in the inputs.
pub(crate) static CHECK: Check =
    Check { code: "float-noise", page: include_str!("float_noise.md"), look: Look::Find(find) };

/// Looks for noisy amounts in the answer. The noise is kept, never rounded away: where it
/// parts a customer's figure from the ledger's, that customer is held, unless a tolerance
/// says that the books do not mind.
///
/// # Errors
/// A sum beyond the exact range.
fn find(cx: &Comparison<'_>, claims: &mut Claims) -> Result<Vec<Finding>, MoneyError> {
    let analytics = cx.question.analytics;
    let noisy: Vec<(String, Decimal, Decimal)> =
        std::iter::once(("totals.total_cost".to_owned(), analytics.total.cost))
            .chain(analytics.directions.iter().map(|d| (format!("by_direction.{}.cost", d.name), d.usage.cost)))
            .chain(cx.listed.iter().map(|c| (format!("{} {} cost", cx.list_name(), c.customer_id), c.usage.cost)))
            .filter_map(|(place, cost)| cost.and_then(|c| without_float_noise(c).map(|short| (place, c, short))))
            .collect();
    let Some((place, value, meant)) = noisy.first() else { return Ok(Vec::new()) };

    let by_noise = |sides: &Sides| sides.difference.is_some_and(|d| !d.is_zero() && cx.is_noise(&d));
    let mut touched = cx.ids(|line| line.status == Status::Discrepant && by_noise(&line.sides));
    claims.customers.extend(touched.iter().cloned());
    if cx.directions.iter().any(|line| by_noise(&line.sides)) {
        claims.directions = true;
    }
    let in_remainder = cx.remainder.as_ref().is_some_and(|r| by_noise(&r.sides));
    if in_remainder {
        claims.remainder = true;
        touched.extend(cx.ids(|line| cx.is_unlisted(&line.customer_id)));
    }
    let blocking = !touched.is_empty();
    let message = format!(
        "The partner's answer has {} with the noise of binary arithmetic, such as {value} in {place} where {meant} seems to be meant{}",
        counted(noisy.len(), "amount"),
        if blocking {
            "; the figures are not exact, so these customers are held."
        } else {
            "; no customer's figure differs from the ledger by it."
        }
    );
    let next = if in_remainder {
        // Unlisted customers are proven to the last digit or not at all: no tolerance helps.
        "Ask the partner for exact amounts."
    } else {
        "Ask the partner for exact amounts; or let [reconcile] tolerance = \"0.01\" pass what is below a paisa."
    };
    let severity = if blocking { Severity::Blocking } else { Severity::Warning };
    let evidence = noisy.iter().map(|(place, value, meant)| {
        whole_file(cx.question.file("analytics"), format!("{place}: {value}, perhaps {meant}"))
    });
    let finding = Finding::fact("float-noise", severity, message, next.to_owned()).touching(touched).shown_by(evidence);
    Ok(vec![finding.explained(&cx.totals)])
}
