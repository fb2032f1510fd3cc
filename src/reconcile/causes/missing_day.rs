//! A day that nobody has, or a direction: the export was cut. The particular is the days, or the
//! direction.

use crate::model::chance::Chance;
use crate::reconcile::check::{Check, Look};
use crate::reconcile::explain::{Candidate, Context, Pattern, Preference, Sink, Together, Who};

/// Looked for among the days of all customers, and their directions.
pub(crate) static CHECK: Check = Check {
    code: "missing-day",
    page: include_str!("missing_day.md"),
    look: Look::Candidates(|context, sink| {
        days(context, sink);
        direction(context, sink);
    }),
};

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

static ONE_WAY: Pattern = Pattern {
    name: "one way",
    together: Some(Together {
        alike: true,
        words: |way| {
            (
                format!("has no {} posting, and neither has anybody else", way.word),
                "Export the ledger again, with the accounts of both directions.",
            )
        },
    }),
    ..LOST
};

/// A customer who lacks what others lack too: all of a direction, of which the ledger has nothing,
/// while the other direction agrees.
fn direction(context: &Context<'_>, sink: &mut Sink<'_>) {
    let Who::Customer(_) = context.at.who else { return };
    let room = context.room_by_direction();
    let [inbound, outbound] = context.cx.directions.as_slice() else { return };
    for (lost, other) in [(inbound, outbound), (outbound, inbound)] {
        let is_lost = lost.sides.ledger.is_zero() && lost.sides.analytics.is_some_and(|stated| !stated.is_zero());
        let agrees = other.sides.difference.is_some_and(|gap| context.units(gap.amount()).abs() <= room);
        // Where the customer's own directions are known, they say the same.
        let own = context.by_direction.is_none_or(|by| by[other.direction as usize].abs() <= room);
        if is_lost && agrees && own && context.target < 0 && context.known.short > 1 {
            let mut effect = [0; 2];
            effect[lost.direction as usize] = context.target;
            let particulars = lost.direction.name().to_owned().into();
            let (effect, chance) = (Some(effect), Some(ODDS));
            sink.take(Candidate { effect, particulars, chance, ..Candidate::of(&ONE_WAY) });
        }
    }
}

/// A customer who lacks about as much as those days' postings are on its other days.
fn days(context: &Context<'_>, sink: &mut Sink<'_>) {
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
