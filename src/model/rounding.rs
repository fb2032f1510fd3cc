//! The one place where an amount loses digits, each time under a name.

use rust_decimal::Decimal;

use super::money::{MoneyError, from_parts};

/// How a value that falls between two representable ones is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// Half away from zero: 0.125 → 0.13, -0.125 → -0.13. What section 170 of the CGST
    /// Act describes ("fifty paise or more … increased to one rupee").
    HalfUp,
    /// Half to the even neighbour: 0.125 → 0.12. What binary floats and banks do.
    HalfEven,
    /// Towards zero: 0.129 → 0.12.
    Down,
    /// Away from zero: 0.121 → 0.13. For limits that something must be within.
    Up,
}

/// How a line's exact amount becomes one that can be charged: to the minor unit, half up,
/// as INV-01 wants taxable values with two decimals and section 170 of the CGST Act rounds.
pub const LINE_ROUNDING: Rounding = Rounding::HalfUp;

/// Decimals of an average rate that is printed for information: half up, and never multiplied.
pub const AVERAGE_DIGITS: u32 = 4;

impl Rounding {
    /// Every mode, for tests that must try all.
    pub const ALL: [Self; 4] = [Self::HalfUp, Self::HalfEven, Self::Down, Self::Up];

    /// The name printed where a rounding happened.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::HalfUp => "half-up",
            Self::HalfEven => "half-even",
            Self::Down => "down",
            Self::Up => "up",
        }
    }
}

/// `value` with exactly `digits` decimals: digits are dropped by `mode`, or zeros added.
///
/// # Errors
/// [`MoneyError::Overflow`] when adding zeros leaves the exact range.
pub fn round_to(value: Decimal, digits: u32, mode: Rounding) -> Result<Decimal, MoneyError> {
    if value.scale() <= digits {
        let factor = 10_i128.checked_pow(digits - value.scale()).ok_or(MoneyError::Overflow)?;
        let mantissa = value.mantissa().checked_mul(factor).ok_or(MoneyError::Overflow)?;
        return from_parts(mantissa, digits);
    }
    let divisor = 10_i128.checked_pow(value.scale() - digits).ok_or(MoneyError::Overflow)?;
    from_parts(divide_integers(value.mantissa(), divisor, mode), digits)
}

/// `part / whole` with `digits` decimals, rounded by `mode`: shares, ratios, averages.
/// None where `whole` is zero or the quotient leaves the exact range.
#[must_use]
pub fn ratio(part: Decimal, whole: Decimal, digits: u32, mode: Rounding) -> Option<Decimal> {
    if whole.is_zero() {
        return None;
    }
    let scale = part.scale().max(whole.scale());
    let lift = |d: Decimal, extra: u32| d.mantissa().checked_mul(10_i128.checked_pow(scale - d.scale() + extra)?);
    let numerator = lift(part, digits)?;
    let denominator = lift(whole, 0)?;
    from_parts(divide_integers(numerator, denominator, mode), digits).ok()
}

/// `part / whole` in per cent with `digits` decimals, half up: for shares and rates.
#[must_use]
pub fn percent(part: Decimal, whole: Decimal, digits: u32) -> Option<Decimal> {
    let share = ratio(part, whole, digits + 2, Rounding::HalfUp)?;
    from_parts(share.mantissa(), digits).ok()
}

/// `amount × part / whole` with `digits` decimals, half up: what of an amount falls on a part.
/// `whole` is not zero.
///
/// # Errors
/// [`MoneyError::Overflow`] when a product or the share leaves the exact range.
pub fn share(amount: Decimal, part: Decimal, whole: Decimal, digits: u32) -> Result<Decimal, MoneyError> {
    let lifted = |mantissa: i128, by: u32| {
        10_i128.checked_pow(by).and_then(|factor| mantissa.checked_mul(factor)).ok_or(MoneyError::Overflow)
    };
    let product = amount.mantissa().checked_mul(part.mantissa()).ok_or(MoneyError::Overflow)?;
    let (has, wanted) = (amount.scale() + part.scale(), digits + whole.scale());
    let value = lifted(product, wanted.saturating_sub(has))?;
    let divisor = lifted(whole.mantissa(), has.saturating_sub(wanted))?;
    if divisor == 0 {
        return Err(MoneyError::Overflow);
    }
    from_parts(divide_integers(value, divisor, LINE_ROUNDING), digits)
}

