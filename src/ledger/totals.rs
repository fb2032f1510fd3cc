//! The rows that a format calls totals, by how their cells begin: folded once, and compared
//! with millions of cells without a copy of any.

use super::format::{Format, TotalKind, TotalRow};
use super::text::{behind, fold};

/// How the cells of one kind of total begin.
#[derive(Clone, Debug)]
pub(super) struct Total {
    /// As the format has it.
    pub(super) begins: String,
    pub(super) kind: TotalKind,
    folded: String,
    /// Folded without the quotes and stars around it.
    bare: String,
}

impl Total {
    fn new(row: &TotalRow) -> Self {
        let (folded, bare) = (fold(&row.begins), fold(row.begins.trim_matches(['\'', '*'])));
        Self { begins: row.begins.clone(), kind: row.kind, folded, bare }
    }

    /// Whether a cell begins so, word for word: `Total` does not begin `Totally`.
    pub(super) fn begins(&self, cell: &str) -> bool {
        behind(cell, &self.folded).is_some_and(|next| !next.is_some_and(char::is_alphanumeric))
    }

    /// Whether a cell begins so, be it in the middle of a word.
    pub(super) fn stands_before(&self, cell: &str) -> bool {
        behind(cell, &self.folded).is_some()
    }

    /// Whether a cell is this and nothing else.
    pub(super) fn is(&self, cell: &str) -> bool {
        behind(cell, &self.folded) == Some(None)
    }

    /// The same, whatever quotes, stars and colons stand around either.
    pub(super) fn is_within(&self, cell: &str) -> bool {
        behind(cell.trim_matches(['\'', '"', ':', '*']), &self.bare) == Some(None)
    }
}

/// All totals of a format.
#[derive(Clone, Debug)]
pub(super) struct Totals {
    all: Vec<Total>,
    /// The letters and digits that they begin with.
    firsts: [bool; 128],
}

impl Totals {
    pub(super) fn of(format: &Format) -> Self {
        let all: Vec<Total> = format.totals.iter().map(Total::new).collect();
        let mut firsts = [false; 128];
        for text in all.iter().flat_map(|total| [&total.folded, &total.bare]) {
            match text.bytes().next() {
                None => firsts = [true; 128],
                Some(first) if first.is_ascii() => {
                    firsts[usize::from(first)] = true;
                    firsts[usize::from(first.to_ascii_uppercase())] = true;
                }
                Some(_) => {}
            }
        }
        Self { all, firsts }
    }

    /// Those that a cell may be, seen by its first character alone.
    #[inline]
    pub(super) fn for_cell(&self, cell: &str) -> &[Total] {
        match cell.bytes().next() {
            Some(first) if first.is_ascii_alphanumeric() && !self.firsts[usize::from(first)] => &[],
            _ => &self.all,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_total_is_known_by_its_words() {
        let row = |begins: &str| TotalRow { begins: begins.to_owned(), kind: TotalKind::Grand };
        let total = Total::new(&row("Total for "));
        assert!(total.begins("TOTAL FOR Voice") && total.is("total  for") && !total.begins("Total forms"));
        assert!(total.stands_before("Total forms") && !total.is_within("Total for Voice"));
        assert!(Total::new(&row("*Total")).is_within("'Total:") && !Total::new(&row("Total")).is("'Total:"));
    }

    #[test]
    fn no_first_character_hides_a_total() {
        for (name, text) in super::super::format::SHIPPED {
            let format = super::super::format::parse(name, text).unwrap();
            let totals = Totals::of(&format);
            for total in &totals.all {
                for cell in [total.begins.clone(), total.begins.to_uppercase(), format!("'{}:", total.begins)] {
                    assert!(
                        totals.for_cell(&cell).iter().any(|one| one.stands_before(&cell) || one.is_within(&cell)),
                        "{cell}"
                    );
                }
            }
        }
    }
}
