//! A row of the canonical ledger → its part in the sums, or what is wrong with it.

use std::borrow::Cow;
use std::sync::OnceLock;

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::amounts::Style;
use super::canonical_cells::{Day, amount, calls, currency, customer_id, day, direction, is_plain, nearest_direction};
use super::canonical_header::{Columns, is_blank};
use super::canonical_part::{KEPT_PROBLEMS, Part, Total};
use super::cells::{Cell, Record, records};
use super::customer_sums::{Entry, Name, SHORT, short_key};
use super::pieces::{Piece, Tail};
use crate::model::ledger_terms::DateOrder;
use crate::model::money::{Currency, MoneyError, from_parts, parse_units, shorten};
use crate::model::period::Period;
#[cfg(feature = "parquet")]
use crate::model::period::parse_day;
use crate::model::posting::{RowProblem, RowProblemKind};
use crate::model::usage::Direction;

/// What the reader must know beside the rows.
#[derive(Clone, Debug)]
pub struct Options<'a> {
    /// Rows of other days are counted and left out; None takes all.
    pub period: Option<&'a Period>,
    /// The currency of the sums: the answer's.
    pub currency: Currency,
    /// The currency of rows that do not state one: the books'.
    pub default_currency: Currency,
    /// The order of day and month in dates that have two readings, where it is known
    /// beforehand; otherwise a row of the file must prove it.
    pub date_order: Option<DateOrder>,
    /// Where an instant has its day.
    pub timezone: Tz,
}

/// What is wrong with a row: in which column, and as which finding.
struct Bad {
    kind: RowProblemKind,
    column: Option<usize>,
    why: String,
}

impl Bad {
    fn row(why: impl Into<String>) -> Self {
        Self { kind: RowProblemKind::Invalid, column: None, why: why.into() }
    }

    fn cell(column: usize, why: impl Into<String>) -> Self {
        Self { kind: RowProblemKind::Invalid, column: Some(column), why: why.into() }
    }
}

/// The cells of a row that can be read.
struct Good {
    /// Whether its day is in the period.
    inside: bool,
    units: i128,
    scale: u32,
    calls: Option<u64>,
    currency: Currency,
    /// [`short_key`] of the customer, and where its id and name stand.
    key: u128,
    id: Cell,
    name: Cell,
    direction: Option<Direction>,
}

/// Reads pieces: knows the columns and nothing that changes from row to row.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) options: &'a Options<'a>,
    pub(super) columns: &'a Columns,
    /// The file's order of day and month, once a row has proved it.
    pub(super) order: &'a OnceLock<DateOrder>,
    /// Whether dates with two readings wait for that, or are refused.
    pub(super) waits: bool,
}

