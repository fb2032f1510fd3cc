//! Sealing a plan for a command: who signs, the seal, and what is said of it.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::context::Context;
use super::counted::{Dispositions, Held, counted, owed, people};
use super::progress::Counted;
use super::{ask, committed};
use crate::audit::proposal;
use crate::audit::signing::Key;
use crate::books::config::Config;
use crate::books::drafts;
use crate::books::layout::{Books, CHAIN};
use crate::close::preview::{Question, some_of};
use crate::close::seal::{self, Closed, Numbered, Plan};
use crate::model::invoice::{Document as Kind, Draft, Issued};
use crate::model::period::Period;
use crate::model::problem::{Exit, Problem};
use crate::render::text::{self, Paint};

/// Asks whether all of what was shown is meant.
///
/// # Errors
/// It is not: nothing is issued (exit 3).
pub(super) fn asked(context: &Context<'_>, period: &Period) -> Result<(), Problem> {
    match ask::optional(context, "Issue all of this? (yes or no)", "no").to_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => {
            let name = &period.name;
            let mut problem = Problem::stop("unconfirmed", "it was not confirmed")
                .next(format!("crossfoot close --draft --period {name}{} shows it on pages", context.same_books()))
                .not_done("Nothing was issued, and nothing was sealed.");
            problem.exit = Exit::Findings;
            Err(problem)
        }
    }
}

/// Says what a person would have been asked; whether the exit code says it, too.
fn told_unasked(context: &Context<'_>, unasked: &[Question]) -> bool {
    let (unusual, said): (Vec<&Question>, Vec<&Question>) = unasked.iter().partition(|question| question.for_scripts);
    for question in said {
        context.out.say(&text::wrap(&format!("note: {} A person would have been asked.", question.text), ""));
    }
    let mut texts = unusual.iter().map(|question| question.text.clone());
    let Some(first) = texts.next() else { return false };
    // Why a command ends with another code than 0 is said also where talk is unwanted.
    context.out.complaint(
        &Problem::stop("unusual", format!("a person would have been asked: {first}"))
            .also(texts.collect())
            .because("it is issued and sealed, and is told once, by exit code 3")
            .next("look at it before crossfoot send; close --yes says beforehand that it is meant"),
    );
    true
}

/// Seals a plan, and says what was done.
pub(super) fn carry_out(
    context: &Context<'_>,
    plan: Plan,
    numbered: Numbered,
    unasked: &[Question],
) -> Result<Exit, Problem> {
    let (period, config) = (plan.inputs.period.clone(), plan.inputs.config.clone());
    let progress = Counted::new(context, 0, "invoices");
    let now = context.environment.clock()?();
    let key = signing_key(context, &config, plan.rule.signatures, now)?;
    let closed = seal::seal(&context.books, plan, numbered, (now, key.as_ref()), &|many| progress.one_of(many));
    progress.end();
    let closed = closed?;
    // What they showed is issued now, or was decided otherwise. The close stands whatever becomes of them.
    let removed =
        [("draft", drafts::remove(&context.books, &period)), ("proposal", proposal::remove(&context.books, &period))];
    for (what, removed) in removed {
        if let Err(problem) = removed {
            context.out.say(&format!("warning: the period's {what} is still there: {}", problem.reason()));
        }
    }
    if context.out.is_json() {
        context.out.document(&document(&period, &closed, unasked))?;
    } else {
        context.out.text(&summary(context, &period, &closed))?;
    }
    committed::close(context, &config, &period, &closed)?;
    let is_unusual = told_unasked(context, unasked);
    Ok(if closed.derived.reconciliation.is_reconciled() && !is_unusual { Exit::Done } else { Exit::Findings })
}

/// The key that signs the seal, if one does.
///
/// # Errors
/// One that may not sign; none where one is required.
pub(super) fn signing_key<'a>(
    context: &'a Context<'_>,
    config: &Config,
    is_required: bool,
    now: DateTime<Utc>,
) -> Result<Option<Key<'a>>, Problem> {
    let environment = &context.environment.variables;
    let named = environment.get("CROSSFOOT_SIGNING_KEY").filter(|name| !name.is_empty());
    match named.or(config.signing_key.as_ref()) {
        Some(named) => Key::open(&context.books, named, environment, now).map(Some),
        None if is_required => {
            Err(Problem::usage("signing-key", "[audit] signatures is required, and no key is named")
                .because("these settings say so, or those that the last close sealed: a signed close ends that")
                .next("set [audit] signing_key, or the variable CROSSFOOT_SIGNING_KEY")
                .not_done("Nothing was sealed."))
        }
        None => Ok(None),
    }
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    period: &'a str,
    outcome: &'static str,
    /// False: nothing has changed since the last seal.
    sealed: bool,
    issued: Vec<Invoice<'a>>,
    /// Everybody with usage or charges and without a document: those held, those whose credits
    /// exceed their charges, and those whom finance decided not to bill.
    not_invoiced: Vec<Held<'a>>,
    held: Vec<Held<'a>>,
    not_billed: Vec<Held<'a>>,
    nothing_to_bill: Vec<&'a str>,
    credit_due: Vec<Held<'a>>,
    /// What a person would have been asked before it was issued.
    would_ask: Vec<&'a str>,
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

