//! Which customers are billed, and what: usage per direction as reconciled, at cost, with a
//! mark-up or at an own rate; what is charged beside calls; discounts and the agreed minimum.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::agreed::{self, line};
use super::decided;
use super::exchange::{self, Rates};
use super::tax::{self, Failure, Refusal};
use super::usage::{self, Rows};
use crate::books::charges::AgreedCharge;
use crate::books::config::{Invoicing, Regime, Unlisted};
use crate::books::customers::{Agreement, Customers};
use crate::books::prices::{self, Calls, Priced};
use crate::model::credit::{self, Carried};
use crate::model::finding::Finding;
use crate::model::invoice::{Charge, Draft, Edition, Line, Party, Payment, Pricing, Proof};
use crate::model::ledger_terms::Basis;
use crate::model::matrix::Matrix;
use crate::model::money::{Currency, Money, MoneyError, per_cent_of, total};
use crate::model::posting::Ledger;
use crate::model::reconciliation::{CustomerLine, Reconciliation, Status};
use crate::model::resolution::Decision;
use crate::model::rounding::{Rounding, round_to};
use crate::model::transactions::{Kind, Transactions};
use crate::model::usage::Direction;
use crate::model::words::amount_in_words;

/// How the total becomes whole: fifty paise and more upwards (CGST Act, section 170).
pub const TOTAL_ROUNDING: Rounding = Rounding::HalfUp;

/// What becomes of a customer in a close.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// To be invoiced.
    Bill(Box<Draft>),
    /// Not invoiced; why, in a phrase.
    Held(String),
    /// No usage, so no invoice.
    Nothing,
    /// It agrees, and cannot be invoiced: lawfully, as agreed, or in any font at hand.
    Refused(Refusal),
    /// Finance decided not to bill it for the period; why, in a phrase.
    NotBilled(String),
    /// The credits exceed the charges: an invoice cannot say that, so they are carried.
    CreditDue(Box<CreditDue>),
}

/// Credits that exceed the charges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreditDue {
    /// Charges less credits before tax, zero or below: so much is carried.
    pub total: Money,
    /// What the period comes to without it: lines that add up to nothing. Where an invoice was
    /// issued before, a note makes that of it.
    pub draft: Draft,
}

/// What decides beside the reconciliation.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    /// How is charged, and by whom.
    pub invoicing: &'a Invoicing,
    /// Who is billed.
    pub customers: &'a Customers,
    /// What is charged beside calls.
    pub charges: &'a [AgreedCharge],
    /// Credits of earlier periods.
    pub carried: &'a [Carried],
    /// The partner's own figures per customer, for minutes.
    pub matrix: Option<&'a Matrix>,
    /// Where every call was captured: by what, in whose days.
    pub rows: Option<Rows<'a>>,
    /// The partner's ledger, for rentals.
    pub transactions: Option<&'a Transactions>,
    /// The ledger, for the counts of calls.
    pub ledger: &'a Ledger,
    /// Which price of calls the ledger states, inbound and outbound.
    pub basis: [Basis; 2],
    /// By what charges in another currency are converted.
    pub rates: &'a Rates<'a>,
    /// What to do with unlisted customers.
    pub unlisted: Unlisted,
    /// What finance decided for customers whose figures differ.
    pub decided: &'a BTreeMap<String, Decision>,
    /// SHA-256 of the seller's logo.
    pub logo_sha256: Option<&'a str>,
}

impl Terms<'_> {
    /// How what a customer is charged becomes an amount of the document's currency.
    fn convert(&self, id: &str, document: Currency) -> impl Fn((Money, Pricing)) -> Result<(Money, Pricing), Failure> {
        let buyer = self.customers.get(id).map(|customer| &customer.party);
        move |charged| self.rates.convert((id, &self.invoicing.seller, buyer), charged, document)
    }
}

/// The findings that hold somebody, by their numbers and codes.
fn named(findings: &[&Finding]) -> String {
    findings.iter().map(|f| f.title()).collect::<Vec<_>>().join(", ")
}

/// Says again which findings hold whom, where billing found more and their numbers moved.
pub(crate) fn name_holders(decisions: &mut BTreeMap<String, Disposition>, reconciliation: &Reconciliation) {
    for (id, findings) in reconciliation.held() {
        if let Some(Disposition::Held(why)) = decisions.get_mut(id) {
            *why = named(&findings);
        }
    }
}

