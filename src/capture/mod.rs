//! What the partner answered: fetched over HTTP, kept as received, decoded without loss.
//! `client`, `pace` and `collect` are the async code of the house, with
//! `cli::stamping`; `partner` turns bytes
//! into the model and knows nothing of HTTP. `staging` keeps what has arrived while a capture
//! runs, so that one that was interrupted continues.

pub(crate) mod answer;
mod bodies;
pub(crate) mod call_list;
pub(crate) mod call_pages;
pub(crate) mod client;
pub(crate) mod credentials;
pub(crate) mod collect;
pub mod exact;
pub(crate) mod forecast;
pub(crate) mod matrix;
pub(crate) mod pace;
pub mod partner;
pub(crate) mod record;
pub(crate) mod redact;
pub(crate) mod requests;
pub(crate) mod staging;
pub(crate) mod running;
pub(crate) mod store;
pub(crate) mod transactions;
