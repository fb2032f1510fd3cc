//! Indian goods and services tax: which tax, at which rate, and what the invoice must say
//! (CGST Rule 46; IGST Act, sections 7, 8, 12, 13 and 16).

use rust_decimal::Decimal;

use super::law;
use super::line::{Failure, Refusal, on_line, particulars};
use super::rule46;
use crate::books::config::Gst;
use crate::books::customers::Agreement;
use crate::model::gstin::{self, State};
use crate::model::invoice::{Draft, Edition, Party, Supply, Treatment, tax_sums};
use crate::model::money::from_parts;
use crate::model::place;

/// Taxes a draft.
///
/// # Errors
/// Particulars that are wrong or missing; a tax beyond the exact range.
pub(crate) fn apply(settings: &Gst, agreement: &Agreement, draft: &mut Draft) -> Result<(), Failure> {
    let day = draft.period.to;
    // A note's buyer is its invoice's, with all that was deduced then.
    if draft.edition > Edition::First && draft.original.is_none() {
        draft.buyer.state_code = state_on_record(&draft.buyer, agreement);
    }
    let supply = supply(settings, agreement, draft).map_err(Failure::Refused)?;
    let seller = draft.seller.state_code.clone().unwrap_or_default();
    let zero_rated = !matches!(supply.treatment, Treatment::Registered | Treatment::Unregistered);
    // Supplies to special economic zones are inter-State even next door (IGST Act, 7(5)).
    let inside = !zero_rated && supply.place_code == seller;
    let own_tax = gstin::state(&seller).map_or("SGST", |state| state.own_tax.as_str());
    for line in &mut draft.lines {
        let sac = line.sac.clone().unwrap_or_else(|| settings.sac.clone());
        let rate = law::rate(&sac, day).ok_or_else(|| {
            Failure::Refused(Refusal {
                code: "gst-particulars",
                why: format!("no GST rate is known for the service {sac}"),
                next: "Correct the code: [invoice] sac, or the column sac of charges.csv.".to_owned(),
            })
        })?;
        line.sac = Some(sac);
        let half = from_parts(rate.mantissa() * 5, rate.scale() + 1)?.normalize();
        line.taxes = if supply.treatment.is_without_tax() {
            vec![on_line(line, "IGST", Decimal::ZERO)?]
        } else if inside {
            vec![on_line(line, "CGST", half)?, on_line(line, own_tax, half)?]
        } else {
            vec![on_line(line, "IGST", rate)?]
        };
        if supply.reverse_charge {
            // The buyer owes the tax: none of it is charged here.
            let owed = std::mem::take(&mut line.taxes);
            line.recipient_taxes = if draft.edition > Edition::First { owed } else { Vec::new() };
        }
    }
    // Rate and amount are particulars all the same (CGST Rule 46(l), (m)).
    let owed = tax_sums(&draft.lines, |line| &line.recipient_taxes)?;
    if !owed.is_empty() {
        let heads: Vec<String> =
            owed.iter().map(|tax| format!("{} {} %: {}", tax.kind, tax.rate, tax.amount.display())).collect();
        let base = draft.subtotal.display();
        draft
            .remarks
            .push(format!("Tax payable by the recipient under reverse charge on {base}: {}.", heads.join(", ")));
    }
    let endorsement = match supply.treatment {
        Treatment::SezWithPayment | Treatment::ExportWithPayment => law::endorsement("with-payment", day),
        Treatment::SezWithoutPayment | Treatment::ExportWithoutPayment => law::endorsement("without-payment", day),
        _ => None,
    };
    let declaration = law::endorsement("no-e-invoice", day).filter(|_| settings.declaration);
    draft.remarks.extend(endorsement.into_iter().chain(declaration).map(str::to_owned));
    if let (true, Some(lut)) = (supply.treatment.is_without_tax(), &settings.lut) {
        draft.remarks.push(format!("Letter of undertaking: {lut}"));
    }
    draft.supply = Some(supply);
    Ok(())
}

