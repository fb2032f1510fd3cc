//! The CSV files that we write: the reconciliation for a spreadsheet, and the register.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::model::invoice::{Document, Issued};
use crate::model::money::{Money, total};
use crate::model::reconciliation::Reconciliation;
use crate::model::shown::DRAFT;
use crate::model::supply_type::SupplyType;
use crate::model::usage::Direction;
use crate::model::visible::visible;

/// `reconciliation.csv`: a row a line of the comparison, then a row a finding.
#[must_use]
pub(crate) fn reconciliation(r: &Reconciliation) -> Vec<u8> {
    let header = [
        "kind",
        "id",
        "name",
        "direction",
        "analytics",
        "ledger",
        "difference",
        "status",
        "ledger_inbound",
        "ledger_outbound",
        "analytics_inbound",
        "analytics_outbound",
        "severity",
        "message",
    ];
    let mut rows: Vec<[String; 14]> = Vec::new();
    let amount = amounts_or_blank;
    let blank = || std::array::from_fn::<String, 14, _>(|_| String::new());
    let line = |kind: &str, sides: &crate::model::finding::Sides, status: &str| {
        let mut row = blank();
        row[0] = kind.to_owned();
        row[4] = amount(sides.analytics);
        row[5] = sides.ledger.plain();
        row[6] = amount(sides.difference);
        row[7] = status.to_owned();
        row
    };
    rows.push(line("total", &r.totals, ""));
    for direction in &r.directions {
        let mut row = line("direction", &direction.sides, direction.status.name());
        row[3] = direction.direction.name().to_owned();
        rows.push(row);
    }
    for customer in &r.customers {
        let mut row = line("customer", &customer.sides, customer.status.name());
        row[1] = safe(&customer.customer_id);
        row[2] = safe(customer.name.as_deref().unwrap_or_default());
        row[8] = amount(customer.ledger_by_direction.get(&Direction::Inbound).copied());
        row[9] = amount(customer.ledger_by_direction.get(&Direction::Outbound).copied());
        row[10] = amount(customer.direction(Direction::Inbound).and_then(|s| s.analytics));
        row[11] = amount(customer.direction(Direction::Outbound).and_then(|s| s.analytics));
        rows.push(row);
    }
    if let Some(remainder) = &r.remainder {
        rows.push(line("remainder", &remainder.sides, remainder.status.name()));
    }
    for finding in &r.findings {
        let mut row = blank();
        row[0] = "finding".to_owned();
        row[1] = finding.id.clone();
        row[2] = finding.code.to_owned();
        row[3] = finding.direction.map_or_else(String::new, |d| d.name().to_owned());
        row[4] = amount(finding.analytics);
        row[5] = amount(finding.ledger);
        row[6] = amount(finding.difference);
        row[12] = finding.severity.name().to_owned();
        row[13] = safe(&finding.message);
        rows.push(row);
    }
    write(header, rows)
}

/// A row of `invoices.csv`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RegisterRow {
    /// The document's number.
    pub number: String,
    /// Its date.
    pub issue_date: NaiveDate,
    /// Whose it is.
    pub customer_id: String,
    /// As it is printed.
    pub legal_name: String,
    /// Before tax. This and the next three are what the document adds to what is owed:
    /// negative on a credit note, nothing where it is void.
    pub taxable: Money,
    /// All taxes.
    pub tax: Money,
    /// What rounding the total gave or took.
    pub round_off: Money,
    /// What is owed.
    pub total: Money,
    /// The total that the document itself bears.
    pub printed_total: Money,
    /// Whether it was declared void.
    pub is_void: bool,
    /// SHA-256 of the PDF.
    pub sha256: String,
    /// What it is.
    pub document: Document,
    /// The number of the invoice that a note corrects.
    pub original: Option<String>,
    /// When it is due.
    pub due_date: Option<NaiveDate>,
    /// The buyer's GSTIN.
    pub gstin: Option<String>,
    /// Code of the State of supply.
    pub place_of_supply: Option<String>,
    /// Rates of all taxes together in per cent, without repetition.
    pub rates: String,
    /// Integrated, central and State tax and cess: as `tax`, what they add to what is owed.
    pub igst: Money,
    /// Central tax.
    pub cgst: Money,
    /// State or Union Territory tax.
    pub sgst: Money,
    /// Compensation cess.
    pub cess: Money,
    /// Service accounting codes, without repetition.
    pub sac: String,
    /// What kind of supply it is to GST; None under other regimes.
    pub supply_type: Option<SupplyType>,
    /// Whether the buyer owes the tax; None where there is no GST.
    pub reverse_charge: Option<bool>,
}

