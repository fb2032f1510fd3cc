//! An open item of an earlier period: corrected in this one, or made again. The particular
//! is which.

use crate::reconcile::check::{Check, Look};
use crate::reconcile::explain::{Candidate, Context, Pattern, Preference, Sink, Who};

/// Looked for among the customer's own open items.
pub(crate) static CHECK: Check =
    Check { code: "open-item", page: include_str!("open_item.md"), look: Look::Candidates(candidates) };

/// Turned round.
static CORRECTED: Pattern = Pattern {
    name: "corrected",
    preference: Preference::Correction,
    alone: Some(|t| {
        (
            format!(
                "For {}, the ledger is {}: exactly the open item {}, turned round, as a correction posted in this period makes it.",
                t.whom,
                t.off(),
                t.fit.particulars.word
            ),
            "Date the correction in the period that it mends and close that one again; or decide about both with crossfoot resolve.".to_owned(),
        )
    }),
    ..Pattern::BASE
};

/// Made again.
static REPEATED: Pattern = Pattern {
    name: "repeated",
    preference: Preference::Repeated,
    alone: Some(|t| {
        (
            format!(
                "For {}, the ledger is {}: the same amount as the open item {}.",
                t.whom,
                t.off(),
                t.fit.particulars.word
            ),
            "Look whether the same slip was made again.".to_owned(),
        )
    }),
    ..Pattern::BASE
};

/// The difference turned round shows a correction that was posted now; the same difference
/// once more only fits.
fn candidates(context: &Context<'_>, sink: &mut Sink<'_>) {
    let Who::Customer(id) = &context.at.who else { return };
    for item in context.cx.question.open_items.iter().filter(|item| item.customers == [id.as_str()]) {
        let Some(was) = item.difference else { continue };
        let strong = was == -context.at.amount;
        if strong || was == context.at.amount {
            let particulars = format!("{} of {}", item.id, item.period.name).into();
            let pattern = if strong { &CORRECTED } else { &REPEATED };
            sink.take(Candidate { strong, particulars, tries: 1, ..Candidate::of(pattern) });
        }
    }
}
