//! Whether a gap is money, or the noise of the partner's binary arithmetic.

use rust_decimal::Decimal;

use crate::model::money::Money;
use crate::model::usage::{Analytics, without_float_noise};

/// A gap below a millionth, in an answer that carries binary noise, is that noise.
#[must_use]
pub(super) fn is_noise(analytics: &Analytics, gap: &Money) -> bool {
    gap.abs().amount() < Decimal::new(1, 6) && noisy(analytics)
}

/// Whether any amount of the answer carries binary noise.
fn noisy(analytics: &Analytics) -> bool {
    let directions = analytics.directions.iter().filter_map(|d| d.usage.cost);
    let customers = analytics.customers.iter().filter_map(|c| c.usage.cost);
    analytics.total.cost.into_iter().chain(directions).chain(customers).any(|cost| without_float_noise(cost).is_some())
}
