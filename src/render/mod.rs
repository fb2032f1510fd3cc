//! What documents look like: values and a template → bytes. Pure; no clock, no disk.

pub(crate) mod call_list;
mod charts;
pub(crate) mod csv;
mod deflate;
pub(crate) mod figures;
pub(crate) mod gstr1_json;
pub(crate) mod html;
mod html_facts;
mod html_first;
pub mod invoice_json;
pub(crate) mod journal;
pub(crate) mod mail;
mod pages;
pub mod pdf;
pub(crate) mod problem_json;
pub(crate) mod reconciliation_json;
pub(crate) mod statement;
mod statement_html;
pub(crate) mod structured;
pub(crate) mod text;
mod trends_html;
pub(crate) mod trends_json;
pub(crate) mod xlsx;
mod xml;
