//! Files of the books that the page shows: regular ones below the folders where the tool puts its
//! results, through no link, each with a type that a browser runs nothing of.

use std::path::PathBuf;

use hyper::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, HeaderValue};

use super::answer::{Answer, HTML, JSON, not_found};
use crate::books::layout::{Books, RETURNS, read_file};
use crate::model::problem::{Problem, io};

/// The folders, relative to the books.
const FOLDERS: [&str; 4] = ["closes", "drafts", "outbox", RETURNS];

/// A report of the books is data: its styles and pictures are shown, none of its scripts run, and it
/// is of no origin.
const REPORT: HeaderValue = HeaderValue::from_static(
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; frame-ancestors 'none'; \
     base-uri 'none'; form-action 'none'",
);
/// Nothing at all is loaded by what is not shown as a page.
const INERT: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// Media type, policy and whether it is shown, of a name's ending. What is not listed is not handed out.
fn kind(name: &str) -> Option<(&'static str, HeaderValue, bool)> {
    let (_, ending) = name.rsplit_once('.')?;
    Some(match ending {
        // A browser's own viewer shows it, which a policy would keep from drawing.
        "pdf" => ("application/pdf", HeaderValue::from_static("frame-ancestors 'none'"), true),
        "html" => (HTML, REPORT, true),
        "json" => (JSON, INERT, true),
        "eml" | "txt" => ("text/plain; charset=utf-8", INERT, true),
        "csv" => ("text/csv; charset=utf-8", INERT, false),
        "xlsx" => ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", INERT, false),
        "xml" | "beancount" | "hledger" => ("application/octet-stream", INERT, false),
        _ => return None,
    })
}

/// Whether a part of an address names something that lies in a folder, and nothing else.
fn is_plain(part: &str) -> bool {
    !part.is_empty() && !part.starts_with('.') && !part.contains(['\\', ':', '\0'])
}

/// Where a file lies, if every part of the way to it is a folder of the books and it is a regular file.
pub(super) fn regular(books: &Books, parts: &[&str]) -> Option<PathBuf> {
    let is_own = parts.len() > 1 && FOLDERS.contains(parts.first()?) && parts.iter().all(|part| is_plain(part));
    if !is_own {
        return None;
    }
    let mut path = books.root.clone();
    for (at, part) in parts.iter().enumerate() {
        path.push(part);
        let kind = std::fs::symlink_metadata(&path).ok()?.file_type();
        let is_right = if at + 1 == parts.len() { kind.is_file() } else { kind.is_dir() };
        if !is_right {
            return None;
        }
    }
    Some(path)
}

/// A header that names a file as it is to be saved.
fn saved(name: &str) -> HeaderValue {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' }).collect();
    HeaderValue::from_str(&format!("attachment; filename=\"{plain}\""))
        .unwrap_or(HeaderValue::from_static("attachment"))
}

/// A file of the books' results.
///
/// # Errors
/// It is not there, or is not one that is handed out.
pub(super) fn find(books: &Books, parts: &[&str]) -> Result<Answer, Problem> {
    let missing = || not_found(format!("there is no such file: {}", parts.join("/")));
    let name = parts.last().copied().unwrap_or_default();
    let (kind, policy, is_shown) = kind(name).ok_or_else(missing)?;
    let path = regular(books, parts).ok_or_else(missing)?;
    let bytes = read_file(&path).map_err(|e| io("not-read", "read", &path, &e))?;
    let answer = Answer::bytes(kind, bytes).with(CONTENT_SECURITY_POLICY, policy);
    Ok(if is_shown { answer } else { answer.with(CONTENT_DISPOSITION, saved(name)) })
}

/// A file that a command of the desk made for the page: an archive.
///
/// # Errors
/// It is not there.
pub(super) fn download(folder: &std::path::Path, name: &str) -> Result<Answer, Problem> {
    let path = folder.join(name);
    if !is_plain(name) || name.contains('/') || !std::fs::symlink_metadata(&path).is_ok_and(|found| found.is_file()) {
        return Err(not_found(format!("there is no such file: {name}")).next("pack it again"));
    }
    let bytes = read_file(&path).map_err(|e| io("not-read", "read", &path, &e))?;
    let answer = Answer::bytes("application/zip", bytes).with(CONTENT_SECURITY_POLICY, INERT);
    Ok(answer.with(CONTENT_DISPOSITION, saved(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn books() -> (tempfile::TempDir, Books) {
        let dir = tempfile::tempdir().unwrap();
        let books = Books::at(dir.path().join("books"));
        for name in
            ["closes/2026-03/invoices/CF-1.pdf", "closes/2026-03/reconciliation.html", "closes/a.exe", "customers.csv"]
        {
            let path = books.path(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, name).unwrap();
        }
        std::fs::write(dir.path().join("secret.json"), "secret").unwrap();
        (dir, books)
    }

    fn get(books: &Books, path: &str) -> Result<Answer, Problem> {
        find(books, &path.split('/').collect::<Vec<_>>())
    }

    #[test]
    fn results_are_handed_out_as_what_they_are() {
        let (_dir, books) = books();
        let pdf = get(&books, "closes/2026-03/invoices/CF-1.pdf").unwrap();
        assert_eq!(
            (pdf.kind, pdf.bytes.as_slice()),
            ("application/pdf", "closes/2026-03/invoices/CF-1.pdf".as_bytes())
        );
        let page = get(&books, "closes/2026-03/reconciliation.html").unwrap();
        assert!(
            page.headers.iter().any(|(_, value)| value.to_str().unwrap().starts_with("sandbox; default-src 'none'"))
        );
        assert_eq!(saved("a\"b\r\nc.csv"), "attachment; filename=\"a_b__c.csv\"");
    }

    #[test]
    fn nothing_else_is_handed_out() {
        let (dir, books) = books();
        std::fs::create_dir_all(books.path("closes/.git")).unwrap();
        std::fs::write(books.path("closes/.git/a.json"), "x").unwrap();
        for path in [
            "",
            "closes",
            "closes/2026-03",
            "closes/a.exe",
            "customers.csv",
            "crossfoot.toml",
            "../secret.json",
            "closes/../../secret.json",
            "closes/..",
            "closes/./2026-03/reconciliation.html",
            "closes//2026-03/reconciliation.html",
            "closes/2026-03\\reconciliation.html",
            "closes/.git/a.json",
            "/etc/passwd",
            "closes/%2e%2e/a.json",
            "closes/2026-03/reconciliation.html\0.pdf",
        ] {
            assert_eq!(get(&books, path).unwrap_err().code, "not-found", "{path}");
        }
        assert_eq!(download(dir.path(), "../secret.json").unwrap_err().code, "not-found");
        assert_eq!(download(dir.path(), "gone.zip").unwrap_err().code, "not-found");
    }

    #[cfg(unix)]
    #[test]
    fn no_link_and_no_pipe_is_followed() {
        let (dir, books) = books();
        let link = |to: std::path::PathBuf, name: &str| std::os::unix::fs::symlink(to, books.path(name)).unwrap();
        link(dir.path().join("secret.json"), "closes/link.json");
        link(dir.path().to_owned(), "closes/folder");
        link(dir.path().to_owned(), "drafts");
        assert!(std::process::Command::new("mkfifo").arg(books.path("closes/pipe.json")).status().unwrap().success());
        for path in ["closes/link.json", "closes/folder/secret.json", "drafts/secret.json", "closes/pipe.json"] {
            assert_eq!(get(&books, path).unwrap_err().code, "not-found", "{path}");
        }
    }
}
