//! The seller's bank details or a customer's particulars are not those of the last close.

use crate::model::finding::{Evidence, Finding, Severity};
use crate::model::particulars::Changed;

/// The finding's code.
const CODE: &str = "particulars-changed";

/// One finding for the seller, and one for all customers.
#[must_use]
pub(crate) fn find(changed: &[Changed]) -> Vec<Finding> {
    let (customers, seller): (Vec<&Changed>, Vec<&Changed>) = changed.iter().partition(|one| one.customer_id.is_some());
    [(seller, "crossfoot.toml"), (customers, "customers.csv")]
        .into_iter()
        .filter_map(|(changed, file)| about(&changed, file))
        .collect()
}

fn about(changed: &[&Changed], file: &str) -> Option<Finding> {
    let since = &changed.first()?.since;
    let mut ids: Vec<&str> = changed.iter().filter_map(|one| one.customer_id.as_deref()).collect();
    ids.dedup();
    let mut fields: Vec<&str> = changed.iter().map(|one| one.field.as_str()).collect();
    fields.sort_unstable();
    fields.dedup();
    let whose = match ids.as_slice() {
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
