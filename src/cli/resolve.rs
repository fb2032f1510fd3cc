//! `crossfoot resolve`: writes what finance decided about a finding into the books.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use serde::Deserialize;

use super::args;
use super::ask::{Decided, decided, required};
use super::consequence;
use super::context::Context;
use super::not_billed;
use crate::books::changeset::write_apart;
use crate::books::config;
use crate::books::layout::Books;
use crate::books::lock::Lock;
use crate::books::resolutions;
use crate::model::money::{add_exact, parse_plain, per_cent_of};
use crate::model::period::Period;
use crate::model::problem::{Exit, Problem, io, nearest};
use crate::model::resolution::{Decision, Resolution};
use crate::model::usage::Direction;
use crate::reconcile::decisions;

/// Of how many customers is told what follows.
const TOLD: usize = 8;

/// What of a report is needed to decide.
#[derive(Deserialize)]
struct Report {
    findings: Vec<Finding>,
}

#[derive(Deserialize)]
struct Finding {
    id: String,
    rank: Option<String>,
    code: String,
    severity: String,
    customers: Vec<String>,
    direction: Option<String>,
    analytics: Option<String>,
    ledger: Option<String>,
    message: String,
    resolution: Option<serde_json::Value>,
}

impl Finding {
    /// Whether a decision is about this finding.
    fn is_of(&self, entry: &Resolution) -> bool {
        entry.is_about(&self.code, &self.customers, self.direction.as_deref().and_then(Direction::parse))
    }
}

/// The finding that an id names.
fn named<'a>(report: &'a Report, id: &str, period: &Period) -> Result<&'a Finding, Problem> {
    if let Some(finding) = report.findings.iter().find(|f| f.id.eq_ignore_ascii_case(id)) {
        return Ok(finding);
    }
    let problem = |what: String| Problem::usage("arguments", what).not_done("Nothing was decided.");
    let ranked = report.findings.iter().find(|f| f.rank.as_ref().is_some_and(|rank| rank.eq_ignore_ascii_case(id)));
    if let Some(Finding { id: stable, message, .. }) = ranked {
        return Err(problem(format!("`{id}` is a place in one report, and may be another finding tomorrow"))
            .because(format!("today it is {stable}: {message}"))
            .next(format!("crossfoot resolve --period {} {stable} …", period.name)));
    }
    let near = nearest(&id.to_lowercase(), report.findings.iter().map(|f| f.id.as_str()));
    let near = near.map_or_else(String::new, |n| format!("; did you mean {n}?"));
    Err(problem(format!("the report has no finding `{id}`{near}"))
        .next(format!("crossfoot resolve --period {} lists them", period.name)))
}

/// Lists the findings that hold somebody.
fn list(context: &Context<'_>, args: &args::Resolve, report: &Report) -> Result<Exit, Problem> {
    if args.bill.is_some() || args.hold || args.accept {
        return Err(Problem::usage("arguments", "a decision is about a finding, and none is named")
            .next(format!("crossfoot resolve --period {} lists the open ones by their ids", args.period.name))
            .not_done("Nothing was decided."));
    }
    let entries = entries_of(context, &args.period)?;
    let is_lifted = |f: &&Finding| entries.iter().any(|entry| f.is_of(entry) && entry.decision != Decision::Hold);
    let blocking = report.findings.iter().filter(|f| f.severity == "blocking");
    let (decided, open): (Vec<&Finding>, Vec<&Finding>) = blocking.partition(is_lifted);
    let lines: Vec<String> = open.iter().map(|f| format!("{}\n  {}\n", f.id, f.message)).collect();
    let listed = |all: &[&Finding]| -> Vec<serde_json::Value> {
        let one = |f: &&Finding| serde_json::json!({"id": f.id, "code": f.code, "customers": f.customers, "message": f.message});
        all.iter().map(one).collect()
    };
    let document =
        serde_json::json!({"schema": "crossfoot/resolve/v1", "held": listed(&open), "decided": listed(&decided)});
    let mut text = if lines.is_empty() { "Nothing is left to decide.\n".to_owned() } else { lines.concat() };
    if !decided.is_empty() {
        let ids: Vec<&str> = decided.iter().map(|f| f.id.as_str()).collect();
        text.push_str(&format!(
            "Decided, for the next close: {}\nNext: crossfoot close --period {}{}\n",
            ids.join(", "),
            args.period.name,
            context.same_books()
        ));
    }
    context.out.result(&text, &document)?;
    Ok(Exit::Done)
}

/// The decisions that a period has.
fn entries_of(context: &Context<'_>, period: &Period) -> Result<Vec<Resolution>, Problem> {
    let name = resolutions::file(period);
    match resolutions::read(&context.books.path(&name))? {
        Some(bytes) => resolutions::parse(&bytes, &name),
        None => Ok(Vec::new()),
    }
}

