//! `crossfoot resolve`: writes what finance decided about a finding into the books.

use serde::Deserialize;

use super::args;
use super::ask::required;
use super::context::Context;
use crate::books::changeset::write_apart;
use crate::books::config;
use crate::books::layout::Books;
use crate::books::lock::Lock;
use crate::books::resolutions;
use crate::model::money::parse_plain;
use crate::model::problem::{Exit, Problem, io, nearest};
use crate::model::resolution::Resolution;
use crate::model::usage::Direction;

/// What of a report is needed to decide.
#[derive(Deserialize)]
struct Report {
    findings: Vec<Finding>,
}

#[derive(Deserialize)]
struct Finding {
    id: String,
    code: String,
    severity: String,
    customers: Vec<String>,
    direction: Option<String>,
    analytics: Option<String>,
    ledger: Option<String>,
    message: String,
}

pub(super) fn run(context: &Context<'_>, args: &args::Resolve) -> Result<Exit, Problem> {
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
    let open: Vec<&Finding> = report.findings.iter().filter(|f| f.severity == "blocking").collect();
    let Some(id) = &args.finding else {
        let lines: Vec<String> = open.iter().map(|f| format!("{} {}\n  {}\n", f.id, f.code, f.message)).collect();
        let listed: Vec<_> = open
            .iter()
            .map(|f| serde_json::json!({"id": f.id, "code": f.code, "customers": f.customers, "message": f.message}))
            .collect();
        let document = serde_json::json!({"schema": "crossfoot/resolve/v1", "held": listed});
        let text = if lines.is_empty() { "Nothing is held.\n".to_owned() } else { lines.concat() };
        context.out.result(&text, &document)?;
        return Ok(Exit::Done);
    };
    let known = || report.findings.iter().map(|f| f.id.as_str());
    let Some(finding) = report.findings.iter().find(|f| f.id.eq_ignore_ascii_case(id)) else {
        let near = nearest(&id.to_uppercase(), known()).map_or_else(String::new, |n| format!("; did you mean {n}?"));
        return Err(Problem::usage("arguments", format!("the report has no finding `{id}`{near}"))
            .next(format!("crossfoot resolve --period {} lists them", period.name))
            .not_done("Nothing was decided."));
    };
    context.out.say(&format!("{} {}: {}", finding.id, finding.code, finding.message));
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
    let reason = args.reason.clone().map_or_else(|| required(context, "Why", "--reason"), Ok)?;
    let by = args.by.clone().map_or_else(|| required(context, "Who decides", "--by"), Ok)?;
    let on = match &args.on {
        Some(on) => on.clone(),
        None => context.environment.clock()?().with_timezone(&settings.timezone).date_naive().to_string(),
    };
    let entry = entry(finding, &line, &reason, &by, &on)?;

    let _lock = Lock::take(&context.books, &format!("resolve --period {}", period.name))?;
    let name = resolutions::file(period);
    let mut entries = match resolutions::read(&context.books.path(&name))? {
        Some(bytes) => resolutions::parse(&bytes, &name)?,
        None => Vec::new(),
    };
    // A new decision about the same finding takes the place of the one before; git keeps that.
    entries.retain(|old| {
        (&old.finding, &old.customers, old.direction) != (&entry.finding, &entry.customers, entry.direction)
    });
    let words = entry.decision.words();
    entries.push(entry);
    let text = resolutions::write(&entries);
    write_apart(&context.books.path("resolutions"), &[(&format!("{}.toml", period.name), text.into_bytes())])?;
    let document =
        serde_json::json!({"schema": "crossfoot/resolve/v1", "finding": finding.id, "decision": words, "file": name});
    let text = format!(
        "Decided: {words}. Written to {name}.\nNext: crossfoot close --period {}{}\n",
        period.name,
        context.same_books()
    );
    context.out.result(&text, &document)?;
    Ok(Exit::Done)
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
