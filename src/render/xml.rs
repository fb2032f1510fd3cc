//! Elements in a row, escaped, indented.

use std::io::{self, BufWriter, Write};

use flate2::write::ZlibEncoder;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::deflate::LEVEL;

/// Where a document goes.
enum Sink {
    Plain(Vec<u8>),
    /// Deflated on the way: a document of many thousand lines is never there as a whole.
    Deflated(Box<BufWriter<ZlibEncoder<Vec<u8>>>>),
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(all) => all.write(bytes),
            Self::Deflated(encoder) => encoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An XML document that grows. Writing to memory cannot fail.
pub(in crate::render) struct Xml {
    writer: Writer<Sink>,
}

impl Xml {
    pub(in crate::render) fn new() -> Self {
        Self::into(Sink::Plain(Vec::new()))
    }

    /// A document that is deflated (zlib) while it is written.
    pub(in crate::render) fn deflating() -> Self {
        let encoder = ZlibEncoder::new(Vec::new(), LEVEL);
        // Elements come in pieces of a few bytes.
        Self::into(Sink::Deflated(Box::new(BufWriter::with_capacity(1 << 15, encoder))))
    }

    fn into(sink: Sink) -> Self {
        let mut xml = Self { writer: Writer::new_with_indent(sink, b' ', 2) };
        xml.event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)));
        xml
    }

    fn event(&mut self, event: Event<'_>) {
        let _ = self.writer.write_event(event);
    }

    /// An element and what is inside it.
    pub(in crate::render) fn element(
        &mut self,
        name: &str,
        attributes: &[(&str, &str)],
        inside: impl FnOnce(&mut Self),
    ) {
        self.event(Event::Start(BytesStart::new(name).with_attributes(attributes.iter().copied())));
        inside(self);
        self.event(Event::End(BytesEnd::new(name)));
    }

    /// An element that groups others.
    pub(in crate::render) fn group(&mut self, name: &str, inside: impl FnOnce(&mut Self)) {
        self.element(name, &[], inside);
    }

    /// An element with text.
    pub(in crate::render) fn leaf(&mut self, name: &str, text: &str) {
        self.leaf_with(name, &[], text);
    }

    /// An element with attributes and text.
    pub(in crate::render) fn leaf_with(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) {
        self.element(name, attributes, |xml| xml.event(Event::Text(BytesText::new(text))));
    }

    /// The same, where there is a text.
    pub(in crate::render) fn some(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.leaf(name, text);
        }
    }

    /// The bytes, as they were asked for, and the size of the document itself.
    pub(in crate::render) fn finish(self) -> (Vec<u8>, u64) {
        let mut sink = self.writer.into_inner();
        let _ = sink.write_all(b"\n");
        match sink {
            Sink::Plain(bytes) => {
                let size = bytes.len() as u64;
                (bytes, size)
            }
            Sink::Deflated(buffered) => {
                let Ok(encoder) = buffered.into_inner() else { return (Vec::new(), 0) };
                let size = encoder.total_in();
                (encoder.finish().unwrap_or_default(), size)
            }
        }
    }
}
