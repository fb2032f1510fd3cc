//! Pages → printpdf's document (pages, images, links, outline) → an object graph with our content
//! streams, fonts and structure → bytes that depend on the invoice alone.

use std::collections::{BTreeMap, BTreeSet};

use lopdf::{Document, Object, ObjectId, Stream};
use printpdf::{
    Actions, BorderArray, Codepoint, ColorArray, DictItem, ExternalStream, ExternalXObject, FontId, HighlightingMode,
    LinkAnnotation, Mm, Op, PageAnnotId, PageAnnotation, PdfDocument, PdfFont, PdfFontHandle, PdfPage, PdfSaveOptions,
    Pt, Px, Rect, TextItem, XObject, XObjectId,
};

use super::content::{Painter, code_name};
use super::fonts::{FontKey, Fonts, Run, clusters};
use super::layout::{Code, Drawn, Mark, PageMarks, Pages};
use super::logo::Logo;
use super::structure::{self, Marked};
use super::subsets::{self, Embedded, Subset, Used};
use super::template::Template;
use super::{archive, file, proofread};
use crate::model::invoice::{Edition, Issued};
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
    let is_first = invoice.content.edition == Edition::First;
    if !is_first {
        // What decorates lies below; all else is drawn as it is read.
        pages.pages.iter_mut().for_each(|page| page.marks.sort_by_key(|drawn| drawn.part.map_or(0, |part| part + 1)));
    }
    let mut document = PdfDocument::new(&invoice.number);
    let mut embedded = Embedded::new();
    let mut register = Vec::new();
    for (font, mut used) in used(&pages, fonts, is_first)? {
        used.widen(fonts, font);
        let shown = if is_first { used.glyphs.clone() } else { BTreeMap::new() };
        let subset = subsets::of(font, used)?;
        register.extend(registered(&mut document, font, &subset, shown));
        embedded.insert(font, subset);
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
    if is_first {
        document.pages.push(PdfPage::new(size.0, size.1, register));
    }
    let mut graph = document.to_lopdf_document(&PdfSaveOptions::default(), &mut Vec::new());
    drop(document);
    let language = (!is_first).then_some(template.layout.language.as_str());
    let painter = Painter { fonts, embedded: &embedded, parts: &pages.parts, height, logo: LOGO, language };
    let (ids, mut marked) = fill(&mut graph, &painter, &pages.pages);
    let mut bytes = Vec::new();
    if let Some(language) = language {
        embed(&mut graph, &embedded, ids.first().copied());
        archive::finish(&mut graph, invoice, attachment, Some(language));
        tag(&mut graph, &pages, &ids, &mut marked);
        proofread::check(&graph, invoice, template)?;
        let first = graph.max_id + 1;
        bytes = file::save(&graph, &structure::objects(&pages.parts, &marked, &ids, first));
    } else {
        archive::finish(&mut graph, invoice, attachment, None);
        archive::pack(&mut graph, &embedded);
        proofread::check(&graph, invoice, template)?;
        graph.save_to(&mut bytes).map_err(|e| {
            Problem::stop("internal", format!("the PDF of {} cannot be assembled", invoice.number))
                .because(e.to_string())
        })?;
    }
    Ok(bytes)
}

/// printpdf embeds the fonts that a page shows: what shows every glyph once, with the text that
/// it stands for. Nothing for fonts that we embed.
fn registered(document: &mut PdfDocument, font: FontKey, subset: &Subset, glyphs: BTreeMap<u16, String>) -> Vec<Op> {
    let Some(parsed) = subset.parsed() else { return Vec::new() };
    let id = FontId(format!("F{}", font.name()));
    document.resources.fonts.map.insert(id.clone(), PdfFont::new(parsed.clone()));
    let shown = glyphs.into_iter().map(|(old, text)| {
        let new = subset.code(old);
        if text.is_empty() { Codepoint::new(new, 0.0) } else { Codepoint::with_cid(new, 0.0, text) }
    });
    let items = vec![TextItem::GlyphIds(shown.collect())];
    vec![Op::SetFont { font: PdfFontHandle::External(id), size: Pt(1.0) }, Op::ShowText { items }]
}

