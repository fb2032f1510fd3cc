//! Which format a file is in, where its header is, and what its columns are: read off the
//! file and shown with the evidence. Two formats that fit are a question, not a guess.

use std::collections::BTreeMap;

use csv::ByteRecord;

use super::amounts::{self, Style};
use super::dates;
use super::decode::Decoded;
use super::format::{Format, Role, fold};
use super::rows::{Next, Rows};
use super::source::Source;
use crate::model::ledger_terms::DateOrder;
use crate::model::money::{Currency, shorten};
use crate::model::problem::Problem;

/// Rows before the header, at most.
const TITLE_ROWS: usize = 60;
/// How many sample values of a column are shown.
const SAMPLES: usize = 3;
/// Columns, at most: more are no ledger.
const MAX_COLUMNS: usize = 1_000;

/// A row with the number that a spreadsheet gives it.
#[derive(Clone, Debug)]
pub struct Row {
    /// From 1.
    pub line: u64,
    /// Its cells, trimmed.
    pub cells: Vec<String>,
}

impl Row {
    /// A cell, empty where the row has none there.
    #[must_use]
    pub fn cell(&self, column: Option<usize>) -> &str {
        column.and_then(|c| self.cells.get(c)).map_or("", String::as_str)
    }

    /// The cells that hold something.
    pub fn filled(&self) -> impl Iterator<Item = (usize, &str)> {
        self.cells.iter().enumerate().map(|(n, cell)| (n, cell.as_str())).filter(|(_, cell)| !cell.is_empty())
    }

    /// The row as it stands.
    #[must_use]
    pub fn text(&self) -> String {
        let text = self.cells.join(", ");
        match text.char_indices().nth(400) {
            Some((at, _)) => format!("{}…", &text[..at]),
            None => text,
        }
    }
}

/// A column's role, its header, and sample values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// What it is.
    pub role: Role,
    /// Where.
    pub index: usize,
    /// Its name in the header.
    pub name: String,
    /// Some of its values.
    pub samples: Vec<String>,
}

/// A file, understood.
#[derive(Clone, Debug)]
pub struct Recognised {
    /// How it reads.
    pub format: Format,
    /// `utf-8` …
    pub encoding: &'static str,
    /// `gzip`, `zstd`.
    pub packed: Option<&'static str>,
    /// Between cells.
    pub delimiter: char,
    /// The header's row.
    pub header_line: u64,
    /// Rows before the header.
    pub titles: Vec<Row>,
    /// The header itself.
    pub header: Row,
    /// Rows after it.
    pub rows: Vec<Row>,
    /// Its columns.
    pub columns: Vec<Column>,
    /// The currency that a header such as `Debit (INR)` states.
    pub header_currency: Option<Currency>,
    /// Order of day and month.
    pub date_order: DateOrder,
    /// What proves it.
    pub date_proof: String,
    /// Decimal point or comma.
    pub style: Style,
}

impl Recognised {
    /// Where a role's column is.
    #[must_use]
    pub fn column(&self, role: Role) -> Option<usize> {
        self.columns.iter().find(|column| column.role == role).map(|column| column.index)
    }
}

