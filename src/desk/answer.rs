//! What the desk answers: bytes of a kind, JSON, a problem; and the headers that keep a page of
//! untrusted data from doing anything that the desk's own scripts do not.

use std::convert::Infallible;

use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use serde::Serialize;

use crate::model::problem::{Exit, Problem};
use crate::render::problem_json::ErrorDocument;
use crate::render::reconciliation_json::to_bytes;

/// A body, whole or streamed.
pub(super) type Body = UnsyncBoxBody<Bytes, Infallible>;

pub(super) const JSON: &str = "application/json";
pub(super) const HTML: &str = "text/html; charset=utf-8";

/// What the desk's page may do: run its own scripts and talk to the desk.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; \
     font-src 'self' data:; worker-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
);

/// An answer that is known as a whole.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    /// Its media type.
    pub(super) kind: &'static str,
    pub(super) bytes: Vec<u8>,
    /// Further headers.
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
}

impl Answer {
    pub(super) fn bytes(kind: &'static str, bytes: impl Into<Vec<u8>>) -> Self {
        Self { status: StatusCode::OK, kind, bytes: bytes.into(), headers: Vec::new() }
    }

    pub(super) fn json(document: &impl Serialize) -> Self {
        Self::bytes(JSON, to_bytes(document))
    }

    pub(super) fn problem(problem: &Problem) -> Self {
        Self { status: status(problem.code, problem.exit), ..Self::json(&ErrorDocument::of(problem)) }
    }

    pub(super) fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }
}

impl From<Answer> for Response<Body> {
    fn from(answer: Answer) -> Self {
        let mut response = Self::new(Full::new(Bytes::from(answer.bytes)).boxed_unsync());
        *response.status_mut() = answer.status;
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(answer.kind));
        response.headers_mut().extend(answer.headers);
        response
    }
}

/// Another command is at work: what the tool's lock says, and what the desk says itself.
pub(super) const BUSY: &str = "busy";

/// The status of a problem by its code.
pub(super) fn status(code: &str, exit: Exit) -> StatusCode {
    match (code, exit) {
        (BUSY | "books-busy" | "books-exist" | "ledger-exists", _) => StatusCode::CONFLICT,
        ("forbidden", _) => StatusCode::FORBIDDEN,
        ("not-found" | "no-books" | "no-ledger" | "no-report" | "no-reconciliation" | "no-draft", _) => {
            StatusCode::NOT_FOUND
        }
        (_, Exit::Usage) => StatusCode::BAD_REQUEST,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// There is nothing under an address.
pub(super) fn not_found(what: impl Into<String>) -> Problem {
    Problem::usage("not-found", what)
}

/// The headers of every answer.
pub(super) fn secured(mut response: Response<Body>) -> Response<Body> {
    let headers = response.headers_mut();
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(POLICY);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("x-frame-options", "DENY"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}

/// The code of the error that a command printed; None where it printed another document.
///
/// # Errors
/// It printed none.
pub(super) fn error_of(stdout: &[u8]) -> Result<Option<String>, serde_json::Error> {
    #[derive(serde::Deserialize)]
    struct Head {
        error: Option<Code>,
    }
    #[derive(serde::Deserialize)]
    struct Code {
        code: String,
    }
    let head: Head = serde_json::from_slice(stdout)?;
    Ok(head.error.map(|error| error.code))
}
