//! A cell of a canonical ledger → its value. Written as the format's page says, or as people
//! mistype it where only one reading exists; anything else is a sentence that says why not.

use chrono::{DateTime, NaiveDate};
use chrono_tz::Tz;

use super::amounts::{self, Style};
use super::canonical_header::is_blank;
use super::dates;
use crate::model::ledger_terms::DateOrder;
use crate::model::money::{Currency, MoneyError, parse_units, shorten};
use crate::model::period::parse_day;
use crate::model::usage::Direction;

/// A written day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Day {
    /// It can be only this one.
    Known(NaiveDate),
    /// The same, and so the file's order of day and month is this one.
    Proves(NaiveDate, DateOrder),
    /// Two days, until the file's order of day and month is known.
    Either {
        /// In [`DateOrder::DayFirst`].
        day_first: NaiveDate,
        /// In [`DateOrder::MonthFirst`].
        month_first: NaiveDate,
    },
}

/// A written amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Amount {
    /// A count of 10^-`scale` units.
    pub(super) units: i128,
    pub(super) scale: u32,
    /// The only style in which it reads so; None for a plain number.
    pub(super) style: Option<Style>,
    /// What it says beside the number.
    pub(super) currency: Option<Currency>,
}

fn text(cell: &[u8]) -> Result<&str, String> {
    std::str::from_utf8(cell)
        .map(|text| text.trim_matches(is_blank))
        .map_err(|_| format!("`{}` is not UTF-8 text", shorten(&String::from_utf8_lossy(cell))))
}

/// An instant is of its day in `timezone`; `order` is that of day and month, where it is known.
pub(super) fn day(cell: &[u8], order: Option<DateOrder>, timezone: Tz) -> Result<Day, String> {
    let text = text(cell)?;
    if text.is_empty() {
        return Err("the date is empty".to_owned());
    }
    let as_it_should_be = match parse_day(text) {
        Ok(day) => return Ok(Day::Known(day)),
        Err(why) => why,
    };
    if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
        return Ok(Day::Known(instant.with_timezone(&timezone).date_naive()));
    }
    if let Some(order) = order {
        return dates::read(text, order, timezone).map(Day::Known).map_err(|_| as_it_should_be);
    }
    let in_order = |order: DateOrder| dates::read(text, order, timezone).map_err(|_| as_it_should_be.clone());
    // Two digits may be the year as well as the day.
    if dates::readings(text).is_some_and(|days| days[DateOrder::YearFirst as usize].is_some() && days[0] != days[2]) {
        return Err(as_it_should_be);
    }
    Ok(match (in_order(DateOrder::DayFirst), in_order(DateOrder::MonthFirst)) {
        (Ok(day_first), Ok(month_first)) if day_first != month_first => Day::Either { day_first, month_first },
        (Ok(day), Ok(_)) => Day::Known(day),
        (Ok(day), Err(_)) => Day::Proves(day, DateOrder::DayFirst),
        (Err(_), Ok(day)) => Day::Proves(day, DateOrder::MonthFirst),
        (Err(why), Err(_)) => return Err(why),
    })
}

/// Plain, or as people write it where that is one number.
pub(super) fn amount(cell: &[u8]) -> Result<Amount, String> {
    let plain = match parse_units(cell) {
        Ok((units, scale)) => return Ok(Amount { units, scale, style: None, currency: None }),
        Err(MoneyError::NotPlain(text)) => MoneyError::NotPlain(text).to_string(),
        Err(other) => return Err(other.to_string()),
    };
    let text = text(cell)?;
    let (styles, two_ways) = amounts::styles(text);
    if let Some(two) = two_ways {
        return Err(format!("{two}: write it without separators between thousands"));
    }
    let style = *styles.first().ok_or_else(|| plain.clone())?;
    let written = match amounts::read(text, style) {
        Ok(Some(written)) if written.side.is_none() => written,
        _ => return Err(plain),
    };
    Ok(Amount {
        units: written.amount.mantissa(),
        scale: written.amount.scale(),
        style: (styles.len() == 1).then_some(style),
        currency: written.currency,
    })
}

/// `inbound` or `outbound`, in small letters or capitals.
pub(super) fn direction(cell: &[u8]) -> Option<Direction> {
    match cell {
        b"inbound" => Some(Direction::Inbound),
        b"outbound" => Some(Direction::Outbound),
        other => Direction::parse(&text(other).ok()?.to_lowercase()),
    }
}

/// The direction that an unknown word may mean.
pub(super) fn nearest_direction(word: &str) -> Option<&'static str> {
    let word = word.trim_matches(is_blank).to_lowercase();
    let means = |direction: &Direction| {
        // `in`, `out`, `incoming`: a hint, and no more, since whose view it is remains open.
        let short = direction.name().trim_end_matches("bound");
        word.starts_with(short)
    };
    Direction::ALL
        .into_iter()
        .find(means)
        .map(Direction::name)
        .or_else(|| crate::model::problem::nearest(&word, Direction::ALL.map(Direction::name)))
}

