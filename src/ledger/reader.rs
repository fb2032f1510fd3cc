//! The rows of an export, one after the other → vouchers, each row accounted for: entries,
//! names of accounts, totals (compared with the entries, never counted), and what is neither.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::amounts::{self, Side};
use super::dates;
use super::format::{Format, PartyFrom, Role, SectionIs, TotalKind};
use super::grouping::Vouchers;
use super::memo::Memo;
use super::naming::Naming;
use super::posting::Poster;
use super::recognise::Recognised;
use super::sections::{Stated, Sums};
use super::sheet::SheetRow;
use super::sides::{Sides, Way, particulars, sides_of};
use super::text::{behind, fold};
use super::voucher::Line;
use crate::model::ledger_terms::DateOrder;
use crate::model::money::{Currency, MoneyError, add_exact};
use crate::model::posting::CheckSum;

/// Rows that are held back until it is known whether one before them names an account.
#[derive(Clone, Debug)]
struct Held {
    name: String,
    title: SheetRow,
    rows: Vec<SheetRow>,
}

/// Reads a file in one way.
#[derive(Clone)]
pub(super) struct Reader<'a> {
    pub(super) way: Way,
    file: &'a Recognised,
    naming: Naming,
    sums: Sums,
    pub(super) vouchers: Vouchers,
    pub(super) poster: Poster<'a>,
    /// Titles that may name the account of the rows below them.
    pending: Vec<SheetRow>,
    held: Option<Held>,
    /// For debits and credits: the first row whose sign speaks against its column (row,
    /// column, cell), and whether other rows of the column are plain.
    contrary: [Option<(u64, String, String)>; 2],
    plain: [bool; 2],
    currencies: Memo<Option<Currency>>,
    looks_dated: Memo<bool>,
    /// Days as they are read in the way of this reader's `day_order`.
    days: Memo<Result<NaiveDate, String>>,
    day_order: DateOrder,
    /// Where the running balance stands, and what it was in the row before.
    balance: (Option<usize>, String),
}

impl<'a> Reader<'a> {
    pub(super) fn new(file: &'a Recognised, poster: Poster<'a>, way: Way) -> Self {
        let naming = poster.accounts.naming.clone();
        let mut reader = Self {
            way,
            file,
            naming,
            sums: Sums::default(),
            vouchers: Vouchers::new(file),
            poster,
            pending: file.titles.clone(),
            held: None,
            contrary: [None, None],
            plain: [false; 2],
            currencies: Memo::default(),
            looks_dated: Memo::default(),
            days: Memo::default(),
            day_order: way.order,
            balance: (file.header.cells().position(|cell| cell.eq_ignore_ascii_case("balance")), String::new()),
        };
        reader.open_titles(true);
        reader.pending.clear();
        reader
    }

