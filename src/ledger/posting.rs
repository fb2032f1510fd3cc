//! Vouchers → sums per customer: entries on the accounts that are usage, with the customer
//! of each, and an account of every row that is not in them. Charges are positive and
//! credits negative, whatever the product's sign.

use std::collections::BTreeMap;

use arcstr::Substr;
use chrono_tz::Tz;
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use rust_decimal::Decimal;

use super::account_kind::named;
use super::account_list::{Account, AccountList, Names};
use super::collect::{DAYS_AROUND, MOST_ROWS};
use super::format::Role;
use super::memo::Memo;
use super::naming::Naming;
use super::recognise::Recognised;
use super::sheet::SheetRow;
use super::text::{is_better_written, same_name};
use super::voucher::{Around, Line, Voucher};
use super::voucher_types::{Verdict, VoucherTypes};
use crate::model::ledger_terms::AccountUse;
use crate::model::money::{Currency, MoneyError, Tally};
use crate::model::period::Period;
use crate::model::posting::{PostedRow, RowAside, RowCounts, RowProblem, RowProblemKind, Wanted};
use crate::model::usage::Direction;

/// Rows that are told one by one, at most.
const MOST_PROBLEMS: usize = 10_000;
/// Rows in no sum that are kept word for word: of a file that is mostly receipts, enough to see why.
const MOST_ASIDE: usize = 2_000;

/// What must be known beside the file.
#[derive(Clone, Copy)]
pub(crate) struct Options<'a> {
    /// Rows of other days are counted and left out; None takes all.
    pub period: Option<&'a Period>,
    /// Where the books are: the day of a moment.
    pub zone: Tz,
    /// The currency of the sums.
    pub currency: Currency,
    /// The currency of rows that do not state one.
    pub default_currency: Currency,
    /// `[ledger.accounts]`: name or number → what it is.
    pub accounts: &'a BTreeMap<String, AccountUse>,
    /// `[ledger.voucher_types]`: whether vouchers of a type count.
    pub voucher_types: &'a BTreeMap<String, bool>,
    /// The customer's id for a name or code of the ledger, where the books know it.
    pub resolve: &'a dyn Fn(&str) -> Option<String>,
    /// Single rows to hand back beside the sums.
    pub wanted: Option<&'a Wanted>,
}

/// A customer's sums by what the accounts are.
#[derive(Clone, Debug, Default)]
pub(super) struct Customer {
    pub(super) rows: u64,
    pub(super) inbound: Tally,
    pub(super) outbound: Tally,
    pub(super) other: Tally,
}

/// Posts vouchers.
#[derive(Clone)]
pub(super) struct Poster<'a> {
    pub(super) file: &'a Recognised,
    pub(super) options: Options<'a>,
    types: VoucherTypes,
    pub(super) names: Names,
    pub(super) accounts: AccountList,
    verdicts: HashMap<Box<str>, Verdict, FixedState>,
    /// By the number of a name in the party's column: whose it is.
    parties: HashMap<u32, u32, FixedState>,
    /// What a text that stands where a customer should is the name of.
    named: Memo<Option<String>>,
    /// Customers by their names, folded.
    same: HashMap<Box<str>, u32, FixedState>,
    /// By a customer's number, that of the first of its spellings in byte order, where it has
    /// several.
    pub(super) spelt: BTreeMap<u32, u32>,
    pub(super) customers: HashMap<u32, Customer, FixedState>,
    pub(super) counts: RowCounts,
    pub(super) problems: Vec<RowProblem>,
    pub(super) problems_beyond: u64,
    pub(super) set_aside: BTreeMap<&'static str, (u64, u64)>,
    pub(super) rows_aside: Vec<RowAside>,
    pub(super) other_currencies: BTreeMap<String, Tally>,
    pub(super) rows: Vec<PostedRow>,
    /// Vouchers that add up by themselves.
    pub(super) balanced: u64,
    usage_rows: u64,
    nameless: u64,
}

