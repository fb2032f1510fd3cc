//! What decides money in a bill, at its lowest level: what is charged, which tax, what
//! becomes whole, and which note corrects.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::charges::complete;
use super::corrections::{find, note};
use super::tax::Failure;
use crate::books::config::{self, Invoicing};
use crate::books::customers::Agreement;
use crate::model::finding::Severity;
use crate::model::invoice::{Charge, Document, Draft, Edition, Issued, Line, Pricing, Treatment};
use crate::model::money::{Currency, Money, parse_plain};
use crate::model::period::Period;
use crate::model::usage::Direction;

const GST: &str = "[invoice]\nregime = \"gst\"\n[seller]\nlegal_name = \"Seller\"\ngstin = \"29AAFCC9980M1ZR\"\n";

fn invoicing(text: &str) -> Invoicing {
    config::parse(text, "c").unwrap().invoicing
}

fn inr(text: &str) -> Money {
    Money::new(parse_plain(text).unwrap(), Currency::INR)
}

fn line(charge: Charge, direction: Option<Direction>, amount: &str) -> Line {
    Line {
        description: format!("{} {}", charge.name(), direction.map_or("", Direction::name)),
        direction,
        exact: inr(amount),
        amount: inr(amount),
        ..Line::blank(charge, Currency::INR)
    }
}

fn draft(lines: Vec<Line>) -> Draft {
    let period = Period::parse("2026-03").unwrap();
    let mut draft = Draft::blank("MA_1", &period, Currency::INR);
    draft.seller = invoicing(GST).seller;
    draft.buyer.legal_name = "Buyer".to_owned();
    draft.subtotal = lines.iter().fold(inr("0"), |sum, line| sum.plus(&line.amount).unwrap());
    draft.lines = lines;
    draft
}

fn completed(settings: &str, agreement: &Agreement, mut draft: Draft) -> Result<Draft, Failure> {
    complete(&mut draft, agreement, &invoicing(settings)).map(|()| draft)
}

fn refused(made: Result<Draft, Failure>) -> (&'static str, String) {
    match made {
        Err(Failure::Refused(refusal)) => (refusal.code, refusal.why),
        other => panic!("{other:?}"),
    }
}

fn taxes(draft: &Draft) -> Vec<String> {
    draft.taxes.iter().map(|t| format!("{} {} on {} = {}", t.kind, t.rate, t.base.plain(), t.amount.plain())).collect()
}

fn usage(inbound: &str, outbound: &str) -> Draft {
    draft(vec![
        line(Charge::Usage, Some(Direction::Inbound), inbound),
        line(Charge::Usage, Some(Direction::Outbound), outbound),
    ])
}

#[test]
fn taxes_are_rounded_a_line_and_half_up_and_the_total_to_the_rupee() {
    // 9 % of 0.05 is 0.0045, of 0.06 0.0054, of 0.50 0.045: half up, line by line.
    let made = completed(GST, &Agreement::default(), usage("0.06", "0.50")).unwrap();
    assert_eq!(taxes(&made), ["CGST 9 on 0.56 = 0.06", "SGST 9 on 0.56 = 0.06"]);
    assert_eq!((made.round_off.plain(), made.total.plain()), ("0.32".into(), "1.00".into()));
    assert_eq!(made.amount_in_words, "Rupees One Only");
    let made = completed(GST, &Agreement::default(), usage("1.00", "0.26")).unwrap();
    // 1.26 + 0.11 + 0.11 = 1.48
    assert_eq!((made.round_off.plain(), made.total.plain()), ("-0.48".into(), "1.00".into()));
    let plain = GST.replace("[seller]", "round_total = \"none\"\n[seller]");
    let made = completed(&plain, &Agreement::default(), usage("1.00", "0.26")).unwrap();
    assert_eq!((made.round_off.plain(), made.total.plain()), ("0.00".into(), "1.48".into()));
}

