//! `crossfoot trust`: what the settings send where, shown and confirmed, once per user; and the
//! secrets themselves, which nobody gets before.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::args;
use super::ask;
use super::context::Context;
use crate::audit::git::Git;
use crate::books::config::{self, Config, Mailing};
use crate::books::layout::{CONFIG, optional};
use crate::books::trust::{Release, to_mail_server, to_partner};
use crate::capture::client::host_of;
use crate::capture::credentials::{self, Credentials, Secret};
use crate::model::problem::{Exit, Problem, io};

/// The file of what was confirmed, below the user's folder of settings: a digest and words a line.
const FILE: &str = "crossfoot/trusted";

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    file: String,
    releases: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    what: &'static str,
    to: &'a str,
    secrets: &'a [String],
    because: &'a [String],
    confirmed: bool,
}

pub(super) fn run(context: &Context<'_>, args: &args::Trust) -> Result<Exit, Problem> {
    let (config, _) = config::load(&context.books)?;
    let mut releases = vec![of_partner(context, &config)?];
    releases.extend(to_mail_server(&config.mailing, &context.books.root));
    releases.retain(|release| !release.because.is_empty());
    let file = if releases.is_empty() { PathBuf::new() } else { file_of(context)? };
    let mut known = if releases.is_empty() { BTreeSet::new() } else { confirmed(&file)? };
    let open: Vec<&Release> = releases.iter().filter(|release| !known.contains(&release.digest())).collect();
    let mut text = String::new();
    for release in &releases {
        let state = if known.contains(&release.digest()) { "confirmed" } else { "not confirmed" };
        text.push_str(&format!("{state}: {}\n  because {}\n", release.words(), release.because.join("; ")));
    }
    if releases.is_empty() {
        text.push_str("These settings send no secret that would have to be confirmed.\n");
    }
    if !open.is_empty() {
        if !args.yes {
            if !ask::somebody(context) {
                let also = open[1..].iter().map(|release| release.words()).collect();
                return Err(refusal(context, open[0]).also(also).next("read it, then: crossfoot trust --yes"));
            }
            context.out.text(&text)?;
            text.clear();
            if ask::optional(context, "May these secrets go there? Type yes", "no") != "yes" {
                context.out.say("Nothing was confirmed.");
                return Ok(Exit::Findings);
            }
        }
        add(&file, &open)?;
        known.extend(open.iter().map(|release| release.digest()));
        text.push_str(&format!("Confirmed, in {}.\n", file.display()));
    }
    let rows = releases.iter().map(|release| Row {
        what: release.what,
        to: &release.to,
        secrets: &release.secrets,
        because: &release.because,
        confirmed: known.contains(&release.digest()),
    });
    let document =
        Document { schema: "crossfoot/trust/v1", file: file.display().to_string(), releases: rows.collect() };
    context.out.result(&text, &document)?;
    Ok(Exit::Done)
}

/// The partner's credentials, where they may go there.
///
/// # Errors
/// Nobody has confirmed that; there are none; their file would be committed.
pub(super) fn partner(context: &Context<'_>, config: &Config) -> Result<Credentials, Problem> {
    let nothing = |p: Problem| p.not_done("Nothing was fetched.");
    check(context, &of_partner(context, config)?).map_err(nothing)?;
    if let Some(file) = &config.upstream.auth_token_file {
        uncommitted(context, file).map_err(nothing)?;
    }
    credentials::find(&config.upstream, &context.books.root, &|name| context.environment.variable(name))
}

/// The mail server's password, where it may go there; None where nobody logs in.
///
/// # Errors
/// As [`partner`].
pub(super) fn mail_server(context: &Context<'_>, mailing: &Mailing) -> Result<Option<(String, Secret)>, Problem> {
    let Some(user) = &mailing.user else { return Ok(None) };
    if let Some(release) = to_mail_server(mailing, &context.books.root) {
        check(context, &release)?;
    }
    let variable = |name: &str| context.environment.variable(name);
    let password = match &mailing.password_file {
        Some(file) => {
            uncommitted(context, file)?;
            credentials::from_file(&context.books.path(file))
        }
        None => credentials::from_environment(&mailing.password_env, "mail server's password", &variable),
    };
    Ok(Some((user.clone(), password?)))
}

