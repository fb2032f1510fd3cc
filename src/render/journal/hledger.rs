//! hledger's journal. Accounts and commodities are declared, so that `hledger check --strict`
//! has nothing to say.

use super::{Account, Entry, accounts, plain};

fn name(account: &Account) -> String {
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
pub(crate) fn render(entries: &[Entry<'_>]) -> Vec<u8> {
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
        out.push_str(&format!("account {}\n", name(&account)));
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
        for (account, money) in &entry.postings {
            out.push_str(&format!("    {:<44}  {} {}\n", name(account), draft.currency, money.plain()));
        }
    }
    out.into_bytes()
}
