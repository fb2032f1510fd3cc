//! Ledgers at selling price, through the binary: compared with the partner's charges at the
//! customers' rates and mark-up, and billed as they stand; and what is said where the settings
//! say otherwise.

use serde_json::{Value, json};

use crate::support::{Books, rehearse_month, settings};

const MONTH: &str = "auth_id,name,inbound_calls,inbound_cost,outbound_calls,outbound_cost\nMA_1,Asha,10,4.50,20,9.03\nMA_2,Bela,0,0.00,300,135.00\nMA_3,Chitra,40,18.00,2,0.90\n";
const CUSTOMERS: &str = "customer_id,legal_name,markup_inbound,markup_outbound,rate_outbound,rate_unit,ledger_basis\nMA_1,Asha,10,25,,,\nMA_2,Bela,,,0.75,call,\nMA_3,Chitra,50,50,,,cost\n";
/// 4.50 + 10 %, 9.03 + 25 % rounded, 300 calls at 0.75; and one customer at cost.
const LEDGER: &str = "date,customer_id,direction,amount\n2026-03-31,MA_1,inbound,4.95\n2026-03-31,MA_1,outbound,11.29\n2026-03-31,MA_2,outbound,225.00\n2026-03-31,MA_3,inbound,18.00\n2026-03-31,MA_3,outbound,0.90\n";
const REPORT: &str = "closes/2026-03/reconciliation.json";

fn books(base_url: &str, basis: &str, ledger: &str) -> Books {
    let books = Books::empty("");
    books.write("crossfoot.toml", &settings(base_url, &format!("[ledger]\n{basis}")));
    books.write("customers.csv", CUSTOMERS);
    books.write("ledgers/2026-03.csv", ledger);
    books
}

/// What a terminal shows, on one line.
fn flowing(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn findings(report: &Value) -> Vec<(&str, usize)> {
    let of = |f: &'_ Value| f["customers"].as_array().unwrap().len();
    report["findings"].as_array().unwrap().iter().map(|f| (f["code"].as_str().unwrap(), of(f))).collect()
}

#[test]
fn a_ledger_at_selling_price_reconciles_and_is_billed_as_it_stands() {
    let server = rehearse_month("2026-03", MONTH, |_| ());
    let books = books(&server.base_url(), "basis = \"selling\"\n", LEDGER);
    let ran = books.run("close --period 2026-03").exits(0);
    assert!(flowing(&ran.stdout).contains("compared at selling price: with the partner's ₹167.43"), "{}", ran.stdout);
    let report = books.json(REPORT);
    assert_eq!(report["outcome"], "reconciled");
    assert_eq!(
        report["basis"],
        json!({"inbound": "selling", "outbound": "selling", "customers": {"MA_3": "cost"}, "cost": "167.43"})
    );
    // The customers' own directions are captured without being asked for.
    assert_eq!(report["coverage"]["matrix"], "cdr-summary");
    assert_eq!(report["totals"]["analytics"], "260.14");
    let lines = |number: &str| -> Vec<(String, String)> {
        let invoice = books.json(&format!("closes/2026-03/invoices/{number}.json"));
        let text = |line: &Value, key: &str| line[key].as_str().unwrap().to_owned();
        invoice["lines"].as_array().unwrap().iter().map(|l| (text(l, "exact"), text(l, "amount"))).collect()
    };
    let own = |all: &[(&str, &str)]| all.iter().map(|(a, b)| ((*a).into(), (*b).into())).collect::<Vec<_>>();
    // No mark-up upon the mark-up; at cost it is added here.
    assert_eq!(lines("CF-26-27-00001"), own(&[("4.95", "4.95"), ("11.2875", "11.29")]));
    assert_eq!(lines("CF-26-27-00002"), own(&[("225.00", "225.00")]));
    assert_eq!(lines("CF-26-27-00003"), own(&[("27.00", "27.00"), ("1.35", "1.35")]));
    books.run("verify").exits(0);
}

#[test]
fn a_paisa_is_found_at_selling_price() {
    let server = rehearse_month("2026-03", MONTH, |_| ());
    let wrong = LEDGER.replace("11.29", "11.28");
    let books = books(&server.base_url(), "basis = \"selling\"\n", &wrong);
    books.run("reconcile --period 2026-03").exits(3);
    let report = books.json(REPORT);
    assert_eq!((&report["outcome"], &report["totals"]["difference"]), (&json!("discrepant"), &json!("-0.01")));
}

#[test]
fn the_wrong_basis_is_one_finding() {
    let server = rehearse_month("2026-03", MONTH, |_| ());
    let of = |basis: &str, ledger: &str| {
        let books = books(&server.base_url(), basis, ledger);
        books.write(
            "crossfoot.toml",
            &settings(&server.base_url(), &format!("[ledger]\n{basis}"))
                .replace("[upstream]\n", "[upstream]\nmatrix = \"cdr-summary\"\n"),
        );
        let ran = books.run("reconcile --period 2026-03").exits(3);
        (books.json(REPORT), ran.stdout)
    };
    let (report, text) = of("basis = \"cost\"\n", LEDGER);
    assert_eq!(findings(&report), [("basis", 2)], "{text}");
    assert!(flowing(&text).contains("exactly the partner's figures at your own mark-up or rates"), "{text}");
    let at_cost = LEDGER.replace("4.95", "4.50").replace("11.29", "9.03").replace("225.00", "135.00");
    let (report, text) = of("basis = \"selling\"\n", &at_cost);
    assert_eq!(findings(&report), [("basis", 2)], "{text}");
    // One customer alone.
    let (report, text) = of("basis = \"cost\"\n", &at_cost.replace("135.00", "225.00"));
    assert_eq!(findings(&report), [("basis", 1)], "{text}");
    assert!(flowing(&text).contains("exactly the partner's figure at your rate"), "{text}");
}

#[test]
fn inbound_and_outbound_accounts_may_be_at_different_prices() {
    let server = rehearse_month("2026-03", MONTH, |_| ());
    let books = books(&server.base_url(), "basis_outbound = \"selling\"\n", &LEDGER.replace("4.95", "4.50"));
    let ran = books.run("reconcile --period 2026-03").exits(0);
    assert!(flowing(&ran.stdout).contains("inbound at cost"), "{}", ran.stdout);
    assert_eq!(books.json(REPORT)["basis"]["inbound"], "cost");
}

#[test]
fn without_the_customers_own_directions_no_price_is_known() {
    let server = rehearse_month("2026-03", MONTH, |_| ());
    let books = books(&server.base_url(), "basis = \"selling\"\n", LEDGER);
    books.write(
        "crossfoot.toml",
        &settings(&server.base_url(), "[ledger]\nbasis = \"selling\"\n")
            .replace("[upstream]\n", "[upstream]\nmatrix = \"top-customers\"\n"),
    );
    let ran = books.run("reconcile --period 2026-03").exits(2);
    assert!(ran.stderr.contains("[basis]") && ran.stderr.contains("matrix = \"cdr-summary\""), "{}", ran.stderr);
}
