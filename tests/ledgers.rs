//! Every product's export of one month, through the binary, against the truth beside them;
//! what can be read in two ways; what is broken.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{Books, Ran, crossfoot, rehearse_month, settings};

const ACCOUNTS: [(&str, &str); 15] = [
    ("Inbound Voice Charges", "inbound"),
    ("Outbound Voice Charges", "outbound"),
    ("DID Rental", "other"),
    ("400100", "inbound"),
    ("400200", "outbound"),
    ("400300", "other"),
    ("200", "inbound"),
    ("201", "outbound"),
    ("202", "other"),
    ("revenues:voice:inbound", "inbound"),
    ("revenues:voice:outbound", "outbound"),
    ("revenues:did rental", "other"),
    ("Income:Voice:Inbound", "inbound"),
    ("Income:Voice:Outbound", "outbound"),
    ("Income:DID", "other"),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/ledgers")
}

fn check(file: &Path, more: &[&str]) -> Ran {
    let dir = tempfile::tempdir().unwrap();
    let mut command = crossfoot(dir.path());
    command.arg("import").arg(file).args(["--check", "--json"]).args(more);
    for (name, role) in ACCOUNTS {
        command.args(["--account", &format!("{name}={role}")]);
    }
    command.output().unwrap().into()
}

fn check_text(name: &str, bytes: &[u8], more: &[&str]) -> Ran {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join(name);
    std::fs::write(&file, bytes).unwrap();
    check(&file, more)
}

/// Customer → inbound, outbound, other, by name and by code.
fn truth() -> BTreeMap<String, [String; 3]> {
    let truth: Value = serde_json::from_slice(&std::fs::read(folder().join("truth.json")).unwrap()).unwrap();
    let mut paise: BTreeMap<String, [i64; 3]> = BTreeMap::new();
    for voucher in truth["vouchers"].as_array().unwrap() {
        for entry in voucher["ent"].as_array().unwrap() {
            let place = match entry[0].as_str().unwrap() {
                "Inbound Voice Charges" => 0,
                "Outbound Voice Charges" => 1,
                "DID Rental" => 2,
                _ => continue,
            };
            let text = entry[2].as_str().unwrap();
            let digits: i64 = text.replace(['.', '-'], "").parse().unwrap();
            // Credits are negative in the truth; charges are positive in a check.
            let value = if text.starts_with('-') { digits } else { -digits };
            paise.entry(voucher["party"].as_str().unwrap().to_owned()).or_default()[place] += value;
        }
    }
    let plain = |n: i64| format!("{}{}.{:02}", if n < 0 { "-" } else { "" }, n.abs() / 100, n.abs() % 100);
    let by_name: BTreeMap<String, [String; 3]> =
        paise.into_iter().map(|(name, sums)| (name, sums.map(plain))).collect();
    let codes = truth["customers"].as_array().unwrap().iter().map(|customer| {
        (customer["code"].as_str().unwrap().to_owned(), by_name[customer["name"].as_str().unwrap()].clone())
    });
    let codes: Vec<_> = codes.collect();
    by_name.into_iter().chain(codes).collect()
}

/// File, format, encoding, the header's row.
pub const LAYOUTS: [(&str, &str, &str, u64); 17] = [
    ("tally_daybook_cp1252.csv", "tally-daybook", "windows-1252", 6),
    ("zoho_books_account_transactions.csv", "zoho-books", "utf-8", 1),
    ("xero_account_transactions.csv", "xero-account-transactions", "utf-8", 5),
    ("erpnext_general_ledger.csv", "erpnext-general-ledger", "utf-8", 1),
    ("sap_fbl3n_semicolon_cp1252.csv", "sap-line-items", "windows-1252", 3),
    ("hledger_print.csv", "hledger-print", "utf-8", 1),
    ("generic_drcr_suffix.tsv", "dr-cr-suffix", "utf-8", 1),
    ("variants/tally_ledger.csv", "tally-ledger", "windows-1252", 5),
    ("variants/quickbooks_journal.csv", "quickbooks-journal", "utf-8", 5),
    ("variants/quickbooks_general_ledger.csv", "quickbooks-general-ledger", "utf-8", 5),
    ("variants/xero_manual_journal.csv", "xero-manual-journal", "utf-8", 1),
    ("variants/sap_list_bars.txt", "sap-line-items", "windows-1252", 4),
    ("variants/hledger_register.csv", "hledger-register", "utf-8", 1),
    ("variants/beancount_query.csv", "beancount", "utf-8", 1),
    ("variants/beancount_query.txt", "beancount", "utf-8", 1),
    ("variants/sap_soll_haben.tsv", "sap-line-items", "utf-8", 1),
    ("variants/debit_credit.csv", "debit-credit", "utf-8", 3),
];

