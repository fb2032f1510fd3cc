//! `GET /accounts`: the customers, page by page. The pages say how many there are in all;
//! that count is the proof that none is left out.

use serde::Deserialize;

use super::{Rest, note_unknown, undecodable};
use crate::capture::exact;
use crate::model::problem::Problem;

/// One page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AccountsPage {
    /// Ids and names, in the page's order.
    pub customers: Vec<(String, Option<String>)>,
    /// How many there are in all.
    pub total: Option<u64>,
    /// How many the page could have had: the partner may give fewer than are asked for.
    pub size: Option<u64>,
    /// Fields we do not know.
    pub unknown_fields: Vec<String>,
}

#[derive(Deserialize)]
struct Body {
    accounts: Option<Vec<Account>>,
    customers: Option<Vec<Account>>,
    items: Option<Vec<Account>>,
    #[serde(default, deserialize_with = "exact::count")]
    total: Option<u64>,
    #[serde(default, deserialize_with = "exact::count")]
    size: Option<u64>,
    #[serde(default, deserialize_with = "exact::count")]
    per_page: Option<u64>,
    #[serde(flatten)]
    rest: Rest,
}

#[derive(Deserialize)]
struct Account {
    auth_id: String,
    name: Option<String>,
    company: Option<String>,
}

/// Decodes a page. `file` is what errors call it.
///
/// # Errors
/// No list of accounts, or one without ids: with line and column.
pub(crate) fn decode(body: &[u8], file: &str) -> Result<AccountsPage, Problem> {
    let parsed: Body = serde_json::from_slice(body).map_err(|e| undecodable("accounts", file, &e))?;
    let Some(accounts) = parsed.accounts.or(parsed.customers).or(parsed.items) else {
        return Err(Problem::stop("upstream-shape", "the partner's answer has no list of accounts").at(file));
    };
    let named = |text: Option<String>| text.filter(|t| !t.trim().is_empty());
    let mut unknown_fields = Vec::new();
    note_unknown(&mut unknown_fields, "", &parsed.rest);
    unknown_fields.retain(|field| !["page", "total_pages", "pages"].contains(&field.as_str()));
    Ok(AccountsPage {
        customers: accounts.into_iter().map(|a| (a.auth_id, named(a.name).or(named(a.company)))).collect(),
        total: parsed.total,
        size: parsed.size.or(parsed.per_page),
        unknown_fields,
    })
}
