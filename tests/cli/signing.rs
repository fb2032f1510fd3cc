//! Seals that are signed: by OpenSSH's own keys and files, so that an auditor needs nothing of ours.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::Books;
use crate::support::partner::Partner;

/// A key outside the books; its path and its public half.
pub(crate) fn key(folder: &Path, name: &str) -> (PathBuf, String) {
    let path = folder.join(name);
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-C", name, "-f"])
        .arg(&path)
        .status()
        .unwrap();
    assert!(made.success());
    let public = std::fs::read_to_string(path.with_extension("pub")).unwrap();
    (path, public.split(' ').take(2).collect::<Vec<_>>().join(" "))
}

/// Books with a key of Asha's, who may sign, and somewhere else a key of somebody who may not.
fn books() -> (tempfile::TempDir, Books, [PathBuf; 2]) {
    let keys = tempfile::tempdir().unwrap();
    let (asha, public) = key(keys.path(), "asha");
    let (mallory, _) = key(keys.path(), "mallory");
    let books = Books::example(&Partner::good().base_url);
    books.write("audit/allowed_signers", &format!("asha@example.com namespaces=\"crossfoot-seal\" {public}\n"));
    (keys, books, [asha, mallory])
}

fn with_key(books: &Books, key: &Path, more: &str) {
    let settings = String::from_utf8(books.read("crossfoot.toml")).unwrap();
    let settings = settings.split("\n[audit]").next().unwrap().to_owned();
    books.write("crossfoot.toml", &format!("{settings}\n[audit]\nsigning_key = {:?}\n{more}", key.to_str().unwrap()));
}

/// What OpenSSH says of the signature of a line.
fn openssh_verifies(books: &Books, sequence: usize) -> bool {
    let chain = String::from_utf8(books.read("audit/chain.jsonl")).unwrap();
    let line = chain.lines().nth(sequence - 1).unwrap();
    let mut child = Command::new("ssh-keygen")
        .args(["-Y", "verify", "-f", "audit/allowed_signers", "-I", "asha@example.com", "-n", "crossfoot-seal", "-s"])
        .arg(format!("audit/seals/{sequence}.sig"))
        .current_dir(books.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), line.as_bytes()).unwrap();
    child.wait().unwrap().success()
}

#[test]
fn a_seal_is_signed_and_openssh_and_verify_say_by_whom() {
    let (_keys, books, [asha, _]) = books();
    with_key(&books, &asha, "signatures = \"required\"\n");
    books.run("close --period 2026-03").exits(0);
    assert!(openssh_verifies(&books, 1));
    let told = books.run("verify").exits(0).stdout;
    assert!(told.contains("Signed: 1 of 1 seals, 1 by asha@example.com (SHA256:"), "{told}");
    let signatures = &books.run("verify --json").json()["signatures"];
    assert_eq!(
        (signatures["signed"].as_u64(), signatures["by"][0]["who"].as_str()),
        (Some(1), Some("asha@example.com"))
    );
    books.run("pack --period 2026-03 --out pack.zip").exits(0);
    let listed = Command::new("unzip").arg("-l").arg("pack.zip").current_dir(books.path()).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert!(listed.contains("audit/seals/1.sig") && listed.contains("audit/allowed_signers"), "{listed}");
}

