//! A drawn invoice is read back as a reader's program would, and what it says is compared
//! with the invoice: a glyph mapped to another character, a total that is not printed, and
//! the document is not issued.

use std::collections::{BTreeMap, BTreeSet};

use lopdf::content::Content;
use lopdf::{Dictionary, Document, Object, ObjectId};

use super::template::{Block, Template};
use crate::model::invoice::Issued;
use crate::model::problem::Problem;

/// Glyph to text, of one font.
type Mapping = BTreeMap<u16, String>;

/// Compares what the PDF says with the invoice.
///
/// # Errors
/// The text that is missing, or a PDF that cannot be read.
pub(super) fn check(bytes: &[u8], invoice: &Issued, template: &Template) -> Result<(), Problem> {
    let refuse = |why: String| {
        Problem::stop("pdf-differs", format!("the PDF of {} does not say what the invoice says", invoice.number))
            .because(why)
            .next("this is an error of the program or of the template: report it")
            .not_done("No invoice was issued.")
    };
    let texts = texts(bytes).map_err(|e| refuse(format!("it cannot be read back: {e}")))?;
    let alone: BTreeSet<&str> = texts.iter().map(String::as_str).collect();
    let whole = without_blanks(&texts.concat());
    let draft = &invoice.content;
    let amounts = draft.lines.iter().map(|line| line.amount.grouped());
    let taxes = draft.taxes.iter().map(|tax| tax.amount.grouped());
    for text in amounts.chain(taxes).chain([draft.subtotal.grouped(), draft.total.display()]) {
        if !alone.contains(text.as_str()) {
            return Err(refuse(format!("`{text}` is not in it")));
        }
    }
    // These may be broken into lines.
    let words = template.layout.blocks.contains(&Block::Words).then_some(&draft.amount_in_words);
    let names = [&invoice.number, &draft.buyer.legal_name, &draft.seller.legal_name];
    for text in names.into_iter().chain(words) {
        if !whole.contains(&without_blanks(text)) {
            return Err(refuse(format!("`{text}` is not in it")));
        }
    }
    Ok(())
}

fn without_blanks(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// The texts of all pages, in the order in which they are drawn.
fn texts(bytes: &[u8]) -> Result<Vec<String>, lopdf::Error> {
    let document = Document::load_mem(bytes)?;
    let mut mappings: BTreeMap<ObjectId, Mapping> = BTreeMap::new();
    let mut texts = Vec::new();
    for page in document.get_pages().into_values() {
        let mut fonts: BTreeMap<Vec<u8>, ObjectId> = BTreeMap::new();
        for (name, font) in document.get_page_fonts(page)? {
            if let Ok(Object::Reference(id)) = font.get(b"ToUnicode") {
                if !mappings.contains_key(id) {
                    mappings.insert(*id, mapping(&document, *id)?);
                }
                fonts.insert(name, *id);
            }
        }
        let content = Content::decode(&document.get_page_content(page))?;
        let mut font: Option<&Mapping> = None;
        let mut spoken: Option<String> = None;
        let mut text = String::new();
        for operation in &content.operations {
            match operation.operator.as_str() {
                "Tf" => {
                    let name = operation.operands.first().and_then(|o| o.as_name().ok());
                    font = name.and_then(|name| fonts.get(name)).and_then(|id| mappings.get(id));
                }
                "BDC" => spoken = operation.operands.get(1).and_then(|o| o.as_dict().ok()).and_then(actual_text),
                "EMC" => text.push_str(&spoken.take().unwrap_or_default()),
                "Tj" | "TJ" if spoken.is_none() => {
                    for operand in &operation.operands {
                        show(operand, font, &mut text);
                    }
                }
                "ET" => texts.push(std::mem::take(&mut text)),
                _ => {}
            }
        }
    }
    Ok(texts)
}

/// The text that marked content stands for.
fn actual_text(properties: &Dictionary) -> Option<String> {
    let bytes = properties.get(b"ActualText").and_then(Object::as_str).ok()?;
    Some(utf16(bytes.strip_prefix(&[0xfe, 0xff]).unwrap_or(bytes)))
}

fn utf16(bytes: &[u8]) -> String {
    let units: Vec<u16> = bytes.as_chunks::<2>().0.iter().map(|pair| u16::from_be_bytes(*pair)).collect();
    String::from_utf16_lossy(&units)
}

fn show(operand: &Object, font: Option<&Mapping>, text: &mut String) {
    match operand {
        Object::String(glyphs, _) => {
            for pair in glyphs.as_chunks::<2>().0 {
                let known = font.and_then(|font| font.get(&u16::from_be_bytes(*pair)));
                text.push_str(known.map_or("\u{fffd}", String::as_str));
            }
        }
        Object::Array(items) => items.iter().for_each(|item| show(item, font, text)),
        _ => {}
    }
}

/// The `bfchar` lines of a ToUnicode map: `<0001> <0020>`.
fn mapping(document: &Document, id: ObjectId) -> Result<Mapping, lopdf::Error> {
    let stream = document.get_object(id)?.as_stream()?;
    let content = stream.decompressed_content().unwrap_or_else(|_| stream.content.clone());
    let text = String::from_utf8_lossy(&content);
    let mut mapping = Mapping::new();
    for line in text.lines() {
        let mut parts = line.split(['<', '>']).map(str::trim).filter(|part| !part.is_empty());
        let (Some(glyph), Some(unicode), None) = (parts.next(), parts.next(), parts.next()) else { continue };
        let Ok(glyph) = u16::from_str_radix(glyph, 16) else { continue };
        let bytes: Option<Vec<u8>> =
            (0..unicode.len()).step_by(2).map(|at| u8::from_str_radix(unicode.get(at..at + 2)?, 16).ok()).collect();
        mapping.extend(bytes.map(|bytes| (glyph, utf16(&bytes))));
    }
    Ok(mapping)
}
