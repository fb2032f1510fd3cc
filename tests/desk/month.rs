//! A whole month on the desk, as its page does it; and two people for one seal.

use serde_json::{Value, json};

use crate::cli::signing_key;
use crate::support::browser::Desk;
use crate::support::partner::Partner;
use crate::support::smtp::Mailer;
use crate::support::{Books, TOKEN, clean_ledger, crossfoot, rehearse, settings};

/// The example ledger with one posting that is 450.00 too low.
fn ledger() -> String {
    let (right, slip) = ("outbound,7798.38,INR,JV/0463", "outbound,7348.38,INR,JV/0463");
    let ledger = clean_ledger();
    assert!(ledger.contains(right));
    ledger.replace(right, slip)
}

#[test]
fn a_month_from_an_empty_folder_to_a_pack() {
    let (partner, mailer) = (rehearse(|_| {}), Mailer::start(&[]));
    let books = Books::empty(&partner.base_url());
    let mail = format!(
        "[mail]\nfrom = \"Accounts <billing@malabar.example>\"\nsmtp_host = \"127.0.0.1\"\nsmtp_port = {}\ntls = \"none\"\n",
        mailer.port
    );
    books.write("crossfoot.toml", &settings(&partner.base_url(), &mail));
    let desk = Desk::open(&[books.path()]);
    let listed = desk.get("/api/desk").is(200).json();
    assert_eq!(listed["today"], "2026-04-02");
    assert_eq!((&listed["books"][0]["id"], &listed["books"][0]["currency"]), (&json!(0), &json!("INR")));
    assert_eq!(desk.get("/api/0/ledger?period=2026-03").is(404).json()["error"]["code"], "no-ledger");
    assert_eq!(desk.get("/api/0/findings?period=2026-03").is(404).json()["error"]["code"], "no-reconciliation");

    let added = desk.runs(&json!({"do": "customers-from-partner", "period": "2026-03"}));
    assert_eq!(added["added"].as_array().unwrap().len(), 47);
    let email =
        json!({"customer_id": "MA_03afffb2", "fields": {"email": "accounts@brindavan.example", "pin": "56000"}});
    let refused = desk.post("/api/0/customer", email.to_string().as_bytes()).is(400).json();
    assert_eq!(refused["error"]["also"][0]["field"], "pin");
    let email = json!({"customer_id": "MA_03afffb2", "fields": {"email": "accounts@brindavan.example"}});
    assert_eq!(
        desk.post("/api/0/customer", email.to_string().as_bytes()).is(200).json()["changed"],
        json!(["customers.csv"])
    );

    let bad = desk.post("/api/0/ledger?period=2026-03&name=%22odd%22.csv", b"\0\0\0").text();
    assert!(bad.contains("\\\"odd\\\".csv") && !bad.contains(".crossfoot"), "{bad}");
    // A ledger is looked at, kept, and not replaced by accident.
    let put =
        |query: &str| desk.post(&format!("/api/0/ledger?period=2026-03&name=march.csv{query}"), ledger().as_bytes());
    let read = put("").is(200).json();
    assert_eq!(
        (&read["ledger_rows"]["used"], &read["kept"], &read["unmatched"]),
        (&json!(868), &Value::Null, &json!([]))
    );
    assert_eq!((&read["rows_total"], read["rows"].as_array().unwrap().len()), (&json!(868), 200));
    assert!(!books.path().join("ledgers").exists());
    assert_eq!(put("&keep=1").is(200).json()["kept"], "ledgers/2026-03.csv");
    assert_eq!(put("&keep=1").is(409).json()["error"]["code"], "ledger-exists");
    put("&keep=1&replace=1").is(200);
    assert_eq!(books.read("ledgers/2026-03.csv"), ledger().as_bytes());
    let shown = desk.get("/api/0/ledger?period=2026-03").is(200).json();
    assert_eq!((&shown["file"], &shown["rows_total"]), (&json!("ledgers/2026-03.csv"), &json!(868)));

    let (exit, _) = desk.run(&json!({"do": "reconcile", "period": "2026-03"}));
    assert_eq!(exit, 3);
    decide(&desk);

    assert_eq!(desk.get("/api/0/drafts?period=2026-03").is(404).json()["error"]["code"], "no-draft");
    desk.run(&json!({"do": "draft", "period": "2026-03"}));
    let drafts = desk.get("/api/0/drafts?period=2026-03").is(200).json();
    assert_eq!((drafts["documents"].as_array().unwrap().len(), &drafts["stale"]), (47, &json!(false)));
    let pdf = drafts["documents"][0]["pdf"].as_str().unwrap();
    assert!(desk.get(&format!("/api/0/file/{pdf}")).is(200).body.starts_with(b"%PDF-"));
    assert_eq!(desk.get("/api/0/status").json()["periods"][0]["draft"], true);
    let closed = desk.runs(&json!({"do": "close", "period": "2026-03"}));
    assert_eq!(closed["issued"].as_array().unwrap().len(), 47);
    send(&desk, &mailer);

    assert_eq!(desk.runs(&json!({"do": "verify"}))["verified"], true);
    let packed = desk.runs(&json!({"do": "pack", "period": "2026-03"}));
    let archive = desk.get(packed["download"].as_str().unwrap()).is(200);
    assert!(
        archive.body.starts_with(b"PK")
            && archive.header("content-disposition").contains("crossfoot-2026-03-audit.zip")
    );
    assert_eq!(desk.interrupt(), Some(130));
    // Nothing of the desk is left in the books, and no secret anywhere.
    let files = books.files();
    assert!(!files.keys().any(|name| name.starts_with(".crossfoot/desk")), "{:?}", files.keys());
    assert!(!files.values().any(|bytes| bytes.windows(TOKEN.len()).any(|part| part == TOKEN.as_bytes())));
    books.run("verify").exits(0);
}

