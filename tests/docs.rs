//! The documentation that is made from the program is what the program says.

use std::path::Path;

use crossfoot::books::settings;
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
    for (name, text) in [("docs/settings.md", settings::reference()), ("docs/findings.md", findings())] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
        if std::env::var_os("UPDATE_EXAMPLES").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        let there = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(there == text, "{name} is not what the program says (UPDATE_EXAMPLES=1 writes it)");
    }
}

/// Every relative link of the README and the documentation leads somewhere.
#[test]
fn links_lead_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages = vec![root.join("README.md")];
    pages.extend(std::fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path()));
    for page in pages.into_iter().filter(|page| page.extension().is_some_and(|ending| ending == "md")) {
        let text = std::fs::read_to_string(&page).unwrap();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = target.split('#').next().unwrap_or_default();
            if !file.is_empty() && !file.contains("://") {
                assert!(page.parent().unwrap().join(file).exists(), "{}: {target}", page.display());
            }
        }
    }
}
