//! The whole matrix over real HTTP, against the rehearsal server: what is asked for, what
//! becomes of what does not come, and what is kept of it.

use std::time::Duration;

use crossfoot::model::usage::Direction;
use crossfoot::rehearsal::{Script, Server, Shape};
use serde_json::Value;

use crate::support::{AUTH_ID, Books, TOKEN, rehearse, rehearse_month, settings};

const HEAD: &str = "auth_id,name,inbound_calls,inbound_cost,outbound_calls,outbound_cost\n";
const THREE: &str = "MA_1,Asha,10,4.50,20,9.00\nMA_2,Bela,0,0.00,300,135.00\nMA_3,Chitra,40,18.00,2,0.90\n";
const REPORT: &str = "closes/2026-03/reconciliation.json";

fn three(change: impl FnOnce(&mut Script)) -> Server {
    rehearse_month("2026-03", &format!("{HEAD}{THREE}"), change)
}

/// Books that know the three customers, with more lines for `[upstream]`.
fn books_of(server: &Server, upstream: &str, ledger: &str) -> Books {
    let books = Books::empty("");
    let text = settings(&server.base_url(), "").replace("[upstream]\n", &format!("[upstream]\n{upstream}"));
    books.write("crossfoot.toml", &text);
    books.write("customers.csv", "customer_id,legal_name\nMA_1,Asha\nMA_2,Bela\nMA_3,Chitra\n");
    books.write("ledgers/2026-03.csv", ledger);
    books
}

fn ledger() -> String {
    "date,customer_id,direction,amount\n2026-03-31,MA_1,inbound,4.50\n2026-03-31,MA_1,outbound,9.00\n2026-03-31,MA_2,outbound,135.00\n2026-03-31,MA_3,inbound,18.00\n2026-03-31,MA_3,outbound,0.90\n".to_owned()
}

fn customer<'a>(report: &'a Value, id: &str) -> &'a Value {
    report["customers"].as_array().unwrap().iter().find(|c| c["customer_id"] == id).unwrap()
}

#[test]
fn every_source_gives_the_same_matrix() {
    for (shape, matrix) in [
        (Shape::Reference, "auto"),
        (Shape::Current, "auto"),
        (Shape::Reference, "cdr-summary"),
        (Shape::Current, "cdr-rows"),
    ] {
        let server = three(|script| script.shape = shape);
        let books = books_of(&server, &format!("matrix = \"{matrix}\"\n"), &ledger());
        let ran = books.run("close --period 2026-03").exits(0);
        assert!(ran.stdout.contains("Issued 3 invoices"), "{}", ran.stdout);
        let report = books.json(REPORT);
        assert_eq!(report["remainder"], Value::Null);
        assert_eq!(report["coverage"]["accounts_listed"], 3);
        assert_eq!(
            customer(&report, "MA_3")["analytics_by_direction"],
            serde_json::json!({"inbound": "18.00", "outbound": "0.90"})
        );
        assert_eq!(report["partner"]["company"], "Malabar Voice Resale Pvt Ltd");
        assert!(customer(&report, "MA_2")["status"] == "matched", "{matrix}");
        books.run("verify").exits(0);
        books.run("close --period 2026-03 --offline").exits(0);
    }
}

#[test]
fn a_complete_list_asks_for_no_more_and_top_customers_never_does() {
    let server = three(|script| script.top = 3);
    let books = books_of(&server, "", &ledger());
    books.run("fetch --period 2026-03").exits(0);
    assert_eq!(server.requests(), 3);
    let server = three(|_| ());
    let books = books_of(&server, "matrix = \"top-customers\"\n", &ledger());
    books.run("reconcile --period 2026-03").exits(0);
    assert_eq!(server.requests(), 3);
    assert_eq!(customer(&books.json(REPORT), "MA_2")["analytics_by_direction"], Value::Null);
}

