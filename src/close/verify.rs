//! `verify`: offline, without credentials. Every digest and every link is computed again;
//! then everything derived is derived again from the captured bytes, the ledger and the
//! sealed configuration, and compared byte for byte.

use std::collections::{BTreeMap, BTreeSet};

use super::configuration;
use super::derive::VERSION;
use super::recapture::{self, Recaptured};
use super::redraw;
use super::seal;
use crate::audit::chain::{self, Chain, Event};
use crate::audit::mail_journal::{self, MailJournal, Standing};
use crate::audit::manifest::{self, Manifest};
use crate::bill::charges::Disposition;
use crate::bill::numbering;
use crate::books::layout::{Books, CHAIN, optional};
use crate::capture::store;
use crate::model::digest::Running;
use crate::model::invoice::{Document, Issued};
use crate::model::period::{Period, parse_day};
use crate::model::problem::Problem;
use crate::render::{csv, invoice_json, xlsx};

/// Something that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The file, relative to the books.
    pub file: String,
    /// The field in it, where it can be told.
    pub field: Option<String>,
    /// What does not hold.
    pub what: String,
}

/// What was verified of a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeriodReport {
    /// The period's name.
    pub period: String,
    /// Files whose digests were computed.
    pub files: usize,
    /// Invoices drawn again.
    pub invoices: usize,
    /// Seals in the chain.
    pub seals: usize,
    /// When it was last sealed.
    pub at: String,
    /// The outcome that was sealed.
    pub outcome: String,
}

/// The outcome of a verification.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Period by period.
    pub periods: Vec<PeriodReport>,
    /// What does not hold; empty: everything does.
    pub broken: Vec<Broken>,
    /// Events in the chain.
    pub events: usize,
    /// SHA-256 of the chain's last line: note it somewhere else.
    pub head: String,
    /// Invoices that were mailed, by the journal.
    pub sent: usize,
}

impl Report {
    pub(super) fn add(&mut self, file: impl Into<String>, field: Option<String>, what: impl Into<String>) {
        self.broken.push(Broken { file: file.into(), field, what: what.into() });
    }
}

/// Verifies one period, or all that were ever sealed.
///
/// # Errors
/// Something could not even be tried; what does not hold is in the report.
pub fn verify(books: &Books, only: Option<&Period>) -> Result<Report, Problem> {
    let mut report = Report::default();
    let bytes = optional("chain", &books.path(CHAIN))?.unwrap_or_default();
    let chain = match chain::read(&bytes) {
        Ok(chain) => chain,
        Err(broken) => {
            for what in broken {
                report.add(CHAIN, None, what);
            }
            return Ok(report);
        }
    };
    report.events = chain.events.len();
    report.head.clone_from(&chain.head);
    for what in numbering::continuity(&chain.allotted()) {
        report.add(CHAIN, Some("issued".into()), what);
    }
    unsealed(books, &chain, &mut report);
    mailed(books, &chain, &mut report)?;

    let mut last: BTreeMap<&str, &Event> = BTreeMap::new();
    for event in &chain.events {
        last.insert(&event.period, event);
    }
    for (name, event) in last {
        if only.is_none_or(|period| period.name == name) {
            verify_period(books, &chain, event, &mut report)?;
        }
    }
    report.broken.sort_by(|a, b| (&a.file, &a.field, &a.what).cmp(&(&b.file, &b.field, &b.what)));
    report.broken.dedup();
    Ok(report)
}

/// A manifest that no event of the chain knows: the chain was cut, or the manifest forged.
fn unsealed(books: &Books, chain: &Chain, report: &mut Report) {
    let Ok(entries) = std::fs::read_dir(books.path("closes")) else { return };
    let mut names: Vec<String> = entries.flatten().map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    for name in names {
        let manifest = format!("closes/{name}/{}", manifest::FILE);
        if books.path(&manifest).exists() && chain.of(&name).next().is_none() {
            report.add(
                manifest,
                None,
                format!("no event of {CHAIN} seals it: the chain was cut, or this file was put here"),
            );
        }
    }
}

