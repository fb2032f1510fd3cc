//! The search for causes. Each difference is a customer's, the remainder's, or one between
//! the two directions. Each cause lists what it could have done to the rows (*candidates*,
//! each with its effect on the sums), and a candidate fits a difference when its effect is
//! that amount to the last digit. An exact fit is not a cause: of every fit it is said how
//! many others there are, and how many would be expected if the difference were any other
//! amount of its size. The causes themselves are given: the search knows none of them.

mod candidate;
mod context;
mod index;
mod preference;
mod search;
mod tell;

pub use candidate::{Candidate, Particulars, Pattern, Sink, States, Telling, Together, Words, factor, rate};
pub use context::{Context, Difference, Who, differences, units};
pub use preference::Preference;
pub use search::Cause;

use super::claims::Claims;
use super::compare::Comparison;
use crate::model::finding::Finding;
use crate::model::money::{MoneyError, Tally};

/// Explains what can be explained, and claims it.
///
/// # Errors
/// A sum beyond the exact range.
pub fn find(cx: &Comparison<'_>, claims: &mut Claims, causes: &[Cause]) -> Result<Vec<Finding>, MoneyError> {
    if claims.everything || cx.question.rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut open = differences(cx)?;
    let short = open.iter().filter(|one| one.amount.is_sign_negative()).count();
    open.retain(|one| !one.is_claimed(claims) && !is_beside_calls(cx, one));
    if open.is_empty() {
        return Ok(Vec::new());
    }
    let found = search::explain(cx, &open, short, causes);
    for fit in &found {
        for index in &fit.differences {
            open[*index].claim(cx, claims);
        }
    }
    tell::findings(cx, &open, &found)
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
