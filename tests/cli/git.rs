//! `[git] commit = true`: the close commits itself, and nothing else.

use std::process::Command;

use crate::support::partner::Partner;
use crate::support::{Books, settings};

fn git(books: &Books, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .arg("-C")
        .arg(books.path())
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn books() -> (Books, Partner) {
    let partner = Partner::good();
    let books = Books::example(&partner.base_url);
    books.write("crossfoot.toml", &settings(&partner.base_url, "[git]\ncommit = true\n"));
    books.write(".gitignore", "/.crossfoot/\n/outbox/\n");
    (books, partner)
}

fn repository(books: &Books) {
    git(books, &["init", "--quiet"]);
    git(books, &["config", "user.name", "Asha"]);
    git(books, &["config", "user.email", "asha@malabar.example"]);
    // The binary runs with a cleared environment; it finds git where the test does.
    git(books, &["config", "commit.gpgsign", "false"]);
}

fn run(books: &Books, line: &str) -> crate::support::Ran {
    let path = std::env::var("PATH").unwrap();
    crate::support::crossfoot(books.path()).env("PATH", path).args(line.split_whitespace()).output().unwrap().into()
}

#[test]
fn a_close_is_committed_tagged_and_seen_by_verify() {
    let (books, _partner) = books();
    let refused = run(&books, "close --period 2026-03").exits(2);
    assert!(refused.stderr.contains("in no git repository"), "{}", refused.stderr);
    repository(&books);
    books.write("notes.txt", "mine\n");
    run(&books, "close --period 2026-03").exits(0);
    assert_eq!(git(&books, &["tag"]), "close-2026-03\n");
    assert!(git(&books, &["log", "-1", "--format=%s"]).starts_with("close 2026-03: reconciled; issued 47"));
    assert_eq!(git(&books, &["log", "-1", "--format=%ad", "--date=iso-strict"]), "2026-04-02T03:04:05Z\n");
    // What is not the close's stays out of it.
    assert_eq!(git(&books, &["status", "--porcelain"]), "?? notes.txt\n");
    let verified = run(&books, "verify --json").exits(0).json();
    assert_eq!(verified["periods"][0]["git"]["is_committed"], true);

    // Nothing new: no commit, no tag.
    run(&books, "close --period 2026-03 --offline").exits(0);
    assert_eq!(git(&books, &["rev-list", "--count", "HEAD"]), "1\n");

    // Sealed, and not committed as sealed.
    git(&books, &["rm", "--quiet", "--cached", "closes/2026-03/invoices.csv"]);
    let verified = run(&books, "verify").exits(0);
    assert!(verified.stdout.contains("not committed as sealed: closes/2026-03/invoices.csv"), "{}", verified.stdout);
}

#[test]
fn what_somebody_else_staged_is_not_swept_in() {
    let (books, _partner) = books();
    repository(&books);
    books.write("notes.txt", "mine\n");
    git(&books, &["add", "notes.txt"]);
    let refused = run(&books, "close --period 2026-03").exits(2);
    assert!(refused.stderr.contains("notes.txt is staged"), "{}", refused.stderr);
    assert!(!books.files().contains_key("audit/chain.jsonl"));
}

#[test]
fn a_commit_that_fails_leaves_sealed_books_and_says_so() {
    let (books, _partner) = books();
    repository(&books);
    let hook = books.path().join(".git/hooks/pre-commit");
    std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
    std::fs::write(&hook, "#!/bin/sh\necho 'the hook says no' >&2\nexit 1\n").unwrap();
    Command::new("chmod").arg("+x").arg(&hook).status().unwrap();
    let failed = run(&books, "close --period 2026-03").exits(1);
    assert!(failed.stderr.contains("the hook says no"), "{}", failed.stderr);
    run(&books, "verify").exits(0);
    std::fs::remove_file(hook).unwrap();
    run(&books, "close --period 2026-03 --offline").exits(0);
    assert_eq!(git(&books, &["rev-list", "--count", "HEAD"]), "1\n");
}
