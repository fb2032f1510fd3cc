//! What `crossfoot customers` is told.

use clap::Args;

use crate::model::period::Period;

/// `customers`
#[derive(Debug, Args)]
pub struct Customers {
    /// Ask the partner, or the capture that is there, which accounts it has
    #[arg(long, required = true)]
    pub from_partner: bool,
    /// The month whose capture is used, if not the last one that has ended
    #[arg(long, value_name = "PERIOD", value_parser = Period::parse)]
    pub period: Option<Period>,
}
