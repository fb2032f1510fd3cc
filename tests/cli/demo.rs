//! The demo: the README's first command, and the example whose outputs are compared.

use crate::support::{crossfoot, files_below};

/// Outputs that are compared with `examples/expected/`: everything that does not name the
/// demo's own port.
const COMPARED: [&str; 5] = [
    "reconciliation.json",
    "reconciliation.csv",
    "reconciliation.html",
    "invoices.csv",
    "invoices/CF-26-27-00001.json",
];

#[test]
fn the_demo_closes_the_example_and_its_outputs_are_the_expected_ones() {
    let dir = tempfile::tempdir().unwrap();
    // No credentials, no configuration: not even a home.
    let ran = crate::support::Ran::from(
        crossfoot(dir.path())
            .env_remove("VOBIZ_AUTH_ID")
            .env_remove("VOBIZ_AUTH_TOKEN")
            .env_remove("HOME")
            .arg("demo")
            .output()
            .unwrap(),
    )
    .exits(3);
    // The capture names the demo's port, and so the chain's head differs from run to run.
    let (before, after) = ran.stdout.split_once("Sealed: ").unwrap();
    let (head, rest) = after.split_once('…').unwrap();
    assert!(head.len() == 16 && head.bytes().all(|b| b.is_ascii_hexdigit()));
    insta::assert_snapshot!("demo", format!("{before}Sealed: (head)…{rest}"));
    // The README shows what a newcomer sees.
    let shown = ran.stdout.split("\nIssued").next().unwrap();
    assert!(include_str!("../../README.md").contains(shown), "README.md does not show:\n{shown}");
    let books = dir.path().join("crossfoot-demo");
    let expected = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/expected");
    for name in COMPARED {
        let made = std::fs::read(books.join("closes/2026-03").join(name)).unwrap();
        let path = expected.join(name.replace('/', "-"));
        if std::env::var_os("UPDATE_EXAMPLES").is_some() {
            std::fs::write(&path, &made).unwrap();
        }
        assert!(
            std::fs::read(&path).is_ok_and(|bytes| bytes == made),
            "{name} is not as in examples/expected (UPDATE_EXAMPLES=1 writes it)"
        );
    }
    let verified: crate::support::Ran =
        crossfoot(dir.path()).args(["verify", "--books", "crossfoot-demo"]).output().unwrap().into();
    verified.exits(0);
}

#[test]
fn two_demos_differ_only_in_where_they_were_served() {
    let dirs = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let zones = ["Asia/Kolkata", "America/St_Johns"];
    let [a, b] = [0, 1].map(|i| {
        let mut command = crossfoot(dirs[i].path());
        command.args(["demo", "-q", "."]).env("TZ", zones[i]).env("LC_ALL", ["de_DE.UTF-8", "C"][i]);
        assert_eq!(command.output().unwrap().status.code(), Some(3));
        files_below(dirs[i].path())
    });
    let differing: Vec<&String> = a.keys().filter(|name| a.get(*name) != b.get(*name)).collect();
    assert_eq!(differing, ["audit/chain.jsonl", "closes/2026-03/capture/capture.json", "closes/2026-03/manifest.json"]);
}

#[test]
fn a_folder_that_is_not_empty_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("mine.txt"), "mine").unwrap();
    let ran: crate::support::Ran = crossfoot(dir.path()).args(["demo", "."]).output().unwrap().into();
    assert!(ran.exits(2).stderr.contains("is not empty"));
    assert_eq!(files_below(dir.path()).len(), 1);
}
