//! GSTIN: fifteen characters, the last of which checks the others; and the States that its
//! first two name.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// A State or Union Territory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct State {
    /// Two digits.
    pub code: String,
    /// Its name.
    pub name: String,
    /// What is charged beside CGST inside it: `SGST`, or `UTGST` where there is no
    /// legislature of its own.
    pub own_tax: String,
}

/// The codes of the GST law, from the table that the repository carries.
static STATES: LazyLock<BTreeMap<String, State>> = LazyLock::new(|| {
    let mut reader = csv::Reader::from_reader(include_str!("gst-state-codes.csv").as_bytes());
    let states = reader.records().flatten().filter_map(|row| {
        let cell = |n: usize| row.get(n).map(str::trim).unwrap_or_default().to_owned();
        let state = State { code: cell(0), name: cell(1), own_tax: cell(2) };
        (!state.code.is_empty()).then_some((state.code.clone(), state))
    });
    states.collect()
});

/// The States and Union Territories that are, or may stand in old registrations.
pub(crate) fn states() -> impl Iterator<Item = &'static State> {
    STATES.values().filter(|state| !state.own_tax.is_empty())
}

/// The code that a State has today: Daman and Diu was joined with Dadra and Nagar Haveli in
/// 2020, Andhra Pradesh was divided in 2014 and old registrations bear its old code.
#[must_use]
pub(crate) fn today(code: &str) -> &str {
    match code {
        "25" => "26",
        "28" => "37",
        code => code,
    }
}

/// The State of a code.
#[must_use]
pub(crate) fn state(code: &str) -> Option<&'static State> {
    STATES.get(code)
}

const ALPHABET: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

fn value(c: u8) -> Option<u32> {
    ALPHABET.iter().position(|known| *known == c).and_then(|at| u32::try_from(at).ok())
}

/// The check character of the first fourteen: each value times 1 or 2 in turn, the digits
/// of the products to base 36 added up, and what lacks to a multiple of 36.
#[must_use]
pub(crate) fn check_character(first: &str) -> Option<char> {
    let mut sum = 0;
    for (index, c) in first.bytes().enumerate() {
        let product = value(c)? * if index % 2 == 0 { 1 } else { 2 };
        sum += product / 36 + product % 36;
    }
    let check = (36 - sum % 36) % 36;
    ALPHABET.get(check as usize).map(|c| char::from(*c))
}

/// Checks a GSTIN; returns the code of its State.
///
/// # Errors
/// A phrase that says what is wrong with it.
pub(crate) fn check(gstin: &str) -> Result<&str, String> {
    if gstin.chars().count() != 15 {
        return Err(format!("it has {} characters, and a GSTIN has 15", gstin.chars().count()));
    }
    if let Some(bad) = gstin.chars().find(|c| !c.is_ascii_digit() && !c.is_ascii_uppercase()) {
        return Err(format!("`{bad}` is neither a digit nor a capital letter"));
    }
    let (code, rest) = gstin.split_at(2);
    if state(code).is_none() || code == "96" {
        return Err(format!("no State has the code {code}"));
    }
    let expected = check_character(&gstin[..14]);
    if rest.chars().last() != expected {
        let expected = expected.map_or_else(String::new, |c| format!(": the others make it {c}"));
        return Err(format!("its last character does not fit the others{expected}; one of them is mistyped"));
    }
    Ok(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_character_finds_what_is_mistyped() {
        for good in ["27AAPFU0939F1ZV", "29AAFCC9980M1ZR", "37AADCB2230M2ZR"] {
            assert_eq!(check(good), Ok(&good[..2]));
            for at in 0..14 {
                let mut wrong = good.as_bytes().to_vec();
                wrong[at] = if wrong[at] == b'7' { b'8' } else { b'7' };
                assert!(check(std::str::from_utf8(&wrong).unwrap()).is_err());
            }
        }
        for (bad, why) in [
            ("29AABCT1332L000", "mistyped"),
            ("27aapfu0939f1zv", "capital"),
            ("27AAPFU0939F1Z", "14 characters"),
            ("96AAPFU0939F1ZV", "no State"),
        ] {
            assert!(check(bad).unwrap_err().contains(why), "{bad}");
        }
    }

    #[test]
    fn union_territories_without_a_legislature_have_a_tax_of_their_own() {
        for code in ["04", "26", "31", "35", "38", "97"] {
            assert_eq!(state(code).unwrap().own_tax, "UTGST", "{code}");
        }
        for code in ["07", "29", "34", "01"] {
            assert_eq!(state(code).unwrap().own_tax, "SGST", "{code}");
        }
    }
}
