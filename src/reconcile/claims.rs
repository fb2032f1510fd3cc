//! Which differences an earlier finding has accounted for, so that one root cause is told
//! once and not at every place where it shows.

use std::collections::BTreeSet;

use super::compare::Comparison;
use crate::model::money::Money;
use crate::model::usage::Direction;

/// So many differences, the largest, are searched first: where hardly any of them has a cause, the
/// month as a whole is wrong, and rows of the others show nothing.
pub(crate) const FIRST: usize = 200;

/// The differences that are accounted for.
#[derive(Debug, Default)]
pub struct Claims {
    /// Those of these customers.
    pub customers: BTreeSet<String>,
    /// Those of the two directions.
    pub directions: bool,
    /// That of the customers whom the partner does not list.
    pub remainder: bool,
    /// All of them: the answer is not comparable.
    pub everything: bool,
    /// What stands under the wrong direction when everything that findings explain is taken
    /// off, where that is known.
    pub moved: Option<Moved>,
    /// How many differences were open when causes were searched for.
    pub open: usize,
    /// The customers whose rows were not searched, since hardly any of the largest differences had
    /// a cause.
    pub unsearched: BTreeSet<String>,
    /// Whether enough of a sample of the rows has causes for all rows to be asked for.
    pub asks_for_more: bool,
}

/// Money that stands under the wrong direction.
#[derive(Clone, Copy, Debug)]
pub struct Moved {
    /// At least so much; below zero where customers' differences are more than what the
    /// directions have too much.
    pub amount: Money,
    /// Where it stands.
    pub surplus: Direction,
}

impl Claims {
    /// Takes every difference.
    pub fn all(&mut self, cx: &Comparison<'_>) {
        self.customers.extend(cx.customers.iter().map(|c| c.customer_id.clone()));
        self.directions = true;
        self.remainder = true;
        self.everything = true;
    }

    /// Takes these customers' differences, and the remainder's if one of them is in it.
    pub fn customers(&mut self, cx: &Comparison<'_>, ids: &[String]) {
        self.remainder |= ids.iter().any(|id| cx.is_unlisted(id));
        self.customers.extend(ids.iter().cloned());
    }
}
