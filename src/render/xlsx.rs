//! `reconciliation.xlsx`: the close as a workbook that finance can go on working in. Totals
//! are live formulas; what a spreadsheet's fifteen digits cannot hold stands beside it as
//! text.

pub(crate) mod gstr1;
mod sheet;
mod trends;

use std::collections::BTreeSet;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, Worksheet, XlsxError};

use self::sheet::{MOST_ROWS, Sheet, Styles, letter, sum};
use super::csv::{Cell, Column, REGISTER_0_1, RegisterRow, words};
use super::html::verdict;
use super::statement::Statement;
use crate::model::finding::{Severity, Sides};
use crate::model::invoice::{Edition, file_stem};
use crate::model::money::{Money, parse_plain};
use crate::model::posting::Ledger;
use crate::model::problem::Problem;
use crate::model::reconciliation::{Reconciliation, Status};
use crate::model::shown::DRAFT;
use crate::model::usage::Direction;
use crate::trends::{Outlook, Trends};

/// Makes the workbook. `register` has the rows of `invoices.csv`, as far as there are any.
/// `beside` are this period beside the closed ones, and its documents by customer. `edition` is the first for
/// what version 0.1 sealed.
///
/// # Errors
/// The file cannot be made in memory.
pub(crate) fn render(
    r: &Reconciliation,
    ledger: &Ledger,
    register: (&[RegisterRow], &[Column]),
    beside: (Option<&Trends>, Option<&Statement>),
    (edition, version): (Edition, &str),
) -> Result<Vec<u8>, Problem> {
    let styles = match edition {
        Edition::First => Styles::first(),
        Edition::Second => Styles::new(r.currency.code() == "INR"),
    };
    build(r, ledger, register, beside, (&styles, version))
        .map_err(|e| Problem::stop("internal", "the workbook cannot be made").because(e.to_string()))
}

fn build(
    r: &Reconciliation,
    ledger: &Ledger,
    (register, columns): (&[RegisterRow], &[Column]),
    (trends, statement): (Option<&Trends>, Option<&Statement>),
    (styles, version): (&Styles, &str),
) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    // The period's end in place of a clock: the same inputs give the same bytes.
    let made = ExcelDateTime::parse_from_str(&r.period.to.to_string())?;
    workbook.set_properties(
        &DocProperties::new()
            .set_title(format!("Reconciliation {}", r.period.name))
            .set_comment(format!("Written by crossfoot {version}"))
            .set_creation_datetime(&made),
    );
    workbook.push_worksheet(summary(r, trends.and_then(|trends| trends.running.as_ref()), styles)?);
    workbook.push_worksheet(findings(r, styles)?);
    workbook.push_worksheet(customers(r, styles)?);
    workbook.push_worksheet(directions(r, styles)?);
    workbook.push_worksheet(set_aside(ledger, styles)?);
    workbook.push_worksheet(invoices(register, columns, styles)?);
    for sheet in trends.map(|trends| trends::sheets(trends, styles)).transpose()?.unwrap_or_default() {
        workbook.push_worksheet(sheet);
    }
    if let Some(statement) = statement {
        workbook.push_worksheet(margins(statement, styles)?);
    }
    workbook.save_to_buffer()
}

