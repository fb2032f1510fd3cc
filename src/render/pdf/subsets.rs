//! Parts of fonts, kept while a batch is drawn: most invoices need the same ones. What is
//! kept follows from the glyphs alone, so that an invoice has the same bytes alone and in a
//! batch.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write;
use std::sync::{Arc, LazyLock, Mutex};

use lopdf::{Document, Object, ObjectId, Stream};
use printpdf::ParsedFont;
use sha2::{Digest, Sha256};

use super::file::{dictionary, name, text};
use super::fonts::{FontKey, Fonts, Style};
use super::truetype::{Cluster, Lean, Piece, lean};
use crate::model::problem::Problem;
use crate::render::deflate::deflate;

/// How many are kept.
const KEPT: usize = 64;

/// What a document draws in a font.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Used {
    /// Glyphs, with the texts that they stand for.
    pub(super) glyphs: BTreeMap<u16, String>,
    /// Glyphs that are drawn as one.
    pub(super) clusters: BTreeSet<Cluster>,
    /// Whether the font is embedded by printpdf with all that it has, as 0.1 did it.
    pub(super) is_first: bool,
}

impl Used {
    /// Adds the glyphs that nearly every document has, for Latin: so that two documents seldom
    /// differ in them.
    pub(super) fn widen(&mut self, fonts: &Fonts, font: FontKey) {
        // Signs that are seen on few documents are left to these, since.
        let is_usual = |c: &char| self.is_first || c.is_ascii_alphanumeric() || " &'()+,-./:@_%".contains(*c);
        if font.is_latin() {
            for c in (' '..='~').filter(is_usual).chain(['₹', '–', '·', '’']) {
                if let Some((glyph, _)) = fonts.plain(font.style(), c) {
                    self.glyphs.entry(glyph).or_insert_with(|| c.to_string());
                }
            }
        }
    }
}

/// The part of a font that a document draws.
pub(super) struct Subset {
    pub(super) bytes: Vec<u8>,
    pub(super) deflated: Vec<u8>,
    /// Codes by the font's own glyph numbers.
    codes: Vec<u16>,
    clusters: BTreeMap<Cluster, u16>,
    form: Form,
}

/// The fonts of a document, as far as it draws them.
pub(super) type Embedded = BTreeMap<FontKey, Arc<Subset>>;

/// What embeds it.
enum Form {
    /// printpdf.
    First(Box<ParsedFont>),
    /// We, with the deflated map from codes to texts.
    Lean(Lean, Vec<u8>),
}

type Kept = HashMap<(FontKey, Used), Arc<Subset>>;

static SUBSETS: LazyLock<Mutex<Kept>> = LazyLock::new(Mutex::default);

/// The part of a font.
///
/// # Errors
/// The font cannot be reduced or read back: an error of the program.
pub(super) fn of(font: FontKey, used: Used) -> Result<Arc<Subset>, Problem> {
    let key = (font, used);
    if let Some(known) = SUBSETS.lock().ok().and_then(|kept| kept.get(&key).cloned()) {
        return Ok(known);
    }
    let subset = Arc::new(Subset::new(font, &key.1)?);
    if let Ok(mut kept) = SUBSETS.lock() {
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(key, Arc::clone(&subset));
    }
    Ok(subset)
}

impl Subset {
    fn new(font: FontKey, used: &Used) -> Result<Self, Problem> {
        let unreadable = || Problem::stop("internal", "a reduced font cannot be read back");
        let pieces = used.clusters.iter().flat_map(|cluster| &cluster.pieces).map(|piece| piece.glyph);
        let glyphs: BTreeSet<u16> = used.glyphs.keys().copied().chain(pieces).collect();
        let (reduced, remapper) = Fonts::subset(font, &glyphs)?;
        let now = |old: u16| remapper.get(old).unwrap_or(0);
        let mut codes = vec![0; usize::from(glyphs.last().copied().unwrap_or(0)) + 1];
        glyphs.iter().for_each(|old| codes[usize::from(*old)] = now(*old));
        if used.is_first {
            let mut parsed = ParsedFont::from_bytes(&reduced, 0, &mut Vec::new()).ok_or_else(unreadable)?;
            parsed.font_name = Some(tagged(&reduced, font));
            let (deflated, form) = (deflate(&reduced), Form::First(Box::new(parsed)));
            return Ok(Self { deflated, bytes: reduced, codes, clusters: BTreeMap::new(), form });
        }
        let renumbered = |cluster: &Cluster| Cluster {
            pieces: cluster.pieces.iter().map(|piece| Piece { glyph: now(piece.glyph), ..*piece }).collect(),
            ..cluster.clone()
        };
        let made: Vec<Cluster> = used.clusters.iter().map(renumbered).collect();
        let mut lean = lean(&reduced, &made).ok_or_else(unreadable)?;
        let clusters = used.clusters.iter().cloned().zip(lean.clusters.iter().copied()).collect();
        let texts = used.glyphs.iter().map(|(glyph, text)| (now(*glyph), text.as_str()));
        let drawn = lean.clusters.iter().zip(&made).map(|(code, cluster)| (*code, cluster.text.as_str()));
        let texts = texts.chain(drawn);
        let map = deflate(to_unicode(texts).as_bytes());
        let bytes = std::mem::take(&mut lean.bytes);
        let form = Form::Lean(lean, map);
        Ok(Self { deflated: deflate(&bytes), bytes, codes, clusters, form })
    }

