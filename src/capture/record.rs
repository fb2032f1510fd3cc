//! `capture.json`: of every answer kept, what was asked, when, and what came; and what was
//! asked for in vain.

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::books::config::MatrixSource;
use crate::model::digest::sha256_hex;
use crate::model::usage::Direction;

/// The body of `/analytics`.
pub(crate) const ANALYTICS: &str = "analytics.json";
/// The body of `/dashboard`.
pub(crate) const DASHBOARD: &str = "dashboard.json";
/// The body of `/me`.
pub(crate) const IDENTITY: &str = "me.json";
/// The record itself.
pub(crate) const RECORD: &str = "capture.json";

/// What an answer is.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// `/analytics`
    Analytics,
    /// `/dashboard`
    Dashboard,
    /// `/me`
    Me,
    /// A page of `/accounts`.
    Accounts,
    /// The summary of a customer's calls in one direction.
    CdrSummary,
    /// A page of a customer's calls in one direction.
    Cdrs,
    /// A page of such calls on the partner's day before the period.
    CdrsBefore,
    /// A page of such calls on the partner's day after the period.
    CdrsAfter,
    /// A page of the partner's ledger.
    Transactions,
}

impl Role {
    /// The folder of its answers, and the word of inputs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Analytics => "analytics",
            Self::Dashboard => "dashboard",
            Self::Me => "me",
            Self::Accounts => "accounts",
            Self::CdrSummary => "cdr-summary",
            Self::Cdrs => "cdrs",
            Self::CdrsBefore => "cdrs-before",
            Self::CdrsAfter => "cdrs-after",
            Self::Transactions => "transactions",
        }
    }

    /// Whether the answer states figures of the period, and not of the moment of asking.
    #[must_use]
    pub fn is_of_the_period(self) -> bool {
        !matches!(self, Self::Dashboard | Self::Me | Self::Accounts)
    }
}

/// What `capture.json` says.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct Record {
    /// `crossfoot/capture/v1`
    pub schema: String,
    /// The period asked for.
    pub period: Span,
    /// The partner's time zone, as the settings stated it.
    #[serde(with = "plain")]
    pub partner_timezone: Tz,
    /// The books' time zone.
    #[serde(with = "plain")]
    pub books_timezone: Tz,
    /// Where customers' own figures come from.
    pub matrix: MatrixSource,
    /// Whether people's numbers and addresses were masked.
    pub masked: bool,
    /// One for each body kept, sorted by file.
    pub answers: Vec<AnswerRecord>,
    /// What was asked for and could not be had, with the reason.
    pub not_captured: Vec<NotCaptured>,
}

/// First and last day.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct Span {
    /// First day.
    #[serde(with = "plain")]
    pub from: NaiveDate,
    /// Last day, included.
    #[serde(with = "plain")]
    pub to: NaiveDate,
}

/// Days and time zones as the text that they print.
pub(super) mod plain {
    use std::fmt::Display;
    use std::str::FromStr;

    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(in crate::capture) fn serialize<T: Display, S: Serializer>(value: &T, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(value)
    }

    pub(in crate::capture) fn deserialize<'de, T: FromStr<Err: Display>, D: Deserializer<'de>>(
        from: D,
    ) -> Result<T, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(|e| D::Error::custom(format!("`{text}`: {e}")))
    }
}

/// One answer.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct AnswerRecord {
    /// What it is.
    pub role: Role,
    /// The file with the body.
    pub file: String,
    /// The customer that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<String>,
    /// The direction that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// Its place in a list of pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u64>,
    /// `GET`
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// Its query, name by name.
    pub query: BTreeMap<String, String>,
    /// HTTP status.
    pub status: u16,
    /// When the last byte had arrived, RFC 3339 in UTC.
    pub when: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Size of the file.
    pub bytes: u64,
    /// What was replaced in the body; empty: the bytes are as received.
    pub redacted: Vec<String>,
    /// Response headers worth keeping.
    pub headers: BTreeMap<String, String>,
}

/// A request that did not give an answer.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct NotCaptured {
    /// What it would have been.
    pub role: Role,
    /// The customer that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<String>,
    /// The direction that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// The URL.
    pub url: String,
    /// Why.
    pub why: String,
}

impl Record {
    /// The record of one body.
    #[must_use]
    pub fn answer(&self, file: &str) -> Option<&AnswerRecord> {
        self.answers.iter().find(|a| a.file == file)
    }

    /// When the analytics had arrived.
    #[must_use]
    pub fn when(&self) -> &str {
        self.answer(ANALYTICS).map_or("", |answer| &answer.when)
    }

