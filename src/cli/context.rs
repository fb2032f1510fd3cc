//! What every verb works with: what comes from outside, the books, and where results go.

use super::environment::Environment;
use super::output::Output;
use crate::books::layout::Books;

/// Everything a verb works with.
pub(super) struct Context<'a> {
    pub(super) environment: &'a Environment,
    pub(super) books: Books,
    pub(super) offline: bool,
    pub(super) out: &'a Output,
}

impl Context<'_> {
    /// What a command to be typed needs to find the same books.
    pub(super) fn same_books(&self) -> String {
        if self.books.root.as_os_str() == "." {
            String::new()
        } else {
            format!(" --books {}", self.books.root.display())
        }
    }
}
