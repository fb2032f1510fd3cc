//! What the portal would refuse of a return, and what a person should look at before it is
//! uploaded.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::earlier::Earlier;
use super::tables::{Check, Entry, Gstr1, Half};
use super::told::Told;
use crate::model::gstin;
use crate::model::invoice::Document;
use crate::model::money::parse_plain;
use crate::model::number::MAX_LENGTH;
use crate::model::supply_type::SupplyType;

impl Check {
    fn refused(about: &str, what: impl Into<String>, next: impl Into<String>) -> Self {
        Self { is_refused: true, about: about.to_owned(), what: what.into(), next: next.into() }
    }

    fn look(about: &str, what: impl Into<String>, next: impl Into<String>) -> Self {
        Self { is_refused: false, ..Self::refused(about, what, next) }
    }
}

/// The rates that the portal's lists offer, in per cent: those of the notifications 1/2017 and
/// 11/2017-CT(R) as amended, 40 since 22 September 2025 (9/2025-CT(R)).
const RATES: [&str; 13] = ["0", "0.1", "0.25", "1", "1.5", "3", "5", "6", "7.5", "12", "18", "28", "40"];

/// Rows that the offline tool takes at once (its FAQ: 19,000 line items).
const MOST_ROWS: usize = 19_000;

const VOID: &str = "Declare it void, correct customers.csv, and close again: crossfoot void NUMBER.";

/// A return of an earlier month says a value of a document that it never had.
pub(super) fn changed_by_hand(one: &Told<'_>) -> Check {
    Check::refused(
        &one.issued.number,
        format!("the return of {} has another value of it than was issued", one.month()),
        "Find out who changed that file; amend the document on the portal by hand.",
    )
}

