//! The one test binary: it builds once and runs its tests in parallel.

#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::disallowed_methods)]

mod accessible;
mod cases;
mod cli;
mod corpus;
mod desk;
mod docs;
mod findings;
mod house;
mod layouts;
mod looks;
mod odds;
mod ledgers;
#[cfg(feature = "parquet")]
mod parquet;
mod pdf;
mod properties;
mod support;
mod variants;
mod workbooks;
