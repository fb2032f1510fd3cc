//! A row of exactly the amount in question that says nothing else of itself: usage that the
//! partner does not have. Only its amount shows it, and it is a rival of whatever else only the
//! amount shows.

use crate::reconcile::check::{Check, Look};
use crate::reconcile::explain::{Candidate, Context, Pattern, Preference, Sink, silent};

/// Looked for in single rows.
pub(crate) static CHECK: Check = Check {
    code: "amount-difference",
    page: include_str!("../facts/amount_difference.md"),
    look: Look::Candidates(candidates),
};

static ROW: Pattern = Pattern {
    name: "row",
    preference: Preference::RowTooMuch,
    alone: Some(|t| {
        (
            format!(
                "For {}, the ledger is {}, and {} ({}, {}{}) posts exactly that: without it both sides agree.",
                t.whom,
                t.off(),
                t.at(),
                t.way(),
                t.day(),
                t.under()
            ),
            format!("Look whether {} is usage of this month and of this customer.", t.at()),
        )
    }),
    ..Pattern::BASE
};

fn candidates(context: &Context<'_>, sink: &mut Sink<'_>) {
    if sink.strong_only || !context.is_small() {
        return;
    }
    for row in silent(context, sink) {
        sink.row(row, context.amount(row), Candidate { strong: false, ..Candidate::of(&ROW) });
    }
}
