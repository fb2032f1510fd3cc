//! `returns/<month>/gstr1.xlsx`: what `gstr1.json` says, for people: a sheet a table, with the
//! names of the offline tool's. Credit notes stand with a minus, so that columns add up.

use rust_decimal::Decimal;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, Worksheet, XlsxError};

use super::sheet::{Sheet, Styles};
use crate::model::invoice::Document;
use crate::model::money::{MoneyError, add_exact};
use crate::model::problem::Problem;
use crate::render::gstr1_json::nature;
use crate::returns::amounts::{Amounts, sum};
use crate::returns::tables::{Entry, Gstr1, Half, Table};

/// Titles of amounts, as they stand at the end of most sheets.
const AMOUNTS: [(&str, u32); 5] =
    [("Taxable value", 18), ("Integrated tax", 16), ("Central tax", 16), ("State/UT tax", 16), ("Cess", 10)];

/// Makes the workbook. `agrees` has the sums that the return was held against, each with its
/// name.
///
/// # Errors
/// The file cannot be made in memory.
pub(crate) fn render(made: &Gstr1, agrees: &[(&str, Amounts)], version: &str) -> Result<Vec<u8>, Problem> {
    build(made, agrees, version)
        .map_err(|e| Problem::stop("internal", "the workbook cannot be made").because(e.to_string()))
}

fn build(made: &Gstr1, agrees: &[(&str, Amounts)], version: &str) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    // The month's end in place of a clock: the same documents give the same bytes.
    let made_at = ExcelDateTime::parse_from_str(&made.month.to.to_string())?;
    workbook.set_properties(
        &DocProperties::new()
            .set_title(format!("GSTR-1 {} {}", made.month.name, made.gstin))
            .set_comment(format!("Written by crossfoot {version}"))
            .set_creation_datetime(&made_at),
    );
    let styles = Styles::new(true);
    let mut sheets = vec![summary(made, agrees, &styles)?, checks(made, &styles)?];
    for (entries, ending) in [(&made.entries, ""), (&made.amended, "a")] {
        for table in Table::ALL {
            let rows: Vec<&Entry> = entries.iter().filter(|entry| entry.table == table).collect();
            if !rows.is_empty() {
                let name = if table == Table::B2b { "b2b,sez,de" } else { table.name() };
                sheets.push(documents(&format!("{name}{ending}"), &rows, &styles)?);
            }
        }
    }
    if !made.small.is_empty() || !made.amended_small.is_empty() {
        sheets.push(small(made, &styles)?);
    }
    if !made.nil.is_empty() {
        sheets.push(nil(made, &styles)?);
    }
    for half in [Half::Both, Half::B2b, Half::B2c] {
        sheets.extend(services(made, half, &styles)?);
    }
    sheets.push(numbers(made, &styles)?);
    for sheet in sheets {
        workbook.push_worksheet(sheet);
    }
    workbook.save_to_buffer()
}

/// By value, as `map_err` hands it on.
#[allow(clippy::needless_pass_by_value)]
fn overflow(error: MoneyError) -> XlsxError {
    XlsxError::ParameterError(error.to_string())
}

fn amounts(sheet: &mut Sheet<'_>, from: u16, amounts: Amounts) -> Result<(), XlsxError> {
    for (column, (title, amount)) in (from..).zip(amounts.all()) {
        sheet.amount(column, amount, title)?;
    }
    Ok(())
}

/// Totals below the last five columns, from `first` on; `before` is that of the column before.
fn totals(sheet: &mut Sheet<'_>, first: u16, before: Option<Decimal>, rows: &[Amounts]) -> Result<(), XlsxError> {
    let text = |amount: Decimal| amount.normalize().to_string();
    let whole = sum(rows.iter().copied()).map_err(overflow)?;
    let mut sums: Vec<(u16, String)> = (first..).zip(whole.all().map(|(_, amount)| text(amount))).collect();
    // Two columns to the left: value, then rate.
    sums.extend(before.map(|value| (first - 2, text(value))));
    sheet.totals("Total", &sums)
}

fn summary(made: &Gstr1, agrees: &[(&str, Amounts)], styles: &Styles) -> Result<Worksheet, XlsxError> {
    let columns: Vec<(&str, u32)> = [("Table", 34), ("Rows", 10)].into_iter().chain(AMOUNTS).collect();
    let mut sheet = Sheet::new("GSTR-1", &columns, styles)?;
    let mut whole = Vec::new();
    for (name, count, sum) in made.by_table().map_err(overflow)? {
        sheet.text(0, name)?;
        sheet.count(1, count)?;
        amounts(&mut sheet, 2, sum)?;
        sheet.row += 1;
        whole.push(sum);
    }
    totals(&mut sheet, 2, None, &whole)?;
    for (name, sum) in agrees {
        sheet.row += 1;
        sheet.text(0, name)?;
        amounts(&mut sheet, 2, *sum)?;
    }
    sheet.row += 2;
    let facts = [
        ("GSTIN", made.gstin.clone()),
        ("Tax period", format!("{} to {}", made.month.from, made.month.to)),
        ("Amended", format!("{} documents, {} rows of table 7", made.amended.len(), made.amended_small.len())),
        ("Credit notes", "stand with a minus here, and without one in gstr1.json, as the portal wants".to_owned()),
    ];
    for (what, value) in facts {
        sheet.sheet.write_string_with_format(sheet.row, 0, what, &styles.bold)?;
        sheet.sheet.write_string_with_format(sheet.row, 1, value, &styles.text)?;
        sheet.row += 1;
    }
    sheet.dress()?;
    Ok(sheet.sheet)
}

