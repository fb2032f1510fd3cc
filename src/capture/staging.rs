//! A capture under way: each answer is on the disk and in a journal as soon as it has
//! arrived, so that a capture that was interrupted continues where it was.
//!
//! ```text
//! .crossfoot/fetch/<period>/plan.json      what is being asked; another plan begins anew
//! .crossfoot/fetch/<period>/journal.jsonl  one line an answer
//! .crossfoot/fetch/<period>/bodies/        becomes closes/<period>/capture by one rename
//! ```

use std::collections::{BTreeSet, HashMap};
use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, SecondsFormat, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::record::{AnswerRecord, RECORD, Record, is_plain, plain};
use super::redact::RULES;
use crate::books::changeset::FETCH;
use crate::books::config::MatrixSource;
use crate::books::layout::{Books, WORK};
use crate::model::digest::sha256_hex;
use crate::model::period::Period;
use crate::model::problem::{Problem, io};

/// An interrupted capture older than this begins anew: figures of different weeks do not
/// belong together.
const GOOD_FOR: TimeDelta = TimeDelta::days(7);

/// The most that a capture takes of the disk, in bytes: above that of thirty million calls.
const LARGEST: u64 = 32 * 1024 * 1024 * 1024;

/// What a capture asks for. Answers to another plan are not taken over.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Where.
    pub base_url: String,
    /// SHA-256 of the partner id: another partner's answers are other answers.
    pub partner: String,
    /// First day.
    #[serde(with = "plain")]
    pub from: NaiveDate,
    /// Last day.
    #[serde(with = "plain")]
    pub to: NaiveDate,
    /// The setting.
    pub matrix: MatrixSource,
    /// The partner's time zone.
    #[serde(with = "plain")]
    pub partner_timezone: Tz,
    /// The books' time zone.
    #[serde(with = "plain")]
    pub books_timezone: Tz,
    /// Whether numbers are masked.
    pub masked: bool,
    /// Whether the partner's ledger is wanted.
    pub transactions: bool,
    /// Whether the period had ended when the capture was begun.
    #[serde(default)]
    pub ended: bool,
}

#[derive(Serialize, Deserialize)]
struct Begun {
    begun: String,
    plan: Plan,
    /// By which rules answers were masked: those kept by earlier ones are asked for again.
    #[serde(default)]
    masking: u32,
}

/// The answers so far.
#[derive(Debug)]
pub(crate) struct Staging {
    folder: PathBuf,
    journal: File,
    kept: HashMap<String, AnswerRecord>,
    /// How many bytes more are taken.
    room: u64,
    /// When it was begun, where it is continued.
    pub continued: Option<String>,
}

impl Staging {
    /// The working folder of a period's capture, relative to the books.
    fn folder(period: &Period) -> String {
        format!("{WORK}/{FETCH}/{}", period.name)
    }

    /// Where the bodies lie, relative to the books.
    #[must_use]
    pub(crate) fn bodies(period: &Period) -> String {
        format!("{}/bodies", Self::folder(period))
    }

    /// Continues what was interrupted, if it asked for the same, or begins.
    ///
    /// # Errors
    /// The books cannot be written.
    pub(crate) fn open(books: &Books, period: &Period, plan: &Plan, now: DateTime<Utc>) -> Result<Self, Problem> {
        let folder = books.path(Self::folder(period));
        let begun =
            fs::read(folder.join("plan.json")).ok().and_then(|bytes| serde_json::from_slice::<Begun>(&bytes).ok());
        let fresh =
            |at: &str| DateTime::parse_from_rfc3339(at).is_ok_and(|at| (now - at.with_timezone(&Utc)).abs() < GOOD_FOR);
        let continued = begun
            .filter(|begun| begun.plan == *plan && begun.masking == RULES && fresh(&begun.begun))
            .map(|begun| begun.begun);
        let mut kept = HashMap::new();
        if continued.is_some() {
            let journal = fs::read_to_string(folder.join("journal.jsonl")).unwrap_or_default();
            // A line that was being written when the process died is no answer.
            for answer in journal.lines().filter_map(|line| serde_json::from_str::<AnswerRecord>(line).ok()) {
                kept.insert(answer.file.clone(), answer);
            }
        } else {
            Self::discard(books, period)?;
            make_folder(&folder.join("bodies"))?;
            let begun =
                Begun { begun: now.to_rfc3339_opts(SecondsFormat::Secs, true), plan: plan.clone(), masking: RULES };
            let bytes = serde_json::to_vec(&begun).unwrap_or_default();
            write(&folder.join("plan.json"), &bytes)?;
        }
        let path = folder.join("journal.jsonl");
        let mut journal =
            OpenOptions::new().append(true).create(true).open(&path).map_err(|e| failed("write", &path, &e))?;
        // Closes a line that broke off.
        journal.write_all(b"\n").map_err(|e| failed("write", &path, &e))?;
        let room = kept.values().fold(LARGEST, |room, answer: &AnswerRecord| room.saturating_sub(answer.bytes));
        Ok(Self { folder: folder.join("bodies"), journal, kept, room, continued })
    }

    /// How many answers are there already.
    #[must_use]
    pub(crate) fn len(&self) -> usize {
        self.kept.len()
    }

