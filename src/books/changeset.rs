//! All or nothing: a command's files are staged apart, an intent is written, and only then
//! are they moved under their final names. A process that is killed leaves either nothing
//! under the final names, or an intent that the next command carries to its end.
//!
//! ```text
//! .crossfoot/staging/…    files being made; thrown away when there is no intent
//! .crossfoot/intent.json  the moves to make, in order: its appearance is the commit
//! ```

use std::fs::{self, File};
use std::io::Write;
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::layout::{Books, CHAIN, RETURNS, SEALS, WORK, read_file};
use crate::model::problem::{Problem, io};

const INTENT: &str = "intent.json";
const STAGING: &str = "staging";
/// Where captures are made.
pub(crate) const FETCH: &str = "fetch";

/// One rename, both paths relative to the books.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
struct Move {
    from: String,
    to: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Intent {
    schema: String,
    doing: String,
    moves: Vec<Move>,
}

/// Files on their way into the books.
#[derive(Debug)]
pub(crate) struct ChangeSet<'a> {
    books: &'a Books,
    moves: Vec<Move>,
    staged: u64,
    committed: bool,
}

impl Drop for ChangeSet<'_> {
    /// What was not committed leaves nothing behind, as far as the disk lets us.
    fn drop(&mut self) {
        if !self.committed {
            let _ = discard(&self.books.path(WORK).join(STAGING));
        }
    }
}

impl<'a> ChangeSet<'a> {
    /// Begins with an empty staging folder. The caller holds the lock, and has called
    /// [`recover`].
    ///
    /// # Errors
    /// The books cannot be written.
    pub(crate) fn begin(books: &'a Books) -> Result<Self, Problem> {
        let staging = books.path(WORK).join(STAGING);
        discard(&staging)?;
        fs::create_dir_all(&staging).map_err(|e| failed("create", &staging, &e))?;
        Ok(Self { books, moves: Vec::new(), staged: 0, committed: false })
    }

    /// Says that what lies at `from` will be found at `to`: both relative to the books.
    pub(crate) fn rename(&mut self, from: impl Into<String>, to: impl Into<String>) {
        self.moves.push(Move { from: from.into(), to: to.into() });
    }

    /// A place to write one file that will be found at `to`, relative to the books.
    pub(crate) fn reserve(&mut self, to: impl Into<String>) -> PathBuf {
        self.staged += 1;
        let from = format!("{WORK}/{STAGING}/{:08}", self.staged);
        self.rename(from.clone(), to);
        self.books.path(from)
    }

    /// Stages a file's bytes.
    ///
    /// # Errors
    /// They cannot be written.
    pub(crate) fn stage(&mut self, to: impl Into<String>, bytes: &[u8]) -> Result<(), Problem> {
        let path = self.reserve(to);
        fs::write(&path, bytes).map_err(|e| failed("write", &path, &e))
    }

    /// Makes the staged files durable, declares the intent, and moves them.
    ///
    /// # Errors
    /// Before the intent stands, nothing has changed under the final names. After it, the
    /// next command in these books finishes the work.
    pub(crate) fn commit(mut self, doing: &str) -> Result<(), Problem> {
        if self.moves.is_empty() {
            return Ok(());
        }
        if let Some(step) = self.moves.iter().find(|step| !is_own(self.books, step)) {
            return Err(Problem::unverified("not-a-file", format!("{} would be written through a link", step.to))
                .next("find out who put it there, and take it away")
                .not_done("Nothing was changed under the final names."));
        }
        let work = self.books.path(WORK);
        let intent = Intent {
            schema: "crossfoot/intent/v1".into(),
            doing: doing.into(),
            moves: std::mem::take(&mut self.moves),
        };
        let bytes = serde_json::to_vec_pretty(&intent)
            .map_err(|e| Problem::stop("internal", format!("the intent cannot be written: {e}")))?;
        let staged = work.join(STAGING).join(INTENT);
        fs::write(&staged, bytes).map_err(|e| failed("write", &staged, &e))?;
        make_durable(&work)?;
        let path = work.join(INTENT);
        self.committed = true;
        fs::rename(&staged, &path).map_err(|e| failed("write", &path, &e))?;
        make_durable(&work)?;
        carry_out(self.books, &intent)
    }
}

