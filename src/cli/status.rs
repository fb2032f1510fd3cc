//! `crossfoot status`: where each period stands, and the next command to type.

use std::collections::BTreeSet;

use serde::Serialize;

use super::Job;
use crate::audit::seal;
use crate::books::config;
use crate::books::layout::Books;
use crate::books::transaction;
use crate::capture::store;
use crate::model::period::Period;
use crate::model::problem::{Exit, Problem};

#[derive(Serialize)]
struct Document {
    schema: &'static str,
    unfinished: Option<String>,
    periods: Vec<Standing>,
}

#[derive(Serialize)]
struct Standing {
    period: String,
    captured: bool,
    reconciled: bool,
    outcome: Option<String>,
    issued: usize,
    sealed_at: Option<String>,
    next: String,
}

pub(super) fn run(job: &Job<'_>) -> Result<Exit, Problem> {
    config::load(&job.books)?;
    let unfinished = transaction::unfinished(&job.books)?;
    let (chain, _) = seal::load_chain(&job.books)?;
    let mut names: BTreeSet<String> = chain.events.iter().map(|e| e.period.clone()).collect();
    if let Ok(entries) = std::fs::read_dir(job.books.path("closes")) {
        names.extend(entries.flatten().map(|e| e.file_name().to_string_lossy().into_owned()));
    }
    let periods: Vec<Standing> = names
        .into_iter()
        .filter_map(|name| Period::parse(&name).ok())
        .map(|period| {
            let folder = job.books.path(format!("closes/{}", period.name));
            let report = std::fs::read(folder.join("reconciliation.json")).ok();
            let value: Option<serde_json::Value> = report.and_then(|bytes| serde_json::from_slice(&bytes).ok());
            let outcome = value.and_then(|v| v.get("outcome")?.as_str().map(str::to_owned));
            let sealed_at = chain.of(&period.name).last().map(|e| e.at.clone());
            let captured = store::load_record(&job.books.path(Books::capture_dir(&period))).is_ok_and(|c| c.is_some());
            let verb = match (&outcome, &sealed_at) {
                (_, None) => "close",
                (Some(outcome), Some(_)) if outcome == "discrepant" => "close",
                _ => "verify",
            };
            Standing {
                next: format!("crossfoot {verb} --period {}", period.name),
                captured,
                reconciled: outcome.is_some(),
                issued: chain.issued_in(&period.name).count(),
                outcome,
                sealed_at,
                period: period.name,
            }
        })
        .collect();
    if job.out.is_json() {
        job.out.document(&Document { schema: "crossfoot/status/v1", unfinished, periods })?;
        return Ok(Exit::Done);
    }
    let mut text = String::new();
    if let Some(doing) = unfinished {
        text.push_str(&format!("Unfinished: {doing} was interrupted; run it again.\n"));
    }
    if periods.is_empty() {
        text.push_str(
            "No period has been started.\nNext: crossfoot close --period 2026-03 (or whichever month is due)\n",
        );
    }
    for p in periods {
        let stage = match (&p.sealed_at, &p.outcome) {
            (Some(at), Some(outcome)) => format!("sealed {at}, {outcome}, {} issued", p.issued),
            (Some(at), None) => format!("sealed {at}, {} issued, report missing", p.issued),
            (None, Some(outcome)) => format!("{outcome}, not closed"),
            (None, None) if p.captured => "captured, not reconciled".to_owned(),
            (None, None) => "started".to_owned(),
        };
        text.push_str(&format!("{:<10} {stage}\n           next: {}\n", p.period, p.next));
    }
    job.out.text(&text)?;
    Ok(Exit::Done)
}
