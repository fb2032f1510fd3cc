//! Dates as products export them. Whether 05/10/2026 is in May or October is declared by
//! the format or proved by the file, never guessed.

use chrono::{Days, NaiveDate};

use crate::model::ledger_terms::DateOrder;
use crate::model::money::shorten;

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// The parts of a written date.
enum Parts {
    /// Year, month, day: nothing to decide.
    Clear(i32, u32, u32),
    /// Two numbers that may be day and month, and the year.
    Numbers(u32, u32, i32),
}

/// Reads a date.
///
/// # Errors
/// A sentence that says what is wrong with the text.
pub fn read(text: &str, order: DateOrder) -> Result<NaiveDate, String> {
    let refused = || format!("`{}` is not a date", shorten(text.trim()));
    let (year, month, day) = match parts(text).ok_or_else(refused)? {
        Parts::Clear(year, month, day) => (year, month, day),
        Parts::Numbers(a, b, year) => match order {
            DateOrder::DayFirst => (year, b, a),
            DateOrder::MonthFirst => (year, a, b),
        },
    };
    NaiveDate::from_ymd_opt(year, month, day)
        .ok_or_else(|| format!("`{}` is not a day in the calendar ({})", shorten(text.trim()), order.name()))
}

/// The orders in which all of these are dates, a cell that proves it where there is only
/// one, and a cell that reads in two ways where there are two.
#[must_use]
pub fn orders<'a>(cells: impl IntoIterator<Item = &'a str>) -> (Vec<DateOrder>, Option<String>) {
    let mut possible = vec![DateOrder::DayFirst, DateOrder::MonthFirst];
    let mut proof = None;
    let mut two_ways = None;
    for cell in cells {
        let Some(Parts::Numbers(a, b, year)) = parts(cell) else { continue };
        let day_first = NaiveDate::from_ymd_opt(year, b, a).is_some();
        let month_first = NaiveDate::from_ymd_opt(year, a, b).is_some();
        match (day_first, month_first) {
            (true, true) if a != b => {
                two_ways.get_or_insert_with(|| shorten(cell.trim()));
            }
            (true, false) => {
                possible.retain(|order| *order == DateOrder::DayFirst);
                proof.get_or_insert_with(|| shorten(cell.trim()));
            }
            (false, true) => {
                possible.retain(|order| *order == DateOrder::MonthFirst);
                proof.get_or_insert_with(|| shorten(cell.trim()));
            }
            _ => {}
        }
    }
    let text = if possible.len() == 1 { proof } else { two_ways };
    (possible, text)
}

/// Whether a cell has the form of a date at all.
#[must_use]
pub fn looks_like_one(text: &str) -> bool {
    parts(text).is_some()
}

fn parts(text: &str) -> Option<Parts> {
    let text = text.trim();
    // A time of day behind the date is of no concern.
    let date = text.split_once([' ', 'T']).filter(|(_, rest)| rest.contains(':')).map_or(text, |(date, _)| date);
    let pieces: Vec<&str> = date.split(['-', '/', '.', ' ', ',']).filter(|piece| !piece.is_empty()).collect();
    let number = |piece: &str| -> Option<u32> {
        (piece.len() <= 4 && piece.bytes().all(|b| b.is_ascii_digit())).then(|| piece.parse().ok()).flatten()
    };
    let month = |piece: &str| -> Option<u32> {
        let lower = piece.to_lowercase();
        let short = lower.get(..3)?;
        let at = MONTHS.iter().position(|month| *month == short)?;
        let full = [
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
        ];
        (lower.len() == 3 || lower == "sept" || full.get(at) == Some(&lower.as_str()))
            .then(|| u32::try_from(at).ok().map(|at| at + 1))
            .flatten()
    };
    let year = |piece: &str| -> Option<i32> {
        let value = i32::try_from(number(piece)?).ok()?;
        match piece.len() {
            4 => Some(value),
            2 => Some(2000 + value),
            _ => None,
        }
    };
    match pieces.as_slice() {
        // Days since 30 December 1899, as a spreadsheet stores a date.
        [serial] if serial.len() == 5 && serial.bytes().all(|b| b.is_ascii_digit()) => {
            let day = NaiveDate::from_ymd_opt(1899, 12, 30)?.checked_add_days(Days::new(serial.parse().ok()?))?;
            use chrono::Datelike;
            Some(Parts::Clear(day.year(), day.month(), day.day()))
        }
        [y, m, d] if y.len() == 4 && number(y).is_some() => {
            Some(Parts::Clear(year(y)?, number(m).or_else(|| month(m))?, number(d)?))
        }
        [d, m, y] if month(m).is_some() => Some(Parts::Clear(year(y)?, month(m)?, number(d)?)),
        [m, d, y] if month(m).is_some() => Some(Parts::Clear(year(y)?, month(m)?, number(d)?)),
        [a, b, y] => Some(Parts::Numbers(number(a)?, number(b)?, year(y)?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_every_product_are_read() {
        for (text, order, day) in [
            ("2026-10-05", DateOrder::MonthFirst, "2026-10-05"),
            ("5-Oct-26", DateOrder::DayFirst, "2026-10-05"),
            ("05 Oct 2026", DateOrder::DayFirst, "2026-10-05"),
            ("Oct 5, 2026", DateOrder::DayFirst, "2026-10-05"),
            ("5 September 2026", DateOrder::DayFirst, "2026-09-05"),
            ("05.10.2026", DateOrder::DayFirst, "2026-10-05"),
            ("10/05/2026", DateOrder::MonthFirst, "2026-10-05"),
            ("05-10-2026", DateOrder::DayFirst, "2026-10-05"),
            ("46300", DateOrder::DayFirst, "2026-10-05"),
            ("2026-10-05T10:11:12Z", DateOrder::DayFirst, "2026-10-05"),
            ("05/10/2026 00:00:00", DateOrder::DayFirst, "2026-10-05"),
        ] {
            assert_eq!(read(text, order).unwrap().to_string(), day, "{text}");
        }
        for bad in ["", "31/02/2026", "2026-13-01", "5-Foo-26", "Total", "1/2/3", "12345678", "05.10"] {
            assert!(read(bad, DateOrder::DayFirst).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_day_above_twelve_proves_the_order() {
        assert_eq!(orders(["05/10/2026", "31/10/2026"]), (vec![DateOrder::DayFirst], Some("31/10/2026".into())));
        assert_eq!(orders(["05/10/2026", "10/31/2026"]), (vec![DateOrder::MonthFirst], Some("10/31/2026".into())));
        assert_eq!(
            orders(["05/10/2026", "x"]),
            (vec![DateOrder::DayFirst, DateOrder::MonthFirst], Some("05/10/2026".into()))
        );
        assert!(orders(["13/10/2026", "10/13/2026"]).0.is_empty());
    }
}
