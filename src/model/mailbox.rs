//! Mail addresses, as RFC 5322 writes them.

use lettre::Address;
pub(crate) use lettre::message::Mailbox;

use super::money::shorten;

/// Reads `name@host`, or `Name <name@host>`.
///
/// # Errors
/// A sentence that shows the text.
pub(crate) fn parse(text: &str) -> Result<Mailbox, String> {
    let text = text.trim();
    let refuse = || format!("`{}` is not a mail address such as accounts@example.com", shorten(text));
    if text.chars().any(char::is_control) {
        return Err(refuse());
    }
    match text.strip_suffix('>').and_then(|rest| rest.rsplit_once('<')) {
        Some((name, address)) => {
            let name = name.trim().trim_matches('"').trim();
            let address: Address = address.trim().parse().map_err(|_| refuse())?;
            Ok(Mailbox::new((!name.is_empty()).then(|| name.to_owned()), address))
        }
        None => text.parse().map(|address| Mailbox::new(None, address)).map_err(|_| refuse()),
    }
}

/// Reads addresses separated by semicolons or commas; nothing is an empty list.
///
/// # Errors
/// As [`parse`], for the first that is wrong.
pub(crate) fn parse_list(text: &str) -> Result<Vec<Mailbox>, String> {
    text.split([';', ',']).map(str::trim).filter(|part| !part.is_empty()).map(parse).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_with_and_without_names() {
        assert_eq!(parse("asha@example.com").unwrap().email.to_string(), "asha@example.com");
        let named = parse("\"Rao, Asha\" <asha@example.com>").unwrap();
        assert_eq!(named.name.as_deref(), Some("Rao, Asha"));
        let two = parse_list("a@example.com; B <b@example.com>;").unwrap();
        assert_eq!(two.len(), 2);
        for wrong in ["asha", "asha@", "a@b\nBcc: c@example.com", "<>", "a b@example.com"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
