//! The close: what is derived is numbered, drawn, staged, and sealed in one commit.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::{DateTime, SecondsFormat, Utc};

use super::configuration::{Configuration, template_copy};
use super::derive::{Derived, Ground, VERSION, answers_of, derive, on_all_cores};
use super::ledgers::open_ledgers;
use super::recapture::{self, Recaptured};
use super::redraw;
use super::registered::{self, Registered};
use super::unchanged;
use super::verify::Report;
use crate::audit::chain::{self, Chain, Event, IssuedEntry};
use crate::audit::manifest::{self, FileEntry};
use crate::bill::charges::Disposition;
use crate::bill::numbering;
use crate::books::changeset::ChangeSet;
use crate::books::layout::{Books, CHAIN, CUSTOMERS};
use crate::books::voids::Voids;
use crate::capture::store::Capture;
use crate::model::digest::sha256_hex;
use crate::model::finding::Severity;
use crate::model::invoice::Issued;
use crate::model::period::Period;
use crate::model::posting::LedgerFile;
use crate::model::problem::{Problem, io};
use crate::render::csv::RegisterRow;
use crate::render::{csv, invoice_json, journal, pdf, structured, xlsx};

/// The workbook's name in a close.
pub const WORKBOOK: &str = "reconciliation.xlsx";

/// What a close did.
#[derive(Debug)]
pub struct Closed {
    /// Everything derived.
    pub derived: Derived,
    /// Invoices issued by this run.
    pub new: Vec<Issued>,
    /// Invoices issued by earlier runs for this period.
    pub before: Vec<Issued>,
    /// False: nothing has changed since the last seal, so there is no new one.
    pub sealed: bool,
    /// SHA-256 of the manifest.
    pub manifest_sha256: String,
    /// SHA-256 of the chain's last line.
    pub chain_head: String,
}

/// Reads the invoices that were issued for a period, each checked against the chain.
///
/// # Errors
/// One that is missing or is not what was issued (exit 4).
pub fn load_issued(books: &Books, chain: &Chain, period: &Period) -> Result<Vec<Issued>, Problem> {
    let folder = Books::close_dir(period);
    chain
        .issued_in(&period.name)
        .map(|entry| {
            let file = format!("{folder}/invoices/{}.json", crate::model::invoice::file_stem(&entry.number));
            let bytes = std::fs::read(books.path(&file)).map_err(|e| {
                Problem::unverified("invoice-missing", format!("the issued invoice {} cannot be read", entry.number))
                    .at(file.clone())
                    .because(e.to_string())
            })?;
            if sha256_hex(&bytes) != entry.json_sha256 {
                return Err(Problem::unverified("invoice-changed", format!("{file} is not what was issued")));
            }
            invoice_json::parse(&bytes)
                .map_err(|why| Problem::unverified("invoice-changed", format!("{file} cannot be read")).because(why))
        })
        .collect()
}

/// What a period is derived from, beside what lies in the books.
#[derive(Clone, Copy, Debug)]
pub struct Basis<'a> {
    /// Settings, customers, template.
    pub configuration: &'a Configuration,
    /// The partner's answers.
    pub capture: &'a Capture,
    /// Invoices issued before.
    pub issued: &'a [Issued],
    /// The last closed period, where it was captured again with other figures.
    pub previous: Option<&'a Recaptured>,
    /// The version that reports name.
    pub version: &'a str,
}

/// The last closed period before this one, if its capture was followed by another.
///
/// # Errors
/// One of the two captures is not what was received.
pub fn previous(books: &Books, chain: &Chain, period: &Period) -> Result<Option<Recaptured>, Problem> {
    match recapture::last_closed(chain, period) {
        Some(closed) => recapture::pair(books, chain, &closed),
        None => Ok(None),
    }
}

/// Reads a ledger, compares and decides, against what was issued before.
///
/// # Errors
/// As [`derive`].
pub fn derive_now(books: &Books, period: &Period, basis: &Basis<'_>) -> Result<Derived, Problem> {
    let Basis { configuration, capture, issued, previous, version } = *basis;
    let restated = match previous {
        Some(pair) => pair.compare(configuration.config.currency, Severity::Warning)?.1,
        None => Vec::new(),
    };
    let ledger = configuration.config.ledger_for(period);
    let ground = Ground {
        period,
        config: &configuration.config,
        customers: configuration.customers.as_ref(),
        charges: &configuration.charges,
        logo_sha256: configuration.logo.as_ref().map(|logo| logo.sha256.as_str()),
        template: Some(&configuration.template),
        analytics: &capture.analytics,
        directory: &configuration.directory,
        formats: &configuration.formats,
        capture: Some(capture),
        answers: answers_of(capture),
        restated,
        resolutions: &configuration.resolutions,
        open_items: &configuration.open_items,
        history: &configuration.history,
        issued,
        version,
    };
    derive(&ground, open_ledgers(books, &ledger)?)
}

