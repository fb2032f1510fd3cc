//! Transposed or mistyped digits. The oldest of all checks: two digits that have changed
//! places make a difference that nine divides. The particular is the right amount in units.

use crate::model::chance::Chance;
use crate::reconcile::check::{Check, Look};
use crate::reconcile::explain::{Candidate, Context, Pattern, Preference, Sink, Telling, Words};

/// Looked for in single rows.
pub(crate) static CHECK: Check =
    Check { code: "digit-error", page: include_str!("digit_error.md"), look: Look::Candidates(candidates) };

/// One in two.
const EVEN: Chance = Chance::millionths(500_000);

/// Whether an amount has one digit that is not nought.
fn is_round(mut amount: i128) -> bool {
    while amount % 10 == 0 && amount != 0 {
        amount /= 10;
    }
    amount.abs() < 10
}

static TRANSPOSED: Pattern = Pattern {
    name: "transposed",
    preference: Preference::Transposed,
    alone: Some(|t| {
        let said = format!("two digits of the {} posting in {} have changed places", t.way(), t.at());
        worded(t, &said)
    }),
    ..Pattern::BASE
};

static MISTYPED: Pattern = Pattern {
    name: "mistyped",
    preference: Preference::Mistyped,
    alone: Some(|t| worded(t, &format!("one digit is another in the {} posting of {}", t.way(), t.at()))),
    ..Pattern::BASE
};

static DROPPED: Pattern = Pattern {
    name: "dropped",
    preference: Preference::Dropped,
    alone: Some(|t| worded(t, &format!("a digit is missing or too many in the {} posting of {}", t.way(), t.at()))),
    ..Pattern::BASE
};

fn worded(t: &Telling<'_>, what: &str) -> Words {
    let right = t.reads(t.fit.particulars.number);
    (
        format!("For {}, {what}: it says {}, and {right} fits; the ledger is {}.", t.whom, t.amount(), t.off()),
        format!("Compare {} with its voucher and correct the amount.", t.at()),
    )
}

/// Every amount that a row may have been meant to have: two neighbouring digits changed
/// back, one digit another, one left out or put in.
fn candidates(context: &Context<'_>, sink: &mut Sink<'_>) {
    if sink.strong_only {
        return;
    }
    for row in context.inside.iter().filter(|_| context.is_small()) {
        let amount = context.amount(row);
        let (sign, size) = (amount.signum(), amount.abs());
        // Only the digits that the ledger writes can be mistyped.
        let own = 10_i128.pow(context.scale - row.amount.scale().min(context.scale));
        let written = size / own;
        let mut give = |right: i128, pattern: &'static Pattern| {
            let right = right * own;
            if right > 0 && right != size && sink.wants(sign * (size - right)) {
                let particulars = (sign * right).into();
                // Every round amount is a digit of some row.
                let chance = is_round(size - right).then_some(EVEN);
                let candidate = Candidate { strong: false, particulars, chance, ..Candidate::of(pattern) };
                sink.row(row, sign * (size - right), candidate);
            }
        };
        let mut place = 1;
        while place <= written {
            let digit = written / place % 10;
            let next = written / place / 10 % 10;
            if written / place >= 10 && digit != next {
                give(written + (digit - next) * (10 * place - place), &TRANSPOSED);
            }
            let last = written / place < 10;
            for other in (i128::from(last)..10).filter(|other| *other != digit) {
                give(written + (other - digit) * place, &MISTYPED);
            }
            let (above, below) = (written / place, written % place);
            // What begins with a nought is no amount that somebody wrote.
            if above >= 10 || 10 * below >= place {
                give(above / 10 * place + below, &DROPPED);
            }
            for digit in 0..10 {
                give((above * 10 + digit) * place + below, &DROPPED);
            }
            place *= 10;
        }
    }
}
