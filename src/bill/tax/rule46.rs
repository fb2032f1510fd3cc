//! What must stand on a tax invoice, and may not contradict itself (CGST Rule 46): what lacks
//! is a finding, and no document is made. A document that is issued is not asked again.

use iso_country::Country;

use super::line::{Refusal, particulars};
use crate::books::config::Gst;
use crate::books::customers::Agreement;
use crate::model::gstin;
use crate::model::invoice::{Draft, Party, Treatment};
use crate::model::place;

/// The PIN of an address: of its own, or in its lines.
pub(super) fn pin(party: &Party) -> Option<String> {
    match &party.pin {
        Some(text) => place::pin(text),
        None => place::pin_in(&party.address),
    }
}

/// Whether there is more of an address than a State, a country or a PIN.
pub(super) fn has_address(party: &Party) -> bool {
    let is_region = |part: &str| {
        let is_country = Country::from_name(part).is_some() || part.parse::<Country>().is_ok();
        is_country || place::pin(part).is_some() || place::by_name(part).is_some()
    };
    let mut parts = party.address.iter().flat_map(|line| line.split(',')).map(str::trim);
    parts.any(|part| !part.is_empty() && !is_region(part))
}

/// What lacks of an Indian party's address, in a phrase.
fn lacking(party: &Party) -> Option<String> {
    if !has_address(party) {
        return Some("no address".to_owned());
    }
    if pin(party).is_none() {
        return Some(match &party.pin {
            Some(text) => format!("the PIN `{text}`, which is none: six digits"),
            None => "no PIN".to_owned(),
        });
    }
    party.state_code.is_none().then(|| "no State".to_owned())
}

/// Why the seller can issue no tax invoice to anybody.
#[must_use]
pub(crate) fn seller(seller: &Party) -> Option<Refusal> {
    let next = "Correct [seller] in crossfoot.toml, and close again.";
    if let Some(lacking) = lacking(seller) {
        return Some(particulars(format!("the seller has {lacking} (CGST Rule 46(a))"), next));
    }
    let own = seller.state_code.as_deref().unwrap_or_default();
    if matches!(own, "96" | "99") {
        return Some(particulars(format!("the seller's GSTIN is of no State: it begins with {own}"), next));
    }
    let pin = pin(seller)?;
    contradicts(&pin, own).then(|| particulars(format!("the seller's PIN {pin} is not of {}", named(own)), next))
}

