//! `crossfoot verify`: says in one line whether what was sealed still holds, or what broke.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use serde::Serialize;

use super::args::Since;
use super::context::Context;
use super::{args, committed as commits};
use crate::audit::chain::{self, Event};
use crate::audit::git::Git;
use crate::books::changeset;
use crate::books::layout::{CHAIN, CONFIG};
use crate::books::lock::Lock;
use crate::close::verdict::{self, Report, Stamps};
use crate::close::{stamps, verify};
use crate::model::problem::{Exit, Problem};
use crate::render::text::Paint;

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    verified: bool,
    events: usize,
    chain_head: &'a str,
    /// Invoices that were mailed.
    mailed: usize,
    signatures: Signatures<'a>,
    /// Where an authority is to stamp the chain.
    #[serde(skip_serializing_if = "Option::is_none")]
    time_stamps: Option<TimeStamps<'a>>,
    periods: Vec<Period<'a>>,
    /// Periods that were sealed before --since, and were not looked at.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    left_out: &'a [String],
    broken: Vec<Broken<'a>>,
}

#[derive(Serialize)]
struct Signatures<'a> {
    signed: usize,
    /// Places in the chain.
    unsigned: &'a [u64],
    by: Vec<Signer<'a>>,
}

#[derive(Serialize)]
struct Signer<'a> {
    who: &'a str,
    key: &'a str,
    seals: usize,
}

#[derive(Serialize)]
struct TimeStamps<'a> {
    stamped: Vec<Stamp<'a>>,
    /// Places in the chain.
    missing: &'a [u64],
    /// Why those that are there were not checked.
    unchecked: Option<&'a str>,
    /// What they were checked by.
    certificates: Option<&'a str>,
    certificates_sha256: Option<&'a str>,
}

#[derive(Serialize)]
struct Stamp<'a> {
    event: u64,
    at: &'a str,
    by: &'a str,
}

impl<'a> TimeStamps<'a> {
    fn of(stamps: &'a Stamps) -> Self {
        Self {
            stamped: stamps.held.iter().map(|s| Stamp { event: s.sequence, at: &s.at, by: &s.by }).collect(),
            missing: &stamps.missing,
            unchecked: stamps.unchecked.as_deref(),
            certificates: stamps.by_certificates.as_ref().map(|(path, _)| path.as_str()),
            certificates_sha256: stamps.by_certificates.as_ref().map(|(_, sha256)| sha256.as_str()),
        }
    }
}

#[derive(Serialize)]
struct Period<'a> {
    period: &'a str,
    outcome: &'a str,
    sealed_at: &'a str,
    /// Who prepared and who approved it, where two people did.
    #[serde(skip_serializing_if = "Option::is_none")]
    approval: Option<&'a str>,
    seals: usize,
    files: usize,
    invoices: usize,
    /// Null where the books are in no git repository.
    git: Option<Committed>,
}

/// Whether what is committed is what was sealed.
#[derive(Clone, Serialize)]
pub(super) struct Committed {
    commit: Option<String>,
    is_committed: bool,
    /// Files of the seal that are not committed as they lie here.
    uncommitted: Vec<String>,
}

/// What git has of each period of a report.
fn committed(context: &Context<'_>, report: &Report) -> BTreeMap<String, Committed> {
    let Some(git) = Git::open(&context.books, &context.environment.variables) else { return BTreeMap::new() };
    if let Some(why) = git.distrusted() {
        context.out.say(&format!("note: {why}, so it is not known what is committed"));
        return BTreeMap::new();
    }
    let look = |name: &String| {
        let period = crate::model::period::Period::parse(name).ok()?;
        let (uncommitted, commit) = git.uncommitted(&period).ok()?;
        Some((
            name.clone(),
            Committed { is_committed: uncommitted.is_empty() && commit.is_some(), commit, uncommitted },
        ))
    };
    report.periods.iter().filter_map(|p| look(&p.period)).collect()
}

/// The last event before what is asked for; 0 where there is none.
fn before(context: &Context<'_>, since: &Since) -> Result<u64, Problem> {
    // A chain that does not hold is told by what follows.
    let Ok((chain, _)) = chain::load(&context.books) else { return Ok(0) };
    let last = match since {
        Since::Period(period) => chain.of(&period.name).last().map(|event| event.sequence).ok_or_else(|| {
            Problem::stop("not-sealed", format!("{} has not been closed in these books", period.name))
                .next("name a period that was, or a day: --since 2026-04-01")
        })?,
        Since::Day(day) => {
            let is_before = |event: &&Event| event.time().is_some_and(|at| at.date_naive() < *day);
            chain.events.iter().take_while(is_before).last().map_or(0, |event| event.sequence)
        }
    };
    Ok(last)
}

