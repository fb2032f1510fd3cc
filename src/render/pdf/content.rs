//! Marks → a page's content stream (ISO 32000-1, 8 and 9), written at once: at millions of
//! glyphs a list of operations costs more than the page.

use std::borrow::Cow;
use std::io::Write;

use super::fonts::{FontKey, Fonts, Glyph, Run, Style, clusters};
use super::layout::{Drawn, Mark, Part};
use super::structure::Marked;
use super::subsets::{Embedded, Subset};
use super::template::Colour;

/// The name of a code in the resources.
pub(super) fn code_name(index: usize) -> String {
    format!("Code{index}")
}

/// Writes pages.
pub(super) struct Painter<'a> {
    pub(super) fonts: &'a Fonts,
    pub(super) embedded: &'a Embedded,
    pub(super) parts: &'a [Part],
    /// The page's height in points.
    pub(super) height: f32,
    /// The name of the logo in the resources.
    pub(super) logo: &'a str,
    /// The document's language, where what is drawn is told as what it is: all but what 0.1 drew.
    pub(super) language: Option<&'a str>,
}

/// A page's stream while it is written.
#[derive(Default)]
struct Stream {
    bytes: Vec<u8>,
    colour: Option<Colour>,
    /// Font and size as they are set.
    font: Option<(FontKey, f32)>,
    /// Of which part and in which language what is drawn now is.
    open: Option<(Option<usize>, Option<&'static str>)>,
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
    /// The content stream of a page, whose marks are in the order of their parts, and where they
    /// belong.
    pub(super) fn page(&self, marks: &[Drawn]) -> (Vec<u8>, Marked) {
        let mut stream = Stream::default();
        let mut marked = Marked::default();
        for (at, Drawn { mark, part }) in marks.iter().enumerate() {
            match mark {
                Mark::Text { x, y, size, style, colour, text } => {
                    // Words of two lines are two words to a program, too (14.8.2.5).
                    let goes_on = |next: &Drawn| next.part == *part && matches!(next.mark, Mark::Text { .. });
                    let more = self.language.is_some() && part.is_some() && marks.get(at + 1).is_some_and(goes_on);
                    let text = if more { Cow::Owned(format!("{text} ")) } else { Cow::Borrowed(text.as_str()) };
                    let look = (*size, *style, *colour);
                    self.text(&mut stream, &mut marked, *part, (*x, self.height - y), look, &text);
                }
                Mark::Box { x, y, width, height, colour } => {
                    self.begin(&mut stream, &mut marked, *part, None);
                    stream.fill(*colour);
                    stream.numbers(&[*x, self.height - y - height, *width, *height], "re f");
                }
                Mark::Logo { x, y, width, height } => {
                    self.begin(&mut stream, &mut marked, *part, None);
                    let (corner, size) = ((*x, self.height - y - height), (*width, *height));
                    self.image(&mut stream, self.logo, corner, size);
                    marked.figure(*part, corner, size);
                }
                Mark::Code { x, y, side, index } => {
                    self.begin(&mut stream, &mut marked, *part, None);
                    let (corner, size) = ((*x, self.height - y - side), (*side, *side));
                    self.image(&mut stream, &code_name(*index), corner, size);
                    marked.figure(*part, corner, size);
                }
                Mark::Link { .. } => marked.links.extend(part.map(|part| (part, None))),
            }
        }
        if stream.open.is_some() {
            stream.raw("EMC\n");
        }
        (stream.bytes, marked)
    }

    /// Says what is drawn next: of which part, and in which language where that is another than the
    /// document's.
    fn begin(&self, stream: &mut Stream, marked: &mut Marked, part: Option<usize>, language: Option<&'static str>) {
        let now = (part, language);
        if self.language.is_none() || stream.open == Some(now) {
            return;
        }
        if stream.open.replace(now).is_some() {
            stream.raw("EMC\n");
        }
        match part {
            None => stream.raw("/Artifact BMC\n"),
            Some(part) => {
                let name = if language.is_some() { "Span" } else { self.parts[part].role.name() };
                stream.raw(&format!("/{name} <</MCID {}>> BDC\n", marked.contents.len()));
                marked.contents.push((part, language));
            }
        }
    }

    fn image(&self, stream: &mut Stream, name: &str, (x, y): (f32, f32), (width, height): (f32, f32)) {
        stream.raw("q ");
        stream.numbers(&[width, 0.0, 0.0, height, x, y], "cm");
        stream.raw(&format!("/{name} Do Q\n"));
    }

    /// The language of a run where it is another than the document's; `before`, where it has no
    /// letters. Latin is everywhere, in names and codes: it is told where the document is in
    /// another script.
    fn other_language(&self, run: &Run<'_>, before: Option<&'static str>) -> Option<&'static str> {
        let (whole, own) = (self.language?, run.font().language());
        let is_other = match run {
            Run::Plain { text, .. } | Run::Shaped { text, .. } if !text.chars().any(char::is_alphabetic) => {
                return before;
            }
            Run::Plain { .. } => Fonts::is_of_india(whole),
            Run::Shaped { .. } => !whole.starts_with(own),
        };
        is_other.then_some(own)
    }

