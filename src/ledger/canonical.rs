//! The canonical ledger: UTF-8 CSV with a header row; `date` (YYYY-MM-DD), `customer_id`,
//! `direction`, `amount`, and optionally `customer_name`, `currency`, `reference`,
//! `description`, `calls`; any order, further columns ignored. One pass, memory that grows
//! with customers and not with rows.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;

use chrono::NaiveDate;
use csv::ByteRecord;
use rust_decimal::Decimal;

use super::rows::{Next, Rows};
use super::source::Source;
use super::too_large;
use crate::model::money::{Currency, Money, MoneyError, Sum, parse_plain, shorten};
use crate::model::period::{Period, parse_day};
use crate::model::posting::{Ledger, PostedCustomer, RowCounts, RowProblem, RowProblemKind};
use crate::model::problem::{Problem, nearest};
use crate::model::usage::Direction;

/// How many bad rows are kept word for word; the rest is counted.
const KEPT_PROBLEMS: usize = 10_000;

/// What the reader must know beside the rows.
#[derive(Clone, Debug)]
pub struct Options<'a> {
    /// Rows of other days are counted and left out; None takes all.
    pub period: Option<&'a Period>,
    /// The currency of the sums: the answer's.
    pub currency: Currency,
    /// The currency of rows that do not state one: the books'.
    pub default_currency: Currency,
}

/// Columns that a canonical ledger must have.
pub const REQUIRED: [&str; 4] = ["date", "customer_id", "direction", "amount"];
const OPTIONAL: [&str; 5] = ["customer_name", "currency", "reference", "description", "calls"];

/// Reads a ledger to its end. `name` is what findings and errors call the file.
///
/// # Errors
/// The file as a whole cannot be read: no header, a column missing or twice, another
/// encoding, a sum beyond the exact range. Bad rows are no error: they are in the result.
pub fn read<R: Read>(input: R, name: &str, options: &Options<'_>) -> Result<Ledger, Problem> {
    let (source, seen) = Source::new(input);
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).buffer_capacity(1 << 18).from_reader(source);
    let mut record = ByteRecord::new();
    let mut rows = Rows::new(name);
    let header = match rows.next(&mut reader, &mut record)? {
        Next::Row => Columns::find(&record, name)?,
        Next::OpenQuote | Next::End => {
            return Err(Problem::stop("ledger-unreadable", format!("the ledger {name} has no header row"))
                .at(format!("{name}, row 1"))
                .because("the file is empty, or begins with a quote that is never closed")
                .next("export it again"));
        }
    };
    let mut pass = Pass::new(options, &header);
    loop {
        seen.since_row.set(0);
        match rows.next(&mut reader, &mut record)? {
            Next::Row => pass.row(&record, rows.line).map_err(|e| {
                too_large(&format!("{name}, row {}", rows.line), &e).next("look for a mistyped amount near that row")
            })?,
            Next::OpenQuote => {
                pass.counts.read += 1;
                pass.reject(
                    &record,
                    rows.line,
                    vec![Bad::row(
                        "a quote is opened in this row and never closed; the rows after it cannot be told from it",
                    )],
                );
                break;
            }
            Next::End => break,
        }
    }
    let (sha256, bytes) = reader.into_inner().finish();
    let ended = [b'\n', b'\r'].contains(&seen.last_byte.get());
    Ok(Ledger { is_ended: ended, ..pass.finish(name, sha256, bytes)? })
}

/// Where the columns stand.
struct Columns {
    names: Vec<String>,
    date: usize,
    customer_id: usize,
    direction: usize,
    amount: usize,
    customer_name: Option<usize>,
    currency: Option<usize>,
    calls: Option<usize>,
}

