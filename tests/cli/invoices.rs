//! What is charged, taxed, corrected and made void, through the binary.

use rust_decimal::Decimal;
use serde_json::Value;

use crate::support::{Books, rehearse_month, settings};
use crossfoot::rehearsal::Server;

const CUSTOMERS: &str = include_str!("../data/gst/customers.csv");
pub(super) const CHARGES: &str = include_str!("../data/gst/charges.csv");
const LEDGER: &str = include_str!("../data/gst/ledger.csv");
const MONTH: &str = include_str!("../data/gst/month.csv");
const SETTINGS: &str = include_str!("../data/gst/settings.toml");

/// Books of a seller who charges GST, and the partner that goes with them.
pub(super) fn gst(change: impl Fn(&str) -> String) -> (Books, Server) {
    let server = rehearse_month("2026-03", MONTH, |script| script.top = 0);
    let books = Books::empty(&server.base_url());
    let upstream = settings(&server.base_url(), "");
    let upstream = upstream.split("[seller]").next().unwrap();
    books.write("crossfoot.toml", &change(&format!("{upstream}\n{SETTINGS}")));
    std::fs::create_dir_all(books.path().join("templates")).unwrap();
    std::fs::write(books.path().join("templates/logo.png"), include_bytes!("../data/gst/logo.png")).unwrap();
    books.write("customers.csv", CUSTOMERS);
    books.write("charges.csv", CHARGES);
    books.write("ledgers/2026-03.csv", LEDGER);
    (books, server)
}

fn invoice(books: &Books, stem: &str) -> Value {
    books.json(&format!("closes/2026-03/invoices/{stem}.json"))
}

fn of(books: &Books, customer: &str) -> Value {
    let register = String::from_utf8(books.read("closes/2026-03/invoices.csv")).unwrap();
    let row = register.lines().find(|line| line.split(',').nth(2) == Some(customer)).unwrap();
    invoice(books, &row.split(',').next().unwrap().replace('/', "-"))
}

/// The rows of `invoices.csv`, by its header.
fn register(books: &Books) -> Vec<std::collections::BTreeMap<String, String>> {
    let bytes = books.read("closes/2026-03/invoices.csv");
    csv::Reader::from_reader(bytes.as_slice()).deserialize().map(Result::unwrap).collect()
}

fn amount(value: &Value) -> Decimal {
    value.as_str().unwrap().parse().unwrap()
}

/// `kind rate% of base = amount`
fn taxes(invoice: &Value) -> Vec<String> {
    let text = |tax: &Value, key: &str| tax[key].as_str().unwrap().to_owned();
    let taxes = invoice["taxes"].as_array().unwrap().iter();
    taxes
        .map(|t| format!("{} {}% of {} = {}", text(t, "kind"), text(t, "rate"), text(t, "base"), text(t, "amount")))
        .collect()
}

#[test]
fn each_buyer_is_charged_the_tax_of_its_place() {
    let (books, _server) = gst(str::to_owned);
    books.run("close --period 2026-03").exits(0);
    let expected = [
        // In the seller's State: central and State tax. Mark-up, rental, porting, goodwill.
        (
            "MA_1",
            vec!["CGST 9% of 6575.60 = 591.80", "SGST 9% of 6575.60 = 591.80"],
            "registered",
            "29",
            "-0.20",
            "7759.00",
        ),
        ("MA_2", vec!["IGST 18% of 7642.53 = 1375.66"], "registered", "27", "-0.19", "9018.00"),
        ("MA_3", vec!["IGST 18% of 12066.78 = 2172.02"], "unregistered", "30", "0.20", "14239.00"),
        ("MA_4", vec!["IGST 0% of 16088.79 = 0.00"], "export-lut", "96", "0.21", "16089.00"),
    ];
    for (customer, tax, treatment, place, round_off, total) in expected {
        let invoice = of(&books, customer);
        assert_eq!(taxes(&invoice), tax, "{customer}");
        assert_eq!(
            (&invoice["supply"]["treatment"], &invoice["supply"]["place_code"]),
            (&treatment.into(), &place.into())
        );
        assert_eq!((&invoice["round_off"], &invoice["total"]), (&round_off.into(), &total.into()));
    }
    let export = of(&books, "MA_4");
    assert!(export["remarks"][0].as_str().unwrap().contains("WITHOUT PAYMENT OF INTEGRATED TAX"));
    assert_eq!(export["remarks"][1], "Letter of undertaking: AD290326000123X");
    let marked_up = &of(&books, "MA_1")["lines"][0];
    assert_eq!(marked_up["pricing"], serde_json::json!({"by": "markup", "base": "1311.31", "percent": "12.5"}));
    assert_eq!((&marked_up["exact"], &marked_up["amount"]), (&"1475.22375".into(), &"1475.22".into()));
    // What can be told in a structured form is, and of the rest it is said why not.
    assert_eq!(of(&books, "MA_1")["structured"]["inv-01"], Value::Null);
    let why = of(&books, "MA_3")["structured"]["inv-01"].clone();
    assert_eq!(why, "the buyer is not registered: INV-01 is between businesses");
    books.run("verify").exits(0);
}

