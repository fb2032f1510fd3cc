//! What a capture keeps of an answer, before it reaches the disk or a message: the fields that are
//! known ([`known`]), each as far as it holds what such a field holds. Everything else is masked,
//! whatever it is called and however it is spelled: no list of names that secrets may have is ever
//! complete.

mod known;
mod mask;
mod own;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeSet;

use chrono_tz::Tz;

use self::known::{Kind, Shape};
pub(crate) use self::mask::{MARK, masked};
use self::mask::{contact, without_addresses};
use self::own::{LONG, Own, SHORT};
use super::credentials::{Credentials, Secret};
use super::partner::instant;
use super::record::Role;
use crate::model::money::shorten;
use crate::model::period::parse_day;
use crate::model::problem::Problem;
use crate::model::visible::hides;

/// What `capture.json` calls our own token.
const OWN_TOKEN: &str = "our own token";

/// Lists in lists: far deeper than any answer of the partner's.
const DEEPEST: usize = 64;

/// Which rules these are, for captures under way; another number begins them anew.
pub(crate) const RULES: u32 = 3;

/// So many names of masked fields are told; a body with more has invented them.
const NAMED: usize = 100;

/// How much of a body is taken out before it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keep {
    /// People's numbers and addresses, where known fields hold them.
    People,
    /// Nobody's number or address.
    NoPeople,
}

/// The body as a capture keeps it, and the names of what was replaced (empty: the bytes are
/// exactly as received). Between the values that are replaced every byte stays as it was.
///
/// # Errors
/// It is no JSON, or is nested deeper than any answer of the partner's.
pub(crate) fn body(
    bytes: &[u8],
    credentials: &Credentials,
    role: Role,
    keep: Keep,
) -> Result<(Vec<u8>, Vec<String>), Problem> {
    let mut pass = Pass {
        bytes,
        own: Own::new(credentials.auth_token.expose()),
        keep,
        out: Vec::with_capacity(bytes.len()),
        copied: 0,
        replaced: BTreeSet::new(),
        unnamed: 0,
    };
    pass.walk(Kind::Block(known::shape(role)))?;
    pass.out.extend_from_slice(&bytes[pass.copied..]);
    let mut replaced: Vec<String> = pass.replaced.into_iter().collect();
    if pass.unnamed > 0 {
        replaced.push(format!("and {} more", pass.unnamed));
    }
    Ok((pass.out, replaced))
}

/// An object or a list that is being read.
struct Open {
    /// The fields of an object; None: nothing in it is known.
    fields: Option<Fields>,
    /// A list's values are what its own name says.
    kind: Kind,
    /// Its own name, for telling.
    name: String,
    is_object: bool,
}

#[derive(Clone, Copy)]
enum Fields {
    Named(&'static Shape),
    /// Each field is such an object, whatever it is called.
    Any(&'static Shape),
}

struct Pass<'a> {
    bytes: &'a [u8],
    own: Own<'a>,
    keep: Keep,
    out: Vec<u8>,
    copied: usize,
    replaced: BTreeSet<String>,
    unnamed: usize,
}

impl Pass<'_> {
    /// Goes through the text once, value by value.
    fn walk(&mut self, root: Kind) -> Result<(), Problem> {
        let mut open: Vec<Open> = Vec::new();
        let (mut kind, mut name) = (root, String::new());
        let mut at = 0;
        while let Some(byte) = self.bytes.get(at).copied() {
            match byte {
                b'{' | b'[' => {
                    if open.len() == DEEPEST {
                        return Err(refused("it is nested too deeply"));
                    }
                    let fields = match kind {
                        _ if byte == b'[' => None,
                        Kind::Block(shape) => Some(Fields::Named(shape)),
                        Kind::Map(shape) => Some(Fields::Any(shape)),
                        _ => None,
                    };
                    open.push(Open { fields, kind, name: name.clone(), is_object: byte == b'{' });
                    at += 1;
                }
                b'}' | b']' => {
                    open.pop();
                    at += 1;
                }
                b'"' => {
                    let end = string_end(self.bytes, at).ok_or_else(|| refused("a text in it does not end"))?;
                    let raw = &self.bytes[at + 1..end];
                    let after = end + 1 + self.bytes[end + 1..].iter().take_while(|b| b.is_ascii_whitespace()).count();
                    match open.last().filter(|open| open.is_object && self.bytes.get(after) == Some(&b':')) {
                        Some(object) => {
                            let fields = object.fields;
                            (kind, name) = self.field(fields, raw, at, end);
                            at = after + 1;
                        }
                        None => {
                            self.text(kind, &name, raw, at, end);
                            at = end + 1;
                        }
                    }
                }
                b'0'..=b'9' | b'-' => {
                    let length = self.bytes[at..].iter().take_while(|b| b"0123456789+-.eE".contains(b)).count();
                    self.number(kind, &name, at, at + length);
                    at += length;
                }
                b',' => {
                    if let Some(list) = open.last().filter(|open| !open.is_object) {
                        (kind, name) = (list.kind, list.name.clone());
                    }
                    at += 1;
                }
                // true, false, null and blanks hold nothing.
                _ => at += 1,
            }
        }
        if open.is_empty() { Ok(()) } else { Err(refused("it breaks off")) }
    }

