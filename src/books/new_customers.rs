//! Rows for `customers.csv`: accounts that the partner has and the books do not know yet, written
//! behind what finance wrote, which stays as it is.

use std::collections::BTreeMap;

use super::layout::CUSTOMERS;
use super::spreadsheet;
use crate::model::problem::Problem;
use crate::tables::holds_tables;

/// The file with a row more for each of these ids and names, in the file's own columns; `header`
/// where there is no file yet. Columns that are not known here stay empty.
///
/// # Errors
/// The file is a workbook, or not UTF-8: what stands in it could not be kept byte for byte.
pub(crate) fn with_rows(
    earlier: Option<&[u8]>,
    header: &str,
    new: &BTreeMap<String, String>,
) -> Result<Vec<u8>, Problem> {
    let earlier = earlier.filter(|bytes| !bytes.is_empty()).unwrap_or(header.as_bytes());
    let refuse = |why: &str| {
        Problem::usage("customers", format!("{CUSTOMERS} cannot be added to"))
            .because(why.to_owned())
            .next("save it as CSV in UTF-8, and run the command again")
            .not_done("Nothing was added.")
    };
    if holds_tables(earlier) {
        return Err(refuse("it is a workbook under that name"));
    }
    let text = std::str::from_utf8(earlier).map_err(|_| refuse("it is not UTF-8"))?;
    let (_, delimiter) = spreadsheet::text(earlier, "customers", CUSTOMERS, "customer_id")?;
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let first = text.trim_start_matches('\u{feff}').lines().next().unwrap_or_default();
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).from_reader(first.as_bytes());
    let columns = reader.records().next().and_then(Result::ok).unwrap_or_default();
    let mut writer = csv::WriterBuilder::new()
        .delimiter(delimiter)
        .terminator(if end == "\n" { csv::Terminator::Any(b'\n') } else { csv::Terminator::CRLF })
        .from_writer(Vec::new());
    for (id, name) in new {
        let cell = |column: &str| match column.trim() {
            "customer_id" => id.clone(),
            "legal_name" => name.clone(),
            _ => String::new(),
        };
        writer.write_record(columns.iter().map(cell)).map_err(|e| refuse(&e.to_string()))?;
    }
    let rows = writer.into_inner().map_err(|e| refuse(&e.to_string()))?;
    let gap = if text.ends_with('\n') { "" } else { end };
    Ok([earlier, gap.as_bytes(), &rows].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_follow_in_the_columns_of_the_file_and_nothing_else_changes() {
        let new: BTreeMap<String, String> =
            [("MA_2".to_owned(), "Bela, Ltd; Pune".to_owned()), ("MA_3".to_owned(), String::new())].into();
        let with = |earlier: &str| String::from_utf8(with_rows(Some(earlier.as_bytes()), "", &new).unwrap()).unwrap();
        assert_eq!(
            with("\u{feff}legal_name;email;customer_id\r\n\"Asha;\r\nLtd\";;MA_1"),
            "\u{feff}legal_name;email;customer_id\r\n\"Asha;\r\nLtd\";;MA_1\r\n\"Bela, Ltd; Pune\";;MA_2\r\n;;MA_3\r\n"
        );
        assert_eq!(with("customer_id,legal_name\n"), "customer_id,legal_name\nMA_2,\"Bela, Ltd; Pune\"\nMA_3,\n");
        let made = with_rows(None, "customer_id,legal_name,city\n", &new).unwrap();
        assert!(made.starts_with(b"customer_id,legal_name,city\nMA_2,"));
        assert!(with_rows(Some(b"customer_id,legal_name\nMA_1,S\xfcd\n"), "", &new).is_err());
    }
}