/// The journal of what was mailed: its links, and that every line is about an invoice that
/// was issued.
fn mailed(books: &Books, chain: &Chain, report: &mut Report) -> Result<(), Problem> {
    let Some(bytes) = optional("mail-journal", &books.path(mail_journal::FILE))? else { return Ok(()) };
    match MailJournal::read(&bytes) {
        Ok(journal) => {
            let issued: BTreeSet<(&str, &str)> =
                chain.events.iter().flat_map(|event| &event.issued).map(|e| (&*e.number, &*e.customer_id)).collect();
            for entry in journal.entries.iter().filter(|e| !issued.contains(&(&*e.number, &*e.customer_id))) {
                let what = format!("it was never issued to {}", entry.customer_id);
                report.add(mail_journal::FILE, Some(format!("line {}, {}", entry.sequence, entry.number)), what);
            }
            let numbers: BTreeSet<&str> = journal.entries.iter().map(|e| e.number.as_str()).collect();
            report.sent = numbers.into_iter().filter(|number| journal.standing(number) == Standing::Sent).count();
        }
        Err(broken) => broken.into_iter().for_each(|what| report.add(mail_journal::FILE, None, what)),
    }
    Ok(())
}

fn verify_period(books: &Books, chain: &Chain, event: &Event, report: &mut Report) -> Result<(), Problem> {
    let days = parse_day(&event.from).and_then(|from| parse_day(&event.to).map(|to| (from, to)));
    let Ok((from, to)) = days else {
        report.add(CHAIN, Some("from".into()), "the period's days cannot be read");
        return Ok(());
    };
    let period = Period { name: event.period.clone(), from, to };
    let folder = Books::close_dir(&period);
    let before = report.broken.len();

    let found = match manifest::read(books, &event.period) {
        Ok(found) => found,
        Err((file, e)) => {
            report.add(file, None, format!("it cannot be read: {e}"));
            return Ok(());
        }
    };
    if found.sha256 != event.manifest_sha256 {
        let sealed = format!("event {} of the chain sealed {}", event.sequence, event.manifest_sha256);
        report.add(found.file.clone(), None, format!("its SHA-256 is {}, and {sealed}", found.sha256));
    }
    let manifest = match found.manifest {
        Ok(manifest) => manifest,
        Err(why) => {
            report.add(found.file, None, format!("it cannot be read: {why}"));
            return Ok(());
        }
    };
    let files = digests(books, &period, &folder, &manifest, report)?;
    let issued = redraw::issued(books, chain, &period, report);
    let ground_holds = report.broken[before..].iter().all(|b| {
        let derived = ["reconciliation.", "invoices/", "invoices.csv", "journal."];
        derived.iter().any(|d| b.file.starts_with(&format!("{folder}/{d}")))
    });
    if ground_holds {
        rederive(books, chain, event, &period, &issued, &manifest, report)?;
    }
    report.periods.push(PeriodReport {
        period: period.name.clone(),
        files,
        invoices: issued.len(),
        seals: chain.of(&period.name).count(),
        at: event.at.clone(),
        outcome: event.outcome.clone(),
    });
    Ok(())
}

/// Every file of the manifest, and no other.
fn digests(
    books: &Books,
    period: &Period,
    folder: &str,
    manifest: &Manifest,
    report: &mut Report,
) -> Result<usize, Problem> {
    let mut known = BTreeSet::new();
    let mut count = 0;
    // A period that was captured again has the answers of its seal elsewhere.
    let moved = recapture::moved(books, period, manifest);
    let inside =
        manifest.files.iter().map(|entry| (format!("{folder}/{}", recapture::place(&moved, &entry.path)), entry));
    let outside = manifest.inputs.iter().map(|entry| {
        let now = recapture::recorded(&entry.path)
            .and_then(|period| recapture::by_digest(books, &period, &entry.sha256))
            .map(|folder| format!("{folder}/{}", store::RECORD));
        (now.unwrap_or_else(|| entry.path.clone()), entry)
    });
    for (name, entry) in inside.chain(outside) {
        known.insert(name.clone());
        count += 1;
        match digest_of(&books.path(&name)) {
            Err(e) => report.add(name, None, format!("it cannot be read: {e}")),
            Ok((sha256, bytes)) if sha256 != entry.sha256 || bytes != entry.bytes => report.add(
                name,
                None,
                format!(
                    "its SHA-256 is {sha256} ({bytes} bytes), and the manifest has {} ({} bytes)",
                    entry.sha256, entry.bytes
                ),
            ),
            Ok(_) => {}
        }
    }
    let later: Vec<String> = store::folders(books, period)
        .into_iter()
        .filter(|capture| !moved.values().any(|sealed| *capture == format!("{folder}/{sealed}")))
        .filter(|capture| store::load_from(&books.path(capture), period).is_ok_and(|c| c.is_some()))
        .collect();
    for name in seal::files_of(&books.path(folder))? {
        let name = format!("{folder}/{name}");
        // Answers that came after the seal are no part of it: `crossfoot restated` reads them.
        let after =
            later.iter().any(|capture| name.strip_prefix(capture.as_str()).is_some_and(|rest| rest.starts_with('/')));
        if !after && !known.contains(&name) {
            report.add(name, None, "it is not in the manifest: it was put here after the seal");
        }
    }
    Ok(count)
}

