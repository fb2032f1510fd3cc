//! What a number format writes beside a number and a reader must know: `Dr`, `Cr`, and a
//! currency. Tally exports its sides in no other way: the cell holds 5000, its format is
//! `0.00" Dr"`.

use crate::model::money::Currency;

/// The marks of a format, for numbers from zero up and for those below.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Marks {
    positive: Mark,
    /// None: as for the positive ones, with a minus.
    negative: Option<Mark>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Mark {
    side: Option<&'static str>,
    currency: Option<String>,
}

impl Marks {
    /// Those of a number format's code. None where it has none. The currency `home` is not
    /// worth a word.
    pub(super) fn of_format(code: &str, home: Option<Currency>) -> Option<Self> {
        let mut sections = sections(code).into_iter().map(|literals| Mark::of(&literals, home));
        let positive = sections.next()?;
        let negative = sections.next();
        let found = Self { positive, negative };
        let empty = |mark: &Mark| *mark == Mark::default();
        if empty(&found.positive) && found.negative.as_ref().is_none_or(empty) { None } else { Some(found) }
    }

    /// Those of a number as it is shown.
    pub(super) fn of_shown(text: &str, home: Option<Currency>) -> Option<Self> {
        let around: String =
            text.chars().map(|c| if c.is_ascii_digit() || "-.,()".contains(c) { ' ' } else { c }).collect();
        let mark = Mark::of(&around, home);
        (mark != Mark::default()).then(|| Self { positive: mark.clone(), negative: Some(mark) })
    }

    /// The number with its marks. A side that the format has for numbers below zero stands
    /// in place of the minus.
    pub(super) fn around(&self, number: &str) -> String {
        let (mark, number) = match (&self.negative, number.strip_prefix('-')) {
            (Some(mark), Some(bare)) if mark.side.is_some() => (mark, bare),
            (Some(mark), Some(_)) => (mark, number),
            _ => (&self.positive, number),
        };
        let before = mark.currency.as_ref().map_or_else(String::new, |code| format!("{code} "));
        let after = mark.side.map_or_else(String::new, |side| format!(" {side}"));
        format!("{before}{number}{after}")
    }
}

impl Mark {
    fn of(literals: &str, home: Option<Currency>) -> Self {
        let mut mark = Self::default();
        for word in literals.split_whitespace() {
            match word.trim_end_matches('.').to_ascii_lowercase().as_str() {
                "dr" => mark.side = Some("Dr"),
                "cr" => mark.side = Some("Cr"),
                _ => {
                    let sign = [("₹", "INR"), ("Rs", "INR"), ("€", "EUR"), ("£", "GBP"), ("$", "USD")]
                        .into_iter()
                        .find(|(sign, _)| word.trim_end_matches('.') == *sign)
                        .map_or(word, |(_, code)| code);
                    let currency = Currency::parse(sign).ok();
                    if currency.is_some() && home.is_some() && currency != home {
                        mark.currency = Some(sign.to_owned());
                    }
                }
            }
        }
        mark
    }
}

/// The literal text of each section of a format: what is quoted, escaped, or a currency in
/// brackets. Numbers' places are blanks.
fn sections(code: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut chars = code.chars().peekable();
    while let Some(c) = chars.next() {
        let Some(last) = all.last_mut() else { break };
        match c {
            ';' => all.push(String::new()),
            '"' => last.extend(chars.by_ref().take_while(|c| *c != '"')),
            '\\' => last.extend(chars.next()),
            // A blank as wide as a character, or a character that fills the cell.
            '_' | '*' => {
                chars.next();
                last.push(' ');
            }
            '[' => {
                let inside: String = chars.by_ref().take_while(|c| *c != ']').collect();
                if let Some(currency) = inside.strip_prefix('$') {
                    let sign = currency.rsplit_once('-').map_or(currency, |(sign, _)| sign);
                    last.push(' ');
                    last.push_str(sign);
                    last.push(' ');
                }
            }
            '0' | '#' | '?' | '.' | ',' | ' ' => last.push(' '),
            other => last.push(other),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(code: &str, number: &str) -> String {
        Marks::of_format(code, Some(Currency::INR)).map_or_else(|| number.to_owned(), |marks| marks.around(number))
    }

    #[test]
    fn sides_and_foreign_currencies_of_formats_are_kept() {
        for (code, number, text) in [
            ("0.00\" Dr\"", "5000", "5000 Dr"),
            ("\"\"0.00\" Cr\"", "5000", "5000 Cr"),
            ("#,##0.00\\ \\D\\r;#,##0.00\\ \\C\\r", "-5", "5 Cr"),
            ("#,##0.00\\ \\D\\r;#,##0.00\\ \\C\\r", "5", "5 Dr"),
            ("[$$-409]#,##0.00;[Red]-[$$-409]#,##0.00", "-5", "USD -5"),
            ("[$₹-4009]\\ #,##0.00", "5", "5"),
            ("\"Rs.\" #,##0.00", "5", "5"),
            ("[$€-2]\\ #,##0.00", "5", "EUR 5"),
            ("0.00 \"USD\"", "5", "USD 5"),
            ("#,##0.00_);(#,##0.00)", "-5", "-5"),
            ("General", "5", "5"),
            ("dd\\-mmm\\-yyyy", "5", "5"),
        ] {
            assert_eq!(shown(code, number), text, "{code}");
        }
        let shown = |text: &str| Marks::of_shown(text, Some(Currency::INR)).map(|m| m.around("-5"));
        assert_eq!(shown("5,000.00 Dr").as_deref(), Some("5 Dr"));
        assert_eq!(shown("-$5.00").as_deref(), Some("USD -5"));
        assert_eq!(shown("-5.00"), None);
    }
}
