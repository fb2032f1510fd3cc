//! What finance does beside the close: begins books, looks whether all is in place, sees
//! where each period stands, hands an auditor an archive.

use crate::support::partner::Partner;
use crate::support::{Books, crossfoot, files_below, rehearse};

#[test]
fn init_takes_flags_and_checks_them_first() {
    let folder = tempfile::tempdir().unwrap();
    let run = |line: &[&str]| -> crate::support::Ran { crossfoot(folder.path()).args(line).output().unwrap().into() };
    let wrong = run(&["init", "b", "--seller", "Malabar", "--timezone", "Asia/Kolkatta"]).exits(2);
    assert!(wrong.stderr.contains("did you mean \"Asia/Kolkata\"?"), "{}", wrong.stderr);
    assert!(!folder.path().join("b").exists());
    run(&["init", "b", "--seller", "Malabar \"Voice\" Ltd", "--address", "1 Road, Pune", "--gstin", "29AAFCC9980M1ZR"])
        .exits(0);
    let text = std::fs::read_to_string(folder.path().join("b/crossfoot.toml")).unwrap();
    assert!(text.contains("regime = \"gst\""), "{text}");
    assert!(text.contains("legal_name = 'Malabar \"Voice\" Ltd'"), "{text}");
    // Nobody can be asked here, and nothing is needed.
    run(&["init", "c"]).exits(0);
    // All that is wrong is told at once.
    let wrong = run(&["init", "d", "--gstin", "29AAFCC9980M1ZX", "--currency", "XXZ", "--seller", "M"]).exits(2);
    assert!(wrong.stderr.contains("29AAFCC9980M1ZX") && wrong.stderr.contains("XXZ"), "{}", wrong.stderr);
    // A number is an example of its format, and a GSTIN says the State.
    let more = ["--number-format", "MV/26-27/0001", "--account-number", "123", "--gstin", "29AAFCC9980M1ZR"];
    run(&[&["init", "e", "--lut", "AD290326000001X"][..], &more].concat()).exits(0);
    let text = std::fs::read_to_string(folder.path().join("e/crossfoot.toml")).unwrap();
    for line in ["number_format = \"MV/{fy}/{seq:04}\"", "state_code = \"29\"", "lut = \"AD290326000001X\""] {
        assert!(text.contains(line), "{line}: {text}");
    }
}

#[test]
fn a_period_can_be_typed_by_itself_and_must_have_begun() {
    let partner = Partner::good();
    let books = Books::example(&partner.base_url);
    books.run("reconcile 2026-03").exits(0);
    let wrong = books.run("reconcile 2026-3").exits(2);
    assert!(wrong.stderr.contains("2026-3") && wrong.stderr.contains("PERIOD"), "{}", wrong.stderr);
    books.run("help close").exits(0);
    // One that is to come, or has no ledger, leaves nothing behind, and the partner is not asked.
    let asked = partner.seen().len();
    for (line, code) in [("reconcile 2062-03", 2), ("fetch 2062-03", 2), ("reconcile 2025-03", 1), ("close 2025-03", 1)]
    {
        books.run(line).exits(code);
    }
    assert_eq!(partner.seen().len(), asked);
    let closes: Vec<_> = std::fs::read_dir(books.path().join("closes")).unwrap().collect();
    assert_eq!(closes.len(), 1);
}

#[test]
fn doctor_says_what_documents_will_lack() {
    let books = Books::example(&Partner::good().base_url);
    let told = books.run("doctor --offline --period 2026-02").exits(0).stdout;
    let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
    for what in [
        "! ledger could not read the ledger ledgers/2026-02.csv: 2026-02 cannot be reconciled yet",
        "ok numbers the next invoice would be CF/25-26/00001",
        "! documents no document says where to pay",
    ] {
        assert!(told.contains(what), "{what}: {told}");
    }
}

