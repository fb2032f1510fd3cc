//! Fetching over real HTTP: what is kept, and what a failing partner leads to.

use crate::support::partner::{Act, Partner};
use crate::support::{ANALYTICS, Books, TOKEN, settings};

#[test]
fn bodies_are_kept_as_received_with_their_provenance() {
    let partner = Partner::good();
    let books = Books::example(&partner.base_url);
    books.run("fetch --period 2026-03").exits(0);
    assert_eq!(books.read("closes/2026-03/capture/analytics.json"), ANALYTICS.as_bytes());
    let record = books.json("closes/2026-03/capture/capture.json");
    let answer = &record["answers"][0];
    assert_eq!(answer["url"], format!("{}/analytics?from_date=2026-03-01&to_date=2026-03-31", partner.base_url));
    assert_eq!((answer["method"].as_str(), answer["status"].as_u64()), (Some("GET"), Some(200)));
    assert_eq!(answer["query"]["from_date"], "2026-03-01");
    assert_eq!(answer["when"], "2026-04-02T03:04:05.000Z");
    assert_eq!(answer["bytes"], ANALYTICS.len());
    assert_eq!(answer["sha256"], crossfoot::model::digest::sha256_hex(ANALYTICS.as_bytes()));
    // Analytics, profile, dashboard, and a list of customers that it does not serve.
    assert_eq!(partner.seen().len(), 4);
}

#[test]
fn a_failing_partner_gives_one_clear_error_and_no_capture() {
    let redirect = Act::Say(302, vec![("Location", "http://thief.example/api".into())], String::new());
    let html = Act::Say(200, vec![("Content-Type", "text/html".into())], "<html>login</html>".into());
    let cases: Vec<(Vec<Act>, &str, usize)> = vec![
        (vec![Act::status(401)], "401", 1),
        (vec![Act::status(403)], "403", 1),
        (vec![Act::status(404)], "404", 1),
        (vec![Act::status(500), Act::status(503), Act::status(500)], "500", 3),
        (vec![Act::status(429), Act::status(429), Act::status(429)], "429", 3),
        (vec![html], "web page instead of JSON", 1),
        (vec![redirect], "redirects to the host thief.example", 1),
        (vec![Act::Cut(100), Act::Cut(100), Act::Cut(100)], "cut short", 3),
        (vec![Act::Drop, Act::Drop, Act::Drop], "cannot be reached|cut short", 3),
        (vec![Act::Endless], "too large", 1),
        (vec![Act::Say(200, vec![], "{\"totals\": 5}".into())], "cannot be read", 1),
        (vec![Act::Say(200, vec![], "[]".into())], "cannot be read", 1),
    ];
    for (acts, expected, requests) in cases {
        let partner = Partner::script(acts);
        let books = Books::example(&partner.base_url);
        let before = books.files();
        let ran = books.run("fetch --period 2026-03").exits(1);
        assert!(expected.split('|').any(|e| ran.stderr.contains(e)), "{expected}: {}", ran.stderr);
        assert!(ran.stderr.contains("Nothing was captured."), "{expected}: {}", ran.stderr);
        assert!(!ran.all().contains(TOKEN), "{expected}");
        assert!(books.files() == before, "{expected}");
        assert_eq!(partner.seen().len(), requests, "{expected}");
    }
}

#[test]
fn a_passing_failure_is_retried() {
    let later = Act::Say(429, vec![("Retry-After", "1".into())], "{}".into());
    let partner = Partner::script(vec![Act::Cut(50), later]);
    let books = Books::example(&partner.base_url);
    let ran = books.run("fetch --period 2026-03").exits(0);
    assert!(ran.stderr.contains("trying again"), "{}", ran.stderr);
    assert_eq!(partner.seen().iter().filter(|line| line.contains("/analytics")).count(), 3);
}

#[test]
fn a_silent_partner_runs_into_the_time_out() {
    let partner = Partner::script(vec![Act::Silence; 9]);
    let books = Books::example(&partner.base_url);
    books.write("crossfoot.toml", &settings(&partner.base_url, "").replace("max_attempts = 3", "max_attempts = 1"));
    let ran = books.run("fetch --period 2026-03").exits(1);
    assert!(ran.stderr.contains("did not answer within 2 s"), "{}", ran.stderr);
}

