//! A second look at a canonical ledger: single rows, where a difference must be explained.
//! The first pass adds up and keeps none of them.

use std::io::Read;

use chrono::NaiveDate;
use hashbrown::HashSet;

use super::canonical::{self, Options};
use super::canonical_cells::{Day, amount, currency, day, direction};
use super::canonical_header::{Columns, is_blank};
use super::cells::{Record, records};
use super::pieces::{Piece, Pieces, each};
use crate::model::ledger_terms::DateOrder;
use crate::model::money::from_parts;
use crate::model::period::Period;
use crate::model::posting::{PostedRow, Wanted};
use crate::model::problem::Problem;

/// How many days before and after the period are looked at.
pub const DAYS_AROUND: u64 = 7;
/// How many rows are kept.
pub const MOST_ROWS: usize = 400_000;

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
    let around = options.period.and_then(|period| period.widened(DAYS_AROUND));
    let texts: Vec<&[u8]> = wanted.customers.iter().map(String::as_bytes).collect();
    let look = Look {
        keys: texts.iter().filter_map(|id| canonical::key_of(id)).collect(),
        long: texts.iter().copied().filter(|id| canonical::key_of(id).is_none()).collect(),
        columns: &columns,
        around,
        options,
        wanted,
        name,
    };
    let (mut found, mut order) = (Vec::new(), None);
    let mut row = before;
    let mut take = |seen: Seen| {
        for mut one in seen.found {
            one.0.line += row + 1;
            found.push(one);
        }
        row += seen.rows;
        order = order.or(seen.order);
        found.truncate(MOST_ROWS);
        Ok(None)
    };
    take(look.piece(&first))?;
    each(&mut pieces, |piece| look.piece(&piece), take)?;
    // A day with two readings is the one that the file's order says; without one, the first
    // pass has refused its row.
    let settled = found.into_iter().filter_map(|(row, other)| match (other, order) {
        (None, _) | (Some(_), Some(DateOrder::DayFirst)) => Some(row),
        (Some(date), Some(DateOrder::MonthFirst)) => Some(PostedRow { date, ..row }),
        (Some(_), None) => None,
    });
    Ok(settled.filter(|row| look.around.as_ref().is_none_or(|around| around.contains(row.date))).collect())
}

/// What a piece of the file holds.
struct Seen {
    rows: u64,
    /// Rows that are wanted, each with its other day where its date has two readings.
    found: Vec<(PostedRow, Option<NaiveDate>)>,
    /// The order of day and month that one of its rows proves.
    order: Option<DateOrder>,
}

struct Look<'a> {
    keys: HashSet<u128>,
    long: HashSet<&'a [u8]>,
    columns: &'a Columns,
    around: Option<Period>,
    options: &'a Options<'a>,
    wanted: &'a Wanted,
    name: &'a str,
}

impl Look<'_> {
    fn piece(&self, piece: &Piece) -> Seen {
        let (mut found, mut order) = (Vec::new(), None);
        let columns = self.columns;
        let (rows, _) = records(piece.rows(), columns.delimiter, columns.names.len(), |record| {
            if record.count == columns.names.len() {
                found.extend(self.row(record, &mut order));
            }
        });
        Seen { rows, found, order }
    }

    fn row(&self, record: &Record<'_>, order: &mut Option<DateOrder>) -> Option<(PostedRow, Option<NaiveDate>)> {
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
        let key = canonical::key_of(id);
        let named = self.wanted.all || key.map_or_else(|| self.long.contains(id), |key| self.keys.contains(&key));
        if !named && self.wanted.amounts.is_empty() {
            return None;
        }
        let read = amount(record.cell(columns.amount)).ok()?;
        let amount = from_parts(read.units, read.scale).ok()?;
        if !named && !self.wanted.amounts.contains(&amount) {
            return None;
        }
        let text = |cell: &[u8]| String::from_utf8_lossy(cell).into_owned();
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
        let row = PostedRow {
            file: self.name.to_owned(),
            line: record.row,
            date,
            customer_id: text(id),
            direction: direction(record.cell(columns.direction))?,
            amount,
            reference: columns.reference.map(|c| text(record.cell(c))).unwrap_or_default(),
            text: super::canonical_row::shorten_row(&text(record.raw)),
        };
        Some((row, other))
    }
}
