//! Call by call: the partner's records against a ledger or rating file that has a row a
//! call. `columns`, `read` and `intake` make calls of rows; `sort` keeps them in order on the
//! disk; `by_id` and `by_number` match them; `outcome` and `rules` say why the rest differs;
//! `compare` is the whole, `text` and `document` print it. Memory does not grow with calls.

mod by_id;
mod by_number;
mod columns;
pub mod compare;
pub mod document;
mod intake;
mod names;
mod number;
mod outcome;
pub mod read;
mod record;
mod rules;
mod sort;
pub(crate) mod text;