#[test]
fn every_layout_gives_the_same_month() {
    let truth = truth();
    for (file, format, encoding, header) in LAYOUTS {
        let found = check(&folder().join(file), &["--period", "2026-10"]).exits(0).json();
        assert_eq!(found["format"], format, "{file}");
        assert_eq!(found["encoding"], encoding, "{file}");
        assert_eq!(found["header_line"], header, "{file}");
        assert_eq!(found["findings"], serde_json::json!([]), "{file}");
        let rows = &found["ledger_rows"];
        let count = |name: &str| rows[name].as_u64().unwrap();
        assert_eq!(count("used"), 25, "{file}");
        assert_eq!(
            count("read"),
            count("used") + count("outside_period") + count("excluded") + count("rejected"),
            "{file}"
        );
        assert_eq!(
            found["totals"],
            serde_json::json!({"inbound": "323640.89", "outbound": "2029587.76", "other": "91879.00"}),
            "{file}"
        );
        let customers = found["customers"].as_array().unwrap();
        assert_eq!(customers.len(), 8, "{file}");
        for customer in customers {
            let sums = ["inbound", "outbound", "other"].map(|part| customer[part].as_str().unwrap().to_owned());
            let name = customer["name"].as_str().unwrap();
            assert_eq!(Some(&sums), truth.get(name), "{file}: {name}");
        }
        for sum in found["checks"].as_array().unwrap() {
            assert_eq!(sum["agrees"], true, "{file}: {sum}");
        }
    }
}

#[test]
fn the_same_file_in_other_encodings_and_packed_reads_the_same() {
    use std::io::Write;
    let text = std::fs::read_to_string(folder().join("xero_account_transactions.csv")).unwrap();
    let utf16 = |big: bool| -> Vec<u8> {
        let unit = |u: u16| if big { u.to_be_bytes() } else { u.to_le_bytes() };
        format!("\u{feff}{text}").encode_utf16().flat_map(unit).collect()
    };
    let mut packer = std::process::Command::new("gzip")
        .arg("-c")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    packer.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let gzip = packer.wait_with_output().unwrap().stdout;
    for (bytes, encoding) in [(utf16(false), "utf-16le"), (utf16(true), "utf-16be"), (gzip, "utf-8")] {
        let found = check_text("x.csv", &bytes, &[]).exits(0).json();
        assert_eq!((&found["encoding"], &found["totals"]["outbound"]), (&encoding.into(), &"2029587.76".into()));
    }
    // Cut in the middle of a character.
    let cut = utf16(false);
    check_text("x.csv", &cut[..cut.len() - 1], &[]).exits(1);
}

