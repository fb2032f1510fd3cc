//! What is seen before it is issued: `close --draft`, what a person is asked, who is not billed.

use std::collections::BTreeMap;

use serde_json::Value;

use super::invoices::{CHARGES, gst};
use crate::support::partner::Partner;
use crate::support::{Books, crossfoot, rehearse_month, settings};

/// Everything in the books but drafts.
fn beside_drafts(books: &Books) -> BTreeMap<String, Vec<u8>> {
    books.files().into_iter().filter(|(name, _)| !name.starts_with("drafts/")).collect()
}

fn text_of(pdf: &std::path::Path) -> Vec<String> {
    let output =
        std::process::Command::new("pdftotext").args(["-layout", pdf.to_str().unwrap(), "-"]).output().unwrap();
    // A page ends with a form feed.
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_terminator('\u{c}').map(str::to_owned).collect()
}

#[test]
fn a_draft_shows_everything_without_numbers_and_writes_nothing_else() {
    let (books, _server) = gst(|text| {
        let kept = |line: &&str| !line.starts_with("account_number") && !line.starts_with("upi");
        text.lines().filter(kept).map(|line| format!("{line}\n")).collect()
    });
    let before = beside_drafts(&books);
    let shown = books.run("close --draft --period 2026-03").exits(0);
    assert!(beside_drafts(&books) == before, "only drafts/ is written");
    insta::assert_snapshot!(shown.stdout);

    let said = books.json("drafts/2026-03/draft.json");
    assert_eq!(said["would_issue_all"], true);
    assert_eq!(said["documents"].as_array().unwrap().len(), 7);
    let lacks =
        said["will_lack"].as_array().unwrap().iter().map(|lack| (lack["what"].as_str().unwrap(), &lack["customers"]));
    let lacks: BTreeMap<&str, &Value> = lacks.collect();
    assert_eq!(lacks["bank details: where to pay"].as_array().unwrap().len(), 7);
    // On every page, in the name and in what the file says of itself; no number of any series.
    for name in books.files().keys().filter(|name| name.ends_with(".pdf")) {
        assert!(name.starts_with("drafts/2026-03/invoices/DRAFT-"), "{name}");
        let pages = text_of(&books.path().join(name));
        assert!(!pages.is_empty());
        for page in &pages {
            assert!(page.contains("DRAFT: nothing is issued, and nothing is due"), "{name}: {page}");
        }
        assert!(!pages.concat().contains("CF/26-27"), "{name}");
        let bytes = books.read(name);
        let has = |text: &[u8]| bytes.windows(text.len()).any(|part| part == text);
        assert!(has(b">Invoice DRAFT<") && !has(b"factur-x.xml"), "{name}");
    }
    let document = books.json("drafts/2026-03/invoices/DRAFT-MA_1-invoice.json");
    assert_eq!((&document["number"], &document["schema"]), (&"DRAFT".into(), &"crossfoot/draft-document/v1".into()));
    let register = String::from_utf8(books.read("drafts/2026-03/invoices.csv")).unwrap();
    assert!(register.lines().skip(1).all(|line| line.starts_with("DRAFT,") && line.contains(",draft,")), "{register}");
    assert!(!books.path().join("drafts/2026-03/journal.hledger").exists());

    // The next draft takes its place as a whole, and the close takes it away.
    books.write("drafts/2026-03/invoices/DRAFT-old-invoice.pdf", "old");
    books.run("close --draft --period 2026-03").exits(0);
    assert!(!books.path().join("drafts/2026-03/invoices/DRAFT-old-invoice.pdf").exists());
    books.run("close --period 2026-03").exits(0);
    assert!(!books.path().join("drafts").exists());
    books.run("verify").exits(0);
}

#[test]
fn a_period_that_is_not_over_has_a_draft_and_no_close() {
    let partner = Partner::good();
    let books = Books::example(&partner.base_url);
    let refused = books.at("2026-03-20T09:00:00Z", "close --period 2026-03").exits(2);
    assert!(refused.stderr.contains("crossfoot close --draft --period 2026-03"), "{}", refused.stderr);
    let ran = books.at("2026-03-20T09:00:00Z", "close --draft --period 2026-03").exits(0);
    assert!(ran.stderr.contains("2026-03 is not over"), "{}", ran.stderr);
    assert!(ran.stdout.contains("To be issued: 47 invoices, ₹3,36,717.00"), "{}", ran.stdout);
    assert!(!books.path().join("closes").exists() && !books.path().join("audit").exists());
    // What the partner answered is not kept; what `fetch` kept is used.
    books.run("close --draft --period 2026-03 --offline").exits(1);
    books.run("fetch --period 2026-03").exits(0);
    books.run("close --draft --period 2026-03 --offline").exits(0);
}

