//! Which format a file is in, where its header is, and what its columns are: read off the
//! beginning of the file and shown with the evidence. Two formats that fit are a question,
//! not a guess.

use std::collections::{BTreeMap, HashSet};

use super::amounts::{self, Style};
use super::dates;
use super::format::{Format, Role};
use super::questions::{in_units, no_rivals, split_currency};
use super::sheet::SheetRow;
use super::status::{self, Says};
use super::table::{self, RULED, ruled};
use super::text::fold;
use super::totals::Totals;
use crate::model::money::{Currency, shorten};
use crate::model::problem::Problem;

/// Rows before the header, at most.
const TITLE_ROWS: usize = 60;
/// How many sample values of a column are shown.
const SAMPLES: usize = 3;

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
    /// Between cells.
    pub delimiter: char,
    /// The header's row.
    pub header_line: u64,
    /// Rows before the header.
    pub titles: Vec<SheetRow>,
    /// The header itself.
    pub header: SheetRow,
    /// Its columns.
    pub columns: Vec<Column>,
    /// The currency that a header such as `Debit (INR)` states.
    pub header_currency: Option<Currency>,
    /// Columns that are accounts, where each has its own.
    pub(super) account_columns: Vec<usize>,
    /// How the format's totals begin.
    pub(super) totals: Totals,
    /// Columns, and the words there, of rows that never count.
    never_where: Vec<(usize, Vec<String>)>,
    /// Columns in which rows of any product say so.
    status: Vec<(usize, Says)>,
    /// Whether each cell stands in its column whatever it holds, as in a spreadsheet: else a
    /// comma in a text moves those behind it.
    pub(super) is_placed: bool,
    /// Where each role's column is.
    places: [Option<usize>; Role::COUNT],
    /// How many rows stand above the first entry.
    pub(super) above: usize,
    /// Columns of a fixed width.
    pub(super) widths: Vec<(usize, usize)>,
}

impl Recognised {
    /// Where a role's column is.
    #[must_use]
    #[inline]
    pub fn column(&self, role: Role) -> Option<usize> {
        self.places[role as usize]
    }

    /// The columns in which rows say that they never count.
    pub(super) fn never_columns(&self) -> Vec<usize> {
        self.never_where.iter().map(|(at, _)| *at).chain(self.status.iter().map(|(at, _)| *at)).collect()
    }

    /// How many cells a row of the file has, by its header.
    pub(super) fn width(&self) -> usize {
        // Where each account has a column, two are added behind the file's own.
        self.header.len() - if self.account_columns.is_empty() { 0 } else { 2 }
    }

    /// Whether a comma in a text has moved the cells of a row: it has more than the header,
    /// with something in them, or an amount where a text should be.
    pub(super) fn has_moved(&self, row: &SheetRow) -> bool {
        let width = self.width();
        if self.is_placed || row.len() <= width || !self.format.positions.is_empty() {
            return false;
        }
        let money = [Role::Debit, Role::Credit, Role::Amount];
        let sums = [Role::Debit, Role::Credit, Role::Amount, Role::Balance, Role::Total];
        let behind = money.iter().filter_map(|role| self.column(*role)).max().map_or(width, |last| last + 1);
        let is_text = behind < width && !sums.iter().any(|role| self.column(*role) == Some(behind));
        let reads = |style| matches!(amounts::read(row.cell(behind), style), Ok(Some(_)));
        row.filled().any(|(at, _)| at >= width) || (is_text && (reads(Style::Point) || reads(Style::Comma)))
    }

    /// The column in which a row says that it never counts.
    pub(super) fn never(&self, row: &SheetRow) -> Option<usize> {
        let says = |(at, words): &&(usize, Vec<String>)| {
            let cell = row.cell(*at);
            !cell.is_empty() && words.iter().any(|word| word == "*" || *word == fold(cell))
        };
        let own = self.never_where.iter().find(says).map(|(at, _)| *at);
        let dead = |(at, says): &&(usize, Says)| status::is_dead(*says, row.cell(*at));
        own.or_else(|| self.status.iter().find(dead).map(|(at, _)| *at))
    }
}

