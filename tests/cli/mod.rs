//! The binary, end to end: one file a verb.

mod approve;
mod basis;
mod bounds;
mod calls;
mod capture;
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
mod resolve;
mod send;
mod signing;
mod trends;
mod usage;
mod verify;
