//! Every finding code of a comparison: one line each, in the order in which differences are
//! claimed and findings are read.

use std::cmp::Reverse;
use std::collections::HashMap;

use rust_decimal::Decimal;

use super::check::{Check, Look};
use super::explain::Cause;
use super::{causes, facts};
use crate::model::digest::sha256_hex;
use crate::model::finding::{Confidence, Finding};
use crate::model::usage::Direction;

/// What makes the whole answer doubtful first, what merely states a difference last. The
/// causes that are searched for stand together: the search is made once, for all of them.
/// Where two of them fit equally well ([`super::explain::Preference`]), the first is told.
pub static CHECKS: &[&Check] = &[
    &facts::period_mismatch::CHECK,
    &facts::currency_mismatch::CHECK,
    &facts::analytics_crossfoot::CHECK,
    &facts::not_captured::CHECK,
    &facts::matrix_crossfoot::CHECK,
    &facts::unpriced_usage::CHECK,
    &facts::float_noise::CHECK,
    &facts::invalid_row::CHECK,
    &facts::set_aside::CHECK,
    &facts::ledger_crossfoot::CHECK,
    &facts::hidden_rows::CHECK,
    &facts::unknown_direction::CHECK,
    &facts::unknown_customer::CHECK,
    &causes::split_parties::CHECK,
    &facts::missing_in_ledger::CHECK,
    &facts::missing_in_analytics::CHECK,
    &causes::boundary_calls::CHECK,
    // Searched for:
    &causes::tax_basis::CHECK,
    &causes::scale::CHECK,
    &causes::basis::CHECK,
    &causes::exchange_rate::CHECK,
    &causes::rate_change::CHECK,
    &causes::rounding::CHECK,
    &causes::customer_swap::CHECK,
    &causes::direction_swap::ROWS,
    &causes::duplicate_posting::CHECK,
    &causes::cut_off::CHECK,
    &causes::sign_flip::CHECK,
    &causes::open_item::CHECK,
    &causes::minimum_billed::CHECK,
    &causes::reversal::CHECK,
    &causes::withholding::CHECK,
    &causes::other_period::CHECK,
    &causes::plug::CHECK,
    &causes::adjustment::CHECK,
    &causes::missing_day::CHECK,
    &causes::missing_posting::CHECK,
    &causes::unmatched_row::CHECK,
    &causes::digit_error::CHECK,
    // What is left:
    &facts::missing_in_ledger::REST,
    &causes::merged_directions::CHECK,
    &causes::direction_swap::SUMS,
    &facts::remainder_difference::CHECK,
    &facts::amount_difference::CHECK,
    &facts::not_searched::CHECK,
    &facts::tolerated::CHECK,
    &facts::duplicate_call::CHECK,
    &facts::truncated_customers::CHECK,
];

/// Codes whose findings are made elsewhere, from more than one comparison.
const OTHERS: &[(&str, &str)] = &[
    ("restated", include_str!("causes/restated.md")),
    ("resolution-stale", include_str!("resolution_stale.md")),
    ("issued-differs", include_str!("../bill/issued_differs.md")),
    ("late-credit-note", include_str!("../bill/late_credit_note.md")),
    ("credit-carried", include_str!("../bill/credit_carried.md")),
    ("credit-due", include_str!("../bill/credit_due.md")),
    ("gstin-invalid", include_str!("../bill/gstin_invalid.md")),
    ("gstin-later", include_str!("../bill/gstin_later.md")),
    ("gst-particulars", include_str!("../bill/gst_particulars.md")),
    ("charge-late", include_str!("../bill/charge_late.md")),
    ("particulars-changed", include_str!("../bill/particulars_changed.md")),
    ("place-assumed", include_str!("../bill/place_assumed.md")),
    ("no-exchange-rate", include_str!("../bill/no_exchange_rate.md")),
    ("no-einvoice", include_str!("../bill/no_einvoice.md")),
    ("not-billable", include_str!("../bill/not_billable.md")),
    ("not-billed", include_str!("../bill/not_billed.md")),
    ("unprintable", include_str!("../bill/unprintable.md")),
];

