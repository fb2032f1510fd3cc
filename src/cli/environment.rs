//! What comes from outside: the clock, variables, terminals.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::model::problem::Problem;

/// What comes from outside, read once in `main`.
pub struct Environment {
    /// The current time, or why it cannot be told.
    pub clock: Result<Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>, Problem>,
    /// This program's own file; None where the system does not say.
    pub program: Option<PathBuf>,
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
        match &self.clock {
            Ok(clock) => Ok(clock.as_ref()),
            Err(problem) => Err(problem.clone()),
        }
    }

    /// The clock, for threads of their own.
    pub(super) fn shared_clock(&self) -> Result<Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>, Problem> {
        self.clock.clone()
    }

    pub(super) fn variable(&self, name: &str) -> Option<String> {
        self.variables.get(name).cloned()
    }
}
