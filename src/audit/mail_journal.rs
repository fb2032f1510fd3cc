//! `audit/mail.jsonl`: what was mailed. The intent is on the disk before a message leaves,
//! the server's answer after it; a message with an intent and no answer may have arrived,
//! and no program decides that. Lines are linked as those of the audit chain are.
//!
//! RFC 5321 §6.1 and RFC 1047: a reply that is lost after the last dot is how mail is sent
//! twice.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};

use serde::{Deserialize, Serialize};

use super::chain::{self, Chain, Link, Linked, linked, read_lines};
use crate::books::layout::{Books, optional};
use crate::model::digest::sha256_hex;
use crate::model::problem::{Problem, io};

/// Relative to the books.
pub(crate) const FILE: &str = "audit/mail.jsonl";

/// What happened to a message.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Event {
    /// It is about to be handed over. Without a line after it: nobody knows.
    Intent,
    /// The server took it.
    Accepted,
    /// The server did not take it, or was never given it in full.
    Refused,
    /// It was handed over, and no answer came.
    Unknown,
    /// A person found out that an unknown one arrived.
    Arrived,
    /// A person handed the document over otherwise: by post, by a portal, by hand.
    Delivered,
}

/// A line.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    /// `crossfoot/mail/v1`
    pub schema: String,
    /// Counts from 1.
    pub sequence: u64,
    /// When, RFC 3339 in UTC.
    pub at: String,
    /// What happened.
    pub event: Event,
    /// The period that was invoiced.
    pub period: String,
    /// The invoice's number.
    pub number: String,
    /// Whose it is.
    pub customer_id: String,
    /// Identifies the message for ever.
    pub message_id: String,
    /// All recipients, copies included.
    pub recipients: Vec<String>,
    /// SHA-256 of the PDF that it carries.
    pub pdf_sha256: String,
    /// SHA-256 of the message's bytes.
    pub message_sha256: String,
    /// Why it is sent again, how it is known that it arrived, or how it was handed over otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What the server said, or what went wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<String>,
    /// SHA-256 of the line before, without its line end; empty for the first.
    pub previous: String,
    /// SHA-256 of this line's canonical JSON without this field.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub digest: String,
}

impl Linked for Entry {
    const SCHEMA: &'static str = "crossfoot/mail/v1";

    fn link(&mut self) -> Link<'_> {
        let Self { schema, sequence, previous, digest, .. } = self;
        Link { schema, sequence, previous, digest }
    }
}

/// Where an invoice's mail stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It was never tried, or not taken: it can be sent.
    Unsent,
    /// A server took it, or a person handed the document over.
    Sent,
    /// It may have arrived.
    Unknown,
}

/// The journal, read and checked.
#[derive(Clone, Debug, Default)]
pub(crate) struct MailJournal {
    /// All lines, in order.
    pub entries: Vec<Entry>,
    /// SHA-256 of the last line; empty where there is none.
    pub head: String,
    /// Where the lines about each invoice stand.
    by_number: BTreeMap<String, Vec<usize>>,
    /// Bytes of whole lines.
    whole: u64,
    /// Whether the file ends in half a line, which a process left that was killed while it
    /// wrote. Nothing was sent upon it.
    pub is_torn: bool,
}

impl MailJournal {
    /// Reads the journal of the books.
    ///
    /// # Errors
    /// It cannot be read, or a link does not hold (exit 4).
    pub(crate) fn load(books: &Books) -> Result<Self, Problem> {
        let Some(bytes) = optional("mail-journal", &books.path(FILE))? else { return Ok(Self::default()) };
        Self::read(&bytes).map_err(|mut broken| {
            let first = broken.remove(0);
            Problem::unverified(
                "mail-journal",
                format!("the journal of what was mailed does not hold: {FILE}, {first}"),
            )
            .also(broken)
            .not_done("Nothing was sent.")
        })
    }

