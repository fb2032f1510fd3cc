//! `customers.csv` and `charges.csv` as spreadsheets save them: in any encoding, with commas,
//! semicolons or tabs, or as a workbook under that name; and what a spreadsheet does to codes.

use crate::model::money::shorten;
use crate::model::problem::{Problem, nearest};
use crate::tables::encoding::{NotText, text_of};
use crate::tables::{Content, holds_tables, open};

/// The text of a file of the books, and what separates its cells. `code` is what an error
/// calls it; `key` is a column that it must have.
///
/// # Errors
/// It is neither text nor a workbook with that column.
pub(super) fn text(bytes: &[u8], code: &'static str, file: &str, key: &str) -> Result<(String, u8), Problem> {
    let refuse = |what: String| Problem::usage(code, format!("{file} {what}")).not_done("Nothing was done.");
    let of_text = |bytes: &[u8]| {
        let not_text = |why| match why {
            NotText::Broken(label) => refuse(format!("is not whole {label} text")),
            NotText::Control(line, label) => refuse("holds characters that are no text".to_owned())
                .at(format!("{file}, line {line}"))
                .because(format!("read as {label}")),
        };
        text_of(bytes).map(|(text, _)| text).map_err(|why| not_text(why).next("save it again as CSV in UTF-8"))
    };
    if !holds_tables(bytes) {
        let text = of_text(bytes)?;
        let delimiter = delimiter(&text, key);
        return Ok((text, delimiter));
    }
    let unreadable = |why: crate::tables::Unreadable| {
        let problem = refuse(why.what).next(why.next);
        why.why.into_iter().fold(problem, Problem::because)
    };
    let mut tables = match open(bytes.to_vec(), None).map_err(unreadable)? {
        Content::Text(bytes) => {
            let text = of_text(&bytes)?;
            let delimiter = delimiter(&text, key);
            return Ok((text, delimiter));
        }
        Content::Tables(tables) => tables,
    };
    let mut found = Vec::new();
    for (at, (name, _)) in tables.sheets().into_iter().enumerate() {
        let sheet = tables.read(at).map_err(unreadable)?;
        if sheet.text.lines().next().is_some_and(|header| has(header, ',', key)) {
            found.push((name, sheet.text));
        }
    }
    match found.len() {
        1 => Ok((found.remove(0).1, b',')),
        0 => Err(refuse(format!("has no sheet whose first row has the column `{key}`"))
            .next("put the names of the columns into row 1, from column A on")),
        _ => {
            let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
            Err(refuse(format!("has several sheets with the column `{key}`: {}", names.join(", ")))
                .next("leave one of them in it"))
        }
    }
}

/// A file of the books whose rows are records: what errors call it, and its columns, those first
/// that it must have.
pub(super) struct Sheet<'a> {
    pub(super) code: &'static str,
    pub(super) file: &'a str,
    pub(super) columns: &'a [&'a str],
    pub(super) needed: &'a [&'a str],
}

/// Reads such a file. `read` makes a record of the row's number, where the header is row 1, and
/// its cells by the names of their columns; None where a cell is empty.
///
/// # Errors
/// A missing or unknown column, and every row that is wrong: all listed.
pub(super) fn rows<T>(
    bytes: &[u8],
    sheet: &Sheet<'_>,
    mut read: impl for<'r> FnMut(usize, &dyn Fn(&str) -> Option<&'r str>) -> Result<T, String>,
) -> Result<Vec<T>, Problem> {
    let Sheet { code, file, columns, needed } = sheet;
    let wrong = |what: String| Problem::usage(code, what).next(format!("correct {file}")).not_done("Nothing was done.");
    let (text, delimiter) = text(bytes, code, file, needed.first().copied().unwrap_or_default())?;
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).delimiter(delimiter).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|e| wrong(format!("{file} cannot be read: {e}")))?.clone();
    for name in &header {
        if !columns.contains(&name) {
            let hint =
                nearest(name, columns.iter().copied()).map_or_else(String::new, |n| format!("; did you mean `{n}`?"));
            return Err(wrong(format!("{file} has an unknown column `{}`{hint}", shorten(name))));
        }
    }
    if let Some(lacking) = needed.iter().find(|needed| !header.iter().any(|name| name == **needed)) {
        return Err(wrong(format!("{file} has no column `{lacking}`")));
    }
    let (mut records, mut bad) = (Vec::new(), Vec::new());
    for (index, row) in reader.records().enumerate() {
        let row = row.map_err(|e| e.to_string()).and_then(|row| {
            let cell = |name: &str| header.iter().position(|h| h == name).and_then(|at| row.get(at));
            read(index + 2, &|name| cell(name).filter(|c| !c.is_empty()))
        });
        match row {
            Ok(record) => records.push(record),
            Err(why) => bad.push(format!("{file}, row {}: {why}", index + 2)),
        }
    }
    if bad.is_empty() {
        return Ok(records);
    }
    let first = bad.remove(0);
    Err(wrong(first).also(bad))
}