/// Decides for every customer of the reconciliation, and for those who only have charges
/// beside calls.
///
/// # Errors
/// A sum beyond the exact range.
pub fn decide(reconciliation: &Reconciliation, terms: &Terms<'_>) -> Result<BTreeMap<String, Disposition>, MoneyError> {
    let held = reconciliation.held();
    let remainder_proven = reconciliation.remainder.as_ref().is_some_and(|r| r.status == Status::Matched);
    let mut decided = BTreeMap::new();
    for line in &reconciliation.customers {
        let id = line.customer_id.as_str();
        let disposition = if let Some(findings) = held.get(id) {
            Disposition::Held(named(findings))
        } else if let Some(decision) = terms.decided.get(id) {
            bill(reconciliation, terms, line, Proof::Decision, *decision)?
        } else {
            let ledger = Decision::BillLedger;
            match line.status {
                Status::Unlisted if terms.unlisted == Unlisted::Hold => {
                    Disposition::Held("not listed by the partner, and [reconcile] unlisted = \"hold\"".to_owned())
                }
                Status::Unlisted if !remainder_proven => {
                    Disposition::Held("not listed by the partner, and the remainder is not proven".to_owned())
                }
                Status::Discrepant | Status::Settled | Status::NotStated | Status::NotReconciled => {
                    Disposition::Held("not proven".to_owned())
                }
                Status::Unlisted => bill(reconciliation, terms, line, Proof::TotalOnly, ledger)?,
                Status::Matched => bill(reconciliation, terms, line, Proof::Customer, ledger)?,
                Status::Tolerated => bill(reconciliation, terms, line, Proof::Tolerance, ledger)?,
            }
        };
        decided.insert(id.to_owned(), disposition);
    }
    let beside = terms.charges.iter().filter(|entry| entry.is_due(&reconciliation.period));
    for id in beside.map(|entry| entry.customer_id.as_str()) {
        if decided.contains_key(id) {
            continue;
        }
        let disposition = match held.get(id) {
            Some(_) => Disposition::Held("a finding touches it".to_owned()),
            None if !terms.customers.contains_key(id) => Disposition::Refused(Refusal {
                code: "not-billable",
                why: format!("charges.csv charges `{id}`, whom customers.csv does not have"),
                next: "Correct the customer_id in charges.csv, or add the customer to customers.csv.".to_owned(),
            }),
            None => settled(finish(reconciliation, terms, id, None, Proof::Customer, Vec::new()))?,
        };
        decided.insert(id.to_owned(), disposition);
    }
    Ok(decided)
}

/// What a refusal makes of a customer.
fn settled(result: Result<Disposition, Failure>) -> Result<Disposition, MoneyError> {
    match result {
        Err(Failure::Refused(refusal)) => Ok(Disposition::Refused(refusal)),
        Err(Failure::Money(error)) => Err(error),
        Ok(disposition) => Ok(disposition),
    }
}

fn bill(
    reconciliation: &Reconciliation,
    terms: &Terms<'_>,
    customer: &CustomerLine,
    proof: Proof,
    decision: Decision,
) -> Result<Disposition, MoneyError> {
    settled(calls(reconciliation, terms, customer, proof, decision))
}

/// Usage, direction by direction.
fn calls(
    reconciliation: &Reconciliation,
    terms: &Terms<'_>,
    customer: &CustomerLine,
    proof: Proof,
    decision: Decision,
) -> Result<Disposition, Failure> {
    let period = &reconciliation.period;
    let id = customer.customer_id.as_str();
    let agreement = terms.customers.get(id).map(|c| c.agreement.clone()).unwrap_or_default();
    let posted = terms.ledger.customers.get(id);
    let cells = terms.matrix.and_then(|matrix| matrix.customers.get(id));
    let convert = terms.convert(id, reconciliation.currency);
    let mut lines = Vec::new();
    for (direction, cost) in
        Direction::ALL.into_iter().zip(decided::charged(customer, decision, reconciliation.two_outcomes)?)
    {
        let usage = cells.and_then(|cells| cells.cell(direction).usage.as_ref());
        let calls = posted.and_then(|p| p.calls[direction as usize]).or(usage.and_then(|usage| usage.calls));
        let of = Calls { direction, cost, calls, seconds: usage.and_then(|usage| usage.duration_seconds) };
        let is_selling = agreement.basis(terms.basis, direction) == Basis::Selling;
        let priced = if is_selling {
            of_selling_price(&agreement, &of, usage.and_then(|usage| usage.cost))?
        } else {
            agreement.price(&of)?
        };
        let mut priced = match priced {
            Priced::Exact(exact, pricing) => (exact, pricing),
            Priced::Uncounted(_) if cost.is_zero() => continue,
            Priced::Uncounted(unit) => return Err(Failure::Refused(uncounted(unit, direction))),
        };
        if priced.0.is_zero() {
            continue;
        }
        if let Some(own) = agreement.foreign(reconciliation.currency) {
            priced = exchange::of_calls(own, priced, direction, is_selling)?;
        }
        let (exact, pricing) = convert(priced)?;
        // Which period it is for stands on every document, once; 0.1 said it on each line.
        let way = match direction {
            Direction::Inbound => "Inbound calls",
            Direction::Outbound => "Outbound calls",
        };
        let mut line = Line {
            description: match terms.invoicing.edition {
                Edition::First => {
                    format!("{way}, {} to {}", period.from.format("%-d %B %Y"), period.to.format("%-d %B %Y"))
                }
                Edition::Second => way.to_owned(),
            },
            calls,
            pricing,
            ..line(Charge::Usage, Some(direction), exact)?
        };
        line.detail.at_selling_price =
            is_selling && line.pricing == Pricing::Stated && terms.invoicing.edition > Edition::First;
        if let Some(cell) = cells.map(|cells| cells.cell(direction)) {
            line.detail = usage::detail(&line, cell, terms.invoicing)?;
        }
        lines.push(line);
    }
    finish(reconciliation, terms, id, customer.name.as_deref(), proof, lines)
}

