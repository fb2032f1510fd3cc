//! The rows of an export → postings, each row accounted for: entries, names of accounts,
//! totals (compared with the entries, never counted), and what is neither.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::amounts::{self, Side};
use super::dates;
use super::format::{Format, PartyFrom, Role, Sign, TotalKind, fold};
use super::recognise::{Recognised, Row};
use crate::model::money::{Currency, MoneyError, Tally, add_exact, shorten};
use crate::model::posting::{CheckSum, RowCounts, RowProblem, RowProblemKind};

/// One posting.
pub(super) struct Entry<'a> {
    pub(super) row: &'a Row,
    pub(super) date: Result<NaiveDate, String>,
    pub(super) account: String,
    pub(super) code: String,
    pub(super) party: String,
    pub(super) party_code: String,
    pub(super) against: String,
    pub(super) description: String,
    pub(super) voucher_type: String,
    /// The entries of one voucher share it.
    pub(super) voucher: Option<String>,
    /// Credit less debit.
    pub(super) net: Decimal,
    pub(super) currency: Option<Currency>,
}

/// What became of every row.
#[derive(Default)]
pub(super) struct Account {
    pub(super) counts: RowCounts,
    pub(super) problems: Vec<RowProblem>,
    pub(super) set_aside: BTreeMap<String, (u64, u64)>,
    pub(super) checks: Vec<CheckSum>,
}

impl Account {
    /// A row that is no usage, and why.
    pub(super) fn aside(&mut self, row: &Row, reason: &str) {
        self.counts.excluded += 1;
        let entry = self.set_aside.entry(reason.to_owned()).or_insert((0, row.line));
        entry.0 += 1;
    }

    /// A row that a person must see.
    pub(super) fn note(
        &mut self,
        file: &Recognised,
        row: &Row,
        kind: RowProblemKind,
        column: Option<Role>,
        why: String,
    ) {
        let column = column.and_then(|role| file.columns.iter().find(|c| c.role == role));
        self.problems.push(RowProblem {
            file: String::new(),
            kind,
            line: row.line,
            column: column.map(|c| c.name.clone()),
            cell: column.map_or_else(String::new, |c| row.cell(Some(c.index)).to_owned()),
            text: row.text(),
            why,
            customer_id: None,
            amount: None,
        });
    }

    /// A row that cannot be read.
    pub(super) fn reject(&mut self, file: &Recognised, row: &Row, role: Role, why: String) {
        self.counts.rejected += 1;
        self.note(file, row, RowProblemKind::Invalid, Some(role), why);
    }
}

/// Debits and credits since some row.
#[derive(Clone, Copy, Default)]
struct Columns {
    debit: Tally,
    credit: Tally,
}

impl Columns {
    fn add(&mut self, debit: Decimal, credit: Decimal) -> Result<(), MoneyError> {
        self.debit.add(debit)?;
        self.credit.add(credit)
    }

    fn net(&self) -> Result<Decimal, MoneyError> {
        add_exact(self.credit.total()?, -self.debit.total()?)
    }
}

/// The sums that total rows are compared with.
#[derive(Default)]
struct Running {
    whole: Columns,
    section: Columns,
    /// Since the section began, whatever totals came in between.
    balance: Columns,
    opening: Columns,
}

/// An amount's debit, credit and currency.
type Sides = (Decimal, Decimal, Option<Currency>);

/// Goes through the rows of a file.
///
/// # Errors
/// A sum beyond the exact range.
pub(super) fn read<'a>(file: &'a Recognised, account: &mut Account) -> Result<Vec<Entry<'a>>, MoneyError> {
    Pass { file, account }.entries()
}

struct Pass<'a, 'b> {
    file: &'a Recognised,
    account: &'b mut Account,
}

