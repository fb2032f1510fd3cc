//! An invoice's `.json`: everything that is printed, so that the PDF can be drawn again
//! from it alone and the sums recomputed.

mod parts;
mod pricing;

use self::parts::{
    CallListPart, DayPart, Document, LinePart, LineTaxPart, OriginalPart, PartyPart, PaymentPart, SpanPart, SupplyPart,
    TaxPart,
};
use super::reconciliation_json::to_bytes;
use super::structured;
use crate::model::invoice::{
    self, Charge, Draft, Edition, Issued, Line, LineTax, Original, Party, Payment, Pricing, Proof, Registered, Supply,
    Tax, Treatment, tax_sums,
};
use crate::model::invoice::{CallList, DayShare, Detail};
use crate::model::money::{Currency, Money, parse_plain, total};
use crate::model::period::{Period, parse_day};
use crate::model::usage::Direction;

const SCHEMA: &str = "crossfoot/invoice/v1";

/// The document, indented, with a line end. What was not issued has a schema of its own, so that
/// nothing takes it for an invoice.
#[must_use]
pub fn render(invoice: &Issued) -> Vec<u8> {
    let draft = &invoice.content;
    let payment = &draft.payment;
    to_bytes(&Document {
        schema: if invoice.is_draft() { "crossfoot/draft-document/v1" } else { SCHEMA }.into(),
        edition: (draft.edition > Edition::First).then_some(2),
        document: draft.document.name().to_owned(),
        number: invoice.number.clone(),
        issue_date: invoice.issue_date.to_string(),
        due_date: invoice.due_date().map(|day| day.to_string()),
        original: draft.original.as_ref().map(|original| OriginalPart {
            number: original.number.clone(),
            issue_date: original.issue_date.to_string(),
            reason: original.reason.clone(),
        }),
        customer_id: draft.customer_id.clone(),
        period: SpanPart {
            name: draft.period.name.clone(),
            from: draft.period.from.to_string(),
            to: draft.period.to.to_string(),
        },
        currency: draft.currency.code().to_owned(),
        seller: party(&draft.seller),
        buyer: party(&draft.buyer),
        buyer_reference: draft.buyer_reference.clone(),
        supply: draft.supply.as_ref().map(|supply| SupplyPart {
            treatment: supply.treatment.name().to_owned(),
            place_code: supply.place_code.clone(),
            place_name: supply.place_name.clone(),
            reverse_charge: supply.reverse_charge,
            place_assumed: supply.is_assumed,
        }),
        proof: draft.proof.name().to_owned(),
        lines: draft.lines.iter().map(line).collect(),
        subtotal: draft.subtotal.plain(),
        taxes: draft.taxes.iter().map(tax_part).collect(),
        // Sums of parts of the lines, which add up in `taxes`' stead.
        recipient_taxes: tax_sums(&draft.lines, |line| &line.recipient_taxes)
            .unwrap_or_default()
            .iter()
            .map(tax_part)
            .collect(),
        round_off: draft.round_off.plain(),
        total: draft.total.plain(),
        amount_in_words: draft.amount_in_words.clone(),
        payment: PaymentPart {
            account_name: payment.account_name.clone(),
            account_number: payment.account_number.clone(),
            bank: payment.bank.clone(),
            bank_code: payment.bank_code.clone(),
            upi: payment.upi.clone(),
            due_days: payment.due_days,
            terms: payment.terms.clone(),
        },
        remarks: draft.remarks.clone(),
        structured: structured::reasons(invoice).into_iter().map(|(name, why)| (name.to_owned(), why)).collect(),
        days_in: draft.days_in.clone(),
        call_list: draft.call_list.as_ref().map(|list| CallListPart {
            calls: list.calls,
            capture_sha256: list.capture_sha256.clone(),
            masked: list.masked,
            timezone: list.timezone.clone(),
        }),
        logo_sha256: draft.logo_sha256.clone(),
        template_sha256: invoice.template_sha256.clone(),
        sealed_after: invoice.sealed_after.clone(),
    })
}

fn tax_part(tax: &Tax) -> TaxPart {
    TaxPart { kind: tax.kind.clone(), rate: tax.rate.to_string(), base: tax.base.plain(), amount: tax.amount.plain() }
}

