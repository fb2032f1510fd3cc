//! What is charged: reconciled figures → drafts → numbered invoices. Pure.

mod agreed;
pub mod charges;
pub(crate) mod corrections;
pub(crate) mod credit_carried;
pub(crate) mod dating;
mod decided;
pub mod exchange;
pub(crate) mod gstin_later;
pub(crate) mod no_einvoice;
pub(crate) mod not_billable;
pub(crate) mod not_billed;
pub(crate) mod numbering;
pub(crate) mod particulars_changed;
pub(crate) mod selling;
pub(crate) mod tax;
pub(crate) mod unprintable;
pub(crate) mod usage;

#[cfg(test)]
mod tests;
