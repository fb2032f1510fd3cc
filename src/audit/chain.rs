//! `audit/chain.jsonl`: one line per sealed event, canonical JSON (RFC 8785), each with the
//! SHA-256 of the line before it, so that no line can be changed, moved or taken out
//! without the next one telling; and each with a digest of itself, so that the last can't
//! be changed either. By hand: `head -n 2 chain.jsonl | tail -n 1 | tr -d '\n' | sha256sum`
//! gives the `previous` of line 3.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::books::layout::{Books, CHAIN, optional};
use crate::books::voids::Void;
use crate::model::digest::sha256_hex;
use crate::model::invoice::Document;
use crate::model::number::Allotted;
use crate::model::period::{Period, parse_day};
use crate::model::problem::Problem;

/// A sealed close.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// `crossfoot/event/v1`
    pub schema: String,
    /// Counts from 1.
    pub sequence: u64,
    /// `close`
    pub event: String,
    /// The period's name.
    pub period: String,
    /// Its first day.
    pub from: String,
    /// Its last day.
    pub to: String,
    /// When it was sealed, RFC 3339 in UTC.
    pub at: String,
    /// The program that sealed it.
    pub tool: String,
    /// `reconciled` or `discrepant`.
    pub outcome: String,
    /// SHA-256 of the period's `manifest.json`.
    pub manifest_sha256: String,
    /// The day of the close, which its documents bear unless the settings date them otherwise;
    /// empty in closes that did not record it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub issue_date: String,
    /// Invoices issued by this event, in order of number.
    pub issued: Vec<IssuedEntry>,
    /// Numbers of the period that are void since this event.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub voided: Vec<Void>,
    /// SHA-256 of the last line of `audit/mail.jsonl` at that time; empty where nothing was mailed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub mail_head: String,
    /// Fingerprint of the key that signs this line (`audit/seals/<sequence>.sig`); empty where none
    /// does.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub signer: String,
    /// Fingerprint of the key that signed its proposal (`inputs/proposal.json` of the close); empty
    /// where nobody proposed it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub preparer: String,
    /// SHA-256 of the line before, without its line end; empty for the first.
    pub previous: String,
    /// SHA-256 of this line's canonical JSON without this field.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub digest: String,
}

fn invoice() -> String {
    Document::Invoice.name().to_owned()
}

fn is_invoice(document: &str) -> bool {
    document == Document::Invoice.name()
}

/// An invoice or note as the chain has it.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct IssuedEntry {
    /// Its number.
    pub number: String,
    /// `invoice`, `credit-note`, `debit-note`.
    #[serde(default = "invoice", skip_serializing_if = "is_invoice")]
    pub document: String,
    /// The series that the number counts in.
    pub series: String,
    /// Its place in the series.
    pub sequence: u64,
    /// Date of issue.
    pub issue_date: String,
    /// Whose it is.
    pub customer_id: String,
    /// Its total, a plain decimal.
    pub total: String,
    /// Its currency.
    pub currency: String,
    /// SHA-256 of its `.json`.
    pub json_sha256: String,
    /// SHA-256 of its `.pdf`.
    pub pdf_sha256: String,
}

impl Event {
    /// The days that it closes; None where they are no days.
    #[must_use]
    pub(crate) fn days(&self) -> Option<Period> {
        let (from, to) = (parse_day(&self.from).ok()?, parse_day(&self.to).ok()?);
        Some(Period { name: self.period.clone(), from, to })
    }

    /// When it was sealed; None where that is no time.
    #[must_use]
    pub(crate) fn time(&self) -> Option<DateTime<Utc>> {
        DateTime::parse_from_rfc3339(&self.at).ok().map(|at| at.to_utc())
    }
}

/// The chain, read and checked.
#[derive(Clone, Debug, Default)]
pub struct Chain {
    /// All events, in order.
    pub events: Vec<Event>,
    /// SHA-256 of the last line; empty where there is none.
    pub head: String,
}

impl Chain {
    /// Whether a head is that of the chain, or was it after an earlier event.
    #[must_use]
    pub fn had(&self, head: &str) -> bool {
        !head.is_empty() && (self.head == head || self.events.iter().any(|event| event.previous == head))
    }

