//! What a close would do, told before it is done: by `close --draft`, and before a person is asked.

use std::collections::BTreeMap;

use serde::Serialize;

use super::context::Context;
use super::counted::{Dispositions, Held, counted, owed, people};
use crate::close::preview::{Change, Moved, Preview, per_cent, some_of};
use crate::close::seal::Plan;
use crate::model::invoice::Draft;
use crate::model::money::{Money, MoneyError, total};
use crate::model::problem::Problem;
use crate::model::shown::DRAFT;
use crate::render::text::{self, Paint, wrap};

/// How many customers of a list are shown.
const SHOWN: usize = 8;

/// The same for programs.
#[derive(Serialize)]
pub(super) struct Document<'a> {
    schema: &'static str,
    period: &'a str,
    outcome: &'static str,
    /// Whether a close would issue all of it, and end with 0 in a script.
    would_issue_all: bool,
    documents: Vec<Due<'a>>,
    taxable: String,
    tax: String,
    total: String,
    currency: &'a str,
    /// Issued by earlier closes of the period, and void ones left out.
    issued_before: usize,
    not_invoiced: Vec<Held<'a>>,
    not_billed: Vec<Held<'a>>,
    nothing_to_bill: Vec<&'a str>,
    compared_with: Option<&'a str>,
    changes: Vec<Moves<'a>>,
    will_lack: Vec<Lacks<'a>>,
    would_ask: Vec<&'a str>,
}

#[derive(Serialize)]
struct Due<'a> {
    customer_id: &'a str,
    document: &'static str,
    /// Its PDF, in the draft's folder.
    file: String,
    taxable: String,
    total: String,
}

#[derive(Serialize)]
struct Moves<'a> {
    customer_id: &'a str,
    /// `new`, `gone`, `moved`
    change: &'static str,
    was: Option<String>,
    now: Option<String>,
    percent: Option<String>,
}

#[derive(Serialize)]
struct Lacks<'a> {
    what: &'a str,
    written_in: &'a str,
    customers: Vec<&'a str>,
}

/// Whether a close would issue all of it, and end with 0 in a script.
pub(super) fn would_issue_all(plan: &Plan, preview: &Preview) -> bool {
    plan.derived.reconciliation.is_reconciled() && !preview.questions.iter().any(|question| question.for_scripts)
}

/// Taxable value, taxes and total of what is due, notes taken off.
fn sums(plan: &Plan) -> Result<[Money; 3], Problem> {
    let currency = plan.derived.reconciliation.currency;
    let summed = || -> Result<[Money; 3], MoneyError> {
        let of = |amount: fn(&Draft) -> Result<Money, MoneyError>| {
            let amounts = plan.due.iter().map(|draft| amount(draft).map(|money| draft.document.owed(money)));
            total(currency, &amounts.collect::<Result<Vec<_>, _>>()?)
        };
        Ok([
            of(|draft| Ok(draft.subtotal))?,
            of(|draft| total(draft.currency, draft.taxes.iter().map(|tax| &tax.amount)))?,
            of(|draft| Ok(draft.total))?,
        ])
    };
    summed().map_err(|e| Problem::stop("overflow", "what is to be issued cannot be added up").because(e.to_string()))
}

/// The names of the documents' files, in their order: customers' ids may have what no file's name
/// has.
pub(super) fn stems(due: &[Draft]) -> Vec<String> {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "-_".contains(c) { c } else { '-' };
    // Some file systems do not tell capitals apart.
    let mut same: BTreeMap<String, u32> = BTreeMap::new();
    let stem = |draft: &Draft| {
        let id: String = draft.customer_id.chars().map(plain).collect();
        let stem = format!("{DRAFT}-{id}-{}", draft.document.name());
        let many = same.entry(stem.to_lowercase()).or_default();
        *many += 1;
        if *many == 1 { stem } else { format!("{stem}-{many}") }
    };
    due.iter().map(stem).collect()
}

