//! Marks → a page's content stream (ISO 32000-1, 8 and 9), written at once: at millions of
//! glyphs a list of operations costs more than the page.

use std::collections::BTreeMap;
use std::io::Write;

use super::fonts::{FontKey, Fonts, Run, Style};
use super::layout::Mark;
use super::template::Colour;

/// Old glyph numbers to those of the subset.
pub(super) type Glyphs = BTreeMap<FontKey, Vec<u16>>;

/// The name of a code in the resources.
pub(super) fn code_name(index: usize) -> String {
    format!("Code{index}")
}

/// Writes pages.
pub(super) struct Painter<'a> {
    pub(super) fonts: &'a Fonts,
    pub(super) glyphs: &'a Glyphs,
    /// The page's height in points.
    pub(super) height: f32,
    /// The name of the logo in the resources.
    pub(super) logo: &'a str,
}

/// A page's stream while it is written.
#[derive(Default)]
struct Stream {
    bytes: Vec<u8>,
    colour: Option<Colour>,
}

impl Stream {
    /// A number with at most two decimals: a hundredth of a point is finer than any printer.
    fn number(&mut self, value: f32) {
        #[allow(clippy::cast_possible_truncation, reason = "page coordinates are small")]
        let hundredths = (f64::from(value) * 100.0).round() as i64;
        let sign = if hundredths < 0 { "-" } else { "" };
        let (whole, part) = (hundredths.abs() / 100, hundredths.abs() % 100);
        // Writing to memory cannot fail.
        let _ = match part {
            0 => write!(self.bytes, "{sign}{whole} "),
            _ if part % 10 == 0 => write!(self.bytes, "{sign}{whole}.{} ", part / 10),
            _ => write!(self.bytes, "{sign}{whole}.{part:02} "),
        };
    }

    fn raw(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
    }

    fn numbers(&mut self, values: &[f32], operator: &str) {
        values.iter().for_each(|value| self.number(*value));
        self.raw(operator);
        self.raw("\n");
    }

    fn fill(&mut self, colour: Colour) {
        if self.colour != Some(colour) {
            self.colour = Some(colour);
            // Thousandths of each part.
            let parts = colour.0.map(|part| (u32::from(part) * 1_000 + 127) / 255);
            for part in parts {
                let _ = match part {
                    1_000 => write!(self.bytes, "1 "),
                    0 => write!(self.bytes, "0 "),
                    part => write!(self.bytes, "0.{part:03} "),
                };
            }
            self.raw("rg\n");
        }
    }

    fn glyph(&mut self, id: u16) {
        const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
        for shift in [12, 8, 4, 0] {
            self.bytes.push(DIGITS[usize::from((id >> shift) & 15)]);
        }
    }
}

impl Painter<'_> {
    /// The content stream of a page.
    pub(super) fn page(&self, marks: &[Mark]) -> Vec<u8> {
        let mut stream = Stream::default();
        for mark in marks {
            match mark {
                Mark::Text { x, y, size, style, colour, text } => {
                    self.text(&mut stream, (*x, self.height - y), *size, *style, *colour, text);
                }
                Mark::Box { x, y, width, height, colour } => {
                    stream.fill(*colour);
                    stream.numbers(&[*x, self.height - y - height, *width, *height], "re f");
                }
                Mark::Logo { x, y, width, height } => {
                    self.image(&mut stream, self.logo, (*x, self.height - y - height), (*width, *height));
                }
                Mark::Code { x, y, side, index } => {
                    self.image(&mut stream, &code_name(*index), (*x, self.height - y - side), (*side, *side));
                }
                Mark::Link { .. } => {}
            }
        }
        stream.bytes
    }

    fn image(&self, stream: &mut Stream, name: &str, (x, y): (f32, f32), (width, height): (f32, f32)) {
        stream.raw("q ");
        stream.numbers(&[width, 0.0, 0.0, height, x, y], "cm");
        stream.raw(&format!("/{name} Do Q\n"));
    }

    fn text(&self, stream: &mut Stream, (x, y): (f32, f32), size: f32, style: Style, colour: Colour, text: &str) {
        stream.raw("BT\n");
        stream.fill(colour);
        let mut at = x;
        for run in self.fonts.shape(style, text) {
            let Some(glyphs) = self.glyphs.get(&run.font()) else { continue };
            let subset = |id: u16| glyphs.get(usize::from(id)).copied().unwrap_or(0);
            stream.raw(&format!("/F{} ", run.font().name()));
            stream.numbers(&[size], "Tf");
            match &run {
                Run::Plain { font, text } => {
                    stream.numbers(&[1.0, 0.0, 0.0, 1.0, at, y], "Tm");
                    stream.raw("<");
                    for c in text.chars() {
                        let (id, _) = self.fonts.plain(font.style(), c).unwrap_or((0, 0));
                        stream.glyph(subset(id));
                    }
                    stream.raw("> Tj\n");
                }
                Run::Shaped { glyphs, text, .. } => {
                    // Readers copy the text, not the glyphs (14.9.4).
                    stream.raw("/Span <</ActualText <FEFF");
                    text.encode_utf16().for_each(|unit| stream.glyph(unit));
                    stream.raw(">>> BDC\n");
                    let mut pen = at;
                    for glyph in glyphs {
                        let em = size / 1_000.0;
                        stream.numbers(&[1.0, 0.0, 0.0, 1.0, pen + glyph.x * em, y + glyph.y * em], "Tm");
                        stream.raw("<");
                        stream.glyph(subset(glyph.id));
                        stream.raw("> Tj\n");
                        pen += glyph.advance * em;
                    }
                    stream.raw("EMC\n");
                }
            }
            at += self.fonts.run_width(&run, size);
        }
        stream.raw("ET\n");
    }
}
