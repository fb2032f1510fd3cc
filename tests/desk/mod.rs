//! The desk through the binary, over HTTP: as its page uses it, and as others try to.

mod hostile;
mod month;
mod runs;
