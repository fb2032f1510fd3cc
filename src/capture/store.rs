//! The capture of a period: bodies as received, and `capture.json` that says of each what
//! was asked, when, and what came.

use chrono::{SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::client::{Answer, Client, Clock, Request, Talk};
use super::partner::{analytics, dashboard};
use super::redact;
use crate::books::layout::Books;
use crate::books::transaction::Transaction;
use crate::model::period::Period;
use crate::model::problem::{Exit, Problem, io};
use crate::model::usage::{Analytics, Dashboard};

/// The body of `/analytics`.
pub const ANALYTICS: &str = "analytics.json";
/// The body of `/dashboard`.
pub const DASHBOARD: &str = "dashboard.json";
const RECORD: &str = "capture.json";

/// What `capture.json` says.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct Record {
    /// `crossfoot/capture/v1`
    pub schema: String,
    /// The period asked for.
    pub period: Span,
    /// One for each body kept.
    pub answers: Vec<AnswerRecord>,
    /// What was asked for and could not be had, with the reason. Nothing depends on it.
    pub not_captured: Vec<NotCaptured>,
}

/// First and last day.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct Span {
    /// First day, YYYY-MM-DD.
    pub from: String,
    /// Last day, included.
    pub to: String,
}

/// One answer.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct AnswerRecord {
    /// The file with the body.
    pub file: String,
    /// `GET`
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// Its query, name by name.
    pub query: std::collections::BTreeMap<String, String>,
    /// HTTP status.
    pub status: u16,
    /// When the last byte had arrived, RFC 3339 in UTC.
    pub when: String,
    /// Attempts made.
    pub attempts: u32,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Size of the file.
    pub bytes: u64,
    /// Secrets that were replaced in the body; empty: the bytes are as received.
    pub redacted: Vec<String>,
    /// Response headers worth keeping.
    pub headers: std::collections::BTreeMap<String, String>,
}

/// A request that did not give an answer.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct NotCaptured {
    /// The URL.
    pub url: String,
    /// Why.
    pub why: String,
}

/// A capture, decoded.
#[derive(Clone, Debug)]
pub struct Capture {
    /// `capture.json`
    pub record: Record,
    /// `/analytics`
    pub analytics: Analytics,
    /// `/dashboard`, where it was captured.
    pub dashboard: Option<Dashboard>,
    /// The bodies: file name and bytes.
    pub bodies: Vec<(String, Vec<u8>)>,
}

impl Capture {
    /// The record of one body.
    #[must_use]
    pub fn answer(&self, file: &str) -> Option<&AnswerRecord> {
        self.record.answers.iter().find(|a| a.file == file)
    }
}

/// SHA-256 in lower-case hex, as `sha256sum` prints it.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Lower-case hex.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Asks the partner for a period: `/analytics`, without which nothing is kept, and
/// `/dashboard`, whose absence is noted.
///
/// # Errors
/// The analytics could not be had or cannot be read; credentials refused; a redirect.
pub async fn ask(client: &Client, period: &Period, clock: Clock<'_>, talk: Talk<'_>) -> Result<Capture, Problem> {
    let analytics_request = Request {
        path: "/analytics",
        query: vec![("from_date", period.from.to_string()), ("to_date", period.to.to_string())],
    };
    let nothing = |p: Problem| p.not_done("Nothing was captured.");
    let answer = client.get(&analytics_request, clock, talk).await.map_err(|f| nothing(f.problem))?;
    let mut record = Record {
        schema: "crossfoot/capture/v1".into(),
        period: Span { from: period.from.to_string(), to: period.to.to_string() },
        answers: Vec::new(),
        not_captured: Vec::new(),
    };
    let mut bodies = Vec::new();
    keep(client, ANALYTICS, &analytics_request, answer, &mut record, &mut bodies);
    let analytics = analytics::decode(&bodies[0].1, ANALYTICS).map_err(nothing)?;

    let dashboard_request = Request { path: "/dashboard", query: Vec::new() };
    let mut dashboard = None;
    match client.get(&dashboard_request, clock, talk).await {
        Ok(answer) => match dashboard::decode(&answer.body, DASHBOARD) {
            Ok(decoded) => {
                keep(client, DASHBOARD, &dashboard_request, answer, &mut record, &mut bodies);
                dashboard = Some(decoded);
            }
            Err(problem) => note_absent(client, &dashboard_request, &problem, &mut record, talk),
        },
        Err(f) if f.status == Some(401) || f.problem.code == "upstream-redirect" => return Err(nothing(f.problem)),
        Err(f) => note_absent(client, &dashboard_request, &f.problem, &mut record, talk),
    }
    Ok(Capture { record, analytics, dashboard, bodies })
}

