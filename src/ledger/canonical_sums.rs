//! The parts of a canonical ledger → its sums, its account of rows, and what only the file
//! as a whole decides: the order of day and month, one style of amounts, a total at its end.

use std::collections::BTreeMap;

use super::canonical_part::{KEPT_PROBLEMS, Part, Proof, Total};
use super::canonical_row::Reader;
use super::cells::Text;
use super::customer_sums::CustomerSums;
use super::pieces::Piece;
use super::too_large;
use crate::model::ledger_terms::DateOrder;
use crate::model::money::{Currency, MoneyError, Sum, Tally, from_parts};
use crate::model::posting::{CheckSum, Ledger, PostedCustomer, RowCounts, RowProblem};
use crate::model::problem::Problem;

/// How much of rows is kept whose dates have two readings, until one of the file shows which.
const MOST_UNDECIDED: usize = 64 * 1024 * 1024;

/// The state of one pass over the file.
pub(super) struct Pass<'a> {
    name: &'a str,
    reader: Reader<'a>,
    /// Rows before the next part.
    pub(super) row: u64,
    customers: CustomerSums,
    counts: RowCounts,
    other_currencies: BTreeMap<Currency, Sum>,
    problems: Vec<RowProblem>,
    problems_beyond: u64,
    scales: Option<(u32, u32)>,
    is_ended: bool,
    orders: [Option<Proof>; 2],
    styles: [Option<Proof>; 2],
    has_points: bool,
    /// Rows whose dates have two readings, each with its line end, and their lines.
    undecided: (Vec<u8>, Vec<u64>),
    outside: Tally,
    /// What may be the file's total, as long as no row follows it.
    total: Option<Total>,
    checks: Vec<CheckSum>,
}

impl<'a> Pass<'a> {
    /// Nothing yet.
    pub(super) fn new(name: &'a str, reader: Reader<'a>) -> Self {
        Self {
            name,
            reader,
            row: 0,
            customers: CustomerSums::new(reader.columns.calls.is_some()),
            counts: RowCounts::default(),
            other_currencies: BTreeMap::new(),
            problems: Vec::new(),
            problems_beyond: 0,
            scales: None,
            is_ended: true,
            orders: [None, None],
            styles: [None, None],
            has_points: false,
            undecided: (Vec::new(), Vec::new()),
            outside: Tally::default(),
            total: None,
            checks: Vec::new(),
        }
    }

    /// Adds the part of the file that comes next, and gives its piece back.
    pub(super) fn take(&mut self, mut part: Part) -> Result<Piece, Problem> {
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
        let (first, rows) = (self.row + 1, part.rows);
        self.row += rows;
        let undecided = std::mem::take(&mut part.undecided);
        let piece = self.add(part, first)?;
        self.decide(first, undecided)?;
        Ok(piece)
    }

