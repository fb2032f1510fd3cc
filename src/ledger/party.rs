//! Who the customer of a posting is: in its own column, on the receivable line, or the
//! account on the other side of the voucher, in the order that the format says. What fits
//! two is a question.

use rust_decimal::Decimal;

use super::format::{Format, PartyFrom};
use super::text::{fold, words};

/// What an account is, by its name, when a customer is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AccountKind {
    /// May be a customer's own account.
    Somebody,
    /// All customers together: debtors, accounts receivable.
    Receivables,
    /// A bank account or cash.
    Bank,
    /// A tax, a round-off, a discount.
    Tax,
}

/// Words by which companies are known, and no account of our own is.
const COMPANY: &[&str] = &[
    "ltd",
    "limited",
    "llp",
    "pvt",
    "private",
    "inc",
    "incorporated",
    "corp",
    "corporation",
    "llc",
    "gmbh",
    "ag",
    "plc",
    "bv",
    "nv",
    "sarl",
    "srl",
    "pte",
    "sdn",
    "bhd",
    "oy",
    "co",
    "company",
    "kg",
];
const TAXES: &[&str] = &[
    "cgst",
    "sgst",
    "utgst",
    "igst",
    "gst",
    "cess",
    "tax",
    "taxes",
    "vat",
    "tds",
    "tcs",
    "duty",
    "duties",
    "round",
    "rounding",
    "roundoff",
    "rounded",
    "discount",
    "discounts",
    "ust",
    "mwst",
];
/// What may stand beside those in an account's name.
const BESIDE_TAXES: &[&str] = &[
    "output",
    "input",
    "payable",
    "receivable",
    "liability",
    "and",
    "on",
    "central",
    "state",
    "integrated",
    "union",
    "territory",
    "off",
    "up",
    "down",
    "allowed",
    "given",
    "received",
    "sales",
    "withholding",
    "withheld",
    "ledger",
    "account",
    "accounts",
    "a",
    "c",
    "service",
    "services",
    "adjustment",
    "difference",
    "goods",
    "for",
    "of",
    "the",
];
const RECEIVABLES: &[&str] = &["receivable", "receivables", "debtor", "debtors", "debitoren", "forderungen", "ar", "r"];
const BESIDE_RECEIVABLES: &[&str] = &[
    "account",
    "accounts",
    "trade",
    "sundry",
    "a",
    "control",
    "customer",
    "customers",
    "from",
    "aus",
    "lieferungen",
    "und",
    "leistungen",
    "current",
    "domestic",
    "others",
];
const CASH: &[&str] = &["cash", "petty", "in", "hand", "on", "at", "account", "a", "c", "undeposited", "funds"];

/// What an account may be.
pub(super) fn kind(account: &str, format: &Format) -> AccountKind {
    let name = format.company_mark.as_ref().and_then(|mark| account.rsplit_once(mark.as_str()));
    let words = words(name.map_or(account, |(name, _)| name));
    let is_number = |word: &String| word.bytes().all(|b| b.is_ascii_digit());
    let only = |core: &[&str], beside: &[&str]| {
        words.iter().any(|word| core.contains(&word.as_str()))
            && words.iter().all(|word| {
                let word_str = word.as_str();
                core.contains(&word_str) || beside.contains(&word_str) || is_number(word)
            })
    };
    let own: Vec<String> = format.never_party.iter().map(|word| fold(word)).collect();
    if words.iter().any(|word| COMPANY.contains(&word.as_str())) {
        AccountKind::Somebody
    } else if only(TAXES, BESIDE_TAXES) || words.iter().any(|word| own.contains(word)) {
        AccountKind::Tax
    } else if only(RECEIVABLES, BESIDE_RECEIVABLES) && words != ["r"] {
        AccountKind::Receivables
    } else if words.iter().any(|word| word == "bank") || only(&["cash", "undeposited"], CASH) {
        AccountKind::Bank
    } else {
        AccountKind::Somebody
    }
}

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

