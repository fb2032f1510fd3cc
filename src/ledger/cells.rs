//! A piece of whole CSV rows → its cells, without copying: spans of the piece, and of a
//! side buffer for the few cells that are not written as they read (`"5"" pipe"`).

use wide::u8x16;

/// A cell without the blanks around it: a span of the piece, or of the side buffer. Eight
/// bytes, since a row that counts keeps two of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cell {
    from: u32,
    /// Its end; the highest bit tells a span of the side buffer.
    to: u32,
}

const ASIDE: u32 = 1 << 31;

/// One row.
#[derive(Debug)]
pub(super) struct Record<'a> {
    /// Its cells; of an overlong row only the first, as many as were asked for and one.
    pub(super) cells: &'a [Cell],
    /// How many cells it has.
    pub(super) count: usize,
    /// The row as it stands, without its line end.
    pub(super) raw: &'a [u8],
    /// Its number among the rows of the piece, counted as spreadsheets do, from 0: a line
    /// break inside a quoted cell does not begin a row, an empty line is one.
    pub(super) row: u64,
    pub(super) text: Text<'a>,
    pub(super) delimiter: u8,
}

/// Where cells find their bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text<'a> {
    pub(super) piece: &'a [u8],
    pub(super) aside: &'a [u8],
}

impl<'a> Text<'a> {
    /// A cell's bytes, without its quotes and the blanks around it.
    #[inline]
    pub(super) fn of(&self, cell: Cell) -> &'a [u8] {
        let (whole, from, length) = self.place(cell);
        &whole[from..from + length]
    }
}

impl Cell {
    /// A span of the piece.
    pub(super) fn new(from: usize, to: usize) -> Self {
        Self::span(from, to, false)
    }

    #[inline]
    fn span(from: usize, to: usize, aside: bool) -> Self {
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX) & !ASIDE;
        Self { from: place(from), to: place(to) | if aside { ASIDE } else { 0 } }
    }
}

impl<'a> Text<'a> {
    /// The cell without `blank` characters at its ends; as it is where it is no text.
    pub(super) fn trimmed(&self, cell: Cell, blank: fn(char) -> bool) -> Cell {
        let Ok(text) = std::str::from_utf8(self.of(cell)) else { return cell };
        let from = cell.from as usize + text.len() - text.trim_start_matches(blank).len();
        Cell::span(from, from + text.trim_matches(blank).len(), cell.to & ASIDE != 0)
    }

    /// The bytes that a cell stands among, where in them, and its length.
    #[inline]
    pub(super) fn place(&self, cell: Cell) -> (&'a [u8], usize, usize) {
        let whole = if cell.to & ASIDE == 0 { self.piece } else { self.aside };
        let from = cell.from as usize;
        (whole, from, (cell.to & !ASIDE) as usize - from)
    }
}

impl<'a> Record<'a> {
    /// A cell's bytes; nothing where the row is too short.
    #[inline]
    pub(super) fn cell(&self, index: usize) -> &'a [u8] {
        self.cells.get(index).map_or(&[], |cell| self.text.of(*cell))
    }

    /// Where a cell stands.
    #[inline]
    pub(super) fn span(&self, index: usize) -> Cell {
        self.cells.get(index).copied().unwrap_or_default()
    }

    /// Whether no cell holds anything but blanks.
    pub(super) fn is_blank(&self) -> bool {
        self.raw.iter().all(|byte| *byte == self.delimiter || *byte == b'"' || byte.is_ascii_whitespace())
    }
}

/// How a row's cells begin and end, as RFC 4180 has it and the csv crate reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// In a cell without quotes, or behind the closing quote of one with.
    Bare,
    Quoted,
    /// Behind a quote at this place: doubled if another follows at once.
    Closed(usize),
}

impl State {
    /// Behind a quote at `at`; `begins`: at the beginning of a cell.
    #[inline]
    pub(super) fn behind_quote(self, at: usize, begins: bool) -> Self {
        match self {
            Self::Bare if begins => Self::Quoted,
            Self::Bare => Self::Bare,
            Self::Quoted => Self::Closed(at),
            Self::Closed(before) if before + 1 == at => Self::Quoted,
            Self::Closed(_) => Self::Bare,
        }
    }
}

/// How many bytes are looked at together.
pub(super) const BLOCK: usize = 64;

/// A bit for each of at most [`BLOCK`] bytes.
#[derive(Clone, Copy)]
pub(super) struct Marks {
    /// What ends a cell outside of quotes: a comma or what stands for it, a line end.
    ends: u64,
    pub(super) lines: u64,
    quotes: u64,
}

