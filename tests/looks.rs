//! How documents look: nothing lies on anything else, whatever the amounts and names are, and pages
//! end where a reader expects it. Measured by poppler's boxes of words.

// Places on a page.
#![allow(clippy::disallowed_types, clippy::float_arithmetic)]

use crossfoot::model::invoice::{Charge, Edition, Issued, Pricing};
use crossfoot::model::money::{Currency, Money, parse_plain};
use crossfoot::model::words::amount_in_words;
use crossfoot::render::pdf::render;
use crossfoot::render::pdf::template::{SHIPPED, Template};

use crate::pdf::{invoice, tool};

fn drawn(invoice: &Issued, template: &(&str, &str)) -> Vec<u8> {
    render(invoice, &Template::parse(template.1, template.0).unwrap(), None).unwrap()
}

fn inr(text: &str) -> Money {
    Money::new(parse_plain(text).unwrap(), Currency::INR)
}

/// An invoice of hundreds of crores, with long names, long units, and prices of many digits.
fn large() -> Issued {
    let mut invoice = invoice("CF/26-27/00001", 5);
    let content = &mut invoice.content;
    let name = "Telecommunications and Networks of a Very Long Name That Goes On and On Private Limited";
    content.seller.legal_name = name.into();
    content.buyer.legal_name = name.into();
    content.buyer.address = vec!["Flat 12, a building with a long name, behind another building with a long name, near the old temple, Bengaluru 560001".into()];
    let rows = [
        ("1000000000.00", "10", "number", "150"),
        ("-999999999.99", "1", "month", "0.0125"),
        ("12345678901.25", "1234567.5", "minute", "1000000000"),
        ("10.00", "3", "pieces of some equipment with a long name", "12.5"),
        ("1500000000.50", "100000000", "GB", "15.000001"),
    ];
    for (line, (amount, quantity, unit, price)) in content.lines.iter_mut().zip(rows) {
        line.sac = Some("998423".into());
        line.amount = inr(amount);
        let (quantity, price) = (parse_plain(quantity).unwrap(), parse_plain(price).unwrap());
        line.pricing = Pricing::Rate { quantity, unit: unit.into(), price };
        line.charge = Charge::OneOff;
    }
    content.subtotal = inr("13845678911.76");
    content.total = content.subtotal;
    content.amount_in_words = amount_in_words(&content.total);
    content.payment.account_number = Some("001234567890".into());
    content.payment.upi = Some("malabar@bank".into());
    invoice
}

/// Left, top, right, bottom and text of every word of a page.
type Word = ([f32; 4], String);

fn pages(bytes: &[u8]) -> Vec<Vec<Word>> {
    let boxes = tool("pdftotext", &["-bbox"], bytes, &["-"]);
    let word = |line: &str| -> Option<Word> {
        let rest = line.trim().strip_prefix("<word ")?;
        let edge = |name: &str| rest.split(&format!("{name}=\"")).nth(1)?.split('"').next()?.parse().ok();
        let text = rest.split('>').nth(1)?.strip_suffix("</word")?;
        Some(([edge("xMin")?, edge("yMin")?, edge("xMax")?, edge("yMax")?], text.to_owned()))
    };
    boxes.split("<page ").skip(1).map(|page| page.lines().filter_map(word).collect()).collect()
}

/// Two words of a page that lie on one another.
fn overprinted(page: &[Word]) -> Option<(&str, &str)> {
    let lies_on = |one: &[f32; 4], other: &[f32; 4]| {
        // Boxes are as high as lines are, which lie close.
        one[2].min(other[2]) - one[0].max(other[0]) > 1.0 && one[3].min(other[3]) - one[1].max(other[1]) > 5.0
    };
    page.iter().enumerate().find_map(|(at, (one, text))| {
        let (_, beside) = page[at + 1..].iter().find(|(other, _)| lies_on(one, other))?;
        Some((text.as_str(), beside.as_str()))
    })
}

#[test]
fn nothing_is_printed_on_anything_else() {
    for template in SHIPPED {
        for page in pages(&drawn(&large(), template)) {
            assert!(page.len() > 20, "{}", page.len());
            assert_eq!(overprinted(&page), None, "{}", template.0);
            for ([left, _, right, _], text) in &page {
                assert!(*left > 10.0 && *right < 585.0, "`{text}` runs off the page");
            }
        }
    }
    // As 0.1 drew it, it is found.
    let mut first = large();
    first.content.edition = Edition::First;
    assert!(pages(&drawn(&first, &SHIPPED[0])).iter().any(|page| overprinted(page).is_some()));
}

#[test]
fn numbers_are_written_for_people() {
    let text = tool("pdftotext", &["-layout"], &drawn(&large(), &SHIPPED[0]), &["-"]);
    for expected in [
        "10 numbers",
        "150.00",
        "1 month",
        "0.0125",
        "−99,99,99,999.99",
        "12,34,567.50 minutes",
        "1,00,00,00,000.00",
        "12,34,56,78,901.25",
        "10,00,00,000 GB",
        "15.000001",
        "₹13,84,56,78,911.76",
    ] {
        assert!(text.contains(expected), "{expected} is not in:\n{text}");
    }
    assert!(!text.contains("-9"), "{text}");
    // Said once, and not on each line.
    assert_eq!(text.matches("31 March 2026").count(), 2, "{text}");
}

#[test]
fn how_to_pay_never_stands_on_a_page_alone() {
    let ends_with_total = |template: &(&str, &str), lines, edition| {
        let mut invoice = invoice("CF/26-27/00001", lines);
        invoice.content.edition = edition;
        invoice.content.lines.iter_mut().for_each(|line| line.description = "Inbound calls".into());
        invoice.content.payment.account_number = Some("001234567890".into());
        invoice.content.payment.upi = Some("malabar@bank".into());
        let total = if template.0 == "hindi" { "कुल" } else { "Total" };
        pages(&drawn(&invoice, template)).last().unwrap().iter().any(|(_, text)| text == total)
    };
    for template in SHIPPED {
        for lines in 1..=30 {
            assert!(ends_with_total(template, lines, Edition::Second), "{}, {lines} lines", template.0);
        }
    }
    assert!((1..=30).any(|lines| !ends_with_total(&SHIPPED[0], lines, Edition::First)));
}