    /// The code of a glyph.
    pub(super) fn code(&self, glyph: u16) -> u16 {
        self.codes.get(usize::from(glyph)).copied().unwrap_or(0)
    }

    /// The code of glyphs that are drawn as one.
    pub(super) fn cluster(&self, cluster: &Cluster) -> u16 {
        self.clusters.get(cluster).copied().unwrap_or(0)
    }

    /// printpdf's form of it, where printpdf embeds it.
    pub(super) fn parsed(&self) -> Option<&ParsedFont> {
        match &self.form {
            Form::First(parsed) => Some(parsed),
            Form::Lean(..) => None,
        }
    }

    /// Puts the font into a document, with its widths, and what its codes mean (ISO 32000-1,
    /// 9.7 and 9.10.3).
    pub(super) fn embed(&self, font: FontKey, graph: &mut Document) -> Option<ObjectId> {
        let Form::Lean(lean, map) = &self.form else { return None };
        let packed = |bytes: &[u8], more: &[(&str, Object)]| {
            let mut dictionary = dictionary(more);
            dictionary.set("Filter", name("FlateDecode"));
            Stream::new(dictionary, bytes.to_vec())
        };
        let full = tagged(&self.bytes, font);
        let whole = Object::Integer(i64::try_from(self.bytes.len()).unwrap_or(0));
        let file = graph.add_object(packed(&self.deflated, &[("Length1", whole)]));
        let map = graph.add_object(packed(map, &[]));
        let whole = |value: i16| Object::Integer(i64::from(value));
        let descriptor = graph.add_object(dictionary(&[
            ("Type", name("FontDescriptor")),
            ("FontName", name(&full)),
            // Symbolic: other letters than those of Adobe's Latin are in it.
            ("Flags", Object::Integer(4)),
            ("FontBBox", Object::Array(lean.bounds.map(whole).to_vec())),
            ("ItalicAngle", Object::Integer(0)),
            ("Ascent", whole(lean.ascent)),
            ("Descent", whole(lean.descent)),
            ("CapHeight", whole(lean.ascent)),
            ("StemV", Object::Integer(if font.style() == Style::Bold { 140 } else { 80 })),
            ("FontFile2", Object::Reference(file)),
        ]));
        let widths = lean.widths.iter().map(|width| Object::Integer(i64::from(*width))).collect();
        let system = [("Registry", text("Adobe")), ("Ordering", text("Identity")), ("Supplement", Object::Integer(0))];
        let descendant = dictionary(&[
            ("Type", name("Font")),
            ("Subtype", name("CIDFontType2")),
            ("BaseFont", name(&full)),
            ("CIDSystemInfo", Object::Dictionary(dictionary(&system))),
            ("CIDToGIDMap", name("Identity")),
            ("FontDescriptor", Object::Reference(descriptor)),
            ("W", Object::Array(vec![Object::Integer(0), Object::Array(widths)])),
        ]);
        Some(graph.add_object(dictionary(&[
            ("Type", name("Font")),
            ("Subtype", name("Type0")),
            ("BaseFont", name(&full)),
            ("Encoding", name("Identity-H")),
            ("DescendantFonts", Object::Array(vec![Object::Dictionary(descendant)])),
            ("ToUnicode", Object::Reference(map)),
        ])))
    }
}

/// A map from codes to texts (ISO 32000-1, 9.10.3): ranges where characters follow on one another
/// as their codes do, at most a hundred lines a block.
fn to_unicode<'a>(texts: impl Iterator<Item = (u16, &'a str)>) -> String {
    let texts: BTreeMap<u16, &str> = texts.collect();
    // First and last code, and the units of the first one's text.
    let mut ranges: Vec<(u16, u16, Vec<u16>)> = Vec::new();
    for (code, text) in texts {
        let units: Vec<u16> = text.encode_utf16().collect();
        if let (Some((first, last, begun)), [unit]) = (ranges.last_mut(), units.as_slice())
            && let [from] = begun[..]
            && code == *last + 1
            // The last byte alone may differ.
            && (first.to_be_bytes()[0], from.to_be_bytes()[0]) == (code.to_be_bytes()[0], unit.to_be_bytes()[0])
            && from.checked_add(code - *first) == Some(*unit)
        {
            *last = code;
            continue;
        }
        ranges.push((code, code, units));
    }
    let mut map = "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n".to_owned();
    for block in ranges.chunks(100) {
        // Writing to a string cannot fail.
        let _ = writeln!(map, "{} beginbfrange", block.len());
        for (first, last, units) in block {
            let units: String = units.iter().map(|unit| format!("{unit:04X}")).collect();
            let _ = writeln!(map, "<{first:04X}> <{last:04X}> <{units}>");
        }
        map.push_str("endbfrange\n");
    }
    map.push_str("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n");
    map
}

/// A font's name. ISO 32000-1, 9.6.4: a subset's begins with six capitals of its own.
fn tagged(bytes: &[u8], font: FontKey) -> String {
    let tag: String = Sha256::digest(bytes).iter().take(6).map(|b| char::from(b'A' + b % 26)).collect();
    format!("{tag}+{}", font.name())
}
