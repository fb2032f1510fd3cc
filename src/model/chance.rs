//! The odds that an amount fits by accident, and what `supported` means.

use std::fmt;

use super::money::{Money, from_parts, parse_plain};

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confidence {
    /// A fact read off the inputs.
    Certain,
    /// An exact fit, no rival, and small odds of a chance hit: [`Chance::confidence`].
    Supported,
    /// A fit with rivals, or with worse odds.
    Possible,
    /// A difference that nothing explains.
    Unexplained,
}

impl Confidence {
    /// The word of files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Certain => "certain",
            Self::Supported => "supported",
            Self::Possible => "possible",
            Self::Unexplained => "unexplained",
        }
    }
}

/// Odds below which a fit is supported that more than its amount shows: the same row twice,
/// a credit among charges, a difference elsewhere that is its mirror.
const SHOWN: Chance = Chance(5_000);
/// The same where only the amount shows it: there are many ways to make an amount.
const ONLY_AMOUNT: Chance = Chance(100);

/// An expected number of chance fits, in millionths; never nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Chance(u64);

impl Chance {
    /// One is expected by accident.
    pub(crate) const CERTAIN: Self = Self(1_000_000);

    /// So many millionths.
    #[must_use]
    pub const fn millionths(count: u64) -> Self {
        Self(if count == 0 { 1 } else { count })
    }

    /// How many millionths.
    #[must_use]
    pub const fn in_millionths(self) -> u64 {
        self.0
    }

    /// What [`fmt::Display`] writes, read again. None where it is no such number.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let read = parse_plain(text).ok()?;
        let millionths = read.mantissa().checked_mul(10_i128.checked_pow(6_u32.checked_sub(read.scale())?)?)?;
        u64::try_from(millionths).ok().map(Self::millionths)
    }

    /// So many tries, each of which hits one of `width` amounts; rounded up.
    #[must_use]
    pub fn of_tries(tries: u64, width: u128) -> Self {
        let millionths = (u128::from(tries) * 1_000_000).div_ceil(width.max(1));
        Self::millionths(u64::try_from(millionths).unwrap_or(u64::MAX))
    }

    /// How likely an unrelated difference of this size would equal the amount to the last
    /// digit: one in all the amounts, positive and negative, up to that size, counted in the
    /// currency's minor unit; rounded up.
    #[must_use]
    pub fn of_amount(amount: &Money) -> Self {
        let digits = amount.currency().minor_digits();
        let exact = amount.abs().amount();
        let units = if exact.scale() > digits {
            exact.mantissa() / 10_i128.pow(exact.scale() - digits)
        } else {
            exact.mantissa().saturating_mul(10_i128.pow(digits - exact.scale()))
        };
        let millionths = 1_000_000 / units.saturating_mul(2).saturating_add(1) + 1;
        Self::millionths(u64::try_from(millionths).unwrap_or(u64::MAX))
    }

    /// The odds when so many are tried.
    #[must_use]
    pub fn times(self, tries: usize) -> Self {
        Self::millionths(self.0.saturating_mul(tries as u64))
    }

    /// What `supported` means: an exact fit, no rival, and odds below 0.005, or below 0.0001
    /// where only the amount shows it. Half of the odds that one would call small, so that of
    /// thousands of differences without a cause few are told one.
    #[must_use]
    pub fn confidence(self, rivals: usize, only_amount: bool) -> Confidence {
        let limit = if only_amount { ONLY_AMOUNT } else { SHOWN };
        if rivals == 0 && self < limit { Confidence::Supported } else { Confidence::Possible }
    }
}

/// A plain decimal.
impl fmt::Display for Chance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        from_parts(i128::from(self.0), 6).unwrap_or_default().normalize().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::money::Currency;

    #[test]
    fn large_amounts_hardly_fit_by_accident_and_small_ones_do() {
        let odds = |text: &str| Chance::of_amount(&Money::new(parse_plain(text).unwrap(), Currency::INR));
        assert_eq!(odds("450.00").to_string(), "0.000012");
        assert_eq!(odds("-0.45").to_string(), "0.01099");
        assert_eq!(Chance::parse("0.01099"), Some(odds("-0.45")));
        assert_eq!((Chance::parse("-1"), Chance::parse("0.0000001")), (None, None));
        assert_eq!(odds("0.00001").confidence(0, false), Confidence::Possible);
        assert_eq!(odds("79228162514264337593543950335").confidence(0, false), Confidence::Supported);
    }

    #[test]
    fn supported_means_one_thing() {
        for (millionths, only_amount, rivals, is) in [
            (4_999, false, 0, Confidence::Supported),
            (5_000, false, 0, Confidence::Possible),
            (1, false, 1, Confidence::Possible),
            (99, true, 0, Confidence::Supported),
            (100, true, 0, Confidence::Possible),
        ] {
            assert_eq!(Chance::millionths(millionths).confidence(rivals, only_amount), is, "{millionths}");
        }
    }

    #[test]
    fn tries_are_counted_and_rounded_up() {
        assert_eq!(Chance::of_tries(1, 3), Chance::millionths(333_334));
        assert_eq!(Chance::of_tries(0, 3).to_string(), "0.000001");
        assert_eq!(Chance::of_tries(2, 4).times(3).to_string(), "1.5");
        assert_eq!(Chance::of_tries(u64::MAX, 0), Chance::millionths(u64::MAX));
    }
}
