//! `crossfoot calls`: two files, and a capture of call records over real HTTP.

use serde_json::Value;

use crate::support::{Books, rehearse_month, settings};

const MONTH: &str = "auth_id,name,inbound_calls,inbound_cost,outbound_calls,outbound_cost\nMA_1,Asha,12,5.40,130,58.50\nMA_2,Bela,0,0.00,30,13.50\n";

/// Books with a capture of call records, and what `[upstream]` and the rest say beside.
fn captured(upstream: &str, more: &str) -> Books {
    let server = rehearse_month("2026-03", MONTH, |script| script.overlap = 1);
    let books = Books::empty("");
    let text = settings(&server.base_url(), "").replace("[upstream]\n", &format!("[upstream]\n{upstream}"));
    books.write("crossfoot.toml", &format!("{text}{more}"));
    books.write("customers.csv", "customer_id,legal_name\nMA_1,Asha Traders\nMA_2,Bela Foods\n");
    books.run("fetch --period 2026-03").exits(0);
    books
}

/// The calls of a capture as a rating file would have them: the customers by name.
fn rated(books: &Books, head: &str, row: impl Fn(&Value, &str) -> String) -> String {
    let mut rows = std::collections::BTreeMap::new();
    for (name, bytes) in books.files() {
        if !name.contains("capture/cdrs") {
            continue;
        }
        let page: Value = serde_json::from_slice(&bytes).unwrap();
        for call in page["data"].as_array().unwrap() {
            let customer = if call["account_id"] == "MA_1" { "Asha Traders" } else { "BELA FOODS" };
            rows.insert(call["uuid"].as_str().unwrap().to_owned(), row(call, customer));
        }
    }
    format!("{head}\n{}", rows.into_values().collect::<String>())
}

fn text<'a>(call: &'a Value, key: &str) -> &'a str {
    call[key].as_str().unwrap()
}

#[test]
fn a_capture_is_held_against_a_rating_file() {
    let books = captured("matrix = \"cdr-rows\"\n", "[calls]\nledger = \"rated/{period}.csv\"\n");
    let head = "Call ID,Customer,Direction,Called Number,Start Time,Billed Seconds,Charge";
    let row = |call: &Value, customer: &str| {
        format!(
            "cdr:{},{customer},{},,{},{},{}\n",
            text(call, "uuid").to_uppercase(),
            text(call, "call_direction"),
            text(call, "start_time"),
            call["billsec"],
            call["total_cost"]
        )
    };
    let ledger = rated(&books, head, row);
    books.write("rated/2026-03.csv", &ledger);
    let ran = books.run("calls --period 2026-03").exits(0);
    assert!(ran.stdout.starts_with("Calls agree"), "{}", ran.stdout);
    // Pages that overlap deliver a call twice; it is counted once, as `reconcile` does.
    assert!(ran.stdout.contains("delivered twice and counted once"), "{}", ran.stdout);
    // One is lacking, one is dearer.
    let mut lines: Vec<String> = ledger.lines().map(str::to_owned).collect();
    lines.remove(20);
    lines[30] = lines[30].rsplit_once(',').unwrap().0.to_owned() + ",0.95";
    books.write("rated/2026-03.csv", &lines.join("\n"));
    let report = books.run("calls --period 2026-03 --json").exits(3).json();
    assert_eq!((&report["schema"], &report["outcome"]), (&"crossfoot/calls/v1".into(), &"differs".into()));
    let groups = report["groups"].as_array().unwrap();
    let causes: Vec<&str> = groups.iter().map(|group| text(group, "cause")).collect();
    assert_eq!(causes, ["amount", "missing"]);
    assert_eq!((text(&groups[0], "difference"), text(&groups[1], "difference")), ("0.50", "-0.45"));
    assert_eq!(text(&report["totals"], "difference"), "0.05");
    assert!(text(&groups[1]["examples"][0]["partner"], "file").starts_with("capture/cdrs/MA_"));
}

