//! The rows of a Parquet file that are as they should be, straight into the sums' entries.

use chrono::NaiveDate;

use super::canonical_cells::{calls, is_plain};
use super::canonical_header::Columns;
use super::canonical_part::Part;
use super::canonical_row::{Options, Seen};
use super::cells::{Cell, Text};
use super::customer_sums::{Entry, Name, SHORT, short_key};
use super::parquet_columns::{Column, Kind};
use super::pieces::Piece;
use crate::model::money::{MAX_SCALE, MoneyError, parse_units};
use crate::model::usage::Direction;

/// The first day of the year 10000, counted from 1 January 1970. Days before 1970 and from
/// then on are told row by row.
const PAST_LAST_DAY: i128 = 2_932_897;
/// Beyond it an amount has more digits than can be kept exactly.
const MOST_UNITS: u128 = 1 << 96;

/// What reads a row that is as it should be.
pub(super) struct Quick<'a> {
    options: &'a Options<'a>,
    columns: &'a Columns,
    /// Of amounts that are numbers.
    scale: u32,
    /// Instants of the period: its first and the first after it, in parts of a second.
    instants: Option<(i128, i128)>,
    /// Where instants are no longer of a year that has four digits.
    past_last: i128,
    /// The first and the last day of the period.
    days: Option<(i128, i128)>,
}

impl<'a> Quick<'a> {
    /// For a file of these columns.
    pub(super) fn new(options: &'a Options<'a>, columns: &'a Columns, kinds: &[(usize, Kind)]) -> Self {
        let kind = |at: usize| kinds.get(at).map(|(_, kind)| *kind);
        let scale = match kind(columns.amount) {
            Some(Kind::Number { scale, .. }) => scale,
            _ => 0,
        };
        let instants = match (kind(columns.date), options.period) {
            (Some(Kind::Instant { per_second, in_utc: true }), Some(period)) => {
                let (from, to) = period.instants(options.timezone);
                let parts = |second: i64| i128::from(second) * i128::from(per_second);
                Some((parts(from.timestamp()), parts(to.timestamp())))
            }
            _ => None,
        };
        let past_last = match kind(columns.date) {
            Some(Kind::Instant { per_second, .. }) => (PAST_LAST_DAY - 1) * 86_400 * i128::from(per_second),
            _ => 0,
        };
        let number = |day: NaiveDate| i128::from(day.signed_duration_since(NaiveDate::default()).num_days());
        let days = options.period.map(|period| (number(period.from), number(period.to)));
        Self { options, columns, scale, instants, past_last, days }
    }

    /// The rows that are as they should be, and which are not.
    pub(super) fn part(&self, columns: &[Column], rows: usize, seen: &mut Seen) -> (Part, Vec<usize>) {
        let mut part = Part::new(rows);
        let (mut texts, mut others) = (Vec::with_capacity(rows * 48), Vec::new());
        for row in 0..rows {
            if self.row(columns, row, seen, &mut part, &mut texts).is_none() {
                others.push(row);
            }
        }
        part.rows = rows as u64;
        part.counts.read = (rows - others.len()) as u64;
        // Entries know where their texts will stand; what they are is read off there.
        let text = Text { piece: &texts, aside: &[] };
        for entry in &mut part.entries {
            entry.key = short_key(text, entry.id);
            entry.name = Name::new(text, entry.name_cell);
        }
        part.piece = Piece::new(texts);
        (part, others)
    }

    #[inline]
    fn row(&self, columns: &[Column], row: usize, seen: &mut Seen, part: &mut Part, texts: &mut Vec<u8>) -> Option<()> {
        let column = |at: usize| &columns[at];
        let inside = self.inside(column(self.columns.date), row, seen)?;
        let amount = column(self.columns.amount);
        let (units, scale) = match amount.kind {
            Kind::Number { .. } => (amount.integer(row)?, self.scale),
            Kind::Text => parse_units(amount.bytes(row)?.trim_ascii()).ok()?,
            _ => return None,
        };
        if scale > MAX_SCALE || units.unsigned_abs() >= MOST_UNITS {
            return None;
        }
        let direction = match column(self.columns.direction).bytes(row)? {
            b"inbound" => Direction::Inbound,
            b"outbound" => Direction::Outbound,
            _ => return None,
        };
        let stated = self.columns.currency.and_then(|at| column(at).bytes(row)).filter(|code| !code.is_empty());
        if stated.map_or(self.options.default_currency != self.options.currency, |code| {
            code != self.options.currency.code().as_bytes()
        }) {
            return None;
        }
        let id = column(self.columns.customer_id).bytes(row)?;
        if id.len() > SHORT || !is_plain(id) || id.trim_ascii().len() < id.len() {
            return None;
        }
        let calls = match self.columns.calls.map(column) {
            None => None,
            Some(column) if column.kind == Kind::Text => {
                calls(column.bytes(row).unwrap_or_default().trim_ascii()).ok()?
            }
            Some(column) => match (column.kind, column.integer(row)) {
                (Kind::Number { scale: 0, .. }, Some(calls)) => Some(u64::try_from(calls).ok()?),
                (Kind::Number { scale: 0, .. }, None) => None,
                _ => return None,
            },
        };
        part.has_points |= amount.kind == Kind::Text && scale > 0;
        if !inside {
            part.counts.outside_period += 1;
            // Beyond the range there is no total to compare with.
            let _: Result<(), MoneyError> = part.outside.add_units(units, scale);
            return Some(());
        }
        let mut put = |text: &[u8]| {
            let from = texts.len();
            texts.extend_from_slice(text);
            Cell::new(from, texts.len())
        };
        let id = put(id);
        let name = self.columns.customer_name.and_then(|at| column(at).bytes(row)).map_or(&[][..], <[u8]>::trim_ascii);
        part.counts.used += 1;
        part.entries.push(Entry {
            key: 0,
            id,
            name: Name::default(),
            name_cell: put(name),
            direction,
            // A decimal has at most 28 places.
            scale: u8::try_from(scale).unwrap_or(u8::MAX),
            units,
        });
        if self.columns.calls.is_some() {
            part.calls.push(calls);
        }
        Some(())
    }

    /// Whether a row's day is in the period.
    #[inline]
    fn inside(&self, column: &Column, row: usize, seen: &mut Seen) -> Option<bool> {
        let days = match column.kind {
            Kind::Text => return seen.known(column.bytes(row)?, self.options.period),
            Kind::Number { .. } => return None,
            Kind::Days => column.integer(row)?,
            Kind::Instant { in_utc: true, .. } => {
                let instant = column.integer(row).filter(|instant| (0..self.past_last).contains(instant))?;
                return Some(self.instants.is_none_or(|(from, to)| (from..to).contains(&instant)));
            }
            Kind::Instant { per_second, .. } => column.integer(row)?.div_euclid(i128::from(per_second) * 86_400),
        };
        (0..PAST_LAST_DAY).contains(&days).then(|| self.days.is_none_or(|(from, to)| (from..=to).contains(&days)))
    }
}
