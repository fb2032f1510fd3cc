//! Time stamps of the chain, by a real authority (`openssl ts`), checked by `openssl ts -verify`, too.

use std::process::Command;

use crate::support::partner::Partner;
use crate::support::tsa::{Answers, Authority, openssl};
use crate::support::{Books, settings};

const EC: &str = "ec -pkeyopt ec_paramgen_curve:P-256";

fn books(authority: &Authority) -> (Books, Partner) {
    let partner = Partner::good();
    let books = Books::example(&partner.base_url);
    let audit = format!("[audit]\ntimestamp_url = \"{}\"\n", authority.url);
    books.write("crossfoot.toml", &settings(&partner.base_url, &audit));
    std::fs::create_dir_all(books.path().join("audit")).unwrap();
    std::fs::copy(authority.certificate(), books.path().join("audit/timestamp_ca.pem")).unwrap();
    (books, partner)
}

/// The command that docs/audit.md has, of a line of the chain.
fn openssl_verifies(books: &Books, sequence: usize) -> bool {
    let page = include_str!("../../docs/audit.md");
    let after = page.split("# 6. ").nth(1).unwrap();
    let command = after.lines().skip(1).take_while(|line| !line.starts_with("```")).collect::<Vec<_>>().join("\n");
    let script = command.replace("-n N", &format!("-n {sequence}")).replace("/N.", &format!("/{sequence}."));
    let done = Command::new("sh").args(["-e", "-c", &script]).current_dir(books.path()).output().unwrap();
    done.status.success() && String::from_utf8_lossy(&done.stdout).contains("Verification: OK")
}

#[test]
fn a_close_is_stamped_and_openssl_and_verify_say_when() {
    for key in [EC, "rsa:2048"] {
        let authority = Authority::start(key);
        let (books, _partner) = books(&authority);
        let closed = books.run("close --period 2026-03").exits(0);
        assert!(closed.stderr.contains("Stamped: event 1, by /O=Test/CN=Clock at 20"), "{}", closed.stderr);
        assert!(openssl_verifies(&books, 1));
        let told = books.run("verify").exits(0).stdout;
        assert!(told.contains("Time stamps: 1 of 1 events; the last, of event 1, by /O=Test/CN=Clock at 20"), "{told}");
        let said = &books.run("verify --json").json()["time_stamps"];
        assert_eq!((said["stamped"][0]["event"].as_u64(), said["missing"].as_array().unwrap().len()), (Some(1), 0));
        assert_eq!(said["certificates_sha256"].as_str().unwrap().len(), 64);
        // Nothing is stamped twice.
        books.run("close --period 2026-03 --offline").exits(0);
        assert_eq!(authority.asked().len(), 1);
        books.run("pack --period 2026-03 --out pack.zip").exits(0);
        let listed = Command::new("unzip").arg("-l").arg("pack.zip").current_dir(books.path()).output().unwrap();
        let listed = String::from_utf8(listed.stdout).unwrap();
        assert!(listed.contains("audit/seals/1.tsr") && listed.contains("audit/timestamp_ca.pem"), "{listed}");
    }
}

#[test]
fn an_authority_that_fails_is_told_and_the_close_stands() {
    let authority = Authority::start(EC);
    let (books, _partner) = books(&authority);
    let stamp = books.path().join("audit/seals/1.tsr");
    for (answers, what) in
        [(Answers::Busy, "503"), (Answers::Endless, "does not end"), (Answers::Another, "message imprint mismatch")]
    {
        authority.answer(answers);
        let told = books.run("close --period 2026-03").exits(0).stderr.replace('\n', " ");
        assert!(told.contains("warning: the last event has no time stamp") && told.contains(what), "{told}");
        assert!(told.contains("crossfoot close --period 2026-03"), "{told}");
        assert!(!stamp.exists());
        let told = books.run("verify").exits(0).stdout;
        assert!(told.contains("Time stamps: 0 of 1 events; without: 1 (the next close asks for one)"), "{told}");
    }
    let told = books.run("close --period 2026-03 --offline").exits(0).stderr;
    assert!(told.contains("--offline was given"), "{told}");
    // What nobody here could check is not even asked for.
    let ca = books.path().join("audit/timestamp_ca.pem");
    let certificate = std::fs::read(&ca).unwrap();
    std::fs::remove_file(&ca).unwrap();
    let before = authority.asked().len();
    authority.answer(Answers::Stamp);
    let told = books.run("close --period 2026-03").exits(0).stderr;
    assert!(told.contains("timestamp_ca.pem") && authority.asked().len() == before, "{told}");
    std::fs::write(&ca, certificate).unwrap();
    books.run("close --period 2026-03").exits(0);
    assert!(stamp.exists() && openssl_verifies(&books, 1));
}

