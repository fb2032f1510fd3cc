//! The one place where a workbook's binary numbers become decimal text. A workbook holds a
//! double where a person typed a decimal; the shortest decimal that means that double is
//! what was typed, as long as it has at most 15 significant digits, which is what
//! spreadsheets keep and show. A longer one is the rest of a computation: it is given as it
//! is, with words behind it that no reader takes for an amount.
#![allow(clippy::disallowed_types, reason = "the file format holds doubles; none is ever computed with")]

use calamine::{DataRef, ExcelDateTime};

use super::marks::Marks;

/// The significant digits that a spreadsheet keeps of a number.
const DIGITS: usize = 15;

/// A cell's text. `marks`: what its number format writes beside the number.
pub(super) fn text(value: &DataRef<'_>, marks: Option<&Marks>) -> String {
    match value {
        DataRef::Int(whole) => decorated(&whole.to_string(), marks),
        DataRef::Float(value) => decorated(&plain(*value), marks),
        DataRef::String(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(true) => "TRUE".to_owned(),
        DataRef::Bool(false) => "FALSE".to_owned(),
        DataRef::DateTime(date) => instant(date),
        DataRef::DateTimeIso(text) => iso(text),
        DataRef::Error(error) => error.to_string(),
        DataRef::Empty => String::new(),
    }
}

fn decorated(number: &str, marks: Option<&Marks>) -> String {
    marks.map_or_else(|| number.to_owned(), |marks| marks.around(number))
}

/// A double → its shortest decimal.
pub(super) fn plain(value: f64) -> String {
    if !value.is_finite() {
        return "#NUM!".to_owned();
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    measured(value.to_string())
}

/// Decimal text as it stands, with words behind it where it has too many digits.
fn measured(text: String) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_start_matches('0');
    let significant = if text.contains('.') { digits } else { digits.trim_end_matches('0') }.len();
    if significant > DIGITS {
        return format!("{text} ({significant} digits; a spreadsheet keeps {DIGITS}: round it there)");
    }
    // Nobody shall ask whether 1.125 is a thousand and some.
    if text.split_once('.').is_some_and(|(_, fraction)| fraction.len() == 3) { text + "0" } else { text }
}

/// Text that should be a number, as XML states it (`1E3` too) → its shortest decimal; text
/// that is none as it stands.
pub(super) fn of_text(text: &str) -> String {
    text.trim().parse::<f64>().map_or_else(|_| text.to_owned(), plain)
}

/// The days of the date systems that are dates: up to the end of the year 9999.
const LAST_DAY: f64 = 2_958_466.0;

/// A date by the workbook's date system, a time of day, or a length of time.
fn instant(date: &ExcelDateTime) -> String {
    let serial = date.as_f64();
    if !(0.0..LAST_DAY).contains(&serial) {
        return plain(serial);
    }
    let (year, month, day, hour, minute, second, milli) = date.to_ymd_hms_milli();
    let seconds = if milli == 0 { format!("{second:02}") } else { format!("{second:02}.{milli:03}") };
    if date.is_duration() || serial < 1.0 {
        // Days are hours in a length of time.
        let text = serial.to_string();
        let days = text.split('.').next().and_then(|days| days.parse::<u64>().ok()).unwrap_or_default();
        let hours = days * 24 + u64::from(hour);
        return format!("{hours:02}:{minute:02}:{seconds}");
    }
    let day = format!("{year:04}-{month:02}-{day:02}");
    if (hour, minute, second, milli) == (0, 0, 0, 0) { day } else { format!("{day} {hour:02}:{minute:02}:{seconds}") }
}

/// An ISO date or instant; midnight is the day alone.
pub(super) fn iso(text: &str) -> String {
    match text.split_once('T') {
        Some((day, time)) if time.chars().all(|c| "0:.Z".contains(c)) => day.to_owned(),
        Some((day, time)) => format!("{day} {time}"),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use calamine::ExcelDateTimeType::{DateTime, TimeDelta};

    use super::*;

    #[test]
    fn numbers_are_what_was_typed_or_say_that_they_are_not() {
        for (text, plain) in [
            ("1234.5599999999999", "1234.56"),
            ("0.1", "0.1"),
            ("-11800", "-11800"),
            ("1.125", "1.1250"),
            ("1E+3", "1000"),
            ("1.5e-7", "0.00000015"),
            ("123456789012.34", "123456789012.34"),
            ("100000000000000000000", "100000000000000000000"),
            ("0.30000000000000004", "0.30000000000000004 (17 digits; a spreadsheet keeps 15: round it there)"),
            ("-0.0", "0"),
            ("inf", "#NUM!"),
            ("n/a", "n/a"),
        ] {
            assert_eq!(of_text(text), plain, "{text}");
        }
    }

    #[test]
    fn dates_by_both_systems() {
        let date = |serial, is_1904| instant(&ExcelDateTime::new(serial, DateTime, is_1904));
        assert_eq!(date(46112.0, false), "2026-03-31");
        assert_eq!(date(44650.0, true), "2026-03-31");
        assert_eq!(date(46112.604166666664, false), "2026-03-31 14:30:00");
        assert_eq!(date(46112.999999999, false), "2026-04-01");
        assert_eq!(date(0.5, false), "12:00:00");
        assert_eq!(date(-3.0, false), "-3");
        assert_eq!(date(3.0e6, false), "3000000");
        assert_eq!(instant(&ExcelDateTime::new(1.5, TimeDelta, false)), "36:00:00");
        assert_eq!(iso("2026-03-31T00:00:00"), "2026-03-31");
        assert_eq!(iso("2026-03-31T20:00:00Z"), "2026-03-31 20:00:00Z");
    }
}
