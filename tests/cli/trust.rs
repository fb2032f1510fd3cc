//! Settings from elsewhere send no secrets elsewhere, until the user says so.

use std::process::Command;

use crate::support::partner::Partner;
use crate::support::smtp::Mailer;
use crate::support::{Books, Ran, crossfoot, settings};

fn run(books: &Books, config: &std::path::Path, line: &str) -> Ran {
    let mut command = crossfoot(books.path());
    command.env("XDG_CONFIG_HOME", config).env("FOREIGN_SECRET", "f0reign-s3cret").args(line.split_whitespace());
    command.output().unwrap().into()
}

#[test]
fn another_variable_goes_nowhere_until_it_is_confirmed() {
    let partner = Partner::good();
    let books = Books::example(&partner.base_url);
    let (mine, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let foreign = "[upstream]\nauth_token_env = \"FOREIGN_SECRET\"\n";
    books.write("crossfoot.toml", &settings(&partner.base_url, "").replace("[upstream]\n", foreign));
    for line in ["fetch --period 2026-03", "close --period 2026-03", "fetch --period 2026-03 --dry-run"] {
        let refused = run(&books, mine.path(), line).exits(2);
        assert!(refused.stderr.contains("error[not-confirmed]") && refused.stderr.contains("crossfoot trust"));
    }
    assert!(run(&books, mine.path(), "doctor").exits(3).stdout.contains("FOREIGN_SECRET"));
    assert_eq!(partner.seen(), Vec::<String>::new());
    // Nobody can be asked: a script says it in so many words.
    assert!(run(&books, mine.path(), "trust").exits(2).stderr.contains("crossfoot trust --yes"));
    assert!(!mine.path().join("crossfoot").exists());
    let said = run(&books, mine.path(), "trust --yes --json").exits(0).json();
    assert_eq!(said["releases"][0]["confirmed"], true);
    assert!(run(&books, mine.path(), "trust").exits(0).stdout.starts_with("confirmed: "));
    // Now it goes there; the server knows another token.
    assert!(run(&books, mine.path(), "fetch --period 2026-03").exits(1).stderr.contains("401"));
    assert!(!partner.seen().is_empty());
    // Nobody else has confirmed it, nor what else the settings may ask for.
    run(&books, other.path(), "fetch --period 2026-03").exits(2);
    let more = foreign.replace("auth_token_env", "auth_id_env = \"PATH\"\nauth_token_env");
    books.write("crossfoot.toml", &settings(&partner.base_url, "").replace("[upstream]\n", &more));
    run(&books, mine.path(), "fetch --period 2026-03").exits(2);
    let file = mine.path().join("crossfoot/trusted");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.lines().count() == 1 && text.contains("FOREIGN_SECRET") && !text.contains("f0reign"), "{text}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o666)).unwrap();
        let refused = run(&books, mine.path(), "trust").exits(2);
        assert!(refused.stderr.contains("others can write"), "{}", refused.stderr);
    }
}

#[test]
fn another_host_gets_nothing_until_it_is_confirmed() {
    let config = tempfile::tempdir().unwrap();
    let books = Books::example("https://partner.invalid/api");
    let refused = run(&books, config.path(), "fetch --period 2026-03").exits(2);
    assert!(refused.stderr.contains("partner.invalid:443"), "{}", refused.stderr);
    run(&books, config.path(), "trust --yes").exits(0);
    assert!(run(&books, config.path(), "fetch --period 2026-03").exits(1).stderr.contains("cannot be reached"));
    books.write("crossfoot.toml", &settings("https://partner.invalid:8443/api", ""));
    run(&books, config.path(), "fetch --period 2026-03").exits(2);
    // The partner's own host and this machine need no word.
    books.write("crossfoot.toml", &settings("https://api.vobiz.ai/api/v1/partner", ""));
    assert!(run(&books, config.path(), "trust").exits(0).stdout.contains("no secret that would have to be confirmed"));
    // What is confirmed in the books would be the books' own word: HOME is that folder here.
    books.write("crossfoot.toml", &settings("https://partner.invalid/api", ""));
    let refused = books.run("trust --yes").exits(2);
    assert!(refused.stderr.contains("would lie in the books"), "{}", refused.stderr);
}

#[test]
fn a_mail_server_elsewhere_gets_no_password_unasked() {
    let partner = Partner::good();
    let mailer = Mailer::start(&[]);
    let books = Books::example(&partner.base_url);
    let config = tempfile::tempdir().unwrap();
    let mail = |host: &str, more: &str| {
        format!(
            "[mail]\nfrom = \"a@malabar.example\"\nsmtp_host = \"{host}\"\nsmtp_port = {}\nuser = \"u\"\n{more}",
            mailer.port
        )
    };
    books.run("close --period 2026-03").exits(0);
    books.write("crossfoot.toml", &settings(&partner.base_url, &mail("mail.invalid", "")));
    let refused = run(&books, config.path(), "send --period 2026-03 --yes").exits(2);
    assert!(refused.stderr.contains("mail.invalid gets the password"), "{}", refused.stderr);
    // A rehearsal sends nothing, and needs nobody's word.
    run(&books, config.path(), "send --period 2026-03");
    let foreign = mail("127.0.0.1", "tls = \"none\"\npassword_env = \"FOREIGN_SECRET\"\n");
    books.write("crossfoot.toml", &settings(&partner.base_url, &foreign));
    run(&books, config.path(), "send --period 2026-03 --yes").exits(2);
    assert!(mailer.taken().is_empty());
}

#[test]
fn a_token_file_that_git_would_commit_is_refused() {
    let partner = Partner::good();
    let books = Books::example(&partner.base_url);
    let upstream = "[upstream]\nauth_token_file = \"secret.txt\"\n";
    books.write("crossfoot.toml", &settings(&partner.base_url, "").replace("[upstream]\n", upstream));
    books.write("secret.txt", crate::support::TOKEN);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(books.path().join("secret.txt"), std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    let git = |line: &str| {
        let done = Command::new("git").args(line.split_whitespace()).current_dir(books.path()).output().unwrap();
        assert!(done.status.success(), "{done:?}");
    };
    git("init -q");
    let path = std::env::var("PATH").unwrap();
    let fetch = || {
        Ran::from(crossfoot(books.path()).env("PATH", &path).args(["fetch", "--period", "2026-03"]).output().unwrap())
    };
    assert!(fetch().exits(2).stderr.contains("git would commit a file with a secret"));
    books.write(".gitignore", "/secret.txt\n");
    fetch().exits(0);
    git("add -f secret.txt");
    fetch().exits(2);
}
