//! The house keeps its order: who may use whom, no file too long, lists that are walked.

use std::path::{Path, PathBuf};

/// Rooms from the ground up. A room may use itself and those before it.
const ROOMS: [&str; 12] = [
    "model",
    "books",
    "capture",
    "ledger",
    "reconcile",
    "bill",
    "render",
    "audit",
    "close",
    "dispatch",
    "rehearsal",
    "cli",
];

fn sources() -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    assert!(files.len() > 50);
    files
}

fn room_of(path: &Path) -> Option<usize> {
    let inside = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
    let first = inside.components().next()?.as_os_str().to_str()?;
    ROOMS.iter().position(|room| *room == first)
}

#[test]
fn uses_point_down() {
    for path in sources() {
        let Some(room) = room_of(&path) else { continue };
        let text = std::fs::read_to_string(&path).unwrap();
        for (index, line) in text.lines().enumerate() {
            for used in line.split("crate::").skip(1) {
                let name: String = used.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
                let Some(target) = ROOMS.iter().position(|r| *r == name) else { continue };
                assert!(
                    target <= room,
                    "{}:{}: {} uses {name}, which is above it",
                    path.display(),
                    index + 1,
                    ROOMS[room]
                );
            }
        }
    }
}

#[test]
fn the_map_in_the_crate_docs_names_every_room() {
    let lib = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let modules: Vec<&str> = lib.lines().filter_map(|l| l.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    assert_eq!(modules, ROOMS);
    for room in ROOMS {
        assert!(lib.lines().any(|l| l.starts_with("//!") && l.contains(&format!("[`{room}`]"))), "{room}");
    }
}

#[test]
fn every_file_says_what_it_is_for_and_stays_short() {
    for path in sources() {
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("//!"), "{} has no opening words", path.display());
        let code = text.split("#[cfg(test)]").next().unwrap().lines().count();
        assert!(code <= 500, "{} has {code} lines", path.display());
    }
}

#[test]
fn every_dependency_says_what_it_spares_us() {
    let manifest = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    let mut inside = false;
    let mut commented = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line == "[dependencies]" || line == "[dev-dependencies]";
        } else if inside && line.starts_with('#') {
            commented = true;
        } else if inside && line.contains('=') {
            // num-rational shares num-bigint's sentence.
            assert!(commented || line.starts_with("num-rational"), "{line}");
            commented = false;
        }
    }
}

/// Operators on decimals are clippy's to refuse (`.clippy.toml`). A sum is a method of every
/// iterator, so it says of what it is.
#[test]
fn a_sum_names_its_type_and_that_is_no_decimal() {
    for path in sources() {
        let text = std::fs::read_to_string(&path).unwrap();
        for (index, line) in text.lines().enumerate() {
            for after in line.split(".sum").skip(1).chain(line.split(".product").skip(1)) {
                let named = after.strip_prefix("::<").and_then(|rest| rest.split_once(">()"));
                let other = after.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
                let numbers = ["f32", "i64", "i128", "u32", "u64", "usize"];
                assert!(
                    other || !after.starts_with(['(', ':']) || named.is_some_and(|(name, _)| numbers.contains(&name)),
                    "{}:{}: decimals are summed by model::money::Tally; any other sum names its type",
                    path.display(),
                    index + 1
                );
            }
        }
    }
}
