//! An issued invoice never changes. Where the figures say something else later, the
//! difference becomes a credit or a debit note (CGST Act, section 34; Rule 53).

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::charges::{complete, sum_up};
use super::exchange;
use super::tax::{Failure, law};
use crate::books::config::{Invoicing, Regime};
use crate::books::customers::Agreement;
use crate::model::finding::{Evidence, Finding, Severity};
use crate::model::invoice::Detail;
use crate::model::invoice::{Charge, Document, Draft, Edition, Issued, Line, Original};
use crate::model::money::{Currency, Money, MoneyError, total};
use crate::model::usage::Direction;

/// What lines are held against each other by.
type Key = (Charge, Option<Direction>, Option<String>, String, Option<Currency>);

/// Calls by their direction, everything else by its words too.
fn key(line: &Line) -> Key {
    let words = if line.charge == Charge::Usage { String::new() } else { line.description.clone() };
    (line.charge, line.direction, line.sac.clone(), words, line.exchange().map(|exchange| exchange.amount.currency()))
}

/// Where invoiced and due differ, line by line.
struct Change {
    line: Line,
    invoiced: Money,
    due: Money,
    exact: Money,
    /// Due less invoiced in the currency that it is charged in, where that is another.
    foreign: Option<Money>,
}

fn changes(issued: &[&Issued], now: &Draft) -> Result<Vec<Change>, MoneyError> {
    let zero = Money::zero(now.currency);
    let mut changes: Vec<Change> = Vec::new();
    let mut enter = |line: &Line, is_due: bool, is_less: bool| -> Result<(), MoneyError> {
        let signed = |amount: Money| if is_less { amount.negated() } else { amount };
        let (amount, exact) = (signed(line.amount), signed(line.exact));
        let at = match changes.iter().position(|change| key(&change.line) == key(line)) {
            Some(at) => at,
            None => {
                let foreign = line.exchange().map(|exchange| Money::zero(exchange.amount.currency()));
                changes.push(Change { line: line.clone(), invoiced: zero, due: zero, exact: zero, foreign });
                changes.len() - 1
            }
        };
        let change = &mut changes[at];
        if let (Some(sum), Some(exchange)) = (change.foreign, line.exchange()) {
            let amount = signed(exchange.amount);
            change.foreign = Some(if is_due { sum.plus(&amount)? } else { sum.minus(&amount)? });
        }
        if is_due {
            change.due = change.due.plus(&amount)?;
            change.exact = change.exact.plus(&exact)?;
        } else {
            change.invoiced = change.invoiced.plus(&amount)?;
            change.exact = change.exact.minus(&exact)?;
        }
        Ok(())
    };
    for document in issued {
        for line in &document.content.lines {
            enter(line, false, document.content.document == Document::CreditNote)?;
        }
    }
    for line in &now.lines {
        enter(line, true, false)?;
    }
    changes.retain(|change| change.invoiced != change.due);
    Ok(changes)
}

