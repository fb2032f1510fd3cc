//! Who the customer of a posting is: in its own column, at the beginning of a description,
//! or the account on the other side of the voucher.

use super::entries::Entry;
use super::export::Usage;
use super::format::{Format, PartyFrom};

/// Who the customer of an entry is.
pub(super) fn find(
    format: &Format,
    entry: &Entry<'_>,
    of_voucher: &[usize],
    entries: &[Entry<'_>],
    usage: &dyn Fn(&Entry<'_>) -> Option<Usage>,
) -> Result<String, String> {
    let named = |text: &str| {
        let clean = text.split_whitespace().collect::<Vec<_>>().join(" ");
        (!clean.is_empty() && !clean.starts_with("(as per")).then_some(clean)
    };
    for from in &format.party {
        let found = match from {
            PartyFrom::Column | PartyFrom::Account => named(&entry.party),
            PartyFrom::Code => named(&entry.party_code),
            PartyFrom::Description => {
                let text = entry.description.as_str();
                named(format.party_ends.as_deref().and_then(|end| text.split_once(end)).map_or(text, |(name, _)| name))
            }
            PartyFrom::Voucher => {
                let others = || of_voucher.iter().filter_map(|at| entries.get(*at));
                match others().find_map(|other| named(&other.party)) {
                    Some(name) => Some(name),
                    // The other side of the voucher: against the entry, and the largest.
                    None => {
                        let against = others()
                            .filter(|other| usage(other).is_none() && !other.net.is_zero())
                            .filter(|other| other.net.is_sign_negative() != entry.net.is_sign_negative());
                        let mut sorted: Vec<&Entry<'_>> = against.collect();
                        sorted.sort_by_key(|entry| std::cmp::Reverse(entry.net.abs()));
                        match sorted.as_slice() {
                            [first, second, ..] if first.net == second.net && first.account != second.account => {
                                return Err(format!(
                                    "the voucher has two accounts that may be the customer: `{}` and `{}`",
                                    first.account, second.account
                                ));
                            }
                            [first, ..] => {
                                let account = first.account.as_str();
                                let after = format.party_after.as_deref().and_then(|mark| account.rsplit_once(mark));
                                named(after.map_or(account, |(_, name)| name))
                            }
                            [] => None,
                        }
                    }
                }
            }
        };
        if let Some(name) = found {
            return Ok(name);
        }
    }
    Err("the row does not say whose it is".to_owned())
}
