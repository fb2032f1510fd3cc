//! `verify`, of the trail itself: who signed which seal, whether events stand in order of time and
//! say what their documents and manifests say, whether the journal of mail is the one that they
//! saw, and that nothing else lies beside them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::history::{is_last, last_events, standing_before};
use super::recapture;
use super::verdict::Report;
use crate::audit::chain::{Chain, Event, IssuedEntry};
use crate::audit::mail_journal::{self, MailJournal, Standing};
use crate::audit::manifest::{self, Manifest};
use crate::audit::signing::{self, Signers};
use crate::audit::timestamp::{self, CERTIFICATES};
use crate::books::config;
use crate::books::layout::{Books, CHAIN, SEALS, optional};
use crate::capture::store;
use crate::model::invoice::{Edition, Issued};
use crate::model::period::{Period, parse_day};
use crate::model::problem::Problem;

/// Checks the trail: the chain with its bytes, its signatures, and what lies beside it.
///
/// # Errors
/// A file that cannot be read at all.
pub(super) fn check(books: &Books, chain: &Chain, bytes: &[u8], report: &mut Report) -> Result<(), Problem> {
    signatures(books, chain, bytes, report)?;
    in_order(chain, report);
    mailed(books, chain, report)?;
    strangers(books, chain, report);
    Ok(())
}

/// Every signature that there is to be, and every one that there is.
fn signatures(books: &Books, chain: &Chain, bytes: &[u8], report: &mut Report) -> Result<(), Problem> {
    // The settings of now: whoever changes them tells it to whoever reads them.
    let is_required = config::load(books).is_ok_and(|(settings, _)| settings.signatures_required);
    let signers = match Signers::load(books) {
        Ok(signers) => signers,
        Err(problem) => {
            report.add(signing::SIGNERS, None, problem.what.clone());
            return Ok(());
        }
    };
    let mut lines = bytes.split(|byte| *byte == b'\n');
    for event in &chain.events {
        let line = lines.next().unwrap_or_default();
        let file = signing::file(event.sequence);
        let Some(signature) = optional("signature", &books.path(&file))? else {
            if !event.signer.is_empty() {
                report.add(file, None, format!("it is gone: the event says that {} signed it", event.signer));
            }
            report.signatures.unsigned.push(event.sequence);
            continue;
        };
        match signers.check(line, &signature, event.time().unwrap_or_default()) {
            Err(why) => report.add(file, None, why),
            Ok(signed) if !event.signer.is_empty() && signed.fingerprint != event.signer => {
                let what = format!("{} signed it, and the event says {}", signed.fingerprint, event.signer);
                report.add(file, None, what);
            }
            Ok(signed) => *report.signatures.by.entry((signed.who, signed.fingerprint)).or_default() += 1,
        }
    }
    // Settings that were sealed stay what they were: whoever takes the word out of those of now
    // does not take it out of these.
    for event in chain.events.iter().filter(|event| event.signer.is_empty()) {
        let requires =
            |period: &str| config::load_sealed(books, period).is_some_and(|sealed| sealed.signatures_required);
        let before = standing_before(chain, event.sequence);
        let sealed = || {
            is_last(chain, event) && requires(&event.period) || before.is_some_and(|before| requires(&before.period))
        };
        if report.signatures.unsigned.contains(&event.sequence) && sealed() {
            let what = "nobody signed this event, and the settings that were sealed, before it or with it, require it";
            report.add(CHAIN, Some(format!("event {}", event.sequence)), what);
        }
    }
    if is_required {
        // What was sealed before the first signature could have none.
        let first = chain.events.iter().find(|event| !event.signer.is_empty()).map_or(0, |event| event.sequence);
        let unsigned: Vec<u64> = report.signatures.unsigned.iter().copied().filter(|at| *at > first).collect();
        for sequence in unsigned {
            let what = "nobody signed this event, and [audit] signatures is required";
            report.add(CHAIN, Some(format!("event {sequence}")), what);
        }
    }
    Ok(())
}

