//! Rows of formats that are not a row an entry: headings beyond doubt, totals of accounts
//! that have a column each, rows of files without a header; and a row's currency.

use super::super::amounts;
use super::super::format::Role;
use super::super::sheet::SheetRow;
use super::super::sides::Sides;
use super::Reader;
use crate::model::money::{Currency, MoneyError, add_exact, shorten};
use crate::model::posting::CheckSum;

impl Reader<'_> {
    /// Whether a row of a file without a header has not the cells that it should; told.
    pub(super) fn has_moved(&mut self, row: &SheetRow) -> bool {
        let width = self.format().width;
        let moved = width > 0 && row.len() != width;
        if moved {
            let cells = row.len();
            let why =
                format!("the row has {cells} cells, and not {width}: a quote or a comma in a text has moved them");
            self.poster.reject(row, None, why, None);
        }
        moved
    }

    /// The heading of an account or a customer, beyond doubt.
    pub(super) fn heading(&mut self, row: &SheetRow) -> Result<(), MoneyError> {
        self.end_voucher()?;
        self.open_titles(false);
        self.release(None)?;
        let is_group = self.format().group_headings;
        self.sums.begin(row.cell(0), row.indent, is_group && row.indent == 0);
        self.poster.aside(row.line, "the name of an account, with its balance or sums");
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