/// Finds out how a file reads. `formats` are those to try; `order` settles dates that the
/// file does not.
///
/// # Errors
/// No format fits, or several do; a quote is never closed; dates or amounts can be read in
/// two ways.
pub fn recognise(
    file: &Decoded,
    name: &str,
    formats: &[Format],
    order: Option<DateOrder>,
) -> Result<Recognised, Problem> {
    if file.text.trim().is_empty() {
        return Err(Problem::stop("ledger-unreadable", format!("the ledger {name} is empty"))
            .at(name)
            .next("export it again")
            .not_done("Nothing was computed from it."));
    }
    let mut best: Vec<(usize, char, usize, &Format)> = Vec::new();
    let head = head(&file.text);
    for delimiter in [',', ';', '\t', '|', RULED] {
        let rows = if delimiter == RULED {
            ruled(head).unwrap_or_default()
        } else if head.contains(delimiter) {
            table(head, delimiter, name, false)?
        } else {
            continue;
        };
        for (at, row) in rows.iter().take(TITLE_ROWS).enumerate() {
            for format in formats {
                let Some(score) = score(format, row, &rows) else { continue };
                let known = best.iter().map(|(score, ..)| *score).max().unwrap_or(0);
                if score > known {
                    best.clear();
                }
                // The first of equal headers is the header; later ones repeat it.
                if score >= known && !best.iter().any(|(_, _, _, other)| other.name == format.name) {
                    best.push((score, delimiter, at, format));
                }
            }
        }
    }
    let (delimiter, at, format) = match best.as_slice() {
        [(_, delimiter, at, format)] => (*delimiter, *at, *format),
        [] => return Err(unknown(file, name, formats)),
        several => {
            let names: Vec<&str> = several.iter().map(|(.., format)| format.name.as_str()).collect();
            return Err(Problem::stop("ledger-format", format!("{name} can be read as {}", names.join(" or as ")))
                .because("its header fits each of them")
                .next(format!("say which it is: --format {}, or [ledger] format in the books", names[0]))
                .not_done("Nothing was computed from it."));
        }
    };
    let mut rows = if delimiter == RULED {
        ruled(&file.text).unwrap_or_default()
    } else {
        table(&file.text, delimiter, name, true)?
    };
    let titles: Vec<Row> = rows.drain(..at).collect();
    let header = rows.remove(0);
    let (columns, header_currency) = columns(format, &header, &rows);
    for column in &columns {
        let same = |cell: &&String| fold(split_currency(cell).0) == fold(split_currency(&column.name).0);
        if header.cells.iter().filter(same).count() > 1 {
            return Err(Problem::stop(
                "ledger-header",
                format!("{name} has the column `{}` twice", shorten(&column.name)),
            )
            .at(format!("{name}, row {}", header.line))
            .because("which of them counts cannot be told")
            .next("take one of them out, or give it another name")
            .not_done("Nothing was computed from it."));
        }
    }
    let mut found = Recognised {
        format: format.clone(),
        encoding: file.encoding,
        packed: file.packed,
        delimiter,
        header_line: header.line,
        titles,
        header,
        rows,
        columns,
        header_currency,
        date_order: DateOrder::DayFirst,
        date_proof: String::new(),
        style: Style::Point,
    };
    settle_dates(&mut found, name, order)?;
    settle_amounts(&mut found, name)?;
    Ok(found)
}

/// The beginning of a file: enough to see how it reads.
fn head(text: &str) -> &str {
    const HEAD: usize = 256 * 1024;
    if text.len() <= HEAD {
        return text;
    }
    let cut = (0..=HEAD).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let line = text[..cut].rfind('\n').map_or(cut, |at| at + 1);
    &text[..line]
}

/// How well a row fits as a format's header: the number of its roles that are there.
fn score(format: &Format, row: &Row, rows: &[Row]) -> Option<usize> {
    let roles = matched(format, row);
    let sums =
        roles.contains_key(&Role::Amount) || (roles.contains_key(&Role::Debit) && roles.contains_key(&Role::Credit));
    if !sums || !format.required.iter().all(|role| roles.contains_key(role)) {
        return None;
    }
    let has = |texts: &[String]| {
        rows.iter().any(|row| row.cells.iter().any(|cell| texts.iter().any(|text| cell.eq_ignore_ascii_case(text))))
    };
    if (!format.cells.is_empty() && !has(&format.cells)) || has(&format.without_cells) {
        return None;
    }
    Some(roles.len())
}

/// The roles that a header row has, and where.
fn matched(format: &Format, row: &Row) -> BTreeMap<Role, usize> {
    let folded: Vec<String> = row.cells.iter().map(|cell| fold(split_currency(cell).0)).collect();
    let mut roles = BTreeMap::new();
    for (role, names) in &format.columns {
        // Names are tried in the format's order: the better one stands first.
        let at = names.iter().find_map(|name| folded.iter().position(|cell| !cell.is_empty() && *cell == fold(name)));
        if let Some(at) = at {
            roles.insert(*role, at);
        }
    }
    roles
}

