//! Calls in order, however many there are: sorted in memory as far as they have room, and
//! from there in files without a name, which the system takes back whatever happens.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{BufReader, BufWriter, ErrorKind, Read, Seek, Write};
use std::path::{Path, PathBuf};

use super::record::{BYTES, Record};
use crate::model::problem::Problem;

/// Calls that are sorted in memory at a time: 30 MB of them.
const ROOM: usize = 330_000;
/// Files that are open at a time for one order; they are merged into one when they are more.
const RUNS: usize = 64;
/// How much is read and written at a time.
const BUFFER: usize = 64 * 1024;

/// An order of calls.
pub(crate) type Order = fn(&Record, &Record) -> Ordering;

/// Where calls are put aside.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scratch {
    /// A folder of the user's choice; None takes the system's.
    pub folder: Option<PathBuf>,
    /// Calls in memory at a time; None takes as many as fit the stated memory.
    pub room: Option<usize>,
}

fn failed(error: &std::io::Error) -> Problem {
    let problem = Problem::stop("scratch", "calls cannot be put aside in a temporary file").because(error.to_string());
    let problem = match error.kind() {
        ErrorKind::StorageFull => problem.next("free space there, or name another folder with --temp DIR"),
        _ => problem.next("name a folder that can be written with --temp DIR"),
    };
    problem.not_done("Nothing was compared.")
}

impl Scratch {
    fn file(&self) -> Result<File, Problem> {
        match &self.folder {
            Some(folder) => tempfile::tempfile_in::<&Path>(folder),
            None => tempfile::tempfile(),
        }
        .map_err(|e| failed(&e))
    }

    fn room(&self) -> usize {
        self.room.unwrap_or(ROOM).max(2)
    }
}

/// Writes a list of calls, in memory as long as they are few.
pub(crate) struct Spool {
    scratch: Scratch,
    few: Vec<Record>,
    file: Option<BufWriter<File>>,
    /// How many there are.
    pub count: u64,
}

impl Spool {
    pub(crate) fn new(scratch: &Scratch) -> Self {
        Self { scratch: scratch.clone(), few: Vec::new(), file: None, count: 0 }
    }

    pub(crate) fn push(&mut self, record: &Record) -> Result<(), Problem> {
        self.count += 1;
        if self.file.is_none() {
            if self.few.len() < self.scratch.room() / 16 {
                self.few.push(*record);
                return Ok(());
            }
            let mut file = BufWriter::with_capacity(BUFFER, self.scratch.file()?);
            for record in std::mem::take(&mut self.few) {
                put(&mut file, &record)?;
            }
            self.file = Some(file);
        }
        self.file.as_mut().map_or(Ok(()), |file| put(file, record))
    }

    /// The calls, in the order in which they came.
    pub(crate) fn finish(self) -> Result<Stream, Problem> {
        match self.file {
            None => Ok(Stream::of(Source::Memory(self.few.into_iter()))),
            Some(file) => Ok(Stream::of(Source::Disk(again(file)?))),
        }
    }
}

fn put(file: &mut BufWriter<File>, record: &Record) -> Result<(), Problem> {
    let mut bytes = [0; BYTES];
    record.write(&mut bytes);
    file.write_all(&bytes).map_err(|e| failed(&e))
}

/// A file from its beginning, to be read.
fn again(file: BufWriter<File>) -> Result<BufReader<File>, Problem> {
    let mut file = file.into_inner().map_err(|e| failed(e.error()))?;
    file.rewind().map_err(|e| failed(&e))?;
    Ok(BufReader::with_capacity(BUFFER, file))
}

fn get(file: &mut BufReader<File>) -> Result<Option<Record>, Problem> {
    let mut bytes = [0; BYTES];
    match file.read_exact(&mut bytes) {
        Ok(()) => Ok(Some(Record::read(&bytes))),
        Err(e) if e.kind() == ErrorKind::UnexpectedEof => Ok(None),
        Err(e) => Err(failed(&e)),
    }
}

/// Sorts calls.
pub(crate) struct Sorter {
    scratch: Scratch,
    order: Order,
    held: Vec<Record>,
    runs: Vec<BufReader<File>>,
}

impl Sorter {
    pub(crate) fn new(scratch: &Scratch, order: Order) -> Self {
        Self { scratch: scratch.clone(), order, held: Vec::new(), runs: Vec::new() }
    }

    pub(crate) fn push(&mut self, record: Record) -> Result<(), Problem> {
        if self.held.len() == self.scratch.room() {
            self.set_down()?;
        }
        self.held.push(record);
        Ok(())
    }

