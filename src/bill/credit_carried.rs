//! Credits of earlier periods: which are taken off here, which stay open, and which were taken
//! and are not there any more.

use std::collections::BTreeMap;

use super::charges::Disposition;
use crate::model::credit::Carried;
use crate::model::finding::{Evidence, Finding, Severity};
use crate::model::money::{Currency, Money, MoneyError, total};

/// The findings' code.
const CODE: &str = "credit-carried";

/// Says what becomes of credits of earlier periods.
///
/// # Errors
/// A sum beyond the exact range.
pub(crate) fn find(
    carried: &[Carried],
    decisions: &BTreeMap<String, Disposition>,
    currency: Currency,
) -> Result<Vec<Finding>, MoneyError> {
    let (missing, there): (Vec<&Carried>, Vec<&Carried>) = carried.iter().partition(|one| one.missing_in.is_some());
    let found = [open(&there, decisions, currency)?, gone(&missing)];
    Ok(found.into_iter().flatten().collect())
}

fn open(
    there: &[&Carried],
    decisions: &BTreeMap<String, Disposition>,
    currency: Currency,
) -> Result<Option<Finding>, MoneyError> {
    if there.is_empty() {
        return Ok(None);
    }
    let fate = |one: &Carried| match decisions.get(&one.customer_id) {
        Some(Disposition::Bill(_)) => (0, "is taken off here"),
        Some(Disposition::CreditDue(_)) => (1, "is part of what is carried from here"),
        _ => (2, "stays open: nothing is charged here"),
    };
    let mut sums = [Money::zero(currency); 3];
    for one in there {
        let (place, _) = fate(one);
        sums[place] = sums[place].plus(&one.amount)?;
    }
    let all = total(currency, there.iter().map(|one| &one.amount))?;
    let words = ["taken off here", "part of what is carried on", "still open"];
    let parts = sums.iter().zip(words).filter(|(sum, _)| !sum.is_zero());
    let parts: Vec<String> = parts.map(|(sum, word)| format!("{} {word}", sum.display())).collect();
    let credits = if there.len() == 1 {
        "A credit of an earlier period".to_owned()
    } else {
        format!("{} credits of earlier periods", there.len())
    };
    let message = format!("{credits}, {} before tax: {}.", all.display(), parts.join(", "));
    let next = "Nothing: the next closes with charges take what is open.".to_owned();
    let evidence = there.iter().map(|one| place(one, &format!("{} {}", one.amount.display(), fate(one).1)));
    Ok(Some(
        Finding::fact(CODE, Severity::Info, message, next)
            .touching(there.iter().map(|one| one.customer_id.clone()))
            .shown_by(evidence),
    ))
}

fn gone(missing: &[&Carried]) -> Option<Finding> {
    let first = missing.first()?;
    let where_taken = first.missing_in.as_deref().unwrap_or_default();
    let message = format!(
        "{} took {} of a credit of {} of {} that its own period does not have any more{}.",
        where_taken,
        first.amount.display(),
        first.period.name,
        first.customer_id,
        match missing.len() {
            1 => String::new(),
            many => format!("; {} more are alike", many - 1),
        }
    );
    let next = format!("Close {where_taken} again: a debit note charges what was taken too much.");
    let evidence = missing.iter().map(|one| {
        let taken = one.missing_in.as_deref().unwrap_or_default();
        place(one, &format!("{} too much was taken in {taken}", one.amount.display()))
    });
    Some(
        Finding::fact(CODE, Severity::Warning, message, next)
            .touching(missing.iter().map(|one| one.customer_id.clone()))
            .shown_by(evidence),
    )
}

fn place(one: &Carried, text: &str) -> Evidence {
    Evidence {
        file: format!("closes/{}/credits.json", one.period.name),
        line: None,
        column: None,
        text: format!("{}: {text}", one.customer_id),
        why: None,
    }
}
