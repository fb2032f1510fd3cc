//! The bytes of an export → text: unpacked, and decoded from whatever a product wrote.
//! Nothing is replaced or dropped on the way: what is not text is an error.

use std::io::{self, BufRead, Read};

use flate2::read::MultiGzDecoder;
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

use crate::model::digest::Running;
use crate::model::problem::Problem;
use crate::tables::HiddenRow;
use crate::tables::encoding::{self, NotText};

/// The largest file, packed or not, that is taken as a product's export. Larger ledgers
/// are canonical or aggregated.
pub const MAX_BYTES: u64 = 128 * 1024 * 1024;

/// A decoded file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The text, without a byte order mark.
    pub text: String,
    /// `utf-8`, `utf-16le`, `utf-16be`, `windows-1252`; of tables their kind: `xlsx`.
    pub encoding: &'static str,
    /// `gzip`, `zstd`, `zip`.
    pub packed: Option<&'static str>,
    /// SHA-256 of the file as it lies there.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
    /// The table that the text is made of, where the file holds tables.
    pub table: Option<TakenSheet>,
}

/// The table of a file that was taken for the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenSheet {
    /// `xlsx`, `ods`, `html` …
    pub kind: &'static str,
    /// Its sheet; empty where such files have none.
    pub sheet: String,
    /// The file's other sheets that hold something.
    pub others: Vec<String>,
    /// Rows that are read and not shown.
    pub hidden: Vec<HiddenRow>,
}

impl TakenSheet {
    /// What a person is told: what the file is, which of its sheets was read, and which not.
    #[must_use]
    pub fn shown(&self) -> String {
        let sheet = if self.sheet.is_empty() { String::new() } else { format!(", sheet {}", self.sheet) };
        let others = if self.others.is_empty() { String::new() } else { format!(" (not {})", self.others.join(", ")) };
        format!("{}{sheet}{others}", self.kind)
    }
}

/// Bytes on their way, hashed as they lie in the file.
pub(super) struct Hashed<R> {
    inner: R,
    /// None: what passes was hashed before.
    digest: Option<Running>,
    bytes: u64,
}

impl<R: Read> Hashed<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { inner, digest: Some(Running::default()), bytes: 0 }
    }

    /// SHA-256 of what passed, in hex, and its size.
    pub(super) fn finish(self) -> (String, u64) {
        (self.digest.map_or_else(String::new, |digest| digest.finish()), self.bytes)
    }
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        if let Some(digest) = &mut self.digest {
            digest.update(&buffer[..n]);
        }
        self.bytes += n as u64;
        Ok(n)
    }
}

/// A file as it lies there, or what comes out of it when it is unpacked.
pub(super) struct Unpacked<R: Read>(Packing<R>);

enum Packing<R: Read> {
    None(Hashed<Start<R>>),
    Gzip(Box<MultiGzDecoder<Hashed<Start<R>>>>),
    /// A file may have several frames, one after the other.
    Zstd(Option<Box<StreamingDecoder<Frames<R>, FrameDecoder>>>),
}

/// The first bytes, read to see what the file is, and the rest.
type Start<R> = io::Chain<io::Cursor<Vec<u8>>, R>;
type Frames<R> = io::BufReader<Hashed<Start<R>>>;

impl<R: Read> Unpacked<R> {
    /// Looks at the first bytes.
    ///
    /// # Errors
    /// They cannot be read, or begin a zstd frame that is none.
    pub(super) fn new(mut input: R, name: &str) -> Result<Self, Problem> {
        let mut start = Vec::new();
        (&mut input).take(4).read_to_end(&mut start).map_err(|e| unreadable(name, &e))?;
        let (gzip, zstd) = (start.starts_with(&[0x1f, 0x8b]), start == [0x28, 0xb5, 0x2f, 0xfd]);
        let whole = Hashed::new(io::Cursor::new(start).chain(input));
        Ok(Self(if gzip {
            Packing::Gzip(Box::new(MultiGzDecoder::new(whole)))
        } else if zstd {
            let frame = StreamingDecoder::new(io::BufReader::new(whole)).map_err(|e| unreadable(name, &e))?;
            Packing::Zstd(Some(Box::new(frame)))
        } else {
            Packing::None(whole)
        }))
    }

    /// Leaves out the digest, for a file that is read again.
    pub(super) fn unhashed(mut self) -> Self {
        match &mut self.0 {
            Packing::None(hashed) => hashed.digest = None,
            Packing::Gzip(decoder) => decoder.get_mut().digest = None,
            Packing::Zstd(_) => {}
        }
        self
    }

