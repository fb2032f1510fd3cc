//! What the accounts of a file are to us, by the names that the settings give: in full, by
//! number, or by the last parts of a path where those are unique.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::text::{fold, words};
use crate::model::ledger_terms::AccountUse;
use crate::model::money::shorten;
use crate::model::problem::{Problem, nearest};

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

/// The names of the settings, folded once.
#[derive(Clone, Debug)]
pub(super) struct Naming {
    names: Vec<(String, AccountUse)>,
    folded: BTreeMap<String, usize>,
    company_mark: Option<String>,
}

impl Naming {
    pub(super) fn new(accounts: &BTreeMap<String, AccountUse>, company_mark: Option<&str>) -> Self {
        let names: Vec<(String, AccountUse)> = accounts.iter().map(|(name, role)| (name.clone(), *role)).collect();
        let mut folded = BTreeMap::new();
        for (place, (name, _)) in names.iter().enumerate() {
            folded.entry(path(name)).or_insert(place);
        }
        Self { names, folded, company_mark: company_mark.map(str::to_owned) }
    }

    /// Which name of the settings an account answers to, and what it is: by its whole path or
    /// its last parts, with and without the company's mark, a number in brackets behind, or
    /// one in front.
    pub(super) fn find(&self, account: &str, code: &str) -> Option<(usize, AccountUse)> {
        let mut tail = account;
        loop {
            let place = self.forms(tail).find_map(|form| self.folded.get(&path(form)));
            let place = place.or_else(|| self.folded.get(&path(code)).filter(|_| !code.is_empty()));
            if let Some(place) = place {
                return self.names.get(*place).map(|(_, role)| (*place, *role));
            }
            tail = tail.split_once(':')?.1;
        }
    }

    /// A name of the settings.
    pub(super) fn name(&self, place: usize) -> &str {
        self.names.get(place).map_or("", |(name, _)| name)
    }

    fn forms<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let mark = self.company_mark.as_ref().and_then(|mark| name.rsplit_once(mark.as_str())).map(|(name, _)| name);
        let bracket = name.strip_suffix(')').and_then(|rest| rest.rsplit_once(" (")).map(|(name, _)| name);
        let number = name
            .split_once([' ', '-', '·'])
            .filter(|(first, _)| !first.is_empty() && first.bytes().all(|b| b.is_ascii_digit()));
        let rest = number.map(|(_, rest)| rest.trim_start_matches(['-', '·', ' ']));
        [Some(name), mark, bracket, number.map(|(first, _)| first), rest]
            .into_iter()
            .flatten()
            .filter(|form| !form.trim().is_empty())
    }
}

/// A path folded part by part.
fn path(name: &str) -> String {
    name.split(':').map(fold).collect::<Vec<_>>().join(":")
}

/// Two accounts of a file that one name of the settings fits.
pub(super) fn ambiguous(file: &str, name: &str, accounts: &BTreeSet<String>) -> Problem {
    let all: Vec<String> = accounts.iter().take(5).map(|account| format!("`{}`", shorten(account))).collect();
    Problem::usage(
        "ledger-accounts",
        format!("`{}` is the name of {} accounts of {file}", shorten(name), accounts.len()),
    )
    .because(format!("they are {}", all.join(" and ")))
    .next("name each of them in full, in [ledger.accounts] or with --account")
    .not_done("Nothing was computed from it.")
}

/// Words of accounts that may be revenue.
const REVENUE: [&str; 12] = [
    "income", "revenue", "revenues", "sales", "charges", "rental", "rent", "fees", "voice", "calls", "usage",
    "services",
];

