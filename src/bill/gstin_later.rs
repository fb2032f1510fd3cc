//! A customer's GSTIN that came after an invoice was issued to it as to somebody who is not
//! registered: what was issued stands, and somebody has to say so in the return.

use std::collections::BTreeMap;

use crate::books::customers::Customers;
use crate::model::finding::{Finding, Severity};
use crate::model::gstin;
use crate::model::invoice::{Document, Issued, Treatment};

/// The finding's code.
const CODE: &str = "gstin-later";

/// The GSTIN under which a customer is to be invoiced; None where it has none that can be right,
/// or is named as unregistered.
#[must_use]
pub(crate) fn known<'a>(customers: &'a Customers, customer_id: &str) -> Option<&'a str> {
    let customer = customers.get(customer_id)?;
    let number = customer.party.gstin.as_deref().filter(|number| gstin::check(number).is_ok())?;
    (customer.agreement.treatment != Some(Treatment::Unregistered)).then_some(number)
}

/// A finding for each customer with a GSTIN among whose documents are invoices to it as
/// unregistered. The documents are those that stand.
#[must_use]
pub(crate) fn find<'a>(standing: impl Iterator<Item = &'a Issued>, customers: &Customers) -> Vec<Finding> {
    let mut invoices: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for issued in standing.filter(|issued| issued.content.document == Document::Invoice) {
        if issued.content.supply.as_ref().is_some_and(|supply| supply.treatment == Treatment::Unregistered) {
            let named = format!("{} of {}", issued.number, issued.issue_date.format("%-d %B %Y"));
            invoices.entry(&issued.content.customer_id).or_default().push(named);
        }
    }
    let told = invoices.into_iter().filter_map(|(id, named)| {
        let number = known(customers, id)?;
        let message = format!("{id} has the GSTIN {number}, and was invoiced without it: {}.", named.join(", "));
        let next = "Before it is returned, declare the invoice void (crossfoot void) and close its period again: it is issued anew with the GSTIN. After that, amend the next GSTR-1: out of the B2C tables, into B2B. If the customer was not registered on that day, leave it.";
        Some(Finding::fact(CODE, Severity::Warning, message, next.to_owned()).touching([id.to_owned()]))
    });
    told.collect()
}
