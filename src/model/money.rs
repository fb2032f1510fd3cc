//! Exact money: a decimal amount with its currency.
//!
//! No binary float is involved in any direction. Amounts are parsed from text by
//! [`parse_plain`], added by integer arithmetic that refuses to overflow or to
//! round, and printed with every digit they were computed with.

use std::cmp::Ordering;

use rust_decimal::Decimal;

pub use super::currency::{Currency, MoneyError, shorten};

/// The digits after the point that a `Decimal` can hold.
pub const MAX_SCALE: u32 = 28;

/// Reads a plain decimal: `-?[0-9]+(\.[0-9]+)?`, nothing else, keeping its scale.
///
/// `rust_decimal` alone would take `1_000`, `+1`, `.5` and `1e3` as well, and in one
/// of its parsers round a long tail.
///
/// # Errors
/// [`MoneyError::NotPlain`] or [`MoneyError::TooLong`].
pub fn parse_plain(text: &str) -> Result<Decimal, MoneyError> {
    let (units, scale) = parse_units(text.as_bytes())?;
    from_parts(units, scale)
}

/// Reads a plain decimal as [`parse_plain`] does, as a count of 10^-scale units: the form
/// in which amounts are added up. Zero never carries a sign.
///
/// # Errors
/// [`MoneyError::NotPlain`], or [`MoneyError::TooLong`] beyond 96 bits or 28 decimals.
#[inline]
pub fn parse_units(text: &[u8]) -> Result<(i128, u32), MoneyError> {
    let as_it_stands = || String::from_utf8_lossy(text).into_owned();
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    let point = digits.iter().position(|byte| *byte == b'.');
    let (whole, fraction) = match point {
        Some(at) => (&digits[..at], &digits[at + 1..]),
        None => (digits, &[][..]),
    };
    let all_digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    if whole.is_empty() || !all_digits(whole) || (point.is_some() && fraction.is_empty()) || !all_digits(fraction) {
        return Err(MoneyError::NotPlain(as_it_stands()));
    }
    let both = whole.iter().chain(fraction).map(|byte| byte - b'0');
    // Nineteen digits always fit 64 bits, which are quicker.
    let units = if digits.len() <= 19 {
        Some(i128::from(both.fold(0_u64, |sum, digit| sum * 10 + u64::from(digit))))
    } else {
        both.map(i128::from)
            .try_fold(0_i128, |sum, digit| sum.checked_mul(10)?.checked_add(digit).filter(|sum| *sum < 1 << 96))
    };
    match (units, u32::try_from(fraction.len())) {
        (Some(units), Ok(scale)) if scale <= MAX_SCALE => Ok((if negative { -units } else { units }, scale)),
        _ => Err(MoneyError::TooLong(as_it_stands())),
    }
}

/// A decimal from an integer count of 10^-scale units; zero never carries a sign.
///
/// # Errors
/// [`MoneyError::Overflow`] beyond 96 bits or 28 decimals.
pub fn from_parts(mantissa: i128, scale: u32) -> Result<Decimal, MoneyError> {
    Decimal::try_from_i128_with_scale(mantissa, scale).map_err(|_| MoneyError::Overflow)
}

/// The mantissa of `value` at `scale`, which must not be smaller than its own.
fn mantissa_at(value: Decimal, scale: u32) -> Result<i128, MoneyError> {
    let factor = 10_i128.checked_pow(scale - value.scale()).ok_or(MoneyError::Overflow)?;
    value.mantissa().checked_mul(factor).ok_or(MoneyError::Overflow)
}

/// Exact sum of two decimals at the larger of their scales.
///
/// `Decimal::checked_add` is not used: it drops digits silently when 96 bits run out.
///
/// # Errors
/// [`MoneyError::Overflow`] when the exact sum does not fit.
pub fn add_exact(a: Decimal, b: Decimal) -> Result<Decimal, MoneyError> {
    let scale = a.scale().max(b.scale());
    let sum = mantissa_at(a, scale)?.checked_add(mantissa_at(b, scale)?).ok_or(MoneyError::Overflow)?;
    from_parts(sum, scale)
}

