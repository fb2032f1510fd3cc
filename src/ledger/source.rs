//! The text of an export on its way to the CSV parser: with every line end made `\n` (the
//! parser counts lines by those alone), and ended by a mark that shows whether the last row
//! was whole.

use std::cell::Cell;
use std::io::{self, Read};

use super::pieces::MAX_ROW_BYTES;

/// What follows the last byte of the file: it comes back as a row of its own unless a
/// quote was left open.
pub(super) const END: &[u8] = b"\x01end of file\x01";
/// The mark as it ends a cell whose quote was never closed.
pub(super) const END_IN_CELL: &[u8] = b"\n\x01end of file\x01\n";

/// A reader that unifies line ends.
pub(super) struct Source<R> {
    inner: R,
    /// Bytes handed to the parser since it returned its last row.
    pub(super) since_row: Cell<u64>,
    tail: &'static [u8],
    after_cr: bool,
}

impl<R: Read> Source<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { inner, since_row: Cell::new(0), tail: END_IN_CELL, after_cr: false }
    }
}

impl<R: Read> Source<R> {
    /// `\r\n` and `\r` become `\n`, in place; returns the new length.
    fn unify_line_ends(&mut self, bytes: &mut [u8]) -> usize {
        if !self.after_cr && !bytes.contains(&b'\r') {
            return bytes.len();
        }
        let mut kept = 0;
        for at in 0..bytes.len() {
            let byte = bytes[at];
            let second_half = byte == b'\n' && self.after_cr;
            self.after_cr = byte == b'\r';
            if !second_half {
                bytes[kept] = if byte == b'\r' { b'\n' } else { byte };
                kept += 1;
            }
        }
        kept
    }
}

impl<R: Read> Read for Source<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let n = self.inner.read(buffer)?;
            if n == 0 {
                let n = self.tail.len().min(buffer.len());
                buffer[..n].copy_from_slice(&self.tail[..n]);
                self.tail = &self.tail[n..];
                return Ok(n);
            }
            let since = self.since_row.get() + n as u64;
            self.since_row.set(since);
            if since > MAX_ROW_BYTES as u64 {
                let mib = MAX_ROW_BYTES / 1024 / 1024;
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!("a row is longer than {mib} MiB: perhaps a quote is never closed"),
                ));
            }
            let kept = self.unify_line_ends(&mut buffer[..n]);
            // A lone `\n` after a `\r` leaves nothing, which must not look like the end.
            if kept > 0 {
                return Ok(kept);
            }
        }
    }
}
