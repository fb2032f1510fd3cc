//! `closes/<period>/manifest.json`: every file of the close with digest and size, the
//! inputs, the configuration, the program, and the manifest before it.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::chain::{Chain, Event};
use crate::books::layout::{Books, read_file};
use crate::model::digest::sha256_hex;
use crate::model::period::Period;
use crate::model::problem::{Problem, io};
use crate::render::reconciliation_json::to_bytes;

/// The file's name.
pub(crate) const FILE: &str = "manifest.json";

/// The document.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
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
pub(crate) struct ToolPart {
    /// `crossfoot`
    pub name: String,
    /// Its version.
    pub version: String,
}

/// Days and zone.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct PeriodPart {
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
pub(crate) struct ConfigurationPart {
    /// SHA-256 of the lines `<sha256>  <path>` of the files below, as sha256sum prints them.
    pub sha256: String,
    /// `inputs/…`: settings, customers, template.
    pub files: Vec<String>,
}

/// A file.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(deny_unknown_fields)]
pub(crate) struct FileEntry {
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
    pub(crate) fn of(path: impl Into<String>, bytes: &[u8]) -> Self {
        Self { path: path.into(), sha256: sha256_hex(bytes), bytes: bytes.len() as u64 }
    }

    /// The entry of a file below a folder.
    ///
    /// # Errors
    /// It cannot be read.
    pub(crate) fn read(folder: &Path, path: String) -> Result<Self, Problem> {
        let place = folder.join(&path);
        let bytes = read_file(&place).map_err(|e| io("not-read", "read", &place, &e))?;
        Ok(Self::of(path, &bytes))
    }
}

/// A manifest as it lies there.
#[derive(Debug)]
pub(crate) struct Found {
    /// Relative to the books.
    pub file: String,
    /// Of its bytes.
    pub sha256: String,
    /// What it says, or why it cannot be read.
    pub manifest: Result<Manifest, String>,
}

/// Reads a period's manifest.
///
/// # Errors
/// Why there is none to read.
pub(crate) fn read(books: &Books, period: &str) -> Result<Found, (String, std::io::Error)> {
    let file = format!("closes/{period}/{FILE}");
    match read_file(books.path(&file)) {
        Ok(bytes) => Ok(Found {
            sha256: sha256_hex(&bytes),
            manifest: serde_json::from_slice(&bytes).map_err(|e| e.to_string()),
            file,
        }),
        Err(e) => Err((file, e)),
    }
}

/// Reads the manifest that an event of the chain seals.
///
/// # Errors
/// It is gone, or is not what was sealed (exit 4).
pub(crate) fn sealed_by(books: &Books, event: &Event) -> Result<Manifest, Problem> {
    let unreadable = |file: &str, why: String| {
        Problem::unverified("manifest-changed", format!("{file} cannot be read")).because(why)
    };
    let found = read(books, &event.period).map_err(|(file, e)| unreadable(&file, e.to_string()))?;
    if found.sha256 != event.manifest_sha256 {
        return Err(Problem::unverified("manifest-changed", format!("{} is not what was sealed", found.file)));
    }
    found.manifest.map_err(|why| unreadable(&found.file, why))
}

/// The manifest of a period's last seal.
///
/// # Errors
/// There is none, or as [`sealed_by`].
pub(crate) fn load(books: &Books, chain: &Chain, period: &Period) -> Result<Manifest, Problem> {
    let last = chain.of(&period.name).last().ok_or_else(|| {
        Problem::usage("not-sealed", format!("{} was never closed", period.name))
            .next(format!("crossfoot close --period {}", period.name))
    })?;
    sealed_by(books, last)
}

/// The files of a close, relative to its folder, sorted, without the manifest.
///
/// # Errors
/// The folder cannot be read; a link, a pipe or a device lies in it (exit 4): what it leads
/// to is no part of these books.
pub(crate) fn files_of(folder: &Path) -> Result<Vec<String>, Problem> {
    let mut found = Vec::new();
    let mut folders = vec![String::new()];
    while let Some(inner) = folders.pop() {
        let path = folder.join(&inner);
        let entries = match std::fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => continue,
            Err(e) => return Err(io("not-read", "read", &path, &e)),
        };
        for entry in entries {
            let entry = entry.map_err(|e| io("not-read", "read", &path, &e))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            // Half a file of a command that was killed: no part of anything, and written anew.
            if name.starts_with('.') && name.ends_with(".part") {
                continue;
            }
            let relative = if inner.is_empty() { name } else { format!("{inner}/{name}") };
            let kind = entry.file_type().map_err(|e| io("not-read", "read", &entry.path(), &e))?;
            if kind.is_dir() {
                folders.push(relative);
            } else if !kind.is_file() {
                return Err(Problem::unverified("not-a-file", format!("{} is no file", entry.path().display()))
                    .because("a link, a pipe or a device lies where a close keeps its files")
                    .next("find out who put it there, and take it away"));
            } else if relative != FILE {
                found.push(relative);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The digest of the files that govern a close, of those that a manifest lists in their order.
#[must_use]
pub(crate) fn configuration_sha256(files: &[FileEntry], configuration: &[String]) -> String {
    let governing = files.iter().filter(|file| configuration.contains(&file.path));
    let listing: String = governing.map(|file| format!("{}  {}\n", file.sha256, file.path)).collect();
    sha256_hex(listing.as_bytes())
}

/// Makes the manifest's bytes.
#[must_use]
pub(crate) fn build(
    period: &Period,
    timezone: &str,
    configuration: &[String],
    inputs: Vec<FileEntry>,
    mut files: Vec<FileEntry>,
    previous: Option<String>,
) -> Vec<u8> {
    files.sort();
    to_bytes(&Manifest {
        schema: "crossfoot/manifest/v1".into(),
        tool: ToolPart { name: env!("CARGO_PKG_NAME").into(), version: env!("CARGO_PKG_VERSION").into() },
        period: PeriodPart {
            name: period.name.clone(),
            from: period.from.to_string(),
            to: period.to.to_string(),
            timezone: timezone.to_owned(),
        },
        configuration: ConfigurationPart {
            sha256: configuration_sha256(&files, configuration),
            files: configuration.to_vec(),
        },
        inputs,
        files,
        previous_manifest: previous,
    })
}