impl<'a> Pass<'a, '_> {
    /// Every row → an entry, or a reason why it is none.
    fn entries(&mut self) -> Result<Vec<Entry<'a>>, MoneyError> {
        let file = self.file;
        let format = &file.format;
        let mut entries = Vec::new();
        let mut running = Running::default();
        let mut section = title_section(format, &file.titles);
        let mut above: BTreeMap<Role, String> = BTreeMap::new();
        let mut group = 0_u64;
        let sums = [Role::Debit, Role::Credit, Role::Amount].map(|role| file.column(role));
        for row in &file.rows {
            if row.cells.iter().all(|cell| cell.chars().all(|c| "-=_+ ".contains(c))) && row.filled().count() != 1 {
                if row.filled().next().is_some() || row.cells.len() > 1 {
                    self.account.counts.read += 1;
                    self.account.aside(row, "an empty row, or a line");
                }
                continue;
            }
            self.account.counts.read += 1;
            if row.cells == file.header.cells {
                self.account.aside(row, "the header again");
                continue;
            }
            let own = |role: Role| row.cell(file.column(role)).to_owned();
            let dated = dates::looks_like_one(&own(Role::Date));
            if let Some(kind) = total_kind(format, row, file, dated) {
                self.total(row, kind, &mut running)?;
                continue;
            }
            if row.filled().next().is_some() && row.filled().all(|(at, _)| sums.contains(&Some(at))) {
                self.account.aside(row, "a subtotal: amounts and nothing else");
                continue;
            }
            if let Some(name) = section_name(format, row) {
                section = Some(name);
                running = Running { whole: running.whole, ..Running::default() };
                self.account.aside(row, "the name of an account");
                continue;
            }
            for role in &format.fill_down {
                let cell = own(*role);
                if !cell.is_empty() {
                    above.insert(*role, cell);
                }
            }
            if format.fill_down.contains(&Role::Date) && dated {
                group += 1;
            }
            let value = |role: Role| {
                let cell = own(role);
                if cell.is_empty() && format.fill_down.contains(&role) {
                    above.get(&role).cloned().unwrap_or_default()
                } else {
                    cell
                }
            };
            let (debit, credit, currency) = match self.amount(row) {
                Ok(Some(amount)) => amount,
                Ok(None) => {
                    self.account.aside(row, "no amount: a title, a note or a footer");
                    continue;
                }
                Err((role, why)) => {
                    self.account.reject(file, row, role, why);
                    continue;
                }
            };
            let particulars = particulars(row, file);
            // An export of one account has its name above the rows; others have a column.
            let of_section = file.column(Role::Account).is_none() || format.party.contains(&PartyFrom::Account);
            let account = match &section {
                Some(section) if of_section => section.clone(),
                _ => particulars.clone(),
            };
            let code = value(Role::AccountCode);
            if account.is_empty() && code.is_empty() {
                self.account.aside(row, "a subtotal: an amount without an account");
                continue;
            }
            running.whole.add(debit, credit)?;
            running.section.add(debit, credit)?;
            running.balance.add(debit, credit)?;
            let voucher = match (value(Role::Voucher), format.fill_down.contains(&Role::Date)) {
                (number, _) if !number.is_empty() => Some(format!("{} {number}", value(Role::Type))),
                (_, true) => Some(group.to_string()),
                _ => None,
            };
            entries.push(Entry {
                row,
                date: dates::read(&value(Role::Date), file.date_order),
                account,
                code,
                party: if format.party.contains(&PartyFrom::Account) { particulars } else { value(Role::Party) },
                party_code: value(Role::PartyCode),
                against: value(Role::Against),
                description: value(Role::Description),
                voucher_type: value(Role::Type),
                voucher,
                net: add_exact(credit, -debit)?,
                currency: currency.or(Currency::parse(&value(Role::Currency)).ok()).or(file.header_currency),
            });
        }
        if format.double_entry {
            let (debit, credit) = (running.whole.debit.total()?, running.whole.credit.total()?);
            self.account.checks.push(CheckSum {
                file: String::new(),
                what: "debits = credits".into(),
                line: None,
                stated: debit,
                computed: credit,
            });
        }
        Ok(entries)
    }

    /// Debit, credit and currency of a row; None where it has no amount.
    fn amount(&self, row: &Row) -> Result<Option<Sides>, (Role, String)> {
        let file = self.file;
        let read = |role: Role| amounts::read(row.cell(file.column(role)), file.style).map_err(|why| (role, why));
        let zero = Decimal::ZERO;
        if file.column(Role::Debit).is_some() {
            let (debit, credit) = (read(Role::Debit)?, read(Role::Credit)?);
            if debit.is_none() && credit.is_none() {
                return Ok(None);
            }
            let currency = debit.as_ref().or(credit.as_ref()).and_then(|w| w.currency);
            return Ok(Some((debit.map_or(zero, |w| w.amount), credit.map_or(zero, |w| w.amount), currency)));
        }
        let Some(written) = read(Role::Amount)? else { return Ok(None) };
        let (amount, currency) = (written.amount, written.currency);
        let own_side = match fold(row.cell(file.column(Role::Side))).trim_end_matches('.') {
            "" => None,
            "d" | "s" | "dr" | "debit" | "soll" => Some(Side::Debit),
            "c" | "h" | "cr" | "credit" | "haben" => Some(Side::Credit),
            other => return Err((Role::Side, format!("`{}` is neither debit nor credit", shorten(other)))),
        };
        Ok(Some(match (written.side.or(own_side), file.format.sign) {
            (Some(Side::Debit), _) => (amount, zero, currency),
            (Some(Side::Credit), _) => (zero, amount, currency),
            (None, Sign::Suffix) => {
                return Err((Role::Amount, format!("`{amount}` says neither Dr nor Cr")));
            }
            (None, Sign::DebitPositive) if amount.is_sign_negative() => (zero, -amount, currency),
            (None, Sign::DebitPositive) => (amount, zero, currency),
            (None, Sign::CreditPositive | Sign::Natural) if amount.is_sign_negative() => (-amount, zero, currency),
            (None, Sign::CreditPositive | Sign::Natural) => (zero, amount, currency),
        }))
    }

    /// A row with a total: compared, and never counted.
    fn total(&mut self, row: &Row, kind: TotalKind, running: &mut Running) -> Result<(), MoneyError> {
        let word = row.filled().next().map_or("total", |(_, cell)| cell).to_owned();
        let reason = match kind {
            TotalKind::Opening | TotalKind::Closing | TotalKind::ClosingColumns => "an opening or closing balance",
            _ => "a total",
        };
        self.account.aside(row, reason);
        let Ok(Some((debit, credit, _))) = self.amount(row) else { return Ok(()) };
        let sided = self.file.column(Role::Debit).is_some();
        let mut compare = |what: String, stated: Decimal, computed: Decimal| {
            self.account.checks.push(CheckSum { file: String::new(), what, line: Some(row.line), stated, computed });
        };
        let mut columns = |label: &str, sums: &Columns| -> Result<(), MoneyError> {
            if sided {
                compare(format!("{label} debit"), debit, sums.debit.total()?);
                compare(format!("{label} credit"), credit, sums.credit.total()?);
            } else {
                compare(label.to_owned(), add_exact(credit, -debit)?, sums.net()?);
            }
            Ok(())
        };
        match kind {
            TotalKind::Grand => columns(&label("grand total", &word), &running.whole)?,
            TotalKind::Section => {
                columns(&label("total", &word), &running.section)?;
                running.section = Columns::default();
            }
            TotalKind::Opening => {
                running.opening = Columns::default();
                running.opening.add(debit, credit)?;
            }
            TotalKind::ClosingColumns => {
                let mut sums = running.whole;
                sums.add(running.opening.debit.total()?, running.opening.credit.total()?)?;
                columns("closing", &sums)?;
            }
            TotalKind::Closing => {
                let mut sums = running.balance;
                sums.add(running.opening.debit.total()?, running.opening.credit.total()?)?;
                // Some products put the closing balance on the other side, so that both
                // columns add up to the same: its size is what can be compared.
                compare("closing balance".into(), add_exact(credit, -debit)?.abs(), sums.net()?.abs());
            }
            TotalKind::None => {}
        }
        Ok(())
    }
}