/// Why a buyer can get no tax invoice. `agreement` is what `customers.csv` says of it.
#[must_use]
pub(crate) fn buyer(settings: &Gst, agreement: &Agreement, draft: &Draft) -> Option<Refusal> {
    let (buyer, supply) = (&draft.buyer, draft.supply.as_ref()?);
    let correct = "Correct it in customers.csv, and close again.";
    if supply.treatment.is_without_tax() && settings.lut.is_none() {
        let why = "it is supplied without tax, and the letter of undertaking is not named".to_owned();
        return Some(particulars(
            why,
            "Write its reference (ARN) into [invoice] lut, or charge the tax: gst_treatment.",
        ));
    }
    if let (true, None, Some(lut)) = (supply.treatment.is_export(), agreement.treatment, &settings.lut) {
        let why = format!(
            "it is abroad, and nothing says whether it is supplied with payment of tax or without, under the undertaking {lut} (IGST Act, section 16(3))"
        );
        return Some(particulars(
            why,
            "Write export-lut (without tax) or export (with IGST) into the column gst_treatment of customers.csv, and close again.",
        ));
    }
    if buyer.gstin.is_some() && buyer.gstin == draft.seller.gstin {
        return Some(particulars("it has the GSTIN of the seller".to_owned(), correct));
    }
    if let Some(number) = buyer.gstin.as_deref().filter(|number| !buyer.is_abroad() && number.starts_with("99")) {
        let why = format!("the GSTIN {number} is of no State: 99 is who is registered from abroad, or the Centre");
        return Some(particulars(why, correct));
    }
    if let Some(number) = buyer.gstin.as_deref().filter(|number| buyer.is_abroad() && gstin::check(number).is_ok()) {
        let why = format!("it is abroad, and has the GSTIN {number}: who is registered here is supplied here");
        return Some(particulars(why, "Correct gstin or country in customers.csv, and close again."));
    }
    let place = supply.place_code.as_str();
    let named = agreement.place_of_supply.as_deref().filter(|named| *named != "96");
    if let (true, Some(named)) = (supply.treatment.is_export(), named) {
        let why = format!("it is abroad, and its place of supply is named as {named}");
        return Some(particulars(why, "Correct place_of_supply or country in customers.csv, and close again."));
    }
    if !supply.treatment.is_export() && (matches!(place, "96" | "99") || gstin::today(place) != place) {
        let why = match gstin::today(place) {
            today if today != place => format!("its place of supply is {place}, which is {today} today"),
            _ => format!("its place of supply is {place}, which is no State"),
        };
        return Some(particulars(why, "Correct state_code or place_of_supply in customers.csv, and close again."));
    }
    if buyer.is_abroad() {
        let why = "it is abroad, and its address is not known".to_owned();
        return (!has_address(buyer)).then(|| particulars(why, correct));
    }
    if let Some(why) = contradiction(agreement, buyer) {
        let next = "Correct state_code, state, pin and gstin in customers.csv, and close again.";
        return Some(particulars(why, next));
    }
    if matches!(supply.treatment, Treatment::Registered | Treatment::SezWithPayment | Treatment::SezWithoutPayment) {
        let own = buyer.gstin.as_deref().and_then(|number| number.get(..2)).map(str::to_owned);
        let party = Party { state_code: buyer.state_code.clone().or(own), ..buyer.clone() };
        let why = |lacking| format!("it is registered and has {lacking} (CGST Rule 46(d))");
        return lacking(&party).map(|lacking| particulars(why(lacking), correct));
    }
    if let Some(text) = buyer.pin.as_deref().filter(|text| place::pin(text).is_none()) {
        return Some(particulars(format!("its PIN `{text}` is none: six digits"), correct));
    }
    if supply.is_assumed && has_address(buyer) {
        let why = "its address tells no State, so that the place of supply is not known".to_owned();
        return Some(particulars(why, "Write state_code, state or pin into customers.csv, and close again."));
    }
    None
}

/// What two particulars say against each other of where the buyer is. A place of supply that is
/// named may be elsewhere than the registration.
fn contradiction(agreement: &Agreement, buyer: &Party) -> Option<String> {
    let own = buyer.gstin.as_deref().and_then(|number| number.get(..2));
    let own = own.filter(|_| agreement.place_of_supply.is_none());
    let by_name = agreement.state.as_deref().and_then(place::by_name).map(|state| state.code.as_str());
    let code = buyer.state_code.as_deref();
    if let (Some(name), Some(code)) = (by_name, code)
        && gstin::today(name) != gstin::today(code)
    {
        let text = agreement.state.as_deref().unwrap_or_default();
        return Some(format!("its State is `{text}`, and the State code is that of {}", named(code)));
    }
    if let (Some(own), Some(code)) = (own, code)
        && gstin::today(own) != gstin::today(code)
    {
        return Some(format!("its GSTIN is of {}, and its address in {}", named(own), named(code)));
    }
    let (pin, code) = (pin(buyer)?, code.or(own)?);
    contradicts(&pin, code).then(|| format!("its PIN {pin} is not of {}", named(code)))
}

/// Whether a PIN is of no State that a code can mean.
fn contradicts(pin: &str, code: &str) -> bool {
    let states = place::by_pin(pin);
    !states.is_empty() && code != "97" && states.iter().all(|state| state != gstin::today(code))
}

