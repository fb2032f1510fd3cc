//! What the partner answered: fetched over HTTP, kept as received, decoded without loss.
//! `client`, `pace` and `collect` are the only async code of the house; `partner` turns bytes
//! into the model and knows nothing of HTTP. `staging` keeps what has arrived while a capture
//! runs, so that one that was interrupted continues.

mod bodies;
pub mod client;
pub mod credentials;
pub mod collect;
pub mod exact;
pub mod forecast;
pub mod matrix;
pub mod pace;
pub mod partner;
pub mod record;
pub mod redact;
pub mod requests;
pub mod staging;
pub mod store;
pub mod transactions;