/// The note that makes what was issued for a customer into what is due now; None where
/// nothing has changed, or no money.
///
/// # Errors
/// [`Failure`].
pub(crate) fn note(issued: &[&Issued], now: &Draft, invoicing: &Invoicing) -> Result<Option<Draft>, Failure> {
    let Some(first) = issued.iter().find(|i| i.content.document == Document::Invoice) else { return Ok(None) };
    let changes = changes(issued, now)?;
    let mut sum = Money::zero(now.currency);
    for change in &changes {
        sum = sum.plus(&change.due.minus(&change.invoiced)?)?;
    }
    if sum.is_zero() {
        return Ok(None);
    }
    let is_credit = sum.is_negative();
    let mut lines = Vec::new();
    let mut remarks = Vec::new();
    for change in changes {
        let (mut amount, mut exact, mut foreign) = (change.due.minus(&change.invoiced)?, change.exact, change.foreign);
        if is_credit {
            (amount, exact, foreign) = (amount.negated(), exact.negated(), foreign.map(|amount| amount.negated()));
        }
        remarks.push(format!(
            "{}: invoiced {}, correct {}, difference {}.",
            change.line.description,
            change.invoiced.display(),
            change.due.display(),
            change.due.minus(&change.invoiced)?.display_signed()
        ));
        let pricing = exchange::difference(foreign, change.line.exchange().map(|exchange| &exchange.at));
        let (taxes, recipient_taxes) = (Vec::new(), Vec::new());
        let detail = Detail { carried_from: change.line.detail.carried_from.clone(), ..Detail::default() };
        lines.push(Line { amount, exact, calls: None, pricing, taxes, recipient_taxes, detail, ..change.line });
    }
    let subtotal = total(now.currency, lines.iter().map(|line| &line.amount))?;
    let original = &first.content;
    let mut draft = Draft {
        document: if is_credit { Document::CreditNote } else { Document::DebitNote },
        original: Some(Original {
            number: first.number.clone(),
            issue_date: first.issue_date,
            reason: "The figures of the period were corrected after the invoice was issued.".to_owned(),
        }),
        buyer: original.buyer.clone(),
        lines,
        subtotal,
        remarks: Vec::new(),
        days_in: None,
        call_list: None,
        ..now.clone()
    };
    // The supply is the invoice's, whatever customers.csv says today.
    let supply = original.supply.as_ref();
    let agreement = Agreement {
        treatment: supply.map(|supply| supply.treatment),
        place_of_supply: supply.map(|supply| supply.place_code.clone()).filter(|code| code != "96"),
        reverse_charge: supply.filter(|_| invoicing.edition > Edition::First).map(|supply| supply.reverse_charge),
        ..Agreement::default()
    };
    complete(&mut draft, &agreement, invoicing)?;
    draft.remarks.extend(remarks);
    Ok(Some(draft))
}

/// The last day on which a note could have reduced the tax, where it is dated after it (CGST
/// Act, section 34(2)).
#[must_use]
pub(crate) fn too_late(note: &Draft, dated: Option<NaiveDate>, invoicing: &Invoicing) -> Option<NaiveDate> {
    let is_concerned = matches!(invoicing.regime, Regime::Gst(_))
        && note.document == Document::CreditNote
        && note.taxes.iter().any(|tax| !tax.amount.is_zero());
    let last = law::credit_note_until(note.period.to).filter(|_| is_concerned)?;
    (dated? > last).then_some(last)
}

/// A note as it is issued after the day on which it could have reduced the tax.
///
/// # Errors
/// A sum beyond the exact range.
pub(crate) fn without_tax(mut note: Draft, last: NaiveDate, invoicing: &Invoicing) -> Result<Draft, MoneyError> {
    note.taxes.clear();
    note.lines.iter_mut().for_each(|line| line.taxes.clear());
    let until = last.format("%-d %B %Y");
    note.remarks.push(format!("No tax is adjusted: this note is issued after {until} (CGST Act, section 34(2))."));
    sum_up(&mut note, invoicing)?;
    Ok(note)
}

/// Says that a note is not issued because it is too late.
#[must_use]
pub(crate) fn late(note: &Draft, last: NaiveDate) -> Finding {
    let number = note.original.as_ref().map_or("", |original| original.number.as_str());
    let mut finding = Finding::fact(
        "late-credit-note",
        Severity::Blocking,
        format!(
            "{} was invoiced {} too much before tax for {} with {number}, and no credit note can reduce the tax on it any more: the last day was {last} (CGST Act, section 34(2)). None is issued.",
            note.buyer.legal_name,
            note.subtotal.display(),
            note.period.name,
        ),
        "Settle it with the customer, or have the note issued without tax: [invoice] late_credit_note = \"without-tax\"."
            .to_owned(),
    )
    .touching([note.customer_id.clone()]);
    finding.difference = Some(note.subtotal.negated());
    finding
}

/// Says that no note is issued because it would be over nothing.
#[must_use]
pub(crate) fn nothing(note: &Draft) -> Finding {
    let number = note.original.as_ref().map_or("", |original| original.number.as_str());
    let message = format!(
        "{} and what the figures say now differ by {} before tax, which rounds to nothing: no note is issued.",
        number,
        note.document.owed(note.subtotal).display_signed(),
    );
    let next = "Nothing is to be done.".to_owned();
    let mut finding =
        Finding::fact("issued-differs", Severity::Info, message, next).touching([note.customer_id.clone()]);
    finding.difference = Some(note.document.owed(note.subtotal));
    finding
}

