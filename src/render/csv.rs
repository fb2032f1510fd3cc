//! The CSV files that we write: the reconciliation for a spreadsheet, and the register.

use crate::model::invoice::Issued;
use crate::model::money::{Money, total};
use crate::model::reconciliation::Reconciliation;
use crate::model::usage::Direction;

/// `reconciliation.csv`: a row a line of the comparison, then a row a finding.
#[must_use]
pub fn reconciliation(r: &Reconciliation) -> Vec<u8> {
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
    let amount = |m: Option<Money>| m.map_or_else(String::new, |m| m.plain());
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
    write(&header, &rows)
}

/// The columns of `invoices.csv`.
pub const REGISTER: [&str; 14] = [
    "number",
    "issue_date",
    "customer_id",
    "legal_name",
    "taxable",
    "tax",
    "round_off",
    "total",
    "currency",
    "status",
    "sha256",
    "document",
    "original",
    "due_date",
];

/// Which of them are amounts.
pub const REGISTER_MONEY: [u16; 4] = [4, 5, 6, 7];

/// A row of `invoices.csv`.
pub type RegisterRow = [String; 14];

/// The rows of the register, in order of number. `void` tells which numbers are void,
/// `digest` gives the SHA-256 of an invoice's PDF.
pub fn register_rows<'a>(
    invoices: impl IntoIterator<Item = &'a Issued>,
    void: impl Fn(&str) -> bool,
    digest: impl Fn(&Issued) -> String,
) -> Vec<RegisterRow> {
    invoices
        .into_iter()
        .map(|invoice| {
            let draft = &invoice.content;
            let tax = total(draft.currency, draft.taxes.iter().map(|t| &t.amount))
                .unwrap_or_else(|_| Money::zero(draft.currency));
            [
                invoice.number.clone(),
                invoice.issue_date.to_string(),
                safe(&draft.customer_id),
                safe(&draft.buyer.legal_name),
                draft.subtotal.plain(),
                tax.plain(),
                draft.round_off.plain(),
                draft.total.plain(),
                draft.currency.code().to_owned(),
                if void(&invoice.number) { "void" } else { "issued" }.to_owned(),
                digest(invoice),
                draft.document.name().to_owned(),
                draft.original.as_ref().map_or_else(String::new, |original| original.number.clone()),
                invoice.due_date().map_or_else(String::new, |day| day.to_string()),
            ]
        })
        .collect()
}

/// `invoices.csv`: the register.
#[must_use]
pub fn register(rows: &[RegisterRow]) -> Vec<u8> {
    write(&REGISTER, rows)
}

/// Text that a spreadsheet would take for a formula gets an apostrophe before it.
fn safe(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

fn write<const N: usize>(header: &[&str; N], rows: &[[String; N]]) -> Vec<u8> {
    let mut writer = ::csv::WriterBuilder::new().from_writer(Vec::new());
    // Writing to memory cannot fail.
    let _ = writer.write_record(header);
    for row in rows {
        let _ = writer.write_record(row);
    }
    writer.into_inner().unwrap_or_default()
}
