//! The partner's answers, one file each: bytes → model.

// serde's derive names float types in the code that sets unknown fields aside; no field
// of ours is one.
#![allow(clippy::disallowed_types)]

pub mod analytics;
mod analytics_current;
pub mod dashboard;

use std::collections::BTreeMap;

use serde::de::IgnoredAny;

use crate::model::money::shorten;
use crate::model::problem::Problem;

/// Fields that a shape has and we do not know.
type Rest = BTreeMap<String, IgnoredAny>;

/// Appends the paths of unknown fields below `at`.
fn note_unknown(into: &mut Vec<String>, at: &str, rest: &Rest) {
    for name in rest.keys() {
        let name = shorten(name);
        into.push(if at.is_empty() { name } else { format!("{at}.{name}") });
    }
}

/// Says that an answer cannot be read, and where in it.
fn undecodable(what: &str, file: &str, error: &serde_json::Error) -> Problem {
    Problem::stop("upstream-shape", format!("the partner's {what} answer cannot be read"))
        .at(format!("{file}, line {}, column {}", error.line(), error.column()))
        .because(error.to_string())
        .next("compare the answer with the API reference; if the partner changed its API, a newer crossfoot is needed")
}
