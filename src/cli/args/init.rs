//! What can be typed behind `crossfoot init` and `crossfoot doctor`.

use std::path::PathBuf;

use clap::Args;

use crate::model::period::Period;

/// `doctor`
#[derive(Debug, Args)]
pub struct Doctor {
    /// Look at what this period's close will need; default: the last month that has ended
    #[arg(long, value_name = "PERIOD", value_parser = Period::parse)]
    pub period: Option<Period>,
}

/// `init`
#[derive(Debug, Args)]
pub struct Init {
    /// Where to write the books; default: --books
    #[arg(value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Who issues the invoices
    #[arg(long, value_name = "NAME")]
    pub seller: Option<String>,
    /// Address of the seller, lines separated by commas
    #[arg(long, value_name = "TEXT")]
    pub address: Option<String>,
    /// GSTIN of the seller: turns GST on
    #[arg(long, value_name = "GSTIN")]
    pub gstin: Option<String>,
    /// Where customers write to, and the sender of the mails
    #[arg(long, value_name = "ADDRESS")]
    pub email: Option<String>,
    /// The currency of the ledger
    #[arg(long, value_name = "CODE")]
    pub currency: Option<String>,
    /// The time zone of the books, such as Asia/Kolkata
    #[arg(long, value_name = "ZONE")]
    pub timezone: Option<String>,
    /// How the ledger reads: canonical, auto, or a format's name
    #[arg(long, value_name = "NAME")]
    pub ledger_format: Option<String>,
    /// Which price of calls it states: cost, or selling
    #[arg(long, value_name = "BASIS")]
    pub ledger_basis: Option<String>,
    /// The account that customers pay to: a number or IBAN
    #[arg(long, value_name = "NUMBER")]
    pub account_number: Option<String>,
    /// The name of its bank
    #[arg(long, value_name = "NAME")]
    pub bank: Option<String>,
    /// Its IFSC or BIC
    #[arg(long, value_name = "CODE")]
    pub bank_code: Option<String>,
    /// A UPI id, for the payment code on invoices
    #[arg(long, value_name = "ID")]
    pub upi: Option<String>,
    /// The letter of undertaking: exports and supplies to SEZ units without tax
    #[arg(long, value_name = "REFERENCE")]
    pub lut: Option<String>,
    /// How invoices are numbered: a format, or the first number itself, such as CF/26-27/00001
    #[arg(long, value_name = "NUMBER")]
    pub number_format: Option<String>,
    /// The mail server that sends the invoices
    #[arg(long, value_name = "HOST")]
    pub smtp_host: Option<String>,
}
