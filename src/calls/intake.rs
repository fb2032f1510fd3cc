//! Calls on their way in: each is counted, set aside or refused, and what counts is handed
//! to the order that matches it. No row is lost: read is always the sum of the rest.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::number::{self, COMPARED, Number};
use super::record::{DAY, FOREIGN, Id, OUTSIDE, Record, UNSTATED};
use super::sort::Sorter;
use crate::ledger::moments::Moment;
use crate::model::money::{Currency, MoneyError, Tally, shorten};
use crate::model::problem::Problem;
use crate::model::usage::Direction;

/// Bad rows that are told one by one.
const KEPT: usize = 100;
/// More accounts than any partner's customers have: the column is another one.
const MAX_ACCOUNTS: usize = 1_000_000;
/// How far outside of the period a call is still looked at, in seconds: a clock that goes
/// wrong by a whole time zone moves calls over the edge.
const AROUND: i64 = 86_400;

/// How many calls, and what they cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counted {
    /// Calls.
    pub calls: u64,
    /// Their cost.
    pub cost: Tally,
}

impl Counted {
    /// Counts one more.
    pub(crate) fn add(&mut self, record: &Record) -> Result<(), MoneyError> {
        self.calls += 1;
        self.cost.add_units(i128::from(record.units), u32::from(record.scale))
    }
}

/// A row that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BadRow {
    /// File, where a side has several.
    pub file: String,
    /// The row in it.
    pub line: u64,
    /// The column.
    pub column: String,
    /// What is wrong with it; the text as it stands is quoted in it.
    pub why: String,
}

/// What was read of a side.
#[derive(Clone, Debug, Default)]
pub(crate) struct Intake {
    /// Rows.
    pub read: u64,
    /// Rows that are in the totals.
    pub counted: Counted,
    /// Rows whose start is outside of the period.
    pub outside: Counted,
    /// Rows in other currencies.
    pub foreign: BTreeMap<String, Counted>,
    /// Rows that were delivered more than once; counted once.
    pub again: Counted,
    /// Empty rows and totals.
    pub aside: u64,
    /// Rows that cannot be read.
    pub rejected: u64,
    /// The first of them.
    pub bad: Vec<BadRow>,
    /// Rows without an id.
    pub without_id: u64,
    /// Numbers of which a spreadsheet has cut digits off.
    pub cut_numbers: u64,
    /// Rows with a caller and with a called number.
    pub numbers: [u64; 2],
    /// The fewest digits that any caller and any called number shows.
    pub seen: [u32; 2],
    /// The most decimals of a cost.
    pub scale: u8,
    /// Whose calls they are, by the hash of the name.
    pub accounts: BTreeMap<u64, String>,
    /// The account of the last row: the next is often its.
    last: (String, u64),
    /// Files, where there are several.
    pub files: Vec<String>,
}

/// What every row is looked at with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    /// The first second of the period, and the first after it.
    pub seconds: (i64, i64),
    /// The currency of the comparison.
    pub currency: Currency,
}

impl Window {
    pub(crate) fn new((from, to): (DateTime<Utc>, DateTime<Utc>), currency: Currency) -> Self {
        Self { seconds: (from.timestamp(), to.timestamp()), currency }
    }
}

/// A row that can be read.
#[derive(Clone, Debug)]
pub(crate) struct Row<'a> {
    pub id: Id,
    pub from: &'a str,
    pub to: &'a str,
    pub start: Moment,
    pub billed: u32,
    pub whole: u32,
    pub cost: Decimal,
    pub currency: Currency,
    pub account: &'a str,
    pub direction: Option<Direction>,
    pub line: u64,
}

/// Words with the digits of whatever may be a telephone number masked, but for the last two. What
/// has a decimal point is none.
fn without_numbers(words: String) -> String {
    const FEWEST: usize = 9;
    if !words.bytes().any(|byte| byte.is_ascii_digit()) {
        return words;
    }
    let letters: Vec<char> = words.chars().collect();
    let is_digit = |at: usize| letters.get(at).is_some_and(char::is_ascii_digit);
    let is_point = |at: Option<usize>, digit: usize| {
        at.and_then(|at| letters.get(at)).is_some_and(|letter| *letter == '.') && is_digit(digit)
    };
    let mut out = letters.clone();
    let mut from = 0;
    while from < letters.len() {
        let to = (from..letters.len()).find(|at| !is_digit(*at)).unwrap_or(letters.len());
        let is_decimal = is_point(from.checked_sub(1), from) || is_point(Some(to), to + 1);
        if to - from >= FEWEST && !is_decimal {
            out[from..to - 2].fill('x');
        }
        from = to + 1;
    }
    out.into_iter().collect()
}