    /// Reads it from bytes.
    ///
    /// # Errors
    /// What does not hold, a sentence for each line.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, Vec<String>> {
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let (entries, head) = read_lines::<Entry>(&bytes[..whole])?;
        let mut by_number: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, entry) in entries.iter().enumerate() {
            by_number.entry(entry.number.clone()).or_default().push(at);
        }
        Ok(Self { entries, head, by_number, whole: whole as u64, is_torn: whole < bytes.len() })
    }

    /// The lines about an invoice, in order.
    pub(crate) fn about(&self, number: &str) -> impl DoubleEndedIterator<Item = &Entry> + Clone {
        self.by_number.get(number).into_iter().flatten().filter_map(|at| self.entries.get(*at))
    }

    /// The first event of a chain that saw lines which are not there.
    #[must_use]
    pub(crate) fn lost<'c>(&self, chain: &'c Chain) -> Option<&'c chain::Event> {
        let had = |head: &str| self.head == head || self.entries.iter().any(|entry| entry.previous == head);
        chain.events.iter().find(|event| !event.mail_head.is_empty() && !had(&event.mail_head))
    }

    /// That lines are gone which somebody saw.
    #[must_use]
    pub(crate) fn cut(who: &str) -> Problem {
        Problem::unverified("mail-journal-cut", format!("{who} saw lines that {FILE} lacks"))
            .because("documents would be mailed a second time")
            .next(format!("restore {FILE} from git or a backup"))
    }

    /// Where an invoice stands. One that was ever sent stays sent, whatever became of
    /// another attempt; one attempt without an answer stays unknown until something arrived.
    #[must_use]
    pub(crate) fn standing(&self, number: &str) -> Standing {
        let mine = || self.about(number).map(|entry| entry.event);
        if mine().any(|event| matches!(event, Event::Accepted | Event::Arrived | Event::Delivered)) {
            return Standing::Sent;
        }
        let answers = mine().skip(1).map(Some).chain([None]);
        let is_open = |(event, next): (Event, Option<Event>)| match event {
            Event::Intent => next != Some(Event::Refused),
            Event::Unknown => true,
            _ => false,
        };
        if mine().zip(answers).any(is_open) { Standing::Unknown } else { Standing::Unsent }
    }

    /// Whether an invoice has its customer by another way than by mail, and by that alone.
    #[must_use]
    pub(crate) fn is_delivered(&self, number: &str) -> bool {
        let mut mine = self.about(number).map(|entry| entry.event);
        let has = |event| matches!(event, Event::Accepted | Event::Arrived);
        mine.clone().any(|event| event == Event::Delivered) && !mine.any(has)
    }

    /// Appends a line and waits until the disk has it.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn append(&mut self, books: &Books, entry: Entry) -> Result<(), Problem> {
        let path = books.path(FILE);
        let failed =
            |e: std::io::Error| io("not-written", "write", &path, &e).next("nothing is sent that cannot be recorded");
        let (entry, line) = linked(entry, self.entries.len() as u64 + 1, &self.head)?;
        let parent = books.path("audit");
        std::fs::create_dir_all(&parent).map_err(failed)?;
        let is_new = !path.exists();
        let mut file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
        file.set_len(self.whole).map_err(failed)?;
        file.seek(SeekFrom::Start(self.whole)).map_err(failed)?;
        file.write_all(&line).and_then(|()| file.sync_all()).map_err(failed)?;
        if is_new {
            // The folder's entry, too. Where folders cannot be flushed there is nothing to do.
            let _ = File::open(&parent).and_then(|folder| folder.sync_all());
        }
        let head = sha256_hex(line.strip_suffix(b"\n").unwrap_or(&line));
        self.by_number.entry(entry.number.clone()).or_default().push(self.entries.len());
        self.entries.push(entry);
        self.head = head;
        self.whole += line.len() as u64;
        self.is_torn = false;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(number: &str, event: Event) -> Entry {
        Entry {
            schema: String::new(),
            sequence: 0,
            at: "2026-04-02T03:04:05Z".into(),
            event,
            period: "2026-03".into(),
            number: number.into(),
            customer_id: "MA_1".into(),
            message_id: "x@example.com".into(),
            recipients: vec!["asha@example.com".into()],
            pdf_sha256: "00".into(),
            message_sha256: "00".into(),
            reason: None,
            reply: None,
            previous: String::new(),
            digest: String::new(),
        }
    }

    fn standing(events: &[Event]) -> Standing {
        let folder = tempfile::tempdir().unwrap();
        let books = Books::at(folder.path());
        let mut journal = MailJournal::default();
        for event in events {
            journal.append(&books, entry("CF/1", *event)).unwrap();
        }
        let read = MailJournal::load(&books).unwrap();
        assert_eq!(read.entries, journal.entries);
        assert_eq!(read.standing("CF/2"), Standing::Unsent);
        read.standing("CF/1")
    }

    #[test]
    fn what_can_be_sent_and_what_cannot() {
        use Event::{Accepted, Arrived, Delivered, Intent, Refused, Unknown};
        assert_eq!(standing(&[]), Standing::Unsent);
        assert_eq!(standing(&[Intent]), Standing::Unknown);
        assert_eq!(standing(&[Intent, Unknown]), Standing::Unknown);
        assert_eq!(standing(&[Intent, Refused]), Standing::Unsent);
        assert_eq!(standing(&[Intent, Refused, Intent, Accepted]), Standing::Sent);
        assert_eq!(standing(&[Intent, Unknown, Arrived]), Standing::Sent);
        assert_eq!(standing(&[Delivered]), Standing::Sent);
        assert_eq!(standing(&[Intent, Refused, Delivered, Intent, Unknown]), Standing::Sent);
        // Sent again, and refused: the first one is as unknown, or as sent, as it was.
        assert_eq!(standing(&[Intent, Intent, Refused]), Standing::Unknown);
        assert_eq!(standing(&[Intent, Unknown, Intent, Refused]), Standing::Unknown);
        assert_eq!(standing(&[Intent, Accepted, Intent, Unknown]), Standing::Sent);
    }

    #[test]
    fn half_a_line_is_left_out_and_a_changed_one_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let books = Books::at(folder.path());
        let mut journal = MailJournal::default();
        journal.append(&books, entry("CF/1", Event::Intent)).unwrap();
        let path = books.path(FILE);
        let good = std::fs::read(&path).unwrap();
        std::fs::write(&path, [&good[..], b"{\"at\":"].concat()).unwrap();
        let mut torn = MailJournal::load(&books).unwrap();
        assert!(torn.is_torn);
        torn.append(&books, entry("CF/1", Event::Accepted)).unwrap();
        assert_eq!(MailJournal::load(&books).unwrap().entries.len(), 2);
        let changed = String::from_utf8(good).unwrap().replace("asha@", "ravi@");
        std::fs::write(&path, changed).unwrap();
        assert_eq!(MailJournal::load(&books).unwrap_err().exit, crate::model::problem::Exit::Unverified);
    }
}
