//! Two clones of the books that closed in parallel: told by every command, and mended by the page.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::git::{git, repository};
use crate::support::{Books, Ran, crossfoot, rehearse_month, settings};

const HEAD: &str = "auth_id,name,inbound_calls,inbound_cost,outbound_calls,outbound_cost\n";

/// Where git is, and a home without settings of its own.
fn set(command: &mut Command, now: &str) -> Output {
    let bin = Path::new(env!("CARGO_BIN_EXE_crossfoot")).parent().unwrap().display().to_string();
    let path = format!("{bin}:{}", std::env::var("PATH").unwrap());
    command.env("PATH", path).env("GIT_CONFIG_GLOBAL", "/dev/null").env("CROSSFOOT_NOW", now).output().unwrap()
}

fn run(folder: &Path, now: &str, line: &str) -> Ran {
    set(crossfoot(folder).args(line.split_whitespace()), now).into()
}

/// Runs a script as somebody who has these books would.
fn script(folder: &Path, now: &str, text: &str) -> Ran {
    let mut command = Command::new("sh");
    command.args(["-e", "-c", text]).current_dir(folder).env_clear().env("HOME", folder);
    command.env("VOBIZ_AUTH_ID", crate::support::AUTH_ID).env("VOBIZ_AUTH_TOKEN", crate::support::TOKEN);
    set(&mut command, now).into()
}

/// Closes a month in a clone, with a partner that knows it.
fn close(folder: &Path, port: u16, month: &str, now: &str) {
    let customers = format!("{HEAD}MA_1,Asha,10,5.00,10,5.00\n");
    let _server = rehearse_month(month, &customers, |script| script.port = port);
    let row = |direction: &str| format!("{month}-05,MA_1,{direction},5.00\n");
    let ledger = format!("date,customer_id,direction,amount\n{}{}", row("inbound"), row("outbound"));
    std::fs::write(folder.join(format!("ledgers/{month}.csv")), ledger).unwrap();
    run(folder, now, &format!("close --period {month} --yes")).exits(0);
}

/// Books with one close, and a second clone of them; and the partner's port.
fn clones() -> (Books, tempfile::TempDir, PathBuf, u16) {
    let server = rehearse_month("2026-03", HEAD, |_| {});
    let (port, url) = (server.address.port(), server.base_url());
    drop(server);
    let books = Books::empty("");
    books.write("crossfoot.toml", &settings(&url, "[reconcile]\nrecheck = false\n[git]\ncommit = true\n"));
    books.write("customers.csv", "customer_id,legal_name\nMA_1,Asha\n");
    books.write("ledgers/README.txt", "A file a month.\n");
    books.write(".gitignore", "/.crossfoot/\n/outbox/\n/drafts/\n");
    repository(&books);
    git(&books, &["checkout", "--quiet", "-b", "main"]);
    close(books.path(), port, "2026-03", "2026-04-02T00:00:00Z");
    let elsewhere = tempfile::tempdir().unwrap();
    let (bare, other) = (elsewhere.path().join("bare.git"), elsewhere.path().join("other"));
    let to_bare = format!(
        "git clone --quiet --bare . {bare}\ngit remote add origin {bare}\ngit fetch --quiet origin\ngit branch --quiet --set-upstream-to origin/main\ngit clone --quiet {bare} {other}\ncd {other}\ngit config user.name Ravi\ngit config user.email ravi@malabar.example",
        bare = bare.display(),
        other = other.display()
    );
    script(books.path(), "2026-04-02T00:00:00Z", &to_bare).exits(0);
    (books, elsewhere, other, port)
}

fn tells(folder: &Path, what: &str) {
    let now = "2026-06-02T00:00:00Z";
    for line in [
        "verify",
        "status",
        "numbers",
        "close --period 2026-05 --offline",
        "send --period 2026-03 --yes",
        "pack --period 2026-03",
        "void CF/26-27/00001 --reason wrong --by Asha",
    ] {
        let ran = run(folder, now, line);
        let said = ran.all().replace('\n', " ");
        assert_eq!(ran.code, 4, "{line}: {said}");
        for part in ["two clones", what, "crossfoot explain two-clones"] {
            assert!(said.contains(part), "{line}: {part}: {said}");
        }
    }
}

