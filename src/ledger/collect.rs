//! A second look at a canonical ledger: single rows, where a difference must be explained.
//! The first pass adds up and keeps none of them.

use std::borrow::Cow;
use std::io::Read;
use std::ops::Range;
use std::sync::Arc;

use arcstr::{ArcStr, Substr};
use chrono::NaiveDate;
use hashbrown::HashSet;
use rust_decimal::Decimal;

use super::canonical::{self, Options};
use super::canonical_cells::{Amount, Day, amount, currency, day, direction};
use super::canonical_header::{Columns, is_blank};
use super::canonical_row::{LONGEST_ROW, shorten_row};
use super::cells::{Cell, Record, Text, records};
use super::pieces::{Piece, Pieces, each};
use crate::model::ledger_terms::DateOrder;
use crate::model::money::from_parts;
use crate::model::period::Period;
use crate::model::posting::{PostedRow, Wanted, in_order};
use crate::model::problem::Problem;
use crate::model::usage::Direction;

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
    let mut found = Gathered::default();
    let mut row = before;
    let mut take = |mut seen: Found| {
        for one in &mut seen.found {
            one.line += row + 1;
        }
        row += seen.rows;
        found.add(seen);
        Ok(None)
    };
    take(search.piece(&first))?;
    each(&mut pieces, |piece| search.piece(&piece), take)?;
    Ok(search.settled(found))
}

/// What a piece of the file holds.
pub(super) struct Found {
    rows: u64,
    /// Rows that are wanted.
    pub(super) found: Vec<Seen>,
    /// What they say, row after row.
    words: Words,
    /// The order of day and month that one of its rows proves.
    order: Option<DateOrder>,
}

/// What the pieces hold, up to [`MOST_ROWS`] rows.
#[derive(Default)]
pub(super) struct Gathered {
    pieces: Vec<Found>,
    rows: usize,
    order: Option<DateOrder>,
}

impl Gathered {
    /// Adds what a piece holds to that of those before.
    pub(super) fn add(&mut self, mut found: Found) {
        self.order = self.order.or(found.order);
        found.found.truncate(MOST_ROWS - self.rows);
        self.rows += found.found.len();
        if !found.found.is_empty() {
            self.pieces.push(found);
        }
    }
}

/// A row that is wanted. What it says stands at these places of its piece's words.
pub(super) struct Seen {
    /// Its number among the rows of the piece, from 0.
    pub(super) line: u64,
    date: NaiveDate,
    /// The other day that its date can be read as.
    other: Option<NaiveDate>,
    direction: Direction,
    amount: Decimal,
    customer_id: Range<usize>,
    reference: Range<usize>,
    text: Range<usize>,
}

/// What the rows of a piece say.
enum Words {
    /// One text, of which each row has parts.
    Text(ArcStr),
    /// What is no UTF-8, as it stands.
    Bytes(Vec<u8>),
}

impl Words {
    fn of(&self, place: &Range<usize>) -> Substr {
        match self {
            Self::Text(text) => text.substr(place.clone()),
            Self::Bytes(_) => Substr::from(&*self.text(place)),
        }
    }

    fn text(&self, place: &Range<usize>) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(&text[place.clone()]),
            Self::Bytes(bytes) => String::from_utf8_lossy(&bytes[place.clone()]),
        }
    }
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
        self.has(text.of(text.trimmed(Cell::new(0, id.len()), is_blank)))
    }

    /// The same of an id without blanks around it.
    fn has(&self, id: &[u8]) -> bool {
        self.wanted.all || canonical::key_of(id).map_or_else(|| self.long.contains(id), |key| self.keys.contains(&key))
    }

    /// Whether the rows of an amount are wanted.
    pub(super) fn pays(&self, cell: &[u8]) -> bool {
        let exact = |read: Amount| from_parts(read.units, read.scale).ok();
        !self.wanted.amounts.is_empty()
            && amount(cell).ok().and_then(exact).is_some_and(|amount| self.wanted.amounts.contains(&amount))
    }

    /// What was found, each row on its day: one with two readings is that which the file's
    /// order says; without an order, the first pass has refused the row. In the order of
    /// [`PostedRow::sorted`], into which few and small things are put more quickly than rows.
    pub(super) fn settled(&self, mut all: Gathered) -> Vec<PostedRow> {
        for seen in all.pieces.iter_mut().flat_map(|found| &mut found.found) {
            match (seen.other, all.order) {
                (None, _) | (Some(_), Some(DateOrder::DayFirst)) => seen.other = None,
                (Some(date), Some(DateOrder::MonthFirst)) => (seen.date, seen.other) = (date, None),
                (Some(_), None | Some(DateOrder::YearFirst)) => {}
            }
        }
        let is_around = |seen: &Seen| self.around.as_ref().is_none_or(|around| around.contains(seen.date));
        let mut rows: Vec<(&Words, &Seen)> = Vec::with_capacity(all.rows);
        for Found { found, words, .. } in &all.pieces {
            let known = found.iter().filter(|seen| seen.other.is_none() && is_around(seen));
            rows.extend(known.map(|seen| (words, seen)));
        }
        let order = in_order(
            &rows,
            |(words, seen)| words.text(&seen.customer_id),
            |(_, seen)| (seen.date, seen.direction, seen.amount),
            |(words, a), (others, b)| (words.text(&a.reference), a.line).cmp(&(others.text(&b.reference), b.line)),
        );
        let posted = |place: usize| {
            let (words, seen) = rows[place];
            PostedRow {
                file: Arc::clone(&self.name),
                line: seen.line,
                date: seen.date,
                customer_id: words.of(&seen.customer_id),
                direction: seen.direction,
                amount: seen.amount,
                reference: words.of(&seen.reference),
                account: Substr::new(),
                text: words.of(&seen.text),
            }
        };
        order.into_iter().map(posted).collect()
    }

    pub(super) fn piece(&self, piece: &Piece) -> Found {
        let (mut found, mut words, mut order) = (Vec::new(), Vec::new(), None);
        let columns = self.columns;
        let (rows, _) = records(piece.rows(), columns.delimiter, columns.names.len(), |record| {
            if record.count == columns.names.len() {
                found.extend(self.row(record, &mut words, &mut order));
            }
        });
        let words = match String::from_utf8(words) {
            Ok(text) => Words::Text(text.into()),
            Err(bytes) => Words::Bytes(bytes.into_bytes()),
        };
        Found { rows, found, words, order }
    }

    /// A row that is wanted; its words are added to those of the others.
    fn row(&self, record: &Record<'_>, words: &mut Vec<u8>, order: &mut Option<DateOrder>) -> Option<Seen> {
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
        let named = self.has(id);
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
        let reference = columns.reference.map_or(&[][..], |column| record.cell(column));
        let text = said(words, record.raw);
        // Mostly a cell is a part of the row as it stands.
        let whole = record.raw.len() <= LONGEST_ROW;
        let mut word = |cell: &[u8]| match place(record.raw, cell).filter(|_| whole) {
            Some(at) => text.start + at..text.start + at + cell.len(),
            None => said(words, cell),
        };
        let (customer_id, reference) = (word(id), word(reference));
        Some(Seen { line: record.row, date, other, direction, amount, customer_id, reference, text })
    }
}