    /// Adds what a part says, whose first row is line `first` of the file. Parts may come in
    /// any order, but for what only their order tells: a total, and a row that is cut.
    pub(super) fn add(&mut self, mut part: Part, first: u64) -> Result<Piece, Problem> {
        let name = self.name;
        let rows = part.rows;
        let too_large = |e: MoneyError| {
            too_large(&format!("{name}, rows {first} to {}", first + rows), &e)
                .next("look for a mistyped amount among these rows")
        };
        let text = Text { piece: part.piece.rows(), aside: &part.aside };
        self.customers.add(&part.entries, &part.calls, text).map_err(too_large)?;
        for (currency, units, scale) in std::mem::take(&mut part.other_currencies) {
            let sum = self.other_currencies.entry(currency).or_insert_with(|| Sum::new(currency));
            from_parts(units, scale).and_then(|amount| sum.add(amount)).map_err(too_large)?;
        }
        if Part::filled(&part.counts) > 0
            && let Some(total) = self.total.take()
        {
            self.refuse(total);
        }
        if let Some(total) = part.total.take() {
            if total.before < Part::filled(&part.counts) {
                total.refuse(&mut part);
            } else {
                part.counts.read -= 1;
                if let Some(earlier) = self.total.replace(Total { row: first + total.row, ..total }) {
                    self.refuse(earlier);
                }
            }
        }
        self.keep(part.problems.into_iter().map(|problem| RowProblem { line: first + problem.line, ..problem }));
        self.problems_beyond += part.problems_beyond;
        self.scales = match (self.scales, part.scales) {
            (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
            (known, more) => known.or(more),
        };
        for (known, more) in self.orders.iter_mut().zip(part.orders).chain(self.styles.iter_mut().zip(part.styles)) {
            if let Some((row, text)) = more
                && known.as_ref().is_none_or(|(line, _)| first + row < *line)
            {
                *known = Some((first + row, text));
            }
        }
        self.has_points |= part.has_points;
        self.outside.add_units(part.outside.mantissa(), part.outside.scale()).map_err(too_large)?;
        self.counts.read += part.counts.read;
        self.counts.used += part.counts.used;
        self.counts.outside_period += part.counts.outside_period;
        self.counts.excluded += part.counts.excluded;
        self.counts.rejected += part.counts.rejected;
        Ok(part.piece)
    }

    /// Keeps the first bad rows of the file, whatever the order in which they come.
    fn keep(&mut self, more: impl Iterator<Item = RowProblem>) {
        self.problems.extend(more);
        if self.problems.len() > 2 * KEPT_PROBLEMS {
            self.keep_first();
        }
    }

    fn keep_first(&mut self) {
        self.problems.sort_by_key(|problem| problem.line);
        self.problems_beyond += self.problems.len().saturating_sub(KEPT_PROBLEMS) as u64;
        self.problems.truncate(KEPT_PROBLEMS);
    }

    fn refuse(&mut self, total: Total) {
        self.counts.read += 1;
        self.counts.rejected += 1;
        self.keep(total.problems.into_iter().map(|problem| RowProblem { line: total.row, ..problem }));
    }

    /// Reads rows whose date had two readings, once a row has shown which it is.
    pub(super) fn decide(&mut self, first: u64, rows: Vec<(u64, Vec<u8>)>) -> Result<(), Problem> {
        for (row, raw) in rows {
            self.undecided.0.extend(raw);
            self.undecided.0.push(b'\n');
            self.undecided.1.push(first + row);
        }
        match &self.orders {
            [Some(_), None] => _ = self.reader.order.set(DateOrder::DayFirst),
            [None, Some(_)] => _ = self.reader.order.set(DateOrder::MonthFirst),
            _ if self.undecided.0.len() < MOST_UNDECIDED => return Ok(()),
            _ => {}
        }
        self.decided()
    }

    fn decided(&mut self) -> Result<(), Problem> {
        let (rows, lines) = std::mem::take(&mut self.undecided);
        if lines.is_empty() {
            return Ok(());
        }
        let part = Reader { waits: false, ..self.reader }.scattered(rows, &lines);
        // These rows stand before what may be the total, as long as none stands behind it.
        let last = lines.iter().max().copied().unwrap_or_default();
        let total = self.total.take_if(|total| total.row > last);
        self.add(part, 0)?;
        self.total = total.or(self.total.take());
        Ok(())
    }

    /// What a file says of itself must be of one kind.
    fn one_way(&self) -> Result<(), Problem> {
        let two = |what: &str, one: &Proof, other: String| {
            Problem::stop("ledger-unreadable", format!("the ledger {} writes {what} in two ways", self.name))
                .at(format!("{}, row {}", self.name, one.0))
                .because(format!("row {} has `{}`, {other}", one.0, one.1))
                .next("write them in one way: days as YYYY-MM-DD, amounts as 1234.50")
                .not_done("Nothing was computed from it.")
        };
        if let [Some(day_first), Some(month_first)] = &self.orders {
            return Err(two(
                "dates",
                day_first,
                format!(
                    "where the day stands first, and row {} has `{}`, where the month does",
                    month_first.0, month_first.1
                ),
            ));
        }
        match &self.styles {
            [Some(point), Some(comma)] => Err(two(
                "amounts",
                comma,
                format!("with a decimal comma, and row {} has `{}`, with a decimal point", point.0, point.1),
            )),
            [None, Some(comma)] if self.has_points => {
                Err(two("amounts", comma, "with a decimal comma, and other rows have a decimal point".to_owned()))
            }
            _ => Ok(()),
        }
    }

    /// The file's last row may be its total.
    #[cfg(feature = "parquet")]
    pub(super) fn ends_with(&mut self, total: Option<Total>) {
        self.total = total;
    }

    /// The ledger, once every part is in.
    pub(super) fn finish(mut self) -> Result<Ledger, Problem> {
        self.decided()?;
        self.one_way()?;
        let (name, currency) = (self.name, self.reader.options.currency);
        let too_large = |e: MoneyError| too_large(name, &e);
        let total = self.total.take();
        let outside = self.outside;
        let customers = std::mem::replace(&mut self.customers, CustomerSums::new(false));
        let customers = customers.into_customers(currency).map_err(too_large)?;
        if let Some(total) = total {
            self.settle(total, &customers, outside).map_err(too_large)?;
        }
        self.keep_first();
        let mut other_currencies = BTreeMap::new();
        for (currency, sum) in self.other_currencies {
            other_currencies.insert(currency.code().to_owned(), sum.total().map_err(too_large)?);
        }
        Ok(Ledger {
            path: self.name.to_owned(),
            sha256: String::new(),
            bytes: 0,
            files: Vec::new(),
            currency,
            rows: self.counts,
            customers,
            problems: self.problems,
            problems_beyond: self.problems_beyond,
            aside: Vec::new(),
            other_currencies,
            checks: self.checks,
            hidden: Vec::new(),
            is_ended: self.is_ended,
            added_up_by: None,
        })
    }

    /// The last row has no date, customer or direction: it is the file's total if it is what
    /// all rows come to, and a bad row otherwise.
    fn settle(
        &mut self,
        total: Total,
        customers: &BTreeMap<String, PostedCustomer>,
        mut computed: Tally,
    ) -> Result<(), MoneyError> {
        for customer in customers.values() {
            computed.add(customer.inbound.amount())?;
            computed.add(customer.outbound.amount())?;
        }
        let (stated, computed) = (from_parts(total.units, total.scale)?, computed.total()?);
        if stated != computed || self.counts.rejected > 0 || !self.other_currencies.is_empty() {
            self.refuse(total);
            return Ok(());
        }
        self.counts.read += 1;
        self.counts.excluded += 1;
        self.checks.push(CheckSum {
            file: String::new(),
            what: "total of all rows".to_owned(),
            line: Some(total.row),
            stated,
            computed,
        });
        Ok(())
    }
}
