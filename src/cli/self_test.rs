//! `crossfoot self-test`: known faults put into a copy of the books' own ledger, and how many
//! of them are named. Evidence that the control works, on the user's own data.

use std::collections::BTreeMap;

use serde::Serialize;

use super::args;
use super::context::Context;
use crate::books::customers::folded;
use crate::close::inputs::Inputs;
use crate::close::ledgers::open_ledgers;
use crate::ledger::open::{self, Reading};
use crate::model::posting::{PostedRow, Wanted};
use crate::model::problem::{Exit, Problem};
use crate::rehearsal::faults::Row;
use crate::rehearsal::trial::{Score, recall};

/// Larger ledgers are tried on so many of their rows, those of the first customers.
const MOST_ROWS: usize = 3_000;

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    period: &'a str,
    rows: usize,
    faults: u32,
    named_first: u32,
    named_in_three: u32,
    kinds: Vec<Kind<'a>>,
}

#[derive(Serialize)]
struct Kind<'a> {
    kind: &'a str,
    code: &'a str,
    faults: u32,
    named_first: u32,
    named_in_three: u32,
}

pub(super) fn run(context: &Context<'_>, args: &args::SelfTest) -> Result<Exit, Problem> {
    let period = &args.period;
    let inputs = Inputs::load(&context.books, period)?;
    let config = &inputs.config;
    let reading = Reading {
        format: &config.ledger_format,
        own_formats: &inputs.formats,
        sheet: config.ledger_sheet.as_deref(),
        date_order: config.date_order,
        timezone: config.timezone,
        accounts: &config.accounts,
        voucher_types: &config.voucher_types,
        period: Some(period),
        currency: config.currency,
        default_currency: config.currency,
        resolve: &|name| inputs.directory.get(&folded(name)).cloned(),
    };
    let all = Wanted { all: true, ..Wanted::default() };
    let mut posted = Vec::new();
    for (name, input) in open_ledgers(&context.books, &config.ledger_for(period))? {
        posted.extend(open::rows(input, &name, &reading, &all)?);
    }
    posted.retain(|row| period.contains(row.date) && !row.amount.is_zero());
    let rows = sample(&posted);
    if rows.is_empty() {
        return Err(Problem::stop("no-ledger", "the ledger has no usage in that period")
            .next("name a period whose ledger is there")
            .not_done("Nothing was tried."));
    }
    context
        .out
        .say(&format!("Putting known faults into a copy of {} rows; the ledger itself is not touched.", rows.len()));
    let scores = recall(&rows, period, args.times)?;
    let sum = |part: fn(&Score) -> u32| scores.iter().map(|(.., score)| part(score)).sum::<u32>();
    let (faults, first, three) = (sum(|s| s.cases), sum(|s| s.first), sum(|s| s.third));
    if context.out.is_json() {
        let kinds = scores.iter().map(|(kind, code, s)| Kind {
            kind,
            code,
            faults: s.cases,
            named_first: s.first,
            named_in_three: s.third,
        });
        context.out.document(&Document {
            schema: "crossfoot/self-test/v1",
            period: &period.name,
            rows: rows.len(),
            faults,
            named_first: first,
            named_in_three: three,
            kinds: kinds.collect(),
        })?;
        return Ok(Exit::Done);
    }
    let mut text = String::new();
    for (kind, code, score) in &scores {
        text.push_str(&format!("  {kind:<36} {code:<20} {:>3} of {:>3} named first\n", score.first, score.cases));
    }
    text.push_str(&format!(
        "{first} of {faults} faults are named by the first finding, {three} by one of the first three.\n"
    ));
    context.out.text(&text)?;
    Ok(Exit::Done)
}

/// The rows of the first customers that fit into [`MOST_ROWS`] (all, where all do), in the
/// ledger's order. Made anonymous on the way: only amounts and days matter here.
fn sample(posted: &[PostedRow]) -> Vec<Row> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for row in posted {
        *counts.entry(&row.customer_id).or_default() += 1;
    }
    let mut room = MOST_ROWS;
    counts.retain(|_, rows| match room.checked_sub(*rows) {
        Some(left) => {
            room = left;
            true
        }
        None => false,
    });
    let numbers: BTreeMap<&str, usize> = counts.into_keys().enumerate().map(|(number, id)| (id, number)).collect();
    posted
        .iter()
        .filter_map(|row| {
            let number = numbers.get(row.customer_id.as_str())?;
            Some(Row {
                date: row.date,
                customer_id: format!("MA_{number:06}"),
                direction: row.direction.name().to_owned(),
                amount: row.amount,
                currency: "INR",
                reference: row.reference.replace([',', '"', '\n'], " "),
                text: String::new(),
            })
        })
        .collect()
}