#[test]
fn what_reads_in_two_ways_is_a_question() {
    let rows = |date: &str, amount: &str| {
        format!("Txn Date\tLedger\tVoucher\tAmount\n{date}\tAsha\t1\t{amount} Dr\n{date}\tDID Rental\t1\t{amount} Cr\n")
    };
    let ran = check_text("x.tsv", rows("05/10/2026", "5.00").as_bytes(), &[]).exits(1);
    assert!(ran.stderr.contains("`05/10/2026` is 5 October 2026 or 10 May 2026"), "{}", ran.stderr);
    for (order, used) in [("dmy", 1), ("mdy", 0)] {
        let found =
            check_text("x.tsv", rows("05/10/2026", "5.00").as_bytes(), &["--date-order", order, "--period", "2026-10"]);
        assert_eq!(found.exits(0).json()["ledger_rows"]["used"], used);
    }
    let ran = check_text("x.tsv", rows("31/10/2026", "1.234").as_bytes(), &[]).exits(1);
    assert!(ran.stderr.contains("`1.234 Dr` is 1.234 or 1234"), "{}", ran.stderr);
    let ran = check_text("x.tsv", rows("31/10/2026", "1.234,50").as_bytes(), &[]).exits(0);
    assert_eq!(ran.json()["totals"]["other"], "1234.50");
    let twice = b"Txn Date,Ledger,Voucher,Amount,Amount\n31/10/2026,Asha,1,5.00 Dr,7.00 Dr\n";
    let ran = check_text("x.csv", twice, &[]).exits(1);
    assert!(ran.stderr.contains("has the column `Amount` twice"), "{}", ran.stderr);
    let ran = check_text("x.csv", b" \n", &[]).exits(1);
    assert!(ran.stderr.contains("is empty"), "{}", ran.stderr);
    let ran = check_text("x.csv", b"Foo,Bar\n1,2\n", &[]).exits(1);
    assert!(ran.stderr.contains("its header seems to be: Foo,Bar"), "{}", ran.stderr);
    let ran = check_text("x.csv", b"Foo,Bar\n1,2\n", &["--format", "taly-daybook"]).exits(2);
    assert!(ran.stderr.contains("did you mean `tally-daybook`"), "{}", ran.stderr);
}

#[test]
fn rows_that_cannot_be_trusted_are_told_one_by_one() {
    let text = "Date,Particulars,Vch Type,Vch No.,Debit Amount,Credit Amount\n\
        31-Oct-26,Asha,Sales,1,100.00,\n,DID Rental,,,,100.00\n\
        31-Oct-26,Asha,Barter,2,50.00,\n,DID Rental,,,,50.00\n\
        31-Foo-26,Asha,Sales,3,7.00,\n,DID Rental,,,,7.00\n\
        31-Oct-26,DID Rental,Sales,4,,9.00\n\
        31-Oct-26,Asha,Sales,5,\"1,00.00\",\n\
        30-Sep-26,Asha,Sales,6,5.00,\n,DID Rental,,,,5.00\n\
        31-Oct-26,DID Rental,Receipt,7,,3.00\n\
        ,Grand Total,,,500.00,171.00\n";
    let found = check_text("day.csv", text.as_bytes(), &["--period", "2026-10"]).exits(3).json();
    let told: Vec<String> = found["findings"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|finding| finding["evidence"].as_array().unwrap().iter())
        .map(|e| format!("{}: {}", e["line"], e["why"].as_str().unwrap()))
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    7: `31-Foo-26` is not a date
    8: the row does not say whose it is
    9: `1,00.00` is not an amount with a decimal point
    5: the voucher type `Barter` is not known to be a sale, and the account is named as usage: say in [ledger.voucher_types] or with --voucher-type whether it "counts" or "never" does
    12: the voucher type `Receipt` is no sale, and the account is named as usage: say in [ledger.voucher_types] or with --voucher-type whether it "counts" or "never" does
    13: the total is not the sum of its rows
    13: the total is not the sum of its rows
    null: the total is not the sum of its rows
    "#);
    assert_eq!(found["totals"]["other"], "100.00");
}

/// An ERPNext ledger of the revenue accounts alone has no receivable row to name the
/// customer; the column of the voucher's other accounts does.
#[test]
fn a_filtered_export_still_names_its_customers() {
    let text = std::fs::read_to_string(folder().join("erpnext_general_ledger.csv")).unwrap();
    let kept = ["Posting Date", "Voice Charges - SVR", "DID Rental - SVR", "Round Off - SVR"];
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| kept.iter().any(|part| line.split(',').take(2).any(|cell| cell.contains(part))))
        .collect();
    let found = check_text("gl.csv", (lines.join("\n") + "\n").as_bytes(), &[]).json();
    let truth = truth();
    assert_eq!(found["ledger_rows"]["rejected"], 0);
    for customer in found["customers"].as_array().unwrap() {
        let sums = ["inbound", "outbound", "other"].map(|part| customer[part].as_str().unwrap().to_owned());
        assert_eq!(Some(&sums), truth.get(customer["name"].as_str().unwrap()), "{customer}");
    }
    assert_eq!(found["customers"].as_array().unwrap().len(), 8);
}

