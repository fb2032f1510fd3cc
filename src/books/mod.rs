//! The folder that finance keeps: where its files lie, what its settings mean, who its
//! customers are, and how files are written so that none is ever half there.

pub(crate) mod charges;
pub mod config;
pub mod customers;
pub(crate) mod customer_checks;
pub(crate) mod customer_rows;
pub(crate) mod drafts;
mod invoicing;
pub(crate) mod layout;
pub(crate) mod lock;
pub(crate) mod mailing;
pub(crate) mod particulars;
pub(crate) mod prices;
pub(crate) mod rates;
pub(crate) mod new_customers;
pub(crate) mod resolutions;
pub(crate) mod pieces;
pub mod settings;
pub mod settings_pages;
mod settings_reader;
pub(crate) mod trust;
pub(crate) mod spreadsheet;
pub(crate) mod changeset;
pub(crate) mod voids;
