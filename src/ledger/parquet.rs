//! A canonical ledger in Parquet → its sums: what a warehouse writes without a detour through
//! CSV. Read by column, row groups on two threads. A row that is not like the others is
//! written as the CSV row that it would be and read as such, so that both forms of a ledger
//! give the same account of rows in the same words.

use std::io::{Read, Seek};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};

use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader, RowGroupMetaData};

use super::canonical_header::{Columns, is_known};
use super::canonical_row::{Options, Reader, Seen};
use super::canonical_sums::Pass;
use super::collect::{Gathered, Search};
use super::parquet_columns::{Column, Kind, Source, guarded};
use super::parquet_quick::Quick;
use super::pieces::Piece;
use crate::model::digest::Running;
use crate::model::posting::{Ledger, PostedRow, Wanted};
use crate::model::problem::Problem;

/// How many rows are looked at together: few enough to stay in a core's own cache.
const BATCH: usize = 1024;
/// How much is hashed at a time.
const HASHED: usize = 256 * 1024;
/// Row groups of more bytes than this are read one at a time.
const LARGE_GROUP: u64 = 32 * 1024 * 1024;

/// Adds up a file. Without `hashes`, its digest and size are left empty.
///
/// # Errors
/// No Parquet, or cut off; a column missing, twice, or of a type that is not read; a sum
/// beyond the exact range.
pub(super) fn sums<R: Read + Seek + Send>(
    input: R,
    name: &str,
    options: &Options<'_>,
    hashes: bool,
) -> Result<Ledger, Problem> {
    let file = File::open(input, name)?;
    let two = std::thread::available_parallelism().is_ok_and(|threads| threads.get() > 1) && !file.has_large_groups();
    let mut ledger = if two {
        // What goes wrong is told as one thread meets it, row after row.
        file.sums(options, 2, hashes).or_else(|_| file.sums(options, 1, hashes))?
    } else {
        file.sums(options, 1, hashes)?
    };
    let size = file.source.size().map_err(|e| file.refuse(&e.into()))?;
    if hashes && size != ledger.bytes {
        return Err(file.refuse(&ParquetError::General("it changed while it was read".to_owned())));
    }
    if !hashes {
        ledger.bytes = 0;
    }
    Ok(ledger)
}

/// Single rows, as [`super::collect::rows`] finds them in CSV.
///
/// # Errors
/// As [`sums`].
pub(super) fn rows<R: Read + Seek + Send>(
    input: R,
    name: &str,
    options: &Options<'_>,
    wanted: &Wanted,
) -> Result<Vec<PostedRow>, Problem> {
    let file = File::open(input, name)?;
    let search = Search::new(&file.columns, name, options, wanted);
    let found = Mutex::new(Gathered::default());
    file.each(1, &|batch| {
        let takes = |row: usize| {
            search.names(&batch.columns[file.columns.customer_id].text(row))
                || search.pays(&batch.columns[file.columns.amount].text(row))
        };
        let rows: Vec<usize> = (0..batch.rows).filter(|row| takes(*row)).collect();
        let (text, lines) = batch.written(&rows)?;
        let mut seen = search.piece(&Piece::new(text));
        for row in &mut seen.found {
            row.line = usize::try_from(row.line).ok().and_then(|at| lines.get(at)).copied().unwrap_or_default();
        }
        found.lock().map_err(|_| file.refuse(&lost()))?.add(seen);
        Ok(())
    })?;
    Ok(search.settled(found.into_inner().map_err(|_| file.refuse(&lost()))?))
}

fn lost() -> ParquetError {
    ParquetError::General("a thread that read it failed".to_owned())
}

/// An open file.
struct File<'a, R> {
    source: Source<R>,
    name: &'a str,
    metadata: ParquetMetaData,
    /// Of the columns that a canonical ledger knows, in the file's order.
    columns: Columns,
    /// Each one's place in the file and what it holds.
    kinds: Vec<(usize, Kind)>,
}

/// Some rows of a row group.
struct Batch<'a, R> {
    file: &'a File<'a, R>,
    group: &'a RowGroupMetaData,
    /// Rows of the group before it, and rows in it.
    from: usize,
    rows: usize,
    /// The row of a spreadsheet that its first row would be.
    line: u64,
    columns: Vec<Column>,
}

