//! The return of outward supplies, through the binary.

use serde_json::Value;

use crate::support::{Books, rehearse_month, settings};
use crossfoot::rehearsal::Server;

const CUSTOMERS: &str = include_str!("../data/gst/customers.csv");
const CHARGES: &str = include_str!("../data/gst/charges.csv");
const LEDGER: &str = include_str!("../data/gst/ledger.csv");
const MONTH: &str = include_str!("../data/gst/month.csv");
const SETTINGS: &str = include_str!("../data/gst/settings.toml");

/// Books of a seller who charges GST, with a buyer of every kind; closed once.
fn closed() -> (Books, Server) {
    closed_by(SETTINGS)
}

fn closed_by(own: &str) -> (Books, Server) {
    let server = rehearse_month("2026-03", MONTH, |script| script.top = 0);
    let books = Books::empty(&server.base_url());
    let upstream = settings(&server.base_url(), "");
    let upstream = upstream.split("[seller]").next().unwrap();
    books.write("crossfoot.toml", &format!("{upstream}\n{}", own.replace("logo = \"templates/logo.png\"\n", "")));
    let customers = CUSTOMERS
        .replace("33AAFCC9980M1Z2,,,", "33AAFCC9980M1Z2,,sez-lut,")
        .replace("37AADCB2230M2ZR,,,", "37AADCB2230M2ZR,,sez,")
        .replace(",25000,", ",100000,");
    books.write("customers.csv", &customers);
    books.write("charges.csv", CHARGES);
    books.write("ledgers/2026-03.csv", LEDGER);
    books.run("close --period 2026-03").exits(0);
    (books, server)
}

/// The rows of the register.
fn register(books: &Books) -> Vec<std::collections::BTreeMap<String, String>> {
    let bytes = books.read("closes/2026-03/invoices.csv");
    csv::Reader::from_reader(bytes.as_slice()).deserialize().map(Result::unwrap).collect()
}

/// The month that the documents bear.
fn month(books: &Books) -> String {
    register(books)[0]["issue_date"][..7].to_owned()
}

fn number_of(books: &Books, customer: &str) -> String {
    register(books).into_iter().rfind(|row| row["customer_id"] == customer).unwrap()["number"].clone()
}

fn text(books: &Books, month: &str) -> String {
    String::from_utf8(books.read(&format!("returns/{month}/gstr1.json"))).unwrap()
}

/// Numbers of the documents that stand anywhere in a table.
fn numbers(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value {
            Value::Array(list) => open.extend(list),
            Value::Object(map) => {
                found.extend(["inum", "nt_num"].iter().filter_map(|key| map.get(*key)?.as_str()).map(str::to_owned));
                open.extend(map.values());
            }
            _ => {}
        }
    }
    found.sort();
    found
}

#[test]
fn a_month_with_a_buyer_of_every_kind() {
    let (books, _server) = closed();
    // Less for three, more for one: notes of every kind.
    let more = "MA_2,Set-up of a trunk,one-off,2026-03-20,,750.00,,,,\nMA_3,Goodwill,credit,2026-03-20,,100.00,,,,\nMA_4,Goodwill,credit,2026-03-20,,200.00,,,,\nMA_7,Goodwill,credit,2026-03-20,,300.00,,,,\n";
    books.write("charges.csv", &format!("{}{more}", CHARGES.replace("2026-03-10,,500.00", "2026-03-10,,400.00")));
    books.run("close --yes --period 2026-03").exits(0);
    let month = month(&books);
    let said = books.run(&format!("gstr1 --period {month}")).exits(0).stdout;
    let lines = text(&books, &month).replace("},{", "},\n{").replace("],\"", "],\n\"");
    let close = books.run("gstr1 --period 2026-03").exits(0).stdout;
    assert!(close.contains(&format!("that are dated in {month} are in that month's return")), "{close}");
    std::fs::remove_dir_all(books.path().join("returns/2026-03")).unwrap();
    insta::assert_snapshot!("gstr1", format!("{said}\n{lines}"));
    books.run("verify").exits(0);
    // The same again changes nothing.
    let before = books.files();
    let again = books.run(&format!("gstr1 --period {month} --json")).exits(0).json();
    assert_eq!(again["written"], false);
    assert_eq!(books.files(), before);
    let total = &again["total"];
    for sum in again["agrees_with"].as_array().unwrap() {
        for key in ["taxable", "igst", "cgst", "sgst", "cess"] {
            assert_eq!(sum[key], total[key], "{sum}");
        }
    }
}

