//! A row of the canonical ledger → its part in the sums, or what is wrong with it.

use chrono::NaiveDate;

use super::accounts::{Entry, Name, SHORT, short_key};
use super::canonical::Options;
use super::cells::{Record, records};
use super::pieces::{Piece, Tail};
use crate::model::money::{Currency, from_parts, parse_units, shorten};
use crate::model::period::{Period, parse_day};
use crate::model::posting::{RowCounts, RowProblem, RowProblemKind};
use crate::model::problem::{Problem, nearest};
use crate::model::usage::Direction;

/// How many bad rows are kept word for word; the rest is counted.
pub(super) const KEPT_PROBLEMS: usize = 10_000;

/// More columns than any ledger has, and few enough to look at.
pub(super) const MAX_COLUMNS: usize = 10_000;

/// Columns that a canonical ledger must have.
pub const REQUIRED: [&str; 4] = ["date", "customer_id", "direction", "amount"];
/// Columns that it may have.
pub(super) const OPTIONAL: [&str; 5] = ["customer_name", "currency", "reference", "description", "calls"];

/// Where the columns stand.
pub(super) struct Columns {
    pub(super) names: Vec<String>,
    pub(super) date: usize,
    pub(super) customer_id: usize,
    pub(super) direction: usize,
    pub(super) amount: usize,
    pub(super) customer_name: Option<usize>,
    pub(super) currency: Option<usize>,
    pub(super) calls: Option<usize>,
}

impl Columns {
    pub(super) fn find(header: &Record<'_>, name: &str) -> Result<Self, Problem> {
        let refuse = |what: String| {
            Problem::stop("ledger-header", what)
                .at(format!("{name}, row 1"))
                .next("the canonical ledger has the columns date, customer_id, direction, amount; `crossfoot import FILE --check` shows how a file reads")
                .not_done("Nothing was computed from it.")
        };
        let first = header.cell(0);
        if header.count > MAX_COLUMNS {
            return Err(refuse(format!("the ledger {name} has {} columns", header.count))
                .because(format!("more than {MAX_COLUMNS} are not looked at")));
        }
        if first.starts_with(b"\xff\xfe") || first.starts_with(b"\xfe\xff") {
            return Err(refuse(format!("the ledger {name} is UTF-16")).next("save it as CSV in UTF-8"));
        }
        let mut names = Vec::new();
        for index in 0..header.count {
            let text = std::str::from_utf8(header.cell(index))
                .map_err(|_| refuse(format!("the header of the ledger {name} is not UTF-8 text")))?;
            names.push(text.trim().to_owned());
        }
        let known = || REQUIRED.iter().chain(&OPTIONAL).copied();
        for column in known() {
            if names.iter().filter(|n| *n == column).count() > 1 {
                return Err(refuse(format!("the ledger {name} has the column `{column}` twice")));
            }
        }
        let missing: Vec<&str> = REQUIRED.into_iter().filter(|c| !names.iter().any(|n| n == c)).collect();
        if !missing.is_empty() {
            let hints: Vec<String> = names
                .iter()
                .filter(|n| !known().any(|k| k == n.as_str()))
                .filter_map(|n| {
                    nearest(&n.to_lowercase(), missing.iter().copied())
                        .map(|m| format!("`{}` may be `{m}`", shorten(n)))
                })
                .collect();
            let seen = format!("its header is: {}", shorten(&names.join(", ")));
            return Err(refuse(format!("the ledger {name} has no column `{}`", missing.join("`, `")))
                .because(if hints.is_empty() { seen } else { format!("{seen}; {}", hints.join(", ")) }));
        }
        let at = |column: &str| names.iter().position(|n| n == column);
        Ok(Self {
            date: at("date").unwrap_or_default(),
            customer_id: at("customer_id").unwrap_or_default(),
            direction: at("direction").unwrap_or_default(),
            amount: at("amount").unwrap_or_default(),
            customer_name: at("customer_name"),
            currency: at("currency"),
            calls: at("calls"),
            names,
        })
    }
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

/// What a piece of the file says.
pub(super) struct Part {
    pub(super) piece: Piece,
    pub(super) aside: Vec<u8>,
    /// The rows that count.
    pub(super) entries: Vec<Entry>,
    /// Their calls, where the ledger has a column of them.
    pub(super) calls: Vec<Option<u64>>,
    pub(super) rows: u64,
    pub(super) counts: RowCounts,
    /// Sums of other currencies, and rows that a person must see, by their row in the piece.
    pub(super) other_currencies: Vec<(Currency, i128, u32)>,
    pub(super) problems: Vec<RowProblem>,
    pub(super) problems_beyond: u64,
    /// The fewest and the most decimals of an amount.
    pub(super) scales: Option<(u32, u32)>,
    /// The last row, where the file may have been cut in the middle of its amount.
    pub(super) uncertain: Option<(RowProblem, u32)>,
}

/// The cells of a row that can be read.
struct Good {
    /// Whether its day is in the period.
    inside: bool,
    units: i128,
    scale: u32,
    calls: Option<u64>,
    currency: Currency,
    /// [`short_key`] of the customer.
    key: u128,
}

/// Reads pieces: knows the columns and nothing that changes from row to row.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) options: &'a Options<'a>,
    pub(super) columns: &'a Columns,
}

