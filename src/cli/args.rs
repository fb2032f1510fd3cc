//! What can be typed.

mod bare;
mod calls;
mod close;
mod customers;
mod desk;
mod gstr1;
mod init;
mod resolve;
mod send;
mod trust;
mod verify;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use self::bare::with_period;
pub use self::calls::Calls;
pub use self::close::{Approve, Close};
pub use self::customers::Customers;
pub use self::desk::Desk;
pub use self::gstr1::Gstr1;
pub use self::init::{Doctor, Init};
pub use self::resolve::{Resolve, Void};
pub use self::send::Send;
pub use self::trust::Trust;
pub use self::verify::{Since, Verify};
use super::words;
use crate::model::ledger_terms::{AccountUse, DateOrder};
use crate::model::period::Period;

/// The month-end close of a telecom reseller: usage from the partner API, reconciled with
/// your ledger to the last paisa, invoiced, and sealed so that it can be proven
#[derive(Debug, Parser)]
#[command(name = "crossfoot", version, max_term_width = 100)]
#[command(
    after_help = "Exit codes: 0 done, everything agrees · 1 could not finish · 2 wrong command line or configuration · \
3 finished, and there are blocking findings · 4 the audit chain or a digest does not verify · 130 interrupted"
)]
pub struct Arguments {
    /// Flags of every command.
    #[command(flatten)]
    pub common: Common,
    /// The verb.
    #[command(subcommand)]
    pub command: Command,
}

/// Flags of every command.
#[derive(Debug, Args)]
pub struct Common {
    /// The folder finance keeps
    #[arg(long, global = true, value_name = "DIR", default_value = ".")]
    pub books: PathBuf,
    /// Never touch the network; use the capture
    #[arg(long, global = true)]
    pub offline: bool,
    /// Print the result as one JSON document
    #[arg(long, global = true)]
    pub json: bool,
    /// Say nothing but the result and errors
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Say more
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub verbose: bool,
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The verbs, in the order of a month.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show a whole close on example books; needs no configuration, network or credentials
    Demo(Demo),
    /// Write new books, every setting explained
    Init(Init),
    /// Check whether a close can run here, and what it will lack: settings, customers, ledger, partner, mail
    Doctor(Doctor),
    /// Capture the partner API's answers for a period
    Fetch(Fetch),
    /// Say how a ledger file is understood
    Import(Import),
    /// List the ledger formats that are known, or print one as an example
    Formats(Formats),
    /// List the templates of invoices and mails, or print one to be changed
    Templates(Templates),
    /// Compare a period's usage with the ledger; issues nothing
    Reconcile(Reconcile),
    /// Compare call by call: the partner's records with a file that has a row a call
    Calls(Calls),
    /// Decide about a finding: what is billed all the same, and why
    Resolve(Resolve),
    /// Fetch, reconcile, invoice every customer that reconciles, and seal
    Close(Close),
    /// Read what somebody else proposes to issue, and seal it: [audit] approvals = 2
    Approve(Approve),
    /// Mail the issued invoices: a rehearsal, unless --yes
    Send(Send),
    /// Say what the partner changed for a period since it was captured
    Restated(OnePeriod),
    /// Print the query that adds up a ledger in an engine of your own
    Sql(Sql),
    /// Recompute and re-derive everything that was sealed, offline
    Verify(Verify),
    /// Write one archive with which an auditor can perform a close again
    Pack(Pack),
    /// Write a month's GSTR-1 for the GST portal, from sealed documents
    Gstr1(Gstr1),
    /// Certify that invoice numbers run without gaps: first, last, total, cancelled
    Numbers,
    /// Add a row to customers.csv for each account that the partner has and it lacks
    Customers(Customers),
    /// Declare an issued invoice void; the next close records it
    Void(Void),
    /// Put known faults into a copy of your ledger, and say how many are found
    SelfTest(SelfTest),
    /// Show where the settings send secrets, and confirm it; needed once per user, for unusual ones
    Trust(Trust),
    /// Say where each period stands, and the next command
    Status,
    /// Open finance's desk in a browser: look, decide, issue, send; only on this machine
    Desk(Desk),
    /// Explain a finding code
    Explain(Explain),
    /// Print a completion script for a shell
    Completions(Completions),
    /// Print the manual page, or that of a command
    Man(Man),
}