#[test]
fn a_signature_that_is_gone_changed_or_of_another_is_found() {
    let (_keys, books, [asha, mallory]) = books();
    with_key(&books, &asha, "");
    books.run("close --period 2026-03").exits(0);
    let good = books.read("audit/seals/1.sig");
    let signature = books.path().join("audit/seals/1.sig");
    let refuses = |what: &str| {
        let told = books.run("verify").exits(4).stdout;
        assert!(told.contains("audit/seals/1.sig") && told.contains(what), "{what}: {told}");
    };
    std::fs::remove_file(&signature).unwrap();
    refuses("it is gone");
    for at in (0..good.len()).step_by(7) {
        let mut changed = good.clone();
        changed[at] ^= 1;
        std::fs::write(&signature, &changed).unwrap();
        refuses("");
    }
    // Another key over the right line.
    let chain = books.read("audit/chain.jsonl");
    std::fs::write(books.path().join("line"), chain.trim_ascii_end()).unwrap();
    let signed = Command::new("ssh-keygen")
        .args(["-q", "-Y", "sign", "-n", "crossfoot-seal", "-f"])
        .args([mallory.as_path(), Path::new("line")])
        .current_dir(books.path())
        .status()
        .unwrap();
    assert!(signed.success());
    std::fs::rename(books.path().join("line.sig"), &signature).unwrap();
    refuses("is not one of audit/allowed_signers");
    std::fs::write(&signature, &good).unwrap();
    books.run("verify").exits(0);
    // A signer who left signed what was sealed before.
    let list = String::from_utf8(books.read("audit/allowed_signers")).unwrap();
    books.write("audit/allowed_signers", &list.replace("namespaces=", "valid-before=\"20260101Z\",namespaces="));
    refuses("at that time");
}

#[test]
fn nothing_is_sealed_without_a_key_that_may_sign() {
    let (keys, books, [asha, mallory]) = books();
    let refused = |key: &Path, more: &str, what: &str| {
        with_key(&books, key, more);
        let told = books.run("close --period 2026-03").exits(2).stderr;
        assert!(told.contains(what), "{told}");
        assert!(!books.path().join("audit/chain.jsonl").exists());
    };
    refused(&mallory, "", "namespaces=\"crossfoot-seal\" ssh-ed25519 ");
    refused(Path::new("asha"), "", "is to lie outside the books");
    let inside = books.path().join("key");
    std::fs::copy(&asha, &inside).unwrap();
    std::fs::copy(asha.with_extension("pub"), inside.with_extension("pub")).unwrap();
    refused(&inside, "", "is to lie outside the books");
    let settings = String::from_utf8(books.read("crossfoot.toml")).unwrap();
    let settings = settings.split("\n[audit]").next().unwrap().to_owned();
    books.write("crossfoot.toml", &format!("{settings}\n[audit]\nsignatures = \"required\"\n"));
    let told = books.run("close --period 2026-03").exits(2).stderr;
    assert!(told.contains("no key is named"), "{told}");
    // A key that is there in half: nothing is sealed either.
    std::fs::remove_file(&asha).unwrap();
    with_key(&books, &asha, "");
    let told = books.run("close --period 2026-03").exits(1).stderr;
    assert!(told.contains("could not be signed") && told.contains("Nothing was sealed."), "{told}");
    assert!(!books.path().join("audit/chain.jsonl").exists() && !books.path().join("closes/2026-03/invoices").exists());
    drop(keys);
}

#[test]
fn a_key_whose_signatures_cannot_be_checked_seals_nothing() {
    let (keys, books, _) = books();
    let rsa = keys.path().join("rsa");
    let made = Command::new("ssh-keygen").args(["-q", "-t", "rsa", "-b", "2048", "-N", "", "-f"]).arg(&rsa).status();
    assert!(made.unwrap().success());
    let public = std::fs::read_to_string(rsa.with_extension("pub")).unwrap();
    let list = String::from_utf8(books.read("audit/allowed_signers")).unwrap();
    books.write("audit/allowed_signers", &format!("{list}boss@example.com {public}"));
    with_key(&books, &rsa, "");
    let told = books.run("close --period 2026-03").exits(2).stderr;
    assert!(told.contains("is a key of the kind ssh-rsa"), "{told}");
    assert!(!books.path().join("audit/chain.jsonl").exists());
}

