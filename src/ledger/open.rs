//! A ledger of any format → its sums: canonical ones streamed, products' exports recognised
//! and read as their format says.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read, Seek};

use chrono_tz::Tz;

use super::aggregated::{self, AGGREGATED};
use super::ahead;
use super::canonical;
use super::canonical_header::delimiter;
use super::collect;
use super::decode::{self, Decoded, TakenSheet, Unpacked};
use super::export::{self, Export};
use super::format::Format;
use super::known::{AUTO, CANONICAL, formats};
use super::naming::{AccountLine, Naming};
use super::recognise::{self, Recognised, recognise};
use super::shape::Shaped;
use super::sheet::{SheetRow, SheetRows};
use super::table::Table;
use super::tabled;
use crate::model::ledger_terms::{AccountUse, DateOrder};
use crate::model::money::Currency;
use crate::model::period::Period;
use crate::model::posting::{Ledger, PostedRow, Wanted};
use crate::model::problem::Problem;
use crate::tables;

/// How ledgers are to be read.
pub struct Reading<'a> {
    /// `canonical`, `auto`, or a format's name.
    pub format: &'a str,
    /// The books' own formats, by name; they stand before the shipped ones.
    pub own_formats: &'a BTreeMap<String, Format>,
    /// The sheet of a workbook, where several could be the ledger.
    pub sheet: Option<&'a str>,
    /// Settles dates that the file does not.
    pub date_order: Option<DateOrder>,
    /// Where an instant has its day: the books' time zone.
    pub timezone: Tz,
    /// Which accounts are usage.
    pub accounts: &'a BTreeMap<String, AccountUse>,
    /// Which voucher types count, where their names do not tell.
    pub voucher_types: &'a BTreeMap<String, bool>,
    /// Rows of other days are counted and left out; None takes all.
    pub period: Option<&'a Period>,
    /// The currency of the sums.
    pub currency: Currency,
    /// The currency of rows that do not state one.
    pub default_currency: Currency,
    /// The customer's id for a name or code of the ledger.
    pub resolve: &'a dyn Fn(&str) -> Option<String>,
}

/// How a file was read.
#[derive(Debug)]
pub enum How {
    /// As a canonical ledger, of which this separates the cells; on a sheet, where the file
    /// has such.
    Canonical(char, Option<TakenSheet>),
    /// As a canonical ledger in Parquet.
    Parquet,
    /// As sums that the user's own engine made.
    Aggregated,
    /// As a product's export.
    Export(Box<Understood>),
}

impl How {
    /// The sheet that was read, where the file has such.
    #[must_use]
    pub fn table(&self) -> Option<&TakenSheet> {
        match self {
            Self::Canonical(_, table) => table.as_ref(),
            Self::Export(understood) => understood.table.as_ref(),
            Self::Parquet | Self::Aggregated => None,
        }
    }
}

/// An export, understood.
#[derive(Debug)]
pub struct Understood {
    /// Format, header, columns.
    pub file: Recognised,
    /// `utf-8` …
    pub encoding: &'static str,
    /// `gzip`, `zstd`, `zip`.
    pub packed: Option<&'static str>,
    /// The sheet, where the file has such.
    pub table: Option<TakenSheet>,
    /// Order of day and month.
    pub date_order: DateOrder,
    /// What proves it.
    pub date_proof: String,
    /// The names of the settings that accounts of the file answer to.
    pub found: BTreeSet<String>,
    /// Every account of the file.
    pub accounts: BTreeMap<String, AccountLine>,
    /// Rows that are no usage, by reason: how many, and the first of them.
    pub set_aside: BTreeMap<&'static str, (u64, u64)>,
}

/// How much of a file is looked at to see whether it is canonical.
const HEAD: u64 = 64 * 1024;

/// Reads a ledger to its end. `name` is what findings and errors call the file.
///
/// # Errors
/// The file as a whole cannot be read or understood; bad rows are no error.
pub fn read(input: impl Read + Seek + Send, name: &str, reading: &Reading<'_>) -> Result<(Ledger, How), Problem> {
    let (mut ledger, how) = any(input, name, reading)?;
    let of_rows = ledger.problems.iter_mut().map(|p| &mut p.file);
    let of_rows = of_rows.chain(ledger.aside.iter_mut().map(|row| &mut row.file));
    let of_sums = ledger.checks.iter_mut().map(|c| &mut c.file);
    for file in of_rows.chain(of_sums).chain(ledger.hidden.iter_mut().map(|h| &mut h.file)) {
        name.clone_into(file);
    }
    Ok((ledger, how))
}

