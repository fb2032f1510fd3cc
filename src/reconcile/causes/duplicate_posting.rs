//! A row is posted twice.

use std::collections::BTreeMap;

use crate::model::posting::PostedRow;
use crate::reconcile::explain::{Scene, Slip, Trait, Visit};

/// The same customer, direction and amount: on one day, or under one reference, which shows
/// it; or on another day under another, which only the amount shows.
pub fn slips(scene: &Scene<'_>, visit: &mut Visit<'_>) {
    let mut of_amount: BTreeMap<_, Vec<&PostedRow>> = BTreeMap::new();
    for row in &scene.inside {
        of_amount.entry((&row.customer_id, row.direction, row.amount)).or_default().push(row);
    }
    let mut twice: Vec<Vec<&PostedRow>> = Vec::new();
    for rows in of_amount.into_values().filter(|rows| rows.len() > 1 && !rows[0].amount.is_zero()) {
        let mut shown: Vec<Vec<&PostedRow>> = Vec::new();
        for row in &rows {
            let same = |other: &PostedRow| {
                let reference = !row.reference.is_empty() && row.reference == other.reference;
                reference || row.date == other.date
            };
            match shown.iter_mut().find(|group| group.iter().any(|other| same(other))) {
                Some(group) => group.push(row),
                None => shown.push(vec![row]),
            }
        }
        for group in shown.iter().filter(|group| group.len() > 1) {
            let one_reference = group.iter().all(|row| row.reference == group[0].reference);
            let order = if one_reference { 20 } else { 28 };
            copies(scene, visit, group, true, order);
            twice.push(group.clone());
        }
        if shown.len() > 1 {
            let firsts: Vec<&PostedRow> = shown.iter().map(|group| group[0]).collect();
            copies(scene, visit, &firsts, false, 52);
        }
    }
    // Several rows at once: a day or a batch that was imported twice.
    if twice.len() > 1 {
        let mut effect = [0; 2];
        for group in &twice {
            effect[group[0].direction as usize] +=
                scene.amount(group[0]) * i128::try_from(group.len() - 1).unwrap_or(1);
        }
        let rows: Vec<&PostedRow> = twice.iter().flatten().copied().collect();
        visit.slip(Slip { effect: Some(effect), strong: true, order: 19, rows, is: Trait::Copies(2), other: None });
    }
}

fn copies(scene: &Scene<'_>, visit: &mut Visit<'_>, rows: &[&PostedRow], strong: bool, order: u8) {
    let amount = scene.amount(rows[0]);
    let mut give = |too_many: usize| {
        let mut effect = [0; 2];
        effect[rows[0].direction as usize] = amount * i128::try_from(too_many).unwrap_or(1);
        let is = Trait::Copies(too_many + 1);
        visit.slip(Slip { effect: Some(effect), strong, order, rows: rows.to_vec(), is, other: None });
    };
    give(1);
    if rows.len() > 2 {
        give(rows.len() - 1);
    }
}