/// `Debit (INR)` → `Debit` and the currency.
fn split_currency(cell: &str) -> (&str, Option<Currency>) {
    let inner = cell.strip_suffix(')').and_then(|rest| rest.rsplit_once('('));
    match inner.and_then(|(name, code)| Some((name.trim(), Currency::parse(code.trim()).ok()?))) {
        Some((name, currency)) => (name, Some(currency)),
        None => (cell, None),
    }
}

fn columns(format: &Format, header: &Row, rows: &[Row]) -> (Vec<Column>, Option<Currency>) {
    let columns = matched(format, header).into_iter().map(|(role, index)| {
        let samples = rows.iter().filter_map(|row| row.cells.get(index)).filter(|cell| !cell.is_empty());
        Column {
            role,
            index,
            name: header.cells.get(index).cloned().unwrap_or_default(),
            samples: samples.take(SAMPLES).map(|cell| shorten(cell)).collect(),
        }
    });
    let currency = header.cells.iter().find_map(|cell| split_currency(cell).1);
    (columns.collect(), currency)
}

/// Stands for columns of a fixed width, ruled off by hyphens below the header.
const RULED: char = ' ';

/// A table of text: the hyphens below its header say where the columns are.
fn ruled(text: &str) -> Option<Vec<Row>> {
    let lines: Vec<&str> = text.lines().collect();
    let rule = lines.iter().take(TITLE_ROWS).position(|line| {
        line.split_whitespace().count() > 1 && line.chars().all(|c| c == '-' || c == ' ') && line.contains("--")
    })?;
    let mut columns = Vec::new();
    let mut at = 0;
    for part in lines[rule].split_inclusive(' ') {
        let width = part.chars().filter(|c| *c == '-').count();
        if width > 0 {
            columns.push((at, width));
        }
        at += part.chars().count();
    }
    let row = |(index, line): (usize, &&str)| {
        let chars: Vec<char> = line.chars().collect();
        let cell = |(at, width): &(usize, usize)| {
            let end = (at + width).min(chars.len());
            chars.get(*at..end).unwrap_or_default().iter().collect::<String>().trim().to_owned()
        };
        Row { line: index as u64 + 1, cells: columns.iter().map(cell).collect() }
    };
    Some(lines.iter().enumerate().filter(|(index, _)| *index != rule).map(row).collect())
}

/// The cells of a file, with spreadsheet rows. The decoration of a list with bars (lines of
/// hyphens, bars at both ends) is taken off.
/// `whole`: a quote left open is an error, and not the end of an excerpt.
fn table(text: &str, delimiter: char, name: &str, whole: bool) -> Result<Vec<Row>, Problem> {
    let (source, seen) = Source::new(text.as_bytes());
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(u8::try_from(delimiter).unwrap_or(b','))
        .from_reader(source);
    let mut record = ByteRecord::new();
    let mut steps = Rows::new(name);
    let mut rows = Vec::new();
    loop {
        seen.since_row.set(0);
        match steps.next(&mut reader, &mut record)? {
            Next::End => return Ok(rows),
            Next::OpenQuote if !whole => return Ok(rows),
            Next::OpenQuote => {
                return Err(Problem::stop(
                    "ledger-unreadable",
                    format!("a quote is opened in {name} and never closed"),
                )
                .at(format!("{name}, row {}", steps.line))
                .because("the rows after it cannot be told from it")
                .next("correct that row, or export the file again")
                .not_done("Nothing was computed from it."));
            }
            Next::Row if record.len() > MAX_COLUMNS => {
                return Err(Problem::stop("ledger-unreadable", format!("a row of {name} has {} cells", record.len()))
                    .at(format!("{name}, row {}", steps.line))
                    .because(format!("no ledger has more than {MAX_COLUMNS} columns"))
                    .next("export it again")
                    .not_done("Nothing was computed from it."));
            }
            Next::Row => {
                let cells: Vec<String> =
                    record.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect();
                rows.push(Row { line: steps.line, cells });
            }
        }
    }
}

