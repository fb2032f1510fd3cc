//! What a close is: a map of files, each a function that makes its bytes. Sealing writes the
//! map, `verify` compares it, `reconcile` writes a part of it; so that a new file is a line
//! here, and none can be written that is not verified.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::credits;
use super::derive::Derived;
use super::documents::{Documents, Looks};
use super::inputs::Inputs;
use super::registered::{Registered, copy_of};
use crate::model::invoice::{Edition, Issued};
use crate::model::money::MoneyError;
use crate::model::problem::Problem;
use crate::render::csv::{Column, RegisterRow};
use crate::render::html::Beside;
use crate::render::journal::names::Names;
use crate::render::journal::{self, Entry};
use crate::render::statement::{Made, Statement};
use crate::render::structured::inv01;
use crate::render::{call_list, csv, html, invoice_json, pdf, reconciliation_json, statement, structured, xlsx};

/// What the files of a close are made from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Close<'a> {
    /// What was received.
    pub inputs: &'a Inputs,
    /// What follows from it.
    pub derived: &'a Derived,
    /// What was issued.
    pub documents: &'a Documents,
}

type Report = fn(&Close<'_>) -> Result<Vec<u8>, Problem>;

/// The reports of a close, its register and its journals: a new one is a line here.
const REPORTS: [(&str, Report); 9] = [
    ("reconciliation.json", |c| Ok(reconciliation(c))),
    ("reconciliation.csv", |c| Ok(csv::reconciliation(&c.derived.reconciliation))),
    (PAGE, |c| page(c, statement(c)?.as_ref(), Edition::Second)),
    (WORKBOOK, |c| {
        let rows = c.documents.register(c.inputs, RegisterRow::of);
        workbook(c, (&rows, csv::REGISTER), statement(c)?.as_ref(), Edition::Second)
    }),
    (STATEMENT, |c| Ok(statement::csv(statement(c)?.as_ref()))),
    (REGISTER, |c| Ok(csv::register(&c.documents.register(c.inputs, RegisterRow::of), csv::REGISTER))),
    ("journal.hledger", |c| Ok(journal::hledger::render(&entries(c)?, &names(c)))),
    ("journal.beancount", |c| Ok(journal::beancount::render(&entries(c)?, &names(c)))),
    ("journal.tally.xml", |c| Ok(journal::tally::render(&entries(c)?, &names(c)))),
];

/// Reports as an earlier version made them, where it was wrong: a close that it sealed
/// verifies with either.
const EARLIER: [(&str, Report); 6] = [
    // 0.1 had a page of its own, without the documents, and looks of its own in the workbook.
    (PAGE, |c| page(c, None, Edition::First)),
    // 0.1 had its own names for every account, and opened all of them in every month.
    ("journal.hledger", |c| Ok(journal::hledger::render(&entries(c)?, &Names::first()))),
    ("journal.beancount", |c| Ok(journal::beancount::render(&entries(c)?, &Names::first()))),
    ("journal.tally.xml", |c| Ok(journal::tally::render(&entries(c)?, &Names::first()))),
    // 0.1 listed notes and void documents with the amounts that they bear.
    (REGISTER, |c| {
        let rows = c.documents.register(c.inputs, RegisterRow::as_printed);
        Ok(csv::register(&rows, &csv::REGISTER[..csv::REGISTER_0_1]))
    }),
    // It took an apostrophe from the beginning of a name, too.
    (WORKBOOK, |c| {
        let mut rows = c.documents.register(c.inputs, RegisterRow::as_printed);
        for text in rows.iter_mut().flat_map(|row| [&mut row.customer_id, &mut row.legal_name]) {
            *text = text.strip_prefix('\'').unwrap_or(text).to_owned();
        }
        workbook(c, (&rows, &csv::REGISTER[..csv::REGISTER_0_1]), None, Edition::First)
    }),
];

/// `reconciliation.json`, which `reconcile --json` prints.
#[must_use]
pub(crate) fn reconciliation(close: &Close<'_>) -> Vec<u8> {
    reconciliation_json::render(&close.derived.reconciliation, close.derived.trends.as_ref(), &close.inputs.version)
}

const PAGE: &str = "reconciliation.html";
const WORKBOOK: &str = "reconciliation.xlsx";
/// Not there in closes of 0.1.
const STATEMENT: &str = "statement.csv";
const REGISTER: &str = "invoices.csv";
/// Not there in closes of 0.1, and where no document has INV-01.
pub(crate) const BULK: &str = "inv01-bulk.json";

/// Where the lists of calls are, in a close.
pub(super) const CALL_LISTS: &str = "usage/";

/// How the further parts of [`BULK`] begin.
const MORE_BULK: &str = "inv01-bulk-";

/// The files for the portal's bulk upload: what stands and is not registered. A document is in the
/// same part whatever becomes registered, so that no part is left behind by a later close.
fn to_register<'a>(c: Close<'a>) -> Outputs<'a> {
    let inputs = c.inputs;
    let registered: BTreeSet<&str> = inputs.registered.iter().map(|one| one.invoice.number.as_str()).collect();
    let parts = inv01::bulk_parts(c.documents.issued.iter());
    let file = |(index, mut part): (usize, Vec<&'a Issued>)| {
        part.retain(|issued| inputs.stands(issued) && !registered.contains(issued.number.as_str()));
        let name = if index == 0 { BULK.to_owned() } else { format!("{MORE_BULK}{}.json", index + 1) };
        (name, File::made(move || Ok(inv01::bulk(part.iter().copied()))))
    };
    parts.into_iter().enumerate().map(file).collect()
}