impl RegisterRow {
    /// The row of an issued document, with the invoice that it corrects, if any, and the
    /// SHA-256 of its PDF.
    #[must_use]
    pub(crate) fn of(issued: &Issued, original: Option<&Issued>, is_void: bool, sha256: String) -> Self {
        let mut row = Self::as_printed(issued, original, is_void, sha256);
        let Self { taxable, tax, round_off, total, igst, cgst, sgst, cess, .. } = &mut row;
        for amount in [taxable, tax, round_off, total, igst, cgst, sgst, cess] {
            *amount = if is_void { Money::zero(amount.currency()) } else { issued.content.document.owed(*amount) };
        }
        row
    }

    /// The same with the document's own amounts, void or note, which add up to nothing: the
    /// row as 0.1 wrote it.
    #[must_use]
    pub(crate) fn as_printed(issued: &Issued, original: Option<&Issued>, is_void: bool, sha256: String) -> Self {
        let draft = &issued.content;
        let of_kinds = |kinds: &[&str]| {
            let taxes = draft.taxes.iter().filter(|tax| kinds.contains(&tax.kind.as_str()));
            total(draft.currency, taxes.map(|tax| &tax.amount)).unwrap_or_else(|_| Money::zero(draft.currency))
        };
        let listed = |texts: BTreeSet<String>| texts.into_iter().collect::<Vec<_>>().join(" ");
        let rates: BTreeSet<Decimal> = draft.lines.iter().filter_map(|line| line.tax_rate().ok()).collect();
        Self {
            number: issued.number.clone(),
            issue_date: issued.issue_date,
            customer_id: draft.customer_id.clone(),
            legal_name: draft.buyer.legal_name.clone(),
            taxable: draft.subtotal,
            tax: total(draft.currency, draft.taxes.iter().map(|t| &t.amount))
                .unwrap_or_else(|_| Money::zero(draft.currency)),
            round_off: draft.round_off,
            total: draft.total,
            printed_total: draft.total,
            is_void,
            sha256,
            document: draft.document,
            original: draft.original.as_ref().map(|original| original.number.clone()),
            due_date: issued.due_date(),
            gstin: draft.buyer.gstin.clone(),
            place_of_supply: draft.supply.as_ref().map(|supply| supply.place_code.clone()),
            rates: rates.iter().map(Decimal::to_string).collect::<Vec<_>>().join(" "),
            igst: of_kinds(&["IGST"]),
            cgst: of_kinds(&["CGST"]),
            sgst: of_kinds(&["SGST", "UTGST"]),
            cess: of_kinds(&["CESS"]),
            sac: listed(draft.lines.iter().filter_map(|line| line.sac.clone()).collect()),
            supply_type: SupplyType::of(issued, original),
            reverse_charge: draft.supply.as_ref().map(|supply| supply.reverse_charge),
        }
    }
}

/// A cell of the register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    /// Our own text.
    Text(String),
    /// Somebody else's.
    Foreign(String),
    /// An amount.
    Amount(Money),
}

/// A column of the register: its title, and its cell in a row.
pub(crate) type Column = (&'static str, fn(&RegisterRow) -> Cell);

/// `issued`, `void`, or, before anything is issued, `draft`.
fn status(row: &RegisterRow) -> &'static str {
    match row.number.as_str() {
        DRAFT => "draft",
        _ if row.is_void => "void",
        _ => "issued",
    }
}

