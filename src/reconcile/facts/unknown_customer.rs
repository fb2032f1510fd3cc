//! A customer of either side whom `customers.csv` does not know.

use crate::books::customers::{Customers, folded, of_legal_name};
use crate::books::layout::CUSTOMERS;
use crate::model::finding::{Finding, Severity, Sides};
use crate::model::money::{Money, MoneyError};
use crate::model::problem::nearest;
use crate::model::reconciliation::{CustomerLine, Status};
use crate::reconcile::check::{Check, Look};
use crate::reconcile::claims::Claims;
use crate::reconcile::compare::Comparison;
use crate::reconcile::wording::{add_up, counted, whole_file};

/// Looked for in the inputs.
pub(crate) static CHECK: Check =
    Check { code: "unknown-customer", page: include_str!("unknown_customer.md"), look: Look::Find(find) };

/// Above so many customers, one finding tells of all: the books know hardly anybody.
const SEVERAL: usize = 20;

/// Looks up every customer with usage in the books. A finding speaks of one, with what the
/// ledger books on it, who looks alike, and what to write where.
///
/// # Errors
/// A sum beyond the exact range.
fn find(cx: &Comparison<'_>, claims: &mut Claims) -> Result<Vec<Finding>, MoneyError> {
    let Some(known) = cx.question.customers else { return Ok(Vec::new()) };
    let used = |sides: &Sides| !sides.ledger.is_zero() || sides.analytics.is_some_and(|a| !a.is_zero());
    let unknown: Vec<_> =
        cx.customers.iter().filter(|line| !known.contains_key(&line.customer_id) && used(&line.sides)).collect();
    let booked = booked(cx, &unknown)?;
    // A mistyped id adds its money to the remainder: that difference is theirs.
    let is_remainder = !booked.is_zero() && cx.remainder.as_ref().is_some_and(|r| r.sides.difference == Some(booked));
    let group = if unknown.len() > SEVERAL { unknown.len() } else { 1 };
    unknown.chunks(group).map(|lines| told(cx, claims, known, lines, is_remainder)).collect()
}

fn booked(cx: &Comparison<'_>, lines: &[&CustomerLine]) -> Result<Money, MoneyError> {
    let sides: Vec<_> = lines.iter().map(|line| Sides { analytics: None, ..line.sides }).collect();
    Ok(add_up(cx, &sides)?.ledger)
}

fn told(
    cx: &Comparison<'_>,
    claims: &mut Claims,
    known: &Customers,
    lines: &[&CustomerLine],
    is_remainder: bool,
) -> Result<Finding, MoneyError> {
    let booked = booked(cx, lines)?;
    let first = lines.first().map(|line| line.customer_id.as_str()).unwrap_or_default();
    let mut touched: Vec<String> = lines.iter().map(|line| line.customer_id.clone()).collect();
    let mut message = match lines {
        [_] => format!("Customer {} is not in {CUSTOMERS}", cx.called(first)),
        _ => format!("{} are not in {CUSTOMERS}, such as {}", counted(lines.len(), "customer"), cx.called(first)),
    };
    message.push_str(&format!("; the ledger books {} there.", booked.display()));
    // With a customer that only one side has, this finding is the one to act on.
    let one_sided = lines.iter().filter(|l| l.sides.ledger.is_zero() || l.sides.analytics.is_some_and(|a| a.is_zero()));
    claims.customers.extend(one_sided.map(|line| line.customer_id.clone()));
    // A mistyped id takes its money from the customer that was meant.
    let mut meant = None;
    for line in lines {
        if let Some(other) = lacking(cx, line) {
            message.push_str(&format!(" Exactly this amount is missing for {}.", cx.called(other)));
            claims.customers.insert(other.to_owned());
            touched.push(other.to_owned());
            meant = Some(other);
        }
    }
    let alike = looks(known, first);
    let several = alike.several();
    if !several.is_empty() {
        message.push_str(&format!(" It is the legal name of {}.", several.join(" and of ")));
    }
    if meant.is_none()
        && let Some(id) = alike.id()
    {
        message.push_str(&format!(" It looks like {}.", called(known, id)));
    }
    if is_remainder {
        claims.remainder = true;
        touched.extend(cx.ids(|line| line.status == Status::Unlisted));
        message.push_str(" Until it is settled, the customers whom the partner does not list are held.");
    }
    let next = match (lines, meant, alike) {
        ([_], _, Alike::Id(near)) => format!("Correct `{first}` to `{near}` in the ledger, if it is that customer"),
        ([_], Some(id), _) | ([_], None, Alike::Name(id)) => format!(
            "Put `{first}` into the column aliases of {} in {CUSTOMERS}, if it is that customer",
            called(known, id)
        ),
        ([_], None, Alike::Several(_)) => format!(
            "Have the ledger say whom each row is of: by the customer_id, or by a code or alias that {CUSTOMERS} has for one of them; or"
        ),
        ([_], None, Alike::Nobody) => {
            format!(
                "Add `{first}` to {CUSTOMERS} as a customer_id, or into the column aliases of the customer it is; or"
            )
        }
        _ => format!(
            "Add the customers to {CUSTOMERS}, each as a row or in the column aliases of the customer it is; or"
        ),
    };
    let next = match next.strip_suffix("; or") {
        Some(next) => format!("{next}, and run the command again."),
        None => format!("{next}; else add it to {CUSTOMERS}. Then run the command again."),
    };
    let evidence = lines.iter().map(|line| {
        let id = &line.customer_id;
        let hint =
            looks(known, id).id().map_or_else(String::new, |near| format!("; looks like {}", called(known, near)));
        whole_file(cx.question.ledger.path.clone(), format!("{id}: {} booked{hint}", line.sides.ledger.plain()))
    });
    let mut finding =
        Finding::fact("unknown-customer", Severity::Blocking, message, next).touching(touched).shown_by(evidence);
    finding.ledger = Some(booked);
    Ok(finding)
}

