//! The bodies of a capture, as they lie on the disk and as they were received.

use std::path::Path;

use super::record::{AnswerRecord, is_plain};
use crate::books::layout::read_file;
use crate::model::digest::sha256_hex;
use crate::model::problem::{Exit, Problem, io};

/// Reads a body, and checks that it is what was received.
///
/// # Errors
/// It is missing, cannot be read, or is something else (exit 4).
pub(super) fn read_body(folder: &Path, answer: &AnswerRecord) -> Result<Vec<u8>, Problem> {
    let path = folder.join(&answer.file);
    let plain = is_plain(&answer.file);
    let bytes = if plain { read_file(&path).map_err(|e| io("capture", "read", &path, &e))? } else { Vec::new() };
    let sha256 = sha256_hex(&bytes);
    if plain && sha256 == answer.sha256 && bytes.len() as u64 == answer.bytes {
        return Ok(bytes);
    }
    let mut problem = Problem::stop("capture-changed", format!("{} is not what was received", path.display()))
        .because(format!("its SHA-256 is {sha256}, and capture.json says {}", answer.sha256))
        .next("restore the file from git or a backup, or fetch again with --refetch")
        .not_done("Nothing was computed from it.");
    problem.exit = Exit::Unverified;
    Err(problem)
}
