//! `crossfoot pack`: one archive with which an auditor can perform a close again.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;

use serde::Serialize;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::args;
use super::context::Context;
use super::verify;
use crate::audit::chain;
use crate::audit::git::Git;
use crate::audit::mail_journal;
use crate::audit::manifest;
use crate::audit::signing;
use crate::audit::timestamp::CERTIFICATES;
use crate::books::changeset::write_apart;
use crate::books::config;
use crate::books::layout::{BY_HAND, Books, CHAIN, RETURNS, SEALS, read_file};
use crate::books::lock::Lock;
use crate::books::resolutions;
use crate::books::voids;
use crate::close::ledgers::{lies_at, packed};
use crate::close::memo;
use crate::close::recall::documents_beside;
use crate::close::stamps;
use crate::close::verdict::Stamps;
use crate::close::verify as check;
use crate::model::digest::sha256_hex;
use crate::model::period::Period;
use crate::model::problem::{Exit, Problem, io};
use crate::render::text::Plain;

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    period: &'a str,
    file: String,
    sha256: String,
    bytes: u64,
    files: usize,
}

pub(super) fn run(context: &Context<'_>, args: &args::Pack) -> Result<Exit, Problem> {
    let period = &args.period.period;
    config::load(&context.books)?;
    let nothing = |p: Problem| p.not_done("No archive was written.");
    let _lock = Lock::read(&context.books)?;
    let (chain, _) = chain::load(&context.books).map_err(nothing)?;
    let sealed = manifest::load(&context.books, &chain, period).map_err(nothing)?;
    let mut report = check::verify(&context.books, Some(period), 0)?;
    stamps::check(&context.books, None, &context.environment.variables, &mut report)?;
    if let Some(first) = report.broken.first() {
        return Err(nothing(Problem::unverified(
            "not-verified",
            format!("{} does not verify: {}: {}", period.name, first.file, first.what),
        )));
    }
    let returned: BTreeSet<&str> =
        chain.issued_in(&period.name).filter_map(|entry| entry.issue_date.get(..7)).collect();
    let mut files = collect(&context.books, period, sealed.inputs.iter().map(|input| input.path.as_str()), &returned)?;
    for name in documents_beside(&context.books, &chain, period)? {
        let path = context.books.path(&name);
        let bytes = read_file(&path).map_err(|e| nothing(io("pack", "read", &path, &e)))?;
        files.insert(format!("books/{name}"), bytes);
    }
    // What git has, and whether openssl is installed, depends on the machine and not on the books:
    // it is no part of an archive that is to be the same wherever it is made.
    report.stamps = Stamps::default();
    files.insert("VERIFY.txt".to_owned(), verify::text(&Plain, &report, &BTreeMap::new()).into_bytes());
    files.insert("MEMO.txt".to_owned(), memo::write(&context.books, period, &chain, &sealed)?.into_bytes());
    let sums: String = files.iter().map(|(name, bytes)| format!("{}  {name}\n", sha256_hex(bytes))).collect();
    files.insert("SHA256SUMS".to_owned(), sums.into_bytes());
    let stem = format!("crossfoot-{}-audit", period.name);
    let bytes = archive(&stem, &files)
        .map_err(|why| nothing(Problem::stop("pack", "the archive cannot be made").because(why)))?;
    let out = args.out.clone().unwrap_or_else(|| format!("{stem}.zip").into());
    let folder = out.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Some(name) = out.file_name().and_then(|name| name.to_str()) else {
        return Err(nothing(Problem::usage("arguments", format!("--out {} is no file name", out.display()))));
    };
    write_apart(folder, &[(name, bytes.clone())])?;
    let document = Document {
        schema: "crossfoot/pack/v1",
        period: &period.name,
        file: out.display().to_string(),
        sha256: sha256_hex(&bytes),
        bytes: bytes.len() as u64,
        files: files.len(),
    };
    if context.out.is_json() {
        context.out.document(&document)?;
    } else {
        let committed = Git::open(&context.books, &context.environment.variables)
            .and_then(|git| git.uncommitted(period).ok())
            .is_some_and(|(names, commit)| names.is_empty() && commit.is_some());
        context.out.text(&format!(
            "Verified and packed: {}\n  {} files, {} bytes{}\n  SHA-256 {}\nRead MEMO.txt first. To perform it again, unpack it, and in its folder books:\n  crossfoot verify --period {}\n",
            document.file,
            document.files,
            document.bytes,
            if committed { ", as committed to git" } else { "" },
            document.sha256,
            period.name
        ))?;
    }
    Ok(Exit::Done)
}

/// The books, as far as the close is made from them, below `books/`; with the returns of the months
/// in which its documents are dated.
fn collect<'a>(
    books: &Books,
    period: &Period,
    inputs: impl Iterator<Item = &'a str>,
    returned: &BTreeSet<&str>,
) -> Result<BTreeMap<String, Vec<u8>>, Problem> {
    let mut names: Vec<String> = BY_HAND
        .into_iter()
        .chain([CHAIN, mail_journal::FILE, signing::SIGNERS, CERTIFICATES, voids::VOIDS])
        .map(str::to_owned)
        .chain([resolutions::file(period), format!("{}/{}", Books::close_dir(period), manifest::FILE)])
        .filter(|name| books.path(name).is_file())
        .collect();
    let below = |folder: String| -> Result<Vec<String>, Problem> {
        Ok(manifest::files_of(&books.path(&folder))?.into_iter().map(|name| format!("{folder}/{name}")).collect())
    };
    names.extend(below(Books::close_dir(period))?);
    names.extend(below(SEALS.to_owned())?);
    for month in returned {
        names.extend(below(format!("{RETURNS}/{month}"))?);
    }
    for input in inputs {
        // A capture of an earlier period, which this one was compared with: all its answers.
        match input.strip_prefix("closes/").and_then(|rest| rest.split_once('/')) {
            Some((earlier, _)) => {
                let files = below(format!("closes/{earlier}"))?;
                names.extend(files.into_iter().filter(|name| name.contains("/capture")));
            }
            None => names.push(input.to_owned()),
        }
    }
    let mut files = BTreeMap::new();
    for name in names {
        let path = books.path(lies_at(books, &name));
        let bytes = read_file(&path).map_err(|e| io("pack", "read", &path, &e).not_done("No archive was written."))?;
        files.insert(format!("books/{}", packed(&name).unwrap_or(name)), bytes);
    }
    Ok(files)
}

/// A ZIP of the files in their order. The same files give the same bytes: every time in it
/// is the format's own beginning.
fn archive(stem: &str, files: &BTreeMap<String, Vec<u8>>) -> Result<Vec<u8>, String> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(format!("{stem}/{name}"), options).map_err(|e| e.to_string())?;
        zip.write_all(bytes).map_err(|e| e.to_string())?;
    }
    Ok(zip.finish().map_err(|e| e.to_string())?.into_inner())
}
