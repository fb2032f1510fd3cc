//! A real time stamp authority: `openssl ts` behind a small HTTP server, with keys of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use tempfile::TempDir;

/// What it answers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Answers {
    /// A stamp of what was asked for.
    Stamp,
    /// A stamp of something else, whatever was asked for.
    Another,
    /// 503
    Busy,
    /// Bytes without an end.
    Endless,
}

/// Serves until the test ends.
pub struct Authority {
    pub url: String,
    folder: TempDir,
    answers: Arc<Mutex<Answers>>,
    asked: Arc<Mutex<Vec<Vec<u8>>>>,
}

const SETTINGS: &str = "[tsa]\ndefault_tsa = one\n[one]\nserial = ./serial\nsigner_digest = sha256\ndefault_policy = 1.2.3.4.1\ndigests = sha256\naccuracy = secs:1\nordering = yes\ntsa_name = yes\ness_cert_id_alg = sha256\n[ext]\nextendedKeyUsage = critical,timeStamping\n";

/// Runs openssl in a folder; whether it ended well.
pub fn openssl(folder: &Path, line: &str) -> bool {
    let mut command = Command::new("openssl");
    command.args(line.split(' ')).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().unwrap().success()
}

impl Authority {
    /// `key` is what `openssl req -newkey` is told of the signer's key.
    pub fn start(key: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        std::fs::write(at.join("tsa.cnf"), SETTINGS).unwrap();
        std::fs::write(at.join("serial"), "01\n").unwrap();
        for line in [
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 9000 -subj /O=Test/CN=Root",
            &format!("req -newkey {key} -nodes -keyout tsa.key -out tsa.csr -subj /O=Test/CN=Clock"),
            "x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -CAcreateserial -extfile tsa.cnf -extensions ext -days 9000 -out tsa.pem",
            "ts -query -digest 0000000000000000000000000000000000000000000000000000000000000000 -sha256 -cert -out another.tsq",
        ] {
            assert!(openssl(at, line), "{line}");
        }
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/tsr", listener.local_addr().unwrap());
        let (answers, asked) = (Arc::new(Mutex::new(Answers::Stamp)), Arc::new(Mutex::new(Vec::new())));
        let (does, kept, at) = (Arc::clone(&answers), Arc::clone(&asked), at.to_owned());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let does = *does.lock().unwrap();
                // Whoever hangs up before the end is no failure of the authority's.
                let _ = talk(&stream, does, &at, &kept);
            }
        });
        Self { url, folder, answers, asked }
    }

    pub fn answer(&self, answers: Answers) {
        *self.answers.lock().unwrap() = answers;
    }

    /// The bodies that it was sent.
    pub fn asked(&self) -> Vec<Vec<u8>> {
        self.asked.lock().unwrap().clone()
    }

    /// The certificate that vouches for it.
    pub fn certificate(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }
}

fn talk(mut stream: &TcpStream, does: Answers, at: &Path, kept: &Mutex<Vec<Vec<u8>>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let (mut length, mut is_query) = (0, false);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let line = line.trim().to_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        is_query |= line == "content-type: application/timestamp-query";
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    assert!(is_query);
    std::fs::write(at.join("asked.tsq"), &body)?;
    kept.lock().unwrap().push(body);
    let query = match does {
        Answers::Stamp => "asked.tsq",
        Answers::Another => "another.tsq",
        Answers::Busy => {
            return stream.write_all(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }
        Answers::Endless => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")?;
            loop {
                stream.write_all(&[b'x'; 4096])?;
            }
        }
    };
    let line = format!("ts -reply -config tsa.cnf -queryfile {query} -signer tsa.pem -inkey tsa.key -out reply.tsr");
    assert!(openssl(at, &line));
    let reply = std::fs::read(at.join("reply.tsr"))?;
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/timestamp-reply\r\nConnection: close";
    stream.write_all(format!("{head}\r\nContent-Length: {}\r\n\r\n", reply.len()).as_bytes())?;
    stream.write_all(&reply)
}
