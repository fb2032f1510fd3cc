//! A credit for a charge, or a charge for a credit.

use crate::reconcile::check::{Check, Look};
use crate::reconcile::explain::{Candidate, Context, Pattern, Preference, Sink, Telling, Together, Words};

/// Looked for in whole customers and in single rows.
pub(crate) static CHECK: Check =
    Check { code: "sign-flip", page: include_str!("sign_flip.md"), look: Look::Candidates(candidates) };

/// All of a customer's amounts.
static ALL: Pattern = Pattern {
    name: "all",
    preference: Preference::WholeFigure,
    together: Some(Together {
        alike: true,
        words: |_| ("is booked with the other sign".to_owned(), "Export charges as positive amounts."),
    }),
    is_proportional: true,
    ..Pattern::BASE
};

/// One row.
static ROW: Pattern = Pattern {
    name: "row",
    preference: Preference::OddSign,
    alone: Some(row),
    together: Some(Together {
        alike: true,
        words: |_| {
            ("has a charge posted as a credit, or a credit as a charge".to_owned(), "Correct the signs of these rows.")
        },
    }),
    ..Pattern::BASE
};

fn row(t: &Telling<'_>) -> Words {
    let negative = t.row().is_some_and(|row| row.amount.is_sign_negative());
    let (is, should) = if negative { ("credit", "charge") } else { ("charge", "credit") };
    (
        format!(
            "For {}, {} posts {} as a {is} where a {should} fits: the ledger is {}, twice that amount.",
            t.whom,
            t.at(),
            t.amount(),
            t.off()
        ),
        format!("Look at the voucher of {} and turn its sign round if it is a {should}.", t.at()),
    )
}

/// A row makes twice its amount. One whose sign is unlike that of the customer's other rows
/// shows by more than its amount.
fn candidates(context: &Context<'_>, sink: &mut Sink<'_>) {
    let sides = context.at.sides;
    if sides.analytics.is_some_and(|a| !a.is_zero() && a.negated() == sides.ledger) {
        sink.take(Candidate { tries: 1, ..Candidate::of(&ALL) });
    }
    for rows in context.by_member().filter(|rows| rows.len() > 1) {
        if rows.iter().all(|row| row.amount.is_sign_negative()) {
            let mut effect = [0; 2];
            for row in rows {
                effect[row.direction as usize] += 2 * context.amount(row);
            }
            sink.take(Candidate {
                effect: Some(effect),
                preference: Preference::AllRowsSigned,
                rows: vec![rows[0]],
                ..Candidate::of(&ALL)
            });
        }
    }
    let negative = context.inside.iter().filter(|row| row.amount.is_sign_negative()).count();
    for row in context.of_shares(sink, &[[2, 1]], 0).iter() {
        let effect = 2 * context.amount(row);
        if effect == 0 {
            continue;
        }
        let own = if row.amount.is_sign_negative() { negative } else { context.inside.len() - negative };
        let strong = row.amount.is_sign_negative() && 4 * own <= context.inside.len();
        if sink.strong_only && !strong {
            continue;
        }
        let preference = if strong { Preference::OddSign } else { Preference::Sign };
        sink.row(row, effect, Candidate { strong, preference, ..Candidate::of(&ROW) });
    }
}