/// Exact product of two decimals.
///
/// `Decimal::checked_mul` is not used: it drops digits silently when 96 bits run out.
///
/// # Errors
/// [`MoneyError::Overflow`] when the exact product does not fit.
pub fn times(a: Decimal, b: Decimal) -> Result<Decimal, MoneyError> {
    let mut mantissa = a.mantissa().checked_mul(b.mantissa()).ok_or(MoneyError::Overflow)?;
    let mut scale = a.scale() + b.scale();
    // Zeros at the end say nothing and take room.
    let kept = a.scale().max(b.scale());
    while scale > kept && mantissa % 10 == 0 {
        mantissa /= 10;
        scale -= 1;
    }
    from_parts(mantissa, scale)
}

/// So many per cent of an amount, exactly.
///
/// # Errors
/// As [`times`].
pub fn per_cent_of(percent: Decimal, amount: Decimal) -> Result<Decimal, MoneyError> {
    times(from_parts(percent.mantissa(), percent.scale() + 2)?, amount)
}

/// An exact amount in one currency.
///
/// Equality and order compare the value, so 1.10 equals 1.1; printing keeps the scale.
#[derive(Clone, Copy, Debug)]
pub struct Money {
    amount: Decimal,
    currency: Currency,
}

impl Money {
    /// Puts a currency to an amount. Zero loses its sign; the scale is kept.
    #[must_use]
    pub fn new(amount: Decimal, currency: Currency) -> Self {
        let amount = if amount.is_zero() { amount.abs() } else { amount };
        Self { amount, currency }
    }

    /// Nothing, in this currency.
    #[must_use]
    pub fn zero(currency: Currency) -> Self {
        Self::new(Decimal::ZERO, currency)
    }

    /// The decimal, at the scale it was computed with.
    #[must_use]
    pub fn amount(&self) -> Decimal {
        self.amount
    }

    /// The currency.
    #[must_use]
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// Whether the amount is nothing.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.amount.is_zero()
    }

    /// Whether the amount is below nothing.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        self.amount.is_sign_negative() && !self.amount.is_zero()
    }

    /// The amount without its sign.
    #[must_use]
    pub fn abs(&self) -> Self {
        Self::new(self.amount.abs(), self.currency)
    }

    /// The amount with the other sign.
    #[must_use]
    pub fn negated(&self) -> Self {
        Self::new(-self.amount, self.currency)
    }

    /// Exact sum.
    ///
    /// # Errors
    /// Different currencies, or a sum that does not fit.
    pub fn plus(&self, other: &Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::Currencies(self.currency, other.currency));
        }
        Ok(Self::new(add_exact(self.amount, other.amount)?, self.currency))
    }

    /// Exact difference.
    ///
    /// # Errors
    /// As [`Money::plus`].
    pub fn minus(&self, other: &Self) -> Result<Self, MoneyError> {
        self.plus(&other.negated())
    }

    /// The plain decimal of machine-readable files: all its digits, and at least those
    /// of the currency's minor unit, e.g. `82890.00`, `-0.45`, `12.34567`.
    #[must_use]
    pub fn plain(&self) -> String {
        let digits = self.currency.minor_digits();
        let amount = if self.amount.scale() < digits {
            mantissa_at(self.amount, digits).and_then(|m| from_parts(m, digits)).unwrap_or(self.amount)
        } else {
            self.amount
        };
        amount.to_string()
    }

    /// The amount as a person reads it: grouped the Indian way (3, then 2 and 2 …) for
    /// rupees, in threes otherwise, the sign first: `-₹1,23,456.00`, as CLDR's en-IN has it
    /// (`¤#,##,##0.00`), or the code and a space that does not break: `USD 1,234.50`.
    #[must_use]
    pub fn display(&self) -> String {
        let sign = if self.is_negative() { "-" } else { "" };
        let digits = self.abs().grouped();
        if self.currency == Currency::INR {
            format!("{sign}₹{digits}")
        } else {
            format!("{sign}{}\u{a0}{digits}", self.currency)
        }
    }

    /// As [`Money::display`], with `+` before what is above zero: for differences.
    #[must_use]
    pub fn display_signed(&self) -> String {
        if self.is_zero() || self.is_negative() { self.display() } else { format!("+{}", self.display()) }
    }

    /// The grouped digits without a symbol, e.g. `-3,36,717.00`.
    #[must_use]
    pub fn grouped(&self) -> String {
        let mut text = self.plain();
        let first = usize::from(text.starts_with('-'));
        let end = text.find('.').unwrap_or(text.len());
        let step = if self.currency == Currency::INR { 2 } else { 3 };
        let mut comma = end;
        let mut size = 3;
        while comma > first + size {
            comma -= size;
            text.insert(comma, ',');
            size = step;
        }
        text
    }
}

