//! Transposed or mistyped digits. The oldest of all checks: two digits that have changed
//! places make a difference that nine divides.

use crate::reconcile::explain::{Scene, Trait, Visit};

/// Every amount that a row may have been meant to have: two neighbouring digits changed
/// back, one digit another, one left out or put in.
pub fn slips(scene: &Scene<'_>, visit: &mut Visit<'_>) {
    if visit.strong_only {
        return;
    }
    for row in scene.inside.iter().filter(|_| scene.is_small()) {
        let amount = scene.amount(row);
        let (sign, size) = (amount.signum(), amount.abs());
        // Only the digits that the ledger writes can be mistyped.
        let own = 10_i128.pow(scene.scale - row.amount.scale().min(scene.scale));
        let written = size / own;
        let mut give = |right: i128, order: u8, is: fn(i128) -> Trait| {
            let right = right * own;
            if right > 0 && right != size && visit.near(sign * (size - right)) {
                visit.row(row, sign * (size - right), false, order, is(sign * right));
            }
        };
        let mut place = 1;
        while place <= written {
            let digit = written / place % 10;
            let next = written / place / 10 % 10;
            if written / place >= 10 && digit != next {
                give(written + (digit - next) * (10 * place - place), 50, Trait::Transposed);
            }
            let last = written / place < 10;
            for other in (i128::from(last)..10).filter(|other| *other != digit) {
                give(written + (other - digit) * place, 60, Trait::Mistyped);
            }
            let (above, below) = (written / place, written % place);
            give(above / 10 * place + below, 65, Trait::Dropped);
            for digit in 0..10 {
                give((above * 10 + digit) * place + below, 66, Trait::Dropped);
            }
            place *= 10;
        }
    }
}
