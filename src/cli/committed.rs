//! `[git] commit = true`: what a command changed is committed when it is done.

use std::collections::{BTreeMap, BTreeSet};

use super::context::Context;
use super::{remembered, stamping};
use crate::audit::chain::{self, Chain};
use crate::audit::git::{self, Git, Tag};
use crate::books::changeset::write_apart;
use crate::books::config::Config;
use crate::books::layout::{CHAIN, WORK, optional};
use crate::close::seal::Closed;
use crate::model::period::Period;
use crate::model::problem::Problem;

/// What the message of a close's tag has before the chain's head.
pub(super) const HEAD: &str = "head of the audit chain ";

/// The head that the message of a tag or a commit names.
fn named_head(message: &str) -> Option<&str> {
    message.lines().find_map(|line| line.strip_prefix(HEAD)).map(str::trim)
}

/// The head of a commit's chain, if that has events which this one lacks. Books that were made anew
/// have another first line, and are others.
fn ahead(git: &Git<'_>, chain: &Chain, commit: &str) -> Option<String> {
    let theirs = chain::read(git.at(commit, CHAIN)?.as_bytes()).ok()?;
    let is_of_these = chain.events.first().is_some_and(|first| theirs.events.first() == Some(first));
    (is_of_these && !chain.had(&theirs.head)).then_some(theirs.head)
}

/// Where this branch is pulled from, as it was last fetched.
const UPSTREAM: &str = "@{upstream}";

/// What git knows of the chain that does not fit.
#[derive(Default)]
pub(super) struct Known {
    /// What is broken, a sentence each: events were taken away, a backup was restored over later
    /// ones, or a tag was moved.
    pub(super) broken: Vec<String>,
    /// What is to be known.
    pub(super) notes: Vec<String>,
}

/// Compares the chain with git's tags of closes, with what is committed, and with what was fetched.
pub(super) fn known(context: &Context<'_>, chain: &Chain) -> Known {
    let mut known = Known::default();
    let Some(git) = Git::open(&context.books, &context.environment.variables) else { return known };
    let (mut expected, mut seals) = (BTreeMap::new(), BTreeMap::new());
    for event in &chain.events {
        let nth: &mut usize = seals.entry(event.period.as_str()).or_default();
        *nth += 1;
        expected.insert(git::tag_name(&event.period, *nth), (event.sequence, chain.head_at(event.sequence)));
    }
    let mut first = None;
    for Tag { name, is_annotated, message } in git.close_tags() {
        let Some(head) = named_head(&message) else { continue };
        let of = expected.remove(&name);
        if !chain.had(head) {
            known.broken.push(format!("git's tag {name} names the head {head}, which it never had"));
        } else if let Some((sequence, _)) = of.filter(|(_, own)| *own != Some(head)) {
            known.broken.push(format!("git's tag {name} names another head than that of event {sequence}"));
        } else if git.at(&name, CHAIN).is_some_and(|there| chain::read(there.as_bytes()).is_ok_and(|c| c.head != head))
        {
            known
                .broken
                .push(format!("git's tag {name} was moved: the chain of its commit does not end with its head"));
        }
        if !is_annotated {
            known.notes.push(format!("git's tag {name} is a bare one: it says nothing of its own"));
        }
        first = of.map(|(sequence, _)| sequence).into_iter().chain(first).min();
    }
    // Before the first that has one, nothing was tagged.
    let untagged = expected.into_iter().filter(|(_, (sequence, _))| first.is_some_and(|first| first < *sequence));
    let untagged: Vec<String> = untagged.map(|(name, _)| name).collect();
    if !untagged.is_empty() {
        let names = untagged.join(", ");
        known.notes.push(format!("git has no tag {names}: deleted, never made, or not fetched (git fetch --tags)"));
    }
    if let Some(head) = ahead(&git, chain, "HEAD") {
        known.broken.push(format!("what is committed has the head {head}, which it never had"));
    }
    if ahead(&git, chain, UPSTREAM).is_some() {
        known.notes.push("the branch that this one is pulled from has events that are not here: git pull".to_owned());
    }
    known
}

/// The folder's file of heads that a person has given up, a line each: git's log of where this clone has
/// been keeps naming them.
const LEFT: &str = "left";

/// Refuses to number documents upon a chain that this clone has seen longer and was taken back, with
/// its tags: git keeps a log of where it has been. `accept` goes on without those events, and says so.
///
/// # Errors
/// Such events (exit 4).
fn was_longer(context: &Context<'_>, git: &Git<'_>, chain: &Chain, accept: bool) -> Result<(), Problem> {
    let messages = git.been_at();
    let heads: Vec<&str> = messages.iter().filter_map(|message| named_head(message)).collect();
    let file = context.books.path(WORK).join(LEFT);
    let left = optional("left", &file)?.unwrap_or_default();
    let left = String::from_utf8_lossy(&left);
    let is_known = |head: &&&str| chain.had(head) || left.lines().any(|line| line == **head);
    // Books that were made anew in an old repository share no line with what was here before.
    if !chain.events.is_empty() && !heads.iter().any(|head| chain.had(head)) {
        return Ok(());
    }
    let lost: BTreeSet<&str> = heads.iter().filter(|head| !is_known(head)).copied().collect();
    let Some(head) = lost.first() else { return Ok(()) };
    let what = format!("this clone was at a close that {CHAIN} does not have: its head was {head}");
    if !accept {
        return Err(Problem::unverified("chain-cut", what)
            .because("it was taken back, and its numbers were used; git reflog shows when")
            .next("restore closes and audit as they were: git reflog, then git checkout COMMIT -- closes audit; only where those events are given up for good, of two clones for example: --accept-restored")
            .not_done("No invoice was issued."));
    }
    context.out.say(&format!("warning: {what}; you go on without it, and its numbers are used again"));
    let all: String = left.lines().chain(lost.iter().copied()).map(|head| format!("{head}\n")).collect();
    write_apart(&context.books.path(WORK), &[(LEFT, all.into_bytes())])
}

/// Refuses to number documents upon a chain that git knows to have been longer. `accept`: events that
/// only git's log of where this clone has been names are given up.
pub(super) fn is_longest(context: &Context<'_>, accept: bool) -> Result<(), Problem> {
    let (chain, _) = chain::load(&context.books)?;
    let Some(git) = Git::open(&context.books, &context.environment.variables) else { return Ok(()) };
    let refused = |what: String, next: String| {
        Err(Problem::unverified("chain-cut", what)
            .because("a backup or another clone lies here, and its next numbers were used")
            .next(format!("{next}; of two clones: crossfoot explain two-clones"))
            .not_done("No invoice was issued."))
    };
    let is_unknown = |tag: &Tag| named_head(&tag.message).is_some_and(|head| !chain.had(head));
    if let Some(Tag { name, .. }) = git.close_tags().into_iter().find(is_unknown) {
        return refused(
            format!("git's tag {name} is of a close that {CHAIN} does not have"),
            format!("restore closes and audit as they were at that tag: git checkout {name} -- closes audit"),
        );
    }
    if ahead(&git, &chain, "HEAD").is_some() {
        return refused(
            format!("what is committed has events that {CHAIN} does not have"),
            "restore closes and audit as they were committed: git checkout HEAD -- closes audit".to_owned(),
        );
    }
    if ahead(&git, &chain, UPSTREAM).is_some() {
        return refused(
            format!("the branch that this one is pulled from has events that {CHAIN} does not have"),
            "git pull".to_owned(),
        );
    }
    was_longer(context, &git, &chain, accept)
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
