//! What finance decided, applied: a decision releases what its finding holds while the
//! figures that it was made for stand, and says so where they do not.

use std::collections::BTreeMap;

use super::registry;
use crate::model::finding::{Finding, Severity};
use crate::model::money::Money;
use crate::model::reconciliation::Reconciliation;
use crate::model::resolution::{Decision, Resolution};

/// Findings about the answer as a whole: no decision about a customer makes it provable.
const WHOLE: [&str; 3] = ["period-mismatch", "analytics-crossfoot", "currency-mismatch"];

/// What is said where a decision is about the answer as a whole.
pub(crate) const NOT_FOLLOWED: &str = " A decision about it cannot be followed: every figure depends on it.";

/// Whether a decision about a finding of this code lifts anything: it is about a customer's
/// figures, and not about the answer as a whole or about what billing found afterwards.
pub(crate) fn can_be_followed(code: &str) -> bool {
    !WHOLE.contains(&code) && registry::CHECKS.iter().any(|check| check.code == code)
}

/// A customer of whom two decisions say differently what is billed, with the other decision. A
/// customer is billed once, so both cannot be followed.
pub(crate) fn contradicted<'a>(
    mut others: impl Iterator<Item = &'a Resolution>,
    one: &'a Resolution,
) -> Option<(&'a str, &'a Resolution)> {
    let is_about = |other: &Resolution| one.customers.iter().find(|id| other.customers.binary_search(id).is_ok());
    others.find_map(|other| {
        let differs = ![one.decision, other.decision].contains(&Decision::Hold)
            && one.decision.billed() != other.decision.billed();
        is_about(other).filter(|_| differs).map(|id| (id.as_str(), other))
    })
}

/// Applies decisions to their findings, and adds a finding for each that does not apply.
/// Returns how each customer is billed whose every hold was lifted.
pub(crate) fn apply(reconciliation: &mut Reconciliation, resolutions: &[Resolution]) -> BTreeMap<String, Decision> {
    let mut stale = Vec::new();
    let mut decided = BTreeMap::new();
    let mut followed: Vec<&Resolution> = Vec::new();
    for resolution in resolutions {
        let same = |f: &&mut Finding| resolution.is_about(f.code, &f.customers, f.direction);
        let Some(finding) = reconciliation.findings.iter_mut().find(same) else {
            stale.push(not_there(resolution, reconciliation.two_outcomes));
            continue;
        };
        let is = |money: Option<Money>, amount| money.map(|m| m.amount()) == amount;
        if !is(finding.analytics, resolution.analytics) || !is(finding.ledger, resolution.ledger) {
            stale.push(changed(resolution, finding));
            continue;
        }
        if WHOLE.contains(&finding.code) && resolution.decision != Decision::Hold {
            finding.message.push_str(NOT_FOLLOWED);
            continue;
        }
        // Closes of 0.1 followed the last one.
        let before = followed.iter().copied();
        if !reconciliation.two_outcomes
            && let Some((id, other)) = contradicted(before, resolution)
        {
            stale.push(contradicts(resolution, id, other));
            continue;
        }
        followed.push(resolution);
        finding.message.push_str(&format!(
            " Decided by {} on {}: {}, because {}",
            resolution.by,
            resolution.on,
            resolution.decision.words(),
            ended(&resolution.reason)
        ));
        finding.resolution = Some(resolution.clone());
        if resolution.decision != Decision::Hold && !reconciliation.two_outcomes {
            finding.next = "Nothing more: it was decided.".to_owned();
        }
        if resolution.decision != Decision::Hold && finding.severity == Severity::Blocking {
            finding.severity = Severity::Warning;
            for id in &finding.customers {
                decided.insert(id.clone(), resolution.decision);
            }
        }
    }
    reconciliation.findings.extend(stale);
    decided
}

/// A reason as the end of a sentence.
fn ended(reason: &str) -> String {
    let reason = reason.trim();
    if reason.ends_with(['.', '!', '?']) { reason.to_owned() } else { format!("{reason}.") }
}

