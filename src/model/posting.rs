//! What the ledger says of a period: sums per customer and direction, and an account of
//! every row that did not go into them.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arcstr::Substr;
use chrono::NaiveDate;
use hashbrown::HashMap;
use rust_decimal::Decimal;

use super::money::{Currency, Money, MoneyError};
use super::usage::Direction;

/// Where each row of the ledger went. `read` is the sum of the other four.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RowCounts {
    /// Data rows met.
    pub read: u64,
    /// Rows added up.
    pub used: u64,
    /// Good rows dated before or after the period.
    pub outside_period: u64,
    /// Good rows that are not usage in the answer's currency; blank rows.
    pub excluded: u64,
    /// Rows that cannot be read or mapped.
    pub rejected: u64,
}

/// A row that was set aside or refused, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowProblem {
    /// The file, as findings name it.
    pub file: String,
    /// What is wrong with it.
    pub kind: RowProblemKind,
    /// The row as a spreadsheet counts it; the header is row 1.
    pub line: u64,
    /// The column's name as the header has it; None when the row as a whole is wrong.
    pub column: Option<String>,
    /// The cell, as it stands.
    pub cell: String,
    /// The row, as it stands.
    pub text: String,
    /// What is wrong, as a phrase.
    pub why: String,
    /// The customer that the row names, where that can be read.
    pub customer_id: Option<String>,
    /// The amount, where it can be read.
    pub amount: Option<Decimal>,
}

/// A row that is in no sum, and nobody's fault: a receipt, a tax, a title, a day of another month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowAside {
    /// The file, as findings name it.
    pub file: String,
    /// The row as a spreadsheet counts it.
    pub line: u64,
    /// Why, as a phrase.
    pub why: &'static str,
    /// The row, as it stands.
    pub text: String,
}

/// The findings that a single row can cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RowProblemKind {
    /// `invalid-row`
    Invalid,
    /// `unknown-direction`
    UnknownDirection,
    /// `currency-mismatch`
    OtherCurrency,
    /// `set-aside`: it is on an account that is named as usage, and did not count
    SetAside,
}

/// One customer's rows in the period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostedCustomer {
    /// The name in the ledger: of several spellings the first in byte order, so that the
    /// order of the rows does not matter.
    pub name: Option<String>,
    /// Sum of the inbound rows.
    pub inbound: Money,
    /// Sum of the outbound rows.
    pub outbound: Money,
    /// Revenue that is neither: never compared with call costs.
    pub other: Money,
    /// Rows added up.
    pub rows: u64,
    /// Inbound and outbound calls, where the ledger has the column and every row states it.
    pub calls: [Option<u64>; 2],
}

impl PostedCustomer {
    /// The sum for one direction.
    #[must_use]
    pub fn direction(&self, direction: Direction) -> Money {
        match direction {
            Direction::Inbound => self.inbound,
            Direction::Outbound => self.outbound,
        }
    }

    /// Both directions; what is neither is no part of it.
    ///
    /// # Errors
    /// A sum that does not fit.
    pub fn total(&self) -> Result<Money, MoneyError> {
        self.inbound.plus(&self.outbound)
    }
}

/// A file that a ledger was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerFile {
    /// As findings name it.
    pub path: String,
    /// SHA-256 of its bytes, in hex.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
}

/// A row that counts as usage, in the period or just outside it: what causes are looked for
/// in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostedRow {
    /// The file, as findings name it.
    pub file: Arc<str>,
    /// The row as a spreadsheet counts it.
    pub line: u64,
    /// Its day.
    pub date: NaiveDate,
    /// Whose. Words of rows that were read together are parts of one text.
    pub customer_id: Substr,
    /// Which way.
    pub direction: Direction,
    /// A charge, or below zero a credit.
    pub amount: Decimal,
    /// Voucher number or reference; empty where there is none.
    pub reference: Substr,
    /// The account it stands on, as the file names it; empty where rows name none.
    pub account: Substr,
    /// The row as it stands.
    pub text: Substr,
}

impl PostedRow {
    /// Rows by all that they say, and where they stand last: in one order, whatever that of the
    /// file is.
    #[must_use]
    pub fn sorted(rows: Vec<Self>) -> Vec<Self> {
        // As they come from one file.
        if rows.is_sorted_by(|a, b| a.order() <= b.order()) {
            return rows;
        }
        let order = in_order(
            &rows,
            |row| Cow::Borrowed(row.customer_id.as_str()),
            |row| (row.date, row.direction, row.amount),
            |a, b| (&a.reference, &a.file, a.line).cmp(&(&b.reference, &b.file, b.line)),
        );
        let mut taken: Vec<Option<Self>> = rows.into_iter().map(Some).collect();
        order.into_iter().filter_map(|place| taken[place].take()).collect()
    }

    fn order(&self) -> impl Ord + use<'_> {
        (&self.customer_id, self.date, self.direction, self.amount, &self.reference, &self.file, self.line)
    }
}

