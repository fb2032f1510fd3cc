//! What comes from outside: the clock, variables, terminals.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::model::problem::Problem;

/// What comes from outside, read once in `main`.
pub struct Environment {
    /// The current time, or why it cannot be told.
    pub clock: Result<Box<dyn Fn() -> DateTime<Utc> + Sync>, Problem>,
    /// Environment variables.
    pub variables: BTreeMap<String, String>,
    /// Whether results go to a terminal.
    pub stdout_is_terminal: bool,
    /// Whether talk goes to a terminal.
    pub stderr_is_terminal: bool,
}

impl Environment {
    /// The clock.
    pub(super) fn clock(&self) -> Result<&(dyn Fn() -> DateTime<Utc> + Sync), Problem> {
        self.clock.as_deref().map_err(Clone::clone)
    }

    pub(super) fn variable(&self, name: &str) -> Option<String> {
        self.variables.get(name).cloned()
    }
}
