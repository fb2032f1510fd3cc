//! The odds that an amount fits by accident.

use crate::model::finding::Confidence;
use crate::model::money::{Money, from_parts};

/// How likely an unrelated difference of this size would equal the amount to the last
/// digit: one in all the amounts, positive and negative, up to that size, counted in the
/// currency's minor unit; rounded up, as a plain decimal.
#[must_use]
pub(super) fn of_exact_fit(amount: &Money) -> (String, Confidence) {
    let digits = amount.currency().minor_digits();
    let exact = amount.abs().amount();
    let units = if exact.scale() > digits {
        exact.mantissa() / 10_i128.pow(exact.scale() - digits)
    } else {
        exact.mantissa().saturating_mul(10_i128.pow(digits - exact.scale()))
    };
    let millionths = (1_000_000 / units.saturating_mul(2).saturating_add(1)) + 1;
    let chance = from_parts(millionths, 6).unwrap_or_default();
    // The contract's line between supported and possible: 0.01.
    let confidence = if millionths < 10_000 { Confidence::Supported } else { Confidence::Possible };
    (chance.normalize().to_string(), confidence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::money::{Currency, parse_plain};

    #[test]
    fn large_amounts_hardly_fit_by_accident_and_small_ones_do() {
        let odds = |text: &str| of_exact_fit(&Money::new(parse_plain(text).unwrap(), Currency::INR));
        assert_eq!(odds("450.00"), ("0.000012".to_owned(), Confidence::Supported));
        assert_eq!(odds("-0.45"), ("0.01099".to_owned(), Confidence::Possible));
        assert_eq!(odds("0.00001").1, Confidence::Possible);
        assert_eq!(odds("79228162514264337593543950335").1, Confidence::Supported);
    }
}
