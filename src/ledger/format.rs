//! Ledger formats are data: a TOML file says how a product's export is recognised and what
//! its columns and rows mean. `docs/ledger-formats.md` explains how to write one.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::amounts::Style;
pub use super::text::fold;
use crate::model::ledger_terms::DateOrder;
use crate::model::problem::{Problem, nearest};

/// What a column is.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The day of the voucher.
    Date,
    /// The account that is posted to.
    Account,
    /// The account's number, where it has a column of its own.
    AccountCode,
    /// Amount on the debit side.
    Debit,
    /// Amount on the credit side.
    Credit,
    /// One amount, with a sign or with Dr or Cr.
    Amount,
    /// Which side an amount without a sign is on: D and C, S and H, Dr and Cr.
    Side,
    /// The customer's name.
    Party,
    /// The customer's code.
    PartyCode,
    /// The other accounts of the voucher, separated by commas.
    Against,
    /// Voucher number.
    Voucher,
    /// Voucher type.
    Type,
    /// Free text.
    Description,
    /// The account's balance after the row, or before its first: never an amount.
    Balance,
    /// The sum of a row with an account a column: never an amount.
    Total,
    /// Currency of the row.
    Currency,
}

impl Role {
    /// How many there are.
    pub const COUNT: usize = Self::Currency as usize + 1;

    /// The word of format files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::Account => "account",
            Self::AccountCode => "account_code",
            Self::Debit => "debit",
            Self::Credit => "credit",
            Self::Amount => "amount",
            Self::Side => "side",
            Self::Party => "party",
            Self::PartyCode => "party_code",
            Self::Against => "against",
            Self::Voucher => "voucher",
            Self::Type => "type",
            Self::Description => "description",
            Self::Balance => "balance",
            Self::Total => "total",
            Self::Currency => "currency",
        }
    }
}

/// What a single amount's sign means.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Sign {
    /// Plus is debit, minus is credit.
    #[default]
    DebitPositive,
    /// Plus is credit, minus is debit.
    CreditPositive,
    /// Plus is what the account usually has: a charge, on a revenue account.
    Natural,
    /// Dr and Cr say it.
    Suffix,
}

/// What a minus says that stands beside a side (Dr, H, a credit column).
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Minus {
    /// The same as the side: credits are written with a minus.
    Agrees,
    /// The contrary: a reversal on that side.
    Reverses,
}

/// Where the customer's name is found; the first that gives one counts.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum PartyFrom {
    /// In its own column.
    Column,
    /// In the heading of its section, where sections are customers.
    Section,
    /// In the column of its code.
    Code,
    /// At the beginning of the description.
    Description,
    /// On the voucher's receivable line: in its party column, or at the beginning of its
    /// description.
    Receivable,
    /// As the account on the other side of the voucher.
    Voucher,
    /// As the one of the voucher's other accounts, listed in a column, that is neither usage
    /// nor one of [`Format::never_party`].
    Against,
    /// As the account column itself: an export of one ledger names the other there.
    Account,
}

/// What a section's name is.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum SectionIs {
    /// The account of the rows below it.
    #[default]
    Account,
    /// Their customer.
    Party,
}

/// What a row that is no entry says of the entries.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum TotalKind {
    /// The sum of all entries.
    Grand,
    /// The sum of the entries since the last such row, or since the section began.
    Section,
    /// The balance before the entries.
    Opening,
    /// The balance after them.
    Closing,
    /// Opening plus entries, in each column.
    ClosingColumns,
    /// Nothing that can be checked.
    None,
}

/// A row that is no entry: one of its first cells begins with the text.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct TotalRow {
    /// How the cell begins, compared without case.
    pub begins: String,
    /// What the row says.
    pub kind: TotalKind,
}

