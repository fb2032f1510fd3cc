//! The customers' own figures against the analytics, both ways: per direction and in total,
//! and each customer's against what else the partner says of it.

use std::collections::BTreeMap;

use crate::model::finding::{Evidence, Finding, Severity};
use crate::model::money::{Money, MoneyError, Tally};
use crate::model::usage::Direction;
use crate::reconcile::check::{Check, Look};
use crate::reconcile::claims::Claims;
use crate::reconcile::compare::Comparison;
use crate::reconcile::wording::{counted, whole_file};

/// Looked for in the inputs.
pub(crate) static CHECK: Check =
    Check { code: "analytics-crossfoot", page: include_str!("analytics_crossfoot.md"), look: Look::Find(find) };

/// A sum of customers beside the analytics' own figure.
struct Foot {
    direction: Option<Direction>,
    stated: Money,
    parts: Money,
    /// Parts less stated.
    gap: Money,
}

/// Adds up every column of the matrix and compares; then each customer's rows with its
/// summary, and its figure with the analytics' list.
///
/// # Errors
/// A sum beyond the exact range.
fn find(cx: &Comparison<'_>, claims: &mut Claims) -> Result<Vec<Finding>, MoneyError> {
    if cx.question.matrix.is_none() {
        return Ok(Vec::new());
    }
    // Where the analytics contradict themselves, nothing can be measured by them.
    let analytics_hold = !claims.directions;
    let mut findings = Vec::new();
    let feet = feet(cx)?;
    // Customers left out make the sums smaller, and never larger.
    let short_is_known = cx.remainder.is_some();
    let apart = |foot: &&Foot| {
        let wrong = if short_is_known { !foot.gap.is_negative() } else { true };
        !foot.gap.is_zero() && wrong && !cx.is_noise(&foot.gap)
    };
    let broken: Vec<&Foot> = feet.iter().filter(apart).collect();
    if analytics_hold && !broken.is_empty() {
        findings.push(header(cx, claims, &broken));
    } else if analytics_hold && !short_is_known {
        findings.extend(calls(cx));
    }
    findings.extend(customers(cx, claims, broken.is_empty() && analytics_hold && !short_is_known)?);
    Ok(findings)
}

fn feet(cx: &Comparison<'_>) -> Result<Vec<Foot>, MoneyError> {
    let mut feet = Vec::new();
    let mut foot = |direction: Option<Direction>, stated: Option<Money>, parts: Money| -> Result<(), MoneyError> {
        if let Some(stated) = stated {
            feet.push(Foot { direction, stated, parts, gap: parts.minus(&stated)? });
        }
        Ok(())
    };
    for line in &cx.directions {
        let mut parts = Tally::default();
        for customer in &cx.customers {
            if let Some(sides) = customer.direction(line.direction).and_then(|sides| sides.analytics) {
                parts.add(sides.amount())?;
            }
        }
        foot(Some(line.direction), line.sides.analytics, cx.money(parts.total()?))?;
    }
    foot(None, cx.totals.analytics, cx.listed_cost)?;
    Ok(feet)
}

/// The sums do not tie: whoever has usage in a direction that does not is unprovable.
fn header(cx: &Comparison<'_>, claims: &mut Claims, broken: &[&Foot]) -> Finding {
    let directions: Vec<Direction> = broken.iter().filter_map(|foot| foot.direction).collect();
    let touched = cx.ids(|line| {
        let used = |d: &Direction| {
            line.direction(*d).is_none_or(|s| !s.ledger.is_zero() || s.analytics.is_some_and(|a| !a.is_zero()))
        };
        directions.is_empty() || directions.iter().any(used)
    });
    claims.directions = true;
    let more_or_less =
        |gap: &Money| format!("{} {} than", gap.abs().display(), if gap.is_negative() { "less" } else { "more" });
    let sentences: Vec<String> = broken
        .iter()
        .map(|foot| {
            format!(
                "{} to {}, {} the analytics' {}",
                foot.direction.map_or("in total", Direction::name),
                foot.parts.display(),
                more_or_less(&foot.gap),
                foot.stated.display()
            )
        })
        .collect();
    let message = format!(
        "The customers' own call records do not add up to the analytics: {}. {} with usage there cannot be proven and {} held.",
        sentences.join("; "),
        counted(touched.len(), "customer"),
        if touched.len() == 1 { "is" } else { "are" }
    );
    let evidence = broken.iter().flat_map(|foot| {
        let what = foot.direction.map_or("total", Direction::name);
        [
            whole_file(cx.question.file("analytics"), format!("{what}: {}", foot.stated.plain())),
            whole_file(format!("capture/{}", cx.list_name()), format!("{what}, all customers: {}", foot.parts.plain())),
        ]
    });
    let mut finding = Finding::fact(
        "analytics-crossfoot",
        Severity::Blocking,
        message,
        format!(
            "Ask the partner which is right. Calls that came late are there in a new capture: crossfoot close --period {} --refetch",
            cx.question.period.name
        ),
    )
    .touching(touched)
    .shown_by(evidence);
    // The whole where it does not tie, else the direction that does not.
    let worst = broken.iter().find(|foot| foot.direction.is_none()).or(broken.first());
    if let Some(foot) = worst {
        finding.analytics = Some(foot.stated);
        finding.difference = Some(foot.gap);
        finding.residual = Some(foot.gap);
    }
    if let [direction] = directions.as_slice() {
        finding = finding.in_direction(*direction);
    }
    finding
}

