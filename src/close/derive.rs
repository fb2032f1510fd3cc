//! Ground → derived: the one function that `reconcile`, `close` and `verify` share, so
//! that what is verified is what was done.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Seek};

use super::open_items;
use crate::bill::charges::{self, Disposition, Terms};
use crate::bill::tax::{Failure, Refusal};
use crate::bill::{corrections, not_billable, unprintable};
use crate::books::charges::AgreedCharge;
use crate::books::config::Config;
use crate::books::customers::{Customers, Directory, folded};
use crate::capture::record::Role;
use crate::capture::store::Capture;
use crate::ledger::dates::Order;
use crate::ledger::export;
use crate::ledger::format::Format;
use crate::ledger::merge::merge;
use crate::ledger::open::{self, How, Reading, Understood};
use crate::model::digest::sha256_hex;
use crate::model::finding::Finding;
use crate::model::history::Month;
use crate::model::invoice::{Draft, Issued};
use crate::model::money::{Currency, MoneyError};
use crate::model::open_item::OpenItem;
use crate::model::period::Period;
use crate::model::posting::Ledger;
use crate::model::problem::Problem;
use crate::model::reconciliation::{Input, Reconciliation};
use crate::model::resolution::Resolution;
use crate::model::usage::Analytics;
use crate::reconcile::compare::Question;
use crate::reconcile::{decisions, reconcile, registry, wanted};
use crate::render::pdf::template::Template;
use crate::render::{csv, html, pdf, reconciliation_json};

/// What a comparison is made from, beside the ledger's bytes.
#[derive(Debug)]
pub struct Ground<'a> {
    /// The period asked for.
    pub period: &'a Period,
    /// The settings.
    pub config: &'a Config,
    /// Known customers; None where there are no books.
    pub customers: Option<&'a Customers>,
    /// What is charged beside calls.
    pub charges: &'a [AgreedCharge],
    /// SHA-256 of the seller's logo.
    pub logo_sha256: Option<&'a str>,
    /// How documents look; None where there are no books.
    pub template: Option<&'a Template>,
    /// The partner's figures of the whole.
    pub analytics: &'a Analytics,
    /// Customer ids by every name that the ledger may use.
    pub directory: &'a Directory,
    /// The books' own ledger formats.
    pub formats: &'a BTreeMap<String, Format>,
    /// All that was captured; None where there are no books.
    pub capture: Option<&'a Capture>,
    /// The files that the answers were read from.
    pub answers: Vec<Input>,
    /// What the partner changed in the last closed period since.
    pub restated: Vec<Finding>,
    /// What finance decided about the period's findings.
    pub resolutions: &'a [Resolution],
    /// What earlier periods left open.
    pub open_items: &'a [OpenItem],
    /// What earlier closed periods came to.
    pub history: &'a [Month],
    /// Invoices issued for this period before.
    pub issued: &'a [Issued],
    /// The version that reports name: this program's, or the one that sealed them.
    pub version: &'a str,
}

/// This program's version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

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
    /// `reconciliation.json`, `.csv` and `.html`.
    pub reports: Vec<(&'static str, Vec<u8>)>,
}

/// The capture's bodies as inputs of a reconciliation. A folder of many answers is one
/// input, whose digest is that of its files' `sha256sum` lines, sorted by path.
#[must_use]
pub fn answers_of(capture: &Capture) -> Vec<Input> {
    let mut folders: BTreeMap<Role, (String, u64)> = BTreeMap::new();
    let mut inputs = Vec::new();
    for answer in &capture.record.answers {
        let path = format!("capture/{}", answer.file);
        if answer.file.contains('/') {
            let folder = folders.entry(answer.role).or_default();
            folder.0.push_str(&format!("{}  {path}\n", answer.sha256));
            folder.1 += answer.bytes;
        } else {
            inputs.push(Input { role: answer.role.name(), path, sha256: answer.sha256.clone(), bytes: answer.bytes });
        }
    }
    inputs.extend(folders.into_iter().map(|(role, (lines, bytes))| Input {
        role: role.name(),
        path: format!("capture/{}/", role.name()),
        sha256: sha256_hex(lines.as_bytes()),
        bytes,
    }));
    inputs
}