/// Integer division settled by `mode`. `divisor` is not zero.
fn divide_integers(value: i128, divisor: i128, mode: Rounding) -> i128 {
    let quotient = value / divisor;
    let remainder = (value % divisor).unsigned_abs();
    let divisor_size = divisor.unsigned_abs();
    // remainder < divisor <= 2^127, so the comparison is made without doubling.
    let half = remainder.cmp(&(divisor_size - remainder));
    let away = match mode {
        Rounding::Down => false,
        Rounding::Up => remainder != 0,
        Rounding::HalfUp => half.is_ge() && remainder != 0,
        Rounding::HalfEven => half.is_gt() || (half.is_eq() && quotient % 2 != 0),
    };
    if !away {
        quotient
    } else if (value < 0) == (divisor < 0) {
        quotient + 1
    } else {
        quotient - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::money::parse_plain;

    #[test]
    fn each_mode_settles_a_half_its_own_way() {
        let cases = [
            ("0.125", "0.13", "0.12", "0.12", "0.13"),
            ("-0.125", "-0.13", "-0.12", "-0.12", "-0.13"),
            ("0.135", "0.14", "0.14", "0.13", "0.14"),
            ("815.955", "815.96", "815.96", "815.95", "815.96"),
            ("2", "2.00", "2.00", "2.00", "2.00"),
            ("0.1249999", "0.12", "0.12", "0.12", "0.13"),
        ];
        for (value, up, even, down, away) in cases {
            let value = parse_plain(value).unwrap();
            for (mode, expected) in Rounding::ALL.into_iter().zip([up, even, down, away]) {
                assert_eq!(round_to(value, 2, mode).unwrap().to_string(), expected);
            }
        }
    }

    #[test]
    fn a_share_of_nothing_is_not_a_number() {
        assert_eq!(ratio(Decimal::ONE, Decimal::ZERO, 2, Rounding::HalfUp), None);
        let third = ratio(Decimal::ONE, Decimal::from(3), 4, Rounding::HalfUp).unwrap();
        assert_eq!(third.to_string(), "0.3333");
    }

    #[test]
    fn zeros_are_added_exactly_or_not_at_all() {
        assert_eq!(round_to(Decimal::from(7), 3, Rounding::Down).unwrap().to_string(), "7.000");
        assert_eq!(round_to(parse_plain("-0.5").unwrap(), 1, Rounding::Down).unwrap().to_string(), "-0.5");
        assert_eq!(round_to(Decimal::MAX, 1, Rounding::Down), Err(MoneyError::Overflow));
        assert_eq!(round_to(Decimal::ONE, 29, Rounding::Down), Err(MoneyError::Overflow));
    }

    #[test]
    fn a_quotient_is_settled_by_its_own_signs() {
        let of = |part: &str, whole: &str, mode: Rounding| {
            ratio(parse_plain(part).unwrap(), parse_plain(whole).unwrap(), 0, mode).unwrap().to_string()
        };
        for (part, whole, up, even, down, away) in [
            ("5", "2", "3", "2", "2", "3"),
            ("-5", "2", "-3", "-2", "-2", "-3"),
            ("5", "-2", "-3", "-2", "-2", "-3"),
            ("-5", "-2", "3", "2", "2", "3"),
            ("7", "2", "4", "4", "3", "4"),
            ("-7", "2", "-4", "-4", "-3", "-4"),
            ("0.7", "0.25", "3", "3", "2", "3"),
            ("6", "2", "3", "3", "3", "3"),
            ("0", "2", "0", "0", "0", "0"),
        ] {
            let got = Rounding::ALL.map(|mode| of(part, whole, mode));
            assert_eq!(got, [up, even, down, away].map(str::to_owned), "{part} / {whole}");
        }
        assert_eq!(ratio(Decimal::MAX, parse_plain("0.0001").unwrap(), 9, Rounding::Down), None);
    }

    #[test]
    fn shares_are_in_per_cent() {
        let of = |part: u64, whole: u64, digits| percent(part.into(), whole.into(), digits).unwrap().to_string();
        assert_eq!(
            (of(1, 3, 1), of(2, 3, 1), of(1, 8, 1), of(1, 1, 0)),
            ("33.3".into(), "66.7".into(), "12.5".into(), "100".into())
        );
        assert_eq!(percent(Decimal::ONE, Decimal::ZERO, 1), None);
    }
}
