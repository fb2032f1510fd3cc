//! Moments as call records write them: ISO with an offset or without, epoch seconds and
//! milliseconds, a spreadsheet's days and their fraction, and every date of [`super::dates`]
//! with a time of day behind it.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeZone};
use chrono_tz::Tz;

use super::dates::{self, local, offset, split_time};
use super::text;
use crate::model::ledger_terms::DateOrder;
use crate::model::money::shorten;

/// A moment, or a day of which the time is not said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    /// Seconds since 1970 in UTC; of a day its first.
    pub seconds: i64,
    /// Whether only the day is said.
    pub is_day: bool,
}

/// Reads a moment; one without an offset is in `zone`.
///
/// # Errors
/// A sentence that says what is wrong with the text.
pub(crate) fn read(text: &str, order: DateOrder, zone: Tz) -> Result<Moment, String> {
    if let Some(moment) = iso(text.as_bytes(), zone) {
        return Ok(moment);
    }
    let plain = text::plain(text);
    let plain = plain.strip_prefix('\'').unwrap_or(&plain);
    if plain.is_empty() {
        return Err("the row says no time".to_owned());
    }
    if let Some(seconds) = epoch(plain) {
        return Ok(Moment { seconds, is_day: false });
    }
    let (date, time) = split_time(plain);
    let serial = plain.split_once('.').filter(|(days, part)| days.len() == 5 && is_number(days) && is_number(part));
    let (date, time) = match serial {
        Some((_, part)) => (plain, Some((fraction(part), None))),
        None => {
            let read = |time| Some((local(time)?, offset(time)));
            match time.map(|time| read(time).ok_or(time)).transpose() {
                Ok(time) => (date, time),
                Err(time) => return Err(format!("`{}` is not a time of day", shorten(time.trim()))),
            }
        }
    };
    let day = dates::read(date, order, zone)?;
    let Some((time, offset)) = time else { return at(day, NaiveTime::MIN, zone, true, plain) };
    match offset {
        None => at(day, time, zone, false, plain).and_then(|moment| in_zone(moment, zone, plain)),
        Some(offset) => {
            let utc = NaiveDateTime::new(day, time).and_utc().timestamp();
            Ok(Moment { seconds: utc - i64::from(offset.local_minus_utc()), is_day: false })
        }
    }
}

/// The day of a text under each order of [`DateOrder::ALL`]; None where it is no date.
pub(crate) fn readings(text: &str) -> Option<[Option<NaiveDate>; 3]> {
    dates::readings(split_time(text.trim()).0)
}

fn at(day: NaiveDate, time: NaiveTime, zone: Tz, is_day: bool, text: &str) -> Result<Moment, String> {
    let moment = zone.from_local_datetime(&NaiveDateTime::new(day, time)).earliest();
    let seconds = moment.ok_or_else(|| format!("`{}` does not exist in {zone}", shorten(text)))?.timestamp();
    Ok(Moment { seconds, is_day })
}