#[test]
fn a_gstin_that_cannot_be_right_stops_that_invoice_only() {
    let (books, _server) = gst(str::to_owned);
    books.write("customers.csv", &CUSTOMERS.replace("27AAPFU0939F1ZV", "27AAPFU0993F1ZV"));
    let closed = books.run("close --period 2026-03 --json").exits(3).json();
    assert_eq!(closed["issued"].as_array().unwrap().len(), 6);
    assert_eq!(closed["held"][0]["customer_id"], "MA_2");
    let finding = books.json("closes/2026-03/reconciliation.json")["findings"][0].clone();
    assert_eq!((&finding["code"], &finding["severity"]), (&"gstin-invalid".into(), &"blocking".into()));
    assert!(finding["message"].as_str().unwrap().contains("mistyped"));
    // With the right number it is invoiced, behind those that are issued.
    books.write("customers.csv", CUSTOMERS);
    books.run("close --period 2026-03").exits(0);
    assert_eq!(of(&books, "MA_2")["number"], "CF/26-27/00007");
    books.run("verify").exits(0);
}

#[test]
fn particulars_that_contradict_each_other_are_told() {
    let cases = [
        (
            "Karnataka,560001,India,29,29AADCB2230M1ZP",
            "Maharashtra,400001,India,27,29AADCB2230M1ZP",
            "its GSTIN is of Karnataka (29), and its address in Maharashtra (27)",
        ),
        (
            "Goa,403001,India,30",
            "Goa,403001,India,29",
            "its State is `Goa`, and the State code is that of Karnataka (29)",
        ),
        ("Goa,403001,India,30", "Goa,560001,India,30", "its PIN 560001 is not of Goa (30)"),
        ("29AADCB2230M1ZP", "29AAFCC9980M1ZR", "it has the GSTIN of the seller"),
        (
            "MA_2,अक्षय संचार प्राइवेट लिमिटेड,\"१२, शास्त्री मार्ग\",Mumbai,Maharashtra,400001",
            "MA_2,अक्षय संचार प्राइवेट लिमिटेड,\"१२, शास्त्री मार्ग\",Mumbai,Maharashtra,",
            "it is registered and has no PIN",
        ),
        (",,,export-lut,", ",27,,registered,", "has no GSTIN"),
        ("United Arab Emirates", "India", "contradict"),
    ];
    for (right, wrong, why) in cases {
        let (books, _server) = gst(str::to_owned);
        assert!(CUSTOMERS.contains(right), "{right}");
        books.write("customers.csv", &CUSTOMERS.replace(right, wrong));
        let ran = books.run("close --period 2026-03").exits(3);
        assert!(ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ").contains(why), "{why}: {}", ran.stdout);
    }
    // What lacks of the seller is told once, and nobody is invoiced.
    let (books, _server) = gst(|text| text.replace("pin = \"560001\"\n", "").replace("Bengaluru 560001", "Bengaluru"));
    let closed = books.run("close --period 2026-03 --json").exits(3).json();
    assert_eq!((closed["issued"].as_array().unwrap().len(), closed["not_invoiced"].as_array().unwrap().len()), (0, 7));
    let findings = books.json("closes/2026-03/reconciliation.json")["findings"].clone();
    let message = "7 customers get no invoice: the seller has no PIN (CGST Rule 46(a)).";
    assert_eq!((findings.as_array().unwrap().len(), &findings[0]["message"]), (1, &message.into()));
    let (books, _server) = gst(|text| text.replace("29AAFCC9980M1ZR", "29AAFCC9980M1ZX"));
    assert!(books.run("close --period 2026-03").exits(2).stderr.contains("[seller] gstin"));
}

/// Who owes the tax, where a supply is when nothing tells it, and what rounds to nothing.
#[test]
fn the_tax_is_the_buyer_s_only_where_it_is_registered_and_an_assumed_place_is_told() {
    let (books, _server) = gst(|text| text.replace("regime = \"gst\"", "regime = \"gst\"\nreverse_charge = true"));
    let bare = "MA_3,Unregistered Person,,,,,,,,,,,,,";
    let rows = CUSTOMERS.lines().map(|row| if row.starts_with("MA_3") { bare } else { row });
    books.write("customers.csv", &(rows.collect::<Vec<_>>().join("\n") + "\n"));
    books.run("close --period 2026-03").exits(0);
    let registered = of(&books, "MA_2");
    assert_eq!((registered["taxes"].as_array().unwrap().len(), &registered["total"]), (0, &"7643.00".into()));
    assert_eq!(registered["recipient_taxes"][0]["amount"], "1375.66");
    let stem = registered["number"].as_str().unwrap().replace('/', "-");
    let inv01 = books.json(&format!("closes/2026-03/invoices/{stem}.inv01.json"));
    assert_eq!(
        (&inv01["TranDtls"]["RegRev"], inv01["ValDtls"]["IgstVal"].to_string()),
        (&"Y".into(), "1375.66".into())
    );
    assert_eq!(
        (inv01["ItemList"][0]["GstRt"].to_string(), inv01["ValDtls"]["TotInvVal"].to_string()),
        ("18".into(), "7643.0".into())
    );
    for customer in ["MA_3", "MA_4"] {
        let supply = &of(&books, customer)["supply"];
        assert_eq!(supply["reverse_charge"], false, "{customer}");
    }
    assert_eq!(taxes(&of(&books, "MA_3"))[0], "CGST 9% of 12066.78 = 1086.01");
    assert_eq!(of(&books, "MA_3")["supply"]["place_assumed"], true);
    let findings = books.json("closes/2026-03/reconciliation.json")["findings"].clone();
    assert_eq!((&findings[0]["code"], &findings[0]["severity"]), (&"place-assumed".into(), &"warning".into()));
    books.run("verify").exits(0);
}

#[test]
fn rates_discounts_and_minimums_are_charged_as_agreed() {
    let (books, _server) =
        gst(|text| text.replace("regime = \"gst\"", "regime = \"vat\"\nvat_rate = \"20\"\nround_total = \"none\""));
    books.write(
        "customers.csv",
        "customer_id,legal_name,rate_inbound,rate_outbound,rate_unit,discount_percent,minimum_commitment,country\nMA_1,One,100.125,0.0333,call,,,\nMA_2,Two,,,,5,,\nMA_3,Three,,,,,20000,\nMA_4,Four,,,,,,\nMA_5,Five,,,,,,\nMA_6,Six,,,,,,\nMA_7,Seven,,,,,,\n",
    );
    books.write("charges.csv", "customer_id,description,kind,from,to,amount\n");
    books.run("close --period 2026-03").exits(0);
    let lines = |customer: &str| -> Vec<(String, String)> {
        let invoice = of(&books, customer);
        let lines = invoice["lines"].as_array().unwrap().clone();
        lines.iter().map(|l| (l["charge"].as_str().unwrap().into(), l["amount"].as_str().unwrap().into())).collect()
    };
    let own =
        |parts: &[(&str, &str)]| parts.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect::<Vec<_>>();
    // One inbound and two outbound calls: 100.125 and 0.0666 before rounding.
    assert_eq!(lines("MA_1"), own(&[("usage", "100.13"), ("usage", "0.07")]));
    assert_eq!(lines("MA_2"), own(&[("usage", "2622.32"), ("usage", "5422.45"), ("discount", "-402.24")]));
    assert_eq!(lines("MA_3"), own(&[("usage", "3933.33"), ("usage", "8133.45"), ("minimum", "7933.22")]));
    assert_eq!(taxes(&of(&books, "MA_3")), ["VAT 20% of 20000.00 = 4000.00"]);
    assert_eq!(of(&books, "MA_1")["total"], "120.24");
    books.run("verify").exits(0);
}

#[test]
fn a_price_per_minute_needs_minutes() {
    let customers = CUSTOMERS.replace("minimum_commitment", "rate_outbound").replace(",25000,", ",0.45,");
    let (books, _server) = gst(str::to_owned);
    books.write("customers.csv", &customers);
    books.run("close --period 2026-03").exits(0);
    let line = of(&books, "MA_7")["lines"][1].clone();
    let pricing = &line["pricing"];
    assert_eq!(
        (&pricing["by"], &pricing["unit"], &pricing["price"]),
        (&"rate".into(), &"minute".into(), &"0.45".into())
    );
    assert_eq!(amount(&line["exact"]), amount(&pricing["quantity"]) * Decimal::new(45, 2));

    // Where only the list of customers is captured, nobody knows them.
    let server = rehearse_month("2026-03", MONTH, |script| script.top = 7);
    books.write(
        "crossfoot.toml",
        &format!(
            "{}matrix = \"top-customers\"\n{SETTINGS}",
            settings(&server.base_url(), "").split("[seller]").next().unwrap()
        ),
    );
    std::fs::remove_dir_all(books.path().join("closes")).unwrap();
    std::fs::remove_dir_all(books.path().join("audit")).unwrap();
    let closed = books.run("close --period 2026-03 --json").exits(3).json();
    assert_eq!((closed["held"].as_array().unwrap().len(), &closed["held"][0]["customer_id"]), (1, &"MA_7".into()));
    let finding = books.json("closes/2026-03/reconciliation.json")["findings"][0].clone();
    assert_eq!(finding["code"], "not-billable");
}

#[test]
fn numbers_run_on_and_a_void_one_is_never_used_again() {
    let (books, _server) = gst(str::to_owned);
    books.run("close --period 2026-03").exits(0);
    let first = of(&books, "MA_1")["number"].as_str().unwrap().to_owned();
    let problem = books.run("void CF/26-27/0009 --reason typo --by Meera").exits(2);
    assert!(problem.stderr.contains("no invoice has the number"), "{}", problem.stderr);
    books.run(&format!("void {first} --reason wrong-address --by Meera")).exits(0);
    books.run(&format!("void {first} --reason again --by Meera")).exits(2);
    let next = |books: &Books| books.run("status --json").exits(0).json()["periods"][0]["next"].clone();
    assert_eq!(next(&books), "crossfoot close --period 2026-03", "a void number is told by a close");
    let closed = books.run("close --period 2026-03").exits(0).stdout;
    assert!(closed.contains("6 invoices, 1 void issued before, unchanged"), "{closed}");
    assert_eq!(next(&books), "crossfoot send --period 2026-03");
    let register = register(&books);
    let of_one: Vec<_> = register.iter().filter(|row| row["customer_id"] == "MA_1").collect();
    let status: Vec<_> = of_one.iter().map(|row| (row["number"].as_str(), row["status"].as_str())).collect();
    assert_eq!(status, [(first.as_str(), "void"), ("CF/26-27/00008", "issued")]);
    // Nothing is owed for a void document; what it bears stands beside.
    assert_eq!(of_one[0]["total"], "0.00");
    assert_eq!(of_one[0]["printed_total"], of_one[1]["total"]);
    books.run("verify").exits(0);
    let certificate = books.run("numbers --json").exits(0).json();
    assert_eq!(certificate["continuous"], true);
    let series = &certificate["series"][0];
    let text = |key: &str| series[key].as_str().unwrap();
    assert_eq!((text("document"), text("first"), text("last")), ("invoice", "CF/26-27/00001", "CF/26-27/00008"));
    assert_eq!((&series["total"], &series["cancelled"], &series["net_issued"]), (&8.into(), &1.into(), &7.into()));
    assert!(String::from_utf8(books.read("audit/chain.jsonl")).unwrap().contains("\"voided\":[{"));
    // Nothing is owed for a void invoice.
    let journal = String::from_utf8(books.read("closes/2026-03/journal.hledger")).unwrap();
    assert!(!journal.contains(&format!("({first})")) && journal.contains("(CF/26-27/00008)"));
}

#[test]
fn a_tax_invoice_names_its_seller() {
    let (books, _server) = gst(str::to_owned);
    let text = String::from_utf8(books.read("crossfoot.toml")).unwrap();
    books.write(
        "crossfoot.toml",
        &text.lines().filter(|line| !line.starts_with("legal_name")).fold(String::new(), |all, line| all + line + "\n"),
    );
    let ran = books.run("close --period 2026-03").exits(2);
    assert!(ran.stderr.contains("[seller] legal_name is not set"), "{}", ran.stderr);
}

#[test]
fn a_correction_is_a_note_that_states_its_tax() {
    let (books, _server) = gst(str::to_owned);
    books.run("close --period 2026-03").exits(0);
    books.write("charges.csv", &CHARGES.replace("2026-03-10,,500.00", "2026-03-10,,400.00"));
    let closed = books.run("close --yes --period 2026-03").exits(0).stdout;
    assert!(closed.contains("Issued 1 credit note  CN/26-27/00001, -₹118.00"), "{closed}");
    let noted = register(&books).pop().unwrap();
    assert_eq!([&noted["taxable"], &noted["tax"], &noted["total"]], ["-100.00", "-18.00", "-118.00"]);
    assert_eq!(noted["printed_total"], "118.00");
    let note = invoice(&books, "CN-26-27-00001");
    assert_eq!(
        (&note["document"], &note["original"]["number"]),
        (&"credit-note".into(), &of(&books, "MA_1")["number"])
    );
    assert_eq!(taxes(&note), ["CGST 9% of 100.00 = 9.00", "SGST 9% of 100.00 = 9.00"]);
    assert_eq!((&note["total"], &note["due_date"]), (&"118.00".into(), &Value::Null));
    let inv01 = books.json("closes/2026-03/invoices/CN-26-27-00001.inv01.json");
    assert_eq!(
        (&inv01["DocDtls"]["Typ"], &inv01["RefDtls"]["PrecDocDtls"][0]["InvNo"]),
        (&"CRN".into(), &note["original"]["number"])
    );
    let journal = String::from_utf8(books.read("closes/2026-03/journal.hledger")).unwrap();
    assert!(journal.contains("assets:receivable:MA_1                        INR -118.00"), "{journal}");
    books.run("verify").exits(0);
    // What it corrects stands as long as it does.
    let corrected = note["original"]["number"].as_str().unwrap();
    let ran = books.run(&format!("void {corrected} --reason typo --by Meera")).exits(2);
    assert!(ran.stderr.contains("CN/26-27/00001 corrects"), "{}", ran.stderr);
    // A chain that is lost knows no number that was used.
    std::fs::remove_file(books.path().join("audit/chain.jsonl")).unwrap();
    let before = books.files();
    let ran = books.run("close --period 2026-03").exits(4);
    assert!(ran.stderr.contains("no event of the chain seals it"), "{}", ran.stderr);
    assert_eq!(books.files(), before);
}

#[test]
fn what_the_portal_returns_is_printed_on_a_copy() {
    use sha2::{Digest, Sha256};
    let (books, _server) = gst(str::to_owned);
    books.run("close --period 2026-03").exits(0);
    let before = books.files();
    let invoice = of(&books, "MA_1");
    let number = invoice["number"].as_str().unwrap();
    let hash = Sha256::digest(format!("29AAFCC9980M1ZR2026-27INV{number}").as_bytes());
    let irn: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    let stem = number.replace('/', "-");
    let response = |irn: &str| {
        format!(
            "{{\"Status\":1,\"Data\":{{\"AckNo\":112610000012345,\"AckDt\":\"2026-04-01 10:11:00\",\"Irn\":\"{irn}\",\"SignedQRCode\":\"eyJhbGciOiJSUzI1NiJ9.{}.c2ln\"}}}}",
            "QWxs".repeat(150)
        )
    };
    // A response of another document changes nothing.
    books.write(&format!("irn/{stem}.json"), &response(&irn.replace('1', "2")));
    let ran = books.run("close --period 2026-03").exits(2);
    assert!(ran.stderr.contains("it is of another document"), "{}", ran.stderr);
    books.write(&format!("irn/{stem}.json"), &response(&irn));
    books.run("close --period 2026-03").exits(0);
    let after = books.files();
    for (name, bytes) in before.iter().filter(|(name, _)| name.contains("/invoices/")) {
        assert_eq!(after.get(name), Some(bytes), "{name}");
    }
    assert!(after[&format!("closes/2026-03/invoices/{stem}.irn.pdf")].starts_with(b"%PDF-1.7"));
    books.run("verify").exits(0);
    // The copy is sealed like everything else.
    let path = books.path().join(format!("closes/2026-03/inputs/irn-{stem}.json"));
    std::fs::write(&path, response(&irn).replace("10:11", "10:12")).unwrap();
    books.run("verify").exits(4);
}

#[test]
fn responses_of_the_portal_are_taken_from_one_list() {
    use sha2::{Digest, Sha256};
    let (books, _server) = gst(str::to_owned);
    books.run("close --period 2026-03").exits(0);
    let response = |customer: &str| {
        let number = of(&books, customer)["number"].as_str().unwrap().to_owned();
        let hash = Sha256::digest(format!("29AAFCC9980M1ZR2026-27INV{number}").as_bytes());
        let irn: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        let qr = format!("e.{}.s", "QWxs".repeat(150));
        serde_json::json!({"AckNo": 112610000012345_u64, "AckDt": "2026-04-03 10:11:00", "Irn": irn, "SignedQRCode": qr})
    };
    // One of another document is for its own close.
    let mut other = response("MA_1");
    other["Irn"] = "0".repeat(64).into();
    books.write("irn/bulk.json", &serde_json::json!([response("MA_1"), other, response("MA_2")]).to_string());
    books.run("close --period 2026-03").exits(0);
    let copies: Vec<String> = books.files().into_keys().filter(|name| name.ends_with(".irn.pdf")).collect();
    assert_eq!(copies.len(), 2, "{copies:?}");
    books.run("verify").exits(0);
    // What is sealed stands without the list, and a list of something else is refused.
    books.write("irn/bulk.json", "[{\"Irn\": 5}]");
    books.run("verify").exits(0);
    let ran = books.run("close --period 2026-03").exits(2);
    assert!(ran.stderr.contains("response 1"), "{}", ran.stderr);
}

/// What a bookkeeping program would do with journals that are loaded one after the other: each
/// account is opened once and before it is used, and each transaction adds up to nothing.
#[test]
fn two_months_of_journals_load_together() {
    let (books, march) = gst(|text| text.replace("[upstream]", "[reconcile]\nrecheck = false\n[upstream]"));
    books.run("close --period 2026-03").exits(0);
    let april = rehearse_month("2026-04", MONTH, |script| script.top = 0);
    let text = String::from_utf8(books.read("crossfoot.toml")).unwrap();
    books.write("crossfoot.toml", &text.replace(&march.base_url(), &april.base_url()));
    books.write("ledgers/2026-04.csv", &LEDGER.replace("2026-03-", "2026-04-"));
    // A customer that March did not know.
    let customers = String::from_utf8(books.read("customers.csv")).unwrap();
    books.write(
        "customers.csv",
        &format!("{}\nMA_99,Later Ltd,1 New Road,Panaji,Goa,403001,India,30,,,,,,,\n", customers.trim_end()),
    );
    let charges = String::from_utf8(books.read("charges.csv")).unwrap();
    books.write("charges.csv", &format!("{}\nMA_99,Set-up,one-off,2026-04-10,,500.00,,,,\n", charges.trim_end()));
    books.at("2026-05-02T03:04:05Z", "close --yes --period 2026-04").exits(0);
    let both = |name: &str| {
        let of = |period: &str| String::from_utf8(books.read(&format!("closes/{period}/{name}"))).unwrap();
        of("2026-03") + "\n" + &of("2026-04")
    };

    let mut opened = std::collections::BTreeSet::new();
    let (mut transactions, mut sum) = (0, Decimal::ZERO);
    for line in both("journal.beancount").lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            [_, "open", account, ..] => assert!(opened.insert((*account).to_owned()), "{account} is opened twice"),
            [account, amount, "INR"] if line.starts_with("  ") => {
                assert!(opened.contains(*account), "{account} is not open");
                sum = sum.checked_add(amount.parse().unwrap()).unwrap();
            }
            [_, "*", ..] => {
                assert!(sum.is_zero(), "before `{line}`: {sum}");
                transactions += 1;
            }
            _ => {}
        }
    }
    assert!(sum.is_zero() && transactions == 7 + 8, "{transactions}: {sum}");
    let (mut sum, mut postings) = (Decimal::ZERO, 0);
    for line in both("journal.hledger").lines() {
        let posting = line.strip_prefix("    ").and_then(|posting| posting.split_once("  "));
        match posting.map(|(account, amount)| (account, amount.split(';').next().unwrap().trim())) {
            Some((_, amount)) => {
                let number: String = amount.chars().filter(|c| c.is_ascii_digit() || "-.".contains(*c)).collect();
                sum = sum.checked_add(number.parse().unwrap()).unwrap();
                postings += 1;
            }
            None if line.starts_with(|c: char| c.is_ascii_digit()) => assert!(sum.is_zero(), "before `{line}`: {sum}"),
            None => {}
        }
    }
    assert!(sum.is_zero() && postings >= 2 * transactions, "{postings}: {sum}");
    books.run("verify").exits(0);
}
