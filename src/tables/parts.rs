//! The XML parts of `.xlsx` and `.ods`: which rows are hidden, which formulas have no value,
//! what is shown beside a number. And how large the parts are, before anything is held.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Cursor, Read};

use memchr::memmem;
use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use super::marks::Marks;
use super::unreadable::Unreadable;
use super::unsaid::{MAX_CELLS, Unsaid};
use crate::model::money::Currency;

/// What the parts that are held at once may unpack to.
const MAX_HELD: u64 = 512 * 1024 * 1024;
/// What a sheet, which is read as a stream, may unpack to.
const MAX_SHEET: u64 = 4 * 1024 * 1024 * 1024;

pub(super) type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

pub(super) fn archive(bytes: &[u8]) -> Result<Archive<'_>, Unreadable> {
    ZipArchive::new(Cursor::new(bytes)).map_err(|e| Unreadable::damaged(format!("its ZIP archive: {e}")))
}

/// The names of its parts.
pub(super) fn names(archive: &Archive<'_>) -> Vec<String> {
    archive.file_names().flatten().map(std::borrow::Cow::into_owned).collect()
}

/// A reader that fails where there is more than may be.
pub(super) struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Bounded<R> {
    pub(super) fn new(inner: R, most: u64) -> Self {
        Self { inner, left: most }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.left = self
            .left
            .checked_sub(n as u64)
            .ok_or_else(|| io::Error::other("it unpacks to more than any ledger has"))?;
        Ok(n)
    }
}

/// Makes sure that what is read as a whole, `held`, unpacks to no more than may be.
pub(super) fn bounded(bytes: &[u8], held: impl Fn(&str) -> bool) -> Result<(), Unreadable> {
    let mut archive = archive(bytes)?;
    let mut left = MAX_HELD;
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(Unreadable::damaged)?;
        // Pictures and the like are never read.
        let name = part.name().map_err(Unreadable::damaged)?;
        let is_read = [".xml", ".rels", ".bin"].iter().any(|end| name.ends_with(end)) && held(&name);
        drop(name);
        if is_read {
            let mut part = Bounded::new(part, left);
            io::copy(&mut part, &mut io::sink()).map_err(Unreadable::damaged)?;
            left = part.left;
        }
    }
    Ok(())
}

/// A part's name as the archive spells it.
fn stored_name(archive: &Archive<'_>, name: &str) -> Result<String, Unreadable> {
    let mut names = names(archive).into_iter();
    names
        .find(|one| one.eq_ignore_ascii_case(name))
        .ok_or_else(|| Unreadable::damaged(format!("its part {name} is missing")))
}

fn part<'a, 'b>(archive: &'a mut Archive<'b>, name: &str) -> Result<Reader<impl BufRead + use<'a, 'b>>, Unreadable> {
    let wanted = stored_name(archive, name)?;
    let part = archive.by_name(&wanted).map_err(Unreadable::damaged)?;
    let mut reader = Reader::from_reader(BufReader::with_capacity(64 * 1024, Bounded::new(part, MAX_SHEET)));
    reader.config_mut().check_end_names = false;
    reader.config_mut().expand_empty_elements = true;
    Ok(reader)
}

/// An attribute by its name without a prefix, unescaped.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = element.attributes().with_checks(false).flatten().find(|a| a.key.local_name().as_ref() == name)?;
    Some(unescape(&found.value).map_or_else(|_| found.value.to_string(), std::borrow::Cow::into_owned))
}

/// Hands each event of a part to `each`, until that says false or the part ends.
fn events(
    mut reader: Reader<impl BufRead>,
    mut each: impl FnMut(Event<'_>) -> Result<bool, Unreadable>,
) -> Result<(), Unreadable> {
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).map_err(Unreadable::damaged)? {
            Event::Eof => return Ok(()),
            event => {
                if !each(event)? {
                    return Ok(());
                }
            }
        }
    }
}

fn is_yes(value: Option<String>) -> bool {
    value.is_some_and(|v| v == "1" || v == "true")
}

/// Relations of a part: id → (kind, target), as stated.
pub(super) fn relations(
    archive: &mut Archive<'_>,
    name: &str,
) -> Result<HashMap<String, (String, String)>, Unreadable> {
    let mut all = HashMap::new();
    events(part(archive, name)?, |event| {
        if let Event::Start(e) = &event
            && e.local_name().as_ref() == "Relationship"
        {
            let of = |name| attribute(e, name).unwrap_or_default();
            all.insert(of("Id"), (of("Type"), of("Target")));
        }
        Ok(true)
    })?;
    Ok(all)
}

/// A target as the path of a part: from the root where it begins with a slash, else from the
/// folder of the part that names it.
pub(super) fn path_of(folder: &str, target: &str) -> String {
    match target.strip_prefix('/') {
        Some(path) => path.to_owned(),
        None => {
            let mut path: Vec<&str> = folder.split('/').filter(|step| !step.is_empty()).collect();
            for step in target.split('/') {
                match step {
                    ".." => drop(path.pop()),
                    "." | "" => {}
                    step => path.push(step),
                }
            }
            path.join("/")
        }
    }
}