/// Finds out how a file reads, by its beginning. `formats` are those to try; `named` says
/// whether the settings name an account so.
///
/// # Errors
/// No format fits, or several do; a column stands there twice.
pub(super) fn recognise(head: &[u8], name: &str, formats: &[Format], named: Named<'_>) -> Result<Recognised, Problem> {
    let text = String::from_utf8_lossy(head);
    if text.trim().is_empty() {
        return Err(Problem::stop("ledger-unreadable", format!("the ledger {name} is empty"))
            .at(name)
            .next("export it again")
            .not_done("Nothing was computed from it."));
    }
    let widths = ruled(&text);
    let mut tables = Vec::new();
    for delimiter in [',', ';', '\t', '|', RULED] {
        let columns = match (delimiter, &widths) {
            (RULED, Some(columns)) => columns.clone(),
            (RULED, None) => continue,
            _ if head.contains(&u8::try_from(delimiter).unwrap_or(b',')) => Vec::new(),
            _ => continue,
        };
        tables.push((delimiter, columns.clone(), table::rows(head, delimiter, columns, name)?));
    }
    let Some((at, table, format)) = best(&tables, name, formats, named)? else {
        return Err(unknown(&text, name, formats));
    };
    let (delimiter, columns, rows) = tables.swap_remove(table);
    understood(rows, at, delimiter, columns, format, name)
}

/// Whether a text with commas has the header of one of the formats.
pub(super) fn fits(text: &str, name: &str, formats: &[Format], named: Named<'_>) -> bool {
    let rows = table::rows(text.as_bytes(), ',', Vec::new(), name).unwrap_or_default();
    !matches!(best(&[(',', Vec::new(), rows)], name, formats, named), Ok(None))
}

/// Whether the settings name an account so.
pub(super) type Named<'a> = &'a dyn Fn(&str) -> bool;

type Table = (char, Vec<(usize, usize)>, Vec<SheetRow>);

/// The header's row, the table it stands in, and the format that fits best.
fn best<'f>(
    tables: &[Table],
    name: &str,
    formats: &'f [Format],
    named: Named<'_>,
) -> Result<Option<(usize, usize, &'f Format)>, Problem> {
    let mut best: Vec<(usize, usize, usize, &Format)> = Vec::new();
    let headers: Vec<Headers<'_>> = formats.iter().map(Headers::of).collect();
    let known: HashSet<&str> = headers.iter().flat_map(Headers::names).collect();
    for (table, (_, _, rows)) in tables.iter().enumerate() {
        for (at, row) in rows.iter().take(TITLE_ROWS).enumerate() {
            let cells = folded(row);
            let is_header = cells.iter().any(|cell| known.contains(cell.as_str()));
            for headers in &headers {
                let format = headers.format;
                if !is_header && format.positions.is_empty() {
                    continue;
                }
                let Some(score) = score(headers, &cells, row, rows, named) else { continue };
                let known = best.iter().map(|(score, ..)| *score).max().unwrap_or(0);
                if score > known {
                    best.clear();
                }
                // The first of equal headers is the header; later ones repeat it.
                if score >= known && !best.iter().any(|(_, _, _, other)| other.name == format.name) {
                    best.push((score, at, table, format));
                }
            }
        }
    }
    match best.as_slice() {
        [(_, at, table, format)] => Ok(Some((*at, *table, *format))),
        [] => Ok(None),
        several => {
            let names: Vec<&str> = several.iter().map(|(.., format)| format.name.as_str()).collect();
            Err(Problem::stop("ledger-format", format!("{name} can be read as {}", names.join(" or as ")))
                .because("its header fits each of them")
                .next(format!("say which it is: --format {}, or [ledger] format in the books", names[0]))
                .not_done("Nothing was computed from it."))
        }
    }
}

