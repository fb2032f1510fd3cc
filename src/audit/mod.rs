//! The formats of the trail: what was sealed and in which order, what was mailed, and the
//! books' git repository.

pub mod chain;
pub mod git;
pub mod mail_journal;
pub mod manifest;
