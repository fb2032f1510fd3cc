//! Amounts as people and products write them: grouped the western or the Indian way, with a
//! decimal point or comma, in brackets, with a minus behind, with Dr or Cr, with a currency,
//! in Devanagari digits. Exact or refused: what can be read in two ways is never guessed.

use std::borrow::Cow;

use rust_decimal::Decimal;

use super::text;
use crate::model::money::{Currency, parse_plain, shorten};

/// What separates whole units from their parts.
#[derive(Clone, Copy, Debug, serde::Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
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
    /// `$`: of which of the dollars, the file as a whole says.
    pub dollar: bool,
}

/// The cell without its decorations: sign, side, currency; digits and separators are left.
struct Bare {
    digits: String,
    negative: bool,
    side: Option<Side>,
    currency: Option<Currency>,
    dollar: bool,
}

/// The currency that a cell names, as code, mark or word: `INR`, `CURRENCY::INR`, `₹`,
/// `US Dollar`.
#[must_use]
pub(super) fn currency(text: &str) -> Option<Currency> {
    let name = text.rsplit("::").next().unwrap_or_default().trim();
    if name.is_empty() {
        return None;
    }
    let code = match super::text::fold(name).trim_end_matches(['.', 's']) {
        "₹" | "r" | "rupee" | "indian rupee" => "INR",
        "€" | "euro" => "EUR",
        "£" | "pound" | "british pound" | "pound sterling" => "GBP",
        "us$" | "us dollar" | "usa" | "u.s. dollar" => "USD",
        _ => return Currency::parse(name).or_else(|_| Currency::parse(&name.to_uppercase())).ok(),
    };
    Currency::parse(code).ok()
}

/// Reads a cell in a style. None for an empty cell or a dash.
///
/// # Errors
/// A sentence that says what is wrong with the text.
pub fn read(text: &str, style: Style) -> Result<Option<Written>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let simple = |amount| Written { amount, side: None, currency: None, dollar: false };
    let is_plain = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if style == Style::Point
        && is_plain(text.strip_prefix('-').unwrap_or(text))
        && let Ok(amount) = parse_plain(text)
        && !is_noise(amount)
    {
        return Ok(Some(simple(amount)));
    }
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
    if is_noise(amount) {
        return Err(format!("`{}` carries the noise of a binary number: round it", shorten(text.trim())));
    }
    let amount = if bare.negative && !amount.is_zero() { -amount } else { amount };
    Ok(Some(Written { amount, side: bare.side, currency: bare.currency, dollar: bare.dollar }))
}

/// Whether an amount has more digits than a binary number holds, most of them behind the
/// point: nobody has booked that, `1000.0000000000001` has been computed.
fn is_noise(amount: Decimal) -> bool {
    amount.scale() > 6 && {
        let amount = amount.normalize();
        amount.scale() > 6 && amount.mantissa().unsigned_abs() >= 1_000_000_000_000_000
    }
}

/// The styles in which a cell is an amount; empty where it is none at all. The second is
/// a sentence where it reads differently in two.
#[must_use]
pub fn styles(cell: &str) -> (Vec<Style>, Option<String>) {
    let Ok(Some(bare)) = bare(cell) else { return (Vec::new(), None) };
    let reading = |style| plain(&bare.digits, style).and_then(|plain| parse_plain(&plain).ok());
    match (reading(Style::Point), reading(Style::Comma)) {
        (Some(a), Some(b)) if a != b => {
            (vec![Style::Point, Style::Comma], Some(format!("`{}` is {a} or {b}", shorten(cell.trim()))))
        }
        (Some(_), Some(_)) => (vec![Style::Point, Style::Comma], None),
        (Some(_), None) => (vec![Style::Point], None),
        (None, Some(_)) => (vec![Style::Comma], None),
        (None, None) => (Vec::new(), None),
    }
}

