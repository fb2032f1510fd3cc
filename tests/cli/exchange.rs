//! Exports that are charged in another currency, through the binary.

use serde_json::{Value, json};

use super::invoices::gst;
use crate::support::Books;

const CHARGES: &str = "customer_id,description,kind,from,to,amount,quantity,unit,unit_price,pro_rata,currency\n\
                       MA_4,SIP trunk,recurring,2026-01-01,,500.00,,,,,USD\n\
                       MA_4,Numbers,one-off,2026-03-10,,,3,number,12.345,,USD\n\
                       MA_4,Goodwill,credit,2026-03-11,,20.50,,,,,USD\n\
                       MA_1,Porting,one-off,2026-03-10,,500.00,,,,,INR\n";
const RATES: &str = "currency,date,rate,source\n\
                     USD,2026-03-31,83.9,RBI reference rate\n\
                     USD,2026-04-01,84.1234,RBI reference rate\n\
                     USD,2026-04-03,90,RBI reference rate\n";

/// The last document of a kind that MA_4 has: its folder and name without an ending, and its JSON.
fn document(books: &Books, kind: &str) -> (String, Value) {
    let bytes = books.read("closes/2026-03/invoices.csv");
    let rows = csv::Reader::from_reader(bytes.as_slice()).into_records().map(Result::unwrap);
    let row = rows.filter(|row| &row[2] == "MA_4" && row[0].starts_with(kind)).last().unwrap();
    let stem = format!("closes/2026-03/invoices/{}", row[0].replace('/', "-"));
    let json = books.json(&format!("{stem}.json"));
    (stem, json)
}

/// The rate of a line of a document.
fn rate(document: &Value, words: &str) -> String {
    let line = document["lines"].as_array().unwrap().iter().find(|line| line["description"] == words).unwrap();
    line["pricing"]["rate"].as_str().unwrap().to_owned()
}

fn findings(books: &Books, code: &str) -> Vec<Value> {
    let all = books.json("closes/2026-03/reconciliation.json")["findings"].as_array().unwrap().clone();
    all.into_iter().filter(|finding| finding["code"] == code).collect()
}