fn digest_of(path: &std::path::Path) -> std::io::Result<(String, u64)> {
    use std::io::Read;
    let mut file = std::fs::File::open(path)?;
    let mut digest = Running::default();
    let mut buffer = vec![0; 1 << 18];
    let mut bytes = 0;
    loop {
        let n = file.read(&mut buffer)?;
        if n == 0 {
            return Ok((digest.finish(), bytes));
        }
        digest.update(&buffer[..n]);
        bytes += n as u64;
    }
}

/// Derives everything again and compares.
fn rederive(
    books: &Books,
    chain: &Chain,
    event: &Event,
    period: &Period,
    issued: &[Issued],
    manifest: &Manifest,
    report: &mut Report,
) -> Result<(), Problem> {
    let folder = Books::close_dir(period);
    let Some(template_file) = manifest
        .configuration
        .files
        .iter()
        .find_map(|f| f.strip_prefix("inputs/").filter(|f| f.starts_with("invoice-template-")))
    else {
        report.add(format!("{folder}/{}", manifest::FILE), Some("configuration".into()), "it names no template");
        return Ok(());
    };
    let configuration =
        match configuration::load_sealed(&books.path(&folder), template_file, &manifest.configuration.files) {
            Ok(configuration) => configuration,
            Err(problem) => {
                report.add(format!("{folder}/inputs"), None, problem.what.clone());
                return Ok(());
            }
        };
    let sealed = recapture::sealed_in(books, period, manifest).unwrap_or_else(|| Books::capture_dir(period));
    let capture = match store::load_from(&books.path(sealed), period) {
        Ok(Some(capture)) => capture,
        Ok(None) => {
            report.add(Books::capture_dir(period), None, "there is no capture");
            return Ok(());
        }
        Err(problem) => {
            report.add(Books::capture_dir(period), None, problem.what.clone());
            return Ok(());
        }
    };
    // What the last run found was found beside the invoices of the runs before it.
    let new: BTreeSet<&str> = event.issued.iter().map(|e| e.number.as_str()).collect();
    let standing = || issued.iter().filter(|i| !configuration.voids.contains_key(&i.number));
    let before: Vec<Issued> = standing().filter(|i| !new.contains(i.number.as_str())).cloned().collect();
    let previous = match Recaptured::of(books, manifest) {
        Ok(previous) => previous,
        Err(problem) => {
            report.add(format!("{folder}/{}", manifest::FILE), Some("inputs".into()), problem.what.clone());
            return Ok(());
        }
    };
    let basis = seal::Basis {
        configuration: &configuration,
        capture: &capture,
        issued: &before,
        previous: previous.as_ref(),
        version: &manifest.tool.version,
    };
    let derived = match seal::derive_now(books, period, &basis) {
        Ok(derived) => derived,
        Err(problem) => {
            report.add(folder, None, format!("it cannot be derived again: {}", problem.what));
            return Ok(());
        }
    };
    for (name, bytes) in &derived.reports {
        compare(books, &format!("{folder}/{name}"), bytes, report);
    }
    let rows = seal::register_rows(issued, chain.issued_in(&period.name), &configuration.voids);
    compare(books, &format!("{folder}/invoices.csv"), &csv::register(&rows), report);
    let workbook = xlsx::render(&derived.reconciliation, &derived.ledger, &rows, &manifest.tool.version)?;
    compare(books, &format!("{folder}/{}", seal::WORKBOOK), &workbook, report);
    for (name, bytes) in seal::journals(standing())? {
        compare(books, &format!("{folder}/{name}"), &bytes, report);
    }

    for invoice in issued {
        let name = format!("{folder}/invoices/{}.json", invoice.file_stem());
        let content = &invoice.content;
        let newly = new.contains(invoice.number.as_str());
        let due = match content.document {
            Document::Invoice => match derived.decisions.get(&content.customer_id) {
                Some(Disposition::Bill(draft)) => Some(&**draft),
                _ => None,
            },
            Document::CreditNote | Document::DebitNote => derived.corrections.get(&content.customer_id),
        };
        match due {
            Some(draft) if newly && draft != content => {
                report.add(
                    name,
                    Some(first_difference(invoice, draft)),
                    "it does not follow from the captured answer, the ledger and the configuration",
                );
            }
            None if newly => report.add(name, None, "this customer is not to be invoiced by the sealed inputs"),
            _ => {}
        }
    }
    let served: BTreeSet<&str> = standing().map(|i| i.content.customer_id.as_str()).collect();
    let due = derived
        .decisions
        .iter()
        .find(|(id, decision)| matches!(decision, Disposition::Bill(_)) && !served.contains(id.as_str()));
    let noted = |id: &str| {
        let is = |i: &&Issued| i.content.customer_id == id && i.content.document != Document::Invoice;
        issued.iter().filter(is).any(|i| new.contains(i.number.as_str()))
    };
    let note_due = derived.corrections.keys().find(|id| !noted(id));
    if let Some(id) = due.map(|(id, _)| id).or(note_due) {
        report.add(
            format!("{folder}/invoices"),
            None,
            format!("customer {id} is to be invoiced by the sealed inputs, and is not"),
        );
    }
    redraw::draw_again(books, &folder, issued, &configuration.voids, report)?;
    if !report.broken.is_empty() && manifest.tool.version != VERSION {
        let hint = format!(
            "sealed by crossfoot {}, and this is {VERSION}: verify with that version before you conclude",
            manifest.tool.version
        );
        report.add(format!("{folder}/{}", manifest::FILE), Some("tool".into()), hint);
    }
    Ok(())
}

