//! Telephone numbers, however they are written, in eight bytes: compared by their last ten
//! digits, so that `+91`, `0091` and `0` before them do not matter, or by fewer where one
//! side shows fewer.

/// Digits that numbers are compared by: those of a subscriber in India.
pub(crate) const COMPARED: u32 = 10;
/// Digits that are kept: the longest number of E.164.
const KEPT: u32 = 15;

/// A number: its last digits, how many they are, and how many of them can be seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Number(pub(crate) u64);

/// Where the count of digits stands.
const LENGTH: u32 = 52;
/// Where the count of digits that can be seen stands.
const SEEN: u32 = 56;
/// Tells a caller who is a word: `anonymous`.
const WORD: u64 = 1 << 63;

/// What a cell is as a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Read {
    /// Nothing stands there.
    Empty,
    /// A number, or a word.
    Number(Number),
    /// A spreadsheet has cut digits off: `9.19877E+11`.
    Cut,
}

/// Reads a cell: digits among `+ - ( ) .` and blanks, `sip:` and `tel:` addresses, digits
/// masked by x, X, * or #.
pub(crate) fn read(text: &str) -> Read {
    let text = text.trim().trim_start_matches('\'');
    if text.is_empty() {
        return Read::Empty;
    }
    let address = ["sip:", "sips:", "tel:"].iter().find_map(|scheme| {
        text.get(..scheme.len()).filter(|begin| begin.eq_ignore_ascii_case(scheme)).map(|_| &text[scheme.len()..])
    });
    let text = address.unwrap_or(text).split(['@', ';']).next().unwrap_or_default();
    if let Some((mantissa, exponent)) = text.split_once(['e', 'E'])
        && mantissa.starts_with(|c: char| c.is_ascii_digit())
        && let Some(zeros) = exponent.strip_prefix('+').and_then(|exponent| exponent.parse::<usize>().ok())
    {
        // `9.19876543215E+11` has all its digits; with fewer some are lost.
        let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        return if part.len() == zeros { digits(&format!("{whole}{part}")) } else { Read::Cut };
    }
    // As a program writes a number that it took for an amount.
    digits(text.strip_suffix(".0").unwrap_or(text))
}

fn digits(text: &str) -> Read {
    let (mut value, mut length, mut seen, mut masked) = (0_u64, 0_u32, 0_u32, false);
    for c in text.chars() {
        match c {
            '0'..='9' => {
                value = (value % 10_u64.pow(KEPT - 1)) * 10 + u64::from(c as u32 - u32::from(b'0'));
                (length, seen) = (length + 1, seen + 1);
            }
            'x' | 'X' | '*' | '#' => {
                (value, seen, masked, length) = (0, 0, true, length + 1);
            }
            '+' | '-' | '(' | ')' | '.' | '/' | ' ' | '\u{a0}' => {}
            _ => return word(text),
        }
    }
    if seen == 0 {
        return if masked { Read::Empty } else { word(text) };
    }
    if !masked && length > COMPARED && text.trim_start().starts_with("00") {
        (length, seen) = (length - 2, seen - 2);
    }
    Read::Number(Number(value | u64::from(length.min(KEPT)) << LENGTH | u64::from(seen.min(KEPT)) << SEEN))
}

/// A caller without a number, by a fixed hash of the word.
fn word(text: &str) -> Read {
    let folded = text.trim().to_lowercase();
    Read::Number(Number(WORD | (hash(&folded) & (WORD - 1))))
}

/// A text in eight bytes, the same on every machine: FNV-1a, mixed.
pub(crate) fn hash(text: &str) -> u64 {
    if text.is_empty() {
        return 0;
    }
    mix(text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, b| (hash ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)))
}

