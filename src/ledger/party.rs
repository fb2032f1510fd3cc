//! Who the customer of a posting is: in its own column, at the beginning of a description,
//! or the account on the other side of the voucher.

use super::entries::Entry;
use super::format::{Format, PartyFrom, fold};
use crate::model::ledger_terms::AccountUse;

/// Who the customer of an entry is. `of_voucher` are the entries of its voucher, `usage`
/// says what an account (by name and number) is.
///
/// # Errors
/// Nobody, or one of two: in a phrase.
pub(super) fn find(
    format: &Format,
    entry: &Entry<'_>,
    of_voucher: &[&Entry<'_>],
    usage: &dyn Fn(&str, &str) -> Option<AccountUse>,
) -> Result<String, String> {
    for from in &format.party {
        let found = match from {
            PartyFrom::Column | PartyFrom::Account => named(&entry.party),
            PartyFrom::Code => named(&entry.party_code),
            PartyFrom::Description => {
                let text = entry.description.as_str();
                named(format.party_ends.as_deref().and_then(|end| text.split_once(end)).map_or(text, |(name, _)| name))
            }
            PartyFrom::Against => {
                let mut candidates = entry.against.split(',').map(str::trim).filter(|account| {
                    !account.is_empty() && !is_nobody(format, account) && usage(account, "").is_none()
                });
                // Of two that may be it, neither is taken.
                candidates.next().filter(|_| candidates.next().is_none()).and_then(named)
            }
            PartyFrom::Voucher => match of_voucher.iter().find_map(|other| named(&other.party)) {
                Some(name) => Some(name),
                None => other_side(format, entry, of_voucher, usage)?,
            },
        };
        if let Some(name) = found {
            return Ok(name);
        }
    }
    Err("the row does not say whose it is".to_owned())
}

fn named(text: &str) -> Option<String> {
    let clean = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!clean.is_empty() && !clean.starts_with("(as per")).then_some(clean)
}

/// Whether an account is a tax, a round-off or another that no customer is called by.
fn is_nobody(format: &Format, account: &str) -> bool {
    let account = fold(account);
    let words = || account.split(|c: char| !c.is_alphanumeric());
    format.never_party.iter().any(|never| words().any(|word| word == fold(never)))
}

/// The account on the other side of the voucher: against the entry, at least as large, and
/// the largest.
fn other_side(
    format: &Format,
    entry: &Entry<'_>,
    of_voucher: &[&Entry<'_>],
    usage: &dyn Fn(&str, &str) -> Option<AccountUse>,
) -> Result<Option<String>, String> {
    let against = of_voucher
        .iter()
        .filter(|other| usage(&other.account, &other.code).is_none() && !is_nobody(format, &other.account))
        .filter(|other| other.net.is_sign_negative() != entry.net.is_sign_negative())
        .filter(|other| !other.net.is_zero() && other.net.abs() >= entry.net.abs());
    let mut sorted: Vec<&&Entry<'_>> = against.collect();
    sorted.sort_by_key(|entry| std::cmp::Reverse(entry.net.abs()));
    match sorted.as_slice() {
        [first, second, ..] if first.net == second.net && first.account != second.account => Err(format!(
            "the voucher has two accounts that may be the customer: `{}` and `{}`",
            first.account, second.account
        )),
        [first, ..] => {
            let account = first.account.as_str();
            let after = format.party_after.as_deref().and_then(|mark| account.rsplit_once(mark));
            Ok(named(after.map_or(account, |(_, name)| name)))
        }
        [] => Ok(None),
    }
}
