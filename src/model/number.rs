//! The format of invoice numbers: CGST Rule 46(b) allows at most 16 characters, letters,
//! digits, `-` and `/`, unique for a financial year.

use chrono::NaiveDate;

use super::period::financial_year;

/// The longest number that Rule 46(b) allows.
pub(crate) const MAX_LENGTH: usize = 16;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    FinancialYear,
    Sequence { width: usize },
}

/// A parsed `number_format` such as `CF/{fy}/{seq:05}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberFormat {
    parts: Vec<Part>,
}

impl NumberFormat {
    /// Reads a format: literal text, `{fy}`, and exactly one `{seq}` or `{seq:0N}`.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            if open > 0 {
                parts.push(Part::Text(rest[..open].to_owned()));
            }
            let close =
                rest[open..].find('}').ok_or_else(|| format!("`{text}` opens a brace that it never closes"))? + open;
            parts.push(match &rest[open + 1..close] {
                "fy" => Part::FinancialYear,
                "seq" => Part::Sequence { width: 1 },
                other => other
                    .strip_prefix("seq:0")
                    .and_then(|width| width.parse().ok())
                    .filter(|width| (1..=MAX_LENGTH).contains(width))
                    .map(|width| Part::Sequence { width })
                    .ok_or_else(|| format!("`{{{other}}}` is not known; use {{fy}}, {{seq}} or {{seq:05}}"))?,
            });
            rest = &rest[close + 1..];
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        let format = Self { parts };
        let sequences = format.parts.iter().filter(|p| matches!(p, Part::Sequence { .. })).count();
        if sequences != 1 {
            return Err(format!("`{text}` must have {{seq}} exactly once"));
        }
        let probe = format.number(NaiveDate::default(), 1);
        if let Some(bad) = probe.chars().find(|c| !c.is_ascii_alphanumeric() && !"-/".contains(*c)) {
            return Err(format!("`{bad}` may not stand in an invoice number; letters, digits, - and / may"));
        }
        if !probe.starts_with(|c: char| c.is_ascii_alphanumeric()) {
            return Err(format!("`{text}` must begin with a letter or a digit"));
        }
        if probe.len() > MAX_LENGTH {
            return Err(format!(
                "`{text}` makes numbers of {} characters, such as {probe}; {MAX_LENGTH} are allowed",
                probe.len()
            ));
        }
        Ok(format)
    }

    /// The format of which a number is an example: its last digits count, and two years that follow one
    /// another are the financial year. A format is its own.
    #[must_use]
    pub(crate) fn by_example(text: &str) -> String {
        if text.contains('{') {
            return text.to_owned();
        }
        let after = text.rfind(|c: char| c.is_ascii_digit()).map_or(0, |at| at + 1);
        let width = text[..after].bytes().rev().take_while(u8::is_ascii_digit).count();
        let (before, digits) = text[..after].split_at(after - width);
        let sequence = match digits {
            "" => return text.to_owned(),
            digits if digits.starts_with('0') => format!("{{seq:0{width}}}"),
            _ => "{seq}".to_owned(),
        };
        let is_year = |at: &usize| {
            let two = |from: usize| before.get(from..from + 2).and_then(|digits| digits.parse::<u8>().ok());
            let is_joined = before.get(at + 2..at + 3) == Some("-");
            let next = two(*at).map(|year| if year == 99 { 0 } else { year + 1 });
            is_joined && next.is_some() && two(at + 3) == next
        };
        match (0..before.len()).find(is_year) {
            Some(at) => format!("{}{{fy}}{}{sequence}{}", &before[..at], &before[at + 5..], &text[after..]),
            None => format!("{before}{sequence}{}", &text[after..]),
        }
    }

    /// The number with this sequence in the series of this day.
    #[must_use]
    pub fn number(&self, day: NaiveDate, sequence: u64) -> String {
        self.parts
            .iter()
            .map(|part| match part {
                Part::Text(text) => text.clone(),
                Part::FinancialYear => financial_year(day),
                Part::Sequence { width } => format!("{sequence:0width$}"),
            })
            .collect()
    }

    /// What is common to all numbers of the series of this day: the number with `#` for
    /// its sequence. Sequences count up within a series.
    #[must_use]
    pub fn series(&self, day: NaiveDate) -> String {
        self.parts
            .iter()
            .map(|part| match part {
                Part::Text(text) => text.clone(),
                Part::FinancialYear => financial_year(day),
                Part::Sequence { .. } => "#".to_owned(),
            })
            .collect()
    }
}

/// A place in a number, as GSTN compares: without case, `/` like the `-` of the file's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Letter(char),
    Digit,
    /// 1 to 9.
    First,
    /// Any number of digits.
    Digits,
}

impl Place {
    fn meets(self, other: Self) -> bool {
        match (self, other) {
            (Self::Letter(a), Self::Letter(b)) => a == b,
            (Self::Letter(c), Self::First) | (Self::First, Self::Letter(c)) => ('1'..='9').contains(&c),
            (Self::Letter(c), _) | (_, Self::Letter(c)) => c.is_ascii_digit(),
            _ => true,
        }
    }
}

impl NumberFormat {
    /// Whether the two can make the same number out of series of their own, so that one of them
    /// would be used twice. Formats of one series count on in it.
    #[must_use]
    pub fn collides(&self, other: &Self) -> bool {
        let series = |format: &Self| format.series(NaiveDate::default());
        series(self) != series(other) && self.forms().iter().any(|a| other.forms().iter().any(|b| meet(a, b)))
    }

