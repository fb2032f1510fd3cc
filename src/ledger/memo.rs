//! What was found out about a text, kept for the next row that has it: a million rows have
//! thirty days, two currencies and as many names as there are customers.

use std::cell::RefCell;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

/// How many texts are known at a time; the next begins anew.
const MOST: usize = 8 * 1024;
/// The longest text that is kept.
const LONGEST: usize = 64;

/// Texts, and what was made of each.
#[derive(Clone, Debug)]
pub(super) struct Memo<T>(RefCell<HashMap<Box<str>, T, FixedState>>);

impl<T> Default for Memo<T> {
    fn default() -> Self {
        Self(RefCell::new(HashMap::default()))
    }
}

impl<T: Clone> Memo<T> {
    /// What `make` makes of a text, which must depend on nothing else.
    #[inline]
    pub(super) fn of(&self, text: &str, make: impl FnOnce(&str) -> T) -> T {
        if let Some(known) = self.0.borrow().get(text) {
            return known.clone();
        }
        let made = make(text);
        if text.len() <= LONGEST {
            let mut known = self.0.borrow_mut();
            if known.len() >= MOST {
                known.clear();
            }
            known.insert(text.into(), made.clone());
        }
        made
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.0.get_mut().clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_looked_at_once_and_memory_has_an_end() {
        let memo = Memo::default();
        assert_eq!((memo.of("a", str::len), memo.of("a", |_| 7)), (1, 1));
        for number in 0..2 * MOST {
            memo.of(&number.to_string(), str::len);
        }
        assert!(memo.0.borrow().len() <= MOST);
        let long = "x".repeat(LONGEST + 1);
        assert_eq!((memo.of(&long, |_| 1), memo.of(&long, |_| 2)), (1, 2));
    }
}
