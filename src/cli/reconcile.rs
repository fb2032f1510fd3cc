//! `crossfoot reconcile`: compare and report; issue nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::args;
use super::context::Context;
use super::dated::has_begun;
use super::fetch::{Asking, Wanted, begin, obtain, recheck};
use crate::audit::chain;
use crate::bill::dating::Dating;
use crate::books::changeset::{ChangeSet, write_apart};
use crate::books::config::{self, Config};
use crate::books::customers::{Directory, folded};
use crate::books::layout::Books;
use crate::capture::partner::analytics;
use crate::close::derive::derive;
use crate::close::documents::Documents;
use crate::close::inputs::Inputs;
use crate::close::ledgers::{are_there, open_ledgers};
use crate::close::outputs::{self, Close};
use crate::close::unchanged::is_sealed_alike;
use crate::ledger::known::{self, AUTO};
use crate::model::digest::sha256_hex;
use crate::model::money::{Currency, parse_plain};
use crate::model::period::Period;
use crate::model::problem::{Exit, Problem, io};
use crate::model::reconciliation::Input;
use crate::model::usage::Analytics;
use crate::render::text;

pub(super) fn run(context: &Context<'_>, args: &args::Reconcile) -> Result<Exit, Problem> {
    match (&args.analytics, &args.ledger, &args.out, &args.period) {
        (Some(analytics), Some(ledger), Some(out), _) => two_files(context, analytics, ledger, out, args),
        (None, _, _, Some(period)) => in_books(context, period, args.refetch),
        _ => Err(Problem::usage("arguments", "name a period, or --analytics, --ledger and --out")),
    }
}

fn in_books(context: &Context<'_>, period: &Period, refetch: bool) -> Result<Exit, Problem> {
    let mut inputs = Inputs::load(&context.books, period)?;
    known::check(&inputs.config.ledger_format, &inputs.formats)?;
    has_begun(context, inputs.config.timezone, period)?;
    are_there(&context.books, &inputs.config.ledger_for(period))?;
    let _lock = begin(context, &format!("reconcile --period {}", period.name))?;
    for note in &inputs.notes {
        context.out.say(&format!("note: {note}"));
    }
    let (chain, _) = chain::load(&context.books)?;
    let wanted = if refetch { Wanted::New } else { Wanted::Any };
    let asking = Asking::of(&inputs);
    let (capture, asked) = obtain(context, &asking, wanted)?;
    if asked {
        recheck(context, &asking, &chain);
    }
    inputs.receive(capture);
    inputs.recall(&context.books, &chain)?;
    // A note that would come too late is told before the close.
    let now = context.environment.clock()?();
    let day = now.with_timezone(&inputs.config.timezone).date_naive();
    inputs.date(Dating { day, is_named: false }, &chain);
    let derived = derive(&inputs, open_ledgers(&context.books, &inputs.config.ledger_for(period))?)?;
    let documents = Documents::issued_before(&inputs, &chain);
    let close = Close { inputs: &inputs, derived: &derived, documents: &documents };
    let folder = Books::close_dir(period);
    if is_sealed_alike(&context.books, &chain, &inputs, &derived) {
        context.out.say(&text::wrap(
            "note: the period is sealed, and nothing that its close was made from has changed: its report stays as it \
             was sealed. What is said here may know of later periods, too.",
            "",
        ));
    } else {
        let mut changes = ChangeSet::begin(&context.books)?;
        for (name, file) in outputs::comparison(close) {
            changes.stage(format!("{folder}/{name}"), &file.bytes()?)?;
        }
        changes.commit(&format!("reconcile --period {}", period.name))?;
    }
    let same = context.same_books();
    let next = if derived.reconciliation.is_reconciled() {
        format!("Next: crossfoot close --period {}{same}", period.name)
    } else {
        format!(
            "Next: correct what is found, or close the customers that reconcile: crossfoot close --period {}{same}",
            period.name
        )
    };
    told(context, close, &context.books.path(folder), &next)
}

fn two_files(
    context: &Context<'_>,
    analytics_file: &Path,
    ledger_file: &Path,
    out: &Path,
    args: &args::Reconcile,
) -> Result<Exit, Problem> {
    let mut config = config::parse("", "defaults")?;
    set(&mut config, args)?;
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
    let mut inputs = Inputs::without_books(period)?;
    inputs.config = config;
    inputs.directory = named(&answer);
    inputs.analytics = answer;
    inputs.answers = vec![Input { role: "analytics", path: name, sha256: sha256_hex(&body), bytes: body.len() as u64 }];
    let derived = derive(&inputs, vec![(ledger_file.display().to_string(), ledger)])?;
    let documents = Documents::default();
    let close = Close { inputs: &inputs, derived: &derived, documents: &documents };
    let made = outputs::comparison(close).map(|(name, file)| Ok((name, file.bytes()?.into_owned())));
    let made: Vec<(String, Vec<u8>)> = made.collect::<Result<_, Problem>>()?;
    let files: Vec<(&str, Vec<u8>)> = made.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect();
    write_apart(out, &files)?;
    told(context, close, out, "")
}

/// Customers by the names that the answer has for one of them only: a ledger may use these.
fn named(answer: &Analytics) -> Directory {
    let listed = answer.customers.iter().filter_map(|one| Some((one.name.as_deref()?, one.customer_id.as_str())));
    let mut ids: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (name, id) in listed.chain(answer.names.iter().map(|(id, name)| (name.as_str(), id.as_str()))) {
        ids.entry(folded(name)).or_default().insert(id);
    }
    let mut directory = Directory::new();
    for (name, of) in ids {
        if let (1, Some(id)) = (of.len(), of.first()) {
            directory.insert(name, (*id).to_owned());
            directory.insert(folded(id), (*id).to_owned());
        }
    }
    directory
}

/// What the command line says of a comparison without books.
fn set(config: &mut Config, args: &args::Reconcile) -> Result<(), Problem> {
    config.ledger_format = args.format.clone().unwrap_or_else(|| AUTO.to_owned());
    known::check(&config.ledger_format, &BTreeMap::new())?;
    config.ledger_sheet.clone_from(&args.sheet);
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
    Ok(())
}

fn told(context: &Context<'_>, close: Close<'_>, folder: &Path, next: &str) -> Result<Exit, Problem> {
    let reconciliation = &close.derived.reconciliation;
    if context.out.is_json() {
        context.out.bytes(&outputs::reconciliation(&close))?;
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