fn summary(r: &Reconciliation, running: Option<&Outlook>, styles: &Styles) -> Result<Worksheet, XlsxError> {
    let columns = [("What", 34), ("Analytics", 20), ("Ledger", 20), ("Difference", 20), ("Status", 18)];
    let mut sheet = Sheet::new("Summary", &columns, styles)?;
    let (headline, subline) = verdict(r);
    let first = sheet.row;
    for line in &r.directions {
        sides(&mut sheet, line.direction.name(), &line.sides, line.status.name())?;
    }
    sides(&mut sheet, "total, as stated", &r.totals, r.total_status().name())?;
    let both = |side: fn(&Sides) -> Option<Money>| sum(r.directions.iter().map(|line| side(&line.sides)));
    sheet.sheet.write_string_with_format(sheet.row, 0, "inbound + outbound, by this sheet", &styles.bold)?;
    let last = first + u32::try_from(r.directions.len()).unwrap_or_default();
    for (column, value) in [(1, both(|s| s.analytics)), (2, both(|s| Some(s.ledger))), (3, both(|s| s.difference))] {
        let letter = letter(column);
        let formula = format!("=SUM({letter}{}:{letter}{last})", first + 1);
        sheet.sum_of(column, &formula, &value)?;
    }
    sheet.row += 2;
    let facts = [
        ("Verdict", format!("{headline}. {subline}")),
        ("Period", format!("{} to {}, both included, {}", r.period.from, r.period.to, r.timezone.name())),
        ("Currency", r.currency.code().to_owned()),
        ("Compared", r.compared_at.words()),
        ("Findings", r.findings.len().to_string()),
        ("Difference", "ledger less analytics; positive: the ledger says more".to_owned()),
    ];
    // Workbooks of 0.1 did not say at which price.
    for (what, value) in facts.into_iter().filter(|(what, _)| *what != "Compared" || !r.two_outcomes) {
        sheet.sheet.write_string_with_format(sheet.row, 0, what, &styles.bold)?;
        sheet.across(4, &value)?;
        sheet.row += 1;
    }
    if let Some(running) = running {
        sheet.sheet.write_string_with_format(sheet.row, 0, "Forecast", &styles.bold)?;
        sheet.across(4, &running.words())?;
        if let Ok(forecast) = &running.forecast {
            let (low, high) = forecast.range.unzip();
            for (what, money) in [("of the cost", Some(forecast.estimate)), ("from", low), ("to", high)] {
                sheet.row += 1;
                sheet.text(0, what)?;
                sheet.money(1, what, money)?;
            }
        }
        sheet.row += 1;
    }
    sheet.row += 1;
    sheet.sheet.write_string_with_format(sheet.row, 0, "Ledger rows", &styles.bold)?;
    let counts = &r.rows;
    for (what, count) in [
        ("used", counts.used),
        ("outside the period", counts.outside_period),
        ("excluded", counts.excluded),
        ("rejected", counts.rejected),
    ] {
        sheet.row += 1;
        sheet.text(0, what)?;
        sheet.count(1, count)?;
    }
    sheet.row += 1;
    sheet.sheet.write_string_with_format(sheet.row, 0, "read", &styles.bold)?;
    let formula = format!("=SUM(B{}:B{})", sheet.row - 3, sheet.row);
    sheet.formula(1, &formula, &counts.read.to_string(), &styles.bold)?;
    sheet.row += 2;
    for input in &r.inputs {
        sheet.text(0, &format!("{}: {}", input.role, input.path))?;
        sheet.across(4, &format!("SHA-256 {}", input.sha256))?;
        sheet.row += 1;
    }
    sheet.dress()?;
    Ok(sheet.sheet)
}

/// A line of the comparison, and the difference as a formula.
fn sides(sheet: &mut Sheet<'_>, what: &str, sides: &Sides, status: &str) -> Result<(), XlsxError> {
    sheet.text(0, what)?;
    compared(sheet, 1, sides)?;
    sheet.alarming(4, status, status == Status::Discrepant.name())?;
    sheet.row += 1;
    Ok(())
}

/// Analytics, ledger, and the difference as a formula, in three columns.
fn compared(sheet: &mut Sheet<'_>, from: u16, sides: &Sides) -> Result<(), XlsxError> {
    sheet.money(from, "analytics", sides.analytics)?;
    sheet.money(from + 1, "ledger", Some(sides.ledger))?;
    if let Some(difference) = sides.difference {
        // Rounded to a paisa's hundred-millionth, where only the noise of doubles is left.
        let (ledger, analytics, row) = (letter(from + 1), letter(from), sheet.row + 1);
        let formula = format!("=ROUND({ledger}{row}-{analytics}{row},8)");
        let value = difference.amount().normalize().to_string();
        sheet.formula(from + 2, &formula, &value, sheet.styles.money_of(&value))?;
    }
    Ok(())
}

