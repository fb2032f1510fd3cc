//! Sending: nothing unless told to, nothing twice, nothing silently left out.

use crate::support::partner::Partner;
use crate::support::smtp::{Does, Mailer};
use crate::support::{Books, settings};

const CUSTOMERS: &str = "customer_id,legal_name,email,cc\nMA_1,Süd GmbH,a@one.example,b@one.example\nMA_2,Two Ltd,two@two.example,\nMA_3,Three Ltd,three@three.example,\n";

/// Three issued invoices, to be mailed through a port.
pub(super) fn books(port: u16) -> Books {
    let answer = r#"{"period": {"from": "2026-03-01", "to": "2026-03-31"}, "totals": {"total_calls": 6, "answered_calls": 6, "failed_calls": 0, "total_duration_seconds": 360, "total_cost": 6.00, "currency": "INR"}, "by_direction": {"inbound": {"calls": 6, "cost": 6.00}, "outbound": {"calls": 0, "cost": 0}}, "top_customers": [{"auth_id": "MA_1", "name": "One", "calls": 2, "cost": 1.00}, {"auth_id": "MA_2", "name": "Two", "calls": 2, "cost": 2.00}, {"auth_id": "MA_3", "name": "Three", "calls": 2, "cost": 3.00}]}"#;
    let partner = Partner::serving(answer);
    let books = Books::empty(&partner.base_url);
    books.write("crossfoot.toml", &with_mail(&partner.base_url, port));
    books.write("customers.csv", CUSTOMERS);
    books.write(
        "ledgers/2026-03.csv",
        "date,customer_id,direction,amount\n2026-03-02,MA_1,inbound,1.00\n2026-03-02,MA_2,inbound,2.00\n2026-03-02,MA_3,inbound,3.00\n",
    );
    books.run("close --period 2026-03").exits(0);
    books
}

fn with_mail(base_url: &str, port: u16) -> String {
    let mail = format!(
        "[mail]\nfrom = \"Accounts <billing@malabar.example>\"\nsmtp_host = \"127.0.0.1\"\nsmtp_port = {port}\ntls = \"none\"\nmax_attempts = 2\nretry_seconds = 0\n"
    );
    settings(base_url, &mail)
}

fn states(document: &serde_json::Value) -> Vec<String> {
    let rows = document["outbox"].as_array().unwrap();
    rows.iter().map(|row| row["state"].as_str().unwrap().to_owned()).collect()
}

fn send(books: &Books, flags: &str, code: i32) -> Vec<String> {
    states(&books.run(&format!("send --period 2026-03 --json {flags}")).exits(code).json())
}

fn events(books: &Books) -> Vec<String> {
    let text = String::from_utf8(books.read("audit/mail.jsonl")).unwrap();
    let event =
        |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap()["event"].as_str().unwrap().to_owned();
    text.lines().map(event).collect()
}

#[test]
fn a_rehearsal_shows_the_outbox_and_sends_nothing() {
    let mailer = Mailer::start(&[]);
    let books = books(mailer.port);
    let shown = books.run("send --period 2026-03").exits(0).stdout;
    insta::assert_snapshot!(shown);
    assert!(mailer.taken().is_empty());
    assert!(!books.files().contains_key("audit/mail.jsonl"));
    insta::assert_snapshot!(
        String::from_utf8(books.read("outbox/2026-03/CF-26-27-00001.eml")).unwrap().split("JVBERi").next().unwrap()
    );
    books.run("verify").exits(0);
}

#[test]
fn every_invoice_is_sent_once() {
    let mailer = Mailer::start(&[Does::RefuseRecipient(451), Does::Take, Does::RefuseMessage(421)]);
    let books = books(mailer.port);
    assert_eq!(send(&books, "--yes", 0), ["sent", "sent", "sent"]);
    assert_eq!(mailer.taken().len(), 3);
    assert_eq!(send(&books, "--yes", 0), ["sent", "sent", "sent"]);
    assert_eq!(mailer.taken().len(), 3);
    assert_eq!(
        events(&books),
        ["intent", "refused", "intent", "accepted", "intent", "refused", "intent", "accepted", "intent", "accepted"]
    );
    books.run("verify").exits(0);
    // Again, on purpose and with a reason: the same message by its id.
    books.run("send --period 2026-03 --yes --again").exits(2);
    assert_eq!(send(&books, "--yes --again --reason lost --only CF/26-27/00002", 0), ["sent"]);
    let taken = mailer.taken();
    let id = |message: &str| message.lines().find(|line| line.starts_with("Message-ID")).unwrap().to_owned();
    assert_eq!(taken.len(), 4);
    assert_eq!(taken.iter().filter(|message| id(message) == id(&taken[3])).count(), 2);
}