impl<'a, R: Read + Seek + Send> File<'a, R> {
    fn open(input: R, name: &'a str) -> Result<Self, Problem> {
        let source = Source::new(input).map_err(|e| unreadable(name, &e.into()))?;
        let metadata =
            guarded(|| ParquetMetaDataReader::new().parse_and_finish(&source)).map_err(|e| unreadable(name, &e))?;
        let schema = metadata.file_metadata().schema_descr();
        let all: Vec<String> = schema.root_schema().get_fields().iter().map(|field| field.name().to_owned()).collect();
        let (mut names, mut kinds) = (Vec::new(), Vec::new());
        for field in all.iter().filter(|name| is_known(name)) {
            let leaves = schema.columns().iter().enumerate();
            let Some((leaf, column)) = leaves.clone().find(|(_, c)| c.path().parts().first() == Some(field)) else {
                continue;
            };
            let kind = Kind::of(column).map_err(|what| {
                Problem::stop("ledger-header", format!("the column `{field}` of the ledger {name} is {what}"))
                    .at(name)
                    .not_done("Nothing was computed from it.")
            })?;
            names.push(field.clone());
            kinds.push((leaf, kind));
        }
        // Where one is missing, every column's name stands beside it.
        let columns = Columns::named(names, b',', name).or_else(|_| Columns::named(all, b',', name))?;
        Ok(Self { source, name, columns, kinds, metadata })
    }

    fn refuse(&self, error: &ParquetError) -> Problem {
        unreadable(self.name, error)
    }

    fn has_large_groups(&self) -> bool {
        let bytes = |group: &RowGroupMetaData| -> u64 {
            let column = |(leaf, _): &(usize, Kind)| group.columns().get(*leaf).map_or(0, |c| c.compressed_size());
            self.kinds.iter().map(column).map(|bytes| u64::try_from(bytes).unwrap_or_default()).sum::<u64>()
        };
        self.metadata.row_groups().iter().any(|group| bytes(group) > LARGE_GROUP)
    }

