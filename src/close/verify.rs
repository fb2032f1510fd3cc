//! `verify`: offline, without credentials. Every digest and every link is computed again;
//! then everything derived is derived again from the captured bytes, the ledger and the
//! sealed configuration, and compared byte for byte.

use std::collections::BTreeSet;

use super::copies::{APPROVAL_COPY, PAST_COPY, governs};
use super::derive::derive;
use super::difference::{differing_field, differing_line, first_difference};
use super::digests::{CONVERTED, digest_of, with_other_line_ends};
use super::documents::{Documents, Looks, pdf_digests};
use super::earlier::Earlier;
use super::history;
use super::inputs::{Inputs, VERSION};
use super::issued;
use super::ledgers::{lies_at, open_sealed};
use super::outputs::{self, Close, outputs};
use super::particulars;
use super::proposal;
use super::recapture;
use super::rule::Rule;
use super::seal::unsealed;
use super::trail;
use super::verdict::{Broken, PeriodReport, Report};
use crate::audit::chain::{self, Chain, Event};
use crate::audit::manifest::{self, Manifest};
use crate::bill::charges::Disposition;
use crate::bill::{dating, numbering};
use crate::books::layout::{Books, CHAIN, optional, read_file, read_within};
use crate::capture::store;
use crate::model::approval::Approval;
use crate::model::invoice::{Document, Edition, Issued, file_stem};
use crate::model::matrix::Matrix;
use crate::model::period::Period;
use crate::model::problem::Problem;

/// Verifies one period, or all that were sealed after an event (0: all that ever were). The chain with
/// its signatures and what lies beside it is verified as a whole in any case.
///
/// # Errors
/// Something could not even be tried; what does not hold is in the report.
pub(crate) fn verify(books: &Books, only: Option<&Period>, since: u64) -> Result<Report, Problem> {
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
    for manifest in unsealed(books, &chain) {
        report.add(
            manifest,
            None,
            format!("no event of {CHAIN} seals it: the chain was cut, this file was put here, or another clone sealed it (crossfoot explain two-clones)"),
        );
    }
    trail::check(books, &chain, &bytes, &mut report)?;

    for (name, event) in history::last_events(&chain) {
        if event.sequence <= since {
            report.left_out.push(name.to_owned());
        } else if only.is_none_or(|period| period.name == name) {
            verify_period(books, &chain, event, &mut report)?;
        }
    }
    let all: Vec<&str> = history::last_events(&chain).into_keys().collect();
    let is_here = |name: &&&str| books.path(format!("closes/{name}")).exists();
    if let ([one], None, 2..) = (all.iter().filter(is_here).collect::<Vec<_>>().as_slice(), only, all.len()) {
        report.alone = Some((**one).to_owned());
    }
    report.sort();
    Ok(report)
}

fn verify_period(books: &Books, chain: &Chain, event: &Event, report: &mut Report) -> Result<(), Problem> {
    let Some(period) = event.days() else {
        report.add(CHAIN, Some("from".into()), "the period's days cannot be read");
        return Ok(());
    };
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
    trail::of_manifest(books, chain, event, (&manifest, &found.file), report);
    let files = digests(books, &period, &folder, &manifest, report)?;
    let issued = documents(books, chain, &period, report);
    let inside = format!("{folder}/");
    let received_holds =
        report.broken[before..].iter().all(|b| b.file.strip_prefix(&inside).is_some_and(outputs::is_derived));
    if received_holds {
        rederive(books, chain, event, &period, &issued, &manifest, report)?;
    }
    report.periods.push(PeriodReport {
        period: period.name.clone(),
        files,
        invoices: issued.len(),
        seals: chain.of(&period.name).count(),
        at: event.at.clone(),
        outcome: event.outcome.clone(),
        approval: approval(books, &folder, &manifest),
    });
    Ok(())
}

