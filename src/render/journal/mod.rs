//! The period's invoices and notes as postings, for the books of account: hledger,
//! beancount, Tally. Every entry is balanced to the last digit.

pub(crate) mod beancount;
pub(crate) mod hledger;
pub(crate) mod names;
pub(crate) mod tally;

use crate::model::invoice::{Charge, Document, Issued, Line};
use crate::model::money::{Money, MoneyError, total};
use crate::model::usage::Direction;

/// Where an amount is posted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Account {
    /// What a customer owes, by id.
    Receivable(String),
    /// Calls.
    Calls(Direction),
    /// Charges beside calls.
    Services,
    /// Discounts and credits.
    Discounts,
    /// Tax that is owed to the state, by kind.
    Tax(String),
    /// What rounding totals gave or took.
    RoundOff,
}

/// What is told of a document beside its amounts: names and values, in order.
fn details(issued: &Issued) -> Vec<(&'static str, String)> {
    let draft = &issued.content;
    let mut details = Vec::new();
    let number = if draft.supply.is_some() { "gstin" } else { "tax-number" };
    details.extend(draft.buyer.gstin.clone().map(|gstin| (number, gstin)));
    if let Some(supply) = &draft.supply {
        details.push(("place-of-supply", supply.place_code.clone()));
        if supply.reverse_charge {
            details.push(("reverse-charge", "yes".to_owned()));
        }
    }
    let sac = sacs(draft.lines.iter());
    if !sac.is_empty() {
        details.push(("sac", sac));
    }
    details.extend(draft.original.as_ref().map(|original| ("corrects", original.number.clone())));
    details.extend(issued.due_date().map(|day| ("due", day.to_string())));
    details
}

/// The service accounting codes of lines.
fn sacs<'a>(lines: impl Iterator<Item = &'a Line>) -> String {
    let mut codes: Vec<&str> = lines.filter_map(|line| line.sac.as_deref()).collect();
    codes.sort_unstable();
    codes.dedup();
    codes.join(" ")
}

/// The account that a line is posted to.
fn account_of(line: &Line) -> Account {
    match (line.charge, line.direction) {
        (Charge::Usage, Some(direction)) => Account::Calls(direction),
        (Charge::Discount | Charge::Credit, _) => Account::Discounts,
        _ => Account::Services,
    }
}

/// One document as postings: debits positive, credits negative, zero in all.
#[derive(Clone, Debug)]
pub(crate) struct Entry<'a> {
    /// The document.
    pub issued: &'a Issued,
    /// Its postings, the customer's first.
    pub postings: Vec<(Account, Money)>,
}

impl Entry<'_> {
    /// `Invoice CF/26-27/00001`
    #[must_use]
    pub(crate) fn title(&self) -> String {
        let kind = match self.issued.content.document {
            Document::Invoice => "Invoice",
            Document::CreditNote => "Credit note",
            Document::DebitNote => "Debit note",
        };
        format!("{kind} {}", self.issued.number)
    }
}

/// The postings of documents, in their order.
///
/// # Errors
/// A sum beyond the exact range.
pub(crate) fn entries<'a>(documents: impl IntoIterator<Item = &'a Issued>) -> Result<Vec<Entry<'a>>, MoneyError> {
    documents.into_iter().map(entry).collect()
}

fn entry(issued: &Issued) -> Result<Entry<'_>, MoneyError> {
    let draft = &issued.content;
    let is_credit = draft.document == Document::CreditNote;
    let debit = |money: Money| if is_credit { money.negated() } else { money };
    let mut postings = vec![(Account::Receivable(draft.customer_id.clone()), debit(draft.total))];
    let mut credits: Vec<(Account, Money)> = Vec::new();
    let mut credit = |account: Account, money: &Money| -> Result<(), MoneyError> {
        match credits.iter_mut().find(|(known, _)| *known == account) {
            Some((_, sum)) => *sum = sum.plus(money)?,
            None => credits.push((account, *money)),
        }
        Ok(())
    };
    for line in &draft.lines {
        credit(account_of(line), &line.amount)?;
    }
    for tax in &draft.taxes {
        credit(Account::Tax(tax.kind.clone()), &tax.amount)?;
    }
    credit(Account::RoundOff, &draft.round_off)?;
    credits.retain(|(_, money)| !money.is_zero());
    postings.extend(credits.into_iter().map(|(account, money)| (account, debit(money).negated())));
    debug_assert!(total(draft.currency, postings.iter().map(|(_, money)| money)).is_ok_and(|sum| sum.is_zero()));
    Ok(Entry { issued, postings })
}

/// Every account that is posted to, sorted.
#[must_use]
pub(crate) fn accounts(entries: &[Entry<'_>]) -> Vec<Account> {
    let mut accounts: Vec<Account> =
        entries.iter().flat_map(|e| &e.postings).map(|(account, _)| account.clone()).collect();
    accounts.sort();
    accounts.dedup();
    accounts
}

/// Text on one line, without the characters that a format gives a meaning to.
fn plain(text: &str, forbidden: &[char]) -> String {
    let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    one_line.chars().map(|c| if forbidden.contains(&c) { ',' } else { c }).collect()
}

#[cfg(test)]
mod tests;
