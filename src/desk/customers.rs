//! `customers.csv` on the page: every row with what is wrong with it.

use serde_json::{Map, Value, json};

use super::answer::{Answer, JSON};
use super::memo::Memo;
use crate::books::customer_checks;
use crate::books::customer_rows::CustomerRows;
use crate::books::customers::{self, Customers};
use crate::books::layout::{Books, CUSTOMERS, optional};
use crate::model::gstin;
use crate::model::problem::Problem;

/// All customers.
///
/// # Errors
/// The file is no table of customers.
pub(super) fn list(memo: &Memo<Vec<u8>>, books: &Books) -> Result<Answer, Problem> {
    let path = books.path(CUSTOMERS);
    let made = memo.of(&[&path], || shown(optional("customers", &path)?.as_deref()).map(|answer| answer.bytes))?;
    Ok(Answer::bytes(JSON, made.as_slice()))
}

/// The page's document of a file.
fn shown(bytes: Option<&[u8]>) -> Result<Answer, Problem> {
    let reads = bytes.is_none_or(|bytes| customers::parse(bytes).is_ok());
    let rows = bytes.map(CustomerRows::read).transpose()?;
    let shown = |cells: Vec<(&str, &str)>| {
        let mut row: Map<String, Value> =
            cells.iter().map(|(name, cell)| (name.to_ascii_lowercase(), (*cell).into())).collect();
        row.insert("checks".to_owned(), json!(customer_checks::of(&cells, reads)));
        row
    };
    let customers: Vec<Map<String, Value>> = rows.iter().flat_map(CustomerRows::all).map(shown).collect();
    let header = rows.as_ref().map(|rows| rows.header.iter().map(|name| name.to_ascii_lowercase()).collect::<Vec<_>>());
    let states: Vec<Value> = gstin::states().map(|state| json!({"code": state.code, "name": state.name})).collect();
    Ok(Answer::json(&json!({"header": header.unwrap_or_default(), "customers": customers, "states": states})))
}

/// The customers that the books know.
///
/// # Errors
/// The file cannot be read.
pub(super) fn known(books: &Books) -> Result<Customers, Problem> {
    let bytes = optional("customers", &books.path(CUSTOMERS))?;
    Ok(bytes.as_deref().map(customers::parse).transpose()?.unwrap_or_default().0)
}