    fn format(&self) -> &'a Format {
        &self.file.format
    }

    fn own<'r>(&self, row: &'r SheetRow, role: Role) -> &'r str {
        row.at(self.file.column(role))
    }

    /// Reads the next row.
    ///
    /// # Errors
    /// A sum beyond the exact range.
    pub(super) fn row(&mut self, row: &SheetRow) -> Result<(), MoneyError> {
        let filled = row.count_filled();
        if filled != 1 && row.cells().all(|cell| cell.chars().all(|c| "-=_+ ".contains(c))) {
            if filled > 0 || row.len() > 1 {
                self.poster.counts.read += 1;
                self.poster.aside(row, "an empty row, or a line");
            }
            return Ok(());
        }
        self.poster.counts.read += 1;
        if self.is_moved(row) || self.hold(row)? {
            return Ok(());
        }
        self.body(row, filled)
    }

    fn body(&mut self, row: &SheetRow, filled: usize) -> Result<(), MoneyError> {
        self.filled(row, filled)?;
        let stated = row.at(self.balance.0);
        // A row with a name and nothing else begins another account.
        if !stated.is_empty() || filled == 1 {
            stated.clone_into(&mut self.balance.1);
        }
        Ok(())
    }

    fn filled(&mut self, row: &SheetRow, filled: usize) -> Result<(), MoneyError> {
        let is_marked =
            row.cell(0).starts_with('\u{feff}') && row.cells().map(fold).eq(self.file.header.cells().map(fold));
        if is_marked || row.cells().eq(self.file.header.cells()) {
            self.poster.aside(row, "the header again");
            // A page may break within a voucher.
            if self.format().sections {
                self.end_voucher()?;
            }
            self.open_titles(true);
            return Ok(());
        }
        if row.is_heading {
            return self.heading(row);
        }
        if filled == 1 && self.title(row)? {
            return Ok(());
        }
        if let Some((kind, name)) = self.total_kind(row) {
            // Titles that no rows followed name accounts that others stand below.
            self.open_titles(false);
            if let Some(held) = self.held.take()
                && (kind == TotalKind::Opening || fold(&held.name) == fold(&name))
            {
                self.sums.begin(&held.name, held.title.indent, false);
            }
            return self.total(row, kind, &name);
        }
        if !self.pending.is_empty() {
            self.open_titles(false);
            if self.held.is_some() && self.hold(row)? {
                return Ok(());
            }
        }
        let is_sum = |at: usize| {
            let is = |role: Role| self.file.column(role) == Some(at);
            is(Role::Debit) || is(Role::Credit) || is(Role::Amount)
        };
        if filled > 0 && row.filled().all(|(at, _)| is_sum(at)) {
            match self.amount(row) {
                Err((role, why)) => self.poster.reject(row, Some(role), why, None),
                Ok(_) => self.poster.aside(row, "a subtotal: amounts and nothing else"),
            }
            return Ok(());
        }
        let sides = match self.amount(row) {
            Ok(Some(sides)) => sides,
            Ok(None) if self.is_cut(row) => {
                self.mention(row);
                let why = "the row is on an account that is usage, and has no amount in its column: it is missing, or the row's cells end before that or have moved".to_owned();
                self.poster.reject(row, None, why, None);
                return Ok(());
            }
            Ok(None) => {
                self.detail(row);
                self.mention(row);
                self.poster.aside(row, "no amount: a title, a note or a footer");
                return Ok(());
            }
            Err((role, why)) => {
                self.mention(row);
                self.poster.reject(row, Some(role), why, None);
                return Ok(());
            }
        };
        self.entry(row, sides)
    }

    /// A row that posts an amount to an account.
    fn entry(&mut self, row: &SheetRow, sides: Sides) -> Result<(), MoneyError> {
        let particulars = particulars(row, self.file);
        let of_customer = self.format().section_is == SectionIs::Party;
        let of_section = self.file.column(Role::Account).is_none()
            || self.format().party.contains(&PartyFrom::Account)
            || particulars.is_empty();
        let section = if of_section && !of_customer { self.sums.account() } else { None };
        let by_section = section.is_some();
        let account = section.as_deref().unwrap_or(particulars);
        let code = self.own(row, Role::AccountCode);
        let (debit, credit) = (sides.debit.unwrap_or_default(), sides.credit.unwrap_or_default());
        let net = add_exact(credit, -debit)?;
        if account.is_empty() && code.is_empty() {
            if dates::looks_like_one(self.own(row, Role::Date)) && !net.is_zero() {
                let why = "the row has a date and an amount, and no account: write in which it is".to_owned();
                self.poster.reject(row, Some(Role::Account), why, Some(net));
            } else {
                self.poster.aside(row, "a subtotal: an amount without an account");
            }
            return Ok(());
        }
        let date = self.own(row, Role::Date);
        let is_total = || self.format().account_columns && self.is_grand(date);
        let undated = (date.is_empty() && !self.format().fill_down.contains(&Role::Date)) || is_total();
        let may_be_total = undated && self.own(row, Role::Voucher).is_empty() && self.own(row, Role::Type).is_empty();
        if may_be_total && self.account_total(row, account, net)? {
            return Ok(());
        }
        if !debit.is_zero() && debit == credit && self.naming.find(account, code).is_some() {
            let why = "the row has one amount as debit and as credit, and is on an account that is usage".to_owned();
            self.poster.accounts.mention(account, code, &self.file.format);
            self.poster.reject(row, Some(Role::Credit), why, None);
            return Ok(());
        }
        let id = self.poster.accounts.id(account, code, self.format());
        // A total only where its account, its place and its sum say so; what names a customer
        // is none.
        if may_be_total
            && (self.column_total(row, id, sides)?
                || (self.is_nobodys(row) && self.poster.accounts.is_sum_of(id, debit, credit)?))
        {
            self.poster.aside(row, "a total of its account");
            return Ok(());
        }
        if let Some(role) = sides.contrary {
            let at = self.file.column(role);
            let name = at.map_or("", |at| self.file.header.cell(at));
            let first = &mut self.contrary[usize::from(role == Role::Credit)];
            first.get_or_insert_with(|| (row.line, name.to_owned(), row.at(at).to_owned()));
        } else {
            self.plain[0] |= !debit.is_zero();
            self.plain[1] |= !credit.is_zero();
        }
        self.sums.add(debit, credit)?;
        self.poster.accounts.add(id, debit, credit)?;
        let party = if self.format().party.contains(&PartyFrom::Account) && by_section {
            particulars
        } else {
            self.own(row, Role::Party)
        };
        let customer = if of_customer { self.sums.account() } else { None };
        let party = self.poster.names.id(customer.as_deref().unwrap_or(party));
        let currency = match self.currency(row, sides) {
            Err(why) if self.naming.find(account, code).is_some() => {
                self.poster.reject(row, Some(Role::Currency), why, Some(net));
                return Ok(());
            }
            currency => currency.unwrap_or_default(),
        };
        let line = Line { account: id, party, net, currency, detail: None };
        if self.vouchers.begins(row) {
            self.end_voucher()?;
            let (order, zone) = (self.way.order, self.poster.zone());
            if self.day_order != order {
                self.day_order = order;
                self.days.clear();
            }
            self.vouchers.begin(row, |text| self.days.of(text, |text| dates::read(text, order, zone)));
        }
        self.vouchers.push(row, line)
    }

    /// The totals of the file, each beside what its rows add up to.
    pub(super) fn totals(&self) -> &[CheckSum] {
        &self.sums.checks
    }

    /// Debits and credits of the whole file, where both sides of its vouchers are there.
    pub(super) fn both_sides(&self) -> Result<Option<(Decimal, Decimal)>, MoneyError> {
        if !self.format().double_entry || !self.poster.accounts.have_other_sides(self.poster.balanced)? {
            return Ok(None);
        }
        Ok(Some((self.sums.whole.debit.total()?, self.sums.whole.credit.total()?)))
    }

    /// The first row whose sign speaks against its column, where all of the column do.
    pub(super) fn doubtful_sign(&self) -> Option<(u64, String, String)> {
        self.contrary.iter().zip(self.plain).find_map(|(first, plain)| first.clone().filter(|_| !plain))
    }

    /// A row names an account and posts nothing to it.
    fn mention(&mut self, row: &SheetRow) {
        let (account, code) = (particulars(row, self.file), row.at(self.file.column(Role::AccountCode)));
        let section = if account.is_empty() { self.sums.account() } else { None };
        self.poster.accounts.mention(section.as_deref().unwrap_or(account), code, &self.file.format);
    }

    fn end_voucher(&mut self) -> Result<(), MoneyError> {
        self.vouchers.end(&mut self.poster)
    }

    /// A row below a voucher that gives the voucher's other side in words:
    /// `Alpha Ltd  1180.00 Dr`.
    fn detail(&mut self, row: &SheetRow) {
        let mut filled = row.filled();
        let (Some((_, text)), None) = (filled.next(), filled.next()) else { return };
        let cut = text.rsplit_once("  ").or_else(|| {
            let (rest, side) = text.rsplit_once(' ')?;
            let (name, amount) = rest.rsplit_once(' ')?;
            text.get(name.len() + 1..).filter(|_| !amount.is_empty() && !side.is_empty()).map(|amount| (name, amount))
        });
        let Some((name, amount)) = cut else { return };
        let Ok(Some(written)) = amounts::read(amount, self.way.style) else { return };
        let net = match written.side {
            Some(Side::Debit) => -written.amount,
            Some(Side::Credit) => written.amount,
            None => return,
        };
        let account = self.poster.accounts.id(name.trim(), "", &self.file.format);
        let line = Line { account, party: 0, net, currency: None, detail: Some(row.line) };
        self.vouchers.add_detail(line);
    }

    /// Debit, credit and currency of a row; None where it has no amount.
    fn amount(&self, row: &SheetRow) -> Result<Option<Sides>, (Role, String)> {
        sides_of(self.file, row, self.way)
    }

    /// A row with a total: compared, and never counted. A sum that cannot be read is told.
    fn total(&mut self, row: &SheetRow, kind: TotalKind, name: &str) -> Result<(), MoneyError> {
        let is_of_page =
            row.filled().any(|(_, cell)| behind(cell, "carried ").or_else(|| behind(cell, "brought ")).is_some());
        if !is_of_page {
            self.end_voucher()?;
        }
        let sides = match self.amount(row) {
            Err((role, why)) if kind != TotalKind::None => {
                self.poster.reject(row, Some(role), format!("the total cannot be compared: {why}"), None);
                return Ok(());
            }
            Err(_) => None,
            Ok(sides) => sides,
        };
        let balance = matches!(kind, TotalKind::Opening | TotalKind::Closing | TotalKind::ClosingColumns);
        self.poster.aside(row, if balance { "an opening or closing balance" } else { "a total" });
        let sided = self.file.column(Role::Debit).is_some();
        let stated =
            sides.map_or_else(Stated::default, |sides| Stated { debit: sides.debit, credit: sides.credit, sided });
        if sides.is_none() && !matches!(kind, TotalKind::Opening | TotalKind::Section) {
            return Ok(());
        }
        self.sums.total(kind, name, row.line, stated)
    }

    /// Whether a row is one of the format's totals, and whose.
    fn total_kind(&self, row: &SheetRow) -> Option<(TotalKind, String)> {
        let format = self.format();
        // Where a voucher's type or number stands, there is an entry.
        let of_voucher = [Role::Voucher, Role::Type].iter().any(|role| {
            let cell = self.own(row, *role);
            let is_filled = cell.bytes().any(|byte| byte != b'-');
            is_filled && !self.file.totals.for_cell(cell).iter().any(|total| total.begins(cell))
        });
        if of_voucher || self.names_section(row) {
            return None;
        }
        let dated = self.looks_dated.of(self.own(row, Role::Date), dates::looks_like_one);
        let account = self.file.column(Role::Account).filter(|_| !format.sections);
        let about = row.at(account);
        for (_, cell) in row.filled().take(8) {
            for total in self.file.totals.for_cell(cell) {
                let exact = total.is_within(cell);
                let fits = match total.kind {
                    _ if total.begins.starts_with('*') => cell.starts_with(&total.begins),
                    TotalKind::Grand => exact,
                    TotalKind::Section => (exact && !self.is_grand(cell)) || total.begins(cell) && !exact,
                    _ => exact || (!dated && total.begins(cell)),
                };
                let balance = matches!(total.kind, TotalKind::Opening | TotalKind::Closing);
                if !fits || (dated && !(balance && exact)) {
                    continue;
                }
                let name = of_total(cell, &total.begins);
                match total.kind {
                    // The total of an account that the row names is looked at as an entry is.
                    TotalKind::Grand if !about.is_empty() && about != cell => return None,
                    TotalKind::Section if format.sections && !name.is_empty() && !total.begins.starts_with('*') => {
                        if self.sums.is_open(&name) || self.pending.iter().any(|title| same_title(title, &name)) {
                            return Some((TotalKind::Section, name));
                        }
                        if self.sums.is_closed(&name) {
                            return Some((TotalKind::None, name));
                        }
                    }
                    kind => return Some((kind, name)),
                }
            }
        }
        None
    }
}

impl Reader<'_> {
    /// Whether a cell is what the format calls the total of the whole file.
    fn is_grand(&self, cell: &str) -> bool {
        self.file.totals.for_cell(cell).iter().any(|total| total.kind == TotalKind::Grand && total.is(cell))
    }
}

fn same_title(title: &SheetRow, name: &str) -> bool {
    title.filled().next().is_some_and(|(_, cell)| fold(cell) == fold(name))
}

/// `Total for Voice with sub-accounts` → `Voice`.
fn of_total(cell: &str, with: &str) -> String {
    let rest = cell.get(with.len()..).unwrap_or_default().trim_matches(['*', ' ', '\'', ':']);
    let rest = rest.strip_prefix("for ").unwrap_or(rest);
    ["with sub-accounts", "with subaccounts", "with sub accounts"]
        .iter()
        .find_map(|end| rest.strip_suffix(end))
        .unwrap_or(rest)
        .trim()
        .to_owned()
}

mod headings;
mod titles;
