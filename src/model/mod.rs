//! Plain values: money, periods, what the partner says, what the ledger says,
//! what we found, what we invoice. Knows nothing else of ours and does no I/O.

pub mod chance;
pub mod digest;
pub mod finding;
pub mod gstin;
pub mod history;
pub mod invoice;
pub mod ledger_terms;
pub mod mailbox;
pub mod matrix;
pub mod money;
pub mod number;
pub mod open_item;
pub mod period;
pub mod problem;
pub mod reconciliation;
pub mod registration;
pub mod resolution;
pub mod rounding;
pub mod tolerance;
pub mod transactions;
pub mod usage;
pub mod words;

pub mod posting;
