//! A voucher: rows that belong together, with what each of them posts.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::sheet::SheetRow;
use crate::model::money::{Currency, Tally};

/// What a row posts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    /// The account's place among the file's.
    pub(super) account: u32,
    /// The name in the party's column, among the file's.
    pub(super) party: u32,
    /// Credit less debit.
    pub(super) net: Decimal,
    pub(super) currency: Option<Currency>,
    /// The row, where it only tells of the voucher and posts nothing.
    pub(super) detail: Option<u64>,
}

/// Rows that belong together.
#[derive(Clone, Debug)]
pub(super) struct Voucher {
    pub(super) date: String,
    pub(super) day: Result<NaiveDate, String>,
    pub(super) kind: String,
    pub(super) number: String,
    pub(super) lines: Vec<(Line, SheetRow)>,
    pub(super) sum: Tally,
    /// Where the rows so far add up to nothing.
    pub(super) splits: Vec<usize>,
    /// Whether rows may still join it.
    pub(super) is_open: bool,
}

impl Default for Voucher {
    fn default() -> Self {
        Self {
            date: String::new(),
            day: Err(String::new()),
            kind: String::new(),
            number: String::new(),
            lines: Vec::new(),
            sum: Tally::default(),
            splits: Vec::new(),
            is_open: false,
        }
    }
}

impl Voucher {
    pub(super) fn balances(&self) -> bool {
        self.sum.mantissa() == 0
    }
}

/// What a voucher says beside its rows' own parties.
#[derive(Clone, Debug, Default)]
pub(super) struct Around {
    /// The party of its receivable line.
    pub(super) receivable: Option<u32>,
    /// Whether it has several, or several accounts that may be customers' own.
    pub(super) has_several: bool,
    /// Its rows as far as they differ, of the part that was looked at last and of the whole.
    pub(super) part: Option<Part>,
    pub(super) whole: Option<Part>,
}

/// Rows of a part of a voucher, each for all that say the same, with their sum.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) rows: Vec<(usize, Decimal)>,
}
