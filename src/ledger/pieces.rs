//! A stream of CSV → pieces of whole rows, worked through on two threads. Where a row ends depends on every quote before it, so the one place that reads
//! the stream also follows its quotes: no cut is ever a guess, and no piece is read twice.

use std::collections::{BTreeMap, VecDeque};
use std::io::Read;
use std::sync::Mutex;

use crate::model::problem::Problem;
use memchr::{memchr, memchr_iter, memrchr};

/// The longest row that is taken. A quote that is never closed would otherwise pull the
/// rest of the file into memory.
pub(super) const MAX_ROW_BYTES: usize = 4 * 1024 * 1024;

/// How much is read at a time: small enough to stay in a core's own cache.
const READ_BYTES: usize = 96 * 1024;
/// Pieces that wait for a free thread, at most.
const WAITING: usize = 4;

/// Whole rows of a file, with line ends made `\n`.
#[derive(Debug, Default)]
pub(super) struct Piece {
    /// The rows, each with its line end unless it is the file's last.
    pub(super) bytes: Vec<u8>,
    /// What the file's last row lacks, where it lacks something.
    pub(super) tail: Tail,
}

/// How the rows of a piece end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Tail {
    /// With a line end.
    #[default]
    Ended,
    /// The file ends after the last byte of a row.
    NoLineEnd,
    /// The file ends inside a quoted cell.
    OpenQuote,
}

/// Where the reader stands among quotes, by RFC 4180 as the csv crate reads it: a quote
/// opens a cell only at the cell's beginning, and elsewhere is a character like any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quotes {
    Outside,
    Inside,
    /// After the quote at this place, which closes the cell unless another follows at once.
    Closed(usize),
}

/// A reader that cuts what passes behind the ends of rows.
pub(super) struct Pieces<R> {
    input: R,
    name: String,
    size: u64,
    /// Read and not yet handed out: the beginning of a row.
    held: Vec<u8>,
    quotes: Quotes,
    after_cr: bool,
    begun: bool,
    ended: bool,
    /// Buffers to be filled again.
    spare: Vec<Vec<u8>>,
}

impl<R: Read> Pieces<R> {
    pub(super) fn new(input: R, name: &str) -> Self {
        Self {
            input,
            name: name.to_owned(),
            size: 0,
            held: Vec::new(),
            quotes: Quotes::Outside,
            after_cr: false,
            begun: false,
            ended: false,
            spare: Vec::new(),
        }
    }

    /// Takes back the buffer of a piece that is done with.
    fn reuse(&mut self, mut buffer: Vec<u8>) {
        if self.spare.len() < WAITING && buffer.capacity() <= 4 * READ_BYTES {
            buffer.clear();
            self.spare.push(buffer);
        }
    }

    /// The next rows; None at the end of the file.
    ///
    /// # Errors
    /// The file cannot be read on, or has a row beyond [`MAX_ROW_BYTES`].
    pub(super) fn next(&mut self) -> Result<Option<Piece>, Problem> {
        while !self.ended {
            let mut from = self.held.len();
            if from > MAX_ROW_BYTES {
                let mib = MAX_ROW_BYTES / 1024 / 1024;
                return Err(self.refuse(format!("a row is longer than {mib} MiB: perhaps a quote is never closed")));
            }
            let limit = READ_BYTES as u64;
            let read = (&mut self.input).take(limit).read_to_end(&mut self.held);
            let read = read.map_err(|e| self.refuse(e.to_string()))?;
            self.size += read as u64;
            if read == 0 {
                self.ended = true;
                return Ok(self.rest());
            }
            if !self.begun {
                self.begun = true;
                if self.held.starts_with(b"\xef\xbb\xbf") {
                    self.held.drain(..3);
                    from = 0;
                }
            }
            self.unify_line_ends(from);
            if let Some(end) = self.last_row_end(from) {
                let mut rest = self.spare.pop().unwrap_or_default();
                rest.reserve(READ_BYTES + 4096);
                rest.extend_from_slice(&self.held[end..]);
                self.held.truncate(end);
                if let Quotes::Closed(at) = &mut self.quotes {
                    // A quote before the cut has been followed by a line end: the cell is over.
                    match at.checked_sub(end) {
                        Some(moved) => *at = moved,
                        None => self.quotes = Quotes::Outside,
                    }
                }
                let bytes = std::mem::replace(&mut self.held, rest);
                return Ok(Some(Piece { bytes, tail: Tail::Ended }));
            }
        }
        Ok(None)
    }