/// What a currency is written with, longest first. A dollar may be one of several.
const SIGNS: [(&str, &str); 10] = [
    ("US$", "USD"),
    ("₹", "INR"),
    ("Rs.", "INR"),
    ("Rs", "INR"),
    ("रु.", "INR"),
    ("रु", "INR"),
    ("₨", "INR"),
    ("€", "EUR"),
    ("£", "GBP"),
    ("¥", "JPY"),
];

/// Takes off what stands around the number.
fn bare(text: &str) -> Result<Option<Bare>, String> {
    let refused = || format!("`{}` is not an amount", shorten(text.trim()));
    let plain = text::plain(text);
    let mut rest = plain.strip_prefix('\'').map_or(&*plain, str::trim);
    if rest.chars().all(|c| c == '-' || c == ' ') && rest.len() < 8 {
        return Ok(None);
    }
    let mut bare = Bare { digits: String::new(), negative: false, side: None, currency: None, dollar: false };
    // From the outside in, until only digits and separators are left; each decoration once.
    let mut signs = 0;
    loop {
        let before = rest.len();
        for (word, side) in [
            ("(Dr)", Side::Debit),
            ("(Cr)", Side::Credit),
            ("Dr.", Side::Debit),
            ("Dr", Side::Debit),
            ("Cr.", Side::Credit),
            ("Cr", Side::Credit),
        ] {
            if bare.side.is_none() && ends_with_word(rest, word) {
                rest = &rest[..rest.len() - word.len()];
                bare.side = Some(side);
                break;
            }
        }
        for (word, side) in [("Dr.", Side::Debit), ("Dr ", Side::Debit), ("Cr.", Side::Credit), ("Cr ", Side::Credit)] {
            if bare.side.is_none() && rest.get(..3).is_some_and(|begin| begin.eq_ignore_ascii_case(word)) {
                rest = &rest[3..];
                bare.side = Some(side);
            }
        }
        rest = rest.trim();
        if bare.currency.is_none() && !bare.dollar {
            rest = without_currency(rest, &mut bare);
        }
        // As amounts are closed by hand: 1000/-.
        if let Some(inner) = rest.strip_suffix("/-").or_else(|| rest.strip_suffix("/=")) {
            rest = inner.trim();
        }
        let unsigned = rest
            .strip_prefix('(')
            .and_then(|inner| inner.strip_suffix(')'))
            .or_else(|| rest.strip_prefix("(-)"))
            .or_else(|| rest.strip_prefix('-'))
            .or_else(|| rest.strip_suffix('-'));
        if let Some(inner) = unsigned {
            signs += 1;
            bare.negative = true;
            rest = inner.trim();
        } else if let Some(inner) = rest.strip_prefix('+') {
            signs += 1;
            rest = inner.trim();
        }
        if rest.len() == before {
            break;
        }
    }
    let digits = from_exponent(rest).map_or(Cow::Borrowed(rest), Cow::Owned);
    if signs > 1 || digits.is_empty() || !digits.chars().all(|c| c.is_ascii_digit() || " .,'".contains(c)) {
        return Err(refused());
    }
    bare.digits = digits.into_owned();
    Ok(Some(bare))
}

fn without_currency<'t>(rest: &'t str, bare: &mut Bare) -> &'t str {
    for (sign, code) in SIGNS {
        if let Some(inner) = rest.strip_prefix(sign).or_else(|| rest.strip_suffix(sign)) {
            bare.currency = Currency::parse(code).ok();
            return inner.trim();
        }
    }
    if let Some(inner) = rest.strip_prefix('$').or_else(|| rest.strip_suffix('$')) {
        bare.dollar = true;
        return inner.trim();
    }
    // The list of currencies is only asked about what may be a code.
    let is_code = |code: &&str| code.bytes().all(|byte| byte.is_ascii_alphabetic());
    let code = |part: Option<&str>| part.filter(is_code).and_then(|code| Currency::parse(code).ok());
    if let Some(currency) = code(rest.get(..3)) {
        bare.currency = Some(currency);
        rest[3..].trim()
    } else if let Some(currency) = code(rest.len().checked_sub(3).and_then(|at| rest.get(at..))) {
        bare.currency = Some(currency);
        rest[..rest.len() - 3].trim()
    } else {
        rest
    }
}

