//! Any file of rows, opened for a reader that is no ledger's: unpacked, decoded, a workbook's
//! sheet taken out, and streamed where it is plain text.

use std::fs::File;
use std::io::{Chain, Cursor, Read};
use std::path::Path;

use super::decode::{self, Unpacked};
use super::sheet::{SheetRow, SheetRows};
use super::table::{self, Table};
use super::tabled;
use crate::model::money::Currency;
use crate::model::problem::{Problem, io};
use crate::tables;

/// How much is looked at to see how a file reads.
const HEAD: u64 = 256 * 1024;

/// A file whose beginning has been read.
pub(crate) struct Opened {
    /// The beginning, without a byte order mark.
    pub head: Vec<u8>,
    rest: Box<dyn Read + Send>,
}

/// The file's bytes once more from their beginning.
pub(crate) type Bytes = Chain<Cursor<Vec<u8>>, Box<dyn Read + Send>>;

/// Opens a file. Of a workbook with several sheets, the one whose text `fits` is taken.
///
/// # Errors
/// It is not there, cannot be read, or is no text and no table.
pub(crate) fn open(path: &Path, name: &str, fits: &dyn Fn(&str) -> bool) -> Result<Opened, Problem> {
    let file = File::open(path)
        .map_err(|e| io("no-calls", "read the calls in", path, &e).not_done("Nothing was compared."))?;
    let mut file = Unpacked::new(file, name)?.unhashed();
    let mut head = Vec::new();
    (&mut file).take(HEAD).read_to_end(&mut head).map_err(|e| {
        Problem::stop("ledger-unreadable", format!("{name} cannot be read")).at(name).because(e.to_string())
    })?;
    if head.starts_with(b"PAR1") {
        return Err(Problem::stop("ledger-unreadable", format!("{name} is Parquet"))
            .at(name)
            .next("write it as CSV, which is read at any size")
            .not_done("Nothing was compared."));
    }
    let is_utf16 = matches!(&*head, [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [_, 0, _, 0, ..] | [0, _, 0, _, ..]);
    if tables::holds_tables(&head) || is_utf16 {
        let (whole, _, _) = decode::whole(file, head, name)?;
        let text = if is_utf16 {
            decode::text_of(&whole, name)?.0
        } else {
            tabled::choose(whole, name, None, Currency::INR, fits)?.0
        };
        return Ok(Opened { head: text.into_bytes(), rest: Box::new(std::io::empty()) });
    }
    if head.starts_with(b"\xef\xbb\xbf") {
        head.drain(..3);
    }
    Ok(Opened { head, rest: Box::new(file) })
}

impl Opened {
    /// Whether it is JSON.
    pub(crate) fn is_json(&self) -> bool {
        self.head.iter().find(|b| !b.is_ascii_whitespace()).is_some_and(|b| matches!(b, b'{' | b'['))
    }

    /// The rows of its beginning.
    ///
    /// # Errors
    /// They cannot be read.
    pub(crate) fn sample(&self, delimiter: char, name: &str) -> Result<Vec<SheetRow>, Problem> {
        sample(&self.head, delimiter, name)
    }

    /// The whole file.
    pub(crate) fn bytes(self) -> Bytes {
        Cursor::new(self.head).chain(self.rest)
    }

    /// All of its rows.
    pub(crate) fn rows(self, delimiter: char, name: &str) -> impl SheetRows + '_ {
        Table::new(self.bytes(), delimiter, Vec::new(), name, true)
    }
}

/// The whole rows of the beginning of a file.
///
/// # Errors
/// They cannot be read.
pub(crate) fn sample(head: &[u8], delimiter: char, name: &str) -> Result<Vec<SheetRow>, Problem> {
    let is_cut = head.len() as u64 >= HEAD;
    let last = head.iter().rposition(|byte| *byte == b'\n').filter(|_| is_cut);
    let end = last.map_or(head.len(), |at| at + 1);
    table::rows(&head[..end], delimiter, Vec::new(), name)
}
