//! The close: who is invoiced, what stays, what a crash or a second run changes.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::support::partner::Partner;
use crate::support::{ANALYTICS, Books, clean_ledger, crossfoot, settings};

const SLIP: &str = "2026-03-17,MA_99ab12c3,Acme Outbound,outbound,7798.38,INR,JV/0463";

fn numbers(books: &Books) -> Vec<String> {
    let register = String::from_utf8(books.read("closes/2026-03/invoices.csv")).unwrap();
    register.lines().skip(1).map(|line| line.split(',').next().unwrap().to_owned()).collect()
}

/// The books close March; their clock stands in it, or an earlier capture lies there.
#[test]
fn a_month_that_is_not_over_is_not_closed() {
    let partner = Partner::good();
    let books = Books::example(&partner.base_url);
    let ran = books.at("2026-03-31T18:29:59Z", "close --period 2026-03").exits(2);
    assert!(
        ran.stderr.contains("its last day is 2026-03-31, and today is 2026-03-31 in Asia/Kolkata"),
        "{}",
        ran.stderr
    );
    assert!(!books.path().join("closes").exists());
    // What was captured before its end says less than all: it is compared, and never sealed.
    books.at("2026-03-20T09:00:00Z", "reconcile --period 2026-03").exits(0);
    let ran = books.run("close --period 2026-03 --offline").exits(1);
    assert!(ran.stderr.contains("captured before it had ended"), "{}", ran.stderr);
    let ran = books.run("close --period 2026-03").exits(0);
    assert!(ran.stderr.contains("Fetching 2026-03"), "{}", ran.stderr);
    let record = books.json("closes/2026-03/capture/capture.json");
    assert!(record["answers"][0]["when"].as_str().unwrap() > "2026-04", "{record}");
}

/// Nothing is sealed because it lies there: a planted PDF would be mailed by `send`.
#[test]
fn what_no_close_made_is_never_adopted() {
    let partner = Partner::good();
    let books = Books::example(&partner.base_url);
    let (first, second) = ("closes/2026-03/evil.exe", "closes/2026-03/invoices/CF-26-27-00001.irn.pdf");
    books.write(first, "MZ");
    let ran = books.run("close --period 2026-03").exits(4);
    assert!(ran.stderr.contains("closes/2026-03/evil.exe is of no close"), "{}", ran.stderr);
    assert!(!books.path().join("audit/chain.jsonl").exists(), "nothing was sealed");
    std::fs::remove_file(books.path().join(first)).unwrap();
    books.run("close --period 2026-03").exits(0);
    let sealed = books.read("audit/chain.jsonl");
    books.write(second, "%PDF-1.7");
    books.write("ledgers/2026-03.csv", &format!("{}\n", clean_ledger().trim_end()));
    let ran = books.run("close --period 2026-03").exits(4);
    assert!(ran.stderr.contains("CF-26-27-00001.irn.pdf is of no close"), "{}", ran.stderr);
    assert_eq!(books.read("audit/chain.jsonl"), sealed);
    std::fs::remove_file(books.path().join(second)).unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("/etc/hostname", books.path().join("closes/2026-03/note.txt")).unwrap();
        for line in ["close --period 2026-03", "verify", "pack --period 2026-03"] {
            let ran = books.run(line).exits(4);
            assert!(ran.all().contains("note.txt is no file"), "{line}: {}", ran.all());
        }
        std::fs::remove_file(books.path().join("closes/2026-03/note.txt")).unwrap();
    }
    books.run("verify").exits(0);
}

#[test]
fn a_month_that_reconciles_is_invoiced_whole_and_verifies() {
    let partner = Partner::good();
    let books = Books::example(&partner.base_url);
    let closed = books.run("close --period 2026-03 --json").exits(0).json();
    assert_eq!((closed["outcome"].as_str(), closed["held"].as_array().map(Vec::len)), (Some("reconciled"), Some(0)));
    let numbers = numbers(&books);
    let expected: Vec<String> = (1..=47).map(|n| format!("CF/26-27/{n:05}")).collect();
    assert_eq!(numbers, expected);

    // Every invoice adds up, and all of them to what was reconciled.
    let mut sum = rust_decimal::Decimal::ZERO;
    for number in &numbers {
        let invoice = books.json(&format!("closes/2026-03/invoices/{}.json", number.replace('/', "-")));
        let amount = |v: &serde_json::Value| -> rust_decimal::Decimal { v.as_str().unwrap().parse().unwrap() };
        let lines: rust_decimal::Decimal =
            invoice["lines"].as_array().unwrap().iter().map(|l| amount(&l["amount"])).sum();
        assert_eq!(lines, amount(&invoice["subtotal"]));
        assert_eq!(amount(&invoice["subtotal"]) + amount(&invoice["round_off"]), amount(&invoice["total"]));
        sum += amount(&invoice["total"]);
        assert!(
            books.read(&format!("closes/2026-03/invoices/{}.pdf", number.replace('/', "-"))).starts_with(b"%PDF-1.7")
        );
    }
    assert_eq!(sum.to_string(), "336717.00");
    books.run("verify").exits(0);
}

