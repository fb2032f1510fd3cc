//! Plain values: money, periods, what the partner says, what the ledger says,
//! what we found, what we invoice. Knows nothing else of ours and does no I/O.
//!
//! The words of the house, each for one thing:
//!
//! - *books*: the folder that finance keeps; *period*: the days that are closed, both ends
//!   included, in the books' time zone; *close*: a period's files, sealed
//! - *partner*: the carrier whose API states usage ([`usage`]); *capture*: its answers as
//!   they were received; *analytics*: its statement of a period; *matrix*: its figures per
//!   customer and direction ([`matrix`]); *transactions*: its own ledger ([`transactions`])
//! - *ledger*: what the books say was posted ([`posting`]); an *export* is a product's file
//!   of it; what its accounts are stands in [`ledger_terms`]
//! - *direction*: inbound or outbound calls; *difference*: ledger less analytics, signed;
//!   *remainder*: what the partner's list leaves out
//! - *finding*: what reconciliation says ([`finding`]): a *fact* is read off the inputs, a
//!   *cause* explains a difference; *blocking* holds the customers that it touches
//! - *resolution*: what finance decided about a finding ([`resolution`]); *void*: an invoice
//!   that counts no longer and keeps its number
//! - *draft*: what a customer is to be charged; *issued*: numbered, and never changed;
//!   *note*: what corrects it, credit or debit ([`invoice`]); *register*: the list of them
//! - *scale*: the digits after an amount's point; *minor unit*: paise of rupees ([`money`])

pub(crate) mod approval;
pub mod call_terms;
pub(crate) mod chance;
pub(crate) mod credit;
pub(crate) mod currency;
pub mod exchange;
pub mod digest;
pub mod finding;
pub(crate) mod gstin;
pub(crate) mod history;
pub mod invoice;
pub mod ledger_terms;
pub(crate) mod line;
pub(crate) mod mailbox;
pub(crate) mod matrix;
pub mod money;
pub(crate) mod number;
pub(crate) mod open_item;
pub(crate) mod particulars;
pub(crate) mod party;
pub mod period;
pub(crate) mod place;
pub mod problem;
pub(crate) mod reconciliation;
pub(crate) mod registration;
pub(crate) mod resolution;
pub mod rounding;
pub(crate) mod shown;
pub(crate) mod spread;
pub(crate) mod supply_type;
pub(crate) mod tolerance;
pub(crate) mod transactions;
pub mod usage;
pub mod visible;
pub mod words;

pub mod posting;
