//! The registration of an invoice with the Indian invoice registration portal (IRP): the
//! invoice reference number (IRN) and the signed QR code that it returns (CGST Rule 48(4)).

use serde::Deserialize;

use super::digest::sha256_hex;
use super::invoice::{Document, Issued};
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

/// The IRN that the portal computes: SHA-256 of the supplier's GSTIN, the financial year, the
/// kind of document and its number in capitals (so since 1 June 2025).
#[must_use]
pub(crate) fn expected_irn(invoice: &Issued) -> Option<String> {
    let year = financial_year(invoice.issue_date);
    let (begin, end) = year.split_once('-')?;
    let kind = match invoice.content.document {
        Document::Invoice => "INV",
        Document::CreditNote => "CRN",
        Document::DebitNote => "DBN",
    };
    let seller = invoice.content.seller.gstin.as_deref()?;
    Some(irn(seller, &format!("20{begin}-{end}"), kind, &invoice.number))
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
    fn the_irn_is_that_of_the_portal() {
        let expected = "23f498ee41441ecad30f72ba5b9907506c3df70a17b0e0dff46b76a786400662";
        assert_eq!(irn("29AAFCC9980M1ZR", "2019-20", "INV", "2019-20/KA/1"), expected);
        assert_eq!(irn("29AAFCC9980M1ZR", "2019-20", "INV", "2019-20/ka/1"), expected);
    }
}
