//! The order in which a person reads findings: what stops invoices first; then what makes
//! the most doubtful; then the most money.

use std::cmp::Reverse;

use rust_decimal::Decimal;

use super::explain::CAUSES;
use super::{CHECKS, EXPLAINED};
use crate::model::finding::{Confidence, Finding};

/// Sorts by a full key and numbers from F001.
pub fn rank(findings: &mut [Finding]) {
    findings.sort_by_cached_key(|f| {
        // What explains a difference stands where the search for causes does.
        let cause = CAUSES.iter().any(|(code, _)| *code == f.code);
        let place = CHECKS.iter().position(|(code, _)| *code == f.code || (cause && *code == EXPLAINED));
        let money = f.difference.map_or(Decimal::ZERO, |d| d.abs().amount());
        (
            f.severity,
            place,
            f.confidence != Confidence::Supported,
            Reverse(money),
            f.customers.clone(),
            f.direction,
            f.message.clone(),
        )
    });
    for (index, finding) in findings.iter_mut().enumerate() {
        finding.id = format!("F{:03}", index + 1);
    }
}