/// Spreads the bits of a number over all of it (SplitMix64).
fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// What caller and called number are sorted by: the digits of each that are compared, 0 of
/// one that is not. 0 where no number is there to be compared.
pub(crate) fn key(from: Number, to: Number, compared: [u32; 2]) -> u64 {
    let tail =
        |number: Number, compared: u32| if compared > 0 && number.is_some() { number.tail(compared) + 1 } else { 0 };
    match (tail(from, compared[0]), tail(to, compared[1])) {
        (0, 0) => 0,
        (from, to) => mix(from ^ mix(to)) | 1,
    }
}

/// Whether two pairs of numbers are the same, as far as both are compared.
pub(crate) fn same(a: [Number; 2], b: [Number; 2], compared: [u32; 2]) -> bool {
    (0..2).all(|at| {
        compared[at] == 0 || a[at].is_some() == b[at].is_some() && a[at].tail(compared[at]) == b[at].tail(compared[at])
    })
}

impl Number {
    fn is_word(self) -> bool {
        self.0 & WORD != 0
    }

    /// Whether there is one.
    pub(crate) fn is_some(self) -> bool {
        self.0 != 0
    }

    /// How many of its last digits can be compared: all that there are, or those that a mask
    /// has left.
    pub(crate) fn seen(self) -> u32 {
        let (length, seen) = ((self.0 >> LENGTH) & 15, (self.0 >> SEEN) & 15);
        if self.is_word() || length == seen { COMPARED } else { u32::try_from(seen).unwrap_or(0).min(COMPARED) }
    }

    /// Its last digits, as many as are compared.
    pub(crate) fn tail(self, compared: u32) -> u64 {
        if self.is_word() { self.0 } else { (self.0 & ((1 << LENGTH) - 1)) % 10_u64.pow(compared) }
    }

    /// Its digits from the first, without the trunk's 0; empty where they cannot be seen.
    pub(crate) fn digits(self) -> String {
        let (length, seen) = ((self.0 >> LENGTH) & 15, (self.0 >> SEEN) & 15);
        if self.is_word() || length != seen || length == 0 {
            return String::new();
        }
        let digits = (self.0 & ((1 << LENGTH) - 1)).to_string();
        if digits.len() == COMPARED as usize { format!("91{digits}") } else { digits }
    }

    /// The number as a person may see it: its last two digits.
    pub(crate) fn masked(self) -> String {
        if !self.is_some() {
            return String::new();
        }
        if self.is_word() {
            return "(no number)".to_owned();
        }
        let length = usize::try_from((self.0 >> LENGTH) & 15).unwrap_or(0);
        format!("{}{:02}", "x".repeat(length.saturating_sub(2)), self.tail(2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        match read(text) {
            Read::Number(number) => number,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn one_number_is_one_however_it_is_written() {
        let plain = number("9876543215").tail(COMPARED);
        for text in [
            "+919876543215",
            "919876543215",
            "00919876543215",
            "09876543215",
            "+91 98765 43215",
            "+91-98765-43215",
            "(+91) 98765.43215",
            "'+919876543215",
            "9.19876543215E+11",
            "919876543215.0",
            "sip:+919876543215@sip.example.in",
            "tel:+919876543215;ext=1",
        ] {
            assert_eq!(number(text).tail(COMPARED), plain, "{text}");
            assert_eq!(number(text).digits(), "919876543215", "{text}");
        }
        assert_eq!(read("9.19877E+11"), Read::Cut);
        assert_eq!(read(" "), Read::Empty);
        assert_eq!(number("Anonymous"), number("anonymous"));
    }

    #[test]
    fn a_masked_number_is_compared_by_what_it_shows() {
        let masked = number("+xxxxxxxxxx15");
        assert_eq!((masked.seen(), masked.tail(2), masked.digits()), (2, 15, String::new()));
        assert_eq!(masked.tail(2), number("+919876543215").tail(2));
        assert_eq!((masked.masked(), number("+919876543215").masked()), ("xxxxxxxxxx15".into(), "xxxxxxxxxx15".into()));
        assert_eq!(read("98765xxxxx"), Read::Empty);
    }
}
