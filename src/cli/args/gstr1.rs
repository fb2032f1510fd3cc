//! What `crossfoot gstr1` is told.

use clap::Args;

use crate::model::period::Period;

/// `gstr1`
#[derive(Debug, Args)]
pub struct Gstr1 {
    /// The month of the return, as 2026-03: documents count by their own date
    #[arg(long, value_name = "MONTH", value_parser = month)]
    pub period: Period,
    /// Write it again although it says something else now: it has not been filed
    #[arg(long)]
    pub replace: bool,
}

/// A calendar month: a return has no other period.
fn month(text: &str) -> Result<Period, String> {
    let period = Period::parse(text)?;
    if period.is_month() {
        Ok(period)
    } else {
        Err(format!("`{text}` is no month such as 2026-03, and GSTR-1 is of a month"))
    }
}
