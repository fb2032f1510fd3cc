//! How long a list of pages may be. A partner that never ends one must not fill the disk.

use std::collections::HashSet;

use crate::model::problem::Problem;

/// The most pages that are taken of a list that says how many it has: ten million rows.
const LONGEST: u64 = 100_000;
/// The most of one that does not say.
const UNTOLD: u64 = 10_000;
/// So many more than it says: rows that arrive meanwhile move others on.
const BEYOND: u64 = 100;
/// So many pages in a row that begin like an earlier one are no accident.
const REPEATED: u32 = 3;

/// A list, page by page.
#[derive(Debug)]
pub(super) struct Walk {
    file: String,
    left: u64,
    begun_with: HashSet<String>,
    repeated: u32,
}

impl Walk {
    /// A list of which `pages` and `rows` are told; `file` is what errors call its first page.
    ///
    /// # Errors
    /// It has more pages than are taken, or than rows.
    pub(super) fn new(file: &str, pages: Option<u64>, rows: Option<u64>) -> Result<Self, Problem> {
        let walk = Self {
            file: file.to_owned(),
            left: pages.map_or(UNTOLD, |pages| pages.saturating_add(BEYOND)),
            begun_with: HashSet::new(),
            repeated: 0,
        };
        match pages {
            Some(pages) if pages > LONGEST => {
                Err(walk.endless(&format!("it has {pages} pages by its own word, and {LONGEST} are taken")))
            }
            Some(pages) if rows.is_some_and(|rows| pages > rows.max(1)) => {
                Err(walk.endless(&format!("it has {pages} pages by its own word, and {} rows", rows.unwrap_or(0))))
            }
            _ => Ok(walk),
        }
    }

    /// A page with so many rows, which begins with `first`; `more`: it says that another follows.
    ///
    /// # Errors
    /// The list is longer than what is taken, or goes on without going on.
    pub(super) fn page(&mut self, rows: usize, first: Option<&str>, more: bool) -> Result<(), Problem> {
        let is_new = first.is_none_or(|first| self.begun_with.insert(first.to_owned()));
        self.repeated = if is_new { 0 } else { self.repeated + 1 };
        self.left = self.left.saturating_sub(1);
        match () {
            () if !more => Ok(()),
            () if rows == 0 => Err(self.endless("a page has no rows, and says that more follow")),
            () if self.repeated >= REPEATED => Err(self.endless("its pages repeat themselves")),
            () if self.left == 0 => Err(self.endless("it goes on beyond what it says of its length, or says nothing")),
            () => Ok(()),
        }
    }

    fn endless(&self, why: &str) -> Problem {
        Problem::stop("upstream-endless", "a list of the partner's does not end")
            .at(&self.file)
            .because(why)
            .next("ask the partner; where its lists cannot be used, set [upstream] matrix = \"top-customers\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_ends_or_is_refused() {
        assert!(Walk::new("f", Some(LONGEST + 1), None).is_err() && Walk::new("f", Some(7), Some(6)).is_err());
        let mut honest = Walk::new("f", Some(2), Some(100)).unwrap();
        assert!(honest.page(100, Some("a"), true).is_ok() && honest.page(0, None, false).is_ok());
        let why = |problem: Problem| problem.reason();
        let mut empty = Walk::new("f", None, None).unwrap();
        assert!(why(empty.page(0, None, true).unwrap_err()).contains("no rows"));
        let mut same = Walk::new("f", None, None).unwrap();
        let first = (1..).find_map(|_| same.page(1, Some("a"), true).err()).unwrap();
        assert!(why(first).contains("repeat"));
        for (told, pages) in [(None, UNTOLD), (Some(3), 3 + BEYOND)] {
            let mut long = Walk::new("f", told, None).unwrap();
            let taken = (1..).find(|n| long.page(1, Some(&n.to_string()), true).is_err());
            assert_eq!(taken, Some(pages));
        }
    }
}
