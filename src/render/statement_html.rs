//! The report's sections on what was issued: the list of documents, and cost, billed and margin
//! by customer.

use minijinja::{Value, context};

use super::figures::dash;
use super::statement::{AMOUNTS, Statement};
use crate::model::money::{Currency, Money};

/// The values of both sections.
#[must_use]
pub(super) fn section(statement: &Statement, currency: Currency) -> Value {
    // Of what there mostly is none: notes and void documents.
    let is_rare = |column: usize| matches!(AMOUNTS.get(column), Some(&("debit_notes" | "credit_notes" | "void")));
    let shown = |amounts: [Option<Money>; 8]| -> Vec<String> {
        let amounts = amounts.into_iter().enumerate();
        amounts
            .map(|(column, money)| {
                money.filter(|m| !(is_rare(column) && m.is_zero())).map_or_else(dash, |m| m.display())
            })
            .collect()
    };
    let per_cent = |share: Option<String>| share.map_or_else(dash, |share| format!("{share} %"));
    context! {
        rows => statement.documents.iter().map(|one| context! {
            number => one.number.as_str(),
            stem => one.stem.as_deref(),
            date => one.date.as_str(),
            document => one.document.replace('-', " "),
            id => one.customer_id.as_str(),
            name => one.name.as_str(),
            owed => one.owed.display(),
            status => if one.is_void { "void" } else if one.stem.is_none() { "draft" } else { "issued" },
        }).collect::<Vec<_>>(),
        accounts => statement.accounts.iter().map(|one| context! {
            id => one.customer_id.as_str(),
            name => one.name.as_str(),
            amounts => shown(one.amounts()),
            percent => per_cent(one.margin_percent()),
        }).collect::<Vec<_>>(),
        total => statement.total(currency).ok().map(shown),
    }
}
