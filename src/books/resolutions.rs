//! `resolutions/<period>.toml`: an entry a decision, written by `crossfoot resolve` or by hand.

use std::path::Path;

use serde::Deserialize;

use super::layout::optional;
use crate::model::money::parse_plain;
use crate::model::period::{Period, parse_day};
use crate::model::problem::Problem;
use crate::model::resolution::{Decision, Resolution};
use crate::model::usage::Direction;

/// The file of a period, relative to the books.
#[must_use]
pub(crate) fn file(period: &Period) -> String {
    format!("resolutions/{}.toml", period.name)
}

/// What a decision not to bill a customer names in place of a finding, and the finding that tells it.
pub(crate) const NOT_BILLED: &str = "not-billed";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    resolution: Vec<Written>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    finding: String,
    #[serde(default)]
    customers: Vec<String>,
    direction: Option<String>,
    analytics: Option<String>,
    ledger: Option<String>,
    bill: Option<String>,
    #[serde(default)]
    hold: bool,
    #[serde(default)]
    accept: bool,
    #[serde(default)]
    do_not_bill: bool,
    reason: String,
    by: String,
    on: String,
}

/// The bytes of a period's file; None where there is none.
///
/// # Errors
/// It cannot be read.
pub(crate) fn read(path: &Path) -> Result<Option<Vec<u8>>, Problem> {
    optional("resolutions", path)
}

/// Reads the entries. `name` is what errors call the file.
///
/// # Errors
/// Every entry that is wrong, with what is wrong about it.
pub(crate) fn parse(bytes: &[u8], name: &str) -> Result<Vec<Resolution>, Problem> {
    let refuse = |what: String| {
        Problem::usage("resolutions", what)
            .next("an entry has finding, customers, analytics, ledger, one of bill, hold, accept and do_not_bill, and reason, by, on; `crossfoot resolve` writes one")
            .not_done("Nothing was done.")
    };
    let text = std::str::from_utf8(bytes).map_err(|_| refuse(format!("{name} is not UTF-8 text")))?;
    let file: File =
        toml::from_str(text).map_err(|e| refuse(format!("{name} cannot be read")).because(e.to_string()))?;
    let mut entries = Vec::new();
    let mut wrong = Vec::new();
    for (index, entry) in file.resolution.into_iter().enumerate() {
        match checked(entry) {
            Ok(entry) => entries.push(entry),
            Err(why) => wrong.push(format!("{name}, entry {}: {why}", index + 1)),
        }
    }
    if wrong.is_empty() {
        return Ok(entries);
    }
    let first = wrong.remove(0);
    Err(refuse(first).also(wrong))
}

fn checked(entry: Written) -> Result<Resolution, String> {
    for (what, text) in [("reason", &entry.reason), ("by", &entry.by), ("finding", &entry.finding)] {
        if text.trim().is_empty() {
            return Err(format!("`{what}` is empty: a decision needs it"));
        }
    }
    parse_day(&entry.on).map_err(|e| format!("`on`: {e}"))?;
    let amount =
        |text: &Option<String>| text.as_deref().map(|text| parse_plain(text).map_err(|e| e.to_string())).transpose();
    let is_not_billed = entry.finding == NOT_BILLED;
    if entry.do_not_bill != is_not_billed || (is_not_billed && entry.customers.len() != 1) {
        return Err(format!("`do_not_bill = true` stands with `finding = \"{NOT_BILLED}\"` and one customer"));
    }
    let decision = match (entry.bill.as_deref(), entry.hold, entry.accept) {
        (None, false, false) if is_not_billed => Decision::DoNotBill,
        (Some("analytics"), false, false) => Decision::BillAnalytics,
        (Some("ledger"), false, false) => Decision::BillLedger,
        (Some(text), false, false) => match parse_plain(text) {
            Ok(amount) if !amount.is_sign_negative() && entry.customers.len() == 1 => Decision::BillAmount(amount),
            Ok(amount) if amount.is_sign_negative() => return Err("`bill` is below zero".to_owned()),
            Ok(_) => return Err("`bill` with an amount is for one customer".to_owned()),
            Err(e) => return Err(format!("`bill` is \"analytics\", \"ledger\" or an amount: {e}")),
        },
        (None, true, false) => Decision::Hold,
        (None, false, true) => Decision::Accept,
        _ => {
            return Err(
                "exactly one of `bill`, `hold = true`, `accept = true` and `do_not_bill = true` must stand".to_owned()
            );
        }
    };
    let direction = match entry.direction.as_deref() {
        None => None,
        Some(word) => Some(Direction::parse(word).ok_or_else(|| format!("`{word}` is no direction"))?),
    };
    let mut customers = entry.customers;
    customers.sort();
    customers.dedup();
    Ok(Resolution {
        finding: entry.finding,
        customers,
        direction,
        analytics: amount(&entry.analytics)?,
        ledger: amount(&entry.ledger)?,
        decision,
        reason: entry.reason,
        by: entry.by,
        on: entry.on,
    })
}

