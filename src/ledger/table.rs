//! The bytes of a text file → rows of cells: with a delimiter, or in columns of a fixed
//! width. Each row proves its own encoding; nothing is replaced or dropped on the way.

use std::io::{BufRead, BufReader, Read};

use csv::ByteRecord;
use encoding_rs::WINDOWS_1252;

use super::rows::{Next, Rows};
use super::sheet::{SheetRow, SheetRows};
use super::source::Source;
use crate::model::money::shorten;
use crate::model::problem::Problem;

/// Columns, at most: more are no ledger.
const MAX_COLUMNS: usize = 1_000;
/// How much is read at a time: small enough to stay in a core's own cache.
const READ_BYTES: usize = 64 * 1024;
/// Rows among which the line of hyphens of a table of text stands.
const RULE_WITHIN: usize = 60;
/// Stands for columns of a fixed width, ruled off by hyphens below the header.
pub(super) const RULED: char = ' ';

/// Which encodings rows were in: the first of each that was not plain ASCII.
#[derive(Clone, Copy, Debug, Default)]
struct Encodings {
    utf8: Option<u64>,
    windows: Option<u64>,
}

enum Lines<R: Read> {
    Cells(Box<csv::Reader<Source<R>>>),
    Ruled(Box<BufReader<R>>),
}

/// The rows of a text file.
pub(super) struct Table<'a, R: Read> {
    lines: Lines<R>,
    steps: Rows<'a>,
    record: ByteRecord,
    buffer: Vec<u8>,
    columns: Vec<(usize, usize)>,
    name: &'a str,
    /// Whether it is all of the file: a quote left open is then an error.
    whole: bool,
    encodings: Encodings,
}

impl<'a, R: Read> Table<'a, R> {
    /// `columns` are those of a table of fixed width, as [`ruled`] finds them.
    pub(super) fn new(input: R, delimiter: char, columns: Vec<(usize, usize)>, name: &'a str, whole: bool) -> Self {
        let lines = if delimiter == RULED {
            Lines::Ruled(Box::new(BufReader::new(input)))
        } else {
            let mut builder = csv::ReaderBuilder::new();
            builder
                .has_headers(false)
                .flexible(true)
                .buffer_capacity(READ_BYTES)
                .delimiter(u8::try_from(delimiter).unwrap_or(b','));
            Lines::Cells(Box::new(builder.from_reader(Source::new(input))))
        };
        Self {
            lines,
            steps: Rows::new(name),
            record: ByteRecord::new(),
            buffer: Vec::new(),
            columns,
            name,
            whole,
            encodings: Encodings::default(),
        }
    }

    /// `utf-8`, `windows-1252`, or both.
    pub(super) fn encoding(&self) -> &'static str {
        match (self.encodings.utf8, self.encodings.windows) {
            (_, None) => "utf-8",
            (None, Some(_)) => "windows-1252",
            (Some(_), Some(_)) => "utf-8 and windows-1252, row by row",
        }
    }

    fn cells(&mut self, row: &mut SheetRow) -> Result<bool, Problem> {
        let Lines::Cells(reader) = &mut self.lines else { return Ok(false) };
        reader.get_ref().since_row.set(0);
        match self.steps.next(reader, &mut self.record)? {
            Next::End => return Ok(false),
            Next::OpenQuote if !self.whole => return Ok(false),
            Next::OpenQuote => {
                return Err(Problem::stop(
                    "ledger-unreadable",
                    format!("a quote is opened in {} and never closed", self.name),
                )
                .at(format!("{}, row {}", self.name, self.steps.line))
                .because("the rows after it cannot be told from it")
                .next("correct that row, or export the file again")
                .not_done("Nothing was computed from it."));
            }
            Next::Row => {}
        }
        if self.record.len() > MAX_COLUMNS {
            return Err(Problem::stop(
                "ledger-unreadable",
                format!("a row of {} has {} cells", self.name, self.record.len()),
            )
            .at(format!("{}, row {}", self.name, self.steps.line))
            .because(format!("no ledger has more than {MAX_COLUMNS} columns"))
            .next("export it again")
            .not_done("Nothing was computed from it."));
        }
        row.begin(self.steps.line);
        let line = row.line;
        let whole = std::str::from_utf8(self.record.as_slice()).ok().filter(|text| {
            // Two cells may be no text each, and one together.
            text.is_ascii() || self.record.iter().all(|cell| std::str::from_utf8(cell).is_ok())
        });
        if let Some(text) = whole {
            if self.encodings.utf8.is_none() && !text.is_ascii() {
                self.encodings.utf8 = Some(line);
            }
            let mut end = 0;
            row.fill(
                text,
                self.record.iter().map(|cell| {
                    end += cell.len();
                    end
                }),
            );
        } else {
            self.encodings.windows.get_or_insert(line);
            for cell in &self.record {
                row.push(&WINDOWS_1252.decode_without_bom_handling(cell).0);
            }
        }
        is_text(row, self.name)?;
        Ok(true)
    }

    fn ruled(&mut self, row: &mut SheetRow) -> Result<bool, Problem> {
        let Lines::Ruled(reader) = &mut self.lines else { return Ok(false) };
        loop {
            self.buffer.clear();
            let read = reader.read_until(b'\n', &mut self.buffer).map_err(|e| {
                Problem::stop("ledger-unreadable", format!("the ledger {} cannot be read", self.name))
                    .because(e.to_string())
            })?;
            if read == 0 {
                return Ok(false);
            }
            self.steps.line += 1;
            let text = match std::str::from_utf8(&self.buffer) {
                Ok(text) => {
                    if !text.is_ascii() {
                        self.encodings.utf8.get_or_insert(self.steps.line);
                    }
                    text.into()
                }
                Err(_) => {
                    self.encodings.windows.get_or_insert(self.steps.line);
                    WINDOWS_1252.decode_without_bom_handling(&self.buffer).0
                }
            };
            let line = text.trim_end_matches(['\r', '\n']);
            if is_rule(line) {
                continue;
            }
            let chars: Vec<char> = line.chars().collect();
            row.begin(self.steps.line);
            for (at, width) in &self.columns {
                let end = (at + width).min(chars.len());
                row.push(&chars.get(*at..end).unwrap_or_default().iter().collect::<String>());
            }
            is_text(row, self.name)?;
            return Ok(true);
        }
    }
}

