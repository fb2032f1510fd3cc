//! Differences that rounding each row at the ledger's scale can produce, and no larger.

use crate::model::chance::Chance;
use crate::model::rounding::{Rounding, round_to};
use crate::reconcile::check::{Check, Look};
use crate::reconcile::explain::{Candidate, Context, Pattern, Preference, Sink, Together};

/// Looked for in the customer's rows together.
pub(crate) static CHECK: Check =
    Check { code: "rounding", page: include_str!("rounding.md"), look: Look::Candidates(candidates) };

/// How many customers must differ by so little for it to be a habit and no accident.
const HABIT: usize = 5;

static ROUNDED: Pattern = Pattern {
    name: "rounded",
    together: Some(Together {
        alike: true,
        words: |_| {
            (
                "differs by no more than rounding each of its rows can make".to_owned(),
                "Post unrounded amounts, or let [reconcile] tolerance pass what rounding takes.",
            )
        },
    }),
    next: Some(|t| {
        let (digits, largest) = (t.cx.question.currency.minor_digits(), t.largest);
        let up = round_to(largest.amount(), digits, Rounding::Up).unwrap_or(largest.amount());
        format!("Post unrounded amounts, or set [reconcile] tolerance = \"{up}\": the largest of these differences.")
    }),
    ..Pattern::BASE
};

/// The customer's rows together: half a unit of the ledger's scale for each.
fn candidates(context: &Context<'_>, sink: &mut Sink<'_>) {
    if context.target == 0 || context.target.abs() > context.rounding_bound() {
        return;
    }
    let ledger = context.at.sides.ledger.amount();
    let finer = context.at.sides.analytics.is_some_and(|a| a.amount().normalize().scale() > ledger.scale());
    // Customers whose differences are as small, for as many rows.
    let alike = context.known.as_small(context.rounding_bound(), context.row_count().max(1), context.scale);
    let strong = finer || context.is_rounded || (alike >= 3 && 2 * alike > context.all.len()) || alike >= HABIT;
    // A fact about many customers or about the figure's own digits, or else just small.
    let (preference, chance) = if strong { (Preference::Habit, 1_000) } else { (Preference::Small, 500_000) };
    let chance = Some(Chance::millionths(chance));
    sink.take(Candidate { strong, preference, chance, ..Candidate::of(&ROUNDED) });
}
