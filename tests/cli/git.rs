//! `[git] commit = true`: the close commits itself, and nothing else.

use std::process::Command;

use crate::support::partner::Partner;
use crate::support::{Books, rehearse_month, settings};

pub(super) fn git(books: &Books, arguments: &[&str]) -> String {
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

pub(super) fn repository(books: &Books) {
    git(books, &["init", "--quiet"]);
    git(books, &["config", "user.name", "Asha"]);
    git(books, &["config", "user.email", "asha@malabar.example"]);
    // The binary runs with a cleared environment; it finds git where the test does.
    git(books, &["config", "commit.gpgsign", "false"]);
}

pub(super) fn run(books: &Books, line: &str) -> crate::support::Ran {
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
    let lock = books.path().join(".git/index.lock");
    std::fs::write(&lock, "").unwrap();
    let failed = run(&books, "close --period 2026-03").exits(1);
    assert!(failed.stderr.contains("index.lock"), "{}", failed.stderr);
    run(&books, "verify").exits(0);
    std::fs::remove_file(lock).unwrap();
    run(&books, "close --period 2026-03 --offline").exits(0);
    assert_eq!(git(&books, &["rev-list", "--count", "HEAD"]), "1\n");
}

#[test]
fn what_the_partner_changed_of_the_month_before_is_committed_with_the_next_close() {
    let head = "auth_id,name,inbound_calls,inbound_cost,outbound_calls,outbound_cost\n";
    let server = rehearse_month("2026-03", &format!("{head}MA_1,Asha,10,5.00,10,5.00\n"), |_| {});
    let port = server.address.port();
    let books = Books::empty("");
    books.write("crossfoot.toml", &settings(&server.base_url(), "[git]\ncommit = true\n"));
    books.write("customers.csv", "customer_id,legal_name\nMA_1,Asha\n");
    let row = |direction: &str| format!("2026-03-05,MA_1,{direction},5.00\n");
    let ledger = format!("date,customer_id,direction,amount\n{}{}", row("inbound"), row("outbound"));
    books.write("ledgers/2026-03.csv", &ledger);
    books.write(".gitignore", "/.crossfoot/\n");
    repository(&books);
    run(&books, "close --period 2026-03").exits(0);
    drop(server);
    books.write("ledgers/2026-04.csv", "date,customer_id,direction,amount\n");
    // Asked again twice, with another answer each time.
    for (now, cost) in [("2026-05-02T09:30:00Z", "6.00"), ("2026-05-03T09:30:00Z", "7.00")] {
        let month = format!("{head}MA_1,Asha,10,{cost},10,5.00\n");
        let _server = rehearse_month("2026-03", &month, |script| script.port = port);
        let mut command = crate::support::crossfoot(books.path());
        command.env("PATH", std::env::var("PATH").unwrap()).env("CROSSFOOT_NOW", now);
        let ran: crate::support::Ran =
            command.args(["close", "--period", "2026-04", "--refetch"]).output().unwrap().into();
        let ran = ran.exits(0);
        assert!(ran.stderr.contains("answers differently about 2026-03"), "{}", ran.stderr);
        assert_eq!(git(&books, &["status", "--porcelain"]), "");
    }
    assert!(books.path().join("closes/2026-03/capture-2/capture.json").exists());
}

/// What lies in the folder is data: no hook, monitor or filter of the repository is run, and what
/// is run has no secret of ours.
#[test]
fn nothing_that_the_folder_chooses_is_run() {
    let (books, _partner) = books();
    repository(&books);
    let away = tempfile::tempdir().unwrap();
    let witness = away.path().join("ran");
    let program = away.path().join("program");
    std::fs::write(&program, format!("#!/bin/sh\nenv >> {}\n", witness.display())).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&program, mode).unwrap();
    let hook = books.path().join(".git/hooks/pre-commit");
    std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
    std::fs::copy(&program, &hook).unwrap();
    git(&books, &["config", "core.fsmonitor", program.to_str().unwrap()]);
    run(&books, "close --period 2026-03").exits(0);
    for line in ["verify", "status", "doctor", "pack --period 2026-03"] {
        run(&books, line);
        assert!(!witness.exists(), "{line}");
    }
    assert_eq!(git(&books, &["-c", "core.fsmonitor=false", "rev-list", "--count", "HEAD"]), "1\n");

    // A filter cannot be switched off: git is not run at all, and that is told.
    git(&books, &["-c", "core.fsmonitor=false", "config", "filter.evil.clean", program.to_str().unwrap()]);
    books.write(".gitattributes", "* filter=evil\n");
    books.write("ledgers/2026-03.csv", "changed");
    let ran = run(&books, "verify");
    assert!(ran.stderr.contains("filter.evil.clean"), "{}{}", ran.stdout, ran.stderr);
    for line in ["status", "doctor"] {
        run(&books, line);
    }
    assert!(!witness.exists());
}

