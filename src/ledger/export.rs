//! A product's export → the ledger: entries on the accounts that are usage, with the
//! customer of each, and the file's own totals as check sums. Charges are positive and
//! credits negative, whatever the product's sign.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::collect::{DAYS_AROUND, MOST_ROWS};
use super::entries::{self, Account, Entry};
use super::format::{Role, fold};
use super::party;
use super::recognise::Recognised;
use super::too_large;
use crate::model::ledger_terms::AccountUse;
use crate::model::money::{Currency, Money, MoneyError, Sum, Tally};
use crate::model::period::Period;
use crate::model::posting::{Ledger, PostedCustomer, PostedRow, RowProblemKind, Wanted};
use crate::model::problem::Problem;
use crate::model::usage::Direction;

/// What must be known beside the file.
pub struct Options<'a> {
    /// Rows of other days are counted and left out; None takes all.
    pub period: Option<&'a Period>,
    /// The currency of the sums.
    pub currency: Currency,
    /// The currency of rows that do not state one.
    pub default_currency: Currency,
    /// `[ledger.accounts]`: name or number → what it is.
    pub accounts: &'a BTreeMap<String, AccountUse>,
    /// The customer's id for a name or code of the ledger, where the books know it.
    pub resolve: &'a dyn Fn(&str) -> Option<String>,
    /// Single rows to hand back beside the sums.
    pub wanted: Option<&'a Wanted>,
}

/// What an account of the file adds up to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountLine {
    /// What it is, where it is named in the settings.
    pub usage: Option<AccountUse>,
    /// Its entries.
    pub entries: u64,
    /// Credits less debits.
    pub net: Decimal,
}

/// A ledger, and how its rows were understood.
#[derive(Debug)]
pub struct Export {
    /// The sums.
    pub ledger: Ledger,
    /// Every account of the file.
    pub accounts: BTreeMap<String, AccountLine>,
    /// Rows that are no usage, by reason: how many, and the first of them.
    pub set_aside: BTreeMap<String, (u64, u64)>,
    /// The wanted rows.
    pub rows: Vec<PostedRow>,
}

/// A customer's sums.
#[derive(Default)]
struct Customer {
    name: Option<String>,
    rows: u64,
    sums: BTreeMap<AccountUse, Sum>,
}

/// Reads the rows of a recognised file. `sha256` and `bytes` are the file's.
///
/// # Errors
/// A sum beyond the exact range.
pub fn read(
    file: &Recognised,
    name: &str,
    (sha256, bytes): (String, u64),
    options: &Options<'_>,
) -> Result<Export, Problem> {
    let mut account = Account::default();
    let entries = entries::read(file, &mut account).map_err(|e| too_large(name, &e))?;
    let mut known = BTreeMap::new();
    for (place, (name, usage)) in options.accounts.iter().enumerate() {
        known.entry(fold(name)).or_insert((place, *usage));
    }
    let pass = Pass { file, options, known, account };
    pass.post(&entries, name, sha256, bytes).map_err(|e| too_large(name, &e))
}

struct Pass<'a> {
    file: &'a Recognised,
    options: &'a Options<'a>,
    /// The named accounts, folded: their place in the settings, and what they are.
    known: BTreeMap<String, (usize, AccountUse)>,
    account: Account,
}

