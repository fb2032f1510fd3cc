//! Ground → derived: the one function that `reconcile`, `close` and `verify` share, so
//! that what is verified is what was done.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Seek};

use super::inputs::Inputs;
use super::open_items;
use crate::bill::charges::{self, Disposition, Terms};
use crate::bill::exchange::Rates;
use crate::bill::tax::{Failure, Refusal, rule46};
use crate::bill::usage::Rows;
use crate::bill::{
    corrections, credit_carried, gstin_later, no_einvoice, not_billable, not_billed, particulars_changed, selling,
    unprintable,
};
use crate::books::config::Regime;
use crate::books::customers::folded;
use crate::capture::store::{Capture, DASHBOARD};
use crate::ledger::merge::merge;
use crate::ledger::naming::{self, AccountLine};
use crate::ledger::open::{self, How, Reading};
use crate::model::finding::{Finding, Severity};
use crate::model::history::Month;
use crate::model::invoice::{Draft, Edition, Issued};
use crate::model::matrix::{Grain, Matrix};
use crate::model::money::{Currency, Money, MoneyError};
use crate::model::open_item::OpenItem;
use crate::model::posting::{Ledger, PostedRow};
use crate::model::problem::Problem;
use crate::model::reconciliation::{ComparedAt, Input, Reconciliation};
use crate::model::registration;
use crate::model::resolution::{Decision, Resolution};
use crate::model::usage::Analytics;
use crate::reconcile::compare::Question;
use crate::reconcile::{decisions, reconcile, registry, wanted};
use crate::render::{pdf, structured};
use crate::trends::month::Stated;
use crate::trends::{self, Outlook, Trends};

/// What follows.
#[derive(Debug)]
pub struct Derived {
    /// Everything found.
    pub reconciliation: Reconciliation,
    /// The ledger, read to its end.
    pub ledger: Ledger,
    /// What becomes of each customer; empty where there are no books.
    pub decisions: BTreeMap<String, Disposition>,
    /// Notes that correct invoices issued before, by customer.
    pub corrections: BTreeMap<String, Draft>,
    /// This period beside the closed ones; None where there are no books.
    pub(crate) trends: Option<Trends>,
}

/// Reads the ledger and compares: twice where a difference has to be looked for in its rows.
///
/// # Errors
/// A ledger that cannot be read, an unknown currency, a sum beyond the exact range.
pub fn reconciled(
    inputs: &Inputs,
    mut ledgers: Vec<(String, impl Read + Seek + Send)>,
) -> Result<(Ledger, Reconciliation), Problem> {
    let currency = match &inputs.analytics.currency {
        None => inputs.config.currency,
        Some(code) => Currency::parse(code).map_err(|e| {
            Problem::stop("upstream-shape", "the partner's answer states a currency that does not exist")
                .because(e.to_string())
                .next("ask the partner which currency it is")
        })?,
    };
    let reading = Reading {
        format: &inputs.config.ledger_format,
        own_formats: &inputs.formats,
        sheet: inputs.config.ledger_sheet.as_deref(),
        date_order: inputs.config.date_order,
        timezone: inputs.config.timezone,
        accounts: &inputs.config.accounts,
        voucher_types: &inputs.config.voucher_types,
        period: Some(&inputs.period),
        currency,
        default_currency: inputs.config.currency,
        resolve: &|name| inputs.directory.get(&folded(name)).cloned(),
    };
    let ledger = booked(inputs, &mut ledgers, &reading)?;
    let mut files = inputs.answers.clone();
    files.extend(ledger.files.iter().map(|file| Input {
        role: "ledger",
        path: file.path.clone(),
        sha256: file.sha256.clone(),
        bytes: file.bytes,
    }));
    files.sort_by(|a, b| a.role.cmp(b.role));
    let priced = at_prices(inputs, currency)?;
    let captured = inputs.capture.as_ref().and_then(|c| c.matrix.as_ref());
    let (analytics, matrix) = match &priced {
        Some((analytics, matrix)) => (analytics, Some(matrix)),
        None => (&inputs.analytics, captured),
    };
    let known = inputs.customers.iter().flatten();
    let mut question = Question {
        period: &inputs.period,
        timezone: inputs.config.timezone,
        compared_at: ComparedAt {
            bases: inputs.config.basis,
            apart: known.filter_map(|(id, one)| Some((id.clone(), one.agreement.ledger_basis?))).collect(),
            cost: priced.as_ref().and(inputs.analytics.total.cost).map(|cost| Money::new(cost, currency)),
        },
        at_cost: captured.filter(|_| priced.is_some()),
        currency,
        tolerance: inputs.config.tolerance,
        analytics,
        matrix,
        transactions: inputs.capture.as_ref().and_then(|c| c.transactions.as_ref()),
        partner_timezone: inputs.config.upstream.timezone,
        partner: inputs.capture.as_ref().and_then(|c| c.identity.as_ref()),
        unread: unread(inputs),
        ledger: &ledger,
        rows: Vec::new(),
        sampled: None,
        open_items: &inputs.open_items,
        customers: inputs.customers.as_ref(),
        inputs: files,
    };
    let reconciliation = match compared(&mut question, &mut ledgers, &reading, true)? {
        Some(reconciliation) => reconciliation,
        None => compared(&mut question, &mut ledgers, &reading, false)?
            .ok_or_else(|| Problem::stop("internal", "all rows were looked at, and more are asked for"))?,
    };
    drop(question);
    Ok((ledger, reconciliation))
}

