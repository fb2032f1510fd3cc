//! INV-01 v1.1: the invoice as the Indian invoice registration portal takes it (NIC/GSTN).
//! Amounts are written from their decimal digits; no binary float is on the way.

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::model::gstin;
use crate::model::invoice::{Document, Draft, Issued, Line, Party, Supply, Treatment};
use crate::model::money::{Money, total};
use crate::render::reconciliation_json::to_bytes;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Invoice {
    version: &'static str,
    tran_dtls: TranDtls,
    doc_dtls: DocDtls,
    seller_dtls: PartyDtls,
    buyer_dtls: PartyDtls,
    item_list: Vec<Item>,
    val_dtls: ValDtls,
    ref_dtls: RefDtls,
    #[serde(skip_serializing_if = "Option::is_none")]
    exp_dtls: Option<ExpDtls>,
}

/// Of an export that is charged in another currency.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ExpDtls {
    for_cur: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    cnt_code: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct TranDtls {
    tax_sch: &'static str,
    sup_typ: &'static str,
    reg_rev: &'static str,
    igst_on_intra: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct DocDtls {
    typ: &'static str,
    no: String,
    dt: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PartyDtls {
    gstin: String,
    lgl_nm: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pos: Option<String>,
    addr1: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    addr2: Option<String>,
    loc: String,
    pin: u32,
    stcd: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Item {
    sl_no: String,
    prd_desc: String,
    is_servc: &'static str,
    hsn_cd: String,
    qty: u32,
    unit: &'static str,
    unit_price: Box<RawValue>,
    tot_amt: Box<RawValue>,
    discount: Box<RawValue>,
    ass_amt: Box<RawValue>,
    gst_rt: Box<RawValue>,
    igst_amt: Box<RawValue>,
    cgst_amt: Box<RawValue>,
    sgst_amt: Box<RawValue>,
    tot_item_val: Box<RawValue>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ValDtls {
    ass_val: Box<RawValue>,
    cgst_val: Box<RawValue>,
    sgst_val: Box<RawValue>,
    igst_val: Box<RawValue>,
    rnd_off_amt: Box<RawValue>,
    tot_inv_val: Box<RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tot_inv_val_fc: Option<Box<RawValue>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct RefDtls {
    doc_perd_dtls: DocPerdDtls,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    prec_doc_dtls: Vec<PrecDocDtls>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct DocPerdDtls {
    inv_st_dt: String,
    inv_end_dt: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PrecDocDtls {
    inv_no: String,
    inv_dt: String,
}

fn day(day: NaiveDate) -> String {
    day.format("%d/%m/%Y").to_string()
}

fn number(digits: &str) -> Result<Box<RawValue>, String> {
    RawValue::from_string(digits.to_owned()).map_err(|e| e.to_string())
}

/// Text without what INV-01 forbids, and within its length.
fn text(what: &str, value: &str, shortest: usize, longest: usize) -> Result<String, String> {
    let plain = value.replace('"', "'").replace('\\', "/");
    let length = plain.chars().count();
    if length < shortest || length > longest {
        return Err(format!("{what} must have {shortest} to {longest} characters"));
    }
    Ok(plain)
}

/// The document.
///
/// # Errors
/// Why this invoice cannot be told so, in a phrase.
pub(crate) fn render(invoice: &Issued) -> Result<Vec<u8>, String> {
    Ok(to_bytes(&document(invoice)?))
}

/// Whether it can be told so.
///
/// # Errors
/// As [`render`].
pub(crate) fn check(invoice: &Issued) -> Result<(), String> {
    document(invoice).map(|_| ())
}

/// The largest file that the portal's bulk upload takes: 2 MB.
const BULK_BYTES: usize = 2_000_000;

/// Those of some invoices that can be told so, in their order, in as many parts as the portal's
/// bulk upload needs.
#[must_use]
pub(crate) fn bulk_parts<'a>(invoices: impl Iterator<Item = &'a Issued>) -> Vec<Vec<&'a Issued>> {
    parts(invoices, BULK_BYTES)
}

fn parts<'a>(invoices: impl Iterator<Item = &'a Issued>, limit: usize) -> Vec<Vec<&'a Issued>> {
    let mut parts: Vec<Vec<&Issued>> = Vec::new();
    let mut taken = 0;
    for invoice in invoices {
        let Ok(document) = document(invoice) else { continue };
        // An array of one is longer than its part of a longer array.
        let bytes = to_bytes(&[document]).len();
        match parts.last_mut().filter(|_| taken + bytes <= limit) {
            Some(part) => {
                part.push(invoice);
                taken += bytes;
            }
            None => {
                parts.push(vec![invoice]);
                taken = bytes;
            }
        }
    }
    parts
}

/// A part as a file of the bulk upload: an array.
#[must_use]
pub(crate) fn bulk<'a>(invoices: impl Iterator<Item = &'a Issued>) -> Vec<u8> {
    to_bytes(&invoices.filter_map(|invoice| document(invoice).ok()).collect::<Vec<_>>())
}

fn document(invoice: &Issued) -> Result<Invoice, String> {
    let draft = &invoice.content;
    let supply = draft.supply.as_ref().ok_or("no GST is charged")?;
    let kind = match supply.treatment {
        Treatment::Registered => "B2B",
        Treatment::SezWithPayment => "SEZWP",
        Treatment::SezWithoutPayment => "SEZWOP",
        Treatment::ExportWithPayment => "EXPWP",
        Treatment::ExportWithoutPayment => "EXPWOP",
        Treatment::Unregistered => return Err("the buyer is not registered: INV-01 is between businesses".to_owned()),
    };
    if !supply.reverse_charge && draft.lines.iter().all(|line| line.taxes.is_empty()) {
        return Err("it adjusts no tax, so it is not reported".to_owned());
    }
    if draft.currency.code() != "INR" {
        return Err("its amounts are not in rupees".to_owned());
    }
    if !invoice.number.starts_with(|c: char| matches!(c, 'a'..='z' | 'A'..='Z' | '1'..='9')) {
        return Err("its number begins with 0, which INV-01 does not allow".to_owned());
    }
    let mut why = Reasons::default();
    let parts = (why.take(seller(&draft.seller)), why.take(buyer(&draft.buyer, supply)), why.take(items(draft)));
    let (Some(seller_dtls), Some(buyer_dtls), Some(item_list)) = parts else { return Err(why.told()) };
    let head = |kind: &str| -> Result<Box<RawValue>, String> {
        let owed = draft.lines.iter().flat_map(|line| &line.recipient_taxes);
        let owed = owed.filter(|tax| tax.kind == kind).map(|tax| &tax.amount);
        let of_kind = draft.taxes.iter().filter(|tax| tax.kind == kind).map(|tax| &tax.amount).chain(owed);
        number(&total(draft.currency, of_kind).map_err(|e| e.to_string())?.plain())
    };
    let mut taxes = draft.lines.iter().flat_map(|line| line.taxes.iter().chain(&line.recipient_taxes));
    let own_tax = if taxes.any(|tax| tax.kind == "UTGST") { "UTGST" } else { "SGST" };
    Ok(Invoice {
        version: "1.1",
        tran_dtls: TranDtls {
            tax_sch: "GST",
            sup_typ: kind,
            reg_rev: if supply.reverse_charge { "Y" } else { "N" },
            igst_on_intra: "N",
        },
        doc_dtls: DocDtls {
            typ: match draft.document {
                Document::Invoice => "INV",
                Document::CreditNote => "CRN",
                Document::DebitNote => "DBN",
            },
            no: invoice.number.clone(),
            dt: day(invoice.issue_date),
        },
        seller_dtls,
        buyer_dtls,
        item_list,
        val_dtls: ValDtls {
            ass_val: number(&draft.subtotal.plain())?,
            cgst_val: head("CGST")?,
            sgst_val: head(own_tax)?,
            igst_val: head("IGST")?,
            rnd_off_amt: number(&draft.round_off.plain())?,
            tot_inv_val: number(&draft.total.plain())?,
            // It has two decimals at most.
            tot_inv_val_fc: draft
                .foreign_total()
                .filter(|total| total.currency().minor_digits() <= 2)
                .map(|total| number(&total.plain()))
                .transpose()?,
        },
        ref_dtls: RefDtls {
            doc_perd_dtls: DocPerdDtls { inv_st_dt: day(draft.period.from), inv_end_dt: day(draft.period.to) },
            prec_doc_dtls: draft
                .original
                .iter()
                .map(|original| PrecDocDtls { inv_no: original.number.clone(), inv_dt: day(original.issue_date) })
                .collect(),
        },
        exp_dtls: exp_dtls(draft),
    })
}

/// The other currency that it is charged in, where that is one.
fn exp_dtls(draft: &Draft) -> Option<ExpDtls> {
    let mut currencies = draft.lines.iter().filter_map(Line::exchange).map(|exchange| exchange.amount.currency());
    let first = currencies.next()?;
    let is_one = currencies.all(|currency| currency == first);
    is_one.then(|| ExpDtls { for_cur: first.code().to_owned(), cnt_code: draft.buyer.country.clone() })
}

fn pin(who: &str, party: &Party) -> Result<u32, String> {
    let digits = party.pin.as_deref().map(|pin| pin.replace(' ', ""));
    digits
        .and_then(|digits| digits.parse().ok())
        .filter(|pin| (100_000..=999_999).contains(pin))
        .ok_or_else(|| format!("the {who}'s PIN of six digits is not known"))
}

/// Everything that lacks, so that it is mended at once.
#[derive(Default)]
struct Reasons(Vec<String>);

impl Reasons {
    fn take<T>(&mut self, result: Result<T, String>) -> Option<T> {
        result.map_err(|why| self.0.push(why)).ok()
    }

    fn told(self) -> String {
        self.0.join("; ")
    }
}

/// What a party is called and where it is.
struct Place {
    name: String,
    addr1: String,
    addr2: Option<String>,
    city: String,
    pin: u32,
}

fn place(who: &str, party: &Party, pin_of: Result<u32, String>) -> Result<Place, String> {
    let mut why = Reasons::default();
    let name = why.take(text(&format!("the {who}'s name"), &party.legal_name, 3, 100));
    let first = party.address.first().ok_or_else(|| format!("the {who}'s address is not known"));
    let addr1 = why.take(first.and_then(|line| text("a line of an address", line, 1, 100)));
    let second = party.address.get(1).map(|line| text("a line of an address", line, 3, 100)).transpose();
    // A second line that is too short or too long is left out.
    let addr2 = second.unwrap_or_default();
    let city = party.city.as_deref().ok_or_else(|| format!("the {who}'s city is not known"));
    let city = why.take(city.and_then(|city| text(&format!("the {who}'s city"), city, 3, 50)));
    match (name, addr1, city, why.take(pin_of)) {
        (Some(name), Some(addr1), Some(city), Some(pin)) => Ok(Place { name, addr1, addr2, city, pin }),
        _ => Err(why.told()),
    }
}

fn seller(party: &Party) -> Result<PartyDtls, String> {
    let number = party.gstin.clone().ok_or("the seller's GSTIN is not known")?;
    let Place { name, addr1, addr2, city, pin } = place("seller", party, pin("seller", party))?;
    Ok(PartyDtls {
        stcd: number.get(..2).unwrap_or_default().to_owned(),
        gstin: number,
        lgl_nm: name,
        pos: None,
        addr1,
        addr2,
        loc: city,
        pin,
    })
}

fn buyer(party: &Party, supply: &Supply) -> Result<PartyDtls, String> {
    let abroad = supply.treatment.is_export();
    let number = if abroad { "URP".to_owned() } else { party.gstin.clone().ok_or("the buyer's GSTIN is not known")? };
    let pin = if abroad { Ok(999_999) } else { pin("buyer", party) };
    let Place { name, addr1, addr2, city, pin } = place("buyer", party, pin)?;
    // The State of the address; the GSTIN's where that has none.
    let own = number.get(..2).filter(|code| gstin::state(code).is_some()).map(str::to_owned);
    let state = if abroad { Some("96".to_owned()) } else { own };
    Ok(PartyDtls {
        gstin: number,
        lgl_nm: name,
        pos: Some(supply.place_code.clone()),
        addr1,
        addr2,
        loc: city,
        pin,
        stcd: state.ok_or("the buyer's State is not known")?,
    })
}

/// The lines that charge something. INV-01 knows no negative amount: what is taken off
/// stands as a discount on the largest of them.
fn items(draft: &Draft) -> Result<Vec<Item>, String> {
    let charged: Vec<&Line> = draft.lines.iter().filter(|line| !line.amount.is_negative()).collect();
    let off: Vec<&Line> = draft.lines.iter().filter(|line| line.amount.is_negative()).collect();
    let largest = (0..charged.len()).max_by_key(|at| (charged[*at].amount.amount(), std::cmp::Reverse(*at)));
    let largest = largest.ok_or("it has no line that charges something")?;
    let mut items = Vec::new();
    for (index, line) in charged.iter().enumerate() {
        let reduced: &[&Line] = if index == largest { &off } else { &[] };
        items.push(item(index + 1, line, reduced)?);
    }
    Ok(items)
}

fn item(place: usize, line: &Line, off: &[&Line]) -> Result<Item, String> {
    let currency = line.amount.currency();
    let too_large = |e: crate::model::money::MoneyError| e.to_string();
    let discount = total(currency, off.iter().map(|line| &line.amount)).map_err(too_large)?.negated();
    let taxable = line.amount.minus(&discount).map_err(too_large)?;
    if taxable.is_negative() {
        return Err("more is taken off than any line charges".to_owned());
    }
    let tax = |kinds: &[&str]| -> Result<Money, String> {
        // Those of the buyer under reverse charge are stated, and in no total.
        let of = |line: &'_ Line| line.taxes.iter().chain(&line.recipient_taxes).cloned().collect::<Vec<_>>();
        let taxes: Vec<_> = std::iter::once(line).chain(off.iter().copied()).flat_map(of).collect();
        total(currency, taxes.iter().filter(|tax| kinds.contains(&tax.kind.as_str())).map(|tax| &tax.amount))
            .map_err(too_large)
    };
    let (igst, cgst, sgst) = (tax(&["IGST"])?, tax(&["CGST"])?, tax(&["SGST", "UTGST"])?);
    let charged = line.taxes.iter().chain(off.iter().flat_map(|line| &line.taxes)).map(|tax| &tax.amount);
    let whole = total(currency, std::iter::once(&taxable).chain(charged)).map_err(too_large)?;
    Ok(Item {
        sl_no: place.to_string(),
        prd_desc: text("a description", &line.description, 3, 300)?,
        is_servc: "Y",
        hsn_cd: line.sac.clone().ok_or("a line has no service accounting code")?,
        // One service at the whole amount: prices of calls have more decimals than there is
        // room for, and quantity times price must be the amount.
        qty: 1,
        unit: "OTH",
        unit_price: number(&line.amount.plain())?,
        tot_amt: number(&line.amount.plain())?,
        discount: number(&discount.plain())?,
        ass_amt: number(&taxable.plain())?,
        gst_rt: number(&line.tax_rate().map_err(too_large)?.to_string())?,
        igst_amt: number(&igst.plain())?,
        cgst_amt: number(&cgst.plain())?,
        sgst_amt: number(&sgst.plain())?,
        tot_item_val: number(&whole.plain())?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::invoice_json;

    const ISSUED: &[u8] =
        include_bytes!("../../../tests/data/sealed-by-0.1/closes/2026-03/invoices/CF-25-26-00001.json");

    #[test]
    fn no_part_of_the_bulk_is_larger_than_the_portal_takes() {
        let one = invoice_json::parse(ISSUED).unwrap();
        let many: Vec<Issued> = (1..=5).map(|n| Issued { number: format!("A{n}"), ..one.clone() }).collect();
        let bytes = bulk(many[..1].iter()).len();
        let told = |limit: usize| {
            let parts = parts(many.iter(), limit);
            assert!(parts.iter().all(|part| part.len() == 1 || bulk(part.iter().copied()).len() <= limit));
            let numbers = |part: &Vec<&Issued>| part.iter().map(|one| one.number.as_str()).collect::<String>();
            parts.iter().map(numbers).collect::<Vec<_>>()
        };
        assert_eq!(told(2 * bytes + bytes / 2), ["A1A2", "A3A4", "A5"]);
        assert_eq!(told(bytes / 2), ["A1", "A2", "A3", "A4", "A5"]);
        assert_eq!(told(BULK_BYTES), ["A1A2A3A4A5"]);
        assert_eq!(bulk_parts([].iter()).len(), 0);
    }
}
