//! Signatures of seals: who sealed a line of the chain, by a key that does not lie in the books.
//! They are OpenSSH's own (`ssh-keygen -Y sign`, PROTOCOL.sshsig), and so is the list of who may
//! sign (ssh-keygen(1), ALLOWED SIGNERS): an auditor checks them without this program. Signing is
//! left to `ssh-keygen`, which knows agents and hardware keys; checking needs no program.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use ssh_key::{Fingerprint, HashAlg, LineEnding, PrivateKey, PublicKey, SshSig};

use crate::books::layout::{Books, SEALS, optional};
use crate::model::problem::{Problem, io};

/// What a signature is for: one of something else is none of a seal.
pub(crate) const NAMESPACE: &str = "crossfoot-seal";
/// Who may sign, relative to the books.
pub(crate) const SIGNERS: &str = "audit/allowed_signers";
/// Kinds of keys whose signatures can be checked, as OpenSSH calls them.
const IS_CHECKED: [&str; 4] =
    ["ssh-ed25519", "sk-ssh-ed25519@openssh.com", "ecdsa-sha2-nistp256", "sk-ecdsa-sha2-nistp256@openssh.com"];
/// A key is short; more than this is something else.
const MOST_BYTES: u64 = 64 * 1024;

/// The signature of a line of the chain, relative to the books.
#[must_use]
pub(crate) fn file(sequence: u64) -> String {
    format!("{SEALS}/{sequence}.sig")
}

/// Somebody who may sign.
#[derive(Clone, Debug)]
struct Signer {
    /// As the list names them.
    who: String,
    key: PublicKey,
    from: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
}

/// Everybody who may sign.
#[derive(Clone, Debug, Default)]
pub(crate) struct Signers(Vec<Signer>);

/// Who signed, and with which key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Signed {
    /// As the list names them.
    pub who: String,
    /// `SHA256:…` of the key.
    pub fingerprint: String,
}

impl Signers {
    /// Reads the list of the books; nobody, where there is none.
    ///
    /// # Errors
    /// It cannot be read, or a line of it.
    pub(crate) fn load(books: &Books) -> Result<Self, Problem> {
        let Some(bytes) = optional("signers", &books.path(SIGNERS))? else { return Ok(Self::default()) };
        Self::parse(&String::from_utf8_lossy(&bytes)).map_err(|mut wrong| {
            let first = wrong.remove(0);
            Problem::usage("signers", format!("{SIGNERS} cannot be read: {first}"))
                .also(wrong)
                .next(format!("a line is: WHO namespaces=\"{NAMESPACE}\" ssh-ed25519 AAAA…"))
        })
    }

    /// Reads a list.
    ///
    /// # Errors
    /// Every line that is none, with its number.
    pub(crate) fn parse(text: &str) -> Result<Self, Vec<String>> {
        let (mut all, mut wrong) = (Vec::new(), Vec::new());
        for (number, line) in (1..).zip(text.lines()) {
            match signer(line.trim()) {
                Ok(one) => all.extend(one),
                Err(why) => wrong.push(format!("line {number}: {why}")),
            }
        }
        if wrong.is_empty() { Ok(Self(all)) } else { Err(wrong) }
    }

    /// Who may sign with a key at a time: all whom the list names for it, separated by commas.
    fn of(&self, key: &PublicKey, at: DateTime<Utc>) -> Option<String> {
        let holds = |one: &&Signer| {
            one.key.key_data() == key.key_data()
                && one.from.is_none_or(|from| from <= at)
                && one.until.is_none_or(|until| at < until)
        };
        let mut names: Vec<&str> = self.0.iter().filter(holds).map(|one| one.who.as_str()).collect();
        names.dedup();
        (!names.is_empty()).then(|| names.join(","))
    }

    /// Everybody who may sign, with the fingerprints of their keys, in order of names.
    #[must_use]
    pub(crate) fn words(&self) -> String {
        let mut all: Vec<String> =
            self.0.iter().map(|one| format!("{} ({})", one.who, fingerprint(&one.key))).collect();
        all.sort();
        all.join(", ")
    }

    /// Who holds the key of a fingerprint at a time.
    pub(crate) fn holder(&self, key: &str, at: DateTime<Utc>) -> Option<String> {
        let one = self.0.iter().find(|one| fingerprint(&one.key) == key)?;
        self.of(&one.key, at)
    }

