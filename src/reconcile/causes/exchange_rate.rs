//! Several customers' ledgers are one factor of the partner's figures: another rate of exchange,
//! or another tariff. The particular is the factor.

use super::basis::{by_factor, worded};
use crate::reconcile::check::{Check, Look};
use crate::reconcile::explain::{Pattern, Preference, Together};

/// Looked for in all customers together.
pub(crate) static CHECK: Check = Check {
    code: "exchange-rate",
    page: include_str!("exchange_rate.md"),
    look: Look::Candidates(|context, sink| by_factor(context, sink, false, &SOME)),
};

static SOME: Pattern = Pattern {
    name: "some",
    preference: Preference::WholeByFactor,
    together: Some(Together {
        alike: true,
        words: |factor| {
            (
                worded(factor, "at each of them alike"),
                "Look at which rate of exchange, or by which tariff, these customers are booked.",
            )
        },
    }),
    is_proportional: true,
    is_of_report: true,
    ..Pattern::BASE
};