/// Finishes what an interrupted command had committed to, and throws away what it had
/// not. Says what was finished, if anything. The caller holds the lock.
///
/// # Errors
/// The books cannot be read or written.
pub(crate) fn recover(books: &Books) -> Result<Option<String>, Problem> {
    let Some(intent) = read_intent(books)? else {
        discard(&books.path(WORK).join(STAGING))?;
        return Ok(None);
    };
    carry_out(books, &intent)?;
    Ok(Some(intent.doing))
}

/// What an interrupted command has left to be finished, if anything: for commands that
/// only read.
///
/// # Errors
/// The intent is there and cannot be read.
pub(crate) fn unfinished(books: &Books) -> Result<Option<String>, Problem> {
    Ok(read_intent(books)?.map(|intent| intent.doing))
}

fn read_intent(books: &Books) -> Result<Option<Intent>, Problem> {
    let path = books.path(WORK).join(INTENT);
    let bytes = match read_file(&path) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(failed("read", &path, &e)),
    };
    let intent: Intent = serde_json::from_slice(&bytes).map_err(|e| {
        Problem::unverified("intent", "the intent of an interrupted command is none that this program writes")
            .at(path.display().to_string())
            .because(e.to_string())
            .next("restore the books from git or a backup")
    })?;
    if intent.moves.is_empty() {
        return Err(Problem::unverified("intent", "the intent of an interrupted command has no moves, which none has")
            .at(path.display().to_string())
            .next("find out who wrote it; then delete the file"));
    }
    match intent.moves.iter().find(|step| !is_own(books, step)) {
        None => Ok(Some(intent)),
        Some(step) => Err(Problem::unverified(
            "intent",
            format!("the intent would move `{}` to `{}`, which no command of this program does", step.from, step.to),
        )
        .at(path.display().to_string())
        .next("find out who wrote it; then delete the file, or restore the books from git or a backup")
        .not_done("Nothing was moved.")),
    }
}

/// Whether a move is one that commands make: of staged files, to a close, a return, the chain or its signatures; of a
/// capture to the place where earlier ones are kept. The folder is open to others, so an intent
/// is data: it leads nowhere else, and through no link.
fn is_own(books: &Books, step: &Move) -> bool {
    let parts = |path: &str| -> Option<Vec<String>> {
        let normal = |part| match part {
            Component::Normal(name) => name.to_str().map(str::to_owned),
            _ => None,
        };
        let parts: Vec<String> = Path::new(path).components().map(normal).collect::<Option<_>>()?;
        (parts.join("/") == path).then_some(parts)
    };
    let (Some(from), Some(to)) = (parts(&step.from), parts(&step.to)) else { return false };
    let in_close = |parts: &[String]| parts.len() > 2 && parts[0] == "closes";
    let is_work = from.len() > 2 && from[0] == WORK && (from[1] == STAGING || from[1] == FETCH);
    let is_capture = in_close(&from) && from.len() == 3 && from[2] == "capture";
    let is_kept = is_capture && to.len() == 3 && to[1] == from[1] && to[2].starts_with("capture-");
    let is_return = to.len() == 3 && to[0] == RETURNS && !is_kept;
    let is_signature = to.len() == 3 && to[..2].join("/") == SEALS;
    let is_place = step.to == CHAIN || in_close(&to) || is_return || is_signature;
    let is_straight = |parts: &[String]| (1..=parts.len()).all(|n| !books.path(parts[..n].join("/")).is_symlink());
    is_place && (is_work || is_kept) && is_straight(&from) && is_straight(&to)
}

