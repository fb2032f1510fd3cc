//! The search for causes. Each difference is a *break*: a customer's, the remainder's, or
//! one between the two directions. Each cause lists what it could have done to the rows
//! (*slips*, each with its effect on the sums), and a slip fits a break when its effect is
//! the difference to the last digit. An exact fit is not a cause: of every fit it is said how
//! many others there are, and how many would be expected if the difference were any other
//! amount of its size.

mod scene;
mod search;
mod tell;

pub use scene::{Break, Scene, Who, breaks, units};
pub use search::{Slip, Trait, Visit};

use super::compare::Comparison;
use super::{Claimed, causes};
use crate::model::finding::Finding;
use crate::model::money::{MoneyError, Tally};

/// Lists everything that a cause could have done to the rows of a break.
pub type Slips = fn(&Scene<'_>, &mut Visit<'_>);

/// Every cause that is looked for in the ledger's rows and sums, in the order in which
/// equally good fits are preferred.
pub const CAUSES: &[(&str, Slips)] = &[
    ("tax-basis", causes::tax_basis::slips),
    ("scale", causes::scale::slips),
    ("rounding", causes::rounding::slips),
    ("customer-swap", causes::customer_swap::slips),
    ("direction-swap", causes::direction_swap::slips),
    ("duplicate-posting", causes::duplicate_posting::slips),
    ("cut-off", causes::posted_outside::slips),
    ("sign-flip", causes::sign_flip::slips),
    ("open-item", causes::open_item::slips),
    ("missing-posting", causes::missing_posting::slips),
    ("digit-error", causes::digit_error::slips),
];

/// Explains what can be explained, and claims it.
///
/// # Errors
/// A sum beyond the exact range.
pub fn find(cx: &Comparison<'_>, claimed: &mut Claimed) -> Result<Vec<Finding>, MoneyError> {
    if claimed.everything || cx.question.rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut open: Vec<Break> = breaks(cx)?.into_iter().filter(|one| !one.is_claimed(claimed)).collect();
    open.retain(|one| !is_beside_calls(cx, one));
    if open.is_empty() {
        return Ok(Vec::new());
    }
    let found = search::explain(cx, &open);
    for fit in &found {
        for index in &fit.breaks {
            open[*index].claim(cx, claimed);
        }
    }
    tell::findings(cx, &open, &found)
}

/// Whether the partner's own ledger accounts for a difference: that is a fact, not a guess.
fn is_beside_calls(cx: &Comparison<'_>, one: &Break) -> bool {
    let Who::Customer(id) = &one.who else { return false };
    let charges: Vec<_> = cx.question.transactions.into_iter().flat_map(|t| t.beside_calls(id)).collect();
    let mut sum = Tally::default();
    let whole = charges.iter().try_for_each(|(_, posted)| sum.add(posted.net)).and_then(|()| sum.total());
    charges.iter().any(|(_, posted)| posted.net == one.difference)
        || (charges.len() > 1 && whole.is_ok_and(|sum| sum == one.difference))
}
