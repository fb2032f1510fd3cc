//! The records of `.xls` (BIFF) and `.xlsb`: which rows are hidden, and what a number format
//! writes beside a number. Records that are cut short are passed over here; whoever reads
//! the cells refuses them.

use std::collections::HashMap;
use std::io::Read;

use super::compound;
use super::marks::Marks;
use super::parts::{Archive, Bounded, archive, path_of, relations, too_many_cells};
use super::unreadable::Unreadable;
use super::unsaid::{MAX_CELLS, Unsaid};
use crate::model::money::Currency;

fn u16_at(data: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*data.get(at..)?.first_chunk()?))
}

fn u32_at(data: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*data.get(at..)?.first_chunk()?))
}

/// The stream of an `.xls` that holds the workbook.
fn stream(bytes: &[u8]) -> Result<Vec<u8>, Unreadable> {
    compound::stream(bytes, &["Workbook", "Book"])
}

/// Records of a BIFF stream: type and data.
fn records(mut stream: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let (kind, length) = (u16_at(stream, 0)?, usize::from(u16_at(stream, 2)?));
        let data = stream.get(4..4 + length)?;
        stream = &stream[4 + length..];
        Some((kind, data))
    })
}

/// The records of one sheet, without those of charts inside it.
fn sheet_records(stream: &[u8], from: u32) -> impl Iterator<Item = (u16, &[u8])> {
    let start = usize::try_from(from).ok().and_then(|from| stream.get(from..)).unwrap_or_default();
    let mut depth = 0_u32;
    records(start)
        .map_while(move |(kind, data)| {
            match kind {
                0x0809 => depth += 1,
                0x000a => depth = depth.saturating_sub(1),
                _ => {}
            }
            (depth > 0).then_some((depth, kind, data))
        })
        .filter(|(depth, ..)| *depth == 1)
        .map(|(_, kind, data)| (kind, data))
}

/// Where the sheets begin and what they are called.
fn sheets(stream: &[u8]) -> Vec<(u32, String)> {
    let globals = records(stream).take_while(|(kind, _)| *kind != 0x000a);
    let bound = globals.filter(|(kind, _)| *kind == 0x0085);
    bound.filter_map(|(_, data)| Some((u32_at(data, 0)?, short_text(data.get(6..)?)?))).collect()
}

/// A text with a length of one byte. Before BIFF8 no flags follow it; names are compared
/// with those that calamine reads, so that only BIFF8's must be right.
fn short_text(data: &[u8]) -> Option<String> {
    let (count, flags) = (usize::from(*data.first()?), *data.get(1)?);
    characters(data.get(2..)?, count, flags & 1 == 1)
}

fn characters(data: &[u8], count: usize, is_wide: bool) -> Option<String> {
    if is_wide {
        let units: Vec<u16> =
            data.get(..count * 2)?.as_chunks::<2>().0.iter().map(|c| u16::from_le_bytes(*c)).collect();
        return Some(String::from_utf16_lossy(&units));
    }
    Some(data.get(..count)?.iter().map(|byte| char::from(*byte)).collect())
}

/// The cells that a record holds: row, first column, and the format's place of each.
fn cells(kind: u16, data: &[u8]) -> Vec<((u32, u32), u16)> {
    let read = || {
        let (row, column) = (u32::from(u16_at(data, 0)?), u32::from(u16_at(data, 2)?));
        match kind {
            // Number, label, boolean or error, RK, text by its number, formula.
            0x0203 | 0x0204 | 0x0205 | 0x027e | 0x00fd | 0x0006 => Some(vec![((row, column), u16_at(data, 4)?)]),
            0x00bd => {
                let many = data.get(4..data.len().checked_sub(2)?)?.as_chunks::<6>().0;
                Some((column..).zip(many).filter_map(|(at, one)| Some(((row, at), u16_at(one, 0)?))).collect())
            }
            _ => None,
        }
    };
    read().unwrap_or_default()
}

