//! What an invoice says of the calls behind it: minutes and rates, the annex by day, the list of
//! calls beside it. Through the binary.

use std::collections::BTreeMap;
use std::process::Command;

use rust_decimal::Decimal;
use serde_json::Value;

use crate::support::{Books, rehearse_month, settings};
use crossfoot::rehearsal::Server;

const MONTH: &str = "auth_id,name,inbound_calls,inbound_cost,outbound_calls,outbound_cost\nMA_1,Asha,250,101.01,310,271.45\nMA_2,Bela,40,18.00,0,0.00\nMA_3,Chitra,0,0.00,95,44.44\n";
const LEDGER: &str = "date,customer_id,direction,amount,calls\n2026-03-31,MA_1,inbound,101.01,250\n2026-03-31,MA_1,outbound,271.45,310\n2026-03-31,MA_2,inbound,18.00,40\n2026-03-31,MA_3,outbound,44.44,95\n";
const CUSTOMERS: &str = "customer_id,legal_name,email,markup_percent,rate_inbound,rate_outbound,rate_unit\nMA_1,Asha,a@customer.example,12.5,,,\nMA_2,Bela,b@customer.example,,0.75,,minute\nMA_3,Chitra,c@customer.example,,,0.6125,call\n";

/// Books whose every call is captured, with more lines of settings.
fn books(upstream: &str, more: &str) -> (Books, Server) {
    let server = rehearse_month("2026-03", MONTH, |script| script.top = 0);
    let books = Books::empty(&server.base_url());
    let text = settings(&server.base_url(), &format!("email = \"billing@seller.example\"\n{more}"));
    books.write("crossfoot.toml", &text.replace("[upstream]\n", &format!("[upstream]\n{upstream}")));
    books.write("customers.csv", CUSTOMERS);
    books.write("ledgers/2026-03.csv", LEDGER);
    (books, server)
}

const ROWS: &str = "matrix = \"cdr-rows\"\n";
const ANNEX: &str = "[invoice]\nusage_annex = \"daily\"\nanswer_rate = true\n";

fn stem(n: u32) -> String {
    format!("CF-26-27-{n:05}")
}

fn invoice(books: &Books, n: u32) -> Value {
    books.json(&format!("closes/2026-03/invoices/{}.json", stem(n)))
}

/// The rows of the list of calls of an invoice.
fn listed(books: &Books, n: u32) -> Vec<BTreeMap<String, String>> {
    let bytes = books.read(&format!("closes/2026-03/usage/{}.csv", stem(n)));
    csv::Reader::from_reader(bytes.as_slice()).deserialize().map(Result::unwrap).collect()
}

fn amount(value: &Value) -> Decimal {
    value.as_str().unwrap().parse().unwrap()
}

fn sum(amounts: impl Iterator<Item = Decimal>) -> Decimal {
    amounts.fold(Decimal::ZERO, |sum, one| sum.checked_add(one).unwrap())
}

fn printed(books: &Books, n: u32) -> String {
    let pdf = books.path().join(format!("closes/2026-03/invoices/{}.pdf", stem(n)));
    let out = Command::new("pdftotext").args(["-layout", pdf.to_str().unwrap(), "-"]).output().unwrap();
    String::from_utf8(out.stdout).unwrap()
}

#[test]
fn days_and_calls_add_up_to_the_lines() {
    let (books, _server) = books(ROWS, ANNEX);
    let closed = books.run("close --period 2026-03").exits(0);
    assert!(!closed.stderr.contains("usage_annex"), "{}", closed.stderr);
    let mut all = 0;
    for n in 1..=3 {
        let invoice = invoice(&books, n);
        assert_eq!(invoice["days_in"], "UTC");
        let calls = listed(&books, n);
        let rows = calls.iter().filter(|row| row["call_id"] != "rounding").count();
        assert_eq!(invoice["call_list"]["calls"], rows);
        all += rows;
        for line in invoice["lines"].as_array().unwrap() {
            let days = line["days"].as_array().unwrap();
            let (by_day, charged) = (sum(days.iter().map(|day| amount(&day["amount"]))), amount(&line["amount"]));
            // Half a paisa a day, and half a paisa of the line's own.
            let most = Decimal::new(5 * (days.len() as i64 + 1), 3);
            assert!(charged.checked_sub(by_day).unwrap().abs() <= most, "{by_day} of {charged}");
            assert_eq!(line["calls"], days.iter().map(|day| day["calls"].as_u64().unwrap()).sum::<u64>());
            assert_eq!(line["answered"], line["calls"]);
            let of = calls.iter().filter(|row| row["direction"] == line["direction"].as_str().unwrap());
            let of: Vec<&BTreeMap<String, String>> = of.collect();
            assert_eq!(sum(of.iter().map(|row| row["amount"].parse().unwrap())), charged);
            // A day's calls are those of the list.
            let first = days[0]["day"].as_str().unwrap();
            let on = |row: &&&BTreeMap<String, String>| row["day"] == first;
            assert_eq!(of.iter().filter(on).count() as u64, days[0]["calls"].as_u64().unwrap());
        }
        let text = printed(&books, n);
        assert!(text.contains("Usage by day") && text.contains("time zone UTC") && text.contains("1 March 2026"));
    }
    assert_eq!(all, 250 + 310 + 40 + 95);
    // 250 calls of 54 s at a mark-up: an average. By the minute and by the call: the rate.
    let text = printed(&books, 1);
    assert!(text.contains("Minutes: 225.00") && text.contains("Answered: 250 (100.0 %)"), "{text}");
    assert!(text.contains("Average rate per minute: 0.5051") && text.contains("rounded half up to four decimals"));
    let rated = invoice(&books, 2)["lines"][0]["pricing"].clone();
    assert_eq!(rated, serde_json::json!({"by": "rate", "quantity": "36.00", "unit": "minute", "price": "0.75"}));
    assert!(!printed(&books, 3).contains("Average rate"));
    // Numbers are masked, and no cell is a formula.
    let call = &listed(&books, 3)[0];
    assert!(call["from"].starts_with("'+xxxx") && call["to"].starts_with("'+xx"), "{call:?}");
    assert_eq!((call["billed_seconds"].as_str(), call["amount"].as_str()), ("54", "0.6125"));
    books.run("verify").exits(0);
    books.run("close --period 2026-03 --offline").exits(0);
}

