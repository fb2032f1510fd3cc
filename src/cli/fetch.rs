//! `crossfoot fetch`: the partner's answers, kept as received.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::context::Context;
use super::dated::has_begun;
use super::progress::Progress;
use super::{args, trust};
use crate::audit::chain::Chain;
use crate::books::changeset::{self, ChangeSet};
use crate::books::config::{self, Config, MatrixSource};
use crate::books::customers;
use crate::books::layout::{Books, CUSTOMERS};
use crate::books::lock::Lock;
use crate::capture::client::{Client, Request};
use crate::capture::collect::{CaptureRequest, collect};
use crate::capture::credentials::Credentials;
use crate::capture::forecast::{Forecast, forecast as ask_forecast};
use crate::capture::record::{AnswerRecord, NotCaptured, Record, Role, Span};
use crate::capture::staging::{Plan, Staging};
use crate::capture::store::{self, Capture};
use crate::close::inputs::Inputs;
use crate::close::recapture;
use crate::model::digest::sha256_hex;
use crate::model::period::Period;
use crate::model::problem::{Exit, Problem};

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    period: &'a Span,
    folder: String,
    changed: bool,
    matrix: &'a str,
    answers: &'a [AnswerRecord],
    not_captured: &'a [NotCaptured],
    unread: &'a BTreeSet<String>,
    period_matches: bool,
}

#[derive(Serialize)]
struct PlanDocument<'a> {
    schema: &'static str,
    matrix: &'a str,
    requests: BTreeMap<&'a str, u64>,
    total: u64,
    exact: bool,
}

pub(super) fn run(context: &Context<'_>, args: &args::Fetch) -> Result<Exit, Problem> {
    let period = &args.period.period;
    let (config, _) = config::load(&context.books)?;
    // Customers that cannot be read are told where they matter: by reconcile and close.
    let known = std::fs::read(context.books.path(CUSTOMERS)).ok().and_then(|bytes| customers::parse(&bytes).ok());
    let known = known.map(|(customers, _)| customers.into_keys().collect()).unwrap_or_default();
    let asking = Asking { config: &config, period, known };
    has_begun(context, config.timezone, period)?;
    if args.dry_run {
        return dry_run(context, &asking);
    }
    let _lock = begin(context, &format!("fetch --period {}", period.name))?;
    let (capture, changed) = capture(context, &asking, (false, Kept::InBooks), |_| true)?;
    let matches = capture.analytics.period == Some((period.from, period.to));
    let folder = Books::capture_dir(period);
    let record = &capture.record;
    if context.out.is_json() {
        context.out.document(&Document {
            schema: "crossfoot/fetch/v1",
            period: &record.period,
            folder,
            changed,
            matrix: record.matrix.name(),
            answers: &record.answers,
            not_captured: &record.not_captured,
            unread: &capture.unread,
            period_matches: matches,
        })?;
    } else {
        context.out.text(&told(&capture, period, &folder, changed, matches))?;
    }
    Ok(if matches && !record.has_gaps() { Exit::Done } else { Exit::Findings })
}

fn told(capture: &Capture, period: &Period, folder: &str, changed: bool, matches: bool) -> String {
    let record = &capture.record;
    let mut text = if changed {
        format!("Captured {} into {folder}:\n", period.name)
    } else {
        format!("The partner's figures for {} are the same as captured before; {folder} stays:\n", period.name)
    };
    let mut kinds: BTreeMap<Role, (u64, u64)> = BTreeMap::new();
    for answer in &record.answers {
        let kind = kinds.entry(answer.role).or_default();
        kind.0 += 1;
        kind.1 += answer.bytes;
    }
    for (role, (answers, bytes)) in kinds {
        let word = if answers == 1 { "answer" } else { "answers" };
        text.push_str(&format!("  {:<14} {answers:>7} {word:<7} {bytes:>12} bytes\n", role.name()));
    }
    if let Some(matrix) = &capture.matrix {
        let gaps = matrix.gaps().count();
        let stated =
            matrix.accounts_stated.map_or_else(String::new, |n| format!(" of the {n} that the partner counts"));
        text.push_str(&format!("  {} customers{stated}, each direction by itself\n", matrix.accounts_listed));
        if gaps > 0 {
            text.push_str(&format!("not-captured: the figures of {gaps} customers did not arrive; they are not reconciled. Run the\ncommand again to ask for them.\n"));
            for (id, why) in matrix.gaps().take(8) {
                text.push_str(&format!("  {id}: {why}\n"));
            }
        }
    }
    if !capture.unread.is_empty() {
        let fields: Vec<&str> = capture.unread.iter().take(8).map(String::as_str).collect();
        text.push_str(&format!("Not used by this version, kept in the capture: {}\n", fields.join(", ")));
    }
    if !matches {
        text.push_str(
            "period-mismatch: the answer does not cover the days asked for; see crossfoot explain period-mismatch\n",
        );
    }
    text.push_str(&format!("Next: crossfoot reconcile --period {}\n", period.name));
    text
}

