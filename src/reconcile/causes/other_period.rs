//! A document of another month, dated in this one. The particular is the word that says so.

use super::adjustment::told;
use crate::reconcile::check::{Check, Look};
use crate::reconcile::explain::{Pattern, Preference, Said, posted};

/// Looked for among rows whose text names another month.
pub(crate) static CHECK: Check = Check {
    code: "other-period",
    page: include_str!("other_period.md"),
    look: Look::Candidates(|context, sink| posted(context, sink, Said::OtherMonth, &ROW)),
};

static ROW: Pattern = Pattern {
    name: "row",
    preference: Preference::NoUsage,
    alone: Some(|t| {
        let next = "Date it in the month that it belongs to, and close that month again if it was closed without it.";
        (told(t, "of another month"), next.to_owned())
    }),
    ..Pattern::BASE
};
