//! Where an Indian address is: its State by the name that people write, or by its PIN.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::gstin::{self, State};

/// Letters and digits in lower case: `J & K` and `j&k` are one.
fn folded(name: &str) -> String {
    name.to_lowercase().replace('&', "and").chars().filter(|c| c.is_alphanumeric()).collect()
}

fn rows(text: &'static str) -> impl Iterator<Item = (String, String)> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<_> = reader.records().flatten().collect();
    rows.into_iter().filter_map(|row| Some((row.get(0)?.to_owned(), row.get(1)?.to_owned())))
}

/// Codes by folded name: those of the law, then how else people write them.
static NAMES: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let of_the_law = gstin::states().map(|state| (folded(&state.name), state.code.clone()));
    let others = rows(include_str!("gst-state-names.csv"));
    let others = others.flat_map(|(code, names)| {
        let names: Vec<String> = names.split(';').map(folded).collect();
        names.into_iter().map(move |name| (name, code.clone()))
    });
    of_the_law.chain(others).filter(|(name, _)| !name.is_empty()).collect()
});

/// The States that have PINs with a beginning. Where two share one, both stand there.
static PREFIXES: LazyLock<BTreeMap<String, Vec<String>>> = LazyLock::new(|| {
    let codes = |codes: String| codes.split(' ').map(str::to_owned).collect();
    rows(include_str!("pin-prefixes.csv")).map(|(prefix, text)| (prefix, codes(text))).collect()
});

/// The State of a name: as the law has it, or as it is commonly written or shortened. A code in
/// it (`Karnataka (29)`, `29-Karnataka`) is of the same State.
#[must_use]
pub(crate) fn by_name(text: &str) -> Option<&'static State> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let words: String = text.chars().filter(|c| !c.is_ascii_digit()).collect();
    let code = NAMES.get(&folded(&words))?;
    (digits.is_empty() || digits == *code || format!("0{digits}") == *code).then(|| gstin::state(code)).flatten()
}

/// A PIN without the spaces that people write in it; None where it is none.
#[must_use]
pub(crate) fn pin(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    (digits.len() == 6 && !digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit())).then_some(digits)
}

/// The codes of the States that have PINs with the beginning of this one; none where that is
/// not known.
#[must_use]
pub(crate) fn by_pin(pin: &str) -> &'static [String] {
    let longest = (1..=3).rev().find_map(|length| PREFIXES.get(pin.get(..length)?));
    longest.map_or(&[], Vec::as_slice)
}

/// The PIN that stands in lines of an address, where there is just one.
#[must_use]
pub(crate) fn pin_in(address: &[String]) -> Option<String> {
    let words = address.iter().flat_map(|line| line.split(|c: char| !c.is_alphanumeric()));
    let mut pins = words.filter_map(pin);
    pins.next().filter(|_| pins.next().is_none())
}

/// The State that a part of an address names in full, the last first: `Mysuru, Karnataka`.
#[must_use]
pub(crate) fn named_in(address: &[String]) -> Option<&'static State> {
    let parts = address.iter().flat_map(|line| line.split(',')).rev();
    let named = parts.map(|part| part.trim_matches(|c: char| !c.is_alphabetic()));
    // Abbreviations are words of other meaning in an address.
    named.filter(|part| folded(part).len() > 3 || folded(part) == "goa").find_map(by_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_state_is_found_by_what_people_call_it() {
        for (name, code) in [
            ("Karnataka", "29"),
            ("TAMILNADU", "33"),
            ("Tamil Nadu", "33"),
            ("TN", "33"),
            ("Orissa", "21"),
            ("J&K", "01"),
            ("Jammu & Kashmir", "01"),
            ("Pondicherry", "34"),
            ("New Delhi", "07"),
            ("Uttaranchal", "05"),
            ("Karnataka (29)", "29"),
            ("9-Uttar Pradesh", "09"),
            ("Andhra Pradesh", "37"),
            ("Daman & Diu", "26"),
        ] {
            assert_eq!(by_name(name).map(|state| state.code.as_str()), Some(code), "{name}");
        }
        for name in ["Karnataka (27)", "Atlantis", "", "29"] {
            assert_eq!(by_name(name), None, "{name}");
        }
    }

    #[test]
    fn a_pin_names_its_state_unless_two_share_its_beginning() {
        let of = |text: &str| by_pin(text).join(" ");
        for (text, codes) in [
            ("560001", "29"),
            ("110001", "07"),
            ("403001", "30"),
            ("160017", "03 04 06"),
            ("247001", "05 09"),
            ("605001", "33 34"),
            ("793001", "12 13 14 15 16 17 18"),
            ("737101", "11"),
            ("744101", "35"),
            ("682001", "31 32"),
            ("500001", "36"),
            ("520001", "37"),
            // Army post offices are nowhere.
            ("900001", ""),
        ] {
            assert_eq!(of(text), codes, "{text}");
        }
        assert_eq!(pin("560 001").as_deref(), Some("560001"));
        for text in ["056001", "56001", "5600011", "56OOO1", ""] {
            assert_eq!(pin(text), None, "{text}");
        }
        for (prefix, codes) in PREFIXES.iter() {
            assert!(codes.iter().all(|code| gstin::state(code).is_some()), "{prefix}");
        }
    }

    #[test]
    fn an_address_tells_its_pin_and_its_state() {
        assert_eq!(pin_in(&lines("12 Residency Road\nBengaluru 560001\nKarnataka, India")).as_deref(), Some("560001"));
        assert_eq!(pin_in(&lines("Plot 400001\nBengaluru-560001")), None);
        let named = |text: &str| named_in(&lines(text)).map(|state| state.code.as_str());
        assert_eq!(named("12 Residency Road\nBengaluru, Karnataka - 560001, India"), Some("29"));
        assert_eq!(named("4 Beach Road, Panaji, Goa"), Some("30"));
        // `OR`, `AS` and `UP` are words.
        assert_eq!(named("Block A, OR, 4 Hill Road"), None);
        assert_eq!(named("Punjab Street 4, Somewhere"), None);
    }
}
