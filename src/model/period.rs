//! Billing periods: a calendar month or a span of days, both ends inclusive.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;

/// A billing period in the books' time zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    /// As the user wrote it: the name of its folder and of its ledger file.
    pub name: String,
    /// First day.
    pub from: NaiveDate,
    /// Last day, included.
    pub to: NaiveDate,
}

impl Period {
    /// Reads `2026-03` or `2026-03-01..2026-03-31`.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (from, to) = match text.split_once("..") {
            Some((from, to)) => (parse_day(from)?, parse_day(to)?),
            None => parse_month(text)?,
        };
        if from > to {
            return Err(format!("the period `{text}` ends before it begins"));
        }
        Ok(Self { name: text.to_owned(), from, to })
    }

    /// A period that has no other name than its two ends.
    #[must_use]
    pub fn between(from: NaiveDate, to: NaiveDate) -> Self {
        let month = Self::parse(&from.format("%Y-%m").to_string());
        match month {
            Ok(month) if month.from == from && month.to == to => month,
            _ => Self { name: format!("{from}..{to}"), from, to },
        }
    }

    /// Whether it is a calendar month by name, and not days that may be one.
    #[must_use]
    pub fn is_month(&self) -> bool {
        self.name.len() == 7
    }

    /// Whether the day lies in the period.
    #[must_use]
    pub fn contains(&self, day: NaiveDate) -> bool {
        (self.from..=self.to).contains(&day)
    }

    /// The period with so many days more at both ends; None beyond the calendar.
    #[must_use]
    pub fn widened(&self, days: u64) -> Option<Self> {
        let from = self.from.checked_sub_days(Days::new(days))?;
        Some(Self { name: self.name.clone(), from, to: self.to.checked_add_days(Days::new(days))? })
    }

    /// Whether the two periods share a day.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.from <= other.to && other.from <= self.to
    }

    /// The first instant of the period and the first instant after it, in `zone`.
    #[must_use]
    pub fn instants(&self, zone: Tz) -> (DateTime<Utc>, DateTime<Utc>) {
        let start = |day: NaiveDate| {
            let midnight = day.and_time(NaiveTime::MIN);
            // A zone that skips midnight on a clock change starts its day at 01:00.
            zone.from_local_datetime(&midnight)
                .earliest()
                .or_else(|| zone.from_local_datetime(&(midnight + chrono::TimeDelta::hours(1))).earliest())
                .map_or_else(|| Utc.from_utc_datetime(&midnight), |t| t.with_timezone(&Utc))
        };
        (start(self.from), start(self.to.checked_add_days(Days::new(1)).unwrap_or(self.to)))
    }
}

/// The Indian financial year that a day falls in, as invoice numbers write it: `26-27`
/// for 1 April 2026 to 31 March 2027 (CGST Rule 46(b): unique for a financial year).
#[must_use]
pub fn financial_year(day: NaiveDate) -> String {
    let first = if day.month() >= 4 { day.year() } else { day.year() - 1 };
    format!("{:02}-{:02}", first.rem_euclid(100), (first + 1).rem_euclid(100))
}

/// Reads YYYY-MM-DD, digits and hyphens only, a day that exists.
///
/// # Errors
/// A sentence that says what is wrong with the text.
pub fn parse_day(text: &str) -> Result<NaiveDate, String> {
    let bytes = text.as_bytes();
    let shape = bytes.len() == 10
        && bytes.iter().enumerate().all(|(i, b)| match i {
            4 | 7 => *b == b'-',
            _ => b.is_ascii_digit(),
        });
    let number = |range: std::ops::Range<usize>| -> Option<u32> { text.get(range)?.parse().ok() };
    let day = shape
        .then(|| {
            let year = i32::try_from(number(0..4)?).ok()?;
            NaiveDate::from_ymd_opt(year, number(5..7)?, number(8..10)?)
        })
        .flatten();
    match day {
        Some(day) if day.year() >= 1900 => Ok(day),
        _ if shape => Err(format!("`{text}` is not a day in the calendar")),
        _ => Err(format!("`{}` is not a date of the form YYYY-MM-DD", super::money::shorten(text))),
    }
}

fn parse_month(text: &str) -> Result<(NaiveDate, NaiveDate), String> {
    let refused = || {
        format!(
            "`{}` is neither a month such as 2026-03 nor days such as 2026-03-01..2026-03-31",
            super::money::shorten(text)
        )
    };
    if text.len() != 7 {
        return Err(refused());
    }
    let from = parse_day(&format!("{text}-01")).map_err(|_| refused())?;
    let to = from.checked_add_months(chrono::Months::new(1)).and_then(|next| next.pred_opt()).ok_or_else(refused)?;
    Ok((from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_and_day_spans() {
        let march = Period::parse("2026-03").unwrap();
        assert_eq!((march.from.to_string(), march.to.to_string()), ("2026-03-01".into(), "2026-03-31".into()));
        assert_eq!(Period::parse("2028-02").unwrap().to.to_string(), "2028-02-29");
        let span = Period::parse("2026-01-01..2026-03-31").unwrap();
        assert!(span.overlaps(&march) && span.contains(march.from));
        assert_eq!(Period::between(march.from, march.to).name, "2026-03");
        assert_eq!(Period::between(span.from, span.to).name, "2026-01-01..2026-03-31");
        for bad in [
            "2026-13",
            "2026-3",
            "march",
            "2026-03-31..2026-03-01",
            "2026-02-30..2026-03-01",
            "../../etc",
            "2026-03..",
            "0000-01",
        ] {
            assert!(Period::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_indian_month_begins_before_the_same_month_in_utc() {
        let (from, to) = Period::parse("2026-03").unwrap().instants(chrono_tz::Asia::Kolkata);
        assert_eq!(from.to_rfc3339(), "2026-02-28T18:30:00+00:00");
        assert_eq!(to.to_rfc3339(), "2026-03-31T18:30:00+00:00");
    }

    #[test]
    fn the_financial_year_turns_on_the_first_of_april() {
        let day = |t: &str| parse_day(t).unwrap();
        assert_eq!(financial_year(day("2026-03-31")), "25-26");
        assert_eq!(financial_year(day("2026-04-01")), "26-27");
        assert_eq!(financial_year(day("2099-12-31")), "99-00");
    }
}