impl Columns {
    fn find(header: &ByteRecord, name: &str) -> Result<Self, Problem> {
        let refuse = |what: String| {
            Problem::stop("ledger-header", what)
                .at(format!("{name}, row 1"))
                .next("the canonical ledger has the columns date, customer_id, direction, amount; `crossfoot import FILE --check` shows how a file reads")
                .not_done("Nothing was computed from it.")
        };
        let first = header.get(0).unwrap_or_default();
        if first.starts_with(b"\xff\xfe") || first.starts_with(b"\xfe\xff") {
            return Err(refuse(format!("the ledger {name} is UTF-16")).next("save it as CSV in UTF-8"));
        }
        let mut names = Vec::new();
        for (index, cell) in header.iter().enumerate() {
            let cell = if index == 0 { cell.strip_prefix(b"\xef\xbb\xbf").unwrap_or(cell) } else { cell };
            let text = std::str::from_utf8(cell)
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

struct Account {
    id: String,
    name: Option<String>,
    sums: [Sum; 2],
    rows: u64,
    calls: [Option<u64>; 2],
}

/// The state of one pass over the rows.
struct Pass<'a> {
    options: &'a Options<'a>,
    columns: &'a Columns,
    counts: RowCounts,
    index: HashMap<Box<[u8]>, usize>,
    accounts: Vec<Account>,
    other_currencies: BTreeMap<Currency, Sum>,
    problems: Vec<RowProblem>,
    problems_beyond: u64,
    last_date: (Vec<u8>, Option<NaiveDate>),
    last_currency: (Vec<u8>, Option<Currency>),
}

impl<'a> Pass<'a> {
    fn new(options: &'a Options<'a>, columns: &'a Columns) -> Self {
        Self {
            options,
            columns,
            counts: RowCounts::default(),
            index: HashMap::new(),
            accounts: Vec::new(),
            other_currencies: BTreeMap::new(),
            problems: Vec::new(),
            problems_beyond: 0,
            last_date: (Vec::new(), None),
            last_currency: (Vec::new(), Some(options.default_currency)),
        }
    }

    fn row(&mut self, record: &ByteRecord, line: u64) -> Result<(), MoneyError> {
        self.counts.read += 1;
        if record.len() != self.columns.names.len() {
            if record.iter().all(|cell| cell.trim_ascii().is_empty()) {
                self.counts.excluded += 1;
                return Ok(());
            }
            let why = format!("it has {} cells where the header has {}", record.len(), self.columns.names.len());
            self.reject(record, line, vec![Bad::row(why)]);
            return Ok(());
        }
        let cell = |column: usize| record.get(column).unwrap_or_default().trim_ascii();
        let date = self.date(cell(self.columns.date));
        let amount = amount(cell(self.columns.amount));
        let id = customer_id(cell(self.columns.customer_id));
        let calls = self.columns.calls.map_or(Ok(None), |c| calls(cell(c)));
        let currency = self.currency(self.columns.currency.map(cell).unwrap_or_default());
        let direction = std::str::from_utf8(cell(self.columns.direction)).ok().and_then(Direction::parse);
        let (Ok(date), Ok(amount), Ok(id), Ok(calls), Ok(currency)) = (&date, &amount, &id, &calls, &currency) else {
            if record.iter().all(|cell| cell.trim_ascii().is_empty()) {
                self.counts.excluded += 1;
                return Ok(());
            }
            let found = [
                (Some(self.columns.date), date.err()),
                (Some(self.columns.customer_id), id.err()),
                (Some(self.columns.amount), amount.err()),
                (self.columns.currency, currency.err()),
                (self.columns.calls, calls.err()),
            ];
            let bad = found.into_iter().filter_map(|(column, why)| Some(Bad::cell(column?, why?))).collect();
            self.reject(record, line, bad);
            return Ok(());
        };
        if self.options.period.is_some_and(|period| !period.contains(*date)) {
            self.counts.outside_period += 1;
            return Ok(());
        }
        let Some(direction) = direction else {
            let given = String::from_utf8_lossy(cell(self.columns.direction)).into_owned();
            let near = nearest(&given.to_lowercase(), Direction::ALL.map(Direction::name));
            let hint = near.map_or_else(String::new, |n| format!("; perhaps {n}"));
            self.reject(
                record,
                line,
                vec![Bad {
                    kind: RowProblemKind::UnknownDirection,
                    column: Some(self.columns.direction),
                    why: format!("`{}` is neither inbound nor outbound{hint}", shorten(&given)),
                }],
            );
            return Ok(());
        };
        if *currency != self.options.currency {
            self.counts.excluded += 1;
            self.other_currencies.entry(*currency).or_insert_with(|| Sum::new(*currency)).add(*amount)?;
            let why = format!("the amount is in {currency}, the analytics are in {}", self.options.currency);
            self.note(record, line, Bad { kind: RowProblemKind::OtherCurrency, column: self.columns.currency, why });
            return Ok(());
        }
        self.counts.used += 1;
        let name =
            self.columns.customer_name.map(cell).and_then(|n| std::str::from_utf8(n).ok()).filter(|n| !n.is_empty());
        let account = self.account(id);
        account.rows += 1;
        account.sums[direction as usize].add(*amount)?;
        let known = &mut account.calls[direction as usize];
        *known = match (*known, calls) {
            (Some(sum), Some(more)) => sum.checked_add(*more),
            _ => None,
        };
        if let Some(name) = name
            && account.name.as_deref().is_none_or(|known| name < known)
        {
            account.name = Some(name.to_owned());
        }
        Ok(())
    }

    fn account(&mut self, id: &str) -> &mut Account {
        let index = match self.index.get(id.as_bytes()) {
            Some(index) => *index,
            None => {
                self.index.insert(id.as_bytes().into(), self.accounts.len());
                let sum = Sum::new(self.options.currency);
                self.accounts.push(Account {
                    id: id.to_owned(),
                    name: None,
                    sums: [sum, sum],
                    rows: 0,
                    calls: [Some(0); 2],
                });
                self.accounts.len() - 1
            }
        };
        &mut self.accounts[index]
    }

    /// Dates repeat from row to row: the last one is remembered.
    fn date(&mut self, cell: &[u8]) -> Result<NaiveDate, String> {
        if let (text, Some(date)) = &self.last_date
            && text == cell
        {
            return Ok(*date);
        }
        let date = match std::str::from_utf8(cell) {
            Ok("") => Err("the date is empty".to_owned()),
            Ok(text) => parse_day(text),
            Err(_) => Err("it is not UTF-8 text".to_owned()),
        }?;
        self.last_date = (cell.to_owned(), Some(date));
        Ok(date)
    }

    fn currency(&mut self, cell: &[u8]) -> Result<Currency, String> {
        if cell.is_empty() {
            return Ok(self.options.default_currency);
        }
        if let (text, Some(currency)) = &self.last_currency
            && text == cell
        {
            return Ok(*currency);
        }
        let currency = Currency::parse(&String::from_utf8_lossy(cell)).map_err(|e| e.to_string())?;
        self.last_currency = (cell.to_owned(), Some(currency));
        Ok(currency)
    }

    fn reject(&mut self, record: &ByteRecord, line: u64, bad: Vec<Bad>) {
        self.counts.rejected += 1;
        for one in bad {
            self.note(record, line, one);
        }
    }

    fn note(&mut self, record: &ByteRecord, line: u64, bad: Bad) {
        if self.problems.len() >= KEPT_PROBLEMS {
            self.problems_beyond += 1;
            return;
        }
        let cell = |column: usize| {
            let text = String::from_utf8_lossy(record.get(column).unwrap_or_default()).into_owned();
            shorten(&text)
        };
        self.problems.push(RowProblem {
            file: String::new(),
            kind: bad.kind,
            line,
            column: bad.column.map(|c| self.columns.names[c].clone()),
            cell: bad.column.map(cell).unwrap_or_default(),
            text: row_text(record),
            why: bad.why,
            customer_id: customer_id(record.get(self.columns.customer_id).unwrap_or_default().trim_ascii())
                .ok()
                .map(str::to_owned),
            amount: amount(record.get(self.columns.amount).unwrap_or_default().trim_ascii())
                .ok()
                .map(|a| a.to_string()),
        });
    }

    fn finish(self, name: &str, sha256: String, bytes: u64) -> Result<Ledger, Problem> {
        let too_large = |e: MoneyError| too_large(name, &e);
        let mut customers = BTreeMap::new();
        for account in self.accounts {
            customers.insert(
                account.id,
                PostedCustomer {
                    name: account.name,
                    inbound: account.sums[Direction::Inbound as usize].total().map_err(too_large)?,
                    outbound: account.sums[Direction::Outbound as usize].total().map_err(too_large)?,
                    other: Money::zero(self.options.currency),
                    rows: account.rows,
                    calls: account.calls,
                },
            );
        }
        let mut other_currencies = BTreeMap::new();
        for (currency, sum) in self.other_currencies {
            other_currencies.insert(currency.code().to_owned(), sum.total().map_err(too_large)?);
        }
        Ok(Ledger {
            path: name.to_owned(),
            sha256,
            bytes,
            files: Vec::new(),
            currency: self.options.currency,
            rows: self.counts,
            customers,
            problems: self.problems,
            problems_beyond: self.problems_beyond,
            other_currencies,
            checks: Vec::new(),
            is_ended: true,
            added_up_by: None,
        })
    }
}

fn amount(cell: &[u8]) -> Result<Decimal, String> {
    let text = std::str::from_utf8(cell).map_err(|_| "the amount is not UTF-8 text".to_owned())?;
    parse_plain(text).map_err(|e| e.to_string())
}

fn customer_id(cell: &[u8]) -> Result<&str, String> {
    match std::str::from_utf8(cell) {
        Ok("") => Err("the customer_id is empty".to_owned()),
        Ok(id) if id.len() > 200 || id.chars().any(char::is_control) => {
            Err("the customer_id is overlong or holds control characters".to_owned())
        }
        Ok(id) => Ok(id),
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

/// The row as it stands, its cells quoted again where they must be.
fn row_text(record: &ByteRecord) -> String {
    let cells: Vec<String> = record
        .iter()
        .map(|cell| {
            let text = String::from_utf8_lossy(cell);
            if text.contains([',', '"', '\n']) {
                format!("\"{}\"", text.replace('"', "\"\""))
            } else {
                text.into_owned()
            }
        })
        .collect();
    shorten_row(&cells.join(","))
}

fn shorten_row(text: &str) -> String {
    const LIMIT: usize = 400;
    match text.char_indices().nth(LIMIT) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn try_read(text: &[u8]) -> Result<Ledger, Problem> {
        let march = Period::parse("2026-03").unwrap();
        let options = Options { period: Some(&march), currency: Currency::INR, default_currency: Currency::INR };
        read(text, "ledger.csv", &options)
    }

    fn lines(ledger: &Ledger) -> Vec<(u64, &str)> {
        ledger.problems.iter().map(|p| (p.line, p.why.as_str())).collect()
    }

    #[test]
    fn sums_and_the_account_of_rows() {
        let text = b"\xef\xbb\xbfamount,direction,customer_id,date,note\r\n10.50,inbound,MA_1,2026-03-01,\"a\r\nb\"\r\n\r\n-0.505,outbound,MA_1,2026-03-31,\r\n5,inbound,MA_2,2026-04-01,\r\n,,,,\r\nx,inbound,MA_3,2026-03-02,\r\n";
        let ledger = try_read(text).unwrap();
        assert_eq!(ledger.customers["MA_1"].total().unwrap().plain(), "9.995");
        assert_eq!(ledger.rows, RowCounts { read: 5, used: 2, outside_period: 1, excluded: 1, rejected: 1 });
        // Row 1 is the header, 2 the one with the break, 3 is empty: the bad one is row 7.
        assert_eq!(lines(&ledger), [(7, "`x` is not a plain decimal amount such as 1234.50 or -1234.50")]);
        assert_eq!(ledger.bytes, text.len() as u64);
    }

    #[test]
    fn every_bad_cell_of_every_bad_row_is_kept() {
        let ledger = try_read(
            b"date,customer_id,direction,amount,currency,calls\n2026-02-30,MA_1,inbound,\"1,000.00\",INR,1\n2026-03-01,,inbound,5.00,INR,1\n2026-03-01,MA_1,sideways,5.00,INR,1\n2026-03-01,MA_1,inbound,5.00,INX,1\n2026-03-01,MA_1,inbound,5.00,USD,1\n2026-03-01,MA_1,inbound,5.00\n2026-03-01,MA_1,inbound,5.00,,one\n",
        )
        .unwrap();
        assert_eq!(
            lines(&ledger),
            [
                (2, "`2026-02-30` is not a day in the calendar"),
                (2, "`1,000.00` is not a plain decimal amount such as 1234.50 or -1234.50"),
                (3, "the customer_id is empty"),
                (4, "`sideways` is neither inbound nor outbound"),
                (5, "`INX` is not an ISO 4217 currency code"),
                (6, "the amount is in USD, the analytics are in INR"),
                (7, "it has 4 cells where the header has 6"),
                (8, "`one` is not a count of calls"),
            ]
        );
        assert_eq!(ledger.rows, RowCounts { read: 7, used: 0, outside_period: 0, excluded: 1, rejected: 6 });
        assert_eq!(ledger.problems[1].column.as_deref(), Some("amount"));
    }

    #[test]
    fn an_open_quote_loses_no_row_silently() {
        let ledger = try_read(b"date,customer_id,direction,amount,note\n2026-03-01,MA_1,inbound,5.00,ok\n2026-03-01,MA_1,inbound,5.00,\"oops\n2026-03-01,MA_1,inbound,5.00,ok\n").unwrap();
        assert_eq!(ledger.rows.used, 1);
        assert_eq!(ledger.problems[0].line, 3);
        assert!(ledger.problems[0].why.contains("never closed"));
    }

    #[test]
    fn files_that_are_no_ledger_are_refused() {
        for (bytes, reason) in [
            (&b""[..], "no header row"),
            (b"date,customer_id,direction\n", "no column `amount`"),
            (b"date,customer_id,direction,amount,amount\n", "`amount` twice"),
            (b"\xff\xfed\0a\0", "UTF-16"),
            (b"date,customer_id,direction,amount\xff\n", "not UTF-8"),
        ] {
            assert!(try_read(bytes).unwrap_err().what.contains(reason), "{reason}");
        }
        let huge = [&b"date,customer_id,direction,amount\n\""[..], &vec![b'x'; 5 << 20]].concat();
        assert!(try_read(&huge).unwrap_err().because("").what.contains("cannot be read"));
    }

    #[test]
    fn a_sum_beyond_the_exact_range_is_an_error() {
        let row = "2026-03-01,MA_1,inbound,79228162514264337593543950335\n";
        let text = format!("date,customer_id,direction,amount\n{row}{row}");
        assert_eq!(try_read(text.as_bytes()).unwrap_err().code, "overflow");
    }
}