    /// Writes what is in memory as one run.
    fn set_down(&mut self) -> Result<(), Problem> {
        self.held.sort_unstable_by(self.order);
        if self.runs.len() == RUNS {
            let mut all = Stream::of(Source::Merged(Merge::new(std::mem::take(&mut self.runs), self.order)?));
            self.write(|file| {
                while let Some(record) = all.next()? {
                    put(file, &record)?;
                }
                Ok(())
            })?;
        }
        let held = std::mem::take(&mut self.held);
        self.write(|file| held.iter().try_for_each(|record| put(file, record)))?;
        self.held = held;
        self.held.clear();
        Ok(())
    }

    fn write(&mut self, fill: impl FnOnce(&mut BufWriter<File>) -> Result<(), Problem>) -> Result<(), Problem> {
        let mut file = BufWriter::with_capacity(BUFFER, self.scratch.file()?);
        fill(&mut file)?;
        self.runs.push(again(file)?);
        Ok(())
    }

    /// All calls, in order.
    pub(crate) fn finish(mut self) -> Result<Stream, Problem> {
        if self.runs.is_empty() {
            self.held.sort_unstable_by(self.order);
            return Ok(Stream::of(Source::Memory(self.held.into_iter())));
        }
        self.set_down()?;
        drop(self.held);
        Ok(Stream::of(Source::Merged(Merge::new(self.runs, self.order)?)))
    }
}

/// Sorted files as one.
struct Merge {
    runs: Vec<BufReader<File>>,
    heads: BinaryHeap<Head>,
}

/// The next call of a run. The least is the greatest for the heap.
struct Head {
    record: Record,
    run: usize,
    order: Order,
}

impl Ord for Head {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.order)(&other.record, &self.record).then_with(|| other.run.cmp(&self.run))
    }
}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Head {}

impl Merge {
    fn new(mut runs: Vec<BufReader<File>>, order: Order) -> Result<Self, Problem> {
        let mut heads = BinaryHeap::new();
        for (run, file) in runs.iter_mut().enumerate() {
            heads.extend(get(file)?.map(|record| Head { record, run, order }));
        }
        Ok(Self { runs, heads })
    }

    fn next(&mut self) -> Result<Option<Record>, Problem> {
        let Some(mut head) = self.heads.peek_mut() else { return Ok(None) };
        let next = get(&mut self.runs[head.run])?;
        let record = head.record;
        match next {
            Some(next) => head.record = next,
            None => drop(std::collections::binary_heap::PeekMut::pop(head)),
        }
        Ok(Some(record))
    }
}

enum Source {
    Memory(std::vec::IntoIter<Record>),
    Disk(BufReader<File>),
    Merged(Merge),
}

/// Calls, one after the other, with a look at the next.
pub(crate) struct Stream {
    source: Source,
    ahead: Option<Record>,
}

impl Stream {
    fn of(source: Source) -> Self {
        Self { source, ahead: None }
    }

    /// The next call, which stays the next.
    ///
    /// # Errors
    /// It cannot be read again.
    pub(crate) fn peek(&mut self) -> Result<Option<Record>, Problem> {
        if self.ahead.is_none() {
            self.ahead = self.step()?;
        }
        Ok(self.ahead)
    }

    /// The next call.
    ///
    /// # Errors
    /// It cannot be read again.
    pub(crate) fn next(&mut self) -> Result<Option<Record>, Problem> {
        match self.ahead.take() {
            Some(record) => Ok(Some(record)),
            None => self.step(),
        }
    }

    fn step(&mut self) -> Result<Option<Record>, Problem> {
        match &mut self.source {
            Source::Memory(records) => Ok(records.next()),
            Source::Disk(file) => get(file),
            Source::Merged(merge) => merge.next(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_beyond_the_room_come_back_in_order() {
        let mut seed = 7_u64;
        let mut roll = |sides: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % sides
        };
        // More runs than may be open at a time.
        let scratch = Scratch { folder: None, room: Some(16) };
        let mut sorter = Sorter::new(&scratch, Record::by_number);
        let mut spool = Spool::new(&scratch);
        let mut all: Vec<Record> = (0..3_000)
            .map(|line| Record { key: roll(50), start: i64::from(roll(9) == 0), line, ..Record::default() })
            .collect();
        for record in &all {
            sorter.push(*record).unwrap();
            spool.push(record).unwrap();
        }
        let read = |mut stream: Stream| std::iter::from_fn(|| stream.next().unwrap()).collect::<Vec<_>>();
        assert_eq!(read(spool.finish().unwrap()), all);
        all.sort_by(Record::by_number);
        assert_eq!(read(sorter.finish().unwrap()), all);
    }
}
