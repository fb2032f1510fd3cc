//! The columns of a Parquet file, a batch of rows at a time: whatever a writer stores a day,
//! an amount or a text as, as days, integers and bytes. Decimals keep their digits and scale;
//! a column of binary floats is refused, since what it lost cannot be had back.

use std::borrow::Cow;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex};

use bytes::{Buf, Bytes};
use chrono::{DateTime, Days, NaiveDate, SecondsFormat, TimeDelta};
use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type};
use parquet::column::page::PageReader;
use parquet::column::reader::ColumnReaderImpl;
use parquet::data_type::{AsBytes, ByteArrayType, DataType, FixedLenByteArrayType, Int32Type, Int64Type};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::serialized_reader::SerializedPageReader;
use parquet::schema::types::{ColumnDescPtr, ColumnDescriptor};

/// A file of which any part can be read, by one thread at a time.
pub(super) struct Source<R> {
    file: Mutex<R>,
    bytes: u64,
}

impl<R: Read + Seek> Source<R> {
    pub(super) fn new(mut file: R) -> io::Result<Self> {
        let bytes = file.seek(SeekFrom::End(0))?;
        Ok(Self { file: Mutex::new(file), bytes })
    }

    /// Fills `into` from the place `from`.
    pub(super) fn read_at(&self, from: u64, into: &mut [u8]) -> io::Result<()> {
        let mut file = self.file.lock().map_err(|_| io::Error::other("another thread failed"))?;
        file.seek(SeekFrom::Start(from))?;
        file.read_exact(into)
    }

    /// Its size, as it is now.
    pub(super) fn size(&self) -> io::Result<u64> {
        self.file.lock().map_err(|_| io::Error::other("another thread failed"))?.seek(SeekFrom::End(0))
    }
}

impl<R: Send> Length for Source<R> {
    fn len(&self) -> u64 {
        self.bytes
    }
}

impl<R: Read + Seek + Send> ChunkReader for Source<R> {
    type T = bytes::buf::Reader<Bytes>;

    /// Used for what stands at the file's end.
    fn get_read(&self, start: u64) -> Result<Self::T> {
        let rest = usize::try_from(self.bytes.saturating_sub(start)).unwrap_or(usize::MAX);
        Ok(self.get_bytes(start, rest.min(64 * 1024))?.reader())
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        if start.checked_add(length as u64).is_none_or(|end| end > self.bytes) {
            return Err(ParquetError::EOF("it ends before what its directory says it holds".to_owned()));
        }
        let mut bytes = vec![0; length];
        self.read_at(start, &mut bytes)?;
        Ok(bytes.into())
    }
}

/// The bytes of one column in one row group, which begin at `start` of the file.
struct Chunk {
    start: u64,
    bytes: Bytes,
}

impl Length for Chunk {
    fn len(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }
}

impl ChunkReader for Chunk {
    type T = bytes::buf::Reader<Bytes>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        let rest = self.len().saturating_sub(start);
        Ok(self.get_bytes(start, usize::try_from(rest).unwrap_or_default())?.reader())
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        let from = start.checked_sub(self.start).and_then(|from| usize::try_from(from).ok());
        let range = from.and_then(|from| Some(from..from.checked_add(length).filter(|to| *to <= self.bytes.len())?));
        let beyond = || ParquetError::EOF("a page reaches beyond its column".to_owned());
        range.map(|range| self.bytes.slice(range)).ok_or_else(beyond)
    }
}

/// What a column's values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    /// Counts of 10^-scale units.
    Number {
        scale: u32,
        signed: bool,
    },
    /// Days since 1 January 1970.
    Days,
    /// Time since then in parts of a second: in UTC, or in no zone that is told.
    Instant {
        per_second: i64,
        in_utc: bool,
    },
}

