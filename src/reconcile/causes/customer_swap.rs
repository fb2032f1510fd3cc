//! Posted to the wrong customer: one has too much by what another has too little.

use crate::reconcile::explain::{Scene, Slip, Trait, Visit};

/// With so many differences, only those that mirror each other are held against each other.
const MANY: usize = 200;

/// A row of the amount in question at the customer with too much, or all of the difference.
pub fn slips(scene: &Scene<'_>, visit: &mut Visit<'_>) {
    if scene.target == 0 {
        return;
    }
    for (index, other) in scene.all.iter().enumerate() {
        let theirs = scene.units(other.difference);
        if theirs == 0 || other.who == scene.at.who || (theirs > 0) == (scene.target > 0) {
            continue;
        }
        // The rows lie where the ledger says more. Where both have no other difference, it is
        // the whole of both; otherwise it is the whole of the other's.
        let mirrored = theirs == -scene.target;
        let holder = if scene.target > 0 { scene.at } else { other };
        if !mirrored && scene.all.len() > MANY {
            continue;
        }
        let rows = scene.of_amount(other.difference.abs());
        let rows = rows.filter(|row| holder.members.binary_search(&row.customer_id).is_ok());
        let mut any = false;
        for row in rows {
            any = true;
            let mut effect = [0; 2];
            effect[row.direction as usize] = -theirs;
            visit.slip(Slip {
                effect: Some(effect),
                strong: true,
                order: if mirrored { 15 } else { 16 },
                rows: vec![row],
                is: Trait::Elsewhere,
                other: Some(index),
            });
        }
        if !any && mirrored {
            visit.slip(Slip {
                effect: None,
                strong: true,
                order: 40,
                rows: Vec::new(),
                is: Trait::Moved,
                other: Some(index),
            });
        }
    }
}