/// Every move is safe to repeat: one whose source is gone was made before.
fn carry_out(books: &Books, intent: &Intent) -> Result<(), Problem> {
    for step in &intent.moves {
        let (from, to) = (books.path(&step.from), books.path(&step.to));
        let keeps_both = !step.from.starts_with(WORK);
        if !from.exists() || (keeps_both && to.exists()) {
            if to.exists() {
                continue;
            }
            return Err(Problem::stop(
                "intent",
                format!("{} is gone, and {} is not there", from.display(), to.display()),
            )
            .because(format!("an interrupted `{}` cannot be finished", intent.doing))
            .next("restore the books from git or a backup"));
        }
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent).map_err(|e| failed("create", parent, &e))?;
        }
        fs::rename(&from, &to).map_err(|e| failed("write", &to, &e))?;
    }
    make_durable(&books.path(WORK))?;
    let path = books.path(WORK).join(INTENT);
    fs::remove_file(&path).map_err(|e| failed("remove", &path, &e))?;
    discard(&books.path(WORK).join(STAGING))
}

/// Writes a few files outside any books, each under its final name at once or not at all.
///
/// # Errors
/// They cannot be written; those already there stay as they were.
pub(crate) fn write_apart(folder: &Path, files: &[(&str, Vec<u8>)]) -> Result<(), Problem> {
    fs::create_dir_all(folder).map_err(|e| failed("create", folder, &e))?;
    let staged = |name: &str| folder.join(format!(".{name}.{}.part", std::process::id()));
    let written = files.iter().try_for_each(|(name, bytes)| {
        let path = staged(name);
        File::create(&path)
            .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
            .map_err(|e| failed("write", &folder.join(name), &e))
    });
    let result = written.and_then(|()| {
        files.iter().try_for_each(|(name, _)| {
            fs::rename(staged(name), folder.join(name)).map_err(|e| failed("write", &folder.join(name), &e))
        })
    });
    if result.is_err() {
        for (name, _) in files {
            let _ = fs::remove_file(staged(name));
        }
    }
    result
}

/// Writes a file that a person keeps in the books anew: where it is a link, what that leads to; with
/// the permissions that it has.
///
/// # Errors
/// It cannot be written; what is there stays as it was.
pub(crate) fn rewrite(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let name = real.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let staged = real.with_file_name(format!(".{name}.{}.part", std::process::id()));
    let written = File::create(&staged).and_then(|mut file| {
        file.write_all(bytes)?;
        if let Ok(there) = fs::metadata(&real) {
            file.set_permissions(there.permissions())?;
        }
        file.sync_all()?;
        fs::rename(&staged, &real)
    });
    written.map_err(|e| {
        let _ = fs::remove_file(&staged);
        failed("write", path, &e)
    })
}

fn discard(staging: &Path) -> Result<(), Problem> {
    match fs::remove_dir_all(staging) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(failed("clear", staging, &e)),
        _ => Ok(()),
    }
}

/// One flush of the file system instead of one a file.
fn make_durable(folder: &Path) -> Result<(), Problem> {
    let flushed = File::open(folder).and_then(|handle| {
        #[cfg(target_os = "linux")]
        return rustix::fs::syncfs(&handle).map_err(std::io::Error::from);
        #[cfg(not(target_os = "linux"))]
        return handle.sync_all();
    });
    flushed.map_err(|e| failed("flush", folder, &e))
}

