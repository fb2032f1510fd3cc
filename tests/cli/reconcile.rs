//! Reconciliation through the binary: the JSON that programs read, and that order changes nothing.

use crate::support::partner::Partner;
use crate::support::{ANALYTICS, Books, clean_ledger, reconcile_files};
use crossfoot::model::visible::hides;

#[test]
fn the_example_month_is_the_documented_example() {
    let (ran, report) = reconcile_files(ANALYTICS, &clean_ledger(), "");
    let ran = ran.exits(0);
    assert_eq!(ran.json(), report);
    assert_eq!(report["outcome"], "reconciled");
    assert_eq!(
        report["totals"],
        serde_json::json!({"analytics": "336717.00", "ledger": "336717.00", "difference": "0.00"})
    );
    assert_eq!(
        report["remainder"],
        serde_json::json!({"analytics": "184977.00", "ledger": "184977.00", "difference": "0.00", "customers": 45, "status": "matched"})
    );
    let listed = report["customers"].as_array().unwrap().iter().find(|c| c["customer_id"] == "MA_48149cf4").unwrap();
    assert_eq!(
        listed,
        &serde_json::json!({"customer_id": "MA_48149cf4", "name": "Credresolve", "analytics": "82890.00", "ledger": "82890.00",
            "difference": "0.00", "status": "matched", "ledger_by_direction": {"inbound": "40000.00", "outbound": "42890.00"},
            "analytics_by_direction": null})
    );
    assert_eq!(
        report["ledger_rows"],
        serde_json::json!({"read": 868, "used": 868, "outside_period": 0, "excluded": 0, "rejected": 0})
    );
    assert_eq!(report["period"]["timezone"], "Asia/Kolkata");
    insta::assert_snapshot!("reconciliation", serde_json::to_string_pretty(&strip(report, 3)).unwrap());
}

/// Keeps the first few customers, and no digests.
fn strip(mut report: serde_json::Value, customers: usize) -> serde_json::Value {
    report["customers"].as_array_mut().unwrap().truncate(customers);
    report["inputs"] = serde_json::Value::Null;
    report
}

#[test]
fn the_order_of_rows_and_columns_changes_no_byte() {
    let ledger = clean_ledger().replace("184.68", "184.69");
    let (_, first) = reconcile_files(ANALYTICS, &ledger, "");
    let mut lines: Vec<&str> = ledger.lines().collect();
    let header = lines.remove(0);
    lines.reverse();
    lines.rotate_left(311);
    let shuffled = format!("{header}\n{}\n", lines.join("\n"));
    let (_, second) = reconcile_files(ANALYTICS, &shuffled, "");
    let reordered: String = shuffled
        .lines()
        .map(|line| {
            let mut cells: Vec<&str> = line.split(',').collect();
            cells.reverse();
            format!("{}\r\n", cells.join(","))
        })
        .collect();
    let (_, third) = reconcile_files(ANALYTICS, &format!("\u{feff}{reordered}"), "");
    let bare = |r| serde_json::to_string(&strip(r, 99)).unwrap();
    let first = bare(first);
    assert_eq!(first, bare(second));
    assert_eq!(first, bare(third));
}

