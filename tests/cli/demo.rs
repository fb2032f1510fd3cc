//! The demo: the README's first command, and the example whose outputs are compared.

use std::io::{BufRead, BufReader};

use crate::support::{AUTH_ID, Books, Ran, TOKEN, crossfoot, files_below};
use crossfoot::rehearsal::{example, start};

/// Outputs that are compared with `examples/expected/`.
const COMPARED: [(&str, &str); 5] = [
    ("2026-03", "reconciliation.json"),
    ("2026-03", "reconciliation.csv"),
    ("2026-03", "reconciliation.html"),
    ("2026-03", "invoices.csv"),
    // Later ones name the seal before them, and so every byte of it.
    ("2026-01", "invoices/CF-25-26-00001.json"),
];

#[test]
fn the_demo_closes_the_example_and_its_outputs_are_the_expected_ones() {
    let dir = tempfile::tempdir().unwrap();
    // No credentials, no configuration: not even a home.
    let ran = Ran::from(
        crossfoot(dir.path())
            .env_remove("VOBIZ_AUTH_ID")
            .env_remove("VOBIZ_AUTH_TOKEN")
            .env_remove("HOME")
            .arg("demo")
            .output()
            .unwrap(),
    )
    .exits(3);
    // Every byte is sealed: the head changes with any of them, and with the version.
    let (before, after) = ran.stdout.split_once("Sealed: ").unwrap();
    let (head, rest) = after.split_once('…').unwrap();
    assert!(head.len() == 16 && head.bytes().all(|b| b.is_ascii_hexdigit()));
    insta::assert_snapshot!("demo", format!("{before}Sealed: (head)…{rest}\n--- talk ---\n{}", ran.stderr));
    // The README shows what a newcomer sees.
    let shown = ran.stdout.split("\nIssued").next().unwrap();
    assert!(include_str!("../../README.md").contains(shown), "README.md does not show:\n{shown}");
    let books = dir.path().join("crossfoot-demo");
    let expected = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/expected");
    for (month, name) in COMPARED {
        let made = std::fs::read(books.join("closes").join(month).join(name)).unwrap();
        let path = expected.join(name.replace('/', "-"));
        if std::env::var_os("UPDATE_EXAMPLES").is_some() {
            std::fs::write(&path, &made).unwrap();
        }
        assert!(
            std::fs::read(&path).is_ok_and(|bytes| bytes == made),
            "{name} is not as in examples/expected (UPDATE_EXAMPLES=1 writes it)"
        );
    }
    let run = |line: &str| Ran::from(crossfoot(&books).args(line.split_whitespace()).output().unwrap());
    let of = |line: &str, code| format!("$ crossfoot {line}\n{}", run(line).exits(code).stdout);
    let verified = of("verify", 0);
    let months = [
        of("status", 0),
        of("resolve --period 2026-03", 0),
        // Of the list of letters only what it comes to.
        of("send --period 2026-02", 3).rsplit_once("\n\n").unwrap().1.to_owned(),
        verified.split("its head is").next().unwrap().to_owned(),
    ];
    insta::assert_snapshot!("demo_months", months.join("\n"));
    assert!(books.join("closes/2026-01/invoices/CN-25-26-00001.pdf").exists());
    // The pictures of the docs are of this demo.
    for line in include_str!("../../docs/pictures/made-from.sha256").lines() {
        let (sha256, file) = line.split_once("  ").unwrap();
        let made = std::fs::read(books.join(file)).map(|bytes| crossfoot::model::digest::sha256_hex(&bytes));
        assert_eq!(made.unwrap(), sha256, "{file} has changed: make docs/pictures anew with .ci/pictures CROSSFOOT");
    }
    // One of each common kind, and nothing else.
    let report: serde_json::Value =
        serde_json::from_slice(&std::fs::read(books.join("closes/2026-03/reconciliation.json")).unwrap()).unwrap();
    let blocking = report["findings"].as_array().unwrap().iter().filter(|f| f["severity"] == "blocking");
    let mut codes: Vec<&str> = blocking.map(|f| f["code"].as_str().unwrap()).collect();
    codes.sort_unstable();
    let held = ["amount-difference", "digit-error", "direction-swap", "missing-in-ledger", "unknown-customer"];
    assert_eq!(codes, held);
}

#[test]
fn two_demos_are_the_same() {
    let dirs = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let zones = ["Asia/Kolkata", "America/St_Johns"];
    let now = ["2027-01-01T00:00:00Z", "2026-05-01T12:00:00Z"];
    let [a, b] = [0, 1].map(|i| {
        let mut command = crossfoot(dirs[i].path());
        command.args(["demo", "-q", "."]).env("CROSSFOOT_NOW", now[i]);
        command.env("TZ", zones[i]).env("LC_ALL", ["de_DE.UTF-8", "C"][i]);
        assert_eq!(command.output().unwrap().status.code(), Some(3));
        files_below(dirs[i].path())
    });
    let differing: Vec<&String> = a.keys().filter(|name| a.get(*name) != b.get(*name)).collect();
    assert!(differing.is_empty() && a.len() == b.len(), "{differing:?}");
}

#[test]
fn every_month_of_the_example_is_played_by_one_server() {
    let mut script = example::partner("2026-03", true).unwrap();
    (script.auth_id, script.auth_token) = (AUTH_ID.to_owned(), TOKEN.to_owned());
    let server = start(script).unwrap();
    let books = Books::empty(&server.base_url());
    // January as the partner has it now: 612.40 less than at its close.
    for (month, total) in [("2026-01", "275216.39"), ("2026-02", "312631.36"), ("2026-03", "336717.00")] {
        books.run(&format!("fetch --period {month}")).exits(0);
        let answer = books.json(&format!("closes/{month}/capture/analytics.json"));
        assert_eq!(answer["totals"]["total_cost"].to_string().trim_end_matches('0'), total.trim_end_matches('0'));
    }
}

#[test]
fn the_desk_opens_on_the_demo() {
    let dir = tempfile::tempdir().unwrap();
    let mut child = crossfoot(dir.path())
        .args(["demo", "-q", "--desk", "it"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let address = lines.map_while(Result::ok).find(|line| line.trim().starts_with("http://127.0.0.1:"));
    let _ = child.kill();
    let _ = child.wait();
    assert!(address.is_some() && dir.path().join("it/audit/chain.jsonl").exists());
}

#[test]
fn a_folder_that_is_not_empty_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("mine.txt"), "mine").unwrap();
    let ran: Ran = crossfoot(dir.path()).args(["demo", "."]).output().unwrap().into();
    assert!(ran.exits(2).stderr.contains("is not empty"));
    assert_eq!(files_below(dir.path()).len(), 1);
}
