//! `crossfoot import FILE`: how a ledger file is understood, with the evidence. Nothing is
//! copied or kept.

use std::path::Path;

use serde::{Serialize, Serializer};

use super::context::Context;
use super::import_findings::{Finding, doubts, findings};
use super::{args, save_format};
use crate::books::config;
use crate::close::formats::own_formats;
use crate::ledger::aggregated::AGGREGATED;
use crate::ledger::decode::TakenSheet;
use crate::ledger::known::CANONICAL;
use crate::ledger::naming::{self, AccountLine};
use crate::ledger::open::{self, How, Reading, Understood};
use crate::model::ledger_terms::AccountUse;
use crate::model::money::{Currency, Money, total};
use crate::model::posting::{Ledger, PostedCustomer};
use crate::model::problem::{Exit, Problem, io};
use crate::render::reconciliation_json::Rows;
use crate::render::text::Paint;

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    format: &'a str,
    encoding: &'a str,
    packed: Option<&'a str>,
    sheet: Option<&'a str>,
    other_sheets: &'a [String],
    delimiter: String,
    header_line: u64,
    currency: &'a str,
    columns: Vec<Column<'a>>,
    date_order: Option<&'a str>,
    ledger_rows: Rows,
    totals: Totals,
    customers: Customers<'a>,
    accounts: Vec<Account<'a>>,
    set_aside: Vec<Aside<'a>>,
    checks: Vec<Check<'a>>,
    findings: Vec<Finding<'a>>,
}

#[derive(Serialize)]
struct Column<'a> {
    role: &'static str,
    header: &'a str,
    samples: &'a [String],
}

#[derive(Serialize)]
struct Totals {
    inbound: String,
    outbound: String,
    other: String,
}

#[derive(Serialize)]
struct Customer<'a> {
    name: &'a str,
    customer_id: &'a str,
    inbound: String,
    outbound: String,
    other: String,
}

/// Every customer, worded as it is written: there may be very many.
struct Customers<'a>(&'a Ledger);

impl Serialize for Customers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.customers.iter().map(|(id, posted)| Customer {
            name: posted.name.as_deref().unwrap_or(id),
            customer_id: id,
            inbound: posted.inbound.plain(),
            outbound: posted.outbound.plain(),
            other: posted.other.plain(),
        }))
    }
}

#[derive(Serialize)]
struct Account<'a> {
    account: &'a str,
    role: Option<&'static str>,
    entries: u64,
    net: String,
}

#[derive(Serialize)]
struct Aside<'a> {
    reason: &'a str,
    rows: u64,
    first: u64,
}

#[derive(Serialize)]
struct Check<'a> {
    what: &'a str,
    line: Option<u64>,
    stated: String,
    computed: String,
    agrees: bool,
}

/// What comes through a pipe can be read in its own order only.
struct Piped(std::io::Stdin);

impl std::io::Read for Piped {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.0.read(buffer)
    }
}

impl std::io::Seek for Piped {
    fn seek(&mut self, _: std::io::SeekFrom) -> std::io::Result<u64> {
        Err(std::io::ErrorKind::Unsupported.into())
    }
}