/// Closes a period. The caller holds the lock and has recovered. `drawn` is called after
/// each invoice with how many there are to be.
///
/// # Errors
/// Nothing has changed under the final names, unless the intent of the commit stands: then
/// the next command finishes it.
pub fn close(
    books: &Books,
    period: &Period,
    configuration: &Configuration,
    capture: &Capture,
    now: DateTime<Utc>,
    drawn: &(dyn Fn(usize) + Sync),
) -> Result<Closed, Problem> {
    if configuration.customers.is_none() {
        return Err(Problem::usage("no-customers", format!("there is no {CUSTOMERS} in the books"))
            .because("an invoice needs to know whom it is for")
            .next(format!(
                "write {CUSTOMERS}: a header row with customer_id, legal_name, address, …, and a row a customer"
            ))
            .not_done("No invoice was issued."));
    }
    let (chain, chain_bytes) = chain::load(books)?;
    if let Some(other) = chain.overlapping(period) {
        return Err(Problem::stop(
            "period-overlap",
            format!("{} shares days with {}, for which invoices were issued", period.name, other.period),
        )
        .because("the same calls would be invoiced twice")
        .next(format!("close another period, or correct that one: crossfoot close --period {}", other.period))
        .not_done("No invoice was issued."));
    }
    let present = unchanged::check(books, &chain, period)?;
    let before = load_issued(books, &chain, period)?;
    let previous = previous(books, &chain, period)?;
    let standing: Vec<Issued> =
        before.iter().filter(|issued| !configuration.voids.contains_key(&issued.number)).cloned().collect();
    let basis = Basis { configuration, capture, issued: &standing, previous: previous.as_ref(), version: VERSION };
    let derived = derive_now(books, period, &basis)?;
    let served: BTreeSet<&str> = standing.iter().map(|issued| issued.content.customer_id.as_str()).collect();
    let drafts = derived
        .decisions
        .values()
        .filter_map(|d| match d {
            Disposition::Bill(draft) => Some(draft),
            _ => None,
        })
        .filter(|draft| !served.contains(draft.customer_id.as_str()))
        .map(|draft| (**draft).clone())
        .chain(derived.corrections.values().cloned())
        .collect();
    let (new, allotted) =
        numbering::allot(drafts, &configuration.config.invoicing, &chain.allotted(), &configuration.template_sha256)?;

    let folder = Books::close_dir(period);
    let mut changes = ChangeSet::begin(books)?;
    let mut staged: Vec<FileEntry> = Vec::new();
    let places: Vec<Vec<_>> = new
        .iter()
        .map(|invoice| {
            let stem = invoice.file_stem();
            let endings = ["pdf", "json"].into_iter().chain(structured::endings(invoice).map(|form| form.ending));
            let place = |ending| {
                let name = format!("invoices/{stem}.{ending}");
                (changes.reserve(format!("{folder}/{name}")), name)
            };
            endings.map(place).collect()
        })
        .collect();
    let logo = configuration.logo.as_ref().map(|logo| &logo.image);
    let drawn = on_all_cores(&new, |index, invoice| {
        let mut bytes = vec![pdf::render(invoice, &configuration.template, logo)?, invoice_json::render(invoice)];
        bytes.extend(forms(invoice)?.into_iter().map(|(_, bytes)| bytes));
        let mut entries = Vec::new();
        for ((path, name), bytes) in places[index].iter().zip(bytes) {
            std::fs::write(path, &bytes)
                .map_err(|e| io("not-written", "write", path, &e).not_done("No invoice was issued."))?;
            entries.push(FileEntry::of(name.clone(), &bytes));
        }
        drawn(new.len());
        Ok(entries)
    })?;
    let entries: Vec<IssuedEntry> = new
        .iter()
        .zip(&allotted)
        .zip(&drawn)
        .map(|((invoice, allotted), files)| IssuedEntry {
            number: invoice.number.clone(),
            document: invoice.content.document.name().to_owned(),
            series: allotted.series.clone(),
            sequence: allotted.sequence,
            issue_date: invoice.issue_date.to_string(),
            customer_id: allotted.customer_id.clone(),
            total: invoice.content.total.plain(),
            currency: invoice.content.currency.code().to_owned(),
            pdf_sha256: files.first().map(|f| f.sha256.clone()).unwrap_or_default(),
            json_sha256: files.get(1).map(|f| f.sha256.clone()).unwrap_or_default(),
        })
        .collect();
    staged.extend(drawn.into_iter().flatten());

    let allotted_so_far = chain.issued_in(&period.name).chain(&entries);
    let rows = register_rows(before.iter().chain(&new), allotted_so_far, &configuration.voids);
    let register = csv::register(&rows);
    let workbook = xlsx::render(&derived.reconciliation, &derived.ledger, &rows, VERSION)?;
    let journals = journals(standing.iter().chain(&new))?;
    let known: BTreeSet<&str> = chain.voided().map(|void| void.number.as_str()).collect();
    let newly = before.iter().filter(|issued| !known.contains(issued.number.as_str()));
    let voided: Vec<_> = newly.filter_map(|issued| configuration.voids.get(&issued.number)).cloned().collect();
    let copies = configuration.copies.iter().map(|(name, bytes)| (format!("inputs/{name}"), bytes));
    let reports = derived.reports.iter().map(|(name, bytes)| ((*name).to_owned(), bytes));
    let journals = journals.iter().map(|(name, bytes)| ((*name).to_owned(), bytes));
    let registered = registered::load(&books.path(registered::IRN), "", &standing)?;
    let copies_drawn = draw_registered(books, &folder, &registered)?;
    let responses = registered.iter().map(|one| (one.copy(), &one.bytes));
    let drawn_copies = registered.iter().zip(&copies_drawn).map(|(one, bytes)| (one.file(), bytes));
    for (name, bytes) in copies
        .chain(reports)
        .chain([("invoices.csv".to_owned(), &register), (WORKBOOK.to_owned(), &workbook)])
        .chain(journals)
        .chain(responses)
        .chain(drawn_copies)
    {
        changes.stage(format!("{folder}/{name}"), bytes)?;
        staged.push(FileEntry::of(name, bytes));
    }

    // What lies there and is not replaced: answers and earlier invoices, hashed already, and
    // the templates of earlier runs.
    let mut files = staged;
    files.extend(present);
    let known: BTreeSet<String> = files.iter().map(|f| f.path.clone()).collect();
    for name in files_of(&books.path(&folder))? {
        if !known.contains(&name) {
            files.push(FileEntry::read(&books.path(&folder), name)?);
        }
    }
    let ledgers = derived.ledger.files.iter().cloned();
    let mut inputs: Vec<FileEntry> =
        ledgers.map(|LedgerFile { path, sha256, bytes }| FileEntry { path, sha256, bytes }).collect();
    inputs.extend(previous.iter().flat_map(|pair| pair.entries(books)));
    let governed: Vec<String> = configuration.copies.iter().map(|(name, _)| format!("inputs/{name}")).collect();
    let timezone = configuration.config.timezone.name();
    let build = |previous: Option<String>| {
        manifest::build(period, timezone, &governed, inputs.clone(), files.clone(), previous)
    };

    // A run that changes nothing is no event.
    let last = chain.events.iter().rposition(|event| event.period == period.name);
    if let Some(last) = last.filter(|_| new.is_empty()) {
        let previous = last.checked_sub(1).map(|i| chain.events[i].manifest_sha256.clone());
        let same = sha256_hex(&build(previous));
        if same == chain.events[last].manifest_sha256 {
            let on_disk = std::fs::read(books.path(&folder).join(manifest::FILE)).map(|b| sha256_hex(&b));
            if on_disk.is_ok_and(|digest| digest == same) {
                return Ok(Closed {
                    derived,
                    new,
                    before,
                    sealed: false,
                    manifest_sha256: same,
                    chain_head: chain.head,
                });
            }
        }
    }

    let manifest = build(chain.events.last().map(|event| event.manifest_sha256.clone()));
    let manifest_sha256 = sha256_hex(&manifest);
    changes.stage(format!("{folder}/{}", manifest::FILE), &manifest)?;
    let event = Event {
        schema: String::new(),
        sequence: 0,
        event: "close".into(),
        period: period.name.clone(),
        from: period.from.to_string(),
        to: period.to.to_string(),
        at: now.to_rfc3339_opts(SecondsFormat::Secs, true),
        tool: VERSION.into(),
        outcome: derived.reconciliation.outcome().into(),
        manifest_sha256: manifest_sha256.clone(),
        issued: entries,
        voided,
        previous: String::new(),
        digest: String::new(),
    };
    let longer = chain.append(&chain_bytes, event)?;
    // Read back before it counts: what cannot be verified is not sealed.
    let chain_head = chain::read(&longer)
        .map_err(|broken| Problem::stop("internal", "the new chain does not verify").because(broken.join("; ")))?
        .head;
    changes.stage(CHAIN, &longer)?;
    changes.commit(&format!("close --period {}", period.name))?;
    Ok(Closed { derived, new, before, sealed: true, manifest_sha256, chain_head })
}

