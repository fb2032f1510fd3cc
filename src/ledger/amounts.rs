//! Amounts as people and products write them: grouped the western or the Indian way, with a
//! decimal point or comma, in brackets, with a minus behind, with Dr or Cr, with a currency,
//! in Devanagari digits. Exact or refused: what can be read in two ways is never guessed.

use rust_decimal::Decimal;

use crate::model::money::{Currency, parse_plain, shorten};

/// What separates whole units from their parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `1,234.56`
    Point,
    /// `1.234,56`
    Comma,
}

/// Which column of a double entry an amount belongs to, where it says so itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// `Dr`
    Debit,
    /// `Cr`
    Credit,
}

/// An amount as it stands in a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The number, with its sign.
    pub amount: Decimal,
    /// `Dr`, `Cr`.
    pub side: Option<Side>,
    /// `INR`, `₹`.
    pub currency: Option<Currency>,
}

/// The cell without its decorations: sign, side, currency; digits and separators are left.
struct Bare {
    digits: String,
    negative: bool,
    side: Option<Side>,
    currency: Option<Currency>,
}

/// Reads a cell in a style. None for an empty cell or a dash.
///
/// # Errors
/// A sentence that says what is wrong with the text.
pub fn read(text: &str, style: Style) -> Result<Option<Written>, String> {
    let Some(bare) = bare(text)? else { return Ok(None) };
    let refused = || {
        format!(
            "`{}` is not an amount with a decimal {}",
            shorten(text.trim()),
            match style {
                Style::Point => "point",
                Style::Comma => "comma",
            }
        )
    };
    let plain = plain(&bare.digits, style).ok_or_else(refused)?;
    let amount = parse_plain(&plain).map_err(|e| e.to_string())?;
    let amount = if bare.negative && !amount.is_zero() { -amount } else { amount };
    Ok(Some(Written { amount, side: bare.side, currency: bare.currency }))
}

/// The styles in which all these cells are amounts, and a cell that reads differently in
/// two of them, if there is one.
#[must_use]
pub fn styles<'a>(cells: impl IntoIterator<Item = &'a str>) -> (Vec<Style>, Option<String>) {
    let mut possible = vec![Style::Point, Style::Comma];
    let mut two_ways = None;
    for cell in cells {
        let Ok(Some(bare)) = bare(cell) else { continue };
        let readings: Vec<(Style, String)> = [Style::Point, Style::Comma]
            .into_iter()
            .filter_map(|style| Some((style, plain(&bare.digits, style)?)))
            .collect();
        // A cell that is no amount in any style proves nothing.
        if readings.is_empty() {
            continue;
        }
        possible.retain(|style| readings.iter().any(|(one, _)| one == style));
        if let [(_, a), (_, b)] = readings.as_slice()
            && parse_plain(a).ok() != parse_plain(b).ok()
        {
            two_ways.get_or_insert_with(|| format!("`{}` is {a} or {b}", shorten(cell.trim())));
        }
    }
    let open = possible.len() != 1;
    (possible, two_ways.filter(|_| open))
}

/// Takes off what stands around the number.
fn bare(text: &str) -> Result<Option<Bare>, String> {
    let refused = || format!("`{}` is not an amount", shorten(text.trim()));
    let mut rest: String = text
        .chars()
        .map(|c| match c {
            '\u{a0}' | '\u{202f}' | '\u{2009}' | '\t' => ' ',
            '\u{2212}' | '\u{2013}' => '-',
            '०'..='९' => char::from_digit(c as u32 - '०' as u32, 10).unwrap_or(c),
            other => other,
        })
        .collect::<String>()
        .trim()
        .to_owned();
    if rest.is_empty() || rest == "-" {
        return Ok(None);
    }
    let mut bare = Bare { digits: String::new(), negative: false, side: None, currency: None };
    // From the outside in, until only digits and separators are left; each decoration once.
    let mut signs = 0;
    loop {
        let before = rest.len();
        for (word, side) in [("Dr.", Side::Debit), ("Dr", Side::Debit), ("Cr.", Side::Credit), ("Cr", Side::Credit)] {
            if bare.side.is_none() && ends_with_word(&rest, word) {
                rest.truncate(rest.len() - word.len());
                bare.side = Some(side);
                break;
            }
        }
        rest = rest.trim().to_owned();
        if bare.currency.is_none() {
            for (sign, code) in [("₹", "INR"), ("Rs.", "INR"), ("Rs", "INR"), ("€", "EUR"), ("£", "GBP")] {
                if let Some(inner) = rest.strip_prefix(sign).or_else(|| rest.strip_suffix(sign)) {
                    bare.currency = Currency::parse(code).ok();
                    rest = inner.trim().to_owned();
                    break;
                }
            }
        }
        if bare.currency.is_none() {
            let code = |part: Option<&str>| part.and_then(|code| Currency::parse(code).ok());
            if let Some(currency) = code(rest.get(..3)) {
                bare.currency = Some(currency);
                rest = rest[3..].trim().to_owned();
            } else if let Some(currency) = code(rest.len().checked_sub(3).and_then(|at| rest.get(at..))) {
                bare.currency = Some(currency);
                rest = rest[..rest.len() - 3].trim().to_owned();
            }
        }
        let unsigned = rest
            .strip_prefix('(')
            .and_then(|inner| inner.strip_suffix(')'))
            .or_else(|| rest.strip_prefix('-'))
            .or_else(|| rest.strip_suffix('-'))
            .map(|inner| inner.trim().to_owned());
        if let Some(inner) = unsigned {
            signs += 1;
            bare.negative = true;
            rest = inner;
        }
        if rest.len() == before {
            break;
        }
    }
    if signs > 1 || rest.is_empty() || !rest.chars().all(|c| c.is_ascii_digit() || " .,'’".contains(c)) {
        return Err(refused());
    }
    bare.digits = rest;
    Ok(Some(bare))
}