    /// `gzip`, `zstd`, or None.
    pub(super) fn packed(&self) -> Option<&'static str> {
        match self.0 {
            Packing::None(_) => None,
            Packing::Gzip(_) => Some("gzip"),
            Packing::Zstd(_) => Some("zstd"),
        }
    }

    /// SHA-256 of the file as it lies there, in hex, and its size, once it is read to its end.
    pub(super) fn finish(self) -> (String, u64) {
        let hashed = match self.0 {
            Packing::None(hashed) => Some(hashed),
            Packing::Gzip(decoder) => Some(decoder.into_inner()),
            Packing::Zstd(frame) => frame.map(|frame| frame.into_inner().into_inner()),
        };
        hashed.map_or_else(Default::default, Hashed::finish)
    }
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let slot = match &mut self.0 {
            Packing::None(hashed) => return hashed.read(buffer),
            Packing::Gzip(decoder) => return decoder.read(buffer),
            Packing::Zstd(slot) => slot,
        };
        loop {
            let Some(frame) = slot.as_mut() else { return Ok(0) };
            let n = frame.read(buffer)?;
            if n > 0 || buffer.is_empty() || frame.get_mut().fill_buf()?.is_empty() {
                return Ok(n);
            }
            // The frame is over, and the file is not.
            let rest = slot.take().map(|frame| frame.into_inner());
            let next = rest.map(StreamingDecoder::new).transpose().map_err(io::Error::other)?;
            *slot = next.map(Box::new);
        }
    }
}

/// Reads a file to its end and decodes it. `name` is what errors call it.
///
/// # Errors
/// Too large (packed or unpacked), cut off, or no text.
pub fn decode(input: impl Read, name: &str) -> Result<Decoded, Problem> {
    decode_from(Unpacked::new(input, name)?, Vec::new(), name)
}

/// The same for a file of which `head` was read already.
pub(super) fn decode_from<R: Read>(file: Unpacked<R>, head: Vec<u8>, name: &str) -> Result<Decoded, Problem> {
    let packed = file.packed();
    let (plain, sha256, bytes) = whole(file, head, name)?;
    let (text, encoding) = text_of(&plain, name)?;
    Ok(Decoded { text, encoding, packed, sha256, bytes, table: None })
}

/// The bytes of a file, unpacked, and of the file as it lies there the digest and size.
pub(super) fn whole<R: Read>(
    mut file: Unpacked<R>,
    head: Vec<u8>,
    name: &str,
) -> Result<(Vec<u8>, String, u64), Problem> {
    let packed = file.packed();
    let mut plain = head;
    let room = (MAX_BYTES + 1).saturating_sub(plain.len() as u64);
    (&mut file).take(room).read_to_end(&mut plain).map_err(|e| unreadable(name, &e))?;
    if plain.len() as u64 > MAX_BYTES {
        let limit = MAX_BYTES / 1024 / 1024;
        let what = if packed.is_some() { "the unpacked ledger" } else { "the ledger" };
        return Err(refuse(name, format!("{what} {name} is larger than {limit} MiB"))
            .next("write it as a canonical ledger, which may be of any size"));
    }
    let (sha256, bytes) = file.finish();
    Ok((plain, sha256, bytes))
}

fn unreadable(name: &str, error: &dyn std::fmt::Display) -> Problem {
    refuse(name, format!("the ledger {name} cannot be read to its end")).because(error.to_string())
}

fn refuse(name: &str, what: String) -> Problem {
    Problem::stop("ledger-unreadable", what)
        .at(name)
        .next("export it again, as CSV in UTF-8 if the product offers it")
        .not_done("Nothing was computed from it.")
}

/// The text of bytes that are to be text. Returns it and its encoding.
///
/// # Errors
/// They are not.
pub(super) fn text_of(bytes: &[u8], name: &str) -> Result<(String, &'static str), Problem> {
    encoding::text_of(bytes).map_err(|why| match why {
        NotText::Broken(label) => refuse(name, format!("the ledger {name} is not whole {label} text"))
            .because("it has bytes that are no character, or was cut in the middle of one"),
        NotText::Control(line, label) => refuse(name, format!("the ledger {name} holds characters that are no text"))
            .at(format!("{name}, line {line}"))
            .because(format!("read as {label}")),
    })
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
        let frame = ruzstd::encoding::compress_to_vec(&b"a,b\n"[..], ruzstd::encoding::CompressionLevel::Fastest);
        assert_eq!(read(&frame).unwrap().0, "a,b\n");
        // A second frame is part of the file as well.
        assert_eq!(read(&[frame.clone(), frame.clone()].concat()).unwrap().0, "a,b\na,b\n");
        assert!(read(&frame[..frame.len() - 1]).is_err());
        assert!(read(&[frame.as_slice(), b"junk"].concat()).is_err());
        // Files packed one behind the other are one file.
        let mut zeros = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        zeros.write_all(&vec![b'0'; 1 << 20]).unwrap();
        let bomb = zeros.finish().unwrap().repeat(129);
        assert!(read(&bomb).unwrap_err().contains("larger than 128 MiB"));
    }

    #[test]
    fn what_is_no_text_is_refused() {
        for bytes in [&b"a\0b"[..], b"\xff\xfea\0b", b"\xef\xbb\xbfa\xff", b"a\x81b"] {
            assert!(read(bytes).is_err(), "{bytes:?}");
        }
    }
}
