//! A ledger that outgrows one machine, added up by the user's own engine: the query that
//! makes a small exact table of it, and the reader of that table. Guard columns show what
//! a query would hide: cells that are no plain decimals, keys that are missing, dates that
//! are none. Any of them above zero, and the table is refused.

use std::collections::BTreeMap;

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
    let mut provenance: BTreeMap<String, String> = BTreeMap::new();
    let mut lines = 0;
    for line in file.text.lines().take_while(|line| line.starts_with('#')) {
        lines += 1;
        if let Some((key, value)) = line.trim_start_matches('#').split_once(':') {
            provenance.insert(key.trim().to_owned(), value.trim().to_owned());
        }
    }
    let refuse = |mut wrong: Vec<String>| {
        let first = wrong.remove(0);
        Problem::stop("ledger-aggregated", format!("{name}: {first}"))
            .also(wrong)
            .next("crossfoot sql --dialect NAME prints the query and the lines that must stand before its result")
            .not_done("Nothing was computed from it.")
    };
    let missing: Vec<String> = PROVENANCE
        .into_iter()
        // What the query's head leaves to be filled in stands in angle brackets.
        .filter(|key| provenance.get(*key).is_none_or(|value| value.is_empty() || value.starts_with('<')))
        .map(|key| format!("the line `# {key}: …` is missing or not filled in: the report must say who added up what"))
        .collect();
    if !missing.is_empty() {
        return Err(refuse(missing));
    }
    let body: String = file.text.lines().skip(lines).collect::<Vec<_>>().join("\n");
    let mut reader = csv::Reader::from_reader(body.as_bytes());
    let header: Vec<String> =
        reader.headers().map(|h| h.iter().map(|cell| cell.trim().to_owned()).collect()).unwrap_or_default();
    let absent: Vec<String> = COLUMNS
        .into_iter()
        .filter(|column| !header.iter().any(|h| h == column))
        .map(|column| format!("the column `{column}` is missing"))
        .collect();
    if !absent.is_empty() {
        return Err(refuse(absent));
    }

    let mut wrong = Vec::new();
    let mut rows = RowCounts::default();
    let mut sums: BTreeMap<String, (u64, [Sum; 2])> = BTreeMap::new();
    let mut others: BTreeMap<String, Sum> = BTreeMap::new();
    for (index, row) in reader.records().enumerate() {
        let line = lines + index + 2;
        let Ok(row) = row else {
            wrong.push(format!("row {line} has another number of cells than the header"));
            continue;
        };
        let cell = |column: &str| {
            header.iter().position(|h| h == column).and_then(|at| row.get(at)).map(str::trim).unwrap_or_default()
        };
        let count = |column: &str| {
            cell(column)
                .parse::<u64>()
                .map_err(|_| format!("row {line}: `{}` is not a count ({column})", shorten(cell(column))))
        };
        let guards: Vec<String> = ["bad_amounts", "bad_dates", "null_keys"]
            .into_iter()
            .filter_map(|guard| match count(guard) {
                Ok(0) => None,
                Ok(n) => Some(format!("row {line}: {guard} is {n}: such rows are in no sum, and must be mended first")),
                Err(why) => Some(why),
            })
            .collect();
        if !guards.is_empty() {
            wrong.extend(guards);
            continue;
        }
        let read = (|| {
            let (all, used) = (count("row_count")?, count("used_rows")?);
            let amount = parse_plain(cell("amount")).map_err(|e| format!("row {line}: {e}"))?;
            let direction = Direction::parse(cell("direction")).ok_or_else(|| format!("row {line}: no direction"))?;
            let money = Currency::parse(cell("currency")).map_err(|e| format!("row {line}: {e}"))?;
            let outside = all.checked_sub(used).ok_or_else(|| format!("row {line}: more rows used than there are"))?;
            Ok::<_, String>((all, used, outside, amount, direction, money))
        })();
        let (all, used, outside, amount, direction, money) = match read {
            Ok(read) => read,
            Err(why) => {
                wrong.push(why);
                continue;
            }
        };
        rows.read += all;
        rows.outside_period += outside;
        let added = if money == currency {
            rows.used += used;
            let entry = sums.entry(cell("customer_id").to_owned()).or_insert_with(|| (0, [Sum::new(currency); 2]));
            entry.0 += used;
            entry.1[direction as usize].add(amount)
        } else {
            rows.excluded += used;
            others.entry(money.code().to_owned()).or_insert_with(|| Sum::new(money)).add(amount)
        };
        added.map_err(|e| too_large(name, &e))?;
    }
    if !wrong.is_empty() {
        return Err(refuse(wrong));
    }
    let mut customers = BTreeMap::new();
    for (id, (used, [inbound, outbound])) in sums {
        let total = |sum: Sum| sum.total().map_err(|e| too_large(name, &e));
        let posted = PostedCustomer {
            name: None,
            inbound: total(inbound)?,
            outbound: total(outbound)?,
            other: Money::zero(currency),
            rows: used,
            calls: [None; 2],
        };
        customers.insert(id, posted);
    }
    let other_currencies = others
        .into_iter()
        .map(|(code, sum)| Ok((code, sum.total().map_err(|e| too_large(name, &e))?)))
        .collect::<Result<_, Problem>>()?;
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
