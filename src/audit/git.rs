//! The books' own git repository, by the git that is installed: a close is committed and
//! tagged, and it can be told whether what is committed is what was sealed.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use chrono::{DateTime, Utc};

use super::manifest;
use super::proposal::FOLDER;
use crate::books::layout::{BY_HAND, Books, RETURNS};
use crate::capture::store;
use crate::model::period::Period;
use crate::model::problem::Problem;

/// A work tree that the books lie in.
#[derive(Debug)]
pub(crate) struct Git<'a> {
    root: &'a Path,
    environment: &'a BTreeMap<String, String>,
    /// Settings of the repository itself that name programs which git would run.
    programs: Vec<String>,
}

/// What git is given of the environment, beside its own `GIT_…`: enough to find itself, the user's
/// settings and keys, and no secret of ours.
const ENVIRONMENT: [&str; 13] = [
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "TMPDIR",
    "XDG_CONFIG_HOME",
    "XDG_RUNTIME_DIR",
    "GNUPGHOME",
    "GPG_TTY",
    "SSH_AUTH_SOCK",
    "SYSTEMROOT",
    "USERPROFILE",
    "APPDATA",
];
/// What the repository may not have run: whoever can write the folder could.
const OVERRULED: [&str; 4] = ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"];

/// Whether a setting names a program that reading or committing would run, and that no flag
/// switches off: filters, comparers, signers.
fn names_program(key: &str) -> bool {
    let (section, name) = key.split_once('.').unwrap_or((key, ""));
    let last = name.rsplit('.').next().unwrap_or(name);
    match section {
        "filter" => matches!(last, "clean" | "smudge" | "process"),
        "diff" => matches!(last, "external" | "command" | "textconv"),
        "gpg" => last == "program",
        "trailer" => matches!(last, "command" | "cmd"),
        "merge" => last == "driver",
        _ => false,
    }
}

/// What a close is made from, and what it makes, where it is there: with the captures of the
/// period before that it asked for again.
fn paths(books: &Books, period: &Period) -> Vec<String> {
    let manifest = manifest::read(books, &period.name).ok().and_then(|found| found.manifest.ok());
    let inputs = manifest.iter().flat_map(|manifest| &manifest.inputs);
    let periods = inputs.filter_map(|entry| Period::parse(entry.path.strip_prefix("closes/")?.split_once('/')?.0).ok());
    let captures = periods.flat_map(|period| store::folders(books, &period));
    let all = [
        "ledgers",
        "resolutions",
        "templates",
        "irn",
        ".gitignore",
        ".gitattributes",
        "audit",
        RETURNS,
        FOLDER,
        &Books::close_dir(period),
    ];
    let all = BY_HAND.into_iter().chain(all).map(str::to_owned).chain(captures);
    all.filter(|path| books.path(path).exists()).collect()
}

/// A tag of a close.
#[derive(Clone, Debug)]
pub(crate) struct Tag {
    /// `close-2026-03`
    pub name: String,
    /// False: it is a bare name of a commit, whose message this is.
    pub is_annotated: bool,
    /// What it says.
    pub message: String,
}

/// The tag of a period's first, second … seal. Two dots may not stand in a tag's name.
#[must_use]
pub(crate) fn tag_name(period: &str, seals: usize) -> String {
    let base = format!("close-{}", period.replace("..", "_"));
    if seals > 1 { format!("{base}-{seals}") } else { base }
}

impl<'a> Git<'a> {
    /// The work tree of the books; None where there is none, or no git.
    #[must_use]
    pub(crate) fn open(books: &'a Books, environment: &'a BTreeMap<String, String>) -> Option<Self> {
        let mut git = Self { root: &books.root, environment, programs: Vec::new() };
        if !git.run(&["rev-parse", "--is-inside-work-tree"], None).is_ok_and(|said| said.trim() == "true") {
            return None;
        }
        let said = git.run(&["config", "--list", "--show-scope", "-z"], None).ok()?;
        let mut fields = said.split('\0');
        while let (Some(scope), Some(setting)) = (fields.next(), fields.next()) {
            let key = setting.split('\n').next().unwrap_or(setting);
            if matches!(scope, "local" | "worktree") && names_program(key) && !git.programs.iter().any(|one| one == key)
            {
                git.programs.push(key.to_owned());
            }
        }
        Some(git)
    }

