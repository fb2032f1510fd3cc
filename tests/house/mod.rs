//! The house keeps its order: who may use whom, no circles, no file too long, every dependency
//! with its reason.

mod uses;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use uses::{Names, home, names};

/// Rooms from the ground up. A room may use itself and those before it.
const ROOMS: [&str; 17] = [
    "model",
    "tables",
    "books",
    "capture",
    "ledger",
    "reconcile",
    "bill",
    "trends",
    "returns",
    "render",
    "calls",
    "audit",
    "close",
    "dispatch",
    "rehearsal",
    "desk",
    "cli",
];

/// Lines a file may have, tests included.
const LONGEST: usize = 450;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The Rust files below a folder.
fn files_of(folder: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![root().join(folder)];
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
    files
}

/// The files of the crate by their module: `["render", "pdf"]`. The binary is no part of it.
fn modules() -> BTreeMap<Vec<String>, (PathBuf, String)> {
    let sources = files_of("src");
    assert!(sources.len() > 50);
    let named = sources.into_iter().filter(|path| !path.ends_with("main.rs")).map(|path| {
        let inside = path.strip_prefix(root().join("src")).unwrap().with_extension("");
        let mut name: Vec<String> = inside.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
        if matches!(name.last().map(String::as_str), Some("mod" | "lib")) {
            name.pop();
        }
        let text = std::fs::read_to_string(&path).unwrap();
        (name, (path.strip_prefix(root()).unwrap().to_owned(), text))
    });
    named.collect()
}

/// Files by the files that they use.
fn uses() -> BTreeMap<String, BTreeSet<String>> {
    let modules = modules();
    let names: BTreeMap<Vec<String>, Names> =
        modules.iter().map(|(module, (_, text))| (module.clone(), names(module, text))).collect();
    let file = |module: &[String]| modules[module].0.to_str().unwrap().to_owned();
    let mut graph = BTreeMap::new();
    for (module, found) in &names {
        let targets = found.used.iter().map(|path| home(path, &names, 0)).filter(|target| target != module);
        // The crate's root only lists the rooms.
        graph.insert(file(module), targets.filter(|target| !target.is_empty()).map(|target| file(&target)).collect());
    }
    graph
}

/// Files that use one another, group by group.
fn circles(graph: &BTreeMap<String, BTreeSet<String>>) -> Vec<BTreeSet<String>> {
    let reached = |from: &str| {
        let (mut seen, mut next) = (BTreeSet::new(), vec![from.to_owned()]);
        while let Some(file) = next.pop() {
            for used in graph.get(&file).into_iter().flatten() {
                if seen.insert(used.clone()) {
                    next.push(used.clone());
                }
            }
        }
        seen
    };
    let reach: BTreeMap<&String, BTreeSet<String>> = graph.keys().map(|file| (file, reached(file))).collect();
    let groups: BTreeSet<BTreeSet<String>> = reach
        .iter()
        .filter(|(file, seen)| seen.contains(file.as_str()))
        .map(|(file, seen)| seen.iter().filter(|other| reach[other].contains(file.as_str())).cloned().collect())
        .collect();
    groups.into_iter().collect()
}

#[test]
fn no_file_uses_one_that_uses_it() {
    let graph = uses();
    assert!(graph.values().map(BTreeSet::len).sum::<usize>() > 500, "the uses are not found");
    let circles = circles(&graph);
    let listed: Vec<String> = circles
        .iter()
        .map(|circle| {
            let arrows = circle.iter().flat_map(|file| {
                graph[file].iter().filter(|to| circle.contains(*to)).map(move |to| format!("    {file} -> {to}\n"))
            });
            arrows.collect()
        })
        .collect();
    assert!(listed.is_empty(), "files that use one another:\n{}", listed.join("\n"));
}

/// A test that cannot fail is a defect: circles through each kind of path are found.
#[test]
fn circles_are_found() {
    let texts = [
        ("a", "use crate::b::{self, thing};\nfn f() { b::g(); }"),
        ("b", "mod inner;\npub use inner::Passed;\n"),
        ("b/inner", "use super::super::a as other;\npub struct Passed;\nfn g() { format!(\"{}\", other::f()) }"),
        ("c", "use crate::b::Passed; // use crate::d;\n#[cfg(test)]\nmod tests {\n    use crate::d::X;\n}\n"),
        ("d", "fn f() -> crate::c::Y {}"),
    ];
    let split = |path: &str| path.split('/').map(str::to_owned).collect::<Vec<_>>();
    let all: BTreeMap<Vec<String>, Names> = texts
        .iter()
        .map(|(path, text)| (split(path), names(&split(path), text)))
        .chain([(vec![], names(&[], ""))])
        .collect();
    let graph = all
        .iter()
        .map(|(module, found)| {
            let to = found.used.iter().map(|path| home(path, &all, 0)).filter(|to| to != module);
            (module.join("/"), to.map(|to| to.join("/")).collect())
        })
        .collect();
    let expected = ["a", "b", "b/inner"].map(str::to_owned);
    assert_eq!(circles(&graph), [BTreeSet::from(expected)], "{graph:?}");
    assert_eq!(graph["c"], BTreeSet::from(["b/inner".to_owned()]));
}

