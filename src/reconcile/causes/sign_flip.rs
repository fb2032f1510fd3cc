//! A credit for a charge, or a charge for a credit.

use crate::reconcile::explain::{Scene, Slip, Trait, Visit};

/// A row makes twice its amount. One whose sign is unlike that of the customer's other rows
/// shows by more than its amount.
pub fn slips(scene: &Scene<'_>, visit: &mut Visit<'_>) {
    if scene.at.sides.analytics.is_some_and(|a| !a.is_zero() && a.negated() == scene.at.sides.ledger) {
        visit.slip(Slip { effect: None, strong: true, order: 0, rows: Vec::new(), is: Trait::AllFlipped, other: None });
    }
    for rows in scene.by_member().filter(|rows| rows.len() > 1) {
        let mut effect = [0; 2];
        for row in rows {
            effect[row.direction as usize] += 2 * scene.amount(row);
        }
        let effect = Some(effect);
        if rows.iter().all(|row| row.amount.is_sign_negative()) {
            visit.slip(Slip {
                effect,
                strong: true,
                order: 24,
                rows: vec![rows[0]],
                is: Trait::AllFlipped,
                other: None,
            });
        }
    }
    let negative = scene.inside.iter().filter(|row| row.amount.is_sign_negative()).count();
    for row in &scene.inside {
        let effect = 2 * scene.amount(row);
        if effect == 0 {
            continue;
        }
        let own = if row.amount.is_sign_negative() { negative } else { scene.inside.len() - negative };
        let strong = row.amount.is_sign_negative() && 4 * own <= scene.inside.len();
        visit.row(row, effect, strong, if strong { 25 } else { 55 }, Trait::Flipped);
    }
}
