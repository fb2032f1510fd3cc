//! Numbers are allotted at the close, in order of customer id, without gaps within a
//! series, and never twice.

use std::collections::BTreeSet;

use crate::books::config::Invoicing;
use crate::model::invoice::{Draft, Issued, file_stem};
use crate::model::number::{Allotted, MAX_LENGTH};
use crate::model::problem::Problem;

/// Turns drafts into invoices and notes, each numbered in the series of its kind. `history`
/// is every number ever allotted in these books.
///
/// The date of issue is the last day of the period, so that the same inputs give the same
/// invoice; but never before that of the number before it in the series, so that numbers
/// and dates run alike when a held customer is invoiced after a later month was closed.
///
/// # Errors
/// A number that would be longer than 16 characters, or one that (ignoring case, as GSTN
/// compares) was used before because the format was changed.
pub(crate) fn allot(
    drafts: Vec<Draft>,
    invoicing: &Invoicing,
    history: &[Allotted],
    template_sha256: &str,
) -> Result<(Vec<Issued>, Vec<Allotted>), Problem> {
    let mut used: BTreeSet<String> = history.iter().map(|a| file_stem(&a.number).to_uppercase()).collect();
    let mut allotted: Vec<Allotted> = Vec::new();
    let mut issued = Vec::new();
    for draft in drafts {
        let format = invoicing.number_format(draft.document);
        let series = format.series(draft.period.to);
        let earlier = || history.iter().chain(&allotted).filter(|a| a.series == series);
        let issue_date =
            earlier().map(|a| a.issue_date).max().map_or(draft.period.to, |last| last.max(draft.period.to));
        let sequence = earlier().map(|a| a.sequence).max().unwrap_or(0) + 1;
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
        issued.push(Issued { number, issue_date, content: draft, template_sha256: template_sha256.to_owned() });
    }
    Ok((issued, allotted))
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
    use crate::model::money::Currency;
    use crate::model::period::Period;

    fn draft(id: &str, period: &str) -> Draft {
        Draft::blank(id, &Period::parse(period).unwrap(), Currency::INR)
    }

    fn numbered(format: &str) -> Invoicing {
        config::parse(&format!("[invoice]\nnumber_format = \"{format}\"\n"), "c").unwrap().invoicing
    }

    #[test]
    fn a_late_invoice_keeps_numbers_and_dates_in_step() {
        let format = numbered("CF/{fy}/{seq:05}");
        let (_, mut history) = allot(vec![draft("A", "2026-04"), draft("B", "2026-04")], &format, &[], "").unwrap();
        let (may, more) = allot(vec![draft("A", "2026-05")], &format, &history, "").unwrap();
        assert_eq!(may[0].number, "CF/26-27/00003");
        history.extend(more);
        let (late, more) = allot(vec![draft("C", "2026-04")], &format, &history, "").unwrap();
        assert_eq!((late[0].number.as_str(), late[0].issue_date.to_string()), ("CF/26-27/00004", "2026-05-31".into()));
        history.extend(more);
        assert_eq!(continuity(&history), Vec::<String>::new());
        // March belongs to the financial year before: a series of its own.
        let (march, _) = allot(vec![draft("A", "2026-03")], &format, &history, "").unwrap();
        assert_eq!(march[0].number, "CF/25-26/00001");
        history.remove(1);
        assert_eq!(continuity(&history), ["series CF/26-27/#: 3 stands where 2 is due"]);
    }

    #[test]
    fn a_changed_format_cannot_use_a_number_again() {
        let slash = numbered("A/{seq}");
        let (_, history) = allot(vec![draft("A", "2026-04")], &slash, &[], "").unwrap();
        for clash in ["a/{seq}", "A-{seq}"] {
            assert!(allot(vec![draft("B", "2026-04")], &numbered(clash), &history, "").is_err());
        }
        let long = numbered("ABCDEFGHIJKLMNO{seq}");
        let many: Vec<Draft> = (0..10).map(|i| draft(&format!("{i}"), "2026-04")).collect();
        assert_eq!(allot(many[..9].to_vec(), &long, &[], "").unwrap().0[8].number, "ABCDEFGHIJKLMNO9");
        assert!(allot(many, &long, &[], "").unwrap_err().what.contains("longer than 16"));
    }
}