fn dry_run(context: &Context<'_>, asking: &Asking<'_>) -> Result<Exit, Problem> {
    let (config, period) = (asking.config, asking.period);
    let forecast = with_request(context, asking, |request, runtime| {
        runtime.block_on(ask_forecast(request)).map_err(|p| p.not_done("Nothing was fetched."))
    })?;
    let total = forecast.total();
    let Forecast { source, requests, exact } = forecast;
    if context.out.is_json() {
        context.out.document(&PlanDocument {
            schema: "crossfoot/fetch-plan/v1",
            matrix: source.name(),
            requests: requests.into_iter().collect(),
            total,
            exact,
        })?;
        return Ok(Exit::Done);
    }
    let least = if exact { "" } else { "at least " };
    let mut text = format!("A capture of {} makes {least}{total} requests ({}):\n", period.name, source.name());
    for (what, n) in requests {
        text.push_str(&format!("  {n:>9}  {what}\n"));
    }
    let seconds = total.div_ceil(u64::from(config.upstream.requests_per_second));
    text.push_str(&format!(
        "At {} a second that is {seconds} s or more. Nothing was kept of what was asked to know this.\n",
        config.upstream.requests_per_second
    ));
    context.out.text(&text)?;
    Ok(Exit::Done)
}

/// Takes the lock, and finishes what an interrupted command had begun.
pub(super) fn begin(context: &Context<'_>, doing: &str) -> Result<Lock, Problem> {
    let lock = Lock::take(&context.books, doing)?;
    if let Some(finished) = changeset::recover(&context.books)? {
        context.out.say(&format!("Finished what an interrupted command had begun: {finished}"));
    }
    Ok(lock)
}

/// What to do about the capture of a period.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// The one that is there, or a new one.
    Any,
    /// A new one.
    New,
}

/// What the partner is asked about.
pub(super) struct Asking<'a> {
    pub(super) config: &'a Config,
    pub(super) period: &'a Period,
    /// Customers that the books know.
    pub(super) known: BTreeSet<String>,
}

impl<'a> Asking<'a> {
    /// What is asked for a comparison.
    pub(super) fn of(inputs: &'a Inputs) -> Self {
        let known = inputs.customers.iter().flat_map(|customers| customers.keys().cloned()).collect();
        Self { config: &inputs.config, period: &inputs.period, known }
    }
}

/// What becomes of answers that were asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// They are the period's capture from now on.
    InBooks,
    /// They are read, and thrown away.
    Nowhere,
}

/// Gets a capture, and whether the partner was asked for it. The lock is held.
pub(super) fn obtain(context: &Context<'_>, asking: &Asking<'_>, wanted: Wanted) -> Result<(Capture, bool), Problem> {
    obtain_and(context, asking, wanted, Kept::InBooks)
}

/// The same, and what becomes of the answers.
pub(super) fn obtain_and(
    context: &Context<'_>,
    asking: &Asking<'_>,
    wanted: Wanted,
    kept: Kept,
) -> Result<(Capture, bool), Problem> {
    let period = asking.period;
    let nothing = |p: Problem| p.not_done("Nothing was reconciled.");
    if wanted == Wanted::Any
        && let Some(capture) = store::load(&context.books, period).map_err(nothing)?
        // An answer for other days is of no use, and one with gaps may be completed: the
        // partner is asked again.
        && (context.offline
            || (capture.analytics.period == Some((period.from, period.to))
                && !capture.record.has_gaps()
                && !is_early(context, asking, &capture.record)?))
    {
        context.out.say(&format!("Using the capture of {} (--refetch captures again).", capture.when()));
        return Ok((capture, false));
    }
    if context.offline {
        return Err(Problem::stop(
            "no-capture",
            format!("there is no capture of {}, and --offline forbids to fetch one", period.name),
        )
        .next(format!("crossfoot fetch --period {}", period.name))
        .not_done("Nothing was reconciled."));
    }
    let anew = wanted == Wanted::New;
    capture(context, asking, (anew, kept), |_| true).map(|(capture, _)| (capture, true)).map_err(nothing)
}