#[test]
fn a_finding_is_explained_by_its_rank_and_by_its_id() {
    let books = Books::example(&Partner::good().base_url);
    let ledger = String::from_utf8(books.read("ledgers/2026-03.csv")).unwrap();
    let cut: Vec<&str> = ledger.lines().filter(|line| !line.contains("MA_99ab12c3")).collect();
    books.write("ledgers/2026-03.csv", &(cut.join("\n") + "\n"));
    books.run("reconcile 2026-03").exits(3);
    let report = books.json("closes/2026-03/reconciliation.json");
    let (id, code) = (report["findings"][0]["id"].as_str().unwrap(), report["findings"][0]["code"].as_str().unwrap());
    for name in ["F001", id] {
        let told = books.run(&format!("explain {name}")).exits(0).stdout;
        assert!(told.starts_with(&format!("{id} of 2026-03: ")) && told.contains(&format!("# {code}\n")), "{told}");
    }
    let wrong = books.run("explain F999").exits(2);
    assert!(wrong.stderr.contains("no report here has it"), "{}", wrong.stderr);
}

#[test]
fn doctor_names_each_thing_that_is_missing() {
    let partner = rehearse(|_| {});
    let books = Books::empty(&partner.base_url());
    let ran = books.run("doctor --json").exits(3).json();
    let bad: Vec<&str> = ran["checks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|check| check["result"] == "bad")
        .map(|check| check["what"].as_str().unwrap())
        .collect();
    // The clock of every run is that of April 2026, and the server's is not.
    assert_eq!(bad, ["customers", "ledgers", "clock"]);

    let books = Books::example(&partner.base_url());
    let ran = books.run("doctor --offline").exits(0);
    assert!(ran.stdout.contains("A close can run here."), "{}", ran.stdout);
    assert!(ran.stdout.lines().all(|line| line.chars().count() <= 80), "{}", ran.stdout);

    let gone = books.run("doctor --offline").all();
    assert!(!gone.contains(crate::support::TOKEN));
    let more = "[upstream]\nbase_url = \"http://127.0.0.1:9\"\nauth_token_file = \"token\"\nmax_attempts = 3\n";
    books.write("crossfoot.toml", more);
    books.write("token", "x");
    let ran = books.run("doctor").exits(3);
    assert!(ran.stdout.contains("chmod 600"), "{}", ran.stdout);
    std::fs::remove_file(books.path().join("token")).unwrap();
    books.write("crossfoot.toml", &more.replace("auth_token_file = \"token\"\n", ""));
    let ran = books.run("doctor").exits(3);
    assert!(ran.stdout.contains("the partner API cannot be reached"), "{}", ran.stdout);
}

#[test]
fn status_tells_held_issued_and_sent_and_the_next_command() {
    let partner = Partner::good();
    let books = Books::example(&partner.base_url);
    books.run("close --period 2026-03").exits(0);
    let stage = books.run("status --json").exits(0).json()["periods"][0].clone();
    assert_eq!(
        (stage["held"].as_u64(), stage["issued"].as_u64(), stage["sent"].as_u64()),
        (Some(0), Some(47), Some(0))
    );
    assert_eq!(stage["next"], "crossfoot send --period 2026-03");
    insta::assert_snapshot!(books.run("status").exits(0).stdout);
}

/// Digests change with every output; what is said does not.
fn without_digests(text: &str) -> String {
    let is_digest = |word: &str| word.len() == 64 && word.bytes().all(|b| b.is_ascii_hexdigit());
    let word = |word: &str| {
        let bare = word.trim_end_matches('.');
        if is_digest(bare) { word.replace(bare, "(SHA-256)") } else { word.to_owned() }
    };
    text.lines().map(|line| line.split(' ').map(word).collect::<Vec<_>>().join(" ") + "\n").collect()
}

#[test]
fn a_pack_verifies_by_itself_and_is_the_same_every_time() {
    let partner = Partner::good();
    let books = Books::example(&partner.base_url);
    books.run("pack --period 2026-03").exits(2);
    books.run("close --period 2026-03").exits(0);
    let first = books.run("pack --period 2026-03 --json").exits(0).json();
    let second = books.run("pack --period 2026-03 --out again.zip --json").exits(0).json();
    assert_eq!(first["sha256"], second["sha256"]);

    let unpacked = tempfile::tempdir().unwrap();
    let mut zip = zip::ZipArchive::new(std::fs::File::open(books.path().join("again.zip")).unwrap()).unwrap();
    zip.extract(unpacked.path()).unwrap();
    let folder = unpacked.path().join("crossfoot-2026-03-audit");
    let files = files_below(&folder);
    insta::assert_snapshot!(without_digests(&String::from_utf8(files["MEMO.txt"].clone()).unwrap()));
    let sums = String::from_utf8(files["SHA256SUMS"].clone()).unwrap();
    assert_eq!(sums.lines().count(), files.len() - 1);
    let ran: crate::support::Ran =
        crossfoot(&folder.join("books")).args(["verify", "--period", "2026-03"]).output().unwrap().into();
    assert_eq!(ran.exits(0).stdout.as_bytes(), files["VERIFY.txt"]);

    // What does not verify is not packed.
    books.write("customers.csv", "customer_id\n");
    books.write("closes/2026-03/invoices.csv", "number\n");
    books.run("pack --period 2026-03 --out third.zip").exits(4);
    assert!(!books.path().join("third.zip").exists());
}

#[test]
fn the_report_shows_the_trend_of_the_closed_periods_and_verifies_later() {
    let month = |n: u32| {
        format!(
            "auth_id,name,inbound_calls,inbound_cost,outbound_calls,outbound_cost\nMA_1,Asha,{n},{n}00.00,0,0.00\nMA_2,Bela,0,0.00,3,50.25\n"
        )
    };
    let books = Books::empty("");
    books.write("customers.csv", "customer_id,legal_name\nMA_1,Asha\nMA_2,Bela\n");
    for n in 1..=3 {
        let period = format!("2026-0{n}");
        let server = crate::support::rehearse_month(&period, &month(n), |_| {});
        books.write("crossfoot.toml", &crate::support::settings(&server.base_url(), "[reconcile]\nrecheck = false\n"));
        books.write(
            &format!("ledgers/{period}.csv"),
            &format!("date,customer_id,direction,amount\n{period}-05,MA_1,inbound,{n}00.00\n{period}-05,MA_2,outbound,50.25\n"),
        );
        books.run(&format!("close --yes --period {period}")).exits(0);
    }
    let page = String::from_utf8(books.read("closes/2026-03/reconciliation.html")).unwrap();
    assert!(page.contains("Spend by period, from ₹150.25 in 2026-01 to ₹350.25 in 2026-03."));
    assert!(page.contains("Answered calls went from"));
    let first = String::from_utf8(books.read("closes/2026-01/reconciliation.html")).unwrap();
    assert!(!first.contains("The closed periods"));
    books.run("verify").exits(0);
    // Closed again with nothing new: nothing changes.
    let before = books.files();
    books.run("close --period 2026-03 --offline").exits(0);
    assert!(books.files() == before);
}

#[test]
fn a_close_with_many_findings_fits_the_screen() {
    let partner = Partner::good();
    let books = Books::example(&partner.base_url);
    // Every customer's first row in 1.00: findings without end.
    let mut seen = std::collections::BTreeSet::new();
    let ledger: String = crate::support::clean_ledger()
        .lines()
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            let first = cells[0].starts_with("2026") && seen.insert(cells[1].to_owned());
            if first { format!("{}\n", line.replace(cells[4], "1.01")) } else { format!("{line}\n") }
        })
        .collect();
    books.write("ledgers/2026-03.csv", &ledger);
    let shown = books.run("close --period 2026-03").exits(3).stdout;
    let lines: Vec<&str> = shown.lines().collect();
    assert!(lines.len() < 24, "{} lines\n{shown}", lines.len());
    assert!(lines.iter().all(|line| line.chars().count() <= 80), "{shown}");
    assert!(shown.contains("more findings are in the report"), "{shown}");
    // -v says more.
    assert!(books.run("close --period 2026-03 --offline -v").exits(3).stdout.lines().count() > 24);
}

