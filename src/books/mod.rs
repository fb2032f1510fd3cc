//! The folder that finance keeps: where its files lie, what its settings mean, who its
//! customers are, and how files are written so that none is ever half there.

pub mod charges;
pub mod config;
pub mod customers;
mod invoicing;
pub mod layout;
pub mod lock;
pub mod mailing;
pub mod resolutions;
pub mod settings;
mod settings_reader;
pub mod spreadsheet;
pub mod changeset;
pub mod voids;
