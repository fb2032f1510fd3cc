//! The digest of a file as it lies there.

use std::io::Read;
use std::path::Path;

use crate::books::layout::{open_file, read_file};
use crate::model::digest::Running;

/// What is said where only line ends differ.
pub(super) const CONVERTED: &str = ": only its line ends are others, as git writes them with core.autocrlf; git config core.autocrlf false, and check it out again";

/// Whether a file would be what it is to be, if its lines ended with a line feed alone.
pub(super) fn with_other_line_ends(path: &Path, sha256: &str) -> bool {
    const MOST_BYTES: u64 = 64 << 20;
    if std::fs::metadata(path).map_or(true, |meta| meta.len() > MOST_BYTES) {
        return false;
    }
    let Ok(bytes) = read_file(path) else { return false };
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let last = lines.next_back().unwrap_or_default();
    let mut digest = Running::default();
    for line in lines {
        digest.update(line.strip_suffix(b"\r").unwrap_or(line));
        digest.update(b"\n");
    }
    digest.update(last);
    digest.finish() == sha256
}

/// SHA-256 of a file, in hex, and its bytes.
///
/// # Errors
/// It cannot be read.
pub(super) fn digest_of(path: &Path) -> std::io::Result<(String, u64)> {
    let mut file = open_file(path)?;
    let mut digest = Running::default();
    let mut buffer = vec![0; 1 << 18];
    let mut bytes = 0;
    loop {
        let n = file.read(&mut buffer)?;
        if n == 0 {
            return Ok((digest.finish(), bytes));
        }
        digest.update(&buffer[..n]);
        bytes += n as u64;
    }
}
