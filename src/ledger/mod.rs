//! The ledger that finance exports: a stream of rows → exact sums per customer and
//! direction, and an account of every row that is not in them.

pub mod canonical;
mod rows;
mod source;
