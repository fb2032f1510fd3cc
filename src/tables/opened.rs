//! A file, opened: text as it lies there, or tables by name.

use super::container::{Found, what};
use super::encoding::{NotText, text_of};
use super::sheet::Sheet;
use super::unreadable::Unreadable;
use super::workbook::Workbook;
use super::{html, spreadsheet_xml, tally_xml};
use crate::model::money::Currency;

/// What a file holds.
pub enum Content {
    /// Text; the file itself, or the one file of a ZIP archive.
    Text(Vec<u8>),
    /// Tables.
    Tables(Tables),
}

/// The tables of a file.
pub struct Tables {
    /// `xlsx`, `xlsb`, `xls`, `ods`, `xml spreadsheet`, `html`, `tally-xml`.
    pub kind: &'static str,
    /// Whether a ZIP archive was around it.
    pub is_packed: bool,
    source: Source,
}

enum Source {
    Workbook(Box<Workbook>),
    Read(Vec<Sheet>),
}

/// Opens a file. `home` is the currency whose sign beside a number says nothing; None: no
/// sign does.
///
/// # Errors
/// It is neither text nor tables: what it is, and what to do.
pub fn open(bytes: Vec<u8>, home: Option<Currency>) -> Result<Content, Unreadable> {
    inner(bytes, home, false)
}

fn inner(bytes: Vec<u8>, home: Option<Currency>, is_packed: bool) -> Result<Content, Unreadable> {
    let (kind, sheets) = match what(&bytes)? {
        Found::Text => return Ok(Content::Text(bytes)),
        Found::Packed(_) if is_packed => {
            return Err(Unreadable::new("is a ZIP archive inside a ZIP archive", "unpack it and name what is in it"));
        }
        Found::Packed(inside) => return inner(inside, home, true),
        Found::Workbook(kind) => {
            let book = Workbook::open(bytes, kind, home)?;
            let source = Source::Workbook(Box::new(book));
            return Ok(Content::Tables(Tables { kind: kind.name(), is_packed, source }));
        }
        Found::SpreadsheetXml => ("xml spreadsheet", spreadsheet_xml::read(&text(&bytes)?, home)?),
        Found::TallyXml => ("tally-xml", vec![tally_xml::read(&text(&bytes)?)?]),
        Found::Html => ("html", vec![html::read(&text(&bytes)?)?]),
    };
    Ok(Content::Tables(Tables { kind, is_packed, source: Source::Read(sheets) }))
}

/// The text of markup. Control characters, which Tally puts into narrations, are blanks.
fn text(bytes: &[u8]) -> Result<String, Unreadable> {
    match text_of(bytes) {
        Ok((text, _)) => Ok(text),
        Err(NotText::Control(..)) => {
            let clean: Vec<u8> =
                bytes.iter().map(|b| if *b < 0x20 && !b"\r\n\t".contains(b) { b' ' } else { *b }).collect();
            text_of(&clean)
                .map(|(text, _)| text)
                .map_err(|_| Unreadable::damaged("it holds characters that are no text"))
        }
        Err(NotText::Broken(encoding)) => Err(Unreadable::damaged(format!("it is not whole {encoding} text"))),
    }
}

impl Tables {
    /// The sheets: name, and whether it is hidden.
    #[must_use]
    pub fn sheets(&self) -> Vec<(String, bool)> {
        match &self.source {
            Source::Workbook(book) => book.sheets.clone(),
            Source::Read(sheets) => sheets.iter().map(|sheet| (sheet.name.clone(), false)).collect(),
        }
    }

    /// The beginning of a sheet: enough to see what it is.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn head(&mut self, at: usize) -> Result<Sheet, Unreadable> {
        const ROWS: u64 = 200;
        self.sheet(at, Some(ROWS))
    }

    /// A whole sheet.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn read(&mut self, at: usize) -> Result<Sheet, Unreadable> {
        self.sheet(at, None)
    }

    fn sheet(&mut self, at: usize, rows: Option<u64>) -> Result<Sheet, Unreadable> {
        match &mut self.source {
            Source::Workbook(book) => book.read(at, rows),
            Source::Read(sheets) => {
                sheets.get(at).cloned().ok_or_else(|| Unreadable::damaged(format!("it has no sheet number {}", at + 1)))
            }
        }
    }
}
