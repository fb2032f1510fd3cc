//! The close: what is derived is numbered, drawn, staged, and sealed in one commit.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, SecondsFormat, Utc};

use super::credits;
use super::derive::{Derived, derive};
use super::digests::digest_of;
use super::documents::{Documents, Looks, pdf_digests};
use super::inputs::{Inputs, VERSION};
use super::ledgers::{lies_at, open_ledgers};
use super::outputs::{self, Close, Outputs};
use super::rule::Rule;
use super::trail;
use super::unchanged::{self, Present};
use crate::audit::chain::{self, Chain, Event, IssuedEntry};
use crate::audit::mail_journal::MailJournal;
use crate::audit::manifest::{self, FileEntry};
use crate::audit::signing::{self, Key};
use crate::bill::charges::Disposition;
use crate::bill::dating::Dating;
use crate::bill::numbering;
use crate::books::changeset::ChangeSet;
use crate::books::config::Regime;
use crate::books::layout::{Books, CHAIN, CONFIG, CUSTOMERS};
use crate::books::voids::Void;
use crate::model::digest::sha256_hex;
use crate::model::invoice::{Draft, Issued};
use crate::model::number::Allotted;
use crate::model::posting::LedgerFile;
use crate::model::problem::{Problem, io};

/// What a close did.
#[derive(Debug)]
pub(crate) struct Closed {
    /// Everything derived.
    pub derived: Derived,
    /// Invoices issued by this run.
    pub new: Vec<Issued>,
    /// Documents issued by earlier runs for this period, void ones included.
    pub before: Vec<Issued>,
    /// The numbers of those that are void.
    pub void: BTreeSet<String>,
    /// False: nothing has changed since the last seal, so there is no new one.
    pub sealed: bool,
    /// SHA-256 of the manifest.
    pub manifest_sha256: String,
    /// SHA-256 of the chain's last line.
    pub chain_head: String,
}

/// What a close is about to do: everything derived, and the documents that are due.
#[derive(Debug)]
pub(crate) struct Plan {
    /// What it is made from.
    pub inputs: Inputs,
    /// Everything derived.
    pub derived: Derived,
    /// What was sealed before.
    pub chain: Chain,
    /// Invoices for whom there is none that stands, then notes, in the order of their numbers.
    pub due: Vec<Draft>,
    chain_bytes: Vec<u8>,
    present: Present,
    /// Of the last line of the journal of mail.
    mail_head: String,
    /// Who must say yes.
    pub rule: Rule,
}

/// The documents of a close with their numbers.
pub(crate) type Numbered = (Vec<Issued>, Vec<Allotted>);

/// Derives what a close on a day would do. Nothing is written.
///
/// # Errors
/// The books cannot be closed, or what was sealed is not what lies there (exit 4).
pub(crate) fn plan(books: &Books, mut inputs: Inputs, dating: Dating) -> Result<Plan, Problem> {
    let (chain, chain_bytes) = chain::load(books)?;
    may_be_closed(books, &inputs, &chain)?;
    let mail_head = is_whole(books, &chain)?;
    trail::is_clean(books, &chain, &inputs.period.name)?;
    let rule = Rule::in_force(books, &chain, &inputs.config)?;
    let present = unchanged::check(books, &chain, &inputs.period)?;
    inputs.recall(books, &chain)?;
    inputs.date(dating, &chain);
    let derived = derive(&inputs, open_ledgers(books, &inputs.config.ledger_for(&inputs.period))?)?;
    credits::keep_own(books, &chain, &mut inputs, &derived)?;
    let due = due(&inputs, &derived);
    Ok(Plan { inputs, derived, chain, due, chain_bytes, present, mail_head, rule })
}

impl Plan {
    /// Makes sure that the ledger is still what the plan was made from: a person took time to read it.
    ///
    /// # Errors
    /// It was changed meanwhile.
    pub(crate) fn is_current(&self, books: &Books) -> Result<(), Problem> {
        let is_same = |file: &&LedgerFile| {
            let now = digest_of(&books.path(lies_at(books, &file.path)));
            now.is_ok_and(|(sha256, _)| sha256 == file.sha256)
        };
        match self.derived.ledger.files.iter().find(|file| !is_same(file)) {
            None => Ok(()),
            Some(file) => Err(Problem::stop("ledger-changed", format!("{} was changed while you looked", file.path))
                .because("what you read is not what would be sealed")
                .next("run the command again")
                .not_done("Nothing was issued, and nothing was sealed.")),
        }
    }

    /// Numbers and dates the documents that are due.
    ///
    /// # Errors
    /// A number or a date that cannot be (exit 2).
    pub(crate) fn number(&self, dating: Dating) -> Result<Numbered, Problem> {
        let invoicing = &self.inputs.config.invoicing;
        numbering::allot(self.due.clone(), invoicing, dating, &self.chain.allotted(), &self.inputs.template_sha256)
    }
}

