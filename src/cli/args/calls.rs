//! What can be typed behind `crossfoot calls`.

use std::path::PathBuf;

use chrono_tz::Tz;
use clap::Args;

use super::super::words;
use crate::books::config::time_zone;
use crate::ledger::amounts::Style;
use crate::model::call_terms::Role;
use crate::model::ledger_terms::DateOrder;
use crate::model::period::Period;

/// `calls`
#[derive(Debug, Args)]
pub struct Calls {
    /// Two files and no books: the partner's calls, as CSV or JSON
    #[arg(value_name = "PARTNER", requires = "ours")]
    pub partner: Option<PathBuf>,
    /// Two files and no books: a ledger or rating file with a row a call
    #[arg(value_name = "OURS", conflicts_with_all = ["ledger", "export"])]
    pub ours: Option<PathBuf>,
    /// A month (2026-03) or days (2026-03-01..2026-03-31)
    #[arg(long, value_name = "PERIOD", value_parser = Period::parse)]
    pub period: Period,
    /// In books: the file with a row a call; default: [calls] ledger
    #[arg(long, value_name = "FILE")]
    pub ledger: Option<PathBuf>,
    /// In books: the partner's export of calls, in place of the capture
    #[arg(long, value_name = "FILE")]
    pub export: Option<PathBuf>,
    /// A column of ours by its name, or with partner. before it of the partner's: cost=NAME, partner.id=NAME
    #[arg(long, value_name = "ROLE=NAME", value_parser = words::call_column)]
    pub column: Vec<(bool, Role, String)>,
    /// Where our times without an offset are
    #[arg(long, value_name = "ZONE", value_parser = time_zone)]
    pub timezone: Option<Tz>,
    /// Where the partner's times without an offset are
    #[arg(long, value_name = "ZONE", value_parser = time_zone)]
    pub partner_timezone: Option<Tz>,
    /// For dates that can be read in two ways: day first, month first or year first
    #[arg(long, value_name = "ORDER", value_parser = words::date_order)]
    pub date_order: Option<DateOrder>,
    /// For costs that can be read in two ways: with a decimal point or comma
    #[arg(long, value_name = "SEPARATOR", value_parser = words::decimal)]
    pub decimal: Option<Style>,
    /// The currency of the comparison, and of rows that do not state one
    #[arg(long, value_name = "CODE")]
    pub currency: Option<String>,
    /// Without a common id: how far apart two starts of one call may be
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(i64).range(0..=3600))]
    pub start_seconds: Option<i64>,
    /// Without a common id: how far apart two durations of one call may be
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(0..=3600))]
    pub duration_seconds: Option<u32>,
    /// Where calls that have no room in memory are put aside; default: the system's folder
    #[arg(long, value_name = "DIR")]
    pub temp: Option<PathBuf>,
}