impl Intake {
    pub(crate) fn new() -> Self {
        Self { seen: [COMPARED; 2], ..Self::default() }
    }

    /// Begins another file of the side.
    pub(crate) fn file(&mut self, name: String) {
        self.files.push(name);
    }

    /// Refuses a row.
    pub(crate) fn refuse(&mut self, line: u64, column: &str, why: String) {
        self.rejected += 1;
        if self.bad.len() < KEPT {
            let file = self.files.last().cloned().unwrap_or_default();
            self.bad.push(BadRow { file, line, column: column.to_owned(), why: without_numbers(why) });
        }
    }

    /// Takes a row.
    ///
    /// # Errors
    /// A sum beyond the exact range; more accounts than there can be; no room on the disk.
    pub(crate) fn take(&mut self, row: &Row<'_>, window: &Window, into: &mut Sorter) -> Result<(), Problem> {
        let cost = row.cost.normalize();
        let Ok(units) = i64::try_from(cost.mantissa()) else {
            self.refuse(row.line, "cost", format!("`{}` is no call's cost: it has more than 18 digits", row.cost));
            return Ok(());
        };
        let mut record = Record {
            id: row.id,
            start: row.start.seconds,
            billed: row.billed,
            whole: row.whole,
            units,
            scale: u8::try_from(cost.scale()).unwrap_or(u8::MAX),
            direction: row.direction.map_or(2, |direction| direction as u8),
            account: self.account(row.account)?,
            file: u32::try_from(self.files.len().saturating_sub(1)).unwrap_or(u32::MAX),
            line: u32::try_from(row.line).unwrap_or(u32::MAX),
            flags: if row.start.is_day { DAY } else { 0 },
            ..Record::default()
        };
        self.scale = self.scale.max(u8::try_from(row.cost.scale()).unwrap_or(u8::MAX));
        record.from = self.number(0, row.from);
        record.to = self.number(1, row.to);
        self.without_id += u64::from(!row.id.is_some());
        let (from, to) = window.seconds;
        let sum = if row.currency != window.currency {
            record.flags |= FOREIGN;
            self.foreign.entry(row.currency.code().to_owned()).or_default()
        } else if (from..to).contains(&record.start) {
            &mut self.counted
        } else {
            record.flags |= OUTSIDE;
            &mut self.outside
        };
        sum.add(&record).map_err(too_large)?;
        if (from - AROUND..to + AROUND).contains(&record.start) { into.push(record) } else { Ok(()) }
    }

    fn number(&mut self, which: usize, text: &str) -> Number {
        match number::read(text) {
            number::Read::Number(number) => {
                self.numbers[which] += 1;
                self.seen[which] = self.seen[which].min(number.seen());
                number
            }
            number::Read::Empty => Number::default(),
            number::Read::Cut => {
                self.cut_numbers += 1;
                Number::default()
            }
        }
    }

    fn account(&mut self, name: &str) -> Result<u64, Problem> {
        if name == self.last.0 {
            return Ok(self.last.1);
        }
        let hash = number::hash(name);
        let known = self.accounts.entry(hash).or_insert_with(|| name.to_owned());
        if known != name || self.accounts.len() > MAX_ACCOUNTS {
            return Err(Problem::usage(
                "calls-columns",
                "the column of accounts has more than a million different values",
            )
            .because(format!("the last is `{}`", shorten(name)))
            .next("name the column of the customers: --column account=NAME")
            .not_done("Nothing was compared."));
        }
        self.last = (name.to_owned(), hash);
        Ok(hash)
    }

    /// A call's place: its file where there are several, and its row.
    pub(crate) fn place(&self, record: &Record) -> (Option<&str>, u32) {
        (self.files.get(record.file as usize).map(String::as_str), record.line)
    }
}