/// One difference is looked at and decided.
fn decide(desk: &Desk) {
    let found = desk.get("/api/0/findings?period=2026-03").is(200).json();
    assert_eq!((&found["customers_total"], &found["customers_held"]), (&json!(47), &json!(1)));
    let finding = &found["findings"][0];
    assert_eq!(
        (&finding["held"], &finding["names"], &finding["decision"]),
        (&json!(true), &json!(["Acme Outbound"]), &Value::Null)
    );
    let id = finding["id"].as_str().unwrap();
    let vouchers = desk.get(&format!("/api/0/vouchers?period=2026-03&finding={id}")).is(200).json();
    assert_eq!((&vouchers["total"], vouchers["vouchers"].as_array().unwrap().len()), (&json!(19), 19));
    let voucher = vouchers["vouchers"].as_array().unwrap().iter().find(|one| one["number"] == "JV/0463").unwrap();
    assert_eq!(
        (&voucher["date"], &voucher["amount"], &voucher["party"]),
        (&json!("2026-03-17"), &json!("7348.38"), &json!("Acme Outbound"))
    );
    let customer = desk.get("/api/0/customer?period=2026-03&id=MA_99ab12c3").is(200).json();
    assert_eq!((&customer["customer"]["analytics"], &customer["findings"]), (&json!("68850.00"), &json!([id])));

    let look = json!({"period": "2026-03", "findings": [id], "bill": "analytics"});
    let seen = desk.post("/api/0/preview", look.to_string().as_bytes()).is(200).json();
    assert_eq!((&seen["consequences"][0]["total"], &seen["doubt"]), (&json!("68850.00"), &Value::Null));
    let look = json!({"period": "2026-03", "findings": [id], "bill": "6.00"});
    let seen = desk.post("/api/0/preview", look.to_string().as_bytes()).is(200).json();
    assert!(seen["doubt"].as_str().unwrap().contains("far from both figures"), "{seen}");
    let without = json!({"do": "decide", "period": "2026-03", "findings": [id], "bill": "analytics"});
    assert_eq!(desk.run(&without).0, 2);
    let both = json!({"do": "decide", "period": "2026-03", "findings": [id, "gone-000000"], "bill": "analytics", "reason": "a slip", "by": "Asha"});
    assert_eq!(desk.run(&both).0, 2);
    assert_eq!(desk.get("/api/0/findings?period=2026-03").json()["decided"], json!([]));
    desk.runs(&json!({"do": "decide", "period": "2026-03", "findings": [id], "bill": "analytics", "reason": "a slip", "by": "Asha"}));
    let found = desk.get("/api/0/findings?period=2026-03").json();
    assert_eq!((&found["customers_held"], &found["decided"][0]["finding"]), (&json!(0), &json!(id)));
    assert_eq!(found["findings"][0]["decision"]["by"], "Asha");
    let status = &desk.get("/api/0/status").is(200).json()["periods"][0];
    assert_eq!((&status["held"], &status["to_decide"]), (&json!(1), &json!(0)));
}

