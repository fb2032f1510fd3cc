//! `GET /me`: who the partner is. Its balance and permissions are not used.

use serde::Deserialize;

use super::undecodable;
use crate::model::problem::Problem;
use crate::model::usage::Identity;

#[derive(Deserialize)]
struct Body {
    name: Option<String>,
    company: Option<String>,
    currency: Option<String>,
    gstin: Option<String>,
}

/// Decodes the answer. `file` is what errors call it.
///
/// # Errors
/// Not an object of this shape: with line and column.
pub(crate) fn decode(body: &[u8], file: &str) -> Result<Identity, Problem> {
    let parsed: Body = serde_json::from_slice(body).map_err(|e| undecodable("profile", file, &e))?;
    let named = |text: Option<String>| text.filter(|t| !t.trim().is_empty());
    let (name, company) = (named(parsed.name), named(parsed.company));
    if name.is_none() && company.is_none() {
        return Err(Problem::stop("upstream-shape", "the partner's profile answer names nobody").at(file));
    }
    Ok(Identity { name, company, currency: named(parsed.currency), gstin: named(parsed.gstin) })
}