/// Makes sure that an `.xls` is not protected, and no more than may be held.
pub(super) fn check_xls(bytes: &[u8]) -> Result<(), Unreadable> {
    let stream = stream(bytes)?;
    if records(&stream).take_while(|(kind, _)| *kind != 0x000a).any(|(kind, _)| kind == 0x002f) {
        return Err(Unreadable::protected());
    }
    let mut all = 0_u64;
    for (from, _) in sheets(&stream) {
        let (mut rows, mut columns) = ((u32::MAX, 0), (u32::MAX, 0));
        for (kind, data) in sheet_records(&stream, from) {
            if kind == 0x0200 && u32_at(data, 4).is_some_and(|rows| rows > 65_536) {
                return Err(Unreadable::damaged("a sheet says that it has more rows than a sheet can have"));
            }
            for ((row, column), _) in cells(kind, data) {
                rows = (rows.0.min(row), rows.1.max(row + 1));
                columns = (columns.0.min(column), columns.1.max(column + 1));
            }
        }
        all += u64::from(rows.1.saturating_sub(rows.0)) * u64::from(columns.1.saturating_sub(columns.0));
    }
    if all > MAX_CELLS { Err(too_many_cells()) } else { Ok(()) }
}

/// What a sheet of an `.xls` says beside its values.
pub(super) fn of_xls(bytes: &[u8], sheet: &str, home: Option<Currency>) -> Result<Unsaid, Unreadable> {
    let stream = stream(bytes)?;
    let mut codes: HashMap<u16, Marks> = HashMap::new();
    let mut formats: Vec<u16> = Vec::new();
    for (kind, data) in records(&stream).take_while(|(kind, _)| *kind != 0x000a) {
        match kind {
            0x041e => {
                // The length of the code has two bytes, and flags follow.
                let code = u16_at(data, 2)
                    .zip(data.get(4))
                    .and_then(|(count, flags)| characters(data.get(5..)?, usize::from(count), flags & 1 == 1));
                let marks = code.and_then(|code| Marks::of_format(&code, home));
                codes.extend(u16_at(data, 0).filter(|id| *id >= 164).zip(marks));
            }
            0x00e0 => formats.push(u16_at(data, 2).unwrap_or_default()),
            _ => {}
        }
    }
    let sheets = sheets(&stream);
    let from = sheets.iter().find(|(_, name)| name.replace('\0', "") == sheet).or_else(|| sheets.first());
    let mut unsaid = Unsaid::default();
    for (kind, data) in sheet_records(&stream, from.map_or(u32::MAX, |(from, _)| *from)) {
        if kind == 0x0208 && data.get(12).is_some_and(|flags| flags & 0x20 != 0) {
            unsaid.hidden.extend(u16_at(data, 0).map(u32::from));
        }
        if codes.is_empty() {
            continue;
        }
        for (at, format) in cells(kind, data) {
            if let Some(marks) = formats.get(usize::from(format)).and_then(|code| codes.get(code)) {
                unsaid.mark(at, marks.clone());
            }
        }
    }
    Ok(unsaid)
}

/// Hands the records of an `.xlsb` part to `each`: their type and data.
fn xlsb_records(archive: &mut Archive<'_>, name: &str, mut each: impl FnMut(u32, &[u8])) -> Result<(), Unreadable> {
    const MOST: u64 = 256 * 1024 * 1024;
    let part = archive.by_name(name).map_err(Unreadable::damaged)?;
    let mut bytes = Vec::new();
    Bounded::new(part, MOST).read_to_end(&mut bytes).map_err(Unreadable::damaged)?;
    let mut rest = bytes.as_slice();
    // Seven bits a byte, the lowest first.
    let number = |rest: &mut &[u8], most: u32| {
        let mut value = 0_u32;
        for at in 0..most {
            let (first, behind) = rest.split_first()?;
            *rest = behind;
            value |= u32::from(first & 0x7f) << (7 * at);
            if first & 0x80 == 0 {
                break;
            }
        }
        Some(value)
    };
    while !rest.is_empty() {
        let Some(kind) = number(&mut rest, 2) else { break };
        let length = number(&mut rest, 4).and_then(|n| usize::try_from(n).ok());
        let Some((data, behind)) = length.and_then(|length| rest.split_at_checked(length)) else { break };
        each(kind, data);
        rest = behind;
    }
    Ok(())
}

