//! Rows of formats that are not a row an entry: headings beyond doubt, totals of accounts
//! that have a column each, rows of files without a header; and a row's currency.

use rust_decimal::Decimal;

use super::super::amounts;
use super::super::dates;
use super::super::format::Role;
use super::super::sheet::SheetRow;
use super::super::sides::{Sides, particulars};
use super::super::text::{fold, words};
use super::Reader;
use crate::model::money::{Currency, MoneyError, add_exact, shorten};
use crate::model::posting::CheckSum;

impl Reader<'_> {
    /// Whether the cells of a row stand in other columns than theirs; told, where the row has
    /// an amount or a date.
    pub(super) fn is_moved(&mut self, row: &SheetRow) -> bool {
        let width = if self.format().width > 0 { self.format().width } else { self.file.width() };
        let is_entry = || dates::looks_like_one(self.own(row, Role::Date)) || !matches!(self.amount(row), Ok(None));
        let moved = if self.format().width > 0 { row.len() != width } else { row.has_moved && is_entry() };
        if moved {
            let cells = row.len();
            let why = format!(
                "the row has {cells} cells, and not {width}: a quote or a comma in a text or an amount has moved them"
            );
            self.mention(row);
            for at in &self.file.account_columns {
                self.poster.accounts.mention(self.file.header.cell(*at), "", &self.file.format);
            }
            self.poster.reject(row, None, why, None);
        }
        moved
    }

    /// Whether a dated row on an account that is usage, without an amount where it should be,
    /// ends before that, or has it further behind, or changes the running balance.
    pub(super) fn is_cut(&self, row: &SheetRow) -> bool {
        let places = || [Role::Debit, Role::Credit, Role::Amount].iter().filter_map(|role| self.file.column(*role));
        let (Some(first), Some(last)) = (places().min(), places().max()) else { return false };
        let is_sum =
            |at: usize| words(self.file.header.cell(at)).iter().any(|word| word == "balance" || word == "total");
        let is_amount = |cell: &str| {
            amounts::read(cell, self.way.style).is_ok_and(|read| read.is_some_and(|written| !written.amount.is_zero()))
        };
        let is_behind = || !is_sum(last + 1) && is_amount(row.cell(last + 1));
        let balance = |cell: &str| amounts::read(cell, self.way.style).ok().flatten().map(|read| read.amount);
        // A voucher's row: what only states a balance has no number and no type, or says so.
        let is_voucher = [Role::Voucher, Role::Type].iter().any(|role| !row.at(self.file.column(*role)).is_empty())
            && !row.cells().any(|cell| cell.to_ascii_lowercase().contains("balance"));
        let changes = || {
            is_voucher
                && balance(row.at(self.balance.0))
                    .is_some_and(|now| now != balance(&self.balance.1).unwrap_or_default())
        };
        let section = self.sums.account().filter(|_| self.file.column(Role::Account).is_none());
        let account = section.as_deref().unwrap_or_else(|| particulars(row, self.file));
        !self.format().account_columns
            && dates::looks_like_one(self.own(row, Role::Date))
            && self.naming.find(account, self.own(row, Role::AccountCode)).is_some()
            && (row.len() <= first || is_behind() || changes())
    }

    /// Whether a row is the heading of an account that the settings name, whatever it begins
    /// with: `Total Voice`.
    pub(super) fn names_section(&self, row: &SheetRow) -> bool {
        let mut filled = row.filled();
        let (Some((_, cell)), None) = (filled.next(), filled.next()) else { return false };
        self.format().sections && self.naming.find(cell, "").is_some() && !self.sums.is_open(cell)
    }

    /// Whether a row names no customer, or says in that place that it is a total.
    pub(super) fn is_nobodys(&self, row: &SheetRow) -> bool {
        let is_total = |cell: &str| words(cell).last().is_some_and(|word| word.ends_with("total"));
        [Role::Party, Role::PartyCode].iter().all(|role| {
            let cell = self.own(row, *role);
            cell.is_empty() || is_total(cell)
        })
    }

    /// Whether an undated row is the total of an account of the file, as a spreadsheet's
    /// subtotals are called: `Inbound Voice Total`. Compared, and never counted.
    pub(super) fn account_total(&mut self, row: &SheetRow, account: &str, net: Decimal) -> Result<bool, MoneyError> {
        let folded = fold(account);
        let base = [" total", " subtotal", " sub total", " sub-total", " ergebnis"]
            .iter()
            .find_map(|end| folded.strip_suffix(end))
            .and_then(|base| account.get(..base.len()))
            .filter(|base| !base.trim().is_empty() && self.is_nobodys(row));
        let Some((name, computed)) =
            base.map(|base| self.poster.accounts.subtotal_of(base.trim(), net)).transpose()?.flatten()
        else {
            return Ok(false);
        };
        let what = format!("total {name}");
        self.sums.checks.push(CheckSum { file: String::new(), what, line: Some(row.line), stated: net, computed });
        self.poster.aside(row, "a total of its account");
        Ok(true)
    }

    /// The heading of an account or a customer, beyond doubt.
    pub(super) fn heading(&mut self, row: &SheetRow) -> Result<(), MoneyError> {
        self.end_voucher()?;
        self.open_titles(false);
        self.release(None)?;
        let is_group = self.format().group_headings;
        self.sums.begin(row.cell(0), row.indent, is_group && row.indent == 0);
        self.poster.aside(row, "the name of an account, with its balance or sums");
        Ok(())
    }

    /// Whether a row is the total of the accounts that have a column each: compared where
    /// the account is named. A register of credit notes adds up what it writes without a
    /// minus.
    pub(super) fn column_total(&mut self, row: &SheetRow, id: u32, sides: Sides) -> Result<bool, MoneyError> {
        let format = self.format();
        let first = row.filled().next().map_or("", |(_, cell)| cell);
        if !format.account_columns || !self.file.totals.for_cell(first).iter().any(|total| total.is(first)) {
            return Ok(false);
        }
        let (debit, credit) = (sides.debit.unwrap_or_default(), sides.credit.unwrap_or_default());
        let stated = add_exact(credit, -debit)?;
        let Some((name, computed)) = self.poster.accounts.named_sum(id)? else { return Ok(true) };
        let is_turned = !format.credit_types.is_empty() && stated == -computed;
        let computed = if is_turned { stated } else { computed };
        let what = format!("{first} {name}");
        self.sums.checks.push(CheckSum { file: String::new(), what, line: Some(row.line), stated, computed });
        Ok(true)
    }

    /// The currency that a row states, or its header.
    pub(super) fn currency(&self, row: &SheetRow, sides: Sides) -> Result<Option<Currency>, String> {
        let written = self.own(row, Role::Currency);
        if written.is_empty() && sides.currency.is_none() && !sides.dollar {
            return Ok(self.file.header_currency);
        }
        let stated = sides.currency.or_else(|| self.currencies.of(written, amounts::currency));
        if let Some(currency) = stated {
            return Ok(Some(currency));
        }
        if sides.dollar || written == "$" {
            return Ok(Some(self.poster.dollar()));
        }
        if written.chars().any(char::is_alphanumeric) {
            return Err(format!("`{}` is no currency: write its code, such as INR", shorten(written)));
        }
        Ok(self.file.header_currency)
    }
}