    /// Checks a signature of a line that was sealed at a time.
    ///
    /// # Errors
    /// Why it is none.
    pub(crate) fn check(&self, line: &[u8], signature: &[u8], at: DateTime<Utc>) -> Result<Signed, String> {
        let read = SshSig::from_pem(signature).map_err(|e| format!("it is no SSH signature: {e}"))?;
        let again = read.to_pem(LineEnding::LF).map_err(|e| e.to_string())?;
        if again.as_bytes() != signature {
            return Err("it is not written as ssh-keygen writes it".to_owned());
        }
        if read.namespace() != NAMESPACE {
            return Err(format!("it is for `{}` and not for `{NAMESPACE}`", read.namespace()));
        }
        let key = PublicKey::from(read.public_key().clone());
        let fingerprint = fingerprint(&key);
        key.verify(NAMESPACE, line, &read).map_err(|_| format!("the key {fingerprint} did not sign this line"))?;
        match self.of(&key, at) {
            Some(who) => Ok(Signed { who, fingerprint }),
            None => Err(format!("the key {fingerprint} is not one of {SIGNERS} at that time")),
        }
    }
}

fn fingerprint(key: &PublicKey) -> String {
    Fingerprint::new(HashAlg::Sha256, key.key_data()).to_string()
}

/// A line of the list; nothing in an empty one or a remark.
fn signer(line: &str) -> Result<Option<Signer>, String> {
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    if line.starts_with(['!', '\u{feff}']) {
        return Err("it begins with what OpenSSH does not read as a name".to_owned());
    }
    let (who, mut rest) = word(line);
    let (mut from, mut until, mut is_for_seals) = (None, None, true);
    let is_key = |text: &str| ["ssh-", "sk-", "ecdsa-"].iter().any(|start| text.starts_with(start));
    if !is_key(rest) {
        let (options, after) = word(rest);
        let mut seen = std::collections::BTreeSet::new();
        for option in split(options, ',') {
            let (name, value) = option.split_once('=').unwrap_or((option, ""));
            // As OpenSSH reads them: each once, and with a value in quotes.
            let quoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
            let value = quoted.ok_or_else(|| format!("the value of `{name}` is to stand in quotes"))?;
            if !seen.insert(name.to_lowercase()) {
                return Err(format!("the option `{name}` is there twice"));
            }
            match name.to_lowercase().as_str() {
                "namespaces" => is_for_seals = is_in_list(value),
                "valid-after" => from = Some(instant(value)?),
                "valid-before" => until = Some(instant(value)?),
                _ => return Err(format!("the option `{name}` is not read: name the keys themselves")),
            }
        }
        rest = after;
    }
    let words: Vec<&str> = rest.split_whitespace().take(2).collect();
    let key = PublicKey::from_openssh(&words.join(" ")).map_err(|e| format!("no key that can be read: {e}"))?;
    Ok(is_for_seals.then(|| Signer { who: who.trim_matches('"').to_owned(), key, from, until }))
}

/// Whether a list of patterns has the namespace of seals (ssh_config(5), PATTERNS): one that is negated
/// and fits takes it out.
fn is_in_list(patterns: &str) -> bool {
    let fitting = patterns.split(',').filter(|pattern| {
        let pattern = pattern.strip_prefix('!').unwrap_or(pattern);
        fits(pattern.as_bytes(), NAMESPACE.as_bytes())
    });
    let fitting: Vec<&str> = fitting.collect();
    !fitting.is_empty() && !fitting.iter().any(|pattern| pattern.starts_with('!'))
}

/// Whether a text fits a pattern in which `*` stands for any text, and `?` for one character.
fn fits(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), _) => fits(rest, text) || text.split_first().is_some_and(|(_, more)| fits(pattern, more)),
        (Some((b'?', rest)), Some((_, more))) => fits(rest, more),
        (Some((one, rest)), Some((other, more))) => one == other && fits(rest, more),
        _ => false,
    }
}

/// The first word, as far as a blank that stands in no quotes, and what follows.
fn word(text: &str) -> (&str, &str) {
    let mut is_quoted = false;
    let end = text.find(|c: char| {
        is_quoted ^= c == '"';
        c.is_whitespace() && !is_quoted
    });
    let (first, rest) = text.split_at(end.unwrap_or(text.len()));
    (first, rest.trim_start())
}

