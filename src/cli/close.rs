//! `crossfoot close`: fetch → reconcile → invoices for every customer that reconciles → seal.

use chrono::NaiveDate;
use serde::Serialize;

use super::args;
use super::committed;
use super::context::Context;
use super::fetch::{Asking, Wanted, begin, is_early, obtain, recheck};
use super::progress::Counted;
use crate::audit::chain;
use crate::bill::charges::Disposition;
use crate::bill::dating::Dating;
use crate::books::layout::{Books, CHAIN};
use crate::close::inputs::Inputs;
use crate::close::seal::{self, Closed};
use crate::ledger::known;
use crate::model::invoice::{Document as Kind, Issued};
use crate::model::money::{Currency, Money, total};
use crate::model::period::Period;
use crate::model::problem::{Exit, Problem};
use crate::render::text::{self, Paint};

pub(super) fn run(context: &Context<'_>, args: &args::Close) -> Result<Exit, Problem> {
    let period = &args.period.period;
    let mut inputs = Inputs::load(&context.books, period)?;
    known::check(&inputs.config.ledger_format, &inputs.formats)?;
    let nothing = |p: Problem| p.not_done("No invoice was issued.");
    has_ended(context, &inputs).map_err(nothing)?;
    let dating = dating(context, args.date, &inputs).map_err(nothing)?;
    let _lock = begin(context, &format!("close --period {}", period.name)).map_err(nothing)?;
    committed::before(context, &inputs.config, period)?;
    let wanted = if args.refetch { Wanted::New } else { Wanted::Any };
    let asking = Asking::of(&inputs);
    let (capture, asked) = obtain(context, &asking, wanted).map_err(nothing)?;
    if is_early(context, &asking, &capture.record).map_err(nothing)? {
        return Err(nothing(
            Problem::stop("capture-early", format!("{} was captured before it had ended", period.name))
                .because(format!("the partner was asked at {}", capture.when()))
                .next("run the command again without --offline: it captures again"),
        ));
    }
    if asked {
        let (chain, _) = chain::load(&context.books).map_err(nothing)?;
        recheck(context, &asking, &chain);
    }
    inputs.receive(capture);
    finish(context, inputs, dating)
}

/// A month that is not over is not closed: its figures still grow.
fn has_ended(context: &Context<'_>, inputs: &Inputs) -> Result<(), Problem> {
    let (period, zone) = (&inputs.period, inputs.config.timezone);
    let now = context.environment.clock()?();
    if now >= period.instants(zone).1 {
        return Ok(());
    }
    let today = now.with_timezone(&zone).date_naive();
    Err(Problem::usage("period-not-over", format!("{} is not over", period.name))
        .because(format!("its last day is {}, and today is {today} in {zone}", period.to))
        .next(format!(
            "close it from the day after on; crossfoot reconcile --period {} compares what there is",
            period.name
        )))
}

/// The day of the close: the one that is named, or today in the books' time zone.
pub(super) fn dating(context: &Context<'_>, named: Option<NaiveDate>, inputs: &Inputs) -> Result<Dating, Problem> {
    let zone = inputs.config.timezone;
    let today = context.environment.clock()?().with_timezone(&zone).date_naive();
    match named {
        Some(day) if day > today => Err(Problem::usage("issue-date", format!("--date {day} has not come"))
            .because(format!("today is {today} in {zone}, and no document is dated later than it is issued"))
            .next("leave --date out, or name a day that has come")),
        Some(day) => Ok(Dating { day, is_named: true }),
        None => Ok(Dating { day: today, is_named: false }),
    }
}