/// What a file is, with what was read of it to see that.
enum Kind {
    Canonical(Vec<u8>),
    Parquet(Vec<u8>),
    /// A product's export, to be read as it comes.
    Export(Vec<u8>),
    /// To be decoded first: sums, anything in UTF-16, workbooks and the like.
    Other(Vec<u8>),
}

impl Reading<'_> {
    fn canonical(&self) -> canonical::Options<'_> {
        canonical::Options {
            period: self.period,
            currency: self.currency,
            default_currency: self.default_currency,
            date_order: self.date_order,
            timezone: self.timezone,
        }
    }

    fn takes_canonical(&self, head: &[u8]) -> bool {
        self.format == CANONICAL || (self.format == AUTO && delimiter(head).is_some())
    }
}

fn look<R: Read>(mut file: Unpacked<R>, name: &str, reading: &Reading<'_>) -> Result<(Kind, Unpacked<R>), Problem> {
    let mut head = Vec::new();
    (&mut file).take(HEAD).read_to_end(&mut head).map_err(|e| {
        Problem::stop("ledger-unreadable", format!("the ledger {name} cannot be read")).at(name).because(e.to_string())
    })?;
    let kind = if head.starts_with(b"PAR1") {
        Kind::Parquet(head)
    } else if tables::holds_tables(&head) {
        Kind::Other(head)
    } else if !is_utf16(&head) && reading.takes_canonical(&head) {
        Kind::Canonical(head)
    } else if is_utf16(&head) || reading.format == AGGREGATED {
        Kind::Other(head)
    } else {
        Kind::Export(head)
    };
    Ok((kind, file))
}

fn any(mut input: impl Read + Seek + Send, name: &str, reading: &Reading<'_>) -> Result<(Ledger, How), Problem> {
    if is_parquet(&mut input) {
        return Ok((parquet(input, name, &reading.canonical(), true)?, How::Parquet));
    }
    let (kind, mut file) = look(Unpacked::new(input, name)?, name, reading)?;
    let options = reading.canonical();
    let (ledger, how) = match kind {
        Kind::Canonical(head) => {
            (canonical::sums(head.as_slice().chain(&mut file), name, &options)?, canonically(&head, None))
        }
        Kind::Parquet(head) => (parquet(in_memory(&mut file, head, name)?, name, &options, false)?, How::Parquet),
        Kind::Export(head) => return export(&head, file, name, reading),
        Kind::Other(head) => {
            let file = text(file, head, name, reading)?;
            if reading.takes_canonical(file.text.as_bytes()) {
                let ledger = canonical::sums(file.text.as_bytes(), name, &options)?;
                let hidden = tabled::hidden_of_canonical(&file);
                let how = canonically(file.text.as_bytes(), file.table);
                return Ok((Ledger { sha256: file.sha256, bytes: file.bytes, hidden, ..ledger }, how));
            }
            if reading.format == AGGREGATED {
                return Ok((aggregated::read(&file, name, reading.currency)?, How::Aggregated));
            }
            let (read, found, _) = export_of(file.text.as_bytes(), name, reading, file.table.is_some(), None)?;
            let hidden = tabled::hidden_of_export(&file, &found);
            let how = understood(&read, found, (file.encoding, file.packed, file.table));
            return Ok((Ledger { sha256: file.sha256, bytes: file.bytes, hidden, ..read.ledger }, how));
        }
    };
    let (sha256, bytes) = file.finish();
    Ok((Ledger { sha256, bytes, ..ledger }, how))
}

fn canonically(head: &[u8], table: Option<TakenSheet>) -> How {
    How::Canonical(char::from(delimiter(head).unwrap_or(b',')), table)
}

/// Whether a file that can be read in any order is Parquet. What cannot is looked at as it
/// comes.
fn is_parquet(input: &mut (impl Read + Seek)) -> bool {
    let mut start = Vec::new();
    let begins = input.stream_position().is_ok_and(|at| at == 0);
    begins && input.take(4).read_to_end(&mut start).is_ok() && input.rewind().is_ok() && start == b"PAR1"
}

#[cfg(feature = "parquet")]
use super::parquet::{rows as parquet_rows, sums as parquet};

/// In place of the reader that this binary is built without.
#[cfg(not(feature = "parquet"))]
fn parquet<R>(_: R, name: &str, _: &canonical::Options<'_>, _: bool) -> Result<Ledger, Problem> {
    Err(Problem::stop("ledger-unreadable", format!("the ledger {name} is Parquet"))
        .at(name)
        .because("this binary was built without the feature `parquet`"))
}

