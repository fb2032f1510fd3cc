//! Both directions of a customer are in one: it has nothing in the direction that lacks money.

use crate::model::chance::Chance;
use crate::model::finding::{Confidence, Evidence, Finding, Severity, Sides};
use crate::model::money::{Money, MoneyError};
use crate::model::posting::PostedRow;
use crate::model::reconciliation::{CustomerLine, Status};
use crate::model::usage::Direction;
use crate::reconcile::check::{Check, Look};
use crate::reconcile::claims::Claims;
use crate::reconcile::compare::Comparison;
use crate::reconcile::wording::{add_up, counted, figures, posting};

/// Looked for where the partner states each customer's own directions.
pub(crate) static CHECK: Check =
    Check { code: "merged-directions", page: include_str!("merged_directions.md"), look: Look::Find(find) };

/// Above so many customers it is a habit of the export, and one finding.
const SEVERAL: usize = 3;

/// Customers whose total is right, and of whom the ledger has one direction only where the
/// partner charges for both.
///
/// # Errors
/// A sum beyond the exact range.
fn find(cx: &Comparison<'_>, claims: &mut Claims) -> Result<Vec<Finding>, MoneyError> {
    let mut merged: [Vec<(&CustomerLine, Sides)>; 2] = Default::default();
    for line in cx.customers.iter().filter(|line| line.status == Status::Discrepant) {
        if claims.customers.contains(&line.customer_id) || line.sides.difference.is_none_or(|d| !d.is_zero()) {
            continue;
        }
        let both = Direction::ALL.map(|direction| line.direction(direction));
        for (surplus, (has, lacks)) in Direction::ALL.into_iter().zip([(both[0], both[1]), (both[1], both[0])]) {
            if let (Some(has), Some(lacks)) = (has, lacks)
                && lacks.ledger.is_zero()
                && lacks.analytics.is_some_and(|stated| !stated.is_zero())
                && has.analytics.is_some_and(|stated| !stated.is_zero())
            {
                merged[surplus as usize].push((line, has));
            }
        }
    }
    let mut found = Vec::new();
    for (surplus, lines) in Direction::ALL.into_iter().zip(&merged) {
        let group = if lines.len() > SEVERAL { lines.len() } else { 1 };
        for lines in lines.chunks(group.max(1)) {
            claims.customers.extend(lines.iter().map(|(line, _)| line.customer_id.clone()));
            claims.directions = true;
            found.push(told(cx, surplus, lines)?);
        }
    }
    Ok(found)
}

fn told(cx: &Comparison<'_>, surplus: Direction, lines: &[(&CustomerLine, Sides)]) -> Result<Finding, MoneyError> {
    let sides = add_up(cx, &lines.iter().map(|(_, sides)| *sides).collect::<Vec<_>>())?;
    let moved = sides.difference.unwrap_or_else(|| cx.zero()).abs();
    let whom = match lines {
        [(line, _)] => cx.called(&line.customer_id),
        _ => counted(lines.len(), "customer"),
    };
    let chance = Chance::of_amount(&moved);
    let mut finding =
        Finding::fact("merged-directions", Severity::Blocking, message(&whom, &moved, surplus), next(&moved, surplus))
            .confidence(chance.confidence(0, false))
            .in_direction(surplus)
            .touching(lines.iter().map(|(line, _)| line.customer_id.clone()))
            .shown_by(lines.iter().flat_map(|(line, _)| figures(cx, &line.customer_id)))
            .explained(&sides);
    finding.chance = Some(chance);
    Ok(finding)
}

fn message(whom: &str, moved: &Money, surplus: Direction) -> String {
    let (has, lacks) = (surplus.name(), surplus.other().name());
    format!(
        "For {whom}, both directions are posted as {has}: there is no {lacks} posting, and {} of {has} is {lacks} by the partner's figures; the total is right.",
        moved.display()
    )
}

fn next(moved: &Money, surplus: Direction) -> String {
    format!(
        "Post {} of it as {}, or name the account that it stands on in [ledger.accounts]. Then run the command again.",
        moved.display(),
        surplus.other().name()
    )
}

/// Those of the customers with rows in a direction who have none in the other.
fn one_way<'a>(cx: &Comparison<'_>, touched: &'a [String], surplus: Direction) -> Vec<&'a String> {
    let booked = |id: &str| cx.line(id)?.ledger_by_direction.get(&surplus.other()).copied();
    touched.iter().filter(|id| booked(id).is_none_or(|amount| amount.is_zero())).collect()
}

/// Whether the directions are those of one customer whose total differs: of all who have rows in
/// the one it alone has none in the other. Its own finding tells of it then.
pub(super) fn is_of_a_difference(cx: &Comparison<'_>, touched: &[String], surplus: Direction) -> bool {
    let [only] = one_way(cx, touched, surplus)[..] else { return false };
    touched.len() > 3 && cx.line(only).is_some_and(|line| line.status == Status::Discrepant)
}

/// Where only whole directions are stated: so much stands under the wrong one, and of all
/// customers with rows there one alone has no posting in the other, or none has. None where
/// neither is so.
pub(super) fn in_sums(cx: &Comparison<'_>, touched: &[String], surplus: Direction, moved: &Money) -> Option<Finding> {
    let alone = one_way(cx, touched, surplus);
    let booked = |id: &str| cx.line(id)?.ledger_by_direction.get(&surplus).copied();
    let enough = |id: &str| booked(id).is_some_and(|amount| amount.amount() >= moved.amount());
    let whole =
        cx.directions.iter().find(|line| line.direction == surplus.other()).is_some_and(|l| l.sides.ledger.is_zero());
    let is_level = cx.totals.difference.is_some_and(|all| all.abs() < *moved);
    let (whom, rows, customers) = match alone.as_slice() {
        [only] if touched.len() > 3 && enough(only) => {
            (cx.called(only), rows_of(cx, only, surplus), vec![(*only).clone()])
        }
        all if whole && is_level && all.len() == touched.len() && all.len() > 1 => {
            ("every customer".to_owned(), Vec::new(), touched.to_vec())
        }
        _ => return None,
    };
    Some(
        Finding::fact("merged-directions", Severity::Blocking, message(&whom, moved, surplus), next(moved, surplus))
            .confidence(Confidence::Possible)
            .touching(customers)
            .shown_by(rows),
    )
}

/// A customer's rows in a direction, the first of them.
fn rows_of(cx: &Comparison<'_>, id: &str, direction: Direction) -> Vec<Evidence> {
    const SHOWN: usize = 20;
    let is_its =
        |row: &&PostedRow| row.customer_id == id && row.direction == direction && cx.question.period.contains(row.date);
    let rows = cx.question.rows.iter().filter(is_its).take(SHOWN);
    rows.map(|row| posting(cx, row)).collect()
}
