//! Pages → printpdf's document (pages, fonts, images, links, outline) → an object graph with
//! our content streams → bytes that depend on the invoice alone.

use std::collections::{BTreeMap, BTreeSet};

use lopdf::{Document, Object, ObjectId, Stream};
use printpdf::{
    Actions, BorderArray, Codepoint, ColorArray, DictItem, ExternalStream, ExternalXObject, FontId, HighlightingMode,
    LinkAnnotation, Mm, Op, PageAnnotId, PageAnnotation, PdfDocument, PdfFont, PdfFontHandle, PdfPage, PdfSaveOptions,
    Pt, Px, Rect, TextItem, XObject, XObjectId,
};

use super::archive;
use super::content::{Glyphs, Painter, code_name};
use super::fonts::{FontKey, Fonts, Run};
use super::layout::{Code, Mark, PageMarks, Pages};
use super::logo::Logo;
use super::template::Template;
use super::{proofread, subsets};
use crate::model::invoice::Issued;
use crate::model::problem::Problem;
use crate::render::deflate::deflate;

const LOGO: &str = "Logo";

pub(super) fn write(
    mut pages: Pages,
    invoice: &Issued,
    template: &Template,
    fonts: &Fonts,
    logo: Option<&Logo>,
    attachment: Option<archive::Attachment>,
) -> Result<Vec<u8>, Problem> {
    let mut document = PdfDocument::new(&invoice.number);
    let mut glyphs = Glyphs::new();
    // printpdf embeds the fonts that a page shows: this page shows every glyph once, with the
    // text that it stands for, and is taken out again.
    let mut register = Vec::new();
    let mut embedded = Vec::new();
    for (font, mut used) in used_glyphs(&pages, fonts)? {
        subsets::widened(fonts, font, &mut used);
        let subset = subsets::of(font, used.keys().copied().collect())?;
        let id = FontId(format!("F{}", font.name()));
        document.resources.fonts.map.insert(id.clone(), PdfFont::new(subset.parsed.clone()));
        let shown = used.into_iter().map(|(old, text)| {
            let new = subset.now.get(usize::from(old)).copied().unwrap_or(0);
            if text.is_empty() { Codepoint::new(new, 0.0) } else { Codepoint::with_cid(new, 0.0, text) }
        });
        register.push(Op::SetFont { font: PdfFontHandle::External(id), size: Pt(1.0) });
        register.push(Op::ShowText { items: vec![TextItem::GlyphIds(shown.collect())] });
        glyphs.insert(font, subset.now.clone());
        embedded.push(subset);
    }
    if let Some(logo) = logo {
        document.resources.xobjects.map.insert(XObjectId(LOGO.to_owned()), logo_image(logo));
    }
    for (index, code) in pages.codes.iter().enumerate() {
        document.resources.xobjects.map.insert(XObjectId(code_name(index)), code_image(code));
    }
    for (at, (title, page)) in pages.bookmarks.iter().enumerate() {
        let id = PageAnnotId(format!("B{at:04}"));
        document.bookmarks.map.insert(id, PageAnnotation { name: title.clone(), page: *page });
    }
    let height = template.page.height_mm * 72.0 / 25.4;
    let size = (Mm(template.page.width_mm), Mm(template.page.height_mm));
    document.pages = pages.pages.iter().map(|page| PdfPage::new(size.0, size.1, links(page, height))).collect();
    document.pages.push(PdfPage::new(size.0, size.1, register));
    let mut graph = document.to_lopdf_document(&PdfSaveOptions::default(), &mut Vec::new());
    drop(document);
    let painter = Painter { fonts, glyphs: &glyphs, height, logo: LOGO };
    fill(&mut graph, &painter, std::mem::take(&mut pages.pages));
    archive::finish(&mut graph, invoice, attachment, &embedded);
    proofread::check(&graph, invoice, template)?;
    let mut bytes = Vec::new();
    graph.save_to(&mut bytes).map_err(|e| {
        Problem::stop("internal", format!("the PDF of {} cannot be assembled", invoice.number)).because(e.to_string())
    })?;
    Ok(bytes)
}

/// Puts the content into the pages, and takes the last one out.
fn fill(graph: &mut Document, painter: &Painter<'_>, pages: Vec<PageMarks>) {
    let count = pages.len();
    let ids: Vec<ObjectId> = graph.get_pages().into_values().collect();
    for (id, page) in ids.iter().zip(pages) {
        let mut stream = Stream::new(lopdf::Dictionary::new(), deflate(&painter.page(&page.marks)));
        stream.dict.set("Filter", Object::Name(b"FlateDecode".to_vec()));
        let content = graph.get_object(*id).and_then(Object::as_dict).and_then(|page| page.get(b"Contents"));
        if let Ok(content) = content.and_then(Object::as_reference) {
            graph.set_object(content, stream);
        }
    }
    let tree = graph.catalog().and_then(|catalog| catalog.get(b"Pages")).and_then(Object::as_reference);
    if let (Ok(tree), Some(last)) = (tree, ids.get(count))
        && let Ok(tree) = graph.get_object_mut(tree).and_then(Object::as_dict_mut)
    {
        let kept: Vec<Object> = ids.iter().filter(|id| *id != last).map(|id| Object::Reference(*id)).collect();
        tree.set("Count", i64::try_from(kept.len()).unwrap_or(0));
        tree.set("Kids", Object::Array(kept));
    }
}

