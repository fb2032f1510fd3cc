//! What the bytes of a file are, by what they begin with and by what a container holds;
//! never by the file's name.

use std::io::Read;

use memchr::memmem;

use super::parts::{Bounded, archive, names};
use super::unreadable::Unreadable;
use super::workbook::Kind;

/// What a packed file may unpack to.
pub const MAX_UNPACKED: u64 = 128 * 1024 * 1024;

/// What a file holds.
#[derive(Debug)]
pub(super) enum Found {
    Workbook(Kind),
    /// The one file of an archive.
    Packed(Vec<u8>),
    Html,
    SpreadsheetXml,
    TallyXml,
    /// Text, as far as can be seen here.
    Text,
}

const ZIP: [&[u8]; 3] = [b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"];
const CFB: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// Files that are no ledger, by their first bytes: what they are, and what to do.
const OTHERS: [(&[u8], &str); 16] = [
    (b"%PDF", "is a PDF"),
    (b"\x89PNG", "is an image (PNG)"),
    (b"\xff\xd8\xff", "is an image (JPEG)"),
    (b"GIF8", "is an image (GIF)"),
    (b"II*\0", "is an image (TIFF)"),
    (b"MM\0*", "is an image (TIFF)"),
    (b"RIFF", "is an image or a recording (RIFF)"),
    (b"{\\rtf", "is a text document (RTF)"),
    (b"Rar!", "is a RAR archive"),
    (b"7z\xbc\xaf", "is a 7-Zip archive"),
    (b"SQLite format 3\0", "is an SQLite database"),
    (b"\0\x01\0\0Standard ", "is an Access database"),
    (b"MIME-Version:", "is a web archive (MHTML), as Excel saves with Single File Web Page"),
    (b"\x09\x08\x10\0", "is a workbook of Excel 5 or older, without its container"),
    (b"\x09\0\x04\0", "is a workbook of Excel 2"),
    (b"\x09\x04\x06\0", "is a workbook of Excel 4"),
];

/// Whether a file that begins so holds no plain text: tables, or something that is to be
/// named for what it is.
#[must_use]
pub fn holds_tables(head: &[u8]) -> bool {
    ZIP.iter().chain([&CFB]).chain(OTHERS.iter().map(|(magic, _)| magic)).any(|magic| head.starts_with(magic))
        || !matches!(of_markup(&beginning(head)), Found::Text)
}

/// The first characters, whatever the encoding, without marks, blanks and case.
fn beginning(bytes: &[u8]) -> String {
    let head = &bytes[..bytes.len().min(4096)];
    let kept = head.iter().filter(|byte| byte.is_ascii() && **byte != 0).map(|byte| byte.to_ascii_lowercase());
    String::from_utf8_lossy(&kept.collect::<Vec<u8>>()).trim_start().to_owned()
}

fn of_markup(begin: &str) -> Found {
    // What stands before the first element says what follows.
    let mut rest = begin;
    let mut is_excel = false;
    let first = loop {
        rest = rest.trim_start();
        let Some(inside) = rest.strip_prefix('<') else { return Found::Text };
        let end = if inside.starts_with("!--") { "-->" } else { ">" };
        is_excel |= inside.starts_with("?mso-application") && inside.contains("excel.sheet");
        if !inside.starts_with(['?', '!']) {
            break inside;
        }
        match rest.split_once(end) {
            Some((_, behind)) => rest = behind,
            None => return Found::Text,
        }
    };
    let name: String = first.chars().take_while(|c| c.is_ascii_alphanumeric() || ":-._".contains(*c)).collect();
    match name.rsplit(':').next().unwrap_or_default() {
        "workbook" => Found::SpreadsheetXml,
        _ if is_excel => Found::SpreadsheetXml,
        "envelope" | "tallymessage" => Found::TallyXml,
        "html" | "table" | "head" | "body" | "meta" | "style" | "div" | "center" | "title" | "font" => Found::Html,
        _ if begin.starts_with("<!doctype html") => Found::Html,
        _ => Found::Text,
    }
}

/// Finds out what a file is.
pub(super) fn what(bytes: &[u8]) -> Result<Found, Unreadable> {
    if ZIP.iter().any(|magic| bytes.starts_with(magic)) {
        return of_zip(bytes);
    }
    if bytes.starts_with(CFB) {
        return of_compound(bytes);
    }
    if let Some((_, what)) = OTHERS.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Err(Unreadable::new(*what, "export the ledger as CSV or as .xlsx"));
    }
    Ok(of_markup(&beginning(bytes)))
}