#[cfg(not(feature = "parquet"))]
fn parquet_rows<R>(
    input: R,
    name: &str,
    options: &canonical::Options<'_>,
    _: &Wanted,
) -> Result<Vec<PostedRow>, Problem> {
    parquet(input, name, options, false).map(|_| Vec::new())
}

/// The largest Parquet file that is taken from a pipe or packed: its directory stands at its
/// end, so such a file is read whole before its first row is.
const MAX_PARQUET: u64 = 1024 * 1024 * 1024;

/// A file that can be read in its own order only, as one that can be read in any.
fn in_memory<R: Read>(file: &mut Unpacked<R>, head: Vec<u8>, name: &str) -> Result<Cursor<Vec<u8>>, Problem> {
    let refuse = |what: &str, why: &str| {
        Problem::stop("ledger-unreadable", format!("the ledger {name} {what}")).at(name).because(why)
    };
    let mut bytes = head;
    file.take(MAX_PARQUET).read_to_end(&mut bytes).map_err(|e| refuse("cannot be read", &e.to_string()))?;
    if bytes.len() as u64 > MAX_PARQUET {
        return Err(refuse("is too large", "Parquet that is packed or comes through a pipe is read up to 1 GiB")
            .next("name the file itself; or add it up where it lies: `crossfoot sql`"));
    }
    Ok(Cursor::new(bytes))
}

