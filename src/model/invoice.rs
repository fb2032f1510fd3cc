//! Invoices: a draft carries no number; an issued one is a fact that never changes.

use chrono::NaiveDate;

use super::money::{Currency, Money};
use super::period::Period;
use super::usage::Direction;

/// A party as it is printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Party {
    /// Legal name.
    pub legal_name: String,
    /// Address, a line each.
    pub address: Vec<String>,
    /// Two-digit GST state code, where known.
    pub state_code: Option<String>,
    /// GSTIN, where registered.
    pub gstin: Option<String>,
    /// Where the invoice is mailed.
    pub email: Option<String>,
}

/// What makes a customer's amount provable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// The partner's figure for this customer equals the ledger's.
    Customer,
    /// The same within the declared tolerance; the ledger's figure is billed.
    Tolerance,
    /// Finance decided what is billed, and why.
    Decision,
    /// Only the sum of all unlisted customers is proven, to the last digit.
    TotalOnly,
}

impl Proof {
    /// The word of files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Tolerance => "tolerance",
            Self::TotalOnly => "total-only",
            Self::Decision => "decision",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Customer, Self::Tolerance, Self::TotalOnly, Self::Decision].into_iter().find(|p| p.name() == word)
    }
}

/// One charge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What is charged for.
    pub description: String,
    /// Which way the calls went.
    pub direction: Direction,
    /// Calls, where known.
    pub calls: Option<u64>,
    /// The amount before it was rounded to the currency's minor unit.
    pub exact: Money,
    /// The amount charged.
    pub amount: Money,
}

/// One tax of the invoice. None is charged by the regime `none`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tax {
    /// `CGST`, `IGST` …
    pub kind: String,
    /// Per cent, as a plain decimal.
    pub rate: String,
    /// What it is computed on.
    pub base: Money,
    /// The tax.
    pub amount: Money,
}

/// What a customer is to be charged. It has no number and cannot be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The partner's id of the customer.
    pub customer_id: String,
    /// Billing period.
    pub period: Period,
    /// Currency of all amounts.
    pub currency: Currency,
    /// Who charges.
    pub seller: Party,
    /// Who pays.
    pub buyer: Party,
    /// What makes the amount provable.
    pub proof: Proof,
    /// The charges, inbound first.
    pub lines: Vec<Line>,
    /// Sum of the lines.
    pub subtotal: Money,
    /// Taxes.
    pub taxes: Vec<Tax>,
    /// What rounding the total took or gave.
    pub round_off: Money,
    /// Subtotal + taxes + round_off.
    pub total: Money,
    /// The total in words.
    pub amount_in_words: String,
}

/// An issued invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    /// Its number, as printed.
    pub number: String,
    /// Date of issue.
    pub issue_date: NaiveDate,
    /// What it says.
    pub content: Draft,
    /// SHA-256 of the template it is drawn with.
    pub template_sha256: String,
}

impl Issued {
    /// The number as a file name: `/` becomes `-`.
    #[must_use]
    pub fn file_stem(&self) -> String {
        file_stem(&self.number)
    }
}

/// An invoice number as a file name.
#[must_use]
pub fn file_stem(number: &str) -> String {
    number.replace('/', "-")
}
