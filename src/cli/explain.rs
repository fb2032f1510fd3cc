//! `crossfoot explain CODE`: meaning, test, worked example, what to do.

use super::args;
use super::context::Context;
use crate::model::problem::{Exit, Problem, nearest};
use crate::reconcile::registry::{self, pages};

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
    // A finding's id is its code and six digits.
    let of_id = |id: &str| Some(id.rsplit_once('-').filter(|(_, digits)| digits.len() == 6)?.0.to_owned());
    let code = &of_id(code).filter(|code| page(code).is_some()).unwrap_or_else(|| code.clone());
    let Some(found) = page(code) else {
        let near = nearest(code, pages().into_iter().map(|(known, _)| known));
        let next = near.map_or_else(
            || "`crossfoot explain` lists all codes".to_owned(),
            |n| format!("did you mean: crossfoot explain {n}"),
        );
        return Err(Problem::usage("unknown-code", format!("there is no finding code `{code}`")).next(next));
    };
    if context.out.is_json() {
        let document =
            std::collections::BTreeMap::from([("schema", "crossfoot/explain/v1"), ("code", code), ("page", found)]);
        context.out.document(&document)?;
    } else {
        context.out.text(found)?;
    }
    Ok(Exit::Done)
}
