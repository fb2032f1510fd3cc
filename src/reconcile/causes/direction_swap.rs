//! Money posted under the other direction: the directions differ by more than customers do.

use super::merged_directions;
use crate::model::chance::Chance;
use crate::model::finding::{Confidence, Finding, Severity};
use crate::model::money::{Money, MoneyError};
use crate::model::reconciliation::Status;
use crate::model::usage::Direction;
use crate::reconcile::check::{Check, Look};
use crate::reconcile::claims::{Claims, Moved};
use crate::reconcile::compare::Comparison;
use crate::reconcile::explain::{Candidate, Context, Pattern, Preference, Sink, States};
use crate::reconcile::wording::figures;

const PAGE: &str = include_str!("direction_swap.md");

/// Looked for in single rows.
pub(crate) static ROWS: Check = Check { code: "direction-swap", page: PAGE, look: Look::Candidates(candidates) };
/// Looked for in sums that no row explains.
pub(crate) static SUMS: Check = Check { code: "direction-swap", page: PAGE, look: Look::Find(find) };

static OTHER_WAY: Pattern = Pattern {
    name: "other way",
    preference: Preference::SameVoucher,
    alone: Some(|t| {
        let other = t.row().map_or("", |row| row.direction.other().name());
        (
            format!(
                "For {}, {} posts {} as {} that the partner has as {other}; the total is right.",
                t.whom,
                t.at(),
                t.amount(),
                t.way()
            ),
            format!("Post {} as {other}.", t.at()),
        )
    }),
    states: States::Row,
    ..Pattern::BASE
};

/// A row in the direction that has too much, where the total is right.
fn candidates(context: &Context<'_>, sink: &mut Sink<'_>) {
    let Some([inbound, _]) = sink.crossed else { return };
    let surplus = if inbound > 0 { Direction::Inbound } else { Direction::Outbound };
    let rows: Vec<_> =
        if context.has_own_directions() { context.inside.clone() } else { context.everywhere().collect() };
    for row in rows.into_iter().filter(|row| row.direction == surplus) {
        let amount = context.amount(row);
        let mut effect = [-amount; 2];
        effect[surplus as usize] = amount;
        sink.take(Candidate { effect: Some(effect), rows: vec![row], ..Candidate::of(&OTHER_WAY) });
    }
}

/// Every customer's total is right or accounted for, and yet one direction has too much
/// and the other too little: that much stands under the wrong direction. Which customer's
/// it is cannot be told from totals, so it is `possible`, and every customer with rows in
/// the direction that has too much is held.
///
/// # Errors
/// A sum beyond the exact range.
fn find(cx: &Comparison<'_>, claims: &mut Claims) -> Result<Vec<Finding>, MoneyError> {
    let found = of_customers(cx, claims)?;
    // Where every customer's directions were compared, sums add nothing.
    let all_compared = cx.question.matrix.is_some() && cx.remainder.is_none();
    if claims.directions || !found.is_empty() || all_compared {
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
    // Where it is known what the findings explain in each direction, the rest is the surplus.
    let opposite = inbound.is_negative() != outbound.is_negative() && !inbound.is_zero() && !outbound.is_zero();
    let moved = match claims.moved {
        Some(moved) => moved,
        None if !opposite => return Ok(Vec::new()),
        None => {
            let surplus = if inbound.is_negative() { Direction::Outbound } else { Direction::Inbound };
            Moved { amount: directions_over.minus(&customers_over)?, surplus }
        }
    };
    let Moved { amount: moved, surplus } = moved;
    if moved.is_negative() || !cx.beyond_tolerance(&moved, surplus) {
        return Ok(Vec::new());
    }
    claims.directions = true;
    let Some(line) = cx.directions.iter().find(|l| l.direction == surplus) else { return Ok(Vec::new()) };
    let touched = cx.ids(|c| c.ledger_by_direction.get(&surplus).is_some_and(|m| !m.is_zero()));
    if merged_directions::is_of_a_difference(cx, &touched, surplus) {
        return Ok(Vec::new());
    }
    let mut finding = match merged_directions::in_sums(cx, &touched, surplus, &moved) {
        Some(merged) => merged,
        None => Finding::fact(
            "direction-swap",
            Severity::Blocking,
            format!(
                "{} stands under {} that the partner has under {}: customers' totals do not show it, so it was posted under the wrong direction; every customer with {} rows is held until it is found.",
                moved.display(),
                surplus.name(),
                surplus.other().name(),
                surplus.name()
            ),
            format!(
                "Look for {} rows that add up to {} and belong under {}.",
                surplus.name(),
                moved.display(),
                surplus.other().name()
            ),
        )
        .touching(touched.clone()),
    };
    finding = finding.in_direction(surplus).unexplained(&line.sides).confidence(Confidence::Possible);
    finding.explains = Some(moved);
    finding.residual = line.sides.difference.map(|d| d.minus(&moved)).transpose()?;
    finding.rivals = touched.len().saturating_sub(1) as u64;
    Ok(vec![finding])
}

/// Where each customer's own directions are captured: those whose total is right and whose
/// directions are off by the same amount, one too much and the other too little.
fn of_customers(cx: &Comparison<'_>, claims: &mut Claims) -> Result<Vec<Finding>, MoneyError> {
    let mut found = Vec::new();
    for line in cx.customers.iter().filter(|l| l.status == Status::Discrepant) {
        let id = &line.customer_id;
        let differences =
            [Direction::Inbound, Direction::Outbound].map(|d| line.direction(d).and_then(|s| s.difference));
        let [Some(inbound), Some(outbound)] = differences else { continue };
        if claims.customers.contains(id) || inbound.is_zero() || inbound != outbound.negated() {
            continue;
        }
        claims.customers.insert(id.clone());
        claims.directions = true;
        let surplus = if inbound.is_negative() { Direction::Outbound } else { Direction::Inbound };
        let Some(sides) = line.direction(surplus) else { continue };
        let moved = inbound.abs();
        let chance = Chance::of_amount(&moved);
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
            .confidence(chance.confidence(0, false))
            .in_direction(surplus)
            .touching([id.clone()])
            .shown_by(figures(cx, id))
            .explained(&sides);
        finding.chance = Some(chance);
        found.push(finding);
    }
    Ok(found)
}
