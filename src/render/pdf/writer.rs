//! Marks on pages → printpdf operations → an object graph → bytes that depend on the
//! invoice alone.

use std::collections::{BTreeMap, BTreeSet};

use printpdf::{
    Actions, BorderArray, Codepoint, Color, ColorArray, DictItem, ExternalStream, ExternalXObject, FontId,
    HighlightingMode, LinePoint, LinkAnnotation, Mm, Op, PageAnnotId, PageAnnotation, PaintMode, ParsedFont,
    PdfDocument, PdfFont, PdfFontHandle, PdfPage, PdfSaveOptions, Point, Polygon, PolygonRing, Pt, Px, Rect, Rgb,
    TextItem, TextMatrix, WindingOrder, XObject, XObjectId, XObjectTransform,
};
use sha2::{Digest, Sha256};
use subsetter::GlyphRemapper;

use super::archive;
use super::fonts::{FontKey, Fonts, Run};
use super::layout::{Mark, Pages};
use super::logo::Logo;
use super::template::{Colour, Template};
use crate::model::invoice::Issued;
use crate::model::problem::Problem;

type Subsets = BTreeMap<FontKey, GlyphRemapper>;

pub(super) fn write(
    pages: &Pages,
    invoice: &Issued,
    template: &Template,
    fonts: &Fonts,
    logo: Option<&Logo>,
    attachment: Option<&[u8]>,
) -> Result<Vec<u8>, Problem> {
    let mut document = PdfDocument::new(&invoice.number);
    let shaped = shape(pages, fonts)?;
    let mut subsets = Subsets::new();
    for (font, used) in used_glyphs(&shaped) {
        let (bytes, remapper) = Fonts::subset(font, &used)?;
        let mut parsed = ParsedFont::from_bytes(&bytes, 0, &mut Vec::new())
            .ok_or_else(|| Problem::stop("internal", "a reduced font cannot be read back"))?;
        // ISO 32000-1, 9.6.4: a subset's name begins with six capitals of its own.
        parsed.font_name = Some(format!("{}+{}", subset_tag(&bytes), font.name()));
        document.resources.fonts.map.insert(font_id(font), PdfFont::new(parsed));
        subsets.insert(font, remapper);
    }
    if let Some(logo) = logo {
        document.resources.xobjects.map.insert(logo_id(), image(logo));
    }
    for (at, (title, page)) in pages.bookmarks.iter().enumerate() {
        let id = PageAnnotId(format!("B{at:04}"));
        document.bookmarks.map.insert(id, PageAnnotation { name: title.clone(), page: *page });
    }
    let height = template.page.height_mm * 72.0 / 25.4;
    let draw = Draw { height, subsets: &subsets, logo };
    document.pages = pages
        .pages
        .iter()
        .zip(&shaped)
        .map(|(page, shaped)| {
            let ops = page.marks.iter().zip(shaped).flat_map(|(mark, runs)| draw.operations(mark, runs)).collect();
            PdfPage::new(Mm(template.page.width_mm), Mm(template.page.height_mm), ops)
        })
        .collect();
    let mut graph = document.to_lopdf_document(&PdfSaveOptions::default(), &mut Vec::new());
    archive::finish(&mut graph, invoice, attachment);
    let mut bytes = Vec::new();
    graph.save_to(&mut bytes).map_err(|e| {
        Problem::stop("internal", format!("the PDF of {} cannot be assembled", invoice.number)).because(e.to_string())
    })?;
    Ok(bytes)
}

fn font_id(font: FontKey) -> FontId {
    FontId(format!("F{}", font.name()))
}

fn logo_id() -> XObjectId {
    XObjectId("Logo".to_owned())
}

/// Every mark's glyphs, page by page.
fn shape(pages: &Pages, fonts: &Fonts) -> Result<Vec<Vec<Vec<Run>>>, Problem> {
    let runs = |mark: &Mark| {
        let Mark::Text { style, text, .. } = mark else { return Ok(Vec::new()) };
        match fonts.missing(text) {
            None => Ok(fonts.shape(*style, text)),
            Some(c) => Err(Problem::stop(
                "missing-glyph",
                format!("the character `{c}` (U+{:04X}) cannot be printed", u32::from(c)),
            )
            .because(format!("it stands in `{text}`, and no built-in font has it"))
            .next("write the text with other characters, in customers.csv or in the template")),
        }
    };
    pages.pages.iter().map(|page| page.marks.iter().map(runs).collect()).collect()
}

fn used_glyphs(shaped: &[Vec<Vec<Run>>]) -> BTreeMap<FontKey, BTreeSet<u16>> {
    let mut used: BTreeMap<FontKey, BTreeSet<u16>> = BTreeMap::new();
    for run in shaped.iter().flatten().flatten() {
        used.entry(run.font).or_default().extend(run.glyphs.iter().map(|glyph| glyph.id));
    }
    used
}