/// Who prepared and who approved a close, in words, where its copies are what was sealed; what they
/// are checked against is told elsewhere.
fn approval(books: &Books, folder: &str, manifest: &Manifest) -> Option<String> {
    // What an earlier close of the period was made from may still lie there.
    if !governs(&manifest.configuration.files, APPROVAL_COPY) {
        return None;
    }
    let bytes = particulars::sealed(books, folder, manifest, APPROVAL_COPY).ok()?;
    serde_json::from_slice::<Approval>(&bytes).ok().map(|approval| approval.words())
}

/// Every file of the manifest, and no other.
fn digests(
    books: &Books,
    period: &Period,
    folder: &str,
    manifest: &Manifest,
    report: &mut Report,
) -> Result<usize, Problem> {
    let mut count = 0;
    // A period that was captured again has the answers of its seal elsewhere.
    let moved = recapture::moved(books, period, manifest);
    let inside =
        manifest.files.iter().map(|entry| (format!("{folder}/{}", recapture::place(&moved, &entry.path)), entry));
    let outside = manifest.inputs.iter().map(|entry| {
        let now = recapture::recorded(&entry.path)
            .and_then(|period| recapture::by_digest(books, &period, &entry.sha256))
            .map(|folder| format!("{folder}/{}", store::RECORD));
        (now.unwrap_or_else(|| lies_at(books, &entry.path)), entry)
    });
    for (name, entry) in inside.chain(outside) {
        count += 1;
        match digest_of(&books.path(&name)) {
            Err(e) => report.add(name, None, format!("it cannot be read: {e}")),
            Ok((sha256, bytes)) if sha256 != entry.sha256 || bytes != entry.bytes => {
                let hint = if with_other_line_ends(&books.path(&name), &entry.sha256) { CONVERTED } else { "" };
                report.add(
                    name,
                    None,
                    format!(
                        "its SHA-256 is {sha256} ({bytes} bytes), and the manifest has {} ({} bytes){hint}",
                        entry.sha256, entry.bytes
                    ),
                );
            }
            Ok(_) => {}
        }
    }
    if let Some((capture, earlier)) = store::out_of_order(books, period) {
        report.add(capture, None, format!("it was made before {earlier}, which stands as an earlier one"));
    }
    for name in trail::unknown(books, period, manifest)? {
        report.add(name, None, "it is not in the manifest: it was put here after the seal");
    }
    Ok(count)
}

/// The issued documents, each against the chain.
fn documents(books: &Books, chain: &Chain, period: &Period, report: &mut Report) -> Vec<Issued> {
    let mut all = Vec::new();
    for (event, entry) in chain.of(&period.name).flat_map(|event| event.issued.iter().map(move |entry| (event, entry)))
    {
        let as_issued = format!("it is not what was issued as {}", entry.number);
        let unreadable = |e: std::io::Error| format!("invoice {} cannot be read: {e}", entry.number);
        match issued::read(books, period, entry) {
            Err((file, e)) => report.add(file, None, unreadable(e)),
            Ok(found) => {
                if !found.is_as_issued {
                    report.add(found.file.clone(), None, as_issued.clone());
                }
                match found.document {
                    Ok(document) => {
                        trail::of_document(chain, event, entry, &document, report);
                        all.push(document);
                    }
                    Err(why) => report.add(found.file, None, why),
                }
            }
        }
        let pdf = format!("{}/invoices/{}.pdf", Books::close_dir(period), file_stem(&entry.number));
        match digest_of(&books.path(&pdf)) {
            Err(e) => report.add(pdf, None, unreadable(e)),
            Ok((sha256, _)) if sha256 != entry.pdf_sha256 => report.add(pdf, None, as_issued),
            Ok(_) => {}
        }
    }
    all
}

