//! `crossfoot init`: books that a first close can run on, every setting explained.

use std::collections::BTreeMap;
use std::path::Path;

use super::args;
use super::ask;
use super::context::Context;
use crate::books::changeset::write_apart;
use crate::books::config;
use crate::books::layout::{Books, CONFIG, CUSTOMERS, WORK};
use crate::books::settings::SETTINGS;
use crate::books::settings_pages::scaffold;
use crate::ledger::known::{self, CANONICAL};
use crate::model::problem::{Exit, Problem};

pub(super) const CUSTOMERS_HEADER: &str = "customer_id,legal_name,address,city,state,pin,country,state_code,gstin,email,cc,code,aliases,gst_treatment,reverse_charge\n";

pub(super) fn run(context: &Context<'_>, args: &args::Init) -> Result<Exit, Problem> {
    let books = args.dir.clone().map_or_else(|| context.books.clone(), Books::at);
    for file in [CONFIG, CUSTOMERS] {
        if books.path(file).exists() {
            return Err(Problem::usage("books-exist", format!("{} is there already", books.path(file).display()))
                .next("name another folder: crossfoot init DIR")
                .not_done("Nothing was written."));
        }
    }
    let answers = answers(context, args);
    let set: Vec<(&str, &str)> = answers.iter().map(|(path, value)| (*path, value.as_str())).collect();
    let settings = scaffold(&set);
    // What was answered is checked before anything is written, as the file will be.
    let config = config::parse(&settings, CONFIG).map_err(|p| {
        p.next("answer again, or leave it out and set it in crossfoot.toml").not_done("Nothing was written.")
    })?;
    known::check(&config.ledger_format, &BTreeMap::new()).map_err(|p| p.not_done("Nothing was written."))?;
    let due = context.month_due(config.timezone)?.name;
    write_books(&books.root, &settings, CUSTOMERS_HEADER)?;
    let path = books.root.display();
    let mut todo = Vec::new();
    if !answers.iter().any(|(path, _)| *path == "seller.legal_name") {
        todo.push(format!("{CONFIG}: set [seller], and read the rest once"));
    }
    todo.push(format!("{CUSTOMERS}: a row a customer"));
    todo.push(format!("ledgers/{due}.csv: the month's export (crossfoot import FILE --check)"));
    if config.ledger_format != CANONICAL {
        todo.push(format!("{CONFIG}: name the export's accounts in [ledger.accounts]; --check lists them"));
    }
    todo.push("export VOBIZ_AUTH_ID=… VOBIZ_AUTH_TOKEN=…".to_owned());
    todo.push(format!("crossfoot doctor --books {path}: says whether everything is in place"));
    let todo: String = todo.iter().enumerate().map(|(at, line)| format!("  {}. {line}\n", at + 1)).collect();
    let document =
        serde_json::json!({"schema": "crossfoot/init/v1", "books": path.to_string(), "files": [CONFIG, CUSTOMERS]});
    let text = format!("New books in {path}.\n{todo}Then: crossfoot reconcile --period {due} --books {path}\n");
    context.out.result(&text, &document)?;
    Ok(Exit::Done)
}

/// Settings from flags; from a person, where one can be asked and no flag was given.
fn answers(context: &Context<'_>, args: &args::Init) -> Vec<(&'static str, String)> {
    let flags = [
        ("seller.legal_name", &args.seller, "Who issues the invoices (legal name)"),
        ("seller.address", &args.address, "Address, lines separated by commas"),
        ("seller.gstin", &args.gstin, "GSTIN, if you charge GST"),
        ("seller.email", &args.email, "E-mail address for customers"),
        ("books.currency", &args.currency, "Currency of the ledger"),
        ("calendar.timezone", &args.timezone, "Time zone of the books"),
        ("ledger.format", &args.ledger_format, "Ledger format (canonical, auto, or a name)"),
        ("ledger.basis", &args.ledger_basis, "Is the ledger at cost, or at selling price (cost, selling)"),
        ("mail.smtp_host", &args.smtp_host, "Mail server, if invoices are to be mailed"),
    ];
    let asks = flags.iter().all(|(_, flag, _)| flag.is_none()) && ask::somebody(context);
    if asks {
        context.out.say("A few questions; Enter keeps what stands in brackets, or leaves it for later.\n");
    }
    let mut answers: Vec<(&'static str, String)> = Vec::new();
    for (path, flag, question) in flags {
        let default = SETTINGS.iter().find(|s| s.path == path).map_or("", |s| s.default.trim_matches('"'));
        let answer = match flag {
            Some(value) => value.clone(),
            None if asks => ask::optional(context, question, default),
            None => continue,
        };
        if answer.is_empty() || (flag.is_none() && answer == default) {
            continue;
        }
        let answer = if path == "seller.address" {
            answer.split(',').map(str::trim).collect::<Vec<_>>().join("\n")
        } else {
            answer
        };
        answers.push((path, toml::Value::String(answer).to_string()));
        if path == "seller.gstin" {
            answers.push(("invoice.regime", "\"gst\"".to_owned()));
        }
    }
    answers
}

/// Writes the files that make a folder books.
pub(super) fn write_books(root: &Path, config: &str, customers: &str) -> Result<(), Problem> {
    write_apart(
        root,
        &[
            (CONFIG, config.as_bytes().to_vec()),
            (CUSTOMERS, customers.as_bytes().to_vec()),
            (
                ".gitignore",
                format!("# the tool's working folder: lock and staged files\n/{WORK}/\n# rehearsals of crossfoot send\n/outbox/\n# drafts of crossfoot close --draft\n/drafts/\n")
                    .into_bytes(),
            ),
            // What is sealed is bytes: git must not change their line ends.
            (".gitattributes", b"* -text\n".to_vec()),
        ],
    )?;
    std::fs::create_dir_all(root.join("ledgers"))
        .map_err(|e| crate::model::problem::io("not-written", "create", &root.join("ledgers"), &e))
}
