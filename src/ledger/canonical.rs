//! The canonical ledger: UTF-8 CSV with a header row; `date` (YYYY-MM-DD), `customer_id`,
//! `direction`, `amount`, and optionally `customer_name`, `currency`, `reference`,
//! `description`, `calls`; any order, further columns ignored. One pass, memory that grows
//! with customers and not with rows.

use std::io::Read;
use std::sync::OnceLock;

use super::canonical_header::{Columns, MAX_COLUMNS};
use super::canonical_row::Reader;
use super::canonical_sums::Pass;
use super::cells::{Cell, Text, records};
use super::customer_sums::short_key;
use super::decode::Hashed;
use super::pieces::{Piece, Pieces, Tail, each};
use crate::model::posting::Ledger;
use crate::model::problem::Problem;

pub use super::canonical_row::Options;

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
    let order = OnceLock::new();
    let reader = Reader { options, columns: &columns, order: &order, waits: true };
    let mut pass = Pass::new(name, reader);
    // The header's row and the empty ones before it.
    pass.row = first.0;
    pass.take(reader.piece(first.1))?;
    each(&mut pieces, |piece| reader.piece(piece), |part| pass.take(part).map(Some))?;
    pass.finish()
}

/// The key of an id that is its own: see [`short_key`].
pub(super) fn key_of(id: &[u8]) -> Option<u128> {
    let whole = Cell::new(0, id.len());
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
        let (rows, _) = records(piece.rows(), pieces.delimiter, MAX_COLUMNS, |record| {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::money::Currency;
    use crate::model::period::Period;
    use crate::model::posting::RowCounts;
    use crate::model::usage::Direction;

    fn try_read(text: &[u8]) -> Result<Ledger, Problem> {
        let march = Period::parse("2026-03").unwrap();
        let options = Options {
            period: Some(&march),
            currency: Currency::INR,
            default_currency: Currency::INR,
            date_order: None,
            timezone: chrono_tz::Asia::Kolkata,
        };
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
            b"date,customer_id,direction,amount,currency,calls\n2026-02-30,MA_1,inbound,\"1,000\",INR,1\n2026-03-01,,inbound,5.00,INR,1\n2026-03-01,MA_1,sideways,5.00,INR,1\n2026-03-01,MA_1,inbound,5.00,INX,1\n2026-03-01,MA_1,inbound,5.00,USD,1\n2026-03-01,MA_1,inbound,5.00\n2026-03-01,MA_1,inbound,5.00,,one\n",
        )
        .unwrap();
        assert_eq!(
            lines(&ledger),
            [
                (2, "`2026-02-30` is not a day in the calendar"),
                (2, "`1,000` is 1000 or 1.000: write it without separators between thousands"),
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

    fn sums_of(text: &str) -> (RowCounts, String) {
        let ledger = try_read(text.as_bytes()).unwrap();
        let of = |direction| ledger.direction_total(direction).unwrap().plain();
        (ledger.rows, format!("{} {}", of(Direction::Inbound), of(Direction::Outbound)))
    }

    #[test]
    fn what_people_mistype_is_read_where_it_can_mean_one_thing() {
        let all = |n| RowCounts { read: n, used: n, ..RowCounts::default() };
        for (text, rows, sums) in [
            ("Date;Customer ID;Direction;Amount\n2026-03-01;MA_1;Inbound ;10.00\n", 1, "10.00 0.00"),
            (
                "date;customer_id;direction;amount\n31.03.2026;MA_1;inbound;1.234,50\n30.03.2026;MA_1;outbound;5,25\n",
                2,
                "1234.50 5.25",
            ),
            ("date\tcustomer_id\tdirection\tamount\n2026-03-01\tMA_1\tINBOUND\t\"1,00,000.00\"\n", 1, "100000.00 0.00"),
            (
                "\u{feff}date,customer_id ,direction,\u{a0}amount\n2026-03-01,MA_1\u{a0},inbound,₹ 5.00\n2026-03-01,MA_1,inbound,5.00 \n",
                2,
                "10.00 0.00",
            ),
        ] {
            assert_eq!(sums_of(text), (all(rows), sums.to_owned()), "{text}");
        }
        assert_eq!(
            sums_of("date,customer_id,direction,amount\n2026-03-31T20:00:00Z,MA_1,inbound,1.00\n").0.outside_period,
            1
        );
    }

    /// 03-04-2026 waits for a row that shows which number is the day, before or behind it.
    #[test]
    fn a_date_with_two_readings_waits_for_a_row_that_shows_the_order() {
        let file = |rows: &str| format!("date,customer_id,direction,amount\n{rows}");
        let (before, proof) =
            ("03-04-2026,MA_1,inbound,1.00\n04-03-2026,MA_1,inbound,2.00\n", "31-03-2026,MA_1,inbound,4.00\n");
        for rows in [format!("{before}{proof}"), format!("{proof}{before}")] {
            let (rows, sums) = sums_of(&file(&rows));
            assert_eq!((rows.used, rows.outside_period, sums.as_str()), (2, 1, "6.00 0.00"));
        }
        let unproved = try_read(file(&format!("{before}05-05-2026,MA_1,inbound,1.00\n")).as_bytes()).unwrap();
        assert_eq!((unproved.rows.rejected, unproved.rows.outside_period), (2, 1));
        assert!(unproved.problems[0].why.starts_with("`03-04-2026` is 2026-04-03 or 2026-03-04"));
        let both = try_read(file(&format!("{proof}03-31-2026,MA_1,inbound,1.00\n")).as_bytes()).unwrap_err();
        assert!(both.what.contains("dates in two ways"), "{both:?}");
        let commas = try_read(file("2026-03-01,MA_1,inbound,\"5,25\"\n2026-03-01,MA_1,inbound,1.234\n").as_bytes());
        assert!(commas.unwrap_err().what.contains("amounts in two ways"));
    }

    #[test]
    fn a_total_below_the_rows_is_one_only_where_it_adds_up() {
        let file = |rest: &str| {
            format!(
                "date,customer_id,direction,amount\n2026-03-01,MA_1,inbound,1.00\n2026-04-01,MA_1,inbound,2.00\n{rest}"
            )
        };
        for total in ["Total,,,3.00\n", ",Total,,\"3.00\"\n,,,\n", ",,,3\n"] {
            let ledger = try_read(file(total).as_bytes()).unwrap();
            assert_eq!((ledger.rows.used, ledger.rows.rejected, ledger.checks.len()), (1, 0, 1), "{total}");
            assert_eq!((ledger.rows.read, ledger.checks[0].line), (3 + u64::from(total.contains("\n,")), Some(4)));
        }
        for (no_total, rejected) in [
            ("Total,,,3.01\n", 1),
            ("Total,,,3.00\n2026-03-01,MA_1,inbound,0.00\n", 1),
            ("Total,,inbound,3.00\n", 1),
            // Beside a row that cannot be read, nothing says what all rows come to.
            ("Total,,,1.00\nTotal,,,3.00\n", 2),
        ] {
            let ledger = try_read(file(no_total).as_bytes()).unwrap();
            assert_eq!((ledger.rows.rejected, lines(&ledger)[0].0), (rejected, 4), "{no_total}");
        }
    }

    #[test]
    fn a_sum_beyond_the_exact_range_is_an_error() {
        let row = "2026-03-01,MA_1,inbound,79228162514264337593543950335\n";
        let text = format!("date,customer_id,direction,amount\n{row}{row}");
        assert_eq!(try_read(text.as_bytes()).unwrap_err().code, "overflow");
    }
}
