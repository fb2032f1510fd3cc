//! Facts: what can be read off the inputs. One way of looking for a finding code a file.

pub(crate) mod amount_difference;
pub(crate) mod analytics_crossfoot;
pub(crate) mod currency_mismatch;
pub(crate) mod duplicate_call;
pub(crate) mod float_noise;
pub(crate) mod hidden_rows;
pub(crate) mod invalid_row;
pub(crate) mod ledger_crossfoot;
pub(crate) mod matrix_crossfoot;
pub(crate) mod missing_in_analytics;
pub(crate) mod missing_in_ledger;
pub(crate) mod not_captured;
pub(crate) mod not_searched;
pub(crate) mod period_mismatch;
pub(crate) mod remainder_difference;
pub(crate) mod set_aside;
pub(crate) mod tolerated;
pub(crate) mod truncated_customers;
pub(crate) mod unknown_customer;
pub(crate) mod unknown_direction;
pub(crate) mod unpriced_usage;
