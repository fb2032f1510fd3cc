//! Whether a gap is money, or the noise of the partner's binary arithmetic.

use rust_decimal::Decimal;

use crate::model::money::Money;
use crate::model::usage::{Analytics, CustomerUsage, without_float_noise};

/// Below a millionth: what noise, and no money, can make up.
#[must_use]
pub(super) fn is_small(gap: &Money) -> bool {
    gap.abs().amount() < Decimal::new(1, 6)
}

/// Whether any amount of the partner carries binary noise.
#[must_use]
pub(super) fn is_noisy(analytics: &Analytics, listed: &[CustomerUsage]) -> bool {
    let directions = analytics.directions.iter().filter_map(|d| d.usage.cost);
    let customers = listed.iter().chain(&analytics.customers).filter_map(|c| c.usage.cost);
    analytics.total.cost.into_iter().chain(directions).chain(customers).any(|cost| without_float_noise(cost).is_some())
}
