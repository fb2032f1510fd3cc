//! What an open desk knows: its books, its secrets, the program that it runs.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::answer::not_found;
use super::book::Book;
use super::children::Program;
use super::guard::Guard;
use super::orders::Order;
use super::run::Run;
use crate::model::problem::Problem;

/// Tells the time, from any thread.
pub(crate) type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// An open desk.
pub(super) struct Desk {
    pub(super) books: Vec<Book>,
    pub(super) program: Program,
    pub(super) clock: Clock,
    pub(super) guard: Guard,
    /// Where the page's files are read from instead of the binary.
    pub(super) assets: Option<PathBuf>,
}

impl Desk {
    /// Books by their number.
    ///
    /// # Errors
    /// No books have it.
    pub(super) fn book(&self, id: usize) -> Result<&Book, Problem> {
        self.books.get(id).ok_or_else(|| not_found(format!("the desk has no books {id}")))
    }

    /// Starts what is ordered, on a thread of its own.
    ///
    /// # Errors
    /// It is not whole, or another command is under way in these books.
    pub(super) fn start(self: &Arc<Self>, id: usize, order: &Order) -> Result<Arc<Run>, Problem> {
        let book = self.book(id)?;
        let words = order.words(book)?;
        let run = Arc::new(Run::new(words.typed(&book.books.root)));
        book.begin(&run)?;
        let (desk, own, root) = (Arc::clone(self), Arc::clone(&run), book.books.root.clone());
        let started = std::thread::Builder::new()
            .name("desk-run".into())
            .spawn(move || own.carry_out(&desk.program, &words, &root));
        if let Err(e) = started {
            run.fail(&Problem::stop("desk", "the command cannot be run").because(e.to_string()));
        }
        Ok(run)
    }
}