pub(super) fn run(context: &Context<'_>, args: &args::Resolve) -> Result<Exit, Problem> {
    if let Some(id) = &args.do_not_bill {
        return not_billed::run(context, args, id);
    }
    let period = &args.period;
    let (settings, _) = config::load(&context.books)?;
    let path = context.books.path(format!("{}/reconciliation.json", Books::close_dir(period)));
    let bytes = std::fs::read(&path).map_err(|e| {
        io("no-report", "read the report", &path, &e)
            .next(format!("crossfoot reconcile --period {}", period.name))
            .not_done("Nothing was decided.")
    })?;
    let report: Report = serde_json::from_slice(&bytes)
        .map_err(|e| Problem::stop("no-report", format!("{} cannot be read", path.display())).because(e.to_string()))?;
    if args.findings.is_empty() {
        return list(context, args, &report);
    }
    let findings: Vec<&Finding> =
        args.findings.iter().map(|id| named(&report, id, period)).collect::<Result<_, _>>()?;
    for finding in &findings {
        context.out.say(&format!("{}: {}", finding.id, finding.message));
        may_be_decided(finding, period)?;
    }
    let bill = match (&args.bill, args.hold, args.accept) {
        (None, false, false) => Some(required(
            context,
            "Bill `analytics`, `ledger`, an amount; or `hold`, `accept`",
            "--bill, --hold or --accept",
        )?),
        (bill, ..) => bill.clone(),
    };
    let line = match bill.as_deref() {
        Some(word @ ("hold" | "accept")) => format!("{word} = true"),
        Some(what) => format!("bill = {}", toml::Value::String(what.to_owned())),
        None if args.hold => "hold = true".to_owned(),
        None => "accept = true".to_owned(),
    };
    let Decided { reason, by, on } = decided(context, args, settings.timezone)?;
    let _lock = match args.dry_run {
        true => Lock::read(&context.books)?,
        false => Some(Lock::take(&context.books, &format!("resolve --period {}", period.name))?),
    };
    let mut doubt = None;
    // All of them or none: nothing is written before each was found to be right.
    let mut entries = entries_of(context, period)?;
    for finding in &findings {
        let entry = entry(finding, &line, &reason, &by, &on)?;
        if args.dry_run {
            let refused = with_entry(entries.clone(), entry.clone(), &report, false).err();
            doubt = doubt.or(refused.map(|problem| problem.what.clone()));
        }
        entries = with_entry(entries, entry, &report, args.confirm || args.dry_run)?;
    }
    write(context, args, &findings, &entries, doubt.as_deref())
}

/// Whether a decision about a finding changes anything.
fn may_be_decided(finding: &Finding, period: &Period) -> Result<(), Problem> {
    if !decisions::can_be_followed(&finding.code) {
        return Err(Problem::usage("arguments", format!("a decision about `{}` changes nothing", finding.code))
            .because("what it says stands until its cause is mended")
            .next(format!("crossfoot explain {} says how", finding.code))
            .not_done("Nothing was decided."));
    }
    if finding.severity != "blocking" && finding.resolution.is_none() {
        return Err(Problem::usage(
            "arguments",
            format!("`{}` holds nobody, so a decision about it changes nothing", finding.id),
        )
        .next(format!("crossfoot resolve --period {} lists those that wait for one", period.name))
        .not_done("Nothing was decided."));
    }
    Ok(())
}

/// The decisions with one more, the last.
fn with_entry(
    mut entries: Vec<Resolution>,
    entry: Resolution,
    report: &Report,
    is_confirmed: bool,
) -> Result<Vec<Resolution>, Problem> {
    // A new decision about the same finding takes the place of the one before, if that is meant.
    let is_same = |old: &Resolution| old.is_about(&entry.finding, &entry.customers, entry.direction);
    if !is_confirmed
        && let Some(why) = entries.iter().find(|old| is_same(old)).map(replaced).or_else(|| doubtful(&entry))
    {
        return Err(Problem::usage("arguments", why)
            .next("--confirm, if that is what is meant")
            .not_done("Nothing was decided."));
    }
    entries.retain(|old| !is_same(old));
    let of_report = |old: &&Resolution| report.findings.iter().any(|finding| finding.is_of(old));
    if let Some((id, other)) = decisions::contradicted(entries.iter().filter(of_report), &entry) {
        return Err(Problem::usage("arguments", format!("{id} is billed once, and another decision says otherwise"))
            .because(format!("about `{}` {}", other.finding, replaced(other)))
            .next("decide all findings of a customer alike; or decide the other again, with --confirm")
            .not_done("Nothing was decided."));
    }
    entries.push(entry);
    Ok(entries)
}

