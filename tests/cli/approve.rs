//! Two people for one seal: who prepares proposes, somebody else approves.

use std::path::{Path, PathBuf};

use super::signing::key;
use crate::support::partner::Partner;
use crate::support::{Books, Ran, crossfoot};

/// Books of Asha and Ravi, who may both sign, and the key of somebody who may not.
fn books(audit: &str) -> (tempfile::TempDir, Books, [PathBuf; 3]) {
    let keys = tempfile::tempdir().unwrap();
    let [(asha, of_asha), (ravi, of_ravi), (mallory, _)] = ["asha", "ravi", "mallory"].map(|who| key(keys.path(), who));
    let books = Books::example(&Partner::good().base_url);
    books.write("audit/allowed_signers", &format!("asha@example.com {of_asha}\nravi@example.com {of_ravi}\n"));
    let settings = String::from_utf8(books.read("crossfoot.toml")).unwrap();
    books.write("crossfoot.toml", &format!("{settings}\n[audit]\n{audit}\n"));
    (keys, books, [asha, ravi, mallory])
}

fn with(books: &Books, key: &Path, line: &str) -> Ran {
    let mut command = crossfoot(books.path());
    command.env("CROSSFOOT_SIGNING_KEY", key).args(line.split_whitespace()).output().unwrap().into()
}

#[test]
fn one_proposes_and_another_seals() {
    let (_keys, books, [asha, ravi, mallory]) = books("approvals = 2");
    books.run("close --period 2026-03").exits(2);
    let ran = with(&books, &asha, "close --period 2026-03").exits(0);
    assert!(ran.stdout.contains("crossfoot approve --period 2026-03"), "{}", ran.stdout);
    assert!(!books.path().join("audit/chain.jsonl").exists());
    assert!(books.path().join("drafts/2026-03/draft.json").exists());
    let proposal = books.json("proposals/2026-03.json");
    assert_eq!((&proposal["chain_head"], &proposal["documents"]), (&"".into(), &"47 invoices".into()));
    assert!(books.run("status").exits(0).stdout.contains("next: crossfoot approve --period 2026-03"));
    // Neither the same person nor a stranger approves.
    let same = with(&books, &asha, "approve --period 2026-03").exits(2);
    assert!(same.stderr.contains("asha@example.com proposed this, and cannot approve it"), "{}", same.stderr);
    with(&books, &mallory, "approve --period 2026-03").exits(2);
    books.run("approve --period 2026-03").exits(2);
    assert!(!books.path().join("audit/chain.jsonl").exists());

    let approved = with(&books, &ravi, "approve --period 2026-03 --json").exits(0).json();
    assert_eq!(approved["issued"].as_array().unwrap().len(), 47);
    let chain = String::from_utf8(books.read("audit/chain.jsonl")).unwrap();
    let event: serde_json::Value = serde_json::from_str(chain.lines().next().unwrap()).unwrap();
    let approval = books.json("closes/2026-03/inputs/approval.json");
    assert_eq!(approval["preparer"]["who"], "asha@example.com");
    assert_eq!((&event["preparer"], &event["signer"]), (&approval["preparer"]["key"], &approval["approver"]["key"]));
    assert!(!books.path().join("proposals/2026-03.json").exists());
    let verified = books.run("verify").exits(0);
    assert!(
        verified.stdout.contains("prepared by asha@example.com, approved by ravi@example.com"),
        "{}",
        verified.stdout
    );
    let page = String::from_utf8(books.read("closes/2026-03/reconciliation.html")).unwrap();
    assert!(page.contains("prepared by asha@example.com, approved by ravi@example.com"));
    // What is as it was sealed needs nobody; what is not is proposed anew.
    let again = with(&books, &asha, "close --period 2026-03").exits(0);
    assert!(again.stdout.contains("Unchanged since the last seal"), "{}", again.stdout);
    books.write("charges.csv", "customer_id,description,kind,from,amount\nMA_99ab12c3,Set-up,one-off,2026-03-05,100\n");
    with(&books, &asha, "close --period 2026-03").exits(3);
    assert_eq!(books.json("proposals/2026-03.json")["documents"], "1 debit note");
    with(&books, &ravi, "approve --period 2026-03").exits(0);
    books.run("verify").exits(0);
}

#[test]
fn what_was_changed_after_it_was_proposed_is_not_approved() {
    let (_keys, books, [asha, ravi, _]) = books("approvals = 2");
    with(&books, &asha, "close --period 2026-03").exits(0);
    let customers = String::from_utf8(books.read("customers.csv")).unwrap();
    books.write("customers.csv", &customers.replacen("Acme", "Acne", 1));
    let ran = with(&books, &ravi, "approve --period 2026-03").exits(1);
    assert!(ran.stderr.contains("is not what would be sealed"), "{}", ran.stderr);
    books.write("customers.csv", &customers);
    let proposal = String::from_utf8(books.read("proposals/2026-03.json")).unwrap();
    books.write("proposals/2026-03.json", &proposal.replace("47 invoices", "46 invoices"));
    with(&books, &ravi, "approve --period 2026-03").exits(4);
    books.write("proposals/2026-03.json", &proposal);
    with(&books, &ravi, "approve --period 2026-03").exits(0);
    with(&books, &ravi, "approve --period 2026-03").exits(2);
    books.run("verify").exits(0);
}

