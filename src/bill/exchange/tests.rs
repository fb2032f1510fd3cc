//! Which rate is taken, what it makes of an amount, and what is said of it.

use rust_decimal::Decimal;

use super::*;
use crate::bill::charges::complete;
use crate::bill::corrections;
use crate::books::config;
use crate::books::customers::Agreement;
use crate::model::invoice::Charge;
use crate::model::money::parse_plain;
use crate::model::period::{Period, parse_day};

const PUBLISHED: [(&str, &str, &str); 6] = [
    ("USD", "2026-04-03", "85"),
    ("USD", "2026-04-02", "84.1234"),
    ("USD", "2026-04-01", "84"),
    ("EUR", "2026-04-02", "91.5"),
    ("JPY", "2026-04-02", "0.5612"),
    ("KWD", "2026-04-02", "275.123"),
];

fn currency(code: &str) -> Currency {
    Currency::parse(code).unwrap()
}

fn money(code: &str, text: &str) -> Money {
    Money::new(parse_plain(text).unwrap(), currency(code))
}

fn published() -> Vec<Rate> {
    let rate = |(code, day, rate): &(&str, &str, &str)| Rate {
        currency: currency(code),
        rate: parse_plain(rate).unwrap(),
        day: parse_day(day).unwrap(),
        source: "RBI reference rate".to_owned(),
    };
    PUBLISHED.iter().map(rate).collect()
}

fn party(country: Option<&str>) -> Party {
    Party { legal_name: "P".to_owned(), country: country.map(str::to_owned), ..Party::default() }
}

/// `exact = amount at rate`, or why not.
fn converted(rates: &Rates<'_>, country: Option<&str>, amount: Money, to: &str) -> String {
    let (seller, buyer) = (party(Some("IN")), party(country));
    match rates.convert(("M", &seller, Some(&buyer)), (amount, Pricing::Stated), currency(to)) {
        Ok((exact, Pricing::Converted { exchange, .. })) => {
            format!("{} = {} at {}", exact.plain(), exchange.amount.plain(), exchange.at.rate)
        }
        Err(Failure::Refused(refusal)) => format!("{}: {}", refusal.code, refusal.why),
        other => panic!("{other:?}"),
    }
}

fn on(day: &str, amount: Money) -> String {
    let (rates, day) = (published(), parse_day(day).ok());
    converted(&Rates::of(&rates, (Currency::INR, 7), [day, None], std::iter::empty()), Some("AE"), amount, "INR")
}