#[test]
fn a_total_without_gst_is_not_made_whole_unless_the_settings_say_so() {
    let made = completed("", &Agreement::default(), usage("1.00", "0.26")).unwrap();
    assert_eq!((made.taxes.len(), made.total.plain()), (0, "1.26".into()));
    let whole = "[invoice]\nround_total = \"whole\"\n";
    let made = completed(whole, &Agreement::default(), usage("1.00", "0.50")).unwrap();
    assert_eq!((made.round_off.plain(), made.total.plain()), ("0.50".into(), "2.00".into()));
    let vat = "[invoice]\nregime = \"vat\"\nvat_rate = \"20.0\"\nvat_name = \"MwSt\"\n";
    let made = completed(vat, &Agreement::default(), usage("1.00", "0.26")).unwrap();
    assert_eq!(taxes(&made), ["MwSt 20 on 1.26 = 0.25"]);
    assert_eq!(made.total.plain(), "1.51");
    let mut dollars = usage("0", "0");
    dollars.currency = Currency::parse("USD").unwrap();
    let usd = |text: &str| Money::new(parse_plain(text).unwrap(), dollars.currency);
    let mut dollars = Draft { subtotal: usd("1.26"), lines: Vec::new(), ..dollars.clone() };
    complete(&mut dollars, &Agreement::default(), &invoicing(GST)).unwrap();
    assert_eq!(dollars.total.plain(), "1.26");
}

#[test]
fn value_added_tax_is_that_of_all_lines_together() {
    let vat = "[invoice]\nregime = \"vat\"\nvat_rate = \"18\"\n";
    let lines = |count: usize, amount: &str| (0..count).map(|_| line(Charge::OneOff, None, amount)).collect();
    for (count, amount, tax) in [(115, "50.05", "1036.04"), (300, "10.02", "541.08"), (400, "-0.01", "-0.72")] {
        let made = completed(vat, &Agreement::default(), draft(lines(count, amount))).unwrap();
        assert_eq!(made.taxes[0].amount.plain(), tax, "{count} times {amount}");
        // Each line bears its share to the cent, and they add up.
        let shares: Vec<Money> = made.lines.iter().map(|line| line.taxes[0].amount).collect();
        let sum = crate::model::money::total(Currency::INR, &shares).unwrap();
        assert_eq!((sum.plain(), shares.len()), (tax.to_owned(), count));
    }
    // 0.1 rounded it line by line: 300 times 1.80.
    let first = Invoicing { edition: Edition::First, ..invoicing(vat) };
    let mut made = draft(lines(300, "10.02"));
    complete(&mut made, &Agreement::default(), &first).unwrap();
    assert_eq!((made.taxes[0].amount.plain(), made.edition), ("540.00".into(), Edition::First));
}

/// Each head is rounded a line: CGST and SGST are alike, and together no further from IGST than
/// a paisa a line.
#[test]
fn the_heads_of_gst_agree_to_a_paisa_a_line() {
    for amount in ["50.05", "10.02", "0.05", "0.06", "33.33", "99999.99", "1.00"] {
        let taxed = |state: &str| {
            let mut draft = draft((0..115).map(|_| line(Charge::OneOff, None, amount)).collect());
            draft.buyer.state_code = Some(state.to_owned());
            draft.buyer.address = vec!["1 Road".to_owned()];
            completed(GST, &Agreement::default(), draft).unwrap().taxes
        };
        let (inside, outside) = (taxed("29"), taxed("27"));
        assert_eq!(inside[0].amount, inside[1].amount, "{amount}");
        let off = inside[0].amount.plus(&inside[1].amount).unwrap().minus(&outside[0].amount).unwrap();
        assert!(off.abs() <= inr("1.15"), "{amount}: {}", off.plain());
    }
}

