//! `crossfoot import FILE`: how a ledger file is understood. Nothing is copied or kept.

use std::path::Path;

use serde::Serialize;

use super::Job;
use super::args;
use super::reconcile::check_format;
use crate::ledger::canonical::{self, Options};
use crate::model::money::{Currency, Money};
use crate::model::posting::{Ledger, RowProblemKind};
use crate::model::problem::{Exit, Problem, io};
use crate::model::usage::Direction;
use crate::render::reconciliation_json::Rows;
use crate::render::text::Paint;

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    format: &'static str,
    encoding: &'static str,
    delimiter: &'static str,
    header_line: u64,
    currency: &'a str,
    ledger_rows: Rows,
    totals: Totals,
    customers: Vec<Customer<'a>>,
    checks: [(); 0],
    findings: Vec<Finding<'a>>,
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

#[derive(Serialize)]
struct Finding<'a> {
    code: &'static str,
    severity: &'static str,
    evidence: Vec<Evidence<'a>>,
    message: String,
}

#[derive(Serialize)]
struct Evidence<'a> {
    file: &'a str,
    line: u64,
    column: Option<&'a str>,
    text: &'a str,
    why: &'a str,
}

pub(super) fn run(job: &Job<'_>, args: &args::Import) -> Result<Exit, Problem> {
    check_format(&args.format)?;
    let path: &Path = &args.ledger;
    let file = std::fs::File::open(path).map_err(|e| io("no-ledger", "read the ledger", path, &e))?;
    let options = Options { period: args.period.as_ref(), currency: Currency::INR, default_currency: Currency::INR };
    let ledger = canonical::read(file, &path.display().to_string(), &options)?;
    let totals = Totals {
        inbound: direction(&ledger, Direction::Inbound)?.plain(),
        outbound: direction(&ledger, Direction::Outbound)?.plain(),
        other: Money::zero(ledger.currency).plain(),
    };
    let findings = findings(&ledger);
    let clean = findings.is_empty();
    if job.out.is_json() {
        job.out.document(&document(&ledger, totals, findings))?;
    } else {
        job.out.text(&text(job, &ledger, &totals, &findings))?;
    }
    Ok(if clean { Exit::Done } else { Exit::Findings })
}

fn direction(ledger: &Ledger, direction: Direction) -> Result<Money, Problem> {
    ledger.direction_total(direction).map_err(|e| Problem::stop("overflow", e.to_string()))
}

fn findings(ledger: &Ledger) -> Vec<Finding<'_>> {
    let kinds = [
        (RowProblemKind::Invalid, "invalid-row"),
        (RowProblemKind::UnknownDirection, "unknown-direction"),
        (RowProblemKind::OtherCurrency, "currency-mismatch"),
    ];
    kinds
        .into_iter()
        .filter_map(|(kind, code)| {
            let evidence: Vec<Evidence<'_>> = ledger
                .problems
                .iter()
                .filter(|p| p.kind == kind)
                .map(|p| Evidence {
                    file: &ledger.path,
                    line: p.line,
                    column: p.column.as_deref(),
                    text: &p.text,
                    why: &p.why,
                })
                .collect();
            let first = evidence.first()?;
            let message =
                format!("{} in {} places; the first is row {}: {}", code, evidence.len(), first.line, first.why);
            Some(Finding { code, severity: "blocking", message, evidence })
        })
        .collect()
}

fn document<'a>(ledger: &'a Ledger, totals: Totals, findings: Vec<Finding<'a>>) -> Document<'a> {
    Document {
        schema: "crossfoot/ledger-check/v1",
        format: "canonical",
        encoding: "utf-8",
        delimiter: ",",
        header_line: 1,
        currency: ledger.currency.code(),
        ledger_rows: ledger.rows.into(),
        totals,
        customers: ledger
            .customers
            .iter()
            .map(|(id, posted)| Customer {
                name: posted.name.as_deref().unwrap_or(id),
                customer_id: id,
                inbound: posted.inbound.plain(),
                outbound: posted.outbound.plain(),
                other: Money::zero(ledger.currency).plain(),
            })
            .collect(),
        checks: [],
        findings,
    }
}

/// How many bad rows the terminal shows.
const SHOWN: usize = 20;

fn text(job: &Job<'_>, ledger: &Ledger, totals: &Totals, findings: &[Finding<'_>]) -> String {
    let rows = ledger.rows;
    let mut text = format!(
        "{} reads as a canonical ledger: UTF-8, comma, header in row 1, {}\n  rows      {} read = {} used + {} outside the period + {} excluded + {} rejected\n  inbound   {}\n  outbound  {}\n  customers {}\n",
        ledger.path,
        ledger.currency,
        rows.read,
        rows.used,
        rows.outside_period,
        rows.excluded,
        rows.rejected,
        totals.inbound,
        totals.outbound,
        ledger.customers.len()
    );
    for finding in findings {
        text.push_str(&format!("{}: {} places\n", job.out.bad(finding.code), finding.evidence.len()));
        for e in finding.evidence.iter().take(SHOWN) {
            let column = e.column.map_or_else(String::new, |c| format!(", column {c}"));
            text.push_str(&format!("  row {}{column}: {}\n    {}\n", e.line, e.why, e.text));
        }
        if finding.evidence.len() > SHOWN {
            text.push_str(&format!("  and {} more; --json lists all\n", finding.evidence.len() - SHOWN));
        }
    }
    text
}
