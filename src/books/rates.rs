//! `rates.csv`: what currencies were worth in that of the books, a row each: `currency`, `date`
//! (a day), `rate` (of one unit) and `source` (who published it).

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::layout::RATES;
use super::spreadsheet::{Sheet, rows};
use crate::model::exchange::Rate;
use crate::model::money::{Currency, parse_plain, times};
use crate::model::period::parse_day;
use crate::model::problem::Problem;

const COLUMNS: [&str; 4] = ["currency", "date", "rate", "source"];

/// Reads the file of books that are in a currency. Its rows in the order of the file.
///
/// # Errors
/// A missing or unknown column, and every row that is wrong, or that gives a currency a second
/// rate for a day: all listed.
pub(crate) fn parse(bytes: &[u8], books: Currency) -> Result<Vec<Rate>, Problem> {
    let sheet = Sheet { code: "rates", file: RATES, columns: &COLUMNS, needed: &COLUMNS };
    let mut seen = BTreeMap::new();
    let read = rows(bytes, &sheet, |row, cell| {
        let needed = |name: &str| cell(name).ok_or_else(|| format!("`{name}` is empty"));
        let currency = Currency::parse(needed("currency")?).map_err(|e| format!("currency: {e}"))?;
        if currency == books {
            return Err(format!("currency: the books are in {currency}, which needs no rate"));
        }
        let day = parse_day(needed("date")?).map_err(|e| format!("date: {e}"))?;
        let rate = parse_plain(needed("rate")?).map_err(|e| format!("rate: {e}"))?;
        if rate <= Decimal::ZERO {
            return Err(format!("rate: must be above zero: what one {currency} is worth in {books}"));
        }
        let source = needed("source")?.to_owned();
        match seen.insert((currency, day), row) {
            Some(first) => {
                Err(format!("{currency} has a rate of {day} in row {first} already: keep the one that counts"))
            }
            None => Ok(Rate { currency, rate, day, source }),
        }
    })?;
    plausible(&read)?;
    Ok(read)
}

/// So many times between two rates that follow each other is another unit and no market.
const FURTHEST: u32 = 10;

/// Makes sure that rates of a currency are all of one unit of it.
fn plausible(rates: &[Rate]) -> Result<(), Problem> {
    let mut in_order: Vec<&Rate> = rates.iter().collect();
    in_order.sort_by(|a, b| (a.currency.code(), a.day).cmp(&(b.currency.code(), b.day)));
    let far = in_order.windows(2).filter_map(|pair| {
        let [before, after] = pair else { return None };
        let (low, high) = if before.rate < after.rate { (before.rate, after.rate) } else { (after.rate, before.rate) };
        let is_far = before.currency == after.currency && times(low, FURTHEST.into()).is_ok_and(|most| high > most);
        is_far.then(|| {
            format!(
                "{RATES}: {} is {} on {} and {} on {}, more than {FURTHEST} times apart",
                before.currency, before.rate, before.day, after.rate, after.day
            )
        })
    });
    let mut far: Vec<String> = far.collect();
    if far.is_empty() {
        return Ok(());
    }
    let first = far.remove(0);
    Err(Problem::usage("rates", first)
        .also(far)
        .because("one of them is of another number of units")
        .next("write what one unit is worth (some publish the yen by the hundred)")
        .not_done("Nothing was done."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_read_with_all_its_digits() {
        let text =
            b"date,currency,rate,source\n2026-04-01,USD,84.123450,RBI reference rate\n2026-04-01,JPY,0.5612,FBIL\n";
        let rates = parse(text, Currency::INR).unwrap();
        let told = |rate: &Rate| format!("{} {} {} {}", rate.currency, rate.day, rate.rate, rate.source);
        let told: Vec<String> = rates.iter().map(told).collect();
        assert_eq!(told, ["USD 2026-04-01 84.123450 RBI reference rate", "JPY 2026-04-01 0.5612 FBIL"]);
    }

    #[test]
    fn a_rate_of_a_hundred_units_is_asked_about() {
        let text = |yen: &str| {
            format!(
                "currency,date,rate,source\nJPY,2026-04-01,0.5612,FBIL\nUSD,2026-04-02,84,RBI\nJPY,2026-04-03,{yen},RBI\n"
            )
        };
        assert!(parse(text("5.6").as_bytes(), Currency::INR).is_ok());
        let problem = parse(text("56.30").as_bytes(), Currency::INR).unwrap_err();
        assert_eq!(
            problem.what,
            "rates.csv: JPY is 0.5612 on 2026-04-01 and 56.30 on 2026-04-03, more than 10 times apart"
        );
    }

    #[test]
    fn everything_wrong_is_told_by_its_row() {
        let text = b"currency,date,rate,source\nINR,2026-04-01,1,RBI\nUSD,2026-04-01,0,RBI\nUSD,2026-04-01,-84,RBI\nUSD,2026-04-01,84,\nDOLLAR,2026-04-01,84,RBI\nUSD,2026-04-31,84,RBI\nUSD,2026-04-02,\"84,1\",RBI\nEUR,2026-04-01,91,RBI\nEUR,2026-04-01,91.5,FBIL\n";
        let problem = parse(text, Currency::INR).unwrap_err();
        let all = [vec![problem.what.clone()], problem.also.clone()].concat().join("\n");
        insta::assert_snapshot!(all, @r"
        rates.csv, row 2: currency: the books are in INR, which needs no rate
        rates.csv, row 3: rate: must be above zero: what one USD is worth in INR
        rates.csv, row 4: rate: must be above zero: what one USD is worth in INR
        rates.csv, row 5: `source` is empty
        rates.csv, row 6: currency: `DOLLAR` is not an ISO 4217 currency code
        rates.csv, row 7: date: `2026-04-31` is not a day in the calendar
        rates.csv, row 8: rate: `84,1` is not a plain decimal amount such as 1234.50 or -1234.50
        rates.csv, row 10: EUR has a rate of 2026-04-01 in row 9 already: keep the one that counts
        ");
        assert!(parse(b"currency,date,rat,source\n", Currency::INR).unwrap_err().what.contains("did you mean `rate`?"));
        assert!(parse(b"currency,date,rate\n", Currency::INR).unwrap_err().what.contains("no column `source`"));
    }
}
