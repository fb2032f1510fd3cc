//! What two states of the settings and of `customers.csv` say of who charges, who is charged and
//! where money and invoices go.

use std::collections::BTreeMap;

use super::customers::{Customer, Customers};
use super::invoicing::Invoicing;
use crate::model::particulars::Changed;

/// Every particular that both states may have and that is not the same. Customers whom only one of
/// them knows are no change.
#[must_use]
pub(crate) fn changed(since: &str, was: (&Invoicing, &Customers), is: (&Invoicing, &Customers)) -> Vec<Changed> {
    let mut found = differing(since, None, &of_seller(was.0), &of_seller(is.0));
    for (id, customer) in is.1 {
        if let Some(before) = was.1.get(id) {
            found.extend(differing(since, Some(id), &of_customer(before), &of_customer(customer)));
        }
    }
    found
}

fn differing(
    since: &str,
    customer_id: Option<&String>,
    was: &BTreeMap<&'static str, String>,
    is: &BTreeMap<&'static str, String>,
) -> Vec<Changed> {
    let pairs = is.iter().filter_map(|(field, now)| Some((field, was.get(field)?, now)));
    let changed = pairs.filter(|(_, before, now)| before != now).map(|(field, before, now)| Changed {
        since: since.to_owned(),
        customer_id: customer_id.cloned(),
        field: (*field).to_owned(),
        was: before.clone(),
        is: now.clone(),
    });
    changed.collect()
}

fn of_seller(invoicing: &Invoicing) -> BTreeMap<&'static str, String> {
    let Invoicing { seller, payment, .. } = invoicing;
    let of = |text: &Option<String>| text.clone().unwrap_or_default();
    BTreeMap::from([
        ("seller.legal_name", seller.legal_name.clone()),
        ("seller.gstin", of(&seller.gstin)),
        ("seller.account_name", of(&payment.account_name)),
        ("seller.account_number", of(&payment.account_number)),
        ("seller.bank", of(&payment.bank)),
        ("seller.bank_code", of(&payment.bank_code)),
        ("seller.upi", of(&payment.upi)),
    ])
}

fn of_customer(customer: &Customer) -> BTreeMap<&'static str, String> {
    let of = |text: &Option<String>| text.clone().unwrap_or_default();
    let party = &customer.party;
    let address = party.address.iter().chain(&party.city).chain(&party.pin).cloned().collect::<Vec<_>>();
    BTreeMap::from([
        ("legal_name", party.legal_name.clone()),
        ("gstin", of(&party.gstin)),
        ("email", of(&party.email)),
        ("cc", of(&customer.agreement.cc)),
        ("address", address.join(", ")),
    ])
}