impl<'a> Pass<'a> {
    /// Adds up the entries that are usage.
    fn post(mut self, entries: &[Entry<'a>], name: &str, sha256: String, bytes: u64) -> Result<Export, MoneyError> {
        let mut vouchers: BTreeMap<&str, Vec<&Entry<'_>>> = BTreeMap::new();
        for entry in entries {
            if let Some(voucher) = &entry.voucher {
                vouchers.entry(voucher).or_default().push(entry);
            }
        }
        let mut accounts: BTreeMap<String, (Option<AccountUse>, u64, Tally)> = BTreeMap::new();
        let mut sums: BTreeMap<String, Customer> = BTreeMap::new();
        let mut other_currencies: BTreeMap<String, Sum> = BTreeMap::new();
        let mut rows = Vec::new();
        for entry in entries {
            let usage = self.usage(&entry.account, &entry.code);
            let shown = if entry.account.is_empty() { &entry.code } else { &entry.account };
            let line = accounts.entry(shown.clone()).or_insert((usage, 0, Tally::default()));
            line.1 += 1;
            line.2.add(entry.net)?;
            let Some(usage) = usage else {
                self.account.aside(entry.row, "an account that is no usage");
                continue;
            };
            match self.counts_type(&entry.voucher_type) {
                Some(true) => {}
                Some(false) => {
                    self.account.aside(entry.row, "a voucher type that never counts");
                    continue;
                }
                None => {
                    let why = format!(
                        "the voucher type `{}` is neither a sale or credit note nor one that never counts",
                        entry.voucher_type
                    );
                    self.account.reject(self.file, entry.row, Role::Type, why);
                    continue;
                }
            }
            let date = match &entry.date {
                Ok(date) => *date,
                Err(why) => {
                    self.account.reject(self.file, entry.row, Role::Date, why.clone());
                    continue;
                }
            };
            let outside = self.options.period.is_some_and(|period| !period.contains(date));
            if outside {
                self.account.counts.outside_period += 1;
                let near = self.options.period.and_then(|period| period.widened(DAYS_AROUND));
                if self.options.wanted.is_none() || !near.is_some_and(|near| near.contains(date)) {
                    continue;
                }
            }
            let currency = entry.currency.unwrap_or(self.options.default_currency);
            if outside && currency != self.options.currency {
                continue;
            }
            if currency != self.options.currency {
                self.account.counts.excluded += 1;
                let sum = other_currencies.entry(currency.code().to_owned()).or_insert_with(|| Sum::new(currency));
                sum.add(entry.net)?;
                let why = format!("the amount is in {currency}, the analytics are in {}", self.options.currency);
                self.account.note(self.file, entry.row, RowProblemKind::OtherCurrency, None, why);
                continue;
            }
            let of_voucher = entry.voucher.as_deref().and_then(|v| vouchers.get(v)).map(Vec::as_slice);
            let usage_of = |name: &str, code: &str| self.usage(name, code);
            let party = match party::find(&self.file.format, entry, of_voucher.unwrap_or_default(), &usage_of) {
                Ok(party) => party,
                Err(_) if outside => continue,
                Err(why) => {
                    self.account.reject(self.file, entry.row, Role::Account, why);
                    continue;
                }
            };
            let id = (self.options.resolve)(&party).unwrap_or_else(|| party.clone());
            if let (Some(wanted), AccountUse::Calls(direction)) = (self.options.wanted, usage)
                && wanted.takes(&id, entry.net)
                && rows.len() < MOST_ROWS
            {
                rows.push(PostedRow {
                    file: name.to_owned(),
                    line: entry.row.line,
                    date,
                    customer_id: id.clone(),
                    direction,
                    amount: entry.net,
                    reference: entry.voucher.as_deref().unwrap_or_default().to_owned(),
                    text: entry.row.cells.join(","),
                });
            }
            if outside {
                continue;
            }
            self.account.counts.used += 1;
            let posted = sums.entry(id).or_default();
            if posted.name.as_ref().is_none_or(|known| party < *known) {
                posted.name = Some(party);
            }
            posted.rows += 1;
            posted.sums.entry(usage).or_insert_with(|| Sum::new(self.options.currency)).add(entry.net)?;
        }
        let mut customers = BTreeMap::new();
        for (id, Customer { name, rows, sums: by_usage }) in sums {
            let sum =
                |usage: AccountUse| by_usage.get(&usage).map_or(Ok(Money::zero(self.options.currency)), Sum::total);
            let posted = PostedCustomer {
                name,
                inbound: sum(AccountUse::Calls(Direction::Inbound))?,
                outbound: sum(AccountUse::Calls(Direction::Outbound))?,
                other: sum(AccountUse::Other)?,
                rows,
                calls: [None; 2],
            };
            customers.insert(id, posted);
        }
        let other_currencies = other_currencies
            .into_iter()
            .map(|(code, sum)| Ok((code, sum.total()?)))
            .collect::<Result<_, MoneyError>>()?;
        let accounts = accounts
            .into_iter()
            .map(|(account, (usage, entries, net))| Ok((account, AccountLine { usage, entries, net: net.total()? })))
            .collect::<Result<_, MoneyError>>()?;
        self.account.problems.sort_by_key(|problem| problem.line);
        Ok(Export {
            ledger: Ledger {
                path: name.to_owned(),
                sha256,
                bytes,
                files: Vec::new(),
                currency: self.options.currency,
                rows: self.account.counts,
                customers,
                problems: self.account.problems,
                problems_beyond: 0,
                other_currencies,
                checks: self.account.checks,
                is_ended: true,
                added_up_by: None,
            },
            accounts,
            set_aside: self.account.set_aside,
            rows,
        })
    }

    /// What an account is: by name or number, with and without the company's mark, a number
    /// in brackets behind, or one in front.
    fn usage(&self, name: &str, code: &str) -> Option<AccountUse> {
        let mut forms = vec![name, code];
        if let Some(mark) = &self.file.format.company_mark {
            forms.extend(name.rsplit_once(mark.as_str()).map(|(name, _)| name));
        }
        forms.extend(name.strip_suffix(')').and_then(|rest| rest.rsplit_once(" (")).map(|(name, _)| name));
        if let Some((first, rest)) =
            name.split_once([' ', '-', '·']).filter(|(first, _)| first.bytes().all(|b| b.is_ascii_digit()))
        {
            forms.push(first);
            forms.push(rest.trim_start_matches(['-', '·', ' ']));
        }
        let forms = forms.into_iter().map(fold).filter(|form| !form.is_empty());
        forms.filter_map(|form| self.known.get(&form)).min().map(|(_, usage)| *usage)
    }

    /// Whether a voucher type counts; None where the format does not know it.
    fn counts_type(&self, voucher_type: &str) -> Option<bool> {
        let format = &self.file.format;
        let given = fold(voucher_type);
        // Short codes are compared whole, words wherever they stand.
        let among = |words: &[String]| {
            words
                .iter()
                .map(|word| fold(word))
                .any(|word| if word.len() <= 2 { given == word } else { given.contains(&word) })
        };
        if given.is_empty() || (format.counts.is_empty() && !among(&format.never)) || among(&format.counts) {
            return Some(true);
        }
        among(&format.never).then_some(false)
    }
}