/// Reads the rows that a question needs, `first` only a sample where there are hundreds of
/// differences, and compares; None where the sample does not do.
fn compared(
    question: &mut Question<'_>,
    ledgers: &mut [(String, impl Read + Seek + Send)],
    reading: &Reading<'_>,
    first: bool,
) -> Result<Option<Reconciliation>, Problem> {
    question.rows.clear();
    if let Some(wanted) = wanted(question, first).map_err(|e| too_large(&e))? {
        for (name, input) in ledgers {
            input.rewind().map_err(|e| {
                Problem::stop("ledger-unreadable", format!("the ledger {name} cannot be read again"))
                    .because(e.to_string())
            })?;
            let mut rows = open::rows(input, name, reading, &wanted)?;
            if question.rows.is_empty() { question.rows = rows } else { question.rows.append(&mut rows) }
        }
    }
    // The same search whatever the order of the file.
    question.rows = PostedRow::sorted(std::mem::take(&mut question.rows));
    reconcile(question).map_err(|e| too_large(&e))
}

/// Reads the ledgers, as one.
fn booked(
    inputs: &Inputs,
    ledgers: &mut [(String, impl Read + Seek + Send)],
    reading: &Reading<'_>,
) -> Result<Ledger, Problem> {
    let mut read = Vec::new();
    let (mut seen, mut found): (BTreeMap<String, AccountLine>, BTreeSet<String>) = Default::default();
    let mut exported = 0;
    for (name, input) in ledgers.iter_mut() {
        let (ledger, how) = open::read(input, name, reading)?;
        if let How::Export(understood) = how {
            seen.extend(understood.accounts);
            found.extend(understood.found);
            exported += ledger.rows.read;
        }
        read.push(ledger);
    }
    let files = ledgers.iter().map(|(name, _)| name.as_str());
    naming::all_are_there(&inputs.config.accounts, &seen, exported, |name| found.contains(name), files)?;
    merge(read)
        .map_err(|e| too_large(&e))?
        .ok_or_else(|| Problem::stop("no-ledger", "there is no ledger to compare with"))
}

