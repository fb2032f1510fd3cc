//! A ledger in a file of tables: which sheet it is, and what its hidden rows hold.

use std::io::Read;

use rust_decimal::Decimal;

use super::amounts;
use super::decode::{self, Decoded, TakenSheet, Unpacked};
use super::format::Role;
use super::recognise::Recognised;
use crate::model::money::{Currency, Tally, shorten};
use crate::model::posting::HiddenRows;
use crate::model::problem::{Problem, nearest};
use crate::tables::{Content, Sheet, Tables, Unreadable, holds_tables, open};

/// The text of the ledger, what the file is, the table that it stands in, and whether it was
/// in a ZIP archive.
type Chosen = (String, &'static str, Option<TakenSheet>, bool);

/// Opens a file of tables and takes the sheet that `wanted` names, or the only one that
/// `fits`. The sign of the currency `home` beside a number says nothing.
///
/// # Errors
/// The file cannot be read; no such sheet; several that fit.
pub(super) fn choose(
    bytes: Vec<u8>,
    name: &str,
    wanted: Option<&str>,
    home: Currency,
    fits: &dyn Fn(&str) -> bool,
) -> Result<Chosen, Problem> {
    let mut tables = match open(bytes, Some(home)).map_err(|why| unreadable(name, why))? {
        Content::Tables(tables) => tables,
        Content::Text(bytes) => {
            let (text, encoding) = decode::text_of(&bytes, name)?;
            return Ok((text, encoding, None, true));
        }
    };
    let sheets = tables.sheets();
    let at = match wanted {
        Some(wanted) => named(&sheets, wanted, name)?,
        None => the_one(&mut tables, &sheets, name, fits)?,
    };
    let Sheet { name: sheet, text, hidden } = tables.read(at).map_err(|why| unreadable(name, why))?;
    let mut others = Vec::new();
    for (other, (title, _)) in sheets.iter().enumerate().filter(|(other, _)| *other != at) {
        if !tables.head(other).map_err(|why| unreadable(name, why))?.text.is_empty() {
            others.push(title.clone());
        }
    }
    let table = TakenSheet { kind: tables.kind, sheet, others, hidden };
    Ok((text, tables.kind, Some(table), tables.is_packed))
}

/// A file's text, for a person to say how it reads: of a workbook that of the sheet named,
/// or of the only one with something in it.
///
/// # Errors
/// The file cannot be read, or no sheet is the one.
pub(crate) fn beginning(input: impl Read, name: &str, sheet: Option<&str>) -> Result<Decoded, Problem> {
    let file = Unpacked::new(input, name)?;
    let packed = file.packed();
    let (plain, sha256, bytes) = decode::whole(file, Vec::new(), name)?;
    let (text, encoding, table, _) = if holds_tables(&plain) {
        choose(plain, name, sheet, Currency::INR, &|_| false)?
    } else {
        let (text, encoding) = decode::text_of(&plain, name)?;
        (text, encoding, None, false)
    };
    Ok(Decoded { text, encoding, packed, sha256, bytes, table })
}

fn unreadable(name: &str, why: Unreadable) -> Problem {
    let problem = Problem::stop("ledger-unreadable", format!("the ledger {name} {}", why.what))
        .at(name)
        .next(why.next)
        .not_done("Nothing was computed from it.");
    match why.why {
        Some(why) => problem.because(why),
        None => problem,
    }
}

fn named(sheets: &[(String, bool)], wanted: &str, name: &str) -> Result<usize, Problem> {
    let folded = |text: &str| text.trim().to_lowercase();
    let exact = sheets.iter().position(|(title, _)| title == wanted);
    exact.or_else(|| sheets.iter().position(|(title, _)| folded(title) == folded(wanted))).ok_or_else(|| {
        let near = nearest(wanted, sheets.iter().map(|(title, _)| title.as_str()));
        let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        Problem::usage("ledger-sheet", format!("{name} has no sheet `{}`{hint}", shorten(wanted)))
            .because(format!("it has {}", titles(sheets.iter())))
            .next("name one of them with --sheet, or in [ledger] sheet of the books")
            .not_done("Nothing was computed from it.")
    })
}

fn titles<'a>(sheets: impl Iterator<Item = &'a (String, bool)>) -> String {
    let titles =
        sheets.map(|(title, is_hidden)| format!("`{}`{}", shorten(title), if *is_hidden { " (hidden)" } else { "" }));
    titles.collect::<Vec<_>>().join(", ")
}