fn whom(resolution: &Resolution) -> String {
    match resolution.customers.as_slice() {
        [] => String::new(),
        [id] => format!(" for {id}"),
        all => format!(" for {} customers", all.len()),
    }
}

/// The figures that a decision was made for.
fn made_for(resolution: &Resolution) -> String {
    let was = |amount: Option<rust_decimal::Decimal>| amount.map_or_else(|| "none".to_owned(), |a| a.to_string());
    format!("analytics {} and ledger {}", was(resolution.analytics), was(resolution.ledger))
}

/// What was decided stays told, also where nothing is left to decide; 0.1 (`earlier`) told less.
fn not_there(resolution: &Resolution, earlier: bool) -> Finding {
    let (by, on, whom) = (&resolution.by, &resolution.on, whom(resolution));
    let (decision, code) = (resolution.decision.words(), &resolution.finding);
    let (message, next) = if earlier {
        (
            format!(
                "The decision of {by} on {on}{whom} ({decision}) finds no such `{code}` any more; it changes nothing."
            ),
            "Take the entry out of the resolutions file if the difference is mended.",
        )
    } else {
        (
            format!(
                "{by} decided on {on}{whom}: {decision}, for {}, because {} There is no such `{code}` any more, so it changes nothing.",
                made_for(resolution),
                ended(&resolution.reason)
            ),
            "Nothing: the decision stays on record.",
        )
    };
    Finding::fact("resolution-stale", Severity::Info, message, next.to_owned()).touching(resolution.customers.clone())
}

/// Written by hand, since `resolve` takes no such decision.
fn contradicts(resolution: &Resolution, id: &str, other: &Resolution) -> Finding {
    let message = format!(
        "The decision of {} on {}{} about `{}` ({}) is not followed: {id} is billed once, and {} decided on {} about `{}`: {}.",
        resolution.by,
        resolution.on,
        whom(resolution),
        resolution.finding,
        resolution.decision.words(),
        other.by,
        other.on,
        other.finding,
        other.decision.words()
    );
    let next = "Decide both alike: crossfoot resolve. Until then the customer is held.".to_owned();
    Finding::fact("resolution-stale", Severity::Warning, message, next).touching(resolution.customers.clone())
}

fn changed(resolution: &Resolution, finding: &Finding) -> Finding {
    let figure = |money: Option<Money>| money.map_or_else(|| "none".to_owned(), |m| m.plain());
    let message = format!(
        "The decision of {} on {}{} no longer applies: it was made for {}, and they are {} and {} now.",
        resolution.by,
        resolution.on,
        whom(resolution),
        made_for(resolution),
        figure(finding.analytics),
        figure(finding.ledger)
    );
    let next = "Decide again: crossfoot resolve. Until then the customer is held.".to_owned();
    Finding::fact("resolution-stale", Severity::Warning, message, next).touching(resolution.customers.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decided(finding: &str, customers: &[&str], decision: Decision) -> Resolution {
        Resolution {
            finding: finding.to_owned(),
            customers: customers.iter().map(|id| (*id).to_owned()).collect(),
            direction: None,
            analytics: None,
            ledger: None,
            decision,
            reason: "agreed".to_owned(),
            by: "asha".to_owned(),
            on: "2026-04-02".to_owned(),
        }
    }

    #[test]
    fn decisions_contradict_where_they_bill_one_customer_differently() {
        let one = decided("scale", &["A", "B"], Decision::BillLedger);
        let whom = |customers: &[&str], decision| {
            let other = decided("duplicate-posting", customers, decision);
            contradicted(std::iter::once(&other), &one).map(|(id, _)| id.to_owned())
        };
        assert_eq!(whom(&["B", "C"], Decision::BillAnalytics), Some("B".to_owned()));
        assert_eq!(whom(&["C"], Decision::BillAnalytics), None);
        // The same is billed, or nothing is.
        assert_eq!(whom(&["B"], Decision::Accept), None);
        assert_eq!(whom(&["B"], Decision::Hold), None);
    }
}