fn subset_tag(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(6).map(|b| char::from(b'A' + b % 26)).collect()
}

fn image(logo: &Logo) -> XObject {
    let name = |text: &str| DictItem::Name(text.as_bytes().to_vec());
    let (width, height) = logo.pixels;
    let dict = [
        ("Type", name("XObject")),
        ("Subtype", name("Image")),
        ("Width", DictItem::Int(i64::from(width))),
        ("Height", DictItem::Int(i64::from(height))),
        ("ColorSpace", name("DeviceRGB")),
        ("BitsPerComponent", DictItem::Int(8)),
        ("Filter", name("FlateDecode")),
    ];
    let stream = ExternalStream {
        dict: dict.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
        content: logo.deflated.clone(),
        compress: false,
    };
    let px = |n: u32| Some(Px(n as usize));
    XObject::External(ExternalXObject { stream, width: px(width), height: px(height), dpi: Some(72.0) })
}

/// What marks are turned into operations with.
struct Draw<'a> {
    height: f32,
    subsets: &'a Subsets,
    logo: Option<&'a Logo>,
}

impl Draw<'_> {
    fn operations(&self, mark: &Mark, runs: &[Run]) -> Vec<Op> {
        match mark {
            Mark::Text { x, y, size, colour, .. } => {
                let mut ops = vec![Op::StartTextSection, Op::SetFillColor { col: rgb(*colour) }];
                let mut at = *x;
                for run in runs {
                    at = self.run(&mut ops, run, at, self.height - y, *size);
                }
                ops.push(Op::EndTextSection);
                ops
            }
            Mark::Box { x, y, width, height, colour } => {
                let (left, right) = (*x, x + width);
                let (high, low) = (self.height - y, self.height - y - height);
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
            Mark::Logo { x, y, width, height } => {
                let Some(logo) = self.logo else { return Vec::new() };
                let transform = XObjectTransform {
                    translate_x: Some(Pt(*x)),
                    translate_y: Some(Pt(self.height - y - height)),
                    scale_x: Some(width / logo.width),
                    scale_y: Some(height / logo.height),
                    dpi: Some(72.0),
                    ..XObjectTransform::default()
                };
                vec![Op::UseXobject { id: logo_id(), transform }]
            }
            Mark::Link { x, y, width, height, uri } => {
                let rect = Rect {
                    x: Pt(*x),
                    y: Pt(self.height - y - height),
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
                vec![Op::LinkAnnotation { link }]
            }
        }
    }

    /// Draws one font's stretch from x on; returns where the next begins.
    fn run(&self, ops: &mut Vec<Op>, run: &Run, x: f32, y: f32, size: f32) -> f32 {
        let Some(subset) = self.subsets.get(&run.font) else { return x };
        let font = PdfFontHandle::External(font_id(run.font));
        let place = |x: f32, y: f32| Op::SetTextMatrix { matrix: TextMatrix::Translate(Pt(x), Pt(y)) };
        ops.push(Op::SetFont { font, size: Pt(size) });
        if run.is_shaped {
            // Readers copy the text, not the glyphs.
            let text = std::iter::once(0xfeff).chain(run.text.encode_utf16()).flat_map(u16::to_be_bytes).collect();
            let properties = [("ActualText".to_owned(), DictItem::String { data: text, literal: false })];
            ops.push(Op::BeginMarkedContentWithProperties {
                tag: "Span".to_owned(),
                properties: DictItem::Dict { map: properties.into() },
            });
        } else {
            ops.push(place(x, y));
        }
        let mut at = x;
        let mut together = Vec::new();
        for glyph in &run.glyphs {
            let id = subset.get(glyph.id).unwrap_or(0);
            let point = Codepoint::with_cid(id, 0.0, glyph.text.clone());
            if run.is_shaped {
                ops.push(place(at + glyph.x * size / 1_000.0, y + glyph.y * size / 1_000.0));
                let alone = if glyph.text.is_empty() { Codepoint::new(id, 0.0) } else { point };
                ops.push(Op::ShowText { items: vec![TextItem::GlyphIds(vec![alone])] });
            } else {
                together.push(point);
            }
            at += glyph.advance * size / 1_000.0;
        }
        if run.is_shaped {
            ops.push(Op::EndMarkedContentWithProperties);
        } else {
            ops.push(Op::ShowText { items: vec![TextItem::GlyphIds(together)] });
        }
        at
    }
}

fn rgb(colour: Colour) -> Color {
    let [r, g, b] = colour.0.map(|part| f32::from(part) / 255.0);
    Color::Rgb(Rgb { r, g, b, icc_profile: None })
}
