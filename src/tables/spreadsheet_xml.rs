//! SpreadsheetML of 2003: a workbook as one XML document, which Excel opens under `.xls`.

use std::collections::HashMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::marks::Marks;
use super::numbers;
use super::parts::attribute;
use super::sheet::{Sheet, Writer};
use super::unreadable::Unreadable;
use crate::model::money::Currency;

/// A reader of markup that need not be well-formed.
pub(super) fn lenient(text: &str) -> Reader<&[u8]> {
    let mut reader = Reader::from_reader(text.as_bytes());
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    config.expand_empty_elements = true;
    reader
}

/// The character of a reference such as `&amp;` or `&#8377;`; a blank for one that is none.
pub(super) fn character(reference: &quick_xml::events::BytesRef<'_>) -> char {
    match reference.resolve_char_ref() {
        Ok(Some(c)) if !c.is_control() || c == '\n' => c,
        Ok(None) => match &**reference {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            "ndash" => '–',
            "mdash" => '—',
            "minus" => '−',
            "euro" => '€',
            "pound" => '£',
            _ => ' ',
        },
        _ => ' ',
    }
}

fn number(element: &BytesStart<'_>, name: &str) -> Option<u64> {
    attribute(element, name)?.trim().parse().ok()
}

/// A cell on its way.
#[derive(Default)]
struct Open {
    column: usize,
    across: usize,
    style: Option<String>,
    kind: String,
    text: String,
    has_formula: bool,
    in_data: bool,
}

/// Reads all sheets.
pub(super) fn read(text: &str, home: Option<Currency>) -> Result<Vec<Sheet>, Unreadable> {
    let mut reader = lenient(text);
    let mut sheets: Vec<Sheet> = Vec::new();
    let mut writer: Option<Writer> = None;
    let mut marks: HashMap<String, Marks> = HashMap::new();
    let mut style = String::new();
    let (mut row, mut rows) = (0, 0);
    let mut cell = Open::default();
    let mut next_column = 0;
    let mut in_note = false;
    loop {
        match reader.read_event().map_err(Unreadable::damaged)? {
            Event::Eof => break,
            Event::Start(e) => match e.local_name().as_ref() {
                "Style" => style = attribute(&e, "ID").unwrap_or_default(),
                "NumberFormat" => {
                    let found = attribute(&e, "Format").and_then(|code| Marks::of_format(&code, home));
                    marks.extend(found.map(|found| (style.clone(), found)));
                }
                "Worksheet" => {
                    writer = Some(Writer::new(&attribute(&e, "Name").unwrap_or_default()));
                    row = 0;
                }
                "Row" => {
                    row = number(&e, "Index").unwrap_or(row + 1);
                    rows = number(&e, "Span").unwrap_or(0);
                    next_column = 0;
                    if let Some(writer) = &mut writer {
                        writer.row(row, attribute(&e, "Hidden").is_some_and(|v| v == "1"))?;
                    }
                }
                "Cell" => {
                    let index =
                        number(&e, "Index").and_then(|n| usize::try_from(n).ok()).and_then(|n| n.checked_sub(1));
                    cell = Open {
                        column: index.unwrap_or(next_column).min(16_383),
                        across: number(&e, "MergeAcross").and_then(|n| usize::try_from(n).ok()).unwrap_or(0),
                        style: attribute(&e, "StyleID"),
                        has_formula: attribute(&e, "Formula").is_some(),
                        ..Open::default()
                    };
                }
                "Data" if !in_note => {
                    cell.kind = attribute(&e, "Type").unwrap_or_default();
                    cell.in_data = true;
                }
                "Comment" => in_note = true,
                _ => {}
            },
            Event::Text(text) if cell.in_data => cell.text.push_str(&text),
            Event::CData(text) if cell.in_data => cell.text.push_str(&text),
            Event::GeneralRef(reference) if cell.in_data => cell.text.push(character(&reference)),
            Event::End(e) => match e.local_name().as_ref() {
                "Data" => cell.in_data = false,
                "Comment" => in_note = false,
                "Cell" => {
                    next_column = cell.column.saturating_add(1 + cell.across);
                    let open = std::mem::take(&mut cell);
                    if let Some(writer) = &mut writer {
                        writer.cell(open.column, shown(&open, &marks));
                    }
                }
                "Row" => row += rows,
                "Worksheet" => sheets.extend(writer.take().map(Writer::finish).transpose()?),
                _ => {}
            },
            _ => {}
        }
    }
    if writer.is_some() || sheets.is_empty() {
        return Err(Unreadable::damaged("its XML breaks off"));
    }
    Ok(sheets)
}

fn shown(cell: &Open, marks: &HashMap<String, Marks>) -> String {
    match cell.kind.as_str() {
        "Number" => {
            let plain = numbers::of_text(&cell.text);
            let marks = cell.style.as_ref().and_then(|style| marks.get(style));
            marks.map_or(plain.clone(), |marks| marks.around(&plain))
        }
        "DateTime" => numbers::iso(cell.text.trim().trim_end_matches(".000")),
        "Boolean" => if cell.text.trim() == "1" { "TRUE" } else { "FALSE" }.to_owned(),
        "" if cell.has_formula => "=? (a formula that was never computed)".to_owned(),
        _ => cell.text.clone(),
    }
}
