//! Text of cells made comparable: without characters that nobody sees, with plain digits,
//! spaces and minus signs.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

/// Characters that print nothing: zero-width spaces and joiners, marks of direction, soft
/// hyphens, byte order marks.
#[must_use]
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}' | '\u{feff}')
}

/// A digit of another script as ASCII has it: Arabic, full-width, and the scripts of India.
fn digit(c: char) -> Option<char> {
    const ZEROS: [u32; 12] = [0x660, 0x6f0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xff10];
    let code = u32::from(c);
    ZEROS.iter().find_map(|zero| char::from_digit(code.checked_sub(*zero).filter(|n| *n < 10)?, 10))
}

/// A cell with plain digits, points, spaces and minus signs, and without what is invisible.
#[must_use]
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    if text.is_ascii() && !text.contains('\t') {
        return Cow::Borrowed(text.trim());
    }
    let change = |c: char| match c {
        c if is_invisible(c) => None,
        '\t' | '\u{3000}' => Some(' '),
        c if c.is_whitespace() => Some(' '),
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' => Some('-'),
        '\u{ff0e}' | '\u{66b}' => Some('.'),
        '\u{ff0c}' | '\u{66c}' => Some(','),
        '\u{ff08}' => Some('('),
        '\u{ff09}' => Some(')'),
        '\u{ff04}' => Some('$'),
        '\u{ff0f}' => Some('/'),
        '\u{2019}' => Some('\''),
        c => Some(digit(c).unwrap_or(c)),
    };
    Cow::Owned(text.chars().filter_map(change).collect::<String>().trim().to_owned())
}

/// Folds a header cell, a name or an account for comparing: case, stars, underscores, runs
/// of spaces and what is invisible do not matter.
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return Folding::new(text).map(char::from).collect();
    }
    let seen = text.chars().filter(|c| !is_invisible(*c));
    let spaced: String = seen.map(|c| if c == '_' || c == '*' || c.is_whitespace() { ' ' } else { c }).collect();
    spaced.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What stands in a text, once it is folded, behind its beginning, which is folded already:
/// the next character, or nothing. None where it begins otherwise.
pub(super) fn behind(text: &str, beginning: &str) -> Option<Option<char>> {
    if !text.is_ascii() {
        return fold(text).strip_prefix(beginning).map(|rest| rest.chars().next());
    }
    let mut folding = Folding::new(text);
    let begins = beginning.bytes().all(|byte| folding.next() == Some(byte));
    begins.then(|| folding.next().map(char::from))
}

/// The bytes of an ASCII text as [`fold`] has them.
struct Folding<'a> {
    bytes: std::slice::Iter<'a, u8>,
    /// What follows the blank that was given last.
    held: Option<u8>,
    has_begun: bool,
}

impl<'a> Folding<'a> {
    fn new(text: &'a str) -> Self {
        Self { bytes: text.as_bytes().iter(), held: None, has_begun: false }
    }
}

impl Iterator for Folding<'_> {
    type Item = u8;

    #[inline]
    fn next(&mut self) -> Option<u8> {
        if let Some(held) = self.held.take() {
            return Some(held);
        }
        let mut after_blank = false;
        loop {
            match *self.bytes.next()? {
                b'_' | b'*' | b' ' | b'\t'..=b'\r' => after_blank = self.has_begun,
                byte => {
                    self.has_begun = true;
                    let lower = byte.to_ascii_lowercase();
                    if after_blank {
                        self.held = Some(lower);
                        return Some(b' ');
                    }
                    return Some(lower);
                }
            }
        }
    }
}

/// A name folded for comparing it with others: without case, runs of spaces and what is
/// invisible, and however its accents are stored.
#[must_use]
pub(super) fn same_name(name: &str) -> String {
    let spaced = |name: &str| name.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_ascii() {
        return spaced(name);
    }
    spaced(&name.chars().filter(|c| !is_invisible(*c)).nfkc().collect::<String>())
}

/// Of two ways to write a name the better one to print: in small and capital letters, then
/// the first in byte order.
#[must_use]
pub(super) fn is_better_written(name: &str, than: &str) -> bool {
    let plain = |name: &str| !(name.contains(char::is_uppercase) && name.contains(char::is_lowercase));
    (plain(name), name) < (plain(than), than)
}

/// The words of a text, folded.
pub(super) fn words(text: &str) -> Vec<String> {
    fold(text).split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Whether a phrase stands in a text word for word.
pub(super) fn has_phrase(words: &[String], phrase: &[String]) -> bool {
    !phrase.is_empty() && words.windows(phrase.len()).any(|window| window == phrase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_does_not_matter() {
        assert_eq!(plain("\u{200e}１０００．５०\u{a0}"), "1000.50");
        assert_eq!(plain("\u{2212}٥"), "-5");
        assert_eq!(fold("*Inbound_Voice\u{200b}  X "), "inbound voice x");
        assert_eq!(fold("\u{200b}*Inbound__VOICE\tx * "), fold("*Inbound__VOICE\tx * "));
        assert_eq!(
            [behind(" Total__for X", "total for"), behind("totals", "total")],
            [Some(Some(' ')), Some(Some('s'))]
        );
        assert_eq!(
            [behind("*Total*", "total"), behind("Tota", "total"), behind("Gesamt", "")],
            [Some(None), None, Some(Some('g'))]
        );
        assert_eq!(behind("Ärzte total", "ärzte"), Some(Some(' ')));
        assert!(is_better_written("Alpha", "ALPHA") && is_better_written("Alpha", "alpha"));
        assert!(is_better_written("ALPHA", "alpha") && !is_better_written("Alpha", "Alpha"));
        assert_eq!(same_name("CAFE\u{301}\u{200b}  Ltd"), same_name("Caf\u{e9} ltd"));
        assert!(has_phrase(&words("Sales Bill"), &words("bill")));
        assert!(!has_phrase(&words("Billing adjustment"), &words("bill")));
    }
}