#[test]
fn a_second_run_changes_nothing_and_a_correction_adds_the_held() {
    let partner = Partner::good();
    let books = Books::example(&partner.base_url);
    books.write("ledgers/2026-03.csv", &clean_ledger().replace(SLIP, &SLIP.replace("7798.38", "7348.38")));
    let first = books.run("close --period 2026-03 --json").exits(3).json();
    let id = books.json("closes/2026-03/reconciliation.json")["findings"][0]["id"].as_str().unwrap().to_owned();
    let why = format!("F001 {id}");
    assert_eq!(first["held"], serde_json::json!([{"customer_id": "MA_99ab12c3", "why": why}]));
    let sealed = books.files();
    assert_eq!(books.run("close --period 2026-03 --json").exits(3).json()["sealed"], false);
    assert!(books.files() == sealed);

    books.write("ledgers/2026-03.csv", &clean_ledger());
    let second = books.run("close --period 2026-03 --json --offline").exits(0).json();
    let new: Vec<_> = second["issued"].as_array().unwrap().iter().filter(|i| i["new"] == true).collect();
    assert_eq!(new.len(), 1);
    assert_eq!((new[0]["number"].as_str(), new[0]["total"].as_str()), (Some("CF/26-27/00047"), Some("68850.00")));
    let after = books.files();
    for (name, bytes) in sealed.iter().filter(|(name, _)| name.contains("/invoices/")) {
        assert_eq!(after.get(name), Some(bytes), "{name}");
    }
    assert_eq!(String::from_utf8(after["audit/chain.jsonl"].clone()).unwrap().lines().count(), 2);
    books.run("verify").exits(0);
}

#[test]
fn an_issued_invoice_stays_when_the_figures_change() {
    let partner = Partner::good();
    let books = Books::example(&partner.base_url);
    books.run("close --period 2026-03").exits(0);
    let before = books.files();
    // Both sides move by 100.00 for the same customer.
    let moved =
        ANALYTICS.replace("336717.00", "336817.00").replace("170877.00", "170977.00").replace("68850.00", "68950.00");
    let other = Partner::serving(&moved);
    books.write("crossfoot.toml", &settings(&other.base_url, ""));
    books.write("ledgers/2026-03.csv", &clean_ledger().replace(SLIP, &SLIP.replace("7798.38", "7898.38")));
    let closed = books.run("close --yes --period 2026-03 --refetch --json").exits(0).json();
    let new: Vec<&str> = closed["issued"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|i| i["new"] == true)
        .map(|i| i["number"].as_str().unwrap())
        .collect();
    assert_eq!(new, ["DN/26-27/00001"]);
    let report = books.json("closes/2026-03/reconciliation.json");
    assert_eq!(report["findings"][0]["code"], "issued-differs");
    assert_eq!(
        (&report["findings"][0]["difference"], &report["findings"][0]["severity"]),
        (&"100.00".into(), &"info".into())
    );
    let after = books.files();
    for (name, bytes) in before.iter().filter(|(name, _)| name.contains("/invoices/")) {
        assert_eq!(after.get(name), Some(bytes), "{name}");
    }
    // The difference is a note that names the invoice and says what has changed.
    let note = books.json("closes/2026-03/invoices/DN-26-27-00001.json");
    let invoice = &note["original"]["number"];
    let original = books.json(&format!("closes/2026-03/invoices/{}.json", invoice.as_str().unwrap().replace('/', "-")));
    assert_eq!((&note["document"], &note["total"]), (&"debit-note".into(), &"100.00".into()));
    assert_eq!(original["customer_id"], note["customer_id"]);
    assert_eq!(note["remarks"][0], "Outbound calls: invoiced ₹56,850.00, correct ₹56,950.00, difference +₹100.00.");
    books.run("verify").exits(0);
    // The next run finds nothing more to correct; and a correction back is a credit note.
    let again = books.run("close --period 2026-03 --json").exits(0).json();
    assert!(again["issued"].as_array().unwrap().iter().all(|i| i["new"] == false));
    books.run("verify").exits(0);
    books.write("crossfoot.toml", &settings(&partner.base_url, ""));
    books.write("ledgers/2026-03.csv", &clean_ledger());
    books.run("close --yes --period 2026-03 --refetch").exits(0);
    let back = books.json("closes/2026-03/invoices/CN-26-27-00001.json");
    assert_eq!((&back["document"], &back["total"]), (&"credit-note".into(), &"100.00".into()));
    books.run("verify").exits(0);
}