/// Reads the ledger and compares: twice where a difference has to be looked for in its rows.
///
/// # Errors
/// A ledger that cannot be read, an unknown currency, a sum beyond the exact range.
pub fn reconciled(
    ground: &Ground<'_>,
    mut ledgers: Vec<(String, impl Read + Seek + Send)>,
) -> Result<(Ledger, Reconciliation), Problem> {
    let currency = match &ground.analytics.currency {
        None => ground.config.currency,
        Some(code) => Currency::parse(code).map_err(|e| {
            Problem::stop("upstream-shape", "the partner's answer states a currency that does not exist")
                .because(e.to_string())
                .next("ask the partner which currency it is")
        })?,
    };
    let reading = Reading {
        format: &ground.config.ledger_format,
        own_formats: ground.formats,
        date_order: ground.config.date_order.as_deref().and_then(Order::parse),
        accounts: &export::named(&ground.config.accounts),
        period: Some(ground.period),
        currency,
        default_currency: ground.config.currency,
        resolve: &|name| ground.directory.get(&folded(name)).cloned(),
    };
    let mut read = Vec::new();
    for (name, input) in &mut ledgers {
        let (ledger, how) = open::read(input, name, &reading)?;
        if let How::Export(understood) = &how {
            some_account_is_usage(understood, name)?;
        }
        read.push(ledger);
    }
    let ledger = merge(read)
        .map_err(|e| too_large(&e))?
        .ok_or_else(|| Problem::stop("no-ledger", "there is no ledger to compare with"))?;
    let mut inputs = ground.answers.clone();
    inputs.extend(ledger.files.iter().map(|file| Input {
        role: "ledger",
        path: file.path.clone(),
        sha256: file.sha256.clone(),
        bytes: file.bytes,
    }));
    inputs.sort_by(|a, b| a.role.cmp(b.role));
    let mut question = Question {
        period: ground.period,
        timezone: ground.config.timezone,
        currency,
        tolerance: ground.config.tolerance,
        analytics: ground.analytics,
        matrix: ground.capture.and_then(|c| c.matrix.as_ref()),
        transactions: ground.capture.and_then(|c| c.transactions.as_ref()),
        partner_timezone: ground.config.upstream.timezone,
        partner: ground.capture.and_then(|c| c.identity.as_ref()),
        unread: unread(ground),
        ledger: &ledger,
        rows: Vec::new(),
        open_items: ground.open_items,
        customers: ground.customers,
        inputs,
    };
    if let Some(wanted) = wanted(&question).map_err(|e| too_large(&e))? {
        for (name, input) in &mut ledgers {
            input.rewind().map_err(|e| {
                Problem::stop("ledger-unreadable", format!("the ledger {name} cannot be read again"))
                    .because(e.to_string())
            })?;
            question.rows.extend(open::rows(input, name, &reading, &wanted)?);
        }
    }
    // The same search whatever the order of the file.
    question.rows.sort_by(|a, b| a.order().cmp(&b.order()));
    let reconciliation = reconcile(&question).map_err(|e| too_large(&e))?;
    drop(question);
    Ok((ledger, reconciliation))
}

/// Reads the ledger, compares, decides, and renders the reports.
///
/// # Errors
/// As [`reconciled`].
pub fn derive(ground: &Ground<'_>, ledgers: Vec<(String, impl Read + Seek + Send)>) -> Result<Derived, Problem> {
    let (ledger, mut reconciliation) = reconciled(ground, ledgers)?;
    reconciliation.findings.extend(ground.restated.iter().cloned());
    let decided = decisions::apply(&mut reconciliation, ground.resolutions);
    // Those that explain a difference of this period are told there.
    let told = |item: &&OpenItem| {
        let is = |f: &Finding| f.code == "open-item" && f.customers == item.customers;
        !reconciliation.findings.iter().any(is)
    };
    let others: Vec<OpenItem> = ground.open_items.iter().filter(told).cloned().collect();
    reconciliation.findings.extend(open_items::find(&others, ground.period, reconciliation.currency));
    registry::rank(&mut reconciliation.findings);
    let mut decisions = BTreeMap::new();
    let mut notes_due = BTreeMap::new();
    if let Some(customers) = ground.customers {
        let terms = Terms {
            invoicing: &ground.config.invoicing,
            customers,
            charges: ground.charges,
            matrix: ground.capture.and_then(|c| c.matrix.as_ref()),
            transactions: ground.capture.and_then(|c| c.transactions.as_ref()),
            ledger: &ledger,
            unlisted: ground.config.unlisted,
            decided: &decided,
            logo_sha256: ground.logo_sha256,
        };
        decisions = charges::decide(&reconciliation, &terms).map_err(|e| too_large(&e))?;
        let (notes, differing) = correct(ground, &decisions, reconciliation.currency)?;
        notes_due = notes;
        // What has its document already prints none.
        let served: BTreeSet<&str> = ground.issued.iter().map(|i| i.content.customer_id.as_str()).collect();
        for (id, disposition) in &mut decisions {
            if let Disposition::Bill(draft) = disposition
                && !served.contains(id.as_str())
                && let Some(refusal) = unprintable(ground, draft)?
            {
                *disposition = Disposition::Refused(refusal);
            }
        }
        reconciliation.findings.extend(differing);
        reconciliation.findings.extend(not_billable::find(&decisions));
        registry::rank(&mut reconciliation.findings);
    }
    let reports = vec![
        ("reconciliation.json", reconciliation_json::render(&reconciliation, ground.version)),
        ("reconciliation.csv", csv::reconciliation(&reconciliation)),
        (
            "reconciliation.html",
            html::render(
                &reconciliation,
                ground.capture.and_then(|c| c.dashboard.as_ref()),
                ground.history,
                ground.version,
            )?,
        ),
    ];
    Ok(Derived { reconciliation, ledger, decisions, corrections: notes_due, reports })
}

