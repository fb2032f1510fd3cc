//! Months of made-up documents, and the returns that they make.

use super::*;
use crate::model::invoice::{Charge, Draft, Issued, Line, LineTax, Original, Supply, Treatment};
use crate::model::money::{Currency, Money, parse_plain};
use crate::model::period::{Period, parse_day};
use crate::returns::earlier::Earlier;
use crate::returns::gstr1::gstr1;
use crate::returns::told::Told;

const SELLER: &str = "29AAFCC9980M1ZR";

fn decimal(text: &str) -> Decimal {
    parse_plain(text).unwrap()
}

fn rupees(text: &str) -> Money {
    Money::new(decimal(text), Currency::INR)
}

/// A document over one line: `taxes` are kind, rate and amount.
fn document(
    number: &str,
    day: &str,
    treatment: Treatment,
    place: &str,
    amount: &str,
    taxes: &[(&str, &str, &str)],
) -> Issued {
    let mut draft = Draft::blank("A", &Period::parse("2026-03").unwrap(), Currency::INR);
    draft.seller.state_code = Some("29".into());
    draft.seller.gstin = Some(SELLER.into());
    draft.buyer.gstin = matches!(treatment, Treatment::Registered).then(|| "27AAPFU0939F1ZV".to_owned());
    draft.supply = Some(Supply {
        treatment,
        place_code: place.into(),
        place_name: String::new(),
        reverse_charge: false,
        is_assumed: false,
    });
    let taxes: Vec<LineTax> = taxes
        .iter()
        .map(|(kind, rate, amount)| LineTax { kind: (*kind).into(), rate: decimal(rate), amount: rupees(amount) })
        .collect();
    let line = Line {
        description: "Calls".into(),
        exact: rupees(amount),
        amount: rupees(amount),
        sac: Some("998423".into()),
        taxes,
        ..Line::blank(Charge::Usage, Currency::INR)
    };
    draft.subtotal = line.amount;
    draft.total = line.taxes.iter().fold(line.amount, |sum, tax| sum.plus(&tax.amount).unwrap());
    draft.lines = vec![line];
    Issued {
        number: number.into(),
        issue_date: parse_day(day).unwrap(),
        content: draft,
        template_sha256: String::new(),
        sealed_after: String::new(),
    }
}

fn consumer(number: &str, day: &str, amount: &str, tax: &str) -> Issued {
    document(number, day, Treatment::Unregistered, "30", amount, &[("IGST", "18", tax)])
}

fn business(number: &str, day: &str, amount: &str, tax: &str) -> Issued {
    document(number, day, Treatment::Registered, "27", amount, &[("IGST", "18", tax)])
}

fn told(issued: &Issued, sequence: u64) -> Told<'_> {
    Told { issued, is_void: false, original: None, series: "S", sequence }
}