/// What a PDF says.
fn said(books: &Books, file: &str) -> String {
    let document = lopdf::Document::load(books.path().join(file)).unwrap();
    let pages: Vec<u32> = document.get_pages().keys().copied().collect();
    document.extract_text(&pages).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn an_export_is_charged_in_dollars_and_told_in_rupees() {
    let (books, _server) = gst(str::to_owned);
    books.write("charges.csv", CHARGES);
    books.write("rates.csv", RATES);
    books.run("close --period 2026-03").exits(0);
    let (stem, invoice) = document(&books, "CF");
    let lines = invoice["lines"].as_array().unwrap();
    let of = |words: &str| lines.iter().find(|line| line["description"] == words).unwrap();
    assert_eq!(
        of("SIP trunk")["pricing"],
        json!({"by": "exchange", "currency": "USD", "amount": "500.00", "rate": "84.1234", "date": "2026-04-01",
               "source": "RBI reference rate"})
    );
    assert_eq!((&of("SIP trunk")["exact"], &of("SIP trunk")["amount"]), (&json!("42061.7000"), &json!("42061.70")));
    // 37.035 dollars are 37.04, and those are worth 3,115.930736.
    assert_eq!(of("Numbers")["pricing"]["amount"], "37.04");
    assert_eq!(
        of("Numbers")["pricing"]["of"],
        json!({"by": "rate", "quantity": "3", "unit": "number", "price": "12.345"})
    );
    assert_eq!((&of("Numbers")["exact"], &of("Numbers")["amount"]), (&json!("3115.930736"), &json!("3115.93")));
    assert_eq!(
        (&of("Goodwill")["pricing"]["amount"], &of("Goodwill")["amount"]),
        (&json!("-20.50"), &json!("-1724.53"))
    );
    assert_eq!(invoice["currency"], "INR");
    let told = "Charged in USD: USD\u{a0}516.54 at 84.1234 (RBI reference rate, 2026-04-01), which is ₹43,453.10.";
    assert_eq!(invoice["remarks"].as_array().unwrap().last().unwrap(), told);
    let printed = said(&books, &format!("{stem}.pdf"));
    for text in
        ["USD 500.00 at 84.1234 of 1 April 2026 (RBI reference rate)", "3 numbers × USD 12.345", "−USD 20.50 at"]
    {
        assert!(printed.contains(text), "{text}: {printed}");
    }
    // The portal's forms are in rupees, and name the other currency. Its calls are in rupees, so there
    // is no total in the other one.
    let inv01 = books.json(&format!("{stem}.inv01.json"));
    assert_eq!(inv01["ExpDtls"], json!({"ForCur": "USD", "CntCode": "AE"}));
    assert_eq!(inv01["ValDtls"]["TotInvValFc"], Value::Null);
    books.run("gstr1 --period 2026-04").exits(0);
    let exp = books.json("returns/2026-04/gstr1.json")["exp"][0]["inv"][0].clone();
    assert_eq!((&exp["inum"], exp["val"].as_f64()), (&invoice["number"], Some(59542.0)));
    assert_eq!(invoice["total"], "59542.00");
    books.run("verify").exits(0);
    // Nothing of the file counts for what is sealed; nor on another day, at another rate.
    books.write("rates.csv", &RATES.replace("84.1234", "99"));
    books.run("verify").exits(0);
    let before = document(&books, "CF");
    books.at("2026-04-03T05:00:00Z", "close --period 2026-03").exits(0);
    assert_eq!(document(&books, "CF"), before);
    books.run("verify").exits(0);
    // A note over it has its rate.
    books.write("charges.csv", &CHARGES.replace("500.00,,,,,USD", "400.00,,,,,USD"));
    books.at("2026-04-03T05:00:00Z", "close --period 2026-03 --yes").exits(0);
    let (stem, note) = document(&books, "CN");
    let pricing = &note["lines"][0]["pricing"];
    assert_eq!(
        (&pricing["amount"], &pricing["rate"], &pricing["date"]),
        (&json!("100.00"), &json!("84.1234"), &json!("2026-04-01"))
    );
    assert_eq!(note["subtotal"], "8412.34");
    assert_eq!(note["remarks"][3], "Total in USD: USD\u{a0}100.00.");
    let inv01 = String::from_utf8(books.read(&format!("{stem}.inv01.json"))).unwrap();
    assert!(inv01.contains("\"TotInvValFc\": 100.00"), "{inv01}");
    books.run("verify").exits(0);
}

#[test]
fn without_a_rate_of_the_day_there_is_no_document() {
    let (books, _server) = gst(str::to_owned);
    books.write("charges.csv", CHARGES);
    let held = |now: &str, exit: i32| {
        let closed = books.at(now, "close --period 2026-03 --json").exits(exit).json();
        let ids =
            closed["held"].as_array().unwrap().iter().map(|held| held["customer_id"].as_str().unwrap().to_owned());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(held("2026-04-02T05:00:00Z", 3), ["MA_4"]);
    let told = findings(&books, "no-exchange-rate");
    assert_eq!(told[0]["severity"], "blocking");
    let why = "MA_4 gets no invoice: it is charged in USD, and rates.csv has no rate of 2026-04-02 or before.";
    assert_eq!(told[0]["message"], why);
    books.run("verify").exits(0);
    assert!(books.run("explain no-exchange-rate").exits(0).stdout.contains("exchange_days"));
    // One that is too old is none; of the day after it there is none yet.
    books.write("rates.csv", "currency,date,rate,source\nUSD,2026-03-20,84,RBI\nUSD,2026-04-03,85,RBI\n");
    assert_eq!(held("2026-04-02T06:00:00Z", 3), ["MA_4"]);
    assert!(findings(&books, "no-exchange-rate")[0]["message"].as_str().unwrap().contains("is of 2026-03-20"));
    books.run("verify").exits(0);
    assert_eq!(held("2026-04-03T06:00:00Z", 0), Vec::<String>::new());
    assert_eq!(rate(&document(&books, "CF").1, "SIP trunk"), "85");
    books.run("verify").exits(0);
    // What is wrong in the file is told before anything is done.
    books.write(
        "rates.csv",
        "currency,date,rate,source\nUSD,2026-03-20,84,RBI\nUSD,2026-03-20,85,RBI\nINR,2026-03-20,1,RBI\n",
    );
    let ran = books.run("close --period 2026-03").exits(2);
    assert!(ran.stderr.contains("rates.csv, row 3") && ran.stderr.contains("rates.csv, row 4"), "{}", ran.stderr);
}

#[test]
fn invoices_dated_at_the_period_s_end_have_the_rate_of_that_day() {
    let (books, _server) = gst(|text| text.replace("regime =", "date = \"period-end\"\nregime ="));
    books.write("charges.csv", CHARGES);
    books.write("rates.csv", RATES);
    books.run("close --draft --period 2026-03").exits(0);
    books.run("close --period 2026-03").exits(0);
    let (_, invoice) = document(&books, "CF");
    assert_eq!((&invoice["issue_date"], rate(&invoice, "SIP trunk")), (&json!("2026-03-31"), "83.9".to_owned()));
    books.run("verify").exits(0);
    // A charge that comes after it has the rate of its note.
    books.write("charges.csv", &format!("{CHARGES}MA_4,Desk,one-off,2026-03-12,,10.00,,,,,EUR\n"));
    books.write("rates.csv", &format!("{RATES}EUR,2026-03-31,90,FBIL\nEUR,2026-04-03,91.5,FBIL\n"));
    books.at("2026-04-03T05:00:00Z", "close --period 2026-03 --yes").exits(0);
    assert_eq!(rate(&document(&books, "DN").1, "Desk"), "91.5");
    books.run("verify").exits(0);
    // A day that is named dates invoices too.
    let (books, _server) = gst(|text| text.replace("regime =", "date = \"period-end\"\nregime ="));
    books.write("charges.csv", CHARGES);
    books.write("rates.csv", RATES);
    books.at("2026-04-03T05:00:00Z", "close --period 2026-03 --date 2026-04-03").exits(0);
    assert_eq!(rate(&document(&books, "CF").1, "SIP trunk"), "90");
    books.run("verify").exits(0);
}

#[test]
fn only_who_is_abroad_is_charged_so() {
    let (books, _server) = gst(str::to_owned);
    books.write("charges.csv", &CHARGES.replace("500.00,,,,,INR", "500.00,,,,,USD"));
    books.write("rates.csv", RATES);
    books.run("close --period 2026-03").exits(3);
    let told = findings(&books, "not-billable");
    assert_eq!((told.len(), &told[0]["customers"]), (1, &json!(["MA_1"])));
    assert!(told[0]["message"].as_str().unwrap().contains("only a customer abroad"), "{told:?}");
    books.run("verify").exits(0);
}

#[test]
fn calls_discount_and_minimum_are_in_the_currency_of_the_rates() {
    let (books, _server) = gst(str::to_owned);
    let customers =
        String::from_utf8(books.read("customers.csv")).unwrap().replace("export-lut,,,,", "export-lut,,2.5,600,");
    let with = |own: &str| {
        let row = |line: &str| match line.split(',').next() {
            Some("customer_id") => format!("{line},rate_inbound,rate_outbound,rate_currency\n"),
            Some("MA_4") => format!("{line},{own}\n"),
            _ => format!("{line},,,\n"),
        };
        customers.lines().map(row).collect::<String>()
    };
    books.write("charges.csv", &CHARGES.lines().take(2).map(|line| format!("{line}\n")).collect::<String>());
    books.write("rates.csv", RATES);
    books.write("customers.csv", &with("100,,USD"));
    books.run("close --period 2026-03").exits(3);
    let told = findings(&books, "not-billable");
    assert!(told[0]["message"].as_str().unwrap().contains("its outbound calls have no rate"), "{told:?}");
    // 0.90 and 1.80 minutes; 2.5 % of 540.90 dollars, and what lacks to 600.
    books.write("customers.csv", &with("100,250.5,USD"));
    books.run("close --period 2026-03").exits(0);
    let (stem, invoice) = document(&books, "CF");
    let amounts: Vec<&str> =
        invoice["lines"].as_array().unwrap().iter().map(|line| line["pricing"]["amount"].as_str().unwrap()).collect();
    assert_eq!(amounts, ["90.00", "450.90", "-13.52", "72.62", "500.00"]);
    assert_eq!(invoice["remarks"].as_array().unwrap().last().unwrap(), "Total in USD: USD\u{a0}1,100.00.");
    let inv01 = String::from_utf8(books.read(&format!("{stem}.inv01.json"))).unwrap();
    assert!(inv01.contains("\"TotInvValFc\": 1100.00"), "{inv01}");
    let printed = said(&books, &format!("{stem}.pdf"));
    assert!(printed.contains("0.90 minutes × USD 100.00 · USD 90.00 at 84.1234 of"), "{printed}");
    assert!(!printed.contains("Average rate"), "{printed}");
    books.run("verify").exits(0);
}
