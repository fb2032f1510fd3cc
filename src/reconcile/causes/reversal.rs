//! A posting reversed and made again, wrongly; or reversed and not made again.

use crate::model::posting::PostedRow;
use crate::reconcile::check::{Check, Look};
use crate::reconcile::explain::{Candidate, Context, Pattern, Preference, Sink};

/// Looked for where a row takes back another of the customer's.
pub(crate) static CHECK: Check =
    Check { code: "reversal", page: include_str!("reversal.md"), look: Look::Candidates(candidates) };

/// So many reversals of one customer are held against its other rows.
const MOST: usize = 40;

static AGAIN: Pattern = Pattern {
    name: "again",
    preference: Preference::Reversed,
    alone: Some(|t| {
        let [first, back, again] = t.fit.rows.as_slice() else { return (String::new(), String::new()) };
        let amount = |row: &PostedRow| t.cx.money(row.amount).display();
        (
            format!(
                "For {}, row {} ({}) was reversed in row {} and made again in row {} as {}: the ledger is {}.",
                t.whom,
                first.line,
                amount(first),
                back.line,
                again.line,
                amount(again),
                t.off()
            ),
            format!("Compare row {} with the document that it stands for.", again.line),
        )
    }),
    ..Pattern::BASE
};

static BACK: Pattern = Pattern {
    name: "back",
    preference: Preference::Reversed,
    alone: Some(|t| {
        (
            format!(
                "For {}, a posting was reversed and not made again (rows {}): the ledger is {}.",
                t.whom,
                t.lines().join(" and "),
                t.off()
            ),
            "Look why it was reversed, and post what the partner charges.".to_owned(),
        )
    }),
    ..Pattern::BASE
};

/// A credit that is one of the customer's charges turned round: the charge, the credit, and
/// each later charge that may stand in its place.
fn candidates(context: &Context<'_>, sink: &mut Sink<'_>) {
    let credits = context.inside.iter().filter(|row| row.amount.is_sign_negative() && !row.amount.is_zero());
    for back in credits.take(MOST) {
        let own = context.known.of_customer(&back.customer_id).iter();
        let own = own.filter(|row| row.direction == back.direction && context.cx.question.period.contains(row.date));
        let Some(first) = own.clone().find(|row| row.amount == -back.amount) else { continue };
        let taken = context.amount(back);
        if sink.wants(taken) {
            sink.take(Candidate { rows: vec![first, back], ..in_direction(back, taken, &BACK) });
        }
        let later =
            own.filter(|row| row.date >= back.date && row.amount.is_sign_positive() && !std::ptr::eq(*row, first));
        for again in later {
            let effect = taken + context.amount(again);
            if effect != 0 && sink.wants(effect) {
                sink.take(Candidate { rows: vec![first, back, again], ..in_direction(back, effect, &AGAIN) });
            }
        }
    }
}

fn in_direction<'a>(row: &PostedRow, effect: i128, pattern: &'static Pattern) -> Candidate<'a> {
    let mut both = [0; 2];
    both[row.direction as usize] = effect;
    Candidate { effect: Some(both), ..Candidate::of(pattern) }
}
