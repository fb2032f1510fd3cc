//! A piece of whole CSV rows → its cells, without copying: spans of the piece, and of a
//! side buffer for the few cells that are not written as they read (`"5"" pipe"`).

use wide::u8x16;

/// A cell without the blanks around it: a span of the piece, or of the side buffer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cell {
    from: u32,
    to: u32,
    aside: bool,
}

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
        let whole = if cell.aside { self.aside } else { self.piece };
        &whole[cell.from as usize..cell.to as usize]
    }
}

impl Cell {
    /// A cell that is all of a text.
    pub(super) fn whole(text: &[u8]) -> Self {
        Self { from: 0, to: u32::try_from(text.len()).unwrap_or(u32::MAX), aside: false }
    }
}

impl<'a> Text<'a> {
    /// The bytes that a cell stands among, where in them, and its length.
    #[inline]
    pub(super) fn place(&self, cell: Cell) -> (&'a [u8], usize, usize) {
        (if cell.aside { self.aside } else { self.piece }, cell.from as usize, (cell.to - cell.from) as usize)
    }
}

#[cfg(test)]
impl Cell {
    pub(super) fn new(from: usize, to: usize) -> Self {
        Self { from: u32::try_from(from).unwrap(), to: u32::try_from(to).unwrap(), aside: false }
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
        self.raw.iter().all(|byte| matches!(byte, b',' | b'"') || byte.is_ascii_whitespace())
    }
}

/// How a row's cells begin and end, as RFC 4180 has it and the csv crate reads it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// In a cell without quotes, or behind the closing quote of one with.
    Bare,
    Quoted,
    /// Behind a quote at this place: doubled if another follows at once.
    Closed(usize),
}

/// How many bytes are looked at together.
const BLOCK: usize = 64;

/// A bit for each of the bytes, at most [`BLOCK`], that can end a cell or a row or is a quote.
#[inline]
fn marks(bytes: &[u8]) -> u64 {
    let mut block = [0; BLOCK];
    let whole: &[u8; BLOCK] = match bytes.try_into() {
        Ok(whole) => whole,
        Err(_) => {
            block[..bytes.len()].copy_from_slice(bytes);
            &block
        }
    };
    let (comma, line, quote) = (u8x16::splat(b','), u8x16::splat(b'\n'), u8x16::splat(b'"'));
    let mut bits = 0;
    for (place, part) in whole.as_chunks::<16>().0.iter().enumerate() {
        let part = u8x16::new(*part);
        let found = part.simd_eq(comma) | part.simd_eq(line) | part.simd_eq(quote);
        bits |= u64::from(found.to_bitmask()) << (16 * place);
    }
    bits
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
    let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Cell { from: place(from), to: place(to), aside }
}

/// Hands every row of a piece to `each`, and returns how many rows there were, empty lines
/// included, and the side buffer that [`Cell`]s may point to. `wanted` is how many cells
/// are kept of a row.
pub(super) fn records(piece: &[u8], wanted: usize, mut each: impl FnMut(&Record<'_>)) -> (u64, Vec<u8>) {
    let mut aside: Vec<u8> = Vec::new();
    let mut cells: Vec<Cell> = Vec::with_capacity(wanted.min(64) + 1);
    let (mut count, mut row) = (0, 0);
    let (mut cell_start, mut row_start) = (0, 0);
    let mut state = State::Bare;
    // The cell's opening quote, and whether it reads as it is written.
    let (mut quoted, mut plain) = (false, true);
    for from in (0..=piece.len()).step_by(BLOCK) {
        let bytes = &piece[from..piece.len().min(from + BLOCK)];
        // The end of the piece ends the row that it finds.
        let end = if bytes.len() < BLOCK { 1 << bytes.len() } else { 0 };
        let mut bits = marks(bytes) | end;
        while bits != 0 {
            let at = from + bits.trailing_zeros() as usize;
            bits &= bits - 1;
            let byte = piece.get(at).copied();
            if byte == Some(b'"') {
                match state {
                    State::Bare if at == cell_start => (state, quoted, plain) = (State::Quoted, true, true),
                    State::Bare => {}
                    State::Quoted => state = State::Closed(at),
                    State::Closed(before) if before + 1 == at => (state, plain) = (State::Quoted, false),
                    State::Closed(_) => (state, plain) = (State::Bare, false),
                }
                continue;
            }
            match state {
                State::Quoted if byte.is_some() => continue,
                // A quote that is never closed: the cell is what follows it.
                State::Quoted => plain = false,
                State::Closed(before) => plain &= before + 1 == at,
                State::Bare => {}
            }
            let is_empty_line = at == row_start && byte != Some(b',');
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
            if byte == Some(b',') {
                count += 1;
            } else {
                if !is_empty_line {
                    let text = Text { piece, aside: &aside };
                    each(&Record { cells: &cells, count: count + 1, raw: &piece[row_start..at], row, text });
                }
                cells.clear();
                // Behind the last line end there is no row.
                row += u64::from(byte.is_some() || !is_empty_line);
                (count, row_start) = (0, at + 1);
            }
            (cell_start, state, quoted, plain) = (at + 1, State::Bare, false, true);
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

    use super::super::pieces::{Piece, Pieces, Tail};
    use super::*;

    type Rows = Vec<Vec<Vec<u8>>>;

    fn ours(piece: &[u8]) -> (Rows, Vec<u64>) {
        let (mut rows, mut numbers) = (Vec::new(), Vec::new());
        records(piece, usize::MAX, |record| {
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
        while let Some(Piece { bytes, tail: ends }) = pieces.next().unwrap() {
            rows.extend(ours(&bytes).0);
            tail = ends;
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
            text in proptest::collection::vec(prop_oneof![Just(b'"'), Just(b','), Just(b'\n'), Just(b'\r'), Just(b'x')], 0..60),
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
