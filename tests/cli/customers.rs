//! Rows for accounts that the books lack.

use crate::support::Books;
use crate::support::partner::Partner;

const ANSWER: &str = r#"{"period": {"from": "2026-03-01", "to": "2026-03-31"}, "totals": {"total_calls": 6, "answered_calls": 6, "failed_calls": 0, "total_duration_seconds": 360, "total_cost": 6.00, "currency": "INR"}, "by_direction": {"inbound": {"calls": 6, "cost": 6.00}, "outbound": {"calls": 0, "cost": 0}}, "top_customers": [{"auth_id": "MA_1", "name": "One", "calls": 2, "cost": 1.00}, {"auth_id": "MA_2", "name": "Two; Sons, Ltd", "calls": 2, "cost": 2.00}, {"auth_id": "MA_3", "name": "=cmd|' /C calc'!A0", "calls": 2, "cost": 3.00}]}"#;

#[test]
fn accounts_that_the_books_lack_are_added_once_and_the_rest_stays() {
    let books = Books::empty(&Partner::serving(ANSWER).base_url);
    books.write("customers.csv", "legal_name;email;customer_id\r\nSüd GmbH;a@one.example;MA_1");
    let added = books.run("customers --from-partner --period 2026-03").exits(0).stdout;
    assert!(
        added.starts_with("Added 2 rows to customers.csv:\n  MA_2  Two; Sons, Ltd\n  MA_3\n1 of them without"),
        "{added}"
    );
    let file = String::from_utf8(books.read("customers.csv")).unwrap();
    assert_eq!(
        file,
        "legal_name;email;customer_id\r\nSüd GmbH;a@one.example;MA_1\r\n\"Two; Sons, Ltd\";;MA_2\r\n;;MA_3\r\n"
    );
    let again = books.run("customers --from-partner --period 2026-03 --json").exits(0).json();
    assert_eq!((again["added"].as_array().unwrap().len(), books.read("customers.csv")), (0, file.into_bytes()));
    // Without a file there is one afterwards, and what cannot be read is left alone.
    std::fs::remove_file(books.path().join("customers.csv")).unwrap();
    books.run("customers --from-partner --period 2026-03 --offline").exits(0);
    assert!(books.read("customers.csv").starts_with(b"customer_id,legal_name,address,"));
    books.write("customers.csv", "customer_id,legal_name\nMA_1,One\nMA_1,Two\n");
    books.run("customers --from-partner --period 2026-03 --offline").exits(2);
    assert_eq!(books.read("customers.csv"), b"customer_id,legal_name\nMA_1,One\nMA_1,Two\n");
}

#[cfg(unix)]
#[test]
fn the_file_keeps_its_permissions_and_what_it_links_to() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let books = Books::empty(&Partner::serving(ANSWER).base_url);
    let elsewhere = tempfile::tempdir().unwrap();
    let real = elsewhere.path().join("shared.csv");
    std::fs::write(&real, "customer_id,legal_name\n").unwrap();
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).unwrap();
    let link = books.path().join("customers.csv");
    symlink(&real, &link).unwrap();
    books.run("customers --from-partner --period 2026-03").exits(0);
    assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(std::fs::read_to_string(&real).unwrap().contains("MA_2"));
    assert_eq!(std::fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(std::fs::read_dir(elsewhere.path()).unwrap().count(), 1);
}