#[test]
fn a_partner_that_refuses_leaves_the_list_or_stops() {
    let refusing = |what: &str| {
        let what = what.to_owned();
        three(|script| script.refused = vec![what])
    };
    let server = refusing("accounts");
    let books = books_of(&server, "", &ledger());
    let ran = books.run("close --period 2026-03").exits(0);
    assert!(ran.stderr.contains("the analytics' own list is all there is"), "{}", ran.stderr);
    let books = books_of(&server, "matrix = \"cdr-summary\"\n", &ledger());
    let ran = books.run("close --period 2026-03").exits(1);
    assert!(ran.stderr.contains("403"), "{}", ran.stderr);
    assert!(!books.path().join("closes").exists());
    // Call records refused for everybody: the same, or, if they were asked for by name,
    // nobody is reconciled and nobody is zero.
    let server = refusing("accounts/*/cdrs");
    let books = books_of(&server, "", &ledger());
    let ran = books.run("close --period 2026-03").exits(0);
    assert!(ran.stderr.contains("call records cannot be had"), "{}", ran.stderr);
    let books = books_of(&server, "matrix = \"cdr-summary\"\n", &ledger());
    books.run("close --period 2026-03").exits(3);
    let report = books.json(REPORT);
    for id in ["MA_1", "MA_2", "MA_3"] {
        assert_eq!(customer(&report, id)["status"], "not-reconciled");
        assert_eq!(customer(&report, id)["analytics"], Value::Null);
    }
}

#[test]
fn faults_are_ridden_out_and_the_matrix_is_right() {
    let server = rehearse(|script| {
        script.faults_per_mille = 120;
        script.latency = Duration::from_millis(2);
    });
    let books = Books::example(&server.base_url());
    let text = settings(&server.base_url(), "").replace("max_attempts = 3", "max_attempts = 9");
    books.write("crossfoot.toml", &text);
    let ran = books.run("close --period 2026-03").exits(0);
    assert!(ran.stderr.contains("attempts failed and were repeated"), "{}", ran.stderr);
    let report = books.json(REPORT);
    let listed = report["customers"].as_array().unwrap();
    assert_eq!(listed.len(), 47);
    for customer in listed {
        assert_eq!(customer["analytics_by_direction"], customer["ledger_by_direction"]);
    }
    assert_eq!(report["findings"], serde_json::json!([]));
}

#[test]
fn what_did_not_arrive_is_not_zero_and_is_all_that_the_next_fetch_asks_for() {
    let server = three(|script| script.broken = Some("MA_2/cdrs".into()));
    let port = server.address.port();
    let books = books_of(&server, "", &ledger());
    books.run("fetch --period 2026-03").exits(3);
    let ran = books.run("close --period 2026-03").exits(3);
    assert!(ran.stdout.contains("Issued 2 invoices"), "{}", ran.stdout);
    assert!(ran.stdout.contains("Bela (MA_2): F001 not-captured-"), "{}", ran.stdout);
    let report = books.json(REPORT);
    assert_eq!(customer(&report, "MA_2")["status"], "not-reconciled");
    assert_eq!(report["findings"].as_array().unwrap().len(), 1);
    books.run("verify").exits(0);
    drop(server);
    let mended = three(|script| script.port = port);
    let ran = books.run("close --period 2026-03").exits(0);
    assert!(ran.stdout.contains("Issued 1 invoice"), "{}", ran.stdout);
    // Me, dashboard, accounts, and the two that were missing; the analytics are kept.
    assert_eq!(mended.requests(), 5);
    assert!(books.path().join("closes/2026-03/capture-1").exists());
    books.run("verify").exits(0);
}

#[test]
fn customers_that_the_list_leaves_out_are_asked_for_if_the_books_know_them() {
    let server = three(|script| {
        script.top = 0;
        script.left_out = vec!["MA_3".into()];
    });
    let books = books_of(&server, "", &ledger());
    books.run("close --period 2026-03").exits(0);
    let report = books.json(REPORT);
    assert_eq!(
        (report["coverage"]["accounts_listed"].as_u64(), report["coverage"]["customers_asked"].as_u64()),
        (Some(2), Some(3))
    );
    assert_eq!(customer(&report, "MA_3")["analytics_by_direction"]["inbound"], "18.00");
    assert_eq!(report["findings"], serde_json::json!([]));

    // Nobody knows MA_3: its 18.90 are a remainder, which the ledger proves in total only.
    let books = books_of(&server, "", &ledger());
    books.write("customers.csv", "customer_id,legal_name\nMA_1,Asha\nMA_2,Bela\n");
    books.run("reconcile --period 2026-03").exits(3);
    let report = books.json(REPORT);
    assert_eq!(
        (report["remainder"]["analytics"].as_str(), report["remainder"]["status"].as_str()),
        (Some("18.90"), Some("matched"))
    );
    assert_eq!(customer(&report, "MA_3")["status"], "unlisted");

    // The list says that it is longer than it is: told, and of no weight where all adds up.
    let server = three(|script| {
        script.left_out = vec!["MA_3".into()];
        script.counts_left_out = true;
    });
    let books = books_of(&server, "", &ledger());
    books.run("reconcile --period 2026-03").exits(0);
    let finding = books.json(REPORT)["findings"][0].clone();
    assert_eq!((finding["code"].as_str(), finding["severity"].as_str()), (Some("not-captured"), Some("info")));
}

