//! A document with a character that no font has is not issued: it alone, and the person is
//! told where the character stands.

use super::tax::Refusal;
use crate::books::charges::{AgreedCharge, Price};
use crate::books::layout::{CHARGES, CONFIG, CUSTOMERS, RATES};
use crate::model::invoice::{Draft, Party};

/// The finding's code.
const CODE: &str = "unprintable";

/// Why a document cannot be printed. `missing` has each character that no font has, with the
/// text that it would be printed in, as laying the document out found them; `known` is what
/// `customers.csv` says of the customer, and `charges` is `charges.csv`.
#[must_use]
pub(crate) fn refusal(draft: &Draft, known: &Party, charges: &[AgreedCharge], missing: &[(char, String)]) -> Refusal {
    let fields = fields(draft, known, charges);
    let places: Vec<String> = missing
        .iter()
        .map(|(character, printed)| {
            let code = u32::from(*character);
            let stands = fields.iter().find(|(_, text)| text.contains(*character));
            let place = match stands {
                Some((field, text)) => format!("{field}: `{text}`"),
                None => format!("`{printed}`, which comes from the ledger, the partner or the template"),
            };
            format!("no font has the character `{character}` (U+{code:04X}) in {place}")
        })
        .collect();
    let next = "Write it with other letters there, and close again.".to_owned();
    Refusal { code: CODE, why: places.join("; "), next }
}

/// What a person may have written into a document: file and field, and the text. Only for
/// telling where a character stands; which ones cannot be printed is found out by layout.
fn fields<'a>(draft: &'a Draft, known: &'a Party, charges: &'a [AgreedCharge]) -> Vec<(String, &'a str)> {
    let mut fields = Vec::new();
    let mut add = |field: String, text: &'a str| fields.push((field, text));
    for charge in charges.iter().filter(|charge| charge.customer_id == draft.customer_id) {
        let place = |column: &str| format!("{CHARGES}, row {}, {column}", charge.row);
        add(place("description"), &charge.description);
        if let Price::Each { unit, .. } = &charge.price {
            add(place("unit"), unit);
        }
    }
    let (id, seller, payment) = (&draft.customer_id, &draft.seller, &draft.payment);
    for (party, file) in [(known, format!("{CUSTOMERS}, {id}, ")), (seller, format!("{CONFIG}, [seller] "))] {
        let parts = [&party.state_code, &party.gstin, &party.email];
        add(format!("{file}legal_name"), &party.legal_name);
        party.address.iter().for_each(|line| add(format!("{file}address"), line));
        let own = &party.registered;
        let own = [("cin", &own.cin), ("pan", &own.pan), ("phone", &own.phone), ("website", &own.website)];
        for (column, text) in [("city", &party.city), ("pin", &party.pin)].into_iter().chain(own) {
            text.iter().for_each(|text| add(format!("{file}{column}"), text));
        }
        for (column, text) in ["state_code", "gstin", "email"].into_iter().zip(parts) {
            text.iter().for_each(|text| add(format!("{file}{column}"), text));
        }
    }
    let paid = [
        ("[seller] account_name", &payment.account_name),
        ("[seller] account_number", &payment.account_number),
        ("[seller] bank", &payment.bank),
        ("[seller] bank_code", &payment.bank_code),
        ("[seller] upi", &payment.upi),
        ("[invoice] terms", &payment.terms),
    ];
    for (key, text) in paid {
        text.iter().for_each(|text| add(format!("{CONFIG}, {key}"), text));
    }
    draft.buyer_reference.iter().for_each(|text| add(format!("{CUSTOMERS}, {id}, buyer_reference"), text));
    add("the customer's id".to_owned(), id);
    let rates = draft.lines.iter().filter_map(|line| line.exchange());
    rates.for_each(|exchange| add(format!("{RATES}, source"), &exchange.at.source));
    draft.remarks.iter().for_each(|text| add(format!("{CONFIG}, [invoice]"), text));
    fields
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::books::charges;
    use crate::model::money::Currency;
    use crate::model::period::Period;

    #[test]
    fn each_character_is_told_with_the_field_it_stands_in() {
        let mut draft = Draft::blank("M", &Period::parse("2026-03").unwrap(), Currency::INR);
        draft.seller.address = vec!["1 券 Road".to_owned()];
        let known = Party { legal_name: "Acme 絵".to_owned(), ..Party::default() };
        let text = "customer_id,description,kind,from,quantity,unit,unit_price\nN,枚,one-off,2026-03-01,,,1\nM,SIM cards,one-off,2026-03-01,3,枚,5\n";
        let charges = charges::parse(text.as_bytes()).unwrap();
        let missing =
            [('枚', "3 枚"), ('絵', "Acme 絵"), ('券', "1 券 Road"), ('表', "表 1")].map(|(c, t)| (c, t.to_owned()));
        let refusal = refusal(&draft, &known, &charges, &missing);
        insta::assert_snapshot!(refusal.why.replace("; ", "\n"), @r"
        no font has the character `枚` (U+679A) in charges.csv, row 3, unit: `枚`
        no font has the character `絵` (U+7D75) in customers.csv, M, legal_name: `Acme 絵`
        no font has the character `券` (U+5238) in crossfoot.toml, [seller] address: `1 券 Road`
        no font has the character `表` (U+8868) in `表 1`, which comes from the ledger, the partner or the template
        ");
    }
}