impl<R: Read> SheetRows for Table<'_, R> {
    fn next(&mut self, row: &mut SheetRow) -> Result<bool, Problem> {
        if matches!(self.lines, Lines::Ruled(_)) { self.ruled(row) } else { self.cells(row) }
    }
}

/// What no text holds, in a cell: the whole file is refused, since it may stand for anything.
fn is_text(row: &SheetRow, name: &str) -> Result<(), Problem> {
    let is_control = |c: char| c.is_control() && !"\r\n\t".contains(c);
    let text = row.text();
    // Looked at in many bytes at once, and only then in characters.
    // (Beyond ASCII those are two bytes, of which the first is C2.)
    let may_be_one = |byte: u8| byte < b' ' || byte == 0x7f || byte == 0xc2;
    if !text.bytes().fold(false, |any, byte| any | may_be_one(byte)) || !text.contains(is_control) {
        return Ok(());
    }
    let Some((column, cell)) = row.filled().find(|(_, cell)| cell.contains(is_control)) else { return Ok(()) };
    let code = cell.chars().find(|c| is_control(*c)).map_or(0, u32::from);
    Err(Problem::stop("ledger-unreadable", format!("the ledger {name} holds characters that are no text"))
        .at(format!("{name}, row {}, column {}", row.line, column + 1))
        .because(format!("`{}` has the control character U+{code:04X}", shorten(cell)))
        .next("correct that cell, or export the file again, as CSV in UTF-8 if the product offers it")
        .not_done("Nothing was computed from it."))
}

fn is_rule(line: &str) -> bool {
    line.split_whitespace().count() > 1 && line.chars().all(|c| c == '-' || c == ' ') && line.contains("--")
}

/// The columns of a table of text: the hyphens below its header say where they are.
pub(super) fn ruled(text: &str) -> Option<Vec<(usize, usize)>> {
    let rule = text.lines().take(RULE_WITHIN).find(|line| is_rule(line))?;
    let mut columns = Vec::new();
    let mut at = 0;
    for part in rule.split_inclusive(' ') {
        let width = part.chars().filter(|c| *c == '-').count();
        if width > 0 {
            columns.push((at, width));
        }
        at += part.chars().count();
    }
    Some(columns)
}

/// All rows of an excerpt.
pub(super) fn rows(
    head: &[u8],
    delimiter: char,
    columns: Vec<(usize, usize)>,
    name: &str,
) -> Result<Vec<SheetRow>, Problem> {
    let mut table = Table::new(head, delimiter, columns, name, false);
    let mut rows = Vec::new();
    let mut row = SheetRow::default();
    while table.next(&mut row)? {
        rows.push(row.clone());
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_two_encodings_are_each_read_in_their_own() {
        let bytes = b"Caf\xc3\xa9,1\nM\xfcller,2\n";
        let mut table = Table::new(&bytes[..], ',', Vec::new(), "l.csv", true);
        let mut row = SheetRow::default();
        let mut names = Vec::new();
        while table.next(&mut row).unwrap() {
            names.push(row.cell(0).to_owned());
        }
        assert_eq!(names, ["Café", "Müller"]);
        assert_eq!(table.encoding(), "utf-8 and windows-1252, row by row");
    }

    #[test]
    fn two_cells_that_are_text_only_together_are_each_read() {
        let row = rows(b"a\xc3,\xa9b\n", ',', Vec::new(), "l.csv").unwrap().remove(0);
        assert_eq!(row.cells().collect::<Vec<_>>(), ["a\u{c3}", "\u{a9}b"]);
    }

    #[test]
    fn what_is_no_text_is_told_with_its_cell() {
        let problem = rows(b"a,b\nc,x\0y\n", ',', Vec::new(), "l.csv").unwrap_err();
        assert_eq!(problem.place.as_deref(), Some("l.csv, row 2, column 2"));
        assert!(rows(b"a,b\nc,\x81\n", ',', Vec::new(), "l.csv").is_err());
    }
}
