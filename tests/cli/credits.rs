//! Credits that exceed a month's charges: they are carried, taken once, and never lost.

use serde_json::Value;

use crate::support::partner::Partner;
use crate::support::{Books, Ran, crossfoot, settings};

/// Closes a month in which A used so much, and answers what was said of it.
fn close(books: &Books, period: &str, cost: &str, at: &str) -> Ran {
    close_with(books, period, cost, at, "")
}

fn close_with(books: &Books, period: &str, cost: &str, at: &str, more: &str) -> Ran {
    let (from, to) = (format!("{period}-01"), format!("{period}-28"));
    let analytics = format!(
        r#"{{"period":{{"from":"{from}","to":"{to}"}},"totals":{{"total_cost":{cost},"currency":"INR"}},"top_customers":[{{"auth_id":"A","cost":{cost}}}]}}"#
    );
    books.write("crossfoot.toml", &settings(&Partner::serving(&analytics).base_url, more));
    let span = format!("{from}..{to}");
    books.write(
        &format!("ledgers/{span}.csv"),
        &format!("date,customer_id,direction,amount\n{from},A,inbound,{cost}\n"),
    );
    books.at(at, &format!("close --yes --refetch --period {span}"))
}

fn invoice(books: &Books, period: &str) -> Value {
    let folder = books.path().join(format!("closes/{period}-01..{period}-28/invoices"));
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "json"));
    files.sort();
    serde_json::from_slice(&std::fs::read(files.last().unwrap()).unwrap()).unwrap()
}

fn finding(books: &Books, period: &str, code: &str) -> Option<Value> {
    let report = books.json(&format!("closes/{period}-01..{period}-28/reconciliation.json"));
    report["findings"].as_array().unwrap().iter().find(|finding| finding["code"] == code).cloned()
}

fn books() -> Books {
    let books = Books::empty("http://127.0.0.1:9");
    books.write("customers.csv", "customer_id,legal_name\nA,Alpha\n");
    books
        .write("charges.csv", "customer_id,description,kind,from,amount\nA,Outage in January,credit,2026-01-09,1000\n");
    books
}

#[test]
fn a_credit_above_the_charges_is_carried_until_charges_take_it() {
    let books = books();
    close(&books, "2026-01", "400.00", "2026-02-02T06:00:00Z").exits(3);
    let due = finding(&books, "2026-01", "credit-due").unwrap();
    assert_eq!(due["difference"], "-600.00");
    // A month with fewer charges carries the rest; one without any leaves it where it is.
    close(&books, "2026-02", "250.00", "2026-03-02T06:00:00Z").exits(3);
    assert_eq!(finding(&books, "2026-02", "credit-due").unwrap()["difference"], "-350.00");
    let credits = books.json("closes/2026-02-01..2026-02-28/credits.json");
    assert_eq!(credits["left"], serde_json::json!([{"customer_id": "A", "amount": "350.00"}]));
    let taken = serde_json::json!([{"customer_id": "A", "period": "2026-01-01..2026-01-28", "amount": "600.00", "by": "carried"}]);
    assert_eq!(credits["taken"], taken);
    close(&books, "2026-03", "0.00", "2026-04-02T06:00:00Z").exits(0);
    let told = finding(&books, "2026-03", "credit-carried").unwrap();
    assert!(told["message"].as_str().unwrap().contains("₹350.00 still open"), "{told}");
    assert!(finding(&books, "2026-03", "open-item").is_none());
    // Charges above it have an invoice that shows it, taxed on what is left.
    close(&books, "2026-04", "1000.00", "2026-05-02T06:00:00Z").exits(0);
    let document = invoice(&books, "2026-04");
    assert_eq!(document["subtotal"], "650.00");
    let line = &document["lines"][1];
    assert_eq!((&line["amount"], &line["carried_from"]), (&"-350.00".into(), &"2026-02-01..2026-02-28".into()));
    // And then it is gone.
    close(&books, "2026-05", "100.00", "2026-06-02T06:00:00Z").exits(0);
    assert_eq!(invoice(&books, "2026-05")["subtotal"], "100.00");
    assert!(finding(&books, "2026-05", "credit-carried").is_none());
    books.run("verify").exits(0);
    // Closing again changes nothing.
    close(&books, "2026-04", "1000.00", "2026-06-03T06:00:00Z").exits(0);
    books.run("verify").exits(0);
}

#[test]
fn a_credit_that_was_taken_and_is_not_there_any_more_is_told() {
    let books = books();
    close(&books, "2026-01", "400.00", "2026-02-02T06:00:00Z").exits(3);
    close(&books, "2026-02", "900.00", "2026-03-02T06:00:00Z").exits(0);
    assert_eq!(invoice(&books, "2026-02")["subtotal"], "300.00");
    // January's credit was a mistake: the month is invoiced in full.
    books.write("charges.csv", "customer_id,description,kind,from,amount\n");
    close(&books, "2026-01", "400.00", "2026-03-03T06:00:00Z").exits(0);
    assert_eq!(invoice(&books, "2026-01")["subtotal"], "400.00");
    close(&books, "2026-03", "50.00", "2026-04-02T06:00:00Z").exits(0);
    let told = finding(&books, "2026-03", "credit-carried").unwrap();
    assert_eq!(told["severity"], "warning");
    assert!(told["next"].as_str().unwrap().contains("Close 2026-02-01..2026-02-28 again"), "{told}");
    // Which charges what was taken too much.
    close(&books, "2026-02", "900.00", "2026-04-03T06:00:00Z").exits(0);
    let note = invoice(&books, "2026-02");
    assert_eq!((&note["document"], &note["subtotal"]), (&"debit-note".into(), &"600.00".into()));
    close(&books, "2026-04", "50.00", "2026-05-02T06:00:00Z").exits(0);
    assert!(finding(&books, "2026-04", "credit-carried").is_none());
    books.run("verify").exits(0);
}