#[test]
fn a_format_of_the_books_own_is_data() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(dir.path().join("ledgers/formats")).unwrap();
    let format = "title = \"our sheet\"\nrequired = [\"date\", \"account\", \"amount\", \"party\"]\nsign = \"credit-positive\"\nparty = [\"column\"]\ndate_order = \"mdy\"\n[columns]\ndate = [\"When\"]\naccount = [\"What\"]\namount = [\"Rupees\"]\nparty = [\"Who\"]\n";
    std::fs::write(dir.path().join("ledgers/formats/ours.toml"), format).unwrap();
    std::fs::write(dir.path().join("l.csv"), "When,Who,What,Rupees\n10/05/2026,Asha,DID Rental,5.00\n").unwrap();
    let ran: Ran = crossfoot(dir.path())
        .args(["import", "l.csv", "--json", "--account", "DID Rental=other"])
        .output()
        .unwrap()
        .into();
    let found = ran.exits(0).json();
    assert_eq!((&found["format"], &found["totals"]["other"]), (&"ours".into(), &"5.00".into()));
    // For a layout that nothing fits, a format is proposed, and reads what it was made from.
    let text = "Our sheet;;;\nTag Datum;Konto Nr;Kunde Name;Betrag EUR\n31.10.2026;DID Rental;Asha;5,00\n";
    std::fs::write(dir.path().join("unknown.csv"), text).unwrap();
    let run = |line: &str| -> Ran {
        crossfoot(dir.path())
            .args(line.split_whitespace())
            .args(["--account", "DID Rental=other"])
            .output()
            .unwrap()
            .into()
    };
    let ran = run("import unknown.csv").exits(1);
    assert!(ran.stderr.contains("--save-format NAME"), "{}", ran.stderr);
    let ran = run("import unknown.csv --save-format german").exits(0);
    assert!(ran.stdout.contains("party = [\"Kunde Name\"]"), "{}", ran.stdout);
    // What a plus means is for a person to say; until then it reads nothing, and stops nothing.
    for (line, code) in [("import unknown.csv", 1), ("import unknown.csv --format german", 2)] {
        let ran = run(line).exits(code);
        assert!(ran.stderr.contains("is still open: sign = \"?\""), "{}", ran.stderr);
    }
    let proposed = dir.path().join("ledgers/formats/german.toml");
    let answered = std::fs::read_to_string(&proposed).unwrap().replace("sign = \"?\"", "sign = \"credit-positive\"");
    std::fs::write(&proposed, answered).unwrap();
    let found = run("import unknown.csv --json").exits(0).json();
    assert_eq!((&found["format"], &found["customers"][0]["name"]), (&"german".into(), &"Asha".into()));
    assert_eq!(found["totals"]["other"], "5.00");
    run("import unknown.csv --save-format german").exits(2);
    std::fs::write(dir.path().join("ledgers/formats/ours.toml"), format.replace("party =", "partei =")).unwrap();
    let ran: Ran = crossfoot(dir.path()).args(["import", "l.csv"]).output().unwrap().into();
    let ran = ran.exits(2);
    assert!(ran.stderr.contains("unknown variant `partei`"), "{}", ran.stderr);
}