impl<'a> Poster<'a> {
    pub(super) fn new(file: &'a Recognised, options: Options<'a>) -> Self {
        let format = &file.format;
        let mut poster = Self {
            file,
            options,
            types: VoucherTypes::new(options.voucher_types, &format.counts, &format.never),
            names: Names::default(),
            accounts: AccountList::new(Naming::new(options.accounts, format.company_mark.as_deref())),
            verdicts: HashMap::default(),
            parties: HashMap::default(),
            named: Memo::default(),
            same: HashMap::default(),
            spelt: BTreeMap::new(),
            customers: HashMap::default(),
            counts: RowCounts::default(),
            problems: Vec::new(),
            problems_beyond: 0,
            set_aside: BTreeMap::new(),
            rows_aside: Vec::new(),
            other_currencies: BTreeMap::new(),
            rows: Vec::new(),
            balanced: 0,
            usage_rows: 0,
            nameless: 0,
        };
        // Who is looked for is called as before.
        for name in options.wanted.iter().flat_map(|wanted| &wanted.customers) {
            poster.customer(name);
        }
        poster
    }

    /// A customer's number, the same for each way to write the name.
    fn customer(&mut self, name: &str) -> u32 {
        let id = self.names.id(name);
        if let Some(first) = self.parties.get(&id) {
            return *first;
        }
        let first = *self.same.entry(same_name(name).into()).or_insert(id);
        self.parties.insert(id, first);
        if first != id {
            let spelt = self.spelt.entry(first).or_insert(first);
            if is_better_written(name, self.names.text(*spelt)) {
                *spelt = id;
            }
        }
        first
    }

    pub(super) fn zone(&self) -> Tz {
        self.options.zone
    }

    /// What `$` is in these books.
    pub(super) fn dollar(&self) -> Currency {
        let dollars = ["USD", "AUD", "CAD", "NZD", "SGD", "HKD"];
        let own = self.options.currency;
        if dollars.contains(&own.code()) { own } else { Currency::parse("USD").unwrap_or(own) }
    }

    fn of(&self, line: &Line) -> Option<&Account> {
        self.accounts.get(line.account)
    }

    fn role(&self, line: &Line) -> Option<AccountUse> {
        self.of(line).and_then(|account| account.role).map(|(_, role)| role)
    }

    /// A row that is no usage, and why.
    pub(super) fn aside(&mut self, row: &SheetRow, reason: &'static str) {
        self.counts.excluded += 1;
        self.set_aside.entry(reason).or_insert((0, row.line)).0 += 1;
        self.keep_aside(row, reason);
    }

    /// Keeps a row that is in no sum, to be shown: the first of them.
    fn keep_aside(&mut self, row: &SheetRow, why: &'static str) {
        if self.rows_aside.len() < MOST_ASIDE {
            self.rows_aside.push(RowAside { file: String::new(), line: row.line, why, text: row.shown() });
        }
    }

    /// A row that a person must see.
    fn note(&mut self, row: &SheetRow, kind: RowProblemKind, role: Option<Role>, why: String, amount: Option<Decimal>) {
        if self.problems.len() >= MOST_PROBLEMS {
            self.problems_beyond += 1;
            return;
        }
        let column = role.and_then(|role| self.file.columns.iter().find(|c| c.role == role));
        self.problems.push(RowProblem {
            file: String::new(),
            kind,
            line: row.line,
            column: column.map(|c| c.name.clone()),
            cell: column.map_or_else(String::new, |c| row.cell(c.index).to_owned()),
            text: row.shown(),
            why,
            customer_id: None,
            amount,
        });
    }

    /// A row that cannot be read.
    pub(super) fn reject(&mut self, row: &SheetRow, role: Option<Role>, why: String, amount: Option<Decimal>) {
        self.counts.rejected += 1;
        self.note(row, RowProblemKind::Invalid, role, why, amount);
    }