/// The parts between separators that stand in no quotes.
fn split(text: &str, by: char) -> Vec<&str> {
    let mut is_quoted = false;
    text.split(|c: char| {
        is_quoted ^= c == '"';
        c == by && !is_quoted
    })
    .collect()
}

/// `YYYYMMDD[HHMM[SS]][Z]`; read as UTC, with the Z or without.
fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    let digits = text.trim_end_matches(['Z', 'z']);
    let read = match digits.len() {
        8 => NaiveDate::parse_from_str(digits, "%Y%m%d").ok().and_then(|day| day.and_hms_opt(0, 0, 0)),
        12 => NaiveDateTime::parse_from_str(digits, "%Y%m%d%H%M").ok(),
        14 => NaiveDateTime::parse_from_str(digits, "%Y%m%d%H%M%S").ok(),
        _ => None,
    };
    read.map(|at| at.and_utc()).ok_or_else(|| format!("`{text}` is no time: YYYYMMDD or YYYYMMDDHHMMSS"))
}

/// A key to sign with, which somebody on the list holds.
#[derive(Clone, Debug)]
pub(crate) struct Key<'a> {
    path: PathBuf,
    public: PublicKey,
    /// `SHA256:…`
    pub(crate) fingerprint: String,
    environment: &'a BTreeMap<String, String>,
}

/// What `ssh-keygen` is given of the environment: where it and the agent are, and how to ask for a
/// passphrase; no secret of ours.
const ENVIRONMENT: [&str; 10] = [
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SSH_AUTH_SOCK",
    "SSH_ASKPASS",
    "SSH_ASKPASS_REQUIRE",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "XDG_RUNTIME_DIR",
];

impl<'a> Key<'a> {
    /// The key at a path: a private key with its `.pub` beside it, or a public key whose other half
    /// an agent holds. `~/` is the user's home.
    ///
    /// # Errors
    /// It lies in the books, is no key, or belongs to nobody who may sign now.
    pub(crate) fn open(
        books: &Books,
        named: &str,
        environment: &'a BTreeMap<String, String>,
        now: DateTime<Utc>,
    ) -> Result<Self, Problem> {
        let refuse = |what: String| Problem::usage("signing-key", what).not_done("Nothing was sealed.");
        let home = environment.get("HOME").map_or("", String::as_str);
        let path = named.strip_prefix("~/").map_or_else(|| PathBuf::from(named), |rest| Path::new(home).join(rest));
        if !path.is_absolute() || lies_in(&path, &books.root) {
            return Err(refuse(format!("the signing key {named} is to lie outside the books"))
                .because("whoever can write the books could take it")
                .next("name it by its whole path or from ~/: [audit] signing_key = \"~/.ssh/id_ed25519\""));
        }
        let public = if path.extension().is_some_and(|end| end == "pub") {
            path.clone()
        } else {
            let mut name = path.clone().into_os_string();
            name.push(".pub");
            name.into()
        };
        // A private key has its public half in it, readable without the passphrase.
        let (place, text) = match read_short(&public) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound && public != path => (&path, read_short(&path)),
            read => (&public, read),
        };
        let text = text.map_err(|e| io("signing-key", "read", place, &e))?;
        let key = PublicKey::from_openssh(text.trim())
            .or_else(|_| PrivateKey::from_openssh(&text).map(|key| key.public_key().clone()))
            .map_err(|e| refuse(format!("{} is no SSH key", place.display())).because(e.to_string()))?;
        if !IS_CHECKED.contains(&key.algorithm().as_str()) {
            return Err(refuse(format!("{} is a key of the kind {}", place.display(), key.algorithm()))
                .because("what it signs could not be checked here")
                .next("use an ed25519 key, one in hardware, or ECDSA on P-256: ssh-keygen -t ed25519"));
        }
        let own = fingerprint(&key);
        if Signers::load(books)?.of(&key, now).is_none() {
            let line = key.to_openssh().unwrap_or_default();
            let bare: Vec<&str> = line.split(' ').take(2).collect();
            return Err(refuse(format!("the signing key {own} is not one of {SIGNERS}"))
                .because("an auditor could not tell whose it is")
                .next(format!(
                    "write who holds it into {SIGNERS}: NAME@COMPANY namespaces=\"{NAMESPACE}\" {}",
                    bare.join(" ")
                )));
        }
        Ok(Self { path, public: key, fingerprint: own, environment })
    }

    /// Signs a line, without its line end.
    ///
    /// # Errors
    /// `ssh-keygen` is not there, or does not sign.
    pub(crate) fn sign(&self, line: &[u8]) -> Result<Vec<u8>, Problem> {
        let failed = |why: String| {
            Problem::stop("not-signed", format!("the seal could not be signed with {}", self.path.display()))
                .because(why)
                .next("see that ssh-keygen is installed and that the key or its agent can be used; then run the command again")
                .not_done("Nothing was sealed.")
        };
        let mut command = Command::new("ssh-keygen");
        command.args(["-q", "-Y", "sign", "-n", NAMESPACE, "-f"]).arg(&self.path).env_clear();
        command.envs(self.environment.iter().filter(|(name, _)| ENVIRONMENT.contains(&name.as_str())));
        command.env("LC_ALL", "C").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|e| failed(format!("ssh-keygen cannot be run: {e}")))?;
        if let Some(mut input) = child.stdin.take() {
            input.write_all(line).map_err(|e| failed(e.to_string()))?;
        }
        let output = child.wait_with_output().map_err(|e| failed(e.to_string()))?;
        if !output.status.success() {
            return Err(failed(String::from_utf8_lossy(&output.stderr).lines().take(3).collect::<Vec<_>>().join("; ")));
        }
        // What cannot be checked is not sealed.
        let read = SshSig::from_pem(&output.stdout).map_err(|e| failed(format!("it is no SSH signature: {e}")))?;
        self.public.verify(NAMESPACE, line, &read).map_err(|e| failed(format!("its signature does not hold: {e}")))?;
        Ok(output.stdout)
    }
}

