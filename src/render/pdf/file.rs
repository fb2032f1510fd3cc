//! An object graph → bytes, packed (ISO 32000-1, 7.5.7 and 7.5.8): what is no stream stands in
//! object streams, and the cross-reference table is a stream. lopdf would write each object three
//! times to do so, and leave the table as it is.

use std::io::Write;

use lopdf::{Dictionary, Document, Object, StringFormat};

use crate::render::deflate::deflate;

/// How many objects share a stream: a reader unpacks all of them to get at one.
const TOGETHER: usize = 500;

/// Where an object is.
#[derive(Clone, Copy)]
enum Place {
    Nowhere,
    At(u32),
    /// In a stream, which is an object itself, and at which place there.
    In(u32, u16),
}

/// Writes a document whose objects are numbered from one on, and more objects that are written
/// already and numbered after them.
pub(super) fn save(graph: &Document, more: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = format!("%PDF-{}\n", graph.version).into_bytes();
    // Four bytes beyond ASCII: the file is no text (7.5.2).
    bytes.extend(b"%\xbb\xad\xc0\xde\n");
    let mut places = vec![Place::Nowhere];
    let put = |places: &mut Vec<Place>, number: u32, place: Place| {
        let at = usize::try_from(number).unwrap_or(0);
        places.resize(places.len().max(at + 1), Place::Nowhere);
        places[at] = place;
    };
    let mut small: Vec<(u32, Vec<u8>)> = Vec::new();
    for ((number, _), object) in &graph.objects {
        if let Object::Stream(stream) = object {
            put(&mut places, *number, Place::At(offset(&bytes)));
            write_stream(&mut bytes, *number, &stream.dict, &stream.content);
        } else {
            let mut one = Vec::new();
            write_object(&mut one, object);
            small.push((*number, one));
        }
    }
    let after = (graph.max_id + 1..).zip(more);
    let small: Vec<(u32, &[u8])> = small
        .iter()
        .map(|(number, one)| (*number, one.as_slice()))
        .chain(after.map(|(number, one)| (number, one.as_slice())))
        .collect();
    let mut next = graph.max_id + offset_of(more.len()) + 1;
    for group in small.chunks(TOGETHER) {
        let (mut head, mut body) = (Vec::new(), Vec::new());
        for (index, (number, one)) in (0..).zip(group) {
            let _ = write!(head, "{number} {} ", body.len());
            body.extend_from_slice(one);
            body.push(b'\n');
            put(&mut places, *number, Place::In(next, index));
        }
        let entries = [("Type", name("ObjStm")), ("N", size(group.len())), ("First", size(head.len()))];
        head.extend(body);
        put(&mut places, next, Place::At(offset(&bytes)));
        write_packed(&mut bytes, next, dictionary(&entries), &head);
        next += 1;
    }
    let begun = offset(&bytes);
    put(&mut places, next, Place::At(begun));
    let mut table = Vec::with_capacity(7 * places.len());
    for place in &places {
        let (kind, first, second) = match *place {
            Place::Nowhere => (0, 0, u16::MAX),
            Place::At(offset) => (1, offset, 0),
            Place::In(stream, index) => (2, stream, index),
        };
        table.push(kind);
        table.extend(first.to_be_bytes());
        table.extend(second.to_be_bytes());
    }
    let widths = [1, 4, 2].map(Object::Integer).to_vec();
    let mut entries = dictionary(&[("Type", name("XRef")), ("Size", size(places.len())), ("W", Object::Array(widths))]);
    for key in [&b"Root"[..], b"Info", b"ID"] {
        if let Ok(value) = graph.trailer.get(key) {
            entries.set(key, value.clone());
        }
    }
    write_packed(&mut bytes, next, entries, &table);
    let _ = write!(bytes, "startxref\n{begun}\n%%EOF\n");
    bytes
}

fn offset(bytes: &[u8]) -> u32 {
    offset_of(bytes.len())
}

