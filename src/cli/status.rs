//! `crossfoot status`: where each period stands, and the next command to type.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::Value;

use super::context::Context;
use crate::audit::chain::{self, Chain};
use crate::audit::mail_journal::{MailJournal, Standing};
use crate::audit::manifest;
use crate::audit::proposal;
use crate::bill::dating::rule47;
use crate::books::changeset;
use crate::books::config::{self, Config, Regime};
use crate::books::layout::Books;
use crate::books::resolutions;
use crate::books::voids::{self, Voids};
use crate::capture::{running, store};
use crate::close::issued::load_issued;
use crate::close::registered;
use crate::model::invoice::Issued;
use crate::model::money::parse_plain;
use crate::model::period::Period;
use crate::model::problem::{Exit, Problem};
use crate::model::registration::{self, TimeLeft};
use crate::model::resolution::{Decision, Resolution};
use crate::model::usage::Direction;
use crate::reconcile::decisions::can_be_followed;
use crate::render::text::{Paint, wrap};
use crate::render::trends_json::OutlookRow;
use crate::trends::Outlook;

#[derive(Serialize)]
struct Document {
    schema: &'static str,
    unfinished: Option<String>,
    periods: Vec<Stage>,
    running: OutlookRow,
}

#[derive(Serialize)]
struct Stage {
    period: String,
    captured: bool,
    reconciled: bool,
    outcome: Option<String>,
    /// Customers that a blocking finding holds.
    held: usize,
    /// Of these, those about whom nothing was decided since: the next comparison holds them, too.
    to_decide: usize,
    issued: usize,
    /// Of those issued, mailed and void.
    sent: usize,
    void: usize,
    /// Mails of which nobody knows whether they arrived.
    unknown: usize,
    /// Issued, not void, and neither mailed nor handed over otherwise; without those above.
    not_mailed: usize,
    /// Of a sealed period: customers with usage who have no document that stands.
    not_invoiced: usize,
    /// Whether a draft lies there, and whether somebody proposed what it shows.
    draft: bool,
    proposed: bool,
    sealed_at: Option<String>,
    /// Where e-invoices are required: what is to be mailed and is not registered.
    #[serde(skip_serializing_if = "Option::is_none")]
    without_irn: Option<WithoutIrn>,
    /// Why its invoices are late by law, where they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    late: Option<String>,
    next: String,
}

/// Documents that must be registered before they are mailed.
#[derive(Serialize)]
struct WithoutIrn {
    documents: usize,
    /// Of the one that has least time left.
    days_left: i64,
    until: String,
    #[serde(skip)]
    words: String,
}

pub(super) fn run(context: &Context<'_>) -> Result<Exit, Problem> {
    let (config, _) = config::load(&context.books)?;
    let unfinished = changeset::unfinished(&context.books)?;
    let (chain, _) = chain::load(&context.books)?;
    let journal = MailJournal::load(&context.books)?;
    let void = voids::load(&context.books)?;
    let mut names: BTreeSet<String> = chain.events.iter().map(|e| e.period.clone()).collect();
    if let Ok(entries) = std::fs::read_dir(context.books.path("closes")) {
        names.extend(entries.flatten().map(|e| e.file_name().to_string_lossy().into_owned()));
    }
    let now = context.environment.clock()?();
    let running = running(context, &config, now)?;
    let periods: Vec<Stage> = names
        .into_iter()
        .filter_map(|name| Period::parse(&name).ok())
        .map(|period| {
            let mut stage = stage(&context.books, &period, &chain, &journal, &void);
            let today = now.with_timezone(&config.timezone).date_naive();
            if config.invoicing.einvoice_required {
                let is_due =
                    |number: &str| !void.contains_key(number) && matches!(journal.standing(number), Standing::Unsent);
                stage.without_irn = without_irn(&context.books, &period, &chain, is_due, today);
            }
            if now < period.instants(config.timezone).1 {
                stage.next = format!("crossfoot close --draft --period {}", period.name);
            }
            let is_open = stage.sealed_at.is_none() || stage.held > 0;
            if matches!(config.invoicing.regime, Regime::Gst(_)) && is_open {
                stage.late = rule47(&period, today);
            }
            stage.next.push_str(&context.same_books());
            stage
        })
        .collect();
    if context.out.is_json() {
        context.out.document(&Document {
            schema: "crossfoot/status/v1",
            unfinished,
            periods,
            running: (&running).into(),
        })?;
        return Ok(Exit::Done);
    }
    let mut text = String::new();
    if let Some(doing) = unfinished {
        text.push_str(&format!("Unfinished: {doing} was interrupted; run it again.\n\n"));
    }
    if periods.is_empty() {
        let due = context.month_due(config.timezone)?.name;
        let same = context.same_books();
        text.push_str(&format!("No period has been started.\nNext: crossfoot reconcile --period {due}{same}\n"));
    } else {
        let head = format!(
            "{:<24}{:<10}{:<12}{:>6}{:>8}{:>7}  {}",
            "period", "captured", "reconciled", "held", "issued", "sent", "sealed"
        );
        text.push_str(&format!("{}\n", context.out.faint(&head)));
    }
    let is_begun = !periods.is_empty();
    for stage in &periods {
        text.push_str(&told(context, stage));
    }
    if is_begun {
        let newer = format!("  newer: crossfoot fetch --period {}{}\n", running.month.name, context.same_books());
        text.push_str(&format!("\n{}\n{newer}", wrap(&running.words(), "")));
    }
    context.out.text(&text)?;
    Ok(Exit::Done)
}