#[test]
fn unlisted_customers_can_be_held_by_policy() {
    let partner = Partner::good();
    let books = Books::example(&partner.base_url);
    books.write("crossfoot.toml", &settings(&partner.base_url, "[reconcile]\nunlisted = \"hold\"\n"));
    let closed = books.run("close --period 2026-03 --json").exits(0).json();
    assert_eq!((closed["issued"].as_array().unwrap().len(), closed["held"].as_array().unwrap().len()), (2, 45));
}

#[test]
fn the_same_days_are_not_invoiced_twice_under_another_name() {
    let partner = Partner::good();
    let books = Books::example(&partner.base_url);
    books.write("crossfoot.toml", &settings(&partner.base_url, "[ledger]\npath = \"ledgers/2026-03.csv\"\n"));
    books.run("close --period 2026-03").exits(0);
    let ran = books.run("close --period 2026-03-01..2026-03-31").exits(1);
    assert!(ran.stderr.contains("invoiced twice"), "{}", ran.stderr);
    assert!(ran.stderr.contains("No invoice was issued."), "{}", ran.stderr);
}

#[test]
fn two_closes_at_once_are_refused() {
    let partner = Partner::script(vec![crate::support::partner::Act::Silence]);
    let books = Books::example(&partner.base_url);
    let mut first = crossfoot(books.path())
        .args(["close", "--period", "2026-03"])
        .stderr(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let waited = std::time::Duration::from_millis(20);
    while partner.seen().is_empty() {
        std::thread::sleep(waited);
    }
    let ran = books.run("close --period 2026-03").exits(1);
    assert!(ran.stderr.contains("another crossfoot is at work"), "{}", ran.stderr);
    assert!(first.wait().unwrap().success());
}

#[cfg(unix)]
#[test]
fn an_interrupted_close_exits_130_and_leaves_nothing() {
    let partner = Partner::script(vec![crate::support::partner::Act::Silence; 2]);
    let books = Books::example(&partner.base_url);
    let before = books.files();
    for signal in ["-INT", "-TERM"] {
        let mut child =
            crossfoot(books.path()).args(["close", "--period", "2026-03"]).stderr(Stdio::null()).spawn().unwrap();
        let asked = partner.seen().len();
        while partner.seen().len() == asked {
            std::thread::sleep(Duration::from_millis(10));
        }
        Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(130), "{signal}");
        assert!(books.files() == before, "{signal}");
    }
    books.run("close --period 2026-03").exits(0);
    books.run("verify").exits(0);
}

/// Killed when so many of its files are staged, a close that is run again ends as one that was not disturbed:
/// no number lost, none used twice, and the books verify.
#[test]
fn a_killed_close_is_finished_by_the_next() {
    let partner = Partner::good();
    let whole = Books::example(&partner.base_url);
    whole.run("close --period 2026-03").exits(0);
    let expected = whole.files();
    for staged in [0, 1, 2, 5, 10, 20, 30, 40, 47] {
        let books = Books::example(&partner.base_url);
        assert!(books.kill_when_staged("close --period 2026-03", staged), "it was done before {staged} files were");
        books.run("close --period 2026-03").exits(0);
        assert_eq!(numbers(&books).iter().collect::<BTreeSet<_>>().len(), 47);
        assert_eq!(
            books.files().keys().collect::<Vec<_>>(),
            expected.keys().collect::<Vec<_>>(),
            "killed at {staged} files"
        );
        for (name, bytes) in books.files().iter().filter(|(name, _)| name.contains("/invoices/")) {
            assert_eq!(expected.get(name), Some(bytes), "{name}");
        }
        books.run("verify").exits(0);
    }
}

