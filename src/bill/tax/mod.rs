//! Tax regimes, one a file. Each turns a draft's lines into taxes.

pub mod none;