#[test]
fn where_the_supply_is_decides_which_gst() {
    let supplied = |change: &dyn Fn(&mut Draft, &mut Agreement)| {
        let (mut draft, mut agreement) = (usage("100.00", "50.00"), Agreement::default());
        change(&mut draft, &mut agreement);
        completed(GST, &agreement, draft)
    };
    let of = |made: Result<Draft, Failure>| {
        let made = made.unwrap();
        let supply = made.supply.clone().unwrap();
        (taxes(&made), supply.treatment, supply.place_code, made.remarks.len())
    };
    let (inside, treatment, place, _) = of(supplied(&|_, _| ()));
    assert_eq!(inside, ["CGST 9 on 150.00 = 13.50", "SGST 9 on 150.00 = 13.50"]);
    assert_eq!((treatment, place.as_str()), (Treatment::Unregistered, "29"));
    // A registered buyer of another State, by its GSTIN or its address.
    let (other, treatment, place, _) = of(supplied(&|draft, _| draft.buyer.gstin = Some("27AAPFU0939F1ZV".into())));
    assert_eq!(other, ["IGST 18 on 150.00 = 27.00"]);
    assert_eq!((treatment, place.as_str()), (Treatment::Registered, "27"));
    let (there, _, place, _) = of(supplied(&|draft, _| draft.buyer.state_code = Some("33".into())));
    assert_eq!((there, place.as_str()), (vec!["IGST 18 on 150.00 = 27.00".to_owned()], "33"));
    // The agreed place of supply stands before both.
    let (agreed, _, place, _) = of(supplied(&|draft, agreement| {
        draft.buyer.gstin = Some("27AAPFU0939F1ZV".into());
        agreement.place_of_supply = Some("29".into());
    }));
    assert_eq!((agreed.len(), place.as_str()), (2, "29"));
    // A union territory without a legislature has a tax of its own.
    let (own, ..) = of(supplied(&|draft, _| {
        draft.seller.state_code = Some("04".into());
        draft.buyer.state_code = Some("04".into());
    }));
    assert_eq!(own, ["CGST 9 on 150.00 = 13.50", "UTGST 9 on 150.00 = 13.50"]);
    // Special economic zones are inter-State even next door; without payment, at no rate.
    let zone = |named: Treatment| {
        supplied(&|draft, agreement| {
            draft.buyer.gstin = Some("29AAFCC9980M1ZR".into());
            agreement.treatment = Some(named);
        })
    };
    let (zoned, _, place, remarks) = of(zone(Treatment::SezWithPayment));
    assert_eq!((zoned, place.as_str(), remarks), (vec!["IGST 18 on 150.00 = 27.00".to_owned()], "29", 1));
    assert_eq!(of(zone(Treatment::SezWithoutPayment)).0, ["IGST 0 on 150.00 = 0.00"]);
    let (abroad, treatment, place, _) = of(supplied(&|draft, _| draft.buyer.country = Some("AE".into())));
    assert_eq!((abroad, treatment), (vec!["IGST 18 on 150.00 = 27.00".to_owned()], Treatment::ExportWithPayment));
    assert_eq!(place, "96");
}