/// A name as it is printed; None for what is none.
pub(super) fn named(text: &str) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    let seen: String = text.chars().filter(|c| !super::text::is_invisible(*c)).collect();
    let clean = seen.split_whitespace().collect::<Vec<_>>().join(" ");
    let is_name = clean.chars().any(char::is_alphanumeric) && !clean.starts_with("(as per");
    is_name.then_some(clean)
}

/// What is known of names beside the file.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    /// Whether the books have a customer of this name.
    pub(super) customer: &'a dyn Fn(&str) -> bool,
    /// Whether the settings name an account so.
    pub(super) usage: &'a dyn Fn(&str) -> bool,
}

/// Who the customer of a row is, of the rows of whose voucher.
///
/// # Errors
/// Nobody, or one of several: in a phrase.
pub(super) fn find(format: &Format, row: &Side<'_>, voucher: &[Side<'_>], known: Known<'_>) -> Result<String, String> {
    let receivable = || voucher.iter().filter(|side| side.kind == AccountKind::Receivables);
    for from in &format.party {
        let found = match from {
            PartyFrom::Section => named(row.party),
            PartyFrom::Column => {
                let own = named(row.party);
                let others = distinct(receivable().filter_map(|side| named(side.party)));
                if let (Some(own), false) = (&own, others.is_empty())
                    && !others.iter().any(|other| fold(other) == fold(own))
                {
                    return Err(format!("the row names `{own}`, and its voucher's receivable `{}`", others[0]));
                }
                own
            }
            PartyFrom::Code => named(row.party_code),
            PartyFrom::Account => named(row.party).map(|name| of_account(format, &name, None, known)).transpose()?,
            PartyFrom::Description => of_text(format, row.description, known)?,
            PartyFrom::Receivable => {
                let columns = distinct(receivable().filter_map(|side| named(side.party)));
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
    Err("the row does not say whose it is".to_owned())
}

fn distinct(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for name in names {
        if !all.iter().any(|known| fold(known) == fold(&name)) {
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
    // `Sundry Debtors:Alpha Ltd` is Alpha's account.
    let below = account
        .rsplit_once(':')
        .filter(|(parents, _)| parents.split(':').any(|parent| kind(parent, format) == AccountKind::Receivables));
    let name = after.or(below).map_or(account, |(_, name)| name).trim();
    let whole = account_kind.filter(|_| name.len() == account.len());
    let what = match whole.unwrap_or_else(|| kind(name, format)) {
        AccountKind::Somebody => return Ok(name.to_owned()),
        _ if (known.customer)(name) => return Ok(name.to_owned()),
        AccountKind::Receivables => "all customers together, and the row names none",
        AccountKind::Bank => "a bank account or cash, and no customer",
        AccountKind::Tax => "a tax, a round-off or a discount, and no customer",
    };
    Err(format!("the other side is `{name}`: {what}; if it is one, give it as an alias in customers.csv"))
}

/// The account on the other side of the voucher: against the row, and the only one that may
/// be a customer, or the only one large enough for all of the voucher's usage.
fn other_side(
    format: &Format,
    row: &Side<'_>,
    voucher: &[Side<'_>],
    known: Known<'_>,
) -> Result<Option<String>, String> {
    let against: Vec<&Side<'_>> = voucher
        .iter()
        .filter(|other| !other.is_usage && !other.net.is_zero())
        .filter(|other| other.net.is_sign_negative() != row.net.is_sign_negative())
        .collect();
    let of = |kinds: &[AccountKind]| -> Vec<&Side<'_>> {
        let mut some: Vec<&Side<'_>> = against.iter().filter(|side| kinds.contains(&side.kind)).copied().collect();
        some.dedup_by(|a, b| fold(a.account) == fold(b.account));
        some
    };
    let mut somebody = of(&[AccountKind::Somebody]);
    if somebody.len() > 1 {
        let known_ones: Vec<&Side<'_>> =
            somebody.iter().filter(|side| (known.customer)(side.account)).copied().collect();
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
    match of(&[AccountKind::Receivables, AccountKind::Bank, AccountKind::Tax]).as_slice() {
        [first, ..] => of_account(format, first.account, Some(first.kind), known).map(Some),
        [] => Ok(None),
    }
}