/// Money ties and call counts do not: told, and nobody is held for it.
fn calls(cx: &Comparison<'_>) -> Option<Finding> {
    let analytics = cx.question.analytics;
    let matrix = cx.question.matrix?;
    let mut found = Vec::new();
    for direction in Direction::ALL {
        let stated = analytics.direction(direction).and_then(|usage| usage.calls);
        let parts = matrix
            .customers
            .values()
            .try_fold(0_u64, |sum, customer| sum.checked_add(customer.cell(direction).usage.as_ref()?.calls?));
        if let (Some(stated), Some(parts)) = (stated, parts)
            && stated != parts
        {
            found.push(format!("{} has {stated} calls, and the customers' records have {parts}", direction.name()));
        }
    }
    if found.is_empty() {
        return None;
    }
    let evidence: Vec<Evidence> =
        found.iter().map(|text| whole_file(cx.question.file("analytics"), text.clone())).collect();
    Some(
        Finding::fact(
            "analytics-crossfoot",
            Severity::Blocking,
            format!(
                "The partner contradicts itself on calls: {}. The money adds up, so no invoice is held for it.",
                found.join("; ")
            ),
            "Ask the partner which count is right, and whether calls without a cost are missing.".to_owned(),
        )
        .shown_by(evidence),
    )
}

/// Customers of whom the partner says two things. `tied`: the matrix adds up to the
/// analytics, so that it is the one to believe.
fn customers(cx: &Comparison<'_>, claims: &mut Claims, tied: bool) -> Result<Vec<Finding>, MoneyError> {
    let Some(matrix) = cx.question.matrix else { return Ok(Vec::new()) };
    let mut said: BTreeMap<&str, Vec<Evidence>> = BTreeMap::new();
    let mut gap = Tally::default();
    for (id, customer) in &matrix.customers {
        for direction in Direction::ALL {
            let cell = customer.cell(direction);
            let (Some(rows), Some(summary)) =
                (cell.usage.as_ref().and_then(|u| u.cost), cell.summary.as_ref().and_then(|s| s.cost))
            else {
                continue;
            };
            if rows == summary {
                continue;
            }
            gap.add(rows)?;
            gap.add(-summary)?;
            let text = format!("{} of {id}: the calls add up to {rows}, the summary says {summary}", direction.name());
            said.entry(id).or_default().push(whole_file(cell.file.clone(), text));
        }
    }
    let list = cx.question.analytics.customers.iter().filter_map(|c| Some((c.customer_id.as_str(), c.usage.cost?)));
    for (id, top) in list {
        let own = cx.line(id).and_then(|line| line.sides.analytics);
        let Some(own) = own.filter(|own| own.amount() != top && matrix.customers.contains_key(id)) else { continue };
        if cx.is_noise(&own.minus(&cx.money(top))?) {
            continue;
        }
        gap.add(own.amount())?;
        gap.add(-top)?;
        let text = format!("top_customers: {id} cost {top}; its own call records: {}", own.plain());
        said.entry(id).or_default().push(whole_file(cx.question.file("analytics"), text));
    }
    if said.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<String> = said.keys().map(|id| (*id).to_owned()).collect();
    let whom = match ids.as_slice() {
        [id] => cx.called(id),
        _ => counted(ids.len(), "customer"),
    };
    let (severity, end, next) = if tied {
        (
            Severity::Warning,
            "The call records are believed: together they add up to the analytics.",
            "Ask the partner why; nothing is held for it.".to_owned(),
        )
    } else {
        claims.customers.extend(ids.iter().cloned());
        let next = format!(
            "Ask the partner which is right, then: crossfoot close --period {} --refetch",
            cx.question.period.name
        );
        (Severity::Blocking, "Neither can be proven, so nothing is invoiced.", next)
    };
    let gap = cx.money(gap.total()?);
    let message = format!("The partner says two things of the usage of {whom}, {} apart. {end}", gap.abs().display());
    let mut finding = Finding::fact("analytics-crossfoot", severity, message, next)
        .touching(ids)
        .shown_by(said.into_values().flatten());
    finding.difference = Some(gap);
    finding.residual = Some(gap);
    Ok(vec![finding])
}