#[test]
fn who_is_held_is_in_the_draft_and_in_its_exit_code() {
    let partner = Partner::good();
    let books = Books::example(&partner.base_url);
    let customers = include_str!("../data/example/customers.csv").replace("Acme Outbound Pvt Ltd", "Acme 絵 Ltd");
    books.write("customers.csv", &customers);
    let said = books.run("close --draft --period 2026-03 --json").exits(3).json();
    assert_eq!(
        (&said["would_issue_all"], &said["not_invoiced"][0]["customer_id"]),
        (&false.into(), &"MA_99ab12c3".into())
    );
    assert_eq!(said["documents"].as_array().unwrap().len(), 46);
}

fn month(asha: u32, more: &str) -> String {
    format!(
        "auth_id,name,inbound_calls,inbound_cost,outbound_calls,outbound_cost\nMA_1,Asha,{asha},{asha}.00,0,0.00\nMA_2,Bela,0,0.00,3,50.25\n{more}"
    )
}

fn ledger(period: &str, asha: u32, more: &str) -> String {
    format!(
        "date,customer_id,direction,amount\n{period}-05,MA_1,inbound,{asha}.00\n{period}-05,MA_2,outbound,50.25\n{more}"
    )
}

/// Books whose February is closed, and whose March is ready: Asha's total goes from 100 to
/// `asha`, Chitra is gone and Dev is new.
fn two_months(asha: u32) -> (Books, crossfoot::rehearsal::Server) {
    let books = Books::empty("");
    books.write("customers.csv", "customer_id,legal_name\nMA_1,Asha\nMA_2,Bela\nMA_3,Chitra\nMA_4,Dev\n");
    let settings = |url: &str| settings(url, "[reconcile]\nrecheck = false\n");
    let server = rehearse_month("2026-02", &month(100, "MA_3,Chitra,2,20.00,0,0.00\n"), |_| {});
    books.write("crossfoot.toml", &settings(&server.base_url()));
    books.write("ledgers/2026-02.csv", &ledger("2026-02", 100, "2026-02-09,MA_3,inbound,20.00\n"));
    // A first close is nothing that stops a script.
    let first = books.at("2026-03-02T03:04:05Z", "close --period 2026-02").exits(0);
    assert!(first.stderr.contains("note: This is the first close of these books: 3 documents"), "{}", first.stderr);
    let server = rehearse_month("2026-03", &month(asha, "MA_4,Dev,0,0.00,2,30.00\n"), |_| {});
    books.write("crossfoot.toml", &settings(&server.base_url()));
    books.write("ledgers/2026-03.csv", &ledger("2026-03", asha, "2026-03-09,MA_4,outbound,30.00\n"));
    (books, server)
}

#[test]
fn customers_that_moved_are_shown_beside_the_last_period() {
    let (books, _server) = two_months(150);
    let said = books.run("close --draft --period 2026-03 --json").exits(3).json();
    assert_eq!(said["compared_with"], "2026-02");
    let changes = said["changes"].as_array().unwrap().iter();
    let changes: Vec<[&str; 3]> = changes
        .map(|change| ["customer_id", "change", "percent"].map(|key| change[key].as_str().unwrap_or("–")))
        .collect();
    assert_eq!(changes, [["MA_1", "moved", "50.0"], ["MA_3", "gone", "–"], ["MA_4", "new", "–"]]);
    let shown = books.run("close --draft --period 2026-03").exits(3).stdout;
    assert!(shown.contains("Beside 2026-02 (₹170.25):"), "{shown}");
    assert!(shown.lines().all(|line| line.chars().count() <= 80), "{shown}");
    // What counts as much is a setting.
    let text = String::from_utf8(books.read("crossfoot.toml")).unwrap();
    books.write("crossfoot.toml", &format!("{text}[invoice]\nunusual_percent = \"50.1\"\n"));
    let said = books.run("close --draft --period 2026-03 --json").exits(0).json();
    assert_eq!(said["changes"].as_array().unwrap().len(), 2);
    books.run("close --period 2026-03").exits(0);
}