/// A whole close from a Tally Day Book: names become customers, rental stays out of the
/// comparison, and what no customer is called like is told with a line to paste.
#[test]
fn books_close_on_a_products_export() {
    let truth: Value = serde_json::from_slice(&std::fs::read(folder().join("truth.json")).unwrap()).unwrap();
    let sums = crate::ledgers::truth();
    let mut month = "auth_id,name,inbound_calls,inbound_cost,outbound_calls,outbound_cost\n".to_owned();
    let mut customers = "customer_id,legal_name,code,aliases\n".to_owned();
    for customer in truth["customers"].as_array().unwrap() {
        let (code, name) = (customer["code"].as_str().unwrap(), customer["name"].as_str().unwrap());
        let [inbound, outbound, _] = &sums[name];
        month.push_str(&format!("MA_{code},{code},10,{inbound},10,{outbound}\n"));
        // One by its name, the others by alias.
        let (legal, alias) = if code == "C001" { (name, "") } else { ("A customer of ours", name) };
        customers.push_str(&format!("MA_{code},{legal} {},{code},{alias}\n", if code == "C001" { "" } else { code }));
    }
    let server = rehearse_month("2026-10", &month, |_| ());
    let books = Books::empty("");
    let accounts = "[ledger]\nformat = \"auto\"\n[ledger.accounts]\n\"Inbound Voice Charges\" = \"inbound\"\n\"Outbound Voice Charges\" = \"outbound\"\n\"DID Rental\" = \"other\"\n";
    books.write("crossfoot.toml", &settings(&server.base_url(), accounts));
    books.write("customers.csv", &customers);
    std::fs::create_dir_all(books.path().join("ledgers")).unwrap();
    for file in ["tally_daybook_cp1252.csv", "variants/quickbooks_general_ledger.csv", "sap_fbl3n_semicolon_cp1252.csv"]
    {
        let text = std::fs::read(folder().join(file)).unwrap();
        std::fs::write(books.path().join("ledgers/2026-10.csv"), text).unwrap();
        let numbered = accounts.replace("Inbound Voice Charges", "400100").replace("Outbound Voice Charges", "400200");
        let named = if file.starts_with("sap") { &numbered } else { accounts };
        books.write("crossfoot.toml", &settings(&server.base_url(), named));
        let ran = books.at("2026-11-02T09:30:00Z", "reconcile --period 2026-10").exits(0);
        assert!(ran.stdout.contains("8 of 8 customers match one by one"), "{}", ran.stdout);
    }
    let ran = books.at("2026-11-02T09:30:00Z", "close --period 2026-10").exits(0);
    assert!(ran.stdout.contains("Issued 8 invoices"), "{}", ran.stdout);
    books.run("verify").exits(0);

    // The same month in two files: one has the direction that the other lacks.
    let text = std::fs::read_to_string(folder().join("generic_drcr_suffix.tsv")).unwrap();
    let without =
        |account: &str| text.lines().filter(|line| !line.contains(account)).collect::<Vec<_>>().join("\r\n") + "\r\n";
    books.write(
        "crossfoot.toml",
        &settings(&server.base_url(), &accounts.replace("format =", "path = \"ledgers/{period}-*.tsv\"\nformat =")),
    );
    books.write("ledgers/2026-10-in.tsv", &without("Outbound Voice"));
    books.write("ledgers/2026-10-out.tsv", &without("Inbound Voice"));
    let ran = books.at("2026-11-02T09:30:00Z", "reconcile --period 2026-10 --json").exits(3);
    let report = ran.json();
    assert_eq!(report["totals"]["difference"], "0.00");
    // Half a voucher does not balance, in either file, and both are told.
    let finding = &report["findings"][0];
    assert_eq!(finding["code"], "ledger-crossfoot");
    let files: Vec<&str> =
        finding["evidence"].as_array().unwrap().iter().map(|e| e["file"].as_str().unwrap()).collect();
    assert_eq!(files, ["ledgers/2026-10-in.tsv", "ledgers/2026-10-out.tsv"]);
    assert_eq!(report["inputs"].as_array().unwrap().iter().filter(|input| input["role"] == "ledger").count(), 2);
    std::fs::remove_file(books.path().join("ledgers/2026-10-in.tsv")).unwrap();
    std::fs::remove_file(books.path().join("ledgers/2026-10-out.tsv")).unwrap();
    let ran = books.at("2026-11-02T09:30:00Z", "reconcile --period 2026-10").exits(1);
    assert!(ran.stderr.contains("there is no ledger ledgers/2026-10-*.tsv"), "{}", ran.stderr);

    books.write("customers.csv", &customers.replace("Aarav Cloud", "Arav Cloud"));
    let text = std::fs::read(folder().join("zoho_books_account_transactions.csv")).unwrap();
    std::fs::write(books.path().join("ledgers/2026-10.csv"), text).unwrap();
    books.write("crossfoot.toml", &settings(&server.base_url(), accounts));
    let ran = books.at("2026-11-02T09:30:00Z", "reconcile --period 2026-10 --json").exits(3);
    assert!(
        ran.stdout.contains("Put `Aarav Cloud Telephony Pvt Ltd` into the column aliases of Arav Cloud"),
        "{}",
        ran.stdout
    );
    books.write("crossfoot.toml", &settings(&server.base_url(), "[ledger]\nformat = \"auto\"\n"));
    let ran = books.at("2026-11-02T09:30:00Z", "reconcile --period 2026-10").exits(2);
    assert!(ran.stderr.contains("no account of ledgers/2026-10.csv is named in [ledger.accounts]"), "{}", ran.stderr);
}

