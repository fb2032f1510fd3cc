//! A ledger in Parquet and the same ledger in CSV are one ledger: sums, account of rows, and
//! what is said about each bad one.

use std::io::Cursor;
use std::sync::Arc;

use chrono_tz::Asia::Kolkata;
use crossfoot::ledger::known::CANONICAL;
use crossfoot::ledger::open::{Reading, read, rows};
use crossfoot::model::money::Currency;
use crossfoot::model::period::Period;
use crossfoot::model::posting::{Ledger, Wanted};
use parquet::data_type::{ByteArray, ByteArrayType, FixedLenByteArray, FixedLenByteArrayType, Int32Type, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use proptest::prelude::*;

/// A row as a warehouse has it; None where a cell is null.
#[derive(Clone, Debug)]
struct Row {
    date: i32,
    customer: Option<&'static str>,
    name: Option<&'static str>,
    direction: Option<&'static str>,
    amount: Option<i64>,
    currency: Option<&'static str>,
    calls: Option<i64>,
}

/// How a writer stores days and amounts.
#[derive(Clone, Copy, Debug)]
enum Storage {
    Days,
    Micros,
    Text,
}

const COLUMNS: &str = "date,customer_id,customer_name,direction,amount,currency,calls";

fn rows_of() -> impl Strategy<Value = Vec<Row>> {
    let text = |values: &'static [&'static str]| proptest::option::weighted(0.95, proptest::sample::select(values));
    let row = (
        20_510_i32..20_550,
        text(&["MA_1", "MA_2", "a customer with a long id", " MA_1", "MA_3\u{a0}", "रवि", "\u{1}"]),
        text(&["Alpha, Ltd", "Beta \"B\" Ltd", "Gamma\nLtd", "", " Delta "]),
        text(&["inbound", "outbound", "inbound", "outbound", "Inbound", "OUT", ""]),
        proptest::option::weighted(0.97, -1_000_000_i64..1_000_000),
        text(&["INR", "INR", "INR", "USD", "XXQ", "inr"]),
        proptest::option::weighted(0.9, prop_oneof![9 => 0_i64..1_000, 1 => Just(-1)]),
    );
    let row = row.prop_map(|(date, customer, name, direction, amount, currency, calls)| Row {
        date,
        customer,
        name,
        direction,
        amount,
        currency,
        calls,
    });
    proptest::collection::vec(row, 0..80)
}

fn day(days: i32) -> String {
    (chrono::NaiveDate::default() + chrono::Days::new(u64::try_from(days).unwrap())).to_string()
}

/// With every digit of its five decimals.
fn plain(units: i64) -> String {
    format!("{}{}.{:05}", if units < 0 { "-" } else { "" }, units.abs() / 100_000, units.abs() % 100_000)
}

/// Nine in the evening in London is the next day in Kolkata.
fn written(date: i32, storage: Storage) -> String {
    match storage {
        Storage::Micros => format!("{}T21:00:00Z", day(date)),
        _ => day(date),
    }
}

fn csv(rows: &[Row], storage: Storage) -> Vec<u8> {
    let mut text = format!("{COLUMNS}\n");
    for row in rows {
        let cells = [
            written(row.date, storage),
            row.customer.unwrap_or_default().to_owned(),
            row.name.unwrap_or_default().to_owned(),
            row.direction.unwrap_or_default().to_owned(),
            row.amount.map(plain).unwrap_or_default(),
            row.currency.unwrap_or_default().to_owned(),
            row.calls.map(|calls| calls.to_string()).unwrap_or_default(),
        ];
        let quoted: Vec<String> = cells.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
        text.push_str(&format!("{}\n", quoted.join(",")));
    }
    text.into_bytes()
}

