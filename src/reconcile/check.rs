//! What a finding code consists of: its page, and how it is looked for.

use super::claims::Claims;
use super::compare::Comparison;
use super::explain::{Context, Sink};
use crate::model::finding::Finding;
use crate::model::money::MoneyError;

/// A finding code, and one way of looking for it.
#[derive(Debug)]
pub struct Check {
    /// The code, for ever: people mute, search and discuss by it.
    pub code: &'static str,
    /// What `crossfoot explain` prints.
    pub page: &'static str,
    /// How it is looked for.
    pub look: Look,
}

/// How a code is looked for.
#[derive(Clone, Copy, Debug)]
pub enum Look {
    /// In the comparison: it reports, and claims the differences that it accounts for.
    Find(fn(&Comparison<'_>, &mut Claims) -> Result<Vec<Finding>, MoneyError>),
    /// By the search for causes, among everything that the cause could have done to the rows
    /// of a difference.
    Candidates(fn(&Context<'_>, &mut Sink<'_>)),
}
