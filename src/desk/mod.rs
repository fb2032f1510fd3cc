//! `crossfoot desk`: finance's desk in a browser, on this machine only. A view of the same
//! commands: whatever computes or writes is the program itself, run as a child; what no command
//! prints is read from the books. Nothing is kept anywhere but in them.
//!
//! The books and every request are data from outside. [`guard`] lets in the browser that has the
//! address of the terminal, and no page of another origin; [`files`] hands out regular files of the
//! books' outputs, and nothing that a link leads to.

mod answer;
mod archive;
mod assets;
mod book;
mod children;
mod customers;
mod documents;
mod drafts;
mod files;
mod findings;
mod guard;
mod ledger;
mod memo;
mod orders;
mod report;
mod request;
mod routes;
mod run;
mod server;
mod state;
mod words;
mod writes;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use tokio::sync::oneshot;

use crate::books::layout::{Books, CONFIG};
use crate::model::problem::{Problem, io};
use book::Book;
use children::{Children, Program};
use guard::Guard;
pub(crate) use state::Clock;
use state::Desk;

/// What a desk works with.
pub(crate) struct Opening {
    /// Folders that are books, or have books in them.
    pub folders: Vec<PathBuf>,
    /// The port to listen on; 0 takes a free one.
    pub port: u16,
    /// This program, which is run for everything that computes or writes.
    pub program: PathBuf,
    /// The time.
    pub clock: Clock,
    /// Where the page's files are read from instead of the binary: in debug builds, for who writes them.
    pub assets: Option<PathBuf>,
}

/// A desk with its socket.
pub(crate) struct Opened {
    desk: Desk,
    listener: TcpListener,
    token: String,
    address: SocketAddr,
}

/// Ends the desk that is open in this process, if one is.
static STOP: Mutex<Option<oneshot::Sender<()>>> = Mutex::new(None);

/// Whether a desk was open and ends by itself now, its commands first. Asked a second time, it says
/// no: whoever presses Ctrl-C again does not want to wait.
pub(crate) fn stop() -> bool {
    let sender = STOP.lock().ok().and_then(|mut stop| stop.take());
    sender.is_some_and(|sender| sender.send(()).is_ok())
}

impl Opened {
    /// Takes the port.
    ///
    /// # Errors
    /// A folder that is none, a port that cannot be had, no random numbers.
    pub(crate) fn new(opening: Opening) -> Result<Self, Problem> {
        let failed = |e: std::io::Error| {
            Problem::stop("desk", format!("the desk cannot listen on port {}", opening.port))
                .because(e.to_string())
                .next("leave --port out: a free one is taken")
        };
        let folders = found(&opening.folders)?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, opening.port)).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let (guard, token) = Guard::new(address.port())?;
        let books = folders.into_iter().enumerate().map(|(id, root)| Book::at(id, root)).collect();
        let Opening { program, clock, assets, .. } = opening;
        let program = Program { file: program, children: Children::default() };
        let desk = Desk { books, program, clock, guard, assets };
        Ok(Self { desk, listener, token, address })
    }

    /// What a browser opens; it works once.
    #[must_use]
    pub(crate) fn url(&self) -> String {
        format!("http://{}/?token={}", self.address, self.token)
    }

    /// How many books lie on it.
    #[must_use]
    pub(crate) fn books(&self) -> usize {
        self.desk.books.len()
    }

    /// Serves until [`stop`] is called; commands that are under way are interrupted then.
    ///
    /// # Errors
    /// The system has no room for it.
    pub(crate) fn serve(self) -> Result<(), Problem> {
        let failed = |e: std::io::Error| Problem::stop("desk", "the desk cannot be opened").because(e.to_string());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let (stop, stopped) = oneshot::channel();
        if let Ok(mut place) = STOP.lock() {
            *place = Some(stop);
        }
        let desk = Arc::new(self.desk);
        let served = runtime.block_on(server::serve(Arc::clone(&desk), self.listener, stopped));
        desk.program.children.end();
        for book in &desk.books {
            book.clear();
        }
        // Whoever still reads something is not waited for.
        runtime.shutdown_background();
        served.map_err(failed)
    }
}

/// The books that folders are, or have in them. A folder without any is one that may become some.
///
/// # Errors
/// A folder that is not there.
fn found(folders: &[PathBuf]) -> Result<Vec<PathBuf>, Problem> {
    let is_books = |folder: &PathBuf| Books::at(folder).path(CONFIG).is_file();
    let mut all = Vec::new();
    for folder in folders {
        if is_books(folder) {
            all.push(folder.clone());
            continue;
        }
        let entries = std::fs::read_dir(folder).map_err(|e| {
            let mut problem = io("no-books", "open the folder", folder, &e).not_done("The desk was not opened.");
            problem.next.get_or_insert("name a folder with books, or one to begin books in".to_owned());
            problem
        })?;
        let mut inside: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(is_books).collect();
        inside.sort();
        if inside.is_empty() { all.push(folder.clone()) } else { all.append(&mut inside) }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_books_or_has_some_or_may_become_some() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        for name in ["companies/b", "companies/a", "companies/photos", "one"] {
            std::fs::create_dir_all(at(name)).unwrap();
        }
        for name in ["companies/b", "companies/a", "one"] {
            std::fs::write(at(name).join(CONFIG), "").unwrap();
        }
        assert_eq!(found(&[at("companies"), at("one")]).unwrap(), [at("companies/a"), at("companies/b"), at("one")]);
        assert_eq!(found(&[at("companies/photos")]).unwrap(), [at("companies/photos")]);
        assert_eq!(found(&[at("gone")]).unwrap_err().code, "no-books");
    }
}