impl Reader<'_> {
    pub(super) fn piece(&self, piece: Piece) -> Part {
        let mut part = Part::new(piece.rows().len() / 32);
        let mut seen = Seen::default();
        let ends = piece.tail;
        let (rows, aside) = records(piece.rows(), self.columns.delimiter, self.columns.names.len(), |record| {
            if ends == Tail::OpenQuote {
                part.counts.read += 1;
                let why = "a quote is opened in this row and never closed; the rows after it cannot be told from it";
                self.reject(&mut part, record, vec![Bad::row(why)]);
            } else if ends == Tail::NoLineEnd && self.columns.amount + 1 == record.count {
                // A row that ends with its amount may have lost digits of it.
                let scales = part.scales.take();
                self.row(&mut part, &mut seen, record);
                let own = part.scales.map(|(own, _)| own);
                part.scales = scales;
                let why = "the file ends in the middle of this row: no line end follows it, and its amount has other decimals than every other row";
                part.uncertain = own.map(|own| (self.problem(record, Bad::cell(self.columns.amount, why)), own));
            } else {
                self.row(&mut part, &mut seen, record);
            }
        });
        Part { piece, aside, rows, ..part }
    }

    /// The same for single rows of a file that stand at these lines of it.
    pub(super) fn scattered(&self, rows: Vec<u8>, lines: &[u64]) -> Part {
        let mut part = self.piece(Piece::new(rows));
        let line =
            |row: &mut u64| *row = usize::try_from(*row).ok().and_then(|at| lines.get(at)).copied().unwrap_or_default();
        part.problems.iter_mut().for_each(|problem| line(&mut problem.line));
        part.orders.iter_mut().chain(&mut part.styles).flatten().for_each(|proof| line(&mut proof.0));
        part.undecided.iter_mut().for_each(|(row, _)| line(row));
        if let Some(total) = &mut part.total {
            line(&mut total.row);
        }
        part
    }

    #[inline]
    fn row(&self, part: &mut Part, seen: &mut Seen, record: &Record<'_>) {
        let columns = self.columns;
        part.counts.read += 1;
        if record.count != columns.names.len() {
            if record.is_blank() {
                part.counts.excluded += 1;
                return;
            }
            let why = format!("it has {} cells where the header has {}", record.count, columns.names.len());
            return self.reject(part, record, vec![Bad::row(why)]);
        }
        match self.quick(seen, record) {
            Some(cells) => {
                part.has_points |= cells.scale > 0;
                self.good(part, record, &cells);
            }
            None => self.slow(part, seen, record),
        }
    }

    /// The cells of a row that is like those before it. Everything stays in registers, which
    /// results with their texts do not.
    #[inline]
    fn quick(&self, seen: &Seen, record: &Record<'_>) -> Option<Good> {
        let columns = self.columns;
        let (units, scale) = parse_units(record.cell(columns.amount)).ok()?;
        let id = record.cell(columns.customer_id);
        if id.len() > SHORT || columns.calls.is_some() {
            return None;
        }
        Some(Good {
            inside: seen.day(record.cell(columns.date))?.1,
            units,
            scale,
            calls: None,
            currency: match columns.currency {
                Some(column) => seen.currency.filter(|(text, _)| text == record.cell(column))?.1,
                None => self.options.default_currency,
            },
            key: Some(short_key(record.text, record.span(columns.customer_id))).filter(|_| is_plain(id))?,
            id: record.span(columns.customer_id),
            name: columns.customer_name.map(|c| record.span(c)).unwrap_or_default(),
            direction: match record.cell(columns.direction) {
                b"inbound" => Some(Direction::Inbound),
                b"outbound" => Some(Direction::Outbound),
                _ => return None,
            },
        })
    }

    /// The cells of any row, each with what is wrong with it.
    #[cold]
    fn slow(&self, part: &mut Part, seen: &mut Seen, record: &Record<'_>) {
        let columns = self.columns;
        let span = |column: usize| record.text.trimmed(record.span(column), is_blank);
        let cell = |column: usize| record.text.of(span(column));
        let date = self.date(part, seen, record);
        let amount = amount(cell(columns.amount));
        let id = customer_id(cell(columns.customer_id));
        let calls = columns.calls.map_or(Ok(None), |c| calls(cell(c)));
        let stated = columns.currency.map(cell).unwrap_or_default();
        let currency = self.currency(seen, stated).and_then(|currency| match &amount {
            Ok(amount) if amount.currency.is_some_and(|own| own != currency) => Err(format!(
                "the amount `{}` is not in {currency}",
                shorten(&String::from_utf8_lossy(cell(columns.amount)))
            )),
            _ => Ok(currency),
        });
        let (Ok(date), Ok(amount), Ok(_), Ok(calls), Ok(currency)) = (&date, &amount, &id, &calls, &currency) else {
            if record.is_blank() {
                part.counts.excluded += 1;
                return;
            }
            if (0..record.count).all(|i| cell(i) == columns.names.get(i).map_or(&[][..], |name| name.as_bytes())) {
                let why = "the header stands here again: are these two files in one?";
                return self.reject(part, record, vec![Bad::row(why)]);
            }
            let may_be_total = date.is_err()
                && cell(columns.direction).is_empty()
                && (cell(columns.date).is_empty() || cell(columns.customer_id).is_empty());
            let sum = amount.as_ref().ok().map(|sum| (sum.units, sum.scale)).filter(|_| may_be_total);
            // What is refused anyway does not wait for another row to show its day.
            let either = matches!(
                day(cell(columns.date), self.options.date_order, self.options.timezone),
                Ok(Day::Either { .. })
            );
            let written = String::from_utf8_lossy(cell(columns.date));
            let two_ways = either.then(|| format!("`{}` is not a date of the form YYYY-MM-DD", shorten(&written)));
            let found = [
                (Some(columns.date), date.err().or(two_ways)),
                (Some(columns.customer_id), id.err()),
                (Some(columns.amount), amount.err()),
                (columns.currency, currency.err()),
                (columns.calls, calls.err()),
            ];
            let bad = found.into_iter().filter_map(|(column, why)| Some(Bad::cell(column?, why?)));
            let Some((units, scale)) = sum else { return self.reject(part, record, bad.collect()) };
            if let Some(earlier) = part.total.take() {
                earlier.refuse(part);
            }
            let problems = bad.map(|bad| self.problem(record, bad)).collect();
            part.total = Some(Total { row: record.row, units, scale, problems, before: Part::filled(&part.counts) });
            return;
        };
        let inside = match date {
            Some(date) => self.options.period.is_none_or(|period| period.contains(*date)),
            None => {
                part.counts.read -= 1;
                part.undecided.push((record.row, record.raw.to_vec()));
                return;
            }
        };
        if let Some(style) = amount.style {
            let text = || String::from_utf8_lossy(cell(columns.amount)).into_owned();
            part.styles[usize::from(style == Style::Comma)].get_or_insert_with(|| (record.row, shorten(&text())));
        } else {
            part.has_points |= amount.scale > 0;
        }
        let key = short_key(record.text, span(columns.customer_id));
        let cells = Good {
            inside,
            units: amount.units,
            scale: amount.scale,
            calls: *calls,
            currency: *currency,
            key,
            id: span(columns.customer_id),
            name: columns.customer_name.map(span).unwrap_or_default(),
            direction: direction(cell(columns.direction)),
        };
        self.good(part, record, &cells);
    }

    /// A row's day; None for one that waits until the file's order of day and month is known.
    fn date(&self, part: &mut Part, seen: &mut Seen, record: &Record<'_>) -> Result<Option<NaiveDate>, String> {
        let cell = record.cell(self.columns.date);
        let date = match (day(cell, self.options.date_order, self.options.timezone)?, self.order.get()) {
            (Day::Known(date), _) => date,
            (Day::Either { day_first, .. }, Some(DateOrder::DayFirst)) => day_first,
            (Day::Either { month_first, .. }, Some(DateOrder::MonthFirst)) => month_first,
            (Day::Proves(date, order), _) => {
                let text = || shorten(&String::from_utf8_lossy(cell));
                part.orders[usize::from(order == DateOrder::MonthFirst)].get_or_insert_with(|| (record.row, text()));
                return Ok(Some(date));
            }
            (Day::Either { .. }, None) if self.waits => return Ok(None),
            (Day::Either { day_first, month_first }, None | Some(DateOrder::YearFirst)) => {
                return Err(format!(
                    "`{}` is {day_first} or {month_first}, and no row shows which: write YYYY-MM-DD, or say which comes first (date_order)",
                    shorten(&String::from_utf8_lossy(cell))
                ));
            }
        };
        seen.keep(cell, self.options.period.is_none_or(|period| period.contains(date)));
        Ok(Some(date))
    }

    /// Counts a row that can be read.
    #[inline]
    fn good(&self, part: &mut Part, record: &Record<'_>, cells: &Good) {
        let columns = self.columns;
        let (low, high) = part.scales.unwrap_or((cells.scale, cells.scale));
        part.scales = Some((low.min(cells.scale), high.max(cells.scale)));
        let currency = cells.currency;
        if !cells.inside {
            part.counts.outside_period += 1;
            // Beyond the range there is no total to compare with.
            let _: Result<(), MoneyError> = part.outside.add_units(cells.units, cells.scale);
            return;
        }
        let Some(direction) = cells.direction else {
            let given = String::from_utf8_lossy(record.cell(columns.direction)).into_owned();
            let hint = nearest_direction(&given).map_or_else(String::new, |n| format!("; perhaps {n}"));
            let why = format!("`{}` is neither inbound nor outbound{hint}", shorten(&given));
            let bad = Bad { kind: RowProblemKind::UnknownDirection, ..Bad::cell(columns.direction, why) };
            return self.reject(part, record, vec![bad]);
        };
        if currency != self.options.currency {
            part.counts.excluded += 1;
            part.other_currencies.push((currency, cells.units, cells.scale));
            let why = format!("the amount is in {currency}, the analytics are in {}", self.options.currency);
            let bad = Bad { kind: RowProblemKind::OtherCurrency, column: columns.currency, why };
            return self.note(part, record, bad);
        }
        part.counts.used += 1;
        part.entries.push(Entry {
            key: cells.key,
            id: cells.id,
            name: Name::new(record.text, cells.name),
            name_cell: cells.name,
            direction,
            // A decimal has at most 28 places.
            scale: u8::try_from(cells.scale).unwrap_or(u8::MAX),
            units: cells.units,
        });
        if columns.calls.is_some() {
            part.calls.push(cells.calls);
        }
    }

    #[inline]
    fn currency(&self, seen: &mut Seen, cell: &[u8]) -> Result<Currency, String> {
        if cell.is_empty() {
            return Ok(self.options.default_currency);
        }
        if let Some((text, currency)) = &seen.currency
            && text == cell
        {
            return Ok(*currency);
        }
        let currency = currency(cell)?;
        seen.currency = cell.try_into().ok().map(|text| (text, currency));
        Ok(currency)
    }

    fn reject(&self, part: &mut Part, record: &Record<'_>, bad: Vec<Bad>) {
        part.counts.rejected += 1;
        for one in bad {
            self.note(part, record, one);
        }
    }

    fn note(&self, part: &mut Part, record: &Record<'_>, bad: Bad) {
        if part.problems.len() >= KEPT_PROBLEMS {
            part.problems_beyond += 1;
        } else {
            part.problems.push(self.problem(record, bad));
        }
    }

    fn problem(&self, record: &Record<'_>, bad: Bad) -> RowProblem {
        let text = |column: usize| shorten(&String::from_utf8_lossy(record.cell(column)));
        RowProblem {
            file: String::new(),
            kind: bad.kind,
            line: record.row,
            column: bad.column.map(|c| self.columns.names[c].clone()),
            cell: bad.column.map(text).unwrap_or_default(),
            text: shorten_row(&String::from_utf8_lossy(record.raw)).into_owned(),
            why: bad.why,
            customer_id: customer_id(record.cell(self.columns.customer_id))
                .ok()
                .map(|id| String::from_utf8_lossy(id).into_owned()),
            amount: amount(record.cell(self.columns.amount))
                .and_then(|amount| from_parts(amount.units, amount.scale).map_err(|e| e.to_string()))
                .ok(),
        }
    }
}

