//! The close: what it is made from, what follows from that as one map of files, and the
//! proof that what was sealed still follows.

pub mod derive;
mod difference;
pub mod documents;
pub mod formats;
pub mod history;
pub mod inputs;
pub mod issued;
pub mod ledgers;
pub mod memo;
pub mod open_items;
pub mod outputs;
pub mod recapture;
pub mod registered;
pub mod seal;
mod unchanged;
pub mod verify;