#[test]
fn a_decision_about_much_money_needs_two_people() {
    let (_keys, books, [asha, ravi, _]) = books("approve_above = \"1000.00\"");
    let decide = "resolve --period 2026-03 --do-not-bill MA_99ab12c3 --reason test --by asha";
    books.run("reconcile --period 2026-03").exits(0);
    books.run(decide).exits(0);
    let ran = with(&books, &asha, "close --period 2026-03").exits(0);
    assert!(ran.stdout.contains("Proposed  by asha@example.com"), "{}", ran.stdout);
    with(&books, &ravi, "approve --period 2026-03").exits(0);
    books.run("verify").exits(0);
    // Without such a decision one person closes.
    let (_more, books, [asha, ..]) = self::books("approve_above = \"1000.00\"");
    with(&books, &asha, "close --period 2026-03").exits(0);
    assert!(books.path().join("audit/chain.jsonl").exists());
}

#[test]
fn what_one_sealed_alone_is_not_said_to_be_approved() {
    let (_keys, books, [asha, ravi, _]) = books("approvals = 2");
    with(&books, &asha, "close --period 2026-03").exits(0);
    with(&books, &ravi, "approve --period 2026-03").exits(0);
    let settings = String::from_utf8(books.read("crossfoot.toml")).unwrap();
    books.write("crossfoot.toml", &settings.replace("approvals = 2", "approvals = 1"));
    let charge = |amount: &str| {
        let row = format!("MA_99ab12c3,Set-up,one-off,2026-03-05,{amount}\n");
        books.write("charges.csv", &format!("customer_id,description,kind,from,amount\n{row}"));
    };
    charge("7");
    // Nobody lifts the rule alone: what was sealed last asks for two.
    with(&books, &asha, "close --yes --period 2026-03").exits(3);
    assert!(books.path().join("proposals/2026-03.json").exists());
    with(&books, &ravi, "approve --period 2026-03").exits(0);
    charge("9");
    with(&books, &asha, "close --yes --period 2026-03").exits(0);
    let verified = books.run("verify").exits(0);
    assert!(!verified.stdout.contains("approved by"), "{}", verified.stdout);
}

#[test]
fn decisions_about_one_customer_count_together() {
    let (_keys, books, [asha, ..]) = books("approve_above = \"1000.00\"");
    let decide = |direction: &str, ledger: u32| {
        format!(
            "[[resolution]]\nfinding = \"amount-difference\"\ncustomers = [\"MA_99ab12c3\"]\ndirection = \"{direction}\"\nanalytics = \"1.00\"\nledger = \"{ledger}.00\"\nbill = \"ledger\"\nreason = \"r\"\nby = \"asha\"\non = \"2026-04-02\"\n"
        )
    };
    books.write("resolutions/2026-03.toml", &(decide("inbound", 601) + &decide("outbound", 300)));
    with(&books, &asha, "close --period 2026-03").exits(0);
    assert!(books.path().join("audit/chain.jsonl").exists());
    let (_more, books, [asha, ..]) = self::books("approve_above = \"1000.00\"");
    books.write("resolutions/2026-03.toml", &(decide("inbound", 601) + &decide("outbound", 501)));
    with(&books, &asha, "close --period 2026-03").exits(0);
    assert!(!books.path().join("audit/chain.jsonl").exists());
}

#[test]
fn a_proposal_that_was_dated_back_is_not_approved() {
    let (_keys, books, [asha, ravi, _]) = books("approvals = 2");
    with(&books, &asha, "close --period 2026-03").exits(0);
    let mut command = crossfoot(books.path());
    command.env("CROSSFOOT_SIGNING_KEY", &asha).env("CROSSFOOT_NOW", "2026-04-02T03:00:00Z");
    let line = "close --period 2026-03 --offline";
    Ran::from(command.args(line.split_whitespace()).output().unwrap()).exits(0);
    let ran = with(&books, &ravi, "approve --period 2026-03").exits(4);
    assert!(ran.stderr.contains("2026-04-02T03:00:00Z"), "{}", ran.stderr);
}

#[test]
fn a_proposal_that_leads_out_of_the_books_touches_nothing_there() {
    let (_keys, books, [asha, ravi, _]) = books("approvals = 2");
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("2026-03.json"), "mine").unwrap();
    std::os::unix::fs::symlink(outside.path(), books.path().join("proposals")).unwrap();
    with(&books, &asha, "close --period 2026-03").exits(4);
    with(&books, &ravi, "approve --period 2026-03").exits(4);
    assert_eq!(std::fs::read_to_string(outside.path().join("2026-03.json")).unwrap(), "mine");
}

#[test]
fn a_signer_who_is_called_otherwise_later_did_sign() {
    let (_keys, books, [asha, ravi, _]) = books("approvals = 2");
    with(&books, &asha, "close --period 2026-03").exits(0);
    with(&books, &ravi, "approve --period 2026-03").exits(0);
    let list = String::from_utf8(books.read("audit/allowed_signers")).unwrap();
    books.write("audit/allowed_signers", &list.replace("asha@example.com", "asha.k@example.org"));
    books.run("verify").exits(0);
    // But two names of one person are one.
    books.write("audit/allowed_signers", &list.replace("ravi@example.com", "ravi@example.com,Asha@example.com"));
    books.write("charges.csv", "customer_id,description,kind,from,amount\nMA_99ab12c3,Set-up,one-off,2026-03-05,7\n");
    with(&books, &asha, "close --yes --period 2026-03").exits(3);
    with(&books, &ravi, "approve --period 2026-03").exits(2);
}