#[test]
fn two_clones_that_closed_in_parallel_are_told_and_mended_by_the_page() {
    let (books, _elsewhere, other, port) = clones();
    let text = std::fs::read_to_string(books.path().join("crossfoot.toml")).unwrap();
    // The same settings in both, so that sending gets as far as the chain.
    let mail = format!(
        "{text}[mail]\nfrom = \"a@malabar.example\"\nsmtp_host = \"127.0.0.1\"\nsmtp_port = 1\ntls = \"none\"\n"
    );
    close(books.path(), port, "2026-04", "2026-05-02T00:00:00Z");
    script(books.path(), "2026-05-02T00:00:00Z", "git push --quiet --follow-tags").exits(0);
    close(&other, port, "2026-05", "2026-06-02T00:00:00Z");
    let now = "2026-06-03T00:00:00Z";

    // What was fetched and not merged is seen before a number is used.
    script(&other, now, "git fetch --quiet --no-tags").exits(0);
    let told = run(&other, now, "close --period 2026-05 --offline").exits(4).stderr.replace('\n', " ");
    assert!(told.contains("the branch that this one is pulled from has events") && told.contains("git pull"), "{told}");
    assert!(run(&other, now, "verify").exits(0).stderr.contains("has events that are not here: git pull"));

    let merged = script(&other, now, "git pull --quiet --no-rebase");
    assert_ne!(merged.code, 0, "{}", merged.all());
    std::fs::write(other.join("crossfoot.toml"), &mail).unwrap();
    tells(&other, "git's conflict marks");
    // Whoever takes both lines has two of one number.
    let chain = other.join("audit/chain.jsonl");
    let both = std::fs::read_to_string(&chain).unwrap();
    let lines = both.lines().filter(|line| line.starts_with('{')).map(|line| format!("{line}\n"));
    std::fs::write(&chain, lines.collect::<String>()).unwrap();
    tells(&other, "lines 2 and 3 are both number 2");
    // Whoever takes one side has the closes of the other beside it.
    script(&other, now, "git checkout --quiet --ours audit/chain.jsonl").exits(0);
    let tag = "git's tag close-2026-04 is of a close";
    for (line, what) in [("verify", "closes/2026-04/manifest.json"), ("close --period 2026-05 --offline", tag)] {
        let told = run(&other, now, line).exits(4).all().replace('\n', " ");
        assert!(told.contains(what) && told.contains("crossfoot explain two-clones"), "{line}: {told}");
    }
    std::fs::write(other.join("crossfoot.toml"), &text).unwrap();

    let page = include_str!("../../docs/two-clones.md");
    let commands = page.split("```sh\n").nth(1).unwrap().split("```").next().unwrap();
    let customers = format!("{HEAD}MA_1,Asha,10,5.00,10,5.00\n");
    let _server = rehearse_month("2026-05", &customers, |script| script.port = port);
    script(&other, now, commands).exits(0);
    run(&other, now, "verify").exits(0);
    let chain = std::fs::read_to_string(&chain).unwrap();
    let numbers: Vec<&str> = chain.split("\"number\":\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(numbers, ["CF/26-27/00001", "CF/26-27/00002", "CF/26-27/00003"]);
    script(books.path(), now, "git pull --quiet --ff-only").exits(0);
    run(books.path(), now, "verify").exits(0);
    // Only what came later, where the rest was verified before.
    std::fs::write(other.join("closes/2026-03/invoices.csv"), "").unwrap();
    run(&other, now, "verify").exits(4);
    for since in ["2026-04", "2026-06-01"] {
        let told = run(&other, now, &format!("verify --since {since}")).exits(0).stdout;
        assert!(told.contains("not looked at again but in the chain: 2026-03, 2026-04"), "{told}");
        let said = run(&other, now, &format!("verify --since {since} --json")).json();
        assert_eq!((said["periods"].as_array().unwrap().len(), said["left_out"][1].as_str()), (1, Some("2026-04")));
    }
    run(&other, now, "verify --since 2026-02").exits(1);
    assert!(run(&other, now, "explain two-clones").exits(0).stdout.starts_with("# two-clones"));
}
