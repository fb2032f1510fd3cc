//! RFC 3161 time stamps of the chain: an authority elsewhere says when a line existed. The stamp of
//! line N (`audit/seals/<N>.tsr`) is the authority's whole answer, as `openssl ts` reads it, and by
//! the `openssl` program it is asked for and checked: X.509, CMS and every kind of key that
//! authorities use are its business, and an auditor does the same without this program.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use tempfile::TempDir;

use crate::books::layout::{Books, SEALS};

/// The most bytes that an answer or a file of certificates may have: tokens with their chains take
/// a few thousand.
pub(crate) const MOST_BYTES: usize = 256 * 1024;
/// How far the clocks of this machine and of an authority may be apart.
pub(crate) const TOLERANCE: TimeDelta = TimeDelta::minutes(5);

/// The stamp of a line of the chain, relative to the books.
#[must_use]
pub(crate) fn file(sequence: u64) -> String {
    format!("{SEALS}/{sequence}.tsr")
}

/// Certificates of authorities, relative to the books, unless the settings name others: PEM. They
/// lie where the list of signers lies, so that they go wherever the books go; whoever does not trust
/// the folder has a copy elsewhere.
pub(crate) const CERTIFICATES: &str = "audit/timestamp_ca.pem";

/// Where certificates lie that the settings name: `~/` is the user's home, and what is no whole path
/// begins in the books.
#[must_use]
pub(crate) fn certificates(books: &Books, named: &str, environment: &BTreeMap<String, String>) -> PathBuf {
    match named.strip_prefix("~/") {
        Some(rest) => Path::new(environment.get("HOME").map_or("", String::as_str)).join(rest),
        None => books.path(named),
    }
}

/// What a stamp that holds says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// When the line existed.
    pub at: DateTime<Utc>,
    /// Who says so, as the stamp names them; empty where it does not.
    pub by: String,
}

/// The `openssl` program, and the certificates of authorities that are believed.
#[derive(Debug)]
pub(crate) struct OpenSsl {
    folder: TempDir,
    path: Option<String>,
}

const CA: &str = "ca.pem";
const QUERY: &str = "query.tsq";
const REPLY: &str = "reply.tsr";
const TOKEN: &str = "token";

impl OpenSsl {
    /// The program with certificates (PEM), in a folder of its own: what it reads is what was read
    /// here, whatever happens to the books meanwhile.
    ///
    /// # Errors
    /// The program is not there, or nothing can be written.
    pub(crate) fn with(certificates: &[u8], environment: &BTreeMap<String, String>) -> Result<Self, String> {
        let folder = tempfile::tempdir().map_err(|e| format!("no folder for openssl can be made: {e}"))?;
        let this = Self { folder, path: environment.get("PATH").cloned() };
        this.write(CA, certificates)?;
        this.run(&["version"])?;
        Ok(this)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), String> {
        std::fs::write(self.folder.path().join(name), bytes).map_err(|e| format!("{name} cannot be written: {e}"))
    }

    /// Runs the program in its folder; what it printed, or what it said against it. It is given
    /// nothing of the environment but where it lies.
    fn run(&self, arguments: &[&str]) -> Result<String, String> {
        let mut command = Command::new("openssl");
        command.args(arguments).current_dir(self.folder.path()).env_clear().env("LC_ALL", "C").stdin(Stdio::null());
        if let Some(path) = &self.path {
            command.env("PATH", path);
        }
        let output = command.output().map_err(|e| format!("openssl cannot be run: {e}"))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        Err(reason(&String::from_utf8_lossy(&output.stderr)))
    }

    /// A request for a stamp of a SHA-256, in hex, with the authority's certificates and a nonce.
    ///
    /// # Errors
    /// What the program said.
    pub(crate) fn query(&self, sha256: &str) -> Result<Vec<u8>, String> {
        self.run(&["ts", "-query", "-digest", sha256, "-sha256", "-cert", "-out", QUERY])?;
        std::fs::read(self.folder.path().join(QUERY)).map_err(|e| e.to_string())
    }

    /// Checks an answer to the last [`Self::query`], as [`Self::check`] does, and that it has its nonce.
    ///
    /// # Errors
    /// Why it is none.
    pub(crate) fn answer(&self, sha256: &str, reply: &[u8]) -> Result<Stamp, String> {
        let stamp = self.check(sha256, reply)?;
        self.verify(["-queryfile", QUERY], stamp.at)?;
        Ok(stamp)
    }

    /// Checks a stamp: that it was granted, is of this SHA-256 (in hex), and is signed by an
    /// authority that the certificates vouch for, as of its own time: certificates end, and what they
    /// stamped stays stamped.
    ///
    /// # Errors
    /// Why it is none.
    pub(crate) fn check(&self, sha256: &str, reply: &[u8]) -> Result<Stamp, String> {
        if !is_one_sequence(reply) {
            return Err("it is not one answer and nothing else".to_owned());
        }
        self.write(REPLY, reply)?;
        self.run(&["ts", "-reply", "-in", REPLY, "-token_out", "-out", TOKEN])?;
        // Of the token alone: what stands around it nobody signed.
        let said = self.run(&["ts", "-reply", "-in", TOKEN, "-token_in", "-text"])?;
        let field = |name: &str| said.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        if field("Hash Algorithm:") != Some("sha256") {
            return Err("it is not of a SHA-256".to_owned());
        }
        let at = field("Time stamp:").and_then(instant).ok_or("its time cannot be read")?;
        self.verify(["-digest", sha256], at)?;
        let by = field("TSA:").filter(|name| *name != "unspecified").unwrap_or_default();
        Ok(Stamp { at, by: by.strip_prefix("DirName:").unwrap_or(by).to_owned() })
    }

