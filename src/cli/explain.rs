//! `crossfoot explain CODE`: meaning, test, worked example, what to do.

use super::args;
use super::context::Context;
use crate::books::layout::{Books, read_file};
use crate::model::period::Period;
use crate::model::problem::{Exit, Problem, nearest};
use crate::reconcile::registry::{self, pages};
use crate::render::text::wrap;

/// Pages about what no finding tells.
const GUIDES: [(&str, &str); 1] = [("two-clones", include_str!("../../docs/two-clones.md"))];

/// The page of a code, or of a guide.
fn page(code: &str) -> Option<&'static str> {
    registry::page(code).or_else(|| GUIDES.iter().find(|(name, _)| *name == code).map(|(_, page)| *page))
}

pub(super) fn run(context: &Context<'_>, args: &args::Explain) -> Result<Exit, Problem> {
    let Some(code) = &args.code else {
        let mut text = String::new();
        for (code, page) in pages().into_iter().chain(GUIDES) {
            let meaning = page.lines().nth(2).unwrap_or_default();
            text.push_str(&format!("{code:<22} {meaning}\n"));
        }
        let codes: Vec<&str> = pages().into_iter().map(|(code, _)| code).collect();
        let document = serde_json::json!({"schema": "crossfoot/explain/v1", "codes": codes});
        return context.out.result(&text, &document).map(|()| Exit::Done);
    };
    let told = of_report(context, code);
    let code = told.as_ref().map_or(code, |told| &told.code);
    // A finding's id is its code and six digits.
    let of_id = |id: &str| Some(id.rsplit_once('-').filter(|(_, digits)| digits.len() == 6)?.0.to_owned());
    let code = &of_id(code).filter(|code| page(code).is_some()).unwrap_or_else(|| code.clone());
    let Some(found) = page(code) else {
        let near = nearest(code, pages().into_iter().map(|(known, _)| known));
        let is_rank = code.strip_prefix('F').is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_digit()));
        let next = match near {
            _ if is_rank => "no report here has it; in the books: crossfoot explain --books DIR".to_owned(),
            Some(near) => format!("did you mean: crossfoot explain {near}"),
            None => "`crossfoot explain` lists all codes".to_owned(),
        };
        return Err(Problem::usage("unknown-code", format!("there is no finding code `{code}`")).next(next));
    };
    if context.out.is_json() {
        let mut document = serde_json::json!({"schema": "crossfoot/explain/v1", "code": code, "page": found});
        if let Some(told) = &told {
            document["finding"] = serde_json::json!({"period": told.period, "id": told.id, "message": told.message});
        }
        context.out.document(&document)?;
    } else {
        let this = told.map_or_else(String::new, |told| {
            let words = wrap(&format!("{} of {}: {}", told.id, told.period, told.message), "");
            format!("{words}\n\n")
        });
        context.out.text(&format!("{this}{found}"))?;
    }
    Ok(Exit::Done)
}

/// A finding as a report tells it.
struct Told {
    period: String,
    code: String,
    id: String,
    message: String,
}

/// The finding of this rank (`F002`) or id in the newest report of the books that has it.
fn of_report(context: &Context<'_>, name: &str) -> Option<Told> {
    let entries = std::fs::read_dir(context.books.path("closes")).ok()?;
    let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let mut periods: Vec<Period> = names.filter_map(|name| Period::parse(&name).ok()).collect();
    periods.sort_by(|a, b| (b.to, &b.name).cmp(&(a.to, &a.name)));
    periods.into_iter().find_map(|period| {
        let report = context.books.path(format!("{}/reconciliation.json", Books::close_dir(&period)));
        let report: serde_json::Value = serde_json::from_slice(&read_file(report).ok()?).ok()?;
        let of = |finding: &serde_json::Value, field: &str| finding.get(field)?.as_str().map(str::to_owned);
        let is_it = |finding: &&serde_json::Value| {
            ["id", "rank"].iter().any(|field| of(finding, field).as_deref() == Some(name))
        };
        let found = report.get("findings")?.as_array()?.iter().find(is_it)?;
        let (code, id, message) = (of(found, "code")?, of(found, "id")?, of(found, "message")?);
        Some(Told { period: period.name, code, id, message })
    })
}