/// Written by DuckDB, in zstd: the same forty rows as the CSV beside them.
#[test]
fn parquet_reads_as_the_same_rows_in_csv_do_and_floats_are_refused() {
    let of = |name: &str| {
        let ran = check(&folder().join("parquet").join(name), &["--period", "2026-03"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let mut read: Value = serde_json::from_str(&ran.stdout).unwrap();
        let customers = read["customers"].as_array_mut().unwrap();
        for customer in customers.iter_mut() {
            for direction in ["inbound", "outbound"] {
                // The Parquet column has five places, the CSV two.
                let amount = customer[direction].as_str().unwrap().to_owned();
                customer[direction] = Value::from(amount.strip_suffix("000").unwrap_or(&amount));
            }
        }
        let customers = customers.clone();
        (read["ledger_rows"].clone(), customers)
    };
    assert_eq!(of("forty-rows.parquet"), of("forty-rows.csv"));
    let ran = check(&folder().join("parquet/floats.parquet"), &[]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("the column `amount` of the ledger"), "{}", ran.stderr);
    let whole = std::fs::read(folder().join("parquet/forty-rows.parquet")).unwrap();
    for cut in [whole.len() - 1, whole.len() / 2, 20] {
        let ran = check_text("cut.parquet", &whole[..cut], &[]);
        assert_eq!(ran.code, 1, "{cut}");
        assert!(ran.stderr.contains("as Parquet"), "{}", ran.stderr);
    }
}

/// Canonical ledgers as people type them: what can mean one thing is read, and the rest is
/// told with its row.
#[test]
fn canonical_ledgers_as_people_type_them() {
    let header = "date,customer_id,direction,amount\n";
    for (text, inbound, told) in [
        (format!("{header}2026-03-01,MA_1,inbound,\"1,000.00\"\n"), "1000.00", ""),
        (format!("{header}2026-03-01,MA_1,Inbound,10.00\n2026-03-01,MA_1,OUT,10.00\n"), "10.00", "`OUT` is neither inbound nor outbound; perhaps outbound"),
        ("date;customer_id;direction;amount\n2026-03-01;MA_1;inbound;10.00\n".to_owned(), "10.00", ""),
        ("Date ,Customer ID,DIRECTION,Amount\n31-03-2026,MA_1,inbound ,₹5.00\n01-03-2026,MA_1,inbound,5.00 \nTotal,,,10.00\n".to_owned(), "10.00", ""),
        (format!("{header}2026-03-01,MA_1,inbound,\"1,234\"\n"), "0.00", "`1,234` is 1234 or 1.234"),
        (format!("{header}2026-03-01,MA_1,inbound,12\0\n"), "0.00", "is not a plain decimal"),
    ] {
        let ran = check_text("ledger.csv", text.as_bytes(), &["--period", "2026-03"]);
        let read: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(read["totals"]["inbound"], inbound, "{text}");
        assert_eq!(read["findings"].as_array().unwrap().is_empty(), told.is_empty(), "{text}: {}", ran.stdout);
        assert!(ran.stdout.contains(told), "{text}: {}", ran.stdout);
    }
    let twice =
        check_text("twice.csv", b"date,customer_id,direction,amount,Amount\n2026-03-01,MA_1,inbound,1,1\n", &[]);
    assert_eq!(twice.code, 1);
    assert!(twice.stderr.contains("`amount` twice") && twice.stderr.contains("another name"), "{}", twice.stderr);
}
