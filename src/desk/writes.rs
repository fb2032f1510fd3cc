//! Small changes of what finance keeps: a name of a customer, its particulars, which account is what.
//! Each is made under the books' lock, read as the tool will read it, and only then put in place.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};
use toml_edit::{DocumentMut, Item, Table, value};

use super::answer::Answer;
use super::book::Book;
use super::children::Program;
use super::request::{read, wrong};
use super::words::Words;
use crate::books::changeset::rewrite;
use crate::books::config;
use crate::books::customer_checks::{self, Wrong};
use crate::books::customer_rows::CustomerRows;
use crate::books::customers;
use crate::books::layout::{CONFIG, CUSTOMERS, optional, read_file};
use crate::books::lock::Lock;
use crate::model::problem::{Problem, io};
use crate::render::problem_json::ErrorDocument;

/// What was written.
fn changed(files: &[&str]) -> Answer {
    Answer::json(&json!({"changed": files}))
}

/// A header for books that have no customers yet.
const HEADER: &[u8] = b"customer_id,legal_name,address,city,state,pin,country,state_code,gstin,email,cc,code,aliases,gst_treatment,reverse_charge\n";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Alias {
    customer_id: String,
    name: String,
}

/// Says that a name of the ledger is a customer's.
///
/// # Errors
/// There is no such customer, or the name is another's.
pub(super) fn alias(book: &Book, bytes: &[u8]) -> Result<Answer, Problem> {
    let Alias { customer_id, name } = read(bytes)?;
    let name = name.trim();
    if name.is_empty() || name.contains(';') {
        return Err(wrong("a name is not empty, and has no semicolon, which separates names"));
    }
    let _lock = begin(book)?;
    let earlier = optional("customers", &book.books.path(CUSTOMERS))?.unwrap_or_default();
    let rows = CustomerRows::read(&earlier)?;
    if rows.of(&customer_id).is_none() {
        return Err(wrong(format!("{CUSTOMERS} has no customer `{customer_id}`")));
    }
    let had = rows.cell(&customer_id, "aliases").unwrap_or_default();
    let aliases = if had.is_empty() { name.to_owned() } else { format!("{had}; {name}") };
    write(book, &earlier, rows, &customer_id, &[("aliases".to_owned(), aliases)])
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Particulars {
    customer_id: String,
    fields: BTreeMap<String, String>,
}

/// Writes cells of a customer, of whom there need not be a row yet.
///
/// # Errors
/// One of them is wrong: all are told, by column.
pub(super) fn customer(book: &Book, bytes: &[u8]) -> Result<Answer, Problem> {
    let Particulars { customer_id, fields } = read(bytes)?;
    let id = customer_id.trim();
    let mut cells: Vec<(String, String)> = Vec::new();
    for (name, text) in fields {
        if name != "customer_id" {
            cells.push((name, text.trim().to_owned()));
        }
    }
    let _lock = begin(book)?;
    let earlier = optional("customers", &book.books.path(CUSTOMERS))?.filter(|bytes| !bytes.is_empty());
    let earlier = earlier.unwrap_or_else(|| HEADER.to_vec());
    let rows = CustomerRows::read(&earlier)?;
    let mut row: BTreeMap<&str, &str> = rows.of(id).into_iter().flatten().collect();
    row.insert("customer_id", id);
    row.extend(cells.iter().map(|(name, text)| (name.as_str(), text.as_str())));
    let row: Vec<(&str, &str)> = row.into_iter().collect();
    // What is wrong elsewhere in the row does not keep one from mending a cell of it.
    let is_touched = |wrong: &Wrong| wrong.field == "customer_id" || cells.iter().any(|(name, _)| *name == wrong.field);
    let bad: Vec<Wrong> = customer_checks::of(&row, false).into_iter().filter(is_touched).collect();
    if id.is_empty() || !bad.is_empty() {
        return Ok(refused(&bad));
    }
    write(book, &earlier, rows, id, &cells)
}

/// What is wrong, by column, in the shape of every error.
fn refused(bad: &[Wrong]) -> Answer {
    let first = bad.first().map_or("a customer needs an id", |wrong| wrong.message.as_str());
    let problem = wrong(format!("{CUSTOMERS} does not take this: {first}")).next("correct what is marked");
    let mut document = json!(ErrorDocument::of(&problem));
    document["error"]["code"] = "customers".into();
    document["error"]["also"] = json!(bad);
    Answer { status: hyper::StatusCode::BAD_REQUEST, ..Answer::json(&document) }
}

/// Takes the books' lock.
fn begin(book: &Book) -> Result<Lock, Problem> {
    book.idle()?;
    Lock::take(&book.books, "desk")
}

/// Writes `customers.csv` anew, if it then reads.
fn write(
    book: &Book,
    earlier: &[u8],
    rows: CustomerRows,
    id: &str,
    cells: &[(String, String)],
) -> Result<Answer, Problem> {
    let nothing = |problem: Problem| problem.not_done("Nothing was changed.");
    let made = rows.with(earlier, id, cells)?;
    let (read, _) = customers::parse(&made).map_err(nothing)?;
    customers::directory(&read).map_err(nothing)?;
    rewrite(&book.books.path(CUSTOMERS), &made)?;
    Ok(changed(&[CUSTOMERS]))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Accounts {
    /// What each account is; null takes it out.
    accounts: BTreeMap<String, Option<String>>,
}

/// Writes which accounts are usage into the settings, whose comments and order stay.
///
/// # Errors
/// A role that is none, or settings that cannot be read.
pub(super) fn accounts(book: &Book, bytes: &[u8]) -> Result<Answer, Problem> {
    let Accounts { accounts } = read(bytes)?;
    let _lock = begin(book)?;
    let path = book.books.path(CONFIG);
    let earlier = read_file(&path).map_err(|e| io("config", "read", &path, &e))?;
    let made = with_accounts(&String::from_utf8_lossy(&earlier), &accounts)?;
    config::parse(&made, CONFIG).map_err(|problem| problem.not_done("Nothing was changed."))?;
    rewrite(&path, made.as_bytes())?;
    Ok(changed(&[CONFIG]))
}

fn with_accounts(text: &str, accounts: &BTreeMap<String, Option<String>>) -> Result<String, Problem> {
    let refuse = |why: String| {
        Problem::usage("config", format!("{CONFIG} cannot be changed here"))
            .because(why)
            .not_done("Nothing was changed.")
    };
    let mut document: DocumentMut = text.parse().map_err(|e: toml_edit::TomlError| refuse(e.to_string()))?;
    let ledger = document.entry("ledger").or_insert_with(|| Item::Table(Table::new()));
    let ledger = ledger.as_table_like_mut().ok_or_else(|| refuse("[ledger] is no table".to_owned()))?;
    let own = ledger.entry("accounts").or_insert_with(|| Item::Table(Table::new()));
    let own = own.as_table_like_mut().ok_or_else(|| refuse("[ledger.accounts] is no table".to_owned()))?;
    for (name, role) in accounts {
        match role {
            None => drop(own.remove(name)),
            Some(role) => match own.get_mut(name).and_then(Item::as_value_mut) {
                // Its comment stays.
                Some(there) => {
                    let decor = there.decor().clone();
                    *there = role.as_str().into();
                    *there.decor_mut() = decor;
                }
                None => drop(own.insert(name, value(role.as_str()))),
            },
        }
    }
    Ok(document.to_string())
}

/// What `init` can be told on the page.
const INIT: [&str; 9] =
    ["seller", "address", "gstin", "email", "currency", "timezone", "ledger_format", "ledger_basis", "smtp_host"];

/// Begins books in a folder that has none.
///
/// # Errors
/// A field that `init` does not have; what it says of the others is its answer.
pub(super) fn init(program: &Program, book: &Book, bytes: &[u8]) -> Result<Answer, Problem> {
    let fields: BTreeMap<String, String> = read(bytes)?;
    let mut words = Words::of("init");
    for (name, text) in fields.iter().filter(|(_, text)| !text.trim().is_empty()) {
        if !INIT.contains(&name.as_str()) {
            return Err(wrong(format!("init has no field `{name}`")));
        }
        words = words.value(&name.replace('_', "-"), text.trim());
    }
    book.idle()?;
    let answer = book.document(program, &words)?;
    if !answer.status.is_success() {
        return Ok(answer);
    }
    let document: Value = serde_json::from_slice(&answer.bytes).unwrap_or_default();
    Ok(Answer::json(&json!({"changed": document["files"]})))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(text: &str, accounts: &[(&str, Option<&str>)]) -> String {
        let accounts = accounts.iter().map(|(name, role)| ((*name).to_owned(), role.map(str::to_owned))).collect();
        with_accounts(text, &accounts).unwrap()
    }

    #[test]
    fn settings_keep_their_comments_and_their_order() {
        let text = "# ours\n[seller]\nlegal_name = 'A' # why\n\n[ledger]\npath = \"l/{period}.csv\"\n\n[ledger.accounts]\n# calls\n\"In\" = \"inbound\" # checked\nOld = \"other\"\n\n[mail]\n";
        assert_eq!(
            with(text, &[("In", Some("outbound")), ("Old", None), ("New one", Some("inbound"))]),
            text.replace(
                "\"In\" = \"inbound\" # checked\nOld = \"other\"\n",
                "\"In\" = \"outbound\" # checked\n\"New one\" = \"inbound\"\n"
            )
        );
        let made = with("[ledger]\naccounts = { A = \"inbound\" }\n", &[("B", Some("other"))]);
        assert!(config::parse(&made, "t").unwrap().accounts.contains_key("B"), "{made}");
        let made = with("[seller]\nlegal_name = 'A'\n", &[("B", Some("other"))]);
        assert!(
            made.starts_with("[seller]\n") && config::parse(&made, "t").unwrap().accounts.contains_key("B"),
            "{made}"
        );
        assert!(with_accounts("ledger = 1", &BTreeMap::new()).is_err());
    }
}
