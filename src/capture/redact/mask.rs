//! Texts without people's numbers, addresses and what a URL carries.

use std::borrow::Cow;

use crate::model::period::parse_day;

/// What a secret is replaced with.
pub(crate) const MARK: &str = "REDACTED";

/// A text in which of each URL only the scheme and the host stand: the rest can hold a password,
/// a token, a key.
pub(super) fn without_addresses(text: &str) -> Cow<'_, str> {
    let Some(at) = text.find("://") else { return Cow::Borrowed(text) };
    let rest = &text[at + 3..];
    let end = rest.find(|c: char| c.is_whitespace() || "\"'<>".contains(c)).unwrap_or(rest.len());
    let url = &rest[..end];
    let authority = &url[..url.find(['/', '?', '#', '\\']).unwrap_or(url.len())];
    let host = authority.rsplit('@').next().unwrap_or_default();
    let path = if host.len() == url.len() { String::new() } else { format!("/{MARK}") };
    format!("{}://{host}{path}{}", &text[..at], without_addresses(&rest[end..])).into()
}

/// A text in which nobody's number or address can be read: of each run of seven digits or
/// more (up to two other characters may stand between them) the last two stay, so that a customer
/// can still be helped to find a call; what stands before an @ goes.
#[must_use]
pub(crate) fn masked(text: &str) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    let word = |c: char| !c.is_whitespace() && !"<>:;,\"".contains(c);
    let mut from = 0;
    while let Some(sign) = chars[from..].iter().position(|c| *c == '@').map(|n| from + n) {
        let before = &chars[from..sign];
        let local = match before.split_last() {
            Some(('"', quoted)) => quoted.iter().rev().position(|c| *c == '"').map_or(before.len(), |n| n + 2),
            _ => before.iter().rev().take_while(|c| word(**c)).count(),
        };
        chars.splice(sign - local..sign, std::iter::repeat_n('x', local.min(1)));
        from = sign - local + local.min(1) + 1;
    }
    let digit = |chars: &[char], at: usize| chars.get(at).is_some_and(|c| c.is_numeric());
    let mut at = 0;
    while at < chars.len() {
        let mut run: Vec<usize> = Vec::new();
        let mut end = at;
        while digit(&chars, end) {
            let group = end;
            while digit(&chars, end) {
                end += 1;
            }
            // A number with its unit, such as (88s), belongs to no number before it.
            if !run.is_empty() && end - group <= 3 && chars.get(end).is_some_and(|c| c.is_alphabetic()) {
                break;
            }
            run.extend(group..end);
            let gap = (0..=2)
                .find(|gap| digit(&chars, end + gap) || chars.get(end + gap).is_none_or(|c| c.is_alphanumeric()));
            end += gap.filter(|gap| digit(&chars, end + gap)).unwrap_or(0);
        }
        let is_day = || parse_day(&chars[run[0]..=run[run.len() - 1]].iter().collect::<String>()).is_ok();
        if run.len() >= 7 && !is_day() {
            for place in &run[..run.len() - 2] {
                chars[*place] = 'x';
            }
        }
        at = run.last().map_or(at, |last| *last) + 1;
    }
    chars.into_iter().collect()
}

/// A number or an address and nothing else, with its last two digits at most.
pub(super) fn contact(text: &str) -> String {
    let text = masked(text);
    let mut digits = text.chars().filter(|c| c.is_numeric()).count();
    if digits < 7 {
        return text;
    }
    let hidden = text.chars().map(|c| {
        let hides = c.is_numeric() && digits > 2;
        digits -= usize::from(c.is_numeric());
        if hides { 'x' } else { c }
    });
    hidden.collect()
}
