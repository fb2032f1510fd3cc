//! crossfoot: the month-end close of a telecom reseller's finance desk.
//!
//! What was received is *ground*: the partner's answers, ledgers, settings, issued
//! invoices, the audit chain; it is only ever appended to. What can be computed from it is
//! *derived*: sums, findings, drafts, reports; `verify` proves that derived follows from
//! ground. Data flows one way, and `use` points down this list:
//!
//! - [`model`]: plain values: money, period, usage, posting, finding, invoice
//! - [`tables`]: any file that finance has (workbooks, XML, HTML, ZIP) → tables of text
//! - [`books`]: the folder's layout, settings, customers, lock, all-or-nothing writes
//! - [`capture`]: the partner's answers: fetched (the only async code beside the
//!   rehearsal), kept as received, decoded
//! - [`ledger`]: a stream of ledger rows → sums, and an account of every row
//! - [`reconcile`]: compare; facts and causes, one finding code a file; rank. Pure
//! - [`bill`]: charges, taxes, numbers. Pure
//! - [`trends`]: this period beside the closed ones, and the running month's forecast. Pure
//! - [`returns`]: issued documents → the tables of a tax return. Pure
//! - [`render`]: model + template → bytes. Pure
//! - [`calls`]: call by call: the partner's records against a ledger of single calls
//! - [`audit`]: the formats of the trail: chain, manifest, mail journal, git
//! - [`close`]: what is loaded, what follows from it as one map of files, seal, verify
//! - [`dispatch`]: invoices to the mail server
//! - [`rehearsal`]: a loopback server that plays the partner API
//! - [`desk`]: the same verbs as a page on loopback: each runs as a child of its own
//! - [`cli`]: one file a verb: load → pure steps → write → seal → say what changed
//!
//! Deliberately absent: a binary float on any path of money; a clock, an environment or a
//! locale below `main`; an invoice type that can be changed after it was issued.

pub mod model;
pub mod tables;
pub mod books;
pub mod capture;
pub mod ledger;
pub mod reconcile;
pub mod bill;
pub(crate) mod trends;
pub(crate) mod returns;
pub mod render;
pub mod calls;
pub(crate) mod audit;
pub mod close;
pub(crate) mod dispatch;
pub mod rehearsal;
pub(crate) mod desk;
pub mod cli;
