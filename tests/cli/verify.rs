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
    let name = "closes/2026-03/invoices/CF-25-26-00001.json";
    let text = String::from_utf8(books.read(name)).unwrap().replacen("\"total\": \"", "\"total\": \"1", 1);
    books.write(name, &text);
    let ran = books.run("verify").exits(4);
    assert!(ran.stdout.contains("total: "), "{}", ran.stdout);
}

#[test]
fn files_taken_away_or_put_in_are_found() {
    let books = closed();
    for name in [
        "closes/2026-03/invoices/CF-25-26-00003.pdf",
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
    books.write("closes/2026-03/invoices/CF-25-26-99999.pdf", "forged");
    assert!(books.run("verify").exits(4).stdout.contains("99999.pdf"));
    std::fs::remove_file(books.path().join("closes/2026-03/invoices/CF-25-26-99999.pdf")).unwrap();
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
fn a_second_close_does_not_bless_what_was_changed() {
    let books = closed();
    for name in [
        "closes/2026-03/invoices/CF-25-26-00002.pdf",
        "closes/2026-03/invoices/CF-25-26-00002.json",
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
