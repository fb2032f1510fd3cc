//! Records of a CSV file with the row that a spreadsheet would call them by, to the end of
//! the file or to a quote that is never closed.

use std::io::Read;

use csv::ByteRecord;
use memchr::memchr_iter;

use super::source::{END, END_IN_CELL, Source};
use crate::model::problem::Problem;

/// What comes next in a file.
pub(super) enum Next {
    Row,
    OpenQuote,
    End,
}

/// Steps through records and counts rows as a spreadsheet does: a line break inside a
/// quoted cell does not begin a row, an empty line is one.
pub(super) struct Rows<'a> {
    name: &'a str,
    /// The row of the last record; the header of a plain file is 1.
    pub(super) line: u64,
    inner_breaks: u64,
    last_physical: u64,
}

impl<'a> Rows<'a> {
    pub(super) fn new(name: &'a str) -> Self {
        Self { name, line: 0, inner_breaks: 0, last_physical: 0 }
    }

    /// Reads the next record.
    ///
    /// # Errors
    /// The file cannot be read on.
    pub(super) fn next<R: Read>(
        &mut self,
        reader: &mut csv::Reader<Source<R>>,
        record: &mut ByteRecord,
    ) -> Result<Next, Problem> {
        if !self.step(reader, record)? {
            return Ok(Next::End);
        }
        if record.as_slice().ends_with(END_IN_CELL) {
            // No line end closes this record, so it ends one line later than others.
            self.line += 1;
            return Ok(Next::OpenQuote);
        }
        if record.len() != 1 || record.get(0) != Some(END) {
            return Ok(Next::Row);
        }
        if self.step(reader, record)? {
            return Err(Problem::stop(
                "ledger-unreadable",
                format!("the ledger {} holds control characters", self.name),
            )
            .at(format!("{}, row {}", self.name, self.line))
            .next("export it again"));
        }
        Ok(Next::End)
    }

    fn step<R: Read>(&mut self, reader: &mut csv::Reader<Source<R>>, record: &mut ByteRecord) -> Result<bool, Problem> {
        let more = reader.read_byte_record(record).map_err(|e| {
            Problem::stop("ledger-unreadable", format!("the ledger {} cannot be read", self.name))
                .at(format!("{}, after row {}", self.name, self.line))
                .because(e.to_string())
                .next("correct the file near that row, or export it again")
                .not_done("Nothing was computed from it.")
        })?;
        if more {
            let last_physical = reader.position().line().saturating_sub(1);
            // A record of one line holds no break.
            let is_one_line = std::mem::replace(&mut self.last_physical, last_physical) + 1 == last_physical;
            let breaks = if is_one_line { 0 } else { memchr_iter(b'\n', record.as_slice()).count() as u64 };
            self.line = last_physical.saturating_sub(breaks + self.inner_breaks);
            self.inner_breaks += breaks;
        }
        Ok(more)
    }
}
