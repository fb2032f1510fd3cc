//! What `crossfoot resolve` and `crossfoot void` are told.

use clap::Args;

use crate::model::period::Period;

/// `resolve`
#[derive(Debug, Args)]
pub struct Resolve {
    /// The period
    #[arg(long, value_name = "PERIOD", value_parser = Period::parse)]
    pub period: Period,
    /// The finding's id, as the report has it, or several that are decided alike; without one, the
    /// open ones are listed
    #[arg(value_name = "FINDING")]
    pub findings: Vec<String>,
    /// Bill `analytics`, `ledger`, or an amount
    #[arg(long, value_name = "WHAT", conflicts_with_all = ["hold", "accept"])]
    pub bill: Option<String>,
    /// Do not bill yet
    #[arg(long, conflicts_with = "accept")]
    pub hold: bool,
    /// Do not bill this customer for the period, whatever the figures say
    #[arg(long, value_name = "CUSTOMER", conflicts_with_all = ["findings", "bill", "hold", "accept"])]
    pub do_not_bill: Option<String>,
    /// Accept the difference; the ledger's figure is billed
    #[arg(long)]
    pub accept: bool,
    /// Bill an amount that is far from both figures
    #[arg(long)]
    pub confirm: bool,
    /// Only say what would follow; nothing is decided, and neither reason nor name is needed
    #[arg(long, requires = "findings")]
    pub dry_run: bool,
    /// Why; an auditor will read it
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Who decides
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
    /// When, if not today
    #[arg(long, value_name = "DATE")]
    pub on: Option<String>,
}

/// `void`
#[derive(Debug, Args)]
pub struct Void {
    /// The invoice's number, as printed
    #[arg(value_name = "NUMBER")]
    pub number: String,
    /// Why; an auditor will read it
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// Who decides
    #[arg(long, value_name = "NAME")]
    pub by: String,
}
