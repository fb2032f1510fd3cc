//! `GET /analytics`. Two generations are served under the same URL: that of the API
//! reference page, and the current one. Which one an answer is shows in its keys.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{analytics_current, analytics_reference, undecodable};
use crate::model::problem::Problem;
use crate::model::usage::Analytics;

#[derive(Deserialize)]
struct Keys {
    totals: Option<IgnoredAny>,
    calls: Option<IgnoredAny>,
}

/// Decodes the answer, whichever generation it is. `file` is what errors call it.
///
/// # Errors
/// Neither of them, or an amount that cannot be kept exactly: with line and column.
pub fn decode(body: &[u8], file: &str) -> Result<Analytics, Problem> {
    let keys: Keys = serde_json::from_slice(body).map_err(|e| undecodable("analytics", file, &e))?;
    match keys {
        Keys { totals: Some(_), .. } => analytics_reference::decode(body, file),
        Keys { calls: Some(_), .. } => analytics_current::decode(body, file),
        _ => Err(Problem::stop("upstream-shape", "the partner's analytics answer has neither `totals` nor `calls`")
            .at(file)
            .next("check [upstream] base_url; another generation of this endpoint needs a newer crossfoot")),
    }
}
