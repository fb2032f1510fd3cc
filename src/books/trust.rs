//! Where the settings send secrets. Settings can come from elsewhere, with a repository or an
//! attachment: what they may send where without a word is little, and what is more, each user
//! confirms once ([`Release::digest`]), outside the books.

use std::path::{Path, PathBuf};

use super::config::{Mailing, Upstream};
use crate::model::digest::sha256_hex;

/// The partner's own domain.
const PARTNER: &str = "vobiz.ai";

/// Secrets that the settings send to one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Release {
    /// For whom: `partner`, `mail`.
    pub what: &'static str,
    /// Host and port.
    pub to: String,
    /// What goes there, in words: where each secret is taken from.
    pub secrets: Vec<String>,
    /// Why that must be confirmed; empty: it need not be.
    pub because: Vec<String>,
}

impl Release {
    /// What stands for it where it was confirmed. Other secrets, or another place, are another one.
    #[must_use]
    pub(crate) fn digest(&self) -> String {
        sha256_hex(format!("{}\n{}\n{}\n", self.what, self.to, self.secrets.join("\n")).as_bytes())
    }

    /// In a sentence's words.
    #[must_use]
    pub(crate) fn words(&self) -> String {
        format!("{} → {}", self.secrets.join(", "), self.to)
    }
}

/// Where a secret is taken from.
enum Source<'a> {
    Variable(&'a str),
    File(PathBuf),
}

/// What the partner is sent. `host` is that of the base URL, with its port.
#[must_use]
pub(crate) fn to_partner(upstream: &Upstream, root: &Path, (host, port): (&str, u16)) -> Release {
    let token = match &upstream.auth_token_file {
        Some(file) => Source::File(root.join(file)),
        None => Source::Variable(&upstream.auth_token_env),
    };
    let mut because = Vec::new();
    let is_partners = host == PARTNER || host.strip_suffix(PARTNER).is_some_and(|rest| rest.ends_with('.'));
    if is_partners && port != 443 {
        because.push(format!("{host}:{port} is not where the partner's API is"));
    }
    if !is_partners && !is_this_machine(host) {
        because.push(format!("{host} is not the partner's"));
    }
    let of_mail = |variable: &&String| variable.starts_with("CROSSFOOT_SMTP_");
    if let Some(variable) = [&upstream.auth_id_env, &upstream.auth_token_env].into_iter().find(of_mail) {
        because.push(format!("{variable} is the mail account's"));
    }
    let sources = [("partner id", Source::Variable(&upstream.auth_id_env)), ("token", token)];
    release("partner", format!("{host}:{port}"), sources, root, because)
}

/// What the mail server is sent; None where nobody logs in.
#[must_use]
pub(crate) fn to_mail_server(mailing: &Mailing, root: &Path) -> Option<Release> {
    mailing.user.as_ref()?;
    let host = mailing.host.as_deref()?;
    let password = match &mailing.password_file {
        Some(file) => Source::File(root.join(file)),
        None => Source::Variable(&mailing.password_env),
    };
    let mut because =
        if is_this_machine(host) { vec![] } else { vec![format!("{host} gets the password of the mail account")] };
    if mailing.password_file.is_none() && mailing.password_env.starts_with("VOBIZ_") {
        because.push(format!("{} is the partner's", mailing.password_env));
    }
    Some(release("mail", format!("{host}:{}", mailing.port), [("password", password)], root, because))
}

fn release<'a>(
    what: &'static str,
    to: String,
    sources: impl IntoIterator<Item = (&'static str, Source<'a>)>,
    root: &Path,
    mut because: Vec<String>,
) -> Release {
    let mut secrets = Vec::new();
    for (name, source) in sources {
        match source {
            Source::Variable(variable) => {
                secrets.push(format!("{name} (variable {variable})"));
                if !["VOBIZ_", "CROSSFOOT_"].iter().any(|own| variable.starts_with(own)) {
                    because.push(format!("{variable} is no variable of ours (VOBIZ_…, CROSSFOOT_…)"));
                }
            }
            Source::File(path) => {
                // As it lies there: a link in the books can lead out of them. What is not there is nobody's secret.
                let is_inside = match (path.canonicalize(), root.canonicalize()) {
                    (Ok(real), Ok(root)) => real.starts_with(root),
                    _ => !path.components().any(|part| part == std::path::Component::ParentDir),
                };
                let real = path.canonicalize().unwrap_or(path);
                secrets.push(format!("{name} (file {})", real.display()));
                if !is_inside {
                    because.push(format!("{} lies outside the books", real.display()));
                }
            }
        }
    }
    Release { what, to, secrets, because }
}