#[test]
fn a_list_that_was_changed_does_not_verify() {
    let (books, _server) = books(ROWS, "");
    books.run("close --period 2026-03").exits(0);
    assert!(invoice(&books, 1).get("days_in").is_none(), "no annex by default");
    let name = format!("closes/2026-03/usage/{}.csv", stem(1));
    let sealed = String::from_utf8(books.read(&name)).unwrap();
    let amount = sealed.lines().nth(1).unwrap().split(',').nth(6).unwrap().to_owned();
    books.write(&name, &sealed.replacen(&amount, "0.01", 1));
    let ran = books.run("verify").exits(4);
    assert!(ran.all().contains(&name), "{}", ran.all());
    books.run("close --period 2026-03 --offline").exits(4);
    std::fs::remove_file(books.path().join(&name)).unwrap();
    books.run("verify").exits(4);
    books.run("close --period 2026-03 --offline").exits(4);
    books.write(&name, &sealed);
    books.run("verify").exits(0);
    // It is packed.
    books.run("pack --period 2026-03 --out p.zip").exits(0);
    let file = std::fs::File::open(books.path().join("p.zip")).unwrap();
    let names: Vec<String> =
        zip::ZipArchive::new(file).unwrap().file_names().map(|name| name.unwrap().into_owned()).collect();
    assert!(names.iter().any(|packed| packed.ends_with(&name)), "{names:?}");
}

#[test]
fn a_list_stays_with_the_capture_that_it_was_made_from() {
    let (books, server) = books(ROWS, "");
    // One customer is held at first: the ledger has another cost.
    books.write("ledgers/2026-03.csv", &LEDGER.replace("44.44", "43.99"));
    books.run("close --period 2026-03").exits(3);
    let before = books.read(&format!("closes/2026-03/usage/{}.csv", stem(1)));
    // The partner restates its figure, which is captured again; the customer is issued from that.
    let restated = rehearse_month("2026-03", &MONTH.replace("44.44", "43.99"), |script| script.top = 0);
    let text = String::from_utf8(books.read("crossfoot.toml")).unwrap();
    books.write("crossfoot.toml", &text.replace(&server.base_url(), &restated.base_url()));
    let later = "2026-04-03T03:04:05Z";
    books.at(later, "reconcile --period 2026-03 --refetch").exits(0);
    books.at(later, "close --period 2026-03").exits(0);
    let captures = [1, 2, 3].map(|n| invoice(&books, n)["call_list"]["capture_sha256"].clone());
    assert!(captures[0] == captures[1] && captures[0] != captures[2], "{captures:?}");
    assert_eq!(books.read(&format!("closes/2026-03/usage/{}.csv", stem(1))), before);
    books.run("verify").exits(0);
    // And without lists from now on, those that are sealed stay.
    let text = String::from_utf8(books.read("crossfoot.toml")).unwrap();
    books.write("crossfoot.toml", &format!("{text}[invoice]\ncall_list = false\n"));
    books.at(later, "close --period 2026-03 --offline").exits(0);
    books.run("verify").exits(0);
}

