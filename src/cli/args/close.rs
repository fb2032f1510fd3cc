//! What `crossfoot close` is told.

use chrono::NaiveDate;
use clap::Args;

use crate::model::period::{Period, parse_day};

/// `close`
#[derive(Debug, Args)]
pub struct Close {
    /// A month (2026-03) or days (2026-03-01..2026-03-31), both ends included
    #[arg(long, value_name = "PERIOD", value_parser = Period::parse)]
    pub period: Period,
    /// The date of issue, if not today: YYYY-MM-DD, never before the number before it
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    pub date: Option<NaiveDate>,
    /// Only show what would be issued, also of a period that is not over: drafts/PERIOD/
    #[arg(long)]
    pub draft: bool,
    /// Do not ask, whatever is unusual: notes, customers that moved by half, a first close
    #[arg(long)]
    pub yes: bool,
    /// Capture again, although there is a capture
    #[arg(long, conflicts_with = "offline")]
    pub refetch: bool,
    /// Go on from a chain that lacks events which you have seen, where they are lost for good
    #[arg(long)]
    pub accept_restored: bool,
}

/// `approve`
#[derive(Debug, Args)]
pub struct Approve {
    /// The period that is proposed
    #[arg(long, value_name = "PERIOD", value_parser = Period::parse)]
    pub period: Period,
    /// The date of issue, if not today: YYYY-MM-DD, never before the number before it
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    pub date: Option<NaiveDate>,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
    /// Go on from a chain that lacks events which you have seen, where they are lost for good
    #[arg(long)]
    pub accept_restored: bool,
}