/// Where a day begins first: a day that is dated has come there, or nowhere.
const FURTHEST_ZONE: TimeDelta = TimeDelta::hours(14);

/// What a close may come to.
const OUTCOMES: [&str; 3] = ["reconciled", "settled", "discrepant"];

/// Whether the times of events are times, and none is before that of the event before it.
fn in_order(chain: &Chain, report: &mut Report) {
    let mut before = DateTime::<Utc>::MIN_UTC;
    for event in &chain.events {
        let field = Some(format!("event {}, at", event.sequence));
        match event.time() {
            None => report.add(CHAIN, field, format!("`{}` is no time", event.at)),
            Some(at) if at < before => {
                report.add(CHAIN, field, format!("{} is before the time of the event before it", event.at));
            }
            Some(at) => before = at,
        }
        if let (Ok(day), Some(at)) = (parse_day(&event.issue_date), event.time())
            && day > (at + FURTHEST_ZONE).date_naive()
        {
            let field = Some(format!("event {}, issue_date", event.sequence));
            report.add(CHAIN, field, format!("{day} had come nowhere at {}", event.at));
        }
        if !OUTCOMES.contains(&event.outcome.as_str()) {
            let field = Some(format!("event {}, outcome", event.sequence));
            report.add(CHAIN, field, format!("`{}` is none", event.outcome));
        }
        if let Some(later) =
            chain.of(&event.period).last().filter(|later| (&later.from, &later.to) != (&event.from, &event.to))
        {
            let field = Some(format!("event {}, from, to", event.sequence));
            report.add(
                CHAIN,
                field,
                format!("they are not the days that event {} has of {}", later.sequence, event.period),
            );
        }
        if event.event != "close" {
            report.add(CHAIN, Some(format!("event {}, event", event.sequence)), format!("`{}` is none", event.event));
        }
        for void in &event.voided {
            let is_issued = |entry: &IssuedEntry| entry.number == void.number;
            if !chain.issued_in(&event.period).any(is_issued) {
                let what = format!("{} is void and was never issued for {}", void.number, event.period);
                report.add(CHAIN, Some(format!("event {}, voided", event.sequence)), what);
            }
        }
        for entry in &event.issued {
            if !is_of_series(entry) {
                let what = format!("{} is not number {} of the series {}", entry.number, entry.sequence, entry.series);
                report.add(CHAIN, Some(format!("event {}, issued", event.sequence)), what);
            }
        }
    }
}

/// Whether a number is the one that its series and its place in it make.
fn is_of_series(entry: &IssuedEntry) -> bool {
    let Some((before, after)) = entry.series.split_once('#') else { return false };
    let counted = entry.number.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
    counted.and_then(|digits| digits.parse().ok()) == Some(entry.sequence)
}

/// What an event says of the manifest that it seals.
pub(super) fn of_manifest(
    books: &Books,
    chain: &Chain,
    event: &Event,
    (manifest, file): (&Manifest, &str),
    report: &mut Report,
) {
    let governing = manifest::configuration_sha256(&manifest.files, &manifest.configuration.files);
    if manifest.configuration.sha256 != governing {
        let what = format!("the files that it names make {governing}");
        report.add(file, Some("/configuration/sha256".to_owned()), what);
    }
    if manifest.tool.name != env!("CARGO_PKG_NAME") {
        report.add(file, Some("/tool/name".to_owned()), format!("`{}` is another program", manifest.tool.name));
    }
    if let Some(settings) = config::load_sealed(books, &event.period)
        && manifest.period.timezone != settings.timezone.name()
    {
        let what = format!("the settings that it seals say {}", settings.timezone.name());
        report.add(file, Some("/period/timezone".to_owned()), what);
    }
    let at = chain.events.iter().position(|one| one.sequence == event.sequence);
    let before = at.and_then(|at| at.checked_sub(1)).and_then(|at| chain.events.get(at));
    let previous = before.map(|before| before.manifest_sha256.as_str());
    if manifest.previous_manifest.as_deref() != previous {
        let what = "it is not the manifest that the event before this one seals";
        report.add(file, Some("/previous_manifest".to_owned()), what);
    }
    let said = [
        ("period", &event.period, &manifest.period.name),
        ("from", &event.from, &manifest.period.from),
        ("to", &event.to, &manifest.period.to),
        ("tool", &event.tool, &manifest.tool.version),
    ];
    for (field, in_chain, in_manifest) in said {
        if in_chain != in_manifest {
            let field = format!("event {}, {field}", event.sequence);
            report.add(CHAIN, Some(field), format!("it says {in_chain}, and the manifest {in_manifest}"));
        }
    }
}