impl Marks {
    #[inline]
    pub(super) fn of(bytes: &[u8], delimiter: u8) -> Self {
        let mut block = [0; BLOCK];
        let whole: &[u8; BLOCK] = match bytes.try_into() {
            Ok(whole) => whole,
            Err(_) => {
                block[..bytes.len()].copy_from_slice(bytes);
                &block
            }
        };
        let (comma, line, quote) = (u8x16::splat(delimiter), u8x16::splat(b'\n'), u8x16::splat(b'"'));
        let mut marks = Self { ends: 0, lines: 0, quotes: 0 };
        for (place, part) in whole.as_chunks::<16>().0.iter().enumerate() {
            let part = u8x16::new(*part);
            let lines = part.simd_eq(line);
            marks.ends |= u64::from((part.simd_eq(comma) | lines).to_bitmask()) << (16 * place);
            marks.lines |= u64::from(lines.to_bitmask()) << (16 * place);
            marks.quotes |= u64::from(part.simd_eq(quote).to_bitmask()) << (16 * place);
        }
        marks
    }

    /// Which bytes stand inside of quotes, an opening quote included: where every quote
    /// opens a cell at its beginning or closes one at its end. None where one does not, and
    /// each must be looked at by itself. `begins`: the block begins a cell; `end`: the end
    /// of the piece.
    #[inline]
    pub(super) fn inside(self, state: State, from: usize, begins: bool, end: u64) -> Option<u64> {
        let (within, closed) = match state {
            State::Bare => (0, 0),
            State::Quoted => (u64::MAX, 0),
            State::Closed(at) if at + 1 == from => (0, 1),
            State::Closed(_) => return None,
        };
        let ends = self.ends | end;
        // Each bit becomes the parity of itself and all before it.
        let inside = [1, 2, 4, 8, 16, 32].iter().fold(self.quotes, |bits, by| bits ^ (bits << by)) ^ within;
        let opening = self.quotes & inside & !(self.ends << 1 | u64::from(begins));
        let closing = ((self.quotes & !inside) << 1 | closed) & !ends;
        (opening | closing | (end & inside) == 0).then_some(inside)
    }

    /// How the block at `from`, of which `inside` is known, ends.
    #[inline]
    pub(super) fn state_behind(self, inside: u64, from: usize) -> State {
        match (inside >> (BLOCK - 1), self.quotes >> (BLOCK - 1)) {
            (1, _) => State::Quoted,
            (_, 1) => State::Closed(from + BLOCK - 1),
            _ => State::Bare,
        }
    }
}

/// A span without the blanks at its ends.
#[inline]
fn trimmed(whole: &[u8], mut from: usize, mut to: usize, aside: bool) -> Cell {
    while from < to && whole[from].is_ascii_whitespace() {
        from += 1;
    }
    while from < to && whole[to - 1].is_ascii_whitespace() {
        to -= 1;
    }
    Cell::span(from, to, aside)
}