/// Makes sure that every account of the settings is one of the file's. One that the file
/// lacks is an error where an account of the file may be the one that was meant, or where
/// none of the named is there; otherwise it had no posting. `rows` is how many rows the files
/// have: with none of them there is no account to be named.
///
/// # Errors
/// The name, and the nearest that the file has.
pub(crate) fn all_are_there<'a>(
    accounts: &BTreeMap<String, AccountUse>,
    seen: &BTreeMap<String, AccountLine>,
    rows: u64,
    found: impl Fn(&str) -> bool,
    files: impl Iterator<Item = &'a str>,
) -> Result<(), Problem> {
    if seen.is_empty() && (accounts.is_empty() || rows == 0) {
        return Ok(());
    }
    let missing: Vec<&String> = accounts.keys().filter(|name| !found(name)).collect();
    let none = missing.len() == accounts.len();
    let open: Vec<&str> = seen
        .iter()
        .filter(|(_, line)| line.usage.is_none() && (none || !line.net.is_sign_negative() && !line.net.is_zero()))
        .map(|(name, _)| name.as_str())
        .collect();
    let files = files.collect::<Vec<_>>().join(" and ");
    let refuse = |what: String, why: String| {
        Problem::usage("ledger-accounts", what)
            .because(why)
            .next("correct [ledger.accounts] or --account; crossfoot import FILE --check lists the file's accounts with their sums")
            .not_done("Nothing was computed from it.")
    };
    // Numbers are near only where one digit was mistyped.
    let near_in_writing = |name: &str, account: &str| {
        let is_number = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        let lengths = name.len() == account.len() || !(is_number(name) || is_number(account));
        lengths && nearest(name, [account]).is_some()
    };
    let list = |names: &[&str]| {
        names.iter().take(12).map(|name| format!("`{}`", shorten(name))).collect::<Vec<_>>().join(", ")
    };
    // The name that one of the file's is nearest to in writing is the one that was mistyped.
    let mut by_nearness = missing.clone();
    by_nearness.sort_by_key(|name| !open.iter().any(|account| near_in_writing(name, account)));
    for name in by_nearness {
        let wanted = words(name);
        let near = |account: &&&str| {
            let own = words(account);
            near_in_writing(name, account)
                || own.iter().any(|word| word.len() > 3 && wanted.contains(word))
                || own.iter().any(|word| REVENUE.contains(&word.as_str()))
        };
        let mut nearest_names: Vec<&str> = open.iter().filter(near).copied().collect();
        nearest_names.sort_by_key(|account| !near_in_writing(name, account));
        if !nearest_names.is_empty() {
            let what = format!("{files} has no account `{}`", shorten(name));
            let others = missing.iter().filter(|other| **other != name);
            return Err(refuse(what, format!("it has {}, which no name of the settings fits", list(&nearest_names)))
                .also(others.map(|other| format!("it has no account `{}` either", shorten(other))).collect()));
        }
    }
    if none {
        let all: Vec<&str> = seen.keys().map(String::as_str).collect();
        let what = format!("no account of {files} is named in [ledger.accounts] or with --account");
        if all.is_empty() {
            let first = accounts.keys().next().map_or("", String::as_str);
            let what = format!("{files} has no account `{}`", shorten(first));
            return Err(refuse(
                what,
                format!("none of its {rows} rows posts to an account: perhaps it is another report"),
            ));
        }
        return Err(refuse(what, format!("its accounts are {}", list(&all))));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn naming(names: &[&str]) -> Naming {
        let accounts = names.iter().map(|name| ((*name).to_owned(), AccountUse::Other)).collect();
        Naming::new(&accounts, Some(" - "))
    }

    #[test]
    fn an_account_answers_to_its_name_number_and_path() {
        for (name, account, code) in [
            ("Inbound Voice", "inbound_voice\u{200b}", ""),
            ("Inbound Voice", "400100 Inbound Voice", ""),
            ("Inbound Voice", "Inbound Voice (400100)", ""),
            ("Inbound Voice", "Inbound Voice - SVR", ""),
            ("400100", "400100 - Inbound Voice", ""),
            ("400100", "Inbound Voice", "400100"),
            ("Inbound", "Voice:Inbound", ""),
            ("Voice:Inbound", "Income:Voice:Inbound", ""),
        ] {
            assert!(naming(&[name]).find(account, code).is_some(), "{name}: {account}");
        }
        assert!(naming(&["SMS:Inbound"]).find("Voice:Inbound", "").is_none());
        assert!(naming(&["Voice"]).find("Voice:Inbound", "").is_none());
    }

    #[test]
    fn a_name_that_the_file_lacks_is_an_error_where_another_may_be_meant() {
        let role = AccountUse::Other;
        let line = |usage, net| AccountLine { usage, entries: 1, net: Decimal::from(net) };
        let accounts: BTreeMap<_, _> = [("Inbound Voice".to_owned(), role), ("DID Rental".to_owned(), role)].into();
        let check = |seen: &[(&str, AccountLine)]| {
            let seen = seen.iter().map(|(name, line)| ((*name).to_owned(), line.clone())).collect();
            all_are_there(&accounts, &seen, 9, |name| name == "Inbound Voice", ["l.csv"].into_iter())
        };
        let usage = ("Inbound Voice", line(Some(role), 5));
        assert!(check(&[usage.clone(), ("Debtors", line(None, -5)), ("IGST", line(None, 1))]).is_ok());
        let problem = check(&[usage.clone(), ("DID Rentals", line(None, 5))]).unwrap_err();
        assert!(problem.reason().contains("`DID Rentals`"), "{}", problem.reason());
        let nobody = all_are_there(
            &accounts,
            &[("Debtors".to_owned(), line(None, -5))].into(),
            9,
            |_| false,
            ["l.csv"].into_iter(),
        );
        assert!(nobody.is_err());
        let empty = |rows| all_are_there(&accounts, &BTreeMap::new(), rows, |_| false, ["l.csv"].into_iter());
        assert!(empty(9).is_err() && empty(0).is_ok());
    }
}