fn has(header: &str, delimiter: char, key: &str) -> bool {
    header.split(delimiter).any(|cell| cell.trim().trim_matches('"').trim().eq_ignore_ascii_case(key))
}

fn delimiter(text: &str, key: &str) -> u8 {
    let header = text.lines().next().unwrap_or_default();
    [(',', b','), (';', b';'), ('\t', b'\t'), ('|', b'|')]
        .into_iter()
        .find(|(sign, _)| has(header, *sign, key))
        .map_or(b',', |(_, byte)| byte)
}

/// Columns that hold codes: a date or an exponent in them is a spreadsheet's doing.
const CODES: [&str; 11] = [
    "customer_id",
    "code",
    "aliases",
    "pin",
    "state_code",
    "place_of_supply",
    "gstin",
    "phone",
    "buyer_reference",
    "sac",
    "email",
];

/// Makes sure that no spreadsheet broke the codes in these files, where they are there. Asked
/// only of what is read now: closes that were sealed must stay readable.
///
/// # Errors
/// Every cell that one broke.
pub(crate) fn undamaged(files: [(&Option<Vec<u8>>, &'static str, &str); 2]) -> Result<(), Problem> {
    let mut damaged = Vec::new();
    for (bytes, code, name) in files {
        damaged.extend(bytes.as_ref().map(|bytes| damage(bytes, code, name)).transpose()?.unwrap_or_default());
    }
    if damaged.is_empty() {
        return Ok(());
    }
    let first = damaged.remove(0);
    let problem = Problem::usage("customers", first).also(damaged);
    Err(problem.next("mend each cell in the spreadsheet").not_done("Nothing was done."))
}

/// What a spreadsheet did to the cells of a file, a sentence a cell: nothing of it may be
/// printed on a document.
///
/// # Errors
/// As [`text`].
fn damage(bytes: &[u8], code: &'static str, file: &str) -> Result<Vec<String>, Problem> {
    let (text, delimiter) = text(bytes, code, file, "customer_id")?;
    let mut reader = csv::ReaderBuilder::new().flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
    let header: Vec<String> =
        reader.headers().map(|h| h.iter().map(|name| name.trim().to_ascii_lowercase()).collect()).unwrap_or_default();
    let mut told = Vec::new();
    for row in reader.records().flatten() {
        let line = row.position().map_or(0, csv::Position::line);
        let cell = |name: &str| header.iter().position(|h| h == name).and_then(|at| row.get(at)).map_or("", str::trim);
        let country = cell("country").to_ascii_uppercase();
        let is_indian = ["", "IN", "INDIA"].contains(&country.as_str());
        for (name, text) in header.iter().zip(&row) {
            if let Some(why) = wrong(name, text.trim(), is_indian) {
                told.push(format!("{file}, row {line}, column {name}: `{}` {why}", shorten(text.trim())));
            }
        }
    }
    Ok(told)
}

fn wrong(column: &str, text: &str, is_indian: bool) -> Option<String> {
    let as_text = "format the column as text, type it again, and save";
    if !text.is_empty() && text.chars().all(|c| c == '#') {
        return Some("is a number that the column was too narrow to show: widen the column, and save again".to_owned());
    }
    if ["#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"].contains(&text) {
        return Some("is the error of a formula: mend it, and save again".to_owned());
    }
    if !CODES.contains(&column) {
        return None;
    }
    let upper = text.to_ascii_uppercase();
    let exponent = upper.split_once("E+").is_some_and(|(number, power)| {
        number.starts_with(|c: char| c.is_ascii_digit())
            && !power.is_empty()
            && power.bytes().all(|b| b.is_ascii_digit())
    });
    if exponent {
        return Some(format!("is a code of which a spreadsheet made a number, and digits are lost: {as_text}"));
    }
    if is_date(&upper) {
        return Some(format!("is a code of which a spreadsheet made a date: {as_text}"));
    }
    let digits = text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    if column == "pin" && is_indian && is_number && digits.len() != 6 {
        return Some(format!("is no PIN, which has six digits; perhaps a spreadsheet took zeros away: {as_text}"));
    }
    None
}

/// Whether a code reads as a spreadsheet shows dates: `01-Mar`, `Mar-26`, `2026-03-01`.
fn is_date(upper: &str) -> bool {
    const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    let parts: Vec<&str> = upper.split('-').collect();
    let number =
        |text: &&str, most: usize| (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    match parts.as_slice() {
        [a, b] => (number(a, 2) && MONTHS.contains(b)) || (MONTHS.contains(a) && number(b, 2)),
        [a, b, c] => {
            (number(a, 2) && MONTHS.contains(b) && number(c, 4))
                || (a.len() == 4 && b.len() == 2 && c.len() == 2 && number(a, 4) && number(b, 2) && number(c, 2))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_broke_is_told_at_its_cell() {
        let file = "customer_id;legal_name;pin;gstin;code;phone;country\n\
            MA_1;Asha;4.00E+05;2.9AABE+15;01-Mar;9.19E+11;\n\
            MA_2;#N/A;56001;;#####;;IN\nMA_3;ABE+15 Ltd;560 001;29AABCE1515F1Z5;2026-03;;\nMA_4;B;1010;;;;AT\n";
        let told = damage(file.as_bytes(), "customers", "customers.csv").unwrap();
        insta::assert_snapshot!(told.join("\n"), @r"
        customers.csv, row 2, column pin: `4.00E+05` is a code of which a spreadsheet made a number, and digits are lost: format the column as text, type it again, and save
        customers.csv, row 2, column gstin: `2.9AABE+15` is a code of which a spreadsheet made a number, and digits are lost: format the column as text, type it again, and save
        customers.csv, row 2, column code: `01-Mar` is a code of which a spreadsheet made a date: format the column as text, type it again, and save
        customers.csv, row 2, column phone: `9.19E+11` is a code of which a spreadsheet made a number, and digits are lost: format the column as text, type it again, and save
        customers.csv, row 3, column legal_name: `#N/A` is the error of a formula: mend it, and save again
        customers.csv, row 3, column pin: `56001` is no PIN, which has six digits; perhaps a spreadsheet took zeros away: format the column as text, type it again, and save
        customers.csv, row 3, column code: `#####` is a number that the column was too narrow to show: widen the column, and save again
        ");
    }

    #[test]
    fn every_way_of_saving_gives_the_same_text() {
        let utf16: Vec<u8> =
            [vec![0xff, 0xfe], "customer_id\tname\nM\tRéseau\n".encode_utf16().flat_map(u16::to_le_bytes).collect()]
                .concat();
        for (bytes, delimiter) in [
            (&b"\xef\xbb\xbfcustomer_id;name\nM;R\xc3\xa9seau\n"[..], b';'),
            (&utf16, b'\t'),
            (b"name,Customer_ID\nR\xe9seau,M\n", b','),
        ] {
            let (text, found) = text(bytes, "customers", "customers.csv", "customer_id").unwrap();
            assert_eq!(found, delimiter);
            assert!(text.contains("Réseau"), "{text}");
        }
        let book = include_bytes!("../../tests/data/workbooks/canonical.xlsx");
        assert!(text(book, "charges", "charges.csv", "customer_id").unwrap().0.contains("2026-03-03,MA_B"));
        let pdf = text(b"%PDF-1.7", "customers", "customers.csv", "customer_id").unwrap_err();
        assert_eq!(pdf.what, "customers.csv is a PDF");
    }
}
