//! Secrets are taken out of an answer before it reaches the disk or a message.

use super::credentials::Credentials;

/// What a secret is replaced with.
pub(crate) const MARK: &str = "REDACTED";

/// From this length on, a credential does not occur in a text by chance.
const LONG: usize = 8;

/// JSON keys whose string values are secrets: account bodies carry each customer's live
/// `auth_token` (API reference, `/accounts`).
const SECRET_KEYS: [&str; 7] =
    ["auth_token", "authToken", "access_token", "refresh_token", "api_key", "secret", "password"];

/// JSON keys whose string values are people's numbers and addresses: parties of a call
/// (`/cdrs`, each generation's names) and contacts of an account (`/accounts`).
const PERSONAL_KEYS: [&str; 14] = [
    "caller_id_number",
    "caller_id_name",
    "destination_number",
    "from_number",
    "to_number",
    "from",
    "to",
    "customer_endpoint",
    "terminated_to",
    "network_addr",
    "sip_user_agent",
    "phone",
    "email",
    "description",
];

/// How much of a body is taken out before it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keep {
    /// Everything but secrets.
    People,
    /// Neither secrets nor people's numbers and addresses.
    NoPeople,
}

/// The body without secrets, and the names of what was replaced (empty: the bytes are
/// exactly as received).
#[must_use]
pub(crate) fn body(bytes: &[u8], credentials: &Credentials, keep: Keep) -> (Vec<u8>, Vec<String>) {
    let mut replaced = std::collections::BTreeSet::new();
    let mut out = rewrite_strings(bytes, |key, value| {
        let name = SECRET_KEYS.iter().chain(&PERSONAL_KEYS).find(|name| name.as_bytes() == key)?;
        let next = if SECRET_KEYS.contains(name) {
            MARK.as_bytes().to_vec()
        } else if keep == Keep::NoPeople {
            masked(value)
        } else {
            return None;
        };
        (next != value).then(|| {
            replaced.insert(*name);
            next
        })
    });
    let mut replaced: Vec<String> = replaced.into_iter().map(str::to_owned).collect();
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

/// A text in which nobody's number or address can be read: of each run of seven digits or
/// more (a space, hyphen or point may stand between them) the last two stay, so that a
/// customer can still be helped to find a call; what stands before an @ goes.
#[must_use]
pub(crate) fn masked(value: &[u8]) -> Vec<u8> {
    let mut out = value.to_vec();
    let mut at = 0;
    while at < out.len() {
        let mut end = at;
        let mut digits = 0;
        let digit = |at: usize| out.get(at).is_some_and(u8::is_ascii_digit);
        while digit(end) || (digits > 0 && out.get(end).is_some_and(|b| b" -.".contains(b)) && digit(end + 1)) {
            digits += usize::from(digit(end));
            end += 1;
        }
        if digits >= 7 {
            let mut left = digits - 2;
            for byte in &mut out[at..end] {
                if left > 0 && byte.is_ascii_digit() {
                    *byte = b'x';
                    left -= 1;
                }
            }
        }
        at = end.max(at + 1);
    }
    let word = |b: u8| !b.is_ascii_whitespace() && !b"<>:;,\"".contains(&b);
    let mut from = 0;
    while let Some(sign) = out[from..].iter().position(|b| *b == b'@').map(|n| from + n) {
        let local = out[from..sign].iter().rev().take_while(|b| word(**b)).count();
        out.splice(sign - local..sign, b"x".iter().copied().take(local));
        from = sign - local + local.min(1) + 1;
    }
    out
}

/// Goes through a JSON text once and replaces string values of keys as `replace` says; it
/// gets key and value as they stand between their quotes.
fn rewrite_strings(bytes: &[u8], mut replace: impl FnMut(&[u8], &[u8]) -> Option<Vec<u8>>) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut copied = 0;
    let mut at = 0;
    while let Some(open) = bytes[at..].iter().position(|b| *b == b'"').map(|n| at + n) {
        let Some(close) = string_end(bytes, open) else { break };
        at = close + 1;
        let blank = |from: usize| from + bytes[from..].iter().take_while(|b| b.is_ascii_whitespace()).count();
        let colon = blank(at);
        if bytes.get(colon) != Some(&b':') {
            continue;
        }
        let value = blank(colon + 1);
        if bytes.get(value) != Some(&b'"') {
            continue;
        }
        let Some(end) = string_end(bytes, value) else { break };
        if let Some(next) = replace(&bytes[open + 1..close], &bytes[value + 1..end]) {
            out.extend_from_slice(&bytes[copied..=value]);
            out.extend_from_slice(&next);
            copied = end;
        }
        at = end + 1;
    }
    out.extend_from_slice(&bytes[copied..]);
    out
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

/// A text for a message, without our own credentials.
#[must_use]
pub(crate) fn text(text: &str, credentials: &Credentials) -> String {
    let mut out = text.to_owned();
    for secret in [credentials.auth_token.expose(), credentials.auth_id.expose()] {
        out = if secret.len() < LONG { replace_words(&out, secret) } else { out.replace(secret, MARK) };
    }
    out
}

/// A text of the partner's for a message: without our credentials and anybody's number.
#[must_use]
pub(crate) fn message(said: &str, credentials: &Credentials) -> String {
    String::from_utf8_lossy(&masked(text(said, credentials).as_bytes())).into_owned()
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
        let body = |bytes: &[u8], credentials: &Credentials| body(bytes, credentials, Keep::People);
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
            Keep::People,
        );
        assert_eq!(
            String::from_utf8(out).unwrap(),
            r#"{"auth_token" : "REDACTED","name":"auth_token","x":{"auth_token":"REDACTED"},"n":"REDACTED!","auth_token":null}"#
        );
        assert_eq!(replaced, ["auth_token", "our own token"]);
        let plain = b"{\"a\":1}";
        assert_eq!(body(plain, &credentials(), Keep::NoPeople), (plain.to_vec(), vec![]));
        // A body that breaks off inside a string loses nothing.
        assert_eq!(body(b"{\"auth_token\": \"ab", &credentials(), Keep::People).0, b"{\"auth_token\": \"ab");
    }

    #[test]
    fn people_are_masked_and_ids_and_money_stay() {
        let (out, replaced) = body(
            br#"{"uuid":"3c1f6d1a-5f10-4b39-9c0e-0d4a8f3b7e06","destination_number":"+91 98765-43215","total_cost":0.45,"customer_endpoint":"sip:919876543215@10.0.0.1","email":"asha.r@example.in","description":"Call to 919876543215 (88s)","name":"1234567890"}"#,
            &credentials(),
            Keep::NoPeople,
        );
        assert_eq!(
            String::from_utf8(out).unwrap(),
            r#"{"uuid":"3c1f6d1a-5f10-4b39-9c0e-0d4a8f3b7e06","destination_number":"+xx xxxxx-xxx15","total_cost":0.45,"customer_endpoint":"sip:x@10.0.0.1","email":"x@example.in","description":"Call to xxxxxxxxxx15 (88s)","name":"1234567890"}"#
        );
        assert_eq!(replaced, ["customer_endpoint", "description", "destination_number", "email"]);
    }

    #[test]
    fn a_secret_does_not_print() {
        assert!(!format!("{:?}", credentials()).contains("s3cr3t"));
    }
}
