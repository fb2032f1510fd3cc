//! Mail addresses, as RFC 5322 writes them.

use lettre::Address;
pub(crate) use lettre::message::Mailbox;

use super::money::shorten;
use super::visible::hides;

/// Reads `name@host`, or `Name <name@host>`.
///
/// # Errors
/// A sentence that shows the text.
pub(crate) fn parse(text: &str) -> Result<Mailbox, String> {
    let text = text.trim();
    let refuse = || format!("`{}` is not a mail address such as accounts@example.com", shorten(text));
    if text.contains(|c: char| c.is_control() || hides(c)) {
        return Err(refuse());
    }
    match text.strip_suffix('>').and_then(|rest| rest.rsplit_once('<')) {
        Some((name, address)) => {
            let name = name.trim().trim_matches('"').trim();
            let address = carried(address.trim()).ok_or_else(refuse)?;
            Ok(Mailbox::new((!name.is_empty()).then(|| name.to_owned()), address))
        }
        None => carried(text).map(|address| Mailbox::new(None, address)).ok_or_else(refuse),
    }
}

/// An address as mail servers carry it: a domain in other letters than ASCII's in its form for them
/// (IDNA, RFC 5890), so that only what stands before the @ can need more than RFC 5321.
fn carried(text: &str) -> Option<Address> {
    let address: Address = text.parse().ok()?;
    if address.domain().is_ascii() {
        return Some(address);
    }
    let domain = idna::domain_to_ascii_strict(address.domain()).ok()?;
    Address::new(address.user(), domain).ok()
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
        let abroad = parse("Asha <ra.o@bücher.example>").unwrap();
        assert_eq!(abroad.email.to_string(), "ra.o@xn--bcher-kva.example");
        assert_eq!(parse("asha@उदाहरण.भारत").unwrap().email.domain(), "xn--p1b6ci4b4b3a.xn--h2brj9c");
        assert_eq!(parse("आशा@example.com").unwrap().email.user(), "आशा");
        for wrong in [
            "asha@bü_cher.example",
            "asha@b\u{202e}.example",
            "a\u{2066}b@example.com",
            "asha",
            "asha@",
            "a@b\nBcc: c@example.com",
            "<>",
            "a b@example.com",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
