//! What comes back from the partner: a whole answer, or why there is none and whether it is
//! worth another attempt.

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::StatusCode;
use reqwest::header::HeaderMap;

use crate::model::problem::Problem;

/// A complete answer with status 200.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// The whole URL, without any credential.
    pub url: String,
    /// When the last byte had arrived.
    pub when: DateTime<Utc>,
    /// The body as received.
    pub body: Vec<u8>,
    /// Headers worth keeping, where they were sent. None that changes from one answer to
    /// the next (`date`, `x-request-id`): a capture is to be the same however often it was
    /// interrupted.
    pub headers: Vec<(String, String)>,
    /// The server's own time, where it says so. Never kept.
    pub served: Option<DateTime<Utc>>,
}

/// The code of an answer that is not complete although it says 200: worth another attempt.
pub(crate) const DEGRADED: &str = "upstream-degraded";

/// Why a request failed, and whether it is worth another attempt.
#[derive(Debug)]
pub(crate) struct Failure {
    /// What to tell.
    pub problem: Problem,
    /// The status, where there was one.
    pub status: Option<u16>,
    pub(super) again: bool,
    pub(super) retry_after: Option<Duration>,
}

impl Failure {
    /// Whether the partner, not the request, is at fault: another hour may do better.
    #[must_use]
    pub(crate) fn is_passing(&self) -> bool {
        self.again
    }
}

pub(super) fn permanent(problem: Problem, status: Option<StatusCode>) -> Failure {
    Failure { problem, status: status.map(|s| s.as_u16()), again: false, retry_after: None }
}

/// Of a body that its decoder refused: why, where it is not JSON. One that ends in the
/// middle of a value was cut; one that is no JSON at all will be none the next time either.
pub(super) fn not_json(body: &[u8]) -> Option<Failure> {
    let error = serde_json::from_slice::<serde::de::IgnoredAny>(body).err()?;
    let start = String::from_utf8_lossy(&body[..body.len().min(200)]).trim_start().to_ascii_lowercase();
    let what = if start.starts_with('<') {
        "the partner API answered a web page instead of JSON"
    } else if error.is_eof() {
        "the partner's answer was cut short"
    } else {
        "the partner's answer is not JSON"
    };
    Some(Failure {
        problem: Problem::stop("upstream-not-json", what)
            .because(error.to_string())
            .next("check [upstream] base_url; if it is right, run the command again later"),
        status: Some(200),
        again: error.is_eof(),
        retry_after: None,
    })
}

/// The human part of an error body, in any of the forms that the partner's backends use:
/// `{error: {message}}`, `{message}`, `{error: "…"}`, `{detail: […]}`.
pub(super) fn message_of(body: &[u8]) -> Option<String> {
    let value: serde_json::Value = serde_json::from_slice(body).ok()?;
    let text = |v: &serde_json::Value| v.as_str().map(str::to_owned);
    let error = value.get("error");
    error
        .and_then(|e| e.get("message"))
        .and_then(text)
        .or_else(|| value.get("message").and_then(text))
        .or_else(|| error.and_then(text))
        .or_else(|| value.pointer("/detail/0/msg").and_then(text))
}

/// Retry-After in seconds or as an HTTP date, else the body's `error.details.retryAfter`.
pub(super) fn retry_after(headers: &HeaderMap, body: &[u8], now: DateTime<Utc>) -> Option<Duration> {
    let header = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).map(str::trim);
    if let Some(text) = header("retry-after") {
        if let Ok(seconds) = text.parse() {
            return Some(Duration::from_secs(seconds));
        }
        let date = |text: &str| DateTime::parse_from_rfc2822(text).ok().map(|t| t.with_timezone(&Utc));
        // The server's own clock, where it tells it, is the one that its date is meant by.
        let from = header("date").and_then(date).unwrap_or(now);
        if let Some(until) = date(text) {
            return (until - from).to_std().ok();
        }
    }
    let value: serde_json::Value = serde_json::from_slice(body).ok()?;
    value.pointer("/error/details/retryAfter")?.as_u64().map(Duration::from_secs)
}

/// An error with its causes, once each.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let text = error.to_string();
        if !parts.iter().any(|p| p.contains(&text)) {
            parts.push(text);
        }
        next = error.source();
    }
    parts.join(": ")
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    #[test]
    fn error_bodies_of_every_backend_are_understood() {
        for (body, message) in [
            (r#"{"error":{"code":401,"message":"Invalid token"}}"#, Some("Invalid token")),
            (
                r#"{"error":"invalid_credentials","message":"Email or password is incorrect."}"#,
                Some("Email or password is incorrect."),
            ),
            (r#"{"api_id":"5b","error":"account not found"}"#, Some("account not found")),
            (r#"{"detail":[{"msg":"Input should be less"}]}"#, Some("Input should be less")),
            ("<html></html>", None),
        ] {
            assert_eq!(message_of(body.as_bytes()).as_deref(), message);
        }
    }

    #[test]
    fn retry_after_in_each_of_its_forms() {
        let now = DateTime::parse_from_rfc3339("2026-11-01T02:15:09Z").unwrap().with_timezone(&Utc);
        let with = |pairs: &[(&'static str, &str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, HeaderValue::from_str(value).unwrap());
            }
            headers
        };
        assert_eq!(retry_after(&with(&[("retry-after", "7")]), b"", now), Some(Duration::from_secs(7)));
        let dated = with(&[("retry-after", "Sun, 01 Nov 2026 02:15:39 GMT")]);
        assert_eq!(retry_after(&dated, b"", now), Some(Duration::from_secs(30)));
        let skewed =
            with(&[("retry-after", "Sun, 01 Nov 2026 02:15:39 GMT"), ("date", "Sun, 01 Nov 2026 02:15:29 GMT")]);
        assert_eq!(retry_after(&skewed, b"", now), Some(Duration::from_secs(10)));
        let body = br#"{"error":{"details":{"retryAfter":9}}}"#;
        assert_eq!(retry_after(&with(&[]), body, now), Some(Duration::from_secs(9)));
        assert_eq!(retry_after(&with(&[]), b"", now), None);
    }
}