/// A line where the ledger states the selling price: that price, and how it came about where the
/// partner's cost shows it.
fn of_selling_price(agreement: &Agreement, booked: &Calls, cost: Option<Decimal>) -> Result<Priced, MoneyError> {
    let stated = Priced::Exact(booked.cost, Pricing::Stated);
    let Some(cost) = cost else { return Ok(stated) };
    let of = Calls { cost: Money::new(cost, booked.cost.currency()), ..*booked };
    match agreement.price(&of)? {
        Priced::Exact(exact, pricing) if prices::charged(exact)? == booked.cost => Ok(Priced::Exact(exact, pricing)),
        _ => Ok(stated),
    }
}

fn uncounted(unit: &str, direction: Direction) -> Refusal {
    Refusal {
        code: "not-billable",
        why: format!(
            "it is charged by the {unit}, and how many {unit}s of {} calls there were is not known",
            direction.name()
        ),
        next: "Capture the calls of each customer ([upstream] matrix = \"cdr-summary\"), or give the ledger a column calls; or charge a mark-up.".to_owned(),
    }
}

/// What is charged beside usage, and what is taken off.
fn beside(
    reconciliation: &Reconciliation,
    terms: &Terms<'_>,
    id: &str,
    agreement: &Agreement,
    lines: &mut Vec<Line>,
) -> Result<(), Failure> {
    let currency = reconciliation.currency;
    let convert = terms.convert(id, currency);
    let calls = match agreement.foreign(currency) {
        None => total(currency, lines.iter().map(|l| &l.exact))?,
        Some(own) => total(own, lines.iter().filter_map(Line::exchange).map(|exchange| &exchange.amount))?,
    };
    let own = calls.currency();
    let mut usage = calls;
    if let Some(percent) = agreement.discount.filter(|percent| !percent.is_zero()) {
        let off = Money::new(per_cent_of(-percent, calls.amount())?, own);
        usage = usage.plus(&if own == currency { off } else { prices::charged(off)? })?;
        let (exact, pricing) = convert((off, Pricing::Share { base: calls, percent: -percent }))?;
        lines.push(Line {
            description: format!("Discount of {} % on calls", percent.normalize()),
            pricing,
            ..line(Charge::Discount, None, exact)?
        });
    }
    if let Some(minimum) = agreement.minimum.map(|amount| Money::new(amount, own)).filter(|m| *m > usage) {
        let (exact, pricing) = convert((minimum.minus(&usage)?, Pricing::UpTo { minimum, have: usage }))?;
        lines.push(Line {
            description: "Up to the agreed minimum for calls".to_owned(),
            pricing,
            ..line(Charge::Minimum, None, exact)?
        });
    }
    let rentals = terms.transactions.filter(|_| terms.invoicing.bills_rentals);
    for (kind, posted) in rentals.into_iter().flat_map(|t| t.beside_calls(id)) {
        if kind == Kind::Rental && !posted.net.is_zero() {
            lines.push(Line {
                description: "Rental of numbers, as charged by the carrier".to_owned(),
                ..line(Charge::Recurring, None, Money::new(posted.net, currency))?
            });
        }
    }
    for entry in terms.charges.iter().filter(|entry| entry.customer_id == id && entry.is_due(&reconciliation.period)) {
        let of = (&reconciliation.period, currency);
        lines.push(agreed::charged(entry, terms.invoicing.edition, of, &convert)?);
    }
    Ok(())
}

