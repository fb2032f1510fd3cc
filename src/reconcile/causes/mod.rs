//! Causes: what explains a difference. One finding code a file.

pub mod cut_off;
pub mod direction_swap;
pub mod restated;