impl Kind {
    /// What a column holds, or why it is not read.
    pub(super) fn of(column: &ColumnDescriptor) -> std::result::Result<Self, String> {
        let float =
            || Err("a binary float, which has lost digits already; write the column as DECIMAL or as text".to_owned());
        let other = |what: &str| Err(format!("{what}, which is of a type that is not read; write the column as text"));
        if column.max_rep_level() > 0 || column.path().parts().len() > 1 {
            return other("a list or a structure");
        }
        let decimal = |scale: i32| match u32::try_from(scale) {
            Ok(scale) => Ok(Self::Number { scale, signed: true }),
            Err(_) => Err("a decimal with a negative scale".to_owned()),
        };
        let instant = |unit: &TimeUnit, in_utc: bool| {
            let per_second = match unit {
                TimeUnit::MILLIS => 1_000,
                TimeUnit::MICROS => 1_000_000,
                TimeUnit::NANOS => 1_000_000_000,
            };
            Ok(Self::Instant { per_second, in_utc })
        };
        match (column.physical_type(), column.logical_type_ref(), column.converted_type()) {
            (Type::FLOAT | Type::DOUBLE, ..) | (_, Some(LogicalType::Float16), _) => float(),
            (Type::BOOLEAN, ..) => other("true or false"),
            (Type::INT96, ..) => other("an INT96 timestamp, whose time zone nothing tells"),
            (_, Some(LogicalType::Decimal(_)), _) | (_, _, ConvertedType::DECIMAL) => decimal(column.type_scale()),
            (Type::INT32, Some(LogicalType::Date), _) | (Type::INT32, _, ConvertedType::DATE) => Ok(Self::Days),
            (Type::INT64, Some(LogicalType::Timestamp(stamp)), _) => instant(&stamp.unit, stamp.is_adjusted_to_u_t_c),
            (Type::INT64, _, ConvertedType::TIMESTAMP_MILLIS) => instant(&TimeUnit::MILLIS, true),
            (Type::INT64, _, ConvertedType::TIMESTAMP_MICROS) => instant(&TimeUnit::MICROS, true),
            (Type::INT32 | Type::INT64, Some(LogicalType::Time(_)), _)
            | (_, _, ConvertedType::TIME_MILLIS | ConvertedType::TIME_MICROS) => other("a time of day"),
            (Type::INT32 | Type::INT64, logical, converted) => {
                use ConvertedType::{UINT_8, UINT_16, UINT_32, UINT_64};
                let unsigned = matches!(logical, Some(LogicalType::Integer(int)) if !int.is_signed)
                    || matches!(converted, UINT_8 | UINT_16 | UINT_32 | UINT_64);
                Ok(Self::Number { scale: 0, signed: !unsigned })
            }
            (Type::BYTE_ARRAY | Type::FIXED_LEN_BYTE_ARRAY, ..) => Ok(Self::Text),
        }
    }
}

/// The values of one column in one batch, and its levels.
struct Typed<T: DataType> {
    reader: ColumnReaderImpl<T>,
    values: Vec<T::T>,
}

impl<T: DataType> Typed<T> {
    fn new(column: ColumnDescPtr, pages: Box<dyn PageReader>) -> Self {
        Self { reader: ColumnReaderImpl::new(column, pages), values: Vec::new() }
    }

    fn read(&mut self, skip: usize, rows: usize, levels: &mut Vec<i16>) -> Result<()> {
        self.values.clear();
        let short = || ParquetError::General("a column has fewer values than its row group has rows".to_owned());
        if skip > 0 && self.reader.skip_records(skip)? != skip {
            return Err(short());
        }
        let (read, ..) = self.reader.read_records(rows, Some(levels), None, &mut self.values)?;
        if read == rows { Ok(()) } else { Err(short()) }
    }
}

enum Values {
    Texts(Typed<ByteArrayType>),
    Fixed(Typed<FixedLenByteArrayType>),
    Ints(Typed<Int32Type>),
    Longs(Typed<Int64Type>),
}

/// In place of a place: nothing is there.
const NULL: u32 = u32::MAX;

/// One column of one row group.
pub(super) struct Column {
    pub(super) kind: Kind,
    /// Its place among the file's columns.
    leaf: usize,
    description: ColumnDescPtr,
    values: Option<Values>,
    /// Rows of the group that were read.
    position: usize,
    levels: Vec<i16>,
    /// Whether every row of the batch has a value; if not, `places` says where.
    is_full: bool,
    /// For each row of the batch the place of its value.
    places: Vec<u32>,
}

impl Column {
    pub(super) fn new(kind: Kind, leaf: usize, description: ColumnDescPtr) -> Self {
        Self {
            kind,
            leaf,
            description,
            values: None,
            position: 0,
            levels: Vec::new(),
            is_full: false,
            places: Vec::new(),
        }
    }

