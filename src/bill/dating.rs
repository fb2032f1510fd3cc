//! The date of issue: a fact of the close, not of the period. It is the day on which the close
//! is made in the books' time zone, or one that is named; `[invoice] date = "period-end"` dates
//! invoices on their period's last day where the close follows soon after it.

use chrono::{Days, NaiveDate};

use crate::books::config::Invoicing;
use crate::model::invoice::{Document, Draft};
use crate::model::period::Period;
use crate::model::problem::Problem;

/// An invoice for services is due within so many days of the supply (CGST Rule 47); so long after
/// its period a close may still date invoices on the period's last day.
const SOON: u64 = 30;

/// The day that a close has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dating {
    /// The day.
    pub day: NaiveDate,
    /// Whether somebody named it: then nothing else dates a document.
    pub is_named: bool,
}

/// Whether settings date a document of a close that is made on `day` on its period's last day.
fn is_period_end(draft: &Draft, invoicing: &Invoicing, day: NaiveDate) -> bool {
    invoicing.dates_period_end
        && draft.document == Document::Invoice
        && draft.period.to <= day
        && draft.period.to.checked_add_days(Days::new(SOON)).is_some_and(|last| day <= last)
}

impl Dating {
    /// The date of a document, and the series that its number counts in. `last` tells the date
    /// of the number before it in a series.
    ///
    /// # Errors
    /// The number before it is dated later, the period has days after it, or the invoice that a
    /// note corrects is of a later day (exit 2).
    pub(crate) fn date(
        &self,
        draft: &Draft,
        invoicing: &Invoicing,
        last: impl Fn(&str) -> Option<(NaiveDate, String)>,
    ) -> Result<(NaiveDate, String), Problem> {
        let format = invoicing.number_format(draft.document);
        if !self.is_named && is_period_end(draft, invoicing, self.day) {
            let series = format.series(draft.period.to);
            let date = last(&series).map_or(draft.period.to, |(last, _)| last.max(draft.period.to));
            if date <= self.day {
                return Ok((date, series));
            }
        }
        let (day, series) = (self.day, format.series(self.day));
        let refuse = |what: String, earliest: NaiveDate| {
            Problem::usage("issue-date", what)
                .next(format!("close on {earliest} or a day after it, or name one that has come: --date {earliest}"))
                .not_done("No invoice was issued.")
        };
        if day < draft.period.to {
            let what = format!("a document dated {day} would be older than the last day of {}", draft.period.name);
            return Err(refuse(what, draft.period.to));
        }
        if let Some(original) = draft.original.as_ref().filter(|original| day < original.issue_date) {
            let (number, date) = (&original.number, original.issue_date);
            return Err(refuse(format!("a note dated {day} would be older than {number}, which it corrects"), date));
        }
        match last(&series) {
            Some((date, number)) if day < date => Err(refuse(
                format!("the next number of its series would be dated {day}, and {number} before it is of {date}"),
                date,
            )),
            _ => Ok((day, series)),
        }
    }
}

/// Whether a document that a close issued can have its date: that of the close, or what the
/// settings make of it.
#[must_use]
pub(crate) fn can_be(date: NaiveDate, draft: &Draft, invoicing: &Invoicing, day: NaiveDate) -> bool {
    date == day || (is_period_end(draft, invoicing, day) && (draft.period.to..=day).contains(&date))
}

/// Why an invoice of a period that is dated on a day is late by CGST Rule 47; None where it is not.
/// Calls are a continuous supply, whose invoice section 31(5) may allow later: only a warning.
#[must_use]
pub(crate) fn rule47(period: &Period, day: NaiveDate) -> Option<String> {
    let last = period.to.checked_add_days(Days::new(SOON))?;
    (day > last).then(|| {
        format!(
            "CGST Rule 47 asks for an invoice within {SOON} days of the supply: for {} until {last}, unless the agreement tells a later day of payment (section 31(5)).",
            period.name
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::books::config;
    use crate::model::invoice::Original;
    use crate::model::money::Currency;
    use crate::model::period::{Period, parse_day};

    fn day(text: &str) -> NaiveDate {
        parse_day(text).unwrap()
    }

    fn march(document: Document) -> Draft {
        Draft { document, ..Draft::blank("M", &Period::parse("2026-03").unwrap(), Currency::INR) }
    }

    fn dated(settings: &str, named: bool, on: &str, draft: &Draft, last: Option<&str>) -> Result<String, String> {
        let invoicing = config::parse(&format!("[invoice]\n{settings}"), "c").unwrap().invoicing;
        let last = |_: &str| last.map(|text| (day(text), "CF/9".to_owned()));
        let dating = Dating { day: day(on), is_named: named };
        dating
            .date(draft, &invoicing, last)
            .map(|(date, series)| format!("{date} {series}"))
            .map_err(|p| p.what.clone())
    }

    #[test]
    fn the_day_of_the_close_dates_a_document_and_names_its_series() {
        let invoice = march(Document::Invoice);
        assert_eq!(dated("", false, "2026-04-02", &invoice, None), Ok("2026-04-02 CF/26-27/#".into()));
        assert_eq!(dated("", true, "2026-03-31", &invoice, None), Ok("2026-03-31 CF/25-26/#".into()));
        let before = dated("", false, "2026-04-02", &invoice, Some("2026-04-03")).unwrap_err();
        assert!(before.contains("CF/9 before it is of 2026-04-03"), "{before}");
        assert!(dated("", true, "2026-03-30", &invoice, None).unwrap_err().contains("last day of 2026-03"));
        let original = Original { number: "CF/1".into(), issue_date: day("2026-04-05"), reason: String::new() };
        let note = Draft { original: Some(original), ..march(Document::CreditNote) };
        assert!(dated("", true, "2026-04-04", &note, None).unwrap_err().contains("older than CF/1"));
    }

    #[test]
    fn settings_date_invoices_at_the_period_s_end_within_thirty_days_and_notes_never() {
        let settings = "date = \"period-end\"";
        let invoice = march(Document::Invoice);
        let of = |on: &str, draft: &Draft, last: Option<&str>| dated(settings, false, on, draft, last);
        assert_eq!(of("2026-04-30", &invoice, None), Ok("2026-03-31 CF/25-26/#".into()));
        assert_eq!(of("2026-05-01", &invoice, None), Ok("2026-05-01 CF/26-27/#".into()));
        assert_eq!(of("2026-04-30", &march(Document::DebitNote), None), Ok("2026-04-30 DN/26-27/#".into()));
        // Numbers and dates run alike.
        assert_eq!(of("2026-04-30", &invoice, Some("2026-04-07")), Ok("2026-04-07 CF/25-26/#".into()));
        // What is named is what counts.
        assert_eq!(dated(settings, true, "2026-04-02", &invoice, None), Ok("2026-04-02 CF/26-27/#".into()));
        let invoicing = config::parse(&format!("[invoice]\n{settings}"), "c").unwrap().invoicing;
        let can = |date: &str, on: &str| can_be(day(date), &invoice, &invoicing, day(on));
        assert_eq!(
            [can("2026-03-31", "2026-04-30"), can("2026-04-30", "2026-04-30"), can("2026-03-31", "2026-05-01")],
            [true, true, false]
        );
    }

    #[test]
    fn an_invoice_is_late_from_the_day_after_the_thirtieth_on() {
        let day = |text: &str| parse_day(text).unwrap();
        let march = Period::parse("2026-03").unwrap();
        assert_eq!(rule47(&march, day("2026-04-30")), None);
        assert!(rule47(&march, day("2026-05-01")).unwrap().contains("for 2026-03 until 2026-04-30"));
    }
}