    /// Why git is not asked, where the repository's own settings name programs.
    #[must_use]
    pub(crate) fn distrusted(&self) -> Option<String> {
        let [first, ..] = self.programs.as_slice() else { return None };
        Some(format!(
            "the repository's own settings name a program ({first}), which whoever can write the folder chooses; git is not run"
        ))
    }

    /// Runs git in the books; its output, or what it said against it. Nothing is asked on
    /// the terminal, and no locale changes the words.
    fn run(&self, arguments: &[&str], now: Option<DateTime<Utc>>) -> Result<String, String> {
        if let Some(why) = self.distrusted() {
            return Err(why);
        }
        let mut command = Command::new("git");
        let is_passed = |name: &str| ENVIRONMENT.contains(&name) || name.starts_with("GIT_");
        command.args(OVERRULED).arg("-C").arg(self.root).args(arguments).env_clear();
        command.envs(self.environment.iter().filter(|(name, _)| is_passed(name)));
        command.env("GIT_TERMINAL_PROMPT", "0").env("LC_ALL", "C");
        if let Some(now) = now {
            let date = format!("{} +0000", now.timestamp());
            command.env("GIT_AUTHOR_DATE", &date).env("GIT_COMMITTER_DATE", &date);
        }
        let output = command.output().map_err(|e| format!("git cannot be run: {e}"))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(said.lines().filter(|line| !line.trim().is_empty()).take(4).collect::<Vec<_>>().join("; "))
    }

    fn names(&self, arguments: &[&str], paths: &[String]) -> Result<Vec<String>, String> {
        let paths = paths.iter().map(String::as_str);
        let arguments: Vec<&str> = arguments.iter().copied().chain(["--"]).chain(paths).collect();
        let said = self.run(&arguments, None)?;
        Ok(said.split('\0').filter(|name| !name.is_empty()).map(str::to_owned).collect())
    }

    /// What is staged and does not belong to a close of the period.
    ///
    /// # Errors
    /// What git said.
    pub(crate) fn unrelated(&self, books: &Books, period: &Period) -> Result<Vec<String>, String> {
        let staged = ["diff", "--cached", "--name-only", "-z"];
        let all = self.names(&staged, &[":/".to_owned()])?;
        let mut own = paths(books, period);
        own.push(Books::close_dir(period));
        let own = self.names(&staged, &own)?;
        Ok(all.into_iter().filter(|name| !own.contains(name)).collect())
    }

    /// Commits what a close is made from and what it made; the commit, or None where
    /// nothing has changed.
    ///
    /// # Errors
    /// What git said.
    pub(crate) fn commit(
        &self,
        books: &Books,
        period: &Period,
        message: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<String>, String> {
        let paths = paths(books, period);
        let listed = |first: &[&'static str]| -> Vec<String> {
            first.iter().map(|word| (*word).to_owned()).chain(["--".to_owned()]).chain(paths.iter().cloned()).collect()
        };
        let run =
            |arguments: Vec<String>| self.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>(), Some(now));
        run(listed(&["add", "--all"]))?;
        if self.names(&["diff", "--cached", "--name-only", "-z"], &paths)?.is_empty() {
            return Ok(None);
        }
        let mut arguments = listed(&["commit", "--quiet", "--message"]);
        arguments.insert(3, message.to_owned());
        run(arguments)?;
        self.run(&["rev-parse", "HEAD"], None).map(|commit| Some(commit.trim().to_owned()))
    }

    /// Tags what is committed: `close-2026-03`, and `close-2026-03-2` for its second seal.
    ///
    /// # Errors
    /// What git said.
    pub(crate) fn tag(
        &self,
        period: &Period,
        seals: usize,
        message: &str,
        now: DateTime<Utc>,
    ) -> Result<String, String> {
        let name = tag_name(&period.name, seals);
        self.run(&["tag", "--annotate", "--message", message, &name], Some(now)).map(|_| name)
    }