    /// What is left when the input has ended.
    fn rest(&mut self) -> Option<Piece> {
        let tail = if self.quotes == Quotes::Inside { Tail::OpenQuote } else { Tail::NoLineEnd };
        (!self.held.is_empty()).then(|| Piece { bytes: std::mem::take(&mut self.held), tail })
    }

    fn refuse(&self, why: String) -> Problem {
        Problem::stop("ledger-unreadable", format!("the ledger {} cannot be read", self.name))
            .at(format!("{}, after byte {}", self.name, self.size.saturating_sub(self.held.len() as u64)))
            .because(why)
            .next("correct the file there, or export it again")
            .not_done("Nothing was computed from it.")
    }

    /// `\r\n` and `\r` become `\n`, from `from` on.
    fn unify_line_ends(&mut self, from: usize) {
        if self.after_cr && self.held.get(from) == Some(&b'\n') {
            self.held.remove(from);
        }
        self.after_cr = self.held.len() > from && self.held.last() == Some(&b'\r');
        let Some(first) = memchr(b'\r', &self.held[from..]) else { return };
        let (mut read, mut kept) = (from + first, from + first);
        while read < self.held.len() {
            // Here stands a \r: it ends a line, alone or with the \n after it.
            self.held[kept] = b'\n';
            kept += 1;
            read += if self.held.get(read + 1) == Some(&b'\n') { 2 } else { 1 };
            let run = memchr(b'\r', &self.held[read.min(self.held.len())..]).map_or(self.held.len(), |at| read + at);
            if read < run {
                self.held.copy_within(read..run, kept);
                kept += run - read;
            }
            read = read.max(run);
        }
        self.held.truncate(kept);
    }

    /// Follows the quotes from `from` on; returns the place behind the last line end that
    /// ends a row.
    fn last_row_end(&mut self, from: usize) -> Option<usize> {
        let bytes = &self.held;
        // Spans of new bytes that stand outside of quotes.
        let mut spans: Vec<(usize, usize)> = Vec::new();
        let mut outside = (self.quotes != Quotes::Inside).then_some(from);
        for at in memchr_iter(b'"', &bytes[from..]).map(|at| from + at) {
            let opens = match self.quotes {
                Quotes::Inside => {
                    self.quotes = Quotes::Closed(at);
                    outside = Some(at);
                    continue;
                }
                // A doubled quote inside a cell.
                Quotes::Closed(before) if before + 1 == at => true,
                _ => at == 0 || matches!(bytes[at - 1], b',' | b'\n'),
            };
            if opens {
                spans.extend(outside.take().map(|begin| (begin, at)));
                self.quotes = Quotes::Inside;
            } else {
                self.quotes = Quotes::Outside;
            }
        }
        spans.extend(outside.map(|begin| (begin, bytes.len())));
        spans.iter().rev().find_map(|(begin, end)| memrchr(b'\n', &bytes[*begin..*end]).map(|at| begin + at + 1))
    }
}

/// Works through every piece, on two threads where the machine has them, and hands the
/// results over in the order of the file, one at a time. `work` gives back the piece's
/// buffer with its result when it needs it no longer.
///
/// # Errors
/// The first that reading or `take` ran into.
pub(super) fn each<R: Read + Send, T: Send>(
    pieces: &mut Pieces<R>,
    work: impl Fn(Piece) -> T + Sync,
    take: impl FnMut(T) -> Result<Option<Vec<u8>>, Problem> + Send,
) -> Result<(), Problem> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(2);
    let crew = Crew {
        source: Mutex::new(Source { pieces, next: 0 }),
        waiting: Mutex::new(VecDeque::new()),
        early: Mutex::new(BTreeMap::new()),
        taken: Mutex::new(Taken { take, next: 0, problem: None }),
        work,
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(|| crew.run());
        }
        crew.run();
    });
    match crew.taken.into_inner().map_or(None, |taken| taken.problem) {
        Some((_, problem)) => Err(problem),
        None => Ok(()),
    }
}