/// From the capture to the end: shared with the demo.
pub(super) fn finish(context: &Context<'_>, inputs: Inputs, dating: Dating) -> Result<Exit, Problem> {
    for note in &inputs.notes {
        context.out.say(&format!("note: {note}"));
    }
    let (period, config) = (inputs.period.clone(), inputs.config.clone());
    let progress = Counted::new(context, 0, "invoices");
    let now = context.environment.clock()?();
    let closed = seal::close(&context.books, inputs, dating, now, &|many| progress.one_of(many));
    progress.end();
    let closed = closed?;
    if context.out.is_json() {
        context.out.document(&document(&period, &closed))?;
    } else {
        context.out.text(&summary(context, &period, &closed))?;
    }
    committed::close(context, &config, &period, &closed)?;
    Ok(if closed.derived.reconciliation.is_reconciled() { Exit::Done } else { Exit::Findings })
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    period: &'a str,
    outcome: &'static str,
    /// False: nothing has changed since the last seal.
    sealed: bool,
    issued: Vec<Invoice<'a>>,
    /// Everybody with usage or charges and without a document: those held, and those whose
    /// credits exceed their charges.
    not_invoiced: Vec<Held<'a>>,
    held: Vec<Held<'a>>,
    nothing_to_bill: Vec<&'a str>,
    credit_due: Vec<Held<'a>>,
    manifest_sha256: &'a str,
    chain_head: &'a str,
}

#[derive(Serialize)]
struct Invoice<'a> {
    number: &'a str,
    issue_date: String,
    customer_id: &'a str,
    total: String,
    currency: &'a str,
    proof: &'static str,
    new: bool,
}

#[derive(Clone, Serialize)]
struct Held<'a> {
    customer_id: &'a str,
    why: String,
}

fn document<'a>(period: &'a Period, closed: &'a Closed) -> Document<'a> {
    let invoice = |issued: &'a Issued, new: bool| Invoice {
        number: &issued.number,
        issue_date: issued.issue_date.to_string(),
        customer_id: &issued.content.customer_id,
        total: issued.content.total.plain(),
        currency: issued.content.currency.code(),
        proof: issued.content.proof.name(),
        new,
    };
    let mut held = Vec::new();
    let mut nothing_to_bill = Vec::new();
    let mut credit_due = Vec::new();
    for (customer_id, disposition) in &closed.derived.decisions {
        match disposition {
            Disposition::Bill(_) => {}
            Disposition::Held(why) => held.push(Held { customer_id, why: why.clone() }),
            Disposition::Refused(refusal) => held.push(Held { customer_id, why: refusal.why.clone() }),
            Disposition::Nothing => nothing_to_bill.push(customer_id.as_str()),
            Disposition::CreditDue(amount) => {
                credit_due.push(Held { customer_id, why: format!("its total is {}", amount.plain()) });
            }
        }
    }
    Document {
        schema: "crossfoot/close/v1",
        period: &period.name,
        outcome: closed.derived.reconciliation.outcome(),
        sealed: closed.sealed,
        issued: closed
            .before
            .iter()
            .map(|i| invoice(i, false))
            .chain(closed.new.iter().map(|i| invoice(i, true)))
            .collect(),
        not_invoiced: held.iter().chain(&credit_due).cloned().collect(),
        held,
        nothing_to_bill,
        credit_due,
        manifest_sha256: &closed.manifest_sha256,
        chain_head: &closed.chain_head,
    }
}

fn people(many: usize) -> String {
    if many == 1 { "1 customer".to_owned() } else { format!("{many} customers") }
}

/// Documents counted by kind: `46 invoices, 2 credit notes, 1 void`.
fn counted(documents: &[&Issued], void: usize) -> String {
    let kinds = Kind::ALL.into_iter().filter_map(|kind| {
        let many = documents.iter().filter(|issued| issued.content.document == kind).count();
        let name = kind.name().replace('-', " ");
        match many {
            0 => None,
            1 => Some(format!("1 {name}")),
            _ => Some(format!("{many} {name}s")),
        }
    });
    kinds.chain((void > 0).then(|| format!("{void} void"))).collect::<Vec<_>>().join(", ")
}

