//! Who the customer of a posting is: in its own column, on the receivable line, or the
//! account on the other side of the voucher, in the order that the format says. What fits
//! two is a question.

use rust_decimal::Decimal;

use super::account_kind::{AccountKind, COMPANY, kind, named};
use super::format::{Format, PartyFrom};
use super::text::{fold, same_name, words};
use crate::model::money::add_exact;

/// A row of a voucher, as far as it may say whose the voucher is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Side<'a> {
    pub(super) account: &'a str,
    pub(super) kind: AccountKind,
    pub(super) is_usage: bool,
    pub(super) party: &'a str,
    pub(super) party_code: &'a str,
    pub(super) against: &'a str,
    pub(super) description: &'a str,
    /// Credit less debit.
    pub(super) net: Decimal,
}

/// What is known of names beside the file.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    /// Whether the books have a customer of this name.
    pub(super) customer: &'a dyn Fn(&str) -> bool,
    /// [`super::account_kind::customer`] of a text, found out once.
    pub(super) named: &'a dyn Fn(&str) -> Option<String>,
    /// Whether the settings name an account so.
    pub(super) usage: &'a dyn Fn(&str) -> bool,
}

/// Who the customer of a row is, of the rows of whose voucher.
///
/// # Errors
/// Nobody, or one of several: in a phrase.
pub(super) fn find(format: &Format, row: &Side<'_>, voucher: &[Side<'_>], known: Known<'_>) -> Result<String, String> {
    let named = known.named;
    let receivable = || voucher.iter().filter(|side| side.kind == AccountKind::Receivables);
    for from in &format.party {
        let found = match from {
            PartyFrom::Section => named(row.party),
            PartyFrom::Column => {
                let own = named(row.party);
                let others = distinct(receivable().filter_map(|side| named(side.party)));
                if let (Some(own), false) = (&own, others.is_empty())
                    && !others.iter().any(|other| same_name(other) == same_name(own))
                {
                    return Err(format!("the row names `{own}`, and its voucher's receivable `{}`", others[0]));
                }
                if let Some(own) = &own
                    && let Some(other) = shares(own, row, voucher)
                {
                    return Err(format!("the voucher's party is `{own}`, and `{other}` bears a part of it"));
                }
                own
            }
            PartyFrom::Code => match named(row.party_code) {
                Some(code) if is_day(&code) && !(known.customer)(&code) => {
                    return Err(format!("`{code}` is a day, and no customer's code"));
                }
                code => code,
            },
            PartyFrom::Account => named(row.party).map(|name| of_account(format, &name, None, known)).transpose()?,
            PartyFrom::Description => {
                match of_text(format, row.description, known)?.filter(|name| named(name).is_some()) {
                    Some(name) if kind(&name, format) == AccountKind::Own && !(known.customer)(&name) => {
                        return Err(format!("`{name}` describes an entry of the books' own, and names no customer"));
                    }
                    name => name,
                }
            }
            PartyFrom::Receivable => {
                let columns = distinct(receivable().filter_map(|side| named(side.party)));
                let below =
                    || voucher.iter().filter(|side| !side.is_usage).filter_map(|side| below(format, side.account));
                let columns = if columns.is_empty() { distinct(below().filter_map(named)) } else { columns };
                let texts = if columns.is_empty() {
                    let texts: Result<Vec<_>, _> =
                        receivable().map(|side| of_text(format, side.description, known)).collect();
                    distinct(texts?.into_iter().flatten())
                } else {
                    columns
                };
                one_of(texts)?
            }
            PartyFrom::Against => of_list(format, row.against, known),
            PartyFrom::Voucher => match one_of(distinct(voucher.iter().filter_map(|side| named(side.party))))? {
                Some(name) => Some(name),
                None => other_side(format, row, voucher, known)?,
            },
        };
        if let Some(name) = found {
            return Ok(name);
        }
    }
    let stands = [row.party, row.party_code].into_iter().find_map(super::account_kind::named);
    Err(stands.map_or_else(
        || "the row does not say whose it is".to_owned(),
        |name| {
            format!("`{name}` stands where a customer should, and is none: write whose it is, or give it as an alias in customers.csv")
        },
    ))
}

