//! `crossfoot close`: fetch → reconcile → invoices for every customer that reconciles → seal.

use super::context::Context;
use super::dated::dating;
use super::fetch::{Asking, Wanted, begin, is_early, obtain, recheck};
use super::sealing::{asked, carry_out};
use super::{approve, args, ask, committed, foreseen, remembered};
use crate::audit::chain;
use crate::bill::dating::{Dating, rule47};
use crate::books::config::Regime;
use crate::close::inputs::Inputs;
use crate::close::ledgers::are_there;
use crate::close::preview::{self, Preview, Question};
use crate::close::seal::{self, Plan};
use crate::ledger::known;
use crate::model::invoice::Document as Kind;
use crate::model::problem::{Exit, Problem};
use crate::render::text;

pub(super) fn run(context: &Context<'_>, args: &args::Close) -> Result<Exit, Problem> {
    close(context, Inputs::load(&context.books, &args.period)?, args)
}

/// The close of books that were read: shared with the demo, whose partner is another.
pub(super) fn close(context: &Context<'_>, mut inputs: Inputs, args: &args::Close) -> Result<Exit, Problem> {
    let period = &args.period;
    known::check(&inputs.config.ledger_format, &inputs.formats)?;
    let nothing = |p: Problem| p.not_done("No invoice was issued.");
    has_ended(context, &inputs).map_err(nothing)?;
    let dating = dating(context, args.date, &inputs).map_err(nothing)?;
    are_there(&context.books, &inputs.config.ledger_for(period)).map_err(nothing)?;
    let _lock = begin(context, &format!("close --period {}", period.name)).map_err(nothing)?;
    committed::is_longest(context, args.accept_restored)?;
    remembered::check(context, &inputs.config, args.accept_restored)?;
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
    asked(context, &plan.inputs.period)?;
    plan.is_current(&context.books).map(|()| Vec::new())
}

/// From the capture to the end.
fn finish(context: &Context<'_>, inputs: Inputs, dating: Dating, yes: bool) -> Result<Exit, Problem> {
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
    if plan.rule.needs_two(&plan.inputs.resolutions) {
        return approve::propose(context, plan, numbered, dating);
    }
    let unasked = if yes { Vec::new() } else { confirm(context, &plan)? };
    carry_out(context, plan, numbered, &unasked)
}