/// Hands every row of a piece to `each`, and returns how many rows there were, empty lines
/// included, and the side buffer that [`Cell`]s may point to. `wanted` is how many cells
/// are kept of a row.
pub(super) fn records(piece: &[u8], delimiter: u8, wanted: usize, mut each: impl FnMut(&Record<'_>)) -> (u64, Vec<u8>) {
    let mut aside: Vec<u8> = Vec::new();
    let mut cells: Vec<Cell> = Vec::with_capacity(wanted.min(64) + 1);
    let (mut count, mut row) = (0, 0);
    let (mut cell_start, mut row_start) = (0, 0);
    let mut state = State::Bare;
    // Whether a cell in quotes reads as it is written.
    let mut plain = true;
    for from in (0..=piece.len()).step_by(BLOCK) {
        let bytes = &piece[from..piece.len().min(from + BLOCK)];
        // The end of the piece ends the row that it finds.
        let end = if bytes.len() < BLOCK { 1 << bytes.len() } else { 0 };
        let marks = Marks::of(bytes, delimiter);
        let inside = marks.inside(state, from, cell_start == from, end);
        let mut bits = match inside {
            Some(inside) => {
                state = State::Bare;
                (marks.ends | end) & !inside
            }
            None => marks.ends | marks.quotes | end,
        };
        while bits != 0 {
            let at = from + bits.trailing_zeros() as usize;
            bits &= bits - 1;
            let byte = piece.get(at).copied();
            if byte == Some(b'"') {
                plain &= !matches!(state, State::Closed(_));
                state = state.behind_quote(at, at == cell_start);
                continue;
            }
            match state {
                State::Quoted if byte.is_some() => continue,
                // A quote that is never closed: the cell is what follows it.
                State::Quoted => plain = false,
                State::Closed(before) => plain &= before + 1 == at,
                State::Bare => {}
            }
            let quoted = cell_start < at && piece[cell_start] == b'"';
            let is_empty_line = at == row_start && byte != Some(delimiter);
            if cells.len() <= wanted && !is_empty_line {
                let (mut whole, mut span) = (piece, (cell_start, at));
                if quoted && plain {
                    span = (cell_start + 1, at - 1);
                } else if quoted {
                    let begun = aside.len();
                    unquote(&piece[cell_start..at], &mut aside);
                    (whole, span) = (&aside, (begun, aside.len()));
                }
                cells.push(trimmed(whole, span.0, span.1, quoted && !plain));
            }
            if byte == Some(delimiter) {
                count += 1;
            } else {
                if !is_empty_line {
                    let text = Text { piece, aside: &aside };
                    each(&Record { cells: &cells, count: count + 1, raw: &piece[row_start..at], row, text, delimiter });
                }
                cells.clear();
                // Behind the last line end there is no row.
                row += u64::from(byte.is_some() || !is_empty_line);
                (count, row_start) = (0, at + 1);
            }
            (cell_start, state, plain) = (at + 1, State::Bare, true);
        }
        if let Some(inside) = inside {
            state = marks.state_behind(inside, from);
        }
    }
    (row, aside)
}

/// A cell that begins with a quote and has doubled quotes, or text behind the closing one.
fn unquote(cell: &[u8], into: &mut Vec<u8>) {
    let mut rest = cell.get(1..).unwrap_or_default().iter().copied().peekable();
    while let Some(byte) = rest.next() {
        if byte != b'"' {
            into.push(byte);
        } else if rest.peek() == Some(&b'"') {
            into.push(b'"');
            rest.next();
        } else {
            // The closing quote; what follows it is taken as it stands.
            into.extend(rest);
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use proptest::prelude::*;

    use super::super::pieces::{Pieces, Tail};
    use super::*;

    type Rows = Vec<Vec<Vec<u8>>>;

    fn ours(piece: &[u8]) -> (Rows, Vec<u64>) {
        let (mut rows, mut numbers) = (Vec::new(), Vec::new());
        records(piece, b',', usize::MAX, |record| {
            rows.push((0..record.count).map(|i| record.cell(i).to_vec()).collect());
            numbers.push(record.row);
        });
        (rows, numbers)
    }

    fn theirs(bytes: &[u8]) -> Rows {
        let reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
        reader.into_byte_records().map(|r| r.unwrap().iter().map(|c| c.trim_ascii().to_vec()).collect()).collect()
    }

    /// A reader that gives a few bytes at a time.
    struct Drips<'a>(&'a [u8], usize);

    impl Read for Drips<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let n = self.1.min(buffer.len());
            self.0.read(&mut buffer[..n])
        }
    }

    fn in_pieces(bytes: &[u8]) -> (Rows, Tail) {
        let mut pieces = Pieces::new(Drips(bytes, 7), "x");
        let (mut rows, mut tail) = (Vec::new(), Tail::Ended);
        while let Some(piece) = pieces.next().unwrap() {
            rows.extend(ours(piece.rows()).0);
            tail = piece.tail;
        }
        (rows, tail)
    }

    #[test]
    fn rows_are_counted_as_a_spreadsheet_counts_them() {
        let (rows, numbers) = ours(b"a,b\n\n\"c\nd\",e\nf,\"g\"\"h\"x");
        assert_eq!(numbers, [0, 2, 3]);
        assert_eq!(rows[1][0], b"c\nd");
        assert_eq!(rows[2][1], b"g\"hx");
    }

    #[test]
    fn line_ends_and_a_mark_of_the_encoding_are_no_part_of_cells() {
        let (rows, tail) = in_pieces(b"\xef\xbb\xbfa,b\r\n\"1\r\n2\",3\r\n");
        assert_eq!(rows, [vec![b"a".to_vec(), b"b".to_vec()], vec![b"1\n2".to_vec(), b"3".to_vec()]]);
        assert_eq!(tail, Tail::Ended);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        /// Cells, rows and cuts are those of the csv crate, whatever quotes stand where.
        #[test]
        fn any_bytes_read_as_the_csv_crate_reads_them(
            // Single bytes, and whole cells: blocks in which every quote opens or closes a
            // cell are read another way than those in which one does not.
            text in proptest::collection::vec(
                prop_oneof![
                    1 => proptest::sample::select(vec!["\"", ",", "\n", "\r", "x"]),
                    6 => proptest::sample::select(vec!["\"a, b\",", "xyz,", "\"c\nd\"\n", "12.5\r\n", "\"\"\"q\"\"\",", "\"\","]),
                ],
                0..60,
            ).prop_map(|parts| parts.concat().into_bytes()),
        ) {
            let mut unified: Vec<u8> = Vec::new();
            for (at, byte) in text.iter().enumerate() {
                match byte {
                    b'\n' if at > 0 && text[at - 1] == b'\r' => {}
                    b'\r' => unified.push(b'\n'),
                    _ => unified.push(*byte),
                }
            }
            let expected = theirs(&unified);
            prop_assert_eq!(&ours(&unified).0, &expected);
            let (rows, tail) = in_pieces(&text);
            prop_assert_eq!(rows, expected);
            prop_assert_eq!(tail == Tail::Ended, unified.is_empty() || (unified.ends_with(b"\n") && tail != Tail::OpenQuote));
        }
    }
}
