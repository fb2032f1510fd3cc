//! `crossfoot close --draft`: everything that a close would issue, without numbers, marked on every
//! page, in a folder of its own. Nothing else in the books is written.

use chrono::NaiveDate;

use super::args;
use super::context::Context;
use super::dated::{dating, has_begun};
use super::fetch::{Asking, Kept, Wanted, begin, is_early, obtain_and};
use super::foreseen;
use super::progress::Counted;
use crate::books::drafts::DraftFolder;
use crate::books::layout::Books;
use crate::close::documents::Documents;
use crate::close::inputs::Inputs;
use crate::close::ledgers::are_there;
use crate::close::outputs::{self, Close};
use crate::close::preview::Preview;
use crate::close::seal::{self, Plan};
use crate::ledger::known;
use crate::model::invoice::Issued;
use crate::model::problem::{Exit, Problem};
use crate::render::reconciliation_json::to_bytes;

/// The same as the command prints with --json.
const SUMMARY: &str = "draft.json";

pub(super) fn run(context: &Context<'_>, args: &args::Close) -> Result<Exit, Problem> {
    let period = &args.period;
    let mut inputs = Inputs::load(&context.books, period)?;
    known::check(&inputs.config.ledger_format, &inputs.formats)?;
    let nothing = |p: Problem| p.not_done("No draft was written.");
    has_begun(context, inputs.config.timezone, period).map_err(nothing)?;
    are_there(&context.books, &inputs.config.ledger_for(period)).map_err(nothing)?;
    let dating = dating(context, args.date, &inputs).map_err(nothing)?;
    let is_over = context.environment.clock()?() >= period.instants(inputs.config.timezone).1;
    let _lock = begin(context, &format!("close --draft --period {}", period.name)).map_err(nothing)?;
    let wanted = if args.refetch { Wanted::New } else { Wanted::Any };
    let asking = Asking::of(&inputs);
    let (capture, _) = obtain_and(context, &asking, wanted, Kept::Nowhere).map_err(nothing)?;
    if is_early(context, &asking, &capture.record).map_err(nothing)? {
        context.out.say(&format!("note: {} was captured before it had ended; a close asks again", period.name));
    }
    inputs.receive(capture);
    for note in &inputs.notes {
        context.out.say(&format!("note: {note}"));
    }
    if !is_over {
        context.out.say(&format!("note: {} is not over: its figures will grow, and it cannot be closed", period.name));
    }
    let plan = seal::plan(&context.books, inputs, dating).map_err(nothing)?;
    // What would stop a close stops its draft; a period that is not over has no numbers yet.
    let dates = match is_over {
        true => plan.number(dating).map_err(nothing)?.0.iter().map(|issued| issued.issue_date).collect(),
        false => vec![dating.day; plan.due.len()],
    };
    let preview = Preview::of(&plan)?;
    let document = foreseen::document(&plan, &preview)?;
    write(context, &plan, dates, &to_bytes(&document)).map_err(nothing)?;
    if context.out.is_json() {
        context.out.document(&document)?;
    } else {
        let folder = context.books.path(Books::draft_dir(period));
        let mut text = foreseen::told(context, &plan, &preview);
        text.push_str(&format!("Draft     {}: nothing was issued or sealed\n", folder.display()));
        if is_over {
            text.push_str(&format!("Close it  crossfoot close --period {}{}\n", period.name, context.same_books()));
        }
        context.out.text(&text)?;
    }
    Ok(if foreseen::would_issue_all(&plan, &preview) { Exit::Done } else { Exit::Findings })
}

/// Draws what is proposed, in place of the draft before.
///
/// # Errors
/// It cannot be drawn or written.
pub(super) fn show(context: &Context<'_>, plan: &Plan, preview: &Preview) -> Result<(), Problem> {
    let day = plan.inputs.dated.unwrap_or(plan.inputs.period.to);
    let document = foreseen::document(plan, preview)?;
    write(context, plan, vec![day; plan.due.len()], &to_bytes(&document))
}

/// Draws everything, each document with its date, and puts it in place of the draft before.
fn write(context: &Context<'_>, plan: &Plan, dates: Vec<NaiveDate>, summary: &[u8]) -> Result<(), Problem> {
    let shown: Vec<(String, Issued)> = foreseen::stems(&plan.due)
        .into_iter()
        .zip(plan.due.iter().zip(dates))
        .map(|(stem, (draft, day))| (stem, Issued::shown(draft.clone(), day, &plan.inputs.template_sha256)))
        .collect();
    let shown = shown.as_slice();
    let Plan { inputs, derived, chain, .. } = plan;
    let of: Vec<Issued> = shown.iter().map(|(_, document)| document.clone()).collect();
    let documents = Documents::shown(&context.books, inputs, chain, &of)?;
    let close = Close { inputs, derived, documents: &documents };
    let folder = DraftFolder::begin(&context.books, &inputs.period)?;
    let progress = Counted::new(context, 0, "drafts");
    let done = outputs::on_all_cores(&outputs::drafts(close, shown), |name, file| {
        folder.write(name, &file.bytes()?)?;
        if name.ends_with(".pdf") {
            progress.one_of(shown.len());
        }
        Ok(())
    });
    progress.end();
    done?;
    folder.write(SUMMARY, summary)?;
    folder.finish()
}
