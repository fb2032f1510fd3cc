//! What this user has seen of the books, kept outside of them: a backup or another clone that lies
//! in their place is found before a number is used a second time. Only of books that sign their
//! seals, or ask for it, and only by the same folder and first line: books that are copied or made
//! anew are others.

use std::path::{Path, PathBuf};

use super::context::Context;
use crate::audit::chain::{self, Chain};
use crate::books::changeset::write_apart;
use crate::books::config::Config;
use crate::books::layout::{CHAIN, optional};
use crate::model::digest::sha256_hex;
use crate::model::problem::Problem;

/// Below the user's folder of what programs keep: a file for each books, with the sequence and the
/// head of the last line that was seen, and the books' path for people.
const FOLDER: &str = "crossfoot/chains";

/// Makes sure that the chain is the one that was seen here, or goes on from it; then it is what was
/// seen. `accept` takes another one for it, and says so.
///
/// # Errors
/// It is shorter than what was seen, or another (exit 4).
pub(super) fn check(context: &Context<'_>, config: &Config, accept: bool) -> Result<(), Problem> {
    let (chain, _) = chain::load(&context.books)?;
    let Some(file) = file_of(context, &chain) else { return Ok(()) };
    let Some((sequence, head)) = (config.record != Some(false)).then(|| read(context, &file)).flatten() else {
        if is_kept(context, config) && !chain.events.is_empty() {
            keep(context, &file, &chain);
        }
        return Ok(());
    };
    if chain.head_at(sequence) == Some(head.as_str()) {
        keep(context, &file, &chain);
        return Ok(());
    }
    let lacks = if (chain.events.len() as u64) < sequence { "lacks" } else { "has another" };
    let what = format!("{CHAIN} {lacks} event {sequence}, which you have seen here");
    if accept {
        context.out.say(&format!("warning: {what}; you go on without it, and its numbers are used again"));
        keep(context, &file, &chain);
        return Ok(());
    }
    Err(Problem::unverified("chain-restored", what)
        .because(format!(
            "a backup or another clone lies here, and numbers after it were used; {} has the head {head}",
            file.display()
        ))
        .next("restore closes and audit as they were; two clones that closed: crossfoot explain two-clones; only where those events are lost for good: crossfoot close --accept-restored")
        .not_done("No number was used, and nothing was sent."))
}

/// Keeps what a command has sealed.
pub(super) fn sealed(context: &Context<'_>, config: &Config) {
    let Ok((chain, _)) = chain::load(&context.books) else { return };
    if let Some(file) = file_of(context, &chain).filter(|file| is_kept(context, config) || file.exists()) {
        keep(context, &file, &chain);
    }
}

/// Whether a record is begun. One that there is is asked all the same: who takes the key out of the
/// settings does not take away what was seen.
fn is_kept(context: &Context<'_>, config: &Config) -> bool {
    let signs = || {
        let named = context.environment.variable("CROSSFOOT_SIGNING_KEY").is_some_and(|name| !name.is_empty());
        named || config.signing_key.is_some() || config.signatures_required || config.approvals > 1
    };
    config.record.unwrap_or_else(signs)
}

/// Where it is kept of these books; None where there is no such place.
fn file_of(context: &Context<'_>, chain: &Chain) -> Option<PathBuf> {
    let whole = |name: &str| context.environment.variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let folder = whole("XDG_STATE_HOME").or_else(|| whole("HOME").map(|home| home.join(".local/state")))?;
    let root = context.books.root.canonicalize().ok()?;
    // In the books it would be restored with them.
    let nearest = folder.ancestors().find_map(|folder| folder.canonicalize().ok())?;
    if nearest.starts_with(&root) {
        return None;
    }
    Some(folder.join(FOLDER).join(name_of(&root, chain.head_at(1).unwrap_or_default())))
}

/// The record's name: by the books' folder and first line, or, with none, by the folder alone.
fn name_of(root: &Path, first: &str) -> String {
    sha256_hex(format!("{}\n{first}\n", root.display()).as_bytes())
}

/// What was seen; None where nothing was, where the file is none of ours, or where it cannot be
/// read, which is told: right books are not refused for it.
fn read(context: &Context<'_>, file: &Path) -> Option<(u64, String)> {
    let bytes = optional("record", file).unwrap_or_else(|problem| {
        context.out.say(&format!("note: {}, so it is not known whether a backup lies here", problem.reason()));
        None
    })?;
    let text = String::from_utf8_lossy(&bytes);
    let mut words = text.split_whitespace();
    let sequence = words.next().and_then(|word| word.parse().ok());
    sequence
        .zip(words.next().map(str::to_owned))
        .filter(|(_, head)| head.len() == 64 && head.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn keep(context: &Context<'_>, file: &Path, chain: &Chain) {
    let text = format!("{} {}\n{}\n", chain.events.len(), chain.head, context.books.root.display());
    let (Some(folder), Some(name)) = (file.parent(), file.file_name().and_then(|name| name.to_str())) else { return };
    // Also by the folder alone: a backup from before the first close has no first line.
    let by_folder = context.books.root.canonicalize().map(|root| name_of(&root, "")).unwrap_or_default();
    let mut files = vec![(name, text.clone().into_bytes())];
    if !by_folder.is_empty() && by_folder != name {
        files.push((by_folder.as_str(), text.into_bytes()));
    }
    // Where nothing can be kept nothing is: a close does not depend on it.
    if let Err(problem) = write_apart(folder, &files) {
        context.out.detail(&format!("what was seen of the chain is not kept: {}", problem.reason()));
    }
}