fn findings(r: &Reconciliation, styles: &Styles) -> Result<Worksheet, XlsxError> {
    let columns = [
        ("Id", 8, 28),
        ("Code", 19, 19),
        ("Severity", 11, 11),
        ("Confidence", 13, 13),
        ("Customers", 16, 16),
        ("Direction", 11, 11),
        ("Analytics", 16, 14),
        ("Ledger", 16, 14),
        ("Difference", 16, 14),
        (if styles.is_first { "Explains" } else { "Explained" }, 16, 14),
        (if styles.is_first { "Residual" } else { "Unexplained" }, 14, 13),
        ("What", 46, 60),
        ("Next", 34, 50),
        ("First place", 34, 54),
    ];
    let columns = columns.map(|(title, first, width)| (title, if styles.is_first { first } else { width }));
    let mut sheet = Sheet::new("Findings", &columns, styles)?;
    for finding in &r.findings {
        sheet.text(0, &finding.id)?;
        sheet.text(1, finding.code)?;
        sheet.alarming(2, finding.severity.name(), finding.severity == Severity::Blocking)?;
        sheet.text(3, finding.confidence.name())?;
        sheet.text(4, &finding.customers.join(", "))?;
        sheet.text(5, finding.direction.map_or("", Direction::name))?;
        let amounts = [
            ("analytics", finding.analytics),
            ("ledger", finding.ledger),
            ("difference", finding.difference),
            ("explains", finding.explains),
            ("residual", finding.residual),
        ];
        for (column, (title, money)) in (6u16..).zip(amounts) {
            sheet.money(column, title, money)?;
        }
        sheet.text(11, &finding.message)?;
        sheet.text(12, &finding.next)?;
        if let Some(place) = finding.evidence.first() {
            let line = place.line.map_or_else(String::new, |line| format!(", row {line}"));
            sheet.text(13, &format!("{}{line}: {}", place.file, place.text))?;
        }
        sheet.end_row()?;
    }
    sheet.finish()
}

fn customers(r: &Reconciliation, styles: &Styles) -> Result<Worksheet, XlsxError> {
    let columns = [
        ("Customer", 22, 22),
        ("Name", 34, 34),
        ("Analytics", 18, 17),
        ("Ledger", 18, 17),
        ("Difference", 16, 16),
        ("Status", 14, 20),
        ("Inbound, analytics", 18, 17),
        ("Inbound, ledger", 18, 17),
        ("Outbound, analytics", 18, 17),
        ("Outbound, ledger", 18, 17),
    ];
    let columns = columns.map(|(title, first, width)| (title, if styles.is_first { first } else { width }));
    let held = r.held();
    let mut sheet = Sheet::new("Customers", &columns, styles)?;
    for line in r.customers.iter().take(MOST_ROWS) {
        sheet.text(0, &line.customer_id)?;
        sheet.text(1, line.name.as_deref().unwrap_or_default())?;
        compared(&mut sheet, 2, &line.sides)?;
        let is_held = held.contains_key(line.customer_id.as_str());
        let status = if is_held && !styles.is_first {
            format!("{}, held", line.status.name())
        } else {
            line.status.name().to_owned()
        };
        sheet.alarming(5, &status, is_held)?;
        for (column, direction) in [(6, Direction::Inbound), (8, Direction::Outbound)] {
            let partner = line.direction(direction).and_then(|sides| sides.analytics);
            sheet.money(column, &format!("{} analytics", direction.name()), partner)?;
            let own = line.ledger_by_direction.get(&direction).copied();
            sheet.money(column + 1, &format!("{} ledger", direction.name()), own)?;
        }
        sheet.row += 1;
    }
    let shown = || r.customers.iter().take(MOST_ROWS);
    let partner = |direction| sum(shown().map(|line| line.direction(direction).and_then(|sides| sides.analytics)));
    let own = |direction| sum(shown().map(|line| line.ledger_by_direction.get(&direction).copied()));
    let sums = [
        (2, sum(shown().map(|line| line.sides.analytics))),
        (3, sum(shown().map(|line| Some(line.sides.ledger)))),
        (4, sum(shown().map(|line| line.sides.difference))),
        (6, partner(Direction::Inbound)),
        (7, own(Direction::Inbound)),
        (8, partner(Direction::Outbound)),
        (9, own(Direction::Outbound)),
    ];
    sheet.totals("Total", &sums)?;
    let beyond = r.customers.len().saturating_sub(MOST_ROWS);
    if beyond > 0 {
        sheet.sheet.write_string(sheet.row + 1, 0, format!("and {beyond} more: all are in reconciliation.csv"))?;
    }
    sheet.finish()
}

