//! One message at a time over SMTP, step by step, so that it is known of each failure
//! whether the message can have been taken: before its last dot it cannot, after it only
//! an answer tells (RFC 5321 §4.2.5).

use std::net::IpAddr;
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{Certificate, SmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::transport::smtp::{Error, response::Response};

use crate::books::config::{Mailing, Tls};
use crate::capture::credentials::Secret;
use crate::model::problem::Problem;

/// A mail server, as the settings name it.
#[allow(missing_debug_implementations, reason = "a connection has none")]
pub(crate) struct Server {
    host: String,
    port: u16,
    tls: Tls,
    parameters: Option<TlsParameters>,
    login: Option<(String, Secret)>,
    timeout: Duration,
    /// What we call ourselves: the sender's domain.
    own_name: String,
    connection: Option<SmtpConnection>,
}

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// The server took it, and said this.
    Accepted(String),
    /// It was not taken. `again`: another attempt may succeed.
    Refused {
        /// What the server said, or what went wrong.
        why: String,
        /// Whether it is worth another attempt.
        again: bool,
    },
    /// All of it was handed over, and no answer came.
    Unknown(String),
}

impl Server {
    /// The server of the settings.
    ///
    /// # Errors
    /// No server is named, a certificate cannot be used, or what is asked for would send a
    /// password or invoices in the clear to another machine.
    pub(crate) fn new(
        mailing: &Mailing,
        ca: Option<Vec<u8>>,
        login: Option<(String, Secret)>,
        own_name: &str,
    ) -> Result<Self, Problem> {
        let nothing = |p: Problem| p.not_done("Nothing was sent.");
        let Some(host) = mailing.host.clone() else {
            return Err(nothing(
                Problem::usage("no-mail-server", "no mail server is named").next("set [mail] smtp_host"),
            ));
        };
        let is_here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        if mailing.tls == Tls::None && !is_here {
            return Err(nothing(
                Problem::usage("mail-in-the-clear", format!("{host} is another machine, and [mail] tls is \"none\""))
                    .because("invoices and passwords would be readable on the way")
                    .next("set [mail] tls = \"starttls\" or \"tls\""),
            ));
        }
        let parameters = match mailing.tls {
            Tls::None => None,
            Tls::StartTls | Tls::Implicit => {
                let wrong = |e: Error| {
                    nothing(Problem::usage("mail-tls", "[mail] ca_file cannot be used").because(e.to_string()))
                };
                let mut builder = TlsParameters::builder(host.clone());
                if let Some(pem) = ca {
                    builder = builder.add_root_certificate(Certificate::from_pem(&pem).map_err(wrong)?);
                }
                Some(builder.build_rustls().map_err(wrong)?)
            }
        };
        Ok(Self {
            host,
            port: mailing.port,
            tls: mailing.tls,
            parameters,
            login,
            timeout: Duration::from_secs(mailing.timeout_seconds),
            own_name: own_name.to_owned(),
            connection: None,
        })
    }

    /// The server's address, for people.
    #[must_use]
    pub(crate) fn name(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// Connects and logs in, unless that is done.
    ///
    /// # Errors
    /// What went wrong, and whether another attempt may succeed.
    pub(crate) fn connect(&mut self) -> Result<(), (String, bool)> {
        if self.connection.as_ref().is_some_and(|connection| !connection.has_broken()) {
            return Ok(());
        }
        self.connection = None;
        let told = |e: &Error| (text(e), !e.is_permanent() && !e.is_tls() && !e.is_client());
        let own_name = ClientId::Domain(self.own_name.clone());
        let wrapped = self.parameters.as_ref().filter(|_| self.tls == Tls::Implicit);
        let mut connection =
            SmtpConnection::connect((self.host.as_str(), self.port), Some(self.timeout), &own_name, wrapped, None)
                .map_err(|e| told(&e))?;
        if let (Tls::StartTls, Some(parameters)) = (self.tls, &self.parameters) {
            connection.starttls(parameters, &own_name).map_err(|e| told(&e))?;
        }
        if let Some((user, password)) = &self.login {
            let credentials = Credentials::new(user.clone(), password.expose().to_owned());
            // What a server says to a login could repeat it.
            connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).map_err(|e| {
                let code = e.status().map_or_else(|| "no answer".to_owned(), |code| code.to_string());
                (format!("the login was refused ({code})"), e.is_transient())
            })?;
        }
        self.connection = Some(connection);
        Ok(())
    }

    /// Hands one message over. All recipients are taken, or it goes to none.
    pub(crate) fn deliver(&mut self, from: &Address, recipients: &[Address], message: &[u8]) -> Fate {
        if let Err((why, again)) = self.connect() {
            return Fate::Refused { why, again };
        }
        let Some(connection) = &mut self.connection else {
            return Fate::Refused { why: "there is no connection".to_owned(), again: true };
        };
        match announce(connection, from, recipients) {
            Ok(()) => {}
            Err(e) => {
                let fate = Fate::Refused { why: text(&e), again: !e.is_permanent() && !e.is_client() };
                // A server that answers goes on; one that says 421, or nothing, does not.
                let goes_on = e.is_client() || e.status().is_some_and(|code| u16::from(code) != 421);
                if !goes_on || connection.command(Rset).is_err() {
                    self.hang_up();
                }
                return fate;
            }
        }
        match connection.message(message) {
            Ok(response) => Fate::Accepted(said(&response)),
            Err(e) => {
                self.hang_up();
                match e.status() {
                    Some(_) => Fate::Refused { why: text(&e), again: e.is_transient() },
                    None => Fate::Unknown(text(&e)),
                }
            }
        }
    }

    /// Ends the conversation.
    pub(crate) fn quit(&mut self) {
        if let Some(mut connection) = self.connection.take() {
            let _courtesy = connection.quit();
        }
    }

    fn hang_up(&mut self) {
        if let Some(mut connection) = self.connection.take() {
            connection.abort();
        }
    }
}

/// Sender, recipients, and that the message follows.
fn announce(connection: &mut SmtpConnection, from: &Address, recipients: &[Address]) -> Result<(), Error> {
    let mut parameters = Vec::new();
    let is_ascii = from.to_string().is_ascii() && recipients.iter().all(|address| address.to_string().is_ascii());
    if !is_ascii && connection.server_info().supports_feature(Extension::SmtpUtfEight) {
        parameters.push(MailParameter::SmtpUtfEight);
    }
    connection.command(Mail::new(Some(from.clone()), parameters))?;
    for recipient in recipients {
        connection.command(Rcpt::new(recipient.clone(), Vec::new()))?;
    }
    connection.command(Data)?;
    Ok(())
}

fn said(response: &Response) -> String {
    let lines: Vec<&str> = response.message().collect();
    format!("{} {}", response.code(), lines.join(" ")).trim().to_owned()
}

/// An error with its cause, which is where the server's words are.
fn text(e: &Error) -> String {
    let mut text = e.to_string();
    let mut cause = std::error::Error::source(e);
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text = format!("{text}: {inner_text}");
        }
        cause = inner.source();
    }
    text
}
