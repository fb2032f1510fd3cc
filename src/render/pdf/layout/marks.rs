//! What a page consists of: marks, with y counted from the top, in points.

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

/// One page's marks, in reading order.
#[derive(Default)]
pub(in crate::render::pdf) struct PageMarks {
    pub(in crate::render::pdf) marks: Vec<Mark>,
}

/// The pages, and where the parts begin: title and number of the page.
pub(in crate::render::pdf) struct Pages {
    pub(in crate::render::pdf) pages: Vec<PageMarks>,
    pub(in crate::render::pdf) bookmarks: Vec<(String, usize)>,
    /// The codes that are drawn.
    pub(in crate::render::pdf) codes: Vec<Code>,
}

impl Pages {
    /// What is printed.
    pub(in crate::render::pdf) fn texts(&self) -> impl Iterator<Item = &str> {
        self.pages.iter().flat_map(|page| &page.marks).filter_map(|mark| match mark {
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
