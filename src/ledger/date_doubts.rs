//! What else of a file speaks on its dates: the period that a title states, and whether a
//! spreadsheet has taken the day of some of them for the month.

use chrono::{Months, NaiveDate};

use super::dates;
use super::sheet::SheetRow;
use crate::model::ledger_terms::DateOrder;
use crate::model::money::shorten;
use crate::model::problem::Problem;

/// Dates that are written in one way.
#[derive(Clone, Debug, Default)]
struct Kind {
    /// The first that is a date of another day as well, with its row.
    open: Option<(String, u64)>,
    /// The first of which only one number can be the day.
    proven: Option<(String, u64)>,
}

/// The dates of a file by how they are written.
#[derive(Clone, Debug, Default)]
pub(super) struct DateKinds {
    last: String,
    /// Cells that are dates to the spreadsheet.
    real: Kind,
    /// Numbers, by what stands between them.
    numbers: [Kind; 3],
    period: Option<(NaiveDate, NaiveDate)>,
    /// Whether a date is outside of that period under an order.
    outside: [bool; 3],
}

/// Two numbers that may be day and month, and where what stands between them has its place.
fn numbers(cell: &str) -> Option<(usize, u8, u8)> {
    let separator = cell.bytes().find(|byte| !byte.is_ascii_digit())?;
    let place = b"/-.".iter().position(|one| *one == separator)?;
    let mut parts = cell.split(char::from(separator));
    let mut number = || parts.next().filter(|part| part.len() <= 2).and_then(|part| part.parse().ok());
    let (first, second) = (number()?, number()?);
    let year = parts.next()?.bytes().take_while(u8::is_ascii_digit).count();
    ((year == 4 || year == 2) && parts.next().is_none()).then_some((place, first, second))
}

impl DateKinds {
    pub(super) fn new(titles: &[SheetRow]) -> Self {
        let period = titles.iter().flat_map(SheetRow::filled).find_map(|(_, cell)| period(cell));
        Self { period, ..Self::default() }
    }

    /// Looks at a row's date, which is one to the spreadsheet where it `may_be_real` and is
    /// written as such dates come.
    pub(super) fn look(&mut self, cell: &str, may_be_real: bool, line: u64) {
        if cell == self.last || cell.is_empty() {
            return;
        }
        cell.clone_into(&mut self.last);
        let is_real = may_be_real && cell.len() >= 10 && cell.as_bytes()[4] == b'-';
        let (place, first, second) = match (is_real, numbers(cell)) {
            (true, _) => {
                let part = |from: usize| cell.get(from..from + 2).and_then(|part| part.parse().ok()).unwrap_or(0);
                (None, part(8), part(5))
            }
            (_, Some((place, first, second))) => (Some(place), first, second),
            (_, None) => return,
        };
        let of_kind = place.map_or(&mut self.real, |place| &mut self.numbers[place]);
        let seen = if first > 12 || second > 12 { &mut of_kind.proven } else { &mut of_kind.open };
        if seen.is_none() && first != second {
            *seen = Some((shorten(cell), line));
        }
        if let (Some((from, to)), Some(days)) = (self.period, place.and_then(|_| dates::readings(cell))) {
            for (outside, day) in self.outside.iter_mut().zip(days) {
                *outside |= day.is_some_and(|day| day < from || day > to);
            }
        }
    }

    /// The only order under which every date is in the period that a title states.
    pub(super) fn by_title(&self, orders: &[DateOrder]) -> Option<DateOrder> {
        self.period?;
        let mut within = orders.iter().filter(|order| !self.outside[**order as usize]);
        within.next().copied().filter(|_| within.next().is_none())
    }

