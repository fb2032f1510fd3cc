//! The registration of an invoice with the Indian invoice registration portal (IRP): the
//! invoice reference number (IRN) and the signed QR code that it returns (CGST Rule 48(4)).

use chrono::{Days, NaiveDate};
use serde::Deserialize;

use super::digest::sha256_hex;
use super::invoice::{Document, Draft, Issued, Treatment};
use super::period::financial_year;

/// What the portal returned for an invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// 64 hexadecimal digits.
    pub irn: String,
    /// Acknowledgement number.
    pub ack_no: String,
    /// When, as the portal writes it.
    pub ack_date: String,
    /// The signed QR code's content, a JWT. Only the portal can make it.
    pub signed_qr: String,
}

#[derive(Deserialize)]
struct Response {
    #[serde(rename = "Irn", alias = "irn")]
    irn: String,
    #[serde(rename = "AckNo", alias = "ackNo", alias = "ackno")]
    ack_no: serde_json::Value,
    #[serde(rename = "AckDt", alias = "ackDt", alias = "ackdt")]
    ack_date: String,
    #[serde(rename = "SignedQRCode", alias = "signedQRCode", alias = "SignedQrCode")]
    signed_qr: String,
}

/// Whether a document is one of those that are registered where turnover asks for it: to
/// anybody but a buyer in India who is not registered, and about tax (CGST Rule 48(4),
/// notification 13/2020).
#[must_use]
pub(crate) fn is_needed(draft: &Draft) -> bool {
    draft.supply.as_ref().is_some_and(|supply| {
        supply.treatment != Treatment::Unregistered
            && (supply.reverse_charge || draft.lines.iter().any(|line| !line.taxes.is_empty()))
    })
}

/// The days in which a document can be registered, of which its own is the first: one of
/// 1 April is refused after 30 April (GSTN's advisory of 5 November 2024).
const DAYS: i64 = 30;

/// The time that is left to register a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TimeLeft {
    /// Days, today included; 0 or less when it is over.
    pub days: i64,
    /// The last of them.
    pub until: NaiveDate,
}

impl TimeLeft {
    /// The time that is left on a day for a document of a date.
    #[must_use]
    pub(crate) fn of(issue_date: NaiveDate, today: NaiveDate) -> Self {
        let until = issue_date + Days::new(DAYS.unsigned_abs() - 1);
        Self { days: DAYS - (today - issue_date).num_days(), until }
    }

    /// In words, as the end of a sentence.
    #[must_use]
    pub(crate) fn words(self) -> String {
        let until = self.until.format("%-d %B %Y");
        match self.days {
            ..=0 => format!("the {DAYS} days to register it ended on {until}"),
            1 => format!("the last of the {DAYS} days to register it is {until}"),
            days => format!("{days} of the {DAYS} days to register it are left, until {until}"),
        }
    }
}

/// The IRN that the portal computes: SHA-256 of the supplier's GSTIN, the financial year, the
/// kind of document and its number in capitals (so since 1 June 2025).
#[must_use]
pub(crate) fn expected_irn(invoice: &Issued) -> Option<String> {
    let seller = invoice.content.seller.gstin.as_deref()?;
    irn_of(seller, invoice.issue_date, invoice.content.document, &invoice.number)
}

/// The same by what it is computed from.
#[must_use]
pub(crate) fn irn_of(seller: &str, issue_date: NaiveDate, document: Document, number: &str) -> Option<String> {
    let year = financial_year(issue_date);
    let (begin, end) = year.split_once('-')?;
    let kind = match document {
        Document::Invoice => "INV",
        Document::CreditNote => "CRN",
        Document::DebitNote => "DBN",
    };
    Some(irn(seller, &format!("20{begin}-{end}"), kind, number))
}

fn irn(seller: &str, year: &str, kind: &str, number: &str) -> String {
    let text = format!("{seller}{year}{kind}{}", number.to_uppercase());
    sha256_hex(text.as_bytes())
}

/// Reads the portal's response for an invoice, as it was saved: the object itself, or inside
/// `Data`, `data` or `result`.
///
/// # Errors
/// It cannot be read, or is of another document.
pub(crate) fn parse(bytes: &[u8], invoice: &Issued) -> Result<Registration, String> {
    let mut value: serde_json::Value = serde_json::from_slice(bytes).map_err(|e| e.to_string())?;
    for key in ["Data", "data", "result"] {
        if let Some(inner) = value.get_mut(key).map(serde_json::Value::take) {
            value = match inner {
                // The portal wraps its answer in a text.
                serde_json::Value::String(text) => serde_json::from_str(&text).map_err(|e| format!("{key}: {e}"))?,
                inner => inner,
            };
        }
    }
    let response: Response = serde_json::from_value(value).map_err(|e| e.to_string())?;
    let irn = response.irn.to_lowercase();
    match expected_irn(invoice) {
        Some(expected) if expected == irn => {}
        Some(expected) => {
            return Err(format!(
                "its IRN is {irn}, and that of {} is {expected}: it is of another document",
                invoice.number
            ));
        }
        None => return Err("the seller has no GSTIN, so that no IRN belongs to the invoice".to_owned()),
    }
    if response.signed_qr.split('.').count() != 3 {
        return Err("SignedQRCode is not a signed token".to_owned());
    }
    let ack_no = match response.ack_no {
        serde_json::Value::String(text) => text,
        number => number.to_string(),
    };
    Ok(Registration { irn, ack_no, ack_date: response.ack_date, signed_qr: response.signed_qr })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_can_be_registered_for_thirty_days_with_its_own() {
        let day = |text: &str| text.parse().unwrap();
        let on = |today: &str| TimeLeft::of(day("2026-04-01"), day(today));
        assert_eq!((on("2026-04-01").days, on("2026-04-30").days, on("2026-05-01").days), (30, 1, 0));
        assert_eq!(on("2026-04-02").words(), "29 of the 30 days to register it are left, until 30 April 2026");
        assert_eq!(on("2026-04-30").words(), "the last of the 30 days to register it is 30 April 2026");
        assert_eq!(on("2026-06-01").words(), "the 30 days to register it ended on 30 April 2026");
    }

    #[test]
    fn the_irn_is_that_of_the_portal() {
        let expected = "23f498ee41441ecad30f72ba5b9907506c3df70a17b0e0dff46b76a786400662";
        assert_eq!(irn("29AAFCC9980M1ZR", "2019-20", "INV", "2019-20/KA/1"), expected);
        assert_eq!(irn("29AAFCC9980M1ZR", "2019-20", "INV", "2019-20/ka/1"), expected);
    }
}