/// Writes one column: where a value is missing its level says so.
macro_rules! column {
    ($group:expr, $kind:ty, $values:expr) => {{
        let values: Vec<Option<_>> = $values;
        let levels: Vec<i16> = values.iter().map(|value| i16::from(value.is_some())).collect();
        let present: Vec<_> = values.into_iter().flatten().collect();
        let mut column = $group.next_column().unwrap().unwrap();
        column.typed::<$kind>().write_batch(&present, Some(&levels), None).unwrap();
        column.close().unwrap();
    }};
}

fn texts<W: std::io::Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    values: impl Iterator<Item = Option<String>>,
) {
    column!(group, ByteArrayType, values.map(|value| value.map(|text| ByteArray::from(text.into_bytes()))).collect());
}

fn parquet(rows: &[Row], storage: Storage, group_rows: usize, dictionary: bool) -> Vec<u8> {
    let (date, amount) = match storage {
        Storage::Days => ("INT32 date (DATE)", "INT64 amount (DECIMAL(18,5))"),
        Storage::Micros => ("INT64 date (TIMESTAMP(MICROS,true))", "FIXED_LEN_BYTE_ARRAY(9) amount (DECIMAL(20,5))"),
        Storage::Text => ("BYTE_ARRAY date (UTF8)", "BYTE_ARRAY amount (UTF8)"),
    };
    let schema = format!(
        "message ledger {{ OPTIONAL {date}; OPTIONAL BYTE_ARRAY customer_id (UTF8); OPTIONAL BYTE_ARRAY customer_name (UTF8); OPTIONAL BYTE_ARRAY direction (UTF8); OPTIONAL {amount}; OPTIONAL BYTE_ARRAY currency (UTF8); OPTIONAL INT64 calls; }}"
    );
    let properties = WriterProperties::builder().set_dictionary_enabled(dictionary).build();
    let schema = Arc::new(parse_message_type(&schema).unwrap());
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties)).unwrap();
    for rows in rows.chunks(group_rows) {
        let mut group = writer.next_row_group().unwrap();
        let own = |text: Option<&str>| text.map(str::to_owned);
        match storage {
            Storage::Days => column!(group, Int32Type, rows.iter().map(|row| Some(row.date)).collect()),
            Storage::Micros => {
                let evening = |date: i32| (i64::from(date) * 86_400 + 21 * 3_600) * 1_000_000;
                column!(group, Int64Type, rows.iter().map(|row| Some(evening(row.date))).collect());
            }
            Storage::Text => texts(&mut group, rows.iter().map(|row| Some(day(row.date)))),
        }
        texts(&mut group, rows.iter().map(|row| own(row.customer)));
        texts(&mut group, rows.iter().map(|row| own(row.name)));
        texts(&mut group, rows.iter().map(|row| own(row.direction)));
        match storage {
            Storage::Days => column!(group, Int64Type, rows.iter().map(|row| row.amount).collect()),
            Storage::Micros => {
                let bytes = |units: i64| {
                    let sign = if units < 0 { 0xff } else { 0 };
                    FixedLenByteArray::from([&[sign][..], &units.to_be_bytes()].concat())
                };
                column!(group, FixedLenByteArrayType, rows.iter().map(|row| row.amount.map(bytes)).collect());
            }
            Storage::Text => texts(&mut group, rows.iter().map(|row| row.amount.map(plain))),
        }
        texts(&mut group, rows.iter().map(|row| own(row.currency)));
        column!(group, Int64Type, rows.iter().map(|row| row.calls).collect());
        group.close().unwrap();
    }
    writer.into_inner().unwrap()
}

fn reading<'a>(period: &'a Period) -> Reading<'a> {
    static FORMATS: std::sync::OnceLock<std::collections::BTreeMap<String, crossfoot::ledger::format::Format>> =
        std::sync::OnceLock::new();
    static ACCOUNTS: std::sync::OnceLock<
        std::collections::BTreeMap<String, crossfoot::model::ledger_terms::AccountUse>,
    > = std::sync::OnceLock::new();
    static TYPES: std::sync::OnceLock<std::collections::BTreeMap<String, bool>> = std::sync::OnceLock::new();
    Reading {
        format: CANONICAL,
        own_formats: FORMATS.get_or_init(Default::default),
        sheet: None,
        date_order: None,
        timezone: Kolkata,
        accounts: ACCOUNTS.get_or_init(Default::default),
        voucher_types: TYPES.get_or_init(Default::default),
        period: Some(period),
        currency: Currency::INR,
        default_currency: Currency::INR,
        resolve: &|_| None,
    }
}