    /// A question, where all dates that are written in one way have days up to 12, and all in
    /// another have later ones: so it looks where a spreadsheet took what it could for the
    /// month, and left the rest as text. `is_declared`: the user has said the order.
    pub(super) fn question(&self, name: &str, is_declared: bool) -> Option<Problem> {
        let is_late = |kind: &&Kind| kind.proven.is_some() && kind.open.is_none();
        let is_early = |kind: &Kind| kind.open.is_some() && kind.proven.is_none();
        let late = self.numbers.iter().find(is_late)?.proven.clone()?;
        let texts = self.numbers.iter().filter(|_| !is_declared);
        let early = [&self.real].into_iter().chain(texts).find(|kind| is_early(kind))?.open.clone()?;
        Some(
            Problem::stop("ledger-dates", format!("the dates of {name} are written in two ways"))
                .because(format!(
                    "`{}` in row {} and `{}` in row {}: all of the first kind have days up to 12, all of the second later ones; a spreadsheet has probably taken the day for the month",
                    early.0, early.1, late.0, late.1
                ))
                .next("export it again, and open it with the column of dates as text; or correct the dates, all in one way")
                .not_done("Nothing was computed from it."),
        )
    }
}

/// Asks in which of two orders a date is written.
pub(super) fn date_question(name: &str, text: &str, first: DateOrder, second: DateOrder) -> Problem {
    let read = |order: DateOrder| {
        dates::read(text, order, chrono_tz::Tz::UTC).map_or_else(|e| e, |day| day.format("%-d %B %Y").to_string())
    };
    Problem::stop("ledger-dates", format!("the dates of {name} can be read in two ways"))
        .because(format!(
            "`{}` is {} or {}, and no date of the file decides it",
            shorten(text),
            read(first),
            read(second)
        ))
        .next(format!(
            "say which: --date-order {} or --date-order {}; in the books [ledger] date_order",
            first.name(),
            second.name()
        ))
        .not_done("Nothing was computed from it.")
}

/// The period that a title states, where it can be read in one way: `1-Mar-26 to 31-Mar-26`,
/// `March 2026`.
fn period(title: &str) -> Option<(NaiveDate, NaiveDate)> {
    let clear = |text: &str| match dates::readings(text.trim())? {
        [Some(a), Some(b), Some(c)] if a == b && b == c => Some(a),
        _ => None,
    };
    if let Some((from, to)) = [" to ", " - ", " \u{2013} "].iter().find_map(|word| title.split_once(word)) {
        let ends = from.match_indices([' ', ':']).map(|(at, _)| &from[at + 1..]);
        let from = [from].into_iter().chain(ends).find_map(clear)?;
        return clear(to).filter(|to| from <= *to).map(|to| (from, to));
    }
    let words: Vec<&str> = title.split_whitespace().collect();
    let [.., month, year] = words.as_slice() else { return None };
    let first = clear(&format!("1 {month} {year}")).filter(|_| year.len() == 4)?;
    Some((first, first.checked_add_months(Months::new(1))?.pred_opt()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_states_a_period() {
        let shown = |title: &str| period(title).map(|(from, to)| format!("{from} {to}"));
        for title in ["1-Mar-26 to 31-Mar-26", "For the period 1 March 2026 to 31 March 2026", "March 2026"] {
            assert_eq!(shown(title).as_deref(), Some("2026-03-01 2026-03-31"), "{title}");
        }
        for title in ["01/03/2026 to 12/03/2026", "Day Book", "Made Up Voice Pvt Ltd", "Printed March 26"] {
            assert_eq!(shown(title), None, "{title}");
        }
    }

    #[test]
    fn days_that_a_spreadsheet_took_for_months_are_a_question() {
        let question = |cells: &[(&str, bool)], is_declared: bool| {
            let mut kinds = DateKinds::default();
            for (line, (cell, is_real)) in (2..).zip(cells) {
                kinds.look(cell, *is_real, line);
            }
            kinds.question("l.xlsx", is_declared).is_some()
        };
        let (real, text) = (true, false);
        assert!(question(&[("2026-05-03", real), ("13/03/2026", text)], true));
        assert!(!question(&[("2026-05-03", real), ("2026-03-13", real), ("13/03/2026", text)], false));
        assert!(!question(&[("2026-05-03", real), ("05/03/2026", text), ("13/03/2026", text)], false));
        assert!(question(&[("03-05-2026", text), ("13/03/2026", text)], false));
        assert!(!question(&[("03-05-2026", text), ("13/03/2026", text)], true));
        assert!(!question(&[("03/05/2026", text), ("13/03/2026", text)], false));
    }
}
