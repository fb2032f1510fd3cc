//! What is too long, too slow, too early or in the way stops itself and nothing else.

use std::time::{Duration, Instant};

use crate::support::partner::{Partner, Route};
use crate::support::{ANALYTICS, Books, clean_ledger, crossfoot, rehearse_month, settings};

/// A customer's calls, a page of one; `page` and what follows it as it stands.
fn page(number: u64, rows: &str, pagination: &str) -> String {
    format!(
        r#"{{"data":[{rows}],"pagination":{{"page":{number},{pagination}}},"summary":{{"totalCalls":5,"total_cost":1.00}}}}"#
    )
}

fn number(line: &str) -> u64 {
    let after = line.split("&page=").nth(1).unwrap_or("1");
    after.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap()
}

fn accounts(line: &str) -> Option<String> {
    line.contains("/accounts?").then(|| r#"{"accounts":[{"auth_id":"MA_48149cf4","name":"A"}],"total":1}"#.to_owned())
}

const ROW: &str = r#"{"uuid":"u","total_cost":0.20,"start_time":"2026-03-02T10:00:00Z"}"#;

#[test]
fn a_list_without_an_end_is_left_and_its_customer_is_a_gap() {
    let cases: [(&str, Route); 4] = [
        ("repeat themselves", |line| {
            accounts(line).or_else(|| line.contains("/cdrs").then(|| page(number(line), ROW, r#""has_next":true"#)))
        }),
        ("no rows", |line| {
            accounts(line)
                .or_else(|| line.contains("/cdrs").then(|| page(number(line), "", r#""has_next":true,"total":5"#)))
        }),
        ("pages by its own word, and 100000", |line| {
            let says = r#""has_next":true,"pages":99999999999"#;
            accounts(line).or_else(|| line.contains("/cdrs").then(|| page(number(line), ROW, says)))
        }),
        ("5 rows", |line| {
            let says = r#""has_next":true,"pages":90000,"total":5"#;
            accounts(line).or_else(|| line.contains("/cdrs").then(|| page(number(line), ROW, says)))
        }),
    ];
    for (why, route) in cases {
        let partner = Partner::routing(ANALYTICS, route);
        let books = Books::empty("");
        let text = settings(&partner.base_url, "").replace("[upstream]\n", "[upstream]\nmatrix = \"cdr-rows\"\n");
        books.write("crossfoot.toml", &text);
        let began = Instant::now();
        books.run("fetch --period 2026-03").exits(3);
        assert!(began.elapsed() < Duration::from_secs(20), "{why}");
        let gaps = books.json("closes/2026-03/capture/capture.json")["not_captured"].to_string();
        assert!(gaps.contains("does not end") && gaps.contains(why), "{why}: {gaps}");
        assert!(partner.seen().len() < 40, "{why}: {}", partner.seen().len());
    }
}

#[test]
fn one_account_with_a_long_id_does_not_stop_the_others() {
    let long = "MA_".to_owned() + &"x".repeat(300);
    let month = format!(
        "auth_id,name,inbound_calls,inbound_cost,outbound_calls,outbound_cost\nMA_1,Asha,10,4.50,0,0.00\n{long},Bela,10,4.50,0,0.00\n"
    );
    let server = rehearse_month("2026-03", &month, |script| script.top = 0);
    for matrix in ["cdr-summary", "cdr-rows"] {
        let books = Books::empty("");
        let upstream = format!("[upstream]\nmatrix = \"{matrix}\"\n");
        books.write("crossfoot.toml", &settings(&server.base_url(), "").replace("[upstream]\n", &upstream));
        books.write("customers.csv", &format!("customer_id,legal_name\nMA_1,Asha\n{long},Bela\n"));
        let ledger = format!(
            "date,customer_id,direction,amount\n2026-03-31,MA_1,inbound,4.50\n2026-03-31,{long},inbound,4.50\n"
        );
        books.write("ledgers/2026-03.csv", &ledger);
        // A ledger takes no such id: that customer is held, and said.
        let ran = books.run("close --period 2026-03").exits(3);
        assert!(ran.stdout.contains("Issued 1 invoice ") && ran.stdout.contains("overlong"), "{}", ran.all());
        books.run("verify").exits(0);
    }
}

#[test]
fn formats_that_make_the_same_number_are_refused_before_anything_is_done() {
    let books = Books::example("http://127.0.0.1:1/x");
    for formats in [
        "credit_note_format = \"cf/{fy}/{seq:05}\"\n",
        "debit_note_format = \"CF-{fy}-{seq}\"\n",
        "credit_note_format = \"N/{seq}\"\ndebit_note_format = \"n/{seq}\"\n",
    ] {
        books.write("crossfoot.toml", &settings("http://127.0.0.1:1/x", &format!("[invoice]\n{formats}")));
        let refused = books.run("close --period 2026-03").exits(2);
        assert!(refused.stderr.contains("can make the same number"), "{}", refused.stderr);
    }
}

#[test]
fn a_clock_before_1970_is_an_error() {
    let books = Books::example("http://127.0.0.1:1/x");
    for now in ["1969-12-31T23:59:59Z", "1960-01-01T00:00:00Z", "9999-12-31T00:00:00Z"] {
        for line in ["close --period 2026-03", "status", "fetch --period 2026-03"] {
            let ran = books.at(now, line);
            assert_eq!(ran.code, 2, "{now} {line}: {}", ran.all());
            assert!(ran.stderr.contains("before 1970 or after 9998"), "{}", ran.stderr);
        }
    }
}

#[test]
fn a_ledger_outside_the_books_is_packed_under_a_safe_name_and_verifies_there() {
    let partner = Partner::good();
    let outside = tempfile::tempdir().unwrap();
    for pattern in ["{period}.csv", "*-{period}.csv"] {
        let books = Books::example(&partner.base_url);
        std::fs::remove_file(books.path().join("ledgers/2026-03.csv")).unwrap();
        std::fs::write(outside.path().join(pattern.replace("{period}", "2026-03").replace('*', "a")), clean_ledger())
            .unwrap();
        let path = format!("[ledger]\npath = \"{}/{pattern}\"\n", outside.path().display());
        books.write("crossfoot.toml", &settings(&partner.base_url, &path));
        books.run("close --period 2026-03").exits(0);
        books.run("pack --period 2026-03 --out p.zip").exits(0);
        let unpacked = tempfile::tempdir().unwrap();
        let mut zip = zip::ZipArchive::new(std::fs::File::open(books.path().join("p.zip")).unwrap()).unwrap();
        let names: Vec<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
        assert!(names.iter().all(|name| !name.contains("..") && !name.contains("//")), "{names:?}");
        assert!(names.iter().any(|name| name.contains("/books/outside/")), "{names:?}");
        zip.extract(unpacked.path()).unwrap();
        // Elsewhere, where there is no such ledger, it verifies all the same, and packs the same.
        let elsewhere = unpacked.path().join("crossfoot-2026-03-audit/books");
        let hidden = outside.path().with_extension("hidden");
        std::fs::rename(outside.path(), &hidden).unwrap();
        let run = |line: &str| crossfoot(&elsewhere).args(line.split_whitespace()).output().unwrap();
        assert_eq!(run("verify --period 2026-03").status.code(), Some(0));
        assert_eq!(run("pack --period 2026-03 --out p.zip").status.code(), Some(0));
        assert!(std::fs::read(elsewhere.join("p.zip")).unwrap() == books.read("p.zip"));
        let packed = names.iter().find(|name| name.contains("/books/outside/")).unwrap();
        let copy = unpacked.path().join(packed);
        std::fs::write(&copy, [std::fs::read(&copy).unwrap(), b"\n".to_vec()].concat()).unwrap();
        assert_eq!(run("verify --period 2026-03").status.code(), Some(4));
        std::fs::rename(&hidden, outside.path()).unwrap();
    }
}

#[test]
fn a_name_that_reads_otherwise_than_it_is_gets_no_document() {
    let partner = Partner::good();
    let books = Books::example(&partner.base_url);
    let customers = String::from_utf8(books.read("customers.csv")).unwrap();
    assert!(customers.contains("Credresolve"));
    books.write("customers.csv", &customers.replacen("Credresolve", "Cred\u{202e}evloser", 1));
    let ran = books.run("close --period 2026-03").exits(3);
    assert!(ran.stdout.contains("unprintable") && ran.stdout.contains("the character U+202E"), "{}", ran.stdout);
    let json = books.run("reconcile --period 2026-03 --json").stdout;
    for text in [&ran.stdout, &ran.stderr, &json] {
        assert!(!text.contains('\u{202e}'), "{text}");
    }
    for (name, bytes) in books.files() {
        let is_theirs = name.contains("/invoices/") || name.contains("/journal");
        assert!(!is_theirs || !String::from_utf8_lossy(&bytes).contains('\u{202e}'), "{name}");
    }
    books.run("verify").exits(0);
    books.run("void CF/26-27/00001 --reason a\u{202e}b --by asha").exits(2);
}
