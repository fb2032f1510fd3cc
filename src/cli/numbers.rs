//! `crossfoot numbers`: the certificate that numbers run without gaps, series by series, as
//! GSTR-1 table 13 asks for it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::context::Context;
use crate::audit::chain;
use crate::bill::numbering;
use crate::books::config;
use crate::books::voids;
use crate::model::problem::{Exit, Problem};
use crate::render::text::Paint;

#[derive(Serialize)]
struct Document {
    schema: &'static str,
    /// Every series runs from 1 without a gap, and no number stands twice.
    continuous: bool,
    series: Vec<Series>,
    problems: Vec<String>,
    chain_head: String,
}

#[derive(Serialize)]
struct Series {
    /// `invoice`, `credit-note`, `debit-note`.
    document: String,
    series: String,
    first: String,
    last: String,
    total: u64,
    cancelled: u64,
    net_issued: u64,
}

pub(super) fn run(context: &Context<'_>) -> Result<Exit, Problem> {
    config::load(&context.books)?;
    let (chain, _) = chain::load(&context.books)?;
    let void = voids::load(&context.books)?;
    let mut series: BTreeMap<(String, String), Vec<(u64, &str)>> = BTreeMap::new();
    for entry in chain.events.iter().flat_map(|event| &event.issued) {
        let key = (entry.document.clone(), entry.series.clone());
        series.entry(key).or_default().push((entry.sequence, &entry.number));
    }
    let rows: Vec<Series> = series
        .into_iter()
        .filter_map(|((document, series), mut numbers)| {
            numbers.sort_unstable();
            let cancelled = numbers.iter().filter(|(_, number)| void.contains_key(*number)).count() as u64;
            let total = numbers.len() as u64;
            Some(Series {
                document,
                series,
                first: numbers.first()?.1.to_owned(),
                last: numbers.last()?.1.to_owned(),
                total,
                cancelled,
                net_issued: total - cancelled,
            })
        })
        .collect();
    let problems = numbering::continuity(&chain.allotted());
    let continuous = problems.is_empty();
    if context.out.is_json() {
        let schema = "crossfoot/numbers/v1";
        context.out.document(&Document { schema, continuous, series: rows, problems, chain_head: chain.head })?;
    } else {
        let mut text = String::from("Documents issued (GSTR-1, table 13)\n\n");
        text.push_str(&format!(
            "  {:<12} {:<17} {:<17} {:>7} {:>9} {:>7}\n",
            "nature", "from", "to", "total", "cancelled", "net"
        ));
        for row in &rows {
            text.push_str(&format!(
                "  {:<12} {:<17} {:<17} {:>7} {:>9} {:>7}\n",
                row.document, row.first, row.last, row.total, row.cancelled, row.net_issued
            ));
        }
        if rows.is_empty() {
            text.push_str("  none yet\n");
        }
        for problem in &problems {
            text.push_str(&format!("\n{}", context.out.bad(problem)));
        }
        if continuous {
            text.push_str("\nEvery series runs from 1 without a gap, and no number stands twice.\n");
        }
        text.push_str(&format!("By the audit chain whose head is {}\n", chain.head));
        context.out.text(&text)?;
    }
    Ok(if continuous { Exit::Done } else { Exit::Unverified })
}