#[test]
fn a_partner_that_goes_down_is_not_asked_a_thousand_times() {
    let server = rehearse(|script| script.broken = Some("/cdrs".into()));
    let books = Books::example(&server.base_url());
    let ran = books.run("fetch --period 2026-03").exits(1);
    assert!(ran.stderr.contains("seems to be down"), "{}", ran.stderr);
    assert!(ran.stderr.contains("answers that arrived are kept"), "{}", ran.stderr);
    assert!(server.requests() < 100, "{}", server.requests());
    assert!(!books.path().join("closes").exists());
}

#[test]
fn a_capture_has_a_deadline_and_continues_after_it() {
    let server = rehearse(|script| script.latency = Duration::from_millis(80));
    let books = Books::example(&server.base_url());
    let slow =
        settings(&server.base_url(), "").replace("[upstream]\n", "[upstream]\nconcurrency = 2\ndeadline_seconds = 1\n");
    books.write("crossfoot.toml", &slow);
    let ran = books.run("fetch --period 2026-03").exits(1);
    assert!(ran.stderr.contains("was not complete after 1 s"), "{}", ran.stderr);
    let asked = server.requests();
    books.write("crossfoot.toml", &slow.replace("deadline_seconds = 1", "deadline_seconds = 60"));
    let ran = books.run("fetch --period 2026-03").exits(0);
    assert!(ran.stderr.contains("Continuing the capture"), "{}", ran.stderr);
    // Nothing was asked twice but what was under way at the deadline.
    assert!(server.requests() - asked <= 98 - (asked - 2), "{asked} then {}", server.requests());
}