/// The places of rows in order: by customer, then by what is compared without looking at the row
/// again, then by the rest of it.
pub(crate) fn in_order<'a, T>(
    rows: &'a [T],
    customer: impl Fn(&'a T) -> Cow<'a, str>,
    first: impl Fn(&'a T) -> (NaiveDate, Direction, Decimal),
    rest: impl Fn(&T, &T) -> Ordering,
) -> Vec<usize> {
    let mut numbers: HashMap<Cow<'a, str>, usize> = HashMap::new();
    let mut order = Vec::with_capacity(rows.len());
    for (place, row) in rows.iter().enumerate() {
        let next = numbers.len();
        order.push((*numbers.entry(customer(row)).or_insert(next), first(row), place));
    }
    let mut ids: Vec<(Cow<'a, str>, usize)> = numbers.into_iter().collect();
    ids.sort_unstable();
    let mut ranks = vec![0; ids.len()];
    for (rank, (_, number)) in ids.into_iter().enumerate() {
        ranks[number] = rank;
    }
    for (number, ..) in &mut order {
        *number = ranks[*number];
    }
    order.sort_unstable();
    for alike in order.chunk_by_mut(|a, b| (a.0, a.1) == (b.0, b.1)).filter(|alike| alike.len() > 1) {
        alike.sort_by(|a, b| rest(&rows[a.2], &rows[b.2]));
    }
    order.into_iter().map(|(.., place)| place).collect()
}

/// Which rows are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Every row; the ledger is small enough.
    pub all: bool,
    /// Rows of these customers.
    pub customers: BTreeSet<String>,
    /// Rows of these amounts, whoever's they are.
    pub amounts: BTreeSet<Decimal>,
}

impl Wanted {
    /// Whether a row is.
    #[must_use]
    pub fn takes(&self, customer_id: &str, amount: Decimal) -> bool {
        self.all || self.customers.contains(customer_id) || self.amounts.contains(&amount)
    }
}

/// The ledger of a period, read to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ledger {
    /// The file, as findings name it.
    pub path: String,
    /// SHA-256 of the bytes that were read, in hex.
    pub sha256: String,
    /// How many bytes.
    pub bytes: u64,
    /// Every file, where a period's ledgers were put together.
    pub files: Vec<LedgerFile>,
    /// The currency of the sums.
    pub currency: Currency,
    /// Where each row went.
    pub rows: RowCounts,
    /// Sums by customer id.
    pub customers: BTreeMap<String, PostedCustomer>,
    /// Rows refused or set aside for a reason that a person must see.
    pub problems: Vec<RowProblem>,
    /// How many more such rows there were than `problems` holds.
    pub problems_beyond: u64,
    /// The first rows of exports that are in no sum, as they stand in the file.
    pub aside: Vec<RowAside>,
    /// Rows per currency that is not the ledger's, with their sums.
    pub other_currencies: BTreeMap<String, Money>,
    /// The file's own totals beside what its rows add up to.
    pub checks: Vec<CheckSum>,
    /// Rows that the spreadsheet does not show, a line a file; they are counted.
    pub hidden: Vec<HiddenRows>,
    /// Whether the last row is known to be whole: false where no line end follows it and
    /// nothing else shows that the file was not cut there.
    pub is_ended: bool,
    /// Who added the rows up, where it was not us: single rows are then not known.
    pub added_up_by: Option<String>,
}

/// Rows of a file that were read and that its spreadsheet does not show: hidden by hand or
/// by a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HiddenRows {
    /// The file, as findings name it.
    pub file: String,
    /// Its sheet.
    pub sheet: String,
    /// Their numbers.
    pub lines: Vec<u64>,
    /// The first of them, as it stands.
    pub text: String,
    /// What the columns of money add up to in them, by the columns' names.
    pub sums: Vec<(String, Decimal)>,
}

impl HiddenRows {
    /// What a person is told: which rows, and their money.
    #[must_use]
    pub fn message(&self) -> String {
        const SHOWN: usize = 5;
        let shown: Vec<String> = self.lines.iter().take(SHOWN).map(u64::to_string).collect();
        let more = self.lines.len() - shown.len();
        let rows = match (self.lines.len(), more) {
            (1, _) => format!("Row {} of {}", shown[0], self.file),
            (n, 0) => format!("{n} rows of {} ({})", self.file, shown.join(", ")),
            (n, _) => format!("{n} rows of {} ({} and {more} more)", self.file, shown.join(", ")),
        };
        let sheet = if self.sheet.is_empty() { String::new() } else { format!(", sheet {}", self.sheet) };
        let sums: Vec<String> = self.sums.iter().map(|(column, sum)| format!("{column} {sum}")).collect();
        let (are, were) = if self.lines.len() == 1 { ("is", "was") } else { ("are", "were") };
        let money = if sums.is_empty() { String::new() } else { format!(": {} in all", sums.join(", ")) };
        format!("{rows}{sheet}, {are} hidden in the spreadsheet and {were} read like all others{money}.")
    }
}

/// A total that the file states, and the sum of its rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckSum {
    /// The file, as findings name it.
    pub file: String,
    /// What is added up: `grand total debit`.
    pub what: String,
    /// The row that states it; None where the file as a whole does.
    pub line: Option<u64>,
    /// As stated.
    pub stated: Decimal,
    /// As computed.
    pub computed: Decimal,
}

impl CheckSum {
    /// Whether both are the same.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.stated == self.computed
    }
}

impl Ledger {
    /// The sum of one direction over all customers.
    ///
    /// # Errors
    /// A sum that does not fit.
    pub fn direction_total(&self, direction: Direction) -> Result<Money, MoneyError> {
        let sums: Vec<Money> = self.customers.values().map(|c| c.direction(direction)).collect();
        super::money::total(self.currency, &sums)
    }
}