    /// Whether nothing is there yet.
    #[must_use]
    pub(crate) fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// An answer that is there already, and is what the journal says.
    #[must_use]
    pub(crate) fn kept(&self, file: &str) -> Option<Vec<u8>> {
        let answer = self.kept.get(file)?;
        let bytes = fs::read(self.folder.join(file)).ok()?;
        (sha256_hex(&bytes) == answer.sha256).then_some(bytes)
    }

    /// The record of an answer that is there.
    #[must_use]
    pub(crate) fn record(&self, file: &str) -> Option<&AnswerRecord> {
        self.kept.get(file)
    }

    /// Keeps an answer.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn keep(&mut self, answer: AnswerRecord, body: &[u8]) -> Result<(), Problem> {
        self.room = self.room.checked_sub(body.len() as u64).ok_or_else(|| {
            Problem::stop("upstream-too-large", "the partner's answers are too large")
                .because(format!("they take more than {} GiB", LARGEST / 1024 / 1024 / 1024))
                .next("set [upstream] matrix = \"cdr-summary\", which keeps no single calls")
        })?;
        let path = self.folder.join(&answer.file);
        if let Some(parent) = path.parent() {
            make_folder(parent)?;
        }
        write(&path, body)?;
        let mut line = serde_json::to_vec(&answer).unwrap_or_default();
        line.push(b'\n');
        self.journal.write_all(&line).map_err(|e| failed("write", &path, &e))?;
        self.kept.insert(answer.file.clone(), answer);
        Ok(())
    }

    /// Takes over the answers of a capture that has gaps, so that only these are asked for,
    /// and what is no longer as it was received.
    ///
    /// # Errors
    /// They cannot be written.
    pub(crate) fn take_over(&mut self, capture: &Path, record: &Record) -> Result<(), Problem> {
        for answer in record.answers.iter().filter(|answer| answer.role.is_of_the_period() && is_plain(&answer.file)) {
            let body = fs::read(capture.join(&answer.file)).ok();
            if let Some(body) = body.filter(|body| sha256_hex(body) == answer.sha256) {
                self.keep(answer.clone(), &body)?;
            }
        }
        Ok(())
    }

    /// Makes the folder a capture: of the answers, those in `used` stay, and `capture.json`
    /// is written beside them.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn finish(self, used: &BTreeSet<String>, mut record: Record) -> Result<(), Problem> {
        for (file, answer) in self.kept {
            if used.contains(&file) {
                record.answers.push(answer);
            } else {
                // A file that stays all the same is no part of the record, and of no harm.
                let _ = fs::remove_file(self.folder.join(file));
            }
        }
        record.answers.sort_by(|a, b| a.file.cmp(&b.file));
        let path = self.folder.join(RECORD);
        let written = File::create(&path).and_then(|file| {
            let mut file = BufWriter::new(file);
            serde_json::to_writer_pretty(&mut file, &record)?;
            file.write_all(b"\n")?;
            file.flush()
        });
        written.map_err(|e| failed("write", &path, &e))
    }

    /// How many answers an unfinished capture has.
    #[must_use]
    pub(crate) fn answers(books: &Books, period: &Period) -> usize {
        let journal = fs::read_to_string(books.path(Self::folder(period)).join("journal.jsonl")).unwrap_or_default();
        journal.lines().filter(|line| !line.is_empty()).count()
    }

    /// Removes the working folder of a period's capture.
    ///
    /// # Errors
    /// It cannot be removed.
    pub(crate) fn discard(books: &Books, period: &Period) -> Result<(), Problem> {
        let folder = books.path(Self::folder(period));
        match fs::remove_dir_all(&folder) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(failed("clear", &folder, &e)),
            _ => {
                // Empty, it says nothing.
                let _ = fs::remove_dir(books.path(format!("{WORK}/{FETCH}")));
                Ok(())
            }
        }
    }
}

fn make_folder(folder: &Path) -> Result<(), Problem> {
    fs::create_dir_all(folder).map_err(|e| failed("create", folder, &e))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    fs::write(path, bytes).map_err(|e| failed("write", path, &e))
}

fn failed(doing: &str, path: &Path, error: &std::io::Error) -> Problem {
    io(NOT_KEPT, doing, path, error)
        .not_done("The capture is not complete; what had arrived before is kept for the next fetch.")
}

/// The code of an answer that could not be kept: no fault of the partner's.
pub(crate) const NOT_KEPT: &str = "not-written";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_capture_does_not_fill_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let period = Period::parse("2026-03").unwrap();
        let plan = Plan {
            base_url: String::new(),
            partner: String::new(),
            from: period.from,
            to: period.to,
            matrix: MatrixSource::Auto,
            partner_timezone: Tz::UTC,
            books_timezone: Tz::UTC,
            masked: true,
            transactions: false,
            ended: true,
        };
        let mut work = Staging::open(&Books::at(folder.path()), &period, &plan, DateTime::UNIX_EPOCH).unwrap();
        work.room = 3;
        let answer = AnswerRecord {
            role: crate::capture::record::Role::Me,
            file: "me.json".into(),
            customer_id: None,
            direction: None,
            page: None,
            method: "GET".into(),
            url: String::new(),
            query: std::collections::BTreeMap::new(),
            status: 200,
            when: String::new(),
            sha256: String::new(),
            bytes: 2,
            redacted: Vec::new(),
            headers: std::collections::BTreeMap::new(),
        };
        work.keep(answer.clone(), b"{}").unwrap();
        assert_eq!(work.keep(answer, b"{}").unwrap_err().code, "upstream-too-large");
    }
}
