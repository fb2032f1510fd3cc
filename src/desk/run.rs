//! A command that was started on the desk: it goes on when the page goes away, and what it said and
//! how it ended is kept for the page that asks next.

use std::convert::Infallible;
use std::path::Path;
use std::sync::{Arc, Mutex};

use futures_util::stream;
use http_body_util::{BodyExt, StreamBody};
use hyper::Response;
use hyper::body::{Bytes, Frame};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::answer::{Body, error_of};
use super::children::{Children, Program};
use super::words::Words;
use crate::model::problem::Problem;
use crate::render::problem_json::ErrorDocument;

/// So many lines of its talk are kept, the last ones.
const MOST_LINES: usize = 4_000;

/// A command, under way or ended.
pub(super) struct Run {
    /// What to type for the same.
    pub(super) command: String,
    log: Mutex<Log>,
    /// Whoever streams it hears of each change here.
    changed: watch::Sender<()>,
}

#[derive(Default)]
struct Log {
    /// Its number among the processes.
    process: Option<u64>,
    said: Vec<String>,
    /// Lines that were said before those that are kept.
    dropped: usize,
    ended: Option<Ended>,
    is_stopped: bool,
}

struct Ended {
    exit: i32,
    /// What it printed, if that is a document.
    document: Option<Box<RawValue>>,
    text: String,
    /// Where the page gets what was packed.
    download: Option<String>,
}

impl Run {
    pub(super) fn new(command: String) -> Self {
        Self { command, log: Mutex::default(), changed: watch::Sender::new(()) }
    }

    pub(super) fn has_ended(&self) -> bool {
        self.log.lock().is_ok_and(|log| log.ended.is_some())
    }

    /// Carries a command out to its end, and keeps that.
    pub(super) fn carry_out(&self, program: &Program, words: &Words, root: &Path) {
        let begun = |number| {
            let mut is_stopped = false;
            self.change(|log| {
                log.process = Some(number);
                is_stopped = log.is_stopped;
            });
            if is_stopped {
                program.children.interrupt(number);
            }
        };
        let ended = match program.run(words, root, begun, |said| self.say(said)) {
            Ok(ended) => ended_with(ended.code, &ended.stdout, words.download.clone()),
            Err(problem) => failed(&problem),
        };
        self.change(|log| log.ended = Some(ended));
    }

    /// Keeps why it could not be begun.
    pub(super) fn fail(&self, problem: &Problem) {
        self.change(|log| log.ended = Some(failed(problem)));
    }

    fn change(&self, change: impl FnOnce(&mut Log)) {
        if let Ok(mut log) = self.log.lock() {
            change(&mut log);
        }
        self.changed.send_replace(());
    }

    fn say(&self, line: String) {
        self.change(|log| {
            log.said.push(line);
            if log.said.len() > MOST_LINES {
                let beyond = log.said.len() - MOST_LINES;
                log.said.drain(..beyond);
                log.dropped += beyond;
            }
        });
    }

    /// Interrupts it, also before it has begun.
    pub(super) fn stop(&self, children: &Children) {
        let mut process = None;
        self.change(|log| {
            log.is_stopped = true;
            process = log.process;
        });
        if let Some(process) = process {
            children.interrupt(process);
        }
    }

    /// All of it, as one document.
    pub(super) fn shown(&self) -> Value {
        let Ok(log) = self.log.lock() else { return Value::Null };
        let mut all = json!({"running": log.ended.is_none(), "command": self.command, "said": log.said, "exit": null, "document": null, "text": ""});
        if let Some(ended) = &log.ended {
            merge(&mut all, ended.shown());
        }
        all
    }

    /// All of it as lines of JSON, as far as it is, and on to its end.
    pub(super) fn streamed(self: Arc<Self>) -> Response<Body> {
        let first = line(&json!({"command": self.command}));
        let hears = self.changed.subscribe();
        let state = Some((self, hears, 0_usize, first));
        let frames = stream::unfold(state, |state| async move {
            let (run, mut hears, mut told, mut pending) = state?;
            loop {
                let has_ended = run.tell(&mut told, &mut pending);
                if has_ended {
                    return Some((frame(pending), None));
                }
                if !pending.is_empty() {
                    return Some((frame(std::mem::take(&mut pending)), Some((run, hears, told, pending))));
                }
                // The run holds the other end for as long as this does.
                hears.changed().await.ok()?;
            }
        });
        let mut response = Response::new(StreamBody::new(frames).boxed_unsync());
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
        response
    }

    /// Adds what was said since, and how it ended; whether it has.
    fn tell(&self, told: &mut usize, pending: &mut Vec<u8>) -> bool {
        let Ok(log) = self.log.lock() else { return true };
        let from = told.saturating_sub(log.dropped);
        for said in log.said.iter().skip(from) {
            pending.extend(line(&json!({"said": said})));
        }
        *told = log.dropped + log.said.len();
        if let Some(ended) = &log.ended {
            pending.extend(line(&ended.shown()));
        }
        log.ended.is_some()
    }
}

impl Ended {
    fn shown(&self) -> Value {
        let mut document: Value =
            self.document.as_ref().and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default();
        if let (Some(download), Value::Object(fields)) = (&self.download, &mut document) {
            fields.insert("download".to_owned(), download.clone().into());
        }
        json!({"exit": self.exit, "document": document, "text": self.text})
    }
}

fn merge(all: &mut Value, more: Value) {
    if let (Value::Object(all), Value::Object(more)) = (all, more) {
        all.extend(more);
    }
}

fn line(value: &Value) -> Vec<u8> {
    let mut bytes = value.to_string().into_bytes();
    bytes.push(b'\n');
    bytes
}

type Told = Result<Frame<Bytes>, Infallible>;

fn frame(bytes: Vec<u8>) -> Told {
    Ok(Frame::data(Bytes::from(bytes)))
}

fn ended_with(exit: i32, stdout: &[u8], download: Option<String>) -> Ended {
    let text = String::from_utf8_lossy(stdout);
    let document = RawValue::from_string(text.trim().to_owned()).ok();
    let is_error = matches!(error_of(stdout), Ok(Some(_)));
    let text = if document.is_some() { String::new() } else { text.into_owned() };
    Ended { exit, document, text, download: download.filter(|_| !is_error) }
}

fn failed(problem: &Problem) -> Ended {
    let document = serde_json::value::to_raw_value(&ErrorDocument::of(problem)).ok();
    Ended { exit: i32::from(problem.exit.code()), document, text: String::new(), download: None }
}
