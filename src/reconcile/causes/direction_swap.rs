//! Money posted under the other direction: the directions differ by more than customers do.

use crate::model::finding::{Confidence, Finding, Severity};
use crate::model::money::{Money, MoneyError};
use crate::model::reconciliation::Status;
use crate::model::usage::Direction;
use crate::reconcile::compare::Comparison;
use crate::reconcile::explain::{Scene, Slip, Trait, Visit};
use crate::reconcile::facts::figures;
use crate::reconcile::{Claimed, chance};

/// A row in the direction that has too much, where the total is right.
pub fn slips(scene: &Scene<'_>, visit: &mut Visit<'_>) {
    let Some([inbound, _]) = visit.crossed else { return };
    let surplus = if inbound > 0 { Direction::Inbound } else { Direction::Outbound };
    for row in scene.everywhere().filter(|row| row.direction == surplus) {
        let amount = scene.amount(row);
        let mut effect = [-amount; 2];
        effect[surplus as usize] = amount;
        visit.slip(Slip {
            effect: Some(effect),
            strong: true,
            order: 20,
            rows: vec![row],
            is: Trait::OtherWay,
            other: None,
        });
    }
}

/// Every customer's total is right or accounted for, and yet one direction has too much
/// and the other too little: that much stands under the wrong direction. Which customer's
/// it is cannot be told from totals, so it is `possible`, and every customer with rows in
/// the direction that has too much is held.
///
/// # Errors
/// A sum beyond the exact range.
pub fn find(cx: &Comparison<'_>, claimed: &mut Claimed) -> Result<Vec<Finding>, MoneyError> {
    let found = of_customers(cx, claimed)?;
    if claimed.directions || !found.is_empty() {
        return Ok(found);
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
        .filter(|l| matches!(l.status, Status::Discrepant | Status::Tolerated))
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
    let surplus = if inbound.is_negative() { Direction::Outbound } else { Direction::Inbound };
    if !opposite || moved.is_negative() || !cx.beyond_tolerance(&moved, surplus) {
        return Ok(Vec::new());
    }
    claimed.directions = true;
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

/// Where each customer's own directions are captured: those whose total is right and whose
/// directions are off by the same amount, one too much and the other too little.
fn of_customers(cx: &Comparison<'_>, claimed: &mut Claimed) -> Result<Vec<Finding>, MoneyError> {
    let mut found = Vec::new();
    for line in cx.customers.iter().filter(|l| l.status == Status::Discrepant) {
        let id = &line.customer_id;
        let differences =
            [Direction::Inbound, Direction::Outbound].map(|d| line.direction(d).and_then(|s| s.difference));
        let [Some(inbound), Some(outbound)] = differences else { continue };
        if claimed.customers.contains(id) || inbound.is_zero() || inbound != outbound.negated() {
            continue;
        }
        claimed.customers.insert(id.clone());
        claimed.directions = true;
        let surplus = if inbound.is_negative() { Direction::Outbound } else { Direction::Inbound };
        let Some(sides) = line.direction(surplus) else { continue };
        let moved = inbound.abs();
        let (odds, confidence) = chance::of_exact_fit(&moved);
        let message = format!(
            "For {}, {} stands under {} that the partner has under {}; the customer's total is right.",
            cx.called(id),
            moved.display(),
            surplus.name(),
            surplus.other().name()
        );
        let next = format!(
            "Move {} of this customer from {} to {} in the ledger and run the command again.",
            moved.display(),
            surplus.name(),
            surplus.other().name()
        );
        let mut finding = Finding::fact("direction-swap", Severity::Blocking, message, next)
            .confidence(confidence)
            .in_direction(surplus)
            .touching([id.clone()])
            .shown_by(figures(cx, id))
            .explained(&sides);
        finding.chance = Some(odds);
        found.push(finding);
    }
    Ok(found)
}