#[test]
fn what_is_planted_stops_a_close_and_a_sending() {
    let books = Books::example(&Partner::good().base_url);
    books.run("close --period 2026-03").exits(0);
    books.write("charges.csv", "customer_id,description,kind,from,amount\nMA_99ab12c3,Set-up,one-off,2026-03-05,7\n");
    for name in ["audit/evil.exe", "audit/seals/7.sig", "closes/2026-02/capture/evil.json"] {
        books.write(name, "x");
        let told = books.run("close --period 2026-03 --yes").exits(4).stderr;
        assert!(told.contains("unknown-file") && told.contains(name.rsplit_once('/').unwrap().0), "{name}: {told}");
        books.run("verify").exits(4);
        std::fs::remove_file(books.path().join(name)).unwrap();
        let _ = std::fs::remove_dir_all(books.path().join("closes/2026-02"));
    }
    // A pipe is not waited for.
    let pipe = books.path().join(".crossfoot/intent.json");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    books.run("status").exits(1);
    std::fs::remove_file(&pipe).unwrap();
    books.run("close --period 2026-03 --yes").exits(0);
}

#[test]
fn nobody_stops_signing_alone() {
    let (_keys, books, [asha, _]) = books();
    with_key(&books, &asha, "signatures = \"required\"\n");
    books.run("close --period 2026-03").exits(0);
    let settings = String::from_utf8(books.read("crossfoot.toml")).unwrap();
    books.write("crossfoot.toml", settings.split("\n[audit]").next().unwrap());
    books.write("charges.csv", "customer_id,description,kind,from,amount\nMA_99ab12c3,Set-up,one-off,2026-03-05,7\n");
    let told = books.run("close --period 2026-03 --yes").exits(2).stderr;
    assert!(told.contains("or those that the last close sealed"), "{told}");
    with_key(&books, &asha, "");
    books.run("close --period 2026-03 --yes").exits(0);
    books.run("verify").exits(0);
}

#[test]
fn a_document_says_after_what_it_was_sealed() {
    let (_keys, books, _) = books();
    books.run("close --period 2026-03").exits(0);
    let chain = String::from_utf8(books.read("audit/chain.jsonl")).unwrap();
    let head = crossfoot::model::digest::sha256_hex(chain.lines().next().unwrap().as_bytes());
    books.write("charges.csv", "customer_id,description,kind,from,amount\nMA_99ab12c3,Set-up,one-off,2026-03-05,7\n");
    books.run("close --period 2026-03 --yes").exits(0);
    let stem = |name: &str| name.contains("/invoices/") && name.ends_with(".json");
    let after = |name: &String| books.json(name)["sealed_after"].as_str().map(str::to_owned);
    let said: Vec<Option<String>> = books.files().keys().filter(|name| stem(name)).map(after).collect();
    assert_eq!((said.len(), said.iter().flatten().collect::<Vec<_>>()), (48, vec![&head]));
    books.run("verify").exits(0);
    // A clone by git that converts line ends is told as that.
    let customers = String::from_utf8(books.read("closes/2026-03/inputs/customers.csv")).unwrap();
    books.write("closes/2026-03/inputs/customers.csv", &customers.replace('\n', "\r\n"));
    let told = books.run("verify").exits(4).stdout;
    assert!(told.contains("core.autocrlf false"), "{told}");
}

#[test]
fn what_lies_in_audit_or_closes_and_belongs_to_nothing_is_named() {
    let books = Books::example(&Partner::good().base_url);
    books.run("close --period 2026-03").exits(0);
    for name in [
        "audit/notes.txt",
        "audit/.hidden",
        "audit/seals/2.sig",
        "audit/seals/x",
        "closes/readme.md",
        "closes/2026-03/.hidden",
    ] {
        books.write(name, "x");
        let told = books.run("verify").exits(4).stdout;
        assert!(told.contains(name), "{name}: {told}");
        std::fs::remove_file(books.path().join(name)).unwrap();
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("/etc/hostname", books.path().join("audit/allowed_signers")).unwrap();
        let told = books.run("verify").exits(4).stdout;
        assert!(told.contains("audit/allowed_signers"), "{told}");
    }
}
