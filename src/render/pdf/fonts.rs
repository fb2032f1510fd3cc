//! The fonts that are embedded: which characters they have, how wide these are, and the
//! part of a font that a document needs.

use std::collections::BTreeSet;

use subsetter::GlyphRemapper;
use ttf_parser::Face;

use crate::model::problem::Problem;

const REGULAR: &[u8] = include_bytes!("../../../templates/fonts/NotoSans-Regular.ttf");
const BOLD: &[u8] = include_bytes!("../../../templates/fonts/NotoSans-Bold.ttf");

/// A style of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Style {
    Regular,
    Bold,
}

impl Style {
    pub(super) const ALL: [Self; 2] = [Self::Regular, Self::Bold];

    pub(super) fn font_name(self) -> &'static str {
        match self {
            Self::Regular => "NotoSans-Regular",
            Self::Bold => "NotoSans-Bold",
        }
    }

    fn bytes(self) -> &'static [u8] {
        match self {
            Self::Regular => REGULAR,
            Self::Bold => BOLD,
        }
    }
}

/// Both faces, parsed.
pub(super) struct Fonts {
    faces: [Face<'static>; 2],
}

impl Fonts {
    pub(super) fn load() -> Result<Self, Problem> {
        let face = |style: Style| {
            Face::parse(style.bytes(), 0)
                .map_err(|e| Problem::stop("internal", "a built-in font cannot be read").because(e.to_string()))
        };
        Ok(Self { faces: [face(Style::Regular)?, face(Style::Bold)?] })
    }

    fn face(&self, style: Style) -> &Face<'static> {
        &self.faces[style as usize]
    }

    /// Whether both faces can show a character.
    pub(super) fn has(&self, c: char) -> bool {
        self.faces.iter().all(|face| face.glyph_index(c).is_some())
    }

    /// The glyph of a character; the caller has made sure that there is one.
    pub(super) fn glyph(&self, style: Style, c: char) -> Option<u16> {
        self.face(style).glyph_index(c).map(|g| g.0)
    }

    /// The width of a text in points.
    pub(super) fn width(&self, style: Style, size: f32, text: &str) -> f32 {
        let face = self.face(style);
        let units: u32 = text
            .chars()
            .filter_map(|c| face.glyph_index(c))
            .map(|g| u32::from(face.glyph_hor_advance(g).unwrap_or(0)))
            .sum();
        units as f32 * size / f32::from(face.units_per_em())
    }

    /// The part of a face that has these glyphs, and where each of them now is.
    pub(super) fn subset(&self, style: Style, glyphs: &BTreeSet<u16>) -> Result<(Vec<u8>, GlyphRemapper), Problem> {
        let mut remapper = GlyphRemapper::new();
        for glyph in glyphs {
            remapper.remap(*glyph);
        }
        let bytes = subsetter::subset(style.bytes(), 0, &remapper).map_err(|e| {
            Problem::stop("internal", "a font cannot be reduced to what is used").because(e.to_string())
        })?;
        Ok((bytes, remapper))
    }
}
