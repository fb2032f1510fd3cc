//! `crossfoot init`: books that a first close can run on, every setting explained.

use std::collections::BTreeMap;
use std::path::Path;

use super::args;
use super::ask;
use super::context::Context;
use crate::books::changeset::write_apart;
use crate::books::config::{self, Config};
use crate::books::layout::{Books, CONFIG, CUSTOMERS, WORK};
use crate::books::settings::SETTINGS;
use crate::books::settings_pages::scaffold;
use crate::ledger::known::{self, AUTO, CANONICAL};
use crate::model::number::NumberFormat;
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
    let answers = answers(context, args)?;
    let settings = scaffolded(&answers);
    let nothing = |p: Problem| p.not_done("Nothing was written.");
    let config = read(&settings).map_err(nothing)?;
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

/// A setting with its value as TOML.
type Answer = (&'static str, String);

fn scaffolded(answers: &[Answer]) -> String {
    let set: Vec<(&str, &str)> = answers.iter().map(|(path, value)| (*path, value.as_str())).collect();
    scaffold(&set)
}

/// What was answered, as the file will be read.
fn read(settings: &str) -> Result<Config, Problem> {
    let again = "answer again, or leave it out and set it in crossfoot.toml";
    let config = config::parse(settings, CONFIG).map_err(|p| p.next(again))?;
    known::check(&config.ledger_format, &BTreeMap::new())?;
    Ok(config)
}

/// The settings that an answer makes.
fn set(path: &'static str, answer: &str) -> Vec<Answer> {
    let text = |text: &str| toml::Value::String(text.to_owned()).to_string();
    match path {
        "seller.address" => vec![(path, text(&answer.split(',').map(str::trim).collect::<Vec<_>>().join("\n")))],
        "seller.gstin" => {
            let gstin = answer.replace(' ', "").to_uppercase();
            let mut all = vec![(path, text(&gstin)), ("invoice.regime", text("gst"))];
            // Its first two digits are the seller's State.
            all.extend(gstin.get(..2).map(|code| ("seller.state_code", text(code))));
            all
        }
        "invoice.number_format" => vec![(path, text(&NumberFormat::by_example(answer)))],
        _ => vec![(path, text(answer))],
    }
}

/// Settings from flags; from a person, where one can be asked and no flag was given: each answer is
/// looked at as it is given, and asked for again where it cannot be.
///
/// # Errors
/// Flags that cannot be: all of them are named.
fn answers(context: &Context<'_>, args: &args::Init) -> Result<Vec<Answer>, Problem> {
    let flags: [(&'static str, &Option<String>, &str, Option<&str>); 15] = [
        ("seller.legal_name", &args.seller, "Who issues the invoices (legal name)", None),
        ("seller.address", &args.address, "Address, lines separated by commas", None),
        ("seller.gstin", &args.gstin, "GSTIN, if you charge GST", None),
        ("invoice.lut", &args.lut, "Letter of undertaking, if you export without tax", None),
        ("seller.email", &args.email, "E-mail address for customers", None),
        ("invoice.number_format", &args.number_format, "Number of the first invoice, such as CF/26-27/00001", None),
        ("seller.account_number", &args.account_number, "Account that customers pay to", None),
        ("seller.bank", &args.bank, "Its bank", None),
        ("seller.bank_code", &args.bank_code, "Its IFSC or BIC", None),
        ("seller.upi", &args.upi, "UPI id for the payment code", None),
        ("books.currency", &args.currency, "Currency of the ledger", None),
        ("calendar.timezone", &args.timezone, "Time zone of the books", None),
        ("ledger.format", &args.ledger_format, "Ledger format (auto finds it, canonical, or a name)", Some(AUTO)),
        ("ledger.basis", &args.ledger_basis, "Is the ledger at cost, or at selling price (cost, selling)", None),
        ("mail.smtp_host", &args.smtp_host, "Mail server, if invoices are to be mailed", None),
    ];
    let asks = flags.iter().all(|(_, flag, ..)| flag.is_none()) && ask::somebody(context);
    if asks {
        context.out.say("A few questions; Enter keeps what stands in brackets, or leaves it for later.\n");
    }
    let (mut answers, mut wrong): (Vec<Answer>, Vec<Problem>) = (Vec::new(), Vec::new());
    for (path, flag, question, proposed) in flags {
        let default = SETTINGS.iter().find(|s| s.path == path).map_or("", |s| s.default.trim_matches('"'));
        loop {
            let answer = match flag {
                Some(value) => value.clone(),
                None if asks => ask::optional(context, question, proposed.unwrap_or(default)),
                None => break,
            };
            if answer.is_empty() || (flag.is_none() && answer == default) {
                break;
            }
            let own = set(path, &answer);
            let with: Vec<Answer> = answers.iter().chain(&own).cloned().collect();
            match read(&scaffolded(&with)) {
                Ok(_) => {
                    answers = with;
                    break;
                }
                Err(problem) if asks => context.out.say(&format!("  {}", problem.reason())),
                Err(problem) => {
                    wrong.push(problem);
                    break;
                }
            }
        }
    }
    let mut wrong = wrong.into_iter();
    match wrong.next() {
        None => Ok(answers),
        Some(first) => {
            let more = wrong.map(|problem| problem.reason()).collect();
            Err(first.also(more).not_done("Nothing was written."))
        }
    }
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
