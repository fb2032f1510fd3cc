//! Text from outside as a person may see it: what a terminal would carry out, and what makes text
//! look otherwise than it is, shown instead of done.

use std::borrow::Cow;

/// Whether a character does something to what is shown, and shows nothing itself: controls (C0 and
/// C1, but line ends and tabs), overrides and isolates of direction (Unicode TR 36, 3.3), and line
/// and paragraph separators.
#[must_use]
pub fn hides(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t'))
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The text with each such character as `<U+001B>`. With `colours`, the sequences that only
/// change colours stay.
#[must_use]
pub fn visible(text: &str, colours: bool) -> Cow<'_, str> {
    if !text.contains(hides) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(hides) {
        shown.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(length) = colour(rest).filter(|_| colours) {
            shown.push_str(&rest[..length]);
            rest = &rest[length..];
            continue;
        }
        let mut characters = rest.chars();
        if let Some(c) = characters.next() {
            shown.push_str(&format!("<U+{:04X}>", u32::from(c)));
        }
        rest = characters.as_str();
    }
    shown.push_str(rest);
    Cow::Owned(shown)
}

/// The length of a sequence that sets colours (ECMA-48, SGR), where the text begins with one.
fn colour(text: &str) -> Option<usize> {
    let inner = text.strip_prefix("\u{1b}[")?;
    let end = inner.find(|c: char| !c.is_ascii_digit() && c != ';')?;
    inner[end..].starts_with('m').then_some("\u{1b}[".len() + end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_carry_out_is_shown() {
        assert_eq!(visible("Asha & Söhne\n\tनमस्ते, \u{200d}", false), "Asha & Söhne\n\tनमस्ते, \u{200d}");
        let hostile = "a\u{1b}]0;x\u{7}b\u{202e}c\u{2028}d\r\u{9b}2J\u{1b}[31mred\u{1b}[2J";
        assert_eq!(
            visible(hostile, false),
            "a<U+001B>]0;x<U+0007>b<U+202E>c<U+2028>d<U+000D><U+009B>2J<U+001B>[31mred<U+001B>[2J"
        );
        assert!(visible(hostile, true).ends_with("\u{1b}[31mred<U+001B>[2J"));
        assert_eq!(visible("\u{1b}[", true), "<U+001B>[");
    }
}