/// Tells events that have not been, by this machine's clock; a day's difference is the clock's. Which of
/// the two is wrong nobody can tell here.
fn in_future(context: &Context<'_>) -> Result<(), Problem> {
    let now = context.environment.clock()?();
    let Ok((chain, _)) = chain::load(&context.books) else { return Ok(()) };
    let is_to_come = |event: &&Event| event.time().is_some_and(|at| at > now + TimeDelta::days(1));
    if let Some(event) = chain.events.iter().find(is_to_come) {
        let (sequence, at, today) = (event.sequence, &event.at, now.format("%Y-%m-%d"));
        context
            .out
            .say(&format!("warning: event {sequence} is of {at}, and this clock says {today}: one of them is wrong"));
    }
    Ok(())
}

/// What git knows of the chain: one that was written anew, or cut, has other heads.
fn known_to_git(context: &Context<'_>, report: &mut Report) -> Result<(), Problem> {
    let (chain, _) = chain::load(&context.books)?;
    let known = commits::known(context, &chain);
    for what in known.broken {
        report.broken.push(verdict::Broken { file: CHAIN.to_owned(), field: None, what });
    }
    for note in known.notes {
        context.out.say(&format!("note: {note}"));
    }
    Ok(())
}

#[derive(Serialize)]
struct Broken<'a> {
    file: &'a str,
    field: Option<&'a str>,
    what: &'a str,
}

pub(super) fn run(context: &Context<'_>, args: &args::Verify) -> Result<Exit, Problem> {
    if ![CONFIG, CHAIN, "closes"].iter().any(|name| context.books.path(name).exists()) {
        return Err(Problem::usage("no-books", format!("there are no books at {}", context.books.root.display()))
            .next("name the folder with --books DIR"));
    }
    let _lock = Lock::read(&context.books)?;
    if let Some(doing) = changeset::unfinished(&context.books)? {
        return Err(Problem::stop(
            "unfinished",
            format!("`{doing}` was interrupted after it was decided and is not finished"),
        )
        .next(format!("finish it by running it again: crossfoot {doing}"))
        .not_done("Nothing was verified."));
    }
    let since = args.since.as_ref().map_or(Ok(0), |since| before(context, since))?;
    let mut report = verify::verify(&context.books, args.period.as_ref(), since)?;
    stamps::check(&context.books, args.timestamp_ca.as_deref(), &context.environment.variables, &mut report)?;
    in_future(context)?;
    // A chain that does not hold has no heads.
    if let Some(head) = args.head.as_ref().filter(|_| report.broken.is_empty())
        && !chain::load(&context.books)?.0.had(head)
    {
        let what = format!("it never had the head {head}: events were taken away, or all were written anew");
        report.broken.push(verdict::Broken { file: CHAIN.to_owned(), field: None, what });
    }
    if report.broken.is_empty() {
        known_to_git(context, &mut report)?;
    }
    if let Some(period) = &args.period
        && report.periods.is_empty()
        && report.broken.is_empty()
    {
        return Err(Problem::stop("not-sealed", format!("{} has not been closed in these books", period.name))
            .next(format!("crossfoot close --period {}", period.name)));
    }
    let git = committed(context, &report);
    if context.out.is_json() {
        context.out.document(&document(&report, &git))?;
    } else {
        context.out.text(&text(context.out, &report, &git))?;
    }
    Ok(if report.broken.is_empty() { Exit::Done } else { Exit::Unverified })
}

fn document<'a>(report: &'a Report, git: &BTreeMap<String, Committed>) -> Document<'a> {
    Document {
        schema: "crossfoot/verify/v1",
        verified: report.broken.is_empty(),
        events: report.events,
        chain_head: &report.head,
        mailed: report.sent,
        signatures: Signatures {
            signed: report.signatures.signed(),
            unsigned: &report.signatures.unsigned,
            by: report.signatures.by.iter().map(|((who, key), seals)| Signer { who, key, seals: *seals }).collect(),
        },
        time_stamps: report.stamps.are_wanted.then(|| TimeStamps::of(&report.stamps)),
        periods: report
            .periods
            .iter()
            .map(|p| Period {
                period: &p.period,
                outcome: &p.outcome,
                sealed_at: &p.at,
                approval: p.approval.as_deref(),
                seals: p.seals,
                files: p.files,
                invoices: p.invoices,
                git: git.get(&p.period).cloned(),
            })
            .collect(),
        left_out: &report.left_out,
        broken: report
            .broken
            .iter()
            .map(|b| Broken { file: &b.file, field: b.field.as_deref(), what: &b.what })
            .collect(),
    }
}

