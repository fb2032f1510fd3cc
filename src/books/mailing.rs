//! The settings of `[mail]`: who mails, through which server.

use std::path::PathBuf;

use super::settings_reader::SettingsReader;
use crate::model::mailbox::{self, Mailbox};
use crate::model::problem::word;

/// How invoices are mailed.
#[derive(Clone, Debug)]
pub struct Mailing {
    /// `from`
    pub from: Option<Mailbox>,
    /// `reply_to`
    pub reply_to: Option<Mailbox>,
    /// `cc`
    pub cc: Vec<Mailbox>,
    /// `smtp_host`
    pub host: Option<String>,
    /// `smtp_port`
    pub port: u16,
    /// `tls`
    pub tls: Tls,
    /// `ca_file`
    pub ca_file: Option<PathBuf>,
    /// `user`
    pub user: Option<String>,
    /// `password_env`
    pub password_env: String,
    /// `password_file`
    pub password_file: Option<PathBuf>,
    /// `attach_calls`
    pub attaches_calls: bool,
    /// `chain_head`
    pub names_head: bool,
    /// `timeout_seconds`
    pub timeout_seconds: u64,
    /// `max_attempts`, at least 1.
    pub max_attempts: u32,
    /// `retry_seconds`
    pub retry_seconds: u64,
}

/// How the connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// From the server's greeting on, or not at all.
    StartTls,
    /// From the first byte.
    Implicit,
    /// Not: a server on this machine.
    None,
}

impl SettingsReader<'_> {
    /// Reads `[mail]`.
    pub(super) fn mailing(&mut self) -> Option<Mailing> {
        let one = |text: &str| if text.is_empty() { Ok(None) } else { mailbox::parse(text).map(Some) };
        let from = self.convert("mail.from", one);
        let reply_to = self.convert("mail.reply_to", one);
        let cc = self.convert("mail.cc", mailbox::parse_list);
        let port = self.number("mail.smtp_port", 1..=65_535);
        let protections = [("starttls", Tls::StartTls), ("tls", Tls::Implicit), ("none", Tls::None)];
        let tls = self.convert("mail.tls", |text| word(text, &protections));
        let attaches_calls = self.flag("mail.attach_calls");
        let names_head = self.flag("mail.chain_head");
        let timeout_seconds = self.number("mail.timeout_seconds", 1..=3_600);
        let max_attempts = self.number("mail.max_attempts", 1..=100);
        let retry_seconds = self.number("mail.retry_seconds", 0..=3_600);
        Some(Mailing {
            from: from?,
            reply_to: reply_to?,
            cc: cc?,
            host: self.optional("mail.smtp_host"),
            port: u16::try_from(port?).ok()?,
            tls: tls?,
            ca_file: self.optional("mail.ca_file").map(PathBuf::from),
            user: self.optional("mail.user"),
            password_env: self.optional("mail.password_env").unwrap_or_default(),
            password_file: self.optional("mail.password_file").map(PathBuf::from),
            attaches_calls: attaches_calls?,
            names_head: names_head?,
            timeout_seconds: timeout_seconds?,
            max_attempts: u32::try_from(max_attempts?).ok()?,
            retry_seconds: retry_seconds?,
        })
    }
}
