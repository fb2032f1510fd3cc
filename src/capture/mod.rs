//! What the partner answered: fetched over HTTP, kept as received, decoded without loss.
//! `client` is the only async code of the house; `partner` turns bytes into the model and
//! knows nothing of HTTP.

pub mod client;
pub mod credentials;
pub mod exact;
pub mod partner;
pub mod redact;
pub mod store;
