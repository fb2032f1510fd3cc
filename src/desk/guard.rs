//! Who may talk to the desk: the browser that was opened with the address of the terminal, on this
//! machine, from the desk's own page. A page of another origin, a name that is made to lead to this
//! machine (DNS rebinding) and another user without the address get a refusal, and nothing is done.

use std::sync::Mutex;

use hyper::Method;
use hyper::header::{COOKIE, HOST, HeaderMap, HeaderName, ORIGIN};
use hyper::http::request::Parts;

use super::request::Query;
use crate::model::problem::Problem;

/// The header that no form and no plain link of another page can send.
const OWN: HeaderName = HeaderName::from_static("x-crossfoot");
/// From where a browser says that a request comes.
const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// What becomes of a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is answered.
    Serve,
    /// The browser is let in: it gets this cookie, where it has none, and goes on to the page.
    Enter(Option<String>),
    /// It is refused, and why.
    Refuse(&'static str),
}

/// The secrets of one desk.
pub(super) struct Guard {
    port: u16,
    /// Until it was used.
    token: Mutex<Option<String>>,
    cookie: String,
}

/// So many random bytes, in hexadecimal digits.
fn random<const N: usize>() -> Result<String, Problem> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|e| {
        Problem::stop("desk", "the system gives no random numbers")
            .because(e.to_string())
            .not_done("No desk was opened.")
    })?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Whether two secrets are one, in a time that says nothing of where they differ.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}

/// A header that is there once, as text.
fn once(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next().filter(|_| values.next().is_none());
    first.and_then(|value| value.to_str().ok())
}

impl Guard {
    /// New secrets, and the token that is to be shown.
    ///
    /// # Errors
    /// The system has no random numbers.
    pub(super) fn new(port: u16) -> Result<(Self, String), Problem> {
        let token = random::<24>()?;
        Ok((Self { port, token: Mutex::new(Some(token.clone())), cookie: random::<32>()? }, token))
    }

    /// The cookie's name: those of all ports of a machine lie in one jar.
    fn name(&self) -> String {
        format!("crossfoot_desk_{}", self.port)
    }