/// Whether a file begins as UTF-16 does: by its mark, or by a zero beside a first letter.
fn is_utf16(head: &[u8]) -> bool {
    matches!(head, [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [_, 0, _, 0, ..] | [0, _, 0, _, ..])
}

/// A file's text: that of the bytes, or of the sheet that is the ledger.
fn text<R: Read>(file: Unpacked<R>, head: Vec<u8>, name: &str, reading: &Reading<'_>) -> Result<Decoded, Problem> {
    if !tables::holds_tables(&head) {
        return decode::decode_from(file, head, name);
    }
    let formats = match reading.format {
        CANONICAL | AGGREGATED => Vec::new(),
        other => formats(other, reading.own_formats)?,
    };
    let packed = file.packed();
    let (plain, sha256, bytes) = decode::whole(file, head, name)?;
    let naming = Naming::new(reading.accounts, None);
    let named = |account: &str| naming.find(account, "").is_some();
    let fits = |text: &str| {
        reading.format == AGGREGATED
            || recognise::fits(text, name, &formats, &named)
            || ([AUTO, CANONICAL].contains(&reading.format) && delimiter(text.as_bytes()).is_some())
    };
    let (text, encoding, table, is_zip) = tabled::choose(plain, name, reading.sheet, reading.default_currency, &fits)?;
    let packed = packed.or(is_zip.then_some("zip"));
    Ok(Decoded { text, encoding, packed, sha256, bytes, table })
}

/// How a file is encoded and packed, and its sheet.
type Around = (&'static str, Option<&'static str>, Option<TakenSheet>);

fn understood(read: &Export, file: Recognised, (encoding, packed, table): Around) -> How {
    How::Export(Box::new(Understood {
        file,
        encoding,
        packed,
        table,
        date_order: read.date_order,
        date_proof: read.date_proof.clone(),
        found: read.found.clone(),
        accounts: read.accounts.clone(),
        set_aside: read.set_aside.clone(),
    }))
}

/// How much of an export is looked at to see how it reads.
const EXPORT_HEAD: u64 = 256 * 1024;

fn export<R: Read + Send>(
    head: &[u8],
    mut file: Unpacked<R>,
    name: &str,
    reading: &Reading<'_>,
) -> Result<(Ledger, How), Problem> {
    let packed = file.packed();
    let (read, found, encoding) = export_of(head.chain(&mut file), name, reading, false, None)?;
    let (sha256, bytes) = file.finish();
    let how = understood(&read, found, (encoding, packed, None));
    Ok((Ledger { sha256, bytes, ..read.ledger }, how))
}

/// Recognises an export by its beginning, and reads it to its end. `is_placed` says that its
/// cells stand in their columns whatever they hold, as those of a sheet.
fn export_of(
    mut input: impl Read + Send,
    name: &str,
    reading: &Reading<'_>,
    is_placed: bool,
    wanted: Option<&Wanted>,
) -> Result<(Export, Recognised, &'static str), Problem> {
    let formats = formats(reading.format, reading.own_formats)?;
    let mut head = Vec::new();
    (&mut input).take(EXPORT_HEAD).read_to_end(&mut head).map_err(|e| {
        Problem::stop("ledger-unreadable", format!("the ledger {name} cannot be read")).at(name).because(e.to_string())
    })?;
    let is_long = head.len() as u64 == EXPORT_HEAD;
    if head.starts_with(b"\xef\xbb\xbf") {
        head.drain(..3);
    }
    let naming = Naming::new(reading.accounts, None);
    let named = |account: &str| naming.find(account, "").is_some();
    let beginning = if is_long { whole_lines(&head) } else { &head };
    let mut found = recognise(beginning, name, &formats, &named)
        .map_err(|problem| with_other(problem, reading, |formats| recognise(beginning, name, formats, &named)))?;
    found.is_placed = is_placed;
    let rest = head.as_slice().chain(&mut input);
    let mut table = Table::new(rest, found.delimiter, found.widths.clone(), name, true);
    let work = |rows: &mut dyn SheetRows| export_rows(&found, rows, name, reading, wanted);
    let two = is_long && std::thread::available_parallelism().is_ok_and(|threads| threads.get() > 1);
    let read = if two { ahead::read(&mut table, work)? } else { work(&mut table)? };
    let encoding = table.encoding();
    Ok((read, found, encoding))
}

/// Says which format reads a file that is not in the one that was asked for.
fn with_other(
    mut problem: Problem,
    reading: &Reading<'_>,
    recognise: impl Fn(&[Format]) -> Result<Recognised, Problem>,
) -> Problem {
    if problem.code != "ledger-format" {
        return problem;
    }
    if reading.format == AUTO {
        let unfinished = reading.own_formats.iter().filter_map(|(own, format)| Some((own, format.open.as_ref()?)));
        problem.also.extend(unfinished.map(|(own, open)| format!("the format `{own}` is not finished: {open}")));
        return problem;
    }
    match formats(AUTO, reading.own_formats).and_then(|all| recognise(&all)) {
        Ok(Recognised { format: Format { name, title, .. }, .. }) => {
            problem.next(format!("`{name}` reads it ({title}): say --format {name}, or [ledger] format in the books"))
        }
        Err(_) => problem,
    }
}

/// Reads the rows of a recognised file, from its first.
fn export_rows(
    found: &Recognised,
    rows: &mut dyn SheetRows,
    name: &str,
    reading: &Reading<'_>,
    wanted: Option<&Wanted>,
) -> Result<Export, Problem> {
    let mut row = SheetRow::default();
    for _ in 0..found.above {
        rows.next(&mut row)?;
    }
    let options = export::Options {
        period: reading.period,
        zone: reading.timezone,
        currency: reading.currency,
        default_currency: found.header_currency.unwrap_or(reading.default_currency),
        accounts: reading.accounts,
        voucher_types: reading.voucher_types,
        resolve: reading.resolve,
        wanted,
    };
    let naming = Naming::new(reading.accounts, found.format.company_mark.as_deref());
    let is_named = |account: &str| naming.find(account, "").is_some();
    let mut rows = Shaped::new(rows, found, &is_named);
    export::read(found, &mut rows, name, reading.date_order, options)
}

/// The lines of the beginning of a file, without one that is cut.
fn whole_lines(head: &[u8]) -> &[u8] {
    let end = head.iter().rposition(|byte| *byte == b'\n').map_or(head.len(), |at| at + 1);
    &head[..end]
}

/// Single rows of a ledger that was read before: those in the period and a few days around
/// it. None are known of a ledger that somebody else added up.
///
/// # Errors
/// As [`read`].
pub fn rows(
    mut input: impl Read + Seek + Send,
    name: &str,
    reading: &Reading<'_>,
    wanted: &Wanted,
) -> Result<Vec<PostedRow>, Problem> {
    if is_parquet(&mut input) {
        return parquet_rows(input, name, &reading.canonical(), wanted);
    }
    let (kind, mut file) = look(Unpacked::new(input, name)?.unhashed(), name, reading)?;
    let options = reading.canonical();
    match kind {
        Kind::Canonical(head) => collect::rows(head.as_slice().chain(&mut file), name, &options, wanted),
        Kind::Export(head) => {
            Ok(export_of(head.as_slice().chain(&mut file), name, reading, false, Some(wanted))?.0.rows)
        }
        Kind::Parquet(head) => parquet_rows(in_memory(&mut file, head, name)?, name, &options, wanted),
        Kind::Other(head) => {
            let file = text(file, head, name, reading)?;
            if reading.takes_canonical(file.text.as_bytes()) {
                return collect::rows(file.text.as_bytes(), name, &options, wanted);
            }
            if reading.format == AGGREGATED {
                return Ok(Vec::new());
            }
            Ok(export_of(file.text.as_bytes(), name, reading, file.table.is_some(), Some(wanted))?.0.rows)
        }
    }
}
