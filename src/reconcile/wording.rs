//! What facts and causes word their findings with: places, figures, counts.

use super::claims::Claims;
use super::compare::Comparison;
use crate::model::finding::{Evidence, Finding, Severity, Sides};
use crate::model::money::{Money, MoneyError};
use crate::model::posting::{PostedRow, RowProblem, RowProblemKind};
use crate::model::reconciliation::{CustomerLine, Status};
use crate::model::usage::Direction;

/// Above so many customers with the same fact, one finding tells of all: it is one slip.
const GROUP_ABOVE: usize = 20;

/// `5 rows`, `1 row`.
pub(super) fn counted(n: usize, one: &str) -> String {
    match (n, one.strip_suffix('y')) {
        (1, _) => format!("1 {one}"),
        (_, Some(stem)) => format!("{n} {stem}ies"),
        (_, None) => format!("{n} {one}s"),
    }
}

/// `₹450.00 less than`, `₹450.00 more than`: the ledger against the analytics.
pub(super) fn more_or_less(difference: &Money) -> String {
    let word = if difference.is_negative() { "less" } else { "more" };
    format!("{} {word} than", difference.abs().display())
}

/// A posting as evidence: what a bookkeeper finds it by, and the row as it stands.
pub(super) fn posting(cx: &Comparison<'_>, row: &PostedRow) -> Evidence {
    let amount = cx.money(row.amount).display();
    let (day, party) = (row.date.to_string(), cx.called(&row.customer_id));
    let parts = [row.reference.trim(), &day, &party, row.account.trim(), row.direction.name(), &amount];
    let why = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    Evidence {
        file: row.file.as_ref().to_owned(),
        line: Some(row.line),
        column: None,
        text: row.text.to_string(),
        why: Some(why),
    }
}

/// The ledger's rows of one kind of problem, as evidence.
pub(super) fn row_evidence(cx: &Comparison<'_>, kind: RowProblemKind) -> Vec<(Evidence, RowProblem)> {
    cx.question
        .ledger
        .problems
        .iter()
        .filter(|problem| problem.kind == kind)
        .map(|problem| {
            let evidence = Evidence {
                file: problem.file.clone(),
                line: Some(problem.line),
                column: problem.column.clone(),
                text: problem.text.clone(),
                why: Some(problem.why.clone()),
            };
            (evidence, problem.clone())
        })
        .collect()
}

/// Where both figures of a customer stand.
pub(super) fn figures(cx: &Comparison<'_>, id: &str) -> Vec<Evidence> {
    let mut places = Vec::new();
    let account = cx.question.matrix.and_then(|m| m.customers.get(id));
    for direction in account.iter().flat_map(|_| Direction::ALL) {
        let Some(cell) = account.map(|a| a.cell(direction)) else { continue };
        let Some(usage) = &cell.usage else { continue };
        let calls = usage.calls.map_or_else(String::new, |n| format!("{} of {id}: ", counted_u64(n, "call")));
        let cost = usage.cost.map_or_else(|| "null".to_owned(), |c| c.to_string());
        places.push(whole_file(cell.file.clone(), format!("{} {calls}cost {cost}", direction.name())));
    }
    if account.is_none()
        && let Some(listed) = cx.listed(id)
    {
        let cost = listed.usage.cost.map_or_else(|| "null".to_owned(), |c| c.to_string());
        places.push(whole_file(cx.question.file("analytics"), format!("top_customers: auth_id {id}, cost {cost}")));
    }
    if let Some(posted) = cx.question.ledger.customers.get(id) {
        let text = format!(
            "{} of {id}: inbound {}, outbound {}",
            counted_u64(posted.rows, "row"),
            posted.inbound.plain(),
            posted.outbound.plain()
        );
        places.push(whole_file(cx.question.ledger.path.clone(), text));
    }
    places
}

pub(super) fn counted_u64(n: u64, one: &str) -> String {
    counted(usize::try_from(n).unwrap_or(usize::MAX), one)
}

pub(super) fn whole_file(file: String, text: String) -> Evidence {
    Evidence { file, line: None, column: None, text, why: None }
}

/// Findings about customers that only one side has: one each, or one for all where they
/// are many. `keep` says who they are, `tell` words the message.
pub(super) fn one_sided(
    cx: &Comparison<'_>,
    claims: &mut Claims,
    code: &'static str,
    next: &str,
    keep: impl Fn(&CustomerLine) -> bool,
    tell: impl Fn(&Sides, &[&CustomerLine]) -> String,
) -> Result<Vec<Finding>, MoneyError> {
    let differs = |line: &&CustomerLine| {
        line.status == Status::Discrepant && !claims.customers.contains(&line.customer_id) && keep(line)
    };
    let missing: Vec<&CustomerLine> = cx.customers.iter().filter(differs).collect();
    claims.customers.extend(missing.iter().map(|line| line.customer_id.clone()));
    let group = if missing.len() > GROUP_ABOVE { missing.len() } else { 1 };
    missing
        .chunks(group)
        .map(|lines| {
            let sum = add_up(cx, &lines.iter().map(|line| line.sides).collect::<Vec<_>>())?;
            Ok(Finding::fact(code, Severity::Blocking, tell(&sum, lines), next.to_owned())
                .touching(lines.iter().map(|line| line.customer_id.clone()))
                .shown_by(lines.iter().flat_map(|line| figures(cx, &line.customer_id)))
                .explained(&sum))
        })
        .collect()
}

/// The sum of several comparisons.
pub(super) fn add_up(cx: &Comparison<'_>, all: &[Sides]) -> Result<Sides, MoneyError> {
    let mut sum = Sides { analytics: Some(cx.zero()), ledger: cx.zero(), difference: Some(cx.zero()) };
    for sides in all {
        sum.ledger = sum.ledger.plus(&sides.ledger)?;
        sum.analytics = match (sum.analytics, sides.analytics) {
            (Some(a), Some(b)) => Some(a.plus(&b)?),
            _ => None,
        };
    }
    sum.difference = sum.analytics.map(|a| sum.ledger.minus(&a)).transpose()?;
    Ok(sum)
}