#[test]
fn a_credit_that_comes_after_the_invoice_makes_a_note_and_carries_the_rest() {
    let books = books();
    let credit = String::from_utf8(books.read("charges.csv")).unwrap();
    books.write("charges.csv", "customer_id,description,kind,from,amount\n");
    close(&books, "2026-01", "400.00", "2026-02-02T06:00:00Z").exits(0);
    books.write("charges.csv", &credit);
    close(&books, "2026-01", "400.00", "2026-02-03T06:00:00Z").exits(3);
    let note = invoice(&books, "2026-01");
    assert_eq!((&note["document"], &note["subtotal"]), (&"credit-note".into(), &"400.00".into()));
    assert_eq!(finding(&books, "2026-01", "credit-due").unwrap()["difference"], "-600.00");
    close(&books, "2026-02", "900.00", "2026-03-02T06:00:00Z").exits(0);
    assert_eq!(invoice(&books, "2026-02")["subtotal"], "300.00");
    books.run("verify").exits(0);
}

#[test]
fn what_was_sealed_of_a_credit_stands_while_its_customer_is_held() {
    let books = books();
    close(&books, "2026-01", "400.00", "2026-02-02T06:00:00Z").exits(3);
    close(&books, "2026-02", "900.00", "2026-03-02T06:00:00Z").exits(0);
    // January's ledger says something else now: A is held, and nothing is known of its credit.
    books.write(
        "ledgers/2026-01-01..2026-01-28.csv",
        "date,customer_id,direction,amount\n2026-01-01,A,inbound,407.00\n",
    );
    books.at("2026-03-03T06:00:00Z", "--offline close --yes --period 2026-01-01..2026-01-28").exits(3);
    let credits = books.json("closes/2026-01-01..2026-01-28/credits.json");
    assert_eq!(credits["left"], serde_json::json!([{"customer_id": "A", "amount": "600.00"}]));
    close(&books, "2026-02", "900.00", "2026-03-04T06:00:00Z").exits(0);
    assert_eq!(invoice(&books, "2026-02")["document"], "invoice");
    books.run("verify").exits(0);
}

#[test]
fn what_credits_leave_of_half_a_rupee_is_forgone_and_not_open_for_ever() {
    let books = books();
    books.write(
        "charges.csv",
        "customer_id,description,kind,from,amount\nA,Outage in January,credit,2026-01-09,301.40\n",
    );
    let whole = "[invoice]\nround_total = \"whole\"\n";
    close_with(&books, "2026-01", "150.85", "2026-02-02T06:00:00Z", whole).exits(3);
    close_with(&books, "2026-02", "150.85", "2026-03-02T06:00:00Z", whole).exits(3);
    let due = finding(&books, "2026-02", "credit-due").unwrap();
    assert!(due["message"].as_str().unwrap().contains("nothing is left of them"), "{due}");
    assert!(due["next"].as_str().unwrap().contains("resolve --period 2026-01-01..2026-01-28 --do-not-bill A"), "{due}");
    close_with(&books, "2026-03", "150.85", "2026-04-02T06:00:00Z", whole).exits(0);
    assert_eq!(invoice(&books, "2026-03")["subtotal"], "150.85");
    books.run("verify").exits(0);
}

#[test]
fn a_period_that_shares_days_with_a_credit_is_refused() {
    let books = books();
    close(&books, "2026-01", "400.00", "2026-02-02T06:00:00Z").exits(3);
    books.write(
        "ledgers/2026-01-01..2026-01-15.csv",
        "date,customer_id,direction,amount\n2026-01-01,A,inbound,400.00\n",
    );
    let ran = books.at("2026-02-03T06:00:00Z", "close --yes --period 2026-01-01..2026-01-15");
    assert!(ran.stderr.contains("whose credits are carried"), "{}", ran.stderr);
}

#[test]
fn a_pack_has_the_documents_that_its_close_was_derived_beside() {
    let gst = "address = \"1 Road\"\ncity = \"Bengaluru\"\npin = \"560001\"\ngstin = \"29AAFCC9980M1ZR\"\nstate_code = \"29\"\n[invoice]\nregime = \"gst\"\n";
    let books = books();
    books.write(
        "customers.csv",
        "customer_id,legal_name,address,city,pin,gstin\nA,Alpha,2 Road,Mumbai,400001,27AAPFU0939F1ZV\n",
    );
    books.write("charges.csv", "customer_id,description,kind,from,amount\n");
    for (period, at) in [("2026-01", "2026-02-02T06:00:00Z"), ("2026-02", "2026-03-02T06:00:00Z")] {
        close_with(&books, period, "400.00", at, gst).exits(0);
    }
    let span = "2026-02-01..2026-02-28";
    books.run(&format!("pack --period {span} --out {}", books.path().join("pack.zip").display())).exits(0);
    let place = tempfile::tempdir().unwrap();
    let unzipped = std::process::Command::new("unzip")
        .args(["-q", "-d"])
        .args([place.path(), &books.path().join("pack.zip")])
        .status();
    assert!(unzipped.unwrap().success());
    let folder = std::fs::read_dir(place.path()).unwrap().next().unwrap().unwrap().path().join("books");
    let ran: Ran = crossfoot(&folder).args(["verify", "--period", span]).output().unwrap().into();
    ran.exits(0);
}
