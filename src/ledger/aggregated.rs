//! A ledger that outgrows one machine, added up by the user's own engine: the query that
//! makes a small exact table of it, and the reader of that table. Guard columns show what
//! a query would hide: cells that are no plain decimals, keys that are missing, dates that
//! are none. Any of them above zero, and the table is refused.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::model::digest::sha256_hex;
use crate::model::money::{Currency, Money, Sum, parse_plain, shorten};
use crate::model::period::Period;
use crate::model::posting::{Ledger, PostedCustomer, RowCounts};
use crate::model::problem::Problem;
use crate::model::usage::Direction;

use super::decode::Decoded;
use super::too_large;

/// The format's name.
pub(crate) const AGGREGATED: &str = "aggregated";

/// Engines whose SQL is known: name, and what it calls a pattern test, a cast that gives
/// null where it fails, and text.
const DIALECTS: [(&str, &str, &str, &str); 4] = [
    ("duckdb", "regexp_full_match({c}, '{p}')", "TRY_CAST({c} AS DECIMAL(38,5))", "CAST({c} AS VARCHAR)"),
    ("spark", "{c} RLIKE '^{p}$'", "TRY_CAST({c} AS DECIMAL(38,5))", "CAST({c} AS STRING)"),
    ("bigquery", "REGEXP_CONTAINS({c}, r'^{p}$')", "SAFE_CAST({c} AS BIGNUMERIC)", "CAST({c} AS STRING)"),
    // Decimal128 wraps silently when a sum overflows; Decimal256 has the room.
    ("clickhouse", "match({c}, '^{p}$')", "toDecimal256OrZero({c}, 5)", "toString({c})"),
];

/// The names of the dialects.
pub(crate) fn dialects() -> impl Iterator<Item = &'static str> {
    DIALECTS.iter().map(|(name, ..)| *name)
}

/// What must be said of how the table was made, in lines `# key: value` before its header.
pub(crate) const PROVENANCE: [&str; 5] = ["engine", "source", "sql_sha256", "run_by", "run_at"];

const COLUMNS: [&str; 9] = [
    "customer_id",
    "direction",
    "currency",
    "amount",
    "row_count",
    "used_rows",
    "bad_amounts",
    "bad_dates",
    "null_keys",
];

/// The query for an engine, a period and a source (a table, or what else may stand after
/// FROM). None for an engine that is not known.
#[must_use]
pub(crate) fn query(dialect: &str, period: &Period, source: &str) -> Option<String> {
    let (_, test, cast, text) = DIALECTS.iter().find(|(name, ..)| *name == dialect)?;
    let matches = |column: &str, pattern: &str| test.replace("{c}", column).replace("{p}", pattern);
    let amount = matches("amount", "-?[0-9]{1,33}([.][0-9]{1,5})?");
    let date = matches("date", "[0-9]{4}-[0-9]{2}-[0-9]{2}");
    let inside = format!("date >= '{}' AND date <= '{}'", period.from, period.to);
    let sum = text.replace(
        "{c}",
        &format!("SUM(CASE WHEN {inside} AND {amount} THEN {} ELSE 0 END)", cast.replace("{c}", "amount")),
    );
    let count = |condition: &str| format!("SUM(CASE WHEN {condition} THEN 0 ELSE 1 END)");
    Some(format!(
        "SELECT\n  customer_id,\n  direction,\n  currency,\n  {sum} AS amount,\n  COUNT(*) AS row_count,\n  SUM(CASE WHEN {inside} THEN 1 ELSE 0 END) AS used_rows,\n  {} AS bad_amounts,\n  {} AS bad_dates,\n  {} AS null_keys\nFROM {source}\nGROUP BY customer_id, direction, currency\nORDER BY customer_id, direction, currency",
        count(&amount),
        count(&date),
        count("customer_id <> '' AND direction IN ('inbound', 'outbound') AND currency <> ''"),
    ))
}

/// The digest of a query, as the provenance states it.
#[must_use]
pub(crate) fn digest(query: &str) -> String {
    sha256_hex(query.as_bytes())
}

