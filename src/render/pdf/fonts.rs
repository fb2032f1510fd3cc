//! The fonts that are embedded: which characters they have, how words of each script are
//! shaped, how wide they are, and the part of a font that a document needs.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use harfrust::{Buffer, Direction, Font, ShapeOptions, ShaperFont};
use subsetter::GlyphRemapper;

use super::truetype::{Cluster, Piece};
use crate::model::problem::Problem;

/// A style of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Style {
    Regular,
    Bold,
}

/// A script's fonts.
struct Family {
    name: &'static str,
    /// The language that most who write it speak, as BCP 47 has it.
    language: &'static str,
    /// The block of its letters.
    block: (u32, u32),
    files: [&'static [u8]; 2],
}

macro_rules! family {
    ($name:literal, $language:literal, $from:literal, $to:literal) => {
        Family {
            name: $name,
            language: $language,
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
    family!("NotoSans", "en", 0, 0),
    family!("NotoSansDevanagari", "hi", 0x0900, 0x097f),
    family!("NotoSansBengali", "bn", 0x0980, 0x09ff),
    family!("NotoSansGurmukhi", "pa", 0x0a00, 0x0a7f),
    family!("NotoSansGujarati", "gu", 0x0a80, 0x0aff),
    family!("NotoSansTamil", "ta", 0x0b80, 0x0bff),
    family!("NotoSansTelugu", "te", 0x0c00, 0x0c7f),
    family!("NotoSansKannada", "kn", 0x0c80, 0x0cff),
    family!("NotoSansMalayalam", "ml", 0x0d00, 0x0d7f),
];

/// A font's file by its name, such as `NotoSans-Bold.ttf`: the desk shows pages in the documents' own.
pub(crate) fn file(name: &str) -> Option<&'static [u8]> {
    let (family, style) = name.strip_suffix(".ttf")?.rsplit_once('-')?;
    let at = ["Regular", "Bold"].iter().position(|known| *known == style)?;
    FAMILIES.iter().find(|known| known.name == family).map(|known| known.files[at])
}

/// A font: a family's regular or bold face.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct FontKey {
    family: usize,
    style: Style,
}

impl FontKey {
    /// Whether it is of the family for all that no other claims.
    pub(super) fn is_latin(self) -> bool {
        self.family == 0
    }

    /// The language of its script: one of many, for Latin.
    pub(super) fn language(self) -> &'static str {
        FAMILIES[self.family].language
    }

