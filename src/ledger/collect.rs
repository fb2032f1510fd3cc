//! A second look at a canonical ledger: single rows, where a difference must be explained.
//! The first pass adds up and keeps none of them.

use std::io::Read;
use std::ops::Range;
use std::sync::Arc;

use arcstr::{ArcStr, Substr};
use chrono::NaiveDate;
use hashbrown::HashSet;

use super::canonical::{self, Options};
use super::canonical_cells::{Amount, Day, amount, currency, day, direction};
use super::canonical_header::{Columns, is_blank};
use super::canonical_row::shorten_row;
use super::cells::{Cell, Record, Text, records};
use super::pieces::{Piece, Pieces, each};
use crate::model::ledger_terms::DateOrder;
use crate::model::money::from_parts;
use crate::model::period::Period;
use crate::model::posting::{PostedRow, Wanted};
use crate::model::problem::Problem;

/// How many days before and after the period are looked at.
pub(crate) const DAYS_AROUND: u64 = 7;
/// How many rows are kept.
pub(crate) const MOST_ROWS: usize = 400_000;

/// The wanted rows, in the file's order, at most [`MOST_ROWS`]. Rows that cannot be read
/// were told of by the first pass and are passed over.
///
/// # Errors
/// As [`canonical::read`].
pub(super) fn rows<R: Read + Send>(
    input: R,
    name: &str,
    options: &Options<'_>,
    wanted: &Wanted,
) -> Result<Vec<PostedRow>, Problem> {
    let mut pieces = Pieces::new(input, name);
    let (columns, (before, first)) = canonical::header(&mut pieces, name)?;
    let search = Search::new(&columns, name, options, wanted);
    let (mut found, mut order) = (Vec::new(), None);
    let mut row = before;
    let mut take = |seen: Found| {
        for mut one in seen.found {
            one.0.line += row + 1;
            found.push(one);
        }
        row += seen.rows;
        order = order.or(seen.order);
        found.truncate(MOST_ROWS);
        Ok(None)
    };
    take(search.piece(&first))?;
    each(&mut pieces, |piece| search.piece(&piece), take)?;
    Ok(search.settled(found, order))
}

/// A row, where its customer, reference and text stand among the words of its piece, and its other
/// day.
type Unworded = (PostedRow, [Range<usize>; 3], Option<NaiveDate>);

/// What a piece of the file holds.
pub(super) struct Found {
    rows: u64,
    /// Rows that are wanted, each with its other day where its date has two readings.
    pub(super) found: Vec<(PostedRow, Option<NaiveDate>)>,
    /// The order of day and month that one of its rows proves.
    pub(super) order: Option<DateOrder>,
}

/// What is looked for, and in which columns.
pub(super) struct Search<'a> {
    keys: HashSet<u128>,
    long: HashSet<&'a [u8]>,
    columns: &'a Columns,
    around: Option<Period>,
    options: &'a Options<'a>,
    wanted: &'a Wanted,
    name: Arc<str>,
}

impl<'a> Search<'a> {
    pub(super) fn new(columns: &'a Columns, name: &str, options: &'a Options<'a>, wanted: &'a Wanted) -> Self {
        let texts: Vec<&[u8]> = wanted.customers.iter().map(String::as_bytes).collect();
        Self {
            keys: texts.iter().filter_map(|id| canonical::key_of(id)).collect(),
            long: texts.into_iter().filter(|id| canonical::key_of(id).is_none()).collect(),
            columns,
            around: options.period.and_then(|period| period.widened(DAYS_AROUND)),
            options,
            wanted,
            name: name.into(),
        }
    }

    /// Whether the rows of a customer are wanted.
    pub(super) fn names(&self, id: &[u8]) -> bool {
        let text = Text { piece: id, aside: &[] };
        let id = text.of(text.trimmed(Cell::new(0, id.len()), is_blank));
        self.wanted.all || canonical::key_of(id).map_or_else(|| self.long.contains(id), |key| self.keys.contains(&key))
    }