/// The commit is cut after each of its moves in turn, as a kill between two renames would.
#[test]
fn a_commit_cut_between_any_two_moves_is_finished_without_losing_a_number() {
    let partner = Partner::good();
    let whole = Books::example(&partner.base_url);
    whole.run("close --period 2026-03").exits(0);
    for cut in [0, 1, 2, 7, 46, 93, 94, 97, 98, 99, 100] {
        let books = Books::example(&partner.base_url);
        books.run("fetch --period 2026-03").exits(0);
        rebuild_half_done(&whole, &books, cut);
        let ran = books.run("verify").exits(1);
        assert!(ran.stderr.contains("was interrupted"), "{}", ran.stderr);
        let ran = books.run("close --period 2026-03").exits(0);
        assert!(ran.stderr.contains("Finished what an interrupted command had begun"), "{}", ran.stderr);
        assert_eq!(
            books.files().keys().collect::<Vec<_>>(),
            whole.files().keys().collect::<Vec<_>>(),
            "cut after {cut}"
        );
        books.run("verify").exits(0);
    }
}

/// Puts books into the state in which a close was killed after `done` of its moves: the
/// intent stands, the rest is staged.
fn rebuild_half_done(whole: &Books, books: &Books, done: usize) {
    let moved: Vec<String> = whole
        .files()
        .into_keys()
        .filter(|name| (name.starts_with("closes/") && !name.contains("/capture/")) || name == "audit/chain.jsonl")
        .collect();
    // The capture's time stamp is fixed, so the other books' files are these books' files.
    let mut moves = Vec::new();
    for (index, name) in moved.iter().enumerate() {
        let staged = format!(".crossfoot/staging/{index:08}");
        let place = if index < done { name.clone() } else { staged.clone() };
        books.write(&place, "");
        std::fs::write(books.path().join(&place), whole.read(name)).unwrap();
        moves.push(serde_json::json!({"from": staged, "to": name}));
    }
    for file in ["analytics.json", "dashboard.json", "capture.json"] {
        let name = format!("closes/2026-03/capture/{file}");
        std::fs::write(books.path().join(&name), whole.read(&name)).unwrap();
    }
    std::fs::write(books.path().join("crossfoot.toml"), whole.read("crossfoot.toml")).unwrap();
    let intent =
        serde_json::json!({"schema": "crossfoot/intent/v1", "doing": "close --period 2026-03", "moves": moves});
    books.write(".crossfoot/intent.json", &intent.to_string());
}

#[test]
fn a_full_disk_leaves_nothing_half_written() {
    // A small file system of our own would need root; a file-size limit stops writes alike.
    let partner = Partner::good();
    let books = Books::example(&partner.base_url);
    books.run("fetch --period 2026-03").exits(0);
    let before = books.files();
    let binary = env!("CARGO_BIN_EXE_crossfoot");
    let output = Command::new("bash")
        .current_dir(books.path())
        .env_clear()
        .env("CROSSFOOT_NOW", crate::support::NOW)
        .args(["-c", &format!("ulimit -f 8; {binary} close --period 2026-03")])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stderr).contains("No invoice was issued."));
    assert!(books.files() == before);
    books.run("close --period 2026-03").exits(0);
}

#[test]
fn misuse_is_told_and_changes_nothing() {
    let partner = Partner::good();
    let books = Books::example(&partner.base_url);
    let cases = [
        ("close", 2, "--period"),
        ("close --period march", 2, "neither a month"),
        ("close --period 2026-03 --books nowhere", 2, "there are no books"),
        ("close --period 2026-02 --offline", 1, "ledgers/2026-02.csv"),
        ("close --period 2026-02", 1, "ledgers/2026-02.csv"),
        ("clos --period 2026-03", 2, "close"),
        ("explain missing-ledger", 2, "missing-in-ledger"),
    ];
    for (line, code, expected) in cases {
        let ran = books.run(line).exits(code);
        assert!(ran.stderr.contains(expected), "{line}: {}", ran.stderr);
    }
    books.write("crossfoot.toml", "[reconcile]\ntolerence = \"1.00\"\n");
    let ran = books.run("close --period 2026-03").exits(2);
    assert!(ran.stderr.contains("did you mean `reconcile.tolerance`?"), "{}", ran.stderr);
    std::fs::remove_file(books.path().join("customers.csv")).unwrap();
    books.write("crossfoot.toml", &settings(&partner.base_url, ""));
    let ran = books.run("close --period 2026-03").exits(2);
    assert!(ran.stderr.contains("customers.csv"), "{}", ran.stderr);
}