/// The columns of `invoices.csv`: a new one is a line here, and in the workbook by itself.
pub(crate) const REGISTER: &[Column] = &[
    ("number", |r| Cell::Text(r.number.clone())),
    ("issue_date", |r| Cell::Text(r.issue_date.to_string())),
    ("customer_id", |r| Cell::Foreign(r.customer_id.clone())),
    ("legal_name", |r| Cell::Foreign(r.legal_name.clone())),
    ("taxable", |r| Cell::Amount(r.taxable)),
    ("tax", |r| Cell::Amount(r.tax)),
    ("round_off", |r| Cell::Amount(r.round_off)),
    ("total", |r| Cell::Amount(r.total)),
    ("currency", |r| Cell::Text(r.total.currency().code().to_owned())),
    ("status", |r| Cell::Text(status(r).to_owned())),
    ("sha256", |r| Cell::Text(r.sha256.clone())),
    ("document", |r| Cell::Text(r.document.name().to_owned())),
    ("original", |r| Cell::Text(r.original.clone().unwrap_or_default())),
    ("due_date", |r| Cell::Text(r.due_date.map_or_else(String::new, |day| day.to_string()))),
    ("printed_total", |r| Cell::Amount(r.printed_total)),
    ("gstin", |r| Cell::Foreign(r.gstin.clone().unwrap_or_default())),
    ("place_of_supply", |r| Cell::Text(r.place_of_supply.clone().unwrap_or_default())),
    ("rate", |r| Cell::Text(r.rates.clone())),
    ("igst", |r| Cell::Amount(r.igst)),
    ("cgst", |r| Cell::Amount(r.cgst)),
    ("sgst", |r| Cell::Amount(r.sgst)),
    ("cess", |r| Cell::Amount(r.cess)),
    ("sac", |r| Cell::Text(r.sac.clone())),
    ("supply_type", |r| Cell::Text(r.supply_type.map_or("", SupplyType::name).to_owned())),
    ("reverse_charge", |r| Cell::Text(r.reverse_charge.map_or("", |owed| if owed { "Y" } else { "N" }).to_owned())),
];

/// What a column of the register is called among people.
#[must_use]
pub(crate) fn words(column: &'static str) -> &'static str {
    match column {
        "number" => "Number",
        "issue_date" => "Date of issue",
        "customer_id" => "Customer",
        "legal_name" => "Name",
        "taxable" => "Before tax",
        "tax" => "Tax",
        "round_off" => "Round-off",
        "total" => "Owed",
        "currency" => "Currency",
        "status" => "Status",
        "sha256" => "SHA-256 of the PDF",
        "document" => "Document",
        "original" => "Corrects",
        "due_date" => "Due",
        "printed_total" => "Total, as printed",
        "gstin" => "GSTIN",
        "place_of_supply" => "Place of supply",
        "rate" => "Rate, %",
        "igst" => "IGST",
        "cgst" => "CGST",
        "sgst" => "SGST or UTGST",
        "cess" => "Cess",
        "sac" => "SAC",
        "supply_type" => "Kind of supply",
        "reverse_charge" => "Reverse charge",
        other => other,
    }
}

/// How many of them 0.1 had.
pub(crate) const REGISTER_0_1: usize = 14;

/// `invoices.csv`: the register, in order of issue.
#[must_use]
pub(crate) fn register(rows: &[RegisterRow], columns: &[Column]) -> Vec<u8> {
    let written = |cell: Cell| match cell {
        Cell::Text(text) => text,
        Cell::Foreign(text) => safe(&text),
        Cell::Amount(money) => money.plain(),
    };
    let titles = columns.iter().map(|(title, _)| *title);
    write(titles, rows.iter().map(|row| columns.iter().map(|(_, cell)| written(cell(row)))))
}

/// A plain amount, or nothing.
pub(super) fn amounts_or_blank(amount: Option<Money>) -> String {
    amount.map_or_else(String::new, |money| money.plain())
}

/// Text that a spreadsheet would take for a formula gets an apostrophe before it, and what would do
/// something to a terminal is shown instead.
pub(super) fn safe(text: &str) -> String {
    let text = visible(text, false);
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.into_owned() }
}

/// A file of rows below a header.
pub(super) fn write<'a>(
    header: impl IntoIterator<Item = &'a str>,
    rows: impl IntoIterator<Item = impl IntoIterator<Item = String>>,
) -> Vec<u8> {
    let mut writer = ::csv::WriterBuilder::new().from_writer(Vec::new());
    // Writing to memory cannot fail.
    let _ = writer.write_record(header);
    for row in rows {
        let _ = writer.write_record(row);
    }
    writer.into_inner().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_looks_like_a_formula_is_text() {
        assert_eq!(["=1+1", "+91", "'t Hoekje BV", "Acme"].map(safe), ["'=1+1", "'+91", "'t Hoekje BV", "Acme"]);
    }
}