/// Lines → a draft with its taxes and total.
fn finish(
    reconciliation: &Reconciliation,
    terms: &Terms<'_>,
    id: &str,
    name: Option<&str>,
    proof: Proof,
    mut lines: Vec<Line>,
) -> Result<Disposition, Failure> {
    let currency = reconciliation.currency;
    let known = terms.customers.get(id).cloned().unwrap_or_default();
    let agreement = &known.agreement;
    beside(reconciliation, terms, id, agreement, &mut lines)?;
    let mut subtotal = total(currency, lines.iter().map(|l| &l.amount))?;
    let is_now = terms.invoicing.edition > Edition::First;
    if subtotal.is_zero() {
        let is_usage = lines.iter().any(|line| !line.amount.is_zero());
        return Ok(if is_now && is_usage { Disposition::Refused(comes_to_nothing()) } else { Disposition::Nothing });
    }
    // Whole credits are taken: what exceeds the charges is this period's to carry.
    let mut takes = false;
    for one in terms.carried.iter().filter(|one| one.customer_id == id && one.missing_in.is_none()) {
        let line = one.line();
        subtotal = subtotal.plus(&line.amount)?;
        lines.push(line);
        takes = true;
    }
    let is_due = subtotal.is_negative() || takes && subtotal.is_zero();
    if is_due {
        lines.push(credit::rest(&subtotal));
    }
    let named = [known.party.legal_name.clone(), name.unwrap_or_default().to_owned(), id.to_owned()];
    let buyer = Party { legal_name: named.into_iter().find(|n| !n.is_empty()).unwrap_or_default(), ..known.party };
    let payment = &terms.invoicing.payment;
    let mut draft = Draft {
        seller: terms.invoicing.seller.clone(),
        buyer,
        buyer_reference: agreement.reference.clone(),
        proof,
        lines,
        subtotal: if is_due { Money::zero(currency) } else { subtotal },
        payment: Payment { due_days: agreement.due_days.or(payment.due_days), ..payment.clone() },
        logo_sha256: terms.logo_sha256.map(str::to_owned),
        ..Draft::blank(id, &reconciliation.period, currency)
    };
    let customer = terms.matrix.and_then(|matrix| matrix.customers.get(id));
    usage::complete(&mut draft, customer, terms.rows, terms.invoicing)?;
    if is_due {
        return due(subtotal, draft, agreement, terms.invoicing);
    }
    complete(&mut draft, agreement, terms.invoicing)?;
    let is_nothing = draft.total.is_zero() && is_now;
    if is_nothing && takes {
        // Less than half a unit is left to be charged, and no document is over nothing: it is
        // forgone, so that the credit does not wait for ever.
        let forgone = draft.subtotal;
        draft.lines.push(credit::forgone(&forgone));
        draft.subtotal = Money::zero(currency);
        return due(Money::zero(currency), draft, agreement, terms.invoicing);
    }
    Ok(if is_nothing { Disposition::Refused(comes_to_nothing()) } else { Disposition::Bill(Box::new(draft)) })
}

/// What is carried. Its lines are taxed as those of a document are, so that a note is made from them
/// where an invoice was issued before.
fn due(total: Money, mut draft: Draft, agreement: &Agreement, invoicing: &Invoicing) -> Result<Disposition, Failure> {
    match complete(&mut draft, agreement, invoicing) {
        // Particulars that lack are told with the first document.
        Ok(()) | Err(Failure::Refused(_)) => Ok(Disposition::CreditDue(Box::new(CreditDue { total, draft }))),
        Err(error) => Err(error),
    }
}

/// Why there is no document over nothing, although there is usage: that is told and decided.
fn comes_to_nothing() -> Refusal {
    Refusal {
        code: "not-billable",
        why: "its charges and credits come to nothing, and no document is issued over 0.00".to_owned(),
        next: "Look whether that is meant; then: crossfoot resolve --do-not-bill CUSTOMER.".to_owned(),
    }
}

/// Taxes, rounding and total of a draft whose lines and subtotal stand.
///
/// # Errors
/// [`Failure`].
pub fn complete(draft: &mut Draft, agreement: &Agreement, invoicing: &Invoicing) -> Result<(), Failure> {
    draft.edition = invoicing.edition;
    tax::apply(&invoicing.regime, agreement, draft)?;
    exchange::tell(draft)?;
    Ok(sum_up(draft, invoicing)?)
}

/// Rounding and total of a draft whose lines and taxes stand.
///
/// # Errors
/// A sum beyond the exact range.
pub(super) fn sum_up(draft: &mut Draft, invoicing: &Invoicing) -> Result<(), MoneyError> {
    let currency = draft.currency;
    let whole = invoicing
        .round_total
        .unwrap_or_else(|| matches!(invoicing.regime, Regime::Gst(_)) && currency == Currency::INR);
    let exact = total(currency, draft.taxes.iter().map(|t| &t.amount))?.plus(&draft.subtotal)?;
    let digits = if whole { 0 } else { currency.minor_digits() };
    let rounded = round_to(round_to(exact.amount(), digits, TOTAL_ROUNDING)?, currency.minor_digits(), TOTAL_ROUNDING)?;
    draft.total = Money::new(rounded, currency);
    draft.round_off = draft.total.minus(&exact)?;
    draft.amount_in_words = amount_in_words(&draft.total);
    Ok(())
}

#[cfg(test)]
mod tests;
