//! Decisions: written by `resolve`, followed by `close`, proven by `verify`, and no longer
//! followed when the figures they were made for change.

use serde_json::Value;

use crate::support::{Books, rehearse_month, settings};
use crossfoot::rehearsal::Server;

const MONTH: &str = "auth_id,name,inbound_calls,inbound_cost,outbound_calls,outbound_cost\nMA_1,Asha,10,4.50,20,9.00\nMA_2,Bela,0,0.00,300,135.00\n";

fn ledger(bela: &str) -> String {
    format!(
        "date,customer_id,direction,amount\n2026-03-05,MA_1,inbound,4.50\n2026-03-05,MA_1,outbound,9.00\n2026-03-07,MA_2,outbound,{bela}\n"
    )
}

/// Books whose March differs for MA_2, reconciled; the server serves while it is held.
fn differing() -> (Books, Server) {
    let server = rehearse_month("2026-03", MONTH, |_| {});
    let books = Books::empty("");
    books.write("crossfoot.toml", &settings(&server.base_url(), ""));
    books.write("customers.csv", "customer_id,legal_name\nMA_1,Asha\nMA_2,Bela\n");
    books.write("ledgers/2026-03.csv", &ledger("172.31"));
    assert_eq!(books.run("reconcile --period 2026-03 -q").code, 3);
    (books, server)
}

fn report(books: &Books) -> Value {
    serde_json::from_slice(&books.read("closes/2026-03/reconciliation.json")).unwrap()
}

