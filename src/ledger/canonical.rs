//! The canonical ledger: UTF-8 CSV with a header row; `date` (YYYY-MM-DD), `customer_id`,
//! `direction`, `amount`, and optionally `customer_name`, `currency`, `reference`,
//! `description`, `calls`; any order, further columns ignored. One pass, memory that grows
//! with customers and not with rows.

use std::collections::BTreeMap;
use std::io::Read;

use super::accounts::{Accounts, short_key};
use super::canonical_row::{Columns, KEPT_PROBLEMS, MAX_COLUMNS, Part, Reader};
use super::cells::{Cell, Text, records};
use super::decode::Hashed;
use super::pieces::{Piece, Pieces, Tail, each};
use super::too_large;
use crate::model::money::{Currency, MoneyError, Sum, from_parts};
use crate::model::period::Period;
use crate::model::posting::{Ledger, RowCounts, RowProblem};
use crate::model::problem::Problem;

pub use super::canonical_row::REQUIRED;

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

/// Reads a ledger to its end. `name` is what findings and errors call the file.
///
/// # Errors
/// The file as a whole cannot be read: no header, a column missing or twice, another
/// encoding, a sum beyond the exact range. Bad rows are no error: they are in the result.
pub fn read<R: Read + Send>(input: R, name: &str, options: &Options<'_>) -> Result<Ledger, Problem> {
    let mut hashed = Hashed::new(input);
    let ledger = sums(&mut hashed, name, options)?;
    let (sha256, bytes) = hashed.finish();
    Ok(Ledger { sha256, bytes, ..ledger })
}

/// The same for what is hashed elsewhere: the file's digest and size are left empty.
pub(super) fn sums<R: Read + Send>(input: R, name: &str, options: &Options<'_>) -> Result<Ledger, Problem> {
    let mut pieces = Pieces::new(input, name);
    let (columns, first) = header(&mut pieces, name)?;
    let reader = Reader { options, columns: &columns };
    let mut pass = Pass::new(name, options, columns.calls.is_some());
    // The header's row and the empty ones before it.
    pass.row = first.0;
    pass.take(reader.piece(first.1))?;
    each(&mut pieces, |piece| reader.piece(piece), |part| pass.take(part).map(Some))?;
    pass.finish()
}

/// The key of an id that is its own: see [`short_key`].
pub(super) fn key_of(id: &[u8]) -> Option<u128> {
    let whole = Cell::whole(id);
    Some(short_key(Text { piece: id, aside: &[] }, whole)).filter(|key| *key != 0)
}

/// The columns, how many rows of the first piece they are behind, and what follows them.
pub(super) fn header<R: Read>(pieces: &mut Pieces<R>, name: &str) -> Result<(Columns, (u64, Piece)), Problem> {
    let none = || {
        Problem::stop("ledger-unreadable", format!("the ledger {name} has no header row"))
            .at(format!("{name}, row 1"))
            .because("the file is empty, or begins with a quote that is never closed")
            .next("export it again")
    };
    let mut before = 0;
    loop {
        let Some(mut piece) = pieces.next()? else { return Err(none()) };
        let (mut found, mut behind) = (None, None);
        let (rows, _) = records(piece.rows(), MAX_COLUMNS, |record| {
            if found.is_none() {
                found = Some(Columns::find(record, name).map(|columns| (columns, before + record.row + 1)));
                behind = Some(record.raw.as_ptr() as usize - piece.rows().as_ptr() as usize + record.raw.len() + 1);
            }
        });
        if piece.tail == Tail::OpenQuote && rows == 1 {
            return Err(none());
        }
        before += rows;
        if let (Some(found), Some(behind)) = (found, behind) {
            let (columns, row) = found?;
            piece.skip(behind);
            return Ok((columns, (row, piece)));
        }
    }
}

/// The state of one pass over the file.
struct Pass<'a> {
    name: &'a str,
    options: &'a Options<'a>,
    /// Rows before the next part.
    row: u64,
    accounts: Accounts,
    counts: RowCounts,
    other_currencies: BTreeMap<Currency, Sum>,
    problems: Vec<RowProblem>,
    problems_beyond: u64,
    scales: Option<(u32, u32)>,
    is_ended: bool,
}

impl<'a> Pass<'a> {
    fn new(name: &'a str, options: &'a Options<'a>, has_calls: bool) -> Self {
        Self {
            name,
            options,
            row: 0,
            accounts: Accounts::new(has_calls),
            counts: RowCounts::default(),
            other_currencies: BTreeMap::new(),
            problems: Vec::new(),
            problems_beyond: 0,
            scales: None,
            is_ended: true,
        }
    }