fn understood(
    mut rows: Vec<SheetRow>,
    at: usize,
    delimiter: char,
    widths: Vec<(usize, usize)>,
    format: &Format,
    name: &str,
) -> Result<Recognised, Problem> {
    let titles: Vec<SheetRow> = rows.drain(..at).collect();
    let headless = !format.positions.is_empty();
    let mut header = if headless { positions_header(format) } else { rows.remove(0) };
    let (mut columns, header_currency) = columns(format, &header, &rows);
    for column in &columns {
        let same = |cell: &&str| fold(split_currency(cell).0) == fold(split_currency(&column.name).0);
        if header.cells().filter(same).count() > 1 {
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
    no_rivals(format, &header, columns.iter().map(|column| (column.role, column.index)), name)?;
    in_units(&titles, &header, name)?;
    let account_columns = if format.account_columns { spread(format, &mut header, &mut columns) } else { Vec::new() };
    let never_where = never_where(format, &header);
    let own = |at: usize| never_where.iter().any(|(own, _)| *own == at) || account_columns.contains(&at);
    let says = |(at, cell): (usize, &str)| status::column(cell).filter(|_| !own(at)).map(|says| (at, says));
    let status = header.filled().filter_map(says).collect();
    let mut places = [None; Role::COUNT];
    for column in &columns {
        places[column.role as usize] = Some(column.index);
    }
    Ok(Recognised {
        format: format.clone(),
        delimiter,
        header_line: header.line,
        titles,
        header,
        columns,
        header_currency,
        account_columns,
        totals: Totals::of(format),
        never_where,
        status,
        is_placed: false,
        places,
        above: if headless { at } else { at + 1 },
        widths,
    })
}

/// Adds the two columns in which a posting has its account and amount, where each account
/// has a column of its own; returns these.
fn spread(format: &Format, header: &mut SheetRow, columns: &mut Vec<Column>) -> Vec<usize> {
    let found = account_columns(format, header, |at| columns.iter().any(|column| column.index == at));
    for (role, name) in [(Role::Account, "Account"), (Role::Amount, "Amount")] {
        let index = header.len();
        header.push(name);
        let names = found.iter().take(SAMPLES).map(|at| shorten(header.cell(*at)));
        let samples = if role == Role::Account { names.collect() } else { Vec::new() };
        columns.push(Column { role, index, name: format!("{name} (a column each)"), samples });
    }
    found
}

/// The columns of a table that are accounts: neither roles nor of those that the format
/// knows as something else.
fn account_columns(format: &Format, header: &SheetRow, roles: impl Fn(usize) -> bool) -> Vec<usize> {
    let other = |cell: &str| format.not_accounts.iter().any(|name| fold(name) == fold(cell));
    header.filled().filter(|(at, cell)| !roles(*at) && !other(cell)).map(|(at, _)| at).collect()
}

/// The columns in which rows say that they never count, and the words there.
fn never_where(format: &Format, header: &SheetRow) -> Vec<(usize, Vec<String>)> {
    let column = |(name, words): (&String, &Vec<String>)| {
        let at = header.cells().position(|cell| fold(cell) == fold(name))?;
        Some((at, words.iter().map(|word| if word == "*" { word.clone() } else { fold(word) }).collect()))
    };
    format.never_where.iter().filter_map(column).collect()
}

/// What stands in place of a header where the file has none: the roles' words.
fn positions_header(format: &Format) -> SheetRow {
    let mut header = SheetRow::default();
    for at in 1..=format.width {
        let role = format.positions.iter().find(|(_, place)| **place == at);
        header.push(role.map_or("", |(role, _)| role.name()));
    }
    header
}

/// Whether a file without a header begins with a row of this format.
fn fits_positions(format: &Format, row: &SheetRow) -> bool {
    let cell = |role: Role| format.positions.get(&role).map_or("", |at| row.cell(*at - 1));
    let is_amount = [Style::Point, Style::Comma]
        .iter()
        .any(|style| matches!(amounts::read(cell(Role::Amount), *style), Ok(Some(_))));
    row.line == 1 && row.len() == format.width && dates::looks_like_one(cell(Role::Date)) && is_amount
}

/// How well a row fits as a format's header: the number of its roles that are there.
fn score(
    headers: &Headers<'_>,
    cells: &[String],
    row: &SheetRow,
    rows: &[SheetRow],
    named: Named<'_>,
) -> Option<usize> {
    let format = headers.format;
    if !format.positions.is_empty() {
        return fits_positions(format, row).then_some(format.positions.len());
    }
    let roles = headers.matched(cells);
    let has_accounts = || {
        let accounts = account_columns(format, row, |at| roles.values().any(|role| *role == at));
        accounts.iter().any(|at| !format.accounts_are_named || named(row.cell(*at)))
    };
    let sums =
        roles.contains_key(&Role::Amount) || (roles.contains_key(&Role::Debit) && roles.contains_key(&Role::Credit));
    if !(sums && !format.accounts_are_named || format.account_columns && has_accounts())
        || !format.required.iter().all(|role| roles.contains_key(role))
    {
        return None;
    }
    let has = |texts: &[String]| {
        rows.iter().any(|row| row.cells().any(|cell| texts.iter().any(|text| cell.eq_ignore_ascii_case(text))))
    };
    if (!format.cells.is_empty() && !has(&format.cells)) || has(&format.without_cells) {
        return None;
    }
    Some(roles.len())
}

/// A format with its columns' names, folded once.
struct Headers<'f> {
    format: &'f Format,
    roles: Vec<(Role, Vec<String>)>,
}

impl<'f> Headers<'f> {
    fn of(format: &'f Format) -> Self {
        let names = |names: &Vec<String>| names.iter().map(|name| fold(name)).collect();
        Self { format, roles: format.columns.iter().map(|(role, all)| (*role, names(all))).collect() }
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.roles.iter().flat_map(|(_, names)| names.iter().map(String::as_str))
    }

    /// The roles that a header row has, and where; `cells` are its cells, [`folded`].
    fn matched(&self, cells: &[String]) -> BTreeMap<Role, usize> {
        let mut roles: BTreeMap<Role, usize> = self.format.positions.iter().map(|(role, at)| (*role, at - 1)).collect();
        for (role, names) in &self.roles {
            // Names are tried in the format's order: the better one stands first.
            let place = |name: &String| cells.iter().position(|cell| !cell.is_empty() && cell == name);
            if let Some(at) = names.iter().find_map(place) {
                roles.insert(*role, at);
            }
        }
        roles
    }
}

/// The cells of what may be a header, without their currencies.
fn folded(row: &SheetRow) -> Vec<String> {
    row.cells().map(|cell| fold(split_currency(cell).0)).collect()
}

fn columns(format: &Format, header: &SheetRow, rows: &[SheetRow]) -> (Vec<Column>, Option<Currency>) {
    let columns = Headers::of(format).matched(&folded(header)).into_iter().map(|(role, index)| {
        let samples = rows.iter().map(|row| row.cell(index)).filter(|cell| !cell.is_empty());
        Column {
            role,
            index,
            name: header.cell(index).to_owned(),
            samples: samples.take(SAMPLES).map(shorten).collect(),
        }
    });
    let currency = header.cells().find_map(|cell| split_currency(cell).1);
    (columns.collect(), currency)
}

fn unknown(text: &str, name: &str, formats: &[Format]) -> Problem {
    let widest = [',', ';', '\t', '|']
        .into_iter()
        .max_by_key(|delimiter| text.lines().take(TITLE_ROWS).map(|l| l.matches(*delimiter).count()).max())
        .unwrap_or(',');
    // Of the widest rows the first.
    let lines: Vec<&str> = text.lines().take(TITLE_ROWS).collect();
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