struct Source<'a, R> {
    pieces: &'a mut Pieces<R>,
    next: u64,
}

struct Taken<F> {
    take: F,
    /// The piece whose result is handed over next.
    next: u64,
    /// The first failure, by piece.
    problem: Option<(u64, Problem)>,
}

struct Crew<'a, R, T, W, F> {
    source: Mutex<Source<'a, R>>,
    waiting: Mutex<VecDeque<(u64, Piece)>>,
    /// Results that wait to be handed over.
    early: Mutex<BTreeMap<u64, T>>,
    taken: Mutex<Taken<F>>,
    work: W,
}

impl<R, T, W, F> Crew<'_, R, T, W, F>
where
    R: Read,
    W: Fn(Piece) -> T,
    F: FnMut(T) -> Result<Option<Vec<u8>>, Problem>,
{
    /// What each thread does: reads on while few pieces wait and nobody else reads, works
    /// through a piece otherwise, until nothing is left.
    fn run(&self) {
        while let Some((index, piece)) = self.piece() {
            let result = (self.work)(piece);
            if !self.hand_over(index, result) {
                return;
            }
        }
    }

    fn piece(&self) -> Option<(u64, Piece)> {
        loop {
            let (first, many) = {
                let mut waiting = self.waiting.lock().ok()?;
                let many = waiting.len();
                (if many >= WAITING { waiting.pop_front() } else { None }, many)
            };
            if first.is_some() {
                return first;
            }
            // Somebody else is reading: take what waits, or wait for the reader's place.
            let mut source = match self.source.try_lock() {
                Ok(source) => source,
                Err(_) if many > 0 => match self.waiting.lock().ok()?.pop_front() {
                    Some(piece) => return Some(piece),
                    None => continue,
                },
                Err(_) => self.source.lock().ok()?,
            };
            match source.pieces.next() {
                Ok(Some(piece)) => {
                    let index = source.next;
                    source.next += 1;
                    self.waiting.lock().ok()?.push_back((index, piece));
                }
                Ok(None) => return self.waiting.lock().ok()?.pop_front(),
                Err(problem) => {
                    let index = source.next;
                    drop(source);
                    self.fail(index, problem);
                    return self.waiting.lock().ok()?.pop_front();
                }
            }
        }
    }

    fn fail(&self, index: u64, problem: Problem) {
        if let Ok(mut taken) = self.taken.lock()
            && taken.problem.as_ref().is_none_or(|(first, _)| index < *first)
        {
            taken.problem = Some((index, problem));
        }
    }

    /// Hands over what is next in the file's order; false once something has failed. Who
    /// finds another thread at it leaves the result there and goes on reading.
    fn hand_over(&self, index: u64, result: T) -> bool {
        let Ok(mut early) = self.early.lock() else { return false };
        early.insert(index, result);
        let many = early.len() > WAITING;
        drop(early);
        let mut used = Vec::new();
        let goes_on = loop {
            let taken = if many { self.taken.lock().ok() } else { self.taken.try_lock().ok() };
            let Some(mut taken) = taken else { break true };
            while let Some(result) = self.early(taken.next) {
                let next = taken.next;
                taken.next += 1;
                match (taken.take)(result) {
                    Ok(buffer) => used.extend(buffer),
                    Err(problem) => {
                        taken.problem = Some((next, problem));
                        return false;
                    }
                }
            }
            let next = taken.next;
            if taken.problem.as_ref().is_some_and(|(first, _)| *first <= next) {
                break false;
            }
            drop(taken);
            // What was left there meanwhile is nobody's unless it is taken now.
            if !self.early.lock().is_ok_and(|early| early.contains_key(&next)) {
                break true;
            }
        };
        if let Ok(mut source) = self.source.try_lock() {
            used.into_iter().for_each(|buffer| source.pieces.reuse(buffer));
        }
        goes_on
    }

    fn early(&self, index: u64) -> Option<T> {
        self.early.lock().ok()?.remove(&index)
    }
}