    /// A field's name: what its value may be. A name that is data itself is replaced, too.
    fn field(&mut self, fields: Option<Fields>, raw: &[u8], start: usize, end: usize) -> (Kind, String) {
        let name = unescaped(raw);
        let kind = match fields {
            Some(Fields::Named(shape)) => shape.kind(&name),
            Some(Fields::Any(shape)) => Kind::Block(shape),
            None => Kind::Unknown,
        };
        if (kind == Kind::Unknown || matches!(fields, Some(Fields::Any(_)))) && !self.is_name(&name) {
            self.note(if self.own.is_in(&name) { OWN_TOKEN } else { "a name" });
            self.replace(start, end + 1, MARK);
            return (kind, MARK.to_owned());
        }
        (kind, name.into_owned())
    }

    /// Whether it names a field, and is no number, address or token that stands in its place.
    fn is_name(&self, name: &str) -> bool {
        name.chars().count() <= 64
            && name.chars().filter(|c| c.is_numeric()).count() <= 4
            && !name.contains(['@', '%', '\\'])
            && !name.contains(hides)
            && !self.own.is_in(name)
    }

    fn text(&mut self, kind: Kind, name: &str, raw: &[u8], start: usize, end: usize) {
        let text = unescaped(raw);
        if text.is_empty() || text == MARK {
            return;
        }
        let is_own = self.own.is_in(&text);
        let hides_people = self.keep == Keep::NoPeople;
        let marked = |fits: bool| if fits { Cow::Borrowed(&*text) } else { Cow::Borrowed(MARK) };
        let next = match kind {
            _ if is_own || is_credential(&text) => Cow::Borrowed(MARK),
            Kind::Figure => marked(is_figure(&text)),
            Kind::Moment => marked(instant(&text, Tz::UTC).is_some() || parse_day(&text).is_ok()),
            Kind::Word => marked(is_word(&text) && (name != "currency" || is_currency(&text))),
            Kind::Id => marked(is_id(&text)),
            Kind::Key | Kind::Name => without_addresses(&text),
            Kind::Reference => {
                let is_ours = ["cdr:", "cdr_", "ptc:"].iter().any(|form| text.starts_with(form)) && is_id(&text);
                if is_ours || !hides_people {
                    without_addresses(&text)
                } else {
                    masked(&without_addresses(&text)).into()
                }
            }
            Kind::Contact | Kind::Person | Kind::Text if !hides_people => without_addresses(&text),
            // An address in a disguise that it is not looked for in.
            Kind::Contact | Kind::Text if text.contains(['%', '\u{ff20}']) => Cow::Borrowed(MARK),
            Kind::Contact => contact(&without_addresses(&text)).into(),
            Kind::Text => masked(&without_addresses(&text)).into(),
            Kind::Person | Kind::Block(_) | Kind::Map(_) | Kind::Unknown => Cow::Borrowed(MARK),
        };
        if next != text {
            if is_own {
                self.note(OWN_TOKEN);
            }
            if !is_own || kind == Kind::Unknown {
                self.note(name);
            }
            self.replace(start, end + 1, &next);
        }
    }

    fn number(&mut self, kind: Kind, name: &str, start: usize, end: usize) {
        let token = String::from_utf8_lossy(&self.bytes[start..end]).into_owned();
        let next = match kind {
            Kind::Figure | Kind::Key | Kind::Id => return,
            Kind::Word if is_word(&token) => return,
            Kind::Contact | Kind::Reference if self.keep == Keep::People => return,
            Kind::Contact | Kind::Reference => contact(&token),
            _ => MARK.to_owned(),
        };
        if next != token {
            self.note(name);
            self.replace(start, end, &next);
        }
    }

    /// Puts a text in place of what stands from `start` to `end`.
    fn replace(&mut self, start: usize, end: usize, next: &str) {
        self.out.extend_from_slice(&self.bytes[self.copied..start]);
        self.out.extend_from_slice(serde_json::Value::from(next).to_string().as_bytes());
        self.copied = end;
    }

    fn note(&mut self, name: &str) {
        if self.replaced.len() < NAMED {
            self.replaced.insert(shorten(name));
        } else if !self.replaced.contains(name) {
            self.unnamed += 1;
        }
    }
}

fn refused(why: &str) -> Problem {
    Problem::stop("upstream-shape", "the partner's answer cannot be kept")
        .because(format!("{why}, so that secrets in it cannot be told from the rest"))
}

