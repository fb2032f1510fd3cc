//! What was found: the list with what was decided, the vouchers behind a finding, one customer.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Value, json};

use super::answer::{Answer, not_found};
use super::book::Book;
use super::children::Program;
use super::customers::known;
use super::report::Report;
use crate::audit::chain;
use crate::books::config;
use crate::books::customer_rows::CustomerRows;
use crate::books::customers::{self, folded};
use crate::books::layout::{CUSTOMERS, optional};
use crate::books::resolutions;
use crate::close::formats::own_formats;
use crate::close::ledgers::open_ledgers;
use crate::ledger::open::{self, Reading};
use crate::model::money::Currency;
use crate::model::period::Period;
use crate::model::posting::{PostedRow, Wanted};
use crate::model::problem::Problem;
use crate::model::resolution::{Decision, Resolution};
use crate::reconcile::decisions::can_be_followed;

/// Vouchers that are shown of one finding.
const MOST_VOUCHERS: usize = 500;

/// The decisions of a period.
fn decisions(book: &Book, period: &Period) -> Result<Vec<Resolution>, Problem> {
    let name = resolutions::file(period);
    match resolutions::read(&book.books.path(&name))? {
        Some(bytes) => resolutions::parse(&bytes, &name),
        None => Ok(Vec::new()),
    }
}

/// A decision for the page: in words, and what is to be said again to decide the same.
fn decided(entry: &Resolution) -> Value {
    let what = match entry.decision {
        Decision::BillAnalytics => "analytics".to_owned(),
        Decision::BillLedger => "ledger".to_owned(),
        Decision::BillAmount(amount) => amount.to_string(),
        Decision::Hold => "hold".to_owned(),
        Decision::Accept => "accept".to_owned(),
        Decision::DoNotBill => "do-not-bill".to_owned(),
    };
    json!({"decision": entry.decision.words(), "what": what, "reason": entry.reason, "by": entry.by, "on": entry.on})
}

/// All findings of a period.
///
/// # Errors
/// It was not compared, or its decisions cannot be read.
pub(super) fn list(book: &Book, period: &Period) -> Result<Answer, Problem> {
    let report = book.report(period)?;
    let entries = decisions(book, period)?;
    let mut held: BTreeSet<&str> = BTreeSet::new();
    let findings: Vec<Value> = report
        .findings
        .iter()
        .map(|finding| {
            let entry = entries.iter().rev().find(|entry| finding.is_of(entry));
            // A decision that was written since the comparison lifts it at the next one.
            let can_be_decided = can_be_followed(&finding.code);
            let is_lifted = can_be_decided && entry.is_some_and(|entry| entry.decision != Decision::Hold);
            let is_held = finding.is_blocking && !is_lifted;
            if is_held {
                held.extend(finding.customers.iter().map(String::as_str));
            }
            let names: Vec<&str> = finding.customers.iter().map(|id| report.name(id)).collect();
            let mut whole = finding.whole.clone();
            whole.insert("names".to_owned(), json!(names));
            whole.insert("held".to_owned(), is_held.into());
            whole.insert("decidable".to_owned(), (can_be_decided && (finding.is_blocking || entry.is_some())).into());
            whole.insert("decision".to_owned(), entry.map_or(Value::Null, decided));
            whole.into()
        })
        .collect();
    let told: Vec<Value> = entries.iter().map(|entry| of_entry(entry, &report)).collect();
    Ok(Answer::json(&json!({
        "period": period.name,
        "currency": report.currency,
        "outcome": report.outcome,
        "totals": report.totals,
        "customers_total": report.customers.len(),
        "customers_held": held.len(),
        "findings": findings,
        "decided": told,
    })))
}

fn of_entry(entry: &Resolution, report: &Report) -> Value {
    let finding = report.findings.iter().find(|finding| finding.is_of(entry));
    let mut all = decided(entry);
    let names: Vec<&str> = entry.customers.iter().map(|id| report.name(id)).collect();
    if let Value::Object(fields) = &mut all {
        fields.insert("finding".to_owned(), json!(finding.map(|finding| &finding.id)));
        fields.insert("code".to_owned(), json!(entry.finding));
        fields.insert("customers".to_owned(), json!(entry.customers));
        fields.insert("names".to_owned(), json!(names));
        // For other figures than there are now.
        let is_whole = entry.decision == Decision::DoNotBill;
        fields.insert("stale".to_owned(), (finding.is_none() && !is_whole).into());
    }
    all
}

/// A row of the ledger.
#[derive(Serialize)]
struct Voucher<'a> {
    date: String,
    number: &'a str,
    party: &'a str,
    customer_id: &'a str,
    account: &'a str,
    direction: &'static str,
    amount: String,
    text: &'a str,
    file: &'a str,
    row: u64,
}

