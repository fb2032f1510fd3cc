//! The archive: documents of all periods, found by number, customer or amount.

use serde_json::json;

use super::answer::Answer;
use super::book::Book;
use super::documents::Entry;
use super::request::Query;
use crate::books::customers::folded;
use crate::books::layout::Books;
use crate::close::registered::copy_of;
use crate::model::invoice::file_stem;
use crate::model::period::Period;
use crate::model::problem::Problem;

/// Documents on a page of the archive, at most.
const MOST: usize = 500;

/// Where a document's PDF lies: with its registration where it has one.
fn pdf(book: &Book, entry: &Entry) -> Option<String> {
    let folder = Books::close_dir(&Period::parse(&entry.period).ok()?);
    let stem = file_stem(&entry.number);
    let registered = format!("{folder}/{}", copy_of(&stem));
    let is_there = book.books.path(&registered).is_file();
    Some(if is_there { registered } else { format!("{folder}/invoices/{stem}.pdf") })
}

/// Documents in which every word of a search stands.
///
/// # Errors
/// As [`Book::issued`].
pub(super) fn search(book: &Book, query: &Query) -> Result<Answer, Problem> {
    let all = book.issued()?;
    let asked = folded(query.get("q").unwrap_or_default());
    // An amount is written with or without its separators.
    let words: Vec<String> = asked
        .split(' ')
        .filter(|word| !word.is_empty())
        .map(|word| {
            let bare = word.trim_start_matches(['₹', '$', '€', '£']).replace(',', "");
            if bare.chars().all(|c| c.is_ascii_digit() || c == '.' || c == '-') { bare } else { word.to_owned() }
        })
        .collect();
    let wanted = |name: &str| query.get(name).filter(|value| !value.is_empty());
    let fits = |entry: &&Entry| {
        wanted("period").is_none_or(|period| entry.period == period)
            && wanted("state").is_none_or(|state| entry.state == state)
            && words.iter().all(|word| entry.words.contains(word.as_str()))
    };
    let number = |name: &str| query.get(name).and_then(|text| text.parse::<usize>().ok());
    let (from, limit) = (number("from").unwrap_or(0), number("limit").unwrap_or(50).min(MOST));
    let found: Vec<&Entry> = all.iter().filter(fits).collect();
    let shown: Vec<serde_json::Value> = found
        .iter()
        .skip(from)
        .take(limit)
        .map(|entry| {
            let mut row = json!(entry);
            row["pdf"] = json!(pdf(book, entry));
            row
        })
        .collect();
    Ok(Answer::json(&json!({"total": found.len(), "documents": shown})))
}
