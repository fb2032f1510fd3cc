//! The search for causes. Each difference is a customer's, the remainder's, or one between
//! the two directions. Each cause lists what it could have done to the rows (*candidates*,
//! each with its effect on the sums), and a candidate fits a difference when its effect is
//! that amount to the last digit. An exact fit is not a cause: of every fit it is said how
//! many others there are, and how many would be expected if the difference were any other
//! amount of its size. The causes themselves are given: the search knows none of them.

mod candidate;
mod context;
mod difference;
mod index;
mod preference;
mod search;
mod tell;

pub(crate) use candidate::{Candidate, Particulars, Pattern, Sink, States, Telling, Together, Words, factor, rate};
pub(crate) use context::Context;
pub(crate) use difference::{Difference, Who, differences, units};
pub(crate) use preference::Preference;
pub(crate) use search::Cause;

use std::collections::BTreeSet;

use candidate::Fit;
use rust_decimal::Decimal;

use super::claims::Claims;
use super::compare::Comparison;
use crate::model::finding::Finding;
use crate::model::money::{Money, MoneyError, Tally, from_parts};
use crate::model::usage::Direction;

/// Explains what can be explained, and claims it.
///
/// # Errors
/// A sum beyond the exact range.
pub(crate) fn find(cx: &Comparison<'_>, claims: &mut Claims, causes: &[Cause]) -> Result<Vec<Finding>, MoneyError> {
    if claims.everything || cx.question.rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut open = differences(cx)?;
    let short = open.iter().filter(|one| one.amount.is_sign_negative()).count();
    open.retain(|one| !one.is_claimed(claims) && !is_beside_calls(cx, one));
    if open.is_empty() {
        return Ok(Vec::new());
    }
    let none_before = claims.customers.is_empty() && !claims.remainder && !claims.directions;
    let mut found = search::explain(cx, &open, short, causes);
    for fit in &found {
        for index in &fit.differences {
            open[*index].claim(cx, claims);
        }
    }
    let left = if none_before { left(cx, &open, &found)? } else { None };
    match left {
        Some([inbound, outbound]) if inbound.is_zero() && outbound.is_zero() => claims.directions = true,
        // Money that stands under the other direction is no customer's difference: it is
        // looked for by itself, beside whatever else there is.
        Some([inbound, outbound]) if inbound == outbound.negated() => {
            let swapped = vec![Difference {
                who: Who::Directions,
                members: cx.ids(|_| true),
                sides: cx.totals,
                amount: Decimal::ZERO,
                by_direction: Some([inbound.amount(), outbound.amount()]),
            }];
            let surplus = if inbound.is_negative() { Direction::Outbound } else { Direction::Inbound };
            let fits = if cx.beyond_tolerance(&inbound.abs(), surplus) {
                search::explain(cx, &swapped, short, causes)
            } else {
                Vec::new()
            };
            claims.left = left;
            for mut fit in fits {
                claims.directions = true;
                fit.differences = vec![open.len()];
                found.push(fit);
            }
            open.extend(swapped);
        }
        _ => {}
    }
    tell::findings(cx, &open, &found)
}

/// What is left of both directions when what the fits explain is taken off. None where they
/// do not explain everything, or the direction is not known of one.
fn left(cx: &Comparison<'_>, open: &[Difference], found: &[Fit]) -> Result<Option<[Money; 2]>, MoneyError> {
    let explained: BTreeSet<usize> = found.iter().flat_map(|fit| fit.differences.iter().copied()).collect();
    let whole = cx.directions.iter().map(|line| line.sides.difference).collect::<Option<Vec<_>>>();
    let captured = cx.customers.iter().any(|line| line.analytics_by_direction.is_some());
    let (Some([mut inbound, mut outbound]), false) =
        (whole.and_then(|both| <[Money; 2]>::try_from(both).ok()), captured)
    else {
        return Ok(None);
    };
    for fit in found {
        let Some(effect) = fit.effect.filter(|_| explained.len() == open.len()) else { return Ok(None) };
        // What moved from one customer to another stayed in its direction.
        let effect = if fit.differences.len() > 1 { [0; 2] } else { effect };
        inbound = inbound.minus(&cx.money(from_parts(effect[0], fit.scale)?))?;
        outbound = outbound.minus(&cx.money(from_parts(effect[1], fit.scale)?))?;
    }
    Ok((!found.is_empty()).then_some([inbound, outbound]))
}

/// Whether the partner's own ledger accounts for a difference: that is a fact, not a guess.
fn is_beside_calls(cx: &Comparison<'_>, one: &Difference) -> bool {
    let Who::Customer(id) = &one.who else { return false };
    let charges: Vec<_> = cx.question.transactions.into_iter().flat_map(|t| t.beside_calls(id)).collect();
    let mut sum = Tally::default();
    let whole = charges.iter().try_for_each(|(_, posted)| sum.add(posted.net)).and_then(|()| sum.total());
    charges.iter().any(|(_, posted)| posted.net == one.amount)
        || (charges.len() > 1 && whole.is_ok_and(|sum| sum == one.amount))
}
