//! What the tests share: sealed runs of the binary, books to run it on, a partner to talk to.

pub mod browser;
pub mod partner;
pub mod smtp;
pub mod tsa;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

pub const TOKEN: &str = "tok3n-that-nobody-may-see";
pub const AUTH_ID: &str = "PA_TEST";
/// The instant of every run.
pub const NOW: &str = "2026-04-02T03:04:05Z";

/// The analytics of the example month, as the API reference page has them.
pub const ANALYTICS: &str = include_str!("../../examples/partner-api/2026-03/analytics.json");
pub const DASHBOARD: &str = include_str!("../../examples/partner-api/2026-03/dashboard.json");

/// A finished run.
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    /// Its stdout as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|e| panic!("{e}\nstdout: {}\nstderr: {}", self.stdout, self.stderr))
    }

    /// Asserts the exit code, showing everything otherwise.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Both streams, for looking for what must not be there.
    pub fn all(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// The binary with a cleared environment, a fixed clock and credentials.
pub fn crossfoot(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_crossfoot"));
    command
        .current_dir(folder)
        .env_clear()
        .env("HOME", folder)
        .env("CROSSFOOT_NOW", NOW)
        .env("VOBIZ_AUTH_ID", AUTH_ID)
        .env("VOBIZ_AUTH_TOKEN", TOKEN);
    command
}

/// Books in a folder that goes away by itself.
pub struct Books {
    dir: TempDir,
}

impl Books {
    /// The tests' customers and ledger, and settings that point at a server.
    pub fn example(base_url: &str) -> Self {
        let books = Self::empty(base_url);
        books.write("customers.csv", include_str!("../data/example/customers.csv"));
        books.write("ledgers/2026-03.csv", &clean_ledger());
        books
    }

    /// Settings only.
    pub fn empty(base_url: &str) -> Self {
        let books = Self { dir: tempfile::tempdir().unwrap() };
        books.write("crossfoot.toml", &settings(base_url, ""));
        books
    }

    /// A copy of books that lie somewhere.
    pub fn copied(from: &Path) -> Self {
        let books = Self { dir: tempfile::tempdir().unwrap() };
        for (name, bytes) in files_below(from) {
            let path = books.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        books
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path().join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    pub fn json(&self, name: &str) -> Value {
        serde_json::from_slice(&self.read(name)).unwrap()
    }

    /// Runs a command line in the books.
    pub fn run(&self, line: &str) -> Ran {
        crossfoot(self.path()).args(line.split_whitespace()).output().unwrap().into()
    }

    /// Runs a command line in the books at another instant.
    pub fn at(&self, now: &str, line: &str) -> Ran {
        crossfoot(self.path()).env("CROSSFOOT_NOW", now).args(line.split_whitespace()).output().unwrap().into()
    }

    /// Runs a command line in the books and kills it after some milliseconds.
    pub fn kill_after(&self, line: &str, milliseconds: u64) {
        let mut child = crossfoot(self.path())
            .args(line.split_whitespace())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(milliseconds));
        let _ = child.kill();
        let _ = child.wait();
    }

    /// Runs a command line in the books and kills it as soon as so many files are staged;
    /// whether the kill came before its end.
    pub fn kill_when_staged(&self, line: &str, files: usize) -> bool {
        let mut child = crossfoot(self.path())
            .args(line.split_whitespace())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let staging = self.path().join(".crossfoot/staging");
        let staged = || std::fs::read_dir(&staging).map_or(0, Iterator::count);
        while staged() < files && child.try_wait().unwrap().is_none() {
            std::thread::sleep(std::time::Duration::from_micros(200));
        }
        let _ = child.kill();
        !child.wait().unwrap().success()
    }

    /// Every file below the books but the tool's own lock, with its bytes.
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        files_below(self.path())
    }
}

pub fn files_below(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![PathBuf::from(root)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                // The lock, and the answers of a capture that was interrupted, are the tool's own.
                if name != ".crossfoot/lock" && !name.starts_with(".crossfoot/fetch/") {
                    found.insert(name, std::fs::read(&path).unwrap());
                }
            }
        }
    }
    found
}

/// A partner that serves every endpoint: the crate's own rehearsal server.
pub fn rehearse(change: impl FnOnce(&mut crossfoot::rehearsal::Script)) -> crossfoot::rehearsal::Server {
    rehearse_month("2026-03", include_str!("../data/example/usage.csv"), change)
}

/// The same with customers of one's own.
pub fn rehearse_month(
    period: &str,
    customers: &str,
    change: impl FnOnce(&mut crossfoot::rehearsal::Script),
) -> crossfoot::rehearsal::Server {
    use crossfoot::rehearsal::{Script, month::Month, start};
    let period = crossfoot::model::period::Period::parse(period).unwrap();
    let mut script = Script::new(Month::read(period, customers).unwrap(), AUTH_ID, TOKEN);
    change(&mut script);
    start(script).unwrap()
}

/// Settings for a server on this machine, with short waits.
pub fn settings(base_url: &str, more: &str) -> String {
    format!(
        "[upstream]\nbase_url = \"{base_url}\"\ntimeout_seconds = 2\nmax_attempts = 3\nmax_wait_seconds = 1\nrequests_per_second = 5000\n[seller]\nlegal_name = \"Malabar Voice Resale Pvt Ltd\"\n{more}"
    )
}

/// The tests' ledger: it agrees with the analytics.
pub fn clean_ledger() -> String {
    include_str!("../data/example/ledger.csv").to_owned()
}

/// A two-file reconciliation; returns the run and the report.
pub fn reconcile_files(analytics: &str, ledger: &str, flags: &str) -> (Ran, Value) {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("analytics.json"), analytics).unwrap();
    std::fs::write(dir.path().join("ledger.csv"), ledger).unwrap();
    let line = format!("reconcile --analytics analytics.json --ledger ledger.csv --out out --json {flags}");
    let ran: Ran = crossfoot(dir.path()).args(line.split_whitespace()).output().unwrap().into();
    let report = std::fs::read(dir.path().join("out/reconciliation.json"));
    let report = report.map_or(Value::Null, |bytes| serde_json::from_slice(&bytes).unwrap());
    (ran, report)
}