#[test]
fn numbers_match_what_has_no_id_whether_the_capture_masks_them_or_not() {
    for (masks, digits) in [("true", 2), ("false", 10)] {
        let books = captured(&format!("matrix = \"cdr-rows\"\nmask_numbers = {masks}\n"), "");
        // Written as at home, by an Indian clock, billed in whole minutes.
        let row = |call: &Value, _: &str| {
            let bare = |key| text(call, key).replace("+91", "0").replace('x', "7");
            let start = chrono::DateTime::parse_from_rfc3339(text(call, "start_time")).unwrap()
                + chrono::TimeDelta::seconds(19_801);
            format!(
                "{},{},{},{},{}\n",
                bare("caller_id_number"),
                bare("destination_number"),
                start.format("%d/%m/%Y %H:%M:%S"),
                "00:01:00",
                call["total_cost"]
            )
        };
        let ledger = rated(&books, "From,To,Start,Duration,Amount", row);
        books.write("ledgers/2026-03.csv", &ledger);
        let ran = books.run("calls --period 2026-03 --json").exits(0);
        let report = ran.json();
        assert_eq!(report["limits"]["called_digits"], digits, "{masks}");
        assert_eq!(report["agree"]["by_id"]["ours_calls"], 0);
        assert_eq!(report["agree"]["by_numbers"]["difference"], "0.00");
        books.write("ledgers/2026-03.csv", &ledger.replacen("01/03", "07/03", 1));
        let ran = books.run("calls --period 2026-03").exits(3);
        for number in ["918041", "080417", "9876"] {
            assert!(!ran.all().contains(number), "{}", ran.all());
        }
    }
}

#[test]
fn two_files_need_no_books() {
    let books = Books::empty("");
    std::fs::remove_file(books.path().join("crossfoot.toml")).unwrap();
    books.write("partner.json", include_str!("../data/partner-api/09-customer-cdrs-outbound.json"));
    books.write(
        "ours.csv",
        "call_uuid,start_time,billsec,amount\n3C1F6D1A-5F10-4B39-9C0E-0D4A8F3B7E05,2026-10-22 13:01:47,60,0.45\n",
    );
    let ran = books.run("calls partner.json ours.csv --period 2026-10").exits(3);
    assert!(ran.stdout.contains("missing"), "{}", ran.stdout);
    assert!(!ran.all().contains("98765432"), "{}", ran.all());
    insta::assert_snapshot!("calls", ran.stdout);
    let ours = books.run("calls ours.csv ours.csv --period 2026-10").exits(0);
    assert!(ours.stdout.starts_with("Calls agree"));
    let ran = books.run("calls partner.json ours.csv --period 2026-10 --column cost=Betrag").exits(2);
    assert!(ran.stderr.contains("has no column `Betrag`"), "{}", ran.stderr);
    let ran = books.run("calls partner.json none.csv --period 2026-10").exits(1);
    assert!(ran.stderr.contains("none.csv"), "{}", ran.stderr);
    books.run("calls partner.json --period 2026-10").exits(2);
}

#[test]
fn books_without_call_records_say_what_to_do() {
    let books = captured("matrix = \"cdr-summary\"\n", "");
    books.write("ledgers/2026-03.csv", "uuid,start,cost\na,2026-03-01,1.00\n");
    let ran = books.run("calls --period 2026-03").exits(2);
    assert!(ran.stderr.contains("cdr-rows"), "{}", ran.stderr);
    let ran = books.run("calls --period 2026-02").exits(2);
    assert!(ran.stderr.contains("there is no capture of 2026-02"), "{}", ran.stderr);
    books.write("export.csv", "uuid,start_time,total_cost\nA,2026-03-01T00:00:00Z,1\n");
    books.run("calls --period 2026-03 --export export.csv").exits(0);
    books.run("calls --period 2026-03 --export export.csv --ledger export.csv").exits(0);
    let ran = books.run("calls --period 2026-03 --export export.csv --column cost=nothing").exits(2);
    assert!(ran.stderr.contains("`nothing`"), "{}", ran.stderr);
}