/// One is mailed, one handed over, the others are due and have no address.
fn send(desk: &Desk, mailer: &Mailer) {
    let found = desk.get("/api/0/archive?q=brindavan").is(200).json();
    assert_eq!(found["total"], 1);
    let document = &found["documents"][0];
    assert_eq!(
        (&document["number"], &document["state"], &document["total"]),
        (&json!("CF/26-27/00001"), &json!("sealed"), &json!("5442.02"))
    );
    for q in ["CF/26-27/00001", "%E2%82%B95,442.02", "ma_03afffb2", "brindavan+2026-03"] {
        assert_eq!(desk.get(&format!("/api/0/archive?q={q}")).json()["total"], 1, "{q}");
    }
    assert!(desk.get(&format!("/api/0/file/{}", document["pdf"].as_str().unwrap())).is(200).body.starts_with(b"%PDF-"));
    let page = desk.get("/api/0/archive?from=40&limit=10").json();
    assert_eq!((&page["total"], page["documents"].as_array().unwrap().len()), (&json!(47), 7));

    let outbox = desk.get("/api/0/outbox?period=2026-03").is(200).json();
    assert_eq!(outbox["counts"], json!({"no-address": 46, "to-send": 1}));
    assert!(mailer.taken().is_empty());
    let none = json!({"do": "send", "period": "2026-03", "only": []});
    assert_eq!(desk.post("/api/0/run", none.to_string().as_bytes()).status, 400);
    let sent = desk.runs(&json!({"do": "send", "period": "2026-03", "only": ["CF/26-27/00001"]}));
    assert_eq!(sent["counts"], json!({"sent": 1}));
    assert_eq!(mailer.taken().len(), 1);
    let handed =
        desk.runs(&json!({"do": "delivered", "period": "2026-03", "only": ["CF/26-27/00002"], "reason": "by courier"}));
    assert_eq!(handed["counts"], json!({"delivered": 1}));
    let (again, _) =
        desk.run(&json!({"do": "delivered", "period": "2026-03", "only": ["CF/26-27/00002"], "reason": "by courier"}));
    assert_eq!(again, 2);
    let status = &desk.get("/api/0/status").is(200).json()["periods"][0];
    let counts = ["issued", "sent", "not_mailed", "not_invoiced", "void"].map(|name| status[name].as_u64().unwrap());
    assert_eq!(counts, [47, 2, 45, 0, 0]);
    let states = ["CF/26-27/00001", "CF/26-27/00002", "CF/26-27/00003"]
        .map(|number| desk.get(&format!("/api/0/archive?q={number}")).json()["documents"][0]["state"].clone());
    assert_eq!(states, ["mailed", "delivered", "sealed"]);
}