#[test]
fn nobody_listening_is_told_as_such() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let books = Books::example(&format!("http://{free}/x"));
    let ran = books.run("fetch --period 2026-03").exits(1);
    assert!(ran.stderr.contains("cannot be reached"), "{}", ran.stderr);
    assert!(ran.stderr.contains("3 attempts were made"), "{}", ran.stderr);
}

#[test]
fn a_dashboard_that_is_missing_stops_nothing() {
    let partner = Partner::script(vec![Act::Good, Act::Good, Act::status(404)]);
    let books = Books::example(&partner.base_url);
    let ran = books.run("close --period 2026-03").exits(0);
    assert!(ran.stderr.contains("the dashboard was not captured"), "{}", ran.stderr);
    assert_eq!(books.json("closes/2026-03/capture/capture.json")["not_captured"].as_array().unwrap().len(), 3);
}

#[test]
fn the_same_figures_keep_the_capture_and_other_figures_keep_both() {
    let partner = Partner::good();
    let books = Books::example(&partner.base_url);
    books.run("fetch --period 2026-03").exits(0);
    let first = books.files();
    books.run("fetch --period 2026-03").exits(0);
    assert!(books.files() == first);
    let other = Partner::serving(&ANALYTICS.replace("336717.00", "336718.00"));
    books.write("crossfoot.toml", &settings(&other.base_url, ""));
    books.run("fetch --period 2026-03").exits(0);
    assert_eq!(books.read("closes/2026-03/capture-1/analytics.json"), ANALYTICS.as_bytes());
    assert_ne!(books.read("closes/2026-03/capture/analytics.json"), ANALYTICS.as_bytes());
}

/// Spellings of names that secrets stand under: none of them is on a list.
const SPELLINGS: [&str; 62] = [
    "auth_token",
    r"auth\u005ftoken",
    r"\u0061uth_token",
    "Auth_Token",
    "AUTH_TOKEN",
    "authToken",
    "auth-token",
    "auth token",
    "auth.token",
    "token",
    "Token",
    "tokens",
    "api_secret",
    "apiSecret",
    "client_secret",
    "secret",
    "shared_secret",
    "signing_secret",
    "webhook_secret",
    "sip_password",
    "sipPassword",
    "password",
    "passwd",
    "pwd",
    "pass",
    "passphrase",
    "pin",
    "otp",
    "access_key",
    "accessKeyId",
    "api_key",
    "apikey",
    "x-api-key",
    "private_key",
    "ssh_key",
    "encryption_key",
    "jwt",
    "bearer",
    "authorization",
    "Authorization",
    "access_token",
    "refresh_token",
    "id_token",
    "session",
    "session_id",
    "cookie",
    "set-cookie",
    "credentials",
    "credential",
    "auth",
    "basic_auth",
    "hmac",
    "signature",
    "license",
    "connection_string",
    "dsn",
    "callback",
    "note",
    "metadata",
    "msisdn",
    "whatsapp",
    "contact_no",
];