/// A compound file: an old workbook, or something else of the same container.
fn of_compound(bytes: &[u8]) -> Result<Found, Unreadable> {
    let has = |name: &str| {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        memmem::find(bytes, &wide).is_some()
    };
    let export = "export the ledger as CSV or as .xlsx";
    if has("EncryptedPackage") {
        return Err(Unreadable::protected());
    }
    for (stream, what) in [
        ("WordDocument", "is a Word document"),
        ("PowerPoint Document", "is a PowerPoint presentation"),
        ("__properties_version1.0", "is an Outlook message"),
    ] {
        if has(stream) {
            return Err(Unreadable::new(what, export));
        }
    }
    if has("Workbook") || has("Book") {
        return Ok(Found::Workbook(Kind::Xls));
    }
    Err(Unreadable::new("is a compound file (OLE) without a workbook in it", export))
}

fn of_zip(bytes: &[u8]) -> Result<Found, Unreadable> {
    let mut archive = archive(bytes)?;
    let names = names(&archive);
    let has = |name: &str| names.iter().any(|one| one.eq_ignore_ascii_case(name));
    let export = "export the ledger as CSV or as .xlsx";
    if has("[Content_Types].xml") {
        if has("xl/workbook.bin") {
            return Ok(Found::Workbook(Kind::Xlsb));
        }
        if has("word/document.xml") {
            return Err(Unreadable::new("is a Word document", export));
        }
        if has("ppt/presentation.xml") {
            return Err(Unreadable::new("is a PowerPoint presentation", export));
        }
        return Ok(Found::Workbook(Kind::Xlsx));
    }
    if names.iter().any(|name| name.ends_with(".iwa") || name.ends_with("Index.zip")) {
        return Err(Unreadable::new("is a document of Apple's Numbers or Pages", "export it as .xlsx or as CSV"));
    }
    if has("mimetype") {
        let mut kind = String::new();
        let part = archive.by_name("mimetype").map_err(Unreadable::damaged)?;
        part.take(200).read_to_string(&mut kind).map_err(Unreadable::damaged)?;
        return match kind.trim() {
            "application/vnd.oasis.opendocument.spreadsheet"
            | "application/vnd.oasis.opendocument.spreadsheet-template" => {
                // What a password protects says so in clear.
                let mut manifest = String::new();
                if let Ok(part) = archive.by_name("META-INF/manifest.xml") {
                    part.take(1024 * 1024).read_to_string(&mut manifest).map_err(Unreadable::damaged)?;
                }
                if manifest.contains("encryption-data") {
                    Err(Unreadable::protected())
                } else {
                    Ok(Found::Workbook(Kind::Ods))
                }
            }
            other => Err(Unreadable::new(format!("is a document of the kind {other}"), export)),
        };
    }
    let files: Vec<&String> = names
        .iter()
        .filter(|name| !name.ends_with('/') && !name.starts_with("__MACOSX/"))
        .filter(|name| !name.rsplit('/').next().is_some_and(|file| file.starts_with('.') || file == "Thumbs.db"))
        .collect();
    let [one] = files.as_slice() else {
        let named: Vec<&str> = files.iter().take(5).map(|name| name.as_str()).collect();
        let more = if files.len() > named.len() { ", …" } else { "" };
        return Err(Unreadable::new(
            format!("is a ZIP archive of {} files: {}{more}", files.len(), named.join(", ")),
            "unpack it and name the one that is the ledger",
        ));
    };
    let part = archive.by_name(one).map_err(|error| {
        let text = error.to_string();
        if text.to_lowercase().contains("password") {
            return Unreadable::new(
                "is a ZIP archive protected by a password",
                "unpack it with the password, and name the file that was in it",
            );
        }
        Unreadable::damaged(text)
    })?;
    // The file is read, never written: what its name says of folders does not matter.
    let mut unpacked = Vec::new();
    Bounded::new(part, MAX_UNPACKED)
        .read_to_end(&mut unpacked)
        .map_err(|e| Unreadable::damaged(format!("{one} in it: {e} (at most {} MiB)", MAX_UNPACKED / 1024 / 1024)))?;
    Ok(Found::Packed(unpacked))
}
