//! A period's ledger: how it reads, whom it names that nobody knows, and a new one that was dropped
//! on the page.

use std::path::{Path, PathBuf};

use http_body_util::BodyExt;
use hyper::StatusCode;
use hyper::body::Incoming;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

use super::answer::{Answer, error_of, not_found};
use super::book::Book;
use super::children::Program;
use super::customers::known;
use super::findings::rows_of;
use super::request::{Query, wrong};
use super::words::Words;
use crate::books::config::{self, Config};
use crate::books::customers::{directory, folded};
use crate::books::layout::{Books, open_file};
use crate::books::lock::Lock;
use crate::close::ledgers::{open_ledgers, packed};
use crate::model::period::Period;
use crate::model::posting::Wanted;
use crate::model::problem::{Problem, io};

/// The most that a ledger may have, in bytes.
const MOST_BYTES: u64 = 256 << 20;
/// Single rows are shown of ledgers up to so many bytes.
const ROWS_UP_TO: u64 = 16 << 20;
/// So many of them.
const MOST_ROWS: usize = 200;

/// The command that says how a file reads, as the settings read it.
fn reading(config: &Config, period: &Period, file: &Path) -> Words {
    let order = config.date_order.map(|order| order.name().to_owned());
    Words::of("import")
        .flag("check")
        .value("format", &config.ledger_format)
        .value("period", &period.name)
        .value("currency", config.currency.code())
        .value_if("sheet", config.ledger_sheet.as_ref())
        .value_if("date-order", order.as_ref())
        .operand(file.display().to_string())
}

/// How a period's ledger reads.
///
/// # Errors
/// There is none, or the settings cannot be read.
pub(super) fn shown(program: &Program, book: &Book, query: &Query) -> Result<Answer, Problem> {
    let period = query.period()?;
    let (config, _) = config::load(&book.books)?;
    let files: Vec<String> =
        open_ledgers(&book.books, &config.ledger_for(&period))?.into_iter().map(|(name, _)| name).collect();
    let wanted = query.get("file").or(files.first().map(String::as_str)).unwrap_or_default();
    let file = files
        .iter()
        .find(|name| *name == wanted)
        .ok_or_else(|| not_found(format!("{wanted} is no ledger of {}", period.name)))?;
    let path = book.books.path(file);
    let mut answer = read(program, book, &config, &period, &path)?;
    if answer.status.is_success() {
        add(&mut answer, json!({"file": file, "files": files}));
    }
    Ok(answer)
}

/// The first rows that count, where the file is small enough to keep them all.
fn rows(book: &Book, period: &Period, currency: &str, path: &Path) -> Option<(Vec<Value>, usize)> {
    if std::fs::metadata(path).ok()?.len() > ROWS_UP_TO {
        return None;
    }
    let ledger = (path.display().to_string(), open_file(path).ok()?);
    let wanted = Wanted { all: true, ..Wanted::default() };
    let mut rows = rows_of(book, (period, currency), vec![ledger], &wanted).ok()?;
    rows.retain(|row| period.from <= row.date && row.date <= period.to);
    rows.sort_by_key(|row| row.line);
    let names = known(&book.books).ok()?;
    let shown = rows.iter().take(MOST_ROWS).map(|row| {
        let id = row.customer_id.as_str();
        let party = names.get(id).map_or(id, |customer| customer.party.legal_name.as_str());
        json!({
            "row": row.line, "date": row.date.to_string(), "number": row.reference.as_str(), "party": party,
            "customer_id": id, "account": row.account.as_str(), "direction": row.direction.name(),
            "amount": row.amount.to_string(), "counted": true,
        })
    });
    Some((shown.collect(), rows.len()))
}

