//! Dates as products and people write them. Whether 05/10/2026 is in May or October is
//! declared by the format or proved by the file, never guessed.

use chrono::{DateTime, Days, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime};
use chrono_tz::Tz;

use super::text;
use crate::model::ledger_terms::DateOrder;
use crate::model::money::shorten;

/// Months by their names and abbreviations: English, Hindi, German, French, Spanish.
const MONTHS: [&[&str]; 12] = [
    &["jan", "january", "januar", "jän", "jänner", "janv", "janvier", "ene", "enero", "जनवरी"],
    &["feb", "february", "februar", "févr", "fevr", "février", "fevrier", "febrero", "फरवरी", "फ़रवरी"],
    &["mar", "march", "mär", "mrz", "märz", "maerz", "mars", "marzo", "मार्च"],
    &["apr", "april", "avr", "avril", "abr", "abril", "अप्रैल"],
    &["may", "mai", "mayo", "मई"],
    &["jun", "june", "juni", "juin", "junio", "जून"],
    &["jul", "july", "juli", "juil", "juillet", "julio", "जुलाई"],
    &["aug", "august", "août", "aout", "ago", "agosto", "अगस्त"],
    &["sep", "sept", "september", "septembre", "septiembre", "set", "setiembre", "सितंबर", "सितम्बर"],
    &["oct", "october", "okt", "oktober", "octobre", "octubre", "अक्टूबर", "अक्तूबर"],
    &["nov", "november", "novembre", "noviembre", "नवंबर", "नवम्बर"],
    &["dec", "december", "dez", "dezember", "déc", "décembre", "decembre", "dic", "diciembre", "दिसंबर", "दिसम्बर"],
];

/// Words that stand in dates and say nothing: days of the week, `de`, `of`.
const SILENT: &[&str] = &[
    "mon",
    "monday",
    "tue",
    "tues",
    "tuesday",
    "wed",
    "wednesday",
    "thu",
    "thur",
    "thurs",
    "thursday",
    "fri",
    "friday",
    "sat",
    "saturday",
    "sun",
    "sunday",
    "montag",
    "dienstag",
    "mittwoch",
    "donnerstag",
    "freitag",
    "samstag",
    "sonnabend",
    "sonntag",
    "lundi",
    "mardi",
    "mercredi",
    "jeudi",
    "vendredi",
    "samedi",
    "dimanche",
    "lunes",
    "martes",
    "miércoles",
    "miercoles",
    "jueves",
    "viernes",
    "sábado",
    "sabado",
    "domingo",
    "सोमवार",
    "मंगलवार",
    "बुधवार",
    "गुरुवार",
    "शुक्रवार",
    "शनिवार",
    "रविवार",
    "de",
    "del",
    "of",
    "the",
    "le",
    "den",
    "der",
    "am",
];

/// What a text says.
enum Written {
    /// One day, whatever the order.
    Day(NaiveDate),
    /// A moment: its day depends on where.
    Instant(DateTime<FixedOffset>),
    /// Two numbers that may be day and month, and the year.
    Numbers(u32, u32, i32),
    /// Three numbers of two digits.
    Short(u32, u32, u32),
}

/// Years that two digits may mean.
const SHORT_YEARS: std::ops::RangeInclusive<i32> = 2015..=2049;

/// Reads a date; `zone` is where the books are, for moments.
///
/// # Errors
/// A sentence that says what is wrong with the text.
pub fn read(text: &str, order: DateOrder, zone: Tz) -> Result<NaiveDate, String> {
    let refused = || format!("`{}` is not a date", shorten(text.trim()));
    let calendar = || format!("`{}` is not a day in the calendar ({})", shorten(text.trim()), order.name());
    if text.trim().is_empty() {
        return Err("the row has no date".to_owned());
    }
    let written = written(text).ok_or_else(refused)?;
    day(&written, order, zone).ok_or_else(calendar)
}

/// The day under each order of [`DateOrder::ALL`]; None where the text is no date at all.
#[must_use]
pub fn readings(text: &str) -> Option<[Option<NaiveDate>; 3]> {
    let written = written(text)?;
    Some(DateOrder::ALL.map(|order| day(&written, order, Tz::UTC)))
}

fn day(written: &Written, order: DateOrder, zone: Tz) -> Option<NaiveDate> {
    match *written {
        Written::Day(day) => Some(day),
        Written::Instant(moment) => Some(moment.with_timezone(&zone).date_naive()),
        Written::Numbers(a, b, year) => match order {
            DateOrder::DayFirst => NaiveDate::from_ymd_opt(year, b, a),
            DateOrder::MonthFirst => NaiveDate::from_ymd_opt(year, a, b),
            DateOrder::YearFirst => None,
        },
        Written::Short(a, b, c) => {
            let (year, month, day) = match order {
                DateOrder::DayFirst => (c, b, a),
                DateOrder::MonthFirst => (c, a, b),
                DateOrder::YearFirst => (a, b, c),
            };
            let year = 2000 + i32::try_from(year).ok()?;
            NaiveDate::from_ymd_opt(year, month, day).filter(|_| SHORT_YEARS.contains(&year))
        }
    }
}

