//! What the books call the accounts: `[ledger.accounts]` of the settings, and `code` of
//! `customers.csv`, so that an import finds the ledgers that are there and makes none twice.

use std::collections::{BTreeMap, BTreeSet};

use super::Account;
use crate::books::config::{Config, Regime};
use crate::books::customers::Customers;
use crate::model::gstin;
use crate::model::invoice::Edition;
use crate::model::ledger_terms::AccountUse;
use crate::model::usage::Direction;

/// The names, and what journals of earlier periods did already.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    /// The names of the books' own; none in journals of 0.1.
    own: BTreeMap<Account, String>,
    /// Customers' legal names that more than one has.
    shared: BTreeSet<String>,
    /// Every account that may be posted to.
    pub(super) all: BTreeSet<Account>,
    /// Accounts that the journals of earlier periods open.
    pub(super) opened: BTreeSet<String>,
    /// Whose journals they are.
    pub(super) edition: Edition,
}

impl Names {
    /// Those of 0.1: its own words for everything.
    #[must_use]
    pub(crate) fn first() -> Self {
        Self { edition: Edition::First, ..Self::default() }
    }

    /// Those of the books. `opened` are the accounts that earlier journals open.
    #[must_use]
    pub(crate) fn of(config: &Config, customers: Option<&Customers>, opened: &[String]) -> Self {
        let mut names = Self { opened: opened.iter().cloned().collect(), ..Self::default() };
        for (account, used) in Direction::ALL
            .map(|direction| (Account::Calls(direction), AccountUse::Calls(direction)))
            .into_iter()
            .chain([(Account::Services, AccountUse::Other)])
        {
            let mut named = config.accounts.iter().filter(|(_, what)| **what == used).map(|(name, _)| name);
            // One of several would be a guess.
            if let (Some(name), None) = (named.next(), named.next()) {
                names.own.insert(account.clone(), name.clone());
            }
            names.all.insert(account);
        }
        names.all.extend([Account::Discounts, Account::RoundOff]);
        let seller = config.invoicing.seller.state_code.as_deref();
        let kinds: Vec<&str> = match &config.invoicing.regime {
            Regime::None => Vec::new(),
            Regime::Vat { name, .. } => vec![name],
            Regime::Gst(_) => {
                let own = seller.and_then(gstin::state).map_or("SGST", |state| state.own_tax.as_str());
                vec!["CGST", own, "IGST"]
            }
        };
        names.all.extend(kinds.into_iter().map(|kind| Account::Tax(kind.to_owned())));
        let mut legal = BTreeSet::new();
        for (id, customer) in customers.into_iter().flatten() {
            let account = Account::Receivable(id.clone());
            if let Some(code) = &customer.code {
                names.own.insert(account.clone(), code.clone());
            } else if !legal.insert(customer.party.legal_name.clone()) {
                names.shared.insert(customer.party.legal_name.clone());
            }
            names.all.insert(account);
        }
        names
    }

    /// What the books call an account; None where they name none.
    pub(super) fn own(&self, account: &Account) -> Option<&str> {
        self.own.get(account).map(String::as_str)
    }

    /// A debtor's ledger where the books name none: by its legal name, with the id where two
    /// have one name.
    pub(super) fn debtor(&self, id: &str, legal_name: &str) -> String {
        let is_plain = self.edition > Edition::First && !legal_name.is_empty() && !self.shared.contains(legal_name);
        if is_plain { legal_name.to_owned() } else { format!("{legal_name} ({id})") }
    }
}