#[test]
fn what_is_void_is_cancelled_and_nowhere_else() {
    let (books, _server) = closed();
    let month = month(&books);
    let void = number_of(&books, "MA_1");
    books.run(&format!("void {void} --reason typo --by Meera")).exits(0);
    let ran = books.run(&format!("gstr1 --period {month}")).exits(2);
    assert!(ran.stderr.contains("no close has recorded it"), "{}", ran.stderr);
    books.run("close --period 2026-03").exits(0);
    books.run(&format!("gstr1 --period {month}")).exits(0);
    let made: Value = serde_json::from_str(&text(&books, &month)).unwrap();
    assert!(!numbers(&made).contains(&void) && numbers(&made).contains(&number_of(&books, "MA_1")));
    let docs = &made["doc_issue"]["doc_det"][0]["docs"][0];
    assert_eq!(
        (docs["totnum"].as_u64(), docs["cancel"].as_u64(), docs["net_issue"].as_u64()),
        (Some(8), Some(1), Some(7))
    );
}

#[test]
fn what_an_earlier_return_had_is_amended_once() {
    let (books, _server) = closed();
    let first = month(&books);
    books.run(&format!("gstr1 --period {first}")).exits(0);
    // A business's invoice and a consumer's are void, and issued again.
    let (void, small) = (number_of(&books, "MA_1"), number_of(&books, "MA_3"));
    for number in [&void, &small] {
        books.run(&format!("void {number} --reason typo --by Meera")).exits(0);
    }
    let june = "2026-06-10T03:04:05Z";
    books.at(june, "close --period 2026-03 --offline").exits(0);
    // What was written stays, unless it was not filed.
    let before = text(&books, &first);
    let ran = books.at(june, &format!("gstr1 --period {first}")).exits(2);
    assert!(ran.stderr.contains("--replace") && text(&books, &first) == before, "{}", ran.stderr);

    let said = books.at(june, "gstr1 --period 2026-06 --json").exits(0).json();
    assert!(said["amended"].as_u64().unwrap() >= 2, "{said}");
    let made = text(&books, "2026-06");
    let value: Value = serde_json::from_str(&made).unwrap();
    assert_eq!(numbers(&value["b2ba"]), [void.as_str()]);
    assert_eq!(value["b2ba"][0]["inv"][0]["oinum"], void.as_str());
    assert!(made.contains("\"val\":0.00") && made.contains("\"txval\":0.00"), "{made}");
    assert_eq!(numbers(&value["b2b"]), [number_of(&books, "MA_1")]);
    // Table 12 has the difference: nothing on the whole, where the same was issued again.
    let hsn = &value["hsn"]["hsn_b2b"];
    assert!(hsn.is_null() || hsn.as_array().unwrap().iter().all(|row| row["txval"] == 0.0), "{made}");
    // And only once; a month that has not begun has no return.
    books.at(june, "gstr1 --period 2026-07").exits(2);
    books.at("2026-08-01T03:04:05Z", "gstr1 --period 2026-07").exits(0);
    let july: Value = serde_json::from_str(&text(&books, "2026-07")).unwrap();
    assert!(july["b2ba"].is_null() && july["b2csa"].is_null() && july["b2b"].is_null(), "{july}");
    // Not filed: it is written anew, and the later ones are named.
    let said = books.at(june, &format!("gstr1 --period {first} --replace")).exits(0).stdout;
    assert!(said.contains("The return of 2026-06 was made before"), "{said}");
}

#[test]
fn what_was_tampered_with_is_never_returned() {
    let (books, _server) = closed();
    let month = month(&books);
    let files = books.files();
    let json = files.keys().find(|name| name.ends_with("00003.json")).unwrap();
    for name in [json.as_str(), "closes/2026-03/invoices.csv", "audit/chain.jsonl"] {
        let mut bytes = files[name].clone();
        let at = bytes.len() / 2;
        bytes[at] ^= 1;
        std::fs::write(books.path().join(name), &bytes).unwrap();
        books.run(&format!("gstr1 --period {month}")).exits(4);
        assert!(!books.path().join("returns").exists());
        std::fs::write(books.path().join(name), &files[name]).unwrap();
    }
    books.run(&format!("gstr1 --period {month}")).exits(0);
}

