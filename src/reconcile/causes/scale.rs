//! Paise for rupees, or a factor of ten.

use crate::reconcile::explain::{Scene, Slip, Trait, Visit};

/// Powers of ten that are tried.
const POWERS: [u32; 3] = [2, 1, 3];

/// A whole customer, or a single row; a row that stands out among the customer's others
/// shows by more than its amount.
pub fn slips(scene: &Scene<'_>, visit: &mut Visit<'_>) {
    let bound = scene.rounding_bound();
    if let Some(analytics) = scene.at.sides.analytics {
        let (stated, booked) = (scene.units(analytics.amount()), scene.units(scene.at.sides.ledger.amount()));
        for power in POWERS {
            let factor = 10_i128.pow(power);
            let sign = i32::try_from(power).unwrap_or(1);
            let mut whole =
                |is| visit.slip(Slip { effect: None, strong: true, order: 0, rows: Vec::new(), is, other: None });
            if stated != 0 && booked.abs() > 20 * bound && (booked - stated * factor).abs() <= bound * factor {
                whole(Trait::AllShifted(sign));
            }
            if stated.abs() > 20 * bound * factor && (booked * factor - stated).abs() <= bound * factor {
                whole(Trait::AllShifted(-sign));
            }
        }
    }
    // All rows of one customer, where others or another slip lie beside them.
    for rows in scene.by_member().filter(|rows| rows.len() > 1) {
        for power in POWERS {
            let factor = 10_i128.pow(power);
            if rows.iter().any(|row| scene.amount(row) % factor != 0) {
                continue;
            }
            let mut effect = [0; 2];
            for row in rows {
                effect[row.direction as usize] += scene.amount(row) - scene.amount(row) / factor;
            }
            let (effect, is) = (Some(effect), Trait::AllShifted(i32::try_from(power).unwrap_or(1)));
            visit.slip(Slip { effect, strong: true, order: 36, rows: vec![rows[0]], is, other: None });
        }
    }
    let mut sizes: Vec<i128> = scene.inside.iter().map(|row| scene.amount(row).abs()).collect();
    sizes.sort_unstable();
    // Whether a row can stand out at all.
    let told = sizes.len() > 3 && scene.is_complete();
    // The largest and the smallest but the row's own.
    let largest_but = |size: i128| sizes.iter().rev().copied().find(|other| *other != size).unwrap_or(0);
    let smallest_but = |size: i128| sizes.iter().copied().find(|other| *other != size).unwrap_or(0);
    for row in &scene.inside {
        let amount = scene.amount(row);
        for power in POWERS {
            let factor = 10_i128.pow(power);
            let sign = i32::try_from(power).unwrap_or(1);
            if amount % factor == 0 && visit.near(amount - amount / factor) {
                let strong = told && amount.abs() > 2 * largest_but(amount.abs());
                visit.row(row, amount - amount / factor, strong, 45, Trait::Shifted(sign));
            }
            let right = amount.saturating_mul(factor);
            if visit.near(amount - right) {
                let strong = told && 2 * amount.abs() < smallest_but(amount.abs());
                visit.row(row, amount - right, strong, 46, Trait::Shifted(-sign));
            }
        }
    }
}