/// Whether a cell has the form of a date at all.
#[must_use]
pub fn looks_like_one(text: &str) -> bool {
    text.len() >= 5 && text.len() <= 64 && written(text).is_some()
}

fn iso(text: &str) -> Option<NaiveDate> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let number =
        |part: &[u8]| part.iter().try_fold(0_u32, |sum, b| b.is_ascii_digit().then(|| sum * 10 + u32::from(b - b'0')));
    let year = i32::try_from(number(&bytes[..4])?).ok()?;
    NaiveDate::from_ymd_opt(year, number(&bytes[5..7])?, number(&bytes[8..])?)
}

fn written(text: &str) -> Option<Written> {
    if let Some(day) = iso(text) {
        return Some(Written::Day(day));
    }
    let plain = text::plain(text);
    let plain = plain.strip_prefix('\'').unwrap_or(&plain);
    if let Some(day) = serial(plain) {
        return Some(Written::Day(day));
    }
    let (date, time) = split_time(plain);
    let day = calendar(date)?;
    let zoned = time.and_then(|time| Some((local(time)?, offset(time)?)));
    match (day, zoned) {
        (Written::Day(day), Some((time, offset))) => {
            NaiveDateTime::new(day, time).and_local_timezone(offset).single().map(Written::Instant)
        }
        // The order of day and month would have to be known first.
        (_, Some(_)) => None,
        (day, None) => Some(day),
    }
}

/// Days since 30 December 1899, as a spreadsheet stores a date, with or without a time.
fn serial(text: &str) -> Option<NaiveDate> {
    let (days, time) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if days.len() != 5 || !digits(days) || !digits(time) || (time.is_empty() && text.len() != 5) {
        return None;
    }
    NaiveDate::from_ymd_opt(1899, 12, 30)?.checked_add_days(Days::new(days.parse().ok()?))
}

/// The date, and the time of day behind it.
pub(super) fn split_time(text: &str) -> (&str, Option<&str>) {
    let behind = |at: usize| text.get(at + 1..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let is_time = |rest: &str| {
        let clock: String = rest.chars().take_while(|c| c.is_ascii_digit() || *c == ':').collect();
        let is_year = rest[clock.len()..].starts_with(' ');
        clock.contains(':') || (clock.len() >= 4 && clock.len() <= 6 && rest.len() > clock.len() && !is_year)
    };
    for (at, c) in text.char_indices() {
        let before = text[..at].ends_with(|c: char| c.is_ascii_digit() || c == ',');
        if matches!(c, ' ' | 'T') && before && behind(at) && is_time(&text[at + 1..]) {
            return (text[..at].trim_end_matches(','), Some(&text[at + 1..]));
        }
    }
    (text, None)
}

/// The time that a text begins with.
pub(super) fn local(text: &str) -> Option<NaiveTime> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == ':' || c == '.')).unwrap_or(text.len());
    let (clock, rest) = text.split_at(end);
    let digits = clock.split('.').next()?.replace(':', "");
    let part = |from: usize| digits.get(from..from + 2).map_or(Some(0), |part| part.parse::<u32>().ok());
    let hour: u32 = digits.get(..2)?.parse().ok()?;
    let lower = rest.trim().to_lowercase();
    let hour = match (lower.starts_with("pm"), lower.starts_with("am")) {
        (true, _) => hour % 12 + 12,
        (_, true) => hour % 12,
        _ => hour,
    };
    NaiveTime::from_hms_opt(hour, part(2)?, part(4)?)
}

/// The distance from Greenwich that a time of day ends with.
pub(super) fn offset(text: &str) -> Option<FixedOffset> {
    let behind = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':' || c == '.').trim();
    let behind = behind.trim_start_matches(['a', 'A', 'p', 'P', 'm', 'M', ' ']);
    let behind = ["GMT", "UTC"].iter().find_map(|zone| behind.strip_prefix(zone)).map_or(behind, str::trim);
    if behind == "Z" || (behind.is_empty() && (text.ends_with("GMT") || text.ends_with("UTC"))) {
        return FixedOffset::east_opt(0);
    }
    let sign = match behind.chars().next()? {
        '+' => 1,
        '-' => -1,
        _ => return None,
    };
    let digits: String = behind[1..].chars().filter(|c| *c != ':').collect();
    let hours: i32 = digits.get(..2)?.parse().ok()?;
    let minutes: i32 = digits.get(2..4).map_or(Some(0), |part| part.parse().ok())?;
    FixedOffset::east_opt(sign * (hours * 3600 + minutes * 60))
}

