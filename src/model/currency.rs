//! ISO 4217 currencies, and why an amount in one could not be read or computed.

use std::fmt;

/// An ISO 4217 currency.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// The Indian rupee: what the books are in unless they say otherwise.
    pub const INR: Self = Self(*b"INR");

    /// Reads a three-letter ISO 4217 code, in capitals.
    ///
    /// # Errors
    /// A code that ISO 4217 does not list.
    pub fn parse(code: &str) -> Result<Self, MoneyError> {
        match (iso_currency::Currency::from_code(code), code.as_bytes()) {
            (Some(_), &[a, b, c]) => Ok(Self([a, b, c])),
            _ => Err(MoneyError::UnknownCurrency(code.to_owned())),
        }
    }

    /// The three letters.
    #[must_use]
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// Digits of the minor unit by ISO 4217: 2 for INR (paise), 0 for JPY, 3 for KWD.
    #[must_use]
    pub fn minor_digits(&self) -> u32 {
        iso_currency::Currency::from_code(self.code()).and_then(iso_currency::Currency::exponent).map_or(2, u32::from)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Why an amount could not be read or computed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MoneyError {
    /// Not a plain decimal: an optional `-`, digits, optionally a point and digits.
    NotPlain(String),
    /// More digits than can be kept exactly.
    TooLong(String),
    /// A sum or product that leaves the exact range.
    Overflow,
    /// Two amounts of different currencies met.
    Currencies(Currency, Currency),
    /// Not an ISO 4217 code.
    UnknownCurrency(String),
}

impl fmt::Display for MoneyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotPlain(text) if text.is_empty() => f.write_str("the amount is empty"),
            Self::NotPlain(text) => {
                write!(f, "`{}` is not a plain decimal amount such as 1234.50 or -1234.50", shorten(text))
            }
            Self::TooLong(text) => {
                write!(f, "`{}` has more digits than can be kept exactly (28 in all)", shorten(text))
            }
            Self::Overflow => f.write_str("the sum is larger than can be kept exactly (28 digits in all)"),
            Self::Currencies(a, b) => write!(f, "{a} and {b} cannot be added up"),
            Self::UnknownCurrency(code) => {
                write!(f, "`{}` is not an ISO 4217 currency code", shorten(code))
            }
        }
    }
}

impl std::error::Error for MoneyError {}

/// Cuts a text for a message; what follows is a mark that it was cut.
#[must_use]
pub fn shorten(text: &str) -> String {
    const LIMIT: usize = 120;
    let clean: String = text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).take(LIMIT).collect();
    if clean.len() < text.len() && text.chars().nth(LIMIT).is_some() { format!("{clean}…") } else { clean }
}
