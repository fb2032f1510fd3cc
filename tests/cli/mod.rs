//! The binary, end to end: one file a verb.

mod approve;
mod basis;
mod bounds;
mod calls;
mod capture;
mod clones;
mod close;
mod credits;
mod customers;
mod dates;
mod demo;
mod desk;
mod draft;
mod einvoice;
mod exchange;
mod fetch;
mod git;
mod gstr1;
mod help;
mod invoices;
mod reconcile;
mod remembered;
mod relinked;
mod resolve;
mod send;
mod signing;
mod stamping;
mod trends;
mod trust;
mod usage;
mod verify;

pub(crate) use signing::key as signing_key;
