//! `crossfoot close`: fetch → reconcile → invoices for every customer that reconciles → seal.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::context::Context;
use super::counted::{Dispositions, Held, counted, owed, people};
use super::dated::dating;
use super::fetch::{Asking, Wanted, begin, is_early, obtain, recheck};
use super::progress::Counted;
use super::{args, ask, committed, foreseen};
use crate::audit::chain;
use crate::audit::signing::Key;
use crate::bill::dating::{Dating, rule47};
use crate::books::config::{Config, Regime};
use crate::books::drafts;
use crate::books::layout::{Books, CHAIN};
use crate::close::inputs::Inputs;
use crate::close::preview::{self, Preview, Question, some_of};
use crate::close::seal::{self, Closed, Plan};
use crate::ledger::known;
use crate::model::invoice::{Document as Kind, Draft, Issued};
use crate::model::period::Period;
use crate::model::problem::{Exit, Problem};
use crate::render::text::{self, Paint};

pub(super) fn run(context: &Context<'_>, args: &args::Close) -> Result<Exit, Problem> {
    let period = &args.period;
    let mut inputs = Inputs::load(&context.books, period)?;
    known::check(&inputs.config.ledger_format, &inputs.formats)?;
    let nothing = |p: Problem| p.not_done("No invoice was issued.");
    has_ended(context, &inputs).map_err(nothing)?;
    let dating = dating(context, args.date, &inputs).map_err(nothing)?;
    let _lock = begin(context, &format!("close --period {}", period.name)).map_err(nothing)?;
    committed::before(context, &inputs.config, period)?;
    committed::is_longest(context)?;
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
    finish(context, inputs, dating, args.yes)
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
            "close it from the day after on; crossfoot close --draft --period {} shows what would be issued",
            period.name
        )))
}

/// Asks about what is unusual, where somebody can be asked; else returns what would have been asked.
///
/// # Errors
/// It was not confirmed: nothing is issued (exit 3).
fn confirm(context: &Context<'_>, plan: &Plan) -> Result<Vec<Question>, Problem> {
    let preview = Preview::of(plan)?;
    if preview.questions.is_empty() || !ask::somebody(context) {
        return Ok(preview.questions);
    }
    context.out.text(&foreseen::told(context, plan, &preview))?;
    match ask::optional(context, "Issue all of this? (yes or no)", "no").to_lowercase().as_str() {
        "y" | "yes" => Ok(Vec::new()),
        _ => {
            let name = &plan.inputs.period.name;
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

/// From the capture to the end: shared with the demo.
pub(super) fn finish(context: &Context<'_>, inputs: Inputs, dating: Dating, yes: bool) -> Result<Exit, Problem> {
    for note in &inputs.notes {
        context.out.say(&format!("note: {note}"));
    }
    let (period, config) = (inputs.period.clone(), inputs.config.clone());
    let plan = seal::plan(&context.books, inputs, dating)?;
    for unclaimed in &plan.inputs.unclaimed {
        context.out.say(&text::wrap(&format!("warning: {unclaimed}"), ""));
    }
    if let Some(note) = preview::without_annex(&plan) {
        context.out.say(&text::wrap(&format!("note: {note}"), ""));
    }
    let is_gst = matches!(config.invoicing.regime, Regime::Gst(_));
    let invoices = plan.due.iter().any(|draft| draft.document == Kind::Invoice);
    if let Some(late) = rule47(&period, dating.day).filter(|_| is_gst && invoices) {
        context.out.say(&text::wrap(&format!("warning: {late}"), ""));
    }
    let numbered = plan.number(dating)?;
    let unasked = if yes { Vec::new() } else { confirm(context, &plan)? };
    let progress = Counted::new(context, 0, "invoices");
    let now = context.environment.clock()?();
    let key = signing_key(context, &config, now)?;
    let closed = seal::seal(&context.books, plan, numbered, (now, key.as_ref()), &|many| progress.one_of(many));
    progress.end();
    let closed = closed?;
    // What it showed is issued now, or was decided otherwise. The close stands whatever becomes of it.
    if let Err(problem) = drafts::remove(&context.books, &period) {
        context.out.say(&format!("warning: the period's draft is still there: {}", problem.reason()));
    }
    if context.out.is_json() {
        context.out.document(&document(&period, &closed, &unasked))?;
    } else {
        context.out.text(&summary(context, &period, &closed))?;
    }
    committed::close(context, &config, &period, &closed)?;
    let is_unusual = told_unasked(context, &unasked);
    Ok(if closed.derived.reconciliation.is_reconciled() && !is_unusual { Exit::Done } else { Exit::Findings })
}

/// The key that signs the seal, if one does.
fn signing_key<'a>(context: &'a Context<'_>, config: &Config, now: DateTime<Utc>) -> Result<Option<Key<'a>>, Problem> {
    let environment = &context.environment.variables;
    let named = environment.get("CROSSFOOT_SIGNING_KEY").filter(|name| !name.is_empty());
    match named.or(config.signing_key.as_ref()) {
        Some(named) => Key::open(&context.books, named, environment, now).map(Some),
        None if config.signatures_required => {
            Err(Problem::usage("signing-key", "[audit] signatures is required, and no key is named")
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
            let new: Vec<&Draft> = closed.new.iter().map(|issued| &issued.content).collect();
            let issued = out.good(&format!("Issued {}", counted(&new, 0)));
            lines.push(format!("{issued}  {numbers}, {}", owed(&new)));
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