/// Whether a cell is some visible ASCII.
#[inline]
pub(super) fn is_plain(cell: &[u8]) -> bool {
    !cell.is_empty() && cell.iter().fold(true, |plain, byte| plain & (0x20..0x7f).contains(byte))
}

/// Makes sure that a cell can be a customer's id.
pub(super) fn customer_id(cell: &[u8]) -> Result<&[u8], String> {
    if is_plain(cell) && cell.len() <= 200 {
        return Ok(cell);
    }
    match std::str::from_utf8(cell) {
        Ok("") => Err("the customer_id is empty".to_owned()),
        Ok(id) if id.len() > 200 || id.chars().any(char::is_control) => {
            Err("the customer_id is overlong or holds control characters".to_owned())
        }
        Ok(_) => Ok(cell),
        Err(_) => Err("the customer_id is not UTF-8 text".to_owned()),
    }
}

/// A count of calls; None for an empty cell.
pub(super) fn calls(cell: &[u8]) -> Result<Option<u64>, String> {
    if cell.is_empty() {
        return Ok(None);
    }
    let digits = std::str::from_utf8(cell).ok().filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
    digits
        .and_then(|text| text.parse().ok())
        .map(Some)
        .ok_or_else(|| format!("`{}` is not a count of calls", shorten(&String::from_utf8_lossy(cell))))
}

/// A currency's code, in small letters or capitals.
pub(super) fn currency(cell: &[u8]) -> Result<Currency, String> {
    let code = text(cell)?;
    Currency::parse(&code.to_uppercase()).map_err(|_| MoneyError::UnknownCurrency(code.to_owned()).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(y: i32, m: u32, d: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(y, m, d).unwrap()
    }

    #[test]
    fn days_that_can_be_only_one_are_that_one() {
        let read = |text: &str| day(text.as_bytes(), None, chrono_tz::Asia::Kolkata);
        for text in [
            "2026-03-31",
            "\u{a0}2026-03-31 ",
            "2026/03/31",
            "31-Mar-2026",
            "2026-03-31 00:00:00",
            "2026-03-30T20:00:00Z",
        ] {
            assert_eq!(read(text), Ok(Day::Known(date(2026, 3, 31))), "{text}");
        }
        assert_eq!(read("31-03-2026"), Ok(Day::Proves(date(2026, 3, 31), DateOrder::DayFirst)));
        assert_eq!(read("03/31/2026"), Ok(Day::Proves(date(2026, 3, 31), DateOrder::MonthFirst)));
        let either = Day::Either { day_first: date(2026, 4, 3), month_first: date(2026, 3, 4) };
        assert_eq!(read("03-04-2026"), Ok(either));
        assert_eq!(day(b"03-04-2026", Some(DateOrder::DayFirst), Tz::UTC), Ok(Day::Known(date(2026, 4, 3))));
        assert!(day(b"03-31-2026", Some(DateOrder::DayFirst), Tz::UTC).is_err());
        for text in ["", "2026-02-30", "Total", "20x6"] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn amounts_that_can_be_only_one_number_are_that_number() {
        let read = |text: &str| amount(text.as_bytes()).map(|a| (a.units, a.scale, a.style));
        assert_eq!(read("-12.50"), Ok((-1_250, 2, None)));
        assert_eq!(read("1,000.00"), Ok((100_000, 2, Some(Style::Point))));
        assert_eq!(read("1000,00"), Ok((100_000, 2, Some(Style::Comma))));
        assert_eq!(read("\u{a0}5 "), Ok((5, 0, None)));
        assert_eq!(amount("₹ 1,00,000.00".as_bytes()).unwrap().currency, Some(Currency::INR));
        for text in ["", "-", "1,234", "1.234.5", "5 Dr", "five", "12\0"] {
            assert!(read(text).is_err(), "{text}");
        }
        assert!(read("1,234").unwrap_err().contains("`1,234` is"));
    }

    #[test]
    fn a_direction_is_read_in_any_case_and_never_guessed() {
        assert_eq!(direction("\u{a0}INBOUND".as_bytes()), Some(Direction::Inbound));
        assert_eq!(direction(b"Outbound "), Some(Direction::Outbound));
        assert_eq!(direction(b"OUT"), None);
        assert_eq!(nearest_direction("OUT"), Some("outbound"));
        assert_eq!(nearest_direction("inbuond"), Some("inbound"));
        assert_eq!(nearest_direction("sideways"), None);
    }
}
