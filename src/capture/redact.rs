//! Secrets are taken out of an answer before it reaches the disk or a message.

use super::credentials::Credentials;

/// What a secret is replaced with.
pub const MARK: &str = "REDACTED";

/// From this length on, a credential does not occur in a text by chance.
const LONG: usize = 8;

/// JSON keys whose string values are secrets: account bodies carry each customer's live
/// `auth_token` (API reference, `/accounts`).
const SECRET_KEYS: [&str; 4] = ["auth_token", "access_token", "refresh_token", "password"];

/// The body without secrets, and the names of what was replaced (empty: the bytes are
/// exactly as received).
#[must_use]
pub fn body(bytes: &[u8], credentials: &Credentials) -> (Vec<u8>, Vec<String>) {
    let mut out = bytes.to_vec();
    let mut replaced = Vec::new();
    for key in SECRET_KEYS {
        let next = replace_values(&out, key);
        if next != out {
            replaced.push(key.to_owned());
            out = next;
        }
    }
    let token = credentials.auth_token.expose();
    let next = if token.len() < LONG {
        // A short token may be part of an honest word: only a whole value is taken for it.
        replace_all(&out, format!("\"{token}\"").as_bytes(), format!("\"{MARK}\"").as_bytes())
    } else {
        replace_all(&out, token.as_bytes(), MARK.as_bytes())
    };
    if next != out {
        replaced.push("our own token".to_owned());
        out = next;
    }
    (out, replaced)
}

/// A text for a message, without our own credentials.
#[must_use]
pub fn text(text: &str, credentials: &Credentials) -> String {
    let mut out = text.to_owned();
    for secret in [credentials.auth_token.expose(), credentials.auth_id.expose()] {
        out = if secret.len() < LONG { replace_words(&out, secret) } else { out.replace(secret, MARK) };
    }
    out
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

fn replace_all(bytes: &[u8], needle: &[u8], with: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(found) = find(&bytes[at..], needle) {
        out.extend_from_slice(&bytes[at..at + found]);
        out.extend_from_slice(with);
        at += found + needle.len();
    }
    out.extend_from_slice(&bytes[at..]);
    out
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    if needle.is_empty() {
        return None;
    }
    haystack.windows(needle.len()).position(|window| window == needle)
}

/// Replaces the string value of every `"key" : "value"`.
fn replace_values(bytes: &[u8], key: &str) -> Vec<u8> {
    let quoted = format!("\"{key}\"");
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(found) = find(&bytes[at..], quoted.as_bytes()) {
        let after_key = at + found + quoted.len();
        out.extend_from_slice(&bytes[at..after_key]);
        at = after_key;
        let blank = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_whitespace()).count();
        let colon = at + blank(at);
        if bytes.get(colon) != Some(&b':') {
            continue;
        }
        let open = colon + 1 + blank(colon + 1);
        if bytes.get(open) != Some(&b'"') {
            continue;
        }
        let mut close = open + 1;
        while close < bytes.len() && bytes[close] != b'"' {
            close += if bytes[close] == b'\\' { 2 } else { 1 };
        }
        if bytes.get(open + 1..close) != Some(MARK.as_bytes()) {
            out.extend_from_slice(&bytes[at..=open]);
            out.extend_from_slice(MARK.as_bytes());
            at = close.min(bytes.len());
        }
    }
    out.extend_from_slice(&bytes[at..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::credentials::Secret;

    fn credentials() -> Credentials {
        Credentials { auth_id: Secret::new("PA_1".into()), auth_token: Secret::new("s3cr3t-token".into()) }
    }

    #[test]
    fn a_short_token_garbles_no_honest_text() {
        let short = Credentials { auth_id: Secret::new("a".into()), auth_token: Secret::new("test".into()) };
        let kept = br#"{"name":"Palash test Labs","attest":1,"test":"testy"}"#;
        assert_eq!(
            body(br#"{"name":"Palash test Labs","attest":1,"echo":"test"}"#, &short).0,
            br#"{"name":"Palash test Labs","attest":1,"echo":"REDACTED"}"#
        );
        assert_eq!(body(&kept[..35], &short).0, &kept[..35]);
        assert_eq!(text("a partner says: token test, latest", &short), "REDACTED partner says: token REDACTED, latest");
    }

    #[test]
    fn token_values_are_replaced_and_the_rest_stays() {
        let (out, replaced) = body(
            br#"{"auth_token" : "a\"b","name":"auth_token","x":{"auth_token":"REDACTED"},"n":"s3cr3t-token!","auth_token":null}"#,
            &credentials(),
        );
        assert_eq!(
            String::from_utf8(out).unwrap(),
            r#"{"auth_token" : "REDACTED","name":"auth_token","x":{"auth_token":"REDACTED"},"n":"REDACTED!","auth_token":null}"#
        );
        assert_eq!(replaced, ["auth_token", "our own token"]);
        assert_eq!(body(b"{\"a\":1}", &credentials()), (b"{\"a\":1}".to_vec(), vec![]));
    }

    #[test]
    fn a_secret_does_not_print() {
        assert!(!format!("{:?}", credentials()).contains("s3cr3t"));
    }
}