/// How the supply is treated, and where it is.
fn supply(settings: &Gst, agreement: &Agreement, draft: &Draft) -> Result<Supply, Refusal> {
    let buyer = &draft.buyer;
    let abroad = buyer.is_abroad();
    let registered = buyer.gstin.as_deref().filter(|_| !abroad);
    let own = registered
        .map(gstin::check)
        .transpose()
        .map_err(|why| Refusal {
            code: "gstin-invalid",
            why: format!("the GSTIN {} is wrong: {why}", registered.unwrap_or_default()),
            next: "Ask the customer for the right one, write it in customers.csv, and close again.".to_owned(),
        })?
        .map(str::to_owned);
    let treatment = match agreement.treatment {
        Some(named) => named,
        None if abroad => Treatment::ExportWithPayment,
        None if registered.is_some() => Treatment::Registered,
        None => Treatment::Unregistered,
    };
    let wrong = match treatment {
        Treatment::Registered if registered.is_none() => Some("it is `registered` and has no GSTIN"),
        Treatment::Unregistered if registered.is_some() => Some("it is `unregistered` and has a GSTIN"),
        Treatment::SezWithPayment | Treatment::SezWithoutPayment if registered.is_none() => {
            Some("a special economic zone unit has a GSTIN, and this one has none")
        }
        treatment if treatment.is_export() != abroad => Some("its gst_treatment and its country contradict each other"),
        _ => None,
    };
    if let Some(wrong) = wrong {
        return Err(particulars(wrong.to_owned(), "Correct gst_treatment, gstin and country in customers.csv."));
    }
    let named = agreement.place_of_supply.clone();
    // Today this is asked of who has no document yet (`rule46`).
    if let (Edition::First, Some(own), Some(code), None) = (draft.edition, &own, &buyer.state_code, &named)
        && own != code
        && gstin::state(own).is_some_and(|state| !state.own_tax.is_empty())
    {
        return Err(particulars(
            format!("its GSTIN is of the State {own} and its address in {code}"),
            "Correct gstin or state_code in customers.csv, or name the place_of_supply.",
        ));
    }
    // The recipient's address on record, failing which the supplier's (IGST Act, 12(2)).
    let on_record = named.or_else(|| buyer.state_code.clone()).or_else(|| own.clone());
    let place = if treatment.is_export() {
        "96".to_owned()
    } else {
        on_record.clone().or_else(|| draft.seller.state_code.clone()).unwrap_or_default()
    };
    let known: &State = gstin::state(&place).ok_or_else(|| {
        particulars(
            format!("there is no State with the code `{place}`"),
            "Correct state_code in customers.csv: two digits.",
        )
    })?;
    let limit = law::unregistered_particulars(draft.period.to);
    let large = limit.is_some_and(|limit| draft.subtotal.amount() >= limit);
    // A country alone is no address.
    let has_address =
        if draft.edition > Edition::First { rule46::has_address(buyer) } else { !buyer.address.is_empty() };
    if treatment == Treatment::Unregistered && large && (!has_address || buyer.state_code.is_none()) {
        return Err(particulars(
            "it is not registered and is charged ₹50,000 or more, so its address and State must stand on the invoice"
                .to_owned(),
            "Write address and state_code in customers.csv.",
        ));
    }
    Ok(Supply {
        treatment,
        place_code: known.code.clone(),
        place_name: known.name.clone(),
        reverse_charge: reverse_charge(settings, agreement, treatment, (draft.edition, draft.original.is_some()))?,
        is_assumed: draft.edition > Edition::First && !treatment.is_export() && on_record.is_none(),
    })
}

/// Whether the buyer owes the tax. Only who is registered can; a supply abroad or to a special
/// economic zone is zero-rated, whoever pays.
fn reverse_charge(
    settings: &Gst,
    agreement: &Agreement,
    treatment: Treatment,
    (edition, is_note): (Edition, bool),
) -> Result<bool, Refusal> {
    let can = is_note || edition == Edition::First || treatment == Treatment::Registered;
    match agreement.reverse_charge {
        Some(true) if !can => Err(particulars(
            format!("its tax is to be paid on reverse charge, and it is `{}`", treatment.name()),
            "Only a registered buyer can owe the tax: correct reverse_charge or gst_treatment in customers.csv.",
        )),
        Some(named) => Ok(named),
        None => Ok(settings.reverse_charge && can),
    }
}

/// The code of the State in which the buyer's address is: as customers.csv has it by code or by
/// name, or as its PIN or its lines tell where they are plain.
fn state_on_record(buyer: &Party, agreement: &Agreement) -> Option<String> {
    if buyer.state_code.is_some() || buyer.is_abroad() {
        return buyer.state_code.clone();
    }
    let by_name = || agreement.state.as_deref().and_then(place::by_name);
    let by_pin = || match place::by_pin(&rule46::pin(buyer)?) {
        [only] => gstin::state(only),
        _ => None,
    };
    let found = by_name().or_else(by_pin).or_else(|| place::named_in(&buyer.address))?;
    Some(found.code.clone())
}