/// The sheet that fits; of sheets that do not, the only one with something in it, for the
/// reader to say why.
fn the_one(
    tables: &mut Tables,
    sheets: &[(String, bool)],
    name: &str,
    fits: &dyn Fn(&str) -> bool,
) -> Result<usize, Problem> {
    if let [_] = sheets {
        return Ok(0);
    }
    let (mut fitting, mut filled) = (Vec::new(), Vec::new());
    for at in 0..sheets.len() {
        let head = tables.head(at).map_err(|why| unreadable(name, why))?;
        if !head.text.is_empty() {
            filled.push(at);
        }
        if fits(&head.text) {
            fitting.push(at);
        }
    }
    let ask = |what: String, why: String| {
        Problem::stop("ledger-sheet", what)
            .because(why)
            .next("say which it is: --sheet NAME, or [ledger] sheet = \"NAME\" in the books")
            .not_done("Nothing was computed from it.")
    };
    let of = |places: &[usize]| titles(places.iter().filter_map(|at| sheets.get(*at)));
    match (fitting.as_slice(), filled.as_slice()) {
        ([one], _) | ([], [one]) => Ok(*one),
        ([], []) => Err(unreadable(
            name,
            Unreadable { what: "has nothing in any sheet".to_owned(), why: None, next: "export it again".to_owned() },
        )),
        ([], filled) => Err(ask(
            format!("no sheet of {name} reads as a ledger"),
            format!("{} have no header of a known format in their first rows", of(filled)),
        )),
        (fitting, _) => Err(ask(
            format!("{} sheets of {name} read as a ledger: {}", fitting.len(), of(fitting)),
            "which of them the period's ledger is cannot be told".to_owned(),
        )),
    }
}

/// The money in the hidden rows of an export.
pub(super) fn hidden_of_export(file: &Decoded, found: &Recognised) -> Vec<HiddenRows> {
    let money = [Role::Debit, Role::Credit, Role::Amount];
    let columns = found.columns.iter().filter(|column| money.contains(&column.role));
    let columns: Vec<(String, usize)> = columns.map(|column| (column.name.clone(), column.index)).collect();
    hidden(file, found.header_line, &columns)
}

/// The money in the hidden rows of a canonical ledger.
pub(super) fn hidden_of_canonical(file: &Decoded) -> Vec<HiddenRows> {
    let header = file.text.lines().next().unwrap_or_default();
    let at = header.split(',').position(|cell| cell.trim().eq_ignore_ascii_case("amount"));
    let columns: Vec<(String, usize)> = at.map(|at| ("amount".to_owned(), at)).into_iter().collect();
    hidden(file, 1, &columns)
}

fn hidden(file: &Decoded, header: u64, columns: &[(String, usize)]) -> Vec<HiddenRows> {
    let Some(table) = &file.table else { return Vec::new() };
    let rows: Vec<_> = table.hidden.iter().filter(|row| row.line > header).collect();
    let Some(first) = rows.first() else { return Vec::new() };
    let sum = |column: usize| {
        let mut sum = Tally::default();
        for row in &rows {
            let cell = row.cells.get(column).map_or("", String::as_str);
            if let Ok(Some(amount)) = amounts::read(cell, amounts::Style::Point) {
                sum.add(amount.amount).ok()?;
            }
        }
        sum.total().ok()
    };
    let sums: Vec<(String, Decimal)> =
        columns.iter().filter_map(|(name, column)| Some((name.clone(), sum(*column)?))).collect();
    vec![HiddenRows {
        file: String::new(),
        sheet: table.sheet.clone(),
        lines: rows.iter().map(|row| row.line).collect(),
        text: shorten(&first.cells.join(", ")),
        sums,
    }]
}