fn checks(made: &Gstr1, styles: &Styles) -> Result<Worksheet, XlsxError> {
    let mut sheet =
        Sheet::new("Check list", &[("The portal", 14), ("Document or row", 24), ("What", 60), ("Next", 60)], styles)?;
    for check in &made.checks {
        sheet.text(0, if check.is_refused { "refuses" } else { "takes it" })?;
        sheet.text(1, &check.about)?;
        sheet.text(2, &check.what)?;
        sheet.text(3, &check.next)?;
        sheet.end_row()?;
    }
    if made.checks.is_empty() {
        sheet.text(0, "Nothing that the portal would refuse was found.")?;
    }
    sheet.finish()
}

fn documents(name: &str, entries: &[&Entry], styles: &Styles) -> Result<Worksheet, XlsxError> {
    let columns: Vec<(&str, u32)> = [
        ("GSTIN of recipient", 20),
        ("Receiver", 34),
        ("Number", 18),
        ("Date", 12),
        ("Document", 13),
        ("Type", 9),
        ("Place of supply", 10),
        ("Reverse charge", 9),
        ("Value", 18),
        ("Rate", 8),
    ]
    .into_iter()
    .chain(AMOUNTS)
    .collect();
    let mut sheet = Sheet::new(name, &columns, styles)?;
    let (mut rows, mut values) = (Vec::new(), Decimal::ZERO);
    for entry in entries {
        for (at, item) in entry.items.iter().enumerate() {
            let is_credit = entry.document == Document::CreditNote;
            sheet.text(0, entry.gstin.as_deref().unwrap_or_default())?;
            sheet.text(1, &entry.name)?;
            sheet.text(2, &entry.number)?;
            sheet.text(3, &entry.date.to_string())?;
            sheet.text(4, entry.document.name())?;
            sheet.text(5, entry.supply.name())?;
            sheet.text(6, &entry.place)?;
            sheet.text(7, if entry.is_reverse { "Y" } else { "N" })?;
            // Once a document, so that the column adds up.
            if at == 0 {
                let value = entry.document.owed(entry.value).amount();
                values = add_exact(values, value).map_err(overflow)?;
                sheet.amount(8, value, "value")?;
            }
            sheet.amount(9, item.rate, "")?;
            let signed = if is_credit { item.amounts.negated() } else { item.amounts };
            amounts(&mut sheet, 10, signed)?;
            rows.push(signed);
            sheet.row += 1;
        }
    }
    totals(&mut sheet, 10, Some(values), &rows)?;
    sheet.finish()
}

/// Tables 7 and 10.
fn small(made: &Gstr1, styles: &Styles) -> Result<Worksheet, XlsxError> {
    let columns: Vec<(&str, u32)> =
        [("Amends", 12), ("Type", 9), ("Place of supply", 10), ("Rate", 8)].into_iter().chain(AMOUNTS).collect();
    let mut sheet = Sheet::new("b2cs", &columns, styles)?;
    let own = made.small.iter().map(|(small, amounts)| ("", small, *amounts));
    let amended = made.amended_small.iter().map(|((month, small), amounts)| (month.as_str(), small, *amounts));
    for (month, small, sum) in own.chain(amended) {
        sheet.text(0, month)?;
        sheet.text(1, small.kind())?;
        sheet.text(2, &small.place)?;
        sheet.amount(3, small.rate, "")?;
        amounts(&mut sheet, 4, sum)?;
        sheet.row += 1;
    }
    sheet.finish()
}

fn nil(made: &Gstr1, styles: &Styles) -> Result<Worksheet, XlsxError> {
    let mut sheet = Sheet::new("exemp", &[("Supply", 14), ("Nil-rated", 18)], styles)?;
    for row in &made.nil {
        sheet.text(0, row.supply)?;
        sheet.amount(1, row.amount, "nil-rated")?;
        sheet.row += 1;
    }
    sheet.finish()
}

fn services(made: &Gstr1, half: Half, styles: &Styles) -> Result<Option<Worksheet>, XlsxError> {
    let columns: Vec<(&str, u32)> = [("SAC", 12), ("Unit", 8), ("Rate", 8)].into_iter().chain(AMOUNTS).collect();
    let name = match half {
        Half::Both => "hsn",
        Half::B2b => "hsn(b2b)",
        Half::B2c => "hsn(b2c)",
    };
    let mut sheet = Sheet::new(name, &columns, styles)?;
    let mut rows = Vec::new();
    for ((_, sac, rate), sum) in made.hsn.iter().filter(|((of, ..), _)| *of == half) {
        sheet.text(0, sac)?;
        sheet.text(1, "NA")?;
        sheet.amount(2, *rate, "")?;
        amounts(&mut sheet, 3, *sum)?;
        rows.push(*sum);
        sheet.row += 1;
    }
    totals(&mut sheet, 3, None, &rows)?;
    sheet.finish().map(|sheet| Some(sheet).filter(|_| !rows.is_empty()))
}

fn numbers(made: &Gstr1, styles: &Styles) -> Result<Worksheet, XlsxError> {
    let columns = [("Nature of document", 34), ("From", 20), ("To", 20), ("Total", 10), ("Cancelled", 10), ("Net", 10)];
    let mut sheet = Sheet::new("docs", &columns, styles)?;
    for row in &made.numbers {
        sheet.text(0, nature(row.document).1)?;
        sheet.text(1, &row.from)?;
        sheet.text(2, &row.to)?;
        sheet.count(3, row.total)?;
        sheet.count(4, row.cancelled)?;
        sheet.count(5, row.total - row.cancelled)?;
        sheet.row += 1;
    }
    sheet.finish()
}