/// Derives everything again from a close's inputs, and says what is not what lies there.
fn derived_again(
    books: &Books,
    period: &Period,
    event: &Event,
    inputs: &Inputs,
    documents: &Documents,
    drawable: bool,
    rule: Rule,
) -> Result<Vec<Broken>, Problem> {
    let folder = Books::close_dir(period);
    let mut report = Report::default();
    let ledgers = open_sealed(books, &inputs.config.ledger_for(period));
    let derived = match ledgers.and_then(|ledgers| derive(inputs, ledgers)) {
        Ok(derived) => derived,
        Err(problem) => {
            report.add(folder, None, format!("it cannot be derived again: {}", problem.what));
            return Ok(report.broken);
        }
    };
    let close = Close { inputs, derived: &derived, documents };
    let files = if drawable { outputs(close) } else { outputs::beside_documents(close) };
    let compared = outputs::on_all_cores(&files, |name, file| {
        Ok(compare(&books.path(format!("{folder}/{name}")), &file.bytes()?, |found| {
            outputs::is_earlier(&close, name, found)
        })
        .map(|(field, what)| (format!("{folder}/{name}"), field, what)))
    })?;
    for (file, field, what) in compared.into_iter().flatten() {
        report.add(file, field, what);
    }
    due(&folder, event, &close, &mut report);
    let new: BTreeSet<&str> = event.issued.iter().map(|entry| entry.number.as_str()).collect();
    let new = documents.issued.iter().filter(|issued| new.contains(issued.number.as_str()));
    let new = new.map(|issued| &issued.content);
    proposal::check(books, (inputs, &derived), (period, event, rule), new, &mut report);
    for void in &event.voided {
        if inputs.voids.get(&void.number) != Some(void) {
            let what = format!("what it says of {} is not what was decided", void.number);
            report.add(CHAIN, Some(format!("event {}, voided", event.sequence)), what);
        }
    }
    let outcome = derived.reconciliation.outcome();
    if outcome != event.outcome {
        let what = format!("it says {}, and what was sealed is {outcome}", event.outcome);
        report.add(CHAIN, Some(format!("event {}, outcome", event.sequence)), what);
    }
    Ok(report.broken)
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
    let mut inputs = match Inputs::sealed(books, event, period, manifest, issued) {
        Ok(inputs) => inputs,
        Err((file, problem)) => {
            report.add(file, None, problem.reason());
            return Ok(());
        }
    };
    let mut before = chain.clone();
    before.events.retain(|earlier| earlier.sequence < event.sequence);
    inputs.date_again(event, &before);
    if let Err(problem) = inputs.recall_last_period(books, &before) {
        report.add(folder, None, format!("it cannot be derived again: {}", problem.reason()));
        return Ok(());
    }
    for month in inputs.past.iter().flat_map(|past| history::unsealed(past, chain, event)) {
        let file = format!("{folder}/inputs/{PAST_COPY}");
        report.add(file, Some(month.period.name.clone()), "no earlier event of the chain seals what it says");
    }
    let (looks, wrong) = Looks::sealed(books, period, issued)?;
    let drawable = wrong.is_empty();
    for (file, what) in wrong {
        report.add(file, None, what);
    }
    let pdf_sha256 = pdf_digests(chain.issued_in(&period.name));
    let documents = Documents { issued: issued.to_vec(), pdf_sha256, looks };
    let own = Rule::of(&inputs.config);
    // What was sealed before and cannot be read is told where that is verified.
    let rule = Rule::sealed_before(books, chain, event.sequence).ok().flatten().map_or(own, |sealed| own.and(sealed));
    let mut found = derived_again(books, period, event, &inputs, &documents, drawable, rule)?;
    // Another version told the differences otherwise; all else must still follow.
    if !found.is_empty() && manifest.tool.version != VERSION {
        let sealed = read_file(books.path(format!("{folder}/reconciliation.json"))).ok();
        inputs.earlier = sealed.and_then(|bytes| Earlier::read(&bytes));
        if inputs.earlier.is_some() {
            inputs.config.invoicing.edition = Edition::First;
            let captured = inputs.capture.as_mut().and_then(|capture| capture.matrix.as_mut());
            captured.into_iter().for_each(Matrix::forget_time_of_rows);
            found = derived_again(books, period, event, &inputs, &documents, drawable, rule)?;
        }
    }
    // What was changed since it was sealed tells nothing of the versions.
    let is_changed = |file: &str| report.broken.iter().any(|broken| broken.file == file);
    let is_new = found.iter().any(|broken| !is_changed(&broken.file));
    report.broken.extend(found);
    if is_new && manifest.tool.version != VERSION {
        let hint = format!(
            "sealed by crossfoot {}, and this is {VERSION}: verify with that version before you conclude",
            manifest.tool.version
        );
        report.add(format!("{folder}/{}", manifest::FILE), Some("tool".into()), hint);
    }
    Ok(())
}

