//! Parts of fonts, kept while a batch is drawn: most invoices need the same ones. What is
//! kept follows from the glyphs alone, so that an invoice has the same bytes alone and in a
//! batch.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock, Mutex};

use printpdf::ParsedFont;
use sha2::{Digest, Sha256};

use super::fonts::{FontKey, Fonts};
use crate::model::problem::Problem;
use crate::render::deflate::deflate;

/// How many are kept.
const KEPT: usize = 64;

/// The part of a font that some glyphs make up.
pub(super) struct Subset {
    pub(super) bytes: Vec<u8>,
    pub(super) deflated: Vec<u8>,
    pub(super) parsed: ParsedFont,
    /// New glyph numbers by the old ones.
    pub(super) now: Vec<u16>,
}

type Kept = HashMap<(FontKey, Vec<u16>), Arc<Subset>>;

static SUBSETS: LazyLock<Mutex<Kept>> = LazyLock::new(Mutex::default);

/// The glyphs of a document in a font, and, for Latin, those that nearly every document
/// has: so that two documents seldom differ in them.
pub(super) fn widened(fonts: &Fonts, font: FontKey, used: &mut BTreeMap<u16, String>) {
    if font.is_first() {
        for c in (' '..='~').chain(['₹', '–', '·', '’']) {
            if let Some((glyph, _)) = fonts.plain(font.style(), c) {
                used.entry(glyph).or_insert_with(|| c.to_string());
            }
        }
    }
}

/// The part of a font with these glyphs.
///
/// # Errors
/// The font cannot be reduced or read back: an error of the program.
pub(super) fn of(font: FontKey, glyphs: Vec<u16>) -> Result<Arc<Subset>, Problem> {
    let key = (font, glyphs);
    if let Some(known) = SUBSETS.lock().ok().and_then(|kept| kept.get(&key).cloned()) {
        return Ok(known);
    }
    let (bytes, remapper) = Fonts::subset(font, &key.1)?;
    let mut parsed = ParsedFont::from_bytes(&bytes, 0, &mut Vec::new())
        .ok_or_else(|| Problem::stop("internal", "a reduced font cannot be read back"))?;
    // ISO 32000-1, 9.6.4: a subset's name begins with six capitals of its own.
    parsed.font_name = Some(format!("{}+{}", tag(&bytes), font.name()));
    let mut now = vec![0; usize::from(key.1.last().copied().unwrap_or(0)) + 1];
    for old in &key.1 {
        now[usize::from(*old)] = remapper.get(*old).unwrap_or(0);
    }
    let subset = Arc::new(Subset { deflated: deflate(&bytes), bytes, parsed, now });
    if let Ok(mut kept) = SUBSETS.lock() {
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(key, Arc::clone(&subset));
    }
    Ok(subset)
}

fn tag(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(6).map(|b| char::from(b'A' + b % 26)).collect()
}
