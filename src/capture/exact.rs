//! Numbers out of JSON by their text. serde would read a number with a fraction through a
//! binary float; a raw token keeps every digit.

use rust_decimal::Decimal;
use serde::de::{Deserialize, Deserializer, Error};
use serde_json::value::RawValue;

use crate::model::money::{MoneyError, from_parts, parse_plain, shorten};

/// Reads an optional amount: a JSON number, a string with a plain decimal, or null.
/// For `#[serde(default, deserialize_with = "exact::amount")]`.
///
/// # Errors
/// Anything else, and digits beyond what can be kept exactly.
pub fn amount<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Decimal>, D::Error> {
    let Some(raw) = <Option<&'de RawValue>>::deserialize(deserializer)? else {
        return Ok(None);
    };
    amount_from_token(raw.get()).map(Some).map_err(D::Error::custom)
}

/// Reads an optional count: a JSON integer, a string of digits, or null.
///
/// # Errors
/// Anything else.
pub fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let Some(raw) = <Option<&'de RawValue>>::deserialize(deserializer)? else {
        return Ok(None);
    };
    let token = raw.get();
    let digits = token.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or(token);
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    digits
        .parse()
        .ok()
        .filter(|_| plain)
        .map(Some)
        .ok_or_else(|| D::Error::custom(format!("`{}` is not a count", shorten(token))))
}

/// Reads an optional string or number as the text that stands there; anything else is none.
///
/// # Errors
/// No JSON.
pub fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let Some(raw) = <Option<&'de RawValue>>::deserialize(deserializer)? else {
        return Ok(None);
    };
    Ok(match raw.get().as_bytes() {
        [b'"', ..] => serde_json::from_str(raw.get()).ok(),
        [b'0'..=b'9' | b'-', ..] => Some(raw.get().to_owned()),
        _ => None,
    })
}

/// Reads an amount from a JSON token.
///
/// # Errors
/// [`MoneyError::NotPlain`] for what is not a number or a string with a plain decimal.
pub fn amount_from_token(token: &str) -> Result<Decimal, MoneyError> {
    if token.starts_with('"') {
        let text: String = serde_json::from_str(token).map_err(|_| MoneyError::NotPlain(token.to_owned()))?;
        return parse_plain(&text);
    }
    let Some((mantissa, exponent)) = token.split_once(['e', 'E']) else {
        return parse_plain(token);
    };
    let too_long = || MoneyError::TooLong(token.to_owned());
    let value = parse_plain(mantissa)?;
    let exponent: i64 = exponent.parse().map_err(|_| too_long())?;
    if value.is_zero() {
        return Ok(Decimal::ZERO);
    }
    let scale = i64::from(value.scale()) - exponent;
    if let Ok(scale) = u32::try_from(scale) {
        from_parts(value.mantissa(), scale).map_err(|_| too_long())
    } else {
        let zeros = u32::try_from(-scale).map_err(|_| too_long())?;
        let factor = 10_i128.checked_pow(zeros).ok_or_else(too_long)?;
        let whole = value.mantissa().checked_mul(factor).ok_or_else(too_long)?;
        from_parts(whole, 0).map_err(|_| too_long())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_keep_their_digits() {
        let good = [
            ("336717.00", "336717.00"),
            ("9007199254740993.25", "9007199254740993.25"),
            ("0.30000000000000004", "0.30000000000000004"),
            ("\"20277.41000\"", "20277.41000"),
            ("1e3", "1000"),
            ("1.25E+1", "12.5"),
            ("1.5e-3", "0.0015"),
            ("-0.00", "0.00"),
            ("0e99", "0"),
        ];
        for (token, expected) in good {
            assert_eq!(amount_from_token(token).unwrap().to_string(), expected, "{token}");
        }
        for bad in [
            "1E-29",
            "1e400",
            "79228162514264337593543950336",
            "\"1_000\"",
            "\"1,000\"",
            "\"1e3\"",
            "\"\"",
            "true",
            "{}",
            "[1]",
        ] {
            assert!(amount_from_token(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn serde_json_has_not_been_switched_to_arbitrary_precision() {
        // A crate anywhere in the graph could turn that feature on for all; with it, 1.0 and
        // 1.00 are unequal values.
        let one: serde_json::Value = serde_json::from_str("1.0").unwrap();
        let same: serde_json::Value = serde_json::from_str("1.00").unwrap();
        assert_eq!(one, same);
    }
}