/// Reads the table.
///
/// # Errors
/// Provenance or columns missing, a guard above zero, a row that cannot be read: all listed.
pub(crate) fn read(file: &Decoded, name: &str, currency: Currency) -> Result<Ledger, Problem> {
    let (provenance, lines) = provenance(&file.text).map_err(|missing| refused(name, missing))?;
    let body: String = file.text.lines().skip(lines).collect::<Vec<_>>().join("\n");
    let mut reader = csv::Reader::from_reader(body.as_bytes());
    let header: Vec<String> =
        reader.headers().map(|h| h.iter().map(|cell| cell.trim().to_owned()).collect()).unwrap_or_default();
    let absent = COLUMNS.into_iter().filter(|column| !header.iter().any(|h| h == column));
    let absent: Vec<String> = absent.map(|column| format!("the column `{column}` is missing")).collect();
    if !absent.is_empty() {
        return Err(refused(name, absent));
    }

    let mut wrong = Vec::new();
    let mut rows = RowCounts::default();
    let mut sums: BTreeMap<String, (u64, [Sum; 2])> = BTreeMap::new();
    let mut others: BTreeMap<String, Sum> = BTreeMap::new();
    for (index, cells) in reader.records().enumerate() {
        let line = lines + index + 2;
        let Ok(cells) = cells else {
            wrong.push(format!("row {line} has another number of cells than the header"));
            continue;
        };
        let row = match Row::read(line, &header, &cells) {
            Ok(row) => row,
            Err(why) => {
                wrong.extend(why);
                continue;
            }
        };
        rows.read += row.all;
        rows.outside_period += row.all - row.used;
        let added = if row.currency == currency {
            rows.used += row.used;
            let entry = sums.entry(row.customer_id).or_insert_with(|| (0, [Sum::new(currency); 2]));
            entry.0 += row.used;
            entry.1[row.direction as usize].add(row.amount)
        } else {
            rows.excluded += row.used;
            let sum = others.entry(row.currency.code().to_owned());
            sum.or_insert_with(|| Sum::new(row.currency)).add(row.amount)
        };
        added.map_err(|e| too_large(name, &e))?;
    }
    if !wrong.is_empty() {
        return Err(refused(name, wrong));
    }
    let total = |sum: Sum| sum.total().map_err(|e| too_large(name, &e));
    let mut customers = BTreeMap::new();
    for (id, (rows, [inbound, outbound])) in sums {
        let (inbound, outbound, other) = (total(inbound)?, total(outbound)?, Money::zero(currency));
        customers.insert(id, PostedCustomer { name: None, inbound, outbound, other, rows, calls: [None; 2] });
    }
    let other_currencies =
        others.into_iter().map(|(code, sum)| Ok((code, total(sum)?))).collect::<Result<_, Problem>>()?;
    let said = |key: &str| provenance.get(key).map_or("", String::as_str);
    Ok(Ledger {
        path: name.to_owned(),
        sha256: file.sha256.clone(),
        bytes: file.bytes,
        files: Vec::new(),
        currency,
        rows,
        customers,
        problems: Vec::new(),
        problems_beyond: 0,
        aside: Vec::new(),
        other_currencies,
        checks: Vec::new(),
        hidden: Vec::new(),
        is_ended: true,
        added_up_by: Some(format!(
            "{}, from {}, by {} on {} (query {})",
            said("engine"),
            said("source"),
            said("run_by"),
            said("run_at"),
            said("sql_sha256")
        )),
    })
}

fn refused(name: &str, mut wrong: Vec<String>) -> Problem {
    let first = wrong.remove(0);
    Problem::stop("ledger-aggregated", format!("{name}: {first}"))
        .also(wrong)
        .next("crossfoot sql --dialect NAME prints the query and the lines that must stand before its result")
        .not_done("Nothing was computed from it.")
}

/// What is said before the header, and how many lines that takes; or all that is not said.
fn provenance(text: &str) -> Result<(BTreeMap<&str, String>, usize), Vec<String>> {
    let said = text.lines().take_while(|line| line.starts_with('#'));
    let pairs = said.clone().filter_map(|line| line.trim_start_matches('#').split_once(':'));
    let provenance: BTreeMap<&str, String> = pairs.map(|(key, value)| (key.trim(), value.trim().to_owned())).collect();
    let missing: Vec<String> = PROVENANCE
        .into_iter()
        // What the query's head leaves to be filled in stands in angle brackets.
        .filter(|key| provenance.get(key).is_none_or(|value| value.is_empty() || value.starts_with('<')))
        .map(|key| format!("the line `# {key}: …` is missing or not filled in: the report must say who added up what"))
        .collect();
    if missing.is_empty() { Ok((provenance, said.count())) } else { Err(missing) }
}

/// A row of the table, whose guards are all zero.
struct Row {
    customer_id: String,
    direction: Direction,
    currency: Currency,
    amount: Decimal,
    /// Rows that the engine added up or found outside the period.
    all: u64,
    /// Of them, added up.
    used: u64,
}

