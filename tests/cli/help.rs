//! Everything that can be typed, as help tells it.

use crate::support::{Books, Ran, crossfoot, files_below};

#[test]
fn the_whole_help() {
    let dir = tempfile::tempdir().unwrap();
    let verbs = [
        "",
        "demo",
        "init",
        "fetch",
        "import",
        "formats",
        "templates",
        "reconcile",
        "calls",
        "close",
        "verify",
        "status",
        "explain",
        "doctor",
        "completions",
        "man",
    ];
    let mut text = String::new();
    for verb in verbs {
        let mut command = crossfoot(dir.path());
        command.env("COLUMNS", "100");
        if !verb.is_empty() {
            command.arg(verb);
        }
        let ran = Ran::from(command.arg("--help").output().unwrap()).exits(0);
        text.push_str(&format!("$ crossfoot {verb} --help\n{}\n", ran.stdout));
    }
    insta::assert_snapshot!("help", text);
}

#[test]
fn init_writes_books_that_a_close_reads() {
    let dir = tempfile::tempdir().unwrap();
    Ran::from(crossfoot(dir.path()).args(["init", "mine"]).output().unwrap()).exits(0);
    let files = files_below(&dir.path().join("mine"));
    assert_eq!(files.keys().collect::<Vec<_>>(), [".gitattributes", ".gitignore", "crossfoot.toml", "customers.csv"]);
    insta::assert_snapshot!("init", String::from_utf8_lossy(&files["crossfoot.toml"]));
    let again = Ran::from(crossfoot(dir.path()).args(["init", "mine"]).output().unwrap()).exits(2);
    assert!(again.stderr.contains("is there already"));
    let status = Ran::from(crossfoot(dir.path()).args(["status", "--books", "mine"]).output().unwrap()).exits(0);
    assert!(status.stdout.contains("Next: crossfoot reconcile --period 2026-03"));
    let close = Ran::from(
        crossfoot(dir.path()).args(["close", "--period", "2026-03", "--books", "mine", "--offline"]).output().unwrap(),
    );
    assert!(close.exits(1).stderr.contains("no-ledger"));
}

#[test]
fn the_small_verbs_answer() {
    let books = Books::empty("http://127.0.0.1:1/x");
    assert!(books.run("explain tax-basis").exits(0).stdout.starts_with("# tax-basis\n"));
    assert!(books.run("explain").exits(0).stdout.lines().count() >= 25);
    let list = books.run("formats").exits(0).stdout;
    assert!(list.contains("\nzoho-books ") && list.contains("aggregated "), "{list}");
    let printed = books.run("formats zoho-books").exits(0).stdout;
    assert_eq!(printed, std::fs::read_to_string("ledgers/formats/zoho-books.toml").unwrap());
    books.write("ledgers/formats/ours.toml", &printed.replace("Zoho Books", "Our sheet"));
    assert!(books.run("formats").exits(0).stdout.contains("Our sheet account transactions (of these books)"));
    assert!(books.run("formats ours --json").exits(0).json()["toml"].as_str().unwrap().contains("Our sheet"));
    assert!(books.run("formats zoho-boks").exits(2).stderr.contains("did you mean `zoho-books`"));
    assert!(books.run("formats canonical").exits(2).stderr.contains("has no format file"));
}

#[test]
fn templates_are_listed_and_printed_to_be_changed() {
    let books = Books::empty("");
    let list = books.run("templates").exits(0).stdout;
    let names: Vec<&str> = list.lines().filter_map(|line| line.split_whitespace().next()).collect();
    let shipped =
        ["invoice/classic.toml", "invoice/hindi.toml", "invoice/modern.toml", "mail/invoice.html", "mail/invoice.txt"];
    assert_eq!(names, shipped);
    for name in shipped {
        let text = std::fs::read_to_string(format!("templates/{name}")).unwrap();
        assert_eq!(books.run(&format!("templates {name}")).exits(0).stdout, text, "{name}");
    }
    let classic = books.run("templates classic").exits(0).stdout;
    books.write("templates/invoice/ours.toml", &classic);
    assert!(books.run("templates").exits(0).stdout.contains("invoice/ours.toml           of these books"));
    assert_eq!(books.run("templates ours --json").exits(0).json()["text"], classic);
    assert!(books.run("templates mail/invoice.tx").exits(2).stderr.contains("did you mean `mail/invoice.txt`"));
    assert!(books.run("templates ../crossfoot.toml").exits(2).stderr.contains("there is no template"));
    assert!(books.run("completions bash").exits(0).stdout.contains("_crossfoot"));
    assert!(books.run("man").exits(0).stdout.contains(".TH"));
    assert_eq!(books.run("explain nonsense --json").exits(2).json()["error"]["code"], "unknown-code");
}

#[test]
fn colours_obey_flag_and_environment() {
    let (a, b) = ("--color always explain", "--color always verify");
    let books = Books::empty("http://127.0.0.1:1/x");
    assert!(!books.run(a).exits(0).stdout.contains('\u{1b}'));
    assert!(!books.run(b).exits(0).stdout.contains('\u{1b}'));
    let ran = books.run("--color always explain nonsense").exits(2);
    assert!(ran.stderr.contains('\u{1b}'));
    assert!(!books.run("explain nonsense").exits(2).stderr.contains('\u{1b}'));
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let dir = tempfile::tempdir().unwrap();
    let line = format!("{} man | head -c 1 > /dev/null; echo ${{PIPESTATUS[0]}}", env!("CARGO_BIN_EXE_crossfoot"));
    let ran =
        Ran::from(std::process::Command::new("bash").current_dir(dir.path()).args(["-c", &line]).output().unwrap());
    assert_eq!((ran.stdout.trim(), ran.stderr.as_str()), ("0", ""));
}