    /// The forms that its numbers have: with as many digits as it is wide, or with more.
    fn forms(&self) -> [Vec<Place>; 2] {
        [false, true].map(|is_long| {
            let mut places = Vec::new();
            for part in &self.parts {
                match part {
                    Part::Text(text) => {
                        let plain = text.to_ascii_uppercase().replace('/', "-");
                        places.extend(plain.chars().map(Place::Letter));
                    }
                    Part::FinancialYear => {
                        let [digits, dash] = [Place::Digit, Place::Letter('-')];
                        places.extend([digits, digits, dash, digits, digits]);
                    }
                    Part::Sequence { width } if is_long || *width == 1 => {
                        places.push(Place::First);
                        places.extend(vec![Place::Digit; if is_long { *width } else { 0 }]);
                        places.extend(is_long.then_some(Place::Digits));
                    }
                    Part::Sequence { width } => places.extend(vec![Place::Digit; *width]),
                }
            }
            places
        })
    }
}

/// Whether some text has both forms.
fn meet(a: &[Place], b: &[Place]) -> bool {
    match (a.split_first(), b.split_first()) {
        (None, None) => true,
        (Some((Place::Digits, rest)), _) if meet(rest, b) => true,
        (_, Some((Place::Digits, rest))) if meet(a, rest) => true,
        // Two runs of any length meet where one of them ends, which is tried above.
        (Some((Place::Digits, _)), Some((Place::Digits, _))) => false,
        (Some((first, rest_a)), Some((second, rest_b))) => {
            let after = |place: &Place, all, rest| if *place == Place::Digits { all } else { rest };
            first.meets(*second) && meet(after(first, a, rest_a), after(second, b, rest_b))
        }
        _ => false,
    }
}

/// A number that has been allotted: it is never used again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allotted {
    /// The number as printed.
    pub number: String,
    /// Its series, as [`NumberFormat::series`] gives it.
    pub series: String,
    /// Its place in the series.
    pub sequence: u64,
    /// Date of issue.
    pub issue_date: NaiveDate,
    /// Whose invoice it is.
    pub customer_id: String,
    /// The close that allotted it.
    pub period: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::period::parse_day;

    #[test]
    fn a_number_is_an_example_of_its_format() {
        for (number, format) in [
            ("CF/26-27/00001", "CF/{fy}/{seq:05}"),
            ("INV-2026-27-001", "INV-20{fy}-{seq:03}"),
            ("A17", "A{seq}"),
            ("99-00/1", "{fy}/{seq}"),
            ("26-28/01", "26-28/{seq:02}"),
            ("0001X", "{seq:04}X"),
            ("नं26-27/01", "नं{fy}/{seq:02}"),
            ("CF/{fy}/{seq}", "CF/{fy}/{seq}"),
            ("none", "none"),
            ("", ""),
        ] {
            assert_eq!(NumberFormat::by_example(number), format);
        }
    }

    #[test]
    fn formats_that_make_lawful_numbers() {
        let day = parse_day("2026-04-01").unwrap();
        let format = NumberFormat::parse("CF/{fy}/{seq:05}").unwrap();
        assert_eq!(format.number(day, 42), "CF/26-27/00042");
        assert_eq!(format.number(day, 123_456), "CF/26-27/123456");
        assert_eq!(format.series(day), "CF/26-27/#");
        assert_eq!(NumberFormat::parse("{seq}").unwrap().number(day, 7), "7");
    }

    #[test]
    fn formats_that_can_make_the_same_number_are_found() {
        let collide = |a: &str, b: &str| {
            let [a, b] = [a, b].map(|text| NumberFormat::parse(text).unwrap());
            assert_eq!(a.collides(&b), b.collides(&a));
            a.collides(&b)
        };
        for (a, b) in [
            ("CF/{fy}/{seq:05}", "cf/{fy}/{seq:05}"),
            ("CF/{fy}/{seq:05}", "CF-{fy}-{seq}"),
            ("CF/{fy}/{seq}", "CF/26-27/{seq:03}"),
            ("A{seq}", "A1{seq}"),
            ("A{seq}", "a{seq:04}"),
            ("{seq}", "9{seq}"),
            ("A{seq}0", "A{seq}"),
            ("A{seq:03}", "A00{seq}"),
        ] {
            assert!(collide(a, b), "{a} {b}");
        }
        for (a, b) in [
            ("CF/{fy}/{seq:05}", "CN/{fy}/{seq:05}"),
            ("CF/{fy}/{seq:05}", "CF/{fy}/{seq:03}"),
            ("CF{seq}", "CFN{seq}"),
            ("A{seq}", "{seq}A"),
            ("A{seq}", "A0{seq}"),
            ("A{seq}B", "A{seq}C"),
        ] {
            assert!(!collide(a, b), "{a} {b}");
        }
    }

    #[test]
    fn formats_that_do_not_are_refused_with_the_reason() {
        for (bad, reason) in [
            ("CF/{fy}", "exactly once"),
            ("{seq}{seq}", "exactly once"),
            ("CF/{year}/{seq}", "{year}"),
            ("CF {seq}", "` `"),
            ("/{seq}", "begin with"),
            ("INVOICE/{fy}/{seq:09}", "16 are allowed"),
            ("CF/{seq", "never closes"),
            ("", "exactly once"),
        ] {
            let error = NumberFormat::parse(bad).unwrap_err();
            assert!(error.contains(reason), "{bad}: {error}");
        }
    }
}
