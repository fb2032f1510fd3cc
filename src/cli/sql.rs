//! `crossfoot sql`: the query that adds up a ledger where it lies.

use super::args;
use super::context::Context;
use crate::ledger::aggregated::{PROVENANCE, digest, query};
use crate::model::problem::{Exit, Problem};

pub(super) fn run(context: &Context<'_>, args: &args::Sql) -> Result<Exit, Problem> {
    let Some(query) = query(&args.dialect, &args.period.period, &args.source) else {
        return Err(Problem::usage("arguments", format!("no dialect `{}` is known", args.dialect)));
    };
    let mut text = String::from(
        "-- Columns date (YYYY-MM-DD), customer_id, direction, currency and amount are read as text.\n-- Save the result as CSV, put these lines, filled in, before its header, and read it\n-- with [ledger] format = \"aggregated\":\n",
    );
    for key in PROVENANCE {
        let value = match key {
            "engine" => format!("<{} and its version>", args.dialect),
            "source" => args.source.replace('\n', " "),
            "sql_sha256" => digest(&query),
            "run_by" => "<who ran it>".to_owned(),
            _ => "<when>".to_owned(),
        };
        text.push_str(&format!("-- # {key}: {value}\n"));
    }
    let document = serde_json::json!({"schema": "crossfoot/sql/v1", "dialect": args.dialect, "sql": query, "sql_sha256": digest(&query)});
    context.out.result(&format!("{text}{query}\n"), &document)?;
    Ok(Exit::Done)
}
