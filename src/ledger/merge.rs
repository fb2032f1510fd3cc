//! Several files of one period (a file a direction, a file a branch) → one ledger.

use std::collections::BTreeMap;

use crate::model::money::MoneyError;
use crate::model::posting::{Ledger, LedgerFile, PostedCustomer};

/// Adds up ledgers of one currency. None for no ledgers.
///
/// # Errors
/// A sum beyond the exact range.
pub(crate) fn merge(ledgers: Vec<Ledger>) -> Result<Option<Ledger>, MoneyError> {
    let mut all: Option<Ledger> = None;
    for mut next in ledgers {
        next.files = vec![LedgerFile { path: next.path.clone(), sha256: next.sha256.clone(), bytes: next.bytes }];
        all = Some(match all {
            None => next,
            Some(sum) => add(sum, next)?,
        });
    }
    if let Some(ledger) = all.as_mut().filter(|ledger| ledger.files.len() > 1) {
        ledger.path = format!("{} and {} more", ledger.files[0].path, ledger.files.len() - 1);
    }
    Ok(all)
}

fn add(mut sum: Ledger, next: Ledger) -> Result<Ledger, MoneyError> {
    sum.files.extend(next.files);
    sum.rows.read += next.rows.read;
    sum.rows.used += next.rows.used;
    sum.rows.outside_period += next.rows.outside_period;
    sum.rows.excluded += next.rows.excluded;
    sum.rows.rejected += next.rows.rejected;
    for (id, posted) in next.customers {
        match sum.customers.get_mut(&id) {
            Some(known) => add_customer(known, posted)?,
            None => {
                sum.customers.insert(id, posted);
            }
        }
    }
    sum.problems.extend(next.problems);
    sum.problems_beyond += next.problems_beyond;
    sum.aside.extend(next.aside);
    let mut currencies: BTreeMap<_, _> = std::mem::take(&mut sum.other_currencies);
    for (code, money) in next.other_currencies {
        let known = currencies.get(&code).map_or(Ok(money), |known| known.plus(&money))?;
        currencies.insert(code, known);
    }
    sum.other_currencies = currencies;
    sum.checks.extend(next.checks);
    sum.hidden.extend(next.hidden);
    sum.is_ended &= next.is_ended;
    sum.added_up_by = match (sum.added_up_by.take(), next.added_up_by) {
        (Some(a), Some(b)) => Some(format!("{a}; {b}")),
        (a, b) => a.or(b),
    };
    Ok(sum)
}

fn add_customer(known: &mut PostedCustomer, more: PostedCustomer) -> Result<(), MoneyError> {
    known.name = match (known.name.take(), more.name) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    known.inbound = known.inbound.plus(&more.inbound)?;
    known.outbound = known.outbound.plus(&more.outbound)?;
    known.other = known.other.plus(&more.other)?;
    known.rows += more.rows;
    for (calls, more) in known.calls.iter_mut().zip(more.calls) {
        *calls = calls.zip(more).and_then(|(a, b)| a.checked_add(b));
    }
    Ok(())
}
