//! Facts: what can be read off the inputs. One way of looking for a finding code a file.

pub mod amount_difference;
pub mod analytics_crossfoot;
pub mod currency_mismatch;
pub mod duplicate_call;
pub mod float_noise;
pub mod hidden_rows;
pub mod invalid_row;
pub mod ledger_crossfoot;
pub mod matrix_crossfoot;
pub mod missing_in_analytics;
pub mod missing_in_ledger;
pub mod not_captured;
pub mod period_mismatch;
pub mod remainder_difference;
pub mod set_aside;
pub mod tolerated;
pub mod truncated_customers;
pub mod unknown_customer;
pub mod unknown_direction;
pub mod unpriced_usage;