/// The id of the first finding.
fn only_id(books: &Books, period: &str) -> String {
    books.json(&format!("closes/{period}/reconciliation.json"))["findings"][0]["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_decision_releases_bills_and_stops_applying_when_figures_change() {
    let (books, _server) = differing();

    let listed = books.run("resolve --period 2026-03");
    let id = only_id(&books, "2026-03");
    assert!(listed.stdout.starts_with(&format!("{id}\n")), "{}", listed.stdout);
    // Ranks move from run to run, and decide nothing.
    let ranked = books.run("resolve --period 2026-03 F001 --accept --by asha --reason x").exits(2);
    assert!(ranked.stderr.contains(&format!("today it is {id}: ")), "{}", ranked.stderr);
    let unsaid = books.run(&format!("resolve --period 2026-03 {id} --bill analytics --by asha"));
    assert_eq!(unsaid.code, 2);
    assert!(unsaid.stderr.contains("--reason is missing"), "{}", unsaid.stderr);
    let unknown = books.run("resolve --period 2026-03 amount-diference-0 --accept --by asha --reason x");
    assert!(unknown.stderr.contains("the report has no finding"), "{}", unknown.stderr);

    let decide = format!("resolve --period 2026-03 {id} --bill analytics --by asha --on 2026-04-02 --reason agreed");
    let done = books.run(&decide);
    assert_eq!((done.code, done.stderr.contains("error")), (0, false), "{}", done.stderr);
    let closed = books.run("close --period 2026-03 -q --offline");
    assert_eq!(closed.code, 0, "{}{}", closed.stdout, closed.stderr);
    let sealed = report(&books);
    let first = &sealed["findings"][0];
    assert_eq!(
        (&first["severity"], &first["id"], &first["rank"]),
        (&"warning".into(), &id.as_str().into(), &"F001".into())
    );
    // What differs and was decided is settled, wherever it is told.
    let outbound = sealed["directions"].as_array().unwrap().iter().find(|line| line["direction"] == "outbound");
    assert_eq!((&sealed["outcome"], &outbound.unwrap()["status"]), (&"settled".into(), &"settled".into()));
    assert!(books.run("reconcile --period 2026-03 --offline").stdout.contains("Settled: 1 decided, ₹37.31 accepted"));
    assert_eq!(first["resolution"]["decision"], "bill the partner's figure");
    assert!(
        first["message"]
            .as_str()
            .unwrap()
            .ends_with("Decided by asha on 2026-04-02: bill the partner's figure, because agreed.")
    );
    let register = String::from_utf8(books.read("closes/2026-03/invoices.csv")).unwrap();
    assert!(register.contains("MA_2") && register.contains("135.00") && !register.contains("172.31"), "{register}");
    let verified = books.run("verify");
    assert_eq!(verified.code, 0, "{}{}", verified.stdout, verified.stderr);

    // The figures change: the decision was not made for these.
    books.write("ledgers/2026-03.csv", &ledger("172.41"));
    let again = books.run("reconcile --period 2026-03 -q --offline");
    assert_eq!(again.code, 3, "{}", again.stdout);
    let findings = report(&books)["findings"].as_array().unwrap().clone();
    let stale = findings.iter().find(|f| f["code"] == "resolution-stale").unwrap();
    assert!(stale["message"].as_str().unwrap().contains("made for analytics 135.00 and ledger 172.31"), "{stale}");
    // And when the ledger is right, the entry is left over.
    books.write("ledgers/2026-03.csv", &ledger("135.00"));
    let mended = books.run("reconcile --period 2026-03 -q --offline");
    assert_eq!(mended.code, 0, "{}", mended.stdout);
    assert_eq!(report(&books)["findings"][0]["severity"], "info");
}

#[test]
fn an_amount_and_a_hold_are_followed_and_a_wrong_file_is_refused() {
    let (books, _server) = differing();
    let id = only_id(&books, "2026-03");
    let decide = |how: &str| {
        books.run(&format!("resolve --period 2026-03 {id} {how} --by asha --on 2026-04-02 --reason agreed"))
    };
    assert_eq!(decide("--bill 1,000").code, 2);
    let far = decide("--bill 1500.00").exits(2);
    assert!(far.stderr.contains("1500.00 is far from both figures"), "{}", far.stderr);
    assert!(!books.path().join("resolutions").exists());
    // What follows is told: here as an amount that is confirmed, and again as one that stands.
    let told = decide("--bill 1500.00 --confirm").exits(0).stdout;
    assert!(told.contains("MA_2: invoice") && told.contains("₹1,500.00"), "{told}");
    // What is decided stays, unless it is meant to be replaced.
    let again = decide("--hold").exits(2);
    assert!(again.stderr.contains("asha decided on 2026-04-02: bill 1500.00"), "{}", again.stderr);
    assert_eq!(decide("--hold --confirm").code, 0);
    assert_eq!(books.run("close --period 2026-03 -q --offline").code, 3);
    assert_eq!(decide("--bill 150.00 --confirm").code, 0);
    assert_eq!(books.run("close --period 2026-03 -q --offline").code, 0);
    let register = String::from_utf8(books.read("closes/2026-03/invoices.csv")).unwrap();
    assert!(register.contains(",150.00,"), "{register}");
    assert_eq!(books.run("verify").code, 0);
    books.write("resolutions/2026-03.toml", "[[resolution]]\nfinding = \"x\"\n");
    let refused = books.run("close --period 2026-03 -q --offline");
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("resolutions/2026-03.toml"), "{}", refused.stderr);
}

#[test]
fn decisions_that_would_change_nothing_or_contradict_each_other_are_refused() {
    let (books, _server) = differing();
    let id = only_id(&books, "2026-03");
    let decide = |how: &str| books.run(&format!("resolve --period 2026-03 {id} --by asha --reason agreed {how}"));
    let late = decide("--bill ledger --on 2099-01-01").exits(2);
    assert!(late.stderr.contains("--on 2099-01-01 is in the future"), "{}", late.stderr);
    decide("--bill ledger --on 2026-04-02").exits(0);
    // What is decided waits for the close, and for nobody's decision.
    let listed = books.run("resolve --period 2026-03").exits(0).stdout;
    assert!(
        listed.starts_with(&format!("Nothing is left to decide.\nDecided, for the next close: {id}\n")),
        "{listed}"
    );
    let listed = books.run("resolve --period 2026-03 --json").json();
    assert_eq!((listed["held"].as_array().unwrap().len(), &listed["decided"][0]["id"]), (0, &id.as_str().into()));

    // A second finding about MA_2, as the report would have it.
    let report = String::from_utf8(books.read("closes/2026-03/reconciliation.json")).unwrap();
    let mut document: Value = serde_json::from_str(&report).unwrap();
    let mut second = document["findings"][0].clone();
    (second["id"], second["code"]) = ("scale-000000".into(), "scale".into());
    document["findings"].as_array_mut().unwrap().push(second);
    books.write("closes/2026-03/reconciliation.json", &document.to_string());
    let of_second = |how: &str| {
        books.run(&format!("resolve --period 2026-03 scale-000000 --by bela --reason x --on 2026-04-02 {how}"))
    };
    let other = of_second("--bill analytics").exits(2);
    assert!(other.stderr.contains("MA_2 is billed once"), "{}", other.stderr);
    assert!(other.stderr.contains("asha decided on 2026-04-02: bill the ledger's figure"), "{}", other.stderr);
    of_second("--accept").exits(0);

    // What holds nobody needs no decision.
    document["findings"][1]["severity"] = "info".into();
    document["findings"][1]["code"] = "rounding".into();
    books.write("closes/2026-03/reconciliation.json", &document.to_string());
    let idle = of_second("--accept").exits(2);
    assert!(idle.stderr.contains("holds nobody"), "{}", idle.stderr);
}

