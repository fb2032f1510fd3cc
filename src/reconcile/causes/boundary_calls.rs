//! Calls between the two period boundaries: the partner counts days in one time zone, the
//! books in another. With every call captured, that is arithmetic, not a guess.

use crate::model::chance::Chance;
use crate::model::finding::{Evidence, Finding, Severity};
use crate::model::money::{Money, MoneyError};
use crate::model::reconciliation::{CustomerLine, Status};
use crate::model::usage::Direction;
use crate::reconcile::check::{Check, Look};
use crate::reconcile::claims::Claims;
use crate::reconcile::compare::Comparison;
use crate::reconcile::wording::{add_up, counted};

/// Looked for where every call was captured.
pub(crate) static CHECK: Check = Check { code: "cut-off", page: include_str!("cut_off.md"), look: Look::Find(find) };

/// How many calls are shown as evidence; the report lists them all.
const SHOWN: usize = 20;

/// Looks for customers whose every direction differs by exactly the calls that lie in the
/// books' period and not in the partner's, less those that lie in the partner's and not in
/// the books'. All of them are one finding: the zones are one setting.
///
/// # Errors
/// A sum beyond the exact range.
fn find(cx: &Comparison<'_>, claims: &mut Claims) -> Result<Vec<Finding>, MoneyError> {
    let Some(matrix) = cx.question.matrix else { return Ok(Vec::new()) };
    let mut touched: Vec<&CustomerLine> = Vec::new();
    for line in cx.customers.iter().filter(|l| l.status == Status::Discrepant) {
        if !claims.customers.contains(&line.customer_id) && fits(cx, line)? {
            touched.push(line);
        }
    }
    if touched.is_empty() {
        return Ok(Vec::new());
    }
    let sum = add_up(cx, &touched.iter().map(|line| line.sides).collect::<Vec<_>>())?;
    let ids: Vec<String> = touched.iter().map(|line| line.customer_id.clone()).collect();
    claims.customers.extend(ids.iter().cloned());
    claims.directions = true;
    let calls: Vec<_> = matrix.edge_calls.iter().filter(|call| ids.binary_search(&call.customer_id).is_ok()).collect();
    let evidence = calls.iter().take(SHOWN).map(|call| Evidence {
        file: format!("capture/{}", cx.list_name()),
        line: None,
        column: None,
        text: format!(
            "{} {} of {}, uuid {}, cost {}",
            call.start.format("%Y-%m-%dT%H:%M:%SZ"),
            call.direction.name(),
            call.customer_id,
            call.uuid,
            call.cost
        ),
        why: Some(
            if call.in_partner_period { "in the partner's period only" } else { "in the books' period only" }.into(),
        ),
    });
    let whom = match ids.as_slice() {
        [id] => cx.called(id),
        _ => counted(ids.len(), "customer"),
    };
    let message = format!(
        "The ledger of {whom} differs by exactly the calls between the two period boundaries: the partner's days begin in {}, the books' in {}.",
        cx.question.partner_timezone.name(),
        cx.question.timezone.name()
    );
    let next = "Post these calls in the month in which the partner counts them; or agree with the partner on one time zone and set [calendar] timezone or [upstream] timezone to it.";
    let chance = touched.iter().filter_map(|line| largest(line)).map(|size| Chance::of_amount(&size)).max();
    let chance = chance.unwrap_or(Chance::millionths(1_000_000));
    let mut finding = Finding::fact("cut-off", Severity::Blocking, message, next.to_owned())
        .confidence(chance.confidence(0, false))
        .touching(ids.iter().cloned())
        .shown_by(evidence)
        .explained(&sum);
    finding.chance = Some(chance);
    Ok(vec![finding])
}

fn fits(cx: &Comparison<'_>, line: &CustomerLine) -> Result<bool, MoneyError> {
    let Some(customer) = cx.question.matrix.and_then(|m| m.customers.get(&line.customer_id)) else { return Ok(false) };
    let mut any = false;
    for direction in Direction::ALL {
        let cell = customer.cell(direction);
        let (Some(sides), Some(early)) = (line.direction(direction), cell.outside_partner) else { return Ok(false) };
        let expected = cx.money(early.cost).minus(&cx.money(cell.outside_books.cost))?;
        if sides.difference != Some(expected) {
            return Ok(false);
        }
        any |= !expected.is_zero();
    }
    Ok(any)
}

fn largest(line: &CustomerLine) -> Option<Money> {
    let sizes = Direction::ALL.into_iter().filter_map(|d| line.direction(d)?.difference).map(|d| d.abs());
    sizes.max_by(|a, b| a.amount().cmp(&b.amount()))
}