/// Adds to the words what a row or a cell says, cut where it is long; where it stands among them.
fn said(words: &mut Vec<u8>, bytes: &[u8]) -> Range<usize> {
    let from = words.len();
    if bytes.len() <= LONGEST_ROW {
        words.extend_from_slice(bytes);
    } else {
        words.extend_from_slice(shorten_row(&String::from_utf8_lossy(bytes)).as_bytes());
    }
    from..words.len()
}

/// Where a part of some bytes begins in them; None for what is no part.
fn place(whole: &[u8], part: &[u8]) -> Option<usize> {
    let from = part.as_ptr().addr().checked_sub(whole.as_ptr().addr())?;
    (from + part.len() <= whole.len()).then_some(from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::money::Currency;

    fn read(text: &[u8]) -> Vec<PostedRow> {
        let march = Period::parse("2026-03").unwrap();
        let options = Options {
            period: Some(&march),
            currency: Currency::INR,
            default_currency: Currency::INR,
            date_order: None,
            timezone: chrono_tz::Asia::Kolkata,
        };
        rows(text, "ledger.csv", &options, &Wanted { all: true, ..Wanted::default() }).unwrap()
    }

    fn said(row: &PostedRow) -> [&str; 3] {
        [&row.customer_id, &row.reference, &row.text]
    }

    #[test]
    fn what_a_row_says_is_cut_out_of_it() {
        let found = read(
            b"date,customer_id,direction,amount,reference\n\
              2026-03-01, MA_1 ,inbound,1.00,\"JV/1, \"\n\
              2026-03-02,\"MA_\"\"2\",inbound,2.00,JV/2\n",
        );
        // By customer.
        assert_eq!(said(&found[0]), ["MA_\"2", "JV/2", "2026-03-02,\"MA_\"\"2\",inbound,2.00,JV/2"]);
        assert_eq!(said(&found[1]), ["MA_1", "JV/1,", "2026-03-01, MA_1 ,inbound,1.00,\"JV/1, \""]);
        assert_eq!(found.iter().map(|row| row.line).collect::<Vec<_>>(), [3, 2]);
    }

    #[test]
    fn a_long_row_is_cut_and_its_cells_are_whole() {
        let filler = "x".repeat(500);
        let text =
            format!("date,customer_id,direction,amount,note,reference\n2026-03-01,MA_1,inbound,1.00,{filler},JV/1\n");
        let found = read(text.as_bytes());
        assert_eq!(said(&found[0])[..2], ["MA_1", "JV/1"]);
        assert!(found[0].text.ends_with("x…") && found[0].text.chars().count() == LONGEST_ROW + 1);
    }

    #[test]
    fn what_is_no_utf_8_is_shown_as_far_as_it_is() {
        let found = read(
            b"date,customer_id,direction,amount,reference\n\
              2026-03-01,MA_1,inbound,1.00,J\xff/1\n\
              2026-03-02,MA_2,inbound,2.00,JV/2\n",
        );
        assert_eq!(said(&found[0])[..2], ["MA_1", "J\u{fffd}/1"]);
        assert_eq!(said(&found[1])[..2], ["MA_2", "JV/2"]);
    }
}
