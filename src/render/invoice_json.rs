//! An invoice's `.json`: everything that is printed, so that the PDF can be drawn again
//! from it alone and the sums recomputed.

use serde::{Deserialize, Serialize};

use super::reconciliation_json::to_bytes;
use crate::model::invoice::{Draft, Issued, Line, Party, Proof, Tax};
use crate::model::money::{Currency, Money, parse_plain, total};
use crate::model::period::{Period, parse_day};
use crate::model::usage::Direction;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    schema: String,
    number: String,
    issue_date: String,
    customer_id: String,
    period: SpanPart,
    currency: String,
    seller: PartyPart,
    buyer: PartyPart,
    proof: String,
    lines: Vec<LinePart>,
    subtotal: String,
    taxes: Vec<TaxPart>,
    round_off: String,
    total: String,
    amount_in_words: String,
    template_sha256: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SpanPart {
    name: String,
    from: String,
    to: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PartyPart {
    legal_name: String,
    address: Vec<String>,
    state_code: Option<String>,
    gstin: Option<String>,
    email: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LinePart {
    description: String,
    direction: String,
    calls: Option<u64>,
    exact: String,
    amount: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TaxPart {
    kind: String,
    rate: String,
    base: String,
    amount: String,
}

const SCHEMA: &str = "crossfoot/invoice/v1";

/// The document, indented, with a line end.
#[must_use]
pub fn render(invoice: &Issued) -> Vec<u8> {
    let draft = &invoice.content;
    to_bytes(&Document {
        schema: SCHEMA.into(),
        number: invoice.number.clone(),
        issue_date: invoice.issue_date.to_string(),
        customer_id: draft.customer_id.clone(),
        period: SpanPart {
            name: draft.period.name.clone(),
            from: draft.period.from.to_string(),
            to: draft.period.to.to_string(),
        },
        currency: draft.currency.code().to_owned(),
        seller: party(&draft.seller),
        buyer: party(&draft.buyer),
        proof: draft.proof.name().to_owned(),
        lines: draft
            .lines
            .iter()
            .map(|line| LinePart {
                description: line.description.clone(),
                direction: line.direction.name().to_owned(),
                calls: line.calls,
                exact: line.exact.plain(),
                amount: line.amount.plain(),
            })
            .collect(),
        subtotal: draft.subtotal.plain(),
        taxes: draft
            .taxes
            .iter()
            .map(|tax| TaxPart {
                kind: tax.kind.clone(),
                rate: tax.rate.clone(),
                base: tax.base.plain(),
                amount: tax.amount.plain(),
            })
            .collect(),
        round_off: draft.round_off.plain(),
        total: draft.total.plain(),
        amount_in_words: draft.amount_in_words.clone(),
        template_sha256: invoice.template_sha256.clone(),
    })
}

/// Reads an invoice back, and checks that its sums hold.
///
/// # Errors
/// What is wrong, naming the field where it can.
pub fn parse(bytes: &[u8]) -> Result<Issued, String> {
    let doc: Document = serde_json::from_slice(bytes).map_err(|e| e.to_string())?;
    if doc.schema != SCHEMA {
        return Err(format!("schema is `{}`, not `{SCHEMA}`", doc.schema));
    }
    let currency = Currency::parse(&doc.currency).map_err(|e| format!("currency: {e}"))?;
    let money = |field: &str, text: &str| {
        parse_plain(text).map(|amount| Money::new(amount, currency)).map_err(|e| format!("{field}: {e}"))
    };
    let day = |field: &str, text: &str| parse_day(text).map_err(|e| format!("{field}: {e}"));
    let mut lines = Vec::new();
    for line in doc.lines {
        lines.push(Line {
            direction: Direction::parse(&line.direction)
                .ok_or_else(|| format!("lines.direction: `{}` is unknown", line.direction))?,
            description: line.description,
            calls: line.calls,
            exact: money("lines.exact", &line.exact)?,
            amount: money("lines.amount", &line.amount)?,
        });
    }
    let mut taxes = Vec::new();
    for tax in doc.taxes {
        taxes.push(Tax {
            kind: tax.kind,
            rate: tax.rate,
            base: money("taxes.base", &tax.base)?,
            amount: money("taxes.amount", &tax.amount)?,
        });
    }
    let draft = Draft {
        customer_id: doc.customer_id,
        period: Period {
            name: doc.period.name,
            from: day("period.from", &doc.period.from)?,
            to: day("period.to", &doc.period.to)?,
        },
        currency,
        seller: party_back(doc.seller),
        buyer: party_back(doc.buyer),
        proof: Proof::parse(&doc.proof).ok_or_else(|| format!("proof: `{}` is unknown", doc.proof))?,
        subtotal: money("subtotal", &doc.subtotal)?,
        round_off: money("round_off", &doc.round_off)?,
        total: money("total", &doc.total)?,
        amount_in_words: doc.amount_in_words,
        lines,
        taxes,
    };
    check_sums(&draft)?;
    Ok(Issued {
        number: doc.number,
        issue_date: day("issue_date", &doc.issue_date)?,
        content: draft,
        template_sha256: doc.template_sha256,
    })
}

/// lines = subtotal, subtotal + taxes + round_off = total.
fn check_sums(draft: &Draft) -> Result<(), String> {
    let sum = |amounts: Vec<&Money>| total(draft.currency, amounts).map_err(|e| e.to_string());
    let lines = sum(draft.lines.iter().map(|l| &l.amount).collect())?;
    if lines != draft.subtotal {
        return Err(format!("subtotal: {} stands where the lines make {}", draft.subtotal.plain(), lines.plain()));
    }
    let mut parts: Vec<&Money> = draft.taxes.iter().map(|t| &t.amount).collect();
    parts.extend([&draft.subtotal, &draft.round_off]);
    let whole = sum(parts)?;
    if whole != draft.total {
        return Err(format!("total: {} stands where the parts make {}", draft.total.plain(), whole.plain()));
    }
    Ok(())
}

fn party(party: &Party) -> PartyPart {
    PartyPart {
        legal_name: party.legal_name.clone(),
        address: party.address.clone(),
        state_code: party.state_code.clone(),
        gstin: party.gstin.clone(),
        email: party.email.clone(),
    }
}

fn party_back(part: PartyPart) -> Party {
    Party {
        legal_name: part.legal_name,
        address: part.address,
        state_code: part.state_code,
        gstin: part.gstin,
        email: part.email,
    }
}
