//! A minimum or a flat amount is booked in place of usage.

use crate::model::chance::Chance;
use crate::reconcile::check::{Check, Look};
use crate::reconcile::explain::{Candidate, Context, Pattern, Preference, Sink, States};

/// Looked for where the customer has one posting.
pub(crate) static CHECK: Check =
    Check { code: "minimum-billed", page: include_str!("minimum_billed.md"), look: Look::Candidates(candidates) };

/// One amount in ten thousand is of whole hundreds by accident.
const ODDS: Chance = Chance::millionths(200);

/// So many differences at most.
const FEW: usize = 50;

static FLAT: Pattern = Pattern {
    name: "flat",
    preference: Preference::WholeFigure,
    alone: Some(|t| {
        (
            format!(
                "For {}, {} posts {} as its only posting of the period, a flat amount in place of usage: the ledger is {}.",
                t.whom,
                t.at(),
                t.amount(),
                t.off()
            ),
            "Post the usage, and what a minimum adds to it on an account of its own.".to_owned(),
        )
    }),
    states: States::Whole,
    ..Pattern::BASE
};

/// The customer's only row is of whole hundreds, and hardly any other row of the ledger is of
/// whole units.
fn candidates(context: &Context<'_>, sink: &mut Sink<'_>) {
    let [row] = context.inside.as_slice() else { return };
    let amount = context.amount(row);
    let hundred = 100 * context.major_unit();
    let flat = amount > 0 && amount % hundred == 0;
    // Looked up in all rows where few differences ask for it.
    let are_rare = || {
        let rows = context.everywhere().count();
        let flat = context.everywhere().filter(|row| context.amount(row) % hundred == 0).count();
        context.all.len() <= FEW && 5 * flat <= rows
    };
    if flat
        && (context.known.rarely_whole || are_rare())
        && context.is_complete()
        && context.target.abs() > context.major_unit()
    {
        sink.take(Candidate { rows: vec![*row], chance: Some(ODDS), ..Candidate::of(&FLAT) });
    }
}