/// How many broken places the terminal shows.
const SHOWN: usize = 20;

/// Who signed, in words.
fn signed(report: &Report) -> Option<String> {
    let (all, unsigned) = (report.signatures.signed() + report.signatures.unsigned.len(), &report.signatures.unsigned);
    if unsigned.len() == all {
        return (all > 0).then(|| format!("Signed: none of {all} seals"));
    }
    let by = report.signatures.by.iter().map(|((who, key), seals)| format!("{seals} by {who} ({key})"));
    let by = by.collect::<Vec<_>>().join(", ");
    let numbers = unsigned.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
    let without = if unsigned.is_empty() { String::new() } else { format!("; without a signature: {numbers}") };
    Some(format!("Signed: {} of {all} seals, {by}{without}", report.signatures.signed()))
}

/// Which events an authority stamped, in words.
fn stamped(stamps: &Stamps, events: usize) -> Option<String> {
    if !stamps.are_wanted || events == 0 {
        return None;
    }
    if let Some(why) = &stamps.unchecked {
        return Some(format!("Time stamps: not checked ({why})"));
    }
    let name =
        |by: &str| if by.is_empty() { "an authority that the stamp does not name".to_owned() } else { by.to_owned() };
    let last = stamps.held.last().map_or_else(String::new, |last| {
        format!("; the last, of event {}, by {} at {}", last.sequence, name(&last.by), last.at)
    });
    let later = |at: &u64| stamps.held.iter().any(|held| held.sequence > *at);
    let (covered, bare): (Vec<u64>, Vec<u64>) = stamps.missing.iter().partition(|at| later(at));
    let list = |numbers: &[u64]| numbers.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
    let covered = match covered.as_slice() {
        [] => String::new(),
        some => format!("; {} stand before one that has it", list(some)),
    };
    let bare = match bare.as_slice() {
        [] => String::new(),
        some => format!("; without: {} (the next close asks for one)", list(some)),
    };
    Some(format!("Time stamps: {} of {events} events{last}{covered}{bare}", stamps.held.len()))
}

/// The outcome for a person.
pub(super) fn text(paint: &dyn Paint, report: &Report, git: &BTreeMap<String, Committed>) -> String {
    let mut lines = Vec::new();
    for p in &report.periods {
        lines.push(format!(
            "{}  {}, sealed {} ({} in all): {} files, {} invoices drawn again",
            p.period, p.outcome, p.at, p.seals, p.files, p.invoices
        ));
        lines.extend(p.approval.iter().map(|words| format!("         {words}")));
        match git.get(&p.period) {
            Some(Committed { is_committed: true, commit, .. }) => lines.push(format!(
                "         git: what is committed ({}) is what was sealed",
                commit.as_deref().unwrap_or_default()
            )),
            Some(Committed { uncommitted, .. }) => lines.push(format!(
                "         git: not committed as sealed: {}",
                match &uncommitted[..] {
                    [] => "there is no commit yet".to_owned(),
                    [one] => one.clone(),
                    [one, more @ ..] => format!("{one} and {} more", more.len()),
                }
            )),
            None => {}
        }
    }
    if !report.left_out.is_empty() {
        let names = report.left_out.join(", ");
        lines.push(format!("Sealed before, and not looked at again but in the chain: {names}"));
    }
    if report.sent > 0 {
        lines.push(format!("Mailed: {} invoices, by a journal that holds", report.sent));
    }
    lines.extend(signed(report));
    lines.extend(stamped(&report.stamps, report.events));
    for broken in report.broken.iter().take(SHOWN) {
        let field = broken.field.as_ref().filter(|f| !f.is_empty()).map_or_else(String::new, |f| format!(", {f}"));
        lines.push(format!("{} {}{field}: {}", paint.bad("broken"), broken.file, broken.what));
    }
    if report.broken.len() > SHOWN {
        lines.push(format!("and {} more places", report.broken.len() - SHOWN));
    }
    if let Some(period) = &report.alone {
        lines.push(format!(
            "Only {period} lies here, as in an archive of crossfoot pack: crossfoot verify --period {period}"
        ));
    }
    lines.push(if !report.broken.is_empty() {
        paint.bad("Does not verify.")
            + " What was sealed is not what lies here: restore the files from git or a\nbackup; or, where an input was corrected on purpose, close that period again."
    } else if report.events == 0 {
        "Nothing has been sealed in these books yet.".to_owned()
    } else {
        format!("{} The chain of {} holds; its head is\n{}", paint.good("Verified."), report.events, report.head)
    });
    lines.join("\n") + "\n"
}
