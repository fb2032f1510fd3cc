//! The captured pages of the partner's ledger → what each customer was debited and
//! credited, by kind.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;

use rust_decimal::Decimal;

use super::bodies::read_body;
use super::partner::transactions;
use super::record::{Record, Role};
use super::requests::PER_PAGE;
use crate::model::money::{MoneyError, Tally};
use crate::model::problem::Problem;
use crate::model::transactions::{Kind, Posted, Transactions};
use crate::model::usage::Analytics;

/// Adds up the pages. None where none were captured.
///
/// # Errors
/// A body that is not what was received, or cannot be read.
pub(super) fn read(folder: &Path, record: &Record, analytics: &Analytics) -> Result<Option<Transactions>, Problem> {
    let missing: BTreeMap<String, String> = record
        .not_captured
        .iter()
        .filter(|gap| gap.role == Role::Transactions)
        .filter_map(|gap| Some((gap.customer_id.clone()?, gap.why.clone())))
        .collect();
    if record.of(Role::Transactions).next().is_none() && missing.is_empty() {
        return Ok(None);
    }
    let mut all = Transactions { missing, ..Transactions::default() };
    let mut seen: HashSet<String> = HashSet::new();
    let mut unknown = BTreeSet::new();
    let mut sums: BTreeMap<String, BTreeMap<Kind, (u64, Tally)>> = BTreeMap::new();
    // The partner's own sums, per list; those of several lists cannot be told apart.
    let mut stated: BTreeMap<Option<&str>, (Decimal, Decimal)> = BTreeMap::new();
    let mut sides: BTreeMap<Option<&str>, (Tally, Tally)> = BTreeMap::new();
    for answer in record.of(Role::Transactions) {
        let whose = answer.customer_id.as_deref();
        let body = read_body(folder, answer)?;
        let page = transactions::decode(&body, &answer.file, answer.page.unwrap_or(1), PER_PAGE)?;
        if let Some(summary) = page.stated {
            stated.insert(whose, summary);
        }
        for row in page.rows {
            if row.id.is_some_and(|id| !seen.insert(id)) {
                all.repeated += 1;
                continue;
            }
            if !row.is_settled {
                all.unsettled += 1;
                continue;
            }
            let side = sides.entry(whose).or_default();
            let side = if row.is_debit { &mut side.0 } else { &mut side.1 };
            side.add(row.amount).map_err(too_large)?;
            let ours = analytics.currency.as_deref();
            if row.currency.as_deref().is_some_and(|code| ours.is_some_and(|ours| ours != code)) {
                all.other_currency += 1;
                continue;
            }
            unknown.extend(row.unknown);
            let Some(customer) = row.customer_id.or_else(|| whose.map(str::to_owned)) else { continue };
            let entry = sums.entry(customer).or_default().entry(row.kind).or_default();
            entry.0 += 1;
            entry.1.add(if row.is_debit { row.amount } else { -row.amount }).map_err(too_large)?;
        }
    }
    for (customer, kinds) in sums {
        let kinds = kinds
            .into_iter()
            .map(|(kind, (rows, tally))| Ok((kind, Posted { rows, net: tally.total().map_err(too_large)? })))
            .collect::<Result<_, Problem>>()?;
        all.customers.insert(customer, kinds);
    }
    for (whose, (debit, credit)) in stated {
        let (debits, credits) = sides.remove(&whose).unwrap_or_default();
        let (debits, credits) = (debits.total().map_err(too_large)?, credits.total().map_err(too_large)?);
        if (debits, credits) != (debit, credit) {
            let of = whose.map_or_else(String::new, |id| format!(" of {id}"));
            all.contradiction.get_or_insert(format!(
                "the partner's ledger{of} says {debit} debited and {credit} credited, and its rows add up to {debits} and {credits}"
            ));
        }
    }
    all.unknown = unknown.into_iter().collect();
    Ok(Some(all))
}

#[allow(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
fn too_large(error: MoneyError) -> Problem {
    Problem::stop("overflow", "transactions are too large to be added up exactly").because(error.to_string())
}
