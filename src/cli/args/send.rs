//! What `crossfoot send` is told.

use clap::Args;

use crate::model::period::Period;

/// `send`
#[derive(Debug, Args)]
pub struct Send {
    /// A month (2026-03) or days (2026-03-01..2026-03-31), both ends included
    #[arg(long, value_name = "PERIOD", value_parser = Period::parse)]
    pub period: Period,
    /// Send; without it, the outbox is shown and written to outbox/ as .eml files
    #[arg(long)]
    pub yes: bool,
    /// Only this invoice (may be repeated)
    #[arg(long, value_name = "NUMBER")]
    pub only: Vec<String>,
    /// Send again what was sent, or what may have arrived
    #[arg(long, requires = "reason")]
    pub again: bool,
    /// Record that these, whose fate is unknown, did arrive
    #[arg(long, requires_all = ["reason", "only"], conflicts_with_all = ["again", "yes"])]
    pub arrived: bool,
    /// Record that these were handed over otherwise: by post, by a portal; they are not mailed then
    #[arg(long, requires_all = ["reason", "only"], conflicts_with_all = ["again", "yes", "arrived"])]
    pub delivered: bool,
    /// Why it is sent again, how it was handed over, or how it is known that it arrived; an auditor will read it
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

impl Send {
    /// Whether it only records what a person knows.
    #[must_use]
    pub fn records(&self) -> bool {
        self.arrived || self.delivered
    }
}
