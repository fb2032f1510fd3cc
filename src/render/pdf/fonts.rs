//! The fonts that are embedded: which characters they have, how words of each script are
//! shaped, how wide they are, and the part of a font that a document needs.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use rustybuzz::{Direction, UnicodeBuffer};
use subsetter::GlyphRemapper;

use crate::model::problem::Problem;

/// A style of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Style {
    Regular,
    Bold,
}

/// A script's fonts.
struct Family {
    name: &'static str,
    /// The block of its letters.
    block: (u32, u32),
    files: [&'static [u8]; 2],
}

macro_rules! family {
    ($name:literal, $from:literal, $to:literal) => {
        Family {
            name: $name,
            block: ($from, $to),
            files: [
                include_bytes!(concat!("../../../templates/fonts/", $name, "-Regular.ttf")),
                include_bytes!(concat!("../../../templates/fonts/", $name, "-Bold.ttf")),
            ],
        }
    };
}

/// Latin, Greek and Cyrillic first: what no other family claims is theirs.
static FAMILIES: [Family; 9] = [
    family!("NotoSans", 0, 0),
    family!("NotoSansDevanagari", 0x0900, 0x097f),
    family!("NotoSansBengali", 0x0980, 0x09ff),
    family!("NotoSansGurmukhi", 0x0a00, 0x0a7f),
    family!("NotoSansGujarati", 0x0a80, 0x0aff),
    family!("NotoSansTamil", 0x0b80, 0x0bff),
    family!("NotoSansTelugu", 0x0c00, 0x0c7f),
    family!("NotoSansKannada", 0x0c80, 0x0cff),
    family!("NotoSansMalayalam", 0x0d00, 0x0d7f),
];

/// A font: a family's regular or bold face.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FontKey {
    family: usize,
    style: Style,
}

impl FontKey {
    pub(super) fn name(self) -> String {
        let style = match self.style {
            Style::Regular => "Regular",
            Style::Bold => "Bold",
        };
        format!("{}-{style}", FAMILIES[self.family].name)
    }

    fn bytes(self) -> &'static [u8] {
        FAMILIES[self.family].files[self.style as usize]
    }
}

/// A glyph in its place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Glyph {
    pub(super) id: u16,
    /// From the pen's place, in thousandths of an em.
    pub(super) x: f32,
    pub(super) y: f32,
    /// How far the pen goes on.
    pub(super) advance: f32,
    /// The characters that it shows; empty where another glyph of their cluster has them.
    pub(super) text: String,
}

/// A stretch of text in one font.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Run {
    pub(super) font: FontKey,
    pub(super) glyphs: Vec<Glyph>,
    pub(super) text: String,
    /// Whether glyphs stand elsewhere than one after the other: such a run is drawn glyph by
    /// glyph, with its text beside it.
    pub(super) is_shaped: bool,
}

impl Run {
    fn width(&self) -> f32 {
        self.glyphs.iter().map(|glyph| glyph.advance).sum()
    }
}

/// Every face, parsed once.
pub(super) struct Fonts {
    faces: Vec<[rustybuzz::Face<'static>; 2]>,
}

static FONTS: LazyLock<Option<Fonts>> = LazyLock::new(|| {
    let face = |bytes: &'static [u8]| rustybuzz::Face::from_slice(bytes, 0);
    let faces = FAMILIES.iter().map(|family| Some([face(family.files[0])?, face(family.files[1])?]));
    Some(Fonts { faces: faces.collect::<Option<_>>()? })
});

/// The family that a character belongs to: by its block; joiners, dandas and vowel signs
/// that are shared stay with the letter before them.
fn family_of(c: char, before: usize) -> usize {
    let code = u32::from(c);
    if matches!(code, 0x200c | 0x200d | 0x0964 | 0x0965 | 0x1cd0..=0x1cff | 0xa830..=0xa839) && before != 0 {
        return before;
    }
    FAMILIES
        .iter()
        .position(|family| family.block.0 != 0 && (family.block.0..=family.block.1).contains(&code))
        .unwrap_or(0)
}

impl Fonts {
    pub(super) fn load() -> Result<&'static Self, Problem> {
        FONTS.as_ref().ok_or_else(|| Problem::stop("internal", "a built-in font cannot be read"))
    }