/// The part of the workbook itself, and its folder.
fn workbook_part(archive: &mut Archive<'_>) -> Result<(String, String), Unreadable> {
    let roots = relations(archive, "_rels/.rels")?;
    let target = roots.into_values().find(|(kind, _)| kind.ends_with("/officeDocument")).map(|(_, target)| target);
    let path = path_of("", &target.unwrap_or_else(|| "xl/workbook.xml".to_owned()));
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    Ok((path, folder))
}

/// The part of a sheet of an `.xlsx`.
fn sheet_part(archive: &mut Archive<'_>, sheet: &str) -> Result<String, Unreadable> {
    let (path, folder) = workbook_part(archive)?;
    let file = path.rsplit('/').next().unwrap_or_default();
    let targets = relations(archive, &path_of(&folder, &format!("_rels/{file}.rels")))?;
    let mut id = None;
    events(part(archive, &path)?, |event| {
        if let Event::Start(e) = &event
            && e.local_name().as_ref() == "sheet"
            && attribute(e, "name").as_deref() == Some(sheet)
        {
            id = attribute(e, "id");
        }
        Ok(id.is_none())
    })?;
    id.and_then(|id| targets.get(&id))
        .map(|(_, target)| path_of(&folder, target))
        .ok_or_else(|| Unreadable::damaged(format!("the part of its sheet {sheet} is missing")))
}

/// Whether a sheet of an `.xlsx` may say more than its values: a word or an element of that
/// kind is somewhere in it, which is found in a tenth of the time that it takes to read it.
fn may_say_more(archive: &mut Archive<'_>, name: &str) -> Result<bool, Unreadable> {
    // An element `f` (with a prefix or not) is a formula, `hidden` a row's attribute.
    const MARKS: [&[u8]; 3] = [b"hidden", b"<f", b":f"];
    const KEPT: usize = 8;
    let part = archive.by_name(name).map_err(Unreadable::damaged)?;
    let mut part = Bounded::new(part, MAX_SHEET);
    let mut buffer = vec![0; 128 * 1024];
    let mut filled = 0;
    loop {
        let read = part.read(&mut buffer[filled..]).map_err(Unreadable::damaged)?;
        filled += read;
        let text = &buffer[..filled];
        // In an encoding of two bytes nothing is found so.
        if MARKS.iter().any(|mark| memmem::find(text, mark).is_some()) || text.contains(&0) {
            return Ok(true);
        }
        if read == 0 {
            return Ok(false);
        }
        let kept = filled.min(KEPT);
        buffer.copy_within(filled - kept..filled, 0);
        filled = kept;
    }
}

/// What a sheet of an `.xlsx` says beside its values.
pub(super) fn of_xlsx(bytes: &[u8], sheet: &str) -> Result<Unsaid, Unreadable> {
    let mut archive = archive(bytes)?;
    let name = sheet_part(&mut archive, sheet)?;
    let mut unsaid = Unsaid::default();
    let name = stored_name(&archive, &name)?;
    if !may_say_more(&mut archive, &name)? {
        return Ok(unsaid);
    }
    let (mut row, mut column) = (0_u32, 0_u32);
    // Of a cell: its attributes, whether it has a formula, and whether a value.
    let mut cell = String::new();
    let (mut formula, mut value, mut in_value) = (false, false, false);
    events(part(&mut archive, &name)?, |event| {
        match event {
            Event::Start(e) => match e.local_name().as_ref() {
                "row" => {
                    row = attribute(&e, "r").and_then(|r| r.parse().ok()).unwrap_or(row + 1);
                    column = 0;
                    if is_yes(attribute(&e, "hidden")) {
                        unsaid.hidden.insert(row.saturating_sub(1));
                    }
                }
                "c" => {
                    (formula, value) = (false, false);
                    e.attributes_raw().clone_into(&mut cell);
                }
                "f" => formula = true,
                "v" | "t" => in_value = true,
                _ => {}
            },
            Event::Text(text) => value |= in_value && !text.is_empty(),
            Event::GeneralRef(_) | Event::CData(_) => value |= in_value,
            Event::End(e) => match e.local_name().as_ref() {
                "v" | "t" => in_value = false,
                "c" => {
                    let at = row.saturating_sub(1);
                    if formula && !value {
                        unsaid.uncomputed.insert((at, column_of(&cell).unwrap_or(column)));
                    }
                    column += 1;
                }
                "sheetData" => return Ok(false),
                _ => {}
            },
            _ => {}
        }
        Ok(true)
    })?;
    Ok(unsaid)
}

/// The column of a cell's attribute `r="AB12"`, from 0.
fn column_of(attributes: &str) -> Option<u32> {
    let (_, from) = attributes.split_once(" r=")?;
    let letters = from.trim_start_matches(['"', '\'']).bytes().take_while(u8::is_ascii_uppercase);
    letters
        .fold(0_u32, |column, letter| column.saturating_mul(26).saturating_add(u32::from(letter - b'A') + 1))
        .checked_sub(1)
}

/// How often an element of an `.ods` stands there.
fn repeated(element: &BytesStart<'_>, name: &str, most: u32) -> u32 {
    attribute(element, name).and_then(|n| n.parse().ok()).unwrap_or(1_u32).min(most)
}

