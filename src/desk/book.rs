//! One company's books on the desk: what it is called, what is under way in it.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::answer::{Answer, BUSY, JSON, error_of, status};
use super::children::Program;
use super::documents::{self, Entry};
use super::memo::Memo;
use super::report::{self, Report};
use super::run::Run;
use super::words::Words;
use crate::books::config::{self, Regime};
use crate::books::layout::{Books, WORK};
use crate::model::period::Period;
use crate::model::problem::{Exit, Problem};

/// Books, and what the desk keeps beside them while it is open.
pub(super) struct Book {
    pub(super) id: usize,
    pub(super) books: Books,
    /// The command that was started last.
    run: Mutex<Option<Arc<Run>>>,
    /// What the newest report says.
    reports: Memo<Report>,
    /// All documents.
    documents: Memo<Vec<Entry>>,
    /// The customers as the page lists them.
    pub(super) customers: Memo<Vec<u8>>,
    /// A folder for what is on its way: dropped ledgers, packed archives.
    desk: Mutex<Option<tempfile::TempDir>>,
}

/// Books as the page lists them.
#[derive(Serialize)]
pub(super) struct Listed {
    id: usize,
    folder: String,
    path: String,
    seller: Option<String>,
    currency: Option<String>,
    gst: bool,
    approvals: u8,
    /// Today, where these books are.
    today: Option<String>,
    /// Why the settings do not read.
    problem: Option<String>,
    /// Whether there are no books yet.
    new: bool,
}

impl Listed {
    /// Today, where the books are.
    pub(super) fn today(&self) -> Option<&str> {
        self.today.as_deref()
    }
}

impl Book {
    pub(super) fn at(id: usize, root: PathBuf) -> Self {
        Self {
            id,
            books: Books::at(root),
            run: Mutex::default(),
            reports: Memo::default(),
            documents: Memo::default(),
            customers: Memo::default(),
            desk: Mutex::default(),
        }
    }

    /// How the page lists it.
    pub(super) fn listed(&self, now: DateTime<Utc>) -> Listed {
        let root = self.books.root.canonicalize().unwrap_or_else(|_| self.books.root.clone());
        let loaded = config::load(&self.books).map(|(config, _)| config);
        let problem = loaded.as_ref().err();
        let config = loaded.as_ref().ok();
        let is_new = problem.is_some_and(|problem| problem.code == "no-books");
        Listed {
            id: self.id,
            folder: root.file_name().unwrap_or(root.as_os_str()).to_string_lossy().into_owned(),
            path: root.display().to_string(),
            seller: config.map(|config| config.invoicing.seller.legal_name.clone()).filter(|name| !name.is_empty()),
            currency: config.map(|config| config.currency.code().to_owned()),
            gst: config.is_some_and(|config| matches!(config.invoicing.regime, Regime::Gst(_))),
            approvals: config.map_or(1, |config| config.approvals),
            today: config.map(|config| now.with_timezone(&config.timezone).date_naive().to_string()),
            problem: problem.filter(|_| !is_new).map(|problem| problem.reason()),
            new: is_new,
        }
    }

    /// The document that a command prints with `--json`, as it is; its error with the status of that.
    ///
    /// # Errors
    /// It cannot be run, or prints no document.
    pub(super) fn document(&self, program: &Program, words: &Words) -> Result<Answer, Problem> {
        let last = Mutex::new(String::new());
        let keep = |line: String| {
            if let Ok(mut last) = last.lock() {
                *last = line;
            }
        };
        let ended = program.run(words, &self.books.root, |_| {}, keep)?;
        let Ok(error) = error_of(&ended.stdout) else {
            let last = last.into_inner().unwrap_or_default();
            return Err(Problem::stop("desk", format!("`{}` ended without a result", words.typed(&self.books.root)))
                .because(if last.is_empty() { format!("exit code {}", ended.code) } else { last }));
        };
        let mut answer = Answer::bytes(JSON, ended.stdout.clone());
        if let Some(code) = error {
            let exit = if ended.code == i32::from(Exit::Usage.code()) { Exit::Usage } else { Exit::CouldNotFinish };
            answer.status = status(&code, exit);
        }
        Ok(answer)
    }

    /// A folder in the books' working folder, which is no part of them; it goes away with the desk.
    ///
    /// # Errors
    /// The books cannot be written.
    pub(super) fn desk_folder(&self) -> Result<PathBuf, Problem> {
        let failed = |e: std::io::Error| {
            crate::model::problem::io("books-not-writable", "write in the books at", &self.books.root, &e)
        };
        let mut place = self.desk.lock().map_err(|_| Problem::stop("internal", "a thread failed"))?;
        if place.is_none() {
            let work = self.books.path(WORK);
            std::fs::create_dir_all(&work).map_err(failed)?;
            *place = Some(tempfile::Builder::new().prefix("desk-").tempdir_in(work).map_err(failed)?);
        }
        place.as_ref().map(|folder| folder.path().to_owned()).ok_or_else(|| Problem::stop("internal", "no folder"))
    }

    /// Takes away what was on its way.
    pub(super) fn clear(&self) {
        if let Ok(mut place) = self.desk.lock() {
            place.take();
        }
    }

    /// The run that was started last.
    pub(super) fn last_run(&self) -> Option<Arc<Run>> {
        self.run.lock().ok().and_then(|run| run.clone())
    }

    /// The newest report of a period: of the last comparison, or of the close.
    ///
    /// # Errors
    /// There is none yet, or it cannot be read.
    pub(super) fn report(&self, period: &Period) -> Result<Arc<Report>, Problem> {
        report::load(&self.reports, &self.books, period)
    }

    /// All documents, the newest first.
    ///
    /// # Errors
    /// The chain, the journal of mails or the customers cannot be read.
    pub(super) fn issued(&self) -> Result<Arc<Vec<Entry>>, Problem> {
        documents::load(&self.documents, &self.books)
    }

    /// Makes sure that no command of the desk is at work.
    ///
    /// # Errors
    /// One is.
    pub(super) fn idle(&self) -> Result<(), Problem> {
        self.last_run().map_or(Ok(()), |run| ended(&run))
    }

    /// Makes a run the one that is under way.
    ///
    /// # Errors
    /// Another is.
    pub(super) fn begin(&self, run: &Arc<Run>) -> Result<(), Problem> {
        let mut place = self.run.lock().map_err(|_| Problem::stop("internal", "a thread failed"))?;
        if let Some(other) = place.as_ref() {
            ended(other)?;
        }
        *place = Some(Arc::clone(run));
        Ok(())
    }
}

/// Makes sure that a run has ended.
fn ended(run: &Run) -> Result<(), Problem> {
    if run.has_ended() {
        return Ok(());
    }
    Err(Problem::stop(BUSY, "a command is under way in these books")
        .because(format!("the desk runs: {}", run.command))
        .next("wait until it has ended, or stop it")
        .not_done("Nothing was started."))
}