    fn verify(&self, [what, value]: [&str; 2], at: DateTime<Utc>) -> Result<(), String> {
        let at = at.timestamp().to_string();
        self.run(&["ts", "-verify", what, value, "-in", REPLY, "-CAfile", CA, "-attime", &at]).map(|_| ())
    }
}

/// Whether bytes are one SEQUENCE of DER from the first to the last (X.690, 8.1.3): the program does not
/// look at what follows an answer.
#[must_use]
pub(crate) fn is_one_sequence(bytes: &[u8]) -> bool {
    let (length, header) = match bytes {
        [0x30, short @ 0..=0x7f, ..] => (usize::from(*short), 2),
        [0x30, 0x81, a, ..] => (usize::from(*a), 3),
        [0x30, 0x82, a, b, ..] => (usize::from(u16::from_be_bytes([*a, *b])), 4),
        [0x30, 0x83, a, b, c, ..] => (u32::from_be_bytes([0, *a, *b, *c]) as usize, 5),
        _ => return false,
    };
    bytes.len().checked_sub(header) == Some(length)
}

/// `Nov 26 17:23:35 2026 GMT`, with or without a fraction of the second.
fn instant(text: &str) -> Option<DateTime<Utc>> {
    NaiveDateTime::parse_from_str(text, "%b %e %H:%M:%S%.f %Y GMT").ok().map(|at| at.and_utc())
}

/// What openssl says of an error, without its thread, code, file and line.
fn reason(said: &str) -> String {
    let errors = said.lines().filter_map(|line| {
        let parts: Vec<&str> = line.splitn(9, ':').collect();
        (parts.get(1) == Some(&"error")).then(|| {
            let more = parts.get(8).map(|more| more.trim()).filter(|more| !more.is_empty());
            let what = parts.get(5).copied().unwrap_or_default();
            more.map_or_else(|| what.to_owned(), |more| format!("{what} ({more})"))
        })
    });
    let mut errors: Vec<String> = errors.filter(|what| !what.is_empty()).take(3).collect();
    errors.dedup();
    match errors.as_slice() {
        [] => format!("openssl: {}", said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("it failed")),
        _ => errors.join("; "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::digest::sha256_hex;

    #[test]
    fn times_are_read_as_openssl_prints_them() {
        let read = |text: &str| instant(text).map(|at| at.to_rfc3339());
        assert_eq!(read("Nov 26 17:23:35 2026 GMT").as_deref(), Some("2026-11-26T17:23:35+00:00"));
        assert_eq!(read("Nov  6 07:03:05.25 2026 GMT").as_deref(), Some("2026-11-06T07:03:05.250+00:00"));
        assert_eq!(read("Bad time value"), None);
    }

    /// The certificates of this one have ended: it was made by `openssl ts -reply`, and they were for a
    /// day.
    #[test]
    fn no_changed_byte_changes_what_a_stamp_says() {
        let line = sha256_hex(include_bytes!("../../tests/data/timestamp/line"));
        let good = include_bytes!("../../tests/data/timestamp/stamp.tsr");
        let openssl = OpenSsl::with(include_bytes!("../../tests/data/timestamp/ca.pem"), &BTreeMap::new()).unwrap();
        let stamp = openssl.check(&line, good).unwrap();
        assert_eq!((&*stamp.by, stamp.at), ("/O=Test/CN=Clock", instant("Nov 26 17:36:02 2026 GMT").unwrap()));
        let longer = [&good[..], b"more"].concat();
        assert!(openssl.check(&line, &longer).is_err() && openssl.check(&line, &good[..good.len() - 1]).is_err());
        let mut broken = 0;
        for at in (0..good.len()).step_by(11) {
            let mut changed = good.to_vec();
            changed[at] ^= 1;
            match openssl.check(&line, &changed) {
                Err(_) => broken += 1,
                Ok(said) => assert_eq!(said, stamp, "byte {at}"),
            }
        }
        assert!(broken * 11 > good.len() * 9 / 10, "{broken}");
        assert_eq!(openssl.check(&sha256_hex(b"another"), good), Err("message imprint mismatch".to_owned()));
    }

    #[test]
    fn errors_of_openssl_are_told_by_their_reasons() {
        let said = "Using configuration from /usr/lib/ssl/openssl.cnf\n40E7:error:17800067:time stamp routines:ts_check_imprints:message imprint mismatch:../crypto/ts/ts_rsp_verify.c:508:\n40E7:error:17800064:time stamp routines:ts_verify_cert:certificate verify error:../crypto/ts/ts_rsp_verify.c:188:Verify error:certificate has expired\n";
        assert_eq!(
            reason(said),
            "message imprint mismatch; certificate verify error (Verify error:certificate has expired)"
        );
        assert_eq!(reason("no such thing\n"), "openssl: no such thing");
    }
}