/// Where the content of an `.ods` is.
#[derive(Default)]
struct Place {
    sheet: String,
    row: u32,
    rows: u32,
    column: u32,
    columns: u32,
    /// The end of the row's last cell with something in it.
    filled: u32,
}

const MAX_ROWS: u32 = 1_048_576;
const MAX_COLUMNS: u32 = 16_384;

/// Goes through the cells of an `.ods`: `row` for each row and whether it is hidden, `cell`
/// behind each, with its first tag and the text that it shows.
fn walk(
    bytes: &[u8],
    mut row: impl FnMut(&Place, bool),
    mut cell: impl FnMut(&Place, &BytesStart<'_>, &str),
) -> Result<(), Unreadable> {
    let mut archive = archive(bytes)?;
    let mut place = Place::default();
    let mut tag: Option<BytesStart<'static>> = None;
    let mut shown = String::new();
    let mut in_note = false;
    events(part(&mut archive, "content.xml")?, |event| {
        match event {
            Event::Start(e) => match e.name().as_ref() {
                "table:table" => place = Place { sheet: attribute(&e, "name").unwrap_or_default(), ..Place::default() },
                "table:table-row" => {
                    (place.column, place.filled) = (0, 0);
                    place.rows = repeated(&e, "number-rows-repeated", MAX_ROWS);
                    let visibility = attribute(&e, "visibility");
                    row(&place, visibility.is_some_and(|v| v == "collapse" || v == "filter"));
                }
                "table:table-cell" | "table:covered-table-cell" => {
                    place.columns = repeated(&e, "number-columns-repeated", MAX_COLUMNS);
                    tag = Some(e.into_owned());
                    shown.clear();
                }
                "office:annotation" => in_note = true,
                _ => {}
            },
            Event::Text(text) if tag.is_some() && !in_note => shown.push_str(&text),
            Event::End(e) => match e.name().as_ref() {
                "office:annotation" => in_note = false,
                "table:table-cell" | "table:covered-table-cell" => {
                    if let Some(tag) = tag.take() {
                        let is_filled = !shown.is_empty()
                            || tag.attributes_raw().contains("value")
                            || tag.attributes_raw().contains("formula");
                        if is_filled {
                            place.filled = place.column.saturating_add(place.columns);
                        }
                        cell(&place, &tag, &shown);
                    }
                    place.column = place.column.saturating_add(place.columns).min(MAX_COLUMNS);
                }
                "table:table-row" => place.row = place.row.saturating_add(place.rows).min(MAX_ROWS),
                _ => {}
            },
            _ => {}
        }
        Ok(true)
    })
}

/// Makes sure that an `.ods` is no more than may be held.
pub(super) fn check_ods(bytes: &[u8]) -> Result<(), Unreadable> {
    bounded(bytes, |_| true)?;
    // Per sheet: the last row with something in it, and the longest row.
    let mut areas: HashMap<String, (u64, u64)> = HashMap::new();
    walk(
        bytes,
        |_, _| {},
        |place, _, _| {
            if place.filled > place.column {
                let area = areas.entry(place.sheet.clone()).or_default();
                area.0 = area.0.max(u64::from(place.row) + u64::from(place.rows));
                area.1 = area.1.max(u64::from(place.filled));
            }
        },
    )?;
    if areas.values().map(|(rows, columns)| rows * columns).sum::<u64>() > MAX_CELLS {
        return Err(too_many_cells());
    }
    Ok(())
}

/// More cells than are held at once.
pub(super) fn too_many_cells() -> Unreadable {
    Unreadable::new(
        format!("has more than {MAX_CELLS} cells"),
        "save the sheet of the ledger as .xlsx or as CSV, and use that",
    )
}

/// What a sheet of an `.ods` says beside its values.
pub(super) fn of_ods(bytes: &[u8], sheet: &str, home: Option<Currency>) -> Result<Unsaid, Unreadable> {
    let mut hidden = Vec::new();
    let mut unsaid = Unsaid::default();
    walk(
        bytes,
        |place, is_hidden| {
            if is_hidden && place.sheet == sheet {
                hidden.extend(place.row..place.row.saturating_add(place.rows).min(MAX_ROWS));
            }
        },
        |place, tag, shown| {
            if place.sheet != sheet {
                return;
            }
            let kind = attribute(tag, "value-type");
            let at = (place.row, place.column);
            if kind.is_none() && attribute(tag, "formula").is_some() {
                unsaid.uncomputed.insert(at);
            }
            // The cell's own word on its currency stands before what it shows.
            let currency = attribute(tag, "currency").filter(|_| kind.as_deref() == Some("currency"));
            let of_currency = currency.and_then(|code| Marks::of_shown(&format!("{shown} {code}"), home));
            if matches!(kind.as_deref(), Some("float" | "currency"))
                && let Some(marks) = of_currency.or_else(|| Marks::of_shown(shown, home))
            {
                unsaid.mark(at, marks);
            }
        },
    )?;
    unsaid.hidden.extend(hidden);
    Ok(unsaid)
}
