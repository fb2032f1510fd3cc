//! A day that nobody has: the export was cut. The particular is the days.

use crate::model::chance::Chance;
use crate::reconcile::check::{Check, Look};
use crate::reconcile::explain::{Candidate, Context, Pattern, Preference, Sink, Together, Who};

/// Looked for among the days of all customers.
pub(crate) static CHECK: Check =
    Check { code: "missing-day", page: include_str!("missing_day.md"), look: Look::Candidates(candidates) };

/// How large the postings are that are not there, nothing says; that nobody has the day, the
/// ledger does.
const ODDS: Chance = Chance::millionths(1_000);

static LOST: Pattern = Pattern {
    name: "lost",
    preference: Preference::EverybodyLacks,
    together: Some(Together {
        alike: true,
        words: |days| {
            (
                format!("has no posting of {}, and neither has anybody else", days.word),
                "Export the ledger again, with every day of the period.",
            )
        },
    }),
    is_of_report: true,
    ..Pattern::BASE
};

/// A customer who lacks about as much as those days' postings are on its other days.
fn candidates(context: &Context<'_>, sink: &mut Sink<'_>) {
    let lost = &context.known.days.lost;
    if lost.is_empty() || context.target >= 0 || context.at.who == Who::Directions {
        return;
    }
    let sizes = || context.inside.iter().map(|row| context.amount(row).abs());
    let days: Vec<_> =
        context.inside.iter().map(|row| row.date).collect::<std::collections::BTreeSet<_>>().into_iter().collect();
    let usual = sizes().sum::<i128>() / i128::try_from(days.len().max(1)).unwrap_or(1);
    let about = usual * i128::try_from(lost.len()).unwrap_or(1);
    let missing = context.target.abs();
    if days.len() >= 5 && 20 * missing >= about && missing <= 8 * about {
        let word = lost.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let chance = Some(ODDS.max(Chance::millionths(context.known.days.by_accident)));
        sink.take(Candidate { particulars: word.into(), chance, ..Candidate::of(&LOST) });
    }
}