impl PartialEq for Money {
    fn eq(&self, other: &Self) -> bool {
        self.currency == other.currency && self.amount == other.amount
    }
}

impl Eq for Money {}

impl PartialOrd for Money {
    /// No order between currencies.
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        (self.currency == other.currency).then(|| self.amount.cmp(&other.amount))
    }
}

/// A whole number grouped as amounts of a currency are, e.g. 1,24,830 beside rupees.
#[must_use]
pub fn grouped_count(count: u64, like: Currency) -> String {
    let grouped = Money::new(Decimal::from(count), like).grouped();
    grouped.split('.').next().unwrap_or_default().to_owned()
}

/// A running sum without a currency: an `i128` count at the largest scale met so far, so
/// that the result does not depend on the order in which amounts arrive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    mantissa: i128,
    scale: u32,
}

impl Tally {
    /// Adds one amount.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`].
    pub fn add(&mut self, amount: Decimal) -> Result<(), MoneyError> {
        self.add_units(amount.mantissa(), amount.scale())
    }

    /// Adds a count of 10^-scale units.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`].
    #[inline]
    pub fn add_units(&mut self, units: i128, scale: u32) -> Result<(), MoneyError> {
        let mut units = units;
        if scale != self.scale {
            let factor = 10_i128.checked_pow(scale.abs_diff(self.scale)).ok_or(MoneyError::Overflow)?;
            let smaller = if scale > self.scale { &mut self.mantissa } else { &mut units };
            *smaller = smaller.checked_mul(factor).ok_or(MoneyError::Overflow)?;
            self.scale = self.scale.max(scale);
        }
        self.mantissa = self.mantissa.checked_add(units).ok_or(MoneyError::Overflow)?;
        Ok(())
    }

    /// A sum that was kept as its two parts.
    #[must_use]
    pub fn from_parts(mantissa: i128, scale: u32) -> Self {
        Self { mantissa, scale }
    }

    /// How many units of 10^-scale there are.
    #[must_use]
    pub fn mantissa(&self) -> i128 {
        self.mantissa
    }

    /// The largest scale met so far.
    #[must_use]
    pub fn scale(&self) -> u32 {
        self.scale
    }

    /// The total so far.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] when it does not fit a decimal of 96 bits.
    pub fn total(&self) -> Result<Decimal, MoneyError> {
        from_parts(self.mantissa, self.scale)
    }
}

/// A running sum in one currency.
#[derive(Clone, Copy, Debug)]
pub struct Sum {
    tally: Tally,
    currency: Currency,
}

impl Sum {
    /// An empty sum.
    #[must_use]
    pub fn new(currency: Currency) -> Self {
        Self { tally: Tally::default(), currency }
    }

    /// Adds one amount of the sum's own currency.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`].
    pub fn add(&mut self, amount: Decimal) -> Result<(), MoneyError> {
        self.tally.add(amount)
    }

    /// The total so far.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] when it does not fit a decimal of 96 bits.
    pub fn total(&self) -> Result<Money, MoneyError> {
        Ok(Money::new(self.tally.total()?, self.currency))
    }
}

/// Exact total of many amounts of one currency.
///
/// # Errors
/// Different currencies, or a sum that does not fit.
pub fn total<'a>(currency: Currency, amounts: impl IntoIterator<Item = &'a Money>) -> Result<Money, MoneyError> {
    let mut sum = Sum::new(currency);
    for money in amounts {
        if money.currency != currency {
            return Err(MoneyError::Currencies(currency, money.currency));
        }
        sum.add(money.amount)?;
    }
    sum.total()
}

#[cfg(test)]
mod tests;