/// The causes that are searched for.
#[must_use]
pub fn causes() -> Vec<Cause> {
    let cause = |check: &&Check| match check.look {
        Look::Candidates(candidates) => Some((check.code, candidates)),
        Look::Find(_) => None,
    };
    CHECKS.iter().filter_map(cause).collect()
}

/// Every code with its page, which is what `crossfoot explain` prints.
#[must_use]
pub fn pages() -> Vec<(&'static str, &'static str)> {
    let mut pages: Vec<(&str, &str)> = Vec::new();
    for page in CHECKS.iter().map(|check| (check.code, check.page)).chain(OTHERS.iter().copied()) {
        if !pages.iter().any(|(code, _)| *code == page.0) {
            pages.push(page);
        }
    }
    pages
}

/// The page of a code.
#[must_use]
pub fn page(code: &str) -> Option<&'static str> {
    pages().into_iter().find(|(known, _)| *known == code).map(|(_, page)| page)
}

/// Sorts by a full key, in the order in which a person reads findings, and numbers from F001:
/// what stops invoices first; then what makes the most doubtful; then the most money.
pub fn rank(findings: &mut [Finding]) {
    let searched = CHECKS.iter().position(|check| matches!(check.look, Look::Candidates(_)));
    // Keys are made once, and each finding, which is large, is moved once.
    findings.sort_by_cached_key(|f| {
        // What explains a difference stands where the search for causes does.
        let mut own = CHECKS.iter().enumerate().filter(|(_, check)| check.code == f.code);
        let own = if f.confidence == Confidence::Unexplained { own.next_back() } else { own.next() };
        let place = own.and_then(|(place, check)| match check.look {
            Look::Candidates(_) => searched,
            Look::Find(_) => Some(place),
        });
        let money = f.difference.map_or(Decimal::ZERO, |d| d.abs().amount());
        (
            f.severity,
            place,
            // What rounding makes is the least of it.
            f.code == "rounding",
            f.confidence != Confidence::Supported,
            // What may be anybody's comes after what is somebody's.
            f.confidence == Confidence::Possible && f.customers.len() > 2,
            Reverse(money),
            f.customers.clone(),
            f.direction,
            f.message.clone(),
        )
    });
    number(findings);
}

/// Numbers findings from F001, in the order in which they stand, and names each by what it is
/// about. Of two that are about the same, the order tells which is which.
fn number(findings: &mut [Finding]) {
    let mut named: HashMap<String, u32> = HashMap::with_capacity(findings.len());
    for (index, finding) in findings.iter_mut().enumerate() {
        let direction = finding.direction.map_or("", Direction::name);
        let about = format!("{}\n{direction}\n{}", finding.code, finding.customers.join("\n"));
        let same = named.get(&about).copied().unwrap_or(0);
        let digest = sha256_hex(format!("{about}\n{same}").as_bytes());
        named.insert(about, same + 1);
        finding.id = format!("{}-{}", finding.code, &digest[..6]);
        finding.rank = Some(format!("F{:03}", index + 1));
    }
}

/// Numbers findings as 0.1 did, which named them by their rank.
pub(crate) fn number_by_rank(findings: &mut [Finding]) {
    for (index, finding) in findings.iter_mut().enumerate() {
        finding.id = format!("F{:03}", index + 1);
        finding.rank = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_one_page_with_all_its_parts() {
        let pages = pages();
        for check in CHECKS {
            assert_eq!(page(check.code), Some(check.page), "{} has two pages", check.code);
        }
        for (index, (code, text)) in pages.iter().enumerate() {
            assert!(pages.iter().skip(index + 1).all(|(other, _)| other != code), "{code} twice");
            assert!(text.starts_with(&format!("# {code}\n")), "{code}");
            for part in ["## Test", "## Example", "## What to do"] {
                assert!(text.contains(part), "{code}: {part}");
            }
        }
    }

    #[test]
    fn what_is_searched_for_stands_together() {
        let searched: Vec<bool> = CHECKS.iter().map(|check| matches!(check.look, Look::Candidates(_))).collect();
        assert_eq!(searched.chunk_by(|a, b| a == b).filter(|run| run[0]).count(), 1);
    }
}