#[test]
fn one_proposes_at_a_desk_and_another_approves_at_theirs() {
    let keys = tempfile::tempdir().unwrap();
    let [(asha, of_asha), (ravi, of_ravi)] = ["asha", "ravi"].map(|who| signing_key(keys.path(), who));
    let books = Books::example(&Partner::good().base_url);
    books.write("audit/allowed_signers", &format!("asha@example.com {of_asha}\nravi@example.com {of_ravi}\n"));
    let settings = String::from_utf8(books.read("crossfoot.toml")).unwrap();
    books.write("crossfoot.toml", &format!("{settings}\n[audit]\napprovals = 2\n"));
    let desk_of =
        |key: &std::path::Path| Desk::with(crossfoot(books.path()).env("CROSSFOOT_SIGNING_KEY", key).arg(books.path()));
    let (first, second) = (desk_of(&asha), desk_of(&ravi));
    assert_eq!(first.get("/api/desk").json()["books"][0]["approvals"], 2);
    assert_eq!(first.get("/api/0/proposal?period=2026-03").is(200).json(), Value::Null);
    first.runs(&json!({"do": "close", "period": "2026-03"}));
    let (exit, document) = first.run(&json!({"do": "approve", "period": "2026-03"}));
    assert_eq!((exit, document["error"]["code"].as_str()), (2, Some("approval")), "{document}");
    let seen = second.get("/api/0/proposal?period=2026-03").is(200).json();
    assert_eq!(
        (&seen["by"], &seen["valid"], &seen["proposal"]["documents"]),
        (&json!("asha@example.com"), &json!(true), &json!("47 invoices"))
    );
    assert_eq!(second.get("/api/0/drafts?period=2026-03").is(200).json()["documents"].as_array().unwrap().len(), 47);
    assert_eq!(second.get("/api/0/status").json()["periods"][0]["proposed"], true);
    second.runs(&json!({"do": "approve", "period": "2026-03"}));
    assert_eq!(first.get("/api/0/proposal?period=2026-03").json(), Value::Null);
    assert_eq!(first.runs(&json!({"do": "verify"}))["verified"], true);
    assert_eq!(first.get("/api/0/archive").json()["total"], 47);
}

#[test]
fn a_folder_of_companies_is_one_desk_and_an_empty_one_begins_books() {
    let dir = tempfile::tempdir().unwrap();
    for (name, seller) in [("north", "North Ltd"), ("south", "South Ltd")] {
        std::fs::create_dir_all(dir.path().join(name)).unwrap();
        std::fs::write(dir.path().join(name).join("crossfoot.toml"), format!("[seller]\nlegal_name = {seller:?}\n"))
            .unwrap();
    }
    std::fs::create_dir_all(dir.path().join("photos")).unwrap();
    std::fs::write(dir.path().join("south/crossfoot.toml"), "[seller]\nlegal_nane = 1\n").unwrap();
    let desk = Desk::open(&[dir.path()]);
    let listed = desk.get("/api/desk").json();
    let all = listed["books"].as_array().unwrap();
    assert_eq!((all.len(), &all[0]["seller"], &all[1]["folder"]), (2, &json!("North Ltd"), &json!("south")));
    assert!(all[1]["problem"].is_string(), "{all:?}");
    desk.get("/api/0/status").is(200);
    desk.get("/api/1/status").is(400);

    let desk = Desk::open(&[&dir.path().join("photos")]);
    assert_eq!(desk.get("/api/desk").json()["books"][0]["new"], true);
    let wrong = json!({"seller": "West Ltd", "timezone": "Asia/Kolkatta"});
    assert!(desk.post("/api/0/init", wrong.to_string().as_bytes()).is(400).text().contains("Asia/Kolkata"));
    assert_eq!(desk.post("/api/0/init", br#"{"books": "/tmp"}"#).status, 400);
    desk.post("/api/0/init", br#"{"seller": "West Ltd", "email": ""}"#).is(200);
    let listed = desk.get("/api/desk").json();
    assert_eq!((&listed["books"][0]["seller"], &listed["books"][0]["new"]), (&json!("West Ltd"), &json!(false)));
    let names = br#"{"accounts": {"Sales": "inbound", "Rental": "other"}}"#;
    assert_eq!(desk.post("/api/0/accounts", names).is(200).json()["changed"], json!(["crossfoot.toml"]));
    let text = std::fs::read_to_string(dir.path().join("photos/crossfoot.toml")).unwrap();
    assert!(text.contains("Sales = \"inbound\"") && text.contains("# Double-entry exports"), "{text}");
    assert_eq!(desk.post("/api/0/accounts", br#"{"accounts": {"Sales": "sideways"}}"#).status, 400);
    assert_eq!(std::fs::read_to_string(dir.path().join("photos/crossfoot.toml")).unwrap(), text);
}