#[test]
fn what_gst_cannot_be_charged_on_is_refused() {
    let refuse = |change: &dyn Fn(&mut Draft, &mut Agreement)| {
        let (mut draft, mut agreement) = (usage("49999.99", "0.01"), Agreement::default());
        change(&mut draft, &mut agreement);
        refused(completed(GST, &agreement, draft))
    };
    let named =
        |treatment: Treatment| move |_: &mut Draft, agreement: &mut Agreement| agreement.treatment = Some(treatment);
    assert_eq!(refuse(&|draft, _| draft.buyer.gstin = Some("27AAPFU0939F1ZX".into())).0, "gstin-invalid");
    assert!(refuse(&named(Treatment::Registered)).1.contains("has no GSTIN"));
    assert!(refuse(&named(Treatment::SezWithPayment)).1.contains("special economic zone"));
    assert!(refuse(&named(Treatment::SezWithoutPayment)).1.contains("special economic zone"));
    assert!(refuse(&named(Treatment::ExportWithPayment)).1.contains("contradict"));
    let unregistered = refuse(&|draft, agreement| {
        draft.buyer.gstin = Some("27AAPFU0939F1ZV".into());
        agreement.treatment = Some(Treatment::Unregistered);
    });
    assert!(unregistered.1.contains("has a GSTIN"), "{}", unregistered.1);
    assert!(refuse(&|draft, _| draft.buyer.state_code = Some("50".into())).1.contains("no State with the code `50`"));
    // ₹50,000 and more: the address and the State of who is not registered must be known.
    assert!(refuse(&|_, _| ()).1.contains("50,000"));
    assert!(refuse(&|draft, _| draft.buyer.state_code = Some("29".into())).1.contains("50,000"));
    let known = |draft: &mut Draft| {
        draft.buyer.state_code = Some("29".into());
        draft.buyer.address = vec!["1 MG Road".into()];
    };
    let mut large = usage("49999.99", "0.01");
    known(&mut large);
    assert!(completed(GST, &Agreement::default(), large).is_ok());
    assert!(completed(GST, &Agreement::default(), usage("49999.99", "0")).is_ok());
    let mut unknown = usage("1.00", "1.00");
    unknown.lines[1].sac = Some("100630".to_owned());
    assert!(refused(completed(GST, &Agreement::default(), unknown)).1.contains("100630"));
}

#[test]
fn a_buyer_who_owes_the_tax_is_charged_none_and_declarations_are_printed() {
    let settings = GST.replace("[seller]", "reverse_charge = true\ndeclaration = true\nlut = \"AD290326\"\n[seller]");
    let mut registered = usage("100.00", "50.00");
    registered.buyer.gstin = Some("29AADCB2230M1ZP".into());
    let made = completed(&settings, &Agreement::default(), registered).unwrap();
    assert_eq!((made.taxes.len(), made.total.plain()), (0, "150.00".into()));
    assert!(made.supply.as_ref().unwrap().reverse_charge);
    let owed = "Tax payable by the recipient under reverse charge on ₹150.00: CGST 9 %: ₹13.50, SGST 9 %: ₹13.50.";
    assert_eq!((made.remarks.len(), made.remarks[0].as_str()), (2, owed));
    let mut abroad = usage("100.00", "50.00");
    abroad.buyer.country = Some("AE".into());
    let agreement = Agreement { treatment: Some(Treatment::ExportWithoutPayment), ..Agreement::default() };
    let made = completed(&settings, &agreement, abroad).unwrap();
    assert_eq!(made.remarks.last().unwrap(), "Letter of undertaking: AD290326");
    assert_eq!(made.remarks.len(), 3, "{:?}", made.remarks);
}

fn issued(number: &str, content: Draft) -> Issued {
    Issued {
        number: number.to_owned(),
        issue_date: content.period.to,
        content,
        template_sha256: String::new(),
        sealed_after: String::new(),
    }
}