/// A sum beyond the exact range.
#[allow(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
pub(crate) fn too_large(error: MoneyError) -> Problem {
    Problem::stop("overflow", "call costs are too large to be added up exactly").because(error.to_string())
}

/// Reads a duration in seconds, or in minutes: `65`, `65.0`, `1:05` (minutes and seconds),
/// `00:01:05`, `65s`, `1m 5s`.
///
/// # Errors
/// A sentence that says what is wrong with the text.
pub(crate) fn duration(text: &str, is_minutes: bool) -> Result<u32, String> {
    let text = text.trim().trim_start_matches('\'');
    if text.is_empty() || text == "-" || text.eq_ignore_ascii_case("null") {
        return Ok(UNSTATED);
    }
    let refused = || format!("`{}` is not a duration", shorten(text));
    let seconds = if text.contains(':') { clock(text) } else { units(text).or_else(|| plain(text, is_minutes)) };
    seconds.and_then(|seconds| u32::try_from(seconds).ok()).filter(|s| *s < UNSTATED).ok_or_else(refused)
}

/// `mm:ss` and `hh:mm:ss`, with a fraction of nothing.
fn clock(text: &str) -> Option<u64> {
    let whole =
        text.split_once('.').map_or(Some(text), |(whole, part)| part.bytes().all(|b| b == b'0').then_some(whole))?;
    let parts: Vec<u64> = whole.split(':').map(|part| part.trim().parse().ok()).collect::<Option<_>>()?;
    match parts[..] {
        [minutes, seconds] if seconds < 60 => minutes.checked_mul(60)?.checked_add(seconds),
        [hours, minutes, seconds] if minutes < 60 && seconds < 60 => {
            hours.checked_mul(3_600)?.checked_add(minutes * 60 + seconds)
        }
        _ => None,
    }
}

/// `65s`, `65 sec`, `1m 5s`, `1 h 2 min`.
fn units(text: &str) -> Option<u64> {
    let mut rest = text.trim();
    let mut sum = 0_u64;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let count: u64 = rest.get(..digits)?.parse().ok()?;
        rest = rest[digits..].trim_start();
        let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let each = match &rest[..letters].to_ascii_lowercase()[..] {
            "s" | "sec" | "secs" | "second" | "seconds" => 1,
            "m" | "min" | "mins" | "minute" | "minutes" => 60,
            "h" | "hr" | "hrs" | "hour" | "hours" => 3_600,
            _ => return None,
        };
        sum = sum.checked_add(count.checked_mul(each)?)?;
        rest = rest[letters..].trim_start_matches([' ', ',', '.']);
    }
    Some(sum)
}

/// A plain number of seconds or minutes, to the nearest second. Of more decimals than a
/// clock has, it is something else: a spreadsheet's part of a day.
fn plain(text: &str, is_minutes: bool) -> Option<u64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let part = part.trim_end_matches('0');
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(part) || part.len() > if is_minutes { 6 } else { 3 } {
        return None;
    }
    let one = 10_u64.pow(u32::try_from(part.len()).ok()?);
    let count = whole.parse::<u64>().ok()?.checked_mul(one)?.checked_add(part.parse().unwrap_or(0))?;
    Some(count.checked_mul(if is_minutes { 60 } else { 1 })?.checked_add(one / 2)? / one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_of_every_product_are_read() {
        for (text, seconds) in [
            ("65", 65),
            ("65.0", 65),
            ("65.4", 65),
            ("1:05", 65),
            ("01:05", 65),
            ("00:01:05", 65),
            ("1:00:05", 3_605),
            ("65s", 65),
            ("1m 5s", 65),
            ("1 min, 5 sec", 65),
            ("", UNSTATED),
            ("-", UNSTATED),
        ] {
            assert_eq!(duration(text, false), Ok(seconds), "{text}");
        }
        assert_eq!(
            (duration("1.5", true), duration("0.7", true), duration("1.083333", true)),
            (Ok(90), Ok(42), Ok(65))
        );
        for bad in ["x", "-5", "0.000752314814814815", "1:65", "1:2:3:4", "5 parsecs", "99999999999"] {
            assert!(duration(bad, false).is_err(), "{bad}");
        }
    }
}