/// Rows of ledgers that count, as the settings read them.
///
/// # Errors
/// One cannot be read.
pub(super) fn rows_of(
    book: &Book,
    (period, currency): (&Period, &str),
    ledgers: Vec<(String, std::fs::File)>,
    wanted: &Wanted,
) -> Result<Vec<PostedRow>, Problem> {
    let (config, _) = config::load(&book.books)?;
    let own = own_formats(&book.books)?;
    let known = known(&book.books)?;
    let directory = customers::directory(&known)?;
    let currency = Currency::parse(currency).unwrap_or(config.currency);
    let reading = Reading {
        format: &config.ledger_format,
        own_formats: &own,
        sheet: config.ledger_sheet.as_deref(),
        date_order: config.date_order,
        timezone: config.timezone,
        accounts: &config.accounts,
        voucher_types: &config.voucher_types,
        period: Some(period),
        currency,
        default_currency: config.currency,
        resolve: &|name| directory.get(&folded(name)).cloned(),
    };
    let mut rows = Vec::new();
    for (name, file) in ledgers {
        rows.append(&mut open::rows(file, &name, &reading, wanted)?);
    }
    Ok(rows)
}

/// The ledger's rows of whom a finding touches.
///
/// # Errors
/// No such finding, or a ledger that cannot be read.
pub(super) fn vouchers(book: &Book, period: &Period, id: &str) -> Result<Answer, Problem> {
    let report = book.report(period)?;
    let finding = report.finding(id).ok_or_else(|| not_found(format!("the report has no finding {id}")))?;
    let wanted = Wanted { customers: finding.customers.iter().cloned().collect(), ..Wanted::default() };
    let (config, _) = config::load(&book.books)?;
    let ledgers = open_ledgers(&book.books, &config.ledger_for(period))?;
    let mut rows = rows_of(book, (period, &report.currency), ledgers, &wanted)?;
    rows.retain(|row| wanted.customers.contains(row.customer_id.as_str()));
    rows.sort_by(|a, b| (a.date, &a.file, a.line).cmp(&(b.date, &b.file, b.line)));
    let shown: Vec<Voucher<'_>> = rows.iter().take(MOST_VOUCHERS).map(|row| voucher(row, &report)).collect();
    Ok(Answer::json(&json!({"finding": id, "total": rows.len(), "vouchers": shown})))
}

fn voucher<'a>(row: &'a PostedRow, report: &'a Report) -> Voucher<'a> {
    Voucher {
        date: row.date.to_string(),
        number: &row.reference,
        party: report.name(&row.customer_id),
        customer_id: &row.customer_id,
        account: &row.account,
        direction: row.direction.name(),
        amount: row.amount.to_string(),
        text: &row.text,
        file: &row.file,
        row: row.line,
    }
}

/// One customer: its figures in a period, its particulars, its findings and its documents.
///
/// # Errors
/// Nobody has that id.
pub(super) fn customer(book: &Book, period: &Period, id: &str) -> Result<Answer, Problem> {
    let report = match book.report(period) {
        Err(problem) if problem.code == "no-reconciliation" => None,
        report => Some(report?),
    };
    let row = report.as_ref().and_then(|report| report.customers.get(id)).map(|(_, row)| row);
    let bytes = optional("customers", &book.books.path(CUSTOMERS))?;
    let rows = bytes.as_deref().map(CustomerRows::read).transpose()?;
    let particulars = rows.as_ref().and_then(|rows| rows.of(id));
    if row.is_none() && particulars.is_none() {
        return Err(not_found(format!("nobody has the id {id}")));
    }
    let findings: Vec<&str> = report
        .iter()
        .flat_map(|report| &report.findings)
        .filter(|finding| finding.customers.iter().any(|own| own == id))
        .map(|finding| finding.id.as_str())
        .collect();
    let (chain, _) = chain::load(&book.books)?;
    let issued = chain.events.iter().flat_map(|event| event.issued.iter().map(move |entry| (&event.period, entry)));
    let documents: Vec<Value> = issued
        .filter(|(_, entry)| entry.customer_id == id)
        .map(|(period, entry)| {
            json!({"number": entry.number, "kind": entry.document, "period": period, "date": entry.issue_date, "total": entry.total, "currency": entry.currency})
        })
        .collect();
    let cells: serde_json::Map<String, Value> =
        particulars.into_iter().flatten().map(|(name, cell)| (name.to_ascii_lowercase(), cell.into())).collect();
    Ok(Answer::json(&json!({
        "customer_id": id,
        "customer": row,
        "particulars": cells,
        "findings": findings,
        "documents": documents,
    })))
}

/// What a decision would come to; nothing is written.
///
/// # Errors
/// It is not whole, or cannot be taken.
pub(super) fn preview(program: &Program, book: &Book, bytes: &[u8]) -> Result<Answer, Problem> {
    let decision: super::orders::Decision = super::request::read(bytes)?;
    let mut answer = book.document(program, &decision.words(true)?)?;
    if answer.status.is_success() {
        let document: Value = serde_json::from_slice(&answer.bytes).unwrap_or_default();
        answer = Answer::json(&json!({"consequences": document["follows"], "doubt": document["doubt"]}));
    }
    Ok(answer)
}
