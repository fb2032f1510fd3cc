//! What `crossfoot verify` is told.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Args;

use crate::model::period::{Period, parse_day};

/// `verify`
#[derive(Debug, Args)]
pub struct Verify {
    /// Only this period; default: all that were sealed
    #[arg(long, value_name = "PERIOD", value_parser = Period::parse)]
    pub period: Option<Period>,
    /// Only what was sealed after the last seal of a period, or on a day or later; the chain itself
    /// is verified as a whole all the same
    #[arg(long, value_name = "PERIOD|DATE", value_parser = Since::parse, conflicts_with = "period")]
    pub since: Option<Since>,
    /// A head that the chain once had, from a mail, a tag or an auditor's papers: it must still
    /// lie in it
    #[arg(long, value_name = "HEX", value_parser = head)]
    pub head: Option<String>,
    /// Check time stamps by these certificates (PEM) and not by those that the settings name
    #[arg(long, value_name = "FILE")]
    pub timestamp_ca: Option<PathBuf>,
}

/// Where verifying begins.
#[derive(Clone, Debug)]
pub enum Since {
    /// After the last seal of a period.
    Period(Period),
    /// On a day or later, in UTC as events have it.
    Day(NaiveDate),
}

impl Since {
    fn parse(text: &str) -> Result<Self, String> {
        parse_day(text).map(Self::Day).or_else(|_| Period::parse(text).map(Self::Period))
    }
}

/// A SHA-256 in hex, whatever its case.
fn head(text: &str) -> Result<String, String> {
    let is_digest = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_digest { Ok(text.to_ascii_lowercase()) } else { Err("a head is 64 hexadecimal digits".to_owned()) }
}
