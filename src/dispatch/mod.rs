//! Invoices → the mail server. The only place that speaks SMTP.

pub(crate) mod smtp;
