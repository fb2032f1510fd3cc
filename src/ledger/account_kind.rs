//! What a name says of itself: an account of all customers, a bank, a tax or of the books' own;
//! a customer's name, or what stands in its place where there is none.

use unicode_normalization::UnicodeNormalization;

use super::format::Format;
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
    /// The books' own: the year's result, an accrual, a commission paid.
    Own,
}

/// Words by which companies are known, and no account of our own is.
pub(super) const COMPANY: &[&str] = &[
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

/// Words of accounts that no customer has: what is not yet invoiced, what is paid for sales.
const OWN: [&str; 10] = [
    "unbilled",
    "accrued",
    "accrual",
    "accruals",
    "deferred",
    "suspense",
    "commission",
    "brokerage",
    "expense",
    "expenses",
];
/// What may stand beside P & L.
const BESIDE_RESULT: [&str; 13] =
    ["p", "l", "and", "a", "c", "account", "to", "of", "transfer", "transferred", "trf", "closing", "entry"];

/// Whether a name is that of the account to which a year is closed.
fn is_result(words: &[String]) -> bool {
    let has = |phrase: &[&str]| words.windows(phrase.len()).any(|window| window == phrase);
    has(&["profit", "loss"])
        || has(&["profit", "and", "loss"])
        || has(&["income", "summary"])
        || has(&["income", "and", "expenditure"])
        || has(&["retained", "earnings"])
        || (has(&["p", "l"]) && words.iter().all(|word| BESIDE_RESULT.contains(&word.as_str())))
}

/// What stands in place of a name that is missing, or of several. A code of zeros is one too.
const PLACEHOLDERS: [&str; 48] = [
    "n/a",
    "na",
    "n.a.",
    "#n/a",
    "#ref!",
    "#value!",
    "#name?",
    "#div/0!",
    "#null!",
    "#num!",
    "null",
    "none",
    "nil",
    "nan",
    "undefined",
    "unknown",
    "tbd",
    "tba",
    "tbc",
    "blank",
    "(blank)",
    "(none)",
    "<none>",
    "[none]",
    "not available",
    "not applicable",
    "no name",
    "various",
    "various customers",
    "various parties",
    "multiple",
    "<multiple>",
    "multiple customers",
    "-multiple-",
    "-split-",
    "split",
    "do",
    "-do-",
    "ditto",
    "b/f",
    "c/f",
    "brought forward",
    "carried forward",
    "carried over",
    "misc",
    "sundry",
    "sundries",
    "suspense",
];

/// Whether a text that stands where a customer should is no name of one: a placeholder, cash,
/// or the account to which a year is closed.
fn is_no_customer(name: &str) -> bool {
    if name.bytes().all(|b| matches!(b, b'0' | b'.' | b'-')) || (name.starts_with('#') && name.ends_with(['!', '?'])) {
        return true;
    }
    // The longest that may be one.
    if name.len() > 60 {
        return false;
    }
    let folded = fold(name);
    if PLACEHOLDERS.contains(&folded.as_str()) {
        return true;
    }
    let words = words(&folded);
    let is_company = words.iter().any(|word| COMPANY.contains(&word.as_str()));
    let is_cash = words.first().is_some_and(|word| word == "cash" || word == "petty")
        && words.iter().all(|word| CASH.contains(&word.as_str()));
    !is_company && (is_cash || is_result(&words))
}

/// A customer's name, as it is printed; None for what is none, unless the books know it.
pub(super) fn customer(text: &str, known: &dyn Fn(&str) -> bool) -> Option<String> {
    named(text).filter(|name| !is_no_customer(name) || known(name))
}

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
    } else if let Some((_, last)) =
        account.rsplit_once(':').filter(|(_, last)| kind(last, format) != AccountKind::Somebody)
    {
        // `Assets:Receivable`
        kind(last, format)
    } else if is_result(&words) || words.iter().any(|word| OWN.contains(&word.as_str())) {
        AccountKind::Own
    } else {
        AccountKind::Somebody
    }
}

/// A name as it is printed; None for what is none.
pub(super) fn named(text: &str) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    let seen: String = text.chars().filter(|c| !super::text::is_invisible(*c)).collect();
    let clean = seen.split_whitespace().collect::<Vec<_>>().join(" ");
    let is_name = clean.chars().any(char::is_alphanumeric) && !clean.starts_with("(as per");
    is_name.then(|| if clean.is_ascii() { clean } else { clean.nfc().collect() })
}