fn of_partner(context: &Context<'_>, config: &Config) -> Result<Release, Problem> {
    let (host, port) = host_of(&config.upstream.base_url)?;
    Ok(to_partner(&config.upstream, &context.books.root, (&host, port)))
}

fn check(context: &Context<'_>, release: &Release) -> Result<(), Problem> {
    if release.because.is_empty() || confirmed(&file_of(context)?)?.contains(&release.digest()) {
        return Ok(());
    }
    Err(refusal(context, release))
}

fn refusal(context: &Context<'_>, release: &Release) -> Problem {
    Problem::usage(
        "not-confirmed",
        format!("{CONFIG} sends secrets where nobody has confirmed it: {}", release.words()),
    )
    .at(context.books.path(CONFIG).display().to_string())
    .because(release.because.join("; "))
    .next(format!("if these settings are yours, or you trust them: crossfoot trust{}", context.same_books()))
}

/// The user's file of what was confirmed.
///
/// # Errors
/// There is no such place outside the books.
fn file_of(context: &Context<'_>) -> Result<PathBuf, Problem> {
    let whole = |name: &str| context.environment.variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let folder = whole("XDG_CONFIG_HOME")
        .or_else(|| whole("APPDATA"))
        .or_else(|| whole("HOME").map(|home| home.join(".config")))
        .ok_or_else(|| {
            Problem::usage("trust-file", "there is no place for what you confirm")
                .because("neither XDG_CONFIG_HOME nor HOME is set")
                .next("set XDG_CONFIG_HOME to a folder of your own")
        })?;
    let file = folder.join(FILE);
    // The nearest folder that is there, as it lies there.
    let real = file.ancestors().find_map(|folder| folder.canonicalize().ok());
    let root = context.books.root.canonicalize().ok();
    if real.zip(root).is_some_and(|(real, root)| real.starts_with(root)) {
        return Err(Problem::usage("trust-file", "what you confirm would lie in the books")
            .at(file.display().to_string())
            .because("whoever can write the books could confirm for you")
            .next("set XDG_CONFIG_HOME to a folder outside the books"));
    }
    Ok(file)
}

/// The digests of what was confirmed.
///
/// # Errors
/// The file cannot be read, or others can write it.
fn confirmed(file: &Path) -> Result<BTreeSet<String>, Problem> {
    let Some(bytes) = optional("trust-file", file)? else { return Ok(BTreeSet::new()) };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(file).map(|m| m.permissions().mode()).unwrap_or_default();
        if mode & 0o022 != 0 {
            return Err(Problem::usage("trust-file", "others can write what you have confirmed")
                .at(file.display().to_string())
                .because(format!("its permissions are {:o}", mode & 0o777))
                .next(format!("read it, then chmod 600 {}", file.display())));
        }
    }
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect())
}

/// Adds what was confirmed, for the user alone to read.
fn add(file: &Path, releases: &[&Release]) -> Result<(), Problem> {
    let failed = |e: std::io::Error| io("trust-file", "write", file, &e).not_done("Nothing was confirmed.");
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let lines: String = releases.iter().map(|release| format!("{}  {}\n", release.digest(), release.words())).collect();
    let mut opened = options.open(file).map_err(failed)?;
    opened.write_all(lines.as_bytes()).and_then(|()| opened.sync_all()).map_err(failed)
}

/// Makes sure that git would not commit a file with a secret.
fn uncommitted(context: &Context<'_>, file: &Path) -> Result<(), Problem> {
    let git = Git::open(&context.books, &context.environment.variables);
    if git.is_none_or(|git| !git.would_commit(&file.to_string_lossy())) {
        return Ok(());
    }
    Err(Problem::usage("token-file-in-git", "git would commit a file with a secret, or has it already")
        .at(context.books.path(file).display().to_string())
        .because("the books are in a git repository, and the file is not ignored there")
        .next("move it out of the books, or name it in .gitignore; if it was ever committed, have the secret changed"))
}
