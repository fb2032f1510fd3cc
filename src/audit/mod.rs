//! The formats of the trail: what was sealed and in which order, what was mailed, and the
//! books' git repository.

pub(crate) mod chain;
pub(crate) mod git;
pub(crate) mod mail_journal;
pub(crate) mod manifest;
