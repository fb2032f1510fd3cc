//! Causes: what explains a difference. One way of looking for a finding code a file, with
//! everything that belongs to it; `cut-off` has two, for the calls between the boundaries and
//! for the ledger's own rows, and `customer-swap` for rows and for whole parties.

pub(crate) mod adjustment;
pub(crate) mod basis;
pub(crate) mod boundary_calls;
pub(crate) mod customer_swap;
pub(crate) mod cut_off;
pub(crate) mod digit_error;
pub(crate) mod direction_swap;
pub(crate) mod duplicate_posting;
pub(crate) mod exchange_rate;
pub(crate) mod merged_directions;
pub(crate) mod minimum_billed;
pub(crate) mod missing_day;
pub(crate) mod missing_posting;
pub(crate) mod open_item;
pub(crate) mod other_period;
pub(crate) mod plug;
pub(crate) mod rate_change;
pub(crate) mod restated;
pub(crate) mod reversal;
pub(crate) mod rounding;
pub(crate) mod scale;
pub(crate) mod sign_flip;
pub(crate) mod split_parties;
pub(crate) mod tax_basis;
pub(crate) mod unmatched_row;
pub(crate) mod withholding;
