//! `crossfoot templates [NAME]`: how invoices and mails look, a line each, or one of them as
//! it is written, to be copied into the books' `templates/` and changed there.

use std::collections::BTreeMap;

use serde_json::json;

use super::args;
use super::context::Context;
use crate::model::problem::{Exit, Problem, io, nearest};
use crate::render::{mail, pdf};

/// Where the books have their own, which stand before those that ship.
const FOLDER: &str = "templates";
/// The kinds of templates, each a folder in it.
const KINDS: [&str; 2] = ["invoice", "mail"];

pub(super) fn run(context: &Context<'_>, args: &args::Templates) -> Result<Exit, Problem> {
    let all = known(context)?;
    let Some(name) = &args.name else {
        let line = |(name, (_, is_own)): (&String, &(String, bool))| {
            format!("{name:<28}{}\n", if *is_own { "of these books" } else { "shipped" })
        };
        let text: String = all.iter().map(line).collect();
        let from = |is_own: bool| if is_own { "books" } else { "shipped" };
        let list: Vec<_> = all.iter().map(|(name, (_, own))| json!({"name": name, "from": from(*own)})).collect();
        return context
            .out
            .result(&text, &json!({"schema": "crossfoot/templates/v1", "templates": list}))
            .map(|()| Exit::Done);
    };
    // An invoice's template may be called as the settings call it.
    let called = if all.contains_key(name) { name.clone() } else { format!("invoice/{name}.toml") };
    let Some((text, _)) = all.get(&called) else {
        let hint = nearest(name, all.keys().map(String::as_str)).map_or_else(
            || "`crossfoot templates` lists them".to_owned(),
            |near| format!("did you mean `{near}`? `crossfoot templates` lists them"),
        );
        return Err(Problem::usage("template", format!("there is no template `{name}`")).next(hint));
    };
    context.out.result(text, &json!({"schema": "crossfoot/templates/v1", "name": called, "text": text}))?;
    Ok(Exit::Done)
}

/// Every template by its place below `templates/`, with its text, and whether it is the books'
/// own.
fn known(context: &Context<'_>) -> Result<BTreeMap<String, (String, bool)>, Problem> {
    let invoices = pdf::template::SHIPPED.iter().map(|(name, text)| (format!("invoice/{name}.toml"), *text));
    let mails = mail::SHIPPED.iter().map(|(name, text)| (format!("mail/{name}"), *text));
    let mut all: BTreeMap<String, (String, bool)> =
        invoices.chain(mails).map(|(name, text)| (name, (text.to_owned(), false))).collect();
    for kind in KINDS {
        let Ok(entries) = std::fs::read_dir(context.books.path(format!("{FOLDER}/{kind}"))) else { continue };
        for entry in entries.flatten().filter(|entry| entry.path().is_file()) {
            let path = entry.path();
            let text = std::fs::read_to_string(&path).map_err(|e| io("template", "read", &path, &e))?;
            all.insert(format!("{kind}/{}", entry.file_name().to_string_lossy()), (text, true));
        }
    }
    Ok(all)
}
