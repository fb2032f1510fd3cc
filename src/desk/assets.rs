//! The page's files, in the binary.

use std::path::Path;

use hyper::header::{CONTENT_ENCODING, HeaderValue};

use super::answer::{Answer, HTML, not_found};
use crate::model::problem::Problem;
use crate::render::pdf::font_file;

macro_rules! asset {
    ($name:literal) => {
        ($name, include_bytes!(concat!("../../templates/desk/", $name)) as &[u8])
    };
}

/// Every file of `templates/desk/` by its name.
const ASSETS: &[(&str, &[u8])] = &[
    asset!("api.js"),
    asset!("archive.js"),
    asset!("chunks.js"),
    asset!("combobox.js"),
    asset!("customer.js"),
    asset!("decide.js"),
    asset!("desk.css"),
    asset!("desk.js"),
    asset!("detail.js"),
    asset!("dom.js"),
    asset!("drafts.js"),
    asset!("en.json"),
    asset!("findings.js"),
    asset!("first.js"),
    asset!("fix.js"),
    asset!("frame.js"),
    asset!("hi.json"),
    asset!("i18n.js"),
    asset!("icon.svg"),
    asset!("index.html"),
    asset!("keys.js"),
    asset!("ledger.js"),
    asset!("modal.js"),
    asset!("money.js"),
    asset!("outbox.js"),
    asset!("pdf.min.mjs.gz"),
    asset!("pdf.worker.min.mjs.gz"),
    asset!("periods.js"),
    asset!("problem.js"),
    asset!("runs.js"),
    asset!("thumbs.js"),
];

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
    let stored = |wanted: &str| -> Option<Vec<u8>> {
        let own = match own {
            // A debug build is given a folder by whoever writes the page.
            Some(folder) if wanted.split('/').all(|part| !part.starts_with('.')) => {
                std::fs::read(folder.join(wanted)).ok()
            }
            Some(_) => None,
            None => ASSETS.iter().find(|(name, _)| *name == wanted).map(|(_, bytes)| bytes.to_vec()),
        };
        own.or_else(|| font_file(wanted).map(<[u8]>::to_vec))
    };
    let packed = || stored(&format!("{name}.gz")).map(|bytes| (bytes, true));
    let found = stored(name).map(|bytes| (bytes, false)).or_else(packed);
    let (bytes, is_packed) = found.ok_or_else(missing)?;
    let answer = Answer::bytes(kind, bytes);
    Ok(if is_packed { answer.with(CONTENT_ENCODING, HeaderValue::from_static("gzip")) } else { answer })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_page_is_in_the_binary_with_its_type() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/templates/desk");
        let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.filter(|name| name != "NOTICE").collect();
        names.sort();
        assert_eq!(names, ASSETS.iter().map(|(name, _)| *name).collect::<Vec<_>>());
        for name in &names {
            let name = name.strip_suffix(".gz").unwrap_or(name);
            assert!(!find(None, name).unwrap().bytes.is_empty(), "{name}");
        }
        let packed = find(None, "pdf.min.mjs").unwrap();
        assert_eq!((packed.kind, packed.headers.len()), ("text/javascript; charset=utf-8", 1));
        assert_eq!(find(None, "NotoSansDevanagari-Bold.ttf").unwrap().kind, "font/ttf");
        for name in ["NOTICE", "../desk/desk.js", "gone.js", "", "index.html/", "pdf.min.mjs.gz"] {
            assert_eq!(find(None, name).unwrap_err().code, "not-found", "{name}");
        }
    }
}
