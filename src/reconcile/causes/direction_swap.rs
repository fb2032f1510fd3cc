//! Money posted under the other direction: the directions differ by more than customers do.

use crate::model::finding::{Confidence, Finding, Severity};
use crate::model::money::{Money, MoneyError};
use crate::model::reconciliation::Status;
use crate::model::usage::Direction;
use crate::reconcile::Claimed;
use crate::reconcile::compare::Comparison;

/// Every customer's total is right or accounted for, and yet one direction has too much
/// and the other too little: that much stands under the wrong direction. Which customer's
/// it is cannot be told from totals, so it is `possible`, and every customer with rows in
/// the direction that has too much is held.
///
/// # Errors
/// A sum beyond the exact range.
pub fn find(cx: &Comparison<'_>, claimed: &mut Claimed) -> Result<Vec<Finding>, MoneyError> {
    if claimed.directions {
        return Ok(Vec::new());
    }
    let [Some(inbound), Some(outbound)] = [0, 1].map(|i| cx.directions.get(i).and_then(|l| l.sides.difference)) else {
        return Ok(Vec::new());
    };
    // What customers and remainder have too much of, a direction has too much of as well;
    // only the surplus beyond that has moved from one direction to the other.
    let mut customers_over = cx.zero();
    let differing = cx
        .customers
        .iter()
        .filter(|l| l.status == Status::Discrepant)
        .map(|l| l.sides)
        .chain(cx.remainder.iter().map(|r| r.sides))
        .filter_map(|s| s.difference);
    for difference in differing.filter(|d| !d.is_negative()) {
        customers_over = customers_over.plus(&difference)?;
    }
    let positive = |m: Money| if m.is_negative() { cx.zero() } else { m };
    let directions_over = positive(inbound).plus(&positive(outbound))?;
    let moved = directions_over.minus(&customers_over)?;
    let opposite = inbound.is_negative() != outbound.is_negative() && !inbound.is_zero() && !outbound.is_zero();
    if !opposite || moved.is_negative() || !cx.beyond_tolerance(&moved) {
        return Ok(Vec::new());
    }
    claimed.directions = true;
    let surplus = if inbound.is_negative() { Direction::Outbound } else { Direction::Inbound };
    let Some(line) = cx.directions.iter().find(|l| l.direction == surplus) else { return Ok(Vec::new()) };
    let touched = cx.ids(|c| c.ledger_by_direction.get(&surplus).is_some_and(|m| !m.is_zero()));
    let message = format!(
        "{} stands under {} that the partner has under {}: customers' totals do not show it, so it was posted under the wrong direction; every customer with {} rows is held until it is found.",
        moved.display(),
        surplus.name(),
        surplus.other().name(),
        surplus.name()
    );
    let rivals = touched.len().saturating_sub(1) as u64;
    let mut finding = Finding::fact(
        "direction-swap",
        Severity::Blocking,
        message,
        format!(
            "Look for {} rows that add up to {} and belong under {}.",
            surplus.name(),
            moved.display(),
            surplus.other().name()
        ),
    )
    .confidence(Confidence::Possible)
    .in_direction(surplus)
    .touching(touched)
    .unexplained(&line.sides)
    .confidence(Confidence::Possible);
    finding.explains = Some(moved);
    finding.residual = line.sides.difference.map(|d| d.minus(&moved)).transpose()?;
    finding.rivals = rivals;
    Ok(vec![finding])
}