    /// Adds what a part says, and gives its piece back.
    fn take(&mut self, mut part: Part) -> Result<Piece, Problem> {
        if let Some((mut problem, own)) = part.uncertain.take() {
            match (self.scales, part.entries.pop()) {
                // Every other amount has the same decimals, and this one has not.
                (Some((low, high)), Some(_)) if low == high && own != low => {
                    part.calls.pop();
                    part.counts.used -= 1;
                    part.counts.rejected += 1;
                    problem.line = part.rows - 1;
                    part.problems.push(problem);
                }
                (scales, entry) => {
                    part.entries.extend(entry);
                    self.is_ended = scales.is_some_and(|(low, high)| low == high);
                }
            }
        }
        let line = self.row + 1;
        let name = self.name;
        let too_large = |e: MoneyError| {
            too_large(&format!("{name}, rows {line} to {}", line + part.rows), &e)
                .next("look for a mistyped amount among these rows")
        };
        let text = Text { piece: part.piece.rows(), aside: &part.aside };
        self.accounts.add(&part.entries, &part.calls, text).map_err(too_large)?;
        for (currency, units, scale) in part.other_currencies {
            let sum = self.other_currencies.entry(currency).or_insert_with(|| Sum::new(currency));
            from_parts(units, scale).and_then(|amount| sum.add(amount)).map_err(too_large)?;
        }
        let room = KEPT_PROBLEMS.saturating_sub(self.problems.len()).min(part.problems.len());
        self.problems_beyond += part.problems_beyond + (part.problems.len() - room) as u64;
        part.problems.truncate(room);
        self.problems
            .extend(part.problems.into_iter().map(|problem| RowProblem { line: line + problem.line, ..problem }));
        self.scales = match (self.scales, part.scales) {
            (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
            (known, more) => known.or(more),
        };
        self.counts.read += part.counts.read;
        self.counts.used += part.counts.used;
        self.counts.outside_period += part.counts.outside_period;
        self.counts.excluded += part.counts.excluded;
        self.counts.rejected += part.counts.rejected;
        self.row += part.rows;
        Ok(part.piece)
    }

    fn finish(self) -> Result<Ledger, Problem> {
        let too_large = |e: MoneyError| too_large(self.name, &e);
        let mut other_currencies = BTreeMap::new();
        for (currency, sum) in self.other_currencies {
            other_currencies.insert(currency.code().to_owned(), sum.total().map_err(too_large)?);
        }
        Ok(Ledger {
            path: self.name.to_owned(),
            sha256: String::new(),
            bytes: 0,
            files: Vec::new(),
            currency: self.options.currency,
            rows: self.counts,
            customers: self.accounts.into_customers(self.options.currency).map_err(too_large)?,
            problems: self.problems,
            problems_beyond: self.problems_beyond,
            other_currencies,
            checks: Vec::new(),
            is_ended: self.is_ended,
            added_up_by: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::usage::Direction;

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

    /// `2,12` for `2,123.45`: a row cut in its last cell has another number of decimals.
    #[test]
    fn a_row_that_the_file_cuts_short_is_refused_where_its_decimals_show_it() {
        let file = |last: &str| {
            let rows = "2026-03-01,MA_1,inbound,12.50\n2026-03-02,MA_1,inbound,2.25\n";
            try_read(format!("date,customer_id,direction,amount\n{rows}2026-03-03,MA_1,inbound,{last}").as_bytes())
                .unwrap()
        };
        let cut = file("2123.4");
        assert_eq!((cut.rows.used, cut.rows.rejected), (2, 1));
        assert!(cut.problems[0].why.contains("ends in the middle"));
        assert_eq!(cut.problems[0].line, 4);
        // As many decimals as every other row: nothing of it is missing.
        let whole = file("2123.45");
        assert_eq!((whole.rows.used, whole.is_ended), (3, true));
        // Where the decimals differ from row to row, it cannot be told.
        let unclear = b"date,customer_id,direction,amount\n2026-03-01,MA_1,inbound,1.5\n2026-03-01,MA_1,inbound,1.25\n2026-03-01,MA_1,inbound,3";
        assert_eq!((try_read(unclear).unwrap().rows.used, try_read(unclear).unwrap().is_ended), (3, false));
        // An amount that another cell follows is whole.
        let followed =
            b"date,customer_id,direction,amount,note\n2026-03-01,MA_1,inbound,1.5,a\n2026-03-01,MA_1,inbound,3,b";
        assert!(try_read(followed).unwrap().is_ended);
    }

    /// Enough for many pieces and both threads: sums, counts and the rows of what is wrong.
    #[test]
    fn a_large_file_reads_as_a_small_one_does() {
        let mut text = String::from("date,customer_id,customer_name,direction,amount\n");
        for n in 0..40_000 {
            let amount = if n % 10_000 == 9_999 { "x".to_owned() } else { format!("{}.{:02}", n % 7, n % 100) };
            text.push_str(&format!(
                "2026-03-{:02},MA_{},\"N{}\n, Ltd\",inbound,{amount}\n",
                1 + n % 31,
                n % 300,
                n % 3
            ));
            if n == 20_000 {
                text.push_str("date,customer_id,customer_name,direction,amount\n");
            }
        }
        let ledger = try_read(text.as_bytes()).unwrap();
        assert_eq!(ledger.rows, RowCounts { read: 40_001, used: 39_996, outside_period: 0, excluded: 0, rejected: 5 });
        let rows: Vec<u64> = ledger.problems.iter().map(|p| p.line).collect();
        assert_eq!(rows, [10_001, 20_001, 20_003, 30_002, 40_002]);
        assert!(ledger.problems[2].why.contains("the header stands here again"));
        assert_eq!(ledger.customers["MA_7"].name.as_deref(), Some("N1\n, Ltd"));
        let total = (0..40_000).filter(|n| n % 10_000 != 9_999).map(|n| (n % 7) * 100 + n % 100).sum::<i64>();
        assert_eq!(ledger.direction_total(Direction::Inbound).unwrap().amount().mantissa(), i128::from(total));
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
        let wide = format!("date,customer_id,direction,amount{}\n", ",x".repeat(20_000));
        assert!(try_read(wide.as_bytes()).unwrap_err().what.contains("20004 columns"));
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
