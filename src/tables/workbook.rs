//! Workbooks, by calamine: cells as their files hold them. What calamine does not tell
//! (hidden rows, number formats of the binary kinds, formulas that nobody computed) is read
//! beside it, in `parts` and `binary`.

use std::cell::Cell;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Once};

use calamine::{Data, DataRef, Ods, Reader, SheetType, SheetVisible, Xls, Xlsb, Xlsx};

use super::marks::Marks;
use super::sheet::{Sheet, Writer};
use super::unreadable::Unreadable;
use super::unsaid::Unsaid;
use super::{binary, numbers, parts};
use crate::model::money::Currency;

/// The kinds of workbook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Xlsx,
    Xlsb,
    Xls,
    Ods,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Xlsb => "xlsb",
            Self::Xls => "xls",
            Self::Ods => "ods",
        }
    }
}

type Bytes = Cursor<Arc<[u8]>>;

enum Book {
    Xlsx(Box<Xlsx<Bytes>>),
    Xlsb(Box<Xlsb<Bytes>>),
    Xls(Box<Xls<Bytes>>),
    Ods(Box<Ods<Bytes>>),
}

/// A workbook that was opened.
pub(super) struct Workbook {
    bytes: Arc<[u8]>,
    book: Book,
    kind: Kind,
    home: Option<Currency>,
    /// Each sheet's name, and whether it is hidden.
    pub(super) sheets: Vec<(String, bool)>,
}

impl Workbook {
    pub(super) fn open(bytes: Vec<u8>, kind: Kind, home: Option<Currency>) -> Result<Self, Unreadable> {
        match kind {
            Kind::Xlsx | Kind::Xlsb => parts::bounded(&bytes, |name| !name.contains("/worksheets/"))?,
            Kind::Ods => parts::check_ods(&bytes)?,
            Kind::Xls => binary::check_xls(&bytes)?,
        }
        let bytes: Arc<[u8]> = bytes.into();
        let input = || Cursor::new(Arc::clone(&bytes));
        let book = guarded(|| {
            Ok(match kind {
                Kind::Xlsx => Book::Xlsx(Box::new(Xlsx::new(input()).map_err(|e| broken(&e))?)),
                Kind::Xlsb => Book::Xlsb(Box::new(Xlsb::new(input()).map_err(|e| broken(&e))?)),
                Kind::Xls => Book::Xls(Box::new(Xls::new(input()).map_err(|e| broken(&e))?)),
                Kind::Ods => Book::Ods(Box::new(Ods::new(input()).map_err(|e| broken(&e))?)),
            })
        })?;
        let sheets = match &book {
            Book::Xlsx(book) => book.sheets_metadata(),
            Book::Xlsb(book) => book.sheets_metadata(),
            Book::Xls(book) => book.sheets_metadata(),
            Book::Ods(book) => book.sheets_metadata(),
        };
        let sheets = sheets
            .iter()
            .filter(|sheet| sheet.typ == SheetType::WorkSheet)
            .map(|sheet| (sheet.name.clone(), sheet.visible != SheetVisible::Visible))
            .collect();
        Ok(Self { bytes, book, kind, home, sheets })
    }

    /// Reads a sheet; its first rows only where `rows` says how many.
    pub(super) fn read(&mut self, at: usize, rows: Option<u64>) -> Result<Sheet, Unreadable> {
        let name = self.sheets.get(at).map_or_else(String::new, |(name, _)| name.clone());
        // A look at the beginning needs nothing but the cells.
        let unsaid = if rows.is_some() && self.kind != Kind::Xlsb { Unsaid::default() } else { self.unsaid(&name)? };
        let home = self.home;
        let mut filling = Filling { sheet: Writer::new(&name), unsaid: &unsaid, rows: rows.unwrap_or(u64::MAX) };
        let book = &mut self.book;
        guarded(AssertUnwindSafe(|| {
            match book {
                Book::Xlsx(book) => {
                    let mut cells = book.worksheet_cells_reader(&name).map_err(|e| broken(&e))?;
                    let code = |style: &calamine::Style| {
                        style
                            .number_format
                            .as_ref()
                            .filter(|f| f.format_id.is_none_or(|id| id >= 164))
                            .map(|f| f.format_code.clone())
                    };
                    let marks: Vec<Option<Marks>> = cells
                        .styles()
                        .iter()
                        .map(|style| code(style).and_then(|code| Marks::of_format(&code, home)))
                        .collect();
                    while let Some((cell, style)) = cells.next_cell_with_style_id().map_err(|e| broken(&e))? {
                        let marks = marks.get(style).and_then(Option::as_ref);
                        if !filling.put(cell.get_position(), cell.get_value(), marks)? {
                            break;
                        }
                    }
                }
                Book::Xlsb(book) => {
                    let mut cells = book.worksheet_cells_reader(&name).map_err(|e| broken(&e))?;
                    while let Some(cell) = cells.next_cell().map_err(|e| broken(&e))? {
                        if !filling.put(cell.get_position(), cell.get_value(), None)? {
                            break;
                        }
                    }
                }
                Book::Xls(book) => filling.all(&book.worksheet_range(&name).map_err(|e| broken(&e))?)?,
                Book::Ods(book) => filling.all(&book.worksheet_range(&name).map_err(|e| broken(&e))?)?,
            }
            filling.sheet.finish()
        }))
    }