#[test]
fn the_self_test_reports_the_recall_and_leaves_the_ledger_alone() {
    let books = Books::example("http://127.0.0.1:9");
    let before = books.read("ledgers/2026-03.csv");
    let ran = books.run("self-test --period 2026-03 --times 1 --json -q");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let report = ran.json();
    let [faults, named] = ["faults", "named_first"].map(|key| report[key].as_u64().unwrap());
    assert!(faults >= 25 && named * 100 >= faults * 85, "{named} of {faults}");
    assert_eq!(books.read("ledgers/2026-03.csv"), before);
    assert_eq!(books.run("self-test --period 2027-03").code, 1);
}

#[test]
fn what_an_earlier_period_left_open_is_told_with_its_age() {
    let server = rehearse_month("2026-02", MONTH, |_| {});
    let books = Books::empty("");
    books.write("crossfoot.toml", &settings(&server.base_url(), ""));
    books.write("customers.csv", "customer_id,legal_name\nMA_1,Asha\nMA_2,Bela\n");
    books.write("ledgers/2026-02.csv", &ledger("172.31").replace("2026-03", "2026-02"));
    assert_eq!(books.run("close --period 2026-02 -q").code, 3);

    // Another server, which knows nothing of February.
    let server = rehearse_month("2026-03", MONTH, |_| {});
    let text = settings(&server.base_url(), "");
    let text = text.replace("[reconcile]\n", "");
    books.write("crossfoot.toml", &format!("{text}\n[reconcile]\nrecheck = false\n"));
    books.write("ledgers/2026-03.csv", &ledger("135.00"));
    // Nobody is held for it now.
    assert_eq!(books.run("close --period 2026-03 -q").code, 0);
    let finding = report(&books)["findings"][0].clone();
    assert_eq!((finding["code"].as_str(), finding["severity"].as_str()), (Some("open-item"), Some("info")));
    assert_eq!(finding["message"], "1 item of an earlier period is still open, the oldest for 31 days.");
    assert!(finding["evidence"][0]["text"].as_str().unwrap().contains("MA_2, +₹37.31, open for 31 days"), "{finding}");
    let verified = books.run("verify");
    assert_eq!(verified.code, 0, "{}{}", verified.stdout, verified.stderr);

    // Decided where it belongs, it is open no more, and the sealed close still verifies.
    let done = books.run(&format!(
        "resolve --period 2026-02 {} --accept --by asha --on 2026-04-02 --reason agreed",
        only_id(&books, "2026-02")
    ));
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert_eq!(books.run("close --period 2026-02 -q --offline").code, 0);
    assert_eq!(books.run("verify").code, 0);
    let compared = books.run("reconcile --period 2026-03 --json --offline").exits(0).json();
    assert_eq!(compared["findings"].as_array().unwrap().len(), 0);
    // What was sealed of March says what was open then, until March is closed again.
    assert_eq!(report(&books)["findings"].as_array().unwrap().len(), 1);
    assert_eq!(books.run("verify").code, 0);
    assert_eq!(books.run("close --period 2026-03 -q --offline").code, 0);
    assert_eq!(report(&books)["findings"].as_array().unwrap().len(), 0);
    let verified = books.run("verify");
    assert_eq!(verified.code, 0, "{}", verified.stdout);
}
