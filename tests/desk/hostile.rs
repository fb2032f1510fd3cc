//! Requests that the desk's page does not make, and books that are not what they seem.

use crate::support::browser::{Desk, talk};
use crate::support::partner::Partner;
use crate::support::{Books, crossfoot};

#[test]
fn only_the_browser_with_the_address_is_let_in_and_only_once() {
    let books = Books::empty("http://127.0.0.1:1/x");
    let desk = Desk::shut(&mut crossfoot(books.path()));
    let host = format!("127.0.0.1:{}", desk.port);
    let get = |path: &str, more: &str| {
        talk(desk.port, &format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{more}Connection: close"), b"")
    };
    let page = get("/", "").is(403);
    assert!(page.text().contains("take the address that the terminal shows"), "{}", page.text());
    assert_eq!(get("/api/desk", "").is(403).json()["error"]["code"], "forbidden");
    let token = desk.address.split_once("/?token=").unwrap().1;
    get(&format!("/?token={}", token.replace(|c: char| c.is_ascii_digit(), "f")), "").is(403);
    let entered = get(&format!("/?token={token}"), "").is(303);
    let cookie = entered.header("set-cookie").split(';').next().unwrap().to_owned();
    get(&format!("/?token={token}"), "").is(403);
    let cookie = format!("Cookie: {cookie}\r\n");
    let page = get("/", &cookie).is(200);
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("x-frame-options", "DENY"),
    ] {
        assert_eq!(page.header(name), value);
    }
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; script-src 'self'") && !policy.contains("unsafe"), "{policy}");
    // A page on another port of this machine has the cookie sent, and gets nothing.
    get("/api/desk", &format!("{cookie}Sec-Fetch-Site: same-site\r\n")).is(403);
    let elsewhere = |host: &str| {
        talk(desk.port, &format!("GET /api/desk HTTP/1.1\r\nHost: {host}\r\n{cookie}Connection: close"), b"").status
    };
    assert_eq!((elsewhere("rebound.example"), elsewhere(&format!("rebound.example:{}", desk.port))), (403, 403));
    assert_eq!(elsewhere(&format!("localhost:{}", desk.port)), 200);
    // Another origin orders nothing, with the cookie or without.
    for more in [
        format!("{cookie}Origin: http://evil.example\r\nX-Crossfoot: 1\r\n"),
        format!("{cookie}Origin: http://{host}\r\n"),
        format!("{cookie}X-Crossfoot: 1\r\n"),
        format!("Origin: http://{host}\r\nX-Crossfoot: 1\r\n"),
    ] {
        let body = br#"{"do":"verify"}"#;
        let head = format!(
            "POST /api/0/run HTTP/1.1\r\nHost: {host}\r\n{more}Content-Length: {}\r\nConnection: close",
            body.len()
        );
        assert_eq!(talk(desk.port, &head, body).status, 403, "{more}");
    }
    assert_eq!(get("/api/0/run", &cookie).text().trim(), "null");
}

#[test]
fn hostile_requests_are_refused_and_the_desk_stays() {
    let books = Books::empty("http://127.0.0.1:1/x");
    books.write("closes/2026-03/reconciliation.html", "<script>alert(1)</script>");
    books.write("customers.csv", "customer_id,legal_name\n");
    let desk = Desk::open(&[books.path()]);
    for path in [
        "/api/0/file/customers.csv",
        "/api/0/file/closes/../crossfoot.toml",
        "/api/0/file/closes/%2e%2e/crossfoot.toml",
        "/api/0/file/closes/..%2fcrossfoot.toml",
        "/api/0/file/closes%2f2026-03%2f..%2f..%2fcrossfoot.toml",
        "/api/0/file//etc/passwd",
        "/api/0/file/.crossfoot/lock",
        "/api/0/download/..%2flock",
        "/api/1/status",
        "/api/x/status",
        "/api/0",
        "/assets/../Cargo.toml",
        "/assets/%2e%2e/%2e%2e/Cargo.toml",
        "/nothing",
    ] {
        assert_eq!(desk.get(path).status, 404, "{path}");
    }
    for path in ["/api/0/findings", "/api/0/findings?period=2026-13", "/api/0/findings?period=../../etc", "/api/0/%ff"]
    {
        assert_eq!(desk.get(path).status, 400, "{path}");
    }
    for body in ["", "{", "[]", r#"{"do":"demo"}"#, r#"{"do":"close","period":"2026-03","books":"/"}"#] {
        assert_eq!(desk.post("/api/0/run", body.as_bytes()).status, 400, "{body}");
    }
    assert_eq!(desk.post("/api/0/run", &vec![b' '; 2 << 20]).status, 400);
    assert_eq!(desk.post("/api/0/ledger?period=2026-03&name=x.csv", b"").status, 400);
    assert_eq!(desk.delete("/api/0/status").status, 404);
    // No request at all, and one that never ends, are nobody's concern.
    talk(desk.port, "\0\0\0", b"");
    let _silent = std::net::TcpStream::connect(("127.0.0.1", desk.port)).unwrap();
    let report = desk.get("/api/0/file/closes/2026-03/reconciliation.html").is(200);
    assert!(report.header("content-security-policy").starts_with("sandbox; default-src 'none'"));
    assert_eq!(report.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(desk.get("/api/desk").is(200).json()["books"][0]["problem"], serde_json::Value::Null);
}

#[test]
fn a_name_is_text_and_nothing_else() {
    let name = "</script><img src=x onerror=alert(1)>\u{202e}'\"; $(touch owned)";
    let partner = Partner::good();
    let books = Books::example(&partner.base_url);
    let desk = Desk::open(&[books.path()]);
    let fields = serde_json::json!({"customer_id": "MA_99ab12c3", "fields": {"legal_name": name}});
    let refused = desk.post("/api/0/customer", fields.to_string().as_bytes()).is(400).json();
    assert_eq!(refused["error"]["also"][0]["field"], "legal_name");
    let plain = name.replace('\u{202e}', "");
    let customers = String::from_utf8(books.read("customers.csv")).unwrap();
    let fields = serde_json::json!({"customer_id": "MA_99ab12c3", "fields": {"legal_name": plain}});
    desk.post("/api/0/customer", fields.to_string().as_bytes()).is(200);
    assert_ne!(String::from_utf8(books.read("customers.csv")).unwrap(), customers);
    let answer = desk.get("/api/0/customers").is(200);
    assert_eq!(answer.header("content-type"), "application/json");
    let all = answer.json();
    assert!(all["customers"].as_array().unwrap().iter().any(|one| one["legal_name"] == plain));
    // As a reason it is one word of a command line.
    let (exit, document) = desk
        .run(&serde_json::json!({"do": "void", "number": "$(touch owned)", "reason": plain, "by": "; touch owned"}));
    assert_eq!((exit, document["error"]["code"].as_str()), (2, Some("arguments")), "{document}");
    assert!(!books.path().join("owned").exists());
}
