//! What a request says: its query, its path, its body.

use std::collections::BTreeMap;

use http_body_util::{BodyExt, Limited};
use hyper::Uri;
use hyper::body::Incoming;
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;

use crate::model::period::Period;
use crate::model::problem::Problem;

/// The most that a body of JSON may have, in bytes.
const MOST_JSON: usize = 1 << 20;

/// A text of an address, decoded once; None where it is no UTF-8.
pub(super) fn decoded(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

/// What stands behind the question mark. Of a name that stands there twice, the last.
pub(super) struct Query(BTreeMap<String, String>);

impl Query {
    pub(super) fn of(uri: &Uri) -> Self {
        let pairs = uri.query().unwrap_or_default().split('&');
        let pair = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decoded(name)?, decoded(&value.replace('+', " "))?))
        };
        Self(pairs.filter_map(pair).collect())
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub(super) fn take(mut self, name: &str) -> Option<String> {
        self.0.remove(name)
    }

    /// Whether a switch is on.
    pub(super) fn is_set(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| value == "1" || value == "true")
    }

    /// A value that is needed.
    ///
    /// # Errors
    /// It is missing.
    pub(super) fn needed(&self, name: &str) -> Result<&str, Problem> {
        self.get(name).ok_or_else(|| wrong(format!("the request lacks `{name}`")))
    }

    /// The period.
    ///
    /// # Errors
    /// It is missing, or none.
    pub(super) fn period(&self) -> Result<Period, Problem> {
        period(self.needed("period")?)
    }
}

/// A request that the page does not make.
pub(super) fn wrong(what: impl Into<String>) -> Problem {
    Problem::usage("request", what).not_done("Nothing was done.")
}

/// A period by its name.
///
/// # Errors
/// It is none.
pub(super) fn period(name: &str) -> Result<Period, Problem> {
    Period::parse(name).map_err(|why| wrong(format!("the period is none: {why}")))
}

/// The bytes of a body that is no longer than a document of ours is.
///
/// # Errors
/// It is longer, or breaks off.
pub(super) async fn body(body: Incoming) -> Result<Vec<u8>, Problem> {
    match Limited::new(body, MOST_JSON).collect().await {
        Ok(whole) => Ok(whole.to_bytes().to_vec()),
        Err(e) => Err(wrong("the request cannot be read").because(e.to_string())),
    }
}

/// What a body says.
///
/// # Errors
/// It is not what is expected there.
pub(super) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes)
        .map_err(|e| wrong("the request says what the desk does not understand").because(e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_decoded_once() {
        let uri: Uri = "/x?period=2026-03&q=a%20b+c%2520&keep=1&bad=%ff&flag&period=2026-04".parse().unwrap();
        let query = Query::of(&uri);
        assert_eq!((query.get("q"), query.get("bad"), query.get("flag")), (Some("a b c%20"), None, Some("")));
        assert_eq!(query.period().unwrap().name, "2026-04");
        assert!(query.is_set("keep") && !query.is_set("flag"));
        assert_eq!(query.needed("id").unwrap_err().what, "the request lacks `id`");
    }
}