    /// The digest of a line, by its place; None where there is no such line.
    #[must_use]
    pub fn head_at(&self, sequence: u64) -> Option<&str> {
        let at = usize::try_from(sequence).ok().filter(|at| *at > 0)?;
        match self.events.get(at) {
            Some(next) => Some(&next.previous),
            None => (at == self.events.len()).then_some(&self.head),
        }
    }

    /// Every number ever allotted.
    #[must_use]
    pub fn allotted(&self) -> Vec<Allotted> {
        self.events
            .iter()
            .flat_map(|event| {
                event.issued.iter().map(|entry| Allotted {
                    number: entry.number.clone(),
                    series: entry.series.clone(),
                    sequence: entry.sequence,
                    issue_date: parse_day(&entry.issue_date).unwrap_or(NaiveDate::MIN),
                    customer_id: entry.customer_id.clone(),
                    period: event.period.clone(),
                })
            })
            .collect()
    }

    /// The events of a period, in order.
    pub fn of<'a>(&'a self, period: &'a str) -> impl Iterator<Item = &'a Event> {
        self.events.iter().filter(move |event| event.period == period)
    }

    /// Every void that is recorded.
    pub fn voided(&self) -> impl Iterator<Item = &Void> {
        self.events.iter().flat_map(|event| &event.voided)
    }

    /// The invoices issued for a period, in order of issue.
    pub fn issued_in<'a>(&'a self, period: &'a str) -> impl Iterator<Item = &'a IssuedEntry> {
        self.of(period).flat_map(|event| &event.issued)
    }

    /// Another period that shares days with this one and for which invoices were issued.
    #[must_use]
    pub fn overlapping(&self, period: &Period) -> Option<&Event> {
        self.events.iter().find(|event| {
            let shares = event.days().is_some_and(|theirs| theirs.overlaps(period));
            event.period != period.name && !event.issued.is_empty() && shares
        })
    }

    /// The chain's bytes with one more event, and the event's line number.
    ///
    /// # Errors
    /// The event cannot be written as JSON.
    pub fn append(&self, earlier: &[u8], event: Event) -> Result<Vec<u8>, Problem> {
        let mut bytes = earlier.to_vec();
        bytes.extend_from_slice(&linked(event, self.events.len() as u64 + 1, &self.head)?.1);
        Ok(bytes)
    }
}

/// A line of a file in which each line has the digest of the one before.
pub(super) trait Linked: Clone + Serialize + DeserializeOwned {
    /// What its first field says.
    const SCHEMA: &'static str;

    /// The fields that make the chain.
    fn link(&mut self) -> Link<'_>;
}

/// The fields that make a chain of lines.
pub(super) struct Link<'a> {
    pub(super) schema: &'a mut String,
    pub(super) sequence: &'a mut u64,
    pub(super) previous: &'a mut String,
    pub(super) digest: &'a mut String,
}

impl Linked for Event {
    const SCHEMA: &'static str = "crossfoot/event/v1";

    fn link(&mut self) -> Link<'_> {
        let Self { schema, sequence, previous, digest, .. } = self;
        Link { schema, sequence, previous, digest }
    }
}

/// An entry as it follows a head, and its line with the line end.
///
/// # Errors
/// It cannot be written as JSON.
pub(super) fn linked<T: Linked>(mut entry: T, sequence: u64, head: &str) -> Result<(T, Vec<u8>), Problem> {
    let link = entry.link();
    T::SCHEMA.clone_into(link.schema);
    *link.sequence = sequence;
    head.clone_into(link.previous);
    link.digest.clear();
    let digest = sha256_hex(canonical(&entry)?.as_bytes());
    *entry.link().digest = digest;
    let line = format!("{}\n", canonical(&entry)?).into_bytes();
    Ok((entry, line))
}

fn canonical<T: Serialize>(entry: &T) -> Result<String, Problem> {
    serde_json_canonicalizer::to_string(entry)
        .map_err(|e| Problem::stop("internal", "an event cannot be written as canonical JSON").because(e.to_string()))
}

