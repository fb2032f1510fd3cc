//! `returns/<month>/gstr1.json`: GSTR-1 as the portal takes it (Returns Dashboard → GSTR-1 →
//! Prepare offline → Upload), in the form of GSTN's offline tool and of the save-GSTR-1
//! interface of its API; and the same read back. GSTN publishes no schema: the names are those
//! that the tool writes and that public programs read and write (India Compliance, GSTN's own
//! examples).
//!
//! Amounts are JSON numbers with two decimals, written from decimals and never by way of a
//! binary float.

mod shape;

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use self::shape::{
    Det, Doc, Exact, File, Group, HsnRow, Issue, Itm, Kind, NilPart, NilRow, Run, SmallAmended, SmallRow,
};
use crate::model::invoice::Document;
use crate::model::supply_type::SupplyType;
use crate::returns::amounts::Amounts;
use crate::returns::earlier::Written;
use crate::returns::small::Small;
use crate::returns::tables::{Entry, Gstr1, Half, Table};

/// The version that the offline tool writes since table 12 is apart by who buys.
const VERSION: &str = "GST3.2.4";

/// What stands for a digest in files of the offline tool: the portal makes its own.
const HASH: &str = "hash";

/// The return as a file, on one line: the portal takes five megabytes.
#[must_use]
pub(crate) fn render(made: &Gstr1) -> Vec<u8> {
    let groups = |entries: &[Entry], table: Table, amends: bool| {
        let mut groups: BTreeMap<String, Vec<&Entry>> = BTreeMap::new();
        for entry in entries.iter().filter(|entry| entry.table == table) {
            groups.entry(key(entry)).or_default().push(entry);
        }
        groups.into_iter().map(|(key, entries)| group(table, key, &entries, amends)).collect::<Vec<_>>()
    };
    let flat = |entries: &[Entry], amends: bool| {
        let notes = entries.iter().filter(|entry| entry.table == Table::Cdnur);
        notes.map(|entry| doc(entry, amends)).collect::<Vec<_>>()
    };
    let file = File {
        gstin: made.gstin.clone(),
        fp: tax_period(&made.month.name),
        version: VERSION.to_owned(),
        hash: HASH.to_owned(),
        b2b: groups(&made.entries, Table::B2b, false),
        b2ba: groups(&made.amended, Table::B2b, true),
        b2cl: groups(&made.entries, Table::B2cl, false),
        b2cla: groups(&made.amended, Table::B2cl, true),
        b2cs: made.small.iter().map(|(small, amounts)| small_row(small, *amounts)).collect(),
        b2csa: made
            .amended_small
            .iter()
            .map(|((month, small), amounts)| small_amended(month, small, *amounts))
            .collect(),
        exp: groups(&made.entries, Table::Exp, false),
        expa: groups(&made.amended, Table::Exp, true),
        cdnr: groups(&made.entries, Table::Cdnr, false),
        cdnra: groups(&made.amended, Table::Cdnr, true),
        cdnur: flat(&made.entries, false),
        cdnura: flat(&made.amended, true),
        nil: (!made.nil.is_empty()).then(|| nil(made)),
        hsn: hsn(made),
        doc_issue: (!made.numbers.is_empty()).then(|| Issue { doc_det: numbers(made) }),
    };
    // A vector takes everything, and every key is a text.
    let mut bytes = serde_json::to_vec(&file).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

/// `2026-03` as the portal writes it: `032026`.
fn tax_period(month: &str) -> String {
    month.split_once('-').map_or_else(String::new, |(year, month)| format!("{month}{year}"))
}

/// By what documents of a table stand together.
fn key(entry: &Entry) -> String {
    match entry.table {
        Table::B2b | Table::Cdnr => entry.gstin.clone().unwrap_or_default(),
        Table::B2cl => entry.place.clone(),
        Table::Exp | Table::Cdnur => match entry.supply {
            SupplyType::ExportWithPayment => "WPAY".to_owned(),
            _ => "WOPAY".to_owned(),
        },
    }
}

fn group(table: Table, key: String, entries: &[&Entry], amends: bool) -> Group {
    let docs = entries.iter().map(|entry| doc(entry, amends)).collect();
    match table {
        Table::B2b => Group { ctin: Some(key), inv: docs, ..Group::default() },
        Table::Cdnr => Group { ctin: Some(key), nt: docs, ..Group::default() },
        Table::B2cl => Group { pos: Some(key), inv: docs, ..Group::default() },
        Table::Exp | Table::Cdnur => Group { exp_typ: Some(key), inv: docs, ..Group::default() },
    }
}

fn doc(entry: &Entry, amends: bool) -> Doc {
    let number = Some(entry.number.clone());
    let date = Some(entry.date.format("%d-%m-%Y").to_string());
    let is_note = entry.document != Document::Invoice;
    let mut doc = Doc { val: Exact::Rupees(entry.value.amount()), itms: items(entry), ..Doc::default() };
    if is_note {
        (doc.nt_num, doc.nt_dt) = (number.clone(), date.clone());
        let kind = if entry.document == Document::CreditNote { "C" } else { "D" };
        doc.ntty = Some(kind.to_owned());
    } else {
        (doc.inum, doc.idt) = (number.clone(), date.clone());
    }
    match (amends, is_note) {
        (true, true) => (doc.ont_num, doc.ont_dt) = (number, date),
        (true, false) => (doc.oinum, doc.oidt) = (number, date),
        (false, _) => {}
    }
    if matches!(entry.table, Table::B2b | Table::Cdnr) {
        doc.pos = Some(entry.place.clone());
        doc.rchrg = Some(if entry.is_reverse { "Y" } else { "N" }.to_owned());
        doc.inv_typ = Some(
            match entry.supply {
                SupplyType::SezWithPayment => "SEWP",
                SupplyType::SezWithoutPayment => "SEWOP",
                _ => "R",
            }
            .to_owned(),
        );
    } else if entry.table == Table::Cdnur {
        doc.typ = Some(entry.supply.name().to_owned());
        // Notes on exports have no State of supply.
        doc.pos = Some(entry.place.clone()).filter(|_| !entry.supply.is_export());
    }
    doc
}

fn items(entry: &Entry) -> Vec<Itm> {
    let rows = entry.items.iter().map(|item| det(item.rate, item.amounts, entry.is_inter));
    if entry.table == Table::Exp {
        rows.map(Itm::Plain).collect()
    } else {
        (1..).zip(rows).map(|(num, itm_det)| Itm::Numbered { num, itm_det }).collect()
    }
}

/// The taxes of a supply between States, or inside one.
fn det(rate: Decimal, amounts: Amounts, is_inter: bool) -> Det {
    let tax = |amount, is_there: bool| is_there.then_some(Exact::Rupees(amount));
    Det {
        rt: Exact::Rate(rate),
        txval: Exact::Rupees(amounts.taxable),
        iamt: tax(amounts.igst, is_inter),
        camt: tax(amounts.cgst, !is_inter),
        samt: tax(amounts.sgst, !is_inter),
        csamt: Exact::Rupees(amounts.cess),
    }
}

fn small_row(small: &Small, amounts: Amounts) -> SmallRow {
    let Det { rt, txval, iamt, camt, samt, csamt } = det(small.rate, amounts, small.is_inter);
    let (sply_ty, typ) = (small.kind().to_owned(), "OE".to_owned());
    SmallRow { sply_ty, pos: small.place.clone(), typ, rt, txval, iamt, camt, samt, csamt }
}

fn small_amended(month: &str, small: &Small, amounts: Amounts) -> SmallAmended {
    SmallAmended {
        omon: tax_period(month),
        sply_ty: small.kind().to_owned(),
        pos: small.place.clone(),
        typ: "OE".to_owned(),
        itms: vec![det(small.rate, amounts, small.is_inter)],
    }
}

fn nil(made: &Gstr1) -> NilPart {
    let nothing = Exact::Rupees(Decimal::ZERO);
    let row = |sply_ty: &str, amount| NilRow {
        sply_ty: sply_ty.to_owned(),
        nil_amt: Exact::Rupees(amount),
        expt_amt: nothing,
        ngsup_amt: nothing,
    };
    NilPart { inv: made.nil.iter().map(|nil| row(nil.supply, nil.amount)).collect() }
}

fn hsn(made: &Gstr1) -> BTreeMap<String, Vec<HsnRow>> {
    let mut lists: BTreeMap<String, Vec<HsnRow>> = BTreeMap::new();
    for ((half, sac, rate), amounts) in &made.hsn {
        let rows = lists.entry(half.name().to_owned()).or_default();
        rows.push(HsnRow {
            num: rows.len() + 1,
            hsn_sc: sac.clone(),
            uqc: "NA".to_owned(),
            qty: 0,
            rt: Exact::Rate(*rate),
            txval: Exact::Rupees(amounts.taxable),
            iamt: Exact::Rupees(amounts.igst),
            camt: Exact::Rupees(amounts.cgst),
            samt: Exact::Rupees(amounts.sgst),
            csamt: Exact::Rupees(amounts.cess),
        });
    }
    lists
}

/// Table 13's number and words of a kind of document.
#[must_use]
pub(crate) fn nature(document: Document) -> (u32, &'static str) {
    match document {
        Document::Invoice => (1, "Invoices for outward supply"),
        Document::DebitNote => (4, "Debit Note"),
        Document::CreditNote => (5, "Credit Note"),
    }
}

fn numbers(made: &Gstr1) -> Vec<Kind> {
    let mut kinds: BTreeMap<u32, Kind> = BTreeMap::new();
    for row in &made.numbers {
        let (doc_num, words) = nature(row.document);
        let kind =
            kinds.entry(doc_num).or_insert_with(|| Kind { doc_num, doc_typ: words.to_owned(), docs: Vec::new() });
        kind.docs.push(Run {
            num: kind.docs.len() + 1,
            from: row.from.clone(),
            to: row.to.clone(),
            totnum: row.total,
            cancel: row.cancelled,
            net_issue: row.total - row.cancelled,
        });
    }
    kinds.into_values().collect()
}

/// Reads a return that was written, as far as later ones need it.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn parse(bytes: &[u8]) -> Result<Written, String> {
    let file: File = serde_json::from_slice(bytes).map_err(|e| e.to_string())?;
    let month = month(&file.fp)?;
    let mut written = Written { gstin: file.gstin, ..Written::default() };
    let groups = [file.b2b, file.b2ba, file.b2cl, file.b2cla, file.exp, file.expa, file.cdnr, file.cdnra];
    let grouped = groups.into_iter().flatten().flat_map(|group| group.inv.into_iter().chain(group.nt));
    for doc in grouped.chain(file.cdnur).chain(file.cdnura) {
        let number = doc.inum.or(doc.nt_num).ok_or("a document has no number")?;
        written.values.insert(number, doc.val.value());
    }
    for row in file.b2cs {
        let (small, det) =
            (small_of(&row.sply_ty, row.pos, row.rt), (row.txval, row.iamt, row.camt, row.samt, row.csamt));
        written.small.insert((month.clone(), small), amounts_of(det));
    }
    for row in file.b2csa {
        let of = self::month(&row.omon)?;
        for det in row.itms {
            let small = small_of(&row.sply_ty, row.pos.clone(), det.rt);
            let amounts = amounts_of((det.txval, det.iamt, det.camt, det.samt, det.csamt));
            written.small.insert((of.clone(), small), amounts);
        }
    }
    for (name, rows) in file.hsn {
        let half = [Half::Both, Half::B2b, Half::B2c].into_iter().find(|half| half.name() == name);
        let half = half.ok_or_else(|| format!("hsn has a list `{name}`, which is unknown"))?;
        for row in rows {
            let amounts = amounts_of((row.txval, Some(row.iamt), Some(row.camt), Some(row.samt), row.csamt));
            written.hsn.insert((half, row.hsn_sc, row.rt.value().normalize()), amounts);
        }
    }
    written.month = month;
    Ok(written)
}

fn month(period: &str) -> Result<String, String> {
    match (period.get(..2), period.get(2..)) {
        (Some(month), Some(year)) if period.len() == 6 => Ok(format!("{year}-{month}")),
        _ => Err(format!("`{period}` is no tax period: MMYYYY")),
    }
}

fn small_of(kind: &str, place: String, rate: Exact) -> Small {
    Small { place, rate: rate.value().normalize(), is_inter: kind == "INTER" }
}

fn amounts_of(
    (txval, iamt, camt, samt, csamt): (Exact, Option<Exact>, Option<Exact>, Option<Exact>, Exact),
) -> Amounts {
    let tax = |tax: Option<Exact>| tax.unwrap_or_default().value();
    Amounts { taxable: txval.value(), igst: tax(iamt), cgst: tax(camt), sgst: tax(samt), cess: csamt.value() }
}

#[cfg(test)]
mod tests;