/// Says that an invoice is corrected, or that it should be and cannot.
///
/// # Errors
/// A sum beyond the exact range.
pub(crate) fn find(issued: &[&Issued], now: &Draft, note: Option<&Draft>) -> Result<Option<Finding>, MoneyError> {
    let Some(first) = issued.first() else { return Ok(None) };
    let then = &first.content;
    let mut invoiced = Decimal::ZERO;
    for document in issued {
        let sign = if document.content.document == Document::CreditNote {
            -document.content.subtotal.amount()
        } else {
            document.content.subtotal.amount()
        };
        invoiced = crate::model::money::add_exact(invoiced, sign)?;
    }
    let invoiced = Money::new(invoiced, now.currency);
    let (severity, message, next) = match note {
        Some(note) => {
            let kind = if note.document == Document::CreditNote { "credit" } else { "debit" };
            (
                Severity::Info,
                format!(
                    "{} was invoiced {} before tax for the period, and the figures now say {}: a {kind} note over {} corrects invoice {}, which stays as it is.",
                    then.buyer.legal_name,
                    invoiced.display(),
                    now.subtotal.display(),
                    note.total.display(),
                    first.number,
                ),
                format!("Send the {kind} note; it says what has changed."),
            )
        }
        None if changes(issued, now)?.is_empty() && (issued.len() > 1 || taxes(then) == taxes(now)) => {
            return Ok(other_supply(first, now));
        }
        None => (
            Severity::Blocking,
            format!(
                "Invoice {} was issued to {}, and the figures now say the same sum in other lines or with other taxes; the invoice stays as it is, and no note can say the difference.",
                first.number, then.buyer.legal_name
            ),
            "Find out what changed after the close; correct it, or settle it with the customer and void the invoice."
                .to_owned(),
        ),
    };
    let mut finding = Finding::fact("issued-differs", severity, message, next)
        .touching([then.customer_id.clone()])
        .shown_by([Evidence {
            file: format!("invoices/{}.json", first.file_stem()),
            line: None,
            column: None,
            text: format!("total {}", then.total.plain()),
            why: None,
        }]);
    finding.ledger = Some(now.subtotal);
    finding.difference = Some(now.subtotal.minus(&invoiced)?);
    Ok(Some(finding))
}

/// Says that an invoice stands for a supply of another place or kind than is known now, where its
/// sums are the same. 0.1 did not ask.
fn other_supply(first: &Issued, now: &Draft) -> Option<Finding> {
    let then = &first.content;
    let of = |draft: &Draft| {
        let supply = draft.supply.as_ref()?;
        let charged = if supply.reverse_charge { ", reverse charge" } else { "" };
        Some(format!("{} ({}), {}{charged}", supply.place_name, supply.place_code, supply.treatment.name()))
    };
    let (was, is) = (of(then), of(now)?);
    if now.edition == Edition::First || was.as_ref() == Some(&is) {
        return None;
    }
    let message = format!(
        "Invoice {} was issued to {} for {}, and it would be for {is} now. The sums are the same, so no note can say it; the invoice stays as it is.",
        first.number,
        then.buyer.legal_name,
        was.unwrap_or_else(|| "no place of supply".to_owned()),
    );
    let next = format!(
        "If the new particulars are right for the period: crossfoot void {}, and close again. If they hold from a later day on, nothing.",
        first.number
    );
    let finding = Finding::fact("issued-differs", Severity::Warning, message, next);
    Some(finding.touching([then.customer_id.clone()]))
}

/// What taxes are on; how they are rounded has changed from edition to edition.
fn taxes(draft: &Draft) -> Vec<(&str, Decimal, Money)> {
    draft.taxes.iter().map(|tax| (tax.kind.as_str(), tax.rate, tax.base)).collect()
}