/// The field in which an issued invoice and its draft first differ.
fn first_difference(invoice: &Issued, draft: &crate::model::invoice::Draft) -> String {
    let as_value = |content: crate::model::invoice::Draft| -> serde_json::Value {
        let again = Issued { content, ..invoice.clone() };
        serde_json::from_slice(&invoice_json::render(&again)).unwrap_or_default()
    };
    differing_field(&as_value(invoice.content.clone()), &as_value(draft.clone())).unwrap_or_default()
}

fn compare(books: &Books, name: &str, expected: &[u8], report: &mut Report) {
    match std::fs::read(books.path(name)) {
        Ok(bytes) if bytes == expected => {}
        Ok(bytes) => {
            let values = [&bytes[..], expected].map(|b| serde_json::from_slice::<serde_json::Value>(b).ok());
            let field = match values {
                [Some(found), Some(expected)] => differing_field(&found, &expected),
                _ => differing_line(&bytes, expected),
            };
            report.add(name, field, "derived again, it is not the same file");
        }
        Err(e) => report.add(name, None, format!("it cannot be read: {e}")),
    }
}

fn differing_line(found: &[u8], expected: &[u8]) -> Option<String> {
    let (mut found, mut expected) = (found.split(|b| *b == b'\n'), expected.split(|b| *b == b'\n'));
    let mut line = 1;
    loop {
        match (found.next(), expected.next()) {
            (None, None) => return None,
            (a, b) if a == b => line += 1,
            _ => return Some(format!("line {line}")),
        }
    }
}

/// The path of the first value that differs, `/customers/3/ledger`.
fn differing_field(found: &serde_json::Value, expected: &serde_json::Value) -> Option<String> {
    use serde_json::Value;
    match (found, expected) {
        (a, b) if a == b => None,
        (Value::Object(a), Value::Object(b)) => {
            let keys: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            keys.into_iter().find_map(|key| match (a.get(key), b.get(key)) {
                (Some(x), Some(y)) => differing_field(x, y).map(|path| format!("/{key}{path}")),
                _ => Some(format!("/{key}")),
            })
        }
        (Value::Array(a), Value::Array(b)) => {
            let first = a
                .iter()
                .zip(b)
                .enumerate()
                .find_map(|(i, (x, y))| differing_field(x, y).map(|path| format!("/{i}{path}")));
            first.or_else(|| Some(format!("/{}", a.len().min(b.len()))))
        }
        _ => Some(String::new()),
    }
}