/// The one customer that lacks exactly what the ledger books on this line.
fn lacking<'a>(cx: &'a Comparison<'_>, line: &CustomerLine) -> Option<&'a str> {
    let lacks =
        |c: &&CustomerLine| c.status == Status::Discrepant && c.sides.difference == Some(line.sides.ledger.negated());
    let mut all = cx.customers.iter().filter(lacks).map(|c| c.customer_id.as_str());
    all.next().filter(|_| all.next().is_none())
}

/// `Asha Traders (MA_1)`, of a customer of the books.
fn called(known: &Customers, id: &str) -> String {
    match known.get(id).map(|customer| customer.party.legal_name.as_str()) {
        Some(name) if !name.is_empty() => format!("{name} ({id})"),
        _ => id.to_owned(),
    }
}

/// Whom an unknown customer looks like.
enum Alike<'a> {
    /// A known id, but for a letter or two.
    Id(&'a str),
    /// The customer of this id by its name.
    Name(&'a str),
    /// Accounts with one legal name, which is the one given.
    Several(Vec<&'a str>),
    /// Nobody.
    Nobody,
}

impl<'a> Alike<'a> {
    fn id(&self) -> Option<&'a str> {
        match self {
            Self::Id(id) | Self::Name(id) => Some(id),
            Self::Several(_) | Self::Nobody => None,
        }
    }

    fn several(&self) -> &[&'a str] {
        if let Self::Several(ids) = self { ids } else { &[] }
    }
}

fn looks<'a>(known: &'a Customers, given: &str) -> Alike<'a> {
    let several = of_legal_name(known, given);
    if several.len() > 1 {
        return Alike::Several(several);
    }
    if let Some(near) = nearest(given, known.keys().map(String::as_str)).filter(|near| near.len() == given.len()) {
        return Alike::Id(near);
    }
    alike(known, given).map_or(Alike::Nobody, Alike::Name)
}

/// The customer whose legal name is nearest to a name of the ledger's.
fn alike<'a>(known: &'a Customers, name: &str) -> Option<&'a str> {
    let given = folded(name);
    let near = known
        .iter()
        .map(|(id, customer)| (id, &customer.party))
        .filter(|(_, party)| !party.legal_name.is_empty())
        .map(|(id, party)| (strsim::damerau_levenshtein(&given, &folded(&party.legal_name)), id))
        .min()?;
    // A quarter of the letters may differ: less is another name.
    (near.0 * 4 <= given.chars().count()).then_some(near.1.as_str())
}