/// Everything that is to be looked at.
pub(super) fn all(made: &Gstr1, told: &[Told<'_>], earlier: &Earlier, is_above_5_crore: bool) -> Vec<Check> {
    let mut found = Vec::new();
    if let Err(why) = gstin::check(&made.gstin) {
        found.push(Check::refused(
            "seller",
            format!("the GSTIN {} is wrong: {why}", made.gstin),
            "Correct [seller] gstin.",
        ));
    }
    for one in told.iter().filter(|one| one.month() == made.month.name) {
        of_document(one, made, &mut found);
    }
    repeated(told, &mut found);
    for entry in made.entries.iter().chain(&made.amended) {
        of_entry(entry, made, &mut found);
    }
    for entry in &made.entries {
        if entry.date < made.month.from {
            let what =
                format!("it is of {}, whose return lacks it, and is told in this one", entry.date.format("%B %Y"));
            found.push(Check::look(&entry.number, what, "Table 13 of that month cannot be amended; nothing to do."));
        }
    }
    for entry in &made.amended {
        let what = format!(
            "an earlier return had it, and it is void: table {}a tells it with amounts of zero",
            entry.table.name()
        );
        let next = "Until GSTR-3B of that month is filed, GSTR-1A can say the same.";
        found.push(Check::look(&entry.number, what, next));
    }
    let known: BTreeSet<&str> = told.iter().map(|one| one.issued.number.as_str()).collect();
    for number in earlier.values.keys().filter(|number| !known.contains(number.as_str())) {
        let what = "an earlier return has it, and these books never issued it";
        found.push(Check::refused(number, what, "Find out who put it there; amend it on the portal by hand."));
    }
    of_services(made, is_above_5_crore, &mut found);
    for (small, amounts) in made.small.iter().filter(|(_, amounts)| amounts.taxable.is_sign_negative()) {
        let what = format!("notes exceed invoices: {} before tax at {} %", amounts.taxable, small.rate);
        found.push(Check::look(
            &format!("table 7, {}", small.place),
            what,
            "The portal takes it; look at the notes once.",
        ));
    }
    let rows = made.entries.iter().map(|entry| entry.items.len()).fold(made.small.len(), |sum, rows| sum + rows);
    if rows > MOST_ROWS {
        let what = format!("{rows} rows, and the offline tool takes {MOST_ROWS} at once");
        found.push(Check::look("return", what, "Upload the file to the portal, or in parts."));
    }
    found
}

/// What concerns a document of the month, told by itself or not.
fn of_document(one: &Told<'_>, made: &Gstr1, found: &mut Vec<Check>) {
    let (number, draft) = (one.issued.number.as_str(), &one.issued.content);
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "-/".contains(c);
    if number.len() > MAX_LENGTH || !number.chars().all(is_allowed) {
        let what =
            format!("its number is longer than {MAX_LENGTH} characters, or has others than letters, digits, - and /");
        found.push(Check::refused(
            number,
            what,
            "Change number_format in [invoice] (Rule 46(b)); then as for any void document.",
        ));
    }
    if one.is_void {
        return;
    }
    let Some(supply) = &draft.supply else {
        let what = "it was issued without GST, and is in no table but 13";
        found.push(Check::refused(number, what, "Declare it void and close again under [invoice] regime = \"gst\"."));
        return;
    };
    if one.is_without_tax() {
        let what = "it reduces no tax, and is in no table but 13";
        found.push(Check::look(number, what, "Nothing to do: section 34 knows only notes that do."));
        return;
    }
    let Some(kind) = one.supply() else {
        let what = format!("it is in {}, and the return is in rupees: it is in no table but 13", draft.currency.code());
        found.push(Check::refused(number, what, "Enter it on the portal by hand, at the rate of exchange of the day."));
        return;
    };
    if draft.seller.gstin.as_deref() != Some(&made.gstin) {
        let other = draft.seller.gstin.as_deref().unwrap_or("none");
        let what = format!("its seller's GSTIN is {other}, and the return is of {}", made.gstin);
        found.push(Check::refused(number, what, "Each registration has a return of its own: take it out by hand."));
    }
    if gstin::state(&supply.place_code).is_none_or(|state| state.code == "99")
        || (supply.place_code == "96") != kind.is_export()
    {
        let what = format!("its place of supply, `{}`, is none that the portal knows", supply.place_code);
        found.push(Check::refused(number, what, VOID));
    }
    if supply.reverse_charge && kind != SupplyType::Registered {
        let what = format!("the buyer is to owe the tax, which a {} supply does not know", kind.name());
        found.push(Check::refused(number, what, "Declare it void and close again without [invoice] reverse_charge."));
    }
    if let Some(tax) =
        draft.taxes.iter().find(|tax| !["IGST", "CGST", "SGST", "UTGST", "CESS"].contains(&tax.kind.as_str()))
    {
        let what = format!("it bears {}, and the return has no such tax", tax.kind);
        found.push(Check::refused(number, what, VOID));
    }
    if draft.document != Document::Invoice {
        match &draft.original {
            None => found.push(Check::refused(number, "it is a note and names no invoice", VOID)),
            Some(original) if one.original.is_none() => {
                let what =
                    format!("the invoice that it corrects, {}, is not in the books, or is void", original.number);
                found.push(Check::refused(number, what, VOID));
            }
            Some(_) => {}
        }
    }
}

/// A number twice, as the portal compares them: without case.
fn repeated(told: &[Told<'_>], found: &mut Vec<Check>) {
    let mut seen: BTreeMap<String, u64> = BTreeMap::new();
    for one in told {
        *seen.entry(one.issued.number.to_uppercase()).or_default() += 1;
    }
    for (number, times) in seen.into_iter().filter(|(_, times)| *times > 1) {
        found.push(Check::refused(&number, format!("{times} documents have this number"), VOID));
    }
}

/// What concerns a document that is told by itself.
fn of_entry(entry: &Entry, made: &Gstr1, found: &mut Vec<Check>) {
    let mut refuse = |what: String| found.push(Check::refused(&entry.number, what, VOID));
    if entry.supply.is_registered() {
        match &entry.gstin {
            None => refuse("its buyer has no GSTIN".to_owned()),
            Some(number) if *number == made.gstin => refuse("its buyer is the seller".to_owned()),
            Some(number) => {
                if let Err(why) = gstin::check(number) {
                    refuse(format!("its buyer's GSTIN {number} is wrong: {why}"));
                }
            }
        }
    }
    if entry.value.is_negative() {
        refuse("its value is below zero".to_owned());
    }
    for item in &entry.items {
        let amounts = item.amounts;
        if !RATES.iter().any(|rate| parse_plain(rate) == Ok(item.rate)) {
            refuse(format!("{} % is no rate of the portal", item.rate));
        }
        if amounts.all().iter().any(|(_, amount)| amount.is_sign_negative() && !amount.is_zero()) {
            refuse(format!("its amounts at {} % are below zero", item.rate));
        }
        let at_home = amounts.cgst != Decimal::ZERO || amounts.sgst != Decimal::ZERO;
        if (entry.is_inter && at_home) || (!entry.is_inter && amounts.igst != Decimal::ZERO) {
            refuse(format!("its taxes are not those of a supply to {}", entry.place));
        }
        if amounts.cgst != amounts.sgst {
            refuse("its central tax is not its State tax".to_owned());
        }
    }
}

/// Table 12: codes of services.
fn of_services(made: &Gstr1, is_above_5_crore: bool, found: &mut Vec<Check>) {
    let codes: BTreeSet<&str> = made.hsn.keys().map(|(_, sac, _)| sac.as_str()).collect();
    let next = "Set [invoice] sac, and sac in charges.csv, to six digits.";
    for code in codes {
        let is_code = matches!(code.len(), 4 | 6 | 8) && code.bytes().all(|b| b.is_ascii_digit());
        let about = format!("table 12, {code}");
        if !is_code || !code.starts_with("99") {
            found.push(Check::refused(&about, "it is no code of a service: 99 and two, four or six digits", next));
        } else if code.len() < 6 && is_above_5_crore {
            let what = "six digits are needed above ₹5 crore of turnover in the year before (Notification 78/2020-CT)";
            found.push(Check::refused(&about, what, next));
        } else if code.len() < 6 {
            let what =
                "four digits are enough up to ₹5 crore of turnover in the year before only (Notification 78/2020-CT)";
            found.push(Check::look(&about, what, next));
        }
    }
    let is_split = made.month.name.as_str() >= "2025-05";
    if is_split && made.hsn.keys().any(|(half, ..)| *half == Half::Both) {
        let what = "something of a month before May 2025 is amended, when it was not apart by who buys";
        found.push(Check::refused("table 12", what, "Enter its difference in table 12 on the portal by hand."));
    }
}
