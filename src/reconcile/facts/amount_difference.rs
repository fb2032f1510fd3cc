//! A difference that nothing else explains: always said, never dropped.

use crate::model::chance::Chance;
use crate::model::finding::{Evidence, Finding, Severity};
use crate::model::money::{Money, MoneyError, total};
use crate::model::posting::PostedRow;
use crate::model::reconciliation::{CustomerLine, Status};
use crate::model::transactions::Kind;
use crate::model::usage::Direction;
use crate::reconcile::check::{Check, Look};
use crate::reconcile::claims::Claims;
use crate::reconcile::compare::Comparison;
use crate::reconcile::explain::not_looked_for;
use crate::reconcile::wording::{figures, more_or_less, posting, whole_file};

/// So many postings are shown.
const FEW: usize = 12;

/// Looked for in the inputs.
pub(crate) static CHECK: Check =
    Check { code: "amount-difference", page: include_str!("amount_difference.md"), look: Look::Find(find) };

/// Reports each customer's difference, and a direction's where no customer's can be
/// behind it.
///
/// # Errors
/// None in practice.
fn find(cx: &Comparison<'_>, claims: &mut Claims) -> Result<Vec<Finding>, MoneyError> {
    let mut findings = Vec::new();
    let discrepant = |status: Status| status == Status::Discrepant;
    for line in cx.customers.iter().filter(|l| discrepant(l.status) && !claims.customers.contains(&l.customer_id)) {
        let id = &line.customer_id;
        let message = match (line.sides.difference, line.sides.analytics) {
            (Some(difference), Some(stated)) => format!(
                "For {}, the ledger says {}, {} the partner's {}.",
                cx.called(id),
                line.sides.ledger.display(),
                more_or_less(&difference),
                stated.display()
            ),
            _ => format!(
                "For {}, the ledger says {} and the partner states no cost.",
                cx.called(id),
                line.sides.ledger.display()
            ),
        };
        let (mut message, off) = by_direction(line, message);
        let rows = cx.question.ledger.customers.get(id).map_or(0, |posted| posted.rows);
        let is_searched = !claims.unsearched.contains(id);
        if is_searched {
            message.push_str(not_looked_for(claims.open, rows).unwrap_or_default());
        }
        let mut finding = Finding::fact("amount-difference", Severity::Blocking, message, "Compare the customer's postings with the partner's figure, correct the wrong one and run the command again.".to_owned())
            .touching([id.clone()])
            .shown_by(if is_searched { postings(cx, id) } else { Vec::new() })
            .shown_by(figures(cx, id))
            .unexplained(&line.sides);
        finding.direction = off;
        findings.push(beside_calls(cx, id, finding)?);
    }
    let customers_differ = cx.customers.iter().any(|l| discrepant(l.status))
        || cx.remainder.as_ref().is_some_and(|r| discrepant(r.status));
    if claims.directions || customers_differ {
        return Ok(findings);
    }
    // Every customer is within tolerance, and together they are not.
    for line in cx.directions.iter().filter(|l| discrepant(l.status)) {
        let (Some(difference), Some(stated)) = (line.sides.difference, line.sides.analytics) else { continue };
        let name = line.direction.name();
        let message = format!(
            "For {name} calls, the ledger says {}, {} the partner's {}: more than the tolerance, although every customer is within it.",
            line.sides.ledger.display(),
            more_or_less(&difference),
            stated.display()
        );
        findings.push(
            Finding::fact(
                "amount-difference",
                Severity::Blocking,
                message,
                "Look for many small differences with one cause, such as rounding, in the tolerated customers."
                    .to_owned(),
            )
            .in_direction(line.direction)
            .touching(cx.ids(|l| l.status == Status::Tolerated))
            .shown_by([whole_file(cx.question.ledger.path.clone(), format!("{name}: {}", line.sides.ledger.plain()))])
            .unexplained(&line.sides),
        );
    }
    Ok(findings)
}

/// A customer's postings of the period where they are few, credits first.
fn postings(cx: &Comparison<'_>, id: &str) -> Vec<Evidence> {
    let rows = &cx.question.rows;
    let from = rows.partition_point(|row| row.customer_id.as_str() < id);
    let own = rows[from..].iter().take_while(|row| row.customer_id == id);
    let mut own: Vec<&PostedRow> = own.filter(|row| cx.question.period.contains(row.date)).take(FEW + 1).collect();
    if own.len() > FEW {
        return Vec::new();
    }
    own.sort_by_key(|row| (row.amount.is_sign_positive(), &row.file, row.line));
    own.into_iter().map(|row| posting(cx, row)).collect()
}

/// Says which direction it is in, where the partner's own are captured.
fn by_direction(line: &CustomerLine, mut message: String) -> (String, Option<Direction>) {
    let off: Vec<(Direction, Money)> = Direction::ALL
        .into_iter()
        .filter_map(|d| Some((d, line.direction(d)?.difference.filter(|difference| !difference.is_zero())?)))
        .collect();
    match off.as_slice() {
        [] => (message, None),
        [(direction, _)] => {
            message.push_str(&format!(" It is all in {}.", direction.name()));
            (message, Some(*direction))
        }
        both => {
            let parts: Vec<String> = both.iter().map(|(d, m)| format!("{} {}", d.name(), m.display_signed())).collect();
            message.push_str(&format!(" By direction: {}.", parts.join(", ")));
            (message, None)
        }
    }
}

/// Says which part of the difference is not calls: what the partner's own ledger charged
/// the customer beside them.
fn beside_calls(cx: &Comparison<'_>, id: &str, mut finding: Finding) -> Result<Finding, MoneyError> {
    let charges: Vec<(Kind, Money)> = cx
        .question
        .transactions
        .into_iter()
        .flat_map(|t| t.beside_calls(id))
        .map(|(kind, posted)| (kind, cx.money(posted.net)))
        .filter(|(_, amount)| !amount.is_zero())
        .collect();
    let Some(difference) = finding.difference.filter(|_| !charges.is_empty()) else { return Ok(finding) };
    let listed = |some: &[(Kind, Money)]| {
        some.iter().map(|(kind, amount)| format!("{} {}", kind.name(), amount.display())).collect::<Vec<_>>().join(", ")
    };
    let sum = total(cx.question.currency, charges.iter().map(|(_, amount)| amount))?;
    let mut fits: Vec<&[(Kind, Money)]> =
        charges.chunks(1).filter(|one| one.iter().any(|(_, amount)| *amount == difference)).collect();
    if charges.len() > 1 && sum == difference {
        fits.insert(0, &charges);
    }
    let evidence = whole_file("capture/transactions".to_owned(), format!("{id}: {}", listed(&charges)));
    finding = finding.shown_by([evidence]);
    if let Some(fit) = fits.first() {
        let chance = Chance::of_amount(&difference);
        finding
            .message
            .push_str(&format!(" That is exactly what the partner's ledger charged beside calls: {}.", listed(fit)));
        finding.next = "Book what is not calls under another account, so that it is not compared with call costs; then run the command again.".to_owned();
        finding.rivals = fits.len() as u64 - 1;
        finding.confidence = chance.confidence(fits.len() - 1, false);
        finding.chance = Some(chance);
        finding.explains = Some(difference);
        finding.residual = Some(cx.zero());
    } else {
        finding.message.push_str(&format!(
            " Beside calls, the partner's ledger charged {}: {}; that does not explain it.",
            sum.display(),
            listed(&charges)
        ));
    }
    Ok(finding)
}
