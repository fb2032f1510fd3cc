//! What `crossfoot import` finds in a ledger: rows that did not count, totals that do not
//! agree, and what a person may not have meant.

use serde::Serialize;

use crate::ledger::format::{Role, Sign};
use crate::ledger::open::{How, Understood};
use crate::model::money::Tally;
use crate::model::posting::{CheckSum, Ledger, RowProblemKind};

#[derive(Serialize)]
pub(super) struct Finding<'a> {
    pub(super) code: &'static str,
    pub(super) severity: &'static str,
    pub(super) evidence: Vec<Evidence<'a>>,
    pub(super) message: String,
}

#[derive(Serialize)]
pub(super) struct Evidence<'a> {
    pub(super) file: &'a str,
    pub(super) line: Option<u64>,
    pub(super) column: Option<&'a str>,
    pub(super) text: &'a str,
    pub(super) why: &'a str,
}

pub(super) fn findings(ledger: &Ledger) -> Vec<Finding<'_>> {
    let kinds = [
        (RowProblemKind::Invalid, "invalid-row"),
        (RowProblemKind::UnknownDirection, "unknown-direction"),
        (RowProblemKind::OtherCurrency, "currency-mismatch"),
        (RowProblemKind::SetAside, "set-aside"),
    ];
    let of_rows = kinds.into_iter().filter_map(|(kind, code)| {
        let evidence: Vec<Evidence<'_>> = ledger
            .problems
            .iter()
            .filter(|p| p.kind == kind)
            .map(|p| Evidence {
                file: &ledger.path,
                line: Some(p.line),
                column: p.column.as_deref(),
                text: &p.text,
                why: &p.why,
            })
            .collect();
        let first = evidence.first()?;
        let mut money = Tally::default();
        let amounts = ledger.problems.iter().filter(|p| p.kind == kind).filter_map(|p| p.amount);
        let in_all = amounts.map(|amount| money.add(amount)).all(|added| added.is_ok());
        let sum = money.total().ok().filter(|sum| in_all && !sum.is_zero());
        let sum = sum.map_or_else(String::new, |sum| format!(", {sum} in all"));
        let message = format!(
            "{} in {} places{sum}; the first is row {}: {}",
            code,
            evidence.len(),
            first.line.unwrap_or_default(),
            first.why
        );
        Some(Finding { code, severity: "blocking", message, evidence })
    });
    let broken: Vec<&CheckSum> = ledger.checks.iter().filter(|check| !check.agrees()).collect();
    let of_sums = broken.first().map(|first| Finding {
        code: "ledger-crossfoot",
        severity: "blocking",
        message: format!(
            "{} of the file's own totals do not agree with its rows; the first is {}: stated {}, computed {}",
            broken.len(),
            first.what,
            first.stated,
            first.computed
        ),
        evidence: broken
            .iter()
            .map(|check| Evidence {
                file: &ledger.path,
                line: check.line,
                column: None,
                text: &check.what,
                why: "the total is not the sum of its rows",
            })
            .collect(),
    });
    let of_hidden = ledger.hidden.iter().map(|hidden| Finding {
        code: "hidden-rows",
        severity: "warning",
        message: hidden.message(),
        evidence: vec![Evidence {
            file: &ledger.path,
            line: hidden.lines.first().copied(),
            column: None,
            text: &hidden.text,
            why: "the row is hidden in the spreadsheet, and counted",
        }],
    });
    of_rows.chain(of_sums).chain(of_hidden).collect()
}

/// What a person may not have meant, though every row was read: no row that counts, and a
/// sign that the format took for granted.
pub(super) fn doubts(ledger: &Ledger, how: &How, is_negative: bool) -> Vec<Finding<'static>> {
    let warning = |code, message| Finding { code, severity: "warning", evidence: Vec::new(), message };
    let mut doubts = Vec::new();
    let rows = ledger.rows;
    // Before any account is named, nothing can count.
    let may_count = match how {
        How::Export(understood) => !understood.found.is_empty() || rows.read == 0,
        _ => true,
    };
    if may_count
        && rows.used + rows.outside_period == 0
        && rows.rejected == 0
        && ledger.problems.is_empty()
        && ledger.customers.is_empty()
    {
        let message = format!("No row counts, of {} that were read. Is it the ledger of this period?", rows.read);
        doubts.push(warning("missing-in-ledger", message));
    }
    let one_amount = |u: &Understood| {
        let has = |role| u.file.column(role).is_some();
        has(Role::Amount)
            && !has(Role::Debit)
            && !has(Role::Side)
            && u.file.format.sign != Sign::Suffix
            && u.file.format.credit_types.is_empty()
    };
    if let How::Export(understood) = how
        && is_negative
        && one_amount(understood)
    {
        let message = format!(
            "The accounts that are usage come to less than nothing, by the sign that {} writes. If a plus of this file is a charge, say so in a format of the books: `sign`.",
            understood.file.format.title
        );
        doubts.push(warning("sign-flip", message));
    }
    doubts
}
