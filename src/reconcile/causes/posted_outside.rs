//! Posted just outside the period: the ledger's rows of the days before and after it.

use std::collections::BTreeMap;

use crate::model::posting::PostedRow;
use crate::reconcile::explain::{Scene, Slip, Trait, Visit};

/// One such row, or all of a customer's of the first days behind a boundary.
pub fn slips(scene: &Scene<'_>, visit: &mut Visit<'_>) {
    let period = scene.cx.question.period;
    for (after, is) in [(true, Trait::After), (false, Trait::Before)] {
        let mut days: BTreeMap<u64, Vec<&PostedRow>> = BTreeMap::new();
        for row in scene.outside.iter().filter(|row| (row.date > period.to) == after) {
            visit.row(row, -scene.amount(row), true, 30, is.clone());
            let away = if after { row.date - period.to } else { period.from - row.date };
            days.entry(away.num_days().unsigned_abs()).or_default().push(row);
        }
        let mut effect = [0; 2];
        let mut rows: Vec<&PostedRow> = Vec::new();
        for of_day in days.into_values() {
            for row in &of_day {
                effect[row.direction as usize] -= scene.amount(row);
            }
            rows.extend(of_day);
            if rows.len() > 1 {
                visit.slip(Slip {
                    effect: Some(effect),
                    strong: true,
                    order: 29,
                    rows: rows.clone(),
                    is: is.clone(),
                    other: None,
                });
            }
        }
    }
}
