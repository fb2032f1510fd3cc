//! A drawn invoice is read back as a reader's program would, and what it says is compared
//! with the invoice: a glyph mapped to another character, a total that is not printed, and
//! the document is not issued.

use std::collections::{BTreeMap, HashSet};

use lopdf::{Document, Object, ObjectId};

use super::template::{Block, Template};
use super::wording::Wording;
use crate::model::invoice::Issued;
use crate::model::problem::Problem;

/// Glyph to text, of one font.
type Mapping = BTreeMap<u16, String>;

/// Compares what the finished PDF says, in the streams that are about to be saved, with the
/// invoice.
///
/// # Errors
/// The text that is missing, or a PDF that cannot be read.
pub(super) fn check(document: &Document, invoice: &Issued, template: &Template) -> Result<(), Problem> {
    let refuse = |why: String| {
        Problem::stop("pdf-differs", format!("the PDF of {} does not say what the invoice says", invoice.number))
            .because(why)
            .next("this is an error of the program or of the template: report it")
            .not_done("No invoice was issued.")
    };
    let texts = texts(document).map_err(|e| refuse(format!("it cannot be read back: {e}")))?;
    let alone: HashSet<&str> = texts.iter().map(String::as_str).collect();
    let whole = without_blanks(&texts.concat());
    let (draft, say) = (&invoice.content, Wording { template, invoice });
    let amounts = draft.lines.iter().map(|line| say.grouped(&line.amount));
    let taxes = draft.taxes.iter().map(|tax| say.grouped(&tax.amount));
    let days = draft.lines.iter().flat_map(|line| &line.detail.days).map(|share| say.grouped(&share.amount));
    for text in amounts.chain(taxes).chain(days).chain([say.grouped(&draft.subtotal), say.display(&draft.total)]) {
        if !alone.contains(text.as_str()) {
            return Err(refuse(format!("`{text}` is not in it")));
        }
    }
    // These may be broken into lines.
    let words = template.layout.blocks.contains(&Block::Words).then(|| say.amount_in_words());
    let foreign = draft.lines.iter().filter_map(|line| line.exchange()).map(|exchange| say.display(&exchange.amount));
    let foreign: Vec<String> = foreign.collect();
    let names = [&invoice.number, &draft.buyer.legal_name, &draft.seller.legal_name];
    for text in names.into_iter().chain(&words).chain(&foreign) {
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
fn texts(document: &Document) -> Result<Vec<String>, lopdf::Error> {
    let mut fonts: BTreeMap<Vec<u8>, Mapping> = BTreeMap::new();
    let mut texts = Vec::new();
    for (number, page) in document.get_pages() {
        // All pages have the same resources.
        if number == 1 {
            for (name, font) in document.get_page_fonts(page)? {
                if let Ok(Object::Reference(id)) = font.get(b"ToUnicode") {
                    fonts.insert(name, mapping(document, *id)?);
                }
            }
        }
        let content = document.get_page_content(page);
        let mut font: Option<&Mapping> = None;
        let mut spoken: Option<String> = None;
        let mut text = String::new();
        // An operator stands behind its operands. The painter writes one operation a line.
        for line in content.split(|byte| *byte == b'\n') {
            let (before, operator) = match line.iter().rposition(|byte| *byte == b' ') {
                Some(at) => (&line[..at], &line[at + 1..]),
                None => (&[][..], line),
            };
            match operator {
                b"Tf" => {
                    let name = before.strip_prefix(b"/").and_then(|rest| rest.split(|byte| *byte == b' ').next());
                    font = name.and_then(|name| fonts.get(name));
                }
                b"BDC" => spoken = digits(before).map(|units| utf16(units.get(1..).unwrap_or_default())),
                b"EMC" => text.push_str(&spoken.take().unwrap_or_default()),
                b"Tj" if spoken.is_none() => {
                    for glyph in digits(before).unwrap_or_default() {
                        let known = font.and_then(|font| font.get(&glyph));
                        text.push_str(known.map_or("\u{fffd}", String::as_str));
                    }
                }
                b"ET" => texts.push(std::mem::take(&mut text)),
                _ => {}
            }
        }
    }
    Ok(texts)
}

/// The units of a hexadecimal string, `<00410042>`: what stands in the innermost brackets.
fn digits(operands: &[u8]) -> Option<Vec<u16>> {
    let from = operands.iter().rposition(|byte| *byte == b'<')? + 1;
    let length = operands[from..].iter().position(|byte| *byte == b'>')?;
    let text = operands.get(from..from + length)?;
    let unit = |four: &[u8; 4]| u16::from_str_radix(std::str::from_utf8(four).ok()?, 16).ok();
    text.as_chunks::<4>().0.iter().map(unit).collect()
}

fn utf16(units: &[u16]) -> String {
    String::from_utf16_lossy(units)
}

/// The lines of a ToUnicode map: `<0001> <0020>` of a code, `<0001> <0005> <0020>` of a range.
fn mapping(document: &Document, id: ObjectId) -> Result<Mapping, lopdf::Error> {
    let stream = document.get_object(id)?.as_stream()?;
    let content = stream.decompressed_content().unwrap_or_else(|_| stream.content.clone());
    let text = String::from_utf8_lossy(&content);
    let mut mapping = Mapping::new();
    let is_told = |line: &&str| line.starts_with('<') && !line.ends_with("FFFF>");
    for line in text.lines().filter(is_told) {
        let parts: Vec<&str> = line.split(['<', '>', ' ']).filter(|part| !part.is_empty()).collect();
        let (first, last, unicode) = match parts[..] {
            [code, unicode] => (code, code, unicode),
            [first, last, unicode] => (first, last, unicode),
            _ => continue,
        };
        let number = |digits: &str| u16::from_str_radix(digits, 16).ok();
        let (Some(first), Some(last)) = (number(first), number(last)) else { continue };
        let units: Option<Vec<u16>> =
            (0..unicode.len()).step_by(4).map(|at| number(unicode.get(at..at + 4)?)).collect();
        let Some(mut units) = units else { continue };
        for code in first..=last {
            mapping.insert(code, utf16(&units));
            if let Some(unit) = units.last_mut() {
                *unit = unit.wrapping_add(1);
            }
        }
    }
    Ok(mapping)
}