impl Row {
    /// Reads a row, or says all that is wrong with its guards, else the first thing that is.
    fn read(line: usize, header: &[String], cells: &csv::StringRecord) -> Result<Self, Vec<String>> {
        let cell = |column: &str| {
            header.iter().position(|h| h == column).and_then(|at| cells.get(at)).map(str::trim).unwrap_or_default()
        };
        let count = |column: &str| {
            let text = cell(column);
            text.parse::<u64>().map_err(|_| format!("row {line}: `{}` is not a count ({column})", shorten(text)))
        };
        let guard = |guard: &str| match count(guard) {
            Ok(0) => None,
            Ok(n) => Some(format!("row {line}: {guard} is {n}: such rows are in no sum, and must be mended first")),
            Err(why) => Some(why),
        };
        let guards: Vec<String> = ["bad_amounts", "bad_dates", "null_keys"].into_iter().filter_map(guard).collect();
        if !guards.is_empty() {
            return Err(guards);
        }
        let row = || {
            let (all, used) = (count("row_count")?, count("used_rows")?);
            let amount = parse_plain(cell("amount")).map_err(|e| format!("row {line}: {e}"))?;
            let direction = Direction::parse(cell("direction")).ok_or_else(|| format!("row {line}: no direction"))?;
            let currency = Currency::parse(cell("currency")).map_err(|e| format!("row {line}: {e}"))?;
            if used > all {
                return Err(format!("row {line}: more rows used than there are"));
            }
            Ok(Self { customer_id: cell("customer_id").to_owned(), direction, currency, amount, all, used })
        };
        row().map_err(|why| vec![why])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str =
        "# engine: DuckDB 1.4\n# source: s3://books/2026-03\n# sql_sha256: ab\n# run_by: asha\n# run_at: 2026-04-02\n";
    const COLUMNS: &str = "customer_id,direction,currency,amount,row_count,used_rows,bad_amounts,bad_dates,null_keys\n";

    fn table(rows: &str) -> Result<Ledger, Problem> {
        let text = format!("{HEAD}{COLUMNS}{rows}");
        let file = super::super::decode::decode(text.as_bytes(), "agg.csv").unwrap();
        read(&file, "agg.csv", Currency::INR)
    }

    #[test]
    fn sums_counts_and_who_made_them() {
        let ledger = table(
            "MA_1,inbound,INR,12.50000,10,9,0,0,0\nMA_1,outbound,INR,0.1,1,1,0,0,0\nMA_2,inbound,USD,3,2,2,0,0,0\n",
        )
        .unwrap();
        assert_eq!(ledger.rows, RowCounts { read: 13, used: 10, outside_period: 1, excluded: 2, rejected: 0 });
        assert_eq!(ledger.customers["MA_1"].inbound.plain(), "12.50000");
        assert_eq!(ledger.other_currencies["USD"].plain(), "3.00");
        let who = ledger.added_up_by.unwrap();
        assert_eq!(who, "DuckDB 1.4, from s3://books/2026-03, by asha on 2026-04-02 (query ab)");
    }

    #[test]
    fn a_guard_above_zero_or_a_missing_word_refuses_the_table() {
        for (rows, why) in [
            ("MA_1,inbound,INR,1,1,1,2,0,0\n", "row 7: bad_amounts is 2"),
            ("MA_1,inbound,INR,1,1,1,0,0,1\n", "row 7: null_keys is 1"),
            ("MA_1,inbound,INR,1e3,1,1,0,0,0\n", "row 7: `1e3` is not a plain decimal"),
            ("MA_1,sideways,INR,1,1,1,0,0,0\n", "row 7: no direction"),
            ("MA_1,inbound,INR,1,1,2,0,0,0\n", "row 7: more rows used"),
        ] {
            assert!(table(rows).unwrap_err().what.contains(why), "{why}");
        }
        let bare = format!("{}{COLUMNS}", HEAD.replace("asha", "<who ran it>"));
        let file = super::super::decode::decode(bare.as_bytes(), "agg.csv").unwrap();
        assert!(read(&file, "agg.csv", Currency::INR).unwrap_err().what.contains("`# run_by: …`"));
    }

    #[test]
    fn the_query_for_each_engine() {
        let march = Period::parse("2026-03").unwrap();
        let all: Vec<String> =
            dialects().map(|name| format!("-- {name}\n{}", query(name, &march, "ledger").unwrap())).collect();
        insta::assert_snapshot!(all.join("\n\n"));
        assert_eq!(query("oracle", &march, "ledger"), None);
    }
}
