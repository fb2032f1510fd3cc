//! One sheet, as CSV that says what the sheet says: rows keep their numbers.

use super::unreadable::Unreadable;

/// The most text that a sheet is taken with; with more, it is written as a canonical ledger.
const MAX_TEXT: usize = 128 * 1024 * 1024;
/// Rows are made as long as the longest before them, up to so many cells.
const PADDED: usize = 1_000;

/// A row that the spreadsheet does not show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HiddenRow {
    /// Its number, from 1.
    pub line: u64,
    /// Its cells.
    pub cells: Vec<String>,
}

/// A sheet that was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// Its name; empty where the file has no sheets.
    pub name: String,
    /// Its cells as CSV with commas, without empty rows at its end. Row 5 of the sheet is row
    /// 5 of the CSV, as a spreadsheet counts it.
    pub text: String,
    /// Rows with something in them that the spreadsheet does not show; they are in `text`.
    pub hidden: Vec<HiddenRow>,
}

/// A sheet on its way: cells come in the order of rows.
#[derive(Default)]
pub(super) struct Writer {
    sheet: Sheet,
    /// The number of the row that is being filled, from 1.
    line: u64,
    /// Rows that are in the text.
    written: u64,
    cells: Vec<String>,
    widest: usize,
    is_hidden: bool,
}

impl Writer {
    pub(super) fn new(name: &str) -> Self {
        Self { sheet: Sheet { name: name.to_owned(), ..Sheet::default() }, line: 1, ..Self::default() }
    }

    /// The number of the row that is being filled.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// Goes to a row, which must not be before the current one.
    pub(super) fn row(&mut self, line: u64, is_hidden: bool) -> Result<(), Unreadable> {
        if line < self.line {
            return Err(Unreadable::damaged(format!("row {line} stands behind row {}", self.line)));
        }
        if line > self.line {
            self.end_row()?;
            self.line = line;
        }
        self.is_hidden |= is_hidden;
        Ok(())
    }

    /// Puts a cell into the current row; `column` from 0.
    pub(super) fn cell(&mut self, column: usize, text: String) {
        // What spreadsheets cannot show, and CSV cannot hold, is a blank. (Beyond ASCII the
        // first byte of such a character is C2.)
        let may_be_control = |byte: u8| byte < b' ' || byte == 0x7f || byte == 0xc2;
        let text = if text.bytes().any(may_be_control) && text.contains(|c: char| c.is_control()) {
            let unified = text.replace("\r\n", "\n").replace('\r', "\n");
            unified.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect()
        } else {
            text
        };
        if text.trim().is_empty() {
            return;
        }
        if self.cells.len() <= column {
            self.cells.resize(column + 1, String::new());
        }
        self.cells[column] = text;
    }

    fn end_row(&mut self) -> Result<(), Unreadable> {
        let is_hidden = std::mem::take(&mut self.is_hidden);
        if self.cells.is_empty() {
            return Ok(());
        }
        let cells = &self.cells;
        let text = &mut self.sheet.text;
        while self.written + 1 < self.line {
            text.push('\n');
            self.written += 1;
        }
        self.widest = self.widest.max(cells.len().min(PADDED));
        for at in 0..cells.len().max(self.widest) {
            if at > 0 {
                text.push(',');
            }
            let Some(cell) = cells.get(at) else { continue };
            if cell.bytes().any(|byte| matches!(byte, b',' | b'"' | b'\n')) {
                text.push('"');
                text.push_str(&cell.replace('"', "\"\""));
                text.push('"');
            } else {
                text.push_str(cell);
            }
        }
        text.push('\n');
        self.written += 1;
        let cells = self.cells.drain(..);
        if is_hidden {
            self.sheet.hidden.push(HiddenRow { line: self.line, cells: cells.collect() });
        }
        if self.sheet.text.len() > MAX_TEXT {
            return Err(Unreadable::new(
                format!("has more than {} MiB of text in one sheet", MAX_TEXT / 1024 / 1024),
                "write it as a canonical ledger in CSV, which may be of any size",
            ));
        }
        Ok(())
    }

    /// The sheet, once all cells are in.
    pub(super) fn finish(mut self) -> Result<Sheet, Unreadable> {
        self.end_row()?;
        Ok(self.sheet)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_keep_their_numbers_and_cells_their_places() {
        let mut sheet = Writer::new("S");
        sheet.row(3, false).unwrap();
        sheet.cell(1, "a, b".into());
        sheet.cell(2, "say \"x\"\r\ny".into());
        sheet.row(5, true).unwrap();
        sheet.cell(0, "1\u{b}2".into());
        sheet.cell(1, " ".into());
        assert!(sheet.row(4, false).is_err());
        let sheet = sheet.finish().unwrap();
        assert_eq!(sheet.text, "\n\n,\"a, b\",\"say \"\"x\"\"\ny\"\n\n1 2,,\n");
        assert_eq!(sheet.hidden, [HiddenRow { line: 5, cells: vec!["1 2".into()] }]);
    }
}
