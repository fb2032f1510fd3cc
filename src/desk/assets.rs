//! The page's files, in the binary.

use std::path::Path;

use hyper::header::{CONTENT_ENCODING, HeaderValue};

use super::answer::{Answer, HTML, not_found};
use crate::model::problem::Problem;

/// What is shown until there is a page.
const PLACEHOLDER: &[u8] = b"<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>crossfoot desk</title>\n<h1>crossfoot desk</h1>\n</html>\n";

/// Every file of `templates/desk/`, by its name there.
const ASSETS: &[(&str, &[u8])] = &[("index.html", PLACEHOLDER)];

/// The media type of a file by the ending of its name; those that scripts and style sheets have to
/// have, as `nosniff` is sent.
pub(super) fn kind(name: &str) -> Option<&'static str> {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending)?;
    Some(match ending {
        "html" => HTML,
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" => super::answer::JSON,
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        "ttf" => "font/ttf",
        "wasm" => "application/wasm",
        "txt" => "text/plain; charset=utf-8",
        _ => return None,
    })
}

/// A file of the page. One that is stored packed is sent so, under its name without `.gz`.
///
/// # Errors
/// There is none of that name.
pub(super) fn find(own: Option<&Path>, name: &str) -> Result<Answer, Problem> {
    let missing = || not_found(format!("the desk has no file {name}"));
    let kind = kind(name).ok_or_else(missing)?;
    let packed = format!("{name}.gz");
    let found = match own {
        // A debug build is given a folder by whoever writes the page.
        Some(folder) if name.split('/').all(|part| !part.starts_with('.')) => {
            let read = |name: &str| std::fs::read(folder.join(name)).ok();
            read(name).map(|bytes| (bytes, false)).or_else(|| read(&packed).map(|bytes| (bytes, true)))
        }
        Some(_) => None,
        None => {
            let stored =
                |wanted: &str| ASSETS.iter().find(|(name, _)| *name == wanted).map(|(_, bytes)| bytes.to_vec());
            stored(name).map(|bytes| (bytes, false)).or_else(|| stored(&packed).map(|bytes| (bytes, true)))
        }
    };
    let (bytes, is_packed) = found.ok_or_else(missing)?;
    let answer = Answer::bytes(kind, bytes);
    Ok(if is_packed { answer.with(CONTENT_ENCODING, HeaderValue::from_static("gzip")) } else { answer })
}