/// What documents come to: credit notes take away.
fn owed(documents: &[&Issued]) -> String {
    let amounts: Vec<_> = documents.iter().map(|issued| issued.content.document.owed(issued.content.total)).collect();
    let currency = amounts.first().map_or(Currency::INR, Money::currency);
    total(currency, &amounts).map_or_else(|_| "more than can be added up".to_owned(), |sum| sum.display())
}

/// How many held customers are named on the terminal.
const NAMED: usize = 8;

fn summary(context: &Context<'_>, period: &Period, closed: &Closed) -> String {
    let out = context.out;
    let reconciliation = &closed.derived.reconciliation;
    let summary = text::summary(reconciliation, out, out.is_verbose());
    let mut lines = vec![summary.trim_end().to_owned()];
    let name = |id: &str| {
        let line = reconciliation.customers.iter().find(|c| c.customer_id == id);
        line.and_then(|c| c.name.clone()).map_or_else(|| id.to_owned(), |n| format!("{n} ({id})"))
    };

    match (closed.new.first(), closed.new.last()) {
        (Some(first), Some(last)) => {
            let numbers = if closed.new.len() == 1 {
                first.number.clone()
            } else {
                format!("{} … {}", first.number, last.number)
            };
            let new: Vec<&Issued> = closed.new.iter().collect();
            let issued = out.good(&format!("Issued {}", counted(&new, 0)));
            lines.push(format!("{issued}  {numbers}, {}", owed(&new)));
        }
        _ if closed.before.is_empty() => lines.push("No invoice.".to_owned()),
        _ => {}
    }
    if !closed.before.is_empty() {
        let standing: Vec<&Issued> = closed.before.iter().filter(|i| !closed.void.contains(&i.number)).collect();
        let counted = counted(&standing, closed.void.len());
        lines.push(format!("{counted} issued before, unchanged: {}", owed(&standing)));
    }
    let only_in_total =
        closed.new.iter().filter(|i| i.content.proof == crate::model::invoice::Proof::TotalOnly).count();
    if only_in_total > 0 {
        lines.push(format!("  {only_in_total} of them for customers proven in total only (not listed by the partner)"));
    }

    let held: Vec<_> = closed
        .derived
        .decisions
        .iter()
        .filter_map(|(id, d)| match d {
            Disposition::Held(why) => Some((id, why.clone())),
            Disposition::Refused(refusal) => Some((id, refusal.why.clone())),
            Disposition::CreditDue(amount) => {
                Some((id, format!("its credits exceed its charges ({})", amount.display())))
            }
            _ => None,
        })
        .collect();
    if !held.is_empty() {
        let many = people(held.len());
        let named = if out.is_verbose() || held.len() == 1 { NAMED } else { 0 };
        let who = if named == 0 { "; the report says who and why (-v here)" } else { "" };
        lines.push(format!("{}{who}", out.bad(&format!("Held: {many} without an invoice"))));
        for (id, why) in held.iter().take(named) {
            let issued = closed.before.iter().find(|i| i.content.customer_id == **id);
            let note = issued.map_or_else(String::new, |i| format!("; {} was issued before and stays", i.number));
            lines.push(text::wrap(&format!("{}: {why}{note}", name(id)), "  "));
        }
        if named > 0 && held.len() > NAMED {
            lines.push(format!("  and {} more; all are in reconciliation.html", held.len() - NAMED));
        }
    }
    let nothing = closed.derived.decisions.values().filter(|d| matches!(d, Disposition::Nothing)).count();
    if nothing > 0 {
        lines.push(format!("No usage, no invoice: {}", people(nothing)));
    }

    let folder = context.books.path(Books::close_dir(period));
    lines.push(format!("Report    {}; invoices/ beside it", folder.join("reconciliation.html").display()));
    let seal = if closed.sealed { "Sealed" } else { "Unchanged since the last seal" };
    lines.push(format!(
        "Audit     {}  {seal}: {}…",
        context.books.path(CHAIN).display(),
        closed.chain_head.get(..16).unwrap_or_default()
    ));
    lines.push(format!("Check it  crossfoot verify{}", context.same_books()));
    lines.join("\n") + "\n"
}
