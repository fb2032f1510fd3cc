//! Our own token in a text, in whichever of the usual forms: as it is, in other letters' case,
//! escaped for JSON or for a URL (more than once), in hexadecimal digits, in base64 wherever it
//! begins in what was encoded.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use percent_encoding::percent_decode_str;

/// From this length on, a credential does not occur in a text by chance.
pub(super) const LONG: usize = 8;

/// From this length on, a password does not occur in a mail server's words by chance.
pub(super) const SHORT: usize = 4;

/// How often a text is decoded in search of it.
const ROUNDS: usize = 3;

/// A secret, with the forms that it is looked for in.
#[derive(Debug)]
pub(super) struct Own<'a> {
    secret: &'a str,
    /// In small letters: itself and its hexadecimal digits.
    folded: Vec<String>,
    /// In base64's own letters.
    encoded: Vec<String>,
}

impl<'a> Own<'a> {
    pub(super) fn new(secret: &'a str) -> Self {
        Self::of(secret, LONG)
    }

    /// A secret that is looked for in its forms from a length on.
    pub(super) fn of(secret: &'a str, from: usize) -> Self {
        if secret.len() < from {
            return Self { secret, folded: Vec::new(), encoded: Vec::new() };
        }
        let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        // What was encoded before it shifts it by one or two bytes; the letters that hold bits of
        // its neighbours are left out.
        let encoded = (0..3_usize).map(|before| {
            let shifted = [&vec![0; before], secret.as_bytes()].concat();
            let text = STANDARD_NO_PAD.encode(&shifted);
            let (first, last) = ([0, 2, 3][before], shifted.len() * 8 / 6);
            text[first..last.min(text.len())].to_owned()
        });
        Self { secret, folded: vec![secret.to_lowercase(), hex], encoded: encoded.collect() }
    }

    /// Whether the text has it, in any of these forms. One that is too short is only
    /// found where it is the whole text.
    pub(super) fn is_in(&self, text: &str) -> bool {
        if self.folded.is_empty() {
            return text == self.secret;
        }
        if text.len() < self.secret.len() {
            return false;
        }
        let mut text = std::borrow::Cow::Borrowed(text);
        for _ in 0..ROUNDS {
            if self.stands_in(&text) {
                return true;
            }
            let next = decoded(&text);
            if next == text {
                return false;
            }
            text = std::borrow::Cow::Owned(next);
        }
        self.stands_in(&text)
    }

    fn stands_in(&self, text: &str) -> bool {
        let small = text.to_lowercase();
        let plain = text.replace('-', "+").replace('_', "/");
        self.folded.iter().any(|form| small.contains(form)) || self.encoded.iter().any(|form| plain.contains(form))
    }
}

/// The text with one layer of %XX and of JSON's escapes taken off.
fn decoded(text: &str) -> String {
    let text = percent_decode_str(text).decode_utf8_lossy();
    let mut out = String::with_capacity(text.len());
    let mut rest = &*text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let code = rest.strip_prefix('u').and_then(|hex| u32::from_str_radix(hex.get(..4)?, 16).ok());
        if let Some(c) = code.and_then(char::from_u32) {
            out.push(c);
            rest = &rest[5..];
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_in_every_form_and_not_in_honest_text() {
        let token = "s3cr3t+token/of~ours?";
        let own = Own::new(token);
        let percent: String = token.bytes().map(|b| format!("%{b:02X}")).collect();
        let twice: String = percent.replace('%', "%25");
        let hex: String = token.bytes().map(|b| format!("{b:02X}")).collect();
        let escaped: String = token.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect();
        let mut forms = vec![token.to_owned(), token.to_uppercase(), percent, twice, hex, escaped];
        for before in ["", "a", "ab", "PA_1:", "user:"] {
            for after in ["", "x", "xy"] {
                let text = STANDARD_NO_PAD.encode(format!("{before}{token}{after}"));
                forms.push(text.replace('+', "-").replace('/', "_"));
                forms.push(text);
            }
        }
        for form in forms {
            assert!(own.is_in(&format!("Bearer {form} and so on")), "{form}");
        }
        for honest in ["s3cr3t", "Nilgiri Collections Pvt Ltd", "100% of 3c1f6d1a-5f10-4b39-9c0e-0d4a8f3b7e06", ""] {
            assert!(!own.is_in(honest), "{honest}");
        }
        let short = Own::new("test");
        assert!(short.is_in("test") && !short.is_in("Palash test Labs"));
    }
}