/// `1E+03` and `1.00E+03` as a spreadsheet shows a thousand. Where digits may have been left
/// out (`1.23E+05`), it is no amount.
fn from_exponent(text: &str) -> Option<String> {
    let (mantissa, exponent) = text.split_once(['e', 'E'])?;
    let exponent: usize = exponent.strip_prefix('+')?.parse().ok().filter(|n| *n <= 18)?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) {
        return None;
    }
    let kept = fraction.trim_end_matches('0');
    if !kept.is_empty() && fraction.len() < exponent {
        return None;
    }
    let all = format!("{fraction:0<exponent$}");
    let (more, left) = all.split_at(exponent);
    Some(if left.is_empty() { format!("{whole}{more}") } else { format!("{whole}{more}.{left}") })
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
        Style::Point => ('.', &[',', ' ', '\'']),
        Style::Comma => (',', &['.', ' ', '\'']),
    };
    let (whole, fraction) = match digits.split_once(point) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (digits, None),
    };
    if fraction.is_some_and(|f| !f.bytes().all(|b| b.is_ascii_digit())) {
        return None;
    }
    // Either side of the point may be left out, and not both: `.50`, `5.`.
    let fraction = match (whole, fraction) {
        ("", Some("")) => return None,
        ("", Some(fraction)) => return Some(format!("0.{fraction}")),
        (_, Some("")) => None,
        (_, fraction) => fraction,
    };
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let mut plain = String::with_capacity(digits.len());
    match whole.chars().find(|c| grouping.contains(c)) {
        None if is_number(whole) => plain.push_str(whole),
        None => return None,
        Some(separator) => {
            let (first, rest) = whole.split_once(separator)?;
            let (middle, last) =
                rest.rsplit_once(separator).map_or((None, rest), |(middle, last)| (Some(middle), last));
            let middle_is = |size: usize| middle.is_none_or(|middle| middle.split(separator).all(|g| g.len() == size));
            let western = first.len() <= 3 && middle_is(3);
            let indian = separator == ',' && first.len() <= 2 && middle_is(2);
            if last.len() != 3 || !(western || indian) || !whole.split(separator).all(is_number) {
                return None;
            }
            plain.extend(whole.split(separator));
        }
    }
    if let Some(fraction) = fraction {
        plain.push('.');
        plain.push_str(fraction);
    }
    Some(plain)
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
            ("+5", "5"),
            ("5.", "5"),
            (".50", "0.50"),
            ("(-)100.00", "-100.00"),
            ("₨ 1000.00", "1000.00"),
            ("Cr 1000.00", "1000.00"),
            ("1000.000000000000000", "1000.000000000000000"),
            ("'1000.00", "1000.00"),
            ("1000/-", "1000"),
            ("Rs. 1000/-", "1000"),
            ("$(250.00)", "-250.00"),
            ("-$40.00", "-40.00"),
            ("1E+03", "1000"),
            ("1.00E+03", "1000"),
            ("1.2345E+03", "1234.5"),
            ("１０００．００", "1000.00"),
            ("٥٠", "50"),
            ("1\u{2007}234.00", "1234.00"),
            ("\u{200e}1000.00", "1000.00"),
            ("—", "none"),
            ("--", "none"),
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
            ".",
            "1000.0000000000001",
            "1e3",
            "1.23E+05",
            "1E-3",
            "########",
            "N/A",
            "$",
            "++5",
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
    fn a_cell_proves_its_style_or_both_readings_are_told() {
        assert_eq!(styles("1,234.56"), (vec![Style::Point], None));
        assert_eq!(styles("1.234,56"), (vec![Style::Comma], None));
        assert_eq!(styles("12"), (vec![Style::Point, Style::Comma], None));
        assert_eq!(styles("1.234").1.unwrap(), "`1.234` is 1.234 or 1234");
        assert!(styles("five").0.is_empty());
    }
}