#[test]
fn the_last_rate_until_the_day_counts_while_it_is_not_too_old() {
    assert_eq!(on("2026-04-02", money("USD", "500")), "42061.7000 = 500.00 at 84.1234");
    assert_eq!(on("2026-04-03", money("USD", "500")), "42500.00 = 500.00 at 85");
    // Its last day is the seventh after it; days are no hours.
    assert_eq!(on("2026-04-10", money("USD", "500")), "42500.00 = 500.00 at 85");
    insta::assert_snapshot!([
        on("2026-04-11", money("USD", "500")),
        on("2026-03-31", money("USD", "500")),
        on("2026-04-02", money("GBP", "500")),
        on("", money("USD", "500")),
    ]
    .join("\n"), @r"
    no-exchange-rate: it is charged in USD, and the last rate until 2026-04-11 in rates.csv is of 2026-04-03, more than 7 days old ([invoice] exchange_days)
    no-exchange-rate: it is charged in USD, and rates.csv has no rate of 2026-03-31 or before
    no-exchange-rate: it is charged in GBP, and rates.csv has no rate of 2026-04-02 or before
    no-exchange-rate: it is charged in USD, and the day of its document is not known
    ");
}

#[test]
fn an_amount_is_rounded_to_its_own_minor_unit_and_its_value_is_exact() {
    assert_eq!(on("2026-04-02", money("USD", "37.035")), "3115.930736 = 37.04 at 84.1234");
    assert_eq!(on("2026-04-02", money("USD", "-37.035")), "-3115.930736 = -37.04 at 84.1234");
    assert_eq!(on("2026-04-02", money("JPY", "1000.5")), "561.7612 = 1001 at 0.5612");
    assert_eq!(on("2026-04-02", money("KWD", "10.0005")), "2751.505123 = 10.001 at 275.123");
}

#[test]
fn calls_in_another_currency_need_a_rate_and_a_ledger_at_cost() {
    let told = |pricing: Pricing, is_selling: bool| match of_calls(
        currency("USD"),
        (money("INR", "1.5"), pricing),
        Direction::Inbound,
        is_selling,
    ) {
        Ok((exact, _)) => exact.display(),
        Err(Failure::Refused(refusal)) => format!("{}: {}", refusal.code, refusal.why),
        Err(other) => panic!("{other:?}"),
    };
    let rate = Pricing::Rate { quantity: Decimal::ONE, unit: "minute".to_owned(), price: Decimal::ONE };
    assert_eq!(told(rate.clone(), false), "USD\u{a0}1.50");
    insta::assert_snapshot!([told(rate, true), told(Pricing::Stated, false)].join("\n"), @r"
    not-billable: customers.csv charges its calls in USD, and the ledger states the price of its calls, in INR
    not-billable: customers.csv charges its calls in USD, and its inbound calls have no rate
    ");
}

#[test]
fn only_who_is_abroad_is_charged_in_another_currency() {
    let published = published();
    let rates = Rates::of(&published, (Currency::INR, 7), [parse_day("2026-04-02").ok(); 2], std::iter::empty());
    let told = |country: Option<&str>, to: &str| converted(&rates, country, money("USD", "1"), to);
    insta::assert_snapshot!([told(Some("IN"), "INR"), told(None, "INR"), told(Some("AE"), "EUR")].join("\n"), @r"
    not-billable: it is charged in USD, and only a customer abroad is charged in another currency than INR
    not-billable: it is charged in USD, and only a customer abroad is charged in another currency than INR
    no-exchange-rate: it is charged in USD, and the rates of rates.csv are in INR, where its document is in EUR
    ");
}

const GST: &str =
    "[invoice]\nregime = \"gst\"\nlut = \"AD29\"\n[seller]\nlegal_name = \"S\"\ngstin = \"29AAFCC9980M1ZR\"\n";

/// A draft of March that charges these amounts at a rate, in the order of their words.
fn draft(charges: &[(&str, Money)], at: &Rate) -> Draft {
    let line = |(words, amount): &(&str, Money)| {
        let exchange = Exchange { amount: *amount, at: at.clone() };
        let exact = exchange.worth(Currency::INR).unwrap();
        Line {
            description: (*words).to_owned(),
            exact,
            amount: prices::charged(exact).unwrap(),
            pricing: Pricing::Converted { of: Box::new(Pricing::Stated), exchange },
            ..Line::blank(Charge::OneOff, Currency::INR)
        }
    };
    let lines: Vec<Line> = charges.iter().map(line).collect();
    let invoicing = config::parse(GST, "c").unwrap().invoicing;
    let mut draft = Draft {
        seller: invoicing.seller.clone(),
        buyer: Party { address: vec!["Tower 2".to_owned()], ..party(Some("AE")) },
        subtotal: crate::model::money::total(Currency::INR, lines.iter().map(|line| &line.amount)).unwrap(),
        lines,
        ..Draft::blank("M", &Period::parse("2026-03").unwrap(), Currency::INR)
    };
    complete(&mut draft, &without_tax(), &invoicing).unwrap();
    draft
}

fn without_tax() -> Agreement {
    Agreement { treatment: Some(crate::model::invoice::Treatment::ExportWithoutPayment), ..Agreement::default() }
}

fn issued(content: Draft) -> Issued {
    let issue_date = parse_day("2026-04-02").unwrap();
    Issued {
        number: "CF/1".to_owned(),
        issue_date,
        content,
        template_sha256: String::new(),
        sealed_after: String::new(),
    }
}

#[test]
fn what_was_invoiced_keeps_its_rate_and_what_comes_anew_has_that_of_the_note() {
    let mut own = published();
    let invoice = issued(draft(&[("Trunk", money("USD", "500"))], &own[1]));
    // Whatever the file says later.
    own[1].rate = parse_plain("99").unwrap();
    let days = ["2026-04-01", "2026-04-03"].map(|day| parse_day(day).ok());
    let rates = Rates::of(&own, (Currency::INR, 7), days, std::iter::once(&invoice));
    let told = |amount: Money| converted(&rates, Some("AE"), amount, "INR");
    assert_eq!(told(money("USD", "400")), "33649.3600 = 400.00 at 84.1234");
    assert_eq!(told(money("EUR", "1")), "91.50 = 1.00 at 91.5");
}

#[test]
fn a_note_over_a_charge_is_in_its_currency_at_the_rate_of_the_invoice() {
    let own = published();
    let invoice = issued(draft(&[("Trunk", money("USD", "500.01")), ("Set-up", money("USD", "20"))], &own[1]));
    let invoicing = config::parse(GST, "c").unwrap().invoicing;
    let now = draft(&[("Trunk", money("USD", "400.00")), ("Set-up", money("USD", "20"))], &own[1]);
    let note = corrections::note(&[&invoice], &now, &invoicing).unwrap().unwrap();
    let [line] = note.lines.as_slice() else { panic!("{:?}", note.lines) };
    let exchange = line.exchange().unwrap();
    assert_eq!((exchange.amount.plain().as_str(), &exchange.at), ("100.01", &own[1]));
    assert_eq!(line.exact, exchange.worth(Currency::INR).unwrap());
    assert_eq!((line.amount.plain().as_str(), note.foreign_total()), ("8413.18", Some(exchange.amount)));
    // In another currency it is another charge.
    let now = draft(&[("Trunk", money("EUR", "500.01")), ("Set-up", money("EUR", "20"))], &own[3]);
    let note = corrections::note(&[&invoice], &now, &invoicing).unwrap().unwrap();
    let amounts: Vec<String> = note.lines.iter().map(|line| line.exchange().unwrap().amount.display()).collect();
    assert_eq!(
        amounts,
        ["USD\u{a0}500.01", "USD\u{a0}20.00", "EUR\u{a0}500.01", "EUR\u{a0}20.00"]
            .map(|text| { if text.starts_with("USD") { format!("-{text}") } else { text.to_owned() } })
    );
    assert_eq!(note.foreign_total(), None);
}

#[test]
fn a_document_says_its_rates_and_its_total_where_all_is_in_one_currency() {
    let own = published();
    let (dollars, euros) = (money("USD", "500"), money("EUR", "1000"));
    let mut mixed = draft(&[("Trunk", dollars), ("Credit", money("USD", "-20.5"))], &own[1]);
    insta::assert_snapshot!(mixed.remarks[2..].join("\n"), @r"
    Charged in USD: USD 479.50 at 84.1234 (RBI reference rate, 2026-04-02), which is ₹40,337.17.
    Total in USD: USD 479.50.
    ");
    // One charge in the document's own currency, or tax on it, and there is no such total.
    let other = draft(&[("Platform", euros)], &own[3]);
    mixed.lines.extend(other.lines);
    assert_eq!(mixed.foreign_total(), None);
    let mut taxed = draft(&[("Trunk", dollars)], &own[1]);
    assert_eq!(taxed.foreign_total(), Some(dollars));
    let invoicing = config::parse(GST, "c").unwrap().invoicing;
    taxed.remarks.clear();
    complete(&mut taxed, &Agreement::default(), &invoicing).unwrap();
    assert_eq!((taxed.foreign_total(), taxed.remarks.len()), (None, 2));
    taxed.lines[0].pricing = Pricing::Stated;
    assert!(taxed.lines[0].exchange().is_none());
}
