//! What a sheet says beside its values, and how many cells are held at once.

use std::collections::{HashMap, HashSet};

use super::marks::Marks;

/// The cells that are held at once, of the kinds that are read as a whole.
pub(super) const MAX_CELLS: u64 = 8_000_000;

/// What a sheet's file says beside the values. Rows and columns from 0.
#[derive(Default)]
pub(super) struct Unsaid {
    /// Rows that are not shown.
    pub(super) hidden: HashSet<u32>,
    /// Formulas without a value.
    pub(super) uncomputed: HashSet<(u32, u32)>,
    /// Which of `marks` a cell has.
    pub(super) marked: HashMap<(u32, u32), usize>,
    pub(super) marks: Vec<Marks>,
}

impl Unsaid {
    /// Notes a cell's marks.
    pub(super) fn mark(&mut self, at: (u32, u32), marks: Marks) {
        let known = self.marks.iter().position(|one| *one == marks);
        let place = known.unwrap_or_else(|| {
            self.marks.push(marks);
            self.marks.len() - 1
        });
        self.marked.insert(at, place);
    }
}
