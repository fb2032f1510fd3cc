//! `crossfoot fetch`: the partner's answers, kept as received.

use serde::Serialize;

use super::Job;
use super::args::OnePeriod;
use crate::books::config::{self, Config};
use crate::books::lock::Lock;
use crate::books::transaction::{self, Transaction};
use crate::capture::client::Client;
use crate::capture::credentials;
use crate::capture::store::{self, ANALYTICS, Capture};
use crate::model::period::Period;
use crate::model::problem::{Exit, Problem};

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    period: &'a store::Span,
    folder: String,
    changed: bool,
    answers: &'a [store::AnswerRecord],
    not_captured: &'a [store::NotCaptured],
    period_matches: bool,
}

pub(super) fn run(job: &Job<'_>, args: &OnePeriod) -> Result<Exit, Problem> {
    let period = &args.period;
    let (config, _) = config::load(&job.books)?;
    let _lock = begin(job, &format!("fetch --period {}", period.name))?;
    let (capture, changed) = capture(job, &config, period)?;
    let matches = capture.analytics.period == Some((period.from, period.to));
    let folder = crate::books::layout::Books::capture_dir(period);
    if job.out.is_json() {
        job.out.document(&Document {
            schema: "crossfoot/fetch/v1",
            period: &capture.record.period,
            folder,
            changed,
            answers: &capture.record.answers,
            not_captured: &capture.record.not_captured,
            period_matches: matches,
        })?;
    } else {
        let mut text = if changed {
            format!("Captured {} into {folder}:\n", period.name)
        } else {
            format!("The partner's figures for {} are the same as captured before; {folder} stays:\n", period.name)
        };
        for answer in &capture.record.answers {
            text.push_str(&format!(
                "  {:<16} {:>9} bytes  sha256 {}…\n",
                answer.file,
                answer.bytes,
                &answer.sha256[..16]
            ));
        }
        if !matches {
            text.push_str("period-mismatch: the answer does not cover the days asked for; see crossfoot explain period-mismatch\n");
        }
        text.push_str(&format!("Next: crossfoot reconcile --period {}\n", period.name));
        job.out.text(&text)?;
    }
    Ok(if matches { Exit::Done } else { Exit::Findings })
}

/// Takes the lock, and finishes what an interrupted command had begun.
pub(super) fn begin(job: &Job<'_>, doing: &str) -> Result<Lock, Problem> {
    let lock = Lock::take(&job.books, doing)?;
    if let Some(finished) = transaction::recover(&job.books)? {
        job.out.say(&format!("Finished what an interrupted command had begun: {finished}"));
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

/// Gets a capture. The lock is held.
pub(super) fn obtain(job: &Job<'_>, config: &Config, period: &Period, wanted: Wanted) -> Result<Capture, Problem> {
    let nothing = |p: Problem| p.not_done("Nothing was reconciled.");
    if wanted == Wanted::Any
        && let Some(capture) = store::load(&job.books, period).map_err(nothing)?
        // An answer for other days is of no use: the partner is asked again.
        && (job.offline || capture.analytics.period == Some((period.from, period.to)))
    {
        let when = capture.answer(ANALYTICS).map(|a| a.when.clone()).unwrap_or_default();
        job.out.say(&format!("Using the capture of {when} (--refetch captures again)."));
        return Ok(capture);
    }
    if job.offline {
        return Err(Problem::stop(
            "no-capture",
            format!("there is no capture of {}, and --offline forbids to fetch one", period.name),
        )
        .next(format!("crossfoot fetch --period {}", period.name))
        .not_done("Nothing was reconciled."));
    }
    capture(job, config, period).map(|(capture, _)| capture).map_err(nothing)
}

/// Fetches and stores; false: the partner's figures are those of the capture that is there.
fn capture(job: &Job<'_>, config: &Config, period: &Period) -> Result<(Capture, bool), Problem> {
    if job.offline {
        return Err(Problem::usage("offline", "fetch needs the network, and --offline forbids it")
            .not_done("Nothing was captured."));
    }
    let now = job.world.clock()?();
    if now < period.instants(config.timezone).1 {
        job.out.say(&format!("warning: {} has not ended yet: its figures may still grow", period.name));
    }
    let credentials = credentials::find(&config.upstream, &job.books.root, &|name| job.world.variable(name))?;
    let client = Client::new(&config.upstream, credentials)?;
    job.out.say(&format!("Fetching {} from {} …", period.name, config.upstream.base_url));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| Problem::stop("internal", "the network cannot be set up").because(e.to_string()))?;
    let fresh = runtime.block_on(store::ask(&client, period, job.world.clock()?, &|text| job.out.say(text)))?;
    for field in &fresh.analytics.unknown_fields {
        job.out.detail(&format!("the analytics answer has a field that is not used: {field}"));
    }
    let digest = |capture: &Capture| capture.answer(ANALYTICS).map(|a| a.sha256.clone());
    // A capture that no longer verifies is replaced, not compared with.
    if let Ok(Some(kept)) = store::load(&job.books, period)
        && digest(&kept) == digest(&fresh)
    {
        return Ok((kept, false));
    }
    let mut transaction = Transaction::begin(&job.books)?;
    store::stage(&fresh, &job.books, period, &mut transaction)?;
    transaction.commit(&format!("fetch --period {}", period.name))?;
    Ok((fresh, true))
}
