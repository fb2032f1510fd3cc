//! Two small months of one reseller in the layout of each product, through the binary,
//! against sums that a script of its own added up (`tests/tools/ledger_samples.py`). A format
//! that ships has its row here, or in `ledgers.rs`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crossfoot::ledger::format::SHIPPED;
use serde_json::{Map, Value};

use crate::ledgers::LAYOUTS;
use crate::support::{Ran, crossfoot};

/// What the accounts are called: by name, by number, below their kind.
const NAMES: [&str; 3] = ["Inbound Voice", "Outbound Voice", "DID Rental"];
const NUMBERS: [&str; 3] = ["4000", "4010", "4020"];
const LONG_NUMBERS: [&str; 3] = ["400000", "401000", "402000"];
const PATHS: [&str; 3] = ["Income:Inbound Voice", "Income:Outbound Voice", "Income:DID Rental"];

/// File, format, the accounts' names.
const SAMPLES: [(&str, &str, [&str; 3]); 28] = [
    ("business_central.csv", "business-central-gl-entries", NUMBERS),
    ("busy_ledger.csv", "busy-ledger", NAMES),
    ("gnucash.csv", "gnucash-transactions", PATHS),
    ("gnucash_multi_line.csv", "gnucash-transactions", PATHS),
    ("gnucash_simple.csv", "gnucash-simple", PATHS),
    ("hledger_register.csv", "hledger-register", PATHS),
    ("ledger_cli.csv", "ledger-csv", PATHS),
    ("marg_ledger.csv", "marg-ledger", NAMES),
    ("netsuite_general_ledger.csv", "netsuite-general-ledger", NAMES),
    ("netsuite_search.csv", "netsuite-general-ledger", NUMBERS),
    ("odoo_journal_items.csv", "odoo-journal-items", LONG_NUMBERS),
    ("odoo_journal_items_grouped.csv", "odoo-journal-items", NAMES),
    ("quickbooks_desktop_general_ledger.csv", "quickbooks-desktop-general-ledger", NAMES),
    ("quickbooks_sales_by_customer.csv", "quickbooks-sales-by-customer", NAMES),
    ("sage_50_audit_trail.csv", "sage-50-audit-trail", NUMBERS),
    ("sage_50_general_ledger.csv", "sage-50-general-ledger", NUMBERS),
    ("sage_50_nominal_activity.csv", "sage-50-nominal-activity", NAMES),
    ("sage_intacct.csv", "sage-intacct-general-ledger", NUMBERS),
    ("sap_dynamic_list.txt", "sap-line-items", LONG_NUMBERS),
    ("sap_fiori.csv", "sap-line-items", LONG_NUMBERS),
    ("sheet_of_columns.csv", "account-columns", NAMES),
    ("sheet_with_customers.csv", "debit-credit-customers", NAMES),
    ("tally_sales_register.csv", "tally-sales-register", NAMES),
    ("tally_voucher_register.csv", "tally-daybook", NAMES),
    ("tally_voucher_register_columnar.csv", "tally-sales-register", NAMES),
    ("wave.csv", "wave-transactions", NAMES),
    ("xero_general_ledger_detail.csv", "xero-account-transactions", NAMES),
    ("xero_journal_report.csv", "xero-journal-report", NUMBERS),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/ledgers/samples")
}

fn check(file: &Path, accounts: [&str; 3], more: &[&str]) -> Ran {
    let dir = tempfile::tempdir().unwrap();
    let mut command = crossfoot(dir.path());
    command.arg("import").arg(file).args(["--check", "--json"]).args(more);
    for (name, role) in accounts.into_iter().zip(["inbound", "outbound", "other"]) {
        command.args(["--account", &format!("{name}={role}")]);
    }
    command.output().unwrap().into()
}

fn check_text(text: &str, more: &[&str]) -> Ran {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("l.csv");
    std::fs::write(&file, text).unwrap();
    check(&file, NAMES, more)
}

fn sample(name: &str) -> String {
    std::fs::read_to_string(folder().join(name)).unwrap()
}

fn truth() -> Value {
    serde_json::from_str(&sample("truth.json")).unwrap()
}

/// Customer → sums, by name where the file gives a code.
fn customers(found: &Value, codes: &Value) -> Map<String, Value> {
    let named = |name: &Value| codes[name.as_str().unwrap()].as_str().unwrap_or(name.as_str().unwrap()).to_owned();
    let sums = |customer: &Value| {
        let part = |part: &str| (part.to_owned(), customer[part].clone());
        Value::Object(["inbound", "outbound", "other"].map(part).into_iter().collect())
    };
    found["customers"].as_array().unwrap().iter().map(|one| (named(&one["name"]), sums(one))).collect()
}

#[test]
fn every_layout_gives_the_same_two_months() {
    let truth = truth();
    for (file, format, accounts) in SAMPLES {
        for month in ["2026-03", "2026-04"] {
            let found = check(&folder().join(file), accounts, &["--period", month]).exits(0).json();
            let true_month = &truth["months"][month];
            assert_eq!(found["format"], format, "{file}");
            assert_eq!(found["findings"], serde_json::json!([]), "{file}");
            assert_eq!(found["totals"], true_month["totals"], "{file}, {month}");
            let customers = Value::Object(customers(&found, &truth["codes"]));
            assert_eq!(customers, true_month["customers"], "{file}, {month}");
            for sum in found["checks"].as_array().unwrap() {
                assert_eq!(sum["agrees"], true, "{file}: {sum}");
            }
        }
    }
}