/// Whether the documents of the last run are those that were due, and none is missing.
fn due(folder: &str, event: &Event, close: &Close<'_>, report: &mut Report) {
    let Close { inputs, derived, documents } = close;
    let new: BTreeSet<&str> = event.issued.iter().map(|entry| entry.number.as_str()).collect();
    let is_new = |issued: &Issued| new.contains(issued.number.as_str());
    for issued in documents.issued.iter().filter(|issued| is_new(issued)) {
        let name = format!("{folder}/invoices/{}.json", issued.file_stem());
        let content = &issued.content;
        if let Some(day) = inputs.dated
            && !dating::can_be(issued.issue_date, content, &inputs.config.invoicing, day)
        {
            let what = format!("its date is neither that of its close, {day}, nor what the settings make of it");
            report.add(name.clone(), Some("/issue_date".to_owned()), what);
        }
        let due = match content.document {
            Document::Invoice => match derived.decisions.get(&content.customer_id) {
                Some(Disposition::Bill(draft)) => Some(&**draft),
                _ => None,
            },
            Document::CreditNote | Document::DebitNote => derived.corrections.get(&content.customer_id),
        };
        match due {
            Some(draft) if draft != content => {
                let what = "it does not follow from the captured answer, the ledger and the configuration";
                report.add(name, Some(first_difference(issued, draft)), what);
            }
            None => report.add(name, None, "this customer is not to be invoiced by the sealed inputs"),
            Some(_) => {}
        }
    }
    let standing = documents.issued.iter().filter(|issued| inputs.stands(issued));
    let served: BTreeSet<&str> = standing.map(|issued| issued.content.customer_id.as_str()).collect();
    let unserved = derived
        .decisions
        .iter()
        .find(|(id, decision)| matches!(decision, Disposition::Bill(_)) && !served.contains(id.as_str()));
    let noted = |id: &str| {
        let is = |i: &&Issued| i.content.customer_id == id && i.content.document != Document::Invoice;
        documents.issued.iter().filter(is).any(is_new)
    };
    let note_due = derived.corrections.keys().find(|id| !noted(id));
    if let Some(id) = unserved.map(|(id, _)| id).or(note_due) {
        report.add(
            format!("{folder}/invoices"),
            None,
            format!("customer {id} is to be invoiced by the sealed inputs, and is not"),
        );
    }
}

/// Where and how a file is not what it is to be, if it is not. `is_earlier` tells bytes that
/// an earlier version would have made.
fn compare(
    path: &std::path::Path,
    expected: &[u8],
    is_earlier: impl Fn(&[u8]) -> bool,
) -> Option<(Option<String>, String)> {
    // What is far longer is another file, and need not be read to say so.
    match read_within(path, (expected.len() as u64).saturating_mul(4).saturating_add(1 << 20)) {
        Ok(bytes) if bytes == expected || is_earlier(&bytes) => None,
        Ok(bytes) => {
            let values = [&bytes[..], expected].map(|b| serde_json::from_slice::<serde_json::Value>(b).ok());
            let field = match values {
                [Some(found), Some(expected)] => differing_field(&found, &expected),
                _ if std::str::from_utf8(expected).is_err() => None,
                _ => differing_line(&bytes, expected),
            };
            Some((field, "made again from what was sealed, it is not the same file".to_owned()))
        }
        Err(e) => Some((None, format!("it cannot be read: {e}"))),
    }
}
