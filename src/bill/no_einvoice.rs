//! Where turnover asks for e-invoices, a document that the registration portal cannot take is
//! not issued: without a registration it is no invoice (CGST Rule 48(4) and (5)).

use super::tax::Refusal;
use crate::model::invoice::Draft;

/// The finding's code.
const CODE: &str = "no-einvoice";

/// Refuses a document for which there is no INV-01, for the reason that making it gave. An
/// address that is too long or too short for it is told with its line.
#[must_use]
pub(crate) fn refusal(draft: &Draft, why: &str) -> Refusal {
    let parties = [("the seller's", &draft.seller), ("the customer's", &draft.buyer)];
    let lines = parties.iter().flat_map(|(whose, party)| party.address.iter().zip([1, 3]).map(move |of| (whose, of)));
    let wrong = lines.filter(|(_, (line, shortest))| !(*shortest..=100).contains(&line.chars().count()));
    let which = match wrong.map(|(whose, (line, _))| format!(" ({whose} `{line}`)")).next() {
        Some(which) if why.contains("line of an address") => which,
        _ => String::new(),
    };
    Refusal {
        code: CODE,
        why: format!("it needs an e-invoice, and INV-01 cannot be made: {why}{which}"),
        next: "Correct what it names, in the customer's row of customers.csv or in crossfoot.toml ([seller], [invoice]), and close again.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::money::Currency;
    use crate::model::period::Period;

    #[test]
    fn an_address_is_told_with_its_line() {
        let mut draft = Draft::blank("M", &Period::parse("2026-03").unwrap(), Currency::INR);
        draft.seller.address = vec!["1 Road".to_owned(), "Goa".to_owned(), "x".to_owned()];
        draft.buyer.address = vec!["2 Road".to_owned(), "Z".to_owned()];
        let why = |why: &str| refusal(&draft, why).why;
        assert!(why("a line of an address must have 3 to 100 characters").ends_with("characters (the customer's `Z`)"));
        assert!(why("the buyer's city is not known").ends_with("cannot be made: the buyer's city is not known"));
    }
}
