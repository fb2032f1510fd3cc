//! A page for every finding code, in the contract's order: what `crossfoot explain` prints.

/// Codes and their pages. Codes are for ever: people mute, search and discuss by them.
pub const PAGES: &[(&str, &str)] = &[
    ("period-mismatch", include_str!("facts/period_mismatch.md")),
    ("analytics-crossfoot", include_str!("facts/analytics_crossfoot.md")),
    ("truncated-customers", include_str!("facts/truncated_customers.md")),
    ("remainder-difference", include_str!("facts/remainder_difference.md")),
    ("float-noise", include_str!("facts/float_noise.md")),
    ("unpriced-usage", include_str!("facts/unpriced_usage.md")),
    ("currency-mismatch", include_str!("facts/currency_mismatch.md")),
    ("invalid-row", include_str!("facts/invalid_row.md")),
    ("unknown-direction", include_str!("facts/unknown_direction.md")),
    ("unknown-customer", include_str!("facts/unknown_customer.md")),
    ("missing-in-ledger", include_str!("facts/missing_in_ledger.md")),
    ("missing-in-analytics", include_str!("facts/missing_in_analytics.md")),
    ("rounding", include_str!("causes/rounding.md")),
    ("tax-basis", include_str!("causes/tax_basis.md")),
    ("direction-swap", include_str!("causes/direction_swap.md")),
    ("customer-swap", include_str!("causes/customer_swap.md")),
    ("sign-flip", include_str!("causes/sign_flip.md")),
    ("duplicate-posting", include_str!("causes/duplicate_posting.md")),
    ("missing-posting", include_str!("causes/missing_posting.md")),
    ("cut-off", include_str!("causes/cut_off.md")),
    ("scale", include_str!("causes/scale.md")),
    ("digit-error", include_str!("causes/digit_error.md")),
    ("restated", include_str!("causes/restated.md")),
    ("tolerated", include_str!("facts/tolerated.md")),
    ("amount-difference", include_str!("facts/amount_difference.md")),
    // Ours, beyond the contract's list.
    ("ledger-crossfoot", include_str!("facts/ledger_crossfoot.md")),
    ("not-captured", include_str!("facts/not_captured.md")),
    ("duplicate-call", include_str!("facts/duplicate_call.md")),
    ("open-item", include_str!("open_item.md")),
    ("resolution-stale", include_str!("resolution_stale.md")),
    ("issued-differs", include_str!("../bill/issued_differs.md")),
    ("credit-due", include_str!("../bill/credit_due.md")),
    ("gstin-invalid", include_str!("../bill/gstin_invalid.md")),
    ("gst-particulars", include_str!("../bill/gst_particulars.md")),
    ("not-billable", include_str!("../bill/not_billable.md")),
    ("unprintable", include_str!("../bill/unprintable.md")),
];

/// The page of a code.
#[must_use]
pub fn page(code: &str) -> Option<&'static str> {
    PAGES.iter().find(|(known, _)| *known == code).map(|(_, page)| *page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_has_a_page_and_every_page_its_parts() {
        let checks = crate::reconcile::CHECKS.iter().map(|(code, _)| *code);
        let causes = crate::reconcile::explain::CAUSES.iter().map(|(code, _)| *code);
        for code in checks.chain(causes).filter(|code| *code != crate::reconcile::EXPLAINED) {
            assert!(page(code).is_some(), "{code}");
        }
        for (index, (code, text)) in PAGES.iter().enumerate() {
            assert!(PAGES.iter().skip(index + 1).all(|(other, _)| other != code), "{code} twice");
            assert!(text.starts_with(&format!("# {code}\n")), "{code}");
            for part in ["## Test", "## Example", "## What to do"] {
                assert!(text.contains(part), "{code}: {part}");
            }
        }
    }
}