fn label(kind: &str, word: &str) -> String {
    let rest = word.trim_matches(['*', ' ', '\'']);
    let lower = rest.to_lowercase();
    let rest = if lower.starts_with("total for ") { &rest[10..] } else { rest };
    let rest = if rest.to_lowercase().starts_with("total ") { &rest[6..] } else { rest };
    if rest.is_empty() || ["total", "grand total"].contains(&rest.to_lowercase().as_str()) {
        kind.to_owned()
    } else {
        format!("{kind} {rest}")
    }
}

/// Whether a row is one of the format's totals.
fn total_kind(format: &Format, row: &Row, file: &Recognised, dated: bool) -> Option<TotalKind> {
    let account = file.column(Role::Account);
    let leading = row.filled().take(3).filter(|(n, _)| *n <= account.unwrap_or(0).max(3)).map(|(_, cell)| cell.trim());
    for cell in leading {
        let cell = cell.to_lowercase();
        for total in &format.totals {
            let begins = total.begins.to_lowercase();
            let balance = matches!(total.kind, TotalKind::Opening | TotalKind::Closing);
            // A row with a date is an entry, whatever its account is called, but for a balance.
            let fits = match total.kind {
                TotalKind::Grand if !begins.starts_with('*') => cell == begins,
                _ => cell.starts_with(&begins),
            };
            if fits && (!dated || balance) {
                return Some(total.kind);
            }
        }
    }
    None
}

/// The account that a row with nothing but its name begins.
fn section_name(format: &Format, row: &Row) -> Option<String> {
    let mut filled = row.filled();
    let (at, cell) = filled.next().filter(|_| format.sections)?;
    if filled.next().is_some() || at > 1 || dates::looks_like_one(cell) {
        return None;
    }
    Some(without_prefix(format, cell))
}

fn without_prefix(format: &Format, text: &str) -> String {
    let lower = text.to_lowercase();
    let prefix = format.section_prefix.iter().find(|prefix| lower.starts_with(&prefix.to_lowercase()));
    prefix.and_then(|prefix| text.get(prefix.len()..)).unwrap_or(text).trim().to_owned()
}

/// The account that the titles above the header name.
fn title_section(format: &Format, titles: &[Row]) -> Option<String> {
    let single: Vec<&str> = titles.iter().filter_map(|row| row.filled().next().map(|(_, cell)| cell)).collect();
    let prefixed = single.iter().find(|cell| {
        format.section_prefix.iter().any(|prefix| cell.to_lowercase().starts_with(&prefix.to_lowercase()))
    });
    if let Some(cell) = prefixed {
        return Some(without_prefix(format, cell));
    }
    let below = single.iter().position(|cell| format.section_above.iter().any(|title| fold(title) == fold(cell)))?;
    below.checked_sub(1).and_then(|at| single.get(at)).map(|cell| (*cell).to_owned())
}

/// The account cell, without the To or By that may stand before it or in its place.
fn particulars(row: &Row, file: &Recognised) -> String {
    let column = file.column(Role::Account);
    let cell = row.cell(column);
    if ["to", "by"].contains(&cell.to_lowercase().as_str()) {
        return row.cell(column.map(|c| c + 1)).to_owned();
    }
    let rest = ["To ", "By "].iter().find_map(|word| cell.strip_prefix(word));
    rest.unwrap_or(cell).trim().to_owned()
}
