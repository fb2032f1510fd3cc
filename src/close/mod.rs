//! The close: what it is made from, what follows from that as one map of files, and the
//! proof that what was sealed still follows.

mod answers;
mod copies;
mod dated;
pub mod derive;
mod credits;
mod difference;
mod digests;
pub(crate) mod documents;
pub(crate) mod earlier;
pub(crate) mod formats;
pub(crate) mod history;
pub mod inputs;
pub(crate) mod issued;
pub(crate) mod ledgers;
pub(crate) mod memo;
pub(crate) mod open_items;
pub(crate) mod outputs;
pub(crate) mod particulars;
pub(crate) mod preview;
pub(crate) mod proposal;
pub(crate) mod recall;
pub(crate) mod recapture;
pub(crate) mod registered;
pub(crate) mod returned;
pub(crate) mod rule;
pub(crate) mod seal;
pub(crate) mod stamps;
mod templates;
pub(crate) mod trail;
pub(crate) mod unchanged;
pub(crate) mod verdict;
pub(crate) mod verify;