/// What stands between quotes, as text.
fn unescaped(raw: &[u8]) -> Cow<'_, str> {
    if raw.contains(&b'\\') {
        let quoted = [b"\"", raw, b"\""].concat();
        if let Ok(text) = serde_json::from_slice(&quoted) {
            return Cow::Owned(text);
        }
    }
    String::from_utf8_lossy(raw)
}

/// Where the string that opens at `open` closes.
fn string_end(bytes: &[u8], open: usize) -> Option<usize> {
    let mut at = open + 1;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

fn is_figure(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    digits.len() <= 40 && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.')
}

/// Whether a text is what a request is let in by, wherever it stands: `Bearer …`, a JSON web token
/// (RFC 7519), a key in PEM.
fn is_credential(text: &str) -> bool {
    let text = text.trim_start();
    let scheme = text.split_once(' ').is_some_and(|(scheme, rest)| {
        let is_scheme =
            ["bearer", "basic", "token", "apikey", "digest"].contains(&scheme.to_ascii_lowercase().as_str());
        is_scheme && rest.trim().len() >= 8 && !rest.trim().contains(' ')
    });
    scheme || text.starts_with("eyJ") && text.len() >= 20 && !text.contains(' ') || text.contains("-----BEGIN ")
}

/// A code such as those of ISO 4217.
fn is_currency(text: &str) -> bool {
    text.len() <= 4 && text.bytes().all(|b| b.is_ascii_alphabetic())
}

fn is_word(text: &str) -> bool {
    text.len() <= 64
        && text.chars().all(|c| c.is_alphanumeric() || " _-./:()".contains(c))
        && text.chars().filter(|c| c.is_numeric()).count() <= 4
}

fn is_id(text: &str) -> bool {
    text.len() <= 128 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.:/#".contains(&b))
}

/// A response header as far as it says what such a header says: a type, a date, `true`.
#[must_use]
pub(crate) fn header(value: &str) -> &str {
    let is_type = value.len() <= 64
        && value.chars().all(|c| c.is_ascii_alphabetic() || "/-+;= 8".contains(c))
        && value.split_once('=').is_none_or(|(name, _)| name.to_lowercase().ends_with("; charset"));
    let is_day = value.len() <= 32
        && value.ends_with(" GMT")
        && value.chars().all(|c| c.is_ascii_alphanumeric() || ", :".contains(c));
    let is_instant = value.strip_prefix('@').is_some_and(|at| at.len() <= 12 && at.bytes().all(|b| b.is_ascii_digit()));
    if is_type || is_day || is_instant { value } else { MARK }
}

/// A text for a message, without our own credentials.
#[must_use]
pub(crate) fn text(text: &str, credentials: &Credentials) -> String {
    let mut out = text.to_owned();
    for secret in [credentials.auth_token.expose(), credentials.auth_id.expose()] {
        out = if secret.len() < LONG { replace_words(&out, secret) } else { out.replace(secret, MARK) };
    }
    // In another form, what stands around it does not say where it ends.
    if Own::new(credentials.auth_token.expose()).is_in(&out) { MARK.to_owned() } else { out }
}

/// A text of the partner's for a message: without our credentials, anybody's number, and words
/// that could be a secret of somebody's.
#[must_use]
pub(crate) fn message(said: &str, credentials: &Credentials) -> String {
    let said = text(said, credentials);
    let mut out = String::with_capacity(said.len());
    for part in
        masked(&without_addresses(&said)).split_inclusive(|c: char| c.is_whitespace() || "\"'`,;=<>{}".contains(c))
    {
        let word = part.trim_end_matches(|c: char| c.is_whitespace() || "\"'`,;=<>{}.:".contains(c));
        let is_mixed = word.contains(|c: char| c.is_ascii_digit()) && word.contains(|c: char| c.is_ascii_alphabetic());
        let is_path = word.contains('/') || word.ends_with(".json");
        if word.len() >= 16 && is_mixed && !is_path {
            out.push_str(MARK);
            out.push_str(&part[word.len()..]);
        } else {
            out.push_str(part);
        }
    }
    out
}

/// What a server said to us, without a password that it may repeat, in whichever form.
#[must_use]
pub(crate) fn without(said: &str, password: &Secret) -> String {
    let secret = password.expose();
    let out = if secret.len() < SHORT { replace_words(said, secret) } else { said.replace(secret, MARK) };
    let join = |text: &str| text.split_whitespace().collect::<String>();
    if Own::of(secret, SHORT).is_in(&out) || Own::of(&join(secret), SHORT).is_in(&join(&out)) {
        format!("({MARK}: it repeated the password)")
    } else {
        out
    }
}

/// Replaces a short secret where it stands as a word of its own.
fn replace_words(text: &str, secret: &str) -> String {
    let in_word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (found, _) in text.match_indices(secret) {
        let end = found + secret.len();
        let alone = !text[..found].ends_with(in_word) && !text[end..].starts_with(in_word);
        if alone && found >= at {
            out.push_str(&text[at..found]);
            out.push_str(MARK);
            at = end;
        }
    }
    out.push_str(&text[at..]);
    out
}
