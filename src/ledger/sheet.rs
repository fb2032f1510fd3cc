//! A row of a sheet, whatever file it stands in: the meeting point of what makes rows out
//! of bytes (text with delimiters, tables of fixed width, workbooks) and what reads them.

use crate::model::problem::Problem;

/// What a cell is, where the file says so itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CellKind {
    /// Text: what it means is for us to find out.
    #[default]
    Text,
    /// A number, written plainly: digits, a point, a minus in front.
    Number,
    /// A day, or a day and a time, written as ISO 8601 has it.
    Date,
}

/// A row with the number that a spreadsheet gives it. Its cells lie in one buffer, so that
/// a row that is filled again costs no memory.
#[derive(Debug, Default)]
pub struct SheetRow {
    /// From 1.
    pub line: u64,
    text: String,
    /// Where each cell ends in the text.
    ends: Vec<u32>,
    /// Empty where all cells are text.
    kinds: Vec<CellKind>,
    /// How many blanks stand before the row's first text: how deep an account stands below
    /// another in reports that show it so.
    pub indent: u16,
    /// Whether it is an account's heading beyond doubt.
    pub is_heading: bool,
    /// Whether its cells stand in other columns than theirs.
    pub(super) has_moved: bool,
}

impl Clone for SheetRow {
    fn clone(&self) -> Self {
        let mut row = Self::default();
        row.clone_from(self);
        row
    }

    /// Fills the memory that is there, which the derived one gives back first.
    fn clone_from(&mut self, other: &Self) {
        let Self { line, text, ends, kinds, indent, is_heading, has_moved } = self;
        (*line, *indent) = (other.line, other.indent);
        (*is_heading, *has_moved) = (other.is_heading, other.has_moved);
        text.clone_from(&other.text);
        ends.clone_from(&other.ends);
        kinds.clone_from(&other.kinds);
    }
}

/// Rows, one after the other.
pub(crate) trait SheetRows {
    /// Fills `row` with the next one; false at the end.
    ///
    /// # Errors
    /// The file cannot be read on.
    fn next(&mut self, row: &mut SheetRow) -> Result<bool, Problem>;
}

impl SheetRow {
    /// Makes it an empty row.
    pub fn begin(&mut self, line: u64) {
        self.line = line;
        self.indent = 0;
        (self.is_heading, self.has_moved) = (false, false);
        self.text.clear();
        self.ends.clear();
        self.kinds.clear();
    }

    /// Adds a cell of text, trimmed.
    pub fn push(&mut self, cell: &str) {
        let end = self.add(cell);
        self.ends.push(end);
    }

    /// Adds a cell's text, trimmed; returns where it ends.
    fn add(&mut self, cell: &str) -> u32 {
        let trimmed = cell.trim();
        if self.text.is_empty() && !trimmed.is_empty() {
            let blanks = cell.chars().take_while(|c| c.is_whitespace()).count();
            self.indent = u16::try_from(blanks).unwrap_or(u16::MAX);
        }
        self.text.push_str(trimmed);
        u32::try_from(self.text.len()).unwrap_or(u32::MAX)
    }

    /// Fills an empty row with cells, which end at these places of a text, trimmed.
    pub(super) fn fill(&mut self, text: &str, ends: impl Iterator<Item = usize>) {
        let (bytes, mut from, mut has_blanks) = (text.as_bytes(), 0, false);
        self.ends.extend(ends.map(|end| {
            if from < end {
                has_blanks |= !(bytes[from].is_ascii_graphic() && bytes[end - 1].is_ascii_graphic());
            }
            from = end;
            u32::try_from(end).unwrap_or(u32::MAX)
        }));
        if has_blanks {
            let mut from = 0;
            for at in 0..self.ends.len() {
                let end = self.ends[at] as usize;
                self.ends[at] = self.add(&text[from..end]);
                from = end;
            }
        } else {
            self.text.push_str(text);
        }
    }

    /// Adds a cell of which the file says what it is.
    pub fn push_kind(&mut self, cell: &str, kind: CellKind) {
        self.kinds.resize(self.ends.len(), CellKind::Text);
        self.push(cell);
        self.kinds.push(kind);
    }

    /// The text of all cells, one after the other.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// How many cells it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether it has no cell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// A cell; empty where the row has none there.
    #[must_use]
    #[inline]
    pub fn cell(&self, index: usize) -> &str {
        let Some(end) = self.ends.get(index) else { return "" };
        let begin = if index == 0 { 0 } else { self.ends[index - 1] };
        self.text.get(begin as usize..*end as usize).unwrap_or_default()
    }

    /// The cell of a column; empty where there is no such column.
    #[must_use]
    #[inline]
    pub fn at(&self, column: Option<usize>) -> &str {
        column.map_or("", |index| self.cell(index))
    }

    /// What the file says that a cell is.
    #[must_use]
    pub fn kind(&self, index: usize) -> CellKind {
        self.kinds.get(index).copied().unwrap_or_default()
    }

    /// All cells.
    pub fn cells(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|index| self.cell(index))
    }

    /// The cells that hold something, with their columns.
    pub fn filled(&self) -> impl Iterator<Item = (usize, &str)> {
        self.cells().enumerate().filter(|(_, cell)| !cell.is_empty())
    }

    /// How many cells hold something.
    pub(super) fn count_filled(&self) -> usize {
        let mut from = 0;
        let filled = |end: &&u32| std::mem::replace(&mut from, **end) != **end;
        self.ends.iter().filter(filled).count()
    }

    /// The row as it stands, shortened.
    #[must_use]
    pub fn shown(&self) -> String {
        let text = self.cells().collect::<Vec<_>>().join(", ");
        match text.char_indices().nth(400) {
            Some((at, _)) => format!("{}…", &text[..at]),
            None => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_its_cells() {
        let mut row = SheetRow::default();
        row.begin(7);
        for cell in ["", "  Inbound Voice ", "5"] {
            row.push(cell);
        }
        row.push_kind("46112", CellKind::Number);
        assert_eq!(row.cells().collect::<Vec<_>>(), ["", "Inbound Voice", "5", "46112"]);
        assert_eq!((row.indent, row.len(), row.cell(9)), (2, 4, ""));
        assert_eq!([row.kind(1), row.kind(3)], [CellKind::Text, CellKind::Number]);
        assert_eq!(row.shown(), ", Inbound Voice, 5, 46112");
        assert_eq!((row.count_filled(), row.filled().count()), (3, 3));
        row.begin(8);
        assert!(row.is_empty());
        row.fill("a b", [1, 1, 3].into_iter());
        assert_eq!(row.cells().collect::<Vec<_>>(), ["a", "", "b"]);
        row.begin(9);
        row.fill("  ab  é\u{a0}", [4, 6, 10].into_iter());
        assert_eq!((row.cells().collect::<Vec<_>>(), row.count_filled(), row.indent), (vec!["ab", "", "é"], 2, 2));
    }
}
