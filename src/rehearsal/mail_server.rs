//! A mail server on this machine, for the demo: it takes what it is given and keeps none of it. It refuses one
//! address, and for another hangs up before it has answered.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use crate::model::problem::Problem;

/// A running server; it stops when this is dropped.
#[derive(Debug)]
pub struct MailServer {
    /// Where it listens, on this machine.
    pub port: u16,
    stopped: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl MailServer {
    /// Starts one that refuses an address and is lost over another.
    ///
    /// # Errors
    /// No port or no thread can be had.
    pub fn start(refused: &'static str, lost: &'static str) -> Result<Self, Problem> {
        let failed = |e: std::io::Error| {
            Problem::stop("rehearsal", "the example mail server cannot be started").because(e.to_string())
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        let stopped = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&stopped);
        let serve = move || {
            for stream in listener.incoming().flatten() {
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                // One that goes away is no concern of the server's.
                let _ = talk(&stream, refused, lost);
            }
        };
        let thread = std::thread::Builder::new().name("mail".into()).spawn(serve).map_err(failed)?;
        Ok(Self { port, stopped, thread: Some(thread) })
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        // It waits for somebody to call.
        let called = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
        if let (Ok(_), Some(thread)) = (called, self.thread.take()) {
            let _ = thread.join();
        }
    }
}

/// A conversation, command by command (RFC 5321), to its end.
fn talk(mut stream: &TcpStream, refused: &str, lost: &str) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let mut is_lost = false;
    stream.write_all(b"220 example mail server\r\n")?;
    while let Some(line) = lines.next().transpose()? {
        let answer: &[u8] = match line.get(..4).unwrap_or_default() {
            "RCPT" if line.contains(refused) => b"550 5.1.1 no such mailbox here\r\n",
            "RCPT" => {
                is_lost |= line.contains(lost);
                b"250 2.1.5 ok\r\n"
            }
            "DATA" => {
                stream.write_all(b"354 go on\r\n")?;
                for line in lines.by_ref() {
                    if line? == "." {
                        break;
                    }
                }
                if is_lost {
                    return Ok(());
                }
                b"250 2.0.0 taken\r\n"
            }
            "QUIT" => return stream.write_all(b"221 2.0.0 bye\r\n"),
            _ => b"250 ok\r\n",
        };
        stream.write_all(answer)?;
    }
    Ok(())
}
