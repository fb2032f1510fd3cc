//! Booked with tax where the partner's figure is without, or the other way.

use crate::reconcile::explain::{Scene, Slip, Trait, Visit};

/// GST rates in per mille, the usual one for telecom services (SAC 9984) first. CGST Act,
/// section 9, with the rate notifications: 18 % (telecom), 5 %, 12 %, 28 %.
const RATES: [u32; 4] = [180, 50, 120, 280];

/// A whole customer with tax or without, or a single row.
pub fn slips(scene: &Scene<'_>, visit: &mut Visit<'_>) {
    let bound = scene.cutting_bound();
    if let Some(analytics) = scene.at.sides.analytics {
        let (stated, booked) = (scene.units(analytics.amount()), scene.units(scene.at.sides.ledger.amount()));
        let told = scene.target.abs() > 20 * bound && stated != 0;
        for (place, rate) in (0_u8..).zip(RATES) {
            let with = i128::from(1000 + rate);
            // The other rates are not those of calls: they need better odds.
            let (strong, order) = (place == 0, if place == 0 { 2 } else { 32 + place });
            let mut whole = |is| visit.slip(Slip { effect: None, strong, order, rows: Vec::new(), is, other: None });
            if told && (booked * 1000 - stated * with).abs() <= bound * 1000 {
                whole(Trait::AllGross(rate));
            }
            if told && (booked * with - stated * 1000).abs() <= bound * with {
                whole(Trait::AllNet(rate));
            }
        }
    }
    let unit = scene.minor_unit();
    let rounded = |numerator: i128, by: i128| {
        let by = by * unit;
        (2 * numerator + by * numerator.signum()) / (2 * by) * unit
    };
    // All rows of one customer, where others or another slip lie beside them.
    for rows in scene.by_member().filter(|rows| rows.len() > 1) {
        for (place, rate) in (0_u8..).zip(RATES) {
            let with = i128::from(1000 + rate);
            let (mut gross, mut net) = ([0; 2], [0; 2]);
            for row in rows {
                let amount = scene.amount(row);
                gross[row.direction as usize] += amount - rounded(amount * 1000, with);
                net[row.direction as usize] += amount - rounded(amount * with, 1000);
            }
            for (effect, is) in [(gross, Trait::AllGross(rate)), (net, Trait::AllNet(rate))] {
                let effect = Some(effect);
                visit.slip(Slip {
                    effect,
                    strong: place == 0,
                    order: 37 + place,
                    rows: vec![rows[0]],
                    is,
                    other: None,
                });
            }
        }
    }
    let strong_only = visit.strong_only;
    for row in scene.inside.iter().filter(|_| scene.is_small() && !strong_only) {
        let amount = scene.amount(row);
        for (place, rate) in (0_u8..).zip(RATES) {
            let with = i128::from(1000 + rate);
            let net = rounded(amount * 1000, with);
            if rounded(net * with, 1000) == amount && visit.near(amount - net) {
                visit.row(row, amount - net, false, 50 + place, Trait::Gross(rate));
            }
            let gross = rounded(amount * with, 1000);
            if visit.near(amount - gross) {
                visit.row(row, amount - gross, false, 50 + place, Trait::Net(rate));
            }
        }
    }
}
