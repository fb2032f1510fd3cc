//! The close: what it is made from, what follows from that, and the proof that what was
//! sealed still follows.

pub mod configuration;
pub mod derive;
pub mod history;
pub mod ledgers;
pub mod memo;
pub mod open_items;
pub mod recapture;
mod redraw;
pub mod registered;
pub mod seal;
mod unchanged;
pub mod verify;
