//! `crossfoot formats [NAME]`: the ledger formats that are known here, a line each, or one of
//! them as it is written, to be copied and changed.

use serde_json::json;

use super::args;
use super::context::Context;
use crate::close::formats::own_formats;
use crate::ledger::aggregated::AGGREGATED;
use crate::ledger::format::SHIPPED;
use crate::ledger::known::{self, CANONICAL, FORMATS};
use crate::model::problem::{Exit, Problem, io};

/// What is read without a format file, and why there is none to print.
const BUILT_IN: [(&str, &str); 2] = [
    (CANONICAL, "the README's columns: date, customer_id, direction, amount"),
    (AGGREGATED, "sums that an engine of yours made: crossfoot sql"),
];

pub(super) fn run(context: &Context<'_>, args: &args::Formats) -> Result<Exit, Problem> {
    let own = own_formats(&context.books)?;
    let Some(name) = &args.name else {
        let shipped = SHIPPED.iter().filter(|(name, _)| !own.contains_key(*name));
        let shipped = shipped.map(|(name, text)| (*name, title(text), "shipped"));
        let own = own.iter().map(|(name, format)| (name.as_str(), format.title.as_str(), "books"));
        let built_in = BUILT_IN.iter().map(|(name, title)| (*name, *title, "built in"));
        let mut all: Vec<_> = shipped.chain(own).chain(built_in).collect();
        all.sort_unstable();
        let mut text = String::new();
        for (name, title, from) in &all {
            let mark = if *from == "books" { " (of these books)" } else { "" };
            text.push_str(&format!("{name:<34} {title}{mark}\n"));
        }
        let list: Vec<_> =
            all.iter().map(|(name, title, from)| json!({"name": name, "title": title, "from": from})).collect();
        return context
            .out
            .result(&text, &json!({"schema": "crossfoot/formats/v1", "formats": list}))
            .map(|()| Exit::Done);
    };
    known::check(name, &own)?;
    let text = if own.contains_key(name) {
        let path = context.books.path(FORMATS).join(format!("{name}.toml"));
        std::fs::read_to_string(&path).map_err(|e| io("ledger-format", "read", &path, &e))?
    } else if let Some((_, text)) = SHIPPED.iter().find(|(known, _)| known == name) {
        (*text).to_owned()
    } else {
        let what = BUILT_IN.iter().find(|(known, _)| known == name).map_or("every format is tried", |(_, what)| what);
        return Err(Problem::usage("ledger-format", format!("`{name}` has no format file: {what}"))
            .next("print another as an example: `crossfoot formats` lists them"));
    };
    context.out.result(&text, &json!({"schema": "crossfoot/formats/v1", "name": name, "toml": text}))?;
    Ok(Exit::Done)
}

/// The title of a shipped file, whose form a test checks.
fn title(text: &str) -> &str {
    let line = text.lines().find_map(|line| line.strip_prefix("title = \""));
    line.and_then(|rest| rest.strip_suffix('"')).unwrap_or_default()
}