/// Notes for customers whose invoices say something else than the figures do now, and what
/// is to be told of them.
fn correct(
    ground: &Ground<'_>,
    decisions: &BTreeMap<String, Disposition>,
    currency: Currency,
) -> Result<(BTreeMap<String, Draft>, Vec<Finding>), Problem> {
    let mut by_customer: BTreeMap<&str, Vec<&Issued>> = BTreeMap::new();
    for issued in ground.issued {
        by_customer.entry(&issued.content.customer_id).or_default().push(issued);
    }
    let (mut notes, mut findings) = (BTreeMap::new(), Vec::new());
    for (id, issued) in by_customer {
        let now = match decisions.get(id) {
            Some(Disposition::Bill(now)) => (**now).clone(),
            Some(Disposition::Nothing) => {
                Draft { seller: ground.config.invoicing.seller.clone(), ..Draft::blank(id, ground.period, currency) }
            }
            // Held, or not to be invoiced: nothing is known that could be said of it.
            _ => continue,
        };
        let note = match corrections::note(&issued, &now, &ground.config.invoicing) {
            Ok(note) => note,
            Err(Failure::Money(error)) => return Err(too_large(&error)),
            Err(Failure::Refused(Refusal { .. })) => None,
        };
        if let Some(note) = &note
            && let Some(refusal) = unprintable(ground, note)?
        {
            findings.push(not_billable::refused(id, &note.document.name().replace('-', " "), &refusal));
            continue;
        }
        findings.extend(corrections::find(&issued, &now, note.as_ref()).map_err(|e| too_large(&e))?);
        notes.extend(note.map(|note| (id.to_owned(), note)));
    }
    Ok((notes, findings))
}

/// Why a document that is to be issued cannot be printed; None: it can.
fn unprintable(ground: &Ground<'_>, draft: &Draft) -> Result<Option<Refusal>, Problem> {
    let Some(template) = ground.template else { return Ok(None) };
    let missing = pdf::unprintable(draft, template)?;
    if missing.is_empty() {
        return Ok(None);
    }
    let known = ground.customers.and_then(|customers| customers.get(&draft.customer_id)).cloned().unwrap_or_default();
    Ok(Some(unprintable::refusal(draft, &known.party, ground.charges, &missing)))
}

/// An export of which no account is named in the settings would say that nobody used
/// anything.
fn some_account_is_usage(understood: &Understood, ledger_name: &str) -> Result<(), Problem> {
    if understood.accounts.is_empty() || understood.accounts.values().any(|account| account.usage.is_some()) {
        return Ok(());
    }
    let names: Vec<&str> = understood.accounts.keys().take(12).map(String::as_str).collect();
    Err(Problem::usage("ledger-accounts", format!("no account of {ledger_name} is named in [ledger.accounts]"))
        .because(format!("its accounts are {}", names.join(", ")))
        .next("say in crossfoot.toml which are \"inbound\", \"outbound\" and \"other\"; crossfoot import FILE --check lists them with their sums")
        .not_done("Nothing was reconciled."))
}

/// Fields that we do not know, of whatever answers there are.
fn unread(ground: &Ground<'_>) -> Vec<String> {
    match ground.capture {
        Some(capture) => capture.unread.iter().cloned().collect(),
        None => ground.analytics.unknown_fields.iter().map(|field| format!("analytics: {field}")).collect(),
    }
}

fn too_large(error: &MoneyError) -> Problem {
    Problem::stop("overflow", "amounts are too large to be added up exactly")
        .because(error.to_string())
        .next("look for a mistyped amount in the ledger or in the partner's answer")
        .not_done("Nothing was written.")
}

/// Does something with each of many invoices on all cores. The first error in order of
/// the list is returned; results are in that order too, whatever thread made them.
///
/// # Errors
/// What `work` returns.
pub fn on_all_cores<T: Send>(
    invoices: &[Issued],
    work: impl Fn(usize, &Issued) -> Result<T, Problem> + Sync,
) -> Result<Vec<T>, Problem> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(invoices.len().max(1));
    let size = invoices.len().div_ceil(threads).max(1);
    let work = &work;
    let results: Vec<Result<Vec<T>, Problem>> = std::thread::scope(|scope| {
        let handles: Vec<_> = invoices
            .chunks(size)
            .enumerate()
            .map(|(n, chunk)| {
                scope.spawn(move || chunk.iter().enumerate().map(|(i, invoice)| work(n * size + i, invoice)).collect())
            })
            .collect();
        handles
            .into_iter()
            .map(|handle| handle.join().unwrap_or_else(|_| Err(Problem::stop("internal", "a worker thread failed"))))
            .collect()
    });
    let mut all = Vec::with_capacity(invoices.len());
    for result in results {
        all.extend(result?);
    }
    Ok(all)
}
