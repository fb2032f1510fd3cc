//! Commands on the desk while something else happens: another is at work, the page goes away, the
//! partner does, the desk is closed.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::browser::Desk;
use crate::support::{Books, rehearse, settings};

/// Waits until something holds, for as long as a slow machine may need.
#[track_caller]
fn until(what: &str, holds: impl Fn() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn one_command_at_a_time_and_one_that_can_be_stopped() {
    let partner = rehearse(|script| script.latency = Duration::from_millis(700));
    let books = Books::example(&partner.base_url());
    let desk = Desk::open(&[books.path()]);
    let fetch = json!({"do": "fetch", "period": "2026-03"}).to_string();
    // The page goes away; the command does not.
    desk.post_and_leave("/api/0/run", &fetch);
    let busy = desk.post("/api/0/run", br#"{"do":"verify"}"#).is(409).json();
    assert_eq!(busy["error"]["code"], "busy");
    assert!(busy["error"]["why"].as_str().unwrap().contains("crossfoot fetch --period 2026-03"), "{busy}");
    let alias = br#"{"customer_id": "MA_99ab12c3", "name": "Acme"}"#;
    desk.post("/api/0/alias", alias).is(409);
    let under_way = desk.get("/api/0/run").is(200).json();
    assert_eq!((&under_way["running"], &under_way["exit"]), (&json!(true), &Value::Null));
    until("the partner is asked", || partner.requests() > 0);
    desk.delete("/api/0/run").is(200);
    // Whoever comes later reads all of it.
    let lines = desk.get("/api/0/run?follow=1").is(200).lines();
    assert!(lines[0]["command"].is_string() && lines.last().unwrap()["exit"] == 130, "{lines:?}");
    assert!(!books.path().join("closes").exists());
    desk.post("/api/0/alias", alias).is(200);
    assert!(String::from_utf8(books.read("customers.csv")).unwrap().contains(",Acme"));
    let of_another = br#"{"customer_id": "MA_03afffb2", "name": "acme"}"#;
    assert_eq!(desk.post("/api/0/alias", of_another).is(400).json()["error"]["code"], "customers");
}

#[test]
fn the_books_lock_is_everybodys() {
    let partner = rehearse(|_| {});
    let books = Books::example(&partner.base_url());
    books.write("crossfoot.toml", &settings(&partner.base_url(), "[mail]\nfrom = \"Accounts <a@malabar.example>\"\n"));
    books.run("reconcile --period 2026-03").exits(0);
    let desk = Desk::open(&[books.path()]);
    let lock = std::fs::File::options().write(true).open(books.path().join(".crossfoot/lock")).unwrap();
    lock.lock().unwrap();
    let (exit, document) = desk.run(&json!({"do": "close", "period": "2026-03"}));
    assert_eq!((exit, &document["error"]["code"]), (1, &json!("books-busy")), "{document}");
    let alias = br#"{"customer_id": "MA_99ab12c3", "name": "Acme"}"#;
    assert_eq!(desk.post("/api/0/alias", alias).is(409).json()["error"]["code"], "books-busy");
    let kept =
        desk.post("/api/0/ledger?period=2026-03&name=x.csv&keep=1&replace=1", &books.read("ledgers/2026-03.csv"));
    kept.is(409);
    desk.get("/api/0/outbox?period=2026-03").is(409);
    drop(lock);
    desk.runs(&json!({"do": "close", "period": "2026-03"}));
}

#[test]
fn a_partner_that_goes_away_ends_the_command_and_not_the_desk() {
    let partner = rehearse(|script| script.latency = Duration::from_millis(50));
    let books = Books::example(&partner.base_url());
    let desk = Desk::open(&[books.path()]);
    desk.post_and_leave("/api/0/run", &json!({"do": "close", "period": "2026-03"}).to_string());
    until("the partner is asked", || partner.requests() > 3);
    drop(partner);
    until("the command ends", || desk.get("/api/0/run").json()["running"] == false);
    let ended = desk.get("/api/0/run").json();
    assert_eq!(ended["exit"], 1, "{ended}");
    assert!(
        ended["document"]["error"]["message"].is_string()
            && ended["said"].as_array().is_some_and(|said| !said.is_empty())
    );
    assert!(!books.path().join("audit").exists());
    desk.get("/api/0/status").is(200);
}

#[test]
fn a_desk_that_is_closed_interrupts_its_commands() {
    let partner = rehearse(|script| script.latency = Duration::from_secs(2));
    let books = Books::example(&partner.base_url());
    let before = books.files();
    let desk = Desk::open(&[books.path()]);
    desk.post_and_leave("/api/0/run", &json!({"do": "close", "period": "2026-03"}).to_string());
    until("the partner is asked", || partner.requests() > 0);
    assert_eq!(desk.interrupt(), Some(130));
    // The lock is free, nothing is unfinished, and what lies there is what lay there.
    assert_eq!(books.files().keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>());
    let lock = std::fs::File::options().write(true).open(books.path().join(".crossfoot/lock")).unwrap();
    lock.try_lock().unwrap();
}
