//! Tampering: any byte changed anywhere under closes/ or audit/ is found and named.

use crate::support::Books;
use crate::support::partner::Partner;

fn closed() -> Books {
    let partner = Partner::good();
    let books = Books::example(&partner.base_url);
    books.run("close --period 2026-03").exits(0);
    books
}

#[test]
fn a_changed_byte_in_any_file_is_found_and_the_file_named() {
    let books = closed();
    let files: Vec<_> = books
        .files()
        .into_iter()
        .filter(|(name, _)| name.starts_with("closes/") || name.starts_with("audit/"))
        .collect();
    assert!(files.len() > 100);
    // All kinds of files; of the invoices a few.
    for (index, (name, bytes)) in
        files.iter().filter(|(n, _)| !n.contains("/invoices/") || n.contains("-0000")).enumerate()
    {
        let at = (index * 7919) % bytes.len();
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        std::fs::write(books.path().join(name), &changed).unwrap();
        let ran = books.run("verify").exits(4);
        assert!(ran.stdout.contains(name.as_str()), "{name}, byte {at}: {}", ran.stdout);
        std::fs::write(books.path().join(name), bytes).unwrap();
    }
    books.run("verify").exits(0);
}

#[test]
fn the_field_that_breaks_is_named() {
    let books = closed();
    let name = "closes/2026-03/reconciliation.json";
    let text = String::from_utf8(books.read(name)).unwrap().replacen(
        "\"ledger\": \"336717.00\"",
        "\"ledger\": \"336718.00\"",
        1,
    );
    books.write(name, &text);
    let report = books.run("verify --json").exits(4).json();
    let fields: Vec<&str> = report["broken"].as_array().unwrap().iter().filter_map(|b| b["field"].as_str()).collect();
    assert_eq!(fields, ["/totals/ledger"]);

    let books = closed();
    let name = "closes/2026-03/invoices/CF-26-27-00001.json";
    let text = String::from_utf8(books.read(name)).unwrap().replacen("\"total\": \"", "\"total\": \"1", 1);
    books.write(name, &text);
    let ran = books.run("verify").exits(4);
    assert!(ran.stdout.contains("total: "), "{}", ran.stdout);
}

#[test]
fn files_taken_away_or_put_in_are_found() {
    let books = closed();
    for name in [
        "closes/2026-03/invoices/CF-26-27-00003.pdf",
        "closes/2026-03/capture/analytics.json",
        "closes/2026-03/manifest.json",
        "ledgers/2026-03.csv",
    ] {
        let bytes = books.read(name);
        std::fs::remove_file(books.path().join(name)).unwrap();
        let ran = books.run("verify").exits(4);
        assert!(ran.stdout.contains(name), "{name}: {}", ran.stdout);
        std::fs::write(books.path().join(name), bytes).unwrap();
    }
    books.write("closes/2026-03/invoices/CF-26-27-99999.pdf", "forged");
    assert!(books.run("verify").exits(4).stdout.contains("99999.pdf"));
    std::fs::remove_file(books.path().join("closes/2026-03/invoices/CF-26-27-99999.pdf")).unwrap();
    // The chain emptied: the manifest is there and nothing seals it.
    books.write("audit/chain.jsonl", "");
    assert!(books.run("verify").exits(4).stdout.contains("the chain was cut"));
    // A broken chain also stops the next close.
    books.write("audit/chain.jsonl", "{}\n");
    assert!(books.run("close --period 2026-03").exits(4).stderr.contains("the audit chain does not hold"));
}

#[test]
fn an_old_close_verifies_after_settings_and_customers_moved_on() {
    let books = closed();
    books.write("crossfoot.toml", "[calendar]\ntimezone = \"UTC\"\n[reconcile]\ntolerance = \"5.00\"\n");
    books.write("customers.csv", "customer_id,legal_name\nMA_1,Someone Else\n");
    books.run("verify --period 2026-03").exits(0);
    // Without network, credentials, or the right to write.
    let ran = crate::support::Ran::from(
        crate::support::crossfoot(books.path())
            .env_remove("VOBIZ_AUTH_ID")
            .env_remove("VOBIZ_AUTH_TOKEN")
            .args(["verify"])
            .output()
            .unwrap(),
    );
    ran.exits(0);
}

