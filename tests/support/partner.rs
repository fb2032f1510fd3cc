//! A partner API that misbehaves by script. It speaks HTTP by hand, so that it can do what
//! a proper server would not: cut bodies, lie about lengths, drop connections.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::{ANALYTICS, AUTH_ID, DASHBOARD, TOKEN};

/// What the server does with one request.
#[derive(Clone, Debug)]
pub enum Act {
    /// The right answer for the path.
    Good,
    /// A status with headers and a body.
    Say(u16, Vec<(&'static str, String)>, String),
    /// The body's first bytes under the whole length, then the end.
    Cut(usize),
    /// A body that does not end before the client goes away.
    Endless,
    /// Nothing, until the client has lost patience.
    Silence,
    /// The connection is closed without a word.
    Drop,
}

impl Act {
    pub fn status(status: u16) -> Self {
        Self::Say(status, vec![], r#"{"error":{"code":"X","message":"no"}}"#.to_owned())
    }
}

/// A body for a request line.
pub type Route = fn(&str) -> Option<String>;

/// A running partner.
pub struct Partner {
    pub base_url: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Partner {
    /// Answers as the reference page does.
    pub fn good() -> Self {
        Self::script(vec![])
    }

    /// Does these acts in turn, then answers well.
    pub fn script(acts: Vec<Act>) -> Self {
        Self::with(ANALYTICS.to_owned(), acts)
    }

    /// Serves this body as analytics.
    pub fn serving(analytics: &str) -> Self {
        Self::with(analytics.to_owned(), vec![])
    }

    /// Answers a request line as `route` does, and what it does not know as the reference page does.
    pub fn routing(analytics: &str, route: Route) -> Self {
        Self::start(analytics.to_owned(), vec![], Some(route))
    }

    fn with(analytics: String, acts: Vec<Act>) -> Self {
        Self::start(analytics, acts, None)
    }

    fn start(analytics: String, acts: Vec<Act>, route: Option<Route>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        let acts = Arc::new(Mutex::new(acts.into_iter()));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, acts, analytics) = (Arc::clone(&log), Arc::clone(&acts), analytics.clone());
                std::thread::spawn(move || {
                    let _ = talk(stream, &log, &acts, &analytics, route);
                });
            }
        });
        Self { base_url: format!("http://{address}/api/v1/partner"), seen }
    }

    /// The request lines seen so far.
    pub fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

fn talk(
    mut stream: TcpStream,
    log: &Mutex<Vec<String>>,
    acts: &Mutex<std::vec::IntoIter<Act>>,
    analytics: &str,
    route: Option<Route>,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut request = String::new();
    reader.read_line(&mut request)?;
    let mut headers = String::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line == "\r\n" {
            break;
        }
        headers.push_str(&line.to_lowercase());
    }
    if request.is_empty() {
        return Ok(());
    }
    log.lock().unwrap().push(request.trim().to_owned());
    let act = acts.lock().unwrap().next().unwrap_or(Act::Good);
    let authorised = headers.contains(&format!("x-auth-id: {}\r\n", AUTH_ID.to_lowercase()))
        && headers.contains(&format!("x-auth-token: {}\r\n", TOKEN.to_lowercase()))
        && headers.contains("accept: application/json\r\n");
    if let Some(body) = route.filter(|_| authorised).and_then(|route| route(&request)) {
        return say(&mut stream, 200, &[], &body, None);
    }
    let body = if request.contains("/dashboard") { DASHBOARD } else { analytics };
    match act {
        Act::Good if !authorised => {
            say(&mut stream, 401, &[], r#"{"error":{"code":401,"message":"Invalid token"}}"#, None)
        }
        // Of the customers it knows nothing but its own list.
        Act::Good if request.contains("/accounts") || request.contains("/me ") => {
            say(&mut stream, 404, &[], r#"{"error":"not found"}"#, None)
        }
        Act::Good => say(&mut stream, 200, &[], body, None),
        Act::Say(status, headers, body) => say(&mut stream, status, &headers, &body, None),
        Act::Cut(at) => say(&mut stream, 200, &[], &body[..at], Some(body.len())),
        Act::Endless => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n")?;
            let chunk = vec![b' '; 1 << 16];
            // A gigabyte, if the client lets us.
            for _ in 0..(1 << 14) {
                stream.write_all(&chunk)?;
            }
            Ok(())
        }
        Act::Silence => {
            std::thread::sleep(Duration::from_secs(10));
            Ok(())
        }
        Act::Drop => Ok(()),
    }
}

fn say(
    stream: &mut TcpStream,
    status: u16,
    headers: &[(&'static str, String)],
    body: &str,
    length: Option<usize>,
) -> std::io::Result<()> {
    let mut head = format!(
        "HTTP/1.1 {status} Something\r\nContent-Length: {}\r\nConnection: close\r\n",
        length.unwrap_or(body.len())
    );
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    stream.write_all(format!("{head}\r\n{body}").as_bytes())
}