    /// Reads `rows` rows from row `from` of the group on. Batches come in order; some may be
    /// left out.
    pub(super) fn read<R: Read + Seek + Send>(
        &mut self,
        file: &Source<R>,
        group: &RowGroupMetaData,
        from: usize,
        rows: usize,
    ) -> Result<()> {
        guarded(|| self.read_pages(file, group, from, rows))
    }

    fn read_pages<R: Read + Seek + Send>(
        &mut self,
        file: &Source<R>,
        group: &RowGroupMetaData,
        from: usize,
        rows: usize,
    ) -> Result<()> {
        let values = match &mut self.values {
            Some(values) => values,
            None => self.values.insert(open(file, group, self.leaf, &self.description)?),
        };
        self.levels.clear();
        let skip = from - self.position;
        let read = match values {
            Values::Texts(typed) => typed.read(skip, rows, &mut self.levels).map(|()| typed.values.len()),
            Values::Fixed(typed) => typed.read(skip, rows, &mut self.levels).map(|()| typed.values.len()),
            Values::Ints(typed) => typed.read(skip, rows, &mut self.levels).map(|()| typed.values.len()),
            Values::Longs(typed) => typed.read(skip, rows, &mut self.levels).map(|()| typed.values.len()),
        }?;
        self.position = from + rows;
        self.places.clear();
        self.is_full = read == rows;
        if !self.is_full {
            let (most, mut next) = (self.description.max_def_level(), 0..u32::try_from(read).unwrap_or(NULL));
            self.places.extend(self.levels.iter().map(
                |level| {
                    if *level == most { next.next().unwrap_or(NULL) } else { NULL }
                },
            ));
        }
        Ok(())
    }

    #[inline]
    fn place(&self, row: usize) -> Option<usize> {
        if self.is_full {
            return Some(row);
        }
        self.places.get(row).filter(|place| **place != NULL).map(|place| *place as usize)
    }

    /// A row's text as it stands; None where the column holds none.
    #[inline]
    pub(super) fn bytes(&self, row: usize) -> Option<&[u8]> {
        let place = self.place(row)?;
        match &self.values {
            Some(Values::Texts(typed)) => typed.values.get(place).map(AsBytes::as_bytes),
            Some(Values::Fixed(typed)) => typed.values.get(place).map(AsBytes::as_bytes),
            _ => None,
        }
    }

    /// A row's integer; None where there is none, or one of more than 128 bits.
    #[inline]
    pub(super) fn integer(&self, row: usize) -> Option<i128> {
        let place = self.place(row)?;
        let unsigned = matches!(self.kind, Kind::Number { signed: false, .. });
        match self.values.as_ref()? {
            Values::Ints(typed) if unsigned => Some(i128::from(typed.values.get(place)?.cast_unsigned())),
            Values::Ints(typed) => Some(i128::from(*typed.values.get(place)?)),
            Values::Longs(typed) if unsigned => Some(i128::from(typed.values.get(place)?.cast_unsigned())),
            Values::Longs(typed) => Some(i128::from(*typed.values.get(place)?)),
            Values::Texts(_) | Values::Fixed(_) => whole(self.bytes(row)?),
        }
    }

    /// A row's value as a canonical ledger in CSV writes it; nothing where there is none.
    pub(super) fn text(&self, row: usize) -> Cow<'_, [u8]> {
        if self.kind == Kind::Text {
            return Cow::Borrowed(self.bytes(row).unwrap_or_default());
        }
        let Some(number) = self.integer(row) else {
            // A decimal of more digits than any ledger has is told as such.
            let what: &[u8] = self.place(row).map_or(b"", |_| b"a decimal of more than 38 digits");
            return Cow::Borrowed(what);
        };
        let written = match self.kind {
            Kind::Number { scale, .. } => Some(plain(number, scale as usize)),
            Kind::Days => i64::try_from(number).ok().and_then(day).map(|day| day.to_string()),
            Kind::Instant { per_second, in_utc } => i64::try_from(number).ok().and_then(|number| {
                let second = DateTime::from_timestamp(number.div_euclid(per_second), 0)?;
                let parts = number.rem_euclid(per_second) * (1_000_000_000 / per_second);
                let instant = second.checked_add_signed(TimeDelta::nanoseconds(parts))?;
                let text = instant.to_rfc3339_opts(SecondsFormat::AutoSi, true);
                Some(if in_utc { text } else { text.trim_end_matches('Z').replace('T', " ") })
            }),
            Kind::Text => None,
        };
        Cow::Owned(written.unwrap_or_else(|| number.to_string()).into_bytes())
    }
}

