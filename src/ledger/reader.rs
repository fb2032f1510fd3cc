//! The rows of an export, one after the other → vouchers, each row accounted for: entries,
//! names of accounts, totals (compared with the entries, never counted), and what is neither.

use rust_decimal::Decimal;

use super::amounts::{self, Side, Style};
use super::dates;
use super::format::{Format, Minus, PartyFrom, Role, Sign, TotalKind};
use super::naming::Naming;
use super::posting::Poster;
use super::recognise::Recognised;
use super::sections::{Stated, Sums};
use super::sheet::SheetRow;
use super::text::fold;
use super::voucher::{Line, Vouchers};
use crate::model::ledger_terms::DateOrder;
use crate::model::money::{Currency, MoneyError, shorten};
use crate::model::posting::CheckSum;

/// One way to read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) order: DateOrder,
    pub(super) style: Style,
    pub(super) minus: Minus,
}

/// An amount's debit, credit and currency.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sides {
    pub(super) debit: Option<Decimal>,
    pub(super) credit: Option<Decimal>,
    currency: Option<Currency>,
    dollar: bool,
    /// The column in which a minus stands beside a side, or the other side's word.
    pub(super) contrary: Option<Role>,
}

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
}

impl<'a> Reader<'a> {
    pub(super) fn new(file: &'a Recognised, poster: Poster<'a>, way: Way) -> Self {
        let naming = poster.naming.clone();
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
        let filled = row.filled().count();
        if filled != 1 && row.cells().all(|cell| cell.chars().all(|c| "-=_+ ".contains(c))) {
            if filled > 0 || row.len() > 1 {
                self.poster.counts.read += 1;
                self.poster.aside(row.line, "an empty row, or a line");
            }
            return Ok(());
        }
        self.poster.counts.read += 1;
        if self.hold(row)? {
            return Ok(());
        }
        self.body(row, filled)
    }