    /// Whether a request has the cookie.
    fn knows(&self, headers: &HeaderMap) -> bool {
        let name = self.name();
        let all = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        all.flat_map(|text| text.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .any(|(key, value)| key == name && same(value, &self.cookie))
    }

    /// Takes the token, which works once.
    fn takes(&self, given: &str) -> bool {
        let Ok(mut token) = self.token.lock() else { return false };
        token.take_if(|token| same(token, given)).is_some()
    }

    /// What becomes of a request. Nothing of its body was read.
    pub(super) fn check(&self, parts: &Parts) -> Verdict {
        let own = [format!("127.0.0.1:{}", self.port), format!("localhost:{}", self.port)];
        let is_own = |name: &str| own.iter().any(|own| own == name);
        let Some(host) = once(&parts.headers, HOST).filter(|host| is_own(host)) else {
            return Verdict::Refuse("it names another host");
        };
        if parts.uri.authority().is_some_and(|authority| authority.as_str() != host) {
            return Verdict::Refuse("it names another host");
        }
        let is_reading = matches!(parts.method, Method::GET | Method::HEAD);
        let is_page = parts.uri.path() == "/";
        let token = Query::of(&parts.uri).take("token");
        if is_page
            && parts.method == Method::GET
            && let Some(token) = token
        {
            return match (self.knows(&parts.headers), self.takes(&token)) {
                (true, _) => Verdict::Enter(None),
                (false, true) => {
                    Verdict::Enter(Some(format!("{}={}; HttpOnly; SameSite=Strict; Path=/", self.name(), self.cookie)))
                }
                (false, false) => Verdict::Refuse("this address was used already, or is of another desk"),
            };
        }
        if !self.knows(&parts.headers) {
            return Verdict::Refuse("this browser was not let in");
        }
        let site = parts.headers.get(SITE).map(|site| site.as_bytes());
        if !(is_page && is_reading) && site.is_some_and(|site| site != b"same-origin" && site != b"none") {
            return Verdict::Refuse("it comes from another page");
        }
        if is_reading {
            return Verdict::Serve;
        }
        if once(&parts.headers, ORIGIN) != Some(&format!("http://{host}")) {
            return Verdict::Refuse("it comes from another page");
        }
        if once(&parts.headers, OWN) != Some("1") {
            return Verdict::Refuse("it lacks the header X-Crossfoot");
        }
        Verdict::Serve
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::Request;

    const PORT: u16 = 4321;
    const HERE: &str = "127.0.0.1:4321";

    fn check(guard: &Guard, line: &str, headers: &[(&str, &str)]) -> Verdict {
        let (method, uri) = line.split_once(' ').unwrap();
        let mut request = Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        guard.check(&request.body(()).unwrap().into_parts().0)
    }

    /// A desk that was entered, and the cookie that its browser has.
    fn entered() -> (Guard, String) {
        let (guard, token) = Guard::new(PORT).unwrap();
        let Verdict::Enter(Some(cookie)) = check(&guard, &format!("GET /?token={token}"), &[("host", HERE)]) else {
            panic!("not let in")
        };
        assert!(cookie.ends_with("; HttpOnly; SameSite=Strict; Path=/"), "{cookie}");
        (guard, cookie.split(';').next().unwrap().to_owned())
    }

    #[test]
    fn the_token_works_once_and_only_the_cookie_after_it() {
        let (guard, token) = Guard::new(PORT).unwrap();
        assert_eq!(token.len(), 48);
        let enter = format!("GET /?token={token}");
        let host = ("host", HERE);
        assert!(matches!(check(&guard, "GET /?token=", &[host]), Verdict::Refuse(_)));
        assert!(matches!(check(&guard, &format!("GET /?token={}", "0".repeat(48)), &[host]), Verdict::Refuse(_)));
        // Neither a wrong host nor a look ahead uses it up.
        assert!(matches!(check(&guard, &enter, &[("host", "evil.example:4321")]), Verdict::Refuse(_)));
        assert!(matches!(check(&guard, &enter.replace("GET", "HEAD"), &[host]), Verdict::Refuse(_)));
        let Verdict::Enter(Some(set)) = check(&guard, &enter, &[host]) else { panic!() };
        let cookie = set.split(';').next().unwrap();
        assert!(matches!(check(&guard, &enter, &[host]), Verdict::Refuse(_)));
        // Whoever is in may follow the link of the terminal again.
        assert_eq!(check(&guard, &enter, &[host, ("cookie", cookie)]), Verdict::Enter(None));
        assert_eq!(check(&guard, "GET /", &[host, ("cookie", cookie)]), Verdict::Serve);
        assert_eq!(check(&guard, "GET /", &[host, ("cookie", &format!("a=b; {cookie}"))]), Verdict::Serve);
        for wrong in [format!("{cookie}0"), cookie.replace("4321", "4322"), cookie[..cookie.len() - 1].to_owned()] {
            assert!(
                matches!(check(&guard, "GET /api/desk", &[host, ("cookie", &wrong)]), Verdict::Refuse(_)),
                "{wrong}"
            );
        }
        assert!(matches!(check(&guard, "GET /api/desk", &[host]), Verdict::Refuse(_)));
    }

    #[test]
    fn another_host_is_refused_however_it_is_named() {
        let (guard, cookie) = entered();
        let cookie = ("cookie", cookie.as_str());
        for host in
            ["evil.example", "evil.example:4321", "127.0.0.1", "127.0.0.1:80", "127.0.0.1:4321.evil.example", ""]
        {
            assert!(matches!(check(&guard, "GET /", &[cookie, ("host", host)]), Verdict::Refuse(_)), "{host}");
        }
        assert!(matches!(check(&guard, "GET /", &[cookie]), Verdict::Refuse(_)));
        let twice = [cookie, ("host", HERE), ("host", "evil.example")];
        assert!(matches!(check(&guard, "GET /", &twice), Verdict::Refuse(_)));
        assert!(matches!(check(&guard, "GET http://evil.example/", &[cookie, ("host", HERE)]), Verdict::Refuse(_)));
        assert_eq!(check(&guard, "GET /", &[cookie, ("host", "localhost:4321")]), Verdict::Serve);
    }

    #[test]
    fn what_changes_something_comes_from_the_desks_own_page() {
        let (guard, cookie) = entered();
        let good = [
            ("host", HERE),
            ("cookie", cookie.as_str()),
            ("origin", "http://127.0.0.1:4321"),
            ("x-crossfoot", "1"),
            ("sec-fetch-site", "same-origin"),
        ];
        assert_eq!(check(&guard, "POST /api/0/run", &good), Verdict::Serve);
        assert_eq!(check(&guard, "DELETE /api/0/run", &good), Verdict::Serve);
        for left_out in 0..4 {
            let fewer: Vec<_> = good.iter().enumerate().filter(|(at, _)| *at != left_out).map(|(_, h)| *h).collect();
            assert!(matches!(check(&guard, "POST /api/0/run", &fewer), Verdict::Refuse(_)), "{left_out}");
        }
        let with = |name: &str, value: &'static str| -> Vec<(&str, &str)> {
            good.iter().map(|(key, old)| if *key == name { (*key, value) } else { (*key, *old) }).collect()
        };
        for (name, value) in [
            ("origin", "null"),
            ("origin", "http://localhost:4321"),
            ("origin", "http://127.0.0.1:8080"),
            ("origin", "https://127.0.0.1:4321"),
            ("x-crossfoot", "0"),
            ("sec-fetch-site", "same-site"),
            ("sec-fetch-site", "cross-site"),
        ] {
            assert!(
                matches!(check(&guard, "POST /api/0/run", &with(name, value)), Verdict::Refuse(_)),
                "{name} {value}"
            );
        }
        // A page on another port of this machine is of the same site, and its browser sends the cookie.
        let other = [good[0], good[1], ("sec-fetch-site", "same-site")];
        assert!(matches!(check(&guard, "GET /api/desk", &other), Verdict::Refuse(_)));
        assert_eq!(check(&guard, "GET /", &other), Verdict::Serve);
    }
}
