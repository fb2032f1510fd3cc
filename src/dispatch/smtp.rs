//! One message at a time over SMTP, step by step, so that it is known of each failure
//! whether the message can have been taken: before its last dot it cannot, after it only
//! an answer tells (RFC 5321 §4.2.5).

use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{Certificate, SmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::transport::smtp::{Error, response::Response};

use super::line::{Line, Stopped};
use crate::books::config::{Mailing, Tls};
use crate::books::trust::is_this_machine;
use crate::capture::credentials::Secret;
use crate::capture::redact;
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
    line: Option<Line>,
}

/// So many bytes of a message a slow network takes in a second: it gets the time that they need.
const BYTES_PER_SECOND: usize = 32 * 1024;

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
        if mailing.tls == Tls::None && !is_this_machine(&host) {
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
            line: None,
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
        if self.line.is_some() {
            return Ok(());
        }
        let own_name = ClientId::Domain(self.own_name.clone());
        let (host, port, tls, timeout) = (self.host.clone(), self.port, self.tls, self.timeout);
        let (parameters, login) = (self.parameters.clone(), self.login.clone());
        let opened = Line::open(self.timeout, move || {
            let told = |e: &Error| (text(e), !e.is_permanent() && !e.is_tls() && !e.is_client());
            let wrapped = parameters.as_ref().filter(|_| tls == Tls::Implicit);
            let mut connection =
                SmtpConnection::connect((host.as_str(), port), Some(timeout), &own_name, wrapped, None)
                    .map_err(|e| told(&e))?;
            if let (Tls::StartTls, Some(parameters)) = (tls, &parameters) {
                connection.starttls(parameters, &own_name).map_err(|e| told(&e))?;
            }
            if let Some((user, password)) = login {
                let credentials = Credentials::new(user, password.expose().to_owned());
                // What a server says to a login could repeat it.
                connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).map_err(|e| {
                    let code = e.status().map_or_else(|| "no answer".to_owned(), |code| code.to_string());
                    (format!("the login was refused ({code})"), e.is_transient())
                })?;
            }
            Ok(connection)
        });
        self.line = Some(opened.map_err(|stopped| match stopped {
            Stopped::Failed((why, again)) => (self.clean(&why), again),
            Stopped::Late(within) => (late(within), true),
        })?);
        Ok(())
    }

    /// Hands one message over. All recipients are taken, or it goes to none.
    pub(crate) fn deliver(&mut self, from: &Address, recipients: &[Address], message: Vec<u8>) -> Fate {
        if let Err((why, again)) = self.connect() {
            return Fate::Refused { why, again };
        }
        match self.announce(from, recipients) {
            Ok(()) => {}
            Err(Announced::Unfit(why)) => return Fate::Refused { why, again: false },
            Err(Announced::Stopped(Stopped::Late(within))) => {
                self.line = None;
                return Fate::Refused { why: late(within), again: true };
            }
            Err(Announced::Stopped(Stopped::Failed(e))) => {
                let fate = Fate::Refused { why: self.clean(&text(&e)), again: !e.is_permanent() && !e.is_client() };
                // A server that answers goes on; one that says 421, or nothing, does not.
                let goes_on = e.is_client() || e.status().is_some_and(|code| u16::from(code) != 421);
                if !goes_on || self.step(|connection| connection.command(Rset)).is_err() {
                    self.line = None;
                }
                return fate;
            }
        }
        let more = Duration::from_secs((message.len() / BYTES_PER_SECOND) as u64);
        let Some(line) = &self.line else {
            return Fate::Refused { why: "there is no connection".to_owned(), again: true };
        };
        match line.step(self.timeout.saturating_add(more), move |connection| connection.message(&message)) {
            Ok(response) => Fate::Accepted(self.clean(&said(&response))),
            Err(stopped) => {
                self.line = None;
                match stopped {
                    Stopped::Failed(e) if e.status().is_some() => {
                        Fate::Refused { why: self.clean(&text(&e)), again: e.is_transient() }
                    }
                    Stopped::Failed(e) => Fate::Unknown(self.clean(&text(&e))),
                    Stopped::Late(within) => Fate::Unknown(late(within)),
                }
            }
        }
    }

    /// Ends the conversation.
    pub(crate) fn quit(&mut self) {
        let _courtesy = self.step(SmtpConnection::quit);
        self.line = None;
    }

    fn step<T: Send + 'static>(
        &self,
        step: impl FnOnce(&mut SmtpConnection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Stopped<Error>> {
        match &self.line {
            Some(line) => line.step(self.timeout, step),
            None => Err(Stopped::Late(Duration::ZERO)),
        }
    }

    /// Sender, recipients, and that the message follows.
    fn announce(&self, from: &Address, recipients: &[Address]) -> Result<(), Announced> {
        let unusual = std::iter::once(from).chain(recipients).find(|address| !address.to_string().is_ascii());
        let mut parameters = Vec::new();
        if let Some(address) = unusual {
            let supports = |connection: &mut SmtpConnection| {
                Ok(connection.server_info().supports_feature(Extension::SmtpUtfEight))
            };
            if !self.step(supports)? {
                return Err(Announced::Unfit(format!(
                    "the server takes no address such as {address}: it does not know SMTPUTF8 (RFC 6531)"
                )));
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        let mail = Mail::new(Some(from.clone()), parameters);
        self.step(move |connection| connection.command(mail))?;
        for recipient in recipients {
            let recipient = Rcpt::new(recipient.clone(), Vec::new());
            self.step(move |connection| connection.command(recipient))?;
        }
        self.step(|connection| connection.command(Data))?;
        Ok(())
    }

    /// A server's words, without the password, in whatever form they repeat it.
    fn clean(&self, said: &str) -> String {
        match &self.login {
            Some((_, password)) => redact::without(said, password),
            None => said.to_owned(),
        }
    }
}

/// Why a message was not announced.
enum Announced {
    /// It has an address that this server cannot take.
    Unfit(String),
    Stopped(Stopped<Error>),
}

impl From<Stopped<Error>> for Announced {
    fn from(stopped: Stopped<Error>) -> Self {
        Self::Stopped(stopped)
    }
}

fn late(within: Duration) -> String {
    format!("the server did not finish its answer within {} s", within.as_secs())
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