/// The documents by customer; None where there is none.
fn statement(c: &Close<'_>) -> Result<Option<Statement>, Problem> {
    let capture = c.inputs.capture.as_ref();
    let r = &c.derived.reconciliation;
    let made = Made {
        currency: r.currency,
        names: r.customers.iter().filter_map(|line| Some((&*line.customer_id, line.name.as_deref()?))).collect(),
        beside_calls: r.beside_calls.as_deref().unwrap_or_default(),
        analytics: &c.inputs.analytics,
        matrix: capture.and_then(|capture| capture.matrix.as_ref()),
    };
    Statement::of(c.documents.issued.iter(), |issued| c.inputs.stands(issued), &made).map_err(|e| too_large(&e))
}

fn too_large(error: &MoneyError) -> Problem {
    Problem::stop("overflow", "the documents' sums are too large to be added up").because(error.to_string())
}

fn page(c: &Close<'_>, statement: Option<&Statement>, edition: Edition) -> Result<Vec<u8>, Problem> {
    let dashboard = c.inputs.capture.as_ref().and_then(|capture| capture.dashboard.as_ref());
    let trends = c.derived.trends.as_ref();
    let approval = c.inputs.approval.as_ref();
    let beside = Beside { dashboard, history: &c.inputs.history, trends, statement, approval, edition };
    html::render(&c.derived.reconciliation, &beside, &c.inputs.version)
}

fn workbook(
    c: &Close<'_>,
    register: (&[RegisterRow], &[Column]),
    statement: Option<&Statement>,
    edition: Edition,
) -> Result<Vec<u8>, Problem> {
    let (derived, trends) = (c.derived, c.derived.trends.as_ref());
    xlsx::render(&derived.reconciliation, &derived.ledger, register, (trends, statement), (edition, &c.inputs.version))
}

/// What the books call the accounts that are posted to.
fn names(c: &Close<'_>) -> Names {
    Names::of(&c.inputs.config, c.inputs.customers.as_ref(), &c.inputs.opened)
}

/// The period's invoices and notes as postings.
fn entries<'a>(c: &Close<'a>) -> Result<Vec<Entry<'a>>, Problem> {
    let (inputs, documents) = (c.inputs, c.documents);
    journal::entries(documents.issued.iter().filter(|issued| inputs.stands(issued))).map_err(|e| {
        Problem::stop("overflow", "the postings of an invoice are too large to be added up").because(e.to_string())
    })
}

/// A file, and how it is made. The same inputs give the same bytes, on any thread, at any
/// time.
pub(crate) struct File<'a>(Box<dyn Fn() -> Result<Cow<'a, [u8]>, Problem> + Send + Sync + 'a>);

impl<'a> File<'a> {
    fn made(make: impl Fn() -> Result<Vec<u8>, Problem> + Send + Sync + 'a) -> Self {
        Self(Box::new(move || make().map(Cow::Owned)))
    }

    fn kept(bytes: &'a [u8]) -> Self {
        Self(Box::new(move || Ok(Cow::Borrowed(bytes))))
    }

    /// Its bytes.
    ///
    /// # Errors
    /// It cannot be made.
    pub(crate) fn bytes(&self) -> Result<Cow<'a, [u8]>, Problem> {
        (self.0)()
    }
}

/// Files by their path in the close.
pub(crate) type Outputs<'a> = BTreeMap<String, File<'a>>;

/// The files of documents: the PDF, its data, the structured forms that it has, and the list of
/// its calls.
pub(super) fn documents<'a>(issued: &'a [Issued], looks: &'a Looks) -> Outputs<'a> {
    let mut files = Outputs::new();
    for invoice in issued {
        let stem = invoice.file_stem();
        files.insert(
            format!("invoices/{stem}.pdf"),
            File::made(move || {
                let (template, logo) = looks.of(invoice)?;
                pdf::render(invoice, template, logo)
            }),
        );
        files.insert(format!("invoices/{stem}.json"), File::made(|| Ok(invoice_json::render(invoice))));
        for form in structured::endings(invoice) {
            let file = File::made(|| {
                (form.render)(invoice).map_err(|why| {
                    Problem::stop("internal", format!("{} of {} cannot be written", form.name, invoice.number))
                        .because(why)
                })
            });
            files.insert(format!("invoices/{stem}.{}", form.ending), file);
        }
        if let Some(list) = &invoice.content.call_list {
            let file = File::made(move || {
                let source = looks.calls_of(invoice, &list.capture_sha256)?;
                call_list::render(invoice, list, source.timezone(), |way| {
                    source.calls(&invoice.content.customer_id, way)
                })
            });
            files.insert(call_list_of(&stem), file);
        }
    }
    files
}