#[test]
fn killed_anywhere_it_ends_with_the_files_of_one_that_was_not() {
    let server = rehearse(|script| {
        script.latency = Duration::from_millis(3);
        script.faults_per_mille = 20;
    });
    let whole = Books::example(&server.base_url());
    whole.run("fetch --period 2026-03").exits(0);
    let books = Books::example(&server.base_url());
    for delay in [5, 12, 20, 25, 30, 35, 40, 45, 50, 55] {
        books.kill_after("fetch --period 2026-03", delay);
    }
    books.run("fetch --period 2026-03").exits(0);
    let (made, expected) = (books.files(), whole.files());
    assert_eq!(made.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (name, bytes) in &expected {
        assert!(made[name] == *bytes, "{name}");
    }
}

#[test]
fn a_dry_run_says_how_many_requests_there_will_be() {
    let server = rehearse(|_| ());
    let books = Books::example(&server.base_url());
    let plan = books.run("fetch --period 2026-03 --dry-run --json").exits(0).json();
    assert_eq!((plan["total"].as_u64(), plan["exact"].as_bool()), (Some(98), Some(true)));
    assert!(!books.path().join("closes").exists() && !books.path().join(".crossfoot").exists());
    let before = server.requests();
    books.run("fetch --period 2026-03").exits(0);
    assert_eq!(server.requests() - before, 98);
}

/// Nothing that a partner's answers hold of secrets and people gets out: not into a file,
/// not onto a screen, not into what an interrupted capture leaves.
#[test]
fn planted_secrets_and_numbers_are_nowhere() {
    let server = three(|script| script.top = 0);
    let books = books_of(&server, "matrix = \"cdr-rows\"\ntransactions = true\n", &ledger());
    let mut said = books.run("-v fetch --period 2026-03").exits(0).all();
    said.push_str(&books.run("-v close --period 2026-03").exits(0).all());
    said.push_str(&books.run("fetch --period 2026-03 --json").exits(0).all());
    let broken = three(|script| script.broken = Some("MA_3".into()));
    let again = books_of(&broken, "matrix = \"cdr-rows\"\n", &ledger());
    again.run("fetch --period 2026-03");
    for folder in [books.path(), again.path()] {
        for (name, bytes) in crate::support::files_below(folder) {
            let text = String::from_utf8_lossy(&bytes);
            for planted in ["rehearsal-secret-of-", TOKEN, "+918041", "+9198", "918041", "accounts@example.in"] {
                assert!(!text.contains(planted), "{name} has {planted}");
            }
        }
    }
    for planted in ["rehearsal-secret-of-", TOKEN, AUTH_ID, "918041"] {
        assert!(!said.contains(planted), "{planted} was said");
    }
    let record = books.json("closes/2026-03/capture/capture.json");
    let accounts = record["answers"].as_array().unwrap().iter().find(|a| a["role"] == "accounts").unwrap();
    assert_eq!(accounts["redacted"], serde_json::json!(["auth_token", "email", "phone"]));
    // Who wants the numbers kept says so.
    let kept = books_of(&server, "matrix = \"cdr-rows\"\nmask_numbers = false\n", &ledger());
    kept.run("fetch --period 2026-03").exits(0);
    let page = kept.read("closes/2026-03/capture/cdrs/MA_1.inbound.00001.json");
    assert!(String::from_utf8(page).unwrap().contains("+918041"));
}

#[test]
fn both_period_boundaries_are_stated_and_the_calls_between_them_listed() {
    // A call every three hours: the last one of March, 21:00 UTC, is in April in India.
    let month = format!("{HEAD}MA_1,Asha,248,248.00,0,0.00\n");
    let server = rehearse_month("2026-03", &month, |_| ());
    let ledger = "date,customer_id,direction,amount\n2026-03-31,MA_1,inbound,248.00\n";
    let books = books_of(&server, "matrix = \"cdr-rows\"\n", ledger);
    books.run("reconcile --period 2026-03").exits(0);
    let cutoff = books.json(REPORT)["cutoff"].clone();
    assert_eq!(cutoff["books"]["from"], "2026-02-28T18:30:00Z");
    assert_eq!(cutoff["partner"]["until"], "2026-04-01T00:00:00Z");
    let calls = cutoff["calls"].as_array().unwrap();
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0]["start"], "2026-03-31T21:00:00Z");
    assert_eq!((calls[0]["cost"].as_str(), calls[0]["counted_by"].as_str()), (Some("1.00"), Some("partner")));
    // The partner's day before was asked for, too: its evening is the books' March.
    assert!(books.path().join("closes/2026-03/capture/cdrs-before/MA_1.inbound.00001.json").exists());
}

#[test]
fn what_the_partner_changed_later_is_told_and_breaks_no_proof() {
    let server = three(|_| ());
    let port = server.address.port();
    let books = books_of(&server, "", &ledger());
    books.run("close --period 2026-03").exits(0);
    let ran = books.run("restated --period 2026-03").exits(0);
    assert!(ran.stdout.contains("no later capture"), "{}", ran.stdout);
    books.run("fetch --period 2026-03").exits(0);
    assert!(!books.path().join("closes/2026-03/capture-1").exists());
    drop(server);

    let changed = THREE.replace("300,135.00", "299,134.55");
    let server = rehearse_month("2026-03", &format!("{HEAD}{changed}"), |script| script.port = port);
    books.run("fetch --period 2026-03").exits(0);
    assert!(books.path().join("closes/2026-03/capture-1").exists());
    let report = books.run("restated --period 2026-03 --json").exits(3).json();
    assert_eq!(
        report["changes"],
        serde_json::json!([{"customer_id": "MA_2", "direction": "outbound", "was": "135.00", "now": "134.55", "change": "-0.45"}])
    );
    let finding = &report["findings"][0];
    assert_eq!((finding["code"].as_str(), finding["difference"].as_str()), (Some("restated"), Some("-0.45")));
    let ran = books.run("restated --period 2026-03").exits(3);
    assert!(ran.stdout.contains("outbound ₹134.55, was ₹135.00"), "{}", ran.stdout);
    // What was sealed is still there, and still proves what it proved.
    books.run("verify").exits(0);
    drop(server);
}