/// Carries out a plan, and seals it, at a time and with a key if one signs. The caller holds the lock and has recovered. `drawn` is
/// called after each invoice with how many there are to be.
///
/// # Errors
/// Nothing has changed under the final names, unless the intent of the commit stands: then
/// the next command finishes it.
pub(crate) fn seal(
    books: &Books,
    plan: Plan,
    (mut new, allotted): Numbered,
    (now, signing): (DateTime<Utc>, Option<&Key<'_>>),
    drawn: &(dyn Fn(usize) + Sync),
) -> Result<Closed, Problem> {
    let Plan { inputs, derived, chain, chain_bytes, present, mail_head, rule, .. } = plan;
    follows(&chain, now)?;
    new.iter_mut().for_each(|issued| issued.sealed_after.clone_from(&chain.head));
    let looks = Looks::of_inputs(books, &inputs)?;

    // The documents first: the register has their digests.
    let folder = Books::close_dir(&inputs.period);
    let mut changes = ChangeSet::begin(books)?;
    let one_drawn = |name: &str| {
        if name.ends_with(".pdf") {
            drawn(new.len());
        }
    };
    let mut files = stage(&mut changes, &folder, &outputs::documents(&new, &looks), &one_drawn)?;
    let issued = entries(&new, &allotted, &files)?;
    let documents = Documents {
        pdf_sha256: pdf_digests(chain.issued_in(&inputs.period.name).chain(&issued)),
        issued: inputs.issued.iter().chain(&new).cloned().collect(),
        looks,
    };
    let close = Close { inputs: &inputs, derived: &derived, documents: &documents };
    files.extend(stage(&mut changes, &folder, &outputs::beside_documents(close), &|_| ())?);
    present.add_to(books, &folder, &mut files)?;

    let manifest = |previous: Option<String>| seal_of(books, &close, files.clone(), previous);
    if new.is_empty()
        && let Some(manifest_sha256) = unchanged_since(books, &chain, &inputs, manifest)
    {
        let chain_head = chain.head;
        let (void, before) = (void_of(&inputs), inputs.issued);
        return Ok(Closed { derived, new, before, void, sealed: false, manifest_sha256, chain_head });
    }
    approved(&inputs, rule, signing)?;
    let manifest = manifest(chain.events.last().map(|event| event.manifest_sha256.clone()));
    let manifest_sha256 = sha256_hex(&manifest);
    changes.stage(format!("{folder}/{}", manifest::FILE), &manifest)?;
    let event = Event {
        schema: String::new(),
        sequence: 0,
        event: "close".into(),
        period: inputs.period.name.clone(),
        from: inputs.period.from.to_string(),
        to: inputs.period.to.to_string(),
        at: now.to_rfc3339_opts(SecondsFormat::Secs, true),
        tool: VERSION.into(),
        outcome: derived.reconciliation.outcome().into(),
        manifest_sha256: manifest_sha256.clone(),
        issue_date: inputs.dated.map_or_else(String::new, |day| day.to_string()),
        issued,
        voided: voided(&inputs, &chain),
        mail_head,
        signer: signing.map(|key| key.fingerprint.clone()).unwrap_or_default(),
        preparer: inputs.approval.as_ref().map(|of| of.preparer.key.clone()).unwrap_or_default(),
        previous: String::new(),
        digest: String::new(),
    };
    let longer = chain.append(&chain_bytes, event)?;
    // Read back before it counts: what cannot be verified is not sealed.
    let chain_head = chain::read(&longer)
        .map_err(|broken| Problem::stop("internal", "the new chain does not verify").because(broken.join("; ")))?
        .head;
    if let Some(key) = signing {
        let line = longer[chain_bytes.len()..].trim_ascii_end();
        changes.stage(signing::file(chain.events.len() as u64 + 1), &key.sign(line)?)?;
    }
    changes.stage(CHAIN, &longer)?;
    changes.commit(&format!("close --period {}", inputs.period.name))?;
    let (void, before) = (void_of(&inputs), inputs.issued);
    Ok(Closed { derived, new, before, void, sealed: true, manifest_sha256, chain_head })
}

/// The code of what lacks a second person's yes.
pub(crate) const UNAPPROVED: &str = "unapproved";

/// Makes sure that whoever signs approved it, where two people must say yes.
fn approved(inputs: &Inputs, rule: Rule, signing: Option<&Key<'_>>) -> Result<(), Problem> {
    let approver = inputs.approval.as_ref().map(|of| of.approver.key.as_str());
    if rule.needs_two(&inputs.resolutions)
        && (approver.is_none() || approver != signing.map(|key| key.fingerprint.as_str()))
    {
        return Err(Problem::stop(UNAPPROVED, format!("{} was approved by nobody", inputs.period.name))
            .because("[audit] asks for two people, now or in what the last close sealed")
            .next(format!("propose it: crossfoot close --period {}", inputs.period.name))
            .not_done("Nothing was sealed."));
    }
    Ok(())
}

fn void_of(inputs: &Inputs) -> BTreeSet<String> {
    inputs.issued.iter().filter(|issued| !inputs.stands(issued)).map(|issued| issued.number.clone()).collect()
}

/// Whether invoices can be issued for the period at all.
fn may_be_closed(books: &Books, inputs: &Inputs, chain: &Chain) -> Result<(), Problem> {
    if inputs.customers.is_none() {
        return Err(Problem::usage("no-customers", format!("there is no {CUSTOMERS} in the books"))
            .because("an invoice needs to know whom it is for")
            .next(format!(
                "write {CUSTOMERS}: a header row with customer_id, legal_name, address, …, and a row a customer"
            ))
            .not_done("No invoice was issued."));
    }
    if matches!(inputs.config.invoicing.regime, Regime::Gst(_)) && inputs.config.invoicing.seller.legal_name.is_empty()
    {
        return Err(Problem::usage("seller", format!("{CONFIG}: [seller] legal_name is not set"))
            .because("a tax invoice must name who issues it (Rule 46(a))")
            .next("set [seller] legal_name and address")
            .not_done("No invoice was issued."));
    }
    let (other, why, twice) = match chain.overlapping(&inputs.period) {
        Some(other) => {
            (other.period.clone(), "for which invoices were issued", "the same calls would be invoiced twice")
        }
        None => match credits::overlapping(books, chain, &inputs.period)? {
            Some(other) => (other, "whose credits are carried", "the same credits would be carried twice"),
            None => return Ok(()),
        },
    };
    Err(Problem::stop("period-overlap", format!("{} shares days with {other}, {why}", inputs.period.name))
        .because(twice)
        .next(format!("close another period, or correct that one: crossfoot close --period {other}"))
        .not_done("No invoice was issued."))
}

/// Makes sure that the clock is not behind the last seal: events would not stand in order of time.
fn follows(chain: &Chain, now: DateTime<Utc>) -> Result<(), Problem> {
    let Some(last) = chain.events.last() else { return Ok(()) };
    match last.time() {
        Some(at) if at > now => {
            Err(Problem::stop("clock", format!("the clock says {}", now.to_rfc3339_opts(SecondsFormat::Secs, true)))
                .because(format!("the last seal was made at {}: this clock is behind, or that one was ahead", last.at))
                .next("set the clock right and run the command again")
                .not_done("No invoice was issued."))
        }
        _ => Ok(()),
    }
}

/// Makes sure that the chain was not cut or lost: its numbers would be used again. Gives the
/// head of the journal of mail.
fn is_whole(books: &Books, chain: &Chain) -> Result<String, Problem> {
    let cut = |file: String, why: &str| {
        Err(Problem::unverified("chain-cut", format!("{CHAIN} does not know what {file} says"))
            .because(why)
            .next(format!("restore {CHAIN} from git or a backup: the next number would be one that was used"))
            .not_done("No invoice was issued."))
    };
    if let Some(manifest) = unsealed(books, chain).into_iter().next() {
        return cut(
            manifest,
            "a close was sealed, and no event of the chain seals it; was it another clone's? (crossfoot explain two-clones)",
        );
    }
    let known: BTreeSet<&str> =
        chain.events.iter().flat_map(|event| &event.issued).map(|e| e.number.as_str()).collect();
    let mailed = MailJournal::load(books)?;
    if let Some(event) = mailed.lost(chain) {
        let who = format!("event {} of {CHAIN}", event.sequence);
        return Err(MailJournal::cut(&who).not_done("No invoice was issued."));
    }
    match mailed.entries.iter().find(|entry| !known.contains(entry.number.as_str())) {
        Some(entry) => {
            cut(format!("audit/mail.jsonl, line {},", entry.sequence), "a document was mailed that was never issued")
        }
        None => Ok(mailed.head),
    }
}

/// Manifests that no event of the chain seals, relative to the books.
pub(super) fn unsealed(books: &Books, chain: &Chain) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(books.path("closes")) else { return Vec::new() };
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut unsealed: Vec<String> = names
        .filter(|name| chain.of(name).next().is_none())
        .map(|name| format!("closes/{name}/{}", manifest::FILE))
        .filter(|manifest| books.path(manifest).exists())
        .collect();
    unsealed.sort();
    unsealed
}

