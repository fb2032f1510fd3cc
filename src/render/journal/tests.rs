//! Journals in the books' own names, and months that load together.

use std::collections::BTreeSet;

use super::names::Names;
use super::{beancount, entries, hledger, tally};
use crate::books::{config, customers};
use crate::model::invoice::{Charge, Document, Draft, Issued, Line, LineTax, Original, Supply, Treatment, tax_sums};
use crate::model::money::{Currency, Money, parse_plain};
use crate::model::period::{Period, parse_day};
use crate::model::usage::Direction;

const SETTINGS: &str = "[invoice]\nregime = \"gst\"\n[seller]\ngstin = \"29AAFCC9980M1ZR\"\n[ledger.accounts]\n\"Inbound Voice Charges\" = \"inbound\"\n\"Income:Telecom:Outbound\" = \"outbound\"\n";
const CUSTOMERS: &str =
    "customer_id,legal_name,code\nMA_1,Credresolve Ltd,Credresolve (Debtor)\nMA_2,Acme Ltd,\nMA_3,Twin,\nMA_4,Twin,\n";

fn names(opened: &[String]) -> Names {
    let customers = customers::parse(CUSTOMERS.as_bytes()).unwrap().0;
    Names::of(&config::parse(SETTINGS, "c").unwrap(), Some(&customers), opened)
}

fn issued(id: &str, number: &str, month: &str, document: Document) -> Issued {
    let inr = |text: &str| Money::new(parse_plain(text).unwrap(), Currency::INR);
    let line = Line {
        description: "Inbound calls".to_owned(),
        direction: Some(Direction::Inbound),
        exact: inr("100.00"),
        amount: inr("100.00"),
        sac: Some("998423".to_owned()),
        taxes: vec![LineTax { kind: "IGST".to_owned(), rate: parse_plain("18").unwrap(), amount: inr("18.00") }],
        ..Line::blank(Charge::Usage, Currency::INR)
    };
    let mut content = Draft {
        document,
        subtotal: inr("100.00"),
        total: inr("118.00"),
        taxes: tax_sums(std::slice::from_ref(&line), |line| &line.taxes).unwrap(),
        lines: vec![line],
        ..Draft::blank(id, &Period::parse(month).unwrap(), Currency::INR)
    };
    content.buyer.legal_name = customers::parse(CUSTOMERS.as_bytes()).unwrap().0[id].party.legal_name.clone();
    content.buyer.gstin = Some("27AAPFU0939F1ZV".to_owned());
    content.buyer.state_code = Some("27".to_owned());
    content.payment.due_days = Some(15);
    content.supply = Some(Supply {
        treatment: Treatment::Registered,
        place_code: "27".to_owned(),
        place_name: "Maharashtra".to_owned(),
        reverse_charge: false,
        is_assumed: false,
    });
    let issue_date = parse_day(&format!("{month}-28")).unwrap();
    content.original = (document != Document::Invoice).then(|| Original {
        number: "CF/1".to_owned(),
        issue_date,
        reason: String::new(),
    });
    Issued {
        number: number.to_owned(),
        issue_date,
        content,
        template_sha256: String::new(),
        sealed_after: String::new(),
    }
}

#[test]
fn each_account_is_opened_by_one_month() {
    let month = |month: &str, ids: &[&str], opened: &[String]| {
        let issued: Vec<Issued> = ids.iter().map(|id| issued(id, "CF/1", month, Document::Invoice)).collect();
        String::from_utf8(beancount::render(&entries(&issued).unwrap(), &names(opened))).unwrap()
    };
    let march = month("2026-03", &["MA_1"], &[]);
    let opened = beancount::opened(&march);
    assert!(!march.contains("plugin") && march.contains("1970-01-01 open Assets:Receivable:C-MA-2\n"), "{march}");
    // Whoever is billed later is open already; a month by itself opens what is missing.
    let april = month("2026-04", &["MA_1", "MA_2"], &opened);
    assert!(beancount::opened(&april).is_empty() && april.contains("plugin \"beancount.plugins.auto_accounts\""));
    let some = &opened[1..];
    assert_eq!(beancount::opened(&month("2026-04", &["MA_2"], some)), opened[..1]);
    let once: BTreeSet<&String> = opened.iter().collect();
    assert_eq!(once.len(), opened.len());
    for account in april.lines().filter_map(|line| line.strip_prefix("  ")?.split_once("  ")).map(|(name, _)| name) {
        assert!(account.contains(": ") || opened.iter().any(|known| known == account), "{account}");
    }
}

#[test]
fn accounts_have_the_names_of_the_books() {
    let note = issued("MA_1", "CN/1", "2026-03", Document::CreditNote);
    let all = [
        issued("MA_1", "CF/1", "2026-03", Document::Invoice),
        note,
        issued("MA_3", "CF/2", "2026-03", Document::Invoice),
    ];
    let all = entries(&all).unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let hledger = text(hledger::render(&all, &names(&[])));
    assert!(hledger.contains("assets:receivable:Credresolve ,Debtor)"), "{hledger}");
    assert!(hledger.contains("    income:Inbound Voice Charges"), "{hledger}");
    assert!(
        hledger.contains("    ; gstin: 27AAPFU0939F1ZV\n    ; place-of-supply: 27\n    ; sac: 998423\n"),
        "{hledger}"
    );
    let beancount = text(beancount::render(&all, &names(&[])));
    for part in ["Assets:Receivable:C-Credresolve--Debtor-", "Income:Inbound-Voice-Charges", "Income:Telecom:Outbound"]
    {
        assert!(beancount.contains(part), "{part}: {beancount}");
    }
    assert!(beancount.contains("  place-of-supply: \"27\"\n  sac: \"998423\"\n  corrects: \"CF/1\""), "{beancount}");
    let tally = text(tally::render(&all, &names(&[])));
    let count = |part: &str| tally.matches(part).count();
    assert_eq!(count("<LEDGER NAME=\"Credresolve (Debtor)\""), 1, "{tally}");
    // Two customers have one name.
    assert_eq!(
        (count("<LEDGER NAME=\"Twin (MA_3)\""), count("<LEDGERNAME>Inbound Voice Charges</LEDGERNAME>")),
        (1, 3)
    );
    for part in ["<PARTYGSTIN>27AAPFU0939F1ZV", "<PLACEOFSUPPLY>Maharashtra", "<GSTHSNNAME>998423"] {
        assert_eq!(count(part), 3, "{part}: {tally}");
    }
    assert_eq!((count("<BILLTYPE>New Ref"), count("<BILLTYPE>Agst Ref")), (2, 1));
    assert_eq!((count("<BILLCREDITPERIOD>15 Days"), count("<NAME>CF/1</NAME>")), (2, 2));
    // Those of 0.1 have its own words.
    let first = text(hledger::render(&all, &Names::first()));
    assert!(first.contains("    assets:receivable:MA_1 ") && !first.contains("gstin"), "{first}");
    assert!(text(tally::render(&all, &Names::first())).contains("<PARTYLEDGERNAME>Credresolve Ltd (MA_1)<"));
}
