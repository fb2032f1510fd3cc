//! Differences that rounding each row at the ledger's scale can produce, and no larger.

use crate::reconcile::explain::{Scene, Slip, Trait, Visit};

/// How many customers must differ by so little for it to be a habit and no accident.
const HABIT: usize = 5;

/// The customer's rows together: half a unit of the ledger's scale for each.
pub fn slips(scene: &Scene<'_>, visit: &mut Visit<'_>) {
    if scene.target == 0 || scene.target.abs() > scene.rounding_bound() {
        return;
    }
    let ledger = scene.at.sides.ledger.amount();
    let finer = scene.at.sides.analytics.is_some_and(|a| a.amount().normalize().scale() > ledger.scale());
    // Customers whose differences are as small, for as many rows.
    let rows = |ids: &[String]| -> u64 {
        let customers = &scene.cx.question.ledger.customers;
        ids.iter().filter_map(|id| customers.get(id)).map(|posted| posted.rows).sum()
    };
    let own = i128::from(rows(&scene.at.members).max(1));
    let alike = scene.all.iter().filter(|one| {
        let bound = scene.rounding_bound() * i128::from(rows(&one.members));
        scene.units(one.difference).abs() * own <= bound
    });
    let alike = alike.count();
    let strong = finer || (alike >= 3 && 2 * alike > scene.all.len()) || alike >= HABIT;
    let order = if strong { 1 } else { 70 };
    visit.slip(Slip { effect: None, strong, order, rows: Vec::new(), is: Trait::Rounded, other: None });
}