/// A format.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Format {
    /// The file's name without its ending.
    #[serde(skip)]
    pub name: String,
    /// The first place that a person must still answer: nothing is read by such a format.
    #[serde(skip)]
    pub open: Option<String>,
    /// What a person calls it.
    pub title: String,
    /// Columns: for each role the header's names, compared without case, stars and
    /// underscores; `Debit (INR)` is Debit in rupees.
    #[serde(default)]
    pub columns: BTreeMap<Role, Vec<String>>,
    /// Roles without which the header is not this format's.
    #[serde(default)]
    pub required: Vec<Role>,
    /// For a file without a header: the roles' columns, from 1, of rows with `width` cells.
    #[serde(default)]
    pub positions: BTreeMap<Role, usize>,
    /// How many cells a row has where the file has no header.
    #[serde(default)]
    pub width: usize,
    /// Every column that is neither a role nor one of [`Format::not_accounts`] is an account.
    #[serde(default)]
    pub account_columns: bool,
    /// Columns that are no accounts where the others are.
    #[serde(default)]
    pub not_accounts: Vec<String>,
    /// Whether it is this format only where the settings name one of those accounts.
    #[serde(default)]
    pub accounts_are_named: bool,
    /// For a role: columns that may be it as well, so that one beside it is a question.
    #[serde(default)]
    pub rivals: BTreeMap<Role, Vec<String>>,
    /// Words of voucher types whose amounts are credits although they are written without a
    /// minus.
    #[serde(default)]
    pub credit_types: Vec<String>,
    /// Column → words: a row that holds one of them there never counts; `*` is anything.
    #[serde(default)]
    pub never_where: BTreeMap<String, Vec<String>>,
    /// Of these texts one must be a whole cell somewhere, where headers alone do not tell.
    #[serde(default)]
    pub cells: Vec<String>,
    /// None of these may be one.
    #[serde(default)]
    pub without_cells: Vec<String>,
    /// `dmy`, `mdy` or `ymd` where the product always writes one; else the file must prove it.
    #[serde(default)]
    pub date_order: Option<DateOrder>,
    /// `point` or `comma` where the product always writes one; else the file must prove it.
    #[serde(default)]
    pub decimal: Option<Style>,
    /// What a minus says beside a side; else the file must prove it.
    #[serde(default)]
    pub minus: Option<Minus>,
    /// What a single amount's sign means.
    #[serde(default)]
    pub sign: Sign,
    /// Roles whose cell is empty where it is the same as in the row above.
    #[serde(default)]
    pub fill_down: Vec<Role>,
    /// A row with one cell only names the account of the rows below it.
    #[serde(default)]
    pub sections: bool,
    /// What such a row names.
    #[serde(default)]
    pub section_is: SectionIs,
    /// What ends the name in such a row.
    #[serde(default)]
    pub section_ends: Option<String>,
    /// Sections are groups, whose headings end with the number of their rows and may bear
    /// sums: `Sales (3)`.
    #[serde(default)]
    pub group_headings: bool,
    /// What stands before the account's name in such a row, or in a title: `Ledger:`.
    #[serde(default)]
    pub section_prefix: Vec<String>,
    /// The title below the account's name, where it has no prefix: `Ledger Account`.
    #[serde(default)]
    pub section_above: Vec<String>,
    /// Where the customer's name is found.
    pub party: Vec<PartyFrom>,
    /// Words of accounts that are nobody's: taxes, round-off.
    #[serde(default)]
    pub never_party: Vec<String>,
    /// What ends the name in a description.
    #[serde(default)]
    pub party_ends: Option<String>,
    /// Whether a description that lacks it is a name as a whole.
    #[serde(default)]
    pub party_alone: bool,
    /// What stands before the name in an account such as `assets:receivable:Name`.
    #[serde(default)]
    pub party_after: Option<String>,
    /// Account names end with this and a short mark of the company.
    #[serde(default)]
    pub company_mark: Option<String>,
    /// Words of voucher types that count. Empty: all but those that never do.
    #[serde(default)]
    pub counts: Vec<String>,
    /// Words of voucher types that never count.
    #[serde(default)]
    pub never: Vec<String>,
    /// Whether debits and credits of the whole file must be equal.
    #[serde(default)]
    pub double_entry: bool,
    /// Rows that are no entries.
    #[serde(default)]
    pub totals: Vec<TotalRow>,
}

/// A format that ships: its name and its file.
macro_rules! shipped {
    ($($name:literal)*) => {
        &[$(($name, include_str!(concat!("../../ledgers/formats/", $name, ".toml")))),*]
    };
}

