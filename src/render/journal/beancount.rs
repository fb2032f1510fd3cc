//! beancount's input. Accounts are opened, so that `bean-check` has nothing to say.

use std::collections::BTreeMap;

use super::{Account, Entry, accounts};
use crate::model::usage::Direction;

/// Names of the accounts. A part of a name has letters, digits and `-` only, so that two
/// ids may look the same in it: the later one is numbered.
fn names(all: &[Account]) -> BTreeMap<Account, String> {
    let mut names: BTreeMap<Account, String> = BTreeMap::new();
    for account in all {
        let name = match account {
            Account::Receivable(id) => {
                let safe: String = id.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
                format!("Assets:Receivable:C-{safe}")
            }
            Account::Calls(Direction::Inbound) => "Income:Calls:Inbound".to_owned(),
            Account::Calls(Direction::Outbound) => "Income:Calls:Outbound".to_owned(),
            Account::Services => "Income:Services".to_owned(),
            Account::Discounts => "Income:Discounts".to_owned(),
            Account::Tax(kind) => {
                let safe: String = kind.chars().filter(char::is_ascii_alphanumeric).collect();
                format!("Liabilities:Tax:T-{safe}")
            }
            Account::RoundOff => "Income:RoundOff".to_owned(),
        };
        let taken = |name: &String| names.values().any(|known| known == name);
        let numbered = (2..).map(|n| format!("{name}-{n}"));
        let free = std::iter::once(name.clone()).chain(numbered).find(|name| !taken(name));
        names.insert(account.clone(), free.unwrap_or(name));
    }
    names
}

fn quoted(text: &str) -> String {
    let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("\"{}\"", one_line.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The input file.
#[must_use]
pub(crate) fn render(entries: &[Entry<'_>]) -> Vec<u8> {
    let mut out =
        String::from("; Written by crossfoot: the period's invoices and notes. Check it: bean-check FILE\n\n");
    let names = names(&accounts(entries));
    if let Some(first) = entries.iter().map(|entry| entry.issued.issue_date).min() {
        for name in names.values() {
            out.push_str(&format!("{first} open {name}\n"));
        }
    }
    for entry in entries {
        let draft = &entry.issued.content;
        out.push_str(&format!(
            "\n{} * {} {}\n  number: {}\n  customer: {}\n",
            entry.issued.issue_date,
            quoted(&draft.buyer.legal_name),
            quoted(&entry.title()),
            quoted(&entry.issued.number),
            quoted(&draft.customer_id)
        ));
        for (account, money) in &entry.postings {
            let name = names.get(account).map_or("", String::as_str);
            out.push_str(&format!("  {name:<44}  {} {}\n", money.plain(), draft.currency));
        }
    }
    out.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_ids_that_look_the_same_have_two_accounts() {
        let all = ["MA_1", "MA-1", "MA 1"].map(|id| Account::Receivable(id.to_owned()));
        let names: Vec<String> = names(&all).into_values().collect();
        assert_eq!(names.len(), 3);
        assert!(names.iter().all(|name| names.iter().filter(|other| *other == name).count() == 1));
    }
}