impl Reader<'_> {
    pub(super) fn piece(&self, piece: Piece) -> Part {
        let mut part = Part {
            piece: Piece::default(),
            aside: Vec::new(),
            entries: Vec::with_capacity(piece.rows().len() / 32),
            calls: Vec::new(),
            rows: 0,
            counts: RowCounts::default(),
            other_currencies: Vec::new(),
            problems: Vec::new(),
            problems_beyond: 0,
            scales: None,
            uncertain: None,
        };
        let mut seen = Seen { days: [None; 32], currency: None };
        let ends = piece.tail;
        let (rows, aside) = records(piece.rows(), self.columns.names.len(), |record| {
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
            Some(cells) => self.good(part, record, &cells),
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
        })
    }

    /// The cells of any row, each with what is wrong with it.
    #[cold]
    fn slow(&self, part: &mut Part, seen: &mut Seen, record: &Record<'_>) {
        let columns = self.columns;
        let cell = |column: usize| record.cell(column);
        let date = seen.date(cell(columns.date), self.options.period);
        let amount = amount(cell(columns.amount));
        let id = customer_id(cell(columns.customer_id));
        let calls = columns.calls.map_or(Ok(None), |c| calls(cell(c)));
        let currency = self.currency(seen, columns.currency.map(cell).unwrap_or_default());
        let (Ok(inside), Ok((units, scale)), Ok(_), Ok(calls), Ok(currency)) = (&date, &amount, &id, &calls, &currency)
        else {
            if record.is_blank() {
                part.counts.excluded += 1;
                return;
            }
            if (0..record.count).all(|i| cell(i) == columns.names.get(i).map_or(&[][..], |name| name.as_bytes())) {
                return self.reject(
                    part,
                    record,
                    vec![Bad::row("the header stands here again: are these two files in one?")],
                );
            }
            let found = [
                (Some(columns.date), date.err()),
                (Some(columns.customer_id), id.err()),
                (Some(columns.amount), amount.err()),
                (columns.currency, currency.err()),
                (columns.calls, calls.err()),
            ];
            let bad = found.into_iter().filter_map(|(column, why)| Some(Bad::cell(column?, why?))).collect();
            return self.reject(part, record, bad);
        };
        let key = short_key(record.text, record.span(columns.customer_id));
        let (inside, units, scale, calls, currency) = (*inside, *units, *scale, *calls, *currency);
        self.good(part, record, &Good { inside, units, scale, calls, currency, key });
    }

    /// Counts a row that can be read.
    #[inline]
    fn good(&self, part: &mut Part, record: &Record<'_>, cells: &Good) {
        let columns = self.columns;
        let cell = |column: usize| record.cell(column);
        let (low, high) = part.scales.unwrap_or((cells.scale, cells.scale));
        part.scales = Some((low.min(cells.scale), high.max(cells.scale)));
        if !cells.inside {
            part.counts.outside_period += 1;
            return;
        }
        let direction = match cell(columns.direction) {
            b"inbound" => Direction::Inbound,
            b"outbound" => Direction::Outbound,
            other => {
                let given = String::from_utf8_lossy(other).into_owned();
                let near = nearest(&given.to_lowercase(), Direction::ALL.map(Direction::name));
                let hint = near.map_or_else(String::new, |n| format!("; perhaps {n}"));
                let why = format!("`{}` is neither inbound nor outbound{hint}", shorten(&given));
                let bad = Bad { kind: RowProblemKind::UnknownDirection, ..Bad::cell(columns.direction, why) };
                return self.reject(part, record, vec![bad]);
            }
        };
        let currency = cells.currency;
        if currency != self.options.currency {
            part.counts.excluded += 1;
            part.other_currencies.push((currency, cells.units, cells.scale));
            let why = format!("the amount is in {currency}, the analytics are in {}", self.options.currency);
            let bad = Bad { kind: RowProblemKind::OtherCurrency, column: columns.currency, why };
            return self.note(part, record, bad);
        }
        part.counts.used += 1;
        let id_cell = record.span(columns.customer_id);
        let name_cell = columns.customer_name.map(|c| record.span(c)).unwrap_or_default();
        part.entries.push(Entry {
            key: cells.key,
            id: id_cell,
            name: Name::new(record.text, name_cell),
            name_cell,
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
        let currency = Currency::parse(&String::from_utf8_lossy(cell)).map_err(|e| e.to_string())?;
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
            text: shorten_row(&String::from_utf8_lossy(record.raw)),
            why: bad.why,
            customer_id: customer_id(record.cell(self.columns.customer_id))
                .ok()
                .map(|id| String::from_utf8_lossy(id).into_owned()),
            amount: amount(record.cell(self.columns.amount))
                .and_then(|(units, scale)| from_parts(units, scale).map_err(|e| e.to_string()))
                .ok(),
        }
    }
}

