//! Deflating in memory (zlib): what PDF streams and embedded files are packed with.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;

/// How hard embedded files, fonts and pages are deflated: the level at which text of this kind
/// stops getting much smaller.
pub(super) const LEVEL: Compression = Compression::new(4);

/// Bytes, deflated.
pub(super) fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), LEVEL);
    // Writing to memory cannot fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}
