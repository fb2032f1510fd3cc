//! What the partner changed for a period since it was captured: two captures of the same
//! period, compared at the finest grain that both have.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use crate::model::finding::{Evidence, Finding, Severity};
use crate::model::matrix::Matrix;
use crate::model::money::{Currency, Money, MoneyError, Tally};
use crate::model::usage::{Analytics, Direction};

/// One capture.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Snapshot<'a> {
    /// Its folder, as findings name it.
    pub folder: &'a str,
    /// When it was made.
    pub when: &'a str,
    /// The whole.
    pub analytics: &'a Analytics,
    /// Each customer's own figures, where captured.
    pub matrix: Option<&'a Matrix>,
}

/// A figure that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Whose; None for the partner's totals.
    pub customer_id: Option<String>,
    /// Which direction; None for a sum over both.
    pub direction: Option<Direction>,
    /// The earlier figure; None: there was none.
    pub was: Option<Money>,
    /// The later figure; None: there is none any more.
    pub now: Option<Money>,
    /// Later less earlier, what is not there counting as nothing.
    pub change: Money,
}

type Figures = BTreeMap<(Option<String>, Option<Direction>), Decimal>;

/// Everything that changed: customers first, then what of the totals' change theirs do not
/// account for.
///
/// # Errors
/// A sum beyond the exact range.
pub(crate) fn changes(currency: Currency, was: &Snapshot<'_>, now: &Snapshot<'_>) -> Result<Vec<Change>, MoneyError> {
    let money = |amount: Decimal| Money::new(amount, currency);
    let (before, after) = match (was.matrix, now.matrix) {
        (Some(a), Some(b)) => {
            // What did not arrive in one of them has not changed as far as we know.
            let unknown: BTreeSet<&String> = a.gaps().chain(b.gaps()).map(|(id, _)| id).collect();
            (cells(a, &unknown), cells(b, &unknown))
        }
        _ => (listed(was.analytics)?, listed(now.analytics)?),
    };
    let mut found = compare(&before, &after, money)?;
    // A customer who is on one list only may have dropped out of a list of the largest.
    if was.matrix.is_none() || now.matrix.is_none() {
        found.retain(|change| change.was.is_some() && change.now.is_some());
    }
    let mut accounted: BTreeMap<Option<Direction>, Tally> = BTreeMap::new();
    for change in &found {
        accounted.entry(None).or_default().add(change.change.amount())?;
        if change.direction.is_some() {
            accounted.entry(change.direction).or_default().add(change.change.amount())?;
        }
    }
    for change in compare(&totals(was.analytics), &totals(now.analytics), money)? {
        let theirs = accounted.get(&change.direction).copied().unwrap_or_default().total()?;
        if theirs != change.change.amount() {
            found.push(change);
        }
    }
    Ok(found)
}

fn cells(matrix: &Matrix, unknown: &BTreeSet<&String>) -> Figures {
    let customers = matrix.customers.iter().filter(|(id, _)| !unknown.contains(id));
    customers
        .flat_map(|(id, customer)| {
            Direction::ALL.into_iter().filter_map(|d| {
                let cost = customer.cell(d).usage.as_ref()?.cost?;
                Some(((Some(id.clone()), Some(d)), cost))
            })
        })
        .collect()
}

fn listed(analytics: &Analytics) -> Result<Figures, MoneyError> {
    let mut sums: BTreeMap<&str, Tally> = BTreeMap::new();
    for customer in &analytics.customers {
        if let Some(cost) = customer.usage.cost {
            sums.entry(&customer.customer_id).or_default().add(cost)?;
        }
    }
    sums.into_iter().map(|(id, sum)| Ok(((Some(id.to_owned()), None), sum.total()?))).collect()
}

fn totals(analytics: &Analytics) -> Figures {
    let directions = Direction::ALL.into_iter().filter_map(|d| Some(((None, Some(d)), analytics.direction(d)?.cost?)));
    directions.chain(analytics.total.cost.map(|cost| ((None, None), cost))).collect()
}