    fn text(
        &self,
        stream: &mut Stream,
        marked: &mut Marked,
        part: Option<usize>,
        (x, y): (f32, f32),
        (size, style, colour): (f32, Style, Colour),
        text: &str,
    ) {
        let mut at = x;
        let mut language = None;
        let runs = self.fonts.shape(style, text);
        for (index, run) in runs.iter().enumerate() {
            let Some(subset) = self.embedded.get(&run.font()) else { continue };
            let before = language;
            language = part.and_then(|_| self.other_language(run, before));
            let is_begun = index == 0 || before != language;
            if is_begun {
                if index > 0 {
                    stream.raw("ET\n");
                }
                self.begin(stream, marked, part, language);
                stream.raw("BT\n");
                stream.fill(colour);
            }
            if self.language.is_none() || stream.font.replace((run.font(), size)) != Some((run.font(), size)) {
                stream.raw(&format!("/F{} ", run.font().name()));
                stream.numbers(&[size], "Tf");
            }
            match run {
                Run::Shaped { glyphs, text, .. } if self.language.is_none() => {
                    glyph_by_glyph(stream, (at, y), size, subset, (glyphs, text));
                }
                _ => {
                    if self.language.is_some() && is_begun {
                        stream.numbers(&[at, y], "Td");
                    } else {
                        stream.numbers(&[1.0, 0.0, 0.0, 1.0, at, y], "Tm");
                    }
                    stream.raw("<");
                    match run {
                        Run::Plain { font, text } => {
                            for c in text.chars() {
                                let (id, _) = self.fonts.plain(font.style(), c).unwrap_or((0, 0));
                                stream.glyph(subset.code(id));
                            }
                        }
                        Run::Shaped { glyphs, .. } => {
                            clusters(glyphs).iter().for_each(|cluster| stream.glyph(subset.cluster(cluster)));
                        }
                    }
                    stream.raw("> Tj\n");
                }
            }
            at += self.fonts.run_width(run, size);
        }
        if !runs.is_empty() {
            stream.raw("ET\n");
        }
    }
}

/// As 0.1 drew the scripts of India: each glyph in its place, and beside them the text, which
/// readers copy (14.9.4).
fn glyph_by_glyph(
    stream: &mut Stream,
    (at, y): (f32, f32),
    size: f32,
    subset: &Subset,
    (glyphs, text): (&[Glyph], &str),
) {
    stream.raw("/Span <</ActualText <FEFF");
    text.encode_utf16().for_each(|unit| stream.glyph(unit));
    stream.raw(">>> BDC\n");
    let (em, mut pen) = (size / 1_000.0, at);
    for glyph in glyphs {
        stream.numbers(&[1.0, 0.0, 0.0, 1.0, pen + glyph.x * em, y + glyph.y * em], "Tm");
        stream.raw("<");
        stream.glyph(subset.code(glyph.id));
        stream.raw("> Tj\n");
        pen += glyph.advance * em;
    }
    stream.raw("EMC\n");
}