/// Puts the content into the pages, and takes out what comes after them.
fn fill(graph: &mut Document, painter: &Painter<'_>, pages: &[PageMarks]) -> (Vec<ObjectId>, Vec<Marked>) {
    let mut ids: Vec<ObjectId> = graph.get_pages().into_values().collect();
    let mut all = Vec::new();
    for (id, page) in ids.iter().zip(pages) {
        let (content, marked) = painter.page(&page.marks);
        all.push(marked);
        let mut stream = Stream::new(lopdf::Dictionary::new(), deflate(&content));
        stream.dict.set("Filter", file::name("FlateDecode"));
        let content = graph.get_object(*id).and_then(Object::as_dict).and_then(|page| page.get(b"Contents"));
        if let Ok(content) = content.and_then(Object::as_reference) {
            graph.set_object(content, stream);
        }
    }
    let tree = graph.catalog().and_then(|catalog| catalog.get(b"Pages")).and_then(Object::as_reference);
    ids.truncate(pages.len());
    if let Ok(tree) = tree.and_then(|tree| graph.get_object_mut(tree)).and_then(Object::as_dict_mut) {
        let kept: Vec<Object> = ids.iter().map(|id| Object::Reference(*id)).collect();
        tree.set("Count", i64::try_from(kept.len()).unwrap_or(0));
        tree.set("Kids", Object::Array(kept));
    }
    (ids, all)
}

/// Puts our fonts into the resources that all pages share.
fn embed(graph: &mut Document, embedded: &Embedded, page: Option<ObjectId>) {
    let fonts: Vec<(FontKey, Option<ObjectId>)> =
        embedded.iter().map(|(font, subset)| (*font, subset.embed(*font, graph))).collect();
    let resources = page.and_then(|page| graph.get_object(page).and_then(Object::as_dict).ok()?.get(b"Resources").ok());
    let resources = resources.and_then(|resources| graph.dereference(resources).ok()?.1.as_dict().ok());
    let shared = resources.and_then(|resources| resources.get(b"Font").and_then(Object::as_reference).ok());
    let Some(Ok(shared)) = shared.map(|id| graph.get_object_mut(id).and_then(Object::as_dict_mut)) else { return };
    for (font, id) in fonts {
        if let Some(id) = id {
            shared.set(format!("F{}", font.name()), Object::Reference(id));
        }
    }
}

/// Ties pages and links to the structure, which is written after all other objects.
fn tag(graph: &mut Document, pages: &Pages, ids: &[ObjectId], marked: &mut [Marked]) {
    let mut key = ids.len();
    let mut next = || {
        key += 1;
        i64::try_from(key - 1).unwrap_or(0)
    };
    for (at, (id, marked)) in ids.iter().zip(marked).enumerate() {
        let Ok(page) = graph.get_object_mut(*id).and_then(Object::as_dict_mut) else { continue };
        page.set("StructParents", i64::try_from(at).unwrap_or(0));
        // PDF/UA-1, 7.18.3: who goes from field to field goes along the structure.
        page.set("Tabs", file::name("S"));
        let Some(Object::Array(links)) = page.remove(b"Annots") else { continue };
        let mut annotations = Vec::new();
        for (link, (part, annotation)) in links.into_iter().zip(&mut marked.links) {
            let Object::Dictionary(mut link) = link else { continue };
            link.set("StructParent", next());
            if let Some(words) = pages.parts.get(*part).and_then(|part| part.alternative.as_deref()) {
                link.set("Contents", file::text(words));
            }
            let id = graph.add_object(link);
            *annotation = Some(id);
            annotations.push(Object::Reference(id));
        }
        if let Ok(page) = graph.get_object_mut(*id).and_then(Object::as_dict_mut)
            && !annotations.is_empty()
        {
            page.set("Annots", Object::Array(annotations));
        }
    }
    let structure = Object::Reference((graph.max_id + 1, 0));
    if let Ok(catalog) = graph.catalog_mut() {
        catalog.set("StructTreeRoot", structure);
    }
}

/// Everything that is drawn, font by font. `is_first`: glyph by glyph, as 0.1 wrote it.
fn used(pages: &Pages, fonts: &Fonts, is_first: bool) -> Result<BTreeMap<FontKey, Used>, Problem> {
    let mut used: BTreeMap<FontKey, Used> = BTreeMap::new();
    let mut met: BTreeSet<(FontKey, char)> = BTreeSet::new();
    let mut ascii: BTreeMap<FontKey, u128> = BTreeMap::new();
    for drawn in pages.pages.iter().flat_map(|page| &page.marks) {
        let Mark::Text { style, text, .. } = &drawn.mark else { continue };
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
                            used.entry(font).or_default().glyphs.insert(glyph, c.to_string());
                        }
                    }
                }
                Run::Shaped { font, glyphs, .. } if is_first => {
                    let known = &mut used.entry(font).or_default().glyphs;
                    for glyph in glyphs {
                        let text = known.entry(glyph.id).or_default();
                        if text.is_empty() {
                            *text = glyph.text;
                        }
                    }
                }
                Run::Shaped { font, glyphs, .. } => {
                    used.entry(font).or_default().clusters.extend(clusters(&glyphs));
                }
            }
        }
    }
    used.values_mut().for_each(|used| used.is_first = is_first);
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
    let link = |drawn: &Drawn| {
        let Mark::Link { x, y, width, height, uri } = &drawn.mark else { return None };
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
