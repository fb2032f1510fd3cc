//! A browser as far as the desk sees one: requests with whatever headers, over one connection each,
//! and a desk that is the binary itself.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::crossfoot;

/// An answer.
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value)
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }

    /// The lines of a run.
    #[track_caller]
    pub fn lines(&self) -> Vec<Value> {
        self.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }
}

/// Sends a request as it is written, and reads the answer to its end.
pub fn talk(port: u16, head: &str, body: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    // A refusal may come before the body was taken.
    let _ = stream.write_all(format!("{head}\r\n\r\n").as_bytes()).and_then(|()| stream.write_all(body));
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    let status = line.split(' ').nth(1).unwrap_or("0").parse().unwrap();
    let mut headers = Vec::new();
    loop {
        line.clear();
        reader.read_line(&mut line).unwrap();
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.push((name.to_lowercase(), value.to_owned()));
    }
    let mut body = Vec::new();
    if headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked") {
        loop {
            line.clear();
            reader.read_line(&mut line).unwrap();
            let length = usize::from_str_radix(line.trim_end(), 16).unwrap_or(0);
            if length == 0 {
                break;
            }
            let mut chunk = vec![0; length + 2];
            reader.read_exact(&mut chunk).unwrap();
            body.extend_from_slice(&chunk[..length]);
        }
    } else {
        reader.read_to_end(&mut body).unwrap();
    }
    Answer { status, headers, body }
}

/// An open desk, and a browser that was let in.
pub struct Desk {
    pub child: Child,
    pub port: u16,
    pub address: String,
    pub cookie: String,
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Desk {
    /// Opens the desk on folders and enters.
    pub fn open(folders: &[&Path]) -> Self {
        let home = folders[0].to_owned();
        Self::with(crossfoot(&home).args(folders.iter().map(|folder| folder.as_os_str())))
    }

    /// The same by a command with the folders and the environment in it.
    pub fn with(command: &mut Command) -> Self {
        let mut desk = Self::shut(command);
        let token = desk.address.split_once("/?").unwrap().1.to_owned();
        let head = format!("GET /?{token} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close", desk.port);
        let entered = talk(desk.port, &head, b"").is(303);
        assert_eq!(entered.header("location"), "/");
        desk.cookie = entered.header("set-cookie").split(';').next().unwrap().to_owned();
        desk
    }

    /// A desk that nobody has entered.
    pub fn shut(command: &mut Command) -> Self {
        // Flags stand before what the caller names.
        let folders: Vec<PathBuf> = command.get_args().map(PathBuf::from).collect();
        let mut own = Command::new(command.get_program());
        own.current_dir(command.get_current_dir().unwrap()).env_clear();
        own.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        own.args(["desk", "--no-open", "--json"]).args(folders);
        let mut child = own.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut text = String::new();
        while serde_json::from_str::<Value>(&text).is_err() {
            assert_ne!(stdout.read_line(&mut text).unwrap(), 0, "the desk did not open: {text}");
        }
        let document: Value = serde_json::from_str(&text).unwrap();
        let address = document["address"].as_str().unwrap().to_owned();
        let port = address.strip_prefix("http://127.0.0.1:").unwrap().split('/').next().unwrap().parse().unwrap();
        Self { child, port, address, cookie: String::new() }
    }

    fn head(&self, line: &str, length: usize) -> String {
        let host = format!("127.0.0.1:{}", self.port);
        format!(
            "{line} HTTP/1.1\r\nHost: {host}\r\nCookie: {}\r\nOrigin: http://{host}\r\nX-Crossfoot: 1\r\nSec-Fetch-Site: same-origin\r\nContent-Length: {length}\r\nConnection: close",
            self.cookie
        )
    }

    pub fn get(&self, path: &str) -> Answer {
        talk(self.port, &self.head(&format!("GET {path}"), 0), b"")
    }

    pub fn post(&self, path: &str, body: &[u8]) -> Answer {
        talk(self.port, &self.head(&format!("POST {path}"), body.len()), body)
    }

    pub fn delete(&self, path: &str) -> Answer {
        talk(self.port, &self.head(&format!("DELETE {path}"), 0), b"")
    }

    /// A request whose answer nobody reads: the page goes away.
    pub fn post_and_leave(&self, path: &str, body: &str) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let head = self.head(&format!("POST {path}"), body.len());
        stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes()).unwrap();
        // The beginning of the answer is the sign that it was taken.
        stream.read_exact(&mut [0; 12]).unwrap();
    }

    /// Runs a command to its end; its exit code and its document.
    #[track_caller]
    pub fn run(&self, order: &Value) -> (i64, Value) {
        let lines = self.post("/api/0/run", order.to_string().as_bytes()).is(200).lines();
        assert!(lines[0]["command"].as_str().unwrap().starts_with("crossfoot "), "{}", lines[0]);
        let last = lines.last().unwrap();
        (last["exit"].as_i64().unwrap_or_else(|| panic!("{lines:?}")), last["document"].clone())
    }

    /// The same, which must end well.
    #[track_caller]
    pub fn runs(&self, order: &Value) -> Value {
        let (exit, document) = self.run(order);
        assert_eq!(exit, 0, "{document}");
        document
    }

    /// Presses Ctrl-C; the exit code.
    pub fn interrupt(mut self) -> Option<i32> {
        assert!(Command::new("kill").args(["-INT", &self.child.id().to_string()]).status().unwrap().success());
        self.child.wait().unwrap().code()
    }
}
