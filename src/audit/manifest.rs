//! `closes/<period>/manifest.json`: every file of the close with digest and size, the
//! inputs, the configuration, the program, and the manifest before it.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::model::digest::sha256_hex;
use crate::model::period::Period;
use crate::model::problem::{Problem, io};
use crate::render::reconciliation_json::to_bytes;

/// The file's name.
pub const FILE: &str = "manifest.json";

/// The document.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// `crossfoot/manifest/v1`
    pub schema: String,
    /// The program.
    pub tool: ToolPart,
    /// The period.
    pub period: PeriodPart,
    /// The configuration that applied: copies lie in `inputs/`.
    pub configuration: ConfigurationPart,
    /// Files outside `closes/<period>/` that the close was made from, relative to the books.
    pub inputs: Vec<FileEntry>,
    /// Files of the close, relative to `closes/<period>/`, sorted by path.
    pub files: Vec<FileEntry>,
    /// SHA-256 of the manifest sealed before this one, of any period; null for the first.
    pub previous_manifest: Option<String>,
}

/// Name and version.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct ToolPart {
    /// `crossfoot`
    pub name: String,
    /// Its version.
    pub version: String,
}

/// Days and zone.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct PeriodPart {
    /// As given.
    pub name: String,
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// The books' time zone.
    pub timezone: String,
}

/// The configuration's digest.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct ConfigurationPart {
    /// SHA-256 of the lines `<sha256>  <path>` of the files below, as sha256sum prints them.
    pub sha256: String,
    /// `inputs/…`: settings, customers, template.
    pub files: Vec<String>,
}

/// A file.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// Where it lies.
    pub path: String,
    /// SHA-256 in hex.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
}

impl FileEntry {
    /// The entry of a file with these bytes.
    #[must_use]
    pub fn of(path: impl Into<String>, bytes: &[u8]) -> Self {
        Self { path: path.into(), sha256: sha256_hex(bytes), bytes: bytes.len() as u64 }
    }

    /// The entry of a file below a folder.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn read(folder: &Path, path: String) -> Result<Self, Problem> {
        let place = folder.join(&path);
        let bytes = std::fs::read(&place).map_err(|e| io("not-read", "read", &place, &e))?;
        Ok(Self::of(path, &bytes))
    }
}

/// Makes the manifest's bytes.
#[must_use]
pub fn build(
    period: &Period,
    timezone: &str,
    configuration: &[String],
    inputs: Vec<FileEntry>,
    mut files: Vec<FileEntry>,
    previous: Option<String>,
) -> Vec<u8> {
    files.sort();
    let listing: String = files
        .iter()
        .filter(|f| configuration.contains(&f.path))
        .map(|f| format!("{}  {}\n", f.sha256, f.path))
        .collect();
    to_bytes(&Manifest {
        schema: "crossfoot/manifest/v1".into(),
        tool: ToolPart { name: env!("CARGO_PKG_NAME").into(), version: env!("CARGO_PKG_VERSION").into() },
        period: PeriodPart {
            name: period.name.clone(),
            from: period.from.to_string(),
            to: period.to.to_string(),
            timezone: timezone.to_owned(),
        },
        configuration: ConfigurationPart { sha256: sha256_hex(listing.as_bytes()), files: configuration.to_vec() },
        inputs,
        files,
        previous_manifest: previous,
    })
}