#[test]
fn the_sample_answers_of_the_partner_decode() {
    let truth = "date,customer_id,direction,amount\n2026-10-05,MA_7Q2KD81A,inbound,2344.46\n2026-10-05,MA_7Q2KD81A,outbound,26658.85\n2026-10-06,MA_B4TT09XE,inbound,13568.56\n2026-10-06,MA_B4TT09XE,outbound,9922.23\n2026-10-07,MA_0HZM55RP,inbound,4193.72\n2026-10-08,MA_XK31VVQ8,inbound,170.67\n2026-10-08,MA_XK31VVQ8,outbound,3336.87\n2026-10-09,MA_2LW8N6CY,outbound,4.07\n";
    let numbers = include_str!("../data/partner-api/01-analytics-v1-numbers.json");
    let truncated = include_str!("../data/partner-api/03-analytics-v1-truncated-top-customers.json");
    let strings = include_str!("../data/partner-api/05-analytics-v1-extra-fields-string-money.json");
    let codes = |report: &serde_json::Value| -> Vec<String> {
        report["findings"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap().to_owned()).collect()
    };
    let (ran, report) = reconcile_files(numbers, truth, "");
    ran.exits(0);
    assert_eq!((codes(&report), &report["remainder"]), (vec![], &serde_json::Value::Null));
    let (ran, report) = reconcile_files(truncated, truth, "");
    ran.exits(0);
    assert_eq!(codes(&report), ["truncated-customers"]);
    assert_eq!(report["remainder"]["analytics"], "7705.33");
    let (ran, report) = reconcile_files(strings, truth, "");
    ran.exits(0);
    assert_eq!(codes(&report), ["unknown-direction"]);
    assert_eq!(report["totals"]["analytics"], "60199.43000");

    // The current generation names customers and states no usage of theirs.
    let current = include_str!("../data/partner-api/02-analytics-v2-string-money.json");
    let (ran, report) = reconcile_files(current, truth, "");
    ran.exits(0);
    assert_eq!(codes(&report), ["truncated-customers"]);
    assert_eq!(
        report["remainder"],
        serde_json::json!({"analytics": "60199.43", "ledger": "60199.43", "difference": "0.00", "customers": 5, "status": "matched"})
    );
    assert_eq!(report["customers"][0]["name"], "Konkan Courier & Logistics");
    let (ran, report) = reconcile_files(&current.replacen("\"19377.46\"", "\"19377.47\"", 1), truth, "");
    ran.exits(3);
    assert_eq!(codes(&report)[0], "analytics-crossfoot");

    let thin = include_str!("../data/partner-api/04-analytics-v1-nulls-and-missing.json");
    let june = "date,customer_id,direction,amount\n2026-06-05,MA_7Q2KD81A,outbound,812.70\n2026-06-05,MA_XK31VVQ8,outbound,41.02\n";
    let (ran, report) = reconcile_files(thin, june, "");
    ran.exits(0);
    assert_eq!(codes(&report), Vec::<String>::new());
    assert_eq!(report["directions"][0]["analytics"], serde_json::Value::Null);
}

#[test]
fn amounts_keep_every_digit() {
    let big = ANALYTICS.replace("336717.00", "9007199254740993.25").replace("170877.00", "9007199254575153.25");
    let (_, report) = reconcile_files(&big, &clean_ledger(), "");
    assert_eq!(report["totals"]["analytics"], "9007199254740993.25");
    assert_eq!(report["totals"]["difference"], "-9007199254404276.25");
    let beyond = ANALYTICS.replace("336717.00", "99999999999999999999999999999.99");
    let (ran, _) = reconcile_files(&beyond, &clean_ledger(), "");
    let ran = ran.exits(1);
    assert!(ran.stderr.contains("more digits than can be kept exactly"), "{}", ran.stderr);
    assert!(ran.stderr.contains("analytics.json, line 11"), "{}", ran.stderr);
}

#[test]
fn reconcile_issues_nothing_and_files_that_are_missing_are_named() {
    let partner = Partner::good();
    let books = Books::example(&partner.base_url);
    books.run("reconcile --period 2026-03").exits(0);
    let files = books.files();
    assert!(files.contains_key("closes/2026-03/reconciliation.html"));
    assert!(!files.keys().any(|name| name.contains("invoices") || name.contains("audit")));
    let cases = [
        ("reconcile --analytics nothing.json --ledger l.csv --out o", 1, "nothing.json"),
        ("reconcile --analytics closes/2026-03/capture/analytics.json --ledger l.csv --out o", 1, "l.csv"),
        ("reconcile --analytics crossfoot.toml --ledger ledgers/2026-03.csv --out o", 1, "cannot be read"),
        ("reconcile", 2, "--period"),
        ("reconcile --analytics a.json", 2, "--ledger"),
        ("reconcile --analytics a --ledger b --out c --tolerance 1e3", 2, "--tolerance"),
        ("reconcile --analytics a --ledger b --out c --format tally", 2, "no ledger format"),
    ];
    for (line, code, expected) in cases {
        let ran = books.run(line).exits(code);
        assert!(ran.stderr.contains(expected), "{line}: {}", ran.stderr);
    }
    assert!(books.files() == files);
    // The ledger is there under another ending.
    std::fs::rename(books.path().join("ledgers/2026-03.csv"), books.path().join("ledgers/2026-03.xlsx")).unwrap();
    let ran = books.run("reconcile --period 2026-03 --offline").exits(1);
    assert!(ran.stderr.contains("ledgers/2026-03.xlsx lies there"), "{}", ran.stderr);
}

