//! One command at a time writes in the books. The operating system holds the lock, so
//! that a killed process leaves none behind.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};

use super::layout::{Books, WORK, open_file};
use crate::model::problem::{Problem, io};

/// Held while a command writes; released when it is dropped or the process ends.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock for writing, and creates the working folder.
    ///
    /// # Errors
    /// Another crossfoot is at work on these books, or they cannot be written.
    pub(crate) fn take(books: &Books, doing: &str) -> Result<Self, Problem> {
        let work = books.path(WORK);
        let failed = |e: &std::io::Error| {
            io("books-not-writable", "write in the books at", &books.root, e).not_done("Nothing was written.")
        };
        std::fs::create_dir_all(&work).map_err(|e| failed(&e))?;
        let path = work.join("lock");
        // A pipe would wait for ever.
        if path.metadata().is_ok_and(|there| !there.is_file()) {
            return Err(failed(&std::io::Error::other(format!("{} is no file", path.display()))));
        }
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|e| failed(&e))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(busy(books, &mut file)),
            Err(TryLockError::Error(e)) => return Err(failed(&e)),
        }
        // Who holds it is a courtesy to the person who meets the lock; a disk too full
        // for it will be met, and told, at the first file that matters.
        let note = format!("{doing} (process {})\n", std::process::id());
        let _courtesy = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(note.as_bytes()));
        Ok(Self { _file: file })
    }

    /// Makes sure that nobody is writing while the books are read. Books that nobody can
    /// write to have no lock to take.
    ///
    /// # Errors
    /// Another crossfoot is at work on these books.
    pub(crate) fn read(books: &Books) -> Result<Option<Self>, Problem> {
        let Ok(mut file) = open_file(books.path(WORK).join("lock")) else {
            return Ok(None);
        };
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => Err(busy(books, &mut file)),
            _ => Ok(Some(Self { _file: file })),
        }
    }
}

fn busy(books: &Books, file: &mut File) -> Problem {
    let mut holder = String::new();
    let _ = file.take(200).read_to_string(&mut holder);
    Problem::stop("books-busy", "another crossfoot is at work on these books")
        .at(books.root.display().to_string())
        .because(match holder.trim() {
            "" => "its lock is held".to_owned(),
            who => format!("it is busy with: {who}"),
        })
        .next("wait until it has ended and run the command again")
        .not_done("Nothing was written.")
}
