//! What `crossfoot desk` is told.

use std::path::PathBuf;

use clap::Args;

/// `desk`
#[derive(Debug, Args)]
pub struct Desk {
    /// Books, or a folder of several; default: --books
    #[arg(value_name = "DIR")]
    pub folders: Vec<PathBuf>,
    /// The port on this machine; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value = "0")]
    pub port: u16,
    /// Only print the address; open no browser
    #[arg(long)]
    pub no_open: bool,
}