    /// Whether the rows of an amount are wanted.
    pub(super) fn pays(&self, cell: &[u8]) -> bool {
        let exact = |read: Amount| from_parts(read.units, read.scale).ok();
        !self.wanted.amounts.is_empty()
            && amount(cell).ok().and_then(exact).is_some_and(|amount| self.wanted.amounts.contains(&amount))
    }

    /// What was found, each row on its day: one with two readings is that which the file's
    /// order says; without an order, the first pass has refused the row.
    pub(super) fn settled(
        &self,
        found: Vec<(PostedRow, Option<NaiveDate>)>,
        order: Option<DateOrder>,
    ) -> Vec<PostedRow> {
        let settled = found.into_iter().filter_map(|(row, other)| match (other, order) {
            (None, _) | (Some(_), Some(DateOrder::DayFirst)) => Some(row),
            (Some(date), Some(DateOrder::MonthFirst)) => Some(PostedRow { date, ..row }),
            (Some(_), None | Some(DateOrder::YearFirst)) => None,
        });
        settled.filter(|row| self.around.as_ref().is_none_or(|around| around.contains(row.date))).collect()
    }

    pub(super) fn piece(&self, piece: &Piece) -> Found {
        let (mut found, mut words, mut order) = (Vec::new(), String::new(), None);
        let columns = self.columns;
        let (rows, _) = records(piece.rows(), columns.delimiter, columns.names.len(), |record| {
            if record.count == columns.names.len() {
                found.extend(self.row(record, &mut words, &mut order));
            }
        });
        let words = ArcStr::from(words);
        let whole = |(mut row, [id, reference, text], other): Unworded| {
            row.customer_id = words.substr(id);
            row.reference = words.substr(reference);
            row.text = words.substr(text);
            (row, other)
        };
        Found { rows, found: found.into_iter().map(whole).collect(), order }
    }

    /// A row that is wanted; its words are added to those of the others.
    fn row(&self, record: &Record<'_>, words: &mut String, order: &mut Option<DateOrder>) -> Option<Unworded> {
        let columns = self.columns;
        let cell = |column: usize| record.text.of(record.text.trimmed(record.span(column), is_blank));
        let day = || day(record.cell(columns.date), self.options.date_order, self.options.timezone);
        if order.is_none()
            && !matches!(record.cell(columns.date), [_, _, _, _, b'-', ..])
            && let Ok(Day::Proves(_, proved)) = day()
        {
            *order = Some(proved);
        }
        let id = cell(columns.customer_id);
        let named = self.names(id);
        if !named && self.wanted.amounts.is_empty() {
            return None;
        }
        let read = amount(record.cell(columns.amount)).ok()?;
        let amount = from_parts(read.units, read.scale).ok()?;
        if !named && !self.wanted.amounts.contains(&amount) {
            return None;
        }
        let stated = columns.currency.map(cell).filter(|c| !c.is_empty());
        let money = stated.map_or(Ok(self.options.default_currency), currency).ok()?;
        if money != self.options.currency || read.currency.is_some_and(|own| own != money) {
            return None;
        }
        let (date, other) = match day().ok()? {
            Day::Known(date) | Day::Proves(date, _) => (date, None),
            Day::Either { day_first, month_first } => (day_first, Some(month_first)),
        };
        let outside = |day: NaiveDate| self.around.as_ref().is_some_and(|around| !around.contains(day));
        if outside(date) && other.is_none_or(outside) {
            return None;
        }
        let direction = direction(record.cell(columns.direction))?;
        let mut word = |cell: &[u8]| {
            let from = words.len();
            words.push_str(&shorten_row(&String::from_utf8_lossy(cell)));
            from..words.len()
        };
        let reference = columns.reference.map_or(&[][..], |column| record.cell(column));
        let of_row = [word(id), word(reference), word(record.raw)];
        let row = PostedRow {
            file: Arc::clone(&self.name),
            line: record.row,
            date,
            customer_id: Substr::new(),
            direction,
            amount,
            reference: Substr::new(),
            account: Substr::new(),
            text: Substr::new(),
        };
        Some((row, of_row, other))
    }
}
