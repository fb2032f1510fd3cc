//! crossfoot: the month-end close of a telecom reseller's finance desk.
pub mod audit;
pub mod bill;
pub mod books;
pub mod capture;
pub mod cli;
pub mod ledger;
pub mod model;
pub mod reconcile;
pub mod rehearsal;
pub mod render;