/// Checks that letters behind a time are those of the zone: `IST` is India's, and Israel's.
fn in_zone(moment: Moment, zone: Tz, text: &str) -> Result<Moment, String> {
    let letters = text.trim_end_matches(')').rsplit(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    let here = zone.timestamp_opt(moment.seconds, 0).earliest().map(|there| there.format("%Z").to_string());
    let says_nothing = ["", "am", "pm"].iter().any(|word| letters.eq_ignore_ascii_case(word));
    if says_nothing || here.is_some_and(|here| here.eq_ignore_ascii_case(letters)) {
        return Ok(moment);
    }
    Err(format!("`{}`: {letters} is not the time of {zone}, in which the file is read", shorten(text)))
}

/// `2026-03-01T10:00:00`, a space for the T, a fraction, and `Z`, `+05:30` or nothing: as
/// nearly all records have it, without memory of its own.
fn iso(text: &[u8], zone: Tz) -> Option<Moment> {
    let (main, rest) = text.split_at_checked(19)?;
    let number = |from: usize, length: usize| {
        main[from..from + length]
            .iter()
            .try_fold(0_u32, |sum, b| b.is_ascii_digit().then(|| sum * 10 + u32::from(b - b'0')))
    };
    let is_shaped = [(4, b"-"), (7, b"-"), (13, b":"), (16, b":")].iter().all(|(at, mark)| main[*at] == mark[0])
        && matches!(main[10], b'T' | b' ');
    if !is_shaped {
        return None;
    }
    let day = NaiveDate::from_ymd_opt(i32::try_from(number(0, 4)?).ok()?, number(5, 2)?, number(8, 2)?)?;
    let moment = day.and_hms_opt(number(11, 2)?, number(14, 2)?, number(17, 2)?)?;
    let rest = match rest {
        [b'.', part @ ..] => &part[part.iter().take_while(|b| b.is_ascii_digit()).count()..],
        rest => rest,
    };
    let seconds = match rest {
        [] => zone.from_local_datetime(&moment).earliest()?.timestamp(),
        b"Z" => moment.and_utc().timestamp(),
        [sign @ (b'+' | b'-'), a, b, b':', c, d] if [a, b, c, d].iter().all(|b| b.is_ascii_digit()) => {
            let two = |a: &u8, b: &u8| i64::from(a - b'0') * 10 + i64::from(b - b'0');
            let ahead = two(a, b) * 3600 + two(c, d) * 60;
            moment.and_utc().timestamp() - if *sign == b'+' { ahead } else { -ahead }
        }
        _ => return None,
    };
    Some(Moment { seconds, is_day: false })
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Seconds, milliseconds or microseconds since 1970, of this century.
fn epoch(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let count: i64 = whole.parse().ok().filter(|_| is_number(whole) && is_number(part))?;
    match whole.len() {
        10 => Some(count),
        13 => Some(count / 1_000),
        16 => Some(count / 1_000_000),
        _ => None,
    }
    .filter(|seconds| (946_684_800..4_102_444_800).contains(seconds))
}

/// The time of day that the fraction of a spreadsheet's day stands for, to the nearest
/// second.
fn fraction(digits: &str) -> NaiveTime {
    let digits = digits.get(..12).unwrap_or(digits);
    let (part, whole) = (digits.parse::<u64>().unwrap_or(0), 10_u64.pow(u32::try_from(digits.len()).unwrap_or(12)));
    let seconds = ((part * 86_400 + whole / 2) / whole).min(86_399);
    NaiveTime::from_num_seconds_from_midnight_opt(u32::try_from(seconds).unwrap_or(0), 0).unwrap_or(NaiveTime::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match read(text, DateOrder::DayFirst, Tz::Asia__Kolkata) {
            Ok(moment) => {
                let at = chrono::DateTime::from_timestamp(moment.seconds, 0).unwrap().format("%FT%T");
                if moment.is_day { format!("day {at}") } else { at.to_string() }
            }
            Err(why) => why,
        }
    }

    #[test]
    fn moments_of_every_product_are_read() {
        for (text, moment) in [
            ("2026-03-01T10:00:00Z", "2026-03-01T10:00:00"),
            ("2026-03-01T10:00:00.123456Z", "2026-03-01T10:00:00"),
            ("2026-03-01T10:00:00+05:30", "2026-03-01T04:30:00"),
            ("2026-03-01T10:00:00.5+0530", "2026-03-01T04:30:00"),
            ("2026-03-01T00:10:00-02:00", "2026-03-01T02:10:00"),
            ("2026-03-01 10:00:00", "2026-03-01T04:30:00"),
            ("2026-03-01 10:00:00 IST", "2026-03-01T04:30:00"),
            (
                "2026-03-01 10:00:00 EST",
                "`2026-03-01 10:00:00 EST`: EST is not the time of Asia/Kolkata, in which the file is read",
            ),
            ("2026-03-01 10:00", "2026-03-01T04:30:00"),
            ("01/03/2026 10:00:00", "2026-03-01T04:30:00"),
            ("01-Mar-2026 10:00:00 PM", "2026-03-01T16:30:00"),
            ("1 March 2026, 22:00", "2026-03-01T16:30:00"),
            ("2026-03-01 10:00:00 UTC", "2026-03-01T10:00:00"),
            ("20260301T100000Z", "2026-03-01T10:00:00"),
            ("1772359200", "2026-03-01T10:00:00"),
            ("1772359200123", "2026-03-01T10:00:00"),
            ("1772359200.5", "2026-03-01T10:00:00"),
            ("46082.4166666667", "2026-03-01T04:30:00"),
            ("'2026-03-01 10:00:00", "2026-03-01T04:30:00"),
            ("2026-03-01", "day 2026-02-28T18:30:00"),
            ("1.77E+12", "`1.77E+12` is not a date"),
            ("########", "`########` is not a date"),
            ("2026-03-01T25:00:00Z", "`25:00:00Z` is not a time of day"),
            ("", "the row says no time"),
        ] {
            assert_eq!(shown(text), moment, "{text}");
        }
    }
}