/// A period for a person.
fn told(context: &Context<'_>, p: &Stage) -> String {
    let outcome = match p.outcome.as_deref() {
        Some("reconciled") => context.out.good(&format!("{:<12}", "yes")),
        Some("settled") => context.out.warn(&format!("{:<12}", "settled")),
        Some(_) => context.out.bad(&format!("{:<12}", "discrepant")),
        None => format!("{:<12}", "–"),
    };
    let mut text = format!(
        "{:<24}{:<10}{outcome}{:>6}{:>8}{:>7}  {}\n",
        p.period,
        if p.captured { "yes" } else { "–" },
        p.held,
        p.issued,
        p.sent,
        p.sealed_at.as_deref().map_or("–", |at| at.get(..10).unwrap_or(at)),
    );
    let counted =
        [(p.to_decide, "to decide"), (p.not_invoiced, "not invoiced"), (p.not_mailed, "not mailed"), (p.void, "void")];
    let counted = counted.iter().filter(|(many, _)| *many > 0).map(|(many, what)| format!("{many} {what}"));
    let drafted = p.draft.then(|| "a draft".to_owned()).into_iter().chain(p.proposed.then(|| "proposed".to_owned()));
    let stands: Vec<String> = counted.chain(drafted).collect();
    if !stands.is_empty() {
        text.push_str(&format!("  {}\n", stands.join(" · ")));
    }
    if p.unknown > 0 {
        let many = if p.unknown == 1 { "1 mail".to_owned() } else { format!("{} mails", p.unknown) };
        text.push_str(&format!("  {}\n", context.out.bad(&format!("of {many} nobody knows whether it arrived"))));
    }
    if let Some(without) = &p.without_irn {
        let many =
            if without.documents == 1 { "1 document".to_owned() } else { format!("{} documents", without.documents) };
        let told = wrap(&format!("{many} to register before mailing; of the first, {}", without.words), "  ");
        text.push_str(&format!("{}\n", if without.days_left > 0 { told } else { context.out.bad(&told) }));
    }
    if let Some(late) = &p.late {
        text.push_str(&format!("{}\n", context.out.warn(&wrap(late, "  "))));
    }
    text.push_str(&format!("  next: {}\n", p.next));
    text
}

/// What the running month will cost, by the looks at the partner's dashboard that lie here.
fn running(context: &Context<'_>, config: &Config, now: DateTime<Utc>) -> Result<Outlook, Problem> {
    let zone = config.upstream.timezone;
    let month = Period::parse(&now.with_timezone(&zone).format("%Y-%m").to_string())
        .map_err(|why| Problem::stop("internal", why))?;
    Ok(match running::looks(&context.books, &month, config.currency) {
        Ok(looks) => Outlook::of(month, zone, &looks),
        // What lies there and is not as it was received is `verify`'s to tell in full.
        Err(problem) => Outlook { month, zone, look: None, forecast: Err(problem.reason()) },
    })
}

/// What is due to be mailed and must be registered before; None where nothing is, or where what
/// was issued cannot be read, which `send` and `verify` tell.
fn without_irn(
    books: &Books,
    period: &Period,
    chain: &Chain,
    is_due: impl Fn(&str) -> bool,
    today: NaiveDate,
) -> Option<WithoutIrn> {
    let sealed = manifest::load(books, chain, period).ok()?;
    let sealed: BTreeSet<&str> = sealed.files.iter().map(|file| file.path.as_str()).collect();
    let issued = load_issued(books, chain, period).ok()?;
    let is_open = |issued: &&Issued| {
        is_due(&issued.number)
            && registration::is_needed(&issued.content)
            && !sealed.contains(registered::copy_of(&issued.file_stem()).as_str())
    };
    let left: Vec<TimeLeft> =
        issued.iter().filter(is_open).map(|issued| TimeLeft::of(issued.issue_date, today)).collect();
    let least = left.iter().min()?;
    Some(WithoutIrn {
        documents: left.len(),
        days_left: least.days,
        until: least.until.to_string(),
        words: least.words(),
    })
}

