//! An open item of an earlier period: corrected in this one, or made again.

use crate::model::money::parse_plain;
use crate::reconcile::explain::{Scene, Slip, Trait, Visit, Who};

/// The customer's own open items: the difference turned round shows a correction that was
/// posted now; the same difference once more only fits.
pub fn slips(scene: &Scene<'_>, visit: &mut Visit<'_>) {
    let Who::Customer(id) = &scene.at.who else { return };
    for item in scene.cx.question.open_items.iter().filter(|item| item.customers == [id.as_str()]) {
        let Some(was) = item.difference.as_deref().and_then(|d| parse_plain(d).ok()) else { continue };
        let corrected = was == -scene.at.difference;
        if corrected || was == scene.at.difference {
            let is = Trait::Earlier { item: format!("{} of {}", item.id, item.period), corrected };
            let order = if corrected { 18 } else { 58 };
            visit.slip(Slip { effect: None, strong: corrected, order, rows: Vec::new(), is, other: None });
        }
    }
}