/// What `import` says of a file, with whom nobody knows and what the settings say.
fn read(program: &Program, book: &Book, config: &Config, period: &Period, path: &Path) -> Result<Answer, Problem> {
    let mut answer = book.document(program, &reading(config, period, path))?;
    if !answer.status.is_success() {
        return Ok(answer);
    }
    let document: Value = serde_json::from_slice(&answer.bytes).unwrap_or_default();
    let customers = known(&book.books)?;
    let names = directory(&customers)?;
    let is_unknown = |customer: &&Value| {
        let is = |field: &str| {
            customer[field]
                .as_str()
                .is_some_and(|name| customers.contains_key(name) || names.contains_key(&folded(name)))
        };
        !is("customer_id") && !is("name")
    };
    let unmatched: Vec<Value> =
        document["customers"].as_array().into_iter().flatten().filter(is_unknown).cloned().collect();
    let accounts: serde_json::Map<String, Value> =
        config.accounts.iter().map(|(name, role)| (name.clone(), role.name().into())).collect();
    add(
        &mut answer,
        json!({
            "unmatched": unmatched,
            "settings": {"format": config.ledger_format, "path": config.ledger_path, "accounts": accounts},
        }),
    );
    if let Some((rows, total)) = rows(book, period, config.currency.code(), path) {
        add(&mut answer, json!({"rows": rows, "rows_total": total}));
    }
    Ok(answer)
}

fn add(answer: &mut Answer, more: Value) {
    let document: Value = serde_json::from_slice(&answer.bytes).unwrap_or_default();
    if let (Value::Object(mut all), Value::Object(more)) = (document, more) {
        all.extend(more);
        answer.bytes = Answer::json(&all).bytes;
    }
}

/// Takes a file from the page into the desk's own folder, a piece at a time.
///
/// # Errors
/// It is too long, breaks off, or cannot be written.
pub(super) async fn receive(
    folder: PathBuf,
    name: &str,
    mut incoming: Incoming,
) -> Result<tempfile::TempPath, Problem> {
    let failed = |e: &std::io::Error| {
        io("books-not-writable", "write in the books at", &folder, e).not_done("The ledger was not kept.")
    };
    // The ending tells some readers what it is; nothing else of the name is used.
    let ending: String = name
        .rsplit_once('.')
        .map_or("csv", |(_, ending)| ending)
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(8)
        .collect();
    let file = tempfile::Builder::new().prefix("ledger-").suffix(&format!(".{ending}")).tempfile_in(&folder);
    let (file, path) = file.map_err(|e| failed(&e))?.into_parts();
    let mut file = tokio::fs::File::from_std(file);
    let mut length = 0;
    while let Some(frame) = incoming.frame().await {
        let frame = frame.map_err(|e| wrong("the file did not arrive as a whole").because(e.to_string()))?;
        let Ok(bytes) = frame.into_data() else { continue };
        length += bytes.len() as u64;
        if length > MOST_BYTES {
            return Err(
                wrong("the file is longer than 256 MB").next("put it into ledgers/ yourself; it is read from there")
            );
        }
        file.write_all(&bytes).await.map_err(|e| failed(&e))?;
    }
    file.sync_all().await.map_err(|e| failed(&e))?;
    if length == 0 {
        return Err(wrong("the file is empty"));
    }
    Ok(path)
}

/// How a dropped file reads; kept where that is asked for and it reads.
///
/// # Errors
/// It cannot be read, or another lies in its place.
pub(super) fn dropped(program: &Program, book: &Book, query: &Query, path: &Path) -> Result<Answer, Problem> {
    let period = query.period()?;
    let (config, _) = config::load(&book.books)?;
    let mut answer = read(program, book, &config, &period, path)?;
    called(&mut answer, path, query.get("name").unwrap_or_default());
    if !matches!(error_of(&answer.bytes), Ok(None)) {
        return Ok(answer);
    }
    let mut kept = Value::Null;
    if query.is_set("keep") {
        let name = place(&config, &period, query.get("name").unwrap_or_default())?;
        book.idle()?;
        let _lock = Lock::take(&book.books, &format!("desk: a ledger of {}", period.name))?;
        keep(&book.books, &name, path, query.is_set("replace"))?;
        kept = name.into();
    }
    let changed: Vec<&Value> = Some(&kept).filter(|kept| !kept.is_null()).into_iter().collect();
    let more = json!({"kept": kept, "changed": changed});
    add(&mut answer, more);
    answer.status = StatusCode::OK;
    Ok(answer)
}

/// What the file is called where a message names the place that it was put in.
fn called(answer: &mut Answer, path: &Path, name: &str) {
    // As it stands within the quotes of a JSON text.
    let inside = |text: &str| {
        let quoted = json!(text).to_string();
        quoted[1..quoted.len() - 1].to_owned()
    };
    let name = Some(name).filter(|name| !name.is_empty()).unwrap_or("the ledger");
    let text = String::from_utf8_lossy(&answer.bytes);
    answer.bytes = text.replace(&inside(&path.display().to_string()), &inside(name)).into_bytes();
}