/// The list of the calls of an invoice, in its close.
#[must_use]
pub(crate) fn call_list_of(stem: &str) -> String {
    format!("{CALL_LISTS}{stem}.csv")
}

/// The files of a draft: documents under their names, and the reports without what is for
/// programs: journals and structured forms have no room for a mark, and would be taken for what
/// was issued.
#[must_use]
pub(crate) fn drafts<'a>(close: Close<'a>, shown: &'a [(String, Issued)]) -> Outputs<'a> {
    let mut files: Outputs<'a> = REPORTS
        .iter()
        .filter(|(name, _)| !name.starts_with("journal."))
        .map(|(name, report)| ((*name).to_owned(), File::made(move || report(&close))))
        .collect();
    for (stem, document) in shown {
        let looks = &close.documents.looks;
        let pdf = File::made(move || {
            let (template, logo) = looks.of(document)?;
            pdf::render(document, template, logo)
        });
        files.insert(format!("invoices/{stem}.pdf"), pdf);
        files.insert(format!("invoices/{stem}.json"), File::made(|| Ok(invoice_json::render(document))));
    }
    files
}

/// The reports of a close; those of one that an earlier version sealed, as far as it had them.
fn reports(close: &Close<'_>) -> impl Iterator<Item = &'static (&'static str, Report)> {
    let is_new = close.inputs.earlier.is_none();
    REPORTS.iter().filter(move |(name, _)| is_new || *name != STATEMENT)
}

/// Everything beside the documents: reports, register, journals, registered copies, copies
/// of what governs.
#[must_use]
pub(crate) fn beside_documents<'a>(close: Close<'a>) -> Outputs<'a> {
    let mut files: Outputs<'a> =
        reports(&close).map(|(name, report)| ((*name).to_owned(), File::made(move || report(&close)))).collect();
    if close.inputs.earlier.is_none() {
        files.extend(to_register(close));
        let issued = &close.documents.issued;
        files
            .insert(credits::FILE.to_owned(), File::made(move || credits::render(close.inputs, close.derived, issued)));
    }
    for (name, bytes) in &close.inputs.copies {
        files.insert(format!("inputs/{name}"), File::kept(bytes));
    }
    for Registered { invoice, registration, bytes } in &close.inputs.registered {
        let stem = invoice.file_stem();
        files.insert(format!("inputs/irn-{stem}.json"), File::kept(bytes));
        let copy = File::made(move || {
            let (template, logo) = close.documents.looks.of(invoice)?;
            pdf::render_registered(invoice, template, logo, Some(registration))
        });
        files.insert(copy_of(&stem), copy);
    }
    files
}

/// Every file of a close.
#[must_use]
pub(crate) fn outputs<'a>(close: Close<'a>) -> Outputs<'a> {
    let mut files = documents(&close.documents.issued, &close.documents.looks);
    files.extend(beside_documents(close));
    files
}

/// The files of the comparison alone: what `reconcile` writes.
pub(crate) fn comparison<'a>(close: Close<'a>) -> impl Iterator<Item = (String, File<'a>)> {
    beside_documents(close).into_iter().filter(|(name, _)| name.starts_with("reconciliation."))
}

/// Whether a file of a close follows from the others.
#[must_use]
pub(super) fn is_derived(name: &str) -> bool {
    let beside = [CALL_LISTS, BULK, MORE_BULK, credits::FILE];
    name.starts_with("invoices/")
        || beside.iter().any(|prefix| name.starts_with(prefix))
        || REPORTS.iter().any(|(report, _)| *report == name)
}

/// Whether bytes are what an earlier version made of a report.
pub(super) fn is_earlier(close: &Close<'_>, name: &str, bytes: &[u8]) -> bool {
    let mut earlier = EARLIER.iter().filter(|(report, _)| *report == name);
    earlier.any(|(_, report)| report(close).is_ok_and(|made| made == bytes))
}

/// Does something with each file on all cores. Results are in the map's order, and so is
/// the error that is returned, whatever thread met it.
///
/// # Errors
/// What `work` returns.
pub(crate) fn on_all_cores<T: Send>(
    files: &Outputs<'_>,
    work: impl Fn(&str, &File<'_>) -> Result<T, Problem> + Sync,
) -> Result<Vec<T>, Problem> {
    let all: Vec<(&String, &File<'_>)> = files.iter().collect();
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(all.len().max(1));
    let (next, all, work) = (&AtomicUsize::new(0), &all, &work);
    // Each thread takes the next file that nobody has.
    let take = || {
        let taken = std::iter::from_fn(|| {
            let at = next.fetch_add(1, Ordering::Relaxed);
            all.get(at).map(|(name, file)| (at, work(name, file)))
        });
        taken.collect::<Vec<_>>()
    };
    let mut results: Vec<(usize, Result<T, Problem>)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(take)).collect();
        let failed = || vec![(0, Err(Problem::stop("internal", "a worker thread failed")))];
        threads.into_iter().flat_map(|thread| thread.join().unwrap_or_else(|_| failed())).collect()
    });
    results.sort_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, result)| result).collect()
}