/// What the chain says of a document, beside the document.
pub(super) fn of_document(chain: &Chain, event: &Event, entry: &IssuedEntry, issued: &Issued, report: &mut Report) {
    let content = &issued.content;
    let before = event.sequence.checked_sub(1).and_then(|before| chain.head_at(before)).unwrap_or_default();
    if content.edition > Edition::First && issued.sealed_after != before {
        let what = format!(
            "{} says that it was sealed after `{}`, and it was after `{before}`",
            entry.number, issued.sealed_after
        );
        report.add(CHAIN, Some(format!("event {}, previous", event.sequence)), what);
    }
    let said = [
        ("number", &entry.number, issued.number.clone()),
        ("document", &entry.document, content.document.name().to_owned()),
        ("issue_date", &entry.issue_date, issued.issue_date.to_string()),
        ("customer_id", &entry.customer_id, content.customer_id.clone()),
        ("total", &entry.total, content.total.plain()),
        ("currency", &entry.currency, content.currency.code().to_owned()),
    ];
    for (field, in_chain, in_document) in said {
        if *in_chain != in_document {
            let what = format!("it says {in_chain}, and the document {in_document}");
            report.add(CHAIN, Some(format!("{}, {field}", entry.number)), what);
        }
    }
}

/// The journal of what was mailed: its links, that it is at least the one which events saw, and
/// that every line is about an invoice that was issued.
fn mailed(books: &Books, chain: &Chain, report: &mut Report) -> Result<(), Problem> {
    let bytes = optional("mail-journal", &books.path(mail_journal::FILE))?.unwrap_or_default();
    let journal = match MailJournal::read(&bytes) {
        Ok(journal) => journal,
        Err(broken) => {
            broken.into_iter().for_each(|what| report.add(mail_journal::FILE, None, what));
            return Ok(());
        }
    };
    if let Some(event) = journal.lost(chain) {
        let what = format!("event {} of the chain saw lines that are not here", event.sequence);
        report.add(mail_journal::FILE, None, what);
    }
    for event in unseen(&journal, chain) {
        let what = "lines of the journal of mail were written before it, and it names an earlier one, or none";
        report.add(CHAIN, Some(format!("event {}, mail_head", event.sequence)), what);
    }
    let mut issued: BTreeMap<&str, (&str, &IssuedEntry)> = BTreeMap::new();
    for event in &chain.events {
        issued.extend(event.issued.iter().map(|one| (one.number.as_str(), (event.period.as_str(), one))));
    }
    // A registered document is mailed as its copy: looked up where the PDF is not the issued one.
    let mut sealed: BTreeMap<&str, Option<Manifest>> = BTreeMap::new();
    for entry in &journal.entries {
        let field = |name: &str| Some(format!("line {}, {name}", entry.sequence));
        let known = issued.get(entry.number.as_str());
        if known.is_none_or(|(_, one)| one.customer_id != entry.customer_id) {
            let what = format!("it was never issued to {}", entry.customer_id);
            report.add(mail_journal::FILE, field(&entry.number), what);
        }
        let Some((period, one)) = known else { continue };
        if entry.period != *period {
            report.add(mail_journal::FILE, field("period"), format!("{} is of {period}", entry.number));
        }
        if entry.pdf_sha256 == one.pdf_sha256 {
            continue;
        }
        let manifest = sealed
            .entry(period)
            .or_insert_with(|| chain.of(period).last().and_then(|event| manifest::sealed_by(books, event).ok()));
        let mut files = manifest.iter().flat_map(|manifest| &manifest.files);
        if !files.any(|file| file.sha256 == entry.pdf_sha256) {
            let what = format!("no sealed PDF of {} has this digest", entry.number);
            report.add(mail_journal::FILE, field("pdf_sha256"), what);
        }
    }
    let numbers: BTreeSet<&str> = journal.entries.iter().map(|e| e.number.as_str()).collect();
    report.sent = numbers.into_iter().filter(|number| journal.standing(number) == Standing::Sent).count();
    Ok(())
}