#[test]
fn every_shipped_format_has_a_sample_and_says_where_its_names_are_from() {
    let mut sampled: BTreeSet<&str> =
        SAMPLES.iter().map(|(_, format, _)| *format).chain(LAYOUTS.iter().map(|(_, format, ..)| *format)).collect();
    // No text of rows: read in `workbooks.rs`.
    sampled.insert("tally-xml");
    let shipped: BTreeSet<&str> = SHIPPED.iter().map(|(name, _)| *name).collect();
    assert_eq!(sampled, shipped);
    let docs = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ledger-formats.md")).unwrap();
    let files = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("ledgers/formats")).unwrap();
    assert_eq!(files.count(), shipped.len(), "a format file that does not ship");
    for (name, text) in SHIPPED {
        assert!(text.starts_with("# ") && text.contains("\ntitle = \""), "{name}");
        assert!(docs.contains(&format!("`{name}`")), "docs/ledger-formats.md lacks {name}");
    }
}

/// What a product's own total says of a register in which a voucher is missing, or which
/// writes credit notes without a minus.
#[test]
fn a_ledger_a_column_is_compared_with_its_total() {
    let register = sample("tally_sales_register.csv");
    let cut: String = register.lines().filter(|line| !line.contains("S/4")).map(|line| format!("{line}\n")).collect();
    let found = check_text(&cut, &[]).exits(3).json();
    assert_eq!(found["findings"][0]["code"], "ledger-crossfoot");
    let broken: Vec<&Value> = found["checks"].as_array().unwrap().iter().filter(|sum| sum["agrees"] == false).collect();
    assert_eq!(broken.len(), 2);
    assert_eq!((&broken[0]["stated"], &broken[0]["computed"]), (&"125186.78".into(), &"125106.78".into()));

    // The register of credit notes alone: everything is positive, its total too.
    let head =
        "Credit Note Register\n\nDate,Particulars,Voucher Type,Voucher No.,Gross Total,Outbound Voice,Round Off\n";
    let notes = "28-Mar-26,Beta,Credit Note,1,150.00,150.00,\n29-Mar-26,Asha,Credit Note,2,50.00,50.10,-0.10\n";
    let text = format!("{head}{notes},Grand Total,,,200.00,200.10,-0.10\n");
    let found = check_text(&text, &["--account", "Outbound Voice=outbound"]);
    // Inbound Voice and DID Rental are named, and had no posting.
    let found = found.exits(0).json();
    assert_eq!(found["totals"]["outbound"], "-200.10");
    // A ledger's cell that is no amount is told; a text in another column is not.
    let text = format!("{head}28-Mar-26,Beta,Sales,1,150.00,########,\n");
    let found = check_text(&text, &[]).exits(3).json();
    assert!(found["findings"][0]["evidence"][0]["why"].as_str().unwrap().contains("########"), "{found}");
}

#[test]
fn what_a_row_says_of_itself_is_told_where_it_never_counts() {
    let items = sample("odoo_journal_items.csv").replacen("\"INR\",\"Posted\"", "\"INR\",\"Draft\"", 3);
    let found = check_text(&items, &["--period", "2026-04"]).exits(3).json();
    let finding = &found["findings"][0];
    assert_eq!(finding["code"], "set-aside");
    assert!(finding["evidence"][0]["why"].as_str().unwrap().contains("its `Status` is `Draft`"), "{finding}");
    // A carrier's bill on a revenue account, in an export whose types say Invoice of both.
    let entries = sample("business_central.csv").replace(",5000,Carrier Cost,", ",4000,Inbound Voice,");
    let found = check_text(&entries, &["--period", "2026-03"]).exits(3).json();
    assert_eq!(found["totals"]["inbound"], truth()["months"]["2026-03"]["totals"]["inbound"]);
    assert_eq!(found["findings"][0]["code"], "set-aside");
}

#[test]
fn a_file_without_a_header_has_the_cells_that_it_should() {
    let text = sample("ledger_cli.csv");
    let moved = text.replacen("\"Total Solutions Pvt Ltd\"", "\"Total Solutions\",\"Pvt Ltd\"", 1);
    let found = check_text(&moved, &[]).exits(3).json();
    assert!(found["findings"][0]["evidence"][0]["why"].as_str().unwrap().starts_with("the row has 9 cells, and not 8"));
    assert_eq!(check_text(&text, &["--period", "2026-03"]).exits(0).json()["header_line"], 0);
    // Rupees under another commodity's name are not taken for rupees.
    let found = check_text(&text.replace("\"INR\"", "\"shells\""), &[]).exits(3).json();
    assert!(found["findings"][0]["evidence"][0]["why"].as_str().unwrap().contains("`shells` is no currency"));
}

#[test]
fn the_wrong_format_names_the_right_one() {
    let ran = check(&folder().join("wave.csv"), NAMES, &["--format", "zoho-books"]).exits(1);
    let next = ran.json()["error"]["next"].as_str().unwrap().to_owned();
    assert!(next.contains("`wave-transactions` reads it"), "{next}");
}