/// The period's invoices and notes as postings: name and bytes of each file.
pub(super) fn journals<'a>(
    issued: impl IntoIterator<Item = &'a Issued>,
) -> Result<[(&'static str, Vec<u8>); 3], Problem> {
    let entries = journal::entries(issued).map_err(|e| {
        Problem::stop("overflow", "the postings of an invoice are too large to be added up").because(e.to_string())
    })?;
    Ok([
        ("journal.hledger", journal::hledger::render(&entries)),
        ("journal.beancount", journal::beancount::render(&entries)),
        ("journal.tally.xml", journal::tally::render(&entries)),
    ])
}

/// The register's rows: each invoice with the digest of its PDF, as the chain has it, and
/// whether it is void.
pub fn register_rows<'a>(
    invoices: impl IntoIterator<Item = &'a Issued>,
    entries: impl Iterator<Item = &'a IssuedEntry>,
    voids: &Voids,
) -> Vec<RegisterRow> {
    let digests: BTreeMap<&str, &str> =
        entries.map(|entry| (entry.number.as_str(), entry.pdf_sha256.as_str())).collect();
    let digest = |invoice: &Issued| digests.get(invoice.number.as_str()).copied().unwrap_or_default().to_owned();
    csv::register_rows(invoices, |number| voids.contains_key(number), digest)
}

