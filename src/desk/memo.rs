//! What was made from a file, kept while the file is as it was.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

/// A file as far as a look at it tells.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    path: PathBuf,
    changed: Option<SystemTime>,
    length: u64,
}

/// The last thing that was made, and from what.
pub(super) struct Memo<T>(Mutex<Option<(Vec<Seen>, Arc<T>)>>);

impl<T> Default for Memo<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Memo<T> {
    /// What `make` makes of the files; made anew where one of them is not what it was.
    ///
    /// # Errors
    /// Those of `make`.
    pub(super) fn of<E>(&self, paths: &[&Path], make: impl FnOnce() -> Result<T, E>) -> Result<Arc<T>, E> {
        let look = |path: &&Path| {
            let found = std::fs::metadata(path).ok();
            Seen {
                path: (*path).to_owned(),
                changed: found.as_ref().and_then(|found| found.modified().ok()),
                length: found.map_or(u64::MAX, |found| found.len()),
            }
        };
        // Before it is read: what changes meanwhile is seen at the next look.
        let seen: Vec<Seen> = paths.iter().map(look).collect();
        let known = self.0.lock().ok().and_then(|kept| kept.clone());
        if let Some((_, made)) = known.filter(|(before, _)| *before == seen) {
            return Ok(made);
        }
        let made = Arc::new(make()?);
        if let Ok(mut kept) = self.0.lock() {
            *kept = Some((seen, Arc::clone(&made)));
        }
        Ok(made)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_changed_is_read_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        let memo = Memo::default();
        let of = || memo.of(&[&path], || std::fs::read_to_string(&path)).map(|text| text.as_str().to_owned());
        assert!(of().is_err());
        std::fs::write(&path, "one").unwrap();
        assert_eq!(of().unwrap(), "one");
        assert!(Arc::ptr_eq(&memo.of(&[&path], || Err(())).unwrap(), &memo.of(&[&path], || Err(())).unwrap()));
        std::fs::write(&path, "three").unwrap();
        assert_eq!(of().unwrap(), "three");
        std::fs::remove_file(&path).unwrap();
        assert!(of().is_err());
    }
}