#[test]
fn a_mail_names_the_seal_where_that_is_wanted() {
    let mailer = Mailer::start(&[]);
    let books = books(mailer.port);
    let text = String::from_utf8(books.read("crossfoot.toml")).unwrap();
    books.write("crossfoot.toml", &text.replace("[mail]", "[mail]\nchain_head = true"));
    send(&books, "--yes", 0);
    let chain = String::from_utf8(books.read("audit/chain.jsonl")).unwrap();
    let head = crossfoot::model::digest::sha256_hex(chain.lines().next().unwrap().as_bytes());
    let told = |mail: &String| mail.contains("Sealed as event 1 of our audit trail") && mail.contains(&head);
    assert!(mailer.taken().iter().all(told));
}

#[test]
fn what_is_refused_or_unknown_is_told_and_waits() {
    let mailer = Mailer::start(&[Does::RefuseRecipient(550), Does::TakeAndDrop]);
    let books = books(mailer.port);
    assert_eq!(send(&books, "--yes", 3), ["refused", "unknown", "sent"]);
    // The refused one is tried again, the unknown one is not.
    assert_eq!(send(&books, "--yes", 3), ["sent", "unknown", "sent"]);
    assert_eq!(mailer.taken().len(), 3);
    let shown = books.run("send --period 2026-03").exits(3).stdout;
    assert!(shown.contains("--arrived --reason"), "{shown}");
    books.run("send --period 2026-03 --only CF/26-27/00001 --arrived --reason x").exits(2);
    assert_eq!(send(&books, "--only CF/26-27/00002 --arrived --reason customer-has-it", 0), ["sent"]);
    assert_eq!(send(&books, "--yes", 0), ["sent", "sent", "sent"]);
    assert_eq!(mailer.taken().len(), 3);
}

#[test]
fn a_server_that_is_not_there_leaves_everything_to_be_sent() {
    let books = books(9);
    let ran = books.run("send --period 2026-03 --yes").exits(1);
    assert!(ran.stdout.contains("3 not-tried"), "{}", ran.stdout);
    assert!(ran.stderr.contains("mail server 127.0.0.1:9 cannot be used"), "{}", ran.stderr);
    assert_eq!(send(&books, "", 0), ["to-send", "to-send", "to-send"]);
    // One document on stdout, whatever happened.
    assert_eq!(send(&books, "--yes", 1), ["not-tried", "not-tried", "not-tried"]);
}

#[test]
fn nothing_goes_out_that_was_not_sealed() {
    let mailer = Mailer::start(&[]);
    let books = books(mailer.port);
    let pdf = "closes/2026-03/invoices/CF-26-27-00002.pdf";
    let mut bytes = books.read(pdf);
    bytes.push(b' ');
    std::fs::write(books.path().join(pdf), bytes).unwrap();
    books.run("send --period 2026-03 --yes").exits(4);
    assert!(mailer.taken().is_empty());
}

#[test]
fn who_has_no_address_is_named_and_a_journal_that_was_changed_is_found() {
    let mailer = Mailer::start(&[]);
    let books = books(mailer.port);
    books.write("customers.csv", &CUSTOMERS.replace("two@two.example", ""));
    let shown = books.run("send --period 2026-03 --yes").exits(3).stdout;
    assert!(shown.contains("customers.csv has no e-mail address of MA_2"), "{shown}");
    books.write("customers.csv", &CUSTOMERS.replace("two@two.example", "two"));
    let shown = books.run("send --period 2026-03 --yes").exits(3).stdout;
    assert!(shown.contains("`two` is not a mail address"), "{shown}");
    let journal = String::from_utf8(books.read("audit/mail.jsonl")).unwrap();
    books.write("audit/mail.jsonl", &journal.replacen("accepted", "refused", 1));
    books.run("send --period 2026-03 --yes").exits(4);
    let verified = books.run("verify").exits(4);
    assert!(verified.all().contains("mail.jsonl"), "{}", verified.all());
    assert_eq!(mailer.taken().len(), 2);
}