pub(super) fn document<'a>(plan: &'a Plan, preview: &'a Preview) -> Result<Document<'a>, Problem> {
    let reconciliation = &plan.derived.reconciliation;
    let without = Dispositions::of(&plan.derived.decisions);
    let not_invoiced = without.to_be_mended().into_iter().chain(without.not_billed.iter().cloned()).collect();
    let Dispositions { not_billed, nothing_to_bill, .. } = without;
    let [taxable, tax, sum] = sums(plan)?;
    let due = plan.due.iter().zip(stems(&plan.due)).map(|(draft, stem)| Due {
        customer_id: &draft.customer_id,
        document: draft.document.name(),
        file: format!("invoices/{stem}.pdf"),
        taxable: draft.document.owed(draft.subtotal).plain(),
        total: draft.document.owed(draft.total).plain(),
    });
    let moves = |change: &'a Change| {
        let (name, percent) = match change.moved {
            Moved::New => ("new", None),
            Moved::Gone => ("gone", None),
            Moved::By(by) => ("moved", Some(by.to_string())),
        };
        Moves {
            customer_id: &change.customer_id,
            change: name,
            was: change.was.map(|money| money.plain()),
            now: change.now.map(|money| money.plain()),
            percent,
        }
    };
    Ok(Document {
        schema: "crossfoot/close-draft/v1",
        period: &plan.inputs.period.name,
        outcome: reconciliation.outcome(),
        would_issue_all: would_issue_all(plan, preview),
        documents: due.collect(),
        taxable: taxable.plain(),
        tax: tax.plain(),
        total: sum.plain(),
        currency: reconciliation.currency.code(),
        issued_before: plan.inputs.issued.iter().filter(|issued| plan.inputs.stands(issued)).count(),
        not_invoiced,
        not_billed,
        nothing_to_bill,
        compared_with: preview.last.as_ref().map(|last| last.period.name.as_str()),
        changes: preview.changes.iter().map(moves).collect(),
        will_lack: preview
            .lacks
            .iter()
            .map(|lack| Lacks {
                what: &lack.what,
                written_in: lack.next,
                customers: lack.customers.iter().map(String::as_str).collect(),
            })
            .collect(),
        would_ask: preview.questions.iter().map(|question| question.text.as_str()).collect(),
    })
}

/// The same for a person.
pub(super) fn told(context: &Context<'_>, plan: &Plan, preview: &Preview) -> String {
    let out = context.out;
    let reconciliation = &plan.derived.reconciliation;
    let mut lines = vec![text::summary(reconciliation, out, out.is_verbose()).trim_end().to_owned(), String::new()];
    let due: Vec<&Draft> = plan.due.iter().collect();
    if due.is_empty() {
        lines.push("Nothing would be issued.".to_owned());
    } else {
        let tax = sums(plan).map_or_else(|problem| problem.what.clone(), |[_, tax, _]| tax.display());
        let counted = out.good(&format!("To be issued: {}", counted(&due, 0)));
        lines.push(format!("{counted}, {} with {tax} of tax", owed(&due)));
    }
    let without = Dispositions::of(&plan.derived.decisions);
    let held = without.to_be_mended();
    let Dispositions { not_billed, nothing_to_bill, .. } = without;
    if !held.is_empty() {
        lines.push(out.bad(&format!("Not invoiced: {}", people(held.len()))));
        lines.extend(held.iter().take(SHOWN).map(|one| wrap(&format!("{}: {}", one.customer_id, one.why), "  ")));
        lines.extend(beyond(held.len()));
    }
    if !not_billed.is_empty() {
        let ids = some_of(not_billed.iter().map(|one| one.customer_id));
        lines.push(wrap(&format!("Not billed, by decision: {} ({ids})", people(not_billed.len())), ""));
    }
    if !nothing_to_bill.is_empty() {
        lines.push(format!("No usage, no invoice: {}", people(nothing_to_bill.len())));
    }
    if let Some(last) = &preview.last {
        let before = last.total(reconciliation.currency).map_or_else(|e| e.to_string(), |sum| sum.display());
        let changed = if preview.changes.is_empty() { ": nobody new, gone or far off" } else { ":" };
        lines.push(format!("Beside {} ({before}){changed}", last.period.name));
        let shown = |money: Option<Money>| money.map_or_else(|| "–".to_owned(), |money| money.display());
        lines.extend(preview.changes.iter().take(SHOWN).map(|change| {
            let how = match change.moved {
                Moved::New => "new".to_owned(),
                Moved::Gone => "gone".to_owned(),
                Moved::By(by) => per_cent(by),
            };
            let id: String = change.customer_id.chars().take(24).collect();
            format!("  {how:<10}{id:<26}{:>18}  after {:>16}", shown(change.now), shown(change.was))
        }));
        lines.extend(beyond(preview.changes.len()));
    }
    if !preview.lacks.is_empty() {
        lines.push(out.warn("Documents will lack"));
        lines.extend(preview.lacks.iter().map(|lack| {
            let ids = some_of(lack.customers.iter().map(String::as_str));
            wrap(&format!("{} ({}): {ids}", lack.what, lack.next), "  ")
        }));
    }
    if !preview.questions.is_empty() {
        lines.push(out.warn("Unusual"));
        lines.extend(preview.questions.iter().map(|question| wrap(&question.text, "  ")));
    }
    lines.join("\n") + "\n"
}

fn beyond(all: usize) -> Option<String> {
    (all > SHOWN).then(|| format!("  and {} more", all - SHOWN))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::money::Currency;
    use crate::model::period::Period;

    #[test]
    fn no_id_leads_out_of_the_folder_or_to_another_s_file() {
        let period = Period::parse("2026-03").unwrap();
        let due = ["../../x", "a/b", "a-b", "A-B"].map(|id| Draft::blank(id, &period, Currency::INR));
        assert_eq!(
            stems(&due),
            ["DRAFT-------x-invoice", "DRAFT-a-b-invoice", "DRAFT-a-b-invoice-2", "DRAFT-A-B-invoice-3"]
        );
    }
}