#[test]
fn every_command_has_a_page_of_the_manual() {
    let folder = tempfile::tempdir().unwrap();
    let run = |line: &[&str]| -> crate::support::Ran { crossfoot(folder.path()).args(line).output().unwrap().into() };
    let help = run(&["--help"]).exits(0).stdout;
    let commands = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let names: Vec<&str> = commands
        .lines()
        .filter(|line| !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(names.len() > 15, "{help}");
    for name in names {
        assert!(
            run(&["man", name]).exits(0).stdout.contains(&format!("crossfoot\\-{}", name.replace('-', "\\-"))),
            "{name}"
        );
    }
    assert!(run(&["man", "sned"]).exits(2).stderr.contains("did you mean send?"));
}

#[test]
fn status_says_what_a_running_month_and_a_late_one_need() {
    let (books, _server) = super::invoices::gst(str::to_owned);
    books.at("2026-03-20T03:04:05Z", "fetch --period 2026-03").exits(0);
    let running = books.at("2026-03-20T03:04:05Z", "status").exits(0).stdout;
    assert!(running.contains("next: crossfoot close --draft --period 2026-03"), "{running}");
    let soon = books.at("2026-04-30T03:04:05Z", "status").exits(0).stdout;
    assert!(soon.contains("next: crossfoot close --period 2026-03") && !soon.contains("Rule 47"), "{soon}");
    let late = books.at("2026-05-01T03:04:05Z", "status").exits(0).stdout;
    assert!(late.contains("CGST Rule 47 asks for an invoice within 30 days"), "{late}");
    let closed = books.at("2026-05-01T03:04:05Z", "close --period 2026-03").exits(0);
    assert!(closed.stderr.contains("warning: CGST Rule 47"), "{}", closed.stderr);
    // What is issued is late no more.
    assert!(!books.at("2026-05-01T03:04:05Z", "status").exits(0).stdout.contains("Rule 47"));
    let doctor = books.run("doctor --offline").all();
    let doctor = doctor.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(doctor.contains("not printed, since [seller] has none:") && doctor.contains("udyam"), "{doctor}");
}

#[test]
fn a_seller_in_a_file_of_its_own_is_sealed_with_the_settings() {
    let books = Books::example(&Partner::good().base_url);
    let text = String::from_utf8(books.read("crossfoot.toml")).unwrap();
    let (before, seller) = text.split_once("[seller]\n").unwrap();
    let (seller, after) = seller.split_once("\n[").map_or((seller, ""), |(seller, after)| (seller, after));
    let after = if after.is_empty() { String::new() } else { format!("[{after}") };
    books.write("crossfoot.toml", &format!("{before}{after}"));
    books.write("seller.toml", &format!("{seller}\ncty = \"Pune\"\n"));
    let wrong = books.run("close 2026-03").exits(2);
    assert!(wrong.stderr.contains("seller.toml, line"), "{}", wrong.stderr);
    books.write("seller.toml", seller);
    books.run("close 2026-03").exits(0);
    let sealed = String::from_utf8(books.read("closes/2026-03/inputs/crossfoot.toml")).unwrap();
    assert!(sealed.contains(seller.trim()), "{sealed}");
    books.run("verify").exits(0);
    books.run("pack 2026-03 --out pack.zip").exits(0);
    books.write("crossfoot.toml", &text);
    assert!(books.run("status").exits(2).stderr.contains("the seller stands in one file"));
}