fn lies_in(path: &Path, root: &Path) -> bool {
    let real = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    real(path).starts_with(real(root))
}

fn read_short(path: &Path) -> std::io::Result<String> {
    let file = std::fs::File::open(path)?;
    if !file.metadata()?.is_file() {
        return Err(std::io::Error::other("it is no file"));
    }
    let mut text = String::new();
    file.take(MOST_BYTES).read_to_string(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIM6hjF6IM9+fkWKuCCmsQjPMoVFLm7pyplxHIrrMsXFz";

    fn at(text: &str) -> DateTime<Utc> {
        instant(text).unwrap()
    }

    #[test]
    fn the_list_is_read_as_openssh_writes_it() {
        let list = format!(
            "# who may sign\n\nasha@example.com {KEY} a comment\n\"ravi, the second\" namespaces=\"git,{NAMESPACE}\",valid-before=\"20270101Z\" {KEY}\nbela@example.com namespaces=\"git\" {KEY}\n"
        );
        let signers = Signers::parse(&list).unwrap();
        assert_eq!(signers.0.len(), 2);
        assert_eq!((&*signers.0[0].who, &*signers.0[1].who), ("asha@example.com", "ravi, the second"));
        assert_eq!(signers.0[1].until, Some(at("20270101")));
        let only = Signers(vec![signers.0[1].clone()]);
        let key = PublicKey::from_openssh(KEY).unwrap();
        assert!(only.of(&key, at("202612312359Z")).is_some() && only.of(&key, at("20270101")).is_none());
        for (namespaces, is) in [
            ("crossfoot-seal", true),
            ("git,cross*", true),
            ("crossfoot-sea?", true),
            ("!crossfoot-seal,*", false),
            ("*,!cross*", false),
            ("git", false),
        ] {
            let line = format!("a namespaces=\"{namespaces}\" {KEY}");
            assert_eq!(Signers::parse(&line).unwrap().0.len(), usize::from(is), "{namespaces}");
        }
        let twice = Signers::parse(&format!("asha@example.com {KEY}\nboss@example.com {KEY}")).unwrap();
        assert_eq!(twice.of(&key, at("20270101")).unwrap(), "asha@example.com,boss@example.com");
        for line in ["a namespaces=crossfoot-seal", "a namespaces=\"git\",namespaces=\"crossfoot-seal\""] {
            assert!(Signers::parse(&format!("{line} {KEY}")).is_err(), "{line}");
        }
        let wrong =
            Signers::parse(&format!("a cert-authority=\"\" {KEY}\nb ssh-ed25519 AAAA\n\nc valid-after=\"soon\" {KEY}"));
        let wrong = wrong.unwrap_err();
        assert_eq!(wrong.len(), 3);
        assert!(wrong[0].starts_with("line 1: the option `cert-authority`") && wrong[2].starts_with("line 4: `soon`"));
    }
}