fn line(line: &Line) -> LinePart {
    let line_tax =
        |tax: &LineTax| LineTaxPart { kind: tax.kind.clone(), rate: tax.rate.to_string(), amount: tax.amount.plain() };
    let detail = &line.detail;
    LinePart {
        description: line.description.clone(),
        charge: line.charge.name().to_owned(),
        direction: line.direction.map(|direction| direction.name().to_owned()),
        calls: line.calls,
        seconds: detail.seconds,
        answered: detail.answered,
        from: detail.span.map(|(from, _)| from.to_string()),
        to: detail.span.map(|(_, to)| to.to_string()),
        at_selling_price: detail.at_selling_price,
        carried_from: detail.carried_from.clone(),
        pricing: pricing::written(&line.pricing),
        exact: line.exact.plain(),
        amount: line.amount.plain(),
        rounding: line.amount.minus(&line.exact).map_or_else(|_| String::new(), |money| money.plain()),
        sac: line.sac.clone(),
        taxes: line.taxes.iter().map(line_tax).collect(),
        recipient_taxes: line.recipient_taxes.iter().map(line_tax).collect(),
        days: detail.days.iter().map(day_part).collect(),
    }
}

fn day_part(share: &DayShare) -> DayPart {
    let day = share.day.map(|day| day.to_string());
    DayPart { day, calls: share.calls, seconds: share.seconds, amount: share.amount.plain() }
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
    let edition = edition_back(doc.edition)?;
    let lines = doc.lines.into_iter().map(|line| line_back(line, currency, &money)).collect::<Result<_, _>>()?;
    let taxes = doc.taxes.into_iter().map(|tax| tax_back(tax, &money)).collect::<Result<_, _>>()?;
    let supply = doc.supply.map(|part| {
        let treatment = Treatment::parse(&part.treatment);
        Ok::<_, String>(Supply {
            treatment: treatment.ok_or_else(|| format!("supply.treatment: `{}` is unknown", part.treatment))?,
            place_code: part.place_code,
            place_name: part.place_name,
            reverse_charge: part.reverse_charge,
            is_assumed: part.place_assumed,
        })
    });
    let original = doc.original.map(|part| {
        let issue_date = day("original.issue_date", &part.issue_date)?;
        Ok::<_, String>(Original { number: part.number, issue_date, reason: part.reason })
    });
    let draft = Draft {
        customer_id: doc.customer_id,
        document: invoice::Document::parse(&doc.document)
            .ok_or_else(|| format!("document: `{}` is unknown", doc.document))?,
        original: original.transpose()?,
        period: Period {
            name: doc.period.name,
            from: day("period.from", &doc.period.from)?,
            to: day("period.to", &doc.period.to)?,
        },
        currency,
        seller: party_back(doc.seller),
        buyer: party_back(doc.buyer),
        buyer_reference: doc.buyer_reference,
        supply: supply.transpose()?,
        proof: Proof::parse(&doc.proof).ok_or_else(|| format!("proof: `{}` is unknown", doc.proof))?,
        subtotal: money("subtotal", &doc.subtotal)?,
        round_off: money("round_off", &doc.round_off)?,
        total: money("total", &doc.total)?,
        amount_in_words: doc.amount_in_words,
        lines,
        taxes,
        payment: Payment {
            account_name: doc.payment.account_name,
            account_number: doc.payment.account_number,
            bank: doc.payment.bank,
            bank_code: doc.payment.bank_code,
            upi: doc.payment.upi,
            due_days: doc.payment.due_days,
            terms: doc.payment.terms,
        },
        remarks: doc.remarks,
        logo_sha256: doc.logo_sha256,
        edition,
        days_in: doc.days_in,
        call_list: doc.call_list.map(|list| CallList {
            calls: list.calls,
            capture_sha256: list.capture_sha256,
            masked: list.masked,
            timezone: list.timezone,
        }),
    };
    check_sums(&draft)?;
    let issued = Issued {
        number: doc.number,
        issue_date: day("issue_date", &doc.issue_date)?,
        content: draft,
        template_sha256: doc.template_sha256,
        sealed_after: doc.sealed_after,
    };
    if issued.due_date().map(|day| day.to_string()) != doc.due_date {
        return Err("due_date: it is not issue_date and payment.due_days".to_owned());
    }
    Ok(issued)
}

fn edition_back(edition: Option<u8>) -> Result<Edition, String> {
    match edition {
        None => Ok(Edition::First),
        Some(2) => Ok(Edition::Second),
        Some(other) => Err(format!("edition: {other} is of a later version")),
    }
}