#[test]
fn import_says_how_a_ledger_reads() {
    let books = Books::example("http://127.0.0.1:1/x");
    let check = books.run("import ledgers/2026-03.csv --check --json").exits(0).json();
    assert_eq!((check["format"].as_str(), check["totals"]["inbound"].as_str()), (Some("canonical"), Some("165840.00")));
    books.write(
        "bad.csv",
        "date,customer_id,direction,amount\n2026-03-01,MA_1,inbound,\"1,000\"\n2026-03-01,MA_1,inbound,5\n",
    );
    let ran = books.run("import bad.csv").exits(3);
    insta::assert_snapshot!("import", ran.stdout);
}

#[test]
fn names_from_outside_are_text_in_every_output() {
    let ledger = clean_ledger()
        .replace("Utkal Motors Pvt Ltd", "<script>alert(1)</script>")
        .replace("Hampi Motors LLP", "=HYPERLINK(1)");
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("a.json"), ANALYTICS).unwrap();
    std::fs::write(dir.path().join("l.csv"), ledger).unwrap();
    let line = "reconcile --analytics a.json --ledger l.csv --out out";
    let ran: crate::support::Ran =
        crate::support::crossfoot(dir.path()).args(line.split_whitespace()).output().unwrap().into();
    ran.exits(0);
    let html = std::fs::read_to_string(dir.path().join("out/reconciliation.html")).unwrap();
    assert!(html.contains("&lt;script&gt;") && html.matches("<script").count() == 1);
    // Self-contained: nothing is fetched to read it.
    assert!(!html.contains("http:") && !html.contains("https:") && !html.contains("src="));
    let csv = std::fs::read_to_string(dir.path().join("out/reconciliation.csv")).unwrap();
    assert!(csv.contains("'=HYPERLINK") && !csv.contains(",=HYPERLINK"));
}

#[test]
fn limits_in_per_cent_and_in_all() {
    use crate::support::{Books, rehearse_month, settings};
    let month = "auth_id,name,inbound_calls,inbound_cost,outbound_calls,outbound_cost\nMA_1,Asha,10,100.00,0,0.00\nMA_2,Bela,0,0.00,300,200.00\n";
    let server = rehearse_month("2026-03", month, |_| {});
    let books = Books::empty("");
    books.write("customers.csv", "customer_id,legal_name\nMA_1,Asha\nMA_2,Bela\n");
    books.write(
        "ledgers/2026-03.csv",
        "date,customer_id,direction,amount\n2026-03-05,MA_1,inbound,100.43\n2026-03-05,MA_2,outbound,199.23\n",
    );
    let run = |limits: &str| {
        let text = settings(&server.base_url(), "");
        let text = if text.contains("[reconcile]\n") {
            text.replace("[reconcile]\n", &format!("[reconcile]\n{limits}"))
        } else {
            format!("{text}\n[reconcile]\n{limits}")
        };
        books.write("crossfoot.toml", &text);
        let ran = books.run("reconcile --period 2026-03 -q");
        let report: serde_json::Value =
            serde_json::from_slice(&books.read("closes/2026-03/reconciliation.json")).unwrap();
        (ran.code, report["findings"][0].clone())
    };
    let (code, finding) = run("tolerance_percent = \"0.5\"\n");
    assert_eq!((code, finding["code"].as_str()), (0, Some("tolerated")));
    assert!(finding["message"].as_str().unwrap().contains("0.5 % of the partner's figure"), "{finding}");
    assert!(finding["message"].as_str().unwrap().contains("₹1.20 in all, -₹0.34 net"), "{finding}");
    let (code, finding) = run("tolerance_percent = \"0.5\"\ntolerance_total = \"1.00\"\n");
    assert_eq!((code, finding["severity"].as_str()), (3, Some("blocking")));
    assert!(finding["message"].as_str().unwrap().contains("more than the ₹1.00"), "{finding}");
    assert_eq!(run("tolerance_percent = \"0.4\"\n").0, 3);
}

/// Two rows fit a difference equally well: which is named first does not depend on which
/// stands first in the file.
#[test]
fn equal_fits_are_named_in_one_order() {
    let rows = ["2026-03-09,MA_1,outbound,10.00", "2026-03-02,MA_1,outbound,10.00", "2026-03-05,MA_1,inbound,7.00"];
    let analytics = r#"{"period": {"from": "2026-03-01", "to": "2026-03-31"}, "totals": {"total_calls": 3, "total_cost": 27.00, "currency": "INR"},
        "by_direction": {"inbound": {"calls": 2, "cost": 17.00}, "outbound": {"calls": 1, "cost": 10.00}},
        "top_customers": [{"auth_id": "MA_1", "calls": 3, "cost": 27.00}]}"#;
    let told = |order: [usize; 3]| {
        let ledger = format!("date,customer_id,direction,amount\n{}\n", order.map(|i| rows[i]).join("\n"));
        let report = reconcile_files(analytics, &ledger, "").1;
        let finding = &report["findings"][0];
        assert_eq!((finding["code"].as_str(), finding["rivals"].as_u64()), (Some("direction-swap"), Some(1)));
        finding["evidence"][0]["text"].clone()
    };
    assert_eq!(told([0, 1, 2]), told([2, 1, 0]));
}

