//! beancount's input. Accounts are opened, so that `bean-check` has nothing to say.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::names::Names;
use super::{Account, Entry, accounts, details};
use crate::model::invoice::Edition;
use crate::model::usage::Direction;

/// When accounts are opened: before any document, whichever month is closed first.
const OPENED: &str = "1970-01-01";

/// Whether a text is an account of beancount: two parts or more, each begun by a capital or a
/// digit, the first by one of its five roots.
fn is_account(text: &str) -> bool {
    let part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_uppercase() || c.is_ascii_digit())
            && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    let root = text.split(':').next().unwrap_or_default();
    let roots = ["Assets", "Liabilities", "Equity", "Income", "Expenses"];
    roots.contains(&root) && text.contains(':') && text.split(':').all(part)
}

/// A text as a part of an account's name.
fn safe(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect()
}

/// Names of the accounts. A part of a name has letters, digits and `-` only, so that two
/// ids may look the same in it: the later one is numbered.
fn names<'a>(all: impl IntoIterator<Item = &'a Account>, books: &Names) -> BTreeMap<Account, String> {
    let mut names: BTreeMap<Account, String> = BTreeMap::new();
    for account in all {
        let name = match account {
            named if books.own(named).is_some_and(is_account) => books.own(named).unwrap_or_default().to_owned(),
            Account::Receivable(id) => {
                format!("Assets:Receivable:C-{}", safe(books.own(account).unwrap_or(id)))
            }
            Account::Calls(_) | Account::Services if books.own(account).is_some() => {
                // A part begins with a capital.
                let name = safe(books.own(account).unwrap_or_default());
                let mut letters = name.chars();
                let first = letters.next().map(|c| c.to_ascii_uppercase());
                let name: String = first.into_iter().chain(letters).collect();
                if name.starts_with('-') { format!("Income:A{name}") } else { format!("Income:{name}") }
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

/// Opens every account that may be posted to and no earlier journal opens, so that the months
/// load together: opening one twice is an error. By itself a later month lets the plugin open
/// what is missing; inside another file the plugin is not run.
fn open(out: &mut String, names: &BTreeMap<Account, String>, books: &Names, first: Option<NaiveDate>) {
    if first.is_none() {
        return;
    }
    if !books.opened.is_empty() {
        out.push_str("; Earlier months open the other accounts.\nplugin \"beancount.plugins.auto_accounts\"\n\n");
    }
    for name in names.values().filter(|name| !books.opened.contains(*name)) {
        out.push_str(&format!("{OPENED} open {name}\n"));
    }
}

/// The accounts that a journal opens.
#[must_use]
pub(crate) fn opened(journal: &str) -> Vec<String> {
    let name = |line: &str| Some(line.split_once(" open ")?.1.trim().to_owned());
    journal.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit())).filter_map(name).collect()
}

/// The input file.
#[must_use]
pub(crate) fn render(entries: &[Entry<'_>], books: &Names) -> Vec<u8> {
    let mut out =
        String::from("; Written by crossfoot: the period's invoices and notes. Check it: bean-check FILE\n\n");
    let used = accounts(entries);
    let is_first = books.edition == Edition::First;
    let names = names(
        if is_first { used.iter().collect() } else { books.all.iter().chain(&used).collect::<BTreeSet<_>>() },
        books,
    );
    if !is_first {
        open(&mut out, &names, books, entries.iter().map(|entry| entry.issued.issue_date).min());
    }
    if let Some(first) = entries.iter().map(|entry| entry.issued.issue_date).min().filter(|_| is_first) {
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
        let told = details(entry.issued).into_iter().filter(|_| !is_first);
        for (name, value) in told {
            out.push_str(&format!("  {name}: {}\n", quoted(&value)));
        }
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
        let names: Vec<String> = names(&all, &Names::first()).into_values().collect();
        assert_eq!(names.len(), 3);
        assert!(names.iter().all(|name| names.iter().filter(|other| *other == name).count() == 1));
    }
}