/// The documents that are due.
fn due(inputs: &Inputs, derived: &Derived) -> Vec<Draft> {
    let standing = inputs.issued.iter().filter(|issued| inputs.stands(issued));
    let served: BTreeSet<&str> = standing.map(|issued| issued.content.customer_id.as_str()).collect();
    let due = derived.decisions.values().filter_map(|disposition| match disposition {
        Disposition::Bill(draft) if !served.contains(draft.customer_id.as_str()) => Some(&**draft),
        _ => None,
    });
    due.chain(derived.corrections.values()).cloned().collect()
}

/// Makes files on all cores and stages them; their entries, in the map's order.
fn stage(
    changes: &mut ChangeSet<'_>,
    folder: &str,
    files: &Outputs<'_>,
    done: &(dyn Fn(&str) + Sync),
) -> Result<Vec<FileEntry>, Problem> {
    let places: BTreeMap<&str, _> =
        files.keys().map(|name| (name.as_str(), changes.reserve(format!("{folder}/{name}")))).collect();
    outputs::on_all_cores(files, |name, file| {
        let bytes = file.bytes()?;
        let place = places.get(name).ok_or_else(|| Problem::stop("internal", format!("{name} has no place")))?;
        std::fs::write(place, &bytes)
            .map_err(|e| io("not-written", "write", place, &e).not_done("No invoice was issued."))?;
        done(name);
        Ok(FileEntry::of(name, &bytes))
    })
}

