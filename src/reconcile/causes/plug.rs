//! A round amount at the month's end that no document stands behind: it makes books agree. The
//! particular is the word that says so.

use super::adjustment::told;
use crate::reconcile::check::{Check, Look};
use crate::reconcile::explain::{Pattern, Preference, Said, posted};

/// Looked for in the last days of the period.
pub(crate) static CHECK: Check = Check {
    code: "plug",
    page: include_str!("plug.md"),
    look: Look::Candidates(|context, sink| posted(context, sink, Said::Plug, &ROW)),
};

static ROW: Pattern = Pattern {
    name: "row",
    preference: Preference::NoUsage,
    alone: Some(|t| {
        let next = "Look who posted it and why; take it out, and post what it stands for.";
        (told(t, "a plug figure: no document stands behind it"), next.to_owned())
    }),
    ..Pattern::BASE
};
