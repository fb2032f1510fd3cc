//! The documentation that is made from the program is what the program says.

use std::path::{Path, PathBuf};
use std::process::Command;

use crossfoot::books::settings_pages;
use crossfoot::reconcile::registry::pages;

/// Pages under their codes; their headings go one level down.
fn findings() -> String {
    let mut out = String::from(
        "# Finding codes\n\nThis page is made from the texts that `crossfoot explain CODE` prints. A code is for ever.\n\n",
    );
    for (code, page) in pages() {
        let meaning = page.lines().nth(2).unwrap_or_default();
        out.push_str(&format!("- [{code}](#{code}): {meaning}\n"));
    }
    for (_, page) in pages() {
        out.push('\n');
        let mut is_code = false;
        for line in page.trim_end().lines() {
            is_code ^= line.starts_with("```");
            let level = if line.starts_with('#') && !is_code { "#" } else { "" };
            out.push_str(&format!("{level}{line}\n"));
        }
    }
    out
}

#[test]
fn pages_made_from_the_program_are_up_to_date() {
    for (name, text) in [("docs/settings.md", settings_pages::reference()), ("docs/findings.md", findings())] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
        if std::env::var_os("UPDATE_EXAMPLES").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        let there = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(there == text, "{name} is not what the program says (UPDATE_EXAMPLES=1 writes it)");
    }
}

/// The pages that people read, with their texts.
fn written() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(|name| root.join(name)).to_vec();
    pages.extend(std::fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path()));
    pages.retain(|page| page.extension().is_some_and(|ending| ending == "md"));
    pages.into_iter().map(|page| (page.clone(), std::fs::read_to_string(page).unwrap())).collect()
}

/// Every command that a page tells to type is one of the program's.
#[test]
fn commands_are_known() {
    let help = Command::new(env!("CARGO_BIN_EXE_crossfoot")).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let known: Vec<&str> = help.lines().filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next()).collect();
    let mut typed = 0;
    for (page, text) in written() {
        for (before, after) in
            text.match_indices("crossfoot ").map(|(at, name)| (&text[..at], &text[at + name.len()..]))
        {
            let word: String =
                after.chars().take_while(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '-').collect();
            if before.ends_with(['`', '\n']) && after.starts_with(|c: char| c.is_ascii_lowercase()) {
                assert!(known.contains(&word.as_str()), "{}: crossfoot {word}", page.display());
                typed += 1;
            }
        }
    }
    assert!(typed > 40, "{typed}");
}

/// What is written stands on pages that everybody has.
#[test]
fn no_text_points_outside_the_repository() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let foreign = ["guide/", "house.md", "style.md", "../shared", "the contract"];
    let mut folders =
        ["src", "docs", "templates", "ledgers", "examples", ".ci", "benches", "fuzz"].map(|f| root.join(f)).to_vec();
    let mut read = 0;
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = std::fs::read_to_string(&path) {
                read += 1;
                let named = foreign.iter().find(|name| text.contains(**name));
                assert!(named.is_none(), "{}: {named:?}", path.display());
            }
        }
    }
    assert!(read > 200, "{read}");
}

/// Every relative link of the README and the documentation leads somewhere.
#[test]
fn links_lead_somewhere() {
    for (page, text) in written() {
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = target.split('#').next().unwrap_or_default();
            if !file.is_empty() && !file.contains("://") {
                assert!(page.parent().unwrap().join(file).exists(), "{}: {target}", page.display());
            }
        }
    }
}