    /// The same as an instant; None where it is none.
    #[must_use]
    pub fn came(&self) -> Option<DateTime<FixedOffset>> {
        DateTime::parse_from_rfc3339(self.when()).ok()
    }

    /// Whether an answer came before `until`: of a period that ends then, it says less than all.
    #[must_use]
    pub fn is_before(&self, until: DateTime<Utc>) -> bool {
        let came = |answer: &AnswerRecord| DateTime::parse_from_rfc3339(&answer.when).ok();
        self.answers.iter().any(|answer| came(answer).is_none_or(|when| when < until))
    }

    /// Answers of a role, by file.
    pub fn of(&self, role: Role) -> impl Iterator<Item = &AnswerRecord> {
        self.answers.iter().filter(move |a| a.role == role)
    }

    /// Whether something of the customers' own figures did not arrive.
    #[must_use]
    pub fn has_gaps(&self) -> bool {
        self.not_captured.iter().any(|gap| gap.customer_id.is_some())
    }

    /// What two captures must share to say the same of the period: the answers that state
    /// figures, by digest, and what is missing.
    #[must_use]
    pub fn figures(&self) -> Vec<(&str, &str)> {
        let there = self.answers.iter().filter(|a| a.role.is_of_the_period()).map(|a| (&*a.file, &*a.sha256));
        let missing = self.not_captured.iter().filter(|gap| gap.role.is_of_the_period()).map(|gap| (&*gap.url, ""));
        there.chain(missing).collect()
    }
}

/// What to ask for: one customer and direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Subject<'a> {
    /// The customer.
    pub customer_id: &'a str,
    /// The direction, where one is meant.
    pub direction: Option<Direction>,
}

/// An id that is longer as part of a file's name stands there with its beginning and its digest.
const LONGEST_ID: usize = 160;

/// The file of an answer, relative to the capture's folder: `cdrs/MA_1.inbound.00001.json`.
/// What is no plain letter or digit in an id is written as %XX, so that it cannot name
/// another place.
#[must_use]
pub(crate) fn file_of(role: Role, subject: Option<Subject<'_>>, page: Option<u64>) -> String {
    let mut parts = Vec::new();
    if let Some(subject) = subject {
        let mut id = String::new();
        for byte in subject.customer_id.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' => id.push(char::from(byte)),
                other => id.push_str(&format!("%{other:02X}")),
            }
        }
        // A name may have 255 bytes on every system, endings and page included.
        if id.len() > LONGEST_ID {
            let digest = sha256_hex(subject.customer_id.as_bytes());
            let start = id.trim_end_matches('%').get(..LONGEST_ID - 40).unwrap_or_default();
            id = format!("{start}-{}", &digest[..32]);
        }
        parts.push(id);
        parts.extend(subject.direction.map(|d| d.name().to_owned()));
    }
    parts.extend(page.map(|page| format!("{page:05}")));
    if parts.is_empty() {
        return format!("{}.json", role.name());
    }
    format!("{}/{}.json", role.name(), parts.join("."))
}

/// Whether a file's name is one that [`file_of`] gives: nothing that leads elsewhere.
#[must_use]
pub(crate) fn is_plain(file: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.%".contains(&b))
    };
    file.split('/').count() <= 2 && file.split('/').all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_say_what_they_hold_and_lead_nowhere_else() {
        let subject = Subject { customer_id: "MA_1", direction: Some(Direction::Inbound) };
        assert_eq!(file_of(Role::Analytics, None, None), ANALYTICS);
        assert_eq!(file_of(Role::Accounts, None, Some(2)), "accounts/00002.json");
        assert_eq!(file_of(Role::Cdrs, Some(subject), Some(1)), "cdrs/MA_1.inbound.00001.json");
        let hostile = Subject { customer_id: "../../x", direction: None };
        let file = file_of(Role::CdrSummary, Some(hostile), None);
        assert_eq!(file, "cdr-summary/%2E%2E%2F%2E%2E%2Fx.json");
        assert!(is_plain(&file));
        let long = ["x".repeat(300), "x".repeat(299) + "y", "/".repeat(300)].map(|id| {
            let subject = Subject { customer_id: &id, direction: Some(Direction::Outbound) };
            file_of(Role::CdrSummary, Some(subject), Some(99_999))
        });
        assert!(long[0] != long[1] && long.iter().all(|file| file.len() < 255 && is_plain(file)), "{long:?}");
        for bad in ["../x.json", "a/b/c.json", "/etc/passwd", "a//b", "cdrs/..", ""] {
            assert!(!is_plain(bad), "{bad}");
        }
    }
}
