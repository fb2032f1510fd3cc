//! Causes: what explains a difference. One finding code a file.

pub mod direction_swap;
