//! Which files a file uses: by its `use` lines and by every path in its code.

use std::collections::BTreeMap;

/// A file without comments and without what is compiled for tests only.
fn code(text: &str) -> String {
    let mut out = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.trim() == "#[cfg(test)]" {
            let indent = line.len() - line.trim_start().len();
            let first = lines.next().unwrap_or_default();
            if !first.trim_end().ends_with(';') && !first.trim_end().ends_with('}') {
                let end = format!("{}}}", " ".repeat(indent));
                lines.by_ref().find(|line| *line == end);
            }
            continue;
        }
        let end = line.find("//").unwrap_or(line.len());
        out.push_str(&line[..end]);
        out.push('\n');
    }
    out
}

/// Words, `::` and single signs.
fn tokens(code: &str) -> Vec<&str> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut tokens = Vec::new();
    let mut rest = code.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            c if is_word(c) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            ':' if rest.starts_with("::") => 2,
            c => c.len_utf8(),
        };
        tokens.push(&rest[..length]);
        rest = rest[length..].trim_start();
    }
    tokens
}

/// A path that a file names, from the root of the crate, and the name that it has there.
type Used = (Vec<String>, String);

/// The paths of a `use`, whose tokens follow.
fn tree(tokens: &mut std::iter::Peekable<std::slice::Iter<'_, &str>>, before: &[String], found: &mut Vec<Used>) {
    let mut path = before.to_vec();
    let mut name = None;
    while let Some(token) = tokens.next() {
        match *token {
            "::" => {}
            "{" => {
                loop {
                    tree(tokens, &path, found);
                    if tokens.next_if(|t| **t == ",").is_none() {
                        break;
                    }
                }
                tokens.next_if(|t| **t == "}");
                return;
            }
            "as" => name = tokens.next().map(|t| (*t).to_owned()),
            "self" if !path.is_empty() => {}
            word => path.push(word.to_owned()),
        }
        if tokens.peek().is_none_or(|t| matches!(**t, "," | "}" | ";")) {
            break;
        }
    }
    if path.len() > before.len() || !path.is_empty() {
        let name = name.or_else(|| path.last().cloned()).unwrap_or_default();
        found.push((path, name));
    }
}

/// `crate::…`, `super::…` and `self::…` from the root of the crate; None: of another crate.
fn absolute(module: &[String], path: &[String], aliases: &BTreeMap<String, Vec<String>>) -> Option<Vec<String>> {
    let mut at = module.to_vec();
    let mut rest = path;
    match path.first().map(String::as_str) {
        Some("crate") => at.clear(),
        Some("self" | "super") => {}
        Some(first) => {
            let mut known = aliases.get(first)?.clone();
            known.extend_from_slice(&path[1..]);
            return Some(known);
        }
        None => return None,
    }
    while let Some(word) = rest.first().filter(|word| matches!(word.as_str(), "crate" | "self" | "super")) {
        if word == "super" {
            at.pop();
        }
        rest = &rest[1..];
    }
    at.extend_from_slice(rest);
    Some(at)
}

/// What each file names of others: module, and whether it hands the name on (`pub use`).
pub(super) struct Names {
    pub(super) used: Vec<Vec<String>>,
    handed_on: BTreeMap<String, Vec<String>>,
}

pub(super) fn names(module: &[String], text: &str) -> Names {
    let code = code(text);
    let tokens = tokens(&code);
    let (mut aliases, mut used, mut handed_on) = (BTreeMap::new(), Vec::new(), BTreeMap::new());
    // Modules that are declared here can be named without a prefix.
    for window in tokens.windows(3) {
        if let ["mod", name, ";"] = window {
            let mut path = module.to_vec();
            path.push((*name).to_owned());
            aliases.insert((*name).to_owned(), path);
        }
    }
    let mut others = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        // In a text it is a word like any other, and may have no end.
        let ends = || tokens[at..].iter().position(|t| *t == ";");
        let Some(length) = (tokens[at] == "use").then(ends).flatten() else {
            others.push(tokens[at]);
            at += 1;
            continue;
        };
        let is_public = at > 0 && matches!(tokens[at - 1], "pub" | ")");
        let mut found = Vec::new();
        let end = at + length;
        tree(&mut tokens[at + 1..=end].iter().peekable(), &[], &mut found);
        for (path, name) in found {
            let Some(path) = absolute(module, &path, &aliases) else { continue };
            if is_public {
                handed_on.insert(name.clone(), path.clone());
            }
            aliases.insert(name, path.clone());
            used.push(path);
        }
        at = end;
    }
    let mut at = 0;
    while at + 2 < others.len() {
        let begins = others[at].starts_with(|c: char| c.is_alphabetic()) && (at == 0 || others[at - 1] != "::");
        // `pub(in …)` says who may look, and uses nobody.
        let is_visibility = at > 1 && others[at - 1] == "in" && others[at - 2] == "(";
        if !begins || others[at + 1] != "::" || is_visibility {
            at += 1;
            continue;
        }
        let mut path = vec![others[at].to_owned()];
        while others.get(at + 1) == Some(&"::")
            && others.get(at + 2).is_some_and(|t| t.starts_with(char::is_alphabetic))
        {
            path.push(others[at + 2].to_owned());
            at += 2;
        }
        at += 1;
        used.extend(absolute(module, &path, &aliases));
    }
    Names { used, handed_on }
}

/// The module whose file has what a path names: the longest that is one, or where that only
/// hands the name on, the one that it comes from.
pub(super) fn home(path: &[String], all: &BTreeMap<Vec<String>, Names>, depth: usize) -> Vec<String> {
    let length = (0..=path.len()).rev().find(|n| all.contains_key(&path[..*n])).unwrap_or(0);
    let module = &path[..length];
    match path.get(length).and_then(|name| all[module].handed_on.get(name)) {
        Some(from) if depth < 5 => {
            let mut from = from.clone();
            from.extend_from_slice(&path[length + 1..]);
            home(&from, all, depth + 1)
        }
        _ => module.to_vec(),
    }
}