#[test]
fn what_is_no_month_and_no_gst_is_told() {
    let books = Books::empty("http://127.0.0.1:1/x");
    let ran = books.run("gstr1 --period 2026-03-01..2026-03-31").exits(2);
    assert!(ran.stderr.contains("GSTR-1 is of a month"), "{}", ran.stderr);
    let ran = books.run("gstr1 --period 2026-03").exits(2);
    assert!(ran.stderr.contains("charge no GST"), "{}", ran.stderr);
    let settings = settings("http://127.0.0.1:1/x", "gstin = \"29AAFCC9980M1ZR\"\n[invoice]\nregime = \"gst\"\n");
    books.write("crossfoot.toml", &settings);
    let ran = books.run("gstr1 --period 2026-03").exits(1);
    assert!(ran.stderr.contains("nothing has been closed"), "{}", ran.stderr);
    let (books, _server) = closed();
    let said = books.run("gstr1 --period 2025-01").exits(0).stdout;
    assert!(said.contains("a nil return"), "{said}");
    assert_eq!(
        text(&books, "2025-01"),
        "{\"gstin\":\"29AAFCC9980M1ZR\",\"fp\":\"012025\",\"version\":\"GST3.2.4\",\"hash\":\"hash\"}\n"
    );
}

#[test]
fn what_the_portal_would_refuse_is_listed() {
    // A code of four digits is enough for small sellers only, and this one says that it is none.
    let own = SETTINGS.replace("regime = \"gst\"", "regime = \"gst\"\nsac = \"9984\"\ndeclaration = true");
    let (books, _server) = closed_by(&own);
    let month = month(&books);
    let said = books.run(&format!("gstr1 --period {month} --json")).exits(3).json();
    let refused: Vec<&Value> =
        said["checks"].as_array().unwrap().iter().filter(|check| check["refused"] == true).collect();
    assert_eq!(refused.len(), 1, "{said}");
    assert_eq!(refused[0]["about"], "table 12, 9984");
}

#[test]
fn a_statement_tells_cost_billed_and_margin_by_customer() {
    let (books, _server) = closed();
    books.write("charges.csv", &CHARGES.replace("2026-03-10,,500.00", "2026-03-10,,400.00"));
    books.run("close --yes --period 2026-03").exits(0);
    let void = number_of(&books, "MA_4");
    books.run(&format!("void {void} --reason typo --by Meera")).exits(0);
    books.run("close --period 2026-03").exits(0);
    let text = String::from_utf8(books.read("closes/2026-03/statement.csv")).unwrap();
    insta::assert_snapshot!("statement", text);
    let page = String::from_utf8(books.read("closes/2026-03/reconciliation.html")).unwrap();
    let stem = void.replace('/', "-");
    assert!(page.contains(&format!("<a href=\"invoices/{stem}.pdf\">")) && page.contains("Cost, billed, margin"));
    books.run("verify").exits(0);
    // What is owed by the statement is what the register says, in paise.
    let paise = |text: &str, column: &str| -> i64 {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let rows: Vec<std::collections::BTreeMap<String, String>> = reader.deserialize().map(Result::unwrap).collect();
        rows.iter().map(|row| row[column].replace('.', "").parse::<i64>().unwrap()).sum()
    };
    let register = String::from_utf8(books.read("closes/2026-03/invoices.csv")).unwrap();
    assert_eq!(paise(&text, "owed"), paise(&register, "total"));
}

#[test]
fn a_return_is_packed_with_its_close_and_committed() {
    use super::git::{git, repository, run};
    let (books, _server) = closed();
    repository(&books);
    books.write(".gitignore", "/.crossfoot/\n/outbox/\n");
    let text = String::from_utf8(books.read("crossfoot.toml")).unwrap();
    books.write("crossfoot.toml", &format!("{text}[git]\ncommit = true\n"));
    let month = month(&books);
    assert_eq!(month, "2026-04");
    run(&books, "gstr1 --period 2026-04");
    assert!(git(&books, &["log", "-1", "--format=%s"]).starts_with("gstr1 2026-04"));
    let committed = git(&books, &["ls-files", "returns"]);
    assert_eq!(committed, "returns/2026-04/gstr1.json\nreturns/2026-04/gstr1.xlsx\n");
    books.run("pack --period 2026-03 --out p.zip").exits(0);
    let file = std::fs::File::open(books.path().join("p.zip")).unwrap();
    let names: Vec<String> =
        zip::ZipArchive::new(file).unwrap().file_names().map(|name| name.unwrap().into_owned()).collect();
    assert!(names.iter().any(|name| name.ends_with("books/returns/2026-04/gstr1.json")), "{names:?}");
}
