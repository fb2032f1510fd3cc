//! What `crossfoot verify` is told.

use std::path::PathBuf;

use clap::Args;

use crate::model::period::Period;

/// `verify`
#[derive(Debug, Args)]
pub struct Verify {
    /// Only this period; default: all that were sealed
    #[arg(long, value_name = "PERIOD", value_parser = Period::parse)]
    pub period: Option<Period>,
    /// A head that the chain once had, from a mail, a tag or an auditor's papers: it must still
    /// lie in it
    #[arg(long, value_name = "HEX", value_parser = head)]
    pub head: Option<String>,
    /// Check time stamps by these certificates (PEM) and not by those that the settings name
    #[arg(long, value_name = "FILE")]
    pub timestamp_ca: Option<PathBuf>,
}

/// A SHA-256 in hex, whatever its case.
fn head(text: &str) -> Result<String, String> {
    let is_digest = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_digest { Ok(text.to_ascii_lowercase()) } else { Err("a head is 64 hexadecimal digits".to_owned()) }
}