#[test]
fn passwords_and_other_machines_need_protection() {
    let books = books(25);
    let mail = "[mail]\nfrom = \"a@malabar.example\"\nsmtp_host = \"mail.example\"\ntls = \"none\"\n";
    books.write("crossfoot.toml", &settings("http://127.0.0.1:1", mail));
    let ran = books.run("send --period 2026-03 --yes").exits(2);
    assert!(ran.stderr.contains("readable on the way"), "{}", ran.stderr);
    books.write("crossfoot.toml", &settings("http://127.0.0.1:1", ""));
    let ran = books.run("send --period 2026-03").exits(2);
    assert!(ran.stderr.contains("set [mail] from"), "{}", ran.stderr);
}

#[test]
fn a_void_document_that_the_customer_has_is_told() {
    let mailer = Mailer::start(&[Does::Take, Does::TakeAndDrop]);
    let books = books(mailer.port);
    let unsent = books.run("void CF/26-27/00003 --reason typo --by asha").exits(0);
    assert!(!unsent.all().contains("warning") && !unsent.stdout.contains("must be sent"), "{}", unsent.all());
    assert_eq!(send(&books, "--yes", 3), ["sent", "unknown", "void"]);
    let ran = books.run("void CF/26-27/00001 --reason typo --by asha").exits(0);
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let warned = "warning: CF/26-27/00001 was mailed to a@one.example, b@one.example on 2026-04-02";
    assert!(flat(&ran.stderr).contains(warned), "{}", ran.stderr);
    let told = "The customer must be sent: word that invoice CF/26-27/00001 is cancelled";
    assert!(flat(&ran.stdout).contains(told), "{}", ran.stdout);
    // Where nobody knows whether it arrived, the same; and what is registered has to be cancelled there.
    books.write("irn/CF-26-27-00002.json", "{}");
    let said = books.run("void CF/26-27/00002 --reason typo --by asha --json").exits(0).json();
    assert!(said["mailed"].as_str().unwrap().ends_with("nobody knows whether it arrived"), "{said}");
    assert!(said["customer_must_be_sent"].as_str().unwrap().contains("within 24 hours"), "{said}");
}

#[test]
fn a_journal_that_is_shorter_than_a_seal_or_git_saw_sends_nothing() {
    let mailer = Mailer::start(&[]);
    let books = books(mailer.port);
    assert_eq!(send(&books, "--yes", 0), ["sent", "sent", "sent"]);
    // The next seal saw what was mailed.
    books.run("void CF/26-27/00003 --reason typo --by asha").exits(0);
    books.run("close --period 2026-03 --yes").exits(0);
    books.run("verify").exits(0);
    let journal = String::from_utf8(books.read("audit/mail.jsonl")).unwrap();
    let shorter: String = journal.split_inclusive('\n').take(2).collect();
    for cut in [String::new(), shorter] {
        books.write("audit/mail.jsonl", &cut);
        let told = books.run("verify").exits(4).stdout;
        assert!(told.contains("audit/mail.jsonl: event 2 of the chain saw lines that are not here"), "{told}");
        let refused = books.run("send --period 2026-03 --yes").exits(4).stderr;
        assert!(refused.contains("documents would be mailed a second time"), "{refused}");
        books.run("close --period 2026-03 --yes").exits(4);
    }
    assert_eq!(mailer.taken().len(), 3);
}

#[test]
fn an_address_that_was_changed_since_the_seal_is_told() {
    let mailer = Mailer::start(&[]);
    let books = books(mailer.port);
    let text = String::from_utf8(books.read("customers.csv")).unwrap();
    assert!(text.contains("a@one.example"));
    books.write("customers.csv", &text.replace("a@one.example", "a@elsewhere.example"));
    let outbox = books.run("send --period 2026-03 --json").exits(0).json()["outbox"].clone();
    let note = outbox[0]["note"].as_str().unwrap();
    assert!(note.starts_with("its addresses were changed since the close: they were a@one.example"), "{note}");
    assert!(outbox[1]["note"].is_null(), "{outbox}");
}