/// The entries as a file.
#[must_use]
pub(crate) fn write(entries: &[Resolution]) -> String {
    let mut text = String::from(
        "# What finance decided about findings of this period. An entry stops applying, with a\n# finding, when the figures it was made for change.\n",
    );
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    for entry in entries {
        let customers: Vec<String> = entry.customers.iter().map(|id| quoted(id)).collect();
        text.push_str(&format!(
            "\n[[resolution]]\nfinding = {}\ncustomers = [{}]\n",
            quoted(&entry.finding),
            customers.join(", ")
        ));
        if let Some(direction) = entry.direction {
            text.push_str(&format!("direction = \"{}\"\n", direction.name()));
        }
        for (key, amount) in [("analytics", entry.analytics), ("ledger", entry.ledger)] {
            if let Some(amount) = amount {
                text.push_str(&format!("{key} = \"{amount}\"\n"));
            }
        }
        text.push_str(&format!(
            "{}\nreason = {}\nby = {}\non = \"{}\"\n",
            entry.decision.line(),
            quoted(&entry.reason),
            quoted(&entry.by),
            entry.on
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_as_they_are_written() {
        let entry = Resolution {
            finding: "amount-difference".into(),
            customers: vec!["MA_1".into()],
            direction: Some(Direction::Outbound),
            analytics: parse_plain("100.00").ok(),
            ledger: parse_plain("137.29").ok(),
            decision: Decision::BillAnalytics,
            reason: "a \"quoted\" reason".into(),
            by: "asha".into(),
            on: "2026-04-02".into(),
        };
        let text = write(std::slice::from_ref(&entry));
        assert_eq!(parse(text.as_bytes(), "r.toml"), Ok(vec![entry]));
    }

    #[test]
    fn an_entry_without_a_reason_or_with_two_decisions_is_refused() {
        let entry = |more: &str| {
            format!(
                "[[resolution]]\nfinding = \"scale\"\ncustomers = [\"MA_1\"]\nby = \"asha\"\non = \"2026-04-02\"\n{more}"
            )
        };
        for (more, why) in [
            ("reason = \" \"\naccept = true", "`reason` is empty"),
            ("reason = \"x\"", "exactly one of"),
            ("reason = \"x\"\naccept = true\nhold = true", "exactly one of"),
            ("reason = \"x\"\nbill = \"1,000\"", "not a plain decimal"),
            ("reason = \"x\"\nbill = \"-1\"", "below zero"),
            ("reason = \"x\"\ndo_not_bill = true", "stands with `finding = \"not-billed\"`"),
        ] {
            let problem = parse(entry(more).as_bytes(), "r.toml").unwrap_err();
            assert!(problem.what.contains(why), "{}", problem.what);
        }
        assert!(
            parse(b"[[resolution]]\nfindng = \"x\"", "r.toml").unwrap_err().why.as_deref().unwrap().contains("findng")
        );
    }
}
