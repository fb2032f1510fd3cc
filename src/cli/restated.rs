//! `crossfoot restated`: what the partner changed for a period since it was captured.

use serde::Serialize;

use super::args;
use super::context::Context;
use crate::audit::chain;
use crate::books::config;
use crate::books::lock::Lock;
use crate::capture::store::Capture;
use crate::close::recapture;
use crate::model::finding::{Finding, Severity};
use crate::model::money::Money;
use crate::model::problem::{Exit, Problem};
use crate::model::usage::Direction;
use crate::reconcile::causes::restated::Change;
use crate::reconcile::registry;
use crate::render::reconciliation_json::FindingRow;
use crate::render::text::wrap;

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    period: &'a str,
    was: Option<Side<'a>>,
    now: Option<Side<'a>>,
    changes: Vec<ChangeRow<'a>>,
    findings: Vec<FindingRow<'a>>,
}

#[derive(Serialize)]
struct Side<'a> {
    folder: &'a str,
    captured: &'a str,
    total: Option<String>,
}

impl<'a> From<&'a (String, Capture)> for Side<'a> {
    fn from((folder, capture): &'a (String, Capture)) -> Self {
        Self { folder, captured: capture.when(), total: capture.analytics.total.cost.map(|c| c.to_string()) }
    }
}

#[derive(Serialize)]
struct ChangeRow<'a> {
    customer_id: Option<&'a str>,
    direction: Option<&'static str>,
    was: Option<String>,
    now: Option<String>,
    change: String,
}

impl<'a> From<&'a Change> for ChangeRow<'a> {
    fn from(change: &'a Change) -> Self {
        let plain = |money: Option<Money>| money.map(|m| m.plain());
        Self {
            customer_id: change.customer_id.as_deref(),
            direction: change.direction.map(Direction::name),
            was: plain(change.was),
            now: plain(change.now),
            change: change.change.plain(),
        }
    }
}

pub(super) fn run(context: &Context<'_>, args: &args::OnePeriod) -> Result<Exit, Problem> {
    let period = &args.period;
    let (config, _) = config::load(&context.books)?;
    let _lock = Lock::read(&context.books)?;
    let (chain, _) = chain::load(&context.books)?;
    let Some(pair) = recapture::pair(&context.books, &chain, period)? else {
        if context.out.is_json() {
            context.out.document(&Document {
                schema: SCHEMA,
                period: &period.name,
                was: None,
                now: None,
                changes: Vec::new(),
                findings: Vec::new(),
            })?;
        } else {
            context.out.text(&format!(
                "There is no later capture of {} to compare with.\nNext: crossfoot fetch --period {}{}\n",
                period.name,
                period.name,
                context.same_books()
            ))?;
        }
        return Ok(Exit::Done);
    };
    let (changes, mut findings) = pair.compare(config.currency, Severity::Blocking)?;
    registry::rank(&mut findings);
    if context.out.is_json() {
        context.out.document(&Document {
            schema: SCHEMA,
            period: &period.name,
            was: Some(Side::from(&pair.was)),
            now: Some(Side::from(&pair.now)),
            changes: changes.iter().map(ChangeRow::from).collect(),
            findings: findings.iter().map(FindingRow::from).collect(),
        })?;
    } else {
        context.out.text(&told(&period.name, &pair, &findings))?;
    }
    Ok(if findings.is_empty() { Exit::Done } else { Exit::Findings })
}

const SCHEMA: &str = "crossfoot/restated/v1";

fn told(period: &str, pair: &recapture::Recaptured, findings: &[Finding]) -> String {
    let head = format!(
        "{period}, captured {} ({}) and {} ({}):\n",
        pair.was.1.when(),
        pair.was.0,
        pair.now.1.when(),
        pair.now.0
    );
    if findings.is_empty() {
        return format!("{head}The partner has changed nothing.\n");
    }
    let told: Vec<String> = findings
        .iter()
        .map(|f| format!("\n{}\n{}\n{}\n", f.title(), wrap(&f.message, "  "), wrap(&format!("next: {}", f.next), "  ")))
        .collect();
    format!("{head}{}", told.concat())
}
