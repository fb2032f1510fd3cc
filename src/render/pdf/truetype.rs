//! A reduced TrueType font made leaner, as a document needs it: without instructions for the
//! pixels of screens, which are nearly half of it, and without names; and with a glyph of its own
//! for every cluster of letters that is drawn as one, put together from the font's glyphs
//! (OpenType, `glyf`: composite glyphs). A reader then finds each cluster as one code with the
//! text that it stands for, in the order in which it is read, whatever shapes it has.

/// Glyphs that are drawn as one: a cluster, as it was shaped.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Cluster {
    pub(super) pieces: Vec<Piece>,
    /// How far the pen goes on, in units.
    pub(super) advance: u16,
    pub(super) text: String,
}

/// A glyph of a cluster, and how far from the cluster's beginning it stands, in units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Piece {
    pub(super) glyph: u16,
    pub(super) x: i16,
    pub(super) y: i16,
}

/// A lean font.
pub(super) struct Lean {
    pub(super) bytes: Vec<u8>,
    /// The width of each glyph in units.
    pub(super) widths: Vec<u16>,
    /// The glyph of each cluster: its own, or that which it consists of where no other cluster
    /// does.
    pub(super) clusters: Vec<u16>,
    /// Left, bottom, right, top of all glyphs, in units.
    pub(super) bounds: [i16; 4],
    pub(super) ascent: i16,
    pub(super) descent: i16,
}

// Flags of a component.
const WORDS: u16 = 0x0001;
const OFFSETS: u16 = 0x0002;
const SCALE: u16 = 0x0008;
const MORE: u16 = 0x0020;
const TWO_SCALES: u16 = 0x0040;
const MATRIX: u16 = 0x0080;
const INSTRUCTIONS: u16 = 0x0100;

/// The lean form of a font, its clusters made of the glyphs as it numbers them. None where the
/// font is damaged, or gets too large.
pub(super) fn lean(font: &[u8], clusters: &[Cluster]) -> Option<Lean> {
    let table = |tag: &[u8; 4]| table(font, tag);
    let (mut head, mut hhea, mut maxp) = (table(b"head")?.to_vec(), table(b"hhea")?.to_vec(), table(b"maxp")?.to_vec());
    let count = usize::from(word(&maxp, 4)?);
    let mut glyphs: Vec<Vec<u8>> = Vec::with_capacity(count + clusters.len());
    let (places, outlines, is_long) = (table(b"loca")?, table(b"glyf")?, word(&head, 50)? != 0);
    let place = |at: usize| match is_long {
        true => usize::try_from(u32::from_be_bytes(places.get(4 * at..4 * at + 4)?.try_into().ok()?)).ok(),
        false => Some(2 * usize::from(word(places, 2 * at)?)),
    };
    for at in 0..count {
        glyphs.push(without_instructions(outlines.get(place(at)?..place(at + 1)?)?)?);
    }
    let metrics = table(b"hmtx")?;
    let told = usize::from(word(&hhea, 34)?);
    let mut widths = Vec::with_capacity(glyphs.capacity());
    let mut horizontal = Vec::with_capacity(4 * glyphs.capacity());
    for at in 0..count {
        let width = word(metrics, 4 * at.min(told.checked_sub(1)?))?;
        let bearing = word(metrics, if at < told { 4 * at + 2 } else { 4 * told + 2 * (at - told) })?;
        widths.push(width);
        horizontal.extend([width, bearing].map(u16::to_be_bytes).concat());
    }
    let mut codes: Vec<u16> = Vec::with_capacity(clusters.len());
    for cluster in clusters {
        if let [Piece { glyph, x: 0, y: 0 }] = cluster.pieces[..]
            && widths.get(usize::from(glyph)) == Some(&cluster.advance)
            && !codes.contains(&glyph)
        {
            codes.push(glyph);
            continue;
        }
        codes.push(u16::try_from(glyphs.len()).ok()?);
        let (glyph, left) = composite(cluster, &glyphs)?;
        glyphs.push(glyph);
        widths.push(cluster.advance);
        horizontal.extend([cluster.advance.to_be_bytes(), left.to_be_bytes()].concat());
    }
    let number = u16::try_from(glyphs.len()).ok()?.to_be_bytes();
    let (mut glyf, mut loca) = (Vec::new(), vec![0; 4]);
    for glyph in &glyphs {
        glyf.extend_from_slice(glyph);
        glyf.resize(glyf.len().next_multiple_of(2), 0);
        loca.extend(u32::try_from(glyf.len()).ok()?.to_be_bytes());
    }
    maxp.get_mut(4..6)?.copy_from_slice(&number);
    hhea.get_mut(34..36)?.copy_from_slice(&number);
    head.get_mut(8..12)?.fill(0);
    head.get_mut(50..52)?.copy_from_slice(&[0, 1]);
    limits(&mut maxp, clusters)?;
    let signed = |bytes: &[u8], at| word(bytes, at).map(u16::cast_signed);
    let bounds = [signed(&head, 36)?, signed(&head, 38)?, signed(&head, 40)?, signed(&head, 42)?];
    let (ascent, descent) = (signed(&hhea, 4)?, signed(&hhea, 6)?);
    let tables =
        [(b"glyf", glyf), (b"head", head), (b"hhea", hhea), (b"hmtx", horizontal), (b"loca", loca), (b"maxp", maxp)];
    Some(Lean { bytes: file(&tables), widths, clusters: codes, bounds, ascent, descent })
}

