//! `crossfoot reconcile`: compare and report; issue nothing.

use std::collections::BTreeMap;
use std::path::Path;

use super::Context;
use super::args;
use super::fetch::{Wanted, begin, obtain, recheck};
use crate::audit::chain;
use crate::books::changeset::{ChangeSet, write_apart};
use crate::books::config;
use crate::books::customers::Directory;
use crate::books::layout::Books;
use crate::capture::partner::analytics;
use crate::close::configuration;
use crate::close::derive::{Derived, Ground, VERSION, derive};
use crate::close::seal;
use crate::ledger::open::{self, AUTO};
use crate::model::digest::sha256_hex;
use crate::model::money::{Currency, parse_plain};
use crate::model::period::Period;
use crate::model::problem::{Exit, Problem, io};
use crate::model::reconciliation::Input;
use crate::render::{text, xlsx};

pub(super) fn run(context: &Context<'_>, args: &args::Reconcile) -> Result<Exit, Problem> {
    match (&args.analytics, &args.ledger, &args.out, &args.period) {
        (Some(analytics), Some(ledger), Some(out), _) => two_files(context, analytics, ledger, out, args),
        (None, _, _, Some(period)) => in_books(context, period, args.refetch),
        _ => Err(Problem::usage("arguments", "name a period, or --analytics, --ledger and --out")),
    }
}

fn in_books(context: &Context<'_>, period: &Period, refetch: bool) -> Result<Exit, Problem> {
    let configuration = configuration::load(&context.books)?.for_period(&context.books, period)?;
    open::check(&configuration.config.ledger_format, &configuration.formats)?;
    let _lock = begin(context, &format!("reconcile --period {}", period.name))?;
    for note in &configuration.notes {
        context.out.say(&format!("note: {note}"));
    }
    let (chain, _) = chain::load(&context.books)?;
    let issued = seal::load_issued(&context.books, &chain, period)?;
    let wanted = if refetch { Wanted::New } else { Wanted::Any };
    let (capture, asked) = obtain(context, &configuration.config, period, wanted)?;
    if asked {
        recheck(context, &configuration.config, &chain, period);
    }
    let previous = seal::previous(&context.books, &chain, period)?;
    let basis = seal::Basis {
        configuration: &configuration,
        capture: &capture,
        issued: &issued,
        previous: previous.as_ref(),
        version: VERSION,
    };
    let derived = seal::derive_now(&context.books, period, &basis)?;
    let folder = Books::close_dir(period);
    let mut changes = ChangeSet::begin(&context.books)?;
    for (name, bytes) in &derived.reports {
        changes.stage(format!("{folder}/{name}"), bytes)?;
    }
    let rows = seal::register_rows(&issued, chain.issued_in(&period.name), &configuration.voids);
    let workbook = xlsx::render(&derived.reconciliation, &derived.ledger, &rows, VERSION)?;
    changes.stage(format!("{folder}/{}", seal::WORKBOOK), &workbook)?;
    changes.commit(&format!("reconcile --period {}", period.name))?;
    let next = if derived.reconciliation.is_reconciled() {
        format!("Next: crossfoot close --period {}", period.name)
    } else {
        format!(
            "Next: correct what is found, or close the customers that reconcile: crossfoot close --period {}",
            period.name
        )
    };
    told(context, &derived, &context.books.path(folder), &next)
}

fn two_files(
    context: &Context<'_>,
    analytics_file: &Path,
    ledger_file: &Path,
    out: &Path,
    args: &args::Reconcile,
) -> Result<Exit, Problem> {
    let mut config = config::parse("", "defaults")?;
    config.ledger_format = args.format.clone().unwrap_or_else(|| AUTO.to_owned());
    open::check(&config.ledger_format, &BTreeMap::new())?;
    config.accounts = args.account.iter().cloned().collect();
    if let Some(text) = &args.tolerance {
        config.tolerance.absolute =
            parse_plain(text).ok().filter(|t| !t.is_sign_negative() || t.is_zero()).ok_or_else(|| {
                Problem::usage("arguments", format!("--tolerance `{text}` is not an amount such as 0.50"))
            })?;
    }
    if let Some(code) = &args.currency {
        config.currency = Currency::parse(code).map_err(|e| Problem::usage("arguments", format!("--currency: {e}")))?;
    }
    let name = analytics_file.display().to_string();
    let body = std::fs::read(analytics_file).map_err(|e| {
        io("no-analytics", "read the analytics", analytics_file, &e).not_done("Nothing was reconciled.")
    })?;
    let answer = analytics::decode(&body, &name)?;
    let period = match (&args.period, answer.period) {
        (Some(period), _) => period.clone(),
        (None, Some((from, to))) if from <= to => Period::between(from, to),
        (None, _) => {
            return Err(Problem::usage("arguments", format!("{name} does not state its period"))
                .next("name it with --period")
                .not_done("Nothing was reconciled."));
        }
    };
    let ledger = std::fs::File::open(ledger_file)
        .map_err(|e| io("no-ledger", "read the ledger", ledger_file, &e).not_done("Nothing was reconciled."))?;
    let ground = Ground {
        period: &period,
        config: &config,
        customers: None,
        charges: &[],
        logo_sha256: None,
        template: None,
        analytics: &answer,
        directory: &Directory::new(),
        formats: &BTreeMap::new(),
        capture: None,
        restated: Vec::new(),
        answers: vec![Input { role: "analytics", path: name, sha256: sha256_hex(&body), bytes: body.len() as u64 }],
        resolutions: &[],
        open_items: &[],
        history: &[],
        issued: &[],
        version: VERSION,
    };
    let derived = derive(&ground, vec![(ledger_file.display().to_string(), ledger)])?;
    let mut files: Vec<(&str, Vec<u8>)> = derived.reports.iter().map(|(name, bytes)| (*name, bytes.clone())).collect();
    files.push((seal::WORKBOOK, xlsx::render(&derived.reconciliation, &derived.ledger, &[], VERSION)?));
    write_apart(out, &files)?;
    told(context, &derived, out, "")
}

fn told(context: &Context<'_>, derived: &Derived, folder: &Path, next: &str) -> Result<Exit, Problem> {
    let reconciliation = &derived.reconciliation;
    if context.out.is_json() {
        let json = derived.reports.iter().find(|(name, _)| *name == "reconciliation.json");
        context.out.bytes(json.map(|(_, bytes)| bytes.as_slice()).unwrap_or_default())?;
    } else {
        let mut text = text::summary(reconciliation, context.out, context.out.is_verbose());
        text.push_str(&format!("\nReport: {}\n", folder.join("reconciliation.html").display()));
        if !next.is_empty() {
            text.push_str(&format!("{next}\n"));
        }
        context.out.text(&text)?;
    }
    Ok(if reconciliation.is_reconciled() { Exit::Done } else { Exit::Findings })
}