/// What the chain will have of new documents.
fn entries(new: &[Issued], allotted: &[Allotted], files: &[FileEntry]) -> Result<Vec<IssuedEntry>, Problem> {
    let digests: BTreeMap<&str, &str> = files.iter().map(|file| (file.path.as_str(), file.sha256.as_str())).collect();
    let entry = |(invoice, allotted): (&Issued, &Allotted)| {
        let digest = |ending: &str| {
            let name = format!("invoices/{}.{ending}", invoice.file_stem());
            let found = digests.get(name.as_str()).map(|sha256| (*sha256).to_owned());
            found.ok_or_else(|| Problem::stop("internal", format!("{name} was not made")))
        };
        Ok(IssuedEntry {
            number: invoice.number.clone(),
            document: invoice.content.document.name().to_owned(),
            series: allotted.series.clone(),
            sequence: allotted.sequence,
            issue_date: invoice.issue_date.to_string(),
            customer_id: allotted.customer_id.clone(),
            total: invoice.content.total.plain(),
            currency: invoice.content.currency.code().to_owned(),
            pdf_sha256: digest("pdf")?,
            json_sha256: digest("json")?,
        })
    };
    new.iter().zip(allotted).map(entry).collect()
}

/// The manifest's bytes, as it follows a manifest.
fn seal_of(books: &Books, close: &Close<'_>, files: Vec<FileEntry>, previous: Option<String>) -> Vec<u8> {
    let Close { inputs, derived, .. } = close;
    let ledgers = derived.ledger.files.iter().cloned();
    let ledgers = ledgers.map(|LedgerFile { path, sha256, bytes }| FileEntry { path, sha256, bytes });
    let captures = inputs.previous.iter().flat_map(|pair| pair.entries(books));
    let governed: Vec<String> = inputs.copies.iter().map(|(name, _)| format!("inputs/{name}")).collect();
    let timezone = inputs.config.timezone.name();
    manifest::build(&inputs.period, timezone, &governed, ledgers.chain(captures).collect(), files, previous)
}

/// The digest of the period's last manifest, if it would be the same again: a run that
/// changes nothing is no event.
fn unchanged_since(
    books: &Books,
    chain: &Chain,
    inputs: &Inputs,
    manifest: impl Fn(Option<String>) -> Vec<u8>,
) -> Option<String> {
    let last = chain.events.iter().rposition(|event| event.period == inputs.period.name)?;
    let previous = last.checked_sub(1).and_then(|at| chain.events.get(at)).map(|event| event.manifest_sha256.clone());
    let same = sha256_hex(&manifest(previous));
    let sealed = chain.events.get(last).is_some_and(|event| event.manifest_sha256 == same);
    let lies_there = manifest::read(books, &inputs.period.name).is_ok_and(|found| found.sha256 == same);
    (sealed && lies_there).then_some(same)
}

/// Documents of the period that are void, and of which the chain does not say so yet.
fn voided(inputs: &Inputs, chain: &Chain) -> Vec<Void> {
    let known: BTreeSet<&str> = chain.voided().map(|void| void.number.as_str()).collect();
    let unknown = inputs.issued.iter().filter(|issued| !known.contains(issued.number.as_str()));
    unknown.filter_map(|issued| inputs.voids.get(&issued.number)).cloned().collect()
}