/// Whether a text is a day as SAP sorts by it: `20260331`.
fn is_day(text: &str) -> bool {
    text.len() == 8 && text.starts_with("20") && super::dates::looks_like_one(text)
}

/// Who beside the party of a voucher bears a part of its usage, where the party's own account
/// does not bear all of it.
fn shares<'a>(party: &str, row: &Side<'_>, voucher: &[Side<'a>]) -> Option<&'a str> {
    let mut usage = Decimal::ZERO;
    for side in voucher.iter().filter(|side| side.is_usage && side.party == row.party) {
        usage = add_exact(usage, side.net).ok()?;
    }
    let bears = |side: &&Side<'a>| {
        !side.is_usage
            && side.kind == AccountKind::Somebody
            && !side.net.is_zero()
            && side.net.is_sign_negative() != row.net.is_sign_negative()
    };
    let own = voucher.iter().filter(bears).find(|side| same_name(side.account) == same_name(party))?;
    let other = voucher.iter().filter(bears).find(|side| same_name(side.account) != same_name(party))?;
    (own.net.abs() < usage.abs()).then_some(other.account)
}

/// The customer whose account stands below all customers': `Sundry Debtors:Alpha Ltd`.
fn below<'a>(format: &Format, account: &'a str) -> Option<&'a str> {
    let (parents, name) = account.rsplit_once(':')?;
    parents.split(':').any(|parent| kind(parent, format) == AccountKind::Receivables).then_some(name.trim())
}

fn distinct(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for name in names {
        if !all.iter().any(|known| same_name(known) == same_name(&name)) {
            all.push(name);
        }
    }
    all
}

fn one_of(names: Vec<String>) -> Result<Option<String>, String> {
    match names.as_slice() {
        [first, second, ..] => Err(format!("the voucher names several customers: `{first}` and `{second}`")),
        _ => Ok(names.into_iter().next()),
    }
}

/// The name that a text begins with, by the format's rule, where that fits in one way.
fn of_text(format: &Format, text: &str, known: Known<'_>) -> Result<Option<String>, String> {
    let Some(end) = format.party_ends.as_deref() else { return Ok(named(text)) };
    if let Some(name) = named(text).filter(|name| (known.customer)(name)) {
        return Ok(Some(name));
    }
    let cuts: Vec<usize> = text.match_indices(end).map(|(at, _)| at).collect();
    let Some(first) = cuts.first() else {
        return Ok(named(text).filter(|_| format.party_alone));
    };
    let mut names: Vec<String> = cuts.iter().filter_map(|at| named(&text[..*at])).collect();
    // What follows the first mark may be part of the name.
    let tail_is_company = words(&text[first + end.len()..]).iter().any(|word| COMPANY.contains(&word.as_str()));
    if tail_is_company {
        names.extend(named(text));
    } else if let Some(first) = names.first()
        && words(first).last().is_some_and(|word| COMPANY.contains(&word.as_str()))
    {
        names.truncate(1);
    }
    if let [only] = names.iter().filter(|name| (known.customer)(name)).collect::<Vec<_>>().as_slice() {
        return Ok(Some((*only).clone()));
    }
    // A mark such as " | " ends the name wherever it stands first; a hyphen may be in it.
    match names.as_slice() {
        [first, second, ..] if end.contains('-') => Err(format!(
            "the customer may be `{first}` or `{second}`: give the one that is right as a name or alias in customers.csv"
        )),
        _ => Ok(names.into_iter().next()),
    }
}

/// The one account of a list that may be a customer.
fn of_list(format: &Format, list: &str, known: Known<'_>) -> Option<String> {
    if let Some(name) = named(list).filter(|name| (known.customer)(name)) {
        return Some(name);
    }
    let mut candidates = list.split(',').map(str::trim).filter(|account| {
        !account.is_empty() && kind(account, format) == AccountKind::Somebody && !(known.usage)(account)
    });
    // Of two that may be it, neither is taken.
    candidates.next().filter(|_| candidates.next().is_none()).and_then(named)
}

