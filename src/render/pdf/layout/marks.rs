//! What a page consists of: marks, with y counted from the top, in points.

use super::parts::Part;
use crate::render::pdf::fonts::Style;
use crate::render::pdf::template::Colour;

/// Points in a millimetre.
pub(super) const PT_PER_MM: f32 = 72.0 / 25.4;

/// Something drawn.
pub(in crate::render::pdf) enum Mark {
    /// A text whose baseline begins at x, y.
    Text { x: f32, y: f32, size: f32, style: Style, colour: Colour, text: String },
    /// A filled box: left, top, width, height.
    Box { x: f32, y: f32, width: f32, height: f32, colour: Colour },
    /// The seller's logo.
    Logo { x: f32, y: f32, width: f32, height: f32 },
    /// A code, by its place among the codes: left, top, side.
    Code { x: f32, y: f32, side: f32, index: usize },
    /// A place that opens an address.
    Link { x: f32, y: f32, width: f32, height: f32, uri: String },
}

/// A mark, and the part of the document that it belongs to; none where it decorates.
pub(in crate::render::pdf) struct Drawn {
    pub(in crate::render::pdf) mark: Mark,
    pub(in crate::render::pdf) part: Option<usize>,
}

/// One page's marks, as they are laid out.
#[derive(Default)]
pub(in crate::render::pdf) struct PageMarks {
    pub(in crate::render::pdf) marks: Vec<Drawn>,
}

impl PageMarks {
    /// Adds what is no part of the document: rules, page numbers.
    pub(super) fn decorate(&mut self, mark: Mark) {
        self.marks.push(Drawn { mark, part: None });
    }
}

/// The pages, and where the outline leads: title and number of the page.
pub(in crate::render::pdf) struct Pages {
    pub(in crate::render::pdf) pages: Vec<PageMarks>,
    pub(in crate::render::pdf) bookmarks: Vec<(String, usize)>,
    /// What a reader is told of, in reading order.
    pub(in crate::render::pdf) parts: Vec<Part>,
    /// The codes that are drawn.
    pub(in crate::render::pdf) codes: Vec<Code>,
}

impl Pages {
    /// What is printed.
    pub(in crate::render::pdf) fn texts(&self) -> impl Iterator<Item = &str> {
        self.pages.iter().flat_map(|page| &page.marks).filter_map(|drawn| match &drawn.mark {
            Mark::Text { text, .. } => Some(text.as_str()),
            _ => None,
        })
    }
}

/// A square code: its modules row by row, true is dark.
pub(in crate::render::pdf) struct Code {
    pub(in crate::render::pdf) width: usize,
    pub(in crate::render::pdf) dark: Vec<bool>,
}
