//! Bytes → text: UTF-8, UTF-16 and Windows-1252, as products write them. Nothing is replaced
//! or dropped on the way: what is not text is an error.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Why bytes are no text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NotText {
    /// They are not whole in the encoding that they begin as.
    Broken(&'static str),
    /// A character that is no text: in this line, read as this encoding.
    Control(usize, &'static str),
}

/// Decodes, by the mark at the beginning or by what the bytes can be. Returns the text
/// without a mark and the encoding's name.
///
/// # Errors
/// The bytes are not text.
pub(crate) fn text_of(bytes: &[u8]) -> Result<(String, &'static str), NotText> {
    let (encoding, label): (&'static Encoding, &'static str) = match bytes {
        [0xef, 0xbb, 0xbf, ..] => (UTF_8, "utf-8"),
        [0xff, 0xfe, ..] => (UTF_16LE, "utf-16le"),
        [0xfe, 0xff, ..] => (UTF_16BE, "utf-16be"),
        // Without a mark, a first character of ASCII shows which half is zero.
        [a, 0, b, 0, ..] if *a != 0 && *b != 0 => (UTF_16LE, "utf-16le"),
        [0, a, 0, b, ..] if *a != 0 && *b != 0 => (UTF_16BE, "utf-16be"),
        _ if std::str::from_utf8(bytes).is_ok() => (UTF_8, "utf-8"),
        _ => (WINDOWS_1252, "windows-1252"),
    };
    let (text, wrong) = encoding.decode_with_bom_removal(bytes);
    if wrong {
        return Err(NotText::Broken(label));
    }
    // Windows-1252 has a character for every byte; five of them are no text.
    if let Some((at, _)) = text.char_indices().find(|(_, c)| c.is_control() && !"\r\n\t".contains(*c)) {
        return Err(NotText::Control(text[..at].matches('\n').count() + 1, label));
    }
    Ok((text.into_owned(), label))
}