#[test]
fn a_stamp_that_is_broken_forged_or_of_another_line_is_found() {
    let (authority, other) = (Authority::start(EC), Authority::start(EC));
    let (books, _partner) = books(&authority);
    books.run("close --period 2026-03").exits(0);
    let stamp = books.path().join("audit/seals/1.tsr");
    let good = std::fs::read(&stamp).unwrap();
    let refused = |bytes: &[u8], what: &str| {
        std::fs::write(&stamp, bytes).unwrap();
        let said = books.run("verify").exits(4).stdout;
        assert!(said.contains("audit/seals/1.tsr: it is no time stamp of line 1") && said.contains(what), "{said}");
    };
    let mut changed = good.clone();
    changed[good.len() / 2] ^= 1;
    refused(&changed, "");
    refused(b"", "");
    refused(&good[..good.len() - 9], "");
    // Of another authority, which its own certificate vouches for and ours does not.
    let folder = tempfile::tempdir().unwrap();
    let chain = books.read("audit/chain.jsonl");
    std::fs::write(folder.path().join("line"), chain.trim_ascii_end()).unwrap();
    std::fs::write(folder.path().join("elsewhere"), "another line").unwrap();
    let forge = |authority: &Authority, data: &str| {
        assert!(openssl(folder.path(), &format!("ts -query -data {data} -sha256 -cert -out query")));
        let certificate = authority.certificate();
        let (at, query) = (certificate.parent().unwrap(), folder.path().join("query"));
        let query = query.display();
        let signer = "-signer tsa.pem -inkey tsa.key -out forged.tsr";
        assert!(openssl(at, &format!("ts -reply -config tsa.cnf -queryfile {query} {signer}")));
        std::fs::read(at.join("forged.tsr")).unwrap()
    };
    refused(&forge(&other, "line"), "certificate verify error");
    books.run(&format!("verify --timestamp-ca {}", other.certificate().display())).exits(0);
    refused(&forge(&authority, "elsewhere"), "message imprint mismatch");
    // A stamp of a line that there is none of.
    std::fs::write(&stamp, &good).unwrap();
    std::fs::copy(&stamp, books.path().join("audit/seals/2.tsr")).unwrap();
    assert!(books.run("verify").exits(4).stdout.contains("audit/seals/2.tsr: nothing that was sealed knows it"));
    std::fs::remove_file(books.path().join("audit/seals/2.tsr")).unwrap();
    // Without certificates nothing is claimed.
    std::fs::remove_file(books.path().join("audit/timestamp_ca.pem")).unwrap();
    let told = books.run("verify").exits(0).stdout;
    assert!(told.contains("Time stamps: not checked (") && told.contains("timestamp_ca.pem"), "{told}");
}

#[test]
fn a_stamp_from_before_its_event_is_not_kept() {
    let authority = Authority::start(EC);
    let (books, _partner) = books(&authority);
    // Sealed by a clock that is years ahead of the authority's.
    let told = books.at("2090-04-02T03:04:05Z", "close --period 2026-03").all();
    assert!(told.contains("before the event itself (2090-04-02T03:04:05Z)"), "{told}");
    assert!(!books.path().join("audit/seals/1.tsr").exists(), "{told}");
    books.run("verify").exits(0);
}