    /// Whether a file is committed, or would be with all that is not ignored.
    #[must_use]
    pub(crate) fn would_commit(&self, path: &str) -> bool {
        let listed = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
        self.names(&listed, &[path.to_owned()]).is_ok_and(|names| !names.is_empty())
    }

    /// A file as a commit has it, which is named in git's words; None where it has none.
    #[must_use]
    pub(crate) fn at(&self, commit: &str, path: &str) -> Option<String> {
        self.run(&["show", &format!("{commit}:./{path}")], None).ok()
    }

    /// The tags of closes.
    #[must_use]
    pub(crate) fn close_tags(&self) -> Vec<Tag> {
        let format = "--format=%(refname:strip=2)%00%(objecttype)%00%(contents)%00";
        let said = self.run(&["for-each-ref", format, "refs/tags/close-*"], None).unwrap_or_default();
        let mut fields = said.split('\0');
        let mut tags = Vec::new();
        while let (Some(name), Some(kind), Some(message)) = (fields.next(), fields.next(), fields.next()) {
            let (name, message) = (name.trim().to_owned(), message.to_owned());
            tags.push(Tag { name, is_annotated: kind == "tag", message });
        }
        tags
    }

    /// The messages of commits that this clone was ever at, the newest first, as far as its own log of
    /// that goes.
    #[must_use]
    pub(crate) fn been_at(&self) -> Vec<String> {
        let said = self.run(&["log", "--walk-reflogs", "--max-count=2000", "--format=%B%x00", "HEAD"], None);
        said.unwrap_or_default().split('\0').map(|message| message.trim().to_owned()).collect()
    }

    /// How many files of the work tree are changed and not committed.
    ///
    /// # Errors
    /// What git said.
    pub(crate) fn clean(&self) -> Result<usize, String> {
        self.names(&["status", "--porcelain=v1", "-z"], &[]).map(|names| names.len())
    }

    /// Files of a period's seal that are not committed as they lie there, and the commit
    /// that was looked at.
    ///
    /// # Errors
    /// What git said.
    pub(crate) fn uncommitted(&self, period: &Period) -> Result<(Vec<String>, Option<String>), String> {
        let paths = [Books::close_dir(period), crate::books::layout::CHAIN.to_owned()];
        let lines = self.names(&["status", "--porcelain=v1", "-z", "--untracked-files=all", "--ignored"], &paths)?;
        let names = lines.iter().map(|line| line.get(3..).unwrap_or(line).to_owned()).collect();
        let head = self.run(&["rev-parse", "--short=12", "--verify", "--quiet", "HEAD"], None).ok();
        Ok((names, head.map(|head| head.trim().to_owned())))
    }
}

/// Refuses a close whose commit would not be its own.
///
/// # Errors
/// The books are in no work tree, or something else is staged.
pub(crate) fn check(books: &Books, environment: &BTreeMap<String, String>, period: &Period) -> Result<(), Problem> {
    let nothing = |p: Problem| p.not_done("Nothing was done.");
    let Some(git) = Git::open(books, environment) else {
        return Err(nothing(
            Problem::usage("git", "[git] commit is true, and the books are in no git repository")
                .because("git is not installed, or `git init` was not run in the books")
                .next("git init, or set [git] commit = false"),
        ));
    };
    let mut staged = git.unrelated(books, period).map_err(|why| {
        nothing(
            Problem::stop("git", "git does not say what is staged").because(why).next("run git status in the books"),
        )
    })?;
    if staged.is_empty() {
        return Ok(());
    }
    let first = staged.remove(0);
    Err(nothing(
        Problem::usage("git-staged", format!("{first} is staged in git and does not belong to this close"))
            .also(staged)
            .because("the commit of the close is to hold the close and nothing else")
            .next("commit it, or take it back with git restore --staged"),
    ))
}