#[test]
fn secrets_in_an_answer_never_reach_the_disk() {
    let mut fields: Vec<String> = SPELLINGS.iter().map(|name| format!(r#""{name}":"cust0mer-s3cret""#)).collect();
    let percent: String = TOKEN.bytes().map(|b| format!("%{b:02X}")).collect();
    let escaped: String = TOKEN.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect();
    let forms = [
        r#""auth_token":["cust0mer-s3cret",{"value":"cust0mer-s3cret"}]"#.to_owned(),
        r#""sip":{"users":[{"name":"cust0mer-s3cret","id":"cust0mer-s3cret"}]}"#.to_owned(),
        r#""hook":"https://u:cust0mer-s3cret@h.example/cust0mer-s3cret?k=cust0mer-s3cret#cust0mer-s3cret""#.to_owned(),
        r#""caller":"+91 98765 43210","callers":[919876543210],"to":"(98765) 43210""#.to_owned(),
        format!(r#""e":"{TOKEN}","{TOKEN}":1,"p":"{percent}","j":"{escaped}""#),
    ];
    fields.extend(forms);
    let fields = fields.join(",");
    let planted = ANALYTICS
        .replacen("\"period\"", &format!("\"x\": {{{fields}}}, {fields}, \"period\""), 1)
        .replace("\"Credresolve\"", &format!("\"https://u:cust0mer-s3cret@h.example/?t=1\", {fields}"))
        .replace("\"Acme Outbound\"", &format!("\"{percent}\""));
    let partner = Partner::serving(&planted);
    let books = Books::example(&partner.base_url);
    let ran = books.run("-v close --period 2026-03").exits(0);
    let hidden = ["s3cret", TOKEN, &percent, &escaped, "98765", "43210"];
    for (name, bytes) in books.files() {
        let text = String::from_utf8_lossy(&bytes);
        for word in hidden {
            assert!(!text.contains(word), "{name} has {word}");
        }
    }
    for word in hidden {
        assert!(!ran.all().contains(word), "{word} was said");
    }
    let record = books.json("closes/2026-03/capture/capture.json");
    let replaced = record["answers"][0]["redacted"].as_array().unwrap();
    for name in ["auth_token", "Auth_Token", "jwt", "sip_password", "our own token"] {
        assert!(replaced.contains(&serde_json::json!(name)), "{name} is not in {replaced:?}");
    }
    // Nor is it quoted where it makes an answer unreadable.
    for bad in [TOKEN, "+91 98765 43210", "sk_live_51H8s3cretxyz"] {
        let answer = ANALYTICS.replacen("336717.00", &format!("\"{bad}\""), 1);
        let ran = Books::example(&Partner::serving(&answer).base_url).run("fetch --period 2026-03").exits(1);
        assert!(ran.stderr.contains("cannot be read"), "{}", ran.stderr);
        assert!(hidden.iter().all(|word| !ran.all().contains(word)), "{}", ran.all());
    }
    // What was billed is what came.
    assert_eq!(books.json("closes/2026-03/reconciliation.json")["totals"]["analytics"], "336717.00");
    books.run("verify").exits(0);
}

#[test]
fn missing_credentials_and_unsafe_addresses_are_configuration_errors() {
    let partner = Partner::good();
    let books = Books::example(&partner.base_url);
    let run = |f: &dyn Fn(&mut std::process::Command)| {
        let mut command = crate::support::crossfoot(books.path());
        command.args(["fetch", "--period", "2026-03"]);
        f(&mut command);
        crate::support::Ran::from(command.output().unwrap())
    };
    let ran = run(&|c| {
        c.env_remove("VOBIZ_AUTH_TOKEN");
    })
    .exits(2);
    assert!(ran.stderr.contains("VOBIZ_AUTH_TOKEN"), "{}", ran.stderr);
    run(&|c| {
        c.env("VOBIZ_AUTH_TOKEN", "  ");
    })
    .exits(2);
    let ran = run(&|c| {
        c.env("VOBIZ_AUTH_TOKEN", "a\u{7}b");
    })
    .exits(2);
    assert!(!ran.all().contains("a\u{7}b"));
    for address in ["http://api.example.com/x", "https://user:pass@host/", "not a url"] {
        books.write("crossfoot.toml", &settings(address, ""));
        run(&|_| ()).exits(2);
    }
    assert_eq!(partner.seen(), Vec::<String>::new());
}

#[cfg(unix)]
#[test]
fn a_token_file_serves_if_nobody_else_can_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let partner = Partner::good();
    let books = Books::example(&partner.base_url);
    let text = settings(&partner.base_url, "").replace("[upstream]", "[upstream]\nauth_token_file = \"secret.txt\"");
    books.write("crossfoot.toml", &text);
    books.write("secret.txt", &format!("{TOKEN}\n"));
    let secret = books.path().join("secret.txt");
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o644)).unwrap();
    books.run("fetch --period 2026-03").exits(2);
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o600)).unwrap();
    books.run("fetch --period 2026-03").exits(0);
}
