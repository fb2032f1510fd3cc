//! E-invoices where turnover asks for them: nothing is issued that the registration portal cannot
//! take, one file is uploaded, nothing is mailed before it is registered.

use serde_json::Value;

use super::invoices::gst;
use crate::support::smtp::Mailer;
use crate::support::{Books, rehearse_month};

const LONG: &str =
    "Tower 4, Floor 11, Survey Numbers 91/2 and 91/3, Behind the Old Flour Mill, Outer Ring Road, Kadubeesanahalli";

fn required(text: &str) -> String {
    text.replace("regime = \"gst\"", "regime = \"gst\"\neinvoice = \"required\"")
}

/// The number of a customer's last invoice.
fn number(books: &Books, customer: &str) -> String {
    let register = String::from_utf8(books.read("closes/2026-03/invoices.csv")).unwrap();
    let row = register.lines().rfind(|line| line.split(',').nth(2) == Some(customer)).unwrap();
    row.split(',').next().unwrap().to_owned()
}

/// What the portal answers for an invoice.
fn response(number: &str) -> Value {
    use sha2::{Digest, Sha256};
    let hash = Sha256::digest(format!("29AAFCC9980M1ZR2026-27INV{number}").as_bytes());
    let irn: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    let qr = format!("e.{}.s", "QWxs".repeat(150));
    serde_json::json!({"AckNo": 112610000012345_u64, "AckDt": "2026-04-03 10:11:00", "Irn": irn, "SignedQRCode": qr})
}

/// The numbers in the file for the bulk upload.
fn bulk(books: &Books) -> Vec<String> {
    let all = books.json("closes/2026-03/inv01-bulk.json");
    let number = |one: &Value| one["DocDtls"]["No"].as_str().unwrap().to_owned();
    all.as_array().unwrap().iter().map(number).collect()
}

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn where_it_is_required_nothing_is_issued_that_the_portal_cannot_take() {
    let (books, _server) = gst(required);
    let customers = String::from_utf8(books.read("customers.csv")).unwrap();
    let wrong = customers.replace("98 College Road", &format!("\"{LONG}\"")).replace(",Mumbai,", ",,");
    books.write("customers.csv", &wrong);
    let draft = flat(&books.run("close --draft --period 2026-03").exits(3).stdout);
    assert!(draft.contains("Not invoiced: 2 customers"), "{draft}");
    assert!(draft.contains("MA_2: it needs an e-invoice, and INV-01 cannot be made: the buyer's city"), "{draft}");
    let closed = books.run("close --period 2026-03 --json").exits(3).json();
    let held: Vec<&str> =
        closed["held"].as_array().unwrap().iter().map(|held| held["customer_id"].as_str().unwrap()).collect();
    assert_eq!((held, closed["issued"].as_array().unwrap().len()), (vec!["MA_1", "MA_2"], 5));
    let findings = books.json("closes/2026-03/reconciliation.json")["findings"].clone();
    let of = |finding: &&Value| finding["code"] == "no-einvoice" && finding["customers"][0] == "MA_1";
    let finding = findings.as_array().unwrap().iter().find(of).unwrap();
    assert_eq!(finding["severity"], "blocking");
    assert!(finding["message"].as_str().unwrap().contains(&format!("the customer's `{LONG}`")), "{finding}");
    books.run("verify").exits(0);
    // Who needs none gets a document as before, and so does everybody once it is mended.
    books.write("customers.csv", &customers);
    books.run("close --period 2026-03").exits(0);
    assert_eq!(number(&books, "MA_1"), "CF/26-27/00006");
    books.run("verify").exits(0);

    let (books, _server) = gst(str::to_owned);
    books.write("customers.csv", &wrong);
    books.run("close --period 2026-03").exits(0);
    assert!(!bulk(&books).contains(&number(&books, "MA_1")));
    let (books, _server) =
        gst(|text| required(text).replace("regime =", "number_format = \"{seq:05}/{fy}\"\nregime ="));
    let ran = books.run("close --period 2026-03").exits(2);
    assert!(ran.stderr.contains("do not begin with 0"), "{}", ran.stderr);
}

