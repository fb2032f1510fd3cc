//! Causes: what explains a difference. One finding code a file; `cut-off` has two, for the
//! calls between the boundaries and for the ledger's own rows.

pub mod customer_swap;
pub mod cut_off;
pub mod digit_error;
pub mod direction_swap;
pub mod duplicate_posting;
pub mod missing_posting;
pub mod open_item;
pub mod party_moved;
pub mod posted_outside;
pub mod restated;
pub mod rounding;
pub mod scale;
pub mod sign_flip;
pub mod tax_basis;
