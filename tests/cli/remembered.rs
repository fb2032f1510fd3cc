//! What a user has seen of a chain, kept outside the books.

use std::collections::BTreeMap;
use std::path::Path;

use super::signing::key;
use crate::support::partner::Partner;
use crate::support::{Books, Ran, crossfoot, settings};

struct Seen {
    books: Books,
    state: tempfile::TempDir,
    _partner: Partner,
}

impl Seen {
    fn books(audit: &str) -> Self {
        let partner = Partner::good();
        let books = Books::example(&partner.base_url);
        books.write("crossfoot.toml", &settings(&partner.base_url, audit));
        Self { books, state: tempfile::tempdir().unwrap(), _partner: partner }
    }

    fn at(&self, folder: &Path, line: &str) -> Ran {
        let mut command = crossfoot(folder);
        command.env("XDG_STATE_HOME", self.state.path()).args(line.split_whitespace()).output().unwrap().into()
    }

    fn run(&self, line: &str) -> Ran {
        self.at(self.books.path(), line)
    }

    /// Closes, keeps a backup, and closes again, which uses a number; what the backup has.
    fn closed_twice(&self) -> BTreeMap<String, Vec<u8>> {
        self.run("close --period 2026-03").exits(0);
        let backup = self.books.files();
        self.void();
        self.run("close --period 2026-03 --offline --yes").exits(0);
        assert_eq!(self.books.read("audit/chain.jsonl").split(|b| *b == b'\n').count(), 3);
        backup
    }

    /// The first that was used.
    fn number(&self) -> String {
        let chain = String::from_utf8(self.books.read("audit/chain.jsonl")).unwrap();
        chain.split("\"number\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    }

    fn void(&self) {
        self.run(&format!("void {} --reason wrong --by Asha", self.number())).exits(0);
    }

    fn restore(&self, backup: &BTreeMap<String, Vec<u8>>) {
        for folder in ["audit", "closes", "resolutions"] {
            std::fs::remove_dir_all(self.books.path().join(folder)).unwrap();
        }
        for (name, bytes) in backup {
            let path = self.books.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
    }
}

#[test]
fn a_backup_that_was_restored_is_found_before_a_number_is_used() {
    let seen = Seen::books("[mail]\nfrom = \"a@malabar.example\"\nsmtp_host = \"127.0.0.1\"\ntls = \"none\"\n");
    let keys = tempfile::tempdir().unwrap();
    let (asha, public) = key(keys.path(), "asha");
    seen.books.write("audit/allowed_signers", &format!("asha namespaces=\"crossfoot-seal\" {public}\n"));
    let text = String::from_utf8(seen.books.read("crossfoot.toml")).unwrap();
    seen.books.write("crossfoot.toml", &format!("{text}\n[audit]\nsigning_key = {:?}\n", asha.to_str().unwrap()));
    let backup = seen.closed_twice();
    seen.restore(&backup);
    // What lies here verifies: only what was seen tells.
    seen.run("verify").exits(0);
    for line in [
        "close --period 2026-03 --offline",
        "send --period 2026-03 --yes",
        &format!("void {} --reason wrong --by Asha", seen.number()),
    ] {
        let told = seen.run(line).exits(4).stderr;
        assert!(told.contains("chain-restored") && told.contains("lacks event 2"), "{line}: {told}");
        assert!(told.contains("crossfoot close --accept-restored"), "{told}");
    }
    assert_eq!(seen.books.read("audit/chain.jsonl"), backup["audit/chain.jsonl"]);
    // Another event in its place is found as well.
    let (record, away) = (seen.state.path().join("crossfoot"), seen.state.path().join("away"));
    std::fs::rename(&record, &away).unwrap();
    seen.books.run(&format!("void {} --reason wrong --by Asha", seen.number())).exits(0);
    seen.books.at("2026-04-02T09:00:00Z", "close --period 2026-03 --offline --yes").exits(0);
    std::fs::rename(&away, &record).unwrap();
    let later = |more: &str| {
        let mut command = crossfoot(seen.books.path());
        command.env("XDG_STATE_HOME", seen.state.path()).env("CROSSFOOT_NOW", "2026-04-02T10:00:00Z");
        Ran::from(command.args(format!("close --period 2026-03 --offline{more}").split(' ')).output().unwrap())
    };
    let told = later("").exits(4).stderr;
    assert!(told.contains("has another event 2"), "{told}");
    // Whoever has lost those events for good goes on, and is told what that means.
    let told = later(" --accept-restored").exits(0).stderr;
    assert!(told.contains("has another event 2") && told.contains("its numbers are used again"), "{told}");
    later("").exits(0);
}

#[test]
fn right_books_are_never_refused() {
    // Without signatures nothing is kept, and a backup is a backup.
    let seen = Seen::books("");
    let backup = seen.closed_twice();
    assert!(!seen.state.path().join("crossfoot").exists());
    seen.restore(&backup);
    seen.run("close --period 2026-03 --offline").exits(0);

    let seen = Seen::books("[audit]\nrecord = true\n");
    let backup = seen.closed_twice();
    assert!(seen.state.path().join("crossfoot/chains").exists());
    // A copy elsewhere is other books.
    let copy = Books::copied(seen.books.path());
    for name in ["audit", "closes", "resolutions"] {
        std::fs::remove_dir_all(copy.path().join(name)).unwrap();
    }
    for (name, bytes) in &backup {
        let path = copy.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    seen.at(copy.path(), "close --period 2026-03 --offline").exits(0);
    // The same folder, and the chain restored: found, and not where the settings say so.
    seen.restore(&backup);
    seen.run("close --period 2026-03 --offline").exits(4);
    let text = String::from_utf8(seen.books.read("crossfoot.toml")).unwrap();
    seen.books.write("crossfoot.toml", &text.replace("record = true", "record = false"));
    let told = seen.run("close --period 2026-03 --offline").all();
    assert!(!told.contains("chain-restored"), "{told}");
    // Made anew at the same place, or a backup from before the first close: the same to look at, so it
    // is asked.
    seen.books.write("crossfoot.toml", &text);
    for folder in ["audit", "closes"] {
        std::fs::remove_dir_all(seen.books.path().join(folder)).unwrap();
    }
    let anew = |more: &[&str]| -> Ran {
        let mut command = crossfoot(seen.books.path());
        command.env("XDG_STATE_HOME", seen.state.path()).env("CROSSFOOT_NOW", "2026-04-03T00:00:00Z");
        command.args(["close", "--period", "2026-03"]).args(more).output().unwrap().into()
    };
    let told = anew(&[]).exits(4).stderr;
    assert!(told.contains("lacks event 2") && told.contains("--accept-restored"), "{told}");
    anew(&["--accept-restored"]).exits(0);
    anew(&[]).exits(0);
    // A state folder in the books is no place: it would be restored with them.
    seen.books.at("2026-04-03T00:00:00Z", "close --period 2026-03 --offline").exits(0);
    assert!(!seen.books.path().join(".local").exists());
}