fn offset_of(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

fn size(length: usize) -> Object {
    Object::Integer(i64::try_from(length).unwrap_or(i64::MAX))
}

fn write_packed(bytes: &mut Vec<u8>, number: u32, mut entries: Dictionary, content: &[u8]) {
    entries.set("Filter", name("FlateDecode"));
    write_stream(bytes, number, &entries, &deflate(content));
}

fn write_stream(bytes: &mut Vec<u8>, number: u32, entries: &Dictionary, content: &[u8]) {
    let _ = writeln!(bytes, "{number} 0 obj");
    bytes.extend(b"<<");
    for (key, value) in entries.iter().filter(|(key, _)| *key != b"Length") {
        write_entry(bytes, key, value);
    }
    let _ = write!(bytes, "/Length {}>>\nstream\n", content.len());
    bytes.extend_from_slice(content);
    bytes.extend(b"\nendstream\nendobj\n");
}

fn write_entry(bytes: &mut Vec<u8>, key: &[u8], value: &Object) {
    write_name(bytes, key);
    if !matches!(value, Object::Name(_) | Object::String(..) | Object::Array(_) | Object::Dictionary(_)) {
        bytes.push(b' ');
    }
    write_object(bytes, value);
}

/// Writes an object; a stream's dictionary alone.
pub(super) fn write_object(bytes: &mut Vec<u8>, object: &Object) {
    // Writing to memory cannot fail.
    let _ = match object {
        Object::Null => write!(bytes, "null"),
        Object::Boolean(value) => write!(bytes, "{value}"),
        Object::Integer(value) => write!(bytes, "{value}"),
        Object::Real(value) => write!(bytes, "{value}"),
        Object::Reference((number, generation)) => write!(bytes, "{number} {generation} R"),
        Object::Name(text) => return write_name(bytes, text),
        Object::String(text, format) => return write_string(bytes, text, *format),
        Object::Array(values) => {
            bytes.push(b'[');
            for (at, value) in values.iter().enumerate() {
                if at > 0 {
                    bytes.push(b' ');
                }
                write_object(bytes, value);
            }
            bytes.push(b']');
            return;
        }
        Object::Dictionary(entries) | Object::Stream(lopdf::Stream { dict: entries, .. }) => {
            bytes.extend(b"<<");
            entries.iter().for_each(|(key, value)| write_entry(bytes, key, value));
            bytes.extend(b">>");
            return;
        }
    };
}

fn write_name(bytes: &mut Vec<u8>, text: &[u8]) {
    bytes.push(b'/');
    for byte in text {
        if byte.is_ascii_graphic() && !b"()<>[]{}/%#".contains(byte) {
            bytes.push(*byte);
        } else {
            let _ = write!(bytes, "#{byte:02X}");
        }
    }
}

fn write_string(bytes: &mut Vec<u8>, text: &[u8], format: StringFormat) {
    match format {
        StringFormat::Literal => {
            bytes.push(b'(');
            for byte in text {
                match byte {
                    b'(' | b')' | b'\\' => bytes.extend([b'\\', *byte]),
                    b'\r' => bytes.extend(b"\\r"),
                    _ => bytes.push(*byte),
                }
            }
            bytes.push(b')');
        }
        StringFormat::Hexadecimal => {
            bytes.push(b'<');
            text.iter().for_each(|byte| {
                let _ = write!(bytes, "{byte:02X}");
            });
            bytes.push(b'>');
        }
    }
}

/// A name.
pub(super) fn name(text: &str) -> Object {
    Object::Name(text.as_bytes().to_vec())
}

/// ISO 32000-1, 7.9.2.2: text strings outside ASCII are UTF-16BE with a mark.
pub(super) fn text(text: &str) -> Object {
    let bytes = if text.is_ascii() {
        text.as_bytes().to_vec()
    } else {
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect()
    };
    Object::String(bytes, StringFormat::Literal)
}

/// A dictionary of entries.
pub(super) fn dictionary(entries: &[(&str, Object)]) -> Dictionary {
    let mut dictionary = Dictionary::new();
    for (key, value) in entries {
        dictionary.set(*key, value.clone());
    }
    dictionary
}