/// Reads and checks the audit chain of the books, and its bytes.
///
/// # Errors
/// The chain does not hold (exit 4), or cannot be read.
pub(crate) fn load(books: &Books) -> Result<(Chain, Vec<u8>), Problem> {
    let bytes = optional("chain", &books.path(CHAIN))?.unwrap_or_default();
    match read(&bytes) {
        Ok(chain) => Ok((chain, bytes)),
        Err(mut broken) => {
            let first = broken.remove(0);
            let is_parallel = first.starts_with(PARALLEL);
            let problem =
                Problem::unverified("chain-broken", format!("the audit chain does not hold: {CHAIN}, {first}"));
            Err(if is_parallel { problem.next("crossfoot explain two-clones") } else { problem }.also(broken))
        }
    }
}

/// Reads the chain and checks every link.
///
/// # Errors
/// What does not hold, a sentence for each place, the line first.
pub(crate) fn read(bytes: &[u8]) -> Result<Chain, Vec<String>> {
    let (events, head) = read_lines(bytes)?;
    Ok(Chain { events, head })
}

/// Reads linked lines and checks every link: the entries, and the digest of the last line.
pub(super) fn read_lines<T: Linked>(bytes: &[u8]) -> Result<(Vec<T>, String), Vec<String>> {
    let (mut entries, mut head, mut broken) = (Vec::new(), String::new(), Vec::new());
    if bytes.is_empty() {
        return Ok((entries, head));
    }
    let Some(body) = bytes.strip_suffix(b"\n") else {
        return Err(vec!["its last line is not whole".to_owned()]);
    };
    for (index, line) in body.split(|b| *b == b'\n').enumerate() {
        match check(line, index as u64 + 1, &head) {
            Ok(entry) => entries.push(entry),
            Err(what) => broken.push(format!("line {}: {what}", index + 1)),
        }
        head = sha256_hex(line);
    }
    if broken.is_empty() { Ok((entries, head)) } else { Err(parallel::<T>(body).map_or(broken, |words| vec![words])) }
}

/// How the words begin that tell of two clones which wrote in parallel, and were merged.
const PARALLEL: &str = "two clones wrote it in parallel:";

/// Whether lines are what a merge of two clones leaves: git's marks, or two whole lines of one
/// number.
fn parallel<T: Linked>(body: &[u8]) -> Option<String> {
    let lines = || (1_usize..).zip(body.split(|b| *b == b'\n'));
    let is_mark = |line: &[u8]| [b"<<<<<<< ", b">>>>>>> "].iter().any(|mark| line.starts_with(*mark));
    let place = if let Some((number, _)) = lines().find(|(_, line)| is_mark(line)) {
        format!("git's conflict marks begin in line {number}")
    } else {
        let mut seen: BTreeMap<u64, (usize, &[u8])> = BTreeMap::new();
        lines().find_map(|(at, line)| {
            let mut entry: T = serde_json::from_slice(line).ok().filter(holds)?;
            let number = *entry.link().sequence;
            let (first, other) = seen.insert(number, (at, line))?;
            (other != line).then(|| format!("lines {first} and {at} are both number {number}"))
        })?
    };
    Some(format!("{PARALLEL} {place}; crossfoot explain two-clones says how to go on"))
}

/// Whether an entry's own digest holds.
fn holds<T: Linked>(entry: &T) -> bool {
    let mut bare = entry.clone();
    let digest = std::mem::take(bare.link().digest);
    canonical(&bare).is_ok_and(|text| sha256_hex(text.as_bytes()) == digest)
}