/// What git has seen of the chain beside it: the last commit, and the tags of closes.
#[test]
fn a_chain_that_was_cut_and_tags_that_were_moved_are_told() {
    let (books, _partner) = books();
    repository(&books);
    run(&books, "close --period 2026-03").exits(0);
    let first = git(&books, &["rev-parse", "HEAD"]).trim().to_owned();
    run(&books, "void CF/26-27/00001 --reason wrong --by Asha").exits(0);
    run(&books, "close --period 2026-03 --offline --yes").exits(0);
    assert_eq!(git(&books, &["tag"]), "close-2026-03\nclose-2026-03-2\n");
    let message = |tag: &str| git(&books, &["for-each-ref", "--format=%(contents)", &format!("refs/tags/{tag}")]);
    let (one, two) = (message("close-2026-03"), message("close-2026-03-2"));
    let verified = run(&books, "verify").exits(0);
    assert!(!verified.all().contains("note:"), "{}", verified.all());

    let tagged = |arguments: &[&str], code: i32, what: &str| {
        git(&books, &[&["tag"], arguments].concat());
        let told = run(&books, "verify").exits(code).all();
        assert!(told.contains(what), "{arguments:?}: {told}");
    };
    let named = "git's tag close-2026-03 names another head than that of event 1";
    tagged(&["--force", "--annotate", "--message", &two, "close-2026-03"], 4, named);
    let moved = "git's tag close-2026-03 was moved";
    tagged(&["--force", "--annotate", "--message", &one, "close-2026-03", "HEAD"], 4, moved);
    tagged(&["--force", "close-2026-03", &first], 0, "note: git's tag close-2026-03 is a bare one");
    tagged(&["--force", "--annotate", "--message", &one, "close-2026-03", &first], 0, "Verified.");
    tagged(&["--delete", "close-2026-03-2"], 0, "note: git has no tag close-2026-03-2: deleted,");

    // The commit before lies here, and no tag tells.
    git(&books, &["rm", "--quiet", "-r", "closes", "audit", "resolutions"]);
    git(&books, &["checkout", &first, "--", "closes", "audit"]);
    git(&books, &["reset", "--quiet"]);
    let told = run(&books, "verify").exits(4).stdout;
    assert!(told.contains("what is committed has the head "), "{told}");
    let told = run(&books, "close --period 2026-03 --offline").exits(4).stderr;
    assert!(
        told.contains("what is committed has events") && told.contains("git checkout HEAD -- closes audit"),
        "{told}"
    );
    git(&books, &["checkout", "HEAD", "--", "closes", "audit", "resolutions"]);
    run(&books, "close --period 2026-03 --offline").exits(0);
}

#[test]
fn a_close_that_only_the_reflog_knows_is_not_numbered_over() {
    let (books, _partner) = books();
    repository(&books);
    run(&books, "close --period 2026-03").exits(0);
    books.write("charges.csv", "customer_id,description,kind,from,amount\nMA_99ab12c3,Set-up,one-off,2026-03-05,7\n");
    run(&books, "close --yes --period 2026-03 --offline").exits(0);
    git(&books, &["reset", "--quiet", "--hard", "HEAD~1"]);
    git(&books, &["tag", "--delete", "close-2026-03-2"]);
    books.write("charges.csv", "customer_id,description,kind,from,amount\nMA_99ab12c3,Set-up,one-off,2026-03-05,9\n");
    let told = run(&books, "close --yes --period 2026-03 --offline").exits(4).stderr;
    assert!(told.contains("this clone was at a close that audit/chain.jsonl does not have"), "{told}");
    let accepted = run(&books, "close --yes --period 2026-03 --offline --accept-restored").exits(0);
    assert!(accepted.stderr.contains("its numbers are used again"), "{}", accepted.stderr);
    run(&books, "close --yes --period 2026-03 --offline").exits(0);
}
