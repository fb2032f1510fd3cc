//! A Parquet file → the rows of a canonical ledger, as text: what a warehouse writes without
//! a detour through CSV. Decimals keep their digits and scale; a column of binary floats is
//! refused, since what it lost cannot be had back.

use std::io::{self, Read};

use bytes::Bytes;
use chrono::{Days, NaiveDate};
use parquet::data_type::Decimal;
use parquet::file::reader::FileReader;
use parquet::file::serialized_reader::SerializedFileReader;
use parquet::record::reader::RowIter;
use parquet::record::{Field, Row};

use super::canonical_header::is_known;
use crate::model::problem::Problem;

/// The rows of a Parquet file, as CSV with a header row.
pub(super) struct AsCsv {
    rows: RowIter<'static>,
    /// Names of the columns that are taken.
    columns: Vec<String>,
    row: u64,
    line: Vec<u8>,
    given: usize,
}

impl AsCsv {
    /// Looks at the file's schema.
    ///
    /// # Errors
    /// No Parquet, or cut off.
    pub(super) fn new(bytes: Vec<u8>, name: &str) -> Result<Self, Problem> {
        let refuse = |why: String| {
            Problem::stop("ledger-unreadable", format!("the ledger {name} cannot be read as Parquet"))
                .at(name)
                .because(why)
                .next("write it again; its end says where everything in it is, so a cut file has nothing that can be read")
                .not_done("Nothing was computed from it.")
        };
        let reader = SerializedFileReader::new(Bytes::from(bytes)).map_err(|e| refuse(e.to_string()))?;
        let schema = reader.metadata().file_metadata().schema();
        let known = |name: &&str| is_known(name);
        let columns: Vec<String> =
            schema.get_fields().iter().map(|field| field.name()).filter(known).map(str::to_owned).collect();
        // Every column's name stands in the header, so that a missing one is told beside what there is.
        let header: Vec<&str> = schema.get_fields().iter().map(|field| field.name()).filter(known).collect();
        let mut line = Vec::new();
        write_row(&mut line, header.into_iter());
        Ok(Self { rows: RowIter::from_file_into(Box::new(reader)), columns, row: 1, line, given: 0 })
    }

    fn next_line(&mut self) -> io::Result<bool> {
        let Some(row) = self.rows.next() else { return Ok(false) };
        let row: Row = row.map_err(io::Error::other)?;
        self.row += 1;
        let mut cells = Vec::with_capacity(self.columns.len());
        for column in &self.columns {
            let field = row.get_column_iter().find(|(name, _)| *name == column).map(|(_, field)| field);
            let text = field.map_or(Ok(String::new()), text).map_err(|what| {
                let why = format!("row {}, column {column}: {what}", self.row);
                io::Error::new(io::ErrorKind::InvalidData, why)
            })?;
            cells.push(text);
        }
        self.line.clear();
        self.given = 0;
        write_row(&mut self.line, cells.iter().map(String::as_str));
        Ok(true)
    }
}

impl Read for AsCsv {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given == self.line.len() && !self.next_line()? {
            return Ok(0);
        }
        let n = (self.line.len() - self.given).min(buffer.len());
        buffer[..n].copy_from_slice(&self.line[self.given..self.given + n]);
        self.given += n;
        Ok(n)
    }
}

fn write_row<'a>(line: &mut Vec<u8>, cells: impl Iterator<Item = &'a str>) {
    for (index, cell) in cells.enumerate() {
        if index > 0 {
            line.push(b',');
        }
        line.push(b'"');
        line.extend(cell.replace('"', "\"\"").bytes());
        line.push(b'"');
    }
    line.push(b'\n');
}

/// A value as the canonical ledger writes it.
fn text(field: &Field) -> Result<String, String> {
    match field {
        Field::Null => Ok(String::new()),
        Field::Str(text) => Ok(text.clone()),
        Field::Bytes(bytes) => bytes.as_utf8().map(str::to_owned).map_err(|_| "it is not UTF-8 text".to_owned()),
        Field::Byte(n) => Ok(n.to_string()),
        Field::Short(n) => Ok(n.to_string()),
        Field::Int(n) => Ok(n.to_string()),
        Field::Long(n) => Ok(n.to_string()),
        Field::UByte(n) => Ok(n.to_string()),
        Field::UShort(n) => Ok(n.to_string()),
        Field::UInt(n) => Ok(n.to_string()),
        Field::ULong(n) => Ok(n.to_string()),
        Field::Decimal(decimal) => plain(decimal),
        Field::Date(days) => u64::try_from(*days)
            .ok()
            .and_then(|days| NaiveDate::default().checked_add_days(Days::new(days)))
            .map(|day| day.to_string())
            .ok_or_else(|| format!("{days} days from 1970-01-01 is no date of a ledger")),
        Field::Float16(_) | Field::Float(_) | Field::Double(_) => {
            Err("a binary float, which has lost digits already; write the column as DECIMAL or as text".to_owned())
        }
        other => Err(format!("`{other}` is of a type that is not read; write the column as text")),
    }
}

/// A decimal with every digit of its scale.
fn plain(decimal: &Decimal) -> Result<String, String> {
    let bytes = decimal.data();
    let too_long = || "a decimal of more than 38 digits".to_owned();
    let sign = if bytes.first().is_some_and(|byte| byte & 0x80 != 0) { 0xff } else { 0 };
    let mut whole = [sign; 16];
    // Big-endian two's complement; what stands before sixteen bytes must repeat the sign.
    let spare = bytes.len().saturating_sub(16);
    if bytes[..spare].iter().any(|byte| *byte != sign) {
        return Err(too_long());
    }
    whole[16 - (bytes.len() - spare)..].copy_from_slice(&bytes[spare..]);
    let units = i128::from_be_bytes(whole);
    let scale = usize::try_from(decimal.scale()).map_err(|_| "a decimal with a negative scale".to_owned())?;
    let digits = format!("{:0>width$}", units.unsigned_abs(), width = scale + 1);
    let (integer, fraction) = digits.split_at(digits.len() - scale);
    let point = if scale > 0 { "." } else { "" };
    Ok(format!("{}{integer}{point}{fraction}", if units < 0 { "-" } else { "" }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_keep_their_digits() {
        let of = |units: i128, scale: i32| plain(&Decimal::from_bytes(units.to_be_bytes().to_vec().into(), 38, scale));
        assert_eq!(of(-12_345, 2).as_deref(), Ok("-123.45"));
        assert_eq!(of(5, 5).as_deref(), Ok("0.00005"));
        assert_eq!(of(0, 0).as_deref(), Ok("0"));
        assert_eq!(plain(&Decimal::from_i32(-1, 9, 2)).as_deref(), Ok("-0.01"));
        assert_eq!(text(&Field::Date(20_513)).as_deref(), Ok("2026-03-01"));
        assert!(text(&Field::Double(1.5)).is_err());
    }
}
