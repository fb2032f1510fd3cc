//! Invoices → the mail server. The only place that speaks SMTP.

mod line;
pub(crate) mod smtp;
