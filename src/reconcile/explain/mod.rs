//! The search for causes. Each difference is a customer's, the remainder's, or one between
//! the two directions. Each cause lists what it could have done to the rows (*candidates*,
//! each with its effect on the sums), and a candidate fits a difference when its effect is
//! that amount to the last digit. An exact fit is not a cause: of every fit it is said how
//! many others there are, and how many would be expected if the difference were any other
//! amount of its size. The causes themselves are given: the search knows none of them.

mod candidate;
mod context;
mod days;
mod difference;
mod factor;
mod index;
mod left;
mod narration;
mod odds;
mod parts;
mod posted;
mod preference;
mod prices;
mod rates;
mod search;
mod slack;
mod tell;

pub(crate) use candidate::{Candidate, Particulars, Pattern, Sink, States, Telling, Together, Words, factor, rate};
pub(crate) use context::Context;
pub(crate) use difference::{Difference, Who, differences, row_count, units};
pub(crate) use factor::shortest as shortest_factor;
pub(crate) use narration::Said;
pub(crate) use parts::CommonRate;
pub(crate) use posted::{posted, silent};
pub(crate) use preference::Preference;
pub(crate) use rates::{is_one_factor, odds, of as rates};
pub(crate) use search::Cause;
pub(crate) use slack::rounding;

use difference::whole_directions;
use left::Left;
use search::Explained;

use super::claims::Claims;
use super::compare::Comparison;
use crate::model::finding::Finding;
use crate::model::money::{MoneyError, Tally};

/// Explains what can be explained, and claims it.
///
/// # Errors
/// A sum beyond the exact range.
pub(crate) fn find(cx: &Comparison<'_>, claims: &mut Claims, causes: &[Cause]) -> Result<Vec<Finding>, MoneyError> {
    if claims.everything || cx.question.rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut open = differences(cx)?;
    // What rounding makes lacks nobody's voucher.
    let scale = open.iter().map(|one| one.amount.normalize().scale()).max().unwrap_or(0);
    let room = rounding(cx, scale);
    let is_short = |one: &&Difference| {
        let rows = i128::from(row_count(cx, &one.members));
        units(one.amount, scale).is_some_and(|amount| amount < -room(rows))
    };
    let short = open.iter().filter(is_short).count();
    // Where all others are no more than rounding makes, the directions are those of the one.
    let is_large = |one: &&mut Difference| {
        let rows = i128::from(row_count(cx, &one.members));
        units(one.amount, scale).is_none_or(|amount| amount.abs() > room(rows))
    };
    let mut large = open.iter_mut().filter(is_large);
    if let (Some(only), None) = (large.next(), large.next()) {
        only.by_direction = only.by_direction.or(whole_directions(cx));
    }
    open.retain(|one| !one.is_claimed(claims) && !is_beside_calls(cx, one));
    if open.is_empty() {
        return Ok(Vec::new());
    }
    claims.open = open.len();
    let Explained { mut found, unsearched, asks_for_more } = search::explain(cx, &open, short, causes);
    claims.asks_for_more = asks_for_more;
    claims.unsearched = unsearched.into_iter().flat_map(|at| open[at].members.iter().cloned()).collect();
    for fit in &found {
        for index in &fit.differences {
            open[*index].claim(cx, claims);
        }
    }
    if let Some(left) = Left::of(cx, &open, &found)? {
        claims.moved = Some(left.moved);
        // Money that stands under the other direction is no customer's difference: it is
        // looked for by itself, beside whatever else there is.
        if !left.is_moved(cx) {
            claims.directions = true;
        } else if left.is_exact {
            let swapped = vec![left.swapped(cx)];
            for mut fit in search::explain(cx, &swapped, short, causes).found {
                claims.directions = true;
                fit.differences = vec![open.len()];
                found.push(fit);
            }
            open.extend(swapped);
        }
    }
    tell::findings(cx, &open, &found)
}

/// What was not looked for at a customer with so many rows, where so many differences were open, in
/// words; nothing where all was.
#[must_use]
pub(crate) fn not_looked_for(open: usize, rows: u64) -> Option<&'static str> {
    let rows = usize::try_from(rows).unwrap_or(usize::MAX);
    if rows > context::FEW {
        Some(" Among more than 20,000 rows, slips that only the amount shows were not looked for.")
    } else if rows > search::ROWS {
        Some(" Among more than 5,000 rows, two slips at once were not looked for.")
    } else if open > search::OPEN {
        Some(" Among more than 100 differences, two slips at once were not looked for.")
    } else {
        None
    }
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