    fn body(&mut self, row: &SheetRow, filled: usize) -> Result<(), MoneyError> {
        if row.cells().eq(self.file.header.cells()) {
            self.poster.aside(row.line, "the header again");
            self.end_voucher()?;
            self.open_titles(true);
            return Ok(());
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
        let sums = [Role::Debit, Role::Credit, Role::Amount].map(|role| self.file.column(role));
        if filled > 0 && row.filled().all(|(at, _)| sums.contains(&Some(at))) {
            match self.amount(row) {
                Err((role, why)) => self.poster.reject(row, Some(role), why, None),
                Ok(_) => self.poster.aside(row.line, "a subtotal: amounts and nothing else"),
            }
            return Ok(());
        }
        let sides = match self.amount(row) {
            Ok(Some(sides)) => sides,
            Ok(None) => {
                self.detail(row);
                self.poster.mention(particulars(row, self.file), self.own(row, Role::AccountCode));
                self.poster.aside(row.line, "no amount: a title, a note or a footer");
                return Ok(());
            }
            Err((role, why)) => {
                self.poster.mention(particulars(row, self.file), self.own(row, Role::AccountCode));
                self.poster.reject(row, Some(role), why, None);
                return Ok(());
            }
        };
        self.entry(row, sides)
    }

    /// A row that posts an amount to an account.
    fn entry(&mut self, row: &SheetRow, sides: Sides) -> Result<(), MoneyError> {
        let particulars = particulars(row, self.file);
        let of_section = self.file.column(Role::Account).is_none() || self.format().party.contains(&PartyFrom::Account);
        let section = if of_section { self.sums.account() } else { None };
        let by_section = section.is_some();
        let account = section.as_deref().unwrap_or(particulars);
        let code = self.own(row, Role::AccountCode);
        let (debit, credit) = (sides.debit.unwrap_or_default(), sides.credit.unwrap_or_default());
        let id = self.poster.account(account, code);
        let undated = self.own(row, Role::Date).is_empty() && !self.format().fill_down.contains(&Role::Date);
        if undated && self.own(row, Role::Voucher).is_empty() && self.own(row, Role::Type).is_empty() {
            // A total only where its account, its place and its sum say so.
            if account.is_empty() && code.is_empty() {
                self.poster.aside(row.line, "a subtotal: an amount without an account");
                return Ok(());
            }
            if self.poster.is_sum_of(id, debit, credit)? {
                self.poster.aside(row.line, "a total of its account");
                return Ok(());
            }
        } else if account.is_empty() && code.is_empty() {
            self.poster.aside(row.line, "a subtotal: an amount without an account");
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
        self.poster.add_to_account(id, debit, credit)?;
        let party = if self.format().party.contains(&PartyFrom::Account) && by_section {
            particulars
        } else {
            self.own(row, Role::Party)
        };
        let party = self.poster.names.id(party);
        let currency = match sides.currency.or_else(|| Currency::parse(self.own(row, Role::Currency)).ok()) {
            Some(currency) => Some(currency),
            None if sides.dollar => Some(self.poster.dollar()),
            None => self.file.header_currency,
        };
        let order = self.way.order;
        let zone = self.poster.zone();
        let line =
            Line { account: id, party, net: crate::model::money::add_exact(credit, -debit)?, currency, detail: None };
        if self.vouchers.begins(row) {
            self.end_voucher()?;
            self.vouchers.begin(row, |text| dates::read(text, order, zone));
        }
        self.vouchers.push(row, line)
    }

    /// The totals of the file, each beside what its rows add up to.
    pub(super) fn totals(&self) -> &[CheckSum] {
        &self.sums.checks
    }

    /// Debits and credits of the whole file, where both sides of its vouchers are there.
    pub(super) fn both_sides(&self) -> Result<Option<(Decimal, Decimal)>, MoneyError> {
        if !self.format().double_entry || !self.poster.has_other_sides()? {
            return Ok(None);
        }
        Ok(Some((self.sums.whole.debit.total()?, self.sums.whole.credit.total()?)))
    }

    /// The first row whose sign speaks against its column, where all of the column do.
    pub(super) fn doubtful_sign(&self) -> Option<(u64, String, String)> {
        self.contrary.iter().zip(self.plain).find_map(|(first, plain)| first.clone().filter(|_| !plain))
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
        let account = self.poster.account(name.trim(), "");
        let line = Line { account, party: 0, net, currency: None, detail: Some(row.line) };
        self.vouchers.add_detail(line);
    }

    /// Debit, credit and currency of a row; None where it has no amount.
    fn amount(&self, row: &SheetRow) -> Result<Option<Sides>, (Role, String)> {
        sides_of(self.file, row, self.way)
    }

    /// A row with a total: compared, and never counted. A sum that cannot be read is told.
    fn total(&mut self, row: &SheetRow, kind: TotalKind, name: &str) -> Result<(), MoneyError> {
        self.end_voucher()?;
        let sides = match self.amount(row) {
            Err((role, why)) if kind != TotalKind::None => {
                self.poster.reject(row, Some(role), format!("the total cannot be compared: {why}"), None);
                return Ok(());
            }
            Err(_) => None,
            Ok(sides) => sides,
        };
        let balance = matches!(kind, TotalKind::Opening | TotalKind::Closing | TotalKind::ClosingColumns);
        self.poster.aside(row.line, if balance { "an opening or closing balance" } else { "a total" });
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
            !cell.trim_matches('-').is_empty() && !format.totals.iter().any(|total| begins(cell, &total.begins))
        });
        if of_voucher {
            return None;
        }
        let dated = dates::looks_like_one(self.own(row, Role::Date));
        let account = self.file.column(Role::Account).filter(|_| !format.sections);
        let about = row.at(account);
        for (_, cell) in row.filled().take(8) {
            for total in &format.totals {
                let exact =
                    fold(cell.trim_matches(['\'', '"', ':', '*'])) == fold(total.begins.trim_matches(['\'', '*']));
                let fits = match total.kind {
                    _ if total.begins.starts_with('*') => cell.starts_with(&total.begins),
                    TotalKind::Grand => exact,
                    TotalKind::Section => exact || begins(cell, &total.begins),
                    _ => exact || (!dated && begins(cell, &total.begins)),
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

fn same_title(title: &SheetRow, name: &str) -> bool {
    title.filled().next().is_some_and(|(_, cell)| fold(cell) == fold(name))
}

fn begins(cell: &str, with: &str) -> bool {
    let (cell, with) = (fold(cell), fold(with));
    // Word for word: `Total` does not begin `Totally`.
    cell.strip_prefix(&with).is_some_and(|rest| with.ends_with(' ') || !rest.starts_with(char::is_alphanumeric))
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

/// The account cell, without the To or By that may stand before it or in its place.
pub(super) fn particulars<'r>(row: &'r SheetRow, file: &Recognised) -> &'r str {
    let column = file.column(Role::Account);
    let cell = row.at(column);
    if cell.eq_ignore_ascii_case("to") || cell.eq_ignore_ascii_case("by") {
        return row.at(column.map(|c| c + 1));
    }
    ["To ", "By "].iter().find_map(|word| cell.strip_prefix(word)).unwrap_or(cell).trim()
}

/// Debit, credit and currency of a row; None where it has no amount.
pub(super) fn sides_of(file: &Recognised, row: &SheetRow, way: Way) -> Result<Option<Sides>, (Role, String)> {
    let read = |role: Role| {
        let column = file.column(role);
        let style = match column.map(|at| row.kind(at)) {
            Some(super::sheet::CellKind::Number) => Style::Point,
            _ => way.style,
        };
        amounts::read(row.at(column), style).map_err(|why| (role, why))
    };
    if file.column(Role::Debit).is_some() {
        let (debit, credit) = (read(Role::Debit)?, read(Role::Credit)?);
        let mut sides = Sides { debit: None, credit: None, currency: None, dollar: false, contrary: None };
        for (written, own, role) in [(debit, Side::Debit, Role::Debit), (credit, Side::Credit, Role::Credit)] {
            let Some(written) = written else { continue };
            sides.currency = sides.currency.or(written.currency);
            sides.dollar |= written.dollar;
            let mut amount = written.amount;
            let stated = written.side.unwrap_or(own);
            if amount.is_sign_negative() && !amount.is_zero() {
                sides.contrary = Some(role);
                if way.minus == Minus::Agrees || written.side.is_some() {
                    amount = -amount;
                }
            }
            if stated != own && !amount.is_zero() {
                sides.contrary = Some(role);
            }
            let place = if stated == Side::Debit { &mut sides.debit } else { &mut sides.credit };
            *place = Some(match *place {
                Some(other) => {
                    crate::model::money::add_exact(other, amount).map_err(|e| (Role::Debit, e.to_string()))?
                }
                None => amount,
            });
        }
        return Ok((sides.debit.is_some() || sides.credit.is_some()).then_some(sides));
    }
    let Some(written) = read(Role::Amount)? else { return Ok(None) };
    let own_side = match fold(row.at(file.column(Role::Side))).trim_end_matches('.') {
        "" | "-" => None,
        "d" | "s" | "dr" | "debit" | "soll" => Some(Side::Debit),
        "c" | "h" | "cr" | "credit" | "haben" => Some(Side::Credit),
        other => return Err((Role::Side, format!("`{}` is neither debit nor credit", shorten(other)))),
    };
    let amount = written.amount;
    let negative = amount.is_sign_negative() && !amount.is_zero();
    let side = match (written.side.or(own_side), file.format.sign) {
        // A minus beside a side says the same again, or turns it round.
        (Some(side), _) => side,
        (None, Sign::Suffix) => return Err((Role::Amount, format!("`{amount}` says neither Dr nor Cr"))),
        (None, Sign::DebitPositive) if negative => Side::Credit,
        (None, Sign::DebitPositive) => Side::Debit,
        (None, _) if negative => Side::Debit,
        (None, _) => Side::Credit,
    };
    let stated = written.side.or(own_side).is_some();
    let amount = match (stated, negative, way.minus) {
        (true, true, Minus::Reverses) => amount,
        _ => amount.abs(),
    };
    let (debit, credit) = if side == Side::Debit { (Some(amount), None) } else { (None, Some(amount)) };
    Ok(Some(Sides {
        debit,
        credit,
        currency: written.currency,
        dollar: written.dollar,
        contrary: (stated && negative).then_some(Role::Amount),
    }))
}

mod titles;