#[test]
fn a_server_that_never_finishes_an_answer_is_left() {
    let mailer = Mailer::start(&[Does::DripAtRecipient, Does::DripAtRecipient, Does::TakeAndDrip]);
    let books = books(mailer.port);
    let text = String::from_utf8(books.read("crossfoot.toml")).unwrap();
    books.write("crossfoot.toml", &text.replace("retry_seconds = 0\n", "retry_seconds = 0\ntimeout_seconds = 1\n"));
    let began = std::time::Instant::now();
    assert_eq!(send(&books, "--yes", 3), ["refused", "unknown", "sent"]);
    assert!(began.elapsed() < std::time::Duration::from_secs(15));
    let journal = String::from_utf8(books.read("audit/mail.jsonl")).unwrap();
    assert!(journal.contains("did not finish its answer within 1 s"), "{journal}");
    assert_eq!(mailer.taken().len(), 2);
}

#[test]
fn a_server_that_repeats_the_password_does_not_get_it_written() {
    let mailer = Mailer::start(&[Does::TakeAndEcho, Does::TakeAndEcho, Does::Take]);
    let books = books(mailer.port);
    let text = String::from_utf8(books.read("crossfoot.toml")).unwrap();
    books.write("crossfoot.toml", &text.replace("[mail]\n", "[mail]\nuser = \"billing\"\n"));
    let send = crate::support::crossfoot(books.path())
        .args(["-v", "send", "--period", "2026-03", "--yes"])
        .env("CROSSFOOT_SMTP_PASSWORD", "hunter2-of-the-shop")
        .output()
        .unwrap();
    let ran = crate::support::Ran::from(send).exits(0);
    assert_eq!(mailer.taken().len(), 3);
    let journal = String::from_utf8(books.read("audit/mail.jsonl")).unwrap();
    for text in [journal.as_str(), &ran.all()] {
        assert!(!text.contains("AGJpbGxpbmcAaHVudGVyMi1vZi10aGUtc2hvcA") && !text.contains("hunter2"), "{text}");
    }
    assert!(journal.contains("it repeated the password") && journal.contains("queued as 7"), "{journal}");
}

#[test]
fn an_address_that_this_server_cannot_take_stops_its_own_mail_only() {
    let mailer = Mailer::start(&[]);
    let books = books(mailer.port);
    let change = |cc: &str| CUSTOMERS.replace("b@one.example", cc).replace("two@two.example", "zwei@bücher.example");
    books.write("customers.csv", &change("आशा@one.example"));
    assert_eq!(send(&books, "--yes", 3), ["refused", "sent", "sent"]);
    let rows = books.run("send --period 2026-03 --json").exits(0).json()["outbox"].clone();
    assert_eq!(rows[1]["to"][0], "zwei@xn--bcher-kva.example");
    let journal = String::from_utf8(books.read("audit/mail.jsonl")).unwrap();
    assert!(journal.contains("SMTPUTF8") && journal.contains("zwei@xn--bcher-kva.example"), "{journal}");
    assert!(mailer.taken()[0].contains("To: zwei@xn--bcher-kva.example"), "{}", mailer.taken()[0]);
    // One that no server takes is told before it is tried.
    books.write("customers.csv", &change("a b@one.example"));
    assert_eq!(send(&books, "--yes", 3), ["no-address", "sent", "sent"]);
    assert_eq!(mailer.taken().len(), 2);
}

#[test]
fn copies_and_answers_that_go_elsewhere_since_the_seal_are_told() {
    let mailer = Mailer::start(&[]);
    let books = books(mailer.port);
    assert_eq!(books.run("send --period 2026-03 --json").exits(0).json()["changed"], serde_json::json!([]));
    let text = String::from_utf8(books.read("crossfoot.toml")).unwrap();
    let more = "[mail]\ncc = \"all@elsewhere.example\"\nreply_to = \"pay@elsewhere.example\"\n";
    books.write("crossfoot.toml", &text.replace("[mail]\n", more));
    let ran = books.run("send --period 2026-03").exits(0);
    let flat = ran.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    for told in [
        "[mail] cc was changed since the close: it was none, and is all@elsewhere.example",
        "[mail] reply_to was changed",
    ] {
        assert!(flat.contains(told), "{flat}");
    }
}