fn directions(r: &Reconciliation, styles: &Styles) -> Result<Worksheet, XlsxError> {
    let columns = [
        ("Direction", 18),
        ("Analytics", 20),
        ("Ledger", 20),
        ("Difference", 20),
        ("Status", 16),
        ("Calls, by the partner", 22),
    ];
    let mut sheet = Sheet::new("Directions", &columns, styles)?;
    for line in &r.directions {
        if let Some(calls) = line.calls {
            sheet.count(5, calls)?;
        }
        sides(&mut sheet, line.direction.name(), &line.sides, line.status.name())?;
    }
    let all = |side: fn(&Sides) -> Option<Money>| sum(r.directions.iter().map(|line| side(&line.sides)));
    let sums = [(1, all(|s| s.analytics)), (2, all(|s| Some(s.ledger))), (3, all(|s| s.difference))];
    sheet.totals("Total", &sums)?;
    sheet.finish()
}

fn set_aside(ledger: &Ledger, styles: &Styles) -> Result<Worksheet, XlsxError> {
    let columns =
        [("File", 30), ("Row", 10), ("Column", 16), ("Cell", 24), ("Why", 50), ("Amount", 16), ("As it stands", 80)];
    let narrower =
        [("File", 24), ("Row", 8), ("Column", 12), ("Cell", 16), ("Why", 40), ("Amount", 14), ("As it stands", 84)];
    let columns = if styles.is_first { columns } else { narrower };
    let mut sheet = Sheet::new("Rows set aside", &columns, styles)?;
    for problem in &ledger.problems {
        let file = if problem.file.is_empty() { &ledger.path } else { &problem.file };
        sheet.text(0, file)?;
        sheet.count(1, problem.line)?;
        sheet.text(2, problem.column.as_deref().unwrap_or_default())?;
        sheet.text(3, &problem.cell)?;
        sheet.text(4, &problem.why)?;
        sheet.text(5, &problem.amount.map(|amount| amount.to_string()).unwrap_or_default())?;
        sheet.text(6, &problem.text)?;
        sheet.end_row()?;
    }
    if ledger.problems_beyond > 0 {
        sheet.text(0, &format!("and {} more", ledger.problems_beyond))?;
        sheet.row += 1;
    }
    // Those of 0.1 had only what a person must see.
    let told: BTreeSet<(&str, u64)> = ledger.problems.iter().map(|row| (row.file.as_str(), row.line)).collect();
    let aside = ledger.aside.iter().filter(|row| !told.contains(&(row.file.as_str(), row.line)));
    for row in aside.filter(|_| !styles.is_first) {
        sheet.text(0, if row.file.is_empty() { &ledger.path } else { &row.file })?;
        sheet.count(1, row.line)?;
        sheet.text(4, row.why)?;
        sheet.text(6, &row.text)?;
        sheet.end_row()?;
    }
    let counted = ledger.rows.excluded + ledger.rows.outside_period;
    let beyond = counted.saturating_sub(ledger.aside.len() as u64);
    if !styles.is_first && !ledger.aside.is_empty() && beyond > 0 {
        sheet.text(0, &format!("and {beyond} more that are in no sum"))?;
    }
    sheet.finish()
}