    fn unsaid(&self, name: &str) -> Result<Unsaid, Unreadable> {
        match self.kind {
            Kind::Xlsx => parts::of_xlsx(&self.bytes, name),
            Kind::Ods => parts::of_ods(&self.bytes, name, self.home),
            Kind::Xlsb => binary::of_xlsb(&self.bytes, name, self.home),
            Kind::Xls => binary::of_xls(&self.bytes, name, self.home),
        }
    }
}

/// A sheet that cells are put into.
struct Filling<'a> {
    sheet: Writer,
    unsaid: &'a Unsaid,
    rows: u64,
}

impl Filling<'_> {
    /// Puts one cell; false: no more are wanted.
    fn put(
        &mut self,
        (row, column): (u32, u32),
        value: &DataRef<'_>,
        marks: Option<&Marks>,
    ) -> Result<bool, Unreadable> {
        if u64::from(row) >= self.rows {
            return Ok(false);
        }
        let marks = marks.or_else(|| self.unsaid.marked.get(&(row, column)).map(|at| &self.unsaid.marks[*at]));
        let text = if *value == DataRef::Empty && self.unsaid.uncomputed.contains(&(row, column)) {
            "=? (a formula that was never computed)".to_owned()
        } else {
            numbers::text(value, marks)
        };
        if !text.is_empty() {
            self.sheet.row(u64::from(row) + 1, self.unsaid.hidden.contains(&row))?;
            self.sheet.cell(usize::try_from(column).unwrap_or(usize::MAX).min(MAX_COLUMN), text);
        }
        Ok(true)
    }

    fn all(&mut self, range: &calamine::Range<Data>) -> Result<(), Unreadable> {
        let (row, column) = range.start().unwrap_or_default();
        for (down, right, value) in range.cells() {
            let place = |from: u32, by: usize| from.saturating_add(u32::try_from(by).unwrap_or(u32::MAX));
            let at = (place(row, down), place(column, right));
            if *value == Data::Empty && !self.unsaid.uncomputed.contains(&at) {
                continue;
            }
            if !self.put(at, &borrowed(value), None)? {
                break;
            }
        }
        Ok(())
    }
}

/// A cell of those that were read as a whole, as the streams give it.
fn borrowed(value: &Data) -> DataRef<'_> {
    match value {
        Data::Int(whole) => DataRef::Int(*whole),
        Data::Float(value) => DataRef::Float(*value),
        Data::String(text) => DataRef::SharedString(text),
        Data::Bool(value) => DataRef::Bool(*value),
        Data::DateTime(date) => DataRef::DateTime(*date),
        Data::DateTimeIso(text) => DataRef::DateTimeIso(text.clone()),
        Data::DurationIso(text) => DataRef::DurationIso(text.clone()),
        Data::Error(error) => DataRef::Error(error.clone()),
        Data::Empty => DataRef::Empty,
    }
}

/// The last column that a spreadsheet can have, from 0.
const MAX_COLUMN: usize = 16_383;

fn broken(error: &dyn std::fmt::Display) -> Unreadable {
    let text = error.to_string();
    if text.to_lowercase().contains("password") {
        return Unreadable::protected();
    }
    Unreadable::damaged(text)
}

thread_local! {
    /// Whether this thread is in a library whose panics are an answer.
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Runs a reader of other people's bytes. Where it panics, on a file that nobody wrote so,
/// the file is damaged; nothing is printed.
fn guarded<T>(read: impl FnOnce() -> Result<T, Unreadable>) -> Result<T, Unreadable> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let loud = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !GUARDED.get() {
                loud(panic);
            }
        }));
    });
    GUARDED.set(true);
    let read = catch_unwind(AssertUnwindSafe(read));
    GUARDED.set(false);
    read.unwrap_or_else(|_| Err(Unreadable::damaged("its parts do not fit together")))
}