pub(super) fn run(context: &Context<'_>, args: &args::Import) -> Result<Exit, Problem> {
    let path: &Path = &args.ledger;
    if let Some(name) = &args.save_format {
        return save_format::run(context, path, name, args.sheet.as_deref());
    }
    let currency =
        Currency::parse(&args.currency).map_err(|e| Problem::usage("arguments", format!("--currency: {e}")))?;
    // Of the books, where there are any, their formats and accounts; flags stand before them.
    let own = own_formats(&context.books)?;
    let books =
        config::load(&context.books).map(|(config, _)| (config.accounts, config.voucher_types, config.timezone));
    let nothing = || (Default::default(), Default::default(), chrono_tz::Asia::Kolkata);
    let (mut accounts, mut voucher_types, timezone) = books.unwrap_or_else(|_| nothing());
    voucher_types.extend(args.voucher_type.iter().cloned());
    accounts.extend(args.account.iter().cloned());
    let reading = Reading {
        format: &args.format,
        own_formats: &own,
        sheet: args.sheet.as_deref(),
        date_order: args.date_order,
        timezone,
        accounts: &accounts,
        voucher_types: &voucher_types,
        period: args.period.as_ref(),
        currency,
        default_currency: currency,
        resolve: &|_| None,
    };
    let name = path.display().to_string();
    let (ledger, how) = if name == "-" {
        open::read(Piped(std::io::stdin()), "standard input", &reading)?
    } else {
        let file = std::fs::File::open(path).map_err(|e| io("no-ledger", "read the ledger", path, &e))?;
        open::read(file, &name, &reading)?
    };
    if let How::Export(understood) = &how
        && !accounts.is_empty()
    {
        let found = |name: &str| understood.found.contains(name);
        let (rows, files) = (ledger.rows.read, [name.as_str()].into_iter());
        naming::all_are_there(&accounts, &understood.accounts, rows, found, files)?;
    }
    let sum = |part: fn(&PostedCustomer) -> &Money| {
        total(ledger.currency, ledger.customers.values().map(part))
            .map(|money| money.plain())
            .map_err(|e| Problem::stop("overflow", e.to_string()))
    };
    let totals = Totals { inbound: sum(|p| &p.inbound)?, outbound: sum(|p| &p.outbound)?, other: sum(|p| &p.other)? };
    let mut findings = findings(&ledger);
    let negative = [&totals.inbound, &totals.outbound].iter().any(|sum| sum.starts_with('-'));
    findings.extend(doubts(&ledger, &how, negative));
    let clean = findings.iter().all(|finding| finding.severity != "blocking");
    if context.out.is_json() {
        context.out.document(&document(&ledger, &how, totals, findings))?;
    } else {
        context.out.text(&text(context, &ledger, &how, &totals, &findings))?;
    }
    Ok(if clean { Exit::Done } else { Exit::Findings })
}

fn document<'a>(ledger: &'a Ledger, how: &'a How, totals: Totals, findings: Vec<Finding<'a>>) -> Document<'a> {
    let understood = match how {
        How::Canonical(..) | How::Parquet | How::Aggregated => None,
        How::Export(understood) => Some(understood.as_ref()),
    };
    let file = understood.map(|u| &u.file);
    let table = how.table();
    let kind = match (how, table) {
        (_, Some(table)) => table.kind,
        (How::Parquet, None) => "parquet",
        _ => "utf-8",
    };
    Document {
        schema: "crossfoot/ledger-check/v1",
        format: file.map_or(if ledger.added_up_by.is_some() { AGGREGATED } else { CANONICAL }, |f| &f.format.name),
        encoding: understood.map_or(kind, |u| u.encoding),
        packed: understood.and_then(|u| u.packed),
        sheet: table.map(|table| table.sheet.as_str()).filter(|sheet| !sheet.is_empty()),
        other_sheets: table.map_or(&[], |table| &table.others),
        delimiter: match (how, file) {
            (How::Canonical(delimiter, _), _) => *delimiter,
            (_, file) => file.map_or(',', |f| f.delimiter),
        }
        .to_string(),
        header_line: file.map_or(1, |f| f.header_line),
        currency: ledger.currency.code(),
        columns: file.map_or_else(Vec::new, |f| {
            let column = |c: &'a crate::ledger::recognise::Column| Column {
                role: c.role.name(),
                header: &c.name,
                samples: &c.samples,
            };
            f.columns.iter().map(column).collect()
        }),
        date_order: understood.map(|u| u.date_order.name()),
        ledger_rows: ledger.rows.into(),
        totals,
        customers: Customers(ledger),
        accounts: understood.map_or_else(Vec::new, |u| {
            let line = |(account, line): (&'a String, &AccountLine)| Account {
                account,
                role: line.usage.map(AccountUse::name),
                entries: line.entries,
                net: line.net.to_string(),
            };
            u.accounts.iter().map(line).collect()
        }),
        set_aside: understood.map_or_else(Vec::new, |u| {
            u.set_aside.iter().map(|(reason, (rows, first))| Aside { reason, rows: *rows, first: *first }).collect()
        }),
        checks: ledger
            .checks
            .iter()
            .map(|check| Check {
                what: &check.what,
                line: check.line,
                stated: Money::new(check.stated, ledger.currency).plain(),
                computed: Money::new(check.computed, ledger.currency).plain(),
                agrees: check.agrees(),
            })
            .collect(),
        findings,
    }
}

/// How many bad rows, and how many accounts, the terminal shows.
const SHOWN: usize = 20;

