//! The bytes of an export → text: unpacked, and decoded from whatever a product wrote.
//! Nothing is replaced or dropped on the way: what is not text is an error.

use std::io::Read;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::capture::record::sha256_hex;
use crate::model::problem::Problem;

/// The largest file, packed or not, that is taken as a product's export. Larger ledgers
/// are canonical or aggregated.
pub const MAX_BYTES: u64 = 128 * 1024 * 1024;

/// A decoded file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The text, without a byte order mark.
    pub text: String,
    /// `utf-8`, `utf-16le`, `utf-16be`, `windows-1252`.
    pub encoding: &'static str,
    /// `gzip`, `zstd`.
    pub packed: Option<&'static str>,
    /// SHA-256 of the file as it lies there.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
}

/// Reads a file to its end and decodes it. `name` is what errors call it.
///
/// # Errors
/// Too large (packed or unpacked), cut off, or no text.
pub fn decode(input: impl Read, name: &str) -> Result<Decoded, Problem> {
    let raw = all(input, name, "the ledger")?;
    let (sha256, bytes) = (sha256_hex(&raw), raw.len() as u64);
    let (plain, packed) = match raw.as_slice() {
        [0x1f, 0x8b, ..] => {
            (all(flate2::read::MultiGzDecoder::new(raw.as_slice()), name, "the unpacked ledger")?, Some("gzip"))
        }
        [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            let unpacked = ruzstd::decoding::StreamingDecoder::new(raw.as_slice())
                .map_err(|e| refuse(name, format!("the ledger {name} cannot be unpacked")).because(e.to_string()))?;
            (all(unpacked, name, "the unpacked ledger")?, Some("zstd"))
        }
        _ => (raw, None),
    };
    let (text, encoding) = text_of(&plain, name)?;
    Ok(Decoded { text, encoding, packed, sha256, bytes })
}

fn refuse(name: &str, what: String) -> Problem {
    Problem::stop("ledger-unreadable", what)
        .at(name)
        .next("export it again, as CSV in UTF-8 if the product offers it")
        .not_done("Nothing was computed from it.")
}

fn all(input: impl Read, name: &str, what: &str) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    input
        .take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| refuse(name, format!("{what} {name} cannot be read")).because(e.to_string()))?;
    if bytes.len() as u64 > MAX_BYTES {
        let limit = MAX_BYTES / 1024 / 1024;
        return Err(refuse(name, format!("{what} {name} is larger than {limit} MiB"))
            .next("write it as a canonical ledger, which may be of any size"));
    }
    Ok(bytes)
}

fn text_of(bytes: &[u8], name: &str) -> Result<(String, &'static str), Problem> {
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
        return Err(refuse(name, format!("the ledger {name} is not whole {label} text"))
            .because("it has bytes that are no character, or was cut in the middle of one"));
    }
    // Windows-1252 has a character for every byte; five of them are no text.
    if let Some((at, _)) = text.char_indices().find(|(_, c)| c.is_control() && !"\r\n\t".contains(*c)) {
        let line = text[..at].matches('\n').count() + 1;
        return Err(refuse(name, format!("the ledger {name} holds characters that are no text"))
            .at(format!("{name}, line {line}"))
            .because(format!("read as {label}")));
    }
    Ok((text.into_owned(), label))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn read(bytes: &[u8]) -> Result<(String, &'static str), String> {
        decode(bytes, "l.csv").map(|d| (d.text, d.encoding)).map_err(|p| p.what.clone())
    }

    #[test]
    fn every_encoding_gives_the_same_text() {
        let text = "Café,1\r\nरवि,2\n";
        let utf16 = |big: bool| -> Vec<u8> {
            let unit = |u: u16| if big { u.to_be_bytes() } else { u.to_le_bytes() };
            text.encode_utf16().flat_map(unit).collect()
        };
        assert_eq!(read(text.as_bytes()), Ok((text.into(), "utf-8")));
        assert_eq!(read(&[b"\xef\xbb\xbf", text.as_bytes()].concat()), Ok((text.into(), "utf-8")));
        assert_eq!(read(&[vec![0xff, 0xfe], utf16(false)].concat()), Ok((text.into(), "utf-16le")));
        assert_eq!(read(&[vec![0xfe, 0xff], utf16(true)].concat()), Ok((text.into(), "utf-16be")));
        assert_eq!(read(&utf16(false)), Ok((text.into(), "utf-16le")));
        assert_eq!(read(b"Caf\xe9 \x96 1\n"), Ok(("Café – 1\n".into(), "windows-1252")));
    }

    #[test]
    fn packed_files_are_unpacked_and_bombs_are_not() {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packer.write_all(b"a,b\n").unwrap();
        let packed = packer.finish().unwrap();
        assert_eq!(read(&packed).unwrap().0, "a,b\n");
        assert!(read(&packed[..packed.len() - 9]).is_err());
        let zstd = b"\x28\xb5\x2f\xfd\x04\x00\x21\x00\x00\x61\x2c\x62\x0a\x9c\x0c\x0d\x1d";
        // A frame made by hand may lack a right checksum; what counts is that it is recognised.
        assert!(read(zstd).is_ok_and(|(text, _)| text == "a,b\n") || read(zstd).is_err_and(|e| e.contains("l.csv")));
        let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        let zeros = vec![b'0'; 1 << 20];
        for _ in 0..=128 {
            bomb.write_all(&zeros).unwrap();
        }
        assert!(read(&bomb.finish().unwrap()).unwrap_err().contains("larger than 128 MiB"));
    }

    #[test]
    fn what_is_no_text_is_refused() {
        for bytes in [&b"a\0b"[..], b"\xff\xfea\0b", b"\xef\xbb\xbfa\xff", b"a\x81b"] {
            assert!(read(bytes).is_err(), "{bytes:?}");
        }
    }
}