fn failed(doing: &str, path: &Path, error: &std::io::Error) -> Problem {
    io("not-written", doing, path, error).not_done("Nothing was changed under the final names.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn books() -> (tempfile::TempDir, Books) {
        let dir = tempfile::tempdir().unwrap();
        let books = Books::at(dir.path());
        fs::create_dir_all(books.path(WORK)).unwrap();
        (dir, books)
    }

    #[test]
    fn nothing_is_seen_before_the_commit_and_all_after() {
        let (_dir, books) = books();
        let mut t = ChangeSet::begin(&books).unwrap();
        t.stage("closes/2026-03/a.txt", b"a").unwrap();
        assert!(!books.path("closes").exists());
        t.commit("test").unwrap();
        assert_eq!(fs::read(books.path("closes/2026-03/a.txt")).unwrap(), b"a");
        assert!(!books.path(WORK).join(STAGING).exists());
    }

    #[test]
    fn an_abandoned_staging_is_thrown_away() {
        let (_dir, books) = books();
        let mut t = ChangeSet::begin(&books).unwrap();
        t.stage("closes/2026-03/a.txt", b"a").unwrap();
        std::mem::forget(t);
        assert_eq!(recover(&books).unwrap(), None);
        assert!(!books.path("closes").exists());
    }

    #[test]
    fn a_commit_cut_after_any_move_is_finished() {
        for made in 0..=3 {
            let (_dir, books) = books();
            fs::create_dir_all(books.path("closes/2026-03/capture")).unwrap();
            fs::write(books.path("closes/2026-03/capture/x"), b"old").unwrap();
            let mut t = ChangeSet::begin(&books).unwrap();
            t.rename("closes/2026-03/capture", "closes/2026-03/capture-1");
            t.stage("closes/2026-03/capture/x", b"new").unwrap();
            t.stage("audit/chain.jsonl", b"b").unwrap();
            let moves = t.moves.clone();
            std::mem::forget(t);
            let intent = Intent { schema: "crossfoot/intent/v1".into(), doing: "test".into(), moves: moves.clone() };
            fs::write(books.path(WORK).join(INTENT), serde_json::to_vec(&intent).unwrap()).unwrap();
            for step in &moves[..made] {
                fs::create_dir_all(books.path(&step.to).parent().unwrap()).unwrap();
                fs::rename(books.path(&step.from), books.path(&step.to)).unwrap();
            }
            assert_eq!(recover(&books).unwrap(), Some("test".into()));
            assert_eq!(fs::read(books.path("closes/2026-03/capture-1/x")).unwrap(), b"old");
            assert_eq!(fs::read(books.path("closes/2026-03/capture/x")).unwrap(), b"new");
            assert_eq!(fs::read(books.path("audit/chain.jsonl")).unwrap(), b"b");
            assert_eq!(recover(&books).unwrap(), None);
        }
    }

    #[test]
    fn an_intent_leads_nowhere_but_where_commands_write() {
        let own = |from: &str, to: &str| {
            let (_dir, books) = books();
            is_own(&books, &Move { from: from.to_owned(), to: to.to_owned() })
        };
        let staged = ".crossfoot/staging/00000001";
        assert!(own(staged, "closes/2026-03/manifest.json") && own(staged, CHAIN));
        assert!(own(staged, "returns/2026-03/gstr1.json") && !own(staged, "returns/gstr1.json"));
        assert!(own(".crossfoot/fetch/2026-03/bodies", "closes/2026-03/capture"));
        assert!(own("closes/2026-03/capture", "closes/2026-03/capture-1"));
        for to in [
            "../victim.txt",
            "/etc/passwd",
            "closes/../crossfoot.toml",
            "closes/2026-03/../../x",
            "crossfoot.toml",
            ".git/config",
            ".git/hooks/pre-commit",
            "customers.csv",
            "closes/x",
            "audit/mail.jsonl",
            "closes//2026-03/x",
            "./closes/2026-03/x",
            "",
        ] {
            assert!(!own(staged, to), "{to}");
        }
        for from in ["crossfoot.toml", "/etc/passwd", ".crossfoot/lock", "closes/2026-02/manifest.json", ".git/config"]
        {
            assert!(!own(from, "closes/2026-03/x"), "{from}");
        }
        assert!(!own("closes/2026-03/capture", "closes/2026-02/capture-1"));
    }

    #[cfg(unix)]
    #[test]
    fn an_intent_leads_through_no_link() {
        let (_dir, books) = books();
        let away = tempfile::tempdir().unwrap();
        fs::create_dir_all(books.path(WORK).join(STAGING)).unwrap();
        fs::write(books.path(".crossfoot/staging/1"), b"x").unwrap();
        std::os::unix::fs::symlink(away.path(), books.path("closes")).unwrap();
        let step = Move { from: ".crossfoot/staging/1".into(), to: "closes/2026-03/x".into() };
        assert!(!is_own(&books, &step));
        let intent = Intent { schema: "crossfoot/intent/v1".into(), doing: "close".into(), moves: vec![step] };
        fs::write(books.path(WORK).join(INTENT), serde_json::to_vec(&intent).unwrap()).unwrap();
        assert_eq!(recover(&books).unwrap_err().code, "intent");
        assert!(!away.path().join("2026-03").exists());
    }
}