/// What repeats from row to row.
struct Seen {
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

    /// Whether a day is in the period.
    fn date(&mut self, cell: &[u8], period: Option<&Period>) -> Result<bool, String> {
        if let Some((_, inside)) = self.day(cell) {
            return Ok(inside);
        }
        let date: NaiveDate = match std::str::from_utf8(cell) {
            Ok("") => Err("the date is empty".to_owned()),
            Ok(text) => parse_day(text),
            Err(_) => Err("it is not UTF-8 text".to_owned()),
        }?;
        let inside = period.is_none_or(|period| period.contains(date));
        if let Some((text, place)) = Self::place(cell) {
            self.days[place] = Some((*text, inside));
        }
        Ok(inside)
    }
}

/// An amount as units of 10^-scale.
#[inline]
fn amount(cell: &[u8]) -> Result<(i128, u32), String> {
    parse_units(cell).map_err(|e| e.to_string())
}

/// Whether a cell is some visible ASCII.
#[inline]
fn is_plain(cell: &[u8]) -> bool {
    !cell.is_empty() && cell.iter().fold(true, |plain, byte| plain & (0x20..0x7f).contains(byte))
}

fn customer_id(cell: &[u8]) -> Result<&[u8], String> {
    if is_plain(cell) && cell.len() <= 200 {
        return Ok(cell);
    }
    match std::str::from_utf8(cell) {
        Ok("") => Err("the customer_id is empty".to_owned()),
        Ok(id) if id.len() > 200 || id.chars().any(char::is_control) => {
            Err("the customer_id is overlong or holds control characters".to_owned())
        }
        Ok(_) => Ok(cell),
        Err(_) => Err("the customer_id is not UTF-8 text".to_owned()),
    }
}

fn calls(cell: &[u8]) -> Result<Option<u64>, String> {
    if cell.is_empty() {
        return Ok(None);
    }
    let digits = std::str::from_utf8(cell).ok().filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
    digits
        .and_then(|text| text.parse().ok())
        .map(Some)
        .ok_or_else(|| format!("`{}` is not a count of calls", shorten(&String::from_utf8_lossy(cell))))
}

pub(super) fn shorten_row(text: &str) -> String {
    const LIMIT: usize = 400;
    match text.char_indices().nth(LIMIT) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
