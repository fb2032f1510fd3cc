//! Both sides differ by one factor at every customer: another basis, such as the selling price
//! where cost is compared. The particular is the factor.

use crate::reconcile::check::{Check, Look};
use crate::reconcile::explain::{Candidate, Context, Particulars, Pattern, Preference, Sink, Together};

/// Looked for in all customers together.
pub(crate) static CHECK: Check = Check {
    code: "basis",
    page: include_str!("basis.md"),
    look: Look::Candidates(|context, sink| by_factor(context, sink, true, &ALL)),
};

static ALL: Pattern = Pattern {
    name: "all",
    preference: Preference::WholeByFactor,
    together: Some(Together {
        alike: true,
        words: |factor| {
            (
                worded(factor, "at the ledger's customers alike"),
                "If the ledger is at selling price, export what the partner charged, so that cost is compared with cost; or look which rate the partner uses.",
            )
        },
    }),
    is_proportional: true,
    ..Pattern::BASE
};

/// Factors that tax, withholding and a decimal point make: these tell of them.
const OTHERWISE: [&str; 18] = [
    "1.18", "0.847458", "1.05", "0.952381", "1.12", "0.892857", "1.28", "0.78125", "0.9", "0.95", "0.98", "0.99", "10",
    "100", "1000", "0.1", "0.01", "0.001",
];

/// `is 1.25 times the partner's figures`.
pub(super) fn worded(factor: &Particulars, whose: &str) -> String {
    format!("is {} times the partner's figures, {whose}", factor.word)
}

/// The whole of a customer who has the factor that several have.
pub(super) fn by_factor(context: &Context<'_>, sink: &mut Sink<'_>, is_all: bool, pattern: &'static Pattern) {
    let told = |factor: &str| OTHERWISE.contains(&factor);
    let factor = context.known.factor.as_ref().filter(|factor| factor.is_all == is_all && !told(&factor.text));
    if let Some(factor) = factor.filter(|factor| factor.of.contains(&context.index)) {
        let particulars = factor.text.clone().into();
        sink.take(Candidate { particulars, chance: Some(factor.chance), ..Candidate::of(pattern) });
    }
}