#[test]
fn a_name_that_cannot_be_printed_holds_that_customer_only() {
    let partner = Partner::good();
    let books = Books::example(&partner.base_url);
    let customers = include_str!("../data/example/customers.csv").replace("Acme Outbound Pvt Ltd", "Acme 絵 Ltd");
    books.write("customers.csv", &customers);
    let closed = books.run("close --period 2026-03 --json").exits(3).json();
    assert_eq!(closed["issued"].as_array().unwrap().len(), 46);
    assert!(closed["held"][0]["why"].as_str().unwrap().contains("U+7D75"));
    let report = books.json("closes/2026-03/reconciliation.json");
    let finding = &report["findings"][0];
    assert_eq!((&finding["code"], &finding["severity"]), (&"unprintable".into(), &"blocking".into()));
    assert_eq!(report["outcome"], "discrepant");
    assert!(finding["message"].as_str().unwrap().contains("customers.csv, MA_99ab12c3, legal_name"), "{finding}");
    books.run("verify").exits(0);
}

#[test]
fn a_charge_that_cannot_be_printed_holds_its_own_document_only() {
    let partner = Partner::good();
    let books = Books::example(&partner.base_url);
    let header = "customer_id,description,kind,from,to,amount,quantity,unit,unit_price\n";
    let charges = |unit: &str, more: &str| {
        format!(
            "{header}MA_04ac2e46,Site visit,one-off,2026-03-09,,100.00,,,\nMA_99ab12c3,SIM cards,one-off,2026-03-10,,,3,{unit},5.00\n{more}"
        )
    };
    books.write("charges.csv", &charges("枚", ""));
    let closed = books.run("close --period 2026-03 --json").exits(3).json();
    assert_eq!(closed["issued"].as_array().unwrap().len(), 46);
    assert_eq!(closed["held"].as_array().unwrap().len(), 1);
    let why = closed["held"][0]["why"].as_str().unwrap();
    assert_eq!(why, "no font has the character `枚` (U+679A) in charges.csv, row 3, unit: `枚`");
    books.run("verify").exits(0);
    // Corrected, its invoice follows.
    books.write("charges.csv", &charges("cards", ""));
    let closed = books.run("close --period 2026-03 --json").exits(0).json();
    assert_eq!(closed["issued"].as_array().unwrap().len(), 47);
    // A note that cannot be printed is not issued, and no other is held up by it.
    let more = "MA_99ab12c3,切手,one-off,2026-03-11,,7.00,,,\nMA_04ac2e46,Second visit,one-off,2026-03-12,,50.00,,,\n";
    books.write("charges.csv", &charges("cards", more));
    let closed = books.run("close --period 2026-03 --json").exits(3).json();
    let new: Vec<_> = closed["issued"].as_array().unwrap().iter().filter(|issued| issued["new"] == true).collect();
    assert_eq!((new.len(), &new[0]["customer_id"]), (1, &"MA_04ac2e46".into()));
    let report = books.json("closes/2026-03/reconciliation.json");
    let message = report["findings"][0]["message"].as_str().unwrap();
    assert!(
        message.starts_with("MA_99ab12c3 gets no debit note") && message.contains("charges.csv, row 4"),
        "{message}"
    );
    books.run("verify").exits(0);
}

#[test]
fn a_customer_with_more_credits_than_charges_gets_no_invoice() {
    let analytics = r#"{"period":{"from":"2026-03-01","to":"2026-03-31"},"totals":{"total_cost":50.00,"currency":"INR"},"top_customers":[{"auth_id":"A","cost":-50.00},{"auth_id":"B","cost":100.00}]}"#;
    let books = Books::empty(&Partner::serving(analytics).base_url);
    books.write("customers.csv", "customer_id,legal_name\nA,Alpha\nB,Beta\n");
    books.write(
        "ledgers/2026-03.csv",
        "date,customer_id,direction,amount\n2026-03-01,A,inbound,-50.00\n2026-03-01,B,inbound,100.00\n",
    );
    // Usage without a document is told as such, and counted.
    let closed = books.run("close --period 2026-03 --json").exits(3).json();
    assert_eq!(closed["issued"].as_array().unwrap().len(), 1);
    assert_eq!(closed["not_invoiced"], closed["credit_due"]);
    assert_eq!(books.run("status --json").json()["periods"][0]["held"], 1);
    assert_eq!(closed["credit_due"], serde_json::json!([{"customer_id": "A", "why": "its total is -50.00"}]));
    assert_eq!(books.json("closes/2026-03/reconciliation.json")["findings"][0]["code"], "credit-due");
    books.run("verify").exits(0);
}