/// `Karnataka (29)`
fn named(code: &str) -> String {
    gstin::state(code).map_or_else(|| format!("`{code}`"), |state| format!("{} ({code})", state.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bill::charges::complete;
    use crate::books::config;
    use crate::books::customers;
    use crate::model::invoice::{Charge, Line, Treatment};
    use crate::model::money::{Currency, Money, parse_plain};
    use crate::model::period::Period;

    const SELLER: &str =
        "[seller]\nlegal_name = \"S\"\naddress = \"1 Road\\nBengaluru 560001\"\ngstin = \"29AAFCC9980M1ZR\"\n";

    /// A draft over an amount for the customer of a file's row, and why it is refused.
    fn made(settings: &str, header: &str, row: &str, amount: &str) -> (Draft, Option<String>) {
        let invoicing = config::parse(&format!("[invoice]\nregime = \"gst\"\n{settings}\n{SELLER}"), "c").unwrap();
        let invoicing = invoicing.invoicing;
        let text = format!("customer_id,legal_name,{header}\nM,Buyer,{row}\n");
        let (customers, _) = customers::parse(text.as_bytes()).unwrap();
        let customer = customers["M"].clone();
        let amount = Money::new(parse_plain(amount).unwrap(), Currency::INR);
        let line = Line {
            description: "Calls".to_owned(),
            exact: amount,
            amount,
            ..Line::blank(Charge::OneOff, Currency::INR)
        };
        let mut draft = Draft {
            seller: invoicing.seller.clone(),
            buyer: customer.party,
            lines: vec![line],
            subtotal: amount,
            ..Draft::blank("M", &Period::parse("2026-03").unwrap(), Currency::INR)
        };
        let refused = match complete(&mut draft, &customer.agreement, &invoicing) {
            Ok(()) => {
                let config::Regime::Gst(gst) = &invoicing.regime else { panic!("no GST") };
                buyer(gst, &customer.agreement, &draft)
            }
            Err(crate::bill::tax::Failure::Refused(refusal)) => Some(refusal),
            Err(other) => panic!("{other:?}"),
        };
        (draft, refused.map(|refusal| refusal.why))
    }

    fn place_of(header: &str, row: &str) -> String {
        let (draft, refused) = made("", header, row, "100.00");
        assert_eq!(refused, None, "{header} {row}");
        let supply = draft.supply.unwrap();
        format!("{}{}", supply.place_code, if supply.is_assumed { " assumed" } else { "" })
    }

    #[test]
    fn the_state_follows_from_its_name_its_pin_or_its_address() {
        for (header, row, place) in [
            ("address,state", "1 Road,Tamilnadu", "33"),
            ("address,pin", "1 Road,400 001", "27"),
            ("address", "\"1 Road, Mumbai 400001\"", "27"),
            ("address", "\"1 Road, Kochi, Kerala\"", "32"),
            ("address,state_code,pin", "1 Road,34,605001", "34"),
            ("address,state,pin", "1 Road,Uttarakhand,247667", "05"),
            ("state_code", "27", "27"),
            // Nothing is on record: the supplier's (IGST Act, 12(2)(b)(ii)).
            ("email", "a@b.example", "29 assumed"),
            ("country", "India", "29 assumed"),
        ] {
            assert_eq!(place_of(header, row), place, "{header} {row}");
        }
    }

    #[test]
    fn what_contradicts_itself_or_lacks_is_refused() {
        for (header, row, why) in [
            (
                "address,state,state_code",
                "1 Road,Karnataka,27",
                "its State is `Karnataka`, and the State code is that of Maharashtra (27)",
            ),
            ("address,state_code,pin", "1 Road,29,400001", "its PIN 400001 is not of Karnataka (29)"),
            ("address,state,pin", "1 Road,Punjab,110001", "its PIN 110001 is not of Punjab (03)"),
            (
                "address,pin,gstin",
                "1 Road,560001,27AAPFU0939F1ZV",
                "its GSTIN is of Maharashtra (27), and its address in Karnataka (29)",
            ),
            ("address,state_code,pin", "1 Road,29,5600", "its PIN `5600` is none: six digits"),
            (
                "address,city",
                "4 Beach Road,Somewhere",
                "its address tells no State, so that the place of supply is not known",
            ),
            ("pin,state,gstin", "400001,MH,27AAPFU0939F1ZV", "it is registered and has no address (CGST Rule 46(d))"),
            ("address,gstin", "1 Road,27AAPFU0939F1ZV", "it is registered and has no PIN (CGST Rule 46(d))"),
            ("address,pin,gstin", "1 Road,560001,29AAFCC9980M1ZR", "it has the GSTIN of the seller"),
            (
                "address,country,gstin",
                "Tower 2,DE,27AAPFU0939F1ZV",
                "it is abroad, and has the GSTIN 27AAPFU0939F1ZV: who is registered here is supplied here",
            ),
            (
                "address,country,place_of_supply",
                "Tower 2,DE,29",
                "it is abroad, and its place of supply is named as 29",
            ),
            ("address,state_code", "1 Road,28", "its place of supply is 28, which is 37 today"),
            ("address,place_of_supply", "1 Road,96", "its place of supply is 96, which is no State"),
            (
                "address,country,gst_treatment",
                "Tower 2,AE,export-lut",
                "it is supplied without tax, and the letter of undertaking is not named",
            ),
            ("country", "AE", "it is abroad, and its address is not known"),
            (
                "reverse_charge,state_code",
                "yes,29",
                "its tax is to be paid on reverse charge, and it is `unregistered`",
            ),
        ] {
            assert_eq!(made("", header, row, "100.00").1.as_deref(), Some(why), "{header} {row}");
        }
        let number = format!("99AAPFU0939F1Z{}", gstin::check_character("99AAPFU0939F1Z").unwrap());
        let (_, refused) = made("", "address,pin,gstin", &format!("1 Road,400001,{number}"), "100.00");
        assert!(refused.unwrap().contains("of no State"));
    }

    #[test]
    fn what_the_law_does_not_ask_for_holds_nobody() {
        // Below ₹50,000 an unregistered buyer needs no address.
        assert_eq!(made("", "state_code", "27", "49999.99").1, None);
        assert!(made("", "state_code", "27", "50000.00").1.unwrap().contains("50,000"));
        assert!(made("", "state_code,country", "27,IN", "50000.00").1.unwrap().contains("50,000"));
        assert_eq!(made("", "address,pin,gstin", "\"1 Road, Mumbai\",400001,27AAPFU0939F1ZV", "1.00").1, None);
        assert_eq!(made("lut = \"AD29\"", "address,country,gst_treatment", "Tower 2,AE,export-lut", "1.00").1, None);
        // An undertaking is named, and nobody says whether it is meant.
        let untold = made("lut = \"AD29\"", "address,country", "Tower 2,AE", "1.00").1.unwrap();
        assert!(untold.contains("nothing says whether it is supplied with payment of tax"), "{untold}");
        assert_eq!(made("", "address,country", "Tower 2,AE", "1.00").1, None);
        // The place of supply is agreed, and the registration elsewhere.
        let row = "1 Road,560001,27AAPFU0939F1ZV,29";
        assert_eq!(made("", "address,pin,gstin,place_of_supply", row, "1.00").1, None);
    }

    #[test]
    fn a_seller_s_own_address_is_asked_for() {
        let seller = |text: &str| {
            let settings = format!("[seller]\ngstin = \"29AAFCC9980M1ZR\"\n{text}");
            super::seller(&config::parse(&settings, "c").unwrap().invoicing.seller).map(|refusal| refusal.why)
        };
        assert_eq!(seller("address = \"1 Road, Bengaluru 560001\""), None);
        assert_eq!(seller("address = \"1 Road\"\npin = \"560001\""), None);
        assert!(seller("").unwrap().contains("no address"));
        assert!(seller("address = \"1 Road\"").unwrap().contains("no PIN"));
        assert!(seller("address = \"1 Road\"\npin = \"400001\"").unwrap().contains("not of Karnataka (29)"));
    }

    #[test]
    fn the_tax_is_the_buyer_s_to_pay_only_where_it_is_registered() {
        let all = "reverse_charge = true";
        let row = "1 Road,400001,27AAPFU0939F1ZV";
        let (draft, refused) = made(all, "address,pin,gstin", row, "100.00");
        assert_eq!((refused, draft.taxes.len(), draft.total.plain()), (None, 0, "100.00".into()));
        assert_eq!(draft.lines[0].recipient_taxes[0].amount.plain(), "18.00");
        assert_eq!(draft.remarks, ["Tax payable by the recipient under reverse charge on ₹100.00: IGST 18 %: ₹18.00."]);
        for (header, row) in [("state_code", "27"), ("address,country", "Tower 2,AE")] {
            let (draft, refused) = made(all, header, row, "100.00");
            let supply = draft.supply.unwrap();
            assert_eq!((refused, supply.reverse_charge, draft.taxes.len()), (None, false, 1), "{header}");
        }
        // And a customer's own word comes first.
        let (draft, _) = made(all, "address,pin,gstin,reverse_charge", &format!("{row},no"), "100.00");
        assert_eq!((draft.supply.unwrap().treatment, draft.taxes.len()), (Treatment::Registered, 1));
        let (draft, _) = made("", "address,pin,gstin,reverse_charge", &format!("{row},yes"), "100.00");
        assert!(draft.supply.unwrap().reverse_charge);
    }
}
