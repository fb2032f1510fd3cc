//! Marks on pages → printpdf operations → an object graph → bytes that depend on the
//! invoice alone.

use std::collections::{BTreeMap, BTreeSet};

use lopdf::{Dictionary, Document, Object, StringFormat};
use printpdf::{
    Codepoint, Color, FontId, LinePoint, Mm, Op, PaintMode, ParsedFont, PdfDocument, PdfFont, PdfFontHandle, PdfPage,
    PdfSaveOptions, Point, Polygon, PolygonRing, Pt, Rgb, TextItem, TextMatrix, WindingOrder,
};
use sha2::{Digest, Sha256};
use subsetter::GlyphRemapper;

use super::fonts::{Fonts, Style};
use super::layout::{Mark, PageMarks};
use super::template::{Colour, Template};
use crate::model::invoice::Issued;
use crate::model::problem::Problem;

type Subsets = BTreeMap<Style, GlyphRemapper>;

pub(super) fn write(
    pages: &[PageMarks],
    invoice: &Issued,
    template: &Template,
    fonts: &Fonts,
) -> Result<Vec<u8>, Problem> {
    let mut document = PdfDocument::new(&invoice.number);
    let mut subsets = Subsets::new();
    for style in Style::ALL {
        let used = used_glyphs(pages, style, fonts)?;
        if used.is_empty() {
            continue;
        }
        let (bytes, remapper) = fonts.subset(style, &used)?;
        let mut font = ParsedFont::from_bytes(&bytes, 0, &mut Vec::new())
            .ok_or_else(|| Problem::stop("internal", "a reduced font cannot be read back"))?;
        // ISO 32000-1, 9.6.4: a subset's name begins with six capitals of its own.
        font.font_name = Some(format!("{}+{}", subset_tag(&bytes), style.font_name()));
        document.resources.fonts.map.insert(font_id(style), PdfFont::new(font));
        subsets.insert(style, remapper);
    }
    let height = template.page.height_mm * 72.0 / 25.4;
    document.pages = pages
        .iter()
        .map(|page| {
            let ops = page.marks.iter().flat_map(|mark| operations(mark, height, fonts, &subsets)).collect();
            PdfPage::new(Mm(template.page.width_mm), Mm(template.page.height_mm), ops)
        })
        .collect();
    let mut graph = document.to_lopdf_document(&PdfSaveOptions::default(), &mut Vec::new());
    finish(&mut graph, invoice);
    let mut bytes = Vec::new();
    graph.save_to(&mut bytes).map_err(|e| {
        Problem::stop("internal", format!("the PDF of {} cannot be assembled", invoice.number)).because(e.to_string())
    })?;
    Ok(bytes)
}

fn font_id(style: Style) -> FontId {
    FontId(match style {
        Style::Regular => "FRegular".to_owned(),
        Style::Bold => "FBold".to_owned(),
    })
}

fn used_glyphs(pages: &[PageMarks], wanted: Style, fonts: &Fonts) -> Result<BTreeSet<u16>, Problem> {
    let mut used = BTreeSet::new();
    for mark in pages.iter().flat_map(|page| &page.marks) {
        if let Mark::Text { style, text, .. } = mark
            && *style == wanted
        {
            for c in text.chars() {
                used.insert(fonts.glyph(*style, c).ok_or_else(|| {
                    Problem::stop(
                        "missing-glyph",
                        format!("the character `{c}` (U+{:04X}) cannot be printed", u32::from(c)),
                    )
                    .because(format!("it stands in `{text}`, and no built-in font has it"))
                    .next("write the text with other characters, in customers.csv or in the template")
                })?);
            }
        }
    }
    Ok(used)
}

fn subset_tag(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(6).map(|b| char::from(b'A' + b % 26)).collect()
}

fn operations(mark: &Mark, page_height: f32, fonts: &Fonts, subsets: &Subsets) -> Vec<Op> {
    match mark {
        Mark::Text { x, y, size, style, colour, text } => {
            let glyphs = text
                .chars()
                .filter_map(|c| {
                    let glyph = subsets.get(style)?.get(fonts.glyph(*style, c)?)?;
                    Some(Codepoint::with_cid(glyph, 0.0, c.to_string()))
                })
                .collect();
            vec![
                Op::StartTextSection,
                Op::SetFillColor { col: rgb(*colour) },
                Op::SetFont { font: PdfFontHandle::External(font_id(*style)), size: Pt(*size) },
                Op::SetTextMatrix { matrix: TextMatrix::Translate(Pt(*x), Pt(page_height - y)) },
                Op::ShowText { items: vec![TextItem::GlyphIds(glyphs)] },
                Op::EndTextSection,
            ]
        }
        Mark::Box { x, y, width, height, colour } => {
            let (left, right) = (*x, x + width);
            let (high, low) = (page_height - y, page_height - y - height);
            let points = [(left, low), (right, low), (right, high), (left, high)]
                .map(|(x, y)| LinePoint { p: Point { x: Pt(x), y: Pt(y) }, bezier: false })
                .to_vec();
            let polygon = Polygon {
                rings: vec![PolygonRing { points }],
                mode: PaintMode::Fill,
                winding_order: WindingOrder::NonZero,
            };
            vec![Op::SetFillColor { col: rgb(*colour) }, Op::DrawPolygon { polygon }]
        }
    }
}

fn rgb(colour: Colour) -> Color {
    let [r, g, b] = colour.0.map(|part| f32::from(part) / 255.0);
    Color::Rgb(Rgb { r, g, b, icc_profile: None })
}

/// Replaces what printpdf takes from the process (ids, dates) by what follows from the
/// invoice, and drops what is empty.
fn finish(graph: &mut Document, invoice: &Issued) {
    let text = |s: &str| {
        // ISO 32000-1, 7.9.2.2: text strings outside ASCII are UTF-16BE with a mark.
        let bytes = if s.is_ascii() {
            s.as_bytes().to_vec()
        } else {
            std::iter::once(0xfeff).chain(s.encode_utf16()).flat_map(u16::to_be_bytes).collect()
        };
        Object::String(bytes, StringFormat::Literal)
    };
    let draft = &invoice.content;
    let date = invoice.issue_date.format("D:%Y%m%d000000Z").to_string();
    let mut info = Dictionary::new();
    info.set("Title", text(&format!("Invoice {}", invoice.number)));
    info.set("Author", text(&draft.seller.legal_name));
    info.set("Creator", text("crossfoot"));
    info.set("Producer", text("printpdf"));
    info.set("CreationDate", text(&date));
    info.set("ModDate", text(&date));
    let info = graph.add_object(info);
    graph.trailer.set("Info", info);
    graph.version = "1.7".to_owned();
    for object in graph.objects.values_mut() {
        if let Ok(dictionary) = object.as_dict_mut()
            && dictionary.get(b"Annots").and_then(Object::as_array).is_ok_and(Vec::is_empty)
        {
            dictionary.remove(b"Annots");
        }
    }
    let identity = format!("{}\n{}\n{}", invoice.number, draft.customer_id, draft.total.plain());
    let id = Object::String(Sha256::digest(identity.as_bytes())[..16].to_vec(), StringFormat::Hexadecimal);
    graph.trailer.set("ID", Object::Array(vec![id.clone(), id]));
    graph.prune_objects();
    graph.renumber_objects();
    graph.compress();
}