/// Whether a host is this machine. What goes there, only its own users can receive; and settings
/// can have no more than our own variables sent there unasked.
#[must_use]
pub(crate) fn is_this_machine(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::books::config;

    #[test]
    fn what_the_partner_and_this_machine_get_need_not_be_confirmed_and_all_else_must() {
        let folder = tempfile::tempdir().unwrap();
        let reasons = |settings: &str, host: &str| {
            let upstream = config::parse(&format!("[upstream]\n{settings}"), "c").unwrap().upstream;
            to_partner(&upstream, folder.path(), (host, 443)).because.len()
        };
        for host in ["api.vobiz.ai", "vobiz.ai", "127.0.0.1", "localhost", "[::1]", "127.9.9.9"] {
            assert_eq!(reasons("", host), 0, "{host}");
        }
        for host in ["api.vobiz.ai.example", "evilvobiz.ai", "10.0.0.1", "localhost.example", "0.0.0.0"] {
            assert_eq!(reasons("", host), 1, "{host}");
        }
        assert_eq!(reasons("auth_token_env = \"AWS_SECRET_ACCESS_KEY\"", "127.0.0.1"), 1);
        assert_eq!(reasons("auth_id_env = \"A\"\nauth_token_env = \"B\"", "evil.example"), 3);
        assert_eq!(reasons("auth_token_env = \"VOBIZ_TEST_TOKEN\"", "127.0.0.1"), 0);
        assert_eq!(reasons("auth_token_env = \"CROSSFOOT_SMTP_PASSWORD\"", "api.vobiz.ai"), 1);
        let upstream = config::parse("", "c").unwrap().upstream;
        assert_eq!(to_partner(&upstream, folder.path(), ("api.vobiz.ai", 8443)).because.len(), 1);
        std::fs::write(folder.path().join("token"), "x").unwrap();
        assert_eq!(reasons("auth_token_file = \"token\"", "127.0.0.1"), 0);
        assert_eq!(reasons("auth_token_file = \"../token\"", "127.0.0.1"), 1);
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("/etc/hostname", folder.path().join("link")).unwrap();
            assert_eq!(reasons("auth_token_file = \"link\"", "127.0.0.1"), 1);
        }
    }

    #[test]
    fn a_mail_server_elsewhere_gets_no_password_unasked() {
        let release = |settings: &str| {
            let mailing = config::parse(&format!("[mail]\n{settings}"), "c").unwrap().mailing;
            to_mail_server(&mailing, Path::new("/books"))
        };
        assert_eq!(release("smtp_host = \"mail.example\""), None);
        let here = release("smtp_host = \"127.0.0.1\"\nuser = \"u\"").unwrap();
        assert!(here.because.is_empty(), "{here:?}");
        let there = release("smtp_host = \"mail.example\"\nuser = \"u\"").unwrap();
        assert_eq!(there.because.len(), 1);
        let other = release("smtp_host = \"mail.example\"\nuser = \"u\"\nsmtp_port = 2525").unwrap();
        assert_ne!(there.digest(), other.digest());
        assert_eq!(
            release("smtp_host = \"127.0.0.1\"\nuser = \"u\"\npassword_env = \"PATH\"").unwrap().because.len(),
            1
        );
        let partners = "smtp_host = \"127.0.0.1\"\nuser = \"u\"\npassword_env = \"VOBIZ_AUTH_TOKEN\"";
        assert_eq!(release(partners).unwrap().because.len(), 1);
    }
}