fn keep(
    client: &Client,
    file: &str,
    request: &Request,
    answer: Answer,
    record: &mut Record,
    bodies: &mut Vec<(String, Vec<u8>)>,
) {
    let (body, redacted) = redact::body(&answer.body, client.credentials());
    record.answers.push(AnswerRecord {
        file: file.to_owned(),
        method: "GET".into(),
        url: answer.url,
        query: request.query.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect(),
        status: 200,
        when: answer.when.with_timezone(&Utc).to_rfc3339_opts(SecondsFormat::Millis, true),
        attempts: answer.attempts,
        sha256: sha256_hex(&body),
        bytes: body.len() as u64,
        redacted,
        headers: answer.headers.into_iter().collect(),
    });
    bodies.push((file.to_owned(), body));
}

fn note_absent(client: &Client, request: &Request, problem: &Problem, record: &mut Record, talk: Talk<'_>) {
    let why = match &problem.why {
        Some(why) => format!("{}: {why}", problem.what),
        None => problem.what.clone(),
    };
    talk(&format!("warning: the dashboard was not captured: {why}"));
    record.not_captured.push(NotCaptured { url: client.url(request).to_string(), why });
}

fn from_parts(record: Record, bodies: Vec<(String, Vec<u8>)>) -> Result<Capture, Problem> {
    let body = |file: &str| bodies.iter().find(|(name, _)| name == file).map(|(_, bytes)| bytes.as_slice());
    let analytics = match body(ANALYTICS) {
        Some(bytes) => analytics::decode(bytes, &format!("capture/{ANALYTICS}"))?,
        None => {
            return Err(Problem::stop("capture", "the capture has no analytics answer")
                .next("fetch it again: crossfoot fetch --period PERIOD"));
        }
    };
    let dashboard =
        body(DASHBOARD).map(|bytes| dashboard::decode(bytes, &format!("capture/{DASHBOARD}"))).transpose()?;
    Ok(Capture { record, analytics, dashboard, bodies })
}

/// Puts a new capture into a transaction. One that is there already is kept beside it as
/// `capture-1`, `capture-2` …, oldest first.
///
/// # Errors
/// The files cannot be staged.
pub fn stage(capture: &Capture, books: &Books, period: &Period, into: &mut Transaction<'_>) -> Result<(), Problem> {
    let folder = Books::capture_dir(period);
    if books.path(&folder).exists() {
        let mut n = 1;
        while books.path(format!("{folder}-{n}")).exists() {
            n += 1;
        }
        into.rename(folder.clone(), format!("{folder}-{n}"));
    }
    for (file, bytes) in &capture.bodies {
        into.stage(format!("{folder}/{file}"), bytes)?;
    }
    let mut record = serde_json::to_vec_pretty(&capture.record)
        .map_err(|e| Problem::stop("internal", format!("capture.json cannot be written: {e}")))?;
    record.push(b'\n');
    into.stage(format!("{folder}/{RECORD}"), &record)
}

/// Reads the capture of a period, if there is one, and checks every body against its digest.
///
/// # Errors
/// A body that is missing, cannot be read, or is not the one that was received (exit 4).
pub fn load(books: &Books, period: &Period) -> Result<Option<Capture>, Problem> {
    let folder = Books::capture_dir(period);
    let path = books.path(&folder).join(RECORD);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(io("capture", "read", &path, &e)),
    };
    let record: Record = serde_json::from_slice(&bytes).map_err(|e| {
        let mut problem = Problem::stop("capture", "capture.json cannot be read")
            .at(format!("{folder}/{RECORD}, line {}, column {}", e.line(), e.column()))
            .because(e.to_string())
            .next("restore it from git or a backup, or fetch again with --refetch");
        problem.exit = Exit::Unverified;
        problem
    })?;
    let mut bodies = Vec::new();
    for answer in &record.answers {
        let plain = [ANALYTICS, DASHBOARD].contains(&answer.file.as_str());
        let path = books.path(&folder).join(&answer.file);
        let bytes = std::fs::read(&path).map_err(|e| io("capture", "read", &path, &e))?;
        if !plain || sha256_hex(&bytes) != answer.sha256 || bytes.len() as u64 != answer.bytes {
            let mut problem =
                Problem::stop("capture-changed", format!("{folder}/{} is not what was received", answer.file))
                    .because(format!("its SHA-256 is {}, and capture.json says {}", sha256_hex(&bytes), answer.sha256))
                    .next("restore the file from git or a backup, or fetch again with --refetch")
                    .not_done("Nothing was computed from it.");
            problem.exit = Exit::Unverified;
            return Err(problem);
        }
        bodies.push((answer.file.clone(), bytes));
    }
    from_parts(record, bodies).map(Some)
}