#[test]
fn a_script_is_told_what_a_person_would_have_been_asked() {
    let (books, _server) = two_months(300);
    let asked = "1 customer moved by 50 % or more against 2026-02: MA_1 +200 % (₹300.00 after ₹100.00).";
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let copy = Books::copied(books.path());
    // Also where talk is unwanted: it is why the exit code is what it is.
    let ran = books.run("close --period 2026-03 -q").exits(3);
    let told = format!("error[unusual]: a person would have been asked: {asked}");
    assert!(flat(&ran.stderr).contains(&told), "{}", ran.stderr);
    assert!(ran.stdout.contains("Issued 3 invoices"), "{}", ran.stdout);
    books.run("verify").exits(0);
    // It is issued: nothing is left to be asked.
    let again = books.run("close --period 2026-03 --offline --json").exits(0).json();
    assert_eq!(again["would_ask"], serde_json::json!([]));
    // Said beforehand, it is no surprise.
    let meant = copy.run("close --yes --period 2026-03").exits(0);
    assert!(!meant.stderr.contains("asked"), "{}", meant.stderr);
    assert_eq!(books.files(), copy.files());
}

#[test]
fn notes_are_asked_about() {
    let (books, _server) = gst(str::to_owned);
    books.run("close --period 2026-03").exits(0);
    books.write("charges.csv", &CHARGES.replace("2026-03-10,,500.00", "2026-03-10,,400.00"));
    let said = books.run("close --draft --period 2026-03 --json").exits(3).json();
    assert_eq!(said["would_ask"], serde_json::json!(["1 credit note over -₹118.00: MA_1."]));
    assert_eq!((&said["tax"], &said["total"]), (&"-18.00".into(), &"-118.00".into()));
    assert!(books.path().join("drafts/2026-03/invoices/DRAFT-MA_1-credit-note.pdf").exists());
    let said = books.run("close --period 2026-03 --json").exits(3).json();
    assert_eq!(said["would_ask"], serde_json::json!(["1 credit note over -₹118.00: MA_1."]));
    assert!(books.path().join("closes/2026-03/invoices/CN-26-27-00001.json").exists());
}

/// A terminal of its own, by `script` of util-linux.
#[cfg(target_os = "linux")]
fn on_a_terminal(books: &Books, line: &str, answer: &str) -> (Option<i32>, String) {
    use std::io::Write;
    let mut command = std::process::Command::new("script");
    command.args(["-q", "-e", "-c", &format!("{} {line}", env!("CARGO_BIN_EXE_crossfoot")), "/dev/null"]);
    for (name, value) in crossfoot(books.path()).get_envs() {
        command.envs(value.map(|value| (name, value)));
    }
    command.current_dir(books.path()).stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(answer.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(target_os = "linux")]
#[test]
fn a_person_is_asked_and_decides() {
    let partner = Partner::good();
    let books = Books::example(&partner.base_url);
    let (code, said) = on_a_terminal(&books, "close --period 2026-03", "\n");
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("This is the first close of these books: 47 documents over ₹3,36,717.00."), "{said}");
    assert!(said.contains("Issue all of this? (yes or no)") && said.contains("it was not confirmed"), "{said}");
    assert!(!books.path().join("audit").exists());
    let (code, said) = on_a_terminal(&books, "close --period 2026-03", "yes\n");
    assert_eq!(code, Some(0), "{said}");
    books.run("verify").exits(0);
    // Nothing is unusual any more.
    let (code, said) = on_a_terminal(&books, "close --period 2026-03", "");
    assert!(code == Some(0) && !said.contains("Issue all"), "{said}");
}

fn only(report: &Value, code: &str) -> Value {
    report["findings"].as_array().unwrap().iter().find(|finding| finding["code"] == code).cloned().unwrap()
}