/// `self-test`
#[derive(Debug, Args)]
pub struct SelfTest {
    /// The period whose ledger is copied
    #[arg(long, value_name = "PERIOD", value_parser = Period::parse)]
    pub period: Period,
    /// How many faults of each kind
    #[arg(long, value_name = "N", default_value = "5")]
    pub times: u64,
}

/// `demo`
#[derive(Debug, Args)]
pub struct Demo {
    /// Where to write the example books: new or empty
    #[arg(value_name = "DIR", default_value = "crossfoot-demo")]
    pub dir: PathBuf,
    /// Write nothing; serve the example partner API on this machine, to rehearse against
    #[arg(long)]
    pub serve: bool,
    /// Open finance's desk on the example in a browser, until Ctrl-C
    #[arg(long, conflicts_with = "serve")]
    pub desk: bool,
    /// The port to serve on; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value = "0", requires = "serve")]
    pub port: u16,
    /// The month to play
    #[arg(long, value_name = "PERIOD", value_parser = Period::parse, requires = "serve")]
    pub period: Option<Period>,
    /// Play a made-up month with so many customers
    #[arg(long, value_name = "N", requires = "serve")]
    pub customers: Option<usize>,
    /// Play these customers: auth_id,name,inbound_calls,inbound_cost,outbound_calls,outbound_cost
    #[arg(long, value_name = "FILE", requires = "serve", conflicts_with = "customers")]
    pub month: Option<PathBuf>,
    /// Which generation of /analytics to play
    #[arg(long, value_name = "SHAPE", default_value = "reference", requires = "serve")]
    pub shape: ApiShape,
    /// How long each answer takes
    #[arg(long, value_name = "MS", default_value = "0", requires = "serve")]
    pub latency_ms: u64,
    /// Of a hundred requests, so many fail: 429, 500, a reset, a body that breaks off
    #[arg(long, value_name = "PER_CENT", default_value = "0", requires = "serve", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub faults: u8,
    /// So many calls of each page come again on the next one, as when a list shifts
    #[arg(long, value_name = "N", default_value = "0", requires = "serve")]
    pub repeat: u64,
}

/// Generations of `/analytics`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ApiShape {
    /// The API reference page's: totals, by_direction, top_customers.
    Reference,
    /// The current docs': calls, traffic, money as text.
    Current,
}

/// A period.
#[derive(Debug, Args)]
pub struct OnePeriod {
    /// A month (2026-03) or days (2026-03-01..2026-03-31), both ends included
    #[arg(long, value_name = "PERIOD", value_parser = Period::parse)]
    pub period: Period,
}

