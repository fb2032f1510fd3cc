//! `[git] commit = true`: what a command changed is committed when it is done.

use super::Job;
use crate::audit::git::{self, Git};
use crate::audit::seal::{self, Closed};
use crate::books::config::Config;
use crate::model::period::Period;
use crate::model::problem::Problem;

/// Looks before a command begins whether its commit will be its own.
pub(super) fn before(job: &Job<'_>, config: &Config, period: &Period) -> Result<(), Problem> {
    if config.commits { git::check(&job.books, &job.world.environment, period) } else { Ok(()) }
}

/// Commits what a command has changed.
pub(super) fn after(job: &Job<'_>, config: &Config, period: &Period, what: &str) -> Result<(), Problem> {
    let message = format!("{what} {}\n\nBy crossfoot {}.", period.name, env!("CARGO_PKG_VERSION"));
    commit(job, config, period, &message, None)
}

/// Commits a close, and tags a new seal.
pub(super) fn close(job: &Job<'_>, config: &Config, period: &Period, closed: &Closed) -> Result<(), Problem> {
    let facts = format!(
        "{}; issued {}\n\nmanifest.json SHA-256 {}\nhead of the audit chain {}\nBy crossfoot {}.",
        closed.derived.reconciliation.outcome(),
        closed.new.len(),
        closed.manifest_sha256,
        closed.chain_head,
        env!("CARGO_PKG_VERSION")
    );
    let message = format!("close {}: {facts}", period.name);
    commit(job, config, period, &message, closed.sealed.then_some(message.as_str()))
}

fn commit(job: &Job<'_>, config: &Config, period: &Period, message: &str, tag: Option<&str>) -> Result<(), Problem> {
    if !config.commits {
        return Ok(());
    }
    let failed = |why: String| {
        Problem::stop("git", "what was done could not be committed")
            .because(why)
            .next(
                "the books are sealed and whole; correct git's complaint, and run the command again or commit by hand",
            )
            .not_done("Only the commit is missing.")
    };
    let git = Git::open(&job.books, &job.world.environment).ok_or_else(|| failed("there is no repository".into()))?;
    let now = job.world.clock()?();
    let commit = git.commit(&job.books, period, message, now).map_err(failed)?;
    if let Some(commit) = &commit {
        job.out.say(&format!("Committed to git: {}", commit.get(..12).unwrap_or(commit)));
    }
    if let Some(message) = tag {
        let (chain, _) = seal::load_chain(&job.books)?;
        let name = git.tag(period, chain.of(&period.name).count(), message, now).map_err(failed)?;
        job.out.say(&format!("Tagged: {name}"));
    }
    Ok(())
}