/// Where the settings expect a period's ledger, relative to the books. Where they name several by a
/// pattern, the file's own name stands in it.
fn place(config: &Config, period: &Period, name: &str) -> Result<String, Problem> {
    let own = config.ledger_for(period);
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let stem: String = stem.chars().map(|c| if c.is_alphanumeric() || "-_ ".contains(c) { c } else { '-' }).collect();
    let stem = Some(stem.trim_matches(['-', ' '])).filter(|stem| !stem.is_empty()).unwrap_or("ledger");
    let place = own.replace('*', stem);
    if packed(&place).is_some() || place.starts_with('.') {
        return Err(Problem::usage("ledger", format!("the settings expect the ledger outside the books: {own}"))
            .because("the desk writes in the books only")
            .next("put the file there yourself")
            .not_done("The ledger was not kept."));
    }
    Ok(place)
}

/// Puts it there, as a whole or not at all.
fn keep(books: &Books, name: &str, from: &Path, replaces: bool) -> Result<(), Problem> {
    let to = books.path(name);
    let failed = |e: &std::io::Error| io("not-written", "write", &to, e).not_done("The ledger was not kept.");
    let folder = to.parent().unwrap_or(&books.root).to_owned();
    std::fs::create_dir_all(&folder).map_err(|e| failed(&e))?;
    let mut way = books.root.clone();
    for part in Path::new(name).components() {
        way.push(part);
        if way.is_symlink() {
            return Err(Problem::unverified("not-a-file", format!("{name} would be written through a link"))
                .next("find out who put it there, and take it away")
                .not_done("The ledger was not kept."));
        }
    }
    if to.exists() && !replaces {
        return Err(Problem::usage("ledger-exists", format!("{name} is there already"))
            .next("replace it, if that is meant; it is in git or a backup where you keep one")
            .not_done("The ledger was not kept."));
    }
    let staged = folder.join(format!(".desk.{}.part", std::process::id()));
    let copied = std::fs::copy(from, &staged).and_then(|_| {
        std::fs::File::open(&staged)?.sync_all()?;
        std::fs::rename(&staged, &to)
    });
    copied.map_err(|e| {
        let _ = std::fs::remove_file(&staged);
        failed(&e)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_ledger_lies_where_the_settings_say_and_nowhere_else() {
        let period = Period::parse("2026-03").unwrap();
        let place = |path: &str, name: &str| {
            let config = config::parse(&format!("[ledger]\npath = \"{path}\"\n"), "t").unwrap();
            place(&config, &period, name)
        };
        assert_eq!(place("ledgers/{period}.csv", "../x.xlsx").unwrap(), "ledgers/2026-03.csv");
        assert_eq!(place("ledgers/{period}-*.csv", "Tally Mumbai.csv").unwrap(), "ledgers/2026-03-Tally Mumbai.csv");
        assert_eq!(place("ledgers/{period}-*.csv", "../../etc/passwd").unwrap(), "ledgers/2026-03-passwd.csv");
        for outside in ["../{period}.csv", "/tmp/{period}.csv", ".git/{period}.csv"] {
            assert_eq!(place(outside, "x.csv").unwrap_err().code, "ledger", "{outside}");
        }
    }

    #[test]
    fn another_file_is_replaced_only_where_that_is_meant() {
        let dir = tempfile::tempdir().unwrap();
        let books = Books::at(dir.path());
        let from = dir.path().join("new.csv");
        std::fs::write(&from, "new").unwrap();
        keep(&books, "ledgers/2026-03.csv", &from, false).unwrap();
        std::fs::write(&from, "newer").unwrap();
        assert_eq!(keep(&books, "ledgers/2026-03.csv", &from, false).unwrap_err().code, "ledger-exists");
        keep(&books, "ledgers/2026-03.csv", &from, true).unwrap();
        assert_eq!(std::fs::read_to_string(books.path("ledgers/2026-03.csv")).unwrap(), "newer");
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(dir.path(), books.path("elsewhere")).unwrap();
            assert_eq!(keep(&books, "elsewhere/2026-03.csv", &from, true).unwrap_err().code, "not-a-file");
        }
        assert_eq!(std::fs::read_dir(books.path("ledgers")).unwrap().count(), 1);
    }
}