#[test]
fn a_note_is_the_difference_to_all_that_was_issued() {
    let settings = invoicing(GST);
    let first = issued("CF/1", completed(GST, &Agreement::default(), usage("100.00", "50.00")).unwrap());
    let lower = completed(GST, &Agreement::default(), usage("90.00", "50.00")).unwrap();
    let credit = note(&[&first], &lower, &settings).unwrap().unwrap();
    assert_eq!(credit.document, Document::CreditNote);
    assert_eq!((credit.lines.len(), credit.lines[0].amount.plain()), (1, "10.00".into()));
    assert_eq!(credit.lines[0].exact.plain(), "10.00");
    assert_eq!((credit.subtotal.plain(), credit.total.plain()), ("10.00".into(), "12.00".into()));
    assert_eq!(credit.original.as_ref().unwrap().number, "CF/1");
    assert_eq!(credit.remarks.last().unwrap(), "usage inbound: invoiced ₹100.00, correct ₹90.00, difference -₹10.00.");
    // With the credit note issued, the same figures want nothing more; higher ones a debit note.
    let credited = issued("CN/1", credit);
    assert_eq!(note(&[&first, &credited], &lower, &settings).unwrap(), None);
    assert_eq!(find(&[&first, &credited], &lower, None).unwrap(), None);
    let higher = completed(GST, &Agreement::default(), usage("95.00", "53.00")).unwrap();
    let debit = note(&[&first, &credited], &higher, &settings).unwrap().unwrap();
    assert_eq!(debit.document, Document::DebitNote);
    let amounts: Vec<String> = debit.lines.iter().map(|line| line.amount.plain()).collect();
    assert_eq!((amounts, debit.subtotal.plain()), (vec!["5.00".to_owned(), "3.00".to_owned()], "8.00".into()));
    let told = find(&[&first, &credited], &higher, Some(&debit)).unwrap().unwrap();
    assert_eq!(told.severity, Severity::Info);
    assert!(
        told.message
            .contains("invoiced ₹140.00 before tax for the period, and the figures now say ₹148.00: a debit note")
    );
    assert_eq!(told.difference.unwrap().plain(), "8.00");
    let told = find(&[&first], &lower, Some(&credited.content)).unwrap().unwrap();
    assert!(told.message.contains("a credit note over ₹12.00 corrects invoice CF/1"), "{}", told.message);
    assert_eq!(told.difference.unwrap().plain(), "-10.00");
}

#[test]
fn a_note_keeps_the_supply_of_its_invoice() {
    let settings = invoicing(GST);
    let mut abroad = usage("100.00", "50.00");
    abroad.buyer.country = Some("AE".into());
    let first = issued("CF/1", completed(GST, &Agreement::default(), abroad).unwrap());
    let mut now = usage("90.00", "50.00");
    now.buyer.state_code = Some("29".into());
    let credit = note(&[&first], &completed(GST, &Agreement::default(), now).unwrap(), &settings).unwrap().unwrap();
    assert_eq!(taxes(&credit), ["IGST 18 on 10.00 = 1.80"]);
    assert_eq!(credit.supply.unwrap().place_code, "96");
    // To a special economic zone without tax, by another name of the place; and what the
    // law wants said stands once.
    let zone = Agreement {
        treatment: Some(Treatment::SezWithoutPayment),
        place_of_supply: Some("33".into()),
        ..Agreement::default()
    };
    let to_zone = |inbound: &str| {
        let mut draft = usage(inbound, "50.00");
        draft.buyer.gstin = Some("27AAPFU0939F1ZV".into());
        draft.lines[0].calls = Some(7);
        draft.lines[0].pricing = Pricing::Markup { base: inr(inbound), percent: Decimal::ZERO };
        completed(GST, &zone, draft).unwrap()
    };
    let credit = note(&[&issued("CF/2", to_zone("100.00"))], &to_zone("90.00"), &settings).unwrap().unwrap();
    assert_eq!(taxes(&credit), ["IGST 0 on 10.00 = 0.00"]);
    let supply = credit.supply.as_ref().unwrap();
    assert_eq!((supply.treatment, supply.place_code.as_str()), (Treatment::SezWithoutPayment, "33"));
    assert_eq!((credit.lines[0].calls, &credit.lines[0].pricing), (None, &Pricing::Stated));
    assert_eq!(credit.remarks.len(), 2, "{:?}", credit.remarks);
    // Without a tax, none of the invoice's is left on the lines.
    let untaxed =
        note(&[&first], &completed(GST, &Agreement::default(), usage("1.00", "1.00")).unwrap(), &invoicing(""));
    assert!(untaxed.unwrap().unwrap().lines.iter().all(|line| line.taxes.is_empty()));
}