/// Whether a capture was made while its period, which has ended now, had not.
pub(super) fn is_early(context: &Context<'_>, asking: &Asking<'_>, record: &Record) -> Result<bool, Problem> {
    let until = asking.period.instants(asking.config.timezone).1;
    Ok(context.environment.clock()?() >= until && record.is_before(until))
}

/// Asks the partner again for the last closed period before this one, so that what it has
/// changed there is told. What cannot be had stops nothing.
pub(super) fn recheck(context: &Context<'_>, asking: &Asking<'_>, chain: &Chain) {
    let (config, period) = (asking.config, asking.period);
    let Some(closed) = recapture::last_closed(chain, period).filter(|_| config.recheck && !context.offline) else {
        return;
    };
    // As finely as it was captured for its close.
    let mut config = config.clone();
    let folder = context.books.path(Books::capture_dir(&closed));
    let Ok(Some((record, _))) = store::load_record(&folder) else { return };
    config.upstream.matrix = record.matrix;
    config.upstream.transactions = record.of(Role::Transactions).next().is_some();
    let wanted = |capture: &Capture| capture.analytics.period == Some((closed.from, closed.to));
    let asking = Asking { config: &config, period: &closed, known: asking.known.clone() };
    match capture(context, &asking, (false, Kept::InBooks), wanted) {
        Ok((_, true)) => context.out.say(&format!(
            "The partner answers differently about {} than at its close; see crossfoot restated --period {}",
            closed.name, closed.name
        )),
        Ok((_, false)) => context.out.say(&format!("{} is as it was when it was closed.", closed.name)),
        Err(problem) => {
            context.out.say(&format!("warning: {} could not be asked for again: {}", closed.name, problem.reason()));
        }
    }
}

/// Asks the partner for its dashboard, once: whether it answers, and what time it has.
pub(super) fn reach(
    context: &Context<'_>,
    config: &Config,
    credentials: Credentials,
) -> Result<Option<DateTime<Utc>>, Problem> {
    let mut upstream = config.upstream.clone();
    upstream.max_attempts = 1;
    let client = Client::new(&upstream, credentials)?;
    let progress = Progress::new(context, false)?;
    let request = Request::document("/dashboard", Vec::new());
    let answer = runtime()?.block_on(client.get(&request, &progress, |_| Ok(())));
    answer.map(|(answer, ())| answer.served).map_err(|failure| failure.problem)
}

pub(super) fn runtime() -> Result<tokio::runtime::Runtime, Problem> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| Problem::stop("internal", "the network cannot be set up").because(e.to_string()))
}

