//! A document with a character that no font has is not issued: it alone, and the person is
//! told where the character stands.

use encoding_rs::WINDOWS_1252;

use super::tax::Refusal;
use crate::books::charges::{AgreedCharge, Price};
use crate::books::layout::{CHARGES, CONFIG, CUSTOMERS, RATES};
use crate::model::invoice::{Draft, Party};
use crate::model::visible::{hides, visible};

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

/// Why a document would say what nobody wrote: text that was read in another encoding than it was
/// written in, and characters that show nothing and change how the rest is read; None: it would not.
#[must_use]
pub(crate) fn garbled(draft: &Draft, known: &Party, charges: &[AgreedCharge]) -> Option<Refusal> {
    let mut fields = fields(draft, known, charges);
    fields.push(("the customer's name".to_owned(), &draft.buyer.legal_name));
    let mut told: Vec<(&str, String)> = Vec::new();
    for (field, text) in &fields {
        let why = if let Some(meant) = misread(text) {
            format!("{field}: `{text}` is `{meant}`, read in another encoding than it was written in")
        } else if let Some(c) = text.chars().find(|c| *c == char::REPLACEMENT_CHARACTER || hides(*c)) {
            let shown = visible(text, false);
            format!("{field}: `{shown}` has the character U+{:04X}, which is no letter", u32::from(c))
        } else {
            continue;
        };
        // The same text may stand in two fields: the first is where it was written.
        if told.iter().all(|(other, _)| other != text) {
            told.push((text, why));
        }
    }
    let next = "Write it anew there (spreadsheets: save as CSV UTF-8), and close again.".to_owned();
    let why = told.into_iter().map(|(_, why)| why).collect::<Vec<_>>().join("; ");
    (!why.is_empty()).then_some(Refusal { code: CODE, why, next })
}

/// What was meant by text whose UTF-8 was taken for Windows-1252; None where it was not.
fn misread(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let (bytes, _, has_others) = WINDOWS_1252.encode(text);
    String::from_utf8(bytes.into_owned()).ok().filter(|meant| !has_others && meant != text)
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
    fn text_that_nobody_wrote_is_told() {
        let mut draft = Draft::blank("M", &Period::parse("2026-03").unwrap(), Currency::INR);
        draft.seller.address = vec!["Rue de l\u{fffd}glise".to_owned()];
        let named = |name: &str| Party { legal_name: name.to_owned(), ..Party::default() };
        let why = |draft: &Draft, name: &str| garbled(draft, &named(name), &[]).map(|refusal| refusal.why);
        insta::assert_snapshot!(why(&draft, "CafÃ© RÃ©seau").unwrap().replace("; ", "\n"), @r"
        customers.csv, M, legal_name: `CafÃ© RÃ©seau` is `Café Réseau`, read in another encoding than it was written in
        crossfoot.toml, [seller] address: `Rue de l�glise` has the character U+FFFD, which is no letter
        ");
        draft.seller.address.clear();
        assert!(why(&draft, "Acme\u{202e}dtL").unwrap().contains("`Acme<U+202E>dtL` has the character U+202E"));
        for right in ["Café Réseau", "NÃO LTDA", "आशा ट्रेडर्स", "Acme © 2026", "Ångström Âme"]
        {
            assert_eq!(why(&draft, right), None, "{right}");
        }
    }

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
