//! A second look at a canonical ledger: single rows, where a difference must be explained.
//! The first pass adds up and keeps none of them.

use std::io::Read;

use hashbrown::HashSet;

use super::accounts::short_key;
use super::canonical::{self, Options};
use super::canonical_row::Columns;
use super::cells::{Record, records};
use super::pieces::{Piece, Pieces, each};
use crate::model::money::{from_parts, parse_units};
use crate::model::period::{Period, parse_day};
use crate::model::posting::{PostedRow, Wanted};
use crate::model::problem::Problem;
use crate::model::usage::Direction;

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
    let at = |column: &str| columns.names.iter().position(|n| n == column);
    let (texts, references): (Vec<&[u8]>, _) =
        (wanted.customers.iter().map(String::as_bytes).collect(), at("reference"));
    let look = Look {
        keys: texts.iter().filter_map(|id| canonical::key_of(id)).collect(),
        long: texts.iter().copied().filter(|id| canonical::key_of(id).is_none()).collect(),
        columns: &columns,
        reference: references,
        around,
        options,
        wanted,
        name,
    };
    let mut found = Vec::new();
    let mut row = before;
    let mut take = |(rows, mut some): (u64, Vec<PostedRow>)| {
        for one in &mut some {
            one.line += row + 1;
        }
        row += rows;
        found.extend(some);
        found.truncate(MOST_ROWS);
        Ok(None)
    };
    take(look.piece(&first))?;
    each(&mut pieces, |piece| look.piece(&piece), take)?;
    Ok(found)
}

struct Look<'a> {
    keys: HashSet<u128>,
    long: HashSet<&'a [u8]>,
    columns: &'a Columns,
    reference: Option<usize>,
    around: Option<Period>,
    options: &'a Options<'a>,
    wanted: &'a Wanted,
    name: &'a str,
}

impl Look<'_> {
    fn piece(&self, piece: &Piece) -> (u64, Vec<PostedRow>) {
        let mut found = Vec::new();
        let (rows, _) = records(piece.rows(), self.columns.names.len(), |record| {
            if record.count == self.columns.names.len() {
                found.extend(self.row(record));
            }
        });
        (rows, found)
    }

    fn row(&self, record: &Record<'_>) -> Option<PostedRow> {
        let columns = self.columns;
        let id = record.cell(columns.customer_id);
        let key = short_key(record.text, record.span(columns.customer_id));
        let named = self.wanted.all || if key == 0 { self.long.contains(id) } else { self.keys.contains(&key) };
        if !named && self.wanted.amounts.is_empty() {
            return None;
        }
        let (units, scale) = parse_units(record.cell(columns.amount)).ok()?;
        let amount = from_parts(units, scale).ok()?;
        if !named && !self.wanted.amounts.contains(&amount) {
            return None;
        }
        let text = |cell: &[u8]| String::from_utf8_lossy(cell).into_owned();
        let currency = columns.currency.map(|c| record.cell(c)).filter(|c| !c.is_empty());
        if currency.map_or(self.options.default_currency != self.options.currency, |c| {
            c != self.options.currency.code().as_bytes()
        }) {
            return None;
        }
        let date = parse_day(std::str::from_utf8(record.cell(columns.date)).ok()?).ok()?;
        if self.around.as_ref().is_some_and(|around| !around.contains(date)) {
            return None;
        }
        Some(PostedRow {
            file: self.name.to_owned(),
            line: record.row,
            date,
            customer_id: text(id),
            direction: Direction::parse(std::str::from_utf8(record.cell(columns.direction)).ok()?)?,
            amount,
            reference: self.reference.map(|c| text(record.cell(c))).unwrap_or_default(),
            text: super::canonical_row::shorten_row(&text(record.raw)),
        })
    }
}