fn stage(books: &Books, period: &Period, chain: &Chain, journal: &MailJournal, voids: &Voids) -> Stage {
    let folder = books.path(Books::close_dir(period));
    let report: Option<Value> =
        std::fs::read(folder.join("reconciliation.json")).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let outcome = report.as_ref().and_then(|report| report.get("outcome")?.as_str().map(str::to_owned));
    let findings = report.as_ref().and_then(|report| report.get("findings")?.as_array().cloned()).unwrap_or_default();
    let blocking = |finding: &&Value| finding.get("severity").and_then(Value::as_str) == Some("blocking");
    let customers = |finding: &'_ Value| -> Vec<String> {
        let all = finding.get("customers").and_then(Value::as_array).into_iter().flatten();
        all.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let held: BTreeSet<String> = findings.iter().filter(blocking).flat_map(customers).collect();
    // A file that cannot be read decides nothing; `resolve` and `close` say why.
    let decided = resolutions::read(&books.path(resolutions::file(period))).ok().flatten();
    let decided = decided.and_then(|bytes| resolutions::parse(&bytes, "decisions").ok()).unwrap_or_default();
    let is_open = |finding: &&Value| !decided.iter().any(|entry| lifts(entry, finding, &customers(finding)));
    let to_decide: BTreeSet<String> = findings.iter().filter(blocking).filter(is_open).flat_map(customers).collect();
    let captured = store::load_record(&books.path(Books::capture_dir(period))).is_ok_and(|c| c.is_some());
    let sealed_at = chain.of(&period.name).last().map(|event| event.at.clone());
    let numbers: Vec<&str> = chain.issued_in(&period.name).map(|entry| entry.number.as_str()).collect();
    let stand = |standing| numbers.iter().filter(|number| journal.standing(number) == standing).count();
    let is_void = |number: &str| voids.contains_key(number);
    let void = numbers.iter().filter(|number| is_void(number)).count();
    let (sent, unknown) = (stand(Standing::Sent), stand(Standing::Unknown));
    let is_due = |number: &&str| !is_void(number) && journal.standing(number) != Standing::Sent;
    // A void number is replaced by the next close.
    let is_untold = |number: &&str| is_void(number) && !chain.voided().any(|told| told.number == *number);
    let is_proposed = proposal::files(period).iter().all(|file| books.path(file).exists());
    let verb = match &outcome {
        _ if is_proposed => "approve",
        _ if sealed_at.is_none() || numbers.iter().any(is_untold) => "close",
        // What was decided is issued by the next close.
        Some(outcome) if outcome == "discrepant" => {
            if to_decide.is_empty() {
                "close"
            } else {
                "resolve"
            }
        }
        _ if numbers.iter().any(is_due) => "send",
        _ => "verify",
    };
    let draft = books.path(format!("{}/draft.json", Books::draft_dir(period))).is_file();
    let standing: BTreeSet<&str> = chain
        .issued_in(&period.name)
        .filter(|entry| !is_void(&entry.number))
        .map(|entry| entry.customer_id.as_str())
        .collect();
    let not_invoiced = match (&sealed_at, &report) {
        (Some(_), Some(report)) => with_usage(report).filter(|id| !standing.contains(id)).count(),
        _ => 0,
    };
    let is_unsent = |number: &&&str| !is_void(number) && journal.standing(number) == Standing::Unsent;
    Stage {
        not_mailed: numbers.iter().filter(is_unsent).count(),
        not_invoiced,
        draft,
        proposed: is_proposed,
        next: format!("crossfoot {verb} --period {}", period.name),
        captured,
        reconciled: outcome.is_some(),
        held: held.len(),
        to_decide: to_decide.len(),
        issued: numbers.len(),
        sent,
        void,
        unknown,
        outcome,
        sealed_at,
        without_irn: None,
        late: None,
        period: period.name.clone(),
    }
}

/// The customers of a report with a figure on either side that is not zero.
fn with_usage(report: &Value) -> impl Iterator<Item = &str> {
    let is_some = |row: &&Value| {
        ["analytics", "ledger"].iter().any(|side| {
            row.get(side).and_then(Value::as_str).is_some_and(|text| text.contains(|c| ('1'..='9').contains(&c)))
        })
    };
    let rows = report.get("customers").and_then(Value::as_array).into_iter().flatten();
    rows.filter(is_some).filter_map(|row| row.get("customer_id")?.as_str())
}

/// Whether a decision releases what a finding holds, as it stands in a report.
fn lifts(entry: &Resolution, finding: &Value, customers: &[String]) -> bool {
    let text = |name: &str| finding.get(name).and_then(Value::as_str);
    let amount = |name: &str| text(name).and_then(|text| parse_plain(text).ok());
    let code = text("code").unwrap_or_default();
    entry.decision != Decision::Hold
        && can_be_followed(code)
        && entry.is_about(code, customers, text("direction").and_then(Direction::parse))
        && [entry.analytics, entry.ledger] == [amount("analytics"), amount("ledger")]
}
