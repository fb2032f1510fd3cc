//! Rows → vouchers: by date and place as well as by type and number, since numbers begin
//! anew every day, month or year, or run per type. What one voucher lacks is looked for in
//! other rows of its date, type and number only where it does not add up by itself.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::format::{PartyFrom, Role};
use super::posting::Poster;
use super::recognise::Recognised;
use super::sheet::SheetRow;
use super::voucher::{Line, Voucher};
use crate::model::money::{MoneyError, Tally};

/// Rows of one voucher, at most.
const MOST_ROWS: usize = 20_000;

type Key = (String, String, String);

/// The voucher under way, and what waits for the rest of a voucher.
#[derive(Clone, Debug)]
pub(super) struct Vouchers {
    columns: [Option<usize>; 3],
    fills: [bool; 3],
    /// Whether rows of a voucher say something of each other.
    grouped: bool,
    /// Whether rows of a voucher may stand apart.
    by_number: bool,
    current: Voucher,
    waiting: Option<Voucher>,
    spare: Vec<SheetRow>,
    fragments: BTreeMap<Key, Vec<(Voucher, Vec<usize>)>>,
}

impl Vouchers {
    pub(super) fn new(file: &Recognised) -> Self {
        let roles = [Role::Date, Role::Type, Role::Voucher];
        let says = |from: PartyFrom| file.format.party.contains(&from);
        let columns = roles.map(|role| file.column(role));
        let grouped = (says(PartyFrom::Voucher) || says(PartyFrom::Receivable)) && !says(PartyFrom::Account);
        Self {
            columns,
            fills: roles.map(|role| file.format.fill_down.contains(&role)),
            grouped: grouped && (columns[2].is_some() || file.format.fill_down.contains(&Role::Date)),
            by_number: grouped && columns[2].is_some(),
            current: Voucher::default(),
            waiting: None,
            spare: Vec::new(),
            fragments: BTreeMap::new(),
        }
    }

    /// Whether a row begins another voucher than the one under way.
    pub(super) fn begins(&self, row: &SheetRow) -> bool {
        let now = &self.current;
        if !now.is_open || !self.grouped || now.lines.len() >= MOST_ROWS {
            return true;
        }
        let [date, kind, number] = self.columns.map(|column| row.at(column));
        let other = |cell: &str, own: &str, fills: bool| cell != own && !(fills && cell.is_empty());
        let changes = other(kind, &now.kind, self.fills[1]) || other(number, &now.number, self.fills[2]);
        if self.fills[0] {
            let again = date == now.date && !number.is_empty() && !changes && !now.balances();
            return if date.is_empty() { changes } else { !again };
        }
        changes || date != now.date || (number.is_empty() && now.balances() && now.lines.len() > 1)
    }

    /// Begins a voucher with the cells of its first row: what the product leaves out is as
    /// above only within a voucher, but for the date.
    pub(super) fn begin(&mut self, row: &SheetRow, day: impl Fn(&str) -> Result<NaiveDate, String>) {
        let [date, kind, number] = self.columns.map(|column| row.at(column));
        let now = &mut self.current;
        let dated = !date.is_empty() || !self.fills[0];
        if dated && (now.date != date || now.day.is_err()) {
            date.clone_into(&mut now.date);
            now.day = day(date);
        } else if !dated && now.day.is_err() {
            now.day = day(&now.date);
        }
        if dated || !kind.is_empty() {
            kind.clone_into(&mut now.kind);
        }
        if dated || !number.is_empty() {
            number.clone_into(&mut now.number);
        }
        now.is_open = true;
    }

    pub(super) fn push(&mut self, row: &SheetRow, line: Line) -> Result<(), MoneyError> {
        let mut kept = self.spare.pop().unwrap_or_default();
        kept.clone_from(row);
        self.current.lines.push((line, kept));
        self.current.sum.add(line.net)?;
        if self.current.balances() {
            self.current.splits.push(self.current.lines.len());
        }
        Ok(())
    }

    /// Adds what a row tells of the voucher's other side.
    pub(super) fn add_detail(&mut self, line: Line) {
        if self.current.is_open {
            self.current.lines.push((line, SheetRow::default()));
        }
    }

