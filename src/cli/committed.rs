//! `[git] commit = true`: what a command changed is committed when it is done.

use super::context::Context;
use super::{remembered, stamping};
use crate::audit::chain::{self, Chain};
use crate::audit::git::{self, Git};
use crate::books::config::Config;
use crate::books::layout::CHAIN;
use crate::close::seal::Closed;
use crate::model::period::Period;
use crate::model::problem::Problem;

/// What the message of a close's tag has before the chain's head.
pub(super) const HEAD: &str = "head of the audit chain ";

/// The tags of closes that name a head which the chain never had, with it: events were taken away,
/// or a backup was restored over later ones.
pub(super) fn unknown_heads(context: &Context<'_>, chain: &Chain) -> Vec<(String, String)> {
    let Some(git) = Git::open(&context.books, &context.environment.variables) else { return Vec::new() };
    let head =
        |message: &str| message.lines().find_map(|line| line.strip_prefix(HEAD).map(|head| head.trim().to_owned()));
    let named = git.close_tags().into_iter().filter_map(|(name, message)| Some((name, head(&message)?)));
    named.filter(|(_, head)| !chain.had(head)).collect()
}

/// Refuses to number documents upon a chain that git knows to have been longer.
pub(super) fn is_longest(context: &Context<'_>) -> Result<(), Problem> {
    let (chain, _) = chain::load(&context.books)?;
    match unknown_heads(context, &chain).into_iter().next() {
        None => Ok(()),
        Some((tag, _)) => {
            Err(Problem::unverified("chain-cut", format!("git's tag {tag} is of a close that {CHAIN} does not have"))
                .because("a backup or another clone lies here, and its next numbers were used")
                .next(format!(
                    "restore closes and audit as they were at that tag: git checkout {tag} -- closes audit; of two clones: crossfoot explain two-clones"
                ))
                .not_done("No invoice was issued."))
        }
    }
}

/// Looks before a command begins whether its commit will be its own.
pub(super) fn before(context: &Context<'_>, config: &Config, period: &Period) -> Result<(), Problem> {
    if config.commits { git::check(&context.books, &context.environment.variables, period) } else { Ok(()) }
}

/// Commits what a command has changed.
pub(super) fn after(context: &Context<'_>, config: &Config, period: &Period, what: &str) -> Result<(), Problem> {
    let message = format!("{what} {}\n\nBy crossfoot {}.", period.name, env!("CARGO_PKG_VERSION"));
    commit(context, config, period, &message, None)
}

/// Has a close stamped, commits it, and tags a new seal.
pub(super) fn close(context: &Context<'_>, config: &Config, period: &Period, closed: &Closed) -> Result<(), Problem> {
    remembered::sealed(context, config);
    stamping::last(context, config, period);
    let facts = format!(
        "{}; issued {}\n\nmanifest.json SHA-256 {}\n{HEAD}{}\nBy crossfoot {}.",
        closed.derived.reconciliation.outcome(),
        closed.new.len(),
        closed.manifest_sha256,
        closed.chain_head,
        env!("CARGO_PKG_VERSION")
    );
    let message = format!("close {}: {facts}", period.name);
    commit(context, config, period, &message, closed.sealed.then_some(message.as_str()))
}

fn commit(
    context: &Context<'_>,
    config: &Config,
    period: &Period,
    message: &str,
    tag: Option<&str>,
) -> Result<(), Problem> {
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
    let git = Git::open(&context.books, &context.environment.variables)
        .ok_or_else(|| failed("there is no repository".into()))?;
    let now = context.environment.clock()?();
    let commit = git.commit(&context.books, period, message, now).map_err(failed)?;
    if let Some(commit) = &commit {
        context.out.say(&format!("Committed to git: {}", commit.get(..12).unwrap_or(commit)));
    }
    if let Some(message) = tag {
        let (chain, _) = chain::load(&context.books)?;
        let name = git.tag(period, chain.of(&period.name).count(), message, now).map_err(failed)?;
        context.out.say(&format!("Tagged: {name}"));
    }
    Ok(())
}