    pub(super) fn style(self) -> Style {
        self.style
    }

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
pub(super) enum Run<'a> {
    /// One glyph a character, one after the other.
    Plain { font: FontKey, text: &'a str },
    /// Glyphs that stand elsewhere than one after the other.
    Shaped { font: FontKey, text: &'a str, glyphs: Vec<Glyph> },
}

impl Run<'_> {
    pub(super) fn font(&self) -> FontKey {
        match self {
            Self::Plain { font, .. } | Self::Shaped { font, .. } => *font,
        }
    }
}

/// What shaped glyphs are, cluster by cluster. All built-in fonts have a thousand units in an em.
pub(super) fn clusters(glyphs: &[Glyph]) -> Vec<Cluster> {
    #[allow(clippy::cast_possible_truncation, reason = "a font's units, which were whole")]
    let units = |value: f32| value.round() as i16;
    let mut clusters: Vec<Cluster> = Vec::new();
    let mut pen = 0.0;
    for glyph in glyphs {
        if !glyph.text.is_empty() || clusters.is_empty() {
            pen = 0.0;
            clusters.push(Cluster { pieces: Vec::new(), advance: 0, text: glyph.text.clone() });
        }
        let Some(cluster) = clusters.last_mut() else { continue };
        cluster.pieces.push(Piece { glyph: glyph.id, x: units(pen + glyph.x), y: units(glyph.y) });
        pen += glyph.advance;
        cluster.advance = u16::try_from(units(pen)).unwrap_or(0);
    }
    clusters
}

/// Characters below this are looked up once for all.
const TABLE: usize = 0x2120;

/// Every face, parsed once.
pub(super) struct Fonts {
    faces: Vec<[Font; 2]>,
    /// Glyph and width in units of the first family, regular and bold, by character.
    table: [Vec<(u16, u16)>; 2],
}

static FONTS: LazyLock<Option<Fonts>> = LazyLock::new(|| {
    let face = |bytes: &'static [u8]| Font::new(bytes, 0);
    let faces = FAMILIES.iter().map(|family| Some([face(family.files[0])?, face(family.files[1])?]));
    let faces: Vec<[Font; 2]> = faces.collect::<Option<_>>()?;
    let table = |style: usize| {
        let characters = (0..TABLE).map(|code| u32::try_from(code).ok().and_then(char::from_u32));
        characters.map(|c| c.and_then(|c| plain(&faces[0][style], c)).unwrap_or((0, 0))).collect()
    };
    Some(Fonts { table: [table(0), table(1)], faces })
});

/// Glyph and width of a character by itself.
fn plain(face: &Font, c: char) -> Option<(u16, u16)> {
    let glyph = face.charmap().map_unicode(c).filter(|glyph| glyph.to_u32() != 0)?;
    let advance = ShaperFont::new(face).glyph_h_advance(glyph);
    Some((u16::try_from(glyph.to_u32()).ok()?, u16::try_from(advance).ok()?))
}

/// U+2212. The first family lacks it: its en dash is drawn as wide as its plus is, and as high.
pub(super) const MINUS: char = '\u{2212}';
const MINUS_WIDTH: f32 = 572.0;
const MINUS_BY: (f32, f32) = (36.0, 85.0);

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

    /// Whether a language is written in a script of India that is at hand.
    pub(super) fn is_of_india(language: &str) -> bool {
        FAMILIES[1..].iter().any(|family| language.starts_with(family.language))
    }

    /// Glyph and width, in units, of a character of the first family.
    pub(super) fn plain(&self, style: Style, c: char) -> Option<(u16, u16)> {
        match self.table[style as usize].get(c as usize) {
            Some(known) => Some(*known).filter(|(glyph, _)| *glyph != 0),
            None => plain(&self.faces[0][style as usize], c),
        }
    }

    /// Units of an em in the first family.
    pub(super) fn em(&self, style: Style) -> f32 {
        f32::from(self.faces[0][style as usize].units_per_em())
    }

    /// The characters of a text that none of the fonts has, or that need a direction or
    /// shaping which is not at hand.
    pub(super) fn missing<'a>(&'a self, text: &'a str) -> impl Iterator<Item = char> + 'a {
        let mut family = 0;
        text.chars().filter(move |c| {
            family = family_of(*c, family);
            let has = |style: Style| match family {
                0 => *c == MINUS || self.plain(style, *c).is_some(),
                _ => plain(&self.faces[family][style as usize], *c).is_some(),
            };
            !(has(Style::Regular) && has(Style::Bold))
        })
    }