fn invoices(register: &[RegisterRow], columns: &[Column], styles: &Styles) -> Result<Worksheet, XlsxError> {
    let width = |title: &str| match title {
        "legal_name" => 36,
        "sha256" => 68,
        "number" | "original" | "customer_id" => 20,
        _ => 14,
    };
    let shown = |title: &'static str| if styles.is_first { title } else { words(title) };
    let titles: Vec<(&str, u32)> = columns.iter().map(|(title, _)| (shown(title), width(title))).collect();
    let mut sheet = Sheet::new("Invoices", &titles, styles)?;
    for row in register {
        for (column, (title, cell)) in (0u16..).zip(columns) {
            match cell(row) {
                Cell::Amount(money) => sheet.amount(column, money.amount(), title)?,
                Cell::Text(text) if column == 0 && columns.len() > REGISTER_0_1 && text != DRAFT => {
                    sheet.link(column, &text, &format!("invoices/{}.pdf", file_stem(&text)))?;
                }
                Cell::Text(text) if !styles.is_first && WORDS.contains(title) => {
                    sheet.text(column, &text.replace('-', " "))?;
                }
                Cell::Text(text) | Cell::Foreign(text) => sheet.text(column, &text)?,
            }
        }
        sheet.row += 1;
    }
    let amount = |row: &RegisterRow, cell: fn(&RegisterRow) -> Cell| match cell(row) {
        Cell::Amount(money) => Some(money),
        _ => None,
    };
    let sums: Vec<(u16, String)> = (0u16..)
        .zip(columns)
        // Of a document's own amounts there is no sum: a note takes away what it says.
        .filter(|(_, (title, cell))| {
            *title != "printed_total" && register.first().is_some_and(|row| amount(row, *cell).is_some())
        })
        .map(|(column, (_, cell))| (column, sum(register.iter().map(|row| amount(row, *cell)))))
        .collect();
    if !register.is_empty() {
        let counts_void = columns.len() == REGISTER_0_1 && register.iter().any(|row| row.is_void);
        sheet.totals(if counts_void { "Total, void ones included" } else { "Total" }, &sums)?;
    }
    sheet.finish()
}

/// Columns of the register whose words are joined there.
const WORDS: [&str; 3] = ["document", "status", "supply_type"];

/// Documents by customer, with what the partner charges for them.
fn margins(statement: &Statement, styles: &Styles) -> Result<Worksheet, XlsxError> {
    let titles = [
        "Invoiced",
        "Debit notes",
        "Credit notes",
        "Owed",
        "Void",
        "Cost, by the partner",
        "Billed before tax",
        "Margin",
    ];
    let columns: Vec<(&str, u32)> = [("Customer", 22), ("Name", 34)]
        .into_iter()
        .chain(titles.map(|title| (title, 18)))
        .chain([("Margin, %", 10), ("Documents", 40)])
        .collect();
    let mut sheet = Sheet::new("Cost and margin", &columns, styles)?;
    for account in statement.accounts.iter().take(MOST_ROWS) {
        sheet.text(0, &account.customer_id)?;
        sheet.text(1, &account.name)?;
        for ((column, title), amount) in (2u16..).zip(titles).zip(account.amounts()) {
            sheet.money(column, title, amount)?;
        }
        if let Some(share) = account.margin_percent().and_then(|share| parse_plain(&share).ok()) {
            sheet.share(10, share)?;
        }
        sheet.text(11, &account.documents.join(" "))?;
        sheet.row += 1;
    }
    let sums = (0..titles.len()).map(|at| sum(statement.accounts.iter().map(|account| account.amounts()[at])));
    sheet.totals("Total", &(2u16..).zip(sums).collect::<Vec<_>>())?;
    sheet.finish()
}