    fn sums(&self, options: &Options<'_>, threads: usize, hashes: bool) -> Result<Ledger, Problem> {
        let order = OnceLock::new();
        let reader = Reader { options, columns: &self.columns, order: &order, waits: true };
        let pass = Mutex::new(Pass::new(self.name, reader));
        let last = Mutex::new(None);
        let quick = Quick::new(options, &self.columns, &self.kinds);
        let add = |batch: &mut Batch<'_, R>| {
            let mut seen = Seen::default();
            let (part, others) = quick.part(&batch.columns, batch.rows, &mut seen);
            let (text, lines) = batch.written(&others)?;
            let mut other = (!others.is_empty()).then(|| reader.scattered(text, &lines));
            let mut pass = pass.lock().map_err(|_| self.refuse(&lost()))?;
            pass.add(part, batch.line)?;
            if let Some(mut part) = other.take() {
                // Only the file's last row can be its total.
                if let Some(total) = part.total.take() {
                    if total.row == self.last_line() {
                        *last.lock().map_err(|_| self.refuse(&lost()))? = Some(total);
                        part.counts.read -= 1;
                    } else {
                        total.refuse(&mut part);
                    }
                }
                let undecided = std::mem::take(&mut part.undecided);
                pass.add(part, 0)?;
                pass.decide(0, undecided)?;
            }
            Ok(())
        };
        let digest = std::thread::scope(|scope| {
            let digest = hashes.then(|| scope.spawn(|| self.digest()));
            self.each(threads, &add)?;
            digest
                .map_or_else(|| Ok(String::new()), |digest| digest.join().unwrap_or_else(|_| Err(self.refuse(&lost()))))
        })?;
        let mut pass = pass.into_inner().map_err(|_| self.refuse(&lost()))?;
        pass.ends_with(last.into_inner().map_err(|_| self.refuse(&lost()))?);
        Ok(Ledger { sha256: digest, bytes: parquet::file::reader::Length::len(&self.source), ..pass.finish()? })
    }

    /// The row that a spreadsheet would call its last by.
    fn last_line(&self) -> u64 {
        1 + self
            .metadata
            .row_groups()
            .iter()
            .map(|group| u64::try_from(group.num_rows()).unwrap_or_default())
            .sum::<u64>()
    }

    /// SHA-256 of the file as it lies there.
    fn digest(&self) -> Result<String, Problem> {
        let mut digest = Running::default();
        let mut buffer = vec![0; HASHED];
        let bytes = parquet::file::reader::Length::len(&self.source);
        let mut at = 0;
        while at < bytes {
            let length = usize::try_from(bytes - at).unwrap_or(HASHED).min(HASHED);
            self.source.read_at(at, &mut buffer[..length]).map_err(|e| self.refuse(&e.into()))?;
            digest.update(&buffer[..length]);
            at += length as u64;
        }
        Ok(digest.finish())
    }

    /// Hands every batch to `work`: those of one row group in their order.
    fn each(
        &self,
        threads: usize,
        work: &(impl Fn(&mut Batch<'_, R>) -> Result<(), Problem> + Sync),
    ) -> Result<(), Problem> {
        let groups = self.metadata.row_groups();
        let mut line = 2;
        let firsts: Vec<u64> = groups
            .iter()
            .map(|group| {
                let first = line;
                line += u64::try_from(group.num_rows()).unwrap_or_default();
                first
            })
            .collect();
        let (next, failed) = (AtomicUsize::new(0), Mutex::new(None));
        let run = || {
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let (Some(group), Some(first)) = (groups.get(at), firsts.get(at)) else { return };
                if let Err(problem) = self.group(group, *first, work) {
                    // The other thread stops at its next row group.
                    next.store(groups.len(), Ordering::Relaxed);
                    if let Ok(mut failed) = failed.lock() {
                        failed.get_or_insert(problem);
                    }
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(run);
            }
            run();
        });
        failed.into_inner().map_err(|_| self.refuse(&lost()))?.map_or(Ok(()), Err)
    }

    fn group(
        &self,
        group: &RowGroupMetaData,
        first: u64,
        work: &impl Fn(&mut Batch<'_, R>) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        let rows = usize::try_from(group.num_rows()).unwrap_or_default();
        let schema = self.metadata.file_metadata().schema_descr();
        let column = |(leaf, kind): &(usize, Kind)| Column::new(*kind, *leaf, schema.column(*leaf));
        let mut columns: Vec<Column> = self.kinds.iter().map(column).collect();
        for from in (0..rows).step_by(BATCH) {
            let rows = BATCH.min(rows - from);
            for (at, column) in columns.iter_mut().enumerate() {
                if self.columns.is_added_up(at) {
                    column.read(&self.source, group, from, rows).map_err(|e| self.refuse(&e))?;
                }
            }
            let mut batch = Batch { file: self, group, from, rows, line: first + from as u64, columns };
            work(&mut batch)?;
            columns = batch.columns;
        }
        Ok(())
    }
}

fn unreadable(name: &str, error: &ParquetError) -> Problem {
    Problem::stop("ledger-unreadable", format!("the ledger {name} cannot be read as Parquet"))
        .at(name)
        .because(error.to_string())
        .next("write it again; its end says where everything in it is, so a cut file has nothing that can be read")
        .not_done("Nothing was computed from it.")
}

impl<R: Read + Seek + Send> Batch<'_, R> {
    /// Rows as a CSV file has them, and their lines in it.
    fn written(&mut self, rows: &[usize]) -> Result<(Vec<u8>, Vec<u64>), Problem> {
        let mut text = Vec::new();
        if !rows.is_empty() {
            for (at, column) in self.columns.iter_mut().enumerate() {
                if !self.file.columns.is_added_up(at) {
                    let read = column.read(&self.file.source, self.group, self.from, self.rows);
                    read.map_err(|e| self.file.refuse(&e))?;
                }
            }
        }
        for row in rows {
            for (at, column) in self.columns.iter().enumerate() {
                if at > 0 {
                    text.push(b',');
                }
                quoted(&column.text(*row), &mut text);
            }
            text.push(b'\n');
        }
        Ok((text, rows.iter().map(|row| self.line + *row as u64).collect()))
    }
}

/// A cell in quotes, line ends made `\n`.
fn quoted(cell: &[u8], into: &mut Vec<u8>) {
    into.push(b'"');
    let mut before = 0;
    for byte in cell.iter().copied() {
        match byte {
            b'"' => into.extend(b"\"\""),
            b'\r' => into.push(b'\n'),
            b'\n' if before == b'\r' => {}
            other => into.push(other),
        }
        before = byte;
    }
    into.push(b'"');
}