#[test]
fn a_customer_that_is_not_to_be_billed_gets_nothing_and_blocks_nobody() {
    let partner = Partner::good();
    let books = Books::example(&partner.base_url);
    books.run("fetch --period 2026-03").exits(0);
    let decide = "resolve --period 2026-03 --do-not-bill";
    let typo = books.run(&format!("{decide} MA_99ab12c --reason x --by asha")).exits(2);
    assert!(typo.stderr.contains("did you mean MA_99ab12c3?"), "{}", typo.stderr);
    books.run(&format!("{decide} MA_99ab12c3 --by asha")).exits(2);
    let late = books.run(&format!("{decide} MA_99ab12c3 --reason x --by asha --on 2026-04-03")).exits(2);
    assert!(late.stderr.contains("is in the future"), "{}", late.stderr);
    let said = books.run(&format!("{decide} MA_99ab12c3 --reason test-account --by asha")).exits(0).stdout;
    assert!(said.contains("MA_99ab12c3: not billed by decision of asha: test-account"), "{said}");
    books.run(&format!("{decide} MA_99ab12c3 --reason again --by asha")).exits(2);

    let closed = books.run("close --period 2026-03 --json").exits(0).json();
    assert_eq!(closed["outcome"], "reconciled");
    assert_eq!(closed["issued"].as_array().unwrap().len(), 46);
    assert_eq!(closed["not_invoiced"], closed["not_billed"]);
    assert_eq!(closed["not_billed"][0]["customer_id"], "MA_99ab12c3");
    let finding = only(&books.json("closes/2026-03/reconciliation.json"), "not-billed");
    assert_eq!(
        (&finding["severity"], &finding["message"]),
        (
            &"info".into(),
            &"MA_99ab12c3 is not billed for 2026-03, ₹68,850.00 before tax. Decided by asha on 2026-04-02, because test-account.".into()
        )
    );
    books.run("verify").exits(0);
    let shown = books.run("close --period 2026-03").exits(0).stdout;
    assert!(shown.contains("Not billed, by decision: 1 customer (MA_99ab12c3)"), "{shown}");

    // Taken back, it is billed; and what is issued is not undone by a decision.
    let file = String::from_utf8(books.read("resolutions/2026-03.toml")).unwrap();
    std::fs::remove_file(books.path().join("resolutions/2026-03.toml")).unwrap();
    let closed = books.run("close --period 2026-03 --json").exits(0).json();
    assert_eq!(closed["issued"].as_array().unwrap().len(), 47);
    let late = books.run(&format!("{decide} MA_99ab12c3 --reason x --by asha")).exits(2);
    assert!(late.stderr.contains("crossfoot void CF/26-27/00047"), "{}", late.stderr);
    books.write("resolutions/2026-03.toml", &file);
    books.run("close --period 2026-03").exits(3);
    let finding = only(&books.json("closes/2026-03/reconciliation.json"), "not-billed");
    assert_eq!(finding["severity"], "blocking");
    books.run("void CF/26-27/00047 --reason test-account --by asha").exits(0);
    books.run("close --period 2026-03").exits(0);
    books.run("verify").exits(0);
}

/// Where money and invoices go is what a fraud changes first.
#[test]
fn particulars_that_were_changed_since_the_last_close_are_told() {
    let (books, server) = two_months(100);
    let bank = "account_number = \"99900012345678\"\n[reconcile]\nrecheck = false\n";
    books.write("crossfoot.toml", &settings(&server.base_url(), bank));
    books.write(
        "customers.csv",
        "customer_id,legal_name,email\nMA_1,Asha,new@elsewhere.example\nMA_2,Bela,\nMA_4,Dev,\n",
    );
    let closed = books.at("2026-04-02T03:04:05Z", "close --period 2026-03").exits(0);
    let flat = closed.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    let said = "Particulars were changed since the close of 2026-02: seller.account_number: nothing → 99900012345678";
    assert!(flat.contains(said), "{flat}");
    let report = books.json("closes/2026-03/reconciliation.json");
    let told: Vec<&serde_json::Value> =
        report["findings"].as_array().unwrap().iter().filter(|f| f["code"] == "particulars-changed").collect();
    let messages: Vec<&str> = told.iter().map(|f| f["message"].as_str().unwrap()).collect();
    assert_eq!(
        messages,
        [
            "The seller's particulars are not those of the close of 2026-02: seller.account_number.",
            "The particulars of MA_1 are not those of the close of 2026-02: email.",
        ]
    );
    assert_eq!(told[1]["evidence"][0]["text"], "MA_1, email: nothing → new@elsewhere.example");
    assert!(told.iter().all(|f| f["severity"] == "warning"));
    books.run("verify").exits(0);
    // A close that is run again says the same, and seals nothing.
    let again = books.at("2026-04-02T03:05:05Z", "close --period 2026-03 --json").exits(0).json();
    assert_eq!(again["sealed"], false);
    // What it was compared with is sealed, too.
    let copy = "closes/2026-03/inputs/changed-particulars.json";
    let text = String::from_utf8(books.read(copy)).unwrap();
    books.write(copy, &text.replace("elsewhere", "somewhere"));
    assert!(books.run("verify").exits(4).stdout.contains(copy));
}

/// A charge that comes after the close of its day is in no close.
#[test]
fn a_charge_of_a_closed_month_is_told_until_its_month_is_closed_again() {
    let (books, _server) = two_months(100);
    let row = "MA_1,Setup,one-off,2026-02-25,,7000\n";
    books.write("charges.csv", &format!("customer_id,description,kind,from,to,amount\n{row}"));
    books.at("2026-04-02T03:04:05Z", "close --period 2026-03").exits(0);
    let late = only(&books.json("closes/2026-03/reconciliation.json"), "charge-late");
    assert_eq!(
        late["message"],
        "A row of charges.csv is dated before this period, and no close billed it: Setup of 2026-02-25, row 2, in 2026-02."
    );
    assert_eq!((&late["severity"], &late["customers"]), (&"warning".into(), &serde_json::json!(["MA_1"])));
    books.run("verify").exits(0);
}