/// What repeats from row to row.
#[derive(Default)]
pub(super) struct Seen {
    /// Days, and whether they count, by the last digits of their text.
    days: [Option<([u8; 10], bool)>; 32],
    currency: Option<([u8; 3], Currency)>,
}

impl Seen {
    /// Where a day is kept.
    #[inline]
    fn place(cell: &[u8]) -> Option<(&[u8; 10], usize)> {
        let text: &[u8; 10] = cell.try_into().ok()?;
        Some((text, (usize::from(text[8] & 3) * 10 + usize::from(text[9] & 15)) % 32))
    }

    /// A day that was met before.
    #[inline]
    fn day(&self, cell: &[u8]) -> Option<([u8; 10], bool)> {
        let (text, place) = Self::place(cell)?;
        self.days[place].filter(|(known, _)| known == text)
    }

    /// Whether a day that is written as it should be is in the period.
    #[cfg(feature = "parquet")]
    #[inline]
    pub(super) fn known(&mut self, cell: &[u8], period: Option<&Period>) -> Option<bool> {
        if let Some((_, inside)) = self.day(cell) {
            return Some(inside);
        }
        let date = parse_day(std::str::from_utf8(cell).ok()?).ok()?;
        let inside = period.is_none_or(|period| period.contains(date));
        self.keep(cell, inside);
        Some(inside)
    }

    /// Remembers a day that has one reading.
    fn keep(&mut self, cell: &[u8], inside: bool) {
        if let Some((text, place)) = Self::place(cell) {
            self.days[place] = Some((*text, inside));
        }
    }
}

/// How many characters of a row are shown.
pub(super) const LONGEST_ROW: usize = 400;

/// The beginning of a row, for a message.
pub(super) fn shorten_row(text: &str) -> Cow<'_, str> {
    let further = if text.len() > LONGEST_ROW { text.char_indices().nth(LONGEST_ROW) } else { None };
    match further {
        Some((at, _)) => Cow::Owned(format!("{}…", &text[..at])),
        None => Cow::Borrowed(text),
    }
}