#[test]
fn one_file_for_the_portal_has_what_is_not_registered() {
    let (books, _server) = gst(str::to_owned);
    books.run("close --period 2026-03").exits(0);
    let one = |customer: &str| number(&books, customer);
    let due = ["MA_1", "MA_2", "MA_4", "MA_5", "MA_6"].map(one);
    assert_eq!(bulk(&books), due);
    let all = books.json("closes/2026-03/inv01-bulk.json");
    for (number, whole) in due.iter().zip(all.as_array().unwrap()) {
        let single = books.json(&format!("closes/2026-03/invoices/{}.inv01.json", number.replace('/', "-")));
        assert_eq!(&single, whole, "{number}");
    }
    books.run("verify").exits(0);
    // What is registered, or void, is not uploaded again.
    books.write("irn/april.json", &serde_json::json!([response(&due[0]), response(&due[2])]).to_string());
    books.run(&format!("void {} --reason typo --by asha", due[1])).exits(0);
    books.run("close --period 2026-03 --yes").exits(0);
    assert_eq!(bulk(&books), [due[3].clone(), due[4].clone(), one("MA_2")]);
    books.run("verify").exits(0);
    let path = books.path().join("closes/2026-03/inv01-bulk.json");
    std::fs::write(&path, "[]\n").unwrap();
    books.run("verify").exits(4);
}

#[test]
fn a_response_that_is_of_no_document_is_told() {
    let (books, _server) = gst(str::to_owned);
    books.run("close --period 2026-03").exits(0);
    let (ours, other) = (number(&books, "MA_1"), response("CF/26-27/00099"));
    books.write("irn/april.json", &serde_json::json!([response(&ours), other]).to_string());
    books.write("irn/CF-26-27-99.json", &response(&number(&books, "MA_2")).to_string());
    let told = flat(&books.run("close --period 2026-03").exits(0).stderr);
    assert!(told.contains(&format!("its IRN is {}", other["Irn"].as_str().unwrap())), "{told}");
    assert!(told.contains("irn/CF-26-27-99.json is taken for nothing"), "{told}");
    assert_eq!(told.matches("warning").count(), 2, "{told}");
    // One of a void document has its document.
    books.write("irn/april.json", &serde_json::json!([response(&ours)]).to_string());
    std::fs::remove_file(books.path().join("irn/CF-26-27-99.json")).unwrap();
    books.run(&format!("void {ours} --reason typo --by asha")).exits(0);
    let told = books.run("close --period 2026-03 --yes").exits(0).stderr;
    assert!(!told.contains("IRN"), "{told}");
}

#[test]
fn a_gstin_that_comes_after_the_invoice_is_told() {
    let (books, _server) = gst(str::to_owned);
    books.run("close --period 2026-03").exits(0);
    let consumer = number(&books, "MA_3");
    let customers = String::from_utf8(books.read("customers.csv")).unwrap();
    let without = books.files();
    books.write("customers.csv", &customers.replace("Goa,403001,India,30,,", "Goa,403001,India,30,30AAFCC9980M1Z8,"));
    let told = |books: &Books| {
        let findings = books.json("closes/2026-03/reconciliation.json")["findings"].clone();
        let found = findings.as_array().unwrap().iter().find(|finding| finding["code"] == "gstin-later").cloned();
        found.map(|found| (found["severity"].clone(), found["message"].as_str().unwrap().to_owned()))
    };
    assert_eq!(told(&books), None);
    books.run("close --period 2026-03").exits(0);
    let (severity, message) = told(&books).unwrap();
    assert_eq!(severity, "warning");
    let said = format!("MA_3 has the GSTIN 30AAFCC9980M1Z8, and was invoiced without it: {consumer} of 2 April 2026.");
    assert_eq!(message, said);
    let invoice = format!("closes/2026-03/invoices/{}.json", consumer.replace('/', "-"));
    assert_eq!(books.files()[&invoice], without[&invoice]);
    books.run("verify").exits(0);
    // Void and issued again, it has the GSTIN, and there is nothing to say.
    books.run(&format!("void {consumer} --reason gstin --by asha")).exits(0);
    books.run("close --period 2026-03 --yes").exits(0);
    assert_eq!(told(&books), None);
    assert!(bulk(&books).contains(&number(&books, "MA_3")));
    books.run("verify").exits(0);
}

