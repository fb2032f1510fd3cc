//! Rows that are not yet a row an entry, made so: a voucher with an account a column, an
//! account's heading that bears its balance, a group's heading that bears its sums.

use super::amounts::{self, Style};
use super::format::Role;
use super::recognise::Recognised;
use super::sheet::{SheetRow, SheetRows};
use crate::model::problem::Problem;

/// Rows as the format's reader takes them.
pub(super) struct Shaped<'a> {
    inner: &'a mut dyn SheetRows,
    file: &'a Recognised,
    /// Whether a column's account is named in the settings: its cells are read whatever
    /// they hold.
    named: Vec<bool>,
    is_named: &'a dyn Fn(&str) -> bool,
    whole: SheetRow,
    /// Accounts of that row that are still to be handed out.
    left: std::vec::IntoIter<usize>,
    /// Before which column a heading stands.
    heads: usize,
    /// Columns that stand on a voucher's first row only, with what stood there last.
    above: Vec<(usize, String)>,
}

impl<'a> Shaped<'a> {
    pub(super) fn new(inner: &'a mut dyn SheetRows, file: &'a Recognised, is_named: &'a dyn Fn(&str) -> bool) -> Self {
        let first = [Role::Date, Role::Type, Role::Voucher].iter().filter_map(|role| file.column(*role)).min();
        Self {
            inner,
            file,
            named: file.account_columns.iter().map(|at| is_named(file.header.cell(*at))).collect(),
            is_named,
            whole: SheetRow::default(),
            left: Vec::new().into_iter(),
            heads: first.unwrap_or(0).max(2),
            above: filled_down(file),
        }
    }

    /// Fills in what a voucher's later rows leave out. (Date, type and number belong to the
    /// voucher itself, and are filled in there.)
    fn fill_down(&mut self, row: &mut SheetRow) {
        if self.above.is_empty() || row.is_empty() {
            return;
        }
        let begins = [Role::Date, Role::Voucher].iter().any(|role| !row.at(self.file.column(*role)).is_empty());
        if begins {
            for (at, cell) in &mut self.above {
                row.cell(*at).clone_into(cell);
            }
            return;
        }
        self.whole.clone_from(row);
        row.begin(row.line);
        row.has_moved = self.whole.has_moved;
        for at in 0..self.whole.len() {
            let own = self.whole.cell(at);
            let above = self.above.iter().find(|(column, _)| *column == at).map_or("", |(_, cell)| cell);
            row.push_kind(if own.is_empty() { above } else { own }, self.whole.kind(at));
        }
        row.indent = self.whole.indent;
    }

    /// The accounts that a row posts to.
    fn accounts(&self) -> Vec<usize> {
        let posts = |(at, named): (&usize, &bool)| {
            let cell = self.whole.cell(*at);
            let reads =
                || [Style::Point, Style::Comma].iter().any(|style| matches!(amounts::read(cell, *style), Ok(Some(_))));
            (!cell.is_empty() && (*named || reads())).then_some(*at)
        };
        self.file.account_columns.iter().zip(&self.named).filter_map(posts).collect()
    }

    /// Fills `row` with the row as it stands, and the account of a column with its amount
    /// behind it.
    fn post(&self, row: &mut SheetRow, account: Option<usize>) {
        row.begin(self.whole.line);
        let width = self.file.width();
        for at in 0..width {
            row.push_kind(self.whole.cell(at), self.whole.kind(at));
        }
        if let Some(at) = account {
            row.push(self.file.header.cell(at));
            row.push_kind(self.whole.cell(at), self.whole.kind(at));
        }
    }

    /// The name that a heading bears beside its balance or sums, where the row is one.
    fn heading(&self, row: &SheetRow) -> Option<(usize, String)> {
        let format = &self.file.format;
        let (at, cell) = row.filled().next().filter(|_| format.sections)?;
        let is = |roles: &[Role], at: usize| roles.iter().any(|role| self.file.column(*role) == Some(at));
        let sums = [Role::Debit, Role::Credit, Role::Amount, Role::Balance];
        let is_total = || self.file.totals.for_cell(cell).iter().any(|total| total.stands_before(cell));
        if at >= self.heads || is(&sums, at) || (is_total() && !(self.is_named)(cell)) {
            return None;
        }
        let rest = |roles: &[Role]| row.filled().skip(1).all(|(at, _)| is(roles, at) || self.is_sum(at));
        if format.group_headings {
            let name = counted(cell)?;
            return rest(&sums).then(|| (at, name.to_owned()));
        }
        let only_balance = row.filled().skip(1).all(|(at, _)| is(&[Role::Balance], at));
        let ends = format.section_ends.as_deref().and_then(|end| Some((at, cell.split_once(end)?.0.trim().to_owned())));
        match ends {
            Some(named) if rest(&sums) => Some(named),
            _ => (only_balance && row.filled().count() == 2).then(|| (at, cell.to_owned())),
        }
    }

    /// Whether a group's heading may bear a sum in a column: one that nothing is read from.
    fn is_sum(&self, at: usize) -> bool {
        self.file.format.group_headings && !self.file.columns.iter().any(|column| column.index == at)
    }
}

impl SheetRows for Shaped<'_> {
    fn next(&mut self, row: &mut SheetRow) -> Result<bool, Problem> {
        if self.file.account_columns.is_empty() {
            if !self.inner.next(row)? {
                return Ok(false);
            }
            row.has_moved = self.file.has_moved(row);
            self.fill_down(row);
            if let Some((at, name)) = self.heading(row) {
                let indent = row.indent.max(u16::try_from(at).unwrap_or_default());
                row.begin(row.line);
                row.push(&name);
                (row.indent, row.is_heading) = (indent, true);
            }
            return Ok(true);
        }
        if let Some(at) = self.left.next() {
            self.post(row, Some(at));
            return Ok(true);
        }
        if !self.inner.next(&mut self.whole)? {
            return Ok(false);
        }
        let width = self.file.width();
        if self.file.has_moved(&self.whole) {
            row.clone_from(&self.whole);
            row.has_moved = true;
            return Ok(true);
        }
        if self.whole.cells().eq(self.file.header.cells().take(width)) {
            row.clone_from(&self.file.header);
            row.line = self.whole.line;
            return Ok(true);
        }
        self.left = self.accounts().into_iter();
        let first = self.left.next();
        self.post(row, first);
        Ok(true)
    }
}

/// The columns that a product leaves out on a voucher's later rows, beside those of the
/// voucher; what says that a row never counts stands on the first as well.
fn filled_down(file: &Recognised) -> Vec<(usize, String)> {
    let own = [Role::Date, Role::Type, Role::Voucher];
    let roles = file.format.fill_down.iter().filter(|role| !own.contains(role));
    let columns: Vec<usize> = roles.filter_map(|role| file.column(*role)).collect();
    let never = if columns.is_empty() { Vec::new() } else { file.never_columns() };
    columns.into_iter().chain(never).map(|at| (at, String::new())).collect()
}

/// `400000 Inbound Voice (2)` → the name.
fn counted(heading: &str) -> Option<&str> {
    let (name, count) = heading.strip_suffix(')')?.rsplit_once(" (")?;
    (!count.is_empty() && count.bytes().all(|b| b.is_ascii_digit())).then(|| name.trim())
}