/// Makes sure that nothing lies in `audit/` and `closes/` that belongs to nothing there, but in the folder
/// of a period that is about to be closed, which is looked at file by file.
///
/// # Errors
/// What lies there (exit 4).
pub(crate) fn is_clean(books: &Books, chain: &Chain, closing: &str) -> Result<(), Problem> {
    let mut report = Report::default();
    strangers(books, chain, &mut report);
    for (name, event) in last_events(chain).into_iter().filter(|(name, _)| *name != closing) {
        // What cannot be read is told where it is needed.
        let Ok(found) = manifest::read(books, name) else { continue };
        let (Ok(sealed), Some(period)) = (found.manifest, event.days()) else { continue };
        for file in unknown(books, &period, &sealed)? {
            report.add(file, None, "it is not in the manifest: it was put here after the seal");
        }
    }
    let own = format!("closes/{closing}/");
    let mut broken = report.broken.into_iter().filter(|one| !one.file.starts_with(&own));
    let Some(first) = broken.next() else { return Ok(()) };
    Err(Problem::unverified("unknown-file", format!("{}: {}", first.file, first.what))
        .also(broken.map(|one| format!("{}: {}", one.file, one.what)).collect())
        .next("find out who put it there, and take it out of the folder")
        .not_done("Nothing was issued, sealed or sent."))
}

/// Files in the folder of a sealed period that its manifest does not name. Answers that came after the
/// seal are no part of it: `crossfoot restated` reads them.
///
/// # Errors
/// The folder cannot be read.
pub(super) fn unknown(books: &Books, period: &Period, manifest: &Manifest) -> Result<Vec<String>, Problem> {
    let folder = Books::close_dir(period);
    let moved = recapture::moved(books, period, manifest);
    let known: BTreeSet<String> =
        manifest.files.iter().map(|entry| format!("{folder}/{}", recapture::place(&moved, &entry.path))).collect();
    let is_sealed = |capture: &String| moved.values().any(|sealed| *capture == format!("{folder}/{sealed}"));
    let later: Vec<String> = store::folders(books, period)
        .into_iter()
        .filter(|capture| !is_sealed(capture))
        .filter(|capture| store::load_from(&books.path(capture), period).is_ok_and(|found| found.is_some()))
        .collect();
    let is_later = |name: &String| {
        later.iter().any(|capture| name.strip_prefix(capture.as_str()).is_some_and(|rest| rest.starts_with('/')))
    };
    let all = manifest::files_of(&books.path(&folder))?.into_iter().map(|name| format!("{folder}/{name}"));
    Ok(all.filter(|name| !known.contains(name) && !is_later(name)).collect())
}

