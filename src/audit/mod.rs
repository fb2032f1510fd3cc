//! The proof: what was sealed, in which order, and that everything derived follows from
//! what was received.

pub mod chain;
pub mod configuration;
pub mod derive;
pub mod git;
mod ground;
pub mod history;
pub mod ledgers;
pub mod mailed;
pub mod manifest;
pub mod memo;
pub mod open_items;
pub mod recapture;
mod redraw;
pub mod registered;
pub mod seal;
pub mod verify;