/// A text of `.xlsb` with its length of four bytes, and what follows it.
fn wide_text(data: &[u8]) -> Option<(String, &[u8])> {
    let count = usize::try_from(u32_at(data, 0)?).ok()?;
    // A relation that is not there has the greatest length.
    let end = count.checked_mul(2)?.checked_add(4)?;
    Some((characters(data.get(4..end)?, count, true)?, data.get(end..)?))
}

/// What a sheet of an `.xlsb` says beside its values.
pub(super) fn of_xlsb(bytes: &[u8], sheet: &str, home: Option<Currency>) -> Result<Unsaid, Unreadable> {
    let mut archive = archive(bytes)?;
    let targets = relations(&mut archive, "xl/_rels/workbook.bin.rels")?;
    let mut path = None;
    xlsb_records(&mut archive, "xl/workbook.bin", |kind, data| {
        let names = (kind == 0x9c).then(|| data.get(8..).and_then(wide_text)).flatten();
        if let Some((id, behind)) = names
            && wide_text(behind).is_some_and(|(name, _)| name == sheet)
        {
            path = targets.get(&id).map(|(_, target)| path_of("xl", target));
        }
    })?;
    let path = path.ok_or_else(|| Unreadable::damaged(format!("the part of its sheet {sheet} is missing")))?;
    let mut codes: HashMap<u16, Marks> = HashMap::new();
    let mut formats: Vec<u16> = Vec::new();
    let mut in_cell_formats = false;
    if archive.index_for_name("xl/styles.bin").is_some() {
        xlsb_records(&mut archive, "xl/styles.bin", |kind, data| match kind {
            // A number format; the formats of cells, from the first to the last.
            0x2c => {
                let marks = data.get(2..).and_then(wide_text).and_then(|(code, _)| Marks::of_format(&code, home));
                codes.extend(u16_at(data, 0).filter(|id| *id >= 164).zip(marks));
            }
            0x269 => in_cell_formats = true,
            0x26a => in_cell_formats = false,
            0x2f if in_cell_formats => formats.push(u16_at(data, 2).unwrap_or_default()),
            _ => {}
        })?;
    }
    let mut unsaid = Unsaid::default();
    let (mut row, mut is_short) = (0, false);
    xlsb_records(&mut archive, &path, |kind, data| match kind {
        0x00 => {
            row = u32_at(data, 0).unwrap_or_default();
            if data.get(11).is_some_and(|flags| flags & 0x10 != 0) {
                unsaid.hidden.insert(row);
            }
        }
        // Cells without a column of their own, which calamine passes over.
        0x0c..=0x12 => is_short = true,
        // RK, number, the number of a formula.
        0x02 | 0x05 | 0x09 => {
            let format = u32_at(data, 4).map(|style| style & 0x00ff_ffff).and_then(|style| usize::try_from(style).ok());
            let marks = format.and_then(|at| formats.get(at)).and_then(|code| codes.get(code));
            if let Some((marks, column)) = marks.zip(u32_at(data, 0)) {
                unsaid.mark((row, column), marks.clone());
            }
        }
        _ => {}
    })?;
    if is_short {
        return Err(Unreadable::new(
            "is an Excel binary workbook (.xlsb) whose cells are in the short form, which is not read",
            "save it as .xlsx, and use that",
        ));
    }
    Ok(unsaid)
}
