//! Which differences are let pass: by amount, by share of the figure, and in all.

use rust_decimal::Decimal;

use super::money::Money;

/// The limits. A difference within one of the first two passes, as long as all that pass
/// stay within the third.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tolerance {
    /// Up to this amount, per customer and per direction.
    pub absolute: Decimal,
    /// Up to this many per cent of the partner's figure.
    pub per_cent: Decimal,
    /// All differences that pass, added up without their signs, at most.
    pub total: Option<Decimal>,
}

impl Tolerance {
    /// Whether a difference from the partner's figure is small enough. What cannot be
    /// computed exactly is not.
    #[must_use]
    pub fn allows(&self, difference: &Money, analytics: Option<&Money>) -> bool {
        let size = difference.abs().amount();
        size <= self.absolute
            || analytics.is_some_and(|stated| self.is_share(size, stated.abs().amount()).unwrap_or(false))
    }

    /// size × 100 ≤ per cent × figure, in whole numbers.
    fn is_share(&self, size: Decimal, figure: Decimal) -> Option<bool> {
        let scale = size.scale().max(figure.scale() + self.per_cent.scale());
        let up = |value: i128, by: u32| value.checked_mul(10_i128.checked_pow(by)?);
        let left = up(size.mantissa().checked_mul(100)?, scale - size.scale())?;
        let share = figure.mantissa().checked_mul(self.per_cent.mantissa())?;
        Some(left <= up(share, scale - figure.scale() - self.per_cent.scale())?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::money::{Currency, parse_plain};

    #[test]
    fn a_share_is_exact_at_its_edge() {
        let money = |text: &str| Money::new(parse_plain(text).unwrap(), Currency::INR);
        let limits = Tolerance { per_cent: parse_plain("0.5").unwrap(), ..Tolerance::default() };
        assert!(limits.allows(&money("-0.50"), Some(&money("100.00"))));
        assert!(!limits.allows(&money("0.501"), Some(&money("100.00"))));
        assert!(!limits.allows(&money("0.01"), None));
        let huge = money("79228162514264337593543950335");
        assert!(!limits.allows(&huge, Some(&huge)));
        assert!(Tolerance::default().allows(&money("0.00"), None));
    }
}
