//! crossfoot: the month-end close of a telecom reseller's finance desk.
pub mod model;
pub mod books;
pub mod capture;
pub mod ledger;
pub mod reconcile;
pub mod bill;
pub mod render;
pub mod audit;
pub mod rehearsal;
pub mod cli;