fn text(context: &Context<'_>, ledger: &Ledger, how: &How, totals: &Totals, findings: &[Finding<'_>]) -> String {
    let rows = ledger.rows;
    let mut text = match how {
        How::Canonical(_, None) => {
            format!("{} reads as a canonical ledger: UTF-8, comma, header in row 1, {}\n", ledger.path, ledger.currency)
        }
        How::Canonical(_, Some(table)) => {
            format!("{} reads as a canonical ledger: {}, {}\n", ledger.path, table.shown(), ledger.currency)
        }
        How::Parquet => {
            format!(
                "{} reads as a canonical ledger in Parquet, its rows counted from 2, {}\n",
                ledger.path, ledger.currency
            )
        }
        How::Aggregated => format!(
            "{} reads as sums that were added up by {}\n",
            ledger.path,
            ledger.added_up_by.as_deref().unwrap_or_default()
        ),
        How::Export(understood) => evidence(ledger, understood),
    };
    text.push_str(&format!(
        "  rows      {} read = {} used + {} outside the period + {} excluded + {} rejected\n  inbound   {}\n  outbound  {}\n  other     {}\n  customers {}\n",
        rows.read,
        rows.used,
        rows.outside_period,
        rows.excluded,
        rows.rejected,
        totals.inbound,
        totals.outbound,
        totals.other,
        ledger.customers.len()
    ));
    // Every one of them: who reads this looks for the one that should not be there.
    for (id, posted) in &ledger.customers {
        let name = posted.name.as_deref().unwrap_or(id);
        let known = if name == id { String::new() } else { format!(" ({id})") };
        let sums = [&posted.inbound, &posted.outbound, &posted.other].map(Money::plain);
        text.push_str(&format!("    {name}{known}: inbound {}, outbound {}, other {}\n", sums[0], sums[1], sums[2]));
    }
    for check in &ledger.checks {
        let word = if check.agrees() { context.out.good("agrees") } else { context.out.bad("does not agree") };
        text.push_str(&format!(
            "  check     {}: stated {}, computed {}: {word}\n",
            check.what, check.stated, check.computed
        ));
    }
    for finding in findings {
        if finding.severity == "blocking" {
            text.push_str(&format!("{}: {} places\n", context.out.bad(finding.code), finding.evidence.len()));
        } else {
            text.push_str(&format!("{}: {}\n", finding.code, finding.message));
        }
        for e in finding.evidence.iter().take(SHOWN) {
            let column = e.column.map_or_else(String::new, |c| format!(", column {c}"));
            let row = e.line.map_or_else(|| "the file".to_owned(), |line| format!("row {line}"));
            text.push_str(&format!("  {row}{column}: {}\n    {}\n", e.why, e.text));
        }
        if finding.evidence.len() > SHOWN {
            text.push_str(&format!("  and {} more; --json lists all\n", finding.evidence.len() - SHOWN));
        }
    }
    text
}

/// How an export was recognised, and what became of its accounts and rows.
fn evidence(ledger: &Ledger, understood: &Understood) -> String {
    let file = &understood.file;
    let delimiter = match file.delimiter {
        _ if understood.table.is_some() => "",
        ',' => ", comma",
        ';' => ", semicolon",
        '\t' => ", tab",
        '|' => ", bar",
        _ => ", columns of fixed width",
    };
    let packed = understood.packed.map_or_else(String::new, |p| format!(", {p}"));
    let mut text = format!(
        "{} reads as {} ({}): {}{packed}{delimiter}, header in row {}, {}\n  dates     {}: {}\n",
        ledger.path,
        file.format.title,
        file.format.name,
        understood.table.as_ref().map_or_else(|| understood.encoding.to_owned(), TakenSheet::shown),
        file.header_line,
        ledger.currency,
        understood.date_order.name(),
        understood.date_proof
    );
    for column in &file.columns {
        text.push_str(&format!("  {:<13} {}: {}\n", column.role.name(), column.name, column.samples.join(" | ")));
    }
    let mut accounts: Vec<_> = understood.accounts.iter().collect();
    accounts.sort_by_key(|(name, line)| (line.usage.is_none(), *name));
    text.push_str("  accounts (credit less debit)\n");
    for (name, line) in accounts.iter().take(SHOWN) {
        let role = line.usage.map_or("no usage", AccountUse::name);
        text.push_str(&format!("    {role:<9} {name}: {} in {} entries\n", line.net, line.entries));
    }
    if accounts.len() > SHOWN {
        text.push_str(&format!("    and {} more; --json lists all\n", accounts.len() - SHOWN));
    }
    if accounts.iter().all(|(_, line)| line.usage.is_none()) {
        text.push_str(
            "  No account is named as usage yet: --account \"NAME=inbound\", or [ledger.accounts] in the books.\n",
        );
    }
    for (reason, (rows, first)) in &understood.set_aside {
        text.push_str(&format!("  set aside {rows} rows: {reason} (first: row {first})\n"));
    }
    text
}