#[test]
fn a_gstin_that_comes_in_the_next_month_is_told_by_its_close() {
    let (books, march) = gst(str::to_owned);
    books.run("close --period 2026-03").exits(0);
    let (consumer, other) = (number(&books, "MA_3"), number(&books, "MA_7"));
    let april = rehearse_month("2026-04", include_str!("../data/gst/month.csv"), |script| script.top = 0);
    let settings = String::from_utf8(books.read("crossfoot.toml")).unwrap();
    books.write("crossfoot.toml", &settings.replace(&march.base_url(), &april.base_url()));
    books.write("ledgers/2026-04.csv", &include_str!("../data/gst/ledger.csv").replace("2026-03", "2026-04"));
    let customers = String::from_utf8(books.read("customers.csv")).unwrap();
    books.write("customers.csv", &customers.replace("Goa,403001,India,30,,", "Goa,403001,India,30,30AAFCC9980M1Z8,"));
    books.at("2026-05-02T06:00:00Z", "close --period 2026-04 --yes").exits(0);
    let report = String::from_utf8(books.read("closes/2026-04/reconciliation.json")).unwrap();
    assert!(report.contains(&format!("was invoiced without it: {consumer} of 2 April 2026.")), "{report}");
    assert!(!report.contains(&other), "{report}");
    books.run("verify").exits(0);
    // What becomes of the invoice later changes nothing of what April's close said.
    books.at("2026-05-03T06:00:00Z", &format!("void {consumer} --reason gstin --by asha")).exits(0);
    books.run("verify").exits(0);
}

#[test]
fn nothing_is_mailed_that_must_be_registered_and_is_not() {
    let mailer = Mailer::start(&[]);
    let mail = format!("[mail]\nsmtp_host = \"127.0.0.1\"\nsmtp_port = {}\ntls = \"none\"\n", mailer.port);
    let (books, _server) = gst(|text| format!("{}\n{mail}", required(text)));
    let customers = String::from_utf8(books.read("customers.csv")).unwrap();
    books.write(
        "customers.csv",
        &customers.replace("Goa,403001,India,30,,,", "Goa,403001,India,30,,goa@three.example,"),
    );
    books.run("close --period 2026-03").exits(0);
    let (registered, person) = (number(&books, "MA_1"), number(&books, "MA_3"));
    let row = |now: &str, flags: &str, of: &str| {
        let sent = books.at(now, &format!("send --period 2026-03 --json {flags}")).exits(3).json();
        sent["outbox"].as_array().unwrap().iter().find(|row| row["number"] == of).unwrap().clone()
    };
    // Only the buyer that is no business gets its mail, whatever is asked for.
    let kept = row("2026-04-03T06:00:00Z", "--yes", &registered);
    assert_eq!((&kept["state"], &kept["irn_days_left"]), (&"no-irn".into(), &29.into()));
    assert!(kept["note"].as_str().unwrap().ends_with("29 of the 30 days to register it are left, until 1 May 2026"));
    row("2026-04-03T06:00:00Z", &format!("--yes --only {registered}"), &registered);
    row("2026-04-03T06:00:00Z", &format!("--yes --again --reason x --only {registered}"), &registered);
    assert_eq!(row("2026-04-03T06:00:00Z", "", &person)["state"], "sent");
    assert_eq!(mailer.taken().len(), 1);
    let status = books.at("2026-04-03T06:00:00Z", "status").exits(0).stdout;
    assert!(
        flat(&status).contains("5 documents to register before mailing; of the first, 29 of the 30 days"),
        "{status}"
    );
    // When the time is over it is a warning.
    let late = books.at("2026-05-02T06:00:00Z", "send --period 2026-03").exits(3);
    assert!(late.stderr.contains("warning: the 30 days to register documents are over"), "{}", late.stderr);
    assert!(flat(&late.stdout).contains("ended on 1 May 2026; the portal refuses it: void it"), "{}", late.stdout);
    assert!(late.stdout.contains("Upload closes/2026-03/inv01-bulk.json"), "{}", late.stdout);
    let status = books.at("2026-05-02T06:00:00Z", "status --json").exits(0).json();
    assert_eq!(status["periods"][0]["without_irn"]["days_left"], 0);
    // Registered, it goes.
    books.write(&format!("irn/{}.json", registered.replace('/', "-")), &response(&registered).to_string());
    books.run("close --period 2026-03").exits(0);
    assert_eq!(row("2026-04-03T06:00:00Z", "--yes", &registered)["state"], "sent");
    assert_eq!(mailer.taken().len(), 2);
}
