//! What is charged: reconciled figures → drafts → numbered invoices. Pure.

pub mod charges;
pub mod corrections;
pub mod not_billable;
pub mod numbering;
pub mod tax;
pub mod unprintable;

#[cfg(test)]
mod tests;