/// `fetch`
#[derive(Debug, Args)]
pub struct Fetch {
    /// The period.
    #[command(flatten)]
    pub period: OnePeriod,
    /// Only say how many requests it takes; asks twice to know, and keeps nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// `import`
#[derive(Debug, Args)]
pub struct Import {
    /// The ledger file
    #[arg(value_name = "LEDGER")]
    pub ledger: PathBuf,
    /// Read it as this format
    #[arg(long, value_name = "NAME", default_value = "auto")]
    pub format: String,
    /// Only say how it reads; the default, as nothing is ever imported by copying
    #[arg(long)]
    pub check: bool,
    /// For a layout that no format fits: write a proposal to ledgers/formats/NAME.toml
    #[arg(long, value_name = "NAME")]
    pub save_format: Option<String>,
    /// Count rows of this period only
    #[arg(long, value_name = "PERIOD", value_parser = Period::parse)]
    pub period: Option<Period>,
    /// Which account is what, for double-entry exports: NAME=inbound|outbound|other
    #[arg(long, value_name = "NAME=ROLE", value_parser = words::account)]
    pub account: Vec<(String, AccountUse)>,
    /// Whether vouchers of a type are sales: NAME=counts|never
    #[arg(long, value_name = "NAME=WORD", value_parser = words::voucher_type)]
    pub voucher_type: Vec<(String, bool)>,
    /// The currency of rows that do not state one
    #[arg(long, value_name = "CODE", default_value = "INR")]
    pub currency: String,
    /// The sheet of a workbook, where more than one could be the ledger
    #[arg(long, value_name = "NAME")]
    pub sheet: Option<String>,
    /// For dates that can be read in two ways: day first, month first or year first
    #[arg(long, value_name = "ORDER", value_parser = words::date_order)]
    pub date_order: Option<DateOrder>,
}

/// `formats`
#[derive(Debug, Args)]
pub struct Formats {
    /// The format to print; without one, all are listed
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
}

/// `templates`
#[derive(Debug, Args)]
pub struct Templates {
    /// The template to print; without one, all are listed
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
}

/// `sql`
#[derive(Debug, Args)]
pub struct Sql {
    /// The engine
    #[arg(long, value_name = "NAME", value_parser = clap::builder::PossibleValuesParser::new(crate::ledger::aggregated::dialects()))]
    pub dialect: String,
    /// The period.
    #[command(flatten)]
    pub period: OnePeriod,
    /// The table, or what else may stand after FROM
    #[arg(long, value_name = "TABLE", default_value = "ledger")]
    pub source: String,
}

/// `reconcile`
#[derive(Debug, Args)]
pub struct Reconcile {
    /// A month (2026-03) or days (2026-03-01..2026-03-31); with --analytics the one that it states
    #[arg(long, value_name = "PERIOD", value_parser = Period::parse, required_unless_present = "analytics")]
    pub period: Option<Period>,
    /// Capture again, although there is a capture
    #[arg(long, conflicts_with_all = ["offline", "analytics"])]
    pub refetch: bool,
    /// Two files and no books: an answer of /analytics
    #[arg(long, value_name = "FILE", requires_all = ["ledger", "out"])]
    pub analytics: Option<PathBuf>,
    /// Two files and no books: the ledger
    #[arg(long, value_name = "FILE", requires = "analytics")]
    pub ledger: Option<PathBuf>,
    /// Format of that ledger
    #[arg(long, value_name = "NAME", requires = "analytics")]
    pub format: Option<String>,
    /// Its sheet, in a workbook where more than one could be the ledger
    #[arg(long, value_name = "NAME", requires = "analytics")]
    pub sheet: Option<String>,
    /// Which account is what, for double-entry exports: NAME=inbound|outbound|other
    #[arg(long, value_name = "NAME=ROLE", value_parser = words::account, requires = "analytics")]
    pub account: Vec<(String, AccountUse)>,
    /// Differences up to this are tolerated, per customer and per direction
    #[arg(long, value_name = "AMOUNT", requires = "analytics")]
    pub tolerance: Option<String>,
    /// The currency of ledger rows that do not state one
    #[arg(long, value_name = "CODE", requires = "analytics")]
    pub currency: Option<String>,
    /// Where to write reconciliation.json, .csv and .html
    #[arg(long, value_name = "DIR", requires = "analytics")]
    pub out: Option<PathBuf>,
}

/// `pack`
#[derive(Debug, Args)]
pub struct Pack {
    /// The period.
    #[command(flatten)]
    pub period: OnePeriod,
    /// The archive; default: crossfoot-PERIOD-audit.zip here
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// `explain`
#[derive(Debug, Args)]
pub struct Explain {
    /// A finding code such as missing-in-ledger; without one, all codes are listed
    #[arg(value_name = "CODE")]
    pub code: Option<String>,
}

/// `man`
#[derive(Debug, Args)]
pub struct Man {
    /// The command
    #[arg(value_name = "COMMAND")]
    pub command: Option<String>,
}

/// `completions`
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}
