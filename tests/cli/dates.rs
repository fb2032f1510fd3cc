//! The date of issue: the day of the close, never before the number before it, never in the
//! future; what came after it, and what is too late.

use serde_json::Value;

use super::invoices::{CHARGES, gst};
use crate::support::Books;
use crate::support::partner::Partner;

fn document(books: &Books, stem: &str) -> Value {
    books.json(&format!("closes/2026-03/invoices/{stem}.json"))
}

fn event(books: &Books) -> Value {
    let chain = String::from_utf8(books.read("audit/chain.jsonl")).unwrap();
    serde_json::from_str(chain.lines().next_back().unwrap()).unwrap()
}

/// Adds a day to what the seal says, and seals it anew: what `verify` must find out.
fn resealed(books: &Books, day: &str) {
    use sha2::{Digest, Sha256};
    let mut event = event(books);
    event["issue_date"] = day.into();
    event.as_object_mut().unwrap().remove("digest");
    // Keys are sorted, and the strings have nothing to escape: canonical as it is.
    let bare = serde_json::to_string(&event).unwrap();
    let digest: String = Sha256::digest(bare.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    event["digest"] = digest.into();
    books.write("audit/chain.jsonl", &format!("{}\n", serde_json::to_string(&event).unwrap()));
}

#[test]
fn documents_are_dated_on_the_day_of_the_close_and_due_from_it() {
    let partner = Partner::good();
    let books = Books::example(&partner.base_url);
    // 20:00 in UTC is the next day in the books.
    books.at("2026-04-04T20:00:00Z", "close --period 2026-03").exits(0);
    let first = document(&books, "CF-26-27-00001");
    assert_eq!((&first["issue_date"], &first["due_date"]), (&"2026-04-05".into(), &"2026-04-20".into()));
    assert_eq!(event(&books)["issue_date"], "2026-04-05");
    books.run("verify").exits(0);
    // A day is sealed, and the documents follow from it.
    resealed(&books, "2026-04-04");
    let ran = books.run("verify").exits(4);
    assert!(ran.stdout.contains("neither that of its close, 2026-04-04"), "{}", ran.stdout);
}

#[test]
fn a_date_can_be_named_within_what_is_possible() {
    let partner = Partner::good();
    let books = Books::example(&partner.base_url);
    for (day, why) in [
        ("2026-04-03", "today is 2026-04-02 in Asia/Kolkata"),
        ("2026-03-30", "older than the last day of 2026-03"),
        ("2026-02-30", "not a day in the calendar"),
    ] {
        let ran = books.run(&format!("close --period 2026-03 --date {day}")).exits(2);
        assert!(ran.stderr.contains(why), "{}", ran.stderr);
    }
    books.run("close --period 2026-03 --date 2026-03-31").exits(0);
    assert_eq!(document(&books, "CF-25-26-00001")["issue_date"], "2026-03-31");
    books.run("verify").exits(0);
    // Nothing new is issued on another day: nothing is sealed.
    let before = books.files();
    books.at("2026-04-20T03:04:05Z", "close --period 2026-03").exits(0);
    assert!(books.files() == before);
}

#[test]
fn numbers_and_dates_run_alike() {
    let partner = Partner::good();
    let books = Books::example(&partner.base_url);
    let customers = include_str!("../data/example/customers.csv");
    books.write("customers.csv", &customers.replace("Acme Outbound Pvt Ltd", "Acme 絵 Ltd"));
    books.at("2026-04-10T03:04:05Z", "close --period 2026-03").exits(3);
    books.write("customers.csv", customers);
    let ran = books.at("2026-04-11T03:04:05Z", "close --period 2026-03 --date 2026-04-09").exits(2);
    assert!(ran.stderr.contains("CF/26-27/00046 before it is of 2026-04-10"), "{}", ran.stderr);
    assert!(ran.stderr.contains("No invoice was issued."), "{}", ran.stderr);
    books.at("2026-04-11T03:04:05Z", "close --period 2026-03").exits(0);
    assert_eq!(document(&books, "CF-26-27-00047")["issue_date"], "2026-04-11");
    books.run("verify").exits(0);
}

#[test]
fn settings_keep_the_last_day_of_a_period_that_has_just_ended() {
    let (books, _server) = gst(|text| text.replace("[invoice]\n", "[invoice]\ndate = \"period-end\"\n"));
    books.run("close --period 2026-03").exits(0);
    assert_eq!(document(&books, "CF-25-26-00001")["issue_date"], "2026-03-31");
    // A note is of its own day.
    books.write("charges.csv", &CHARGES.replace("2026-03-10,,500.00", "2026-03-10,,400.00"));
    books.at("2026-04-07T03:04:05Z", "close --yes --period 2026-03").exits(0);
    assert_eq!(document(&books, "CN-26-27-00001")["issue_date"], "2026-04-07");
    books.run("verify").exits(0);
}

#[test]
fn a_credit_note_that_comes_too_late_reduces_no_tax() {
    let (books, _server) = gst(str::to_owned);
    books.run("close --period 2026-03").exits(0);
    books.write("charges.csv", &CHARGES.replace("2026-03-10,,500.00", "2026-03-10,,400.00"));
    let ran = books.at("2026-12-01T03:04:05Z", "close --period 2026-03 --json").exits(3).json();
    assert!(ran["issued"].as_array().unwrap().iter().all(|issued| issued["new"] == false));
    let finding = books.json("closes/2026-03/reconciliation.json")["findings"][0].clone();
    assert_eq!((&finding["code"], &finding["severity"]), (&"late-credit-note".into(), &"blocking".into()));
    assert!(finding["message"].as_str().unwrap().contains("the last day was 2026-11-30"), "{finding}");
    books.run("verify").exits(0);

    let settings = String::from_utf8(books.read("crossfoot.toml")).unwrap();
    let with = settings.replace("[invoice]\n", "[invoice]\nlate_credit_note = \"without-tax\"\n");
    books.write("crossfoot.toml", &with);
    books.at("2026-12-02T03:04:05Z", "close --yes --period 2026-03").exits(0);
    let note = document(&books, "CN-26-27-00001");
    assert_eq!((&note["subtotal"], &note["total"]), (&"100.00".into(), &"100.00".into()));
    assert_eq!((&note["taxes"], &note["issue_date"]), (&serde_json::json!([]), &"2026-12-02".into()));
    assert_eq!(
        note["remarks"].as_array().unwrap().last().unwrap(),
        "No tax is adjusted: this note is issued after 30 November 2026 (CGST Act, section 34(2))."
    );
    assert_eq!(note["structured"]["inv-01"], "it adjusts no tax, so it is not reported");
    books.run("verify").exits(0);
    // It has said everything: the next close has nothing more to correct.
    books.at("2026-12-03T03:04:05Z", "close --period 2026-03").exits(0);
    assert!(!books.path().join("closes/2026-03/invoices/CN-26-27-00002.json").exists());
}

#[test]
fn on_the_last_day_a_credit_note_still_reduces_tax() {
    let (books, _server) = gst(str::to_owned);
    books.run("close --period 2026-03").exits(0);
    books.write("charges.csv", &CHARGES.replace("2026-03-10,,500.00", "2026-03-10,,400.00"));
    books.at("2026-11-30T03:04:05Z", "close --yes --period 2026-03").exits(0);
    assert_eq!(document(&books, "CN-26-27-00001")["total"], "118.00");
}