/// Events that do not name lines of the journal which were written before them. Those of 0.1 named
/// none.
fn unseen<'c>(journal: &MailJournal, chain: &'c Chain) -> Vec<&'c Event> {
    let time = |entry: &mail_journal::Entry| DateTime::parse_from_rfc3339(&entry.at).ok().map(|at| at.to_utc());
    let times: Vec<Option<DateTime<Utc>>> = journal.entries.iter().map(time).collect();
    // How many lines there were when each head was the last.
    let mut lines: BTreeMap<&str, usize> =
        journal.entries.iter().enumerate().map(|(at, entry)| (entry.previous.as_str(), at)).collect();
    lines.insert(&journal.head, journal.entries.len());
    let names_less = |event: &&Event| {
        // In the same second either may have been first.
        let Some(sealed) = event.time() else { return false };
        let written = times.iter().take_while(|at| at.is_some_and(|at| at < sealed)).count();
        let is_old = event.tool.starts_with("0.1.") && event.mail_head.is_empty();
        !is_old && lines.get(event.mail_head.as_str()).copied().unwrap_or(0) < written
    };
    chain.events.iter().filter(names_less).collect()
}

/// What lies in `audit/` and `closes/` and belongs to nothing there.
fn strangers(books: &Books, chain: &Chain, report: &mut Report) {
    let known: BTreeSet<String> = [CHAIN, mail_journal::FILE, signing::SIGNERS, CERTIFICATES].map(str::to_owned).into();
    let of_seals = |name: &str| {
        let number = name.split_once('.').and_then(|(number, _)| number.parse::<u64>().ok());
        let is_of = |n| [signing::file(n), timestamp::file(n)].contains(&format!("{SEALS}/{name}"));
        number.is_some_and(|n| (1..=chain.events.len() as u64).contains(&n) && is_of(n))
    };
    let is_known = |folder: &str, name: &str, kind: Kind| match (folder, kind) {
        ("audit", Kind::File) => known.contains(&format!("audit/{name}")),
        ("audit", Kind::Folder) => format!("audit/{name}") == SEALS,
        (SEALS, Kind::File) => of_seals(name),
        ("closes", Kind::Folder) => Period::parse(name).is_ok(),
        _ => false,
    };
    for (period, kind) in inside(books, "closes") {
        // What was captured and compared, and never sealed.
        if kind == Kind::Folder && chain.of(&period).next().is_none() {
            let folder = format!("closes/{period}");
            // A capture has a list of its files.
            let is_capture = |name: &str| {
                name.starts_with("capture") && books.path(format!("{folder}/{name}/{}", store::RECORD)).is_file()
            };
            let is_known = |name: &str| is_capture(name) || name.starts_with("reconciliation.");
            for (name, _) in inside(books, &folder).into_iter().filter(|(name, _)| !is_known(name)) {
                report.add(
                    format!("{folder}/{name}"),
                    None,
                    "nothing of this period was sealed: find out who put it here",
                );
            }
        }
    }
    for folder in ["audit", SEALS, "closes"].into_iter().filter(|folder| books.path(folder).is_symlink()) {
        report.add(folder, None, "it is a link: what is sealed lies in the books");
    }
    for folder in ["audit", SEALS, "closes"] {
        for (name, _) in inside(books, folder).into_iter().filter(|(name, kind)| !is_known(folder, name, *kind)) {
            let what = "nothing that was sealed knows it: find out who put it here";
            report.add(format!("{folder}/{name}"), None, what);
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    File,
    Folder,
    /// A link, a pipe, a device.
    Other,
}

/// What lies in a folder of the books, sorted.
fn inside(books: &Books, folder: &str) -> Vec<(String, Kind)> {
    let entries = std::fs::read_dir(books.path(folder)).into_iter().flatten().flatten();
    let mut names: Vec<(String, Kind)> = entries
        .map(|entry| {
            let kind = match entry.file_type() {
                Ok(kind) if kind.is_dir() => Kind::Folder,
                Ok(kind) if kind.is_file() => Kind::File,
                _ => Kind::Other,
            };
            (entry.file_name().to_string_lossy().into_owned(), kind)
        })
        .collect();
    names.sort();
    names
}