/// Every glyph that is drawn, font by font, with the text that it stands for.
fn used_glyphs(pages: &Pages, fonts: &Fonts) -> Result<BTreeMap<FontKey, BTreeMap<u16, String>>, Problem> {
    let mut used: BTreeMap<FontKey, BTreeMap<u16, String>> = BTreeMap::new();
    let mut met: BTreeSet<(FontKey, char)> = BTreeSet::new();
    let mut ascii: BTreeMap<FontKey, u128> = BTreeMap::new();
    for mark in pages.pages.iter().flat_map(|page| &page.marks) {
        let Mark::Text { style, text, .. } = mark else { continue };
        if let Some(c) = fonts.missing(text).next() {
            return Err(Problem::stop(
                "missing-glyph",
                format!("the character `{c}` (U+{:04X}) cannot be printed", u32::from(c)),
            )
            .because(format!("it stands in `{text}`, and no built-in font has it"))
            .next("write the text with other characters, in customers.csv or in the template"));
        }
        for run in fonts.shape(*style, text) {
            match run {
                Run::Plain { font, text } => {
                    let seen = ascii.entry(font).or_default();
                    for c in text.chars() {
                        // Nearly every character is one of these, and was met before.
                        let bit = if c.is_ascii() { 1_u128 << u32::from(c) } else { 0 };
                        if *seen & bit != 0 || (bit == 0 && !met.insert((font, c))) {
                            continue;
                        }
                        *seen |= bit;
                        if let Some((glyph, _)) = fonts.plain(font.style(), c) {
                            used.entry(font).or_default().insert(glyph, c.to_string());
                        }
                    }
                }
                Run::Shaped { font, glyphs, .. } => {
                    let known = used.entry(font).or_default();
                    for glyph in glyphs {
                        let text = known.entry(glyph.id).or_default();
                        if text.is_empty() {
                            *text = glyph.text;
                        }
                    }
                }
            }
        }
    }
    Ok(used)
}

fn image((width, height): (u32, u32), space: &str, bits: i64, deflated: Vec<u8>) -> XObject {
    let name = |text: &str| DictItem::Name(text.as_bytes().to_vec());
    let dict = [
        ("Type", name("XObject")),
        ("Subtype", name("Image")),
        ("Width", DictItem::Int(i64::from(width))),
        ("Height", DictItem::Int(i64::from(height))),
        ("ColorSpace", name(space)),
        ("BitsPerComponent", DictItem::Int(bits)),
        ("Filter", name("FlateDecode")),
    ];
    let stream = ExternalStream {
        dict: dict.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
        content: deflated,
        compress: false,
    };
    let px = |n: u32| Some(Px(n as usize));
    XObject::External(ExternalXObject { stream, width: px(width), height: px(height), dpi: Some(72.0) })
}

fn logo_image(logo: &Logo) -> XObject {
    image(logo.pixels, "DeviceRGB", 8, logo.deflated.clone())
}

/// A bit a module, white is 1; rows begin at a byte.
fn code_image(code: &Code) -> XObject {
    let mut bits = Vec::new();
    for row in code.dark.chunks(code.width) {
        for eight in row.chunks(8) {
            let byte = eight.iter().enumerate().fold(0xff_u8, |byte, (at, dark)| byte & !(u8::from(*dark) << (7 - at)));
            bits.push(byte);
        }
    }
    let side = u32::try_from(code.width).unwrap_or(0);
    image((side, side), "DeviceGray", 1, deflate(&bits))
}

fn links(page: &PageMarks, page_height: f32) -> Vec<Op> {
    let link = |mark: &Mark| {
        let Mark::Link { x, y, width, height, uri } = mark else { return None };
        let rect = Rect {
            x: Pt(*x),
            y: Pt(page_height - y - height),
            width: Pt(*width),
            height: Pt(*height),
            mode: None,
            winding_order: None,
        };
        let link = LinkAnnotation::new(
            rect,
            Actions::uri(uri.clone()),
            Some(BorderArray::Solid([0.0, 0.0, 0.0])),
            Some(ColorArray::Transparent),
            Some(HighlightingMode::Invert),
        );
        Some(Op::LinkAnnotation { link })
    };
    page.marks.iter().filter_map(link).collect()
}