/// The Parquet crate panics on some files whose parts contradict one another; here that is an
/// error like others.
pub(super) fn guarded<T>(read: impl FnOnce() -> Result<T>) -> Result<T> {
    let contradicts = |_| Err(ParquetError::General("its parts contradict one another".to_owned()));
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(read)).unwrap_or_else(contradicts)
}

/// So many days after 1 January 1970.
pub(super) fn day(days: i64) -> Option<NaiveDate> {
    let (from, by) = (NaiveDate::default(), Days::new(days.unsigned_abs()));
    if days < 0 { from.checked_sub_days(by) } else { from.checked_add_days(by) }
}

fn open<R: Read + Seek + Send>(
    file: &Source<R>,
    group: &RowGroupMetaData,
    leaf: usize,
    description: &ColumnDescPtr,
) -> Result<Values> {
    let nowhere = || ParquetError::General("its directory places a column nowhere".to_owned());
    let column = group.columns().get(leaf).ok_or_else(nowhere)?;
    let start = column.dictionary_page_offset().unwrap_or(column.data_page_offset());
    let start = u64::try_from(start).map_err(|_| nowhere())?;
    let length = usize::try_from(column.compressed_size()).map_err(|_| nowhere())?;
    let chunk = Chunk { start, bytes: file.get_bytes(start, length)? };
    let rows = usize::try_from(group.num_rows()).map_err(|_| nowhere())?;
    let pages = Box::new(SerializedPageReader::new(Arc::new(chunk), column, rows, None)?);
    let description = Arc::clone(description);
    Ok(match description.physical_type() {
        Type::INT32 => Values::Ints(Typed::new(description, pages)),
        Type::INT64 => Values::Longs(Typed::new(description, pages)),
        Type::FIXED_LEN_BYTE_ARRAY => Values::Fixed(Typed::new(description, pages)),
        _ => Values::Texts(Typed::new(description, pages)),
    })
}

/// Big-endian two's complement of any length; None beyond 128 bits.
#[inline]
fn whole(bytes: &[u8]) -> Option<i128> {
    let sign = if bytes.first().is_some_and(|byte| byte & 0x80 != 0) { 0xff } else { 0 };
    // What stands before sixteen bytes must repeat the sign.
    let (spare, kept) = bytes.split_at(bytes.len().saturating_sub(16));
    if spare.iter().any(|byte| *byte != sign) || (!spare.is_empty() && (kept[0] ^ sign) & 0x80 != 0) {
        return None;
    }
    let mut whole = [sign; 16];
    whole[16 - kept.len()..].copy_from_slice(kept);
    Some(i128::from_be_bytes(whole))
}

/// A decimal with every digit of its scale.
fn plain(units: i128, scale: usize) -> String {
    let digits = format!("{:0>width$}", units.unsigned_abs(), width = scale + 1);
    let (integer, fraction) = digits.split_at(digits.len() - scale);
    let point = if scale > 0 { "." } else { "" };
    format!("{}{integer}{point}{fraction}", if units < 0 { "-" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_keep_their_digits() {
        assert_eq!(plain(-12_345, 2), "-123.45");
        assert_eq!(plain(5, 5), "0.00005");
        assert_eq!(plain(0, 0), "0");
        for number in [0, 1, -1, 255, -256, i128::MAX, i128::MIN] {
            assert_eq!(whole(&number.to_be_bytes()), Some(number));
            let sign = if number < 0 { 0xff } else { 0 };
            let longer: Vec<u8> = [&[sign; 3][..], &number.to_be_bytes()].concat();
            assert_eq!(whole(&longer), Some(number));
        }
        assert_eq!((whole(&[]), whole(&[0xff]), whole(&[0, 0x80])), (Some(0), Some(-1), Some(128)));
        assert_eq!(whole(&[&[1][..], &[0; 16]].concat()), None);
        assert_eq!(whole(&[&[0][..], &[0xff; 16]].concat()), None);
        assert_eq!(day(20_513).map(|day| day.to_string()).as_deref(), Some("2026-03-01"));
        assert_eq!(day(-1).map(|day| day.to_string()).as_deref(), Some("1969-12-31"));
    }
}