/// Writes the decisions, unless they are only looked at, and says what follows from the last ones.
fn write(
    context: &Context<'_>,
    args: &args::Resolve,
    findings: &[&Finding],
    entries: &[Resolution],
    doubt: Option<&str>,
) -> Result<Exit, Problem> {
    let period = &args.period;
    let name = resolutions::file(period);
    let words = entries.last().map(|entry| entry.decision.words()).unwrap_or_default();
    let customers: BTreeSet<String> = findings.iter().flat_map(|finding| finding.customers.iter().cloned()).collect();
    let customers: Vec<String> = customers.into_iter().collect();
    let follows = consequence::of(context, period, entries, &customers)?;
    if !args.dry_run {
        let text = resolutions::write(entries);
        write_apart(&context.books.path("resolutions"), &[(&format!("{}.toml", period.name), text.into_bytes())])?;
    }
    let ids: Vec<&str> = findings.iter().map(|finding| finding.id.as_str()).collect();
    let document = serde_json::json!({"schema": "crossfoot/resolve/v1", "finding": ids.first(), "findings": ids, "decision": words, "dry_run": args.dry_run, "doubt": doubt, "file": name, "follows": follows});
    let mut told: String = follows.iter().flatten().take(TOLD).map(ToString::to_string).collect();
    let beyond = customers.len().saturating_sub(TOLD);
    if beyond > 0 {
        told.push_str(&format!("  and {beyond} more customers\n"));
    }
    let text = if args.dry_run {
        let doubt = doubt.map_or_else(String::new, |doubt| format!("It needs --confirm: {doubt}\n"));
        format!("To {words} would come to:\n{told}{doubt}Nothing was decided.\n")
    } else {
        format!(
            "Decided: {words}. Written to {name}. What the next close does:\n{told}Next: crossfoot close --period {}{}\n",
            period.name,
            context.same_books()
        )
    };
    context.out.result(&text, &document)?;
    Ok(Exit::Done)
}

/// Why a decision may not be meant.
fn doubtful(entry: &Resolution) -> Option<String> {
    other_price(entry).or_else(|| far_off(entry))
}

/// That somebody has decided already.
fn replaced(old: &Resolution) -> String {
    format!("{} decided on {}: {}, because {}", old.by, old.on, old.decision.words(), old.reason)
}

/// That the ledger's figure of a finding about its price is not what is charged: a mark-up would be
/// added to a price that has it, or be missing.
fn other_price(entry: &Resolution) -> Option<String> {
    let by_ledger = matches!(entry.decision, Decision::BillLedger | Decision::Accept);
    (entry.finding == "basis" && by_ledger).then(|| {
        "the ledger is at the other price, and billing its figure adds a mark-up to it or leaves it out: say which price it is with [ledger] basis or the column ledger_basis of customers.csv".to_owned()
    })
}

/// Why an amount is neither side's, nor between them, nor near: it may be mistyped.
fn far_off(entry: &Resolution) -> Option<String> {
    let (Decision::BillAmount(amount), Some(a), Some(b)) = (entry.decision, entry.analytics, entry.ledger) else {
        return None;
    };
    let (least, most) = (a.min(b), a.max(b));
    let tenth = per_cent_of(Decimal::TEN, least.abs().max(most.abs())).ok()?;
    let near = add_exact(least, -tenth).ok()? <= amount && amount <= add_exact(most, tenth).ok()?;
    (!near).then(|| format!("{amount} is far from both figures: the partner's is {a}, the ledger's {b}"))
}

/// The decision, checked as one that was written by hand is.
fn entry(finding: &Finding, line: &str, reason: &str, by: &str, on: &str) -> Result<Resolution, Problem> {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let customers: Vec<String> = finding.customers.iter().map(|id| quoted(id)).collect();
    let text = format!(
        "[[resolution]]\nfinding = {}\ncustomers = [{}]\n{line}\nreason = {}\nby = {}\non = {}\n",
        quoted(&finding.code),
        customers.join(", "),
        quoted(reason),
        quoted(by),
        quoted(on)
    );
    let mut entries = resolutions::parse(text.as_bytes(), "the decision")?;
    let mut entry = entries.pop().ok_or_else(|| Problem::stop("internal", "the decision was lost"))?;
    entry.direction = finding.direction.as_deref().and_then(Direction::parse);
    let amount = |text: &Option<String>| text.as_deref().and_then(|text| parse_plain(text).ok());
    (entry.analytics, entry.ledger) = (amount(&finding.analytics), amount(&finding.ledger));
    Ok(entry)
}
