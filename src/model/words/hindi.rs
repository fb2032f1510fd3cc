//! Amounts in words in Hindi, as Indian invoices print them.

use crate::model::money::{Currency, Money};

/// From nothing to ninety-nine: no rule makes them.
const NUMBERS: [&str; 100] = [
    "शून्य",
    "एक",
    "दो",
    "तीन",
    "चार",
    "पाँच",
    "छह",
    "सात",
    "आठ",
    "नौ",
    "दस",
    "ग्यारह",
    "बारह",
    "तेरह",
    "चौदह",
    "पंद्रह",
    "सोलह",
    "सत्रह",
    "अठारह",
    "उन्नीस",
    "बीस",
    "इक्कीस",
    "बाईस",
    "तेईस",
    "चौबीस",
    "पच्चीस",
    "छब्बीस",
    "सत्ताईस",
    "अट्ठाईस",
    "उनतीस",
    "तीस",
    "इकतीस",
    "बत्तीस",
    "तैंतीस",
    "चौंतीस",
    "पैंतीस",
    "छत्तीस",
    "सैंतीस",
    "अड़तीस",
    "उनतालीस",
    "चालीस",
    "इकतालीस",
    "बयालीस",
    "तैंतालीस",
    "चवालीस",
    "पैंतालीस",
    "छियालीस",
    "सैंतालीस",
    "अड़तालीस",
    "उनचास",
    "पचास",
    "इक्यावन",
    "बावन",
    "तिरपन",
    "चौवन",
    "पचपन",
    "छप्पन",
    "सत्तावन",
    "अट्ठावन",
    "उनसठ",
    "साठ",
    "इकसठ",
    "बासठ",
    "तिरसठ",
    "चौंसठ",
    "पैंसठ",
    "छियासठ",
    "सड़सठ",
    "अड़सठ",
    "उनहत्तर",
    "सत्तर",
    "इकहत्तर",
    "बहत्तर",
    "तिहत्तर",
    "चौहत्तर",
    "पचहत्तर",
    "छिहत्तर",
    "सतहत्तर",
    "अठहत्तर",
    "उनासी",
    "अस्सी",
    "इक्यासी",
    "बयासी",
    "तिरासी",
    "चौरासी",
    "पचासी",
    "छियासी",
    "सत्तासी",
    "अट्ठासी",
    "नवासी",
    "नब्बे",
    "इक्यानवे",
    "बानवे",
    "तिरानवे",
    "चौरानवे",
    "पचानवे",
    "छियानवे",
    "सत्तानवे",
    "अट्ठानवे",
    "निन्यानवे",
];

/// `रुपये बारह लाख चौंतीस हज़ार पाँच सौ सड़सठ और नवासी पैसे मात्र`; another currency by its code, what is
/// below its unit as a fraction. Whole units and the digits of what is below them are the amount's.
pub(super) fn amount(money: &Money, (whole, fraction): (u128, &str)) -> String {
    let sign = if money.is_negative() { "ऋण " } else { "" };
    let minor: u128 = fraction.parse().unwrap_or_default();
    if money.currency() == Currency::INR && fraction.len() == 2 {
        let paise = match minor {
            0 => String::new(),
            1 => " और एक पैसा".to_owned(),
            n => format!(" और {} पैसे", below_hundred(n)),
        };
        return format!("{sign}रुपये {}{paise} मात्र", number(whole));
    }
    let part = if minor == 0 { String::new() } else { format!(" और {fraction}/1{}", "0".repeat(fraction.len())) };
    format!("{sign}{} {}{part} मात्र", money.currency(), number(whole))
}

fn below_hundred(n: u128) -> &'static str {
    usize::try_from(n).ok().and_then(|n| NUMBERS.get(n)).copied().unwrap_or_default()
}

/// Crore, lakh, thousand, hundred; what exceeds a hundred crore is said of the crores in turn.
fn number(n: u128) -> String {
    let mut said = Vec::new();
    if n >= 10_000_000 {
        said.push(format!("{} करोड़", number(n / 10_000_000)));
    }
    for (size, among, name) in [(100_000, 100, "लाख"), (1_000, 100, "हज़ार"), (100, 10, "सौ")] {
        let count = n / size % among;
        if count > 0 {
            said.push(format!("{} {name}", below_hundred(count)));
        }
    }
    if !n.is_multiple_of(100) || n == 0 {
        said.push(below_hundred(n % 100).to_owned());
    }
    said.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::money::parse_plain;

    fn words(text: &str, currency: &str) -> String {
        let money = Money::new(parse_plain(text).unwrap(), Currency::parse(currency).unwrap());
        let plain = money.abs().plain();
        let (whole, fraction) = plain.split_once('.').unwrap();
        amount(&money, (whole.parse().unwrap(), fraction))
    }

    #[test]
    fn amounts_are_said_in_lakh_and_crore() {
        let cases = [
            ("1234567.89", "INR", "रुपये बारह लाख चौंतीस हज़ार पाँच सौ सड़सठ और नवासी पैसे मात्र"),
            ("82890.00", "INR", "रुपये बयासी हज़ार आठ सौ नब्बे मात्र"),
            ("0.01", "INR", "रुपये शून्य और एक पैसा मात्र"),
            ("1230000000.10", "INR", "रुपये एक सौ तेईस करोड़ और दस पैसे मात्र"),
            ("-40.00", "INR", "ऋण रुपये चालीस मात्र"),
            ("2150000.5", "USD", "USD इक्कीस लाख पचास हज़ार और 50/100 मात्र"),
        ];
        for (amount, currency, expected) in cases {
            assert_eq!(words(amount, currency), expected);
        }
    }

    #[test]
    fn every_number_has_a_word_of_its_own() {
        let mut all = NUMBERS.to_vec();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 100);
    }
}
