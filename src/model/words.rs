//! Amounts in words, as Indian invoices print them: lakh and crore for rupees,
//! thousand and million for other currencies.

use super::money::{Currency, Money};

mod hindi;

const UNITS: [&str; 20] = [
    "Zero",
    "One",
    "Two",
    "Three",
    "Four",
    "Five",
    "Six",
    "Seven",
    "Eight",
    "Nine",
    "Ten",
    "Eleven",
    "Twelve",
    "Thirteen",
    "Fourteen",
    "Fifteen",
    "Sixteen",
    "Seventeen",
    "Eighteen",
    "Nineteen",
];
const TENS: [&str; 10] = ["", "", "Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety"];

/// `Rupees Twelve Lakh Thirty-Four Thousand Five Hundred Sixty-Seven and Eighty-Nine Paise Only`.
///
/// The amount is taken at its own scale; invoices hand in totals that are already rounded
/// to the minor unit.
#[must_use]
pub fn amount_in_words(money: &Money) -> String {
    let (whole, fraction) = parts(money);
    let sign = if money.is_negative() { "Minus " } else { "" };
    let currency = money.currency();
    let minor: u128 = fraction.parse().unwrap_or_default();
    if currency == Currency::INR && fraction.len() == 2 {
        let paise = match minor {
            0 => String::new(),
            1 => " and One Paisa".to_owned(),
            n => format!(" and {} Paise", below_hundred(n)),
        };
        return format!("{sign}Rupees {}{paise} Only", indian(whole));
    }
    let cents = if minor == 0 { String::new() } else { format!(" and {fraction}/1{}", "0".repeat(fraction.len())) };
    let number = if currency == Currency::INR { indian(whole) } else { western(whole) };
    format!("{sign}{currency} {number}{cents} Only")
}

/// The same in another language, where it is at hand: Hindi (`hi`).
#[must_use]
pub fn amount_in_words_of(money: &Money, language: &str) -> Option<String> {
    let (whole, fraction) = parts(money);
    language.starts_with("hi").then(|| hindi::amount(money, (whole, &fraction)))
}

/// An amount's whole units, and the digits of what is below them.
fn parts(money: &Money) -> (u128, String) {
    let plain = money.abs().plain();
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    (whole.parse().unwrap_or_default(), fraction.to_owned())
}

fn below_hundred(n: u128) -> String {
    let n = usize::try_from(n % 100).unwrap_or_default();
    match n {
        0..20 => UNITS[n].to_owned(),
        _ if n % 10 == 0 => TENS[n / 10].to_owned(),
        _ => format!("{}-{}", TENS[n / 10], UNITS[n % 10]),
    }
}

fn below_thousand(n: u128) -> String {
    match (n / 100, n % 100) {
        (0, rest) => below_hundred(rest),
        (hundreds, 0) => format!("{} Hundred", below_hundred(hundreds)),
        (hundreds, rest) => format!("{} Hundred {}", below_hundred(hundreds), below_hundred(rest)),
    }
}

/// Crore, lakh, thousand; what exceeds a hundred crore is said of the crores in turn.
fn indian(n: u128) -> String {
    let mut parts = Vec::new();
    if n >= 10_000_000 {
        parts.push(format!("{} Crore", indian(n / 10_000_000)));
    }
    let rest = n % 10_000_000;
    for (size, name) in [(100_000, "Lakh"), (1_000, "Thousand")] {
        let count = rest / size % 100;
        if count > 0 {
            parts.push(format!("{} {name}", below_hundred(count)));
        }
    }
    if !rest.is_multiple_of(1_000) || n == 0 {
        parts.push(below_thousand(rest % 1_000));
    }
    parts.join(" ")
}

fn western(n: u128) -> String {
    let mut parts = Vec::new();
    let scales = [
        (1_000_000_000_000_000_000_000_000, "Septillion"),
        (1_000_000_000_000_000_000_000, "Sextillion"),
        (1_000_000_000_000_000_000, "Quintillion"),
        (1_000_000_000_000_000, "Quadrillion"),
        (1_000_000_000_000, "Trillion"),
        (1_000_000_000, "Billion"),
        (1_000_000, "Million"),
        (1_000, "Thousand"),
    ];
    for (size, name) in scales {
        let count = n / size % 1_000;
        if count > 0 {
            parts.push(format!("{} {name}", below_thousand(count)));
        }
    }
    if !n.is_multiple_of(1_000) || n == 0 {
        parts.push(below_thousand(n % 1_000));
    }
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::money::parse_plain;

    fn words(text: &str, currency: &str) -> String {
        amount_in_words(&Money::new(parse_plain(text).unwrap(), Currency::parse(currency).unwrap()))
    }

    #[test]
    fn rupees_in_lakh_and_crore() {
        let cases = [
            (
                "1234567.89",
                "Rupees Twelve Lakh Thirty-Four Thousand Five Hundred Sixty-Seven and Eighty-Nine Paise Only",
            ),
            ("82890.00", "Rupees Eighty-Two Thousand Eight Hundred Ninety Only"),
            ("0", "Rupees Zero Only"),
            ("0.01", "Rupees Zero and One Paisa Only"),
            ("10000000", "Rupees One Crore Only"),
            ("1230000000.10", "Rupees One Hundred Twenty-Three Crore and Ten Paise Only"),
            ("100000000000000", "Rupees One Crore Crore Only"),
            ("-40.00", "Minus Rupees Forty Only"),
        ];
        for (amount, expected) in cases {
            assert_eq!(words(amount, "INR"), expected);
        }
    }

    #[test]
    fn other_currencies_in_thousand_and_million() {
        assert_eq!(words("2150000.5", "USD"), "USD Two Million One Hundred Fifty Thousand and 50/100 Only");
        assert_eq!(words("1200", "JPY"), "JPY One Thousand Two Hundred Only");
        assert_eq!(words("1.250", "KWD"), "KWD One and 250/1000 Only");
    }
}
