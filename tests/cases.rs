//! Small exports in the shapes that products and spreadsheets really write, each with the
//! right answer: how the binary does on all of them, in four classes.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{Ran, crossfoot};

/// How an answer counts, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    /// These totals and customers, nothing found that is not there.
    Right,
    /// Not read, or told row by row: why, and the way out.
    Told,
    /// Right, and called broken: people learn to ignore checks.
    CalledBroken,
    /// Another sum or another customer, and not a word.
    SilentlyWrong,
}

/// Cases in which something is wrong on purpose, so that it must be told beside right totals.
const TO_BE_TOLD: [&str; 4] = [
    // A total of the file is not the sum of its rows.
    "qbo_gl_dollar_totals",
    // A purchase on the revenue account: set aside, and told.
    "xero_payable_on_revenue",
    // A direction that is none.
    "canon_dir_case",
    // Debits without their credits.
    "cell_amt_emdash",
];

/// Files that hold no usage by account, or none that can be read: a zero must be told.
const NOTHING_TO_READ: [&str; 5] =
    ["tally_daybook_condensed", "razorpay_settlement", "cell_amt_na", "cell_amt_hashes", "cell_amt_emdash"];

/// At least so many are right; the others are told.
const RIGHT_AT_LEAST: usize = 47;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/cases/ledgers")
}

fn same(text: &Value, other: &Value) -> bool {
    let plain = |value: &Value| {
        let text = value.as_str().unwrap_or_default();
        let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text };
        text.to_owned()
    };
    plain(text) == plain(other)
}

fn is_right(case: &Value, found: &Value) -> bool {
    let totals = ["inbound", "outbound", "other"];
    let mut right = totals.iter().enumerate().all(|(n, part)| same(&found["totals"][*part], &case["totals"][n]));
    if let Some(customers) = case["customers"].as_object() {
        let printed = found["customers"].as_array().unwrap();
        right &= printed.len() == customers.len();
        for (name, sums) in customers {
            right &= printed.iter().any(|one| {
                one["name"] == name.as_str() && same(&one["inbound"], &sums[0]) && same(&one["outbound"], &sums[1])
            });
        }
    }
    right
}

fn class(name: &str, case: &Value, ran: &Ran) -> Class {
    let found = serde_json::from_str::<Value>(&ran.stdout).unwrap_or_default();
    if !found["totals"].is_object() {
        assert!(!ran.stderr.trim().is_empty(), "{name}: refused without a word");
        return Class::Told;
    }
    let findings = found["findings"].as_array().is_none_or(|findings| !findings.is_empty())
        || found["checks"].as_array().is_some_and(|checks| checks.iter().any(|check| check["agrees"] == false));
    match (is_right(case, &found), findings, ran.code) {
        (true, true, 3) if TO_BE_TOLD.contains(&name) => Class::Right,
        (_, true, 3) if NOTHING_TO_READ.contains(&name) => Class::Told,
        (true, false, 0) if !TO_BE_TOLD.contains(&name) && !NOTHING_TO_READ.contains(&name) => Class::Right,
        (_, false, 1 | 2) => Class::Told,
        (_, _, 0) => Class::SilentlyWrong,
        (true, ..) => Class::CalledBroken,
        (false, ..) => Class::Told,
    }
}

#[test]
fn cases_are_right_or_told() {
    let cases: Value = serde_json::from_slice(&std::fs::read(folder().join("expected.json")).unwrap()).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let mut classes: Vec<(Class, String, String)> = Vec::new();
    for (name, case) in cases.as_object().unwrap() {
        let mut command = crossfoot(dir.path());
        command.arg("import").arg(folder().join(case["file"].as_str().unwrap())).args(["--check", "--json"]);
        for (account, role) in case["accounts"].as_object().unwrap() {
            command.args(["--account", &format!("{account}={}", role.as_str().unwrap())]);
        }
        command.args(case["args"].as_array().unwrap().iter().map(|arg| arg.as_str().unwrap()));
        let ran: Ran = command.output().unwrap().into();
        let class = class(name, case, &ran);
        let found: Value = serde_json::from_str(&ran.stdout).unwrap_or_default();
        let told = match found["findings"][0]["message"].as_str() {
            Some(message) => format!("{} {message}", found["totals"]),
            None if found["totals"].is_object() => format!("{} {}", found["totals"], found["customers"]),
            None => ran.stderr.lines().take(3).collect::<Vec<_>>().join(" "),
        };
        classes.push((class, name.clone(), told));
    }
    classes.sort();
    let count = |class: Class| classes.iter().filter(|(one, ..)| *one == class).count();
    let counts = [Class::Right, Class::Told, Class::CalledBroken, Class::SilentlyWrong].map(count);
    println!(
        "ledger cases: {} right, {} refused or told, {} right but called broken, {} silently wrong, of {}",
        counts[0],
        counts[1],
        counts[2],
        counts[3],
        classes.len()
    );
    for (class, name, told) in classes.iter().filter(|(class, ..)| *class != Class::Right) {
        println!("  {class:?} {name}: {told}");
    }
    assert!(counts[3] == 0, "{classes:#?}");
    assert!(counts[2] == 0, "{classes:#?}");
    assert!(counts[0] >= RIGHT_AT_LEAST, "{classes:#?}");
}