/// The partner's figures at the prices that the ledger states; None where that is their cost.
fn at_prices(inputs: &Inputs, currency: Currency) -> Result<Option<(Analytics, Matrix)>, Problem> {
    let Some(customers) = inputs.customers.as_ref().filter(|all| selling::is_stated(inputs.config.basis, Some(all)))
    else {
        return Ok(None);
    };
    let Some(matrix) = inputs.capture.as_ref().and_then(|capture| capture.matrix.as_ref()) else {
        return Err(Problem::usage("basis", "the ledger is at selling price, and what that is cannot be known")
            .because("prices belong to each customer's inbound and outbound calls, and the capture has only totals")
            .next("set [upstream] matrix = \"cdr-summary\" and run with --refetch, or compare at cost ([ledger] basis)")
            .not_done("Nothing was reconciled."));
    };
    let of = (customers, inputs.config.basis);
    selling::at_prices(&inputs.analytics, matrix, of, currency).map(Some).map_err(|e| too_large(&e))
}

/// Reads the ledger, compares, decides, and renders the reports.
///
/// # Errors
/// As [`reconciled`].
pub fn derive(inputs: &Inputs, ledgers: Vec<(String, impl Read + Seek + Send)>) -> Result<Derived, Problem> {
    let (ledger, mut reconciliation) = reconciled(inputs, ledgers)?;
    if let Some(earlier) = &inputs.earlier {
        earlier.tell(&mut reconciliation);
    }
    if let Some(pair) = &inputs.previous {
        reconciliation.findings.extend(pair.compare(inputs.config.currency, Severity::Warning)?.1);
    }
    let (not_billed, about): (Vec<&Resolution>, Vec<&Resolution>) =
        inputs.resolutions.iter().partition(|resolution| resolution.decision == Decision::DoNotBill);
    let decided = decisions::apply(&mut reconciliation, &about.into_iter().cloned().collect::<Vec<_>>());
    // Those that explain a difference of this period are told there.
    let told = |item: &&OpenItem| {
        let is = |f: &Finding| f.code == "open-item" && f.customers == item.customers;
        !reconciliation.findings.iter().any(is)
    };
    let others: Vec<OpenItem> = inputs.open_items.iter().filter(told).cloned().collect();
    reconciliation.findings.extend(open_items::find(&others, &inputs.period, reconciliation.currency));
    registry::rank(&mut reconciliation.findings);
    let mut decisions = BTreeMap::new();
    let mut notes_due = BTreeMap::new();
    if let Some(customers) = &inputs.customers {
        let standing = inputs.issued.iter().filter(|issued| inputs.stands(issued));
        let rates = Rates::of(
            &inputs.rates,
            (inputs.config.currency, inputs.config.invoicing.exchange_days),
            [inputs.invoices_dated, inputs.dated],
            standing.clone(),
        );
        let terms = Terms {
            invoicing: &inputs.config.invoicing,
            customers,
            charges: &inputs.charges,
            carried: &inputs.carried,
            matrix: inputs.capture.as_ref().and_then(|c| c.matrix.as_ref()),
            rows: rows(inputs),
            transactions: inputs.capture.as_ref().and_then(|c| c.transactions.as_ref()),
            ledger: &ledger,
            basis: inputs.config.basis,
            rates: &rates,
            unlisted: inputs.config.unlisted,
            decided: &decided,
            logo_sha256: inputs.logo.as_ref().map(|logo| logo.sha256.as_str()),
        };
        decisions = charges::decide(&reconciliation, &terms).map_err(|e| too_large(&e))?;
        let served: BTreeMap<&str, &str> =
            standing.rev().map(|issued| (issued.content.customer_id.as_str(), issued.number.as_str())).collect();
        let told = not_billed::apply(&mut decisions, &not_billed, &served, &inputs.period);
        reconciliation.findings.extend(told);
        let (notes, differing) = correct(inputs, &decisions, reconciliation.currency)?;
        notes_due = notes;
        // What has its document already prints none.
        for (id, disposition) in &mut decisions {
            if let Disposition::Bill(draft) = disposition
                && !served.contains_key(id.as_str())
                && let Some(refusal) =
                    unlawful(inputs, draft).map_or_else(|| unissuable(inputs, draft), |r| Ok(Some(r)))?
            {
                *disposition = Disposition::Refused(refusal);
            }
        }
        reconciliation.findings.extend(differing);
        reconciliation.findings.extend(not_billable::find(&decisions, inputs.config.invoicing.edition));
        let carried = credit_carried::find(&inputs.carried, &decisions, reconciliation.currency);
        reconciliation.findings.extend(carried.map_err(|e| too_large(&e))?);
        reconciliation.findings.extend(particulars_changed::find(&inputs.changed));
        registry::rank(&mut reconciliation.findings);
        charges::name_holders(&mut decisions, &reconciliation);
    }
    if let Some(earlier) = &inputs.earlier {
        earlier.order(&mut reconciliation.findings);
    }
    reconciliation.settle();
    let trends = inputs.past.as_ref().map(|past| Trends::of(own_month(inputs, &reconciliation), past, running(inputs)));
    Ok(Derived { reconciliation, ledger, decisions, corrections: notes_due, trends })
}