#[test]
fn what_was_not_captured_is_not_guessed() {
    let (books, _server) = books("matrix = \"cdr-summary\"\n", ANNEX);
    // The ledger counts a call less than the partner.
    books.write("ledgers/2026-03.csv", &LEDGER.replace("44.44,95", "44.44,94"));
    let drafted = books.run("close --draft --period 2026-03").exits(0);
    let said = drafted.all().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("the usage by day: its calls were not captured one by one"), "{said}");
    let closed = books.run("close --period 2026-03").exits(0);
    let said = closed.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("note: [invoice] usage_annex") && said.contains("MA_1, MA_2, MA_3"), "{said}");
    let invoice = invoice(&books, 1);
    let line = &invoice["lines"][0];
    assert!(line.get("days").is_none() && invoice.get("call_list").is_none() && invoice.get("days_in").is_none());
    // The summary tells minutes and answered calls.
    assert_eq!((&line["seconds"], &line["answered"]), (&(250 * 54).into(), &250.into()));
    let other = &self::invoice(&books, 3)["lines"][0];
    assert_eq!((&other["calls"], other.get("answered")), (&94.into(), None));
    assert!(!printed(&books, 1).contains("Usage by day"));
    assert!(!books.path().join("closes/2026-03/usage").exists());
    books.run("verify").exits(0);
}

#[test]
fn numbers_are_as_the_settings_say() {
    let (books, _server) = books(&format!("{ROWS}mask_numbers = false\n"), "");
    books.run("close --period 2026-03").exits(0);
    let call = &listed(&books, 1)[0];
    assert!(call["from"].starts_with("'+918041") && !call["from"].contains('x'), "{call:?}");
    books.run("verify").exits(0);
    // Masked from the next close on, though the capture has them.
    let text = String::from_utf8(books.read("crossfoot.toml")).unwrap();
    books.write("crossfoot.toml", &text.replace("mask_numbers = false\n", ""));
    books.write("customers.csv", &CUSTOMERS.replace("MA_3,Chitra,", "MA_3,Chitra & Co,"));
    books.run("close --period 2026-03 --offline").exits(0);
    books.run("verify").exits(0);
}

#[test]
fn a_list_is_mailed_where_the_settings_say_so() {
    let (books, _server) = books(ROWS, "[mail]\nattach_calls = true\n");
    books.run("close --period 2026-03").exits(0);
    books.run("send --period 2026-03").exits(0);
    let eml = String::from_utf8(books.read(&format!("outbox/2026-03/{}.eml", stem(1)))).unwrap();
    assert!(eml.contains(&format!("filename=\"{}.csv\"", stem(1))) && eml.contains("text/csv"), "{eml}");
    assert!(eml.contains(&format!("Attached: {0}.pdf, {0}.csv", stem(1))));
    let name = format!("closes/2026-03/usage/{}.csv", stem(2));
    let changed = String::from_utf8(books.read(&name)).unwrap().replace("0.", "1.");
    books.write(&name, &changed);
    let ran = books.run("send --period 2026-03").exits(4);
    assert!(ran.stderr.contains("the list of the calls of CF/26-27/00002 is not what was sealed"), "{}", ran.stderr);
}

#[test]
fn a_rental_for_a_part_of_the_month_says_its_days() {
    let (books, _server) = books("matrix = \"cdr-summary\"\n", "");
    books.write("charges.csv", "customer_id,description,kind,from,to,amount,quantity,unit,unit_price,pro_rata\nMA_1,Numbers,recurring,2026-03-15,,,3,number,100.00,yes\nMA_1,Trunk,recurring,2026-03-15,,500.00,,,,\nMA_2,Numbers,recurring,2025-01-01,,310.00,,,,yes\n");
    books.run("close --period 2026-03").exits(0);
    let lines = invoice(&books, 1)["lines"].clone();
    // 300.00 for 17 of 31 days.
    assert_eq!(lines[2]["pricing"], serde_json::json!({"by": "part", "of": "300.00", "days": 17, "whole": 31}));
    assert_eq!(
        (&lines[2]["amount"], &lines[2]["from"], &lines[2]["to"]),
        (&"164.52".into(), &"2026-03-15".into(), &"2026-03-31".into())
    );
    assert_eq!((&lines[3]["amount"], &lines[3]["from"]), (&"500.00".into(), &"2026-03-15".into()));
    assert_eq!(invoice(&books, 2)["lines"][1]["amount"], "310.00");
    let text = printed(&books, 1);
    assert!(text.contains("15 March 2026 – 31 March 2026 · 300.00 × 17 of 31 days"), "{text}");
    books.run("verify").exits(0);
    books.write(
        "charges.csv",
        "customer_id,description,kind,from,amount,pro_rata\nMA_1,Set-up,one-off,2026-03-15,5,yes\n",
    );
    assert!(books.run("close --period 2026-03").exits(2).stderr.contains("only what recurs is"));
}

/// 0.1 did not add up the time of rows, so that a price by the minute could not be charged.
#[test]
fn what_the_version_before_could_not_charge_verifies_and_is_charged_now() {
    let books =
        Books::copied(std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/sealed-by-0.1-rows")));
    books.run("verify").exits(0);
    books.run("close --period 2026-03 --offline").exits(0);
    // Four calls of 54 seconds are 3.60 minutes.
    assert_eq!(invoice(&books, 1)["total"], "2.70");
    assert_eq!(listed(&books, 1).len(), 4);
    books.run("verify").exits(0);
}