fn made(month: &str, told: &[Told<'_>], earlier: &Earlier) -> Gstr1 {
    gstr1(SELLER, &Period::parse(month).unwrap(), told, earlier, false).unwrap()
}

/// The returns of some months, written and read back one after the other.
fn after(months: &[&str], told: &[Told<'_>]) -> Earlier {
    let mut earlier = Earlier::default();
    for month in months {
        let bytes = render(&made(month, told, &earlier));
        earlier.add(parse(&bytes).unwrap()).unwrap();
    }
    earlier
}

fn text(made: &Gstr1) -> String {
    String::from_utf8(render(made)).unwrap()
}

fn refused(made: &Gstr1) -> Vec<&str> {
    made.checks.iter().filter(|check| check.is_refused).map(|check| check.what.as_str()).collect()
}

#[test]
fn a_row_of_consumers_that_changed_is_amended_by_its_month_and_once() {
    let (a, b) = (consumer("A1", "2026-04-02", "100.00", "18.00"), consumer("A2", "2026-04-03", "50.00", "9.00"));
    let mut all = [told(&a, 1), told(&b, 2)];
    let april = after(&["2026-04"], &all);
    all[1].is_void = true;
    let may = made("2026-05", &all, &april);
    assert!(text(&may).contains("\"b2csa\":[{\"omon\":\"042026\",\"sply_ty\":\"INTER\",\"pos\":\"30\",\"typ\":\"OE\",\"itms\":[{\"rt\":18,\"txval\":100.00,\"iamt\":18.00,\"csamt\":0.00}]}]"), "{}", text(&may));
    // Table 12 has the difference.
    assert!(text(&may).contains("\"rt\":18,\"txval\":-50.00,\"iamt\":-9.00"), "{}", text(&may));
    assert!(may.small.is_empty() && may.numbers.is_empty() && refused(&may).is_empty());
    let mut earlier = april;
    earlier.add(parse(&render(&may)).unwrap()).unwrap();
    assert!(made("2026-06", &all, &earlier).is_empty());
    // Where all of it is void, nothing is what is left.
    all[0].is_void = true;
    assert!(text(&made("2026-06", &all, &earlier)).contains("\"rt\":18,\"txval\":0.00,\"iamt\":0.00"));
}

#[test]
fn what_the_return_of_its_month_lacks_is_told_in_the_next() {
    let (a, b) = (business("A1", "2026-04-02", "100.00", "18.00"), business("A2", "2026-04-30", "50.00", "9.00"));
    let april = after(&["2026-04"], &[told(&a, 1)]);
    let all = [told(&a, 1), told(&b, 2)];
    let may = made("2026-05", &all, &april);
    assert_eq!(may.entries.iter().map(|entry| entry.number.as_str()).collect::<Vec<_>>(), ["A2"]);
    assert!(may.amended.is_empty() && may.checks.len() == 1 && refused(&may).is_empty());
}

#[test]
fn what_nobody_issued_and_what_somebody_changed_is_told() {
    let a = business("A1", "2026-04-02", "100.00", "18.00");
    let mut april = after(&["2026-04"], &[told(&a, 1)]);
    april.values.insert("X9".into(), decimal("5.00"));
    april.values.insert("A1".into(), decimal("117.00"));
    let may = made("2026-05", &[told(&a, 1)], &april);
    assert_eq!(
        refused(&may),
        [
            "the return of 2026-04 has another value of it than was issued",
            "an earlier return has it, and these books never issued it"
        ]
    );
    assert!(may.amended.is_empty());
}

#[test]
fn what_is_taxed_at_nothing_is_nil_rated_unless_it_goes_abroad() {
    let home = document(
        "A1",
        "2026-04-02",
        Treatment::Registered,
        "29",
        "70.00",
        &[("CGST", "0", "0.00"), ("SGST", "0", "0.00")],
    );
    let abroad = document("A2", "2026-04-02", Treatment::ExportWithoutPayment, "96", "80.00", &[("IGST", "0", "0.00")]);
    let made = made("2026-04", &[told(&home, 1), told(&abroad, 2)], &Earlier::default());
    assert!(text(&made).contains(
        "\"nil\":{\"inv\":[{\"sply_ty\":\"INTRAB2B\",\"nil_amt\":70.00,\"expt_amt\":0.00,\"ngsup_amt\":0.00}]}"
    ));
    assert_eq!(made.entries.iter().map(|entry| entry.table).collect::<Vec<_>>(), [Table::Exp]);
    assert_eq!(made.total().unwrap().taxable, decimal("150.00"));
}

#[test]
fn tax_that_the_buyer_owes_is_told_at_the_rate_of_the_service() {
    let mut issued = business("A1", "2026-04-02", "100.05", "18.01");
    issued.content.supply.as_mut().unwrap().reverse_charge = true;
    issued.content.lines[0].taxes.clear();
    let made = made("2026-04", &[told(&issued, 1)], &Earlier::default());
    assert!(text(&made).contains(
        "\"rchrg\":\"Y\",\"inv_typ\":\"R\",\"itms\":[{\"num\":1,\"itm_det\":{\"rt\":18,\"txval\":100.05,\"iamt\":18.01,"
    ));
    assert!(refused(&made).is_empty());
}

#[test]
fn a_credit_note_that_reduces_no_tax_is_counted_and_no_more() {
    let invoice = business("A1", "2026-04-02", "100.00", "18.00");
    let mut note = business("N1", "2026-12-02", "100.00", "18.00");
    note.content.document = Document::CreditNote;
    note.content.original =
        Some(Original { number: "A1".into(), issue_date: invoice.issue_date, reason: String::new() });
    note.content.lines[0].taxes.clear();
    let mut one = told(&note, 1);
    one.original = Some(&invoice);
    let made = made("2026-12", &[one], &Earlier::default());
    assert!(made.entries.is_empty() && made.hsn.is_empty() && made.nil.is_empty() && made.numbers.len() == 1);
    assert!(made.checks.len() == 1 && refused(&made).is_empty());
}

#[test]
fn before_may_2025_table_12_is_one_list() {
    let issued = business("A1", "2025-04-30", "100.00", "18.00");
    let text = text(&made("2025-04", &[told(&issued, 1)], &Earlier::default()));
    assert!(text.contains("\"hsn\":{\"data\":[{\"num\":1,\"hsn_sc\":\"998423\""), "{text}");
}

#[test]
fn what_the_portal_refuses_is_found() {
    let refused_of = |change: &dyn Fn(&mut Issued)| {
        let mut issued = business("A1", "2026-04-02", "100.00", "18.00");
        change(&mut issued);
        let made = made("2026-04", &[told(&issued, 1)], &Earlier::default());
        refused(&made).join("; ")
    };
    assert_eq!(refused_of(&|_| {}), "");
    type Case<'a> = (&'a dyn Fn(&mut Issued), &'a str);
    let cases: [Case<'_>; 12] = [
        (&|i| i.content.buyer.gstin = Some("27AAPFU0993F1ZV".into()), "mistyped"),
        (&|i| i.content.buyer.gstin = Some(SELLER.into()), "its buyer is the seller"),
        (&|i| i.content.buyer.gstin = None, "no GSTIN"),
        (&|i| i.number = "A234567890123456X".into(), "longer than 16"),
        (&|i| i.number = "A_1".into(), "letters, digits"),
        (&|i| i.content.supply.as_mut().unwrap().place_code = "98".into(), "place of supply, `98`"),
        (&|i| i.content.lines[0].taxes[0].rate = decimal("17"), "17 % is no rate"),
        (&|i| i.content.lines[0].sac = Some("1006".into()), "no code of a service"),
        (&|i| i.content.lines[0].taxes[0].kind = "CGST".into(), "not those of a supply to 27"),
        (&|i| i.content.document = Document::DebitNote, "names no invoice"),
        (&|i| i.content.seller.gstin = Some("27AAPFU0939F1ZV".into()), "the return is of 29"),
        (&|i| i.content.supply = None, "issued without GST"),
    ];
    for (change, why) in cases {
        let found = refused_of(change);
        assert!(found.contains(why), "{why}: {found}");
    }
    let issued = business("A1", "2026-04-02", "100.00", "18.00");
    let twice = made("2026-04", &[told(&issued, 1), told(&issued, 2)], &Earlier::default());
    assert_eq!(refused(&twice), ["2 documents have this number"]);
}

#[test]
fn numbers_with_a_gap_are_two_rows() {
    let (a, b) = (business("A1", "2026-04-02", "1.00", "0.18"), business("A2", "2026-04-02", "1.00", "0.18"));
    let c = business("A4", "2026-04-02", "1.00", "0.18");
    let mut all = [told(&a, 1), told(&b, 2), told(&c, 4)];
    all[0].is_void = true;
    let rows = made("2026-04", &all, &Earlier::default()).numbers;
    let rows: Vec<_> = rows.iter().map(|row| (&*row.from, &*row.to, row.total, row.cancelled)).collect();
    assert_eq!(rows, [("A1", "A2", 2, 1), ("A4", "A4", 1, 0)]);
}