fn word(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

/// A table of a font.
fn table<'a>(font: &'a [u8], tag: &[u8; 4]) -> Option<&'a [u8]> {
    let count = usize::from(word(font, 4)?);
    let mut records = font.get(12..12 + 16 * count)?.as_chunks::<16>().0.iter();
    let record = records.find(|record| record.starts_with(tag))?;
    let number = |at: usize| usize::try_from(u32::from_be_bytes(record[at..at + 4].try_into().ok()?)).ok();
    font.get(number(8)?..number(8)?.checked_add(number(12)?)?)
}

/// A glyph without its instructions.
fn without_instructions(glyph: &[u8]) -> Option<Vec<u8>> {
    let Some(contours) = word(glyph, 0).map(u16::cast_signed) else { return Some(Vec::new()) };
    if let Ok(contours) = usize::try_from(contours) {
        let at = 10 + 2 * contours;
        let length = usize::from(word(glyph, at)?);
        return Some([glyph.get(..at)?, &[0, 0], glyph.get(at + 2 + length..)?].concat());
    }
    let mut lean = glyph.to_vec();
    let mut at = 10;
    loop {
        let flags = word(glyph, at)?;
        lean.get_mut(at..at + 2)?.copy_from_slice(&(flags & !INSTRUCTIONS).to_be_bytes());
        at += if flags & WORDS != 0 { 8 } else { 6 };
        at += match flags & (SCALE | TWO_SCALES | MATRIX) {
            0 => 0,
            SCALE => 2,
            TWO_SCALES => 4,
            _ => 8,
        };
        if flags & MORE == 0 {
            lean.truncate(at);
            return Some(lean);
        }
    }
}

/// The glyph of a cluster, and its left edge.
fn composite(cluster: &Cluster, glyphs: &[Vec<u8>]) -> Option<(Vec<u8>, i16)> {
    let mut bounds: Option<[i16; 4]> = None;
    let mut components = Vec::new();
    for piece in &cluster.pieces {
        let glyph = glyphs.get(usize::from(piece.glyph))?;
        if glyph.is_empty() {
            continue;
        }
        let edge = |at: usize, by: i16| word(glyph, at)?.cast_signed().checked_add(by);
        let own = [edge(2, piece.x)?, edge(4, piece.y)?, edge(6, piece.x)?, edge(8, piece.y)?];
        let [left, bottom, right, top] = bounds.unwrap_or(own);
        bounds = Some([left.min(own[0]), bottom.min(own[1]), right.max(own[2]), top.max(own[3])]);
        components.push(piece);
    }
    // Blanks, and what joins letters.
    let Some(bounds) = bounds else { return Some((Vec::new(), 0)) };
    let mut made = Vec::with_capacity(10 + 8 * components.len());
    made.extend([0xff, 0xff]);
    made.extend(bounds.map(i16::to_be_bytes).concat());
    for (at, piece) in components.iter().enumerate() {
        let more = if at + 1 < components.len() { MORE } else { 0 };
        made.extend((WORDS | OFFSETS | more).to_be_bytes());
        made.extend(piece.glyph.to_be_bytes());
        made.extend([piece.x, piece.y].map(i16::to_be_bytes).concat());
    }
    Some((made, bounds[0]))
}

/// What a program that draws must reserve: nothing for instructions, more for clusters.
fn limits(maxp: &mut [u8], clusters: &[Cluster]) -> Option<()> {
    let most = clusters.iter().map(|cluster| cluster.pieces.len()).max().unwrap_or(0);
    let most = u16::try_from(most).ok()?;
    let times = |simple: usize, compound: usize| {
        Some(word(maxp, simple)?.max(word(maxp, compound)?).saturating_mul(most.max(1)))
    };
    let (points, contours) = (times(6, 10)?, times(8, 12)?);
    let (components, depth) = (word(maxp, 28)?.max(most), word(maxp, 30)? + u16::from(most > 0));
    let zones = 1;
    let values = [points, contours, zones, 0, 0, 0, 0, 0, 0, components, depth];
    maxp.get_mut(10..32)?.copy_from_slice(&values.map(u16::to_be_bytes).concat());
    Some(())
}

