//! What a piece of a canonical ledger says, on its way into the sums.

use super::customer_sums::Entry;
use super::pieces::Piece;
use crate::model::money::{Currency, Tally};
use crate::model::posting::{RowCounts, RowProblem};

/// How many bad rows are kept word for word; the rest is counted.
pub(super) const KEPT_PROBLEMS: usize = 10_000;

/// What a piece of the file says.
pub(super) struct Part {
    pub(super) piece: Piece,
    pub(super) aside: Vec<u8>,
    /// The rows that count.
    pub(super) entries: Vec<Entry>,
    /// Their calls, where the ledger has a column of them.
    pub(super) calls: Vec<Option<u64>>,
    pub(super) rows: u64,
    pub(super) counts: RowCounts,
    /// Sums of other currencies, and rows that a person must see, by their row in the piece.
    pub(super) other_currencies: Vec<(Currency, i128, u32)>,
    pub(super) problems: Vec<RowProblem>,
    pub(super) problems_beyond: u64,
    /// The fewest and the most decimals of an amount.
    pub(super) scales: Option<(u32, u32)>,
    /// The last row, where the file may have been cut in the middle of its amount.
    pub(super) uncertain: Option<(RowProblem, u32)>,
    /// The first row that proves each order of day and month, and each style of amounts,
    /// with what it says.
    pub(super) orders: [Option<Proof>; 2],
    pub(super) styles: [Option<Proof>; 2],
    /// Whether a plain amount has a decimal point.
    pub(super) has_points: bool,
    /// Rows whose date has two readings, as they stand: not yet counted.
    pub(super) undecided: Vec<(u64, Vec<u8>)>,
    /// What rows outside the period come to, for the sake of a total below them.
    pub(super) outside: Tally,
    /// A row that may be the file's total.
    pub(super) total: Option<Total>,
}

/// A row, and a cell of it that can be read in one way only.
pub(super) type Proof = (u64, String);

/// A row without date, customer and direction: the file's total if it is its last and adds
/// up, and a bad row otherwise.
pub(super) struct Total {
    pub(super) row: u64,
    pub(super) units: i128,
    pub(super) scale: u32,
    /// What is wrong with it otherwise.
    pub(super) problems: Vec<RowProblem>,
    /// Rows that came before it in its piece.
    pub(super) before: u64,
}

impl Part {
    /// Nothing yet, with room for so many rows.
    pub(super) fn new(entries: usize) -> Self {
        Self {
            piece: Piece::default(),
            aside: Vec::new(),
            entries: Vec::with_capacity(entries),
            calls: Vec::new(),
            rows: 0,
            counts: RowCounts::default(),
            other_currencies: Vec::new(),
            problems: Vec::new(),
            problems_beyond: 0,
            scales: None,
            uncertain: None,
            orders: [None, None],
            styles: [None, None],
            has_points: false,
            undecided: Vec::new(),
            outside: Tally::default(),
            total: None,
        }
    }

    /// Rows that are more than blank and more than a total.
    pub(super) fn filled(counts: &RowCounts) -> u64 {
        counts.used + counts.outside_period + counts.rejected
    }
}

impl Total {
    /// Counts it among the rows that cannot be read.
    pub(super) fn refuse(self, part: &mut Part) {
        part.counts.rejected += 1;
        part.problems.extend(self.problems);
    }
}
