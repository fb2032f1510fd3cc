//! The formats of the trail: what was sealed, in which order and by whom, what was mailed, and
//! the books' git repository.

pub(crate) mod chain;
pub(crate) mod git;
pub(crate) mod mail_journal;
pub(crate) mod manifest;
pub(crate) mod proposal;
pub(crate) mod signing;
pub(crate) mod timestamp;
