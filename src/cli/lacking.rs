//! What documents of a close will lack, as far as settings and customers tell before anything is
//! compared: the closer look is `close --draft`.

use crate::books::config::{Config, Regime};
use crate::books::customers::{Customer, Customers};
use crate::model::place;

/// How many customers a sentence names.
const NAMED: usize = 5;

/// What is lacking, and where it is written.
pub(super) fn of(config: &Config, customers: Option<&Customers>) -> Vec<(String, &'static str)> {
    let invoicing = &config.invoicing;
    let (payment, is_gst) = (&invoicing.payment, matches!(invoicing.regime, Regime::Gst(_)));
    let mut lacks: Vec<(String, &'static str)> = Vec::new();
    if payment.account_number.is_none() && !payment.has_upi() {
        lacks.push(("no document says where to pay".to_owned(), "[seller] account_number, bank, bank_code, or upi"));
    }
    lacks.extend(payment.wrong(is_gst).map(|(what, setting)| (format!("no document says {what}"), setting)));
    if payment.due_days.is_none() && payment.terms.is_none() {
        lacks.push(("no document says by when to pay".to_owned(), "[invoice] due_days, or terms"));
    }
    let Some(customers) = customers.filter(|customers| !customers.is_empty()) else { return lacks };
    let mut about = |is_it: &dyn Fn(&Customer) -> bool, what: &str, next: &'static str| {
        let ids: Vec<&str> =
            customers.iter().filter(|(_, customer)| is_it(customer)).map(|(id, _)| id.as_str()).collect();
        if ids.is_empty() {
            return;
        }
        let more = ids.len().saturating_sub(NAMED);
        let named = ids.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        lacks.push((format!("{} of {} customers {what}: {named}{more}", ids.len(), customers.len()), next));
    };
    about(
        &|one| one.party.email.is_none(),
        "cannot be mailed, for want of an address",
        "column email of customers.csv",
    );
    if let Regime::Gst(gst) = &invoicing.regime {
        let is_here = |one: &Customer| !one.party.is_abroad();
        let is_pin = |pin: &String| place::pin(pin).is_some();
        about(
            &|one| is_here(one) && one.party.city.is_none(),
            "have no city on their documents",
            "column city of customers.csv",
        );
        about(
            &|one| is_here(one) && one.party.gstin.is_some() && !one.party.pin.as_ref().is_some_and(is_pin),
            "have a GSTIN and no PIN, so that no INV-01 can be made",
            "column pin of customers.csv",
        );
        if gst.lut.is_none() {
            about(
                &|one| !is_here(one),
                "are abroad, and their documents are asked about or bear IGST",
                "[invoice] lut: the letter of undertaking",
            );
        }
    }
    lacks
}