/// Where every call is, if the capture has them.
fn rows(inputs: &Inputs) -> Option<Rows<'_>> {
    let capture = inputs.capture.as_ref()?;
    let has_rows = capture.matrix.as_ref().is_some_and(|matrix| matrix.grain == Grain::Rows);
    has_rows.then_some(Rows {
        capture_sha256: &capture.record_sha256,
        timezone: capture.record.partner_timezone.name(),
        books_timezone: inputs.config.timezone.name(),
        masks: inputs.config.upstream.mask_numbers,
    })
}

/// What a calendar month will cost that ran when the partner was asked; nothing of any other.
fn running(inputs: &Inputs) -> Option<Outlook> {
    let (month, zone) = (&inputs.period, inputs.config.upstream.timezone);
    let look = inputs.capture.as_ref()?.look.as_ref()?;
    let (begins, ends) = month.instants(zone);
    let runs = month.is_month() && begins <= look.taken && look.taken < ends;
    runs.then(|| Outlook::of(month.clone(), zone, std::slice::from_ref(look)))
}

/// The period's own figures, as its report keeps them for later ones.
fn own_month(inputs: &Inputs, reconciliation: &Reconciliation) -> Month {
    let capture = inputs.capture.as_ref();
    let taken = |capture: &Capture| capture.record.answer(DASHBOARD).map(|answer| answer.when.clone());
    let taken = capture.and_then(taken).unwrap_or_default();
    trends::month::of(&Stated {
        reconciliation,
        analytics: &inputs.analytics,
        matrix: capture.and_then(|capture| capture.matrix.as_ref()),
        dashboard: capture.and_then(|capture| Some((capture.dashboard.as_ref()?, taken.as_str()))),
    })
}

