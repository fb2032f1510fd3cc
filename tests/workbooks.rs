//! Ledgers in every kind of file that finance has: read alike, or named for what they are.

use std::path::Path;

use crate::support::crossfoot;

fn import(file: &str, flags: &str) -> (serde_json::Value, String) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/workbooks");
    let line = format!("import {file} --check --json {flags}");
    let accounts = ["--account", "Inbound Voice=inbound", "--account", "Outbound Voice=outbound"];
    let output = crossfoot(&folder).args(line.split_whitespace()).args(accounts).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    (serde_json::from_slice(&output.stdout).unwrap_or_default(), told)
}

#[test]
fn every_kind_of_file_gives_the_same_sums() {
    for (file, kind) in [
        ("ledger.xlsx", "xlsx"),
        ("dates-1904.xlsx", "xlsx"),
        ("titles.xlsx", "xlsx"),
        ("notes-first.xlsx", "xlsx"),
        ("hidden-rows.xlsx", "xlsx"),
        ("hidden-rows.ods", "ods"),
        ("ledger.xls", "xls"),
        ("ledger-biff5.xls", "xls"),
        ("ledger-2003.xml", "xml spreadsheet"),
        ("ledger-html.xls", "html"),
    ] {
        let (read, told) = import(file, "");
        assert_eq!(read["encoding"], kind, "{file}: {told}");
        assert_eq!(read["totals"]["inbound"], "950.40", "{file}");
        assert_eq!(read["totals"]["outbound"], "1234.56", "{file}");
        assert_eq!(read["ledger_rows"]["rejected"], 0, "{file}");
    }
    let (read, _) = import("notes-first.xlsx", "--period 2026-03");
    assert_eq!(read["sheet"], "March");
    assert_eq!(read["other_sheets"][0], "Notes");
    assert_eq!(read["ledger_rows"]["used"], 4);
    // Of the two date systems each file's own.
    assert_eq!(import("dates-1904.xlsx", "--period 2026-03").0["ledger_rows"]["used"], 4);
}

#[test]
fn tallys_own_xml_is_a_day_book() {
    let (read, told) = import("tally-daybook.xml", "--period 2026-03");
    assert_eq!((&read["format"], &read["encoding"]), (&"tally-xml".into(), &"tally-xml".into()), "{told}");
    assert_eq!(read["totals"]["inbound"], "950.10");
    assert_eq!(read["totals"]["outbound"], "1234.56");
    assert_eq!(read["customers"][0]["name"], "Alpha & Sons");
    assert_eq!(read["checks"][0]["agrees"], true);
    assert!(read["findings"].as_array().unwrap().is_empty(), "{}", read["findings"]);
}

#[test]
fn hidden_rows_are_counted_and_told() {
    for (file, rows) in [
        ("hidden-rows.xlsx", "(3, 5)"),
        ("hidden-rows.ods", "(3, 5)"),
        ("ledger.xls", "Row 3"),
        ("ledger-2003.xml", "Row 3"),
    ] {
        let (read, _) = import(file, "");
        let findings = read["findings"].as_array().unwrap();
        let told = findings.iter().find(|finding| finding["code"] == "hidden-rows").unwrap();
        assert_eq!(told["severity"], "warning");
        let message = told["message"].as_str().unwrap();
        assert!(message.contains(rows) && message.contains("Credit 1234.56"), "{file}: {message}");
    }
}

#[test]
fn what_a_cell_holds_is_read_or_told() {
    let (read, _) = import("canonical.xlsx", "");
    assert_eq!((&read["format"], &read["sheet"]), (&"canonical".into(), &"S".into()));
    assert_eq!(read["totals"]["inbound"], "12.3450");
    // The sides stand in number formats alone.
    assert_eq!(import("sides-by-format.xlsx", "").0["totals"]["inbound"], "960.00");
    let (read, _) = import("unreadable-cells.xlsx", "");
    let findings = read["findings"].as_array().unwrap();
    let told = findings.iter().find(|finding| finding["code"] == "invalid-row").unwrap();
    assert!(told["evidence"][0]["why"].as_str().unwrap().contains("a formula that was never computed"));
}

#[test]
fn a_file_that_is_no_ledger_is_named_for_what_it_is() {
    for (file, flags, what) in [
        ("protected.xlsx", "", "is a workbook protected by a password"),
        ("word.docx", "", "is a Word document"),
        ("several.zip", "", "is a ZIP archive of 2 files: march.csv, april.csv"),
        ("two-sheets.xlsx", "", "2 sheets of two-sheets.xlsx read as a ledger: `March`, `April`"),
        ("two-sheets.xlsx", "--sheet Aprl", "has no sheet `Aprl`; did you mean `April`?"),
        ("ledger.xlsb", "", "whose cells are in the short form"),
    ] {
        let (_, told) = import(file, flags);
        assert!(told.contains(what), "{file}: {told}");
    }
    assert_eq!(import("two-sheets.xlsx", "--sheet april").0["sheet"], "April");
    assert_eq!(import("one.zip", "").0["totals"]["inbound"], "1000.10");
}

/// Files that break off, or of which a byte is another, are read or refused: never a panic.
#[test]
fn damaged_files_never_panic() {
    use crossfoot::model::money::Currency;
    use crossfoot::tables::{Content, open};
    for file in [
        "ledger.xlsx",
        "ledger.xls",
        "ledger-biff5.xls",
        "ledger.xlsb",
        "hidden-rows.ods",
        "ledger-2003.xml",
        "ledger-html.xls",
    ] {
        let whole =
            std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/workbooks").join(file)).unwrap();
        for step in 0..120_usize {
            let mut bytes = whole.clone();
            let at = step * whole.len() / 120;
            if step % 2 == 0 {
                bytes.truncate(at);
            } else {
                bytes[at] = bytes[at].wrapping_add(u8::try_from(step).unwrap() | 1);
            }
            if let Ok(Content::Tables(mut tables)) = open(bytes, Some(Currency::INR)) {
                for sheet in 0..tables.sheets().len() {
                    let _ = tables.read(sheet);
                }
            }
        }
    }
}
