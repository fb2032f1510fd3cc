//! A party's particulars, a line each: address, numbers, and what a company says of itself.

use iso_country::Country;

use crate::model::gstin;
use crate::model::invoice::{Edition, Party};
use crate::render::pdf::template::Labels;

/// The lines below a party's name. `is_gst` tells whether the document is one of Indian GST.
pub(super) fn lines(party: &Party, labels: &Labels, edition: Edition, is_gst: bool) -> Vec<String> {
    let named = |label: &str, value: &Option<String>| value.as_ref().map(|v| format!("{label}: {v}"));
    if edition == Edition::First {
        let numbers = named(&labels.gstin, &party.gstin).into_iter();
        let numbers = numbers.chain(named(&labels.state_code, &party.state_code));
        return party.address.iter().cloned().chain(numbers).collect();
    }
    let is_indian = party.gstin.as_deref().is_some_and(|number| number.starts_with(|c: char| c.is_ascii_digit()));
    let number = if is_gst || is_indian { &labels.gstin } else { &labels.tax_number };
    let state = party.state_code.as_ref().map(|code| match gstin::state(code) {
        Some(state) => format!("{}: {} ({code})", labels.state, state.name),
        None => format!("{}: {code}", labels.state_code),
    });
    let own = &party.registered;
    let mut lines = address(party, is_gst);
    lines.extend(state);
    lines.extend(named(number, &party.gstin));
    lines.extend(named(&labels.pan, &own.pan));
    lines.extend(named(&labels.cin, &own.cin));
    lines.extend(named(&labels.udyam, &own.udyam));
    lines.extend(named(&labels.phone, &own.phone));
    lines.extend(named(&labels.website, &own.website));
    lines
}

/// The address with city, PIN and country, each as it stands there already or by itself.
fn address(party: &Party, is_gst: bool) -> Vec<String> {
    let mut lines = party.address.clone();
    let code = party.country.as_deref();
    let country = code.and_then(|code| code.parse::<Country>().ok()).map(|country| country.name().to_owned());
    if let (Some(code), Some(name)) = (code, &country) {
        for line in &mut lines {
            // A code is a line, or what comes last in it.
            let before = line.strip_suffix(code).filter(|before| before.is_empty() || before.ends_with(", "));
            if let Some(before) = before.map(str::to_owned) {
                *line = format!("{before}{name}");
            }
        }
    }
    let folded = |text: &str| text.to_lowercase().replace(' ', "");
    let stands = |lines: &[String], text: &str| lines.iter().any(|line| folded(line).contains(&folded(text)));
    let place: Vec<&str> = [&party.city, &party.pin]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .filter(|part| !stands(&lines, part))
        .collect();
    if !place.is_empty() {
        lines.push(place.join(" "));
    }
    // India is everybody's default: it is worth a line where the law asks for particulars.
    if let Some(name) = country.filter(|name| (is_gst || code != Some("IN")) && !stands(&lines, name)) {
        lines.push(name);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::invoice::Registered;
    use crate::render::pdf::template::{SHIPPED, Template};

    fn of(party: &Party, edition: Edition, is_gst: bool) -> Vec<String> {
        lines(party, &Template::parse(SHIPPED[0].1, "classic").unwrap().labels, edition, is_gst)
    }

    #[test]
    fn particulars_are_told_once_and_by_name() {
        let some = |text: &str| Some(text.to_owned());
        let party = Party {
            address: vec!["12 Residency Road".to_owned()],
            city: some("Bengaluru"),
            pin: some("560001"),
            country: some("IN"),
            state_code: some("29"),
            gstin: some("29AAFCC9980M1ZR"),
            registered: Registered {
                cin: some("U64200KA2015PTC080001"),
                pan: some("AAFCC9980M"),
                udyam: some("UDYAM-KR-03-0012345"),
                phone: some("+91 80 4000 0000"),
                website: some("malabar-voice.example"),
            },
            ..Party::default()
        };
        assert_eq!(
            of(&party, Edition::Second, true),
            [
                "12 Residency Road",
                "Bengaluru 560001",
                "India",
                "State: Karnataka (29)",
                "GSTIN: 29AAFCC9980M1ZR",
                "PAN: AAFCC9980M",
                "CIN: U64200KA2015PTC080001",
                "UDYAM: UDYAM-KR-03-0012345",
                "Telephone: +91 80 4000 0000",
                "Website: malabar-voice.example",
            ]
        );
        assert_eq!(of(&party, Edition::First, true)[1..], ["GSTIN: 29AAFCC9980M1ZR", "State code: 29"]);
        // What stands in the address is not said again, and a country's code becomes its name.
        let address = ["1 Road", "Dubai 4000", "AE"].map(str::to_owned).to_vec();
        let abroad = Party { address, city: some("dubai"), pin: some("4000"), country: some("AE"), ..Party::default() };
        assert_eq!(of(&abroad, Edition::Second, true), ["1 Road", "Dubai 4000", "United Arab Emirates"]);
        // Another country's number is no GSTIN.
        let german = Party { gstin: some("DE123456789"), country: some("DE"), ..Party::default() };
        assert_eq!(of(&german, Edition::Second, false), ["Germany", "VAT number: DE123456789"]);
    }
}
