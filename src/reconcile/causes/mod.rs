//! Causes: what explains a difference. One way of looking for a finding code a file, with
//! everything that belongs to it; `cut-off` has two, for the calls between the boundaries and
//! for the ledger's own rows, and `customer-swap` for rows and for whole parties.

pub mod boundary_calls;
pub mod customer_swap;
pub mod cut_off;
pub mod digit_error;
pub mod direction_swap;
pub mod duplicate_posting;
pub mod missing_posting;
pub mod open_item;
pub mod restated;
pub mod rounding;
pub mod scale;
pub mod sign_flip;
pub mod split_parties;
pub mod tax_basis;