/// The formats that ship, by name.
pub const SHIPPED: &[(&str, &str)] = shipped! {
    "account-columns"
    "beancount"
    "business-central-gl-entries"
    "busy-ledger"
    "debit-credit"
    "debit-credit-customers"
    "dr-cr-suffix"
    "erpnext-general-ledger"
    "gnucash-simple"
    "gnucash-transactions"
    "hledger-print"
    "hledger-register"
    "ledger-csv"
    "marg-ledger"
    "netsuite-general-ledger"
    "odoo-journal-items"
    "quickbooks-desktop-general-ledger"
    "quickbooks-general-ledger"
    "quickbooks-journal"
    "quickbooks-sales-by-customer"
    "sage-50-audit-trail"
    "sage-50-general-ledger"
    "sage-50-nominal-activity"
    "sage-intacct-general-ledger"
    "sap-line-items"
    "tally-daybook"
    "tally-ledger"
    "tally-sales-register"
    "tally-xml"
    "wave-transactions"
    "xero-account-transactions"
    "xero-journal-report"
    "xero-manual-journal"
    "zoho-books"
};

/// What stands where a proposed format leaves a question to a person.
pub const OPEN: &str = "?";

/// Reads a format file. `name` is the format's.
///
/// # Errors
/// Not TOML, unknown keys, a role without names: with the place.
pub fn parse(name: &str, text: &str) -> Result<Format, Problem> {
    let refuse = |why: String| {
        Problem::usage("ledger-format", format!("the ledger format `{name}` cannot be read"))
            .because(why)
            .next("docs/ledger-formats.md explains every key; the shipped formats are examples")
    };
    let open = format!("\"{OPEN}\"");
    let mut before = "";
    for (number, line) in (1..).zip(text.lines()) {
        if !line.starts_with('#') && line.contains(&open) {
            let question = before.trim_start_matches(['#', ' ']);
            let open = Some(format!("line {number} is still open: {line}   {question}"));
            return Ok(Format { name: name.to_owned(), title: "not finished".to_owned(), open, ..Format::default() });
        }
        before = line;
    }
    let mut format: Format = toml::from_str(text).map_err(|e| refuse(with_nearest(&e.to_string())))?;
    format.name = name.to_owned();
    if let Some(role) = format.required.iter().find(|role| !format.columns.contains_key(role)) {
        return Err(refuse(format!("it requires the column `{}` and gives no names for it", role.name())));
    }
    let sided = |role: Role| format.columns.contains_key(&role) || format.positions.contains_key(&role);
    let both = sided(Role::Debit) && sided(Role::Credit);
    if !format.positions.is_empty() && !format.positions.values().all(|at| (1..=format.width).contains(at)) {
        return Err(refuse(format!("a position is not one of its {} columns (`width`)", format.width)));
    }
    if !both && !sided(Role::Amount) && !format.account_columns {
        return Err(refuse("it has neither `amount` nor `debit` and `credit`".to_owned()));
    }
    Ok(format)
}

/// Adds the nearest known word to what is said of an unknown one:
/// "unknown variant `ddmmyy`, expected one of `dmy`, `mdy`".
fn with_nearest(why: &str) -> String {
    let mut quoted = why.split('`').skip(1).step_by(2);
    let unknown = why.contains("unknown variant") || why.contains("unknown field");
    let Some(given) = quoted.next().filter(|_| unknown) else { return why.to_owned() };
    let known: Vec<&str> = quoted.collect();
    // What begins as it does is meant where no word is near: `ddmmyy` for `dmy`.
    let alike = |word: &&&str| {
        let squeezed = |text: &str| {
            let mut letters: Vec<char> = text.chars().collect();
            letters.dedup();
            letters.into_iter().collect::<String>()
        };
        squeezed(word) == squeezed(given)
    };
    match nearest(given, known.iter().copied()).or_else(|| known.iter().find(alike).copied()) {
        Some(word) => format!("{}; did you mean `{word}`?", why.trim_end()),
        None => why.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_format_reads() {
        for (name, text) in SHIPPED {
            let format = parse(name, text).unwrap_or_else(|e| panic!("{name}: {:?}", e.why));
            assert!(!format.party.is_empty(), "{name}");
        }
        assert!(parse("x", "title = \"x\"").is_err());
        let text = SHIPPED.iter().find(|(name, _)| *name == "sap-line-items").unwrap().1;
        let misspelt = parse("x", &text.replace("\"dmy\"", "\"ddmmyy\"")).unwrap_err();
        let why = misspelt.why.clone().unwrap_or_default();
        assert!(why.contains("date_order = ") && why.contains("did you mean `dmy`?"), "{why}");
        let misspelt = parse("x", &text.replace("date_order = \"dmy\"", "decimal = \"coma\"")).unwrap_err();
        let why = misspelt.why.clone().unwrap_or_default();
        assert!(why.contains("decimal = ") && why.contains("did you mean `comma`?"), "{why}");
    }
}
