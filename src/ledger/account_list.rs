//! The accounts of a file: what each is to us, and what its entries come to. Names are kept
//! once and looked up by number.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use rust_decimal::Decimal;

use super::account_kind::{self, AccountKind};
use super::format::Format;
use super::naming::{AccountLine, Naming};
use super::sections::Columns;
use super::text::fold;
use crate::model::ledger_terms::AccountUse;
use crate::model::money::{MoneyError, add_exact};

/// Texts, each kept once.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    ids: HashMap<Box<str>, u32, FixedState>,
    texts: Vec<Box<str>>,
}

impl Names {
    /// A text's number; 0 is the empty text.
    pub(super) fn id(&mut self, text: &str) -> u32 {
        if text.is_empty() {
            return 0;
        }
        if let Some(id) = self.ids.get(text) {
            return *id;
        }
        self.texts.push(text.into());
        let id = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.ids.insert(text.into(), id);
        id
    }

    pub(super) fn text(&self, id: u32) -> &str {
        (id as usize).checked_sub(1).and_then(|at| self.texts.get(at)).map_or("", |text| text)
    }
}

/// An account of the file.
#[derive(Clone, Debug)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) code: String,
    /// The name of the settings that it answers to, and what it is.
    pub(super) role: Option<(usize, AccountUse)>,
    pub(super) kind: AccountKind,
    entries: u64,
    /// Whether a row named it that posts nothing, or could not be read.
    is_mentioned: bool,
    sums: Columns,
    /// Credits less debits when a total of it was last met.
    at_total: Decimal,
}

/// All accounts of a file.
#[derive(Clone, Debug)]
pub(super) struct AccountList {
    pub(super) naming: Naming,
    keys: Names,
    /// Where a code and a name are put together.
    key: String,
    list: Vec<Account>,
}

impl AccountList {
    pub(super) fn new(naming: Naming) -> Self {
        Self { naming, keys: Names::default(), key: String::new(), list: Vec::new() }
    }

    pub(super) fn get(&self, id: u32) -> Option<&Account> {
        (id as usize).checked_sub(1).and_then(|at| self.list.get(at))
    }

    /// An account's place among the file's.
    pub(super) fn id(&mut self, name: &str, code: &str, format: &Format) -> u32 {
        let known = self.keys.texts.len();
        let id = if code.is_empty() {
            self.keys.id(name)
        } else {
            self.key.clear();
            self.key.extend([code, "\u{1f}", name]);
            self.keys.id(&self.key)
        };
        if self.keys.texts.len() > known {
            self.list.push(Account {
                name: name.to_owned(),
                code: code.to_owned(),
                role: self.naming.find(name, code),
                kind: account_kind::kind(if name.is_empty() { code } else { name }, format),
                entries: 0,
                is_mentioned: false,
                sums: Columns::default(),
                at_total: Decimal::ZERO,
            });
        }
        id
    }

    /// A row names an account and posts nothing to it.
    pub(super) fn mention(&mut self, name: &str, code: &str, format: &Format) {
        if self.naming.find(name, code).is_some() {
            let id = self.id(name, code, format);
            if let Some(account) = (id as usize).checked_sub(1).and_then(|at| self.list.get_mut(at)) {
                account.is_mentioned = true;
            }
        }
    }

    pub(super) fn add(&mut self, id: u32, debit: Decimal, credit: Decimal) -> Result<(), MoneyError> {
        let Some(account) = (id as usize).checked_sub(1).and_then(|at| self.list.get_mut(at)) else {
            return Ok(());
        };
        account.entries += 1;
        account.sums.add(debit, credit)
    }

    /// Whether these are the sums of an account so far.
    pub(super) fn is_sum_of(&self, id: u32, debit: Decimal, credit: Decimal) -> Result<bool, MoneyError> {
        let Some(account) = (id as usize).checked_sub(1).and_then(|at| self.list.get(at)) else {
            return Ok(false);
        };
        let (own_debit, own_credit) = (account.sums.debit.total()?, account.sums.credit.total()?);
        let both = own_debit == debit && own_credit == credit;
        let net = account.sums.net()? == add_exact(credit, -debit)?;
        Ok(account.entries > 0 && (both || net))
    }

    /// A named account's sum so far, credits less debits.
    pub(super) fn named_sum(&self, id: u32) -> Result<Option<(String, Decimal)>, MoneyError> {
        let account = (id as usize).checked_sub(1).and_then(|at| self.list.get(at));
        let named = account.filter(|account| account.role.is_some());
        named.map(|account| Ok((account.name.clone(), account.sums.net()?))).transpose()
    }

    /// What an account adds up to, as its total states it: in all, or since the last total.
    /// None where the file has no entries on such an account.
    pub(super) fn subtotal_of(&mut self, name: &str, stated: Decimal) -> Result<Option<(String, Decimal)>, MoneyError> {
        let name = fold(name);
        let is_it =
            |account: &&mut Account| account.entries > 0 && (fold(&account.name) == name || account.code == name);
        let Some(account) = self.list.iter_mut().find(is_it) else { return Ok(None) };
        let whole = account.sums.net()?;
        let since = add_exact(whole, -account.at_total)?;
        account.at_total = whole;
        Ok(Some((account.name.clone(), if stated == since { since } else { whole })))
    }

    /// Every account of the file, by its name or number.
    pub(super) fn lines(&self) -> Result<BTreeMap<String, AccountLine>, MoneyError> {
        let mut lines: BTreeMap<String, AccountLine> = BTreeMap::new();
        for account in self.list.iter().filter(|account| account.entries > 0) {
            let shown = if account.name.is_empty() { &account.code } else { &account.name };
            let net = account.sums.net()?;
            let usage = account.role.map(|(_, role)| role);
            let line = lines.entry(shown.clone()).or_insert(AccountLine { usage, entries: 0, net: Decimal::ZERO });
            line.usage = line.usage.or(usage);
            line.entries += account.entries;
            line.net = add_exact(line.net, net)?;
        }
        Ok(lines)
    }

    /// The names of the settings that accounts of the file answer to, with those.
    pub(super) fn found(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for account in self.list.iter().filter(|account| account.entries > 0 || account.is_mentioned) {
            if let Some((place, _)) = account.role {
                let shown = format!("{} {}", account.code, account.name);
                let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
                let all = found.entry(self.naming.name(place).to_owned()).or_default();
                if !all.iter().any(|known| fold(known) == fold(&shown)) {
                    all.insert(shown);
                }
            }
        }
        found
    }

    /// Whether the file has the other side of what is usage, so that both must be equal.
    pub(super) fn have_other_sides(&self, balanced: u64) -> Result<bool, MoneyError> {
        let mut other = balanced > 0;
        for account in self.list.iter().filter(|account| account.role.is_none() && account.entries > 0) {
            other |= account.sums.net()?.is_sign_negative();
        }
        Ok(other)
    }
}