    /// Refuses one row of a voucher.
    pub(super) fn refuse_line(&mut self, voucher: &Voucher, line: usize, why: &str) -> Result<(), MoneyError> {
        if let Some((line, row)) = voucher.lines.get(line) {
            let role = if self.file.column(Role::Party).is_some() { Role::Party } else { Role::Account };
            self.reject(row, Some(role), why.to_owned(), Some(line.net));
        }
        Ok(())
    }

    /// Refuses a voucher: its rows on named accounts with their money, the others counted.
    pub(super) fn refuse(&mut self, voucher: &Voucher, why: &str) -> Result<(), MoneyError> {
        for (line, row) in &voucher.lines {
            if line.detail.is_none() {
                self.reject(row, Some(Role::Date), why.to_owned(), Some(line.net));
            }
        }
        Ok(())
    }

    pub(super) fn has_usage(&self, vouchers: &[&Voucher]) -> bool {
        vouchers.iter().any(|voucher| voucher.lines.iter().any(|(line, _)| self.role(line).is_some()))
    }

    /// Whether customers have to be looked for in other rows of the file.
    pub(super) fn needs_other_sides(&self) -> bool {
        self.file.column(Role::Party).is_none() || self.nameless > 0 || self.usage_rows < 1_000
    }

    fn verdict(&mut self, kind: &str) -> Verdict {
        if let Some(verdict) = self.verdicts.get(kind) {
            return *verdict;
        }
        let verdict = self.types.verdict(kind);
        self.verdicts.insert(kind.into(), verdict);
        verdict
    }

    /// Posts a voucher's rows, or only some of them, in their order. Returns those whose customer it does
    /// not name, and why.
    ///
    /// # Errors
    /// A sum beyond the exact range.
    pub(super) fn post(
        &mut self,
        voucher: &Voucher,
        only: Option<&[usize]>,
    ) -> Result<Vec<(usize, String)>, MoneyError> {
        let mut unknown = Vec::new();
        let mut around = None;
        if only.is_none() && voucher.lines.len() > 1 && voucher.balances() {
            self.balanced += 1;
        }
        for (at, (line, row)) in voucher.lines.iter().enumerate() {
            if line.detail.is_some() || only.is_some_and(|only| only.binary_search(&at).is_err()) {
                continue;
            }
            match self.role(line) {
                None if only.is_none() => self.aside(row, "an account that is no usage"),
                None => {}
                Some(role) => {
                    let around = around.get_or_insert_with(|| self.around(voucher));
                    if let Some(why) = self.post_line(voucher, around, at, *line, row, role)? {
                        unknown.push((at, why));
                    }
                }
            }
        }
        Ok(unknown)
    }

    /// Whether a row on a named account does not count, by what it says of itself or by its
    /// voucher's type: told, with its money.
    fn is_set_aside(&mut self, voucher: &Voucher, line: Line, row: &SheetRow) -> bool {
        if let Some(at) = self.file.never(row) {
            self.aside(row, "a row that is no sale, on an account that is usage");
            let (column, cell) = (self.file.header.cell(at), row.cell(at));
            let why = format!(
                "its `{column}` is `{cell}`: such a row is no sale, and the account is named as usage; leave it out of the export, or say in `never_where` of a format of the books what `{column}` means"
            );
            self.note_aside(line, row, None, why);
            return true;
        }
        let verdict = self.verdict(&voucher.kind);
        match verdict {
            Verdict::Counts => false,
            Verdict::Declared => {
                self.aside(row, "a voucher type that never counts, as the settings say");
                true
            }
            Verdict::Never | Verdict::Unknown => {
                let what = if verdict == Verdict::Never { "is no sale" } else { "is not known to be a sale" };
                let why = format!(
                    "the voucher type `{}` {what}, and the account is named as usage: say in [ledger.voucher_types] or with --voucher-type whether it \"counts\" or \"never\" does",
                    voucher.kind
                );
                self.aside(row, "a voucher type that is no sale, on an account that is usage");
                self.note_aside(line, row, Some(Role::Type), why);
                true
            }
        }
    }

