//! The answer contradicts itself: its parts do not add up to its own totals.

use crate::model::finding::{Finding, Severity};
use crate::model::money::{Money, MoneyError, total};
use crate::model::usage::Direction;
use crate::reconcile::check::{Check, Look};
use crate::reconcile::claims::Claims;
use crate::reconcile::compare::Comparison;
use crate::reconcile::wording::whole_file;

/// Looked for in the inputs.
pub(crate) static CHECK: Check =
    Check { code: "analytics-crossfoot", page: include_str!("analytics_crossfoot.md"), look: Look::Find(find) };

/// Adds up directions, listed customers, answered and failed calls, and compares with the
/// totals that the answer states. What is not stated is not added up.
///
/// # Errors
/// A sum beyond the exact range.
fn find(cx: &Comparison<'_>, claims: &mut Claims) -> Result<Vec<Finding>, MoneyError> {
    let money = money_contradictions(cx)?;
    let calls = call_contradictions(cx);
    if money.is_empty() && calls.is_empty() {
        return Ok(Vec::new());
    }
    let all = [money.clone(), calls].concat();
    let evidence = all.iter().map(|text| whole_file(cx.question.file("analytics"), text.clone()));
    // A contradiction in calls makes no amount unprovable, so it holds nobody; but an answer
    // that contradicts itself is not one that everything agrees with.
    let finding = if money.is_empty() {
        Finding::fact(
            "analytics-crossfoot",
            Severity::Blocking,
            format!(
                "The partner's answer contradicts itself on calls: {}. The money in it adds up, so no invoice is held for it.",
                all.join("; ")
            ),
            "Ask the partner which count is right, and whether calls without a cost are missing.".to_owned(),
        )
    } else {
        claims.directions = true;
        claims.remainder = true;
        Finding::fact(
            "analytics-crossfoot",
            Severity::Blocking,
            format!("The partner's answer contradicts itself: {}. Neither total nor directions can be proven from it, so every customer is held.", all.join("; ")),
            format!("Ask the partner for a corrected answer, then: crossfoot close --period {} --refetch", cx.question.period.name),
        )
        .touching(cx.ids(|_| true))
    };
    Ok(vec![finding.shown_by(evidence)])
}

fn money_contradictions(cx: &Comparison<'_>) -> Result<Vec<String>, MoneyError> {
    let analytics = cx.question.analytics;
    let currency = cx.question.currency;
    let mut found = Vec::new();
    for id in &cx.listed_twice {
        found.push(format!("customer {id} is listed more than once"));
    }
    let Some(whole) = cx.totals.analytics else { return Ok(found) };

    let stated: Vec<Money> =
        analytics.directions.iter().filter_map(|d| d.usage.cost).map(|cost| Money::new(cost, currency)).collect();
    let sum = total(currency, &stated)?;
    let all_stated = Direction::ALL.iter().all(|d| analytics.direction(*d).is_some_and(|u| u.cost.is_some()))
        && analytics.directions.iter().all(|d| d.usage.cost.is_some());
    if sum != whole && (all_stated || (!stated.is_empty() && sum > whole)) && !cx.is_noise(&sum.minus(&whole)?) {
        found.push(format!("its directions add up to {} and its total is {}", sum.display(), whole.display()));
    }
    for breakdown in &analytics.breakdowns {
        let costs: Option<Vec<Money>> =
            breakdown.parts.iter().map(|part| part.cost.map(|cost| Money::new(cost, currency))).collect();
        let Some(costs) = costs else { continue };
        let sum = total(currency, &costs)?;
        if sum != whole && !cx.is_noise(&sum.minus(&whole)?) {
            found.push(format!(
                "its {} adds up to {} and its total is {}",
                breakdown.field,
                sum.display(),
                whole.display()
            ));
        }
    }
    let listed: Vec<Money> = analytics.customers.iter().filter_map(|c| c.usage.cost).map(|c| cx.money(c)).collect();
    let sum = total(currency, &listed)?;
    if sum > whole && !cx.is_noise(&sum.minus(&whole)?) {
        found.push(format!("its listed customers add up to {} and its total is {}", sum.display(), whole.display()));
    }
    Ok(found)
}

fn call_contradictions(cx: &Comparison<'_>) -> Vec<String> {
    let analytics = cx.question.analytics;
    let mut found = Vec::new();
    let Some(whole) = analytics.total.calls else { return found };
    let add = |calls: Vec<Option<u64>>| calls.into_iter().try_fold(0_u64, |sum, c| sum.checked_add(c?));
    if Direction::ALL.iter().all(|d| analytics.direction(*d).is_some())
        && let Some(sum) = add(analytics.directions.iter().map(|d| d.usage.calls).collect())
        && sum != whole
    {
        found.push(format!("its directions have {sum} calls and its total has {whole}"));
    }
    for breakdown in &analytics.breakdowns {
        if let Some(sum) = add(breakdown.parts.iter().map(|part| part.calls).collect())
            && sum != whole
        {
            found.push(format!("its {} has {sum} calls and its total has {whole}", breakdown.field));
        }
    }
    if let Some(sum) = add(analytics.customers.iter().map(|c| c.usage.calls).collect())
        && sum > whole
    {
        found.push(format!("its listed customers have {sum} calls and its total has {whole}"));
    }
    match (analytics.total.answered, analytics.total.failed) {
        (Some(answered), Some(failed)) if answered.checked_add(failed) != Some(whole) => {
            found.push(format!("{answered} answered and {failed} failed calls are not its {whole} calls"));
        }
        (Some(part), None) | (None, Some(part)) if part > whole => {
            found.push(format!("{part} answered or failed calls are more than its {whole} calls"));
        }
        _ => {}
    }
    found
}