#[test]
fn the_next_close_asks_again_for_the_last_closed_period() {
    let server = three(|_| ());
    let port = server.address.port();
    let books = books_of(&server, "", &ledger());
    books.run("close --period 2026-03").exits(0);
    drop(server);
    let changed = THREE.replace("40,18.00", "40,17.00");
    let server = rehearse_month("2026-03", &format!("{HEAD}{changed}"), |script| script.port = port);
    books.write("ledgers/2026-04.csv", "date,customer_id,direction,amount\n");
    // Of April this partner has nothing: no usage, no invoice.
    let ran = books.at("2026-05-02T09:30:00Z", "close --period 2026-04").exits(0);
    assert!(ran.stderr.contains("answers differently about 2026-03"), "{}", ran.stderr);
    let report = books.json("closes/2026-04/reconciliation.json");
    let finding = &report["findings"][0];
    assert_eq!((finding["code"].as_str(), finding["severity"].as_str()), (Some("restated"), Some("warning")));
    assert_eq!(finding["customers"], serde_json::json!(["MA_3"]));
    books.run("verify").exits(0);
    // A third capture of March moves the second; April's proof finds it all the same.
    drop(server);
    let changed = THREE.replace("40,18.00", "40,16.00");
    let _server = rehearse_month("2026-03", &format!("{HEAD}{changed}"), |script| script.port = port);
    // A clock that runs backwards would put the captures out of order.
    let behind = books.run("fetch --period 2026-03").exits(1);
    assert!(behind.stderr.contains("this clock is behind"), "{}", behind.stderr);
    books.at("2026-05-03T09:30:00Z", "fetch --period 2026-03").exits(0);
    books.run("verify").exits(0);
    // Whoever exchanges captures would have the next close read the older answers.
    let folder = |name: &str| books.path().join("closes/2026-03").join(name);
    let exchange = || {
        std::fs::rename(folder("capture"), folder("aside")).unwrap();
        std::fs::rename(folder("capture-2"), folder("capture")).unwrap();
        std::fs::rename(folder("aside"), folder("capture-2")).unwrap();
    };
    exchange();
    let found = books.run("verify --period 2026-03").exits(4);
    assert!(found.all().contains("it was made before closes/2026-03/capture-2"), "{}", found.all());
    let refused = books.at("2026-05-03T10:00:00Z", "close --period 2026-03").exits(4);
    assert!(refused.stderr.contains("which stands as an earlier one"), "{}", refused.stderr);
    exchange();
    books.run("verify").exits(0);
    std::fs::write(folder("capture-2/capture.json"), "{}").unwrap();
    books.run("verify --period 2026-04").exits(4);
}

#[test]
fn the_partners_ledger_is_asked_as_a_whole_or_customer_by_customer() {
    for (refused, asked) in [(vec![], 1), (vec!["transactions".to_owned()], 4)] {
        let server = three(|script| script.refused = refused);
        let books = books_of(&server, "transactions = true\n", &ledger());
        books.run("reconcile --period 2026-03").exits(0);
        let beside = books.json(REPORT)["beside_calls"].clone();
        assert_eq!(beside.as_array().unwrap().len(), 3);
        assert_eq!(
            beside[0],
            serde_json::json!({"customer_id": "MA_1", "kind": "rental", "rows": 1, "amount": "300.00"})
        );
        assert_eq!(server.requests(), 3 + 1 + 6 + asked);
    }
}

#[test]
fn the_rehearsal_server_adds_up() {
    let month =
        crossfoot::rehearsal::month::Month::invented(crossfoot::model::period::Period::parse("2026-03").unwrap(), 25);
    let all = month.total(None).unwrap();
    let parts = Direction::ALL.map(|d| month.total(Some(d)).unwrap());
    assert_eq!(all.calls, parts[0].calls + parts[1].calls);
    assert!(all.calls > 0);
}
