//! What documents look like: values and a template → bytes. Pure; no clock, no disk.

mod charts;
pub mod csv;
mod deflate;
pub mod figures;
pub mod html;
pub mod invoice_json;
pub mod journal;
pub mod mail;
pub mod pdf;
pub mod reconciliation_json;
pub mod structured;
pub mod text;
pub mod xlsx;
mod xml;