fn document<'a>(period: &'a Period, closed: &'a Closed, unasked: &'a [Question]) -> Document<'a> {
    let invoice = |issued: &'a Issued, new: bool| Invoice {
        number: &issued.number,
        issue_date: issued.issue_date.to_string(),
        customer_id: &issued.content.customer_id,
        total: issued.content.total.plain(),
        currency: issued.content.currency.code(),
        proof: issued.content.proof.name(),
        new,
    };
    let Dispositions { held, not_billed, credit_due, nothing_to_bill } = Dispositions::of(&closed.derived.decisions);
    let credit_due: Vec<Held<'_>> = credit_due
        .into_iter()
        .map(|(customer_id, amount)| Held { customer_id, why: format!("its total is {}", amount.plain()) })
        .collect();
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
        not_invoiced: held.iter().chain(&credit_due).chain(&not_billed).cloned().collect(),
        held,
        not_billed,
        nothing_to_bill,
        credit_due,
        would_ask: unasked.iter().map(|question| question.text.as_str()).collect(),
        manifest_sha256: &closed.manifest_sha256,
        chain_head: &closed.chain_head,
    }
}

/// The first and last number of each kind of document: each is a series of its own.
fn numbers(new: &[Issued]) -> String {
    let series = Kind::ALL.into_iter().filter_map(|kind| {
        let of_kind: Vec<&Issued> = new.iter().filter(|issued| issued.content.document == kind).collect();
        match of_kind.as_slice() {
            [] => None,
            [one] => Some(one.number.clone()),
            [first, .., last] => Some(format!("{} … {}", first.number, last.number)),
        }
    });
    series.collect::<Vec<_>>().join("; ")
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

    match closed.new.as_slice() {
        [_, ..] => {
            let new: Vec<&Draft> = closed.new.iter().map(|issued| &issued.content).collect();
            let issued = out.good(&format!("Issued {}", counted(&new, 0)));
            lines.push(format!("{issued}  {}, {}", numbers(&closed.new), owed(&new)));
        }
        _ if closed.before.is_empty() => lines.push("No invoice.".to_owned()),
        _ => {}
    }
    if !closed.before.is_empty() {
        let standing = closed.before.iter().filter(|i| !closed.void.contains(&i.number));
        let standing: Vec<&Draft> = standing.map(|issued| &issued.content).collect();
        let counted = counted(&standing, closed.void.len());
        lines.push(format!("{counted} issued before, unchanged: {}", owed(&standing)));
    }
    let only_in_total =
        closed.new.iter().filter(|i| i.content.proof == crate::model::invoice::Proof::TotalOnly).count();
    if only_in_total > 0 {
        lines.push(format!("  {only_in_total} of them for customers proven in total only (not listed by the partner)"));
    }

    let without = Dispositions::of(&closed.derived.decisions);
    let held = without.to_be_mended();
    if !held.is_empty() {
        let many = people(held.len());
        let named = if out.is_verbose() || held.len() == 1 { NAMED } else { 0 };
        let who = if named == 0 { "; the report says who and why (-v here)" } else { "" };
        lines.push(format!("{}{who}", out.bad(&format!("Held: {many} without an invoice"))));
        for Held { customer_id: id, why } in held.iter().take(named) {
            let issued = closed.before.iter().find(|i| i.content.customer_id == *id);
            let note = issued.map_or_else(String::new, |i| format!("; {} was issued before and stays", i.number));
            lines.push(text::wrap(&format!("{}: {why}{note}", name(id)), "  "));
        }
        if named > 0 && held.len() > NAMED {
            lines.push(format!("  and {} more; all are in reconciliation.html", held.len() - NAMED));
        }
    }
    let Dispositions { not_billed, nothing_to_bill, .. } = without;
    if !not_billed.is_empty() {
        let ids = some_of(not_billed.iter().map(|one| one.customer_id));
        lines.push(text::wrap(&format!("Not billed, by decision: {} ({ids})", people(not_billed.len())), ""));
    }
    if !nothing_to_bill.is_empty() {
        lines.push(format!("No usage, no invoice: {}", people(nothing_to_bill.len())));
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
