//! What a close would issue: the draft that lies in the books, and what somebody proposed.

use std::path::PathBuf;
use std::time::SystemTime;

use serde_json::{Value, json};

use super::answer::Answer;
use super::book::Book;
use super::customers::known;
use super::files::regular;

use crate::audit::chain;
use crate::audit::proposal::{self, Signature};
use crate::audit::signing::Signers;
use crate::books::config;
use crate::books::layout::{BY_HAND, Books, CHAIN, read_file};
use crate::books::resolutions;
use crate::close::ledgers::open_ledgers;
use crate::model::money::{add_exact, parse_plain};
use crate::model::period::Period;
use crate::model::problem::{Problem, io};

/// The draft of a period.
///
/// # Errors
/// None was made, or it cannot be read.
pub(super) fn shown(book: &Book, period: &Period) -> Result<Answer, Problem> {
    let none = || {
        Problem::stop("no-draft", format!("no draft of {} was made yet", period.name))
            .next(format!("crossfoot close --draft --period {}", period.name))
    };
    let folder = Books::draft_dir(period);
    let path = regular(&book.books, &["drafts", &period.name, "draft.json"]).ok_or_else(none)?;
    let bytes = read_file(&path).map_err(|e| io("not-read", "read", &path, &e))?;
    let summary: Value = serde_json::from_slice(&bytes)
        .map_err(|e| Problem::stop("not-read", format!("{} cannot be read", path.display())).because(e.to_string()))?;
    let names = known(&book.books)?;
    let lacks: Vec<(&str, &Value)> = summary["will_lack"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|lack| Some((lack["what"].as_str()?, &lack["customers"])))
        .collect();
    let documents: Vec<Value> = summary["documents"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|document| {
            let id = document["customer_id"].as_str().unwrap_or_default();
            let name = names.get(id).map(|customer| customer.party.legal_name.as_str()).filter(|name| !name.is_empty());
            let lacking =
                lacks.iter().filter(|(_, whom)| whom.as_array().is_some_and(|ids| ids.iter().any(|one| one == id)));
            let warnings: Vec<&str> = lacking.map(|(what, _)| *what).collect();
            let pdf = document["file"].as_str().map(|file| format!("{folder}/{file}"));
            json!({
                "number": null, "customer_id": id, "name": name.unwrap_or(id), "kind": document["document"],
                "taxable": document["taxable"], "total": document["total"], "tax": tax(document),
                "currency": summary["currency"], "pdf": pdf, "warnings": warnings,
            })
        })
        .collect();
    let stale = is_stale(book, period, &path);
    Ok(Answer::json(&json!({"period": period.name, "documents": documents, "summary": summary, "stale": stale})))
}

/// What is not taxable value: taxes and what was rounded off.
fn tax(document: &Value) -> Option<String> {
    let amount = |name: &str| parse_plain(document[name].as_str()?).ok();
    add_exact(amount("total")?, -amount("taxable")?).ok().map(|tax| tax.to_string())
}

/// Whether something that a close is made from was changed after the draft.
fn is_stale(book: &Book, period: &Period, draft: &std::path::Path) -> bool {
    let changed = |path: PathBuf| std::fs::metadata(path).and_then(|found| found.modified()).ok();
    let Some(made) = changed(draft.to_owned()) else { return true };
    let decisions = resolutions::file(period);
    let capture = format!("{}/capture.json", Books::capture_dir(period));
    let own = BY_HAND.into_iter().chain([CHAIN, &decisions, &capture]);
    let ledgers = config::load(&book.books)
        .and_then(|(config, _)| open_ledgers(&book.books, &config.ledger_for(period)))
        .map(|all| all.into_iter().map(|(name, _)| name).collect::<Vec<_>>())
        .unwrap_or_default();
    let mut all = own.map(str::to_owned).chain(ledgers);
    let is_newer = |at: SystemTime| at > made;
    all.any(|name| changed(book.books.path(name)).is_some_and(is_newer))
}

/// What is proposed for a period, and whether it can be approved as it lies there.
///
/// # Errors
/// It cannot be read.
pub(super) fn proposed(book: &Book, period: &Period) -> Result<Answer, Problem> {
    if !proposal::files(period).iter().all(|name| book.books.path(name).exists()) {
        return Ok(Answer::json(&Value::Null));
    }
    let Some(found) = Signature::load(&book.books, period)? else { return Ok(Answer::json(&Value::Null)) };
    let signed =
        Signers::load(&book.books).map_err(|problem| problem.reason()).and_then(|signers| found.check(&signers));
    let (chain, _) = chain::load(&book.books)?;
    let why = match &signed {
        Err(why) => Some(why.clone()),
        Ok(_) if found.proposal.chain_head != chain.head => Some("something was sealed since".to_owned()),
        Ok(_) if found.proposal.period != period.name => Some("it is of another period".to_owned()),
        Ok(_) => None,
    };
    let by = signed.ok().map(|signed| signed.who);
    Ok(Answer::json(&json!({"proposal": found.proposal, "by": by, "valid": why.is_none(), "why": why})))
}