/// Copies with IRN, each drawn with the template and logo of its invoice.
fn draw_registered(books: &Books, folder: &str, registered: &[Registered]) -> Result<Vec<Vec<u8>>, Problem> {
    let mut report = Report::default();
    let issued: Vec<Issued> = registered.iter().map(|one| one.invoice.clone()).collect();
    let looks = redraw::looks(books, folder, &issued, &mut report)?;
    if let Some(broken) = report.broken.first() {
        return Err(Problem::unverified("invoice-changed", format!("{}: {}", broken.file, broken.what)));
    }
    registered::draw(registered, |invoice| looks.of(invoice))
}

/// The structured forms that an invoice has, each with its name's ending.
pub(super) fn forms(invoice: &Issued) -> Result<Vec<(&'static str, Vec<u8>)>, Problem> {
    let written = |form: &structured::Form| {
        (form.render)(invoice).map(|bytes| (form.ending, bytes)).map_err(|why| {
            Problem::stop("internal", format!("{} of {} cannot be written", form.name, invoice.number)).because(why)
        })
    };
    structured::endings(invoice).map(written).collect()
}

/// The files of a close, relative to its folder, sorted, without the manifest and without
/// what begins with a dot.
///
/// # Errors
/// The folder cannot be read.
pub fn files_of(folder: &Path) -> Result<Vec<String>, Problem> {
    let mut found = Vec::new();
    let mut folders = vec![String::new()];
    while let Some(inner) = folders.pop() {
        let path = folder.join(&inner);
        let entries = match std::fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => continue,
            Err(e) => return Err(io("not-read", "read", &path, &e)),
        };
        for entry in entries {
            let entry = entry.map_err(|e| io("not-read", "read", &path, &e))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with('.') {
                continue;
            }
            let relative = if inner.is_empty() { name } else { format!("{inner}/{name}") };
            if entry.path().is_dir() {
                folders.push(relative);
            } else if relative != manifest::FILE {
                found.push(relative);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The template that an issued invoice is drawn with, from the copies in its close.
#[must_use]
pub fn template_path(invoice: &Issued) -> String {
    format!("inputs/{}", template_copy(&invoice.template_sha256))
}
