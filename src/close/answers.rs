//! The partner's answers, as inputs that a report names.

use std::collections::BTreeMap;

use crate::capture::record::Role;
use crate::capture::store::Capture;
use crate::model::digest::sha256_hex;
use crate::model::reconciliation::Input;

/// The capture's bodies as inputs of a reconciliation. A folder of many answers is one
/// input, whose digest is that of its files' `sha256sum` lines, sorted by path.
#[must_use]
pub(super) fn answers_of(capture: &Capture) -> Vec<Input> {
    let mut folders: BTreeMap<Role, (String, u64)> = BTreeMap::new();
    let mut inputs = Vec::new();
    for answer in &capture.record.answers {
        let path = format!("capture/{}", answer.file);
        if answer.file.contains('/') {
            let folder = folders.entry(answer.role).or_default();
            folder.0.push_str(&format!("{}  {path}\n", answer.sha256));
            folder.1 += answer.bytes;
        } else {
            inputs.push(Input { role: answer.role.name(), path, sha256: answer.sha256.clone(), bytes: answer.bytes });
        }
    }
    inputs.extend(folders.into_iter().map(|(role, (lines, bytes))| Input {
        role: role.name(),
        path: format!("capture/{}/", role.name()),
        sha256: sha256_hex(lines.as_bytes()),
        bytes,
    }));
    inputs
}
