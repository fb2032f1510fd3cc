//! What `crossfoot trust` is told.

use clap::Args;

/// `trust`
#[derive(Debug, Args)]
pub struct Trust {
    /// Confirm without asking, for scripts
    #[arg(long)]
    pub yes: bool,
}