fn check<T: Linked>(line: &[u8], sequence: u64, previous: &str) -> Result<T, String> {
    let mut entry: T = serde_json::from_slice(line).map_err(|e| format!("it cannot be read: {e}"))?;
    let again = canonical(&entry).map_err(|p| p.what.clone())?;
    if again.as_bytes() != line {
        return Err("it is not written as it was sealed".to_owned());
    }
    if !holds(&entry) {
        return Err("its own digest does not hold: the line was changed".to_owned());
    }
    let link = entry.link();
    if *link.schema != T::SCHEMA || *link.sequence != sequence {
        return Err(format!("it says that it is event {} and stands as {sequence}", link.sequence));
    }
    if *link.previous != previous {
        return Err("it does not follow from the line before: a line was changed, moved or taken out".to_owned());
    }
    Ok(entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(period: &str) -> Event {
        Event {
            schema: String::new(),
            sequence: 0,
            event: "close".into(),
            period: period.into(),
            from: format!("{period}-01"),
            to: format!("{period}-28"),
            at: "2026-04-02T03:04:05Z".into(),
            tool: "0.1.0".into(),
            outcome: "reconciled".into(),
            manifest_sha256: "00".into(),
            issue_date: String::new(),
            voided: vec![],
            issued: vec![],
            mail_head: String::new(),
            signer: String::new(),
            preparer: String::new(),
            previous: String::new(),
            digest: String::new(),
        }
    }

    fn chain() -> Vec<u8> {
        let mut bytes = Vec::new();
        for period in ["2026-01", "2026-02", "2026-03"] {
            let so_far = read(&bytes).unwrap();
            bytes = so_far.append(&bytes, event(period)).unwrap();
        }
        bytes
    }

    #[test]
    fn any_changed_bit_of_any_line_is_found() {
        let good = chain();
        assert_eq!(read(&good).unwrap().events.len(), 3);
        for at in 0..good.len() {
            for bit in 0..8 {
                let mut bad = good.clone();
                bad[at] ^= 1 << bit;
                assert!(read(&bad).is_err(), "byte {at}, bit {bit}");
            }
        }
    }

    #[test]
    fn a_line_taken_out_moved_or_cut_is_found() {
        let good = String::from_utf8(chain()).unwrap();
        let lines: Vec<&str> = good.lines().collect();
        for bad in [
            format!("{}\n{}\n", lines[0], lines[2]),
            format!("{}\n{}\n", lines[1], lines[2]),
            format!("{}\n{}\n{}\n", lines[1], lines[0], lines[2]),
            format!("{}\n\n{}\n", lines[0], lines[1]),
            good[..good.len() - 1].to_owned(),
            good[..good.len() - 9].to_owned(),
        ] {
            assert!(read(bad.as_bytes()).is_err());
        }
    }

    #[test]
    fn what_two_clones_wrote_in_parallel_is_told_as_that() {
        let whole = chain();
        let start = whole.iter().position(|b| *b == b'\n').unwrap() + 1;
        let common = read(&whole[..start]).unwrap();
        let of = |period: &str| common.append(b"", event(period)).unwrap();
        let told = |parts: &[&[u8]]| read(&[&whole[..start], &parts.concat()].concat()).unwrap_err();
        let (ours, theirs) = (of("2026-02"), of("2026-04"));
        let marked = told(&[b"<<<<<<< HEAD\n", &ours, b"=======\n", &theirs, b">>>>>>> main\n"]);
        assert_eq!(
            marked,
            [
                "two clones wrote it in parallel: git's conflict marks begin in line 2; crossfoot explain two-clones says how to go on"
            ]
        );
        assert!(told(&[&ours, &theirs])[0].contains("lines 2 and 3 are both number 2"));
        // A line that is there twice, or was given another number by hand, is no other clone's.
        assert!(!told(&[&ours, &ours])[0].contains("two clones"));
        let forged = String::from_utf8(of("2026-05")).unwrap().replace("2026-05", "2026-06");
        assert!(!told(&[&ours, forged.as_bytes()])[0].contains("two clones"));
    }

    #[test]
    fn every_head_that_the_chain_had_is_known() {
        let bytes = chain();
        let whole = read(&bytes).unwrap();
        for lines in 1..=3 {
            let heads = bytes.split_inclusive(|b| *b == b'\n').take(lines).collect::<Vec<_>>().concat();
            assert!(whole.had(&read(&heads).unwrap().head), "{lines}");
        }
        assert!(!whole.had("") && !whole.had(&"0".repeat(64)) && !Chain::default().had(""));
        let short = read(&bytes[..=bytes.iter().position(|b| *b == b'\n').unwrap()]).unwrap();
        assert!(!short.had(&whole.head));
    }

    #[test]
    fn the_digest_of_a_known_line_never_changes() {
        // shell: head -n 1 chain.jsonl | tr -d '\n' | sha256sum
        let first = chain().split(|b| *b == b'\n').next().map(sha256_hex).unwrap();
        insta::assert_snapshot!(first, @"0d0fa985cc1e0f155a367076b0a0c936718cf65f460b7926a7ec4c1d685b414f");
    }
}