/// A customer by its own account; what that is, where it is known already.
fn of_account(
    format: &Format,
    account: &str,
    account_kind: Option<AccountKind>,
    known: Known<'_>,
) -> Result<String, String> {
    let after = format.party_after.as_deref().and_then(|mark| account.rsplit_once(mark));
    let cut = after.map(|(_, name)| name).or_else(|| below(format, account)).unwrap_or(account);
    let whole = account_kind.filter(|_| cut.len() == account.len());
    let Some(name) = named(cut) else { return Err("the other side has no name".to_owned()) };
    let name = name.as_str();
    let what = match whole.unwrap_or_else(|| kind(name, format)) {
        AccountKind::Somebody => return Ok(name.to_owned()),
        _ if (known.customer)(name) => return Ok(name.to_owned()),
        AccountKind::Receivables => "all customers together, and the row names none",
        AccountKind::Bank => "a bank account or cash, and no customer",
        AccountKind::Tax => "a tax, a round-off or a discount, and no customer",
        AccountKind::Own => {
            "an account of the books' own (the year's result, an accrual, a commission), and no customer"
        }
    };
    Err(format!("the other side is `{name}`: {what}; if it is one, give it as an alias in customers.csv"))
}

/// A voucher with more accounts that may be customers' is a journal about many; they are not
/// looked up one by one for each of its rows.
const MANY: usize = 64;

/// The account on the other side of the voucher: against the row, and the only one that may
/// be a customer, or the only one large enough for all of the voucher's usage.
fn other_side(
    format: &Format,
    row: &Side<'_>,
    voucher: &[Side<'_>],
    known: Known<'_>,
) -> Result<Option<String>, String> {
    // Against what all of the voucher's usage comes to: a discount on the account is on the
    // customer's side.
    let usage = voucher
        .iter()
        .filter(|side| side.is_usage)
        .try_fold(Decimal::ZERO, |sum, side| add_exact(sum, side.net))
        .ok()
        .filter(|usage| !usage.is_zero())
        .unwrap_or(row.net);
    let against: Vec<&Side<'_>> = voucher
        .iter()
        .filter(|other| !other.is_usage && !other.net.is_zero())
        .filter(|other| other.net.is_sign_negative() != usage.is_sign_negative())
        .collect();
    let of = |kinds: &[AccountKind]| -> Vec<&Side<'_>> {
        let mut some: Vec<&Side<'_>> = against.iter().filter(|side| kinds.contains(&side.kind)).copied().collect();
        some.dedup_by(|a, b| a.account == b.account || (against.len() <= MANY && fold(a.account) == fold(b.account)));
        some
    };
    let mut somebody = of(&[AccountKind::Somebody]);
    if somebody.len() > 1 {
        let few = if somebody.len() <= MANY { somebody.as_slice() } else { &[] };
        let known_ones: Vec<&Side<'_>> = few.iter().filter(|side| (known.customer)(side.account)).copied().collect();
        let large: Vec<&Side<'_>> = somebody.iter().filter(|side| side.net.abs() >= row.net.abs()).copied().collect();
        somebody = match (known_ones.as_slice(), large.as_slice()) {
            ([one], _) | (_, [one]) => vec![one],
            _ => somebody,
        };
    }
    match somebody.as_slice() {
        [one] => return of_account(format, one.account, Some(one.kind), known).map(Some),
        [first, second, ..] => {
            return Err(format!(
                "the voucher has two accounts that may be the customer: `{}` and `{}`",
                first.account, second.account
            ));
        }
        [] => {}
    }
    match of(&[AccountKind::Receivables, AccountKind::Own, AccountKind::Bank, AccountKind::Tax]).as_slice() {
        [first, ..] => of_account(format, first.account, Some(first.kind), known).map(Some),
        [] => Ok(None),
    }
}
