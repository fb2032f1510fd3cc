//! A mail server that takes, refuses and drops as it is told.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What it does with a message.
#[derive(Clone, Copy)]
pub enum Does {
    Take,
    /// Answers with this code at RCPT.
    RefuseRecipient(u16),
    /// Answers with this code after the last dot.
    RefuseMessage(u16),
    /// Takes it and hangs up without an answer.
    TakeAndDrop,
    /// Takes it, and repeats what the client logged in with.
    TakeAndEcho,
    /// Answers at RCPT a byte at a time, and never to the end.
    DripAtRecipient,
    /// Takes it and answers like that.
    TakeAndDrip,
}

/// Serves until the test ends.
pub struct Mailer {
    pub port: u16,
    taken: Arc<Mutex<Vec<String>>>,
}

impl Mailer {
    /// Does what the script says, message by message, and takes what comes after it.
    pub fn start(script: &[Does]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let taken = Arc::new(Mutex::new(Vec::new()));
        let script = Arc::new(Mutex::new(VecDeque::from(script.to_vec())));
        let kept = Arc::clone(&taken);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (script, kept) = (Arc::clone(&script), Arc::clone(&kept));
                std::thread::spawn(move || talk(&stream, &script, &kept));
            }
        });
        Self { port, taken }
    }

    /// The messages that were taken.
    pub fn taken(&self) -> Vec<String> {
        self.taken.lock().unwrap().clone()
    }
}

fn drip(mut stream: &TcpStream) -> std::io::Result<()> {
    for byte in b"250-".iter().chain(std::iter::repeat(&b'x')) {
        stream.write_all(&[*byte])?;
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    Ok(())
}

fn talk(mut stream: &TcpStream, script: &Mutex<VecDeque<Does>>, taken: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    stream.write_all(b"220 here\r\n")?;
    let mut does = Does::Take;
    let mut login = String::new();
    while let Some(line) = lines.next() {
        let line = line?;
        match line.get(..4).unwrap_or_default() {
            "EHLO" => stream.write_all(b"250-here\r\n250 AUTH PLAIN\r\n")?,
            "AUTH" => {
                login = line;
                stream.write_all(b"235 come in\r\n")?;
            }
            "MAIL" => {
                does = script.lock().unwrap().pop_front().unwrap_or(Does::Take);
                stream.write_all(b"250 ok\r\n")?;
            }
            "RCPT" => match does {
                Does::RefuseRecipient(code) => write!(stream, "{code} no such box\r\n")?,
                Does::DripAtRecipient => return drip(stream),
                _ => stream.write_all(b"250 ok\r\n")?,
            },
            "DATA" => {
                stream.write_all(b"354 go on\r\n")?;
                let mut message = String::new();
                for line in lines.by_ref() {
                    let line = line?;
                    if line == "." {
                        break;
                    }
                    message.push_str(&line);
                    message.push('\n');
                }
                match does {
                    Does::RefuseMessage(code) => write!(stream, "{code} not this one\r\n")?,
                    Does::TakeAndDrop => {
                        taken.lock().unwrap().push(message);
                        return Ok(());
                    }
                    Does::TakeAndDrip => {
                        taken.lock().unwrap().push(message);
                        return drip(stream);
                    }
                    Does::TakeAndEcho => {
                        taken.lock().unwrap().push(message);
                        write!(stream, "250-queued for {login}\r\n250 ok\r\n")?;
                    }
                    _ => {
                        taken.lock().unwrap().push(message);
                        stream.write_all(b"250 queued as 7\r\n")?;
                    }
                }
            }
            "QUIT" => {
                stream.write_all(b"221 bye\r\n")?;
                return Ok(());
            }
            _ => stream.write_all(b"250 ok\r\n")?,
        }
    }
    Ok(())
}