    /// Ends the voucher under way.
    ///
    /// # Errors
    /// A sum beyond the exact range.
    pub(super) fn end(&mut self, poster: &mut Poster<'_>) -> Result<(), MoneyError> {
        if !self.current.is_open {
            return Ok(());
        }
        let incomplete = self.grouped && !self.current.balances() && !self.current.number.is_empty();
        if !incomplete && self.waiting.is_none() {
            // What is whole is posted where it lies, and its rows are filled again.
            let mut now = std::mem::take(&mut self.current);
            self.whole(&now, poster)?;
            self.spare.extend(now.lines.drain(..).map(|(_, row)| row));
            (now.sum, now.is_open) = (Tally::default(), false);
            now.splits.clear();
            self.current = now;
            return Ok(());
        }
        let next = Voucher { date: self.current.date.clone(), day: self.current.day.clone(), ..Voucher::default() };
        let now = std::mem::replace(&mut self.current, next);
        if let Some(before) = self.waiting.take() {
            let mut both = before.sum;
            both.add(now.sum.total()?)?;
            let same = before.number == now.number && before.kind == now.kind && before.date != now.date;
            if same
                && both.mantissa() == 0
                && !before.balances()
                && poster.has_usage(&[&before, &now])
                && !is_reversal(&before, &now)
            {
                for voucher in [&before, &now] {
                    let why = format!(
                        "the rows of voucher `{}` bear two dates, `{}` and `{}`, and add up only together: give them one date, or two numbers",
                        now.number, before.date, now.date
                    );
                    poster.refuse(voucher, &why)?;
                }
                return Ok(());
            }
            self.apart(before, poster)?;
        }
        if incomplete {
            self.waiting = Some(now);
            Ok(())
        } else {
            self.whole(&now, poster)
        }
    }

    /// Posts a voucher that has all its rows.
    fn whole(&self, voucher: &Voucher, poster: &mut Poster<'_>) -> Result<(), MoneyError> {
        let unknown = poster.post(voucher, None)?;
        for (line, why) in unknown {
            poster.refuse_line(voucher, line, &why)?;
        }
        Ok(())
    }

    /// Posts a voucher that lacks rows; they may stand elsewhere.
    fn apart(&mut self, voucher: Voucher, poster: &mut Poster<'_>) -> Result<(), MoneyError> {
        let unknown = poster.post(&voucher, None)?;
        let is_other_side = !poster.has_usage(&[&voucher]);
        if self.by_number && (!unknown.is_empty() || (is_other_side && poster.needs_other_sides())) {
            let key = (voucher.date.clone(), voucher.kind.clone(), voucher.number.clone());
            let lines = unknown.into_iter().map(|(line, _)| line).collect();
            self.fragments.entry(key).or_default().push((voucher, lines));
            return Ok(());
        }
        for (line, why) in unknown {
            poster.refuse_line(&voucher, line, &why)?;
        }
        Ok(())
    }

    /// Puts together what stands apart, at the end of the file.
    ///
    /// # Errors
    /// A sum beyond the exact range.
    pub(super) fn finish(&mut self, poster: &mut Poster<'_>) -> Result<(), MoneyError> {
        if let Some(last) = self.waiting.take() {
            self.apart(last, poster)?;
        }
        for (_, parts) in std::mem::take(&mut self.fragments) {
            let mut all = Voucher::default();
            let mut open = Vec::new();
            for (part, unknown) in parts {
                open.extend(unknown.iter().map(|line| line + all.lines.len()));
                all.sum.add(part.sum.total()?)?;
                all.lines.extend(part.lines);
                (all.date, all.day, all.kind, all.number) = (part.date, part.day, part.kind, part.number);
            }
            for (line, why) in poster.post(&all, Some(&open))? {
                poster.refuse_line(&all, line, &why)?;
            }
        }
        Ok(())
    }
}

/// Whether one voucher takes back another, account by account: each stands by itself.
fn is_reversal(before: &Voucher, now: &Voucher) -> bool {
    let sums = |voucher: &Voucher, turn: bool| {
        let net = |line: &Line| if turn { -line.net } else { line.net };
        let mut lines: Vec<_> = voucher.lines.iter().map(|(line, _)| (line.account, net(line))).collect();
        lines.sort_unstable();
        lines
    };
    sums(before, false) == sums(now, true)
}