/// A font file of tables, which are in the order of their tags.
fn file(tables: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let count = u16::try_from(tables.len()).unwrap_or(0);
    let power = count.checked_ilog2().unwrap_or(0);
    let range = 16_u16 << power;
    let mut bytes = vec![0, 1, 0, 0];
    for value in [count, range, u16::try_from(power).unwrap_or(0), 16 * count - range] {
        bytes.extend(value.to_be_bytes());
    }
    let mut at = bytes.len() + 16 * tables.len();
    for (tag, table) in tables {
        bytes.extend_from_slice(*tag);
        for value in [sum(table), u32::try_from(at).unwrap_or(0), u32::try_from(table.len()).unwrap_or(0)] {
            bytes.extend(value.to_be_bytes());
        }
        at += table.len().next_multiple_of(4);
    }
    let mut head = 0;
    for (tag, table) in tables {
        if *tag == b"head" {
            head = bytes.len();
        }
        bytes.extend_from_slice(table);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
    }
    let adjustment = 0xb1b0_afba_u32.wrapping_sub(sum(&bytes));
    bytes[head + 8..head + 12].copy_from_slice(&adjustment.to_be_bytes());
    bytes
}

/// OpenType's checksum: the sum of all words of 32 bits.
fn sum(bytes: &[u8]) -> u32 {
    let word = |four: &[u8]| {
        let mut whole = [0; 4];
        whole[..four.len()].copy_from_slice(four);
        u32::from_be_bytes(whole)
    };
    bytes.chunks(4).map(word).fold(0, u32::wrapping_add)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::fonts::{Fonts, Run, Style, clusters};
    use super::*;

    /// The reduced font of a word, its clusters numbered as it numbers them.
    fn word_of(text: &str) -> (Vec<u8>, Vec<Cluster>) {
        let fonts = Fonts::load().unwrap();
        let runs = fonts.shape(Style::Regular, text);
        let [Run::Shaped { font, glyphs, .. }] = runs.as_slice() else { panic!("{runs:?}") };
        let clusters = clusters(glyphs);
        let used: BTreeSet<u16> = glyphs.iter().map(|glyph| glyph.id).collect();
        let (bytes, remapper) = Fonts::subset(*font, &used).unwrap();
        let renumbered = |cluster: Cluster| Cluster {
            pieces: cluster
                .pieces
                .iter()
                .map(|piece| Piece { glyph: remapper.get(piece.glyph).unwrap(), ..*piece })
                .collect(),
            ..cluster
        };
        (bytes, clusters.into_iter().map(renumbered).collect())
    }

    #[test]
    fn a_cluster_becomes_a_glyph_as_wide_as_it_is() {
        let (reduced, clusters) = word_of("किकी");
        let texts: Vec<&str> = clusters.iter().map(|cluster| cluster.text.as_str()).collect();
        assert_eq!(texts, ["कि", "की"]);
        assert!(clusters.iter().all(|cluster| cluster.pieces.len() == 2));
        let made = lean(&reduced, &clusters).unwrap();
        let count = usize::from(word(table(&made.bytes, b"maxp").unwrap(), 4).unwrap());
        assert_eq!((made.widths.len(), made.clusters.len()), (count, 2));
        for (code, cluster) in made.clusters.iter().zip(&clusters) {
            assert_eq!(made.widths[usize::from(*code)], cluster.advance);
        }
        assert_eq!(table(&made.bytes, b"hmtx").unwrap().len(), 4 * count);
        // Its outline begins and ends where those of its pieces do.
        let (places, outlines) = (table(&made.bytes, b"loca").unwrap(), table(&made.bytes, b"glyf").unwrap());
        let outline = |glyph: u16| {
            let at = 4 * usize::from(glyph);
            let place = |at: usize| u32::from_be_bytes(places[at..at + 4].try_into().unwrap()) as usize;
            &outlines[place(at)..place(at + 4)]
        };
        let whole = outline(made.clusters[0]);
        assert_eq!(word(whole, 0).unwrap().cast_signed(), -1);
        let rights = clusters[0].pieces.iter().map(|p| word(outline(p.glyph), 6).unwrap().cast_signed() + p.x);
        assert_eq!(word(whole, 6).unwrap().cast_signed(), rights.max().unwrap());
    }

    #[test]
    fn a_letter_by_itself_needs_no_second_glyph_unless_it_has_two_texts() {
        let (reduced, mut clusters) = word_of("क");
        let count = word(table(&reduced, b"maxp").unwrap(), 4).unwrap();
        assert_eq!(lean(&reduced, &clusters).unwrap().clusters, [clusters[0].pieces[0].glyph]);
        clusters.push(Cluster { text: "k".into(), ..clusters[0].clone() });
        assert_eq!(lean(&reduced, &clusters).unwrap().clusters, [clusters[0].pieces[0].glyph, count]);
    }

    #[test]
    fn instructions_are_left_out_and_damage_is_told() {
        let (reduced, clusters) = word_of("कि");
        let made = lean(&reduced, &clusters).unwrap();
        assert!(["fpgm", "prep", "cvt ", "name"].iter().all(|tag| !made.bytes.windows(4).any(|w| w == tag.as_bytes())));
        // All words of a font with its adjustment come to a number that OpenType names.
        assert_eq!(sum(&made.bytes), 0xb1b0_afba);
        for length in (0..reduced.len() / 2).step_by(97) {
            assert!(lean(&reduced[..length], &clusters).is_none());
        }
        // One contour of one point with three bytes of instructions.
        let glyph = [0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 7, 7, 7, 0x37];
        assert_eq!(without_instructions(&glyph).unwrap(), [0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x37]);
    }
}
