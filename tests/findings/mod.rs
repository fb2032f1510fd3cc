//! Every finding code has a case here that provokes it, with its whole expected text. A
//! folder is a case; its name begins with the code.

use std::path::Path;

use crate::support::partner::Partner;
use crate::support::{Books, Ran, crossfoot, rehearse_month};
use crossfoot::reconcile::registry::CHECKS;

fn cases() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/findings");
    let mut names: Vec<String> = std::fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn every_case_gives_its_expected_text() {
    for name in cases() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/findings").join(&name);
        let read = |file: &str| std::fs::read_to_string(folder.join(file)).ok();
        let ledger = read("ledger.csv").unwrap();
        if let Some(month) = read("month.csv") {
            let script = read("script.toml").unwrap_or_default();
            let ran = rehearsed(&month, &script, read("analytics.json"), &ledger);
            insta::with_settings!({snapshot_path => &name, prepend_module_to_snapshot => false, omit_expression => true}, {
                insta::assert_snapshot!("expected", ran);
            });
            continue;
        }
        let analytics = read("analytics.json").unwrap();
        let ran = match read("customers.csv") {
            None => {
                let dir = tempfile::tempdir().unwrap();
                std::fs::write(dir.path().join("analytics.json"), &analytics).unwrap();
                std::fs::write(dir.path().join("ledger.csv"), &ledger).unwrap();
                let flags = read("flags").unwrap_or_default();
                let line = format!("reconcile --analytics analytics.json --ledger ledger.csv --out out -v {flags}");
                let ran: Ran = crossfoot(dir.path()).args(line.split_whitespace()).output().unwrap().into();
                with_findings(&ran, &std::fs::read(dir.path().join("out/reconciliation.json")).unwrap())
            }
            Some(customers) => {
                let books = Books::empty(&Partner::serving(&analytics).base_url);
                books.write("customers.csv", &customers);
                books.write("ledgers/2026-03.csv", &ledger);
                if let Some(previous) = read("previous.json") {
                    // The report of the month before.
                    books.write("closes/2026-02/reconciliation.json", &previous);
                }
                let ran = books.run("reconcile --period 2026-03 -q");
                with_findings(&ran, &books.read("closes/2026-03/reconciliation.json"))
            }
        };
        insta::with_settings!({snapshot_path => &name, prepend_module_to_snapshot => false, omit_expression => true}, {
            insta::assert_snapshot!("expected", ran);
        });
    }
}

/// A case with the whole matrix: `month.csv` is what the rehearsal server plays, and
/// `script.toml` how; a line that the server has no word for is a setting of `[upstream]`.
fn rehearsed(month: &str, script: &str, analytics: Option<String>, ledger: &str) -> String {
    let mut settings = String::new();
    let server = rehearse_month("2026-03", month, |played| {
        played.analytics = analytics;
        played.top = 0;
        for line in script.lines() {
            let (key, value) = line.split_once(" = ").unwrap();
            match key {
                "broken" => played.broken = Some(value.to_owned()),
                "overlap" => played.overlap = value.parse().unwrap(),
                _ => settings.push_str(&format!("{line}\n")),
            }
        }
    });
    let books = Books::empty("");
    let text =
        crate::support::settings(&server.base_url(), "").replace("[upstream]\n", &format!("[upstream]\n{settings}"));
    books.write("crossfoot.toml", &text);
    let ids = |text: &str, column: usize| -> Vec<String> {
        text.lines().skip(1).map(|line| line.split(',').nth(column).unwrap().to_owned()).collect()
    };
    let known: std::collections::BTreeSet<String> = [ids(month, 0), ids(ledger, 1)].concat().into_iter().collect();
    let known: String = known.iter().map(|id| format!("{id},\n")).collect();
    books.write("customers.csv", &format!("customer_id,legal_name\n{known}"));
    books.write("ledgers/2026-03.csv", ledger);
    let ran = books.run("reconcile --period 2026-03 -q");
    with_findings(&ran, &books.read("closes/2026-03/reconciliation.json"))
}

fn with_findings(ran: &Ran, report: &[u8]) -> String {
    let report: serde_json::Value = serde_json::from_slice(report).unwrap();
    format!(
        "exit code {}\n\n{}{}\n{}",
        ran.code,
        ran.stdout,
        ran.stderr,
        serde_json::to_string_pretty(&report["findings"]).unwrap()
    )
}

/// Every code that is looked for, once.
/// What hundreds of customers provoke: `tests/odds.rs` does.
const ELSEWHERE: &str = "not-searched";

fn codes() -> impl Iterator<Item = &'static str> {
    let here = CHECKS.iter().map(|check| check.code).filter(|code| *code != ELSEWHERE);
    here.collect::<std::collections::BTreeSet<_>>().into_iter()
}

#[test]
fn every_check_has_a_case_that_provokes_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/findings");
    let names = cases();
    for code in codes() {
        assert!(names.iter().any(|name| *name == code), "tests/findings/{code}/ is missing");
        let text = std::fs::read_to_string(root.join(code).join("expected.snap")).unwrap();
        assert!(text.contains(&format!("\"code\": \"{code}\"")), "{code} is not provoked by its case");
    }
}

/// A fault leads the list, and is told once.
#[test]
fn the_first_finding_names_the_fault() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/findings");
    for code in codes().filter(|code| *code != "remainder-difference") {
        let text = std::fs::read_to_string(root.join(code).join("expected.snap")).unwrap();
        let findings = &text[text.find("\n[").unwrap()..];
        let findings: serde_json::Value = serde_json::from_str(findings.trim()).unwrap();
        let codes: Vec<&str> = findings.as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap()).collect();
        assert_eq!(codes, [code]);
    }
}