fn compare(was: &Figures, now: &Figures, money: impl Fn(Decimal) -> Money) -> Result<Vec<Change>, MoneyError> {
    let keys: BTreeSet<_> = was.keys().chain(now.keys()).collect();
    let mut found = Vec::new();
    for key in keys {
        let (was, now) = (was.get(key).copied(), now.get(key).copied());
        let change = money(now.unwrap_or_default()).minus(&money(was.unwrap_or_default()))?;
        if !change.is_zero() {
            let (customer_id, direction) = key.clone();
            found.push(Change { customer_id, direction, was: was.map(&money), now: now.map(&money), change });
        }
    }
    Ok(found)
}

/// A finding a customer, and one for what the totals changed beyond them. `called` says how
/// a person calls a customer.
///
/// # Errors
/// A sum beyond the exact range.
pub(crate) fn findings(
    period: &str,
    changes: &[Change],
    was: &Snapshot<'_>,
    now: &Snapshot<'_>,
    severity: Severity,
    called: impl Fn(&str) -> String,
) -> Result<Vec<Finding>, MoneyError> {
    let mut by_whom: BTreeMap<Option<&str>, Vec<&Change>> = BTreeMap::new();
    for change in changes {
        by_whom.entry(change.customer_id.as_deref()).or_default().push(change);
    }
    let mut found = Vec::new();
    for (whom, changes) in by_whom {
        let currency = changes.first().map_or(Currency::INR, |c| c.change.currency());
        // The total of the partner contains its directions.
        let parts: Vec<&&Change> = match whom {
            None if changes.iter().any(|c| c.direction.is_none()) => {
                changes.iter().filter(|c| c.direction.is_none()).collect()
            }
            _ => changes.iter().collect(),
        };
        let mut sum = Tally::default();
        parts.iter().try_for_each(|change| sum.add(change.change.amount()))?;
        let sum = Money::new(sum.total()?, currency);
        let shown = |m: Option<Money>| m.map_or_else(|| "nothing".to_owned(), |m| m.display());
        let told: Vec<String> = changes
            .iter()
            .map(|c| {
                let what = c.direction.map_or("in total", Direction::name);
                format!("{what} {}, was {}", shown(c.now), shown(c.was))
            })
            .collect();
        let of = whom.map_or_else(|| "the whole".to_owned(), &called);
        let message = format!(
            "The partner changed {period} after it was captured: for {of} it now says {} ({} in all).",
            told.join("; "),
            sum.display_signed()
        );
        let next = if sum.is_negative() {
            "What was invoiced is too much by this: agree with the partner, then credit the customer."
        } else {
            "What was invoiced is too little by this: ask the partner why, then decide whether to charge it."
        };
        let evidence = [(was.folder, was.when, "was"), (now.folder, now.when, "now")].map(|(folder, when, word)| {
            let figures: Vec<String> = changes
                .iter()
                .map(|c| {
                    let figure = if word == "was" { c.was } else { c.now };
                    let what = c.direction.map_or("total", Direction::name);
                    format!("{what} {}", figure.map_or_else(|| "none".to_owned(), |m| m.plain()))
                })
                .collect();
            Evidence {
                file: folder.to_owned(),
                line: None,
                column: None,
                text: format!("captured {when}: {}", figures.join(", ")),
                why: None,
            }
        });
        let mut finding = Finding::fact("restated", severity, message, next.to_owned())
            .touching(whom.map(str::to_owned))
            .shown_by(evidence);
        if let [only] = changes.as_slice() {
            finding.direction = only.direction;
            finding.analytics = only.now;
        }
        finding.difference = Some(sum);
        finding.explains = Some(sum);
        finding.residual = Some(Money::zero(currency));
        found.push(finding);
    }
    Ok(found)
}