    /// Tells of a row that is set aside, with its customer; one of nothing is not worth it.
    fn note_aside(&mut self, line: Line, row: &SheetRow, role: Option<Role>, why: String) {
        if line.net.is_zero() {
            return;
        }
        self.note(row, RowProblemKind::SetAside, role, why, Some(line.net));
        if let (Some(problem), Some(name)) = (self.problems.last_mut(), named(self.names.text(line.party))) {
            problem.customer_id = Some((self.options.resolve)(&name).unwrap_or(name));
        }
    }

    /// Posts a row on a named account; returns why its customer is not known.
    fn post_line(
        &mut self,
        voucher: &Voucher,
        around: &mut Around,
        at: usize,
        line: Line,
        row: &SheetRow,
        role: AccountUse,
    ) -> Result<Option<String>, MoneyError> {
        if self.is_set_aside(voucher, line, row) {
            return Ok(None);
        }
        let date = match &voucher.day {
            Ok(date) => *date,
            Err(why) => {
                self.reject(row, Some(Role::Date), why.clone(), Some(line.net));
                return Ok(None);
            }
        };
        let outside = self.options.period.is_some_and(|period| !period.contains(date));
        if outside {
            self.counts.outside_period += 1;
            self.keep_aside(row, "dated outside the period");
            let near = self.options.period.and_then(|period| period.widened(DAYS_AROUND));
            if self.options.wanted.is_none() || !near.is_some_and(|near| near.contains(date)) {
                return Ok(None);
            }
        }
        let currency = line.currency.unwrap_or(self.options.default_currency);
        if currency != self.options.currency {
            if !outside {
                self.counts.excluded += 1;
                self.other_currencies.entry(currency.code().to_owned()).or_default().add(line.net)?;
                let why = format!("the amount is in {currency}, the analytics are in {}", self.options.currency);
                self.note(row, RowProblemKind::OtherCurrency, None, why, Some(line.net));
            }
            return Ok(None);
        }
        self.usage_rows += 1;
        let party = match self.party(voucher, around, at, line, row) {
            Ok(party) => party,
            Err(_) if outside => return Ok(None),
            Err(why) => {
                self.nameless += 1;
                return Ok(Some(why));
            }
        };
        if let Some(wanted) = self.options.wanted {
            self.keep(wanted, voucher, line, row, (role, party), date);
        }
        if outside {
            return Ok(None);
        }
        self.counts.used += 1;
        let customer = self.customers.entry(party).or_default();
        customer.rows += 1;
        let sum = match role {
            AccountUse::Calls(Direction::Inbound) => &mut customer.inbound,
            AccountUse::Calls(Direction::Outbound) => &mut customer.outbound,
            AccountUse::Other => &mut customer.other,
        };
        sum.add(line.net)?;
        Ok(None)
    }

    /// Keeps a row that is wanted beside the sums.
    fn keep(
        &mut self,
        wanted: &Wanted,
        voucher: &Voucher,
        line: Line,
        row: &SheetRow,
        (role, party): (AccountUse, u32),
        date: chrono::NaiveDate,
    ) {
        let AccountUse::Calls(direction) = role else { return };
        let id = self.customer_id(party);
        if wanted.takes(&id, line.net) && self.rows.len() < MOST_ROWS {
            let reference = format!("{} {}", voucher.kind, voucher.number);
            self.rows.push(PostedRow {
                file: "".into(),
                line: row.line,
                date,
                customer_id: id.into(),
                direction,
                amount: line.net,
                reference: if voucher.number.is_empty() { Substr::new() } else { reference.into() },
                account: self.of(&line).map_or("", |account| &account.name).into(),
                text: row.cells().collect::<Vec<_>>().join(",").into(),
            });
        }
    }

    pub(super) fn customer_id(&self, party: u32) -> String {
        let name = self.names.text(party);
        (self.options.resolve)(name).unwrap_or_else(|| name.to_owned())
    }
}

mod whose;
