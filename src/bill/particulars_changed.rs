//! The seller's bank details or a customer's particulars are not those of the last close.

use crate::model::finding::{Evidence, Finding, Severity};
use crate::model::particulars::Changed;

/// The finding's code.
const CODE: &str = "particulars-changed";

/// One finding for the seller, and one for all customers.
#[must_use]
pub(crate) fn find(changed: &[Changed]) -> Vec<Finding> {
    let (late, particulars): (Vec<&Changed>, Vec<&Changed>) =
        changed.iter().partition(|one| one.field == Changed::CHARGE);
    let (customers, seller): (Vec<&Changed>, Vec<&Changed>) =
        particulars.into_iter().partition(|one| one.customer_id.is_some());
    let told = [about(&seller, "crossfoot.toml"), about(&customers, "customers.csv"), unbilled(&late)];
    told.into_iter().flatten().collect()
}

/// Charges that no close bills: each lies in a period that was closed without it.
fn unbilled(late: &[&Changed]) -> Option<Finding> {
    let first = late.first()?;
    let many = match late.len() {
        1 => "A row of charges.csv is dated before this period, and no close billed it".to_owned(),
        many => format!("{many} rows of charges.csv are dated before this period, and no close billed them"),
    };
    let message = format!("{many}: {}, in {}.", first.is, first.since);
    let next = "Close their own period, again where it was closed (what was invoiced is corrected by a note), or date them in this one.";
    let evidence = late.iter().map(|one| Evidence {
        file: Changed::CHARGE.to_owned(),
        line: None,
        column: None,
        text: format!("{}: {}, in {}", one.customer_id.as_deref().unwrap_or_default(), one.is, one.since),
        why: None,
    });
    Some(
        Finding::fact("charge-late", Severity::Warning, message, next.to_owned())
            .touching(late.iter().filter_map(|one| one.customer_id.clone()))
            .shown_by(evidence),
    )
}

fn about(changed: &[&Changed], file: &str) -> Option<Finding> {
    let since = &changed.first()?.since;
    let mut ids: Vec<&str> = changed.iter().filter_map(|one| one.customer_id.as_deref()).collect();
    ids.dedup();
    let mut fields: Vec<&str> = changed.iter().map(|one| one.field.as_str()).collect();
    fields.sort_unstable();
    fields.dedup();
    let whose = match ids.as_slice() {
        [] if fields.iter().all(|field| field.starts_with("audit")) => {
            "The settings of who signs and approves".to_owned()
        }
        [] => "The seller's particulars".to_owned(),
        [one] => format!("The particulars of {one}"),
        many => format!("The particulars of {} customers", many.len()),
    };
    let message = format!("{whose} are not those of the close of {since}: {}.", fields.join(", "));
    let next = "Ask who changed them, and whether those whom they are about said so, by another way than mail: money and invoices follow them.";
    let evidence = changed.iter().map(|one| Evidence {
        file: file.to_owned(),
        line: None,
        column: Some(one.field.clone()),
        text: one.customer_id.as_ref().map_or_else(|| one.words(), |id| format!("{id}, {}", one.words())),
        why: None,
    });
    Some(
        Finding::fact(CODE, Severity::Warning, message, next.to_owned())
            .touching(ids.into_iter().map(str::to_owned))
            .shown_by(evidence),
    )
}
