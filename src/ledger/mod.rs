//! The ledger that finance exports: a stream of rows → exact sums per customer and
//! direction, and an account of every row that is not in them. The canonical ledger is
//! read by `canonical`; products' exports by `export`, as `format` files describe them.

mod account_kind;
mod account_list;
pub(crate) mod aggregated;
mod ahead;
pub mod amounts;
pub mod canonical;
mod canonical_cells;
mod canonical_header;
mod canonical_part;
mod canonical_row;
mod canonical_sums;
mod cells;
pub(crate) mod collect;
mod customer_sums;
mod date_doubts;
pub mod dates;
pub mod decode;
pub(crate) mod export;
pub mod format;
mod grouping;
pub mod known;
pub(crate) mod lines;
pub(crate) mod merge;
mod memo;
pub(crate) mod moments;
pub(crate) mod naming;
pub mod open;
#[cfg(feature = "parquet")]
mod parquet;
#[cfg(feature = "parquet")]
mod parquet_columns;
#[cfg(feature = "parquet")]
mod parquet_quick;
mod party;
mod pieces;
mod posting;
pub(crate) mod propose;
mod questions;
mod reader;
pub(crate) mod recognise;
mod rows;
mod sections;
mod shape;
pub(crate) mod sheet;
mod sides;
mod source;
mod status;
mod table;
pub(crate) mod tabled;
mod text;
mod totals;
mod voucher;
mod voucher_types;

use crate::model::money::MoneyError;
use crate::model::problem::Problem;

/// A sum of the ledger beyond the exact range.
fn too_large(place: &str, error: &MoneyError) -> Problem {
    Problem::stop("overflow", "the ledger's amounts are too large to be added up exactly")
        .at(place)
        .because(error.to_string())
}
