//! Transposed or mistyped digits. The oldest of all checks: two digits that have changed
//! places make a difference that nine divides. The particular is the right amount in units.

use std::borrow::Cow;

use crate::model::chance::Chance;
use crate::reconcile::check::{Check, Look};
use crate::reconcile::explain::{Candidate, Context, Pattern, Preference, Sink, Telling, Words};

/// Looked for in single rows.
pub(crate) static CHECK: Check =
    Check { code: "digit-error", page: include_str!("digit_error.md"), look: Look::Candidates(candidates) };

/// One in two.
const EVEN: Chance = Chance::millionths(500_000);

/// So many effects are looked up for each row at most: a row can be mistyped in a hundred ways.
const TRIES: usize = 8;

/// Which sizes rows must have for a slip to change them by one of these amounts, in units that
/// they are written in. None where it may be any row: to a digit that has become another, or has
/// changed places, what stands around it does not matter; and where they are too many.
fn changeable(effects: &[[i128; 2]], units: &[i128], most: usize) -> Option<Vec<[i128; 2]>> {
    let mut found = Vec::new();
    for (unit, [least, greatest]) in units.iter().flat_map(|unit| effects.iter().map(move |by| (unit, by))) {
        for effect in (least.max(&1) + unit - 1) / unit..=greatest / unit {
            // Of a digit that is too many, or missing, all before it move by one place.
            let (mut place, mut moved) = (1, effect);
            loop {
                let ninth = moved / 9;
                for [from, to] in [[10 * ninth - 1, 10 * ninth + moved % 9], [ninth - 1, ninth]] {
                    found.push([from * place * unit, ((to + 1) * place - 1) * unit]);
                }
                if moved % 10 != 0 {
                    break;
                }
                (place, moved) = (10 * place, moved / 10);
            }
            let is_a_digit = moved < 10 || moved <= 81 && moved % 9 == 0;
            if is_a_digit || found.len() > most {
                return None;
            }
        }
    }
    Some(found)
}

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
    if !context.is_small() {
        return;
    }
    let tries = TRIES * context.inside.len();
    let rows = match sink.sizes().and_then(|sizes| changeable(&sizes, &context.written(), tries)) {
        Some(sizes) => context.of_sizes(sizes.into_iter()),
        None => Cow::Borrowed(context.inside.as_slice()),
    };
    for row in rows.iter() {
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
        for (right, pattern) in slips(written) {
            give(right, pattern);
        }
    }
}

/// What may have been meant by a number.
fn slips(written: i128) -> Vec<(i128, &'static Pattern)> {
    let mut found = Vec::new();
    let mut place = 1;
    while place <= written {
        let digit = written / place % 10;
        let next = written / place / 10 % 10;
        if written / place >= 10 && digit != next {
            found.push((written + (digit - next) * (10 * place - place), &TRANSPOSED));
        }
        let last = written / place < 10;
        for other in (i128::from(last)..10).filter(|other| *other != digit) {
            found.push((written + (other - digit) * place, &MISTYPED));
        }
        let (above, below) = (written / place, written % place);
        // What begins with a nought is no amount that somebody wrote.
        if above >= 10 || 10 * below >= place {
            found.push((above / 10 * place + below, &DROPPED));
        }
        for digit in 0..10 {
            found.push(((above * 10 + digit) * place + below, &DROPPED));
        }
        place *= 10;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    /// What is looked up is what trying every row finds.
    #[test]
    fn rows_are_looked_up_by_what_a_slip_changes() {
        let amounts = [1_i128, 9, 10, 99, 100, 105, 1_009, 9_100, 45_000, 123_456, 900_009, 7_654_321];
        for unit in [1, 10, 1_000] {
            for amount in amounts {
                for (right, _) in slips(amount) {
                    let effect = (amount - right).abs() * unit;
                    if effect == 0 {
                        continue;
                    }
                    let is_there =
                        |sizes: Vec<[i128; 2]>| sizes.iter().any(|[from, to]| (*from..=*to).contains(&(amount * unit)));
                    for effects in [[effect; 2], [effect - 3, effect + 2]] {
                        let found = changeable(&[effects], &[unit], 1_000);
                        assert!(found.is_none_or(is_there), "{amount} for {right}, {unit}");
                    }
                }
            }
        }
        assert_eq!(changeable(&[[12_345; 2]], &[1], 10), Some(vec![[13_709, 13_716], [1_370, 1_371]]));
        assert_eq!(changeable(&[[54_000; 2]], &[1], 10), None);
        assert_eq!(changeable(&[[12_345, 99_999]], &[1], 10), None);
    }
}