    fn face(&self, font: FontKey) -> &rustybuzz::Face<'static> {
        &self.faces[font.family][font.style as usize]
    }

    /// The first character of a text that none of the fonts has, or that needs a direction
    /// or shaping which is not at hand.
    pub(super) fn missing(&self, text: &str) -> Option<char> {
        let mut family = 0;
        text.chars().find(|c| {
            family = family_of(*c, family);
            let has = |style| self.face(FontKey { family, style }).glyph_index(*c).is_some_and(|glyph| glyph.0 != 0);
            !(has(Style::Regular) && has(Style::Bold))
        })
    }

    /// Glyphs of a text, font by font. The caller has made sure that there are glyphs.
    pub(super) fn shape(&self, style: Style, text: &str) -> Vec<Run> {
        let mut runs = Vec::new();
        let mut family = 0;
        let mut from = 0;
        let mut current: Option<usize> = None;
        for (at, c) in text.char_indices() {
            family = family_of(c, family);
            if current.is_some_and(|known| known != family) {
                runs.extend(current.map(|family| self.run(FontKey { family, style }, &text[from..at])));
                from = at;
            }
            current = Some(family);
        }
        runs.extend(current.map(|family| self.run(FontKey { family, style }, &text[from..])));
        runs
    }

    fn run(&self, font: FontKey, text: &str) -> Run {
        let face = self.face(font);
        let em = 1_000.0 / face.units_per_em() as f32;
        if font.family == 0 {
            let glyph = |c: char| {
                let id = face.glyph_index(c)?;
                let advance = f32::from(face.glyph_hor_advance(id)?) * em;
                Some(Glyph { id: id.0, x: 0.0, y: 0.0, advance, text: c.to_string() })
            };
            let glyphs = text.chars().filter_map(glyph).collect();
            return Run { font, glyphs, text: text.to_owned(), is_shaped: false };
        }
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(text);
        buffer.guess_segment_properties();
        buffer.set_direction(Direction::LeftToRight);
        let shaped = rustybuzz::shape(face, &[], buffer);
        let infos = shaped.glyph_infos();
        let mut starts: Vec<usize> = infos.iter().map(|info| info.cluster as usize).collect();
        starts.sort_unstable();
        starts.dedup();
        let mut told = BTreeSet::new();
        let glyphs = infos.iter().zip(shaped.glyph_positions()).map(|(info, position)| {
            let begun = info.cluster as usize;
            let end = starts.iter().find(|start| **start > begun).copied().unwrap_or(text.len());
            let cluster = if told.insert(begun) { text.get(begun..end).unwrap_or_default() } else { "" };
            Glyph {
                id: u16::try_from(info.glyph_id).unwrap_or(0),
                x: position.x_offset as f32 * em,
                y: position.y_offset as f32 * em,
                advance: position.x_advance as f32 * em,
                text: cluster.to_owned(),
            }
        });
        Run { font, glyphs: glyphs.collect(), text: text.to_owned(), is_shaped: true }
    }

    /// The width of a text in points.
    pub(super) fn width(&self, style: Style, size: f32, text: &str) -> f32 {
        if text.is_ascii() {
            // The common case, without glyphs being kept.
            let face = self.face(FontKey { family: 0, style });
            let units: u32 = text
                .chars()
                .filter_map(|c| face.glyph_index(c))
                .map(|glyph| u32::from(face.glyph_hor_advance(glyph).unwrap_or(0)))
                .sum();
            return units as f32 * size / face.units_per_em() as f32;
        }
        self.shape(style, text).iter().map(Run::width).sum::<f32>() * size / 1_000.0
    }

    /// The part of a face that has these glyphs, and where each of them now is.
    pub(super) fn subset(font: FontKey, glyphs: &BTreeSet<u16>) -> Result<(Vec<u8>, GlyphRemapper), Problem> {
        let mut remapper = GlyphRemapper::new();
        for glyph in glyphs {
            remapper.remap(*glyph);
        }
        let bytes = subsetter::subset(font.bytes(), 0, &remapper).map_err(|e| {
            Problem::stop("internal", "a font cannot be reduced to what is used").because(e.to_string())
        })?;
        Ok((bytes, remapper))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_indian_scripts_are_shaped() {
        let fonts = Fonts::load().unwrap();
        // क् + ष makes one ligature; a vowel sign that is written before its consonant stands first.
        let glyphs = |text: &str| fonts.shape(Style::Regular, text).iter().map(|run| run.glyphs.len()).sum::<usize>();
        assert_eq!(glyphs("क्ष"), 1);
        let runs = fonts.shape(Style::Bold, "कि ₹5 தமிழ்");
        assert_eq!(
            runs.iter().map(|run| run.font.name()).collect::<Vec<_>>(),
            ["NotoSansDevanagari-Bold", "NotoSans-Bold", "NotoSansTamil-Bold"]
        );
        let whole: String = runs.iter().flat_map(|run| &run.glyphs).map(|glyph| glyph.text.as_str()).collect();
        assert_eq!(whole, "कि ₹5 தமிழ்");
        assert_eq!(runs[0].glyphs[0].text, "कि");
    }

    #[test]
    fn what_no_font_has_is_named() {
        let fonts = Fonts::load().unwrap();
        assert_eq!(fonts.missing("Söhne ₹ Ελλάς Москва বাংলা ಕನ್ನಡ"), None);
        assert_eq!(fonts.missing("東京"), Some('東'));
        assert_eq!(fonts.missing("شركة"), Some('ش'));
        assert_eq!(fonts.missing("ok 🙂"), Some('🙂'));
    }
}