fn unknown(file: &Decoded, name: &str, formats: &[Format]) -> Problem {
    let widest = [',', ';', '\t', '|']
        .into_iter()
        .max_by_key(|delimiter| file.text.lines().take(TITLE_ROWS).map(|l| l.matches(*delimiter).count()).max())
        .unwrap_or(',');
    // Of the widest rows the first.
    let lines: Vec<&str> = file.text.lines().take(TITLE_ROWS).collect();
    let header = lines.iter().rev().max_by_key(|line| line.matches(widest).count()).copied().unwrap_or_default();
    let known: Vec<&str> = formats.iter().map(|format| format.name.as_str()).collect();
    Problem::stop("ledger-format", format!("{name} is in none of the formats that are known"))
        .because(format!("its header seems to be: {}", shorten(header)))
        .next(format!(
            "known are {}; propose a format for this one with --save-format NAME (docs/ledger-formats.md), or export it in another layout",
            known.join(", ")
        ))
        .not_done("Nothing was computed from it.")
}

fn settle_dates(found: &mut Recognised, name: &str, order: Option<DateOrder>) -> Result<(), Problem> {
    let column = found.column(Role::Date);
    let cells = || found.rows.iter().map(|row| row.cell(column));
    let (possible, text) = dates::orders(cells());
    let declared = order.or_else(|| found.format.date_order.as_deref().and_then(DateOrder::parse));
    let text = text.unwrap_or_default();
    (found.date_order, found.date_proof) = match (possible.as_slice(), declared) {
        ([], _) => {
            return Err(Problem::stop("ledger-dates", format!("the dates of {name} are in no one order"))
                .because("some are only dates with the day first, others only with the month first")
                .next("export it again with one date format")
                .not_done("Nothing was computed from it."));
        }
        ([one], Some(declared)) if *one != declared => {
            return Err(Problem::stop("ledger-dates", format!("the dates of {name} are not {}", declared.name()))
                .because(format!("`{text}` is a date only as {}", one.name()))
                .next(format!("say --date-order {}, or correct the format", one.name()))
                .not_done("Nothing was computed from it."));
        }
        ([one], _) => (*one, if text.is_empty() { "written out".to_owned() } else { format!("`{text}` proves it") }),
        (_, Some(declared)) => (declared, "declared".to_owned()),
        (_, None) if text.is_empty() => (DateOrder::DayFirst, "no date can be read in two ways".to_owned()),
        (_, None) => {
            let read = |order: DateOrder| {
                dates::read(&text, order).map_or_else(|e| e, |day| day.format("%-d %B %Y").to_string())
            };
            return Err(Problem::stop("ledger-dates", format!("the dates of {name} can be read in two ways"))
                .because(format!(
                    "`{text}` is {} or {}, and no date of the file decides it",
                    read(DateOrder::DayFirst),
                    read(DateOrder::MonthFirst)
                ))
                .next("say which: --date-order dmy or --date-order mdy; in the books [ledger] date_order")
                .not_done("Nothing was computed from it."));
        }
    };
    Ok(())
}

fn settle_amounts(found: &mut Recognised, name: &str) -> Result<(), Problem> {
    let columns: Vec<usize> =
        [Role::Debit, Role::Credit, Role::Amount].into_iter().filter_map(|role| found.column(role)).collect();
    let cells = found.rows.iter().flat_map(|row| columns.iter().map(|column| row.cell(Some(*column))));
    let (possible, two_ways) = amounts::styles(cells);
    let declared = match found.format.decimal.as_deref() {
        Some("point") => Some(Style::Point),
        Some("comma") => Some(Style::Comma),
        _ => None,
    };
    let refuse = |why: String| {
        Problem::stop("ledger-amounts", format!("the amounts of {name} can be read in two ways"))
            .because(why)
            .next("say `decimal = \"point\"` or `\"comma\"` in a format file of the books, or export amounts with two decimals")
            .not_done("Nothing was computed from it.")
    };
    found.style = match (possible.as_slice(), declared, two_ways) {
        ([one], None, _) => *one,
        (some, Some(declared), _) if some.contains(&declared) || some.is_empty() => declared,
        (_, None, None) => Style::Point,
        (_, None, Some(cell)) => return Err(refuse(cell)),
        (_, Some(_), _) => return Err(refuse("they are not written as the format declares".to_owned())),
    };
    Ok(())
}
