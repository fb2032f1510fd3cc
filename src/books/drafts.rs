//! `drafts/<period>/`: what a close would issue. A folder is made apart and takes the place of the
//! one before as a whole; nothing in it is ever sealed, packed or mailed.

use std::fs;
use std::path::PathBuf;

use super::layout::{Books, WORK};
use crate::model::period::Period;
use crate::model::problem::{Problem, io};

/// A draft while it is made.
#[derive(Debug)]
pub(crate) struct DraftFolder<'a> {
    books: &'a Books,
    place: PathBuf,
    made: PathBuf,
    old: PathBuf,
}

impl Drop for DraftFolder<'_> {
    /// What was not put in its place leaves nothing behind, as far as the disk lets us.
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.made);
        let _ = fs::remove_dir_all(&self.old);
    }
}

fn gone(path: &PathBuf) -> Result<(), Problem> {
    match fs::remove_dir_all(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(io("draft", "remove", path, &e)),
        _ => Ok(()),
    }
}

impl<'a> DraftFolder<'a> {
    /// Begins with an empty folder. The caller holds the lock.
    ///
    /// # Errors
    /// The books cannot be written, or `drafts` leads elsewhere (exit 4).
    pub(crate) fn begin(books: &'a Books, period: &Period) -> Result<Self, Problem> {
        let place = books.path(Books::draft_dir(period));
        let above = books.path("drafts");
        if above.is_symlink() || place.is_symlink() {
            return Err(Problem::unverified("draft", format!("{} is a link", place.display()))
                .next("find out who put it there, and take it away"));
        }
        let work = |name: &str| books.path(format!("{WORK}/{name}"));
        let folder = Self { books, place, made: work("draft"), old: work("draft-before") };
        gone(&folder.made)?;
        gone(&folder.old)?;
        fs::create_dir_all(folder.made.join("invoices")).map_err(|e| io("draft", "create", &folder.made, &e))?;
        Ok(folder)
    }

    /// Writes a file.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Problem> {
        let path = self.made.join(name);
        fs::write(&path, bytes).map_err(|e| io("draft", "write", &path, &e).not_done("No draft was written."))
    }

    /// Puts it into its place.
    ///
    /// # Errors
    /// It cannot be moved.
    pub(crate) fn finish(self) -> Result<(), Problem> {
        let above = self.books.path("drafts");
        fs::create_dir_all(&above).map_err(|e| io("draft", "create", &above, &e))?;
        if self.place.exists() {
            fs::rename(&self.place, &self.old).map_err(|e| io("draft", "replace", &self.place, &e))?;
        }
        fs::rename(&self.made, &self.place).map_err(|e| io("draft", "write", &self.place, &e))
    }
}

/// Takes a period's draft away: it is closed.
///
/// # Errors
/// It cannot be removed.
pub(crate) fn remove(books: &Books, period: &Period) -> Result<(), Problem> {
    gone(&books.path(Books::draft_dir(period)))?;
    // The folder above stays while another period has a draft.
    let _ = fs::remove_dir(books.path("drafts"));
    Ok(())
}
