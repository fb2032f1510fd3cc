//! Numbers are allotted at the close, in order of customer id, without gaps within a
//! series, and never twice.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::dating::Dating;
use crate::books::config::Invoicing;
use crate::model::invoice::{Draft, Issued, file_stem};
use crate::model::money::Currency;
use crate::model::number::{Allotted, MAX_LENGTH};
use crate::model::period::Period;
use crate::model::problem::Problem;

/// Turns drafts into invoices and notes, each numbered in the series of its kind. `history`
/// is every number ever allotted in these books.
///
/// The date of issue is the close's ([`Dating`]), and the number is of the series of that date's
/// financial year; numbers and dates run alike.
///
/// # Errors
/// A date before that of the number before; a number that would be longer than 16 characters, or one that (ignoring case, as GSTN
/// compares) was used before because the format was changed.
pub(crate) fn allot(
    drafts: Vec<Draft>,
    invoicing: &Invoicing,
    dating: Dating,
    history: &[Allotted],
    template_sha256: &str,
) -> Result<(Vec<Issued>, Vec<Allotted>), Problem> {
    let mut used: BTreeSet<String> = history.iter().map(|a| file_stem(&a.number).to_uppercase()).collect();
    let mut allotted: Vec<Allotted> = Vec::new();
    let mut issued = Vec::new();
    for draft in drafts {
        let format = invoicing.number_format(draft.document);
        let (issue_date, series) =
            dating.date(&draft, invoicing, |series| last(history.iter().chain(&allotted), series))?;
        let of_series = history.iter().chain(&allotted).filter(|a| a.series == series);
        let sequence = of_series.map(|a| a.sequence).max().unwrap_or(0) + 1;
        let number = format.number(issue_date, sequence);
        let refuse = |what: String| {
            Problem::usage("number-format", what)
                .next("choose another number_format in [invoice]")
                .not_done("No invoice was issued.")
        };
        if number.len() > MAX_LENGTH {
            return Err(refuse(format!("the next invoice number, {number}, is longer than {MAX_LENGTH} characters")));
        }
        if !used.insert(file_stem(&number).to_uppercase()) {
            return Err(refuse(format!("the next invoice number, {number}, was used before")));
        }
        allotted.push(Allotted {
            number: number.clone(),
            series,
            sequence,
            issue_date,
            customer_id: draft.customer_id.clone(),
            period: draft.period.name.clone(),
        });
        let template_sha256 = template_sha256.to_owned();
        issued.push(Issued { number, issue_date, content: draft, template_sha256, sealed_after: String::new() });
    }
    Ok((issued, allotted))
}

/// Date and number of the last document of a series.
fn last<'a>(all: impl Iterator<Item = &'a Allotted>, series: &str) -> Option<(NaiveDate, String)> {
    let of_series = all.filter(|a| a.series == series);
    of_series.max_by_key(|a| (a.issue_date, a.sequence)).map(|last| (last.issue_date, last.number.clone()))
}

/// The date that invoices of a period get; that of the close where they could have none.
#[must_use]
pub(crate) fn invoice_day(period: &Period, invoicing: &Invoicing, dating: Dating, history: &[Allotted]) -> NaiveDate {
    let invoice = Draft::blank("", period, Currency::INR);
    dating.date(&invoice, invoicing, |series| last(history.iter(), series)).map_or(dating.day, |(day, _)| day)
}

/// Gaps and repetitions in the numbers allotted, each a sentence; empty when each series
/// runs from 1 without a gap.
#[must_use]
pub(crate) fn continuity(history: &[Allotted]) -> Vec<String> {
    let mut wrong = Vec::new();
    let series: BTreeSet<&str> = history.iter().map(|a| a.series.as_str()).collect();
    for name in series {
        let mut sequences: Vec<u64> = history.iter().filter(|a| a.series == name).map(|a| a.sequence).collect();
        sequences.sort_unstable();
        for (expected, found) in (1..).zip(sequences) {
            if found != expected {
                wrong.push(format!("series {name}: {found} stands where {expected} is due"));
                break;
            }
        }
    }
    let mut numbers = BTreeSet::new();
    for allotted in history {
        if !numbers.insert(allotted.number.to_uppercase()) {
            wrong.push(format!("number {} was allotted twice", allotted.number));
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::books::config;

    fn draft(id: &str, period: &str) -> Draft {
        Draft::blank(id, &Period::parse(period).unwrap(), Currency::INR)
    }

    fn numbered(format: &str) -> Invoicing {
        config::parse(&format!("[invoice]\nnumber_format = \"{format}\"\n"), "c").unwrap().invoicing
    }

    fn on(day: &str) -> Dating {
        Dating { day: crate::model::period::parse_day(day).unwrap(), is_named: false }
    }

    #[test]
    fn numbers_and_dates_run_alike_in_the_series_of_the_date() {
        let format = numbered("CF/{fy}/{seq:05}");
        let two = vec![draft("A", "2026-03"), draft("B", "2026-03")];
        let (march, mut history) = allot(two, &format, on("2026-04-02"), &[], "").unwrap();
        assert_eq!(
            (march[1].number.as_str(), march[1].issue_date.to_string()),
            ("CF/26-27/00002", "2026-04-02".into())
        );
        let (_, more) = allot(vec![draft("A", "2026-04")], &format, on("2026-05-04"), &history, "").unwrap();
        history.extend(more);
        // A late one has the date of its close, not of its period.
        let (late, more) = allot(vec![draft("C", "2026-03")], &format, on("2026-05-05"), &history, "").unwrap();
        assert_eq!((late[0].number.as_str(), late[0].issue_date.to_string()), ("CF/26-27/00004", "2026-05-05".into()));
        history.extend(more);
        assert_eq!(continuity(&history), Vec::<String>::new());
        let refused = allot(vec![draft("D", "2026-03")], &format, on("2026-05-04"), &history, "").unwrap_err();
        assert_eq!((refused.code, refused.exit.code()), ("issue-date", 2));
        // Another financial year is a series of its own.
        let (next, _) = allot(vec![draft("A", "2027-03")], &format, on("2027-04-01"), &history, "").unwrap();
        assert_eq!(next[0].number, "CF/27-28/00001");
        history.remove(1);
        assert_eq!(continuity(&history), ["series CF/26-27/#: 3 stands where 2 is due"]);
    }

    #[test]
    fn a_changed_format_cannot_use_a_number_again() {
        let slash = numbered("A/{seq}");
        let (_, history) = allot(vec![draft("A", "2026-04")], &slash, on("2026-05-01"), &[], "").unwrap();
        for clash in ["a/{seq}", "A-{seq}"] {
            assert!(allot(vec![draft("B", "2026-04")], &numbered(clash), on("2026-05-01"), &history, "").is_err());
        }
        let long = numbered("ABCDEFGHIJKLMNO{seq}");
        let many: Vec<Draft> = (0..10).map(|i| draft(&format!("{i}"), "2026-04")).collect();
        assert_eq!(
            allot(many[..9].to_vec(), &long, on("2026-05-01"), &[], "").unwrap().0[8].number,
            "ABCDEFGHIJKLMNO9"
        );
        assert!(allot(many, &long, on("2026-05-01"), &[], "").unwrap_err().what.contains("longer than 16"));
    }
}
