//! `GET /transactions` and `GET /accounts/{id}/transactions`: the partner's ledger, page by
//! page. Amounts are positive; whether a row charges or credits shows in its type, in one
//! of several vocabularies.

use rust_decimal::Decimal;
use serde::Deserialize;

use super::undecodable;
use crate::capture::answer::DEGRADED;
use crate::capture::exact;
use crate::model::problem::Problem;
use crate::model::transactions::Kind;

/// One page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TransactionsPage {
    /// Its rows.
    pub rows: Vec<Transaction>,
    /// How many pages there are, where it says so.
    pub pages: Option<u64>,
    /// Whether there is another page.
    pub more: bool,
    /// Sum of debits and credits on all pages, by the partner's word.
    pub stated: Option<(Decimal, Decimal)>,
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Transaction {
    /// Its id.
    pub id: Option<String>,
    /// The customer, where the row says so.
    pub customer_id: Option<String>,
    /// What it is for.
    pub kind: Kind,
    /// The word that says so, where we do not know it.
    pub unknown: Option<String>,
    /// Whether it charges the customer.
    pub is_debit: bool,
    /// How much, without a sign.
    pub amount: Decimal,
    /// In which currency.
    pub currency: Option<String>,
    /// Whether it has been carried out.
    pub is_settled: bool,
}

#[derive(Deserialize)]
struct Body {
    transactions: Option<Vec<Row>>,
    summary: Option<Summary>,
    #[serde(default, deserialize_with = "exact::count")]
    total: Option<u64>,
    #[serde(default, deserialize_with = "exact::count")]
    total_pages: Option<u64>,
    #[serde(default, deserialize_with = "exact::count")]
    page: Option<u64>,
}

#[derive(Deserialize)]
struct Summary {
    #[serde(default, deserialize_with = "exact::amount")]
    total_debit: Option<Decimal>,
    #[serde(default, deserialize_with = "exact::amount")]
    total_credit: Option<Decimal>,
}

#[derive(Deserialize)]
struct Row {
    id: Option<String>,
    account_id: Option<String>,
    account_auth_id: Option<String>,
    r#type: Option<String>,
    #[serde(default, deserialize_with = "exact::amount")]
    amount: Option<Decimal>,
    currency: Option<String>,
    reference: Option<String>,
    reference_type: Option<String>,
    status: Option<String>,
}

/// Decodes page `page` with up to `per_page` rows. `file` is what errors call it.
///
/// # Errors
/// Another shape or a row without an amount (with line and column); another page than
/// asked for; a zeroed summary beside rows, which is [`DEGRADED`] (partner docs, ledger).
pub(crate) fn decode(body: &[u8], file: &str, page: u64, per_page: u64) -> Result<TransactionsPage, Problem> {
    let parsed: Body = serde_json::from_slice(body).map_err(|e| undecodable("transactions", file, &e))?;
    let shape = |what: &str| Problem::stop("upstream-shape", format!("the partner's answer {what}")).at(file);
    let Some(rows) = parsed.transactions else { return Err(shape("has no list of transactions")) };
    if parsed.page.is_some_and(|echoed| echoed != page) {
        return Err(shape("is not the page of transactions asked for"));
    }
    let delivered = rows.len() as u64;
    let rows = rows
        .into_iter()
        .map(|row| transaction(row).ok_or_else(|| shape("has a transaction without an amount or a type")))
        .collect::<Result<Vec<_>, _>>()?;
    let stated = match parsed.summary {
        Some(Summary { total_debit: Some(debit), total_credit: Some(credit) }) => Some((debit, credit)),
        _ => None,
    };
    if stated.is_some_and(|(debit, credit)| debit.is_zero() && credit.is_zero())
        && rows.iter().any(|row| row.is_settled && !row.amount.is_zero())
    {
        return Err(Problem::stop(DEGRADED, "the partner's summary is zero although there are transactions").at(file));
    }
    let more = match (parsed.total_pages, parsed.total) {
        (Some(pages), _) => page < pages,
        (None, Some(total)) => page.saturating_mul(per_page) < total,
        (None, None) => delivered >= per_page,
    };
    let pages = parsed.total_pages.or(parsed.total.map(|total| total.div_ceil(per_page.max(1))));
    Ok(TransactionsPage { rows, pages, more, stated })
}

fn transaction(row: Row) -> Option<Transaction> {
    let amount = row.amount?;
    let word = row.r#type.as_deref()?;
    // What a row is for: its reference type; else a type that says more than the ledger's
    // two sides; else the form of its reference.
    let side = ["debit", "credit"].contains(&word);
    let reference = row.reference.as_deref().unwrap_or_default();
    let about = row.reference_type.as_deref().or((!side).then_some(word)).unwrap_or({
        if reference.starts_with("cdr:") || reference.starts_with("cdr_") {
            "cdr"
        } else if reference.starts_with("ptc:") {
            "transfer"
        } else {
            "unknown"
        }
    });
    let kind = match about {
        "cdr" | "stream_cdr" | "ncc" => Kind::Calls,
        "did_purchase" | "did_rental" | "did_release" => Kind::Rental,
        "recording" | "transcription" | "pii_redaction" => Kind::Recording,
        "recharge" | "payment" | "transfer" => Kind::Transfer,
        "refund" => Kind::Refund,
        "manual_adjustment" | "adjustment" => Kind::Adjustment,
        // The partner's own summary counts transfers as unknown.
        "unknown" if reference.starts_with("ptc:") => Kind::Transfer,
        _ => Kind::Other,
    };
    let is_debit = match word {
        "debit" => true,
        "credit" | "recharge" | "refund" | "payment" | "transfer" => false,
        // Adjustments of the reference page's generation carry their side in the sign.
        "adjustment" | "manual_adjustment" => !amount.is_sign_negative(),
        _ => true,
    };
    Some(Transaction {
        id: row.id,
        customer_id: row.account_auth_id.or(row.account_id),
        unknown: (kind == Kind::Other).then(|| about.to_owned()),
        kind,
        is_debit,
        amount: amount.abs(),
        currency: row.currency,
        is_settled: row.status.as_deref().is_none_or(|status| status == "completed"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_pages_are_read() {
        let pages = [
            include_str!("../../../tests/data/partner-api/07-transactions-page1.json"),
            include_str!("../../../tests/data/partner-api/08-transactions-page2.json"),
        ];
        let pages: Vec<_> = (1..).zip(pages).map(|(n, body)| decode(body.as_bytes(), "page", n, 5).unwrap()).collect();
        assert_eq!((pages[0].more, pages[1].more), (true, false));
        let rows: Vec<_> = pages.iter().flat_map(|page| &page.rows).collect();
        assert_eq!(rows.len(), 9);
        let calls: Vec<String> = rows.iter().filter(|r| r.kind == Kind::Calls).map(|r| r.amount.to_string()).collect();
        assert_eq!(calls.len(), 6, "{calls:?}");
        assert!(rows.iter().any(|r| r.kind == Kind::Rental && r.is_debit && r.amount.to_string() == "300"));
        assert!(rows.iter().any(|r| r.kind == Kind::Refund && !r.is_debit));
    }

    #[test]
    fn a_zeroed_summary_beside_rows_is_degraded() {
        let body = br#"{"transactions":[{"id":"1","type":"debit","amount":0.45}],"summary":{"total_debit":0,"total_credit":0}}"#;
        assert_eq!(decode(body, "page", 1, 100).unwrap_err().code, DEGRADED);
    }
}