#[test]
fn who_gets_no_document_is_a_finding() {
    use super::charges::Disposition;
    let refusal = super::tax::Refusal { code: "gst-particulars", why: "why".into(), next: "next".into() };
    let period = Period::parse("2026-03").unwrap();
    let draft = Draft::blank("A", &period, Currency::INR);
    let due = super::charges::CreditDue { total: inr("-7"), draft };
    let decisions = [
        ("A".to_owned(), Disposition::CreditDue(Box::new(due))),
        ("B".to_owned(), Disposition::Refused(refusal)),
        ("C".to_owned(), Disposition::Nothing),
        ("D".to_owned(), Disposition::Held("held".into())),
    ];
    let found = super::not_billable::find(&decisions.into(), Edition::Second);
    let told: Vec<_> = found.iter().map(|f| (f.code, f.severity, f.customers[0].as_str())).collect();
    assert_eq!(told, [("credit-due", Severity::Blocking, "A"), ("gst-particulars", Severity::Blocking, "B")]);
    assert!(found[0].message.contains("-₹7.00"), "{}", found[0].message);
}

#[test]
fn the_same_sum_in_other_lines_is_told_and_corrected_by_no_note() {
    let settings = invoicing(GST);
    let first = issued("CF/1", completed(GST, &Agreement::default(), usage("100.00", "50.00")).unwrap());
    let same = completed(GST, &Agreement::default(), usage("100.00", "50.00")).unwrap();
    assert_eq!(note(&[&first], &same, &settings).unwrap(), None);
    assert_eq!(find(&[&first], &same, None).unwrap(), None);
    assert_eq!(note(&[], &same, &settings).unwrap(), None);
    assert_eq!(find(&[], &same, None).unwrap(), None);
    let moved = completed(GST, &Agreement::default(), usage("110.00", "40.00")).unwrap();
    assert_eq!(note(&[&first], &moved, &settings).unwrap(), None);
    assert_eq!(find(&[&first], &moved, None).unwrap().unwrap().severity, Severity::Blocking);
    // Other taxes on the same lines are a difference, too.
    let mut elsewhere = usage("100.00", "50.00");
    elsewhere.buyer.state_code = Some("33".into());
    let elsewhere = completed(GST, &Agreement::default(), elsewhere).unwrap();
    let told = find(&[&first], &elsewhere, None).unwrap().unwrap();
    assert_eq!((told.severity, told.difference.unwrap().is_zero()), (Severity::Blocking, true));
    // What is charged beside calls is held against its like by its words.
    let charged = |words: &str, amount: &str| {
        let mut line = line(Charge::OneOff, None, amount);
        line.description = words.to_owned();
        completed(GST, &Agreement::default(), draft(vec![line])).unwrap()
    };
    let once = issued("CF/2", charged("Set-up", "10.00"));
    let debit = note(&[&once], &charged("Training", "15.00"), &settings).unwrap().unwrap();
    let amounts: Vec<String> = debit.lines.iter().map(|line| line.amount.plain()).collect();
    assert_eq!((amounts, debit.subtotal.plain()), (vec!["-10.00".to_owned(), "15.00".to_owned()], "5.00".into()));
}

/// Sums by kind and rate, however the rate is written.
#[test]
fn taxes_of_one_kind_and_rate_are_one_sum() {
    let mut lines = vec![line(Charge::OneOff, None, "1.00"), line(Charge::OneOff, None, "2.00")];
    let tax = |rate: &str, amount: &str| crate::model::invoice::LineTax {
        kind: "VAT".to_owned(),
        rate: parse_plain(rate).unwrap(),
        amount: inr(amount),
    };
    lines[0].taxes = vec![tax("20.0", "0.20")];
    lines[1].taxes = vec![tax("20", "0.40"), tax("5", "0.10")];
    let sums = crate::model::invoice::tax_sums(&lines, |line| &line.taxes).unwrap();
    let rates: BTreeMap<String, (Decimal, String)> =
        sums.iter().map(|sum| (sum.rate.to_string(), (sum.base.amount(), sum.amount.plain()))).collect();
    assert_eq!(rates["20"], (parse_plain("3.00").unwrap(), "0.60".to_owned()));
    assert_eq!(rates["5"], (parse_plain("2.00").unwrap(), "0.10".to_owned()));
    assert_eq!(lines[1].tax_rate().unwrap().to_string(), "25");
}