/// Runs something with a connection to the partner.
fn with_request<T>(
    context: &Context<'_>,
    Asking { config, period, known }: &Asking<'_>,
    work: impl FnOnce(&CaptureRequest<'_>, &tokio::runtime::Runtime) -> Result<T, Problem>,
) -> Result<T, Problem> {
    if context.offline {
        return Err(Problem::usage("offline", "fetch needs the network, and --offline forbids it")
            .not_done("Nothing was captured."));
    }
    let client = Client::new(&config.upstream, trust::partner(context, config)?)?;
    let runtime = runtime()?;
    let on_terminal = context.environment.stderr_is_terminal && !context.out.is_quiet();
    let progress = Progress::new(context, on_terminal)?;
    let request = CaptureRequest { client: &client, config, period, known, watch: &progress };
    let done = work(&request, &runtime);
    progress.end();
    done
}

/// Fetches and stores; false: the partner's figures are those of the capture that is there.
/// That one stays also where the new is not `wanted`. `anew`: whatever that one lacks,
/// everything is asked for.
fn capture(
    context: &Context<'_>,
    asking: &Asking<'_>,
    (anew, keeps): (bool, Kept),
    wanted: impl Fn(&Capture) -> bool,
) -> Result<(Capture, bool), Problem> {
    let (config, period) = (asking.config, asking.period);
    with_request(context, asking, |request, runtime| {
        let now = request.watch.now();
        let until = period.instants(config.timezone).1;
        if now < until {
            context.out.say(&format!("warning: {} has not ended yet: its figures may still grow", period.name));
        }
        let upstream = &config.upstream;
        let plan = Plan {
            base_url: upstream.base_url.clone(),
            partner: sha256_hex(request.client.credentials().auth_id.expose().as_bytes()),
            from: period.from,
            to: period.to,
            matrix: upstream.matrix,
            partner_timezone: upstream.timezone,
            books_timezone: config.timezone,
            masked: upstream.mask_numbers,
            transactions: upstream.transactions,
            ended: now >= until,
        };
        let mut work = Staging::open(&context.books, period, &plan, now)?;
        let kept_folder = Books::capture_dir(period);
        let kept = store::load_record(&context.books.path(&kept_folder)).ok().flatten().map(|(record, _)| record);
        // What was said of a period before its end is not all that is to be said.
        let kept = kept.filter(|kept| now < until || !kept.is_before(until));
        match &kept {
            Some(kept) if work.is_empty() && !anew && kept.has_gaps() && is_of(kept, &plan) => {
                work.take_over(&context.books.path(&kept_folder), kept)?;
                context.out.say(&format!(
                    "Asking {} for what the capture of {} lacks …",
                    upstream.base_url,
                    kept.when()
                ));
            }
            _ => match (&work.continued, work.len()) {
                (Some(begun), there) if there > 0 => context
                    .out
                    .say(&format!("Continuing the capture begun at {begun}: {there} answers are there already …")),
                _ => context.out.say(&format!("Fetching {} from {} …", period.name, upstream.base_url)),
            },
        }
        let limit = Duration::from_secs(upstream.deadline_seconds);
        let collected = runtime.block_on(async { tokio::time::timeout(limit, collect(request, work)).await });
        collected
            .unwrap_or_else(|_| {
                Err(Problem::stop(
                    "upstream-deadline",
                    format!("the capture was not complete after {} s", limit.as_secs()),
                )
                .next("run the command again: it continues where it was; or raise [upstream] deadline_seconds"))
            })
            .map_err(|problem| unfinished(context, period, problem))?;

        let bodies = Staging::bodies(period);
        let fresh = store::load_from(&context.books.path(&bodies), period)?
            .ok_or_else(|| Problem::stop("internal", "the finished capture cannot be found"))?;
        for field in &fresh.unread {
            context.out.detail(&format!("kept, and not used by this version: {field}"));
        }
        if keeps == Kept::Nowhere {
            Staging::discard(&context.books, period)?;
            return Ok((fresh, false));
        }
        keep(context, period, fresh, kept, wanted)
    })
}

/// Puts a finished capture in the place of the one that is kept, or leaves that; whether it is new.
fn keep(
    context: &Context<'_>,
    period: &Period,
    fresh: Capture,
    kept: Option<Record>,
    wanted: impl Fn(&Capture) -> bool,
) -> Result<(Capture, bool), Problem> {
    let is_same = |kept: &Record| kept.figures() == fresh.record.figures() && kept.matrix == fresh.record.matrix;
    // A capture that no longer verifies is replaced, not kept.
    if kept.as_ref().is_some_and(is_same)
        && let Ok(Some(kept)) = store::load(&context.books, period)
    {
        Staging::discard(&context.books, period)?;
        return Ok((kept, false));
    }
    let refused = match wanted(&fresh) {
        false => Some(Problem::stop("period-mismatch", "the answer is not for the days asked for")),
        true => kept.and_then(|kept| store::is_behind(&fresh.record, &kept)),
    };
    if let Some(problem) = refused {
        Staging::discard(&context.books, period)?;
        return Err(problem);
    }
    let (mut changes, folder) = (ChangeSet::begin(&context.books)?, Books::capture_dir(period));
    if context.books.path(&folder).exists() {
        changes.rename(folder.clone(), store::earlier_folder(&context.books, period));
    }
    changes.rename(Staging::bodies(period), folder);
    changes.commit(&format!("fetch --period {}", period.name))?;
    Staging::discard(&context.books, period)?;
    Ok((fresh, true))
}

/// Whether a capture asked for what this plan asks for.
fn is_of(record: &Record, plan: &Plan) -> bool {
    let here = record.answers.iter().all(|answer| answer.url.starts_with(&format!("{}/", plan.base_url)));
    let same = (record.partner_timezone, record.books_timezone, record.masked)
        == (plan.partner_timezone, plan.books_timezone, plan.masked);
    here && same && (record.matrix == plan.matrix || plan.matrix == MatrixSource::Auto)
}

/// Says what is left of a capture that stopped: what had arrived, or nothing.
fn unfinished(context: &Context<'_>, period: &Period, problem: Problem) -> Problem {
    match Staging::answers(&context.books, period) {
        0 => {
            // What cannot be removed is found empty by the next fetch.
            let _ = Staging::discard(&context.books, period);
            problem.not_done("Nothing was captured.")
        }
        there => problem.not_done(format!(
            "The capture is not complete; the {there} answers that arrived are kept, and the next fetch continues there."
        )),
    }
}