const THREE: &str = r#"{"period":{"from":"2026-03-01","to":"2026-03-31"},"totals":{"total_calls":30,"total_cost":6000.60,"currency":"INR"},
 "by_direction":{"inbound":{"calls":15,"cost":2500.25},"outbound":{"calls":15,"cost":3500.35}},
 "top_customers":[{"auth_id":"MA_1","name":"Asha Traders","calls":10,"cost":3000.30},
  {"auth_id":"MA_2","name":"Bela Foods","calls":10,"cost":2000.20},{"auth_id":"MA_3","name":"Chitra","calls":10,"cost":1000.10}]}"#;

/// Inbound and outbound of the three, by whatever the ledger calls them.
fn three(names: [&str; 3], amounts: [[&str; 2]; 3]) -> String {
    let row = |name: &str, [inbound, outbound]: [&str; 2]| {
        format!("2026-03-31,{name},inbound,{inbound}\n2026-03-31,{name},outbound,{outbound}\n")
    };
    let rows: String = names.into_iter().zip(amounts).map(|(name, both)| row(name, both)).collect();
    format!("date,customer_id,direction,amount\n{rows}")
}

const RIGHT: [[&str; 2]; 3] = [["1300.15", "1700.15"], ["800.05", "1200.15"], ["400.05", "600.05"]];

/// One has too much inbound, another too little outbound: nothing went from one to the other.
#[test]
fn customers_whose_directions_differ_were_not_exchanged() {
    let wrong = [["1390.15", "1700.15"], ["800.05", "1110.15"], RIGHT[2]];
    let (ran, report) = reconcile_files(THREE, &three(["MA_1", "MA_2", "MA_3"], wrong), "");
    ran.exits(3);
    let swaps = report["findings"].as_array().unwrap().iter().filter(|f| f["code"] == "customer-swap");
    assert_eq!(swaps.count(), 0, "{report:#}");
    let moved = [["1390.15", "1700.15"], ["710.05", "1200.15"], RIGHT[2]];
    let (_, report) = reconcile_files(THREE, &three(["MA_1", "MA_2", "MA_3"], moved), "");
    assert_eq!(report["findings"][0]["code"], "customer-swap", "{report:#}");
}

#[test]
fn what_comes_from_outside_does_nothing_to_the_terminal() {
    let analytics = r#"{"period":{"from":"2026-03-01","to":"2026-03-31"},"totals":{"total_calls":2,"total_cost":9.00,"currency":"INR"},"by_direction":{"inbound":{"calls":1,"cost":4.00},"outbound":{"calls":1,"cost":5.00}},"top_customers":[{"auth_id":"MA_1","name":"As\u001b]0;own\u0007ha \u202egpj","calls":2,"cost":9.00}]}"#;
    let ledger = "date,customer_id,direction,amount\n2026-03-05,MA_1,inbound,4.00\n2026-03-05,MA_1,outbound,5.37\n";
    let books = Books::empty("");
    books.write("analytics.json", analytics);
    books.write("ledger.csv", ledger);
    let told = books.run("reconcile --analytics analytics.json --ledger ledger.csv --out out -v").exits(3).all();
    assert!(told.contains("As<U+001B>]0;own<U+0007>ha <U+202E>gpj"), "{told}");
    assert!(!told.contains(hides), "{told:?}");
    // Nor does what is typed.
    let ran = books.run("clo\u{1b}[31mse --\u{9b}2Jx").exits(2);
    assert!(!ran.all().contains(hides), "{:?}", ran.all());
}

#[test]
fn a_ledger_that_is_a_pipe_is_no_file() {
    let partner = Partner::good();
    let books = Books::example(&partner.base_url);
    let ledger = books.path().join("ledgers/2026-03.csv");
    std::fs::remove_file(&ledger).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&ledger).status().unwrap().success());
    let ran = books.run("reconcile --period 2026-03").exits(1);
    assert!(ran.stderr.contains("a pipe or a device lies there"), "{}", ran.stderr);
}