fn calendar(date: &str) -> Option<Written> {
    let lower = date.to_lowercase();
    let pieces = lower.split(['-', '/', '.', ' ', ',']).filter(|piece| !piece.is_empty());
    let pieces: Vec<&str> = pieces.filter(|piece| !SILENT.contains(piece)).take(4).collect();
    let digits = |piece: &str| !piece.is_empty() && piece.bytes().all(|b| b.is_ascii_digit());
    let number = |piece: &str| -> Option<u32> {
        let bare = ["st", "nd", "rd", "th", "er", "º", "ª"].iter().find_map(|end| piece.strip_suffix(end));
        let bare = bare.unwrap_or(piece);
        (bare.len() <= 4 && digits(bare)).then(|| bare.parse().ok()).flatten()
    };
    let month =
        |piece: &str| MONTHS.iter().zip(1..).find_map(|(names, number)| names.contains(&piece).then_some(number));
    let year = |piece: &str| -> Option<i32> {
        let value = i32::try_from(number(piece).filter(|_| digits(piece))?).ok()?;
        match piece.len() {
            4 => Some(value),
            2 => Some(2000 + value),
            _ => None,
        }
    };
    let clear = |year, month, day| Some(Written::Day(NaiveDate::from_ymd_opt(year, month, day)?));
    match pieces.as_slice() {
        [all] if all.len() == 8 && digits(all) => clear(
            all[..4].parse().ok().filter(|year| (1990..2100).contains(year))?,
            all[4..6].parse().ok()?,
            all[6..].parse().ok()?,
        ),
        [y, m, d] if y.len() == 4 && digits(y) => clear(year(y)?, number(m).or_else(|| month(m))?, number(d)?),
        [d, m, y] if month(m).is_some() => clear(year(y)?, month(m)?, number(d)?),
        [m, d, y] if month(m).is_some() => clear(year(y)?, month(m)?, number(d)?),
        [a, b, y] if y.len() == 4 => Some(Written::Numbers(number(a)?, number(b)?, year(y)?)),
        [a, b, c] if [a, b, c].iter().all(|piece| piece.len() <= 2 && digits(piece)) && c.len() == 2 => {
            Some(Written::Short(number(a)?, number(b)?, number(c)?))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Tz = Tz::Asia__Kolkata;

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
            ("26/10/05", DateOrder::YearFirst, "2026-10-05"),
            ("46300", DateOrder::DayFirst, "2026-10-05"),
            ("46300.75", DateOrder::DayFirst, "2026-10-05"),
            ("20261005", DateOrder::DayFirst, "2026-10-05"),
            ("2026-10-05T10:11:12Z", DateOrder::DayFirst, "2026-10-05"),
            ("2026-03-31T20:00:00Z", DateOrder::DayFirst, "2026-04-01"),
            ("2026-03-31T20:00:00.123+00:00", DateOrder::DayFirst, "2026-04-01"),
            ("2026-03-31 20:00:00 UTC", DateOrder::DayFirst, "2026-04-01"),
            ("20260331T200000Z", DateOrder::DayFirst, "2026-04-01"),
            ("2026-03-31T20:00:00+05:30", DateOrder::DayFirst, "2026-03-31"),
            ("2026-03-31T20:00:00", DateOrder::DayFirst, "2026-03-31"),
            ("05/10/2026 00:00:00", DateOrder::DayFirst, "2026-10-05"),
            ("10/05/2026, 10:00 PM", DateOrder::MonthFirst, "2026-10-05"),
            ("Mar 31, 2026 11:00 PM", DateOrder::DayFirst, "2026-03-31"),
            ("Monday, 5th October 2026", DateOrder::DayFirst, "2026-10-05"),
            ("31st March 2026", DateOrder::DayFirst, "2026-03-31"),
            ("31. März 2026", DateOrder::DayFirst, "2026-03-31"),
            ("31 mars 2026", DateOrder::DayFirst, "2026-03-31"),
            ("31 de marzo de 2026", DateOrder::DayFirst, "2026-03-31"),
            ("31 मार्च 2026", DateOrder::DayFirst, "2026-03-31"),
            ("३१/०३/२०२६", DateOrder::DayFirst, "2026-03-31"),
        ] {
            assert_eq!(read(text, order, HERE).map(|day| day.to_string()), Ok(day.to_owned()), "{text}");
        }
        for bad in
            ["", "31/02/2026", "2026-13-01", "5-Foo-26", "Total", "1/2/3", "12345678", "05.10", "03/04/2026 20:00Z"]
        {
            assert!(read(bad, DateOrder::DayFirst, HERE).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_text_says_under_which_orders_it_is_a_date() {
        let valid = |text: &str| readings(text).unwrap().map(|day| day.is_some());
        assert_eq!(valid("31/10/2026"), [true, false, false]);
        assert_eq!(valid("05/10/2026"), [true, true, false]);
        assert_eq!(valid("05/10/26"), [true, true, false]);
        assert_eq!(valid("26/03/31"), [true, false, true]);
        assert!(readings("x").is_none());
    }
}