fn tax_back(tax: TaxPart, money: &dyn Fn(&str, &str) -> Result<Money, String>) -> Result<Tax, String> {
    let rate = parse_plain(&tax.rate).map_err(|e| format!("taxes.rate: {e}"))?;
    let (base, amount) = (money("taxes.base", &tax.base)?, money("taxes.amount", &tax.amount)?);
    Ok(Tax { kind: tax.kind, rate, base, amount })
}

fn line_back(
    part: LinePart,
    currency: Currency,
    money: &dyn Fn(&str, &str) -> Result<Money, String>,
) -> Result<Line, String> {
    let plain = |field: &str, text: &str| parse_plain(text).map_err(|e| format!("{field}: {e}"));
    let pricing = pricing::read(part.pricing, currency).map_err(|why| format!("lines.{why}"))?;
    let exact = money("lines.exact", &part.exact)?;
    if let Pricing::Converted { exchange, .. } = &pricing
        && exchange.worth(currency).ok() != Some(exact)
    {
        return Err(format!(
            "lines.exact: {} is not its amount in {} at its rate",
            part.exact,
            exchange.amount.currency()
        ));
    }
    let direction = part
        .direction
        .map(|word| Direction::parse(&word).ok_or_else(|| format!("lines.direction: `{word}` is unknown")));
    let taxes_back = |parts: Vec<LineTaxPart>| {
        let back = |tax: LineTaxPart| {
            let rate = plain("lines.taxes.rate", &tax.rate)?;
            Ok::<_, String>(LineTax { kind: tax.kind, rate, amount: money("lines.taxes.amount", &tax.amount)? })
        };
        parts.into_iter().map(back).collect::<Result<Vec<_>, _>>()
    };
    let day = |text: &str| parse_day(text).map_err(|e| format!("lines.from, to, days: {e}"));
    let span = match (&part.from, &part.to) {
        (Some(from), Some(to)) => Some((day(from)?, day(to)?)),
        _ => None,
    };
    let day_back = |part: DayPart| {
        let day = part.day.as_deref().map(day).transpose()?;
        let amount = money("lines.days.amount", &part.amount)?;
        Ok::<_, String>(DayShare { day, calls: part.calls, seconds: part.seconds, amount })
    };
    let days = part.days.into_iter().map(day_back).collect::<Result<_, _>>()?;
    Ok(Line {
        detail: Detail {
            seconds: part.seconds,
            answered: part.answered,
            span,
            at_selling_price: part.at_selling_price,
            carried_from: part.carried_from,
            days,
        },
        charge: Charge::parse(&part.charge).ok_or_else(|| format!("lines.charge: `{}` is unknown", part.charge))?,
        direction: direction.transpose()?,
        description: part.description,
        calls: part.calls,
        pricing,
        exact,
        amount: money("lines.amount", &part.amount)?,
        sac: part.sac,
        taxes: taxes_back(part.taxes)?,
        recipient_taxes: taxes_back(part.recipient_taxes)?,
    })
}

/// lines = subtotal, lines' taxes = taxes, subtotal + taxes + round_off = total.
fn check_sums(draft: &Draft) -> Result<(), String> {
    let sum = |amounts: Vec<&Money>| total(draft.currency, amounts).map_err(|e| e.to_string());
    let lines = sum(draft.lines.iter().map(|l| &l.amount).collect())?;
    if lines != draft.subtotal {
        return Err(format!("subtotal: {} stands where the lines make {}", draft.subtotal.plain(), lines.plain()));
    }
    let by_line = sum(draft.lines.iter().flat_map(|l| &l.taxes).map(|t| &t.amount).collect())?;
    let by_kind = sum(draft.taxes.iter().map(|t| &t.amount).collect())?;
    if by_line != by_kind {
        return Err(format!("taxes: {} stands where the lines make {}", by_kind.plain(), by_line.plain()));
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
        city: party.city.clone(),
        pin: party.pin.clone(),
        country: party.country.clone(),
        state_code: party.state_code.clone(),
        gstin: party.gstin.clone(),
        email: party.email.clone(),
        cin: party.registered.cin.clone(),
        pan: party.registered.pan.clone(),
        udyam: party.registered.udyam.clone(),
        phone: party.registered.phone.clone(),
        website: party.registered.website.clone(),
    }
}

fn party_back(part: PartyPart) -> Party {
    Party {
        legal_name: part.legal_name,
        address: part.address,
        city: part.city,
        pin: part.pin,
        country: part.country,
        state_code: part.state_code,
        gstin: part.gstin,
        email: part.email,
        registered: Registered {
            cin: part.cin,
            pan: part.pan,
            udyam: part.udyam,
            phone: part.phone,
            website: part.website,
        },
    }
}