#[test]
fn uses_point_down() {
    let room = |file: &str| ROOMS.iter().position(|room| file.split('/').nth(1) == Some(room));
    for (file, used) in uses() {
        let Some(from) = room(&file) else { continue };
        for target in used {
            assert!(room(&target).is_none_or(|to| to <= from), "{file} uses {target}, which is above it");
        }
    }
}

#[test]
fn the_map_in_the_crate_docs_names_every_room() {
    let lib = std::fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let modules: Vec<&str> = lib
        .lines()
        .map(|line| line.strip_prefix("pub(crate) ").or(line.strip_prefix("pub ")).unwrap_or(line))
        .filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'))
        .collect();
    assert_eq!(modules, ROOMS);
    for room in ROOMS {
        assert!(lib.lines().any(|l| l.starts_with("//!") && l.contains(&format!("[`{room}`]"))), "{room}");
    }
}

#[test]
fn every_file_says_what_it_is_for_and_stays_short() {
    let mut long = BTreeMap::new();
    for path in ["src", "tests", "benches", "fuzz"].into_iter().flat_map(files_of) {
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
        let opening = text.trim_start_matches("#![no_main]").trim_start();
        assert!(opening.starts_with("//!"), "{name} has no opening words");
        let lines = text.lines().count();
        if lines > LONGEST {
            long.insert(name, lines);
        }
    }
    assert!(long.is_empty(), "longer than {LONGEST} lines: {long:#?}");
}

/// Lines of code that a function may have, unless a comment above it begins with `Long:` and
/// says why.
const LONGEST_FUNCTION: usize = 80;

/// The functions of a file with their lines of code: from the line that opens one to the brace
/// that stands where it began, as rustfmt writes them. Comments and empty lines do not count.
fn functions(text: &str) -> Vec<(&str, usize, bool)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut functions = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let Some((before, after)) = line.split_once("fn ") else { continue };
        let words = ["", "pub", "const", "async", "unsafe"];
        if !before
            .split_whitespace()
            .all(|word| words.contains(&word) || word.starts_with("pub(") || word.ends_with(')'))
        {
            continue;
        }
        let name = after.split(['(', '<']).next().unwrap_or_default();
        let Some(open) = (at..lines.len()).find(|n| lines[*n].ends_with(['{', '}', ';'])) else { continue };
        let end = format!("{}}}", " ".repeat(indent));
        let close =
            (open..lines.len()).find(|n| lines[*n] == end).filter(|_| lines[open].ends_with('{')).unwrap_or(open);
        let is_code = |line: &&&str| !line.trim().is_empty() && !line.trim().starts_with("//");
        let count = lines[open..close].iter().skip(1).filter(is_code).count();
        let above = lines[..at].iter().rev().take_while(|l| l.trim().starts_with(['/', '#']));
        let has_reason = above.clone().any(|l| l.contains("// Long: "));
        functions.push((name, count, has_reason));
    }
    functions
}

#[test]
fn functions_are_short_or_say_why_not() {
    let (mut counted, mut long) = (0, BTreeSet::new());
    for path in ["src", "tests", "benches"].into_iter().flat_map(files_of) {
        let text = std::fs::read_to_string(&path).unwrap();
        let file = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
        for (name, count, has_reason) in functions(&text) {
            counted += 1;
            if count > LONGEST_FUNCTION && !has_reason {
                long.insert(format!("{file} {name}"));
            }
        }
    }
    assert!(counted > 1_500, "only {counted} functions are seen");
    assert!(long.is_empty(), "longer than {LONGEST_FUNCTION} lines: {long:#?}");
}

#[test]
fn every_dependency_says_what_it_spares_us() {
    for manifest in ["Cargo.toml", "fuzz/Cargo.toml"] {
        let text = std::fs::read_to_string(root().join(manifest)).unwrap();
        let (mut inside, mut commented, mut counted) = (false, false, 0);
        for line in text.lines() {
            if line.starts_with('[') {
                // Each kind, for every target.
                inside = line.ends_with("dependencies]");
                commented = false;
            } else if inside && line.starts_with('#') {
                commented = true;
            } else if inside && line.contains('=') {
                // num-rational shares num-bigint's sentence.
                assert!(commented || line.starts_with("num-rational"), "{manifest}: {line}");
                commented = false;
                counted += 1;
            }
        }
        assert!(counted > 0, "{manifest}");
    }
}

/// Operators on decimals are clippy's to refuse (`.clippy.toml`). A sum is a method of every
/// iterator, so it says of what it is.
#[test]
fn a_sum_names_its_type_and_that_is_no_decimal() {
    for path in files_of("src") {
        let text = std::fs::read_to_string(&path).unwrap();
        for (index, line) in text.lines().enumerate() {
            for after in line.split(".sum").skip(1).chain(line.split(".product").skip(1)) {
                let named = after.strip_prefix("::<").and_then(|rest| rest.split_once(">()"));
                let other = after.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
                let numbers = ["f32", "i64", "i128", "u32", "u64", "u128", "usize"];
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
