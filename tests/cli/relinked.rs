//! Books without signatures whose lines were changed and linked anew: what another file says as well is
//! found all the same.

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::support::smtp::Mailer;
use crate::support::{Books, files_below};

fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Changes lines of a journal, and makes every digest and link after it anew.
fn relink(books: &Books, file: &str, change: impl Fn(&mut Vec<Value>)) {
    let text = String::from_utf8(books.read(file)).unwrap();
    let mut lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    change(&mut lines);
    let (mut before, mut made) = (String::new(), String::new());
    for line in &mut lines {
        line["previous"] = before.into();
        line.as_object_mut().unwrap().remove("digest");
        line["digest"] = sha256(&serde_json::to_string(line).unwrap()).into();
        let line = serde_json::to_string(line).unwrap();
        before = sha256(&line);
        made.push_str(&line);
        made.push('\n');
    }
    books.write(file, &made);
}

/// Seals a manifest that was changed.
fn reseal(books: &Books, change: impl Fn(&mut Value)) {
    let name = "closes/2026-03/manifest.json";
    let mut manifest = books.json(name);
    change(&mut manifest);
    let text = format!("{}\n", serde_json::to_string_pretty(&manifest).unwrap());
    books.write(name, &text);
    relink(books, "audit/chain.jsonl", |lines| {
        lines.last_mut().unwrap()["manifest_sha256"] = sha256(&text).into();
    });
}

/// A change, and what is told of it.
type Forgery<'a> = (&'a dyn Fn(&Books), &'a str);

#[test]
fn what_another_file_says_as_well_is_found() {
    let books = super::send::books(Mailer::start(&[]).port);
    books.run("send --period 2026-03 --yes").exits(0);
    books.write("charges.csv", "customer_id,description,kind,from,amount\nMA_1,Set-up,one-off,2026-03-05,7\n");
    books.run("close --yes --period 2026-03").exits(0);
    books.run("verify").exits(0);
    let chain = |field: &'static str, value: &'static str| {
        move |books: &Books| relink(books, "audit/chain.jsonl", |lines| lines[0][field] = value.into())
    };
    let mail = |field: &'static str, value: &'static str| {
        move |books: &Books| {
            relink(books, "audit/mail.jsonl", |lines| lines[0][field] = value.into());
            let text = String::from_utf8(books.read("audit/mail.jsonl")).unwrap();
            let head = sha256(text.lines().last().unwrap());
            relink(books, "audit/chain.jsonl", |lines| lines[1]["mail_head"] = head.clone().into());
        }
    };
    let manifest = |place: &'static str, value: &'static str| {
        move |books: &Books| reseal(books, |manifest| *manifest.pointer_mut(place).unwrap() = value.into())
    };
    let link = |books: &Books| {
        std::fs::rename(books.path().join("audit"), books.path().join("elsewhere")).unwrap();
        std::os::unix::fs::symlink("elsewhere", books.path().join("audit")).unwrap();
    };
    let forgeries: [Forgery<'_>; 9] = [
        (&chain("to", "2026-03-30"), "event 1, from, to: they are not the days"),
        (&chain("outcome", "fine"), "event 1, outcome: `fine` is none"),
        (&chain("issue_date", "2031-01-01"), "event 1, issue_date"),
        (&mail("period", "2026-02"), "line 1, period: "),
        (&mail("pdf_sha256", "00"), "line 1, pdf_sha256: no sealed PDF"),
        (&manifest("/configuration/sha256", "00"), "/configuration/sha256: the files that it names make"),
        (&manifest("/tool/name", "other"), "/tool/name: `other` is another program"),
        (&manifest("/period/timezone", "Asia/Tokyo"), "/period/timezone: the settings that it seals say"),
        (&link, "broken audit: it is a link"),
    ];
    for (forge, told) in forgeries {
        let copy = Books::copied(books.path());
        forge(&copy);
        let ran = copy.run("verify").exits(4);
        assert!(ran.stdout.contains(told), "{told}: {}", ran.stdout);
    }
    assert!(files_below(books.path()).contains_key("audit/mail.jsonl"));
}

#[test]
fn an_event_that_forgets_the_mail_before_it_or_has_not_been_is_found() {
    let books = super::send::books(Mailer::start(&[]).port);
    books.run("send --period 2026-03 --yes").exits(0);
    books.write("charges.csv", "customer_id,description,kind,from,amount\nMA_1,Set-up,one-off,2026-03-05,7\n");
    books.at("2026-04-02T09:00:00Z", "close --yes --period 2026-03").exits(0);
    books.at("2026-04-02T09:00:00Z", "verify").exits(0);
    let good = books.read("audit/chain.jsonl");
    let finds = |change: &dyn Fn(&mut Vec<Value>), what: &str| {
        relink(&books, "audit/chain.jsonl", change);
        let told = books.at("2026-04-02T09:00:00Z", "verify").exits(4).stdout;
        assert!(told.contains(what), "{what}: {told}");
        std::fs::write(books.path().join("audit/chain.jsonl"), &good).unwrap();
    };
    finds(&|lines| drop(lines[1].as_object_mut().unwrap().remove("mail_head")), "event 2, mail_head");
    relink(&books, "audit/chain.jsonl", |lines| lines[1]["at"] = "2099-01-01T00:00:00Z".into());
    let told = books.at("2026-04-02T09:00:00Z", "verify").stderr;
    assert!(told.contains("event 2 is of 2099-01-01T00:00:00Z, and this clock says 2026-04-02"), "{told}");
}