fn ledger(bytes: &[u8]) -> Ledger {
    let march = Period::parse("2026-03").unwrap();
    let ledger = read(Cursor::new(bytes), "ledger", &reading(&march)).unwrap().0;
    assert_eq!(ledger.bytes, bytes.len() as u64);
    // What is left is what the rows say.
    Ledger { sha256: String::new(), bytes: 0, ..ledger }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn parquet_and_csv_of_the_same_rows_are_the_same_ledger(
        rows_given in rows_of(),
        storage in proptest::sample::select(vec![Storage::Days, Storage::Micros, Storage::Text]),
        group_rows in 1_usize..50,
        dictionary in any::<bool>(),
    ) {
        let (text, columns) = (csv(&rows_given, storage), parquet(&rows_given, storage, group_rows, dictionary));
        let expected = ledger(&text);
        for _ in 0..2 {
            prop_assert_eq!(&ledger(&columns), &expected);
        }
        let march = Period::parse("2026-03").unwrap();
        let wanted = Wanted {
            customers: ["MA_1".to_owned(), "रवि".to_owned()].into(),
            amounts: rows_given.first().and_then(|row| row.amount).map(|units| rust_decimal::Decimal::new(units, 5)).into_iter().collect(),
            ..Wanted::default()
        };
        let found = |bytes: &[u8]| rows(Cursor::new(bytes), "ledger", &reading(&march), &wanted).unwrap();
        prop_assert_eq!(found(&columns), found(&text));
    }
}

/// Row groups of many batches, on two threads: the digest is the file's, and what is wrong
/// is told in the file's order.
#[test]
fn a_large_file_reads_as_its_csv_does() {
    let row = |n: i32| Row {
        date: 20_513 + n % 31,
        customer: Some(["MA_1", "MA_2", "MA_3"][usize::try_from(n % 3).unwrap()]),
        name: (n % 7 > 0).then_some("Alpha"),
        direction: Some(if n % 5_000 == 4_999 { "sideways" } else { "outbound" }),
        amount: Some(i64::from(n)),
        currency: Some("INR"),
        calls: Some(1),
    };
    let rows: Vec<Row> = (0..40_000).map(row).collect();
    let columns = parquet(&rows, Storage::Days, 9_000, true);
    let expected = ledger(&csv(&rows, Storage::Days));
    assert_eq!(expected.problems.len(), 8);
    assert_eq!(ledger(&columns), expected);
    let march = Period::parse("2026-03").unwrap();
    let digest = read(Cursor::new(&columns), "ledger", &reading(&march)).unwrap().0.sha256;
    assert_eq!(digest, crossfoot::model::digest::sha256_hex(&columns));
}

/// Whatever bytes stand in it, it is read or refused.
#[test]
fn a_damaged_file_is_refused_or_read() {
    let rows: Vec<Row> = (0..50)
        .map(|n| Row {
            date: 20_513,
            customer: Some("MA_1"),
            name: None,
            direction: Some("inbound"),
            amount: Some(n),
            currency: None,
            calls: None,
        })
        .collect();
    let whole = parquet(&rows, Storage::Days, 20, true);
    let march = Period::parse("2026-03").unwrap();
    for at in (4..whole.len()).step_by(3) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x55;
        if let Ok((ledger, _)) = read(Cursor::new(&damaged), "ledger", &reading(&march)) {
            let rows = ledger.rows;
            assert_eq!(rows.read, rows.used + rows.outside_period + rows.excluded + rows.rejected);
        }
    }
}