    /// A text, font by font. The caller has made sure that there are glyphs.
    pub(super) fn shape<'a>(&self, style: Style, text: &'a str) -> Vec<Run<'a>> {
        // No script that needs shaping begins before Devanagari, in UTF-8 at e0 a4 80.
        if text.bytes().all(|byte| byte < 0xe0) {
            return vec![Run::Plain { font: FontKey { family: 0, style }, text }];
        }
        let mut runs = Vec::new();
        let (mut from, mut family, mut before) = (0, 0, ' ');
        for (at, c) in text.char_indices() {
            let next = family_of(c, family);
            if (next != family || c == MINUS || before == MINUS) && at > 0 {
                runs.push(self.run(FontKey { family, style }, &text[from..at]));
                from = at;
            }
            (family, before) = (next, c);
        }
        if from < text.len() {
            runs.push(self.run(FontKey { family, style }, &text[from..]));
        }
        runs
    }

    fn run<'a>(&self, font: FontKey, text: &'a str) -> Run<'a> {
        if font.family == 0 {
            let dash = self.plain(font.style, '–').filter(|_| text.starts_with(MINUS));
            let Some((id, _)) = dash else { return Run::Plain { font, text } };
            let (x, y) = MINUS_BY;
            let glyph = Glyph { id, x, y, advance: MINUS_WIDTH, text: text.to_owned() };
            return Run::Shaped { font, text, glyphs: vec![glyph] };
        }
        let face = &self.faces[font.family][font.style as usize];
        let em = 1_000.0 / f32::from(face.units_per_em());
        let mut buffer = Buffer::new();
        buffer.push_str(text);
        buffer.guess_segment_properties();
        buffer.set_direction(Direction::LeftToRight);
        // Fails only for a buffer without direction or one that was shaped before. Without
        // glyphs the document would be refused, as one that does not say its text.
        if harfrust::shape(&ShaperFont::new(face), &mut buffer, ShapeOptions::new()).is_err() {
            buffer.clear();
        }
        let infos = buffer.glyph_infos();
        let mut starts: Vec<usize> = infos.iter().map(|info| info.cluster as usize).collect();
        starts.sort_unstable();
        starts.dedup();
        let mut told = BTreeSet::new();
        let glyphs = infos.iter().zip(buffer.glyph_positions()).map(|(info, position)| {
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
        Run::Shaped { font, glyphs: glyphs.collect(), text }
    }

    /// The width of a stretch in points.
    pub(super) fn run_width(&self, run: &Run<'_>, size: f32) -> f32 {
        match run {
            Run::Plain { font, text } => {
                let widths = text.chars().filter_map(|c| self.plain(font.style, c)).map(|(_, width)| u32::from(width));
                widths.sum::<u32>() as f32 * size / self.em(font.style)
            }
            Run::Shaped { glyphs, .. } => glyphs.iter().map(|glyph| glyph.advance).sum::<f32>() * size / 1_000.0,
        }
    }

    /// The width of a text in points.
    pub(super) fn width(&self, style: Style, size: f32, text: &str) -> f32 {
        self.shape(style, text).iter().map(|run| self.run_width(run, size)).sum::<f32>()
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
        let glyphs = |text: &str| match fonts.shape(Style::Regular, text).as_slice() {
            [Run::Shaped { glyphs, .. }] => glyphs.clone(),
            other => panic!("{other:?}"),
        };
        assert_eq!(glyphs("क्ष").len(), 1);
        assert_eq!(glyphs("कि")[0].text, "कि");
        let runs = fonts.shape(Style::Bold, "कि ₹5 தமிழ்");
        let names: Vec<String> = runs.iter().map(|run| run.font().name()).collect();
        assert_eq!(names, ["NotoSansDevanagari-Bold", "NotoSans-Bold", "NotoSansTamil-Bold"]);
        let whole = runs.iter().map(|run| fonts.run_width(run, 10.0)).sum::<f32>();
        assert!((whole - fonts.width(Style::Bold, 10.0, "कि ₹5 தமிழ்")).abs() < 0.01);
    }

    #[test]
    fn a_minus_is_as_wide_as_a_plus() {
        let fonts = Fonts::load().unwrap();
        for style in [Style::Regular, Style::Bold] {
            assert!((fonts.width(style, 10.0, "−₹5") - fonts.width(style, 10.0, "+₹5")).abs() < 0.001);
            assert_eq!(fonts.missing("−₹5").next(), None);
        }
        assert_eq!(fonts.shape(Style::Regular, "a−−5").len(), 4);
    }

    #[test]
    fn what_no_font_has_is_named() {
        let fonts = Fonts::load().unwrap();
        assert_eq!(fonts.missing("Söhne ₹ Ελλάς Москва বাংলা ಕನ್ನಡ").next(), None);
        assert_eq!(fonts.missing("東京").next(), Some('東'));
        assert_eq!(fonts.missing("شركة").next(), Some('ش'));
        assert_eq!(fonts.missing("ok 🙂").next(), Some('🙂'));
    }
}
