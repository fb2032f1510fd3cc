//! A customer of either side whom `customers.csv` does not know.

use crate::books::customers::{Customers, folded};
use crate::books::layout::CUSTOMERS;
use crate::model::finding::{Finding, Severity, Sides};
use crate::model::money::MoneyError;
use crate::model::problem::nearest;
use crate::model::reconciliation::{CustomerLine, Status};
use crate::reconcile::check::{Check, Look};
use crate::reconcile::claims::Claims;
use crate::reconcile::compare::Comparison;
use crate::reconcile::wording::{add_up, counted, whole_file};

/// Looked for in the inputs.
pub(crate) static CHECK: Check =
    Check { code: "unknown-customer", page: include_str!("unknown_customer.md"), look: Look::Find(find) };

/// Looks up every customer with usage in the books. One finding tells of all, with what
/// the ledger books on them and the nearest known id.
///
/// # Errors
/// A sum beyond the exact range.
fn find(cx: &Comparison<'_>, claims: &mut Claims) -> Result<Vec<Finding>, MoneyError> {
    let Some(known) = cx.question.customers else { return Ok(Vec::new()) };
    let used = |sides: &Sides| !sides.ledger.is_zero() || sides.analytics.is_some_and(|a| !a.is_zero());
    let unknown: Vec<_> =
        cx.customers.iter().filter(|line| !known.contains_key(&line.customer_id) && used(&line.sides)).collect();
    let [first, ..] = unknown.as_slice() else { return Ok(Vec::new()) };
    let booked = add_up(cx, &unknown.iter().map(|line| Sides { analytics: None, ..line.sides }).collect::<Vec<_>>())?;
    let near = |id: &str| nearest(id, known.keys().map(String::as_str)).filter(|n| n.len() == id.len());
    let mut message = match unknown.as_slice() {
        [line] => format!("Customer {} is not in {CUSTOMERS}", cx.called(&line.customer_id)),
        _ => format!(
            "{} are not in {CUSTOMERS}, such as {}",
            counted(unknown.len(), "customer"),
            cx.called(&first.customer_id)
        ),
    };
    message.push_str(&format!("; the ledger books {} there.", booked.ledger.display()));
    if let Some(near) = near(&first.customer_id) {
        message.push_str(&format!(" {near} is a known id that looks alike."));
    } else if let Some((id, name)) = alike(known, &first.customer_id) {
        message.push_str(&format!(" {id} ({name}) looks alike."));
    }
    let mut touched: Vec<String> = unknown.iter().map(|line| line.customer_id.clone()).collect();
    // With a customer that only one side has, this finding is the one to act on.
    let one_sided =
        unknown.iter().filter(|l| l.sides.ledger.is_zero() || l.sides.analytics.is_some_and(|a| a.is_zero()));
    claims.customers.extend(one_sided.map(|line| line.customer_id.clone()));
    // A mistyped id takes its money from the customer that was meant, and adds it to the
    // remainder: both differences are this finding's.
    for line in &unknown {
        let lacking = |c: &&CustomerLine| c.sides.difference == Some(line.sides.ledger.negated());
        let mut lacks = cx.customers.iter().filter(|c| c.status == Status::Discrepant).filter(lacking);
        if let (Some(other), None) = (lacks.next(), lacks.next()) {
            message.push_str(&format!(" Exactly this amount is missing for {}.", cx.called(&other.customer_id)));
            claims.customers.insert(other.customer_id.clone());
            touched.push(other.customer_id.clone());
        }
    }
    if cx.remainder.as_ref().is_some_and(|r| r.sides.difference == Some(booked.ledger) && !booked.ledger.is_zero()) {
        claims.remainder = true;
        touched.extend(cx.ids(|line| line.status == Status::Unlisted));
        message.push_str(" Until it is settled, the customers whom the partner does not list are held.");
    }
    let evidence = unknown.iter().map(|line| {
        let id = &line.customer_id;
        let hint = match (near(id), alike(known, id)) {
            (Some(near), _) => format!("; looks like {near}"),
            // Ready to be pasted: never applied by itself.
            (None, Some((known, name))) => {
                format!("; looks like {name}: if it is, put `{id}` into the column aliases of {known} in {CUSTOMERS}")
            }
            (None, None) => String::new(),
        };
        whole_file(cx.question.ledger.path.clone(), format!("{id}: {} booked{hint}", line.sides.ledger.plain()))
    });
    let finding = Finding::fact(
        "unknown-customer",
        Severity::Blocking,
        message,
        format!("Add the customer to {CUSTOMERS}, or correct the id in the ledger, and run the command again."),
    );
    let mut finding = finding.touching(touched).shown_by(evidence);
    finding.ledger = Some(booked.ledger);
    Ok(vec![finding])
}

/// The customer whose legal name is nearest to a name of the ledger's.
fn alike<'a>(known: &'a Customers, name: &str) -> Option<(&'a str, &'a str)> {
    let given = folded(name);
    let near = known
        .iter()
        .map(|(id, customer)| (id, &customer.party))
        .filter(|(_, party)| !party.legal_name.is_empty())
        .map(|(id, party)| (strsim::damerau_levenshtein(&given, &folded(&party.legal_name)), id, &party.legal_name))
        .min()?;
    // A quarter of the letters may differ: less is another name.
    (near.0 * 4 <= given.chars().count()).then_some((near.1.as_str(), near.2.as_str()))
}
