//! hledger's journal. Accounts and commodities are declared, so that `hledger check --strict`
//! has nothing to say.

use super::names::Names;
use super::{Account, Entry, accounts, details, plain};
use crate::model::invoice::Edition;

fn name(account: &Account, names: &Names) -> String {
    if let Some(own) = names.own(account) {
        let own = plain(own, &[';', '"', '(', '[']);
        let kind = if matches!(account, Account::Receivable(_)) { "assets:receivable" } else { "income" };
        // A name with colons says itself where it stands.
        return if own.contains(':') { own } else { format!("{kind}:{own}") };
    }
    match account {
        Account::Receivable(id) => format!("assets:receivable:{}", plain(id, &[';', ':', '"'])),
        Account::Calls(direction) => format!("income:calls:{}", direction.name()),
        Account::Services => "income:services".to_owned(),
        Account::Discounts => "income:discounts".to_owned(),
        Account::Tax(kind) => format!("liabilities:tax:{}", kind.to_lowercase()),
        Account::RoundOff => "income:round off".to_owned(),
    }
}

/// The journal.
#[must_use]
pub(crate) fn render(entries: &[Entry<'_>], names: &Names) -> Vec<u8> {
    let mut out = String::from(
        "; Written by crossfoot: the period's invoices and notes. Check it: hledger check --strict -f FILE\n\n",
    );
    let mut currencies: Vec<_> = entries.iter().map(|e| e.issued.content.currency).collect();
    currencies.sort();
    currencies.dedup();
    for currency in currencies {
        let decimals = match currency.minor_digits() {
            0 => ".".to_owned(),
            digits => format!(".{}", "0".repeat(digits as usize)),
        };
        out.push_str(&format!("commodity {currency} 1000{decimals}\n"));
    }
    for account in accounts(entries) {
        out.push_str(&format!("account {}\n", name(&account, names)));
    }
    for entry in entries {
        let draft = &entry.issued.content;
        out.push_str(&format!(
            "\n{} ({}) {} | {}\n",
            entry.issued.issue_date,
            entry.issued.number,
            plain(&draft.buyer.legal_name, &[';', '|']),
            entry.title()
        ));
        if names.edition > Edition::First {
            for (tag, value) in details(entry.issued) {
                out.push_str(&format!("    ; {tag}: {}\n", plain(&value, &[',', ';'])));
            }
        }
        for (account, money) in &entry.postings {
            out.push_str(&format!("    {:<44}  {} {}\n", name(account, names), draft.currency, money.plain()));
        }
    }
    out.into_bytes()
}