#[test]
fn nothing_sealed_and_no_books_are_told_apart() {
    let books = Books::empty("http://127.0.0.1:1/x");
    assert!(books.run("verify").exits(0).stdout.contains("Nothing has been sealed"));
    books.run("verify --period 2026-03").exits(1);
    books.run("verify --books nowhere").exits(2);
}

#[test]
fn a_head_that_was_given_away_must_lie_in_the_chain() {
    let books = closed();
    let head = books.run("verify --json").exits(0).json()["chain_head"].as_str().unwrap().to_owned();
    books.run(&format!("verify --head {head}")).exits(0);
    books.run(&format!("verify --head {}", head.to_uppercase())).exits(0);
    let ran = books.run("verify --head 00");
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    let other = "0".repeat(64);
    let ran = books.run(&format!("verify --head {other}")).exits(4);
    assert!(ran.stdout.contains(&format!("never had the head {other}")), "{}", ran.stdout);
}

#[test]
fn a_second_close_does_not_bless_what_was_changed() {
    let books = closed();
    for name in [
        "closes/2026-03/invoices/CF-26-27-00002.pdf",
        "closes/2026-03/invoices/CF-26-27-00002.json",
        "closes/2026-03/capture/capture.json",
        "closes/2026-03/capture/dashboard.json",
        "closes/2026-03/manifest.json",
    ] {
        let bytes = books.read(name);
        let mut changed = bytes.clone();
        let at = bytes.len() - 20;
        changed[at] ^= 1;
        std::fs::write(books.path().join(name), &changed).unwrap();
        let ran = books.run("close --period 2026-03 --offline").exits(4);
        assert!(ran.stderr.contains(name), "{name}: {}", ran.stderr);
        std::fs::write(books.path().join(name), &bytes).unwrap();
    }
    books.run("close --period 2026-03 --offline").exits(0);
}

/// Two months with a credit note, a void, a registered copy, structured forms, an open item
/// and a restatement, all sealed by version 0.1.
fn sealed_by_0_1() -> Books {
    Books::copied(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/sealed-by-0.1"))
}

#[test]
fn what_the_version_before_sealed_verifies() {
    let books = sealed_by_0_1();
    let said = books.run("verify --json").exits(0).json();
    let counts = |period: &serde_json::Value| ["seals", "invoices", "files"].map(|key| period[key].as_u64().unwrap());
    let counted: Vec<[u64; 3]> = said["periods"].as_array().unwrap().iter().map(counts).collect();
    assert_eq!((said["events"].as_u64(), counted), (Some(3), vec![[2, 4, 43], [1, 2, 30]]));
    // What version 0.1 wrote where it was wrong is let pass, and nothing else is.
    let name = "closes/2026-03/reconciliation.xlsx";
    let mut workbook = books.read(name);
    let at = workbook.len() / 2;
    workbook[at] ^= 1;
    std::fs::write(books.path().join(name), workbook).unwrap();
    let said = books.run("verify --json").exits(4).json();
    assert!(said["broken"].as_array().unwrap().iter().all(|broken| broken["file"] == name), "{said}");
}

#[test]
fn a_name_that_begins_with_an_apostrophe_keeps_it_in_the_workbook() {
    let books = sealed_by_0_1();
    let has = |books: &Books, text: &str| {
        let file = std::fs::File::open(books.path().join("closes/2026-03/reconciliation.xlsx")).unwrap();
        let mut zip = zip::ZipArchive::new(file).unwrap();
        std::io::read_to_string(zip.by_name("xl/sharedStrings.xml").unwrap()).unwrap().contains(text)
    };
    assert!(has(&books, ">t Hoekje BV<"));
    books.at("2026-05-03T03:04:05Z", "close --period 2026-03 --offline").exits(3);
    assert!(has(&books, ">'t Hoekje BV<") && !has(&books, ">t Hoekje BV<"));
    let register = String::from_utf8(books.read("closes/2026-03/invoices.csv")).unwrap();
    assert!(register.contains(",'t Hoekje BV,"), "{register}");
    books.run("verify").exits(0);
}