fn ends_with_word(text: &str, word: &str) -> bool {
    let Some(at) = text.len().checked_sub(word.len()) else { return false };
    text.get(at..).is_some_and(|end| end.eq_ignore_ascii_case(word))
        && text[..at].ends_with(|c: char| c.is_ascii_digit() || c == ' ' || c == ')')
}

/// Digits and separators → a plain decimal, if they are one in this style. Groups must be
/// of three digits, or the Indian way: three at the end, two before.
fn plain(digits: &str, style: Style) -> Option<String> {
    let (point, grouping): (char, &[char]) = match style {
        Style::Point => ('.', &[',', ' ', '\'', '’']),
        Style::Comma => (',', &['.', ' ', '\'', '’']),
    };
    let (whole, fraction) = match digits.split_once(point) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (digits, None),
    };
    if fraction.is_some_and(|f| f.is_empty() || !f.bytes().all(|b| b.is_ascii_digit())) {
        return None;
    }
    let separator = whole.chars().find(|c| grouping.contains(c));
    let groups: Vec<&str> = match separator {
        Some(separator) => whole.split(separator).collect(),
        None => vec![whole],
    };
    if !groups.iter().all(|group| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit())) {
        return None;
    }
    if groups.len() > 1 {
        let (first, rest) = groups.split_first()?;
        let (last, middle) = rest.split_last()?;
        let western = first.len() <= 3 && middle.iter().all(|g| g.len() == 3);
        let indian = separator == Some(',') && first.len() <= 2 && middle.iter().all(|g| g.len() == 2);
        if last.len() != 3 || !(western || indian) {
            return None;
        }
    }
    let whole = groups.concat();
    Some(fraction.map_or_else(|| whole.clone(), |f| format!("{whole}.{f}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(text: &str) -> String {
        read(text, Style::Point).map_or_else(|e| e, |w| w.map_or_else(|| "none".into(), |w| w.amount.to_string()))
    }

    #[test]
    fn amounts_of_every_product_are_read() {
        for (text, amount) in [
            ("1,23,456.00", "123456.00"),
            ("1,234.56", "1234.56"),
            ("12,34,56,789.5", "123456789.5"),
            ("1 234.56", "1234.56"),
            ("1\u{a0}234\u{202f}567.00", "1234567.00"),
            ("(1,234.00)", "-1234.00"),
            ("1,234.00-", "-1234.00"),
            ("\u{2212}5", "-5"),
            ("₹1,23,456.00", "123456.00"),
            ("Rs. 5.00", "5.00"),
            ("INR 5.00", "5.00"),
            ("-25423.86 INR", "-25423.86"),
            ("INR -25423.86", "-25423.86"),
            ("१,२३,४५६.००", "123456.00"),
            ("0.00", "0.00"),
            ("-0.00", "0.00"),
            ("", "none"),
            (" - ", "none"),
        ] {
            assert_eq!(point(text), amount, "{text}");
        }
        for (text, amount) in
            [("1.234,56", "1234.56"), ("1 234,56", "1234.56"), ("245.612,00-", "-245612.00"), ("1,5", "1.5")]
        {
            assert_eq!(read(text, Style::Comma).unwrap().unwrap().amount.to_string(), amount, "{text}");
        }
        let dr = read("2,45,612.00 Dr", Style::Point).unwrap().unwrap();
        assert_eq!((dr.amount.to_string(), dr.side), ("245612.00".into(), Some(Side::Debit)));
        assert_eq!(read("5.00cr.", Style::Point).unwrap().unwrap().side, Some(Side::Credit));
        assert_eq!(read("USD 5", Style::Point).unwrap().unwrap().currency.unwrap().code(), "USD");
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for bad in [
            "1,23.00",
            "12,3456.00",
            "1,234,56.00",
            "1.2.3",
            "--5",
            "(5)-",
            "5.",
            ".5",
            "1e3",
            "1_000",
            "five",
            "1,,234",
            "0x10",
            "Dr",
            "INR",
            "1,234.5 6",
            "½",
        ] {
            assert!(read(bad, Style::Point).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_file_proves_its_style_or_both_readings_are_told() {
        assert_eq!(styles(["1,234.56", "1,234"]).0, [Style::Point]);
        assert_eq!(styles(["1.234,56", "1.234"]).0, [Style::Comma]);
        assert_eq!(styles(["12", "5"]), (vec![Style::Point, Style::Comma], None));
        let (open, two) = styles(["1.234", "12"]);
        assert_eq!(open.len(), 2);
        assert_eq!(two.unwrap(), "`1.234` is 1.234 or 1234");
        // Some cells only one way, some only the other: no style fits all.
        assert!(styles(["1,234.56", "1.234,56"]).0.is_empty());
    }
}