/// Notes for customers whose invoices say something else than the figures do now, and what
/// is to be told of them.
fn correct(
    inputs: &Inputs,
    decisions: &BTreeMap<String, Disposition>,
    currency: Currency,
) -> Result<(BTreeMap<String, Draft>, Vec<Finding>), Problem> {
    let mut by_customer: BTreeMap<&str, Vec<&Issued>> = BTreeMap::new();
    for issued in inputs.issued.iter().filter(|issued| inputs.stands(issued)) {
        by_customer.entry(&issued.content.customer_id).or_default().push(issued);
    }
    let (mut notes, mut findings) = (BTreeMap::new(), Vec::new());
    let invoicing = &inputs.config.invoicing;
    for (id, issued) in by_customer {
        let now = match decisions.get(id) {
            Some(Disposition::Bill(now)) => (**now).clone(),
            Some(Disposition::CreditDue(due)) if inputs.config.invoicing.edition > Edition::First => due.draft.clone(),
            Some(Disposition::Nothing) => {
                Draft { seller: inputs.config.invoicing.seller.clone(), ..Draft::blank(id, &inputs.period, currency) }
            }
            // Held, or not to be invoiced: nothing is known that could be said of it.
            _ => continue,
        };
        let note = match corrections::note(&issued, &now, invoicing) {
            Ok(note) => note,
            Err(Failure::Money(error)) => return Err(too_large(&error)),
            Err(Failure::Refused(Refusal { .. })) => None,
        };
        let last = note.as_ref().and_then(|note| corrections::too_late(note, inputs.dated, invoicing));
        let note = match (note, last) {
            (Some(note), Some(last)) if invoicing.late_without_tax => {
                Some(corrections::without_tax(note, last, invoicing).map_err(|e| too_large(&e))?)
            }
            (Some(note), Some(last)) => {
                findings.push(corrections::late(&note, last));
                continue;
            }
            (note, _) => note,
        };
        if let Some(note) = note.as_ref().filter(|note| note.total.is_zero() && note.edition > Edition::First) {
            findings.push(corrections::nothing(note));
            continue;
        }
        if let Some(note) = &note
            && let Some(refusal) = unissuable(inputs, note)?
        {
            findings.push(not_billable::refused(id, &note.document.name().replace('-', " "), &refusal));
            continue;
        }
        findings.extend(corrections::find(&issued, &now, note.as_ref()).map_err(|e| too_large(&e))?);
        notes.extend(note.map(|note| (id.to_owned(), note)));
    }
    // 0.1 said nothing of it.
    if let (Some(customers), None) = (&inputs.customers, &inputs.earlier) {
        let standing = inputs.issued.iter().filter(|issued| inputs.stands(issued));
        findings.extend(gstin_later::find(inputs.last_period.iter().chain(standing), customers));
    }
    Ok((notes, findings))
}

/// Why the law allows no invoice with what is known; None: it does.
fn unlawful(inputs: &Inputs, draft: &Draft) -> Option<Refusal> {
    let invoicing = &inputs.config.invoicing;
    let Regime::Gst(gst) = &invoicing.regime else { return None };
    if invoicing.edition == Edition::First {
        return None;
    }
    let known = inputs.customers.as_ref().and_then(|customers| customers.get(&draft.customer_id));
    let agreement = known.map(|customer| customer.agreement.clone()).unwrap_or_default();
    rule46::seller(&draft.seller).or_else(|| rule46::buyer(gst, &agreement, draft))
}

/// Why a document that is to be issued cannot be printed, or registered where it must be;
/// None: it can.
fn unissuable(inputs: &Inputs, draft: &Draft) -> Result<Option<Refusal>, Problem> {
    let known = inputs.customers.as_ref().and_then(|customers| customers.get(&draft.customer_id));
    let known = known.map(|customer| customer.party.clone()).unwrap_or_default();
    // 0.1 printed what it was given.
    if draft.edition > Edition::First
        && let Some(refusal) = unprintable::garbled(draft, &known, &inputs.charges)
    {
        return Ok(Some(refusal));
    }
    let missing = pdf::unprintable(draft, &inputs.template)?;
    if missing.is_empty() {
        let is_asked_for = inputs.config.invoicing.einvoice_required && registration::is_needed(draft);
        let why = if is_asked_for { structured::without_inv01(draft) } else { None };
        return Ok(why.map(|why| no_einvoice::refusal(draft, &why)));
    }
    Ok(Some(unprintable::refusal(draft, &known, &inputs.charges, &missing)))
}

/// Fields that we do not know, of whatever answers there are.
fn unread(inputs: &Inputs) -> Vec<String> {
    match &inputs.capture {
        Some(capture) => capture.unread.iter().cloned().collect(),
        None => inputs.analytics.unknown_fields.iter().map(|field| format!("analytics: {field}")).collect(),
    }
}

fn too_large(error: &MoneyError) -> Problem {
    Problem::stop("overflow", "amounts are too large to be added up exactly")
        .because(error.to_string())
        .next("look for a mistyped amount in the ledger or in the partner's answer")
        .not_done("Nothing was written.")
}
