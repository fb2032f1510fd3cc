//! A stream of CSV → pieces of whole rows, worked through on two threads. Where a row ends
//! depends on every quote before it, so the one place that reads the stream also follows its
//! quotes: no cut is ever a guess, and no piece is read twice.

use std::collections::{BTreeMap, VecDeque};
use std::io::Read;
use std::sync::Mutex;

use super::canonical_header::delimiter;
use super::cells::{BLOCK, Marks, State};
use crate::model::problem::Problem;
use memchr::memchr;

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
    /// The rows stand at `from..to` of it; what else it holds is of no meaning, and spares
    /// the next filling of it with zeros.
    buffer: Vec<u8>,
    from: usize,
    to: usize,
    /// What the file's last row lacks, where it lacks something.
    pub(super) tail: Tail,
}

impl Piece {
    /// Rows that were put together elsewhere, each with its line end.
    pub(super) fn new(rows: Vec<u8>) -> Self {
        Self { from: 0, to: rows.len(), buffer: rows, tail: Tail::Ended }
    }

    /// The rows, each with its line end unless it is the file's last.
    #[inline]
    pub(super) fn rows(&self) -> &[u8] {
        &self.buffer[self.from..self.to]
    }

    /// Leaves the first bytes of it out.
    pub(super) fn skip(&mut self, bytes: usize) {
        self.from = self.to.min(self.from + bytes);
    }
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

/// A reader that cuts what passes behind the ends of rows.
pub(super) struct Pieces<R> {
    input: R,
    name: String,
    /// What separates cells: seen in the first row.
    pub(super) delimiter: u8,
    size: u64,
    /// The first `filled` bytes are read and not yet handed out: the beginning of a row.
    held: Vec<u8>,
    filled: usize,
    state: State,
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
            delimiter: b',',
            size: 0,
            held: Vec::new(),
            filled: 0,
            state: State::Bare,
            after_cr: false,
            begun: false,
            ended: false,
            spare: Vec::new(),
        }
    }

    /// Takes back the buffer of a piece that is done with.
    fn reuse(&mut self, piece: Piece) {
        if self.spare.len() < WAITING && piece.buffer.len() <= 4 * READ_BYTES {
            self.spare.push(piece.buffer);
        }
    }

    /// The next rows; None at the end of the file.
    ///
    /// # Errors
    /// The file cannot be read on, or has a row beyond [`MAX_ROW_BYTES`].
    pub(super) fn next(&mut self) -> Result<Option<Piece>, Problem> {
        while !self.ended {
            let mut from = self.filled;
            if from > MAX_ROW_BYTES {
                let mib = MAX_ROW_BYTES / 1024 / 1024;
                return Err(self.refuse(format!("a row is longer than {mib} MiB: perhaps a quote is never closed")));
            }
            let read = self.fill().map_err(|e| self.refuse(e.to_string()))?;
            if read == 0 {
                self.ended = true;
                return Ok(self.rest());
            }
            if !self.begun {
                self.begun = true;
                if self.held.starts_with(b"\xef\xbb\xbf") && self.filled >= 3 {
                    self.held.copy_within(3..self.filled, 0);
                    self.filled -= 3;
                    from = 0;
                }
                self.delimiter = delimiter(&self.held[..self.filled]).unwrap_or(self.delimiter);
            }
            self.unify_line_ends(from);
            if let Some(end) = self.last_row_end(from) {
                let mut rest = self.spare.pop().unwrap_or_default();
                let behind = &self.held[end..self.filled];
                if rest.len() < behind.len() {
                    rest.resize(behind.len() + READ_BYTES, 0);
                }
                rest[..behind.len()].copy_from_slice(behind);
                self.filled = behind.len();
                if let State::Closed(at) = &mut self.state {
                    // Behind the cut, since a line end would have ended the cell.
                    *at -= end;
                }
                let buffer = std::mem::replace(&mut self.held, rest);
                return Ok(Some(Piece { buffer, from: 0, to: end, tail: Tail::Ended }));
            }
        }
        Ok(None)
    }

    /// Reads until [`READ_BYTES`] more are there, or the input ends.
    fn fill(&mut self) -> std::io::Result<usize> {
        let (from, to) = (self.filled, self.filled + READ_BYTES);
        if self.held.len() < to {
            self.held.resize(to + 4096, 0);
        }
        while self.filled < to {
            match self.input.read(&mut self.held[self.filled..to]) {
                Ok(0) => break,
                Ok(read) => self.filled += read,
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        self.size += (self.filled - from) as u64;
        Ok(self.filled - from)
    }

    /// What is left when the input has ended.
    fn rest(&mut self) -> Option<Piece> {
        let tail = if self.state == State::Quoted { Tail::OpenQuote } else { Tail::NoLineEnd };
        let (buffer, to) = (std::mem::take(&mut self.held), std::mem::take(&mut self.filled));
        (to > 0).then_some(Piece { buffer, from: 0, to, tail })
    }

    fn refuse(&self, why: String) -> Problem {
        Problem::stop("ledger-unreadable", format!("the ledger {} cannot be read", self.name))
            .at(format!("{}, after byte {}", self.name, self.size.saturating_sub(self.filled as u64)))
            .because(why)
            .next("correct the file there, or export it again")
            .not_done("Nothing was computed from it.")
    }

    /// `\r\n` and `\r` become `\n`, from `from` on.
    fn unify_line_ends(&mut self, from: usize) {
        let held = &mut self.held[..self.filled];
        let mut kept = from;
        let mut read = if self.after_cr && held.get(from) == Some(&b'\n') { from + 1 } else { from };
        self.after_cr = held.len() > read && held.last() == Some(&b'\r');
        loop {
            let run = memchr(b'\r', &held[read..]).map_or(held.len(), |at| read + at);
            if read > kept {
                held.copy_within(read..run, kept);
            }
            kept += run - read;
            if run == held.len() {
                break;
            }
            // Here stands a \r: it ends a line, alone or with the \n after it.
            held[kept] = b'\n';
            kept += 1;
            read = run + if held.get(run + 1) == Some(&b'\n') { 2 } else { 1 };
        }
        self.filled = kept;
    }

    /// Follows the quotes from `from` on; returns the place behind the last line end that
    /// ends a row.
    fn last_row_end(&mut self, from: usize) -> Option<usize> {
        let (held, delimiter) = (&self.held[..self.filled], self.delimiter);
        let mut last = None;
        for start in (from..held.len()).step_by(BLOCK) {
            let block = &held[start..held.len().min(start + BLOCK)];
            let begins = |at: usize| at == 0 || held[at - 1] == delimiter || held[at - 1] == b'\n';
            let marks = Marks::of(block, delimiter);
            match marks.inside(self.state, start, begins(start), 0) {
                Some(inside) if block.len() == BLOCK => {
                    self.state = marks.state_behind(inside, start);
                    let lines = marks.lines & !inside;
                    if lines != 0 {
                        last = Some(start + BLOCK - lines.leading_zeros() as usize);
                    }
                }
                _ => {
                    for (at, byte) in (start..).zip(block) {
                        match byte {
                            b'"' => self.state = self.state.behind_quote(at, begins(at)),
                            _ if self.state != State::Quoted && (*byte == delimiter || *byte == b'\n') => {
                                self.state = State::Bare;
                                if *byte == b'\n' {
                                    last = Some(at + 1);
                                }
                            }
                            _ => {}
                        }
                    }
                }
            }
        }
        last
    }
}

/// Works through every piece, on two threads where the machine has them, and hands the
/// results over in the order of the file, one at a time. `take` gives back the
/// piece when nothing needs it any longer.
///
/// # Errors
/// The first that reading or `take` ran into.
pub(super) fn each<R: Read + Send, T: Send>(
    pieces: &mut Pieces<R>,
    work: impl Fn(Piece) -> T + Sync,
    take: impl FnMut(T) -> Result<Option<Piece>, Problem> + Send,
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
    F: FnMut(T) -> Result<Option<Piece>, Problem>,
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
            used.into_iter().for_each(|piece| source.pieces.reuse(piece));
        }
        goes_on
    }

    fn early(&self, index: u64) -> Option<T> {
        self.early.lock().ok()?.remove(&index)
    }
}
