//! A row on a usage account that is no usage: a discount, a credit, a write-off, a rental. The
//! particular is the word that says so.

use crate::reconcile::check::{Check, Look};
use crate::reconcile::explain::{Pattern, Preference, Said, Telling, Words, posted};
use crate::reconcile::wording::counted;

/// Looked for among rows that are unlike the ledger's others.
pub(crate) static CHECK: Check = Check {
    code: "adjustment",
    page: include_str!("adjustment.md"),
    look: Look::Candidates(|context, sink| posted(context, sink, Said::Adjustment, &ROW)),
};

static ROW: Pattern = Pattern { name: "row", preference: Preference::NoUsage, alone: Some(words), ..Pattern::BASE };

fn words(t: &Telling<'_>) -> Words {
    let next = "Post it to an account of its own, or name its account as other in [ledger.accounts], so that it is not compared with call costs.";
    (told(t, "no usage"), next.to_owned())
}

/// What rows are by their text, and that the customer agrees without them.
pub(super) fn told(t: &Telling<'_>, what: &str) -> String {
    let by = match t.fit.particulars.word.as_str() {
        "" if t.row().is_some_and(|row| row.amount.is_sign_negative()) => " by its sign".to_owned(),
        "" => " by its text".to_owned(),
        word => format!(" by its text (`{word}`)"),
    };
    let rows = match t.fit.rows.as_slice() {
        [_] => format!("{} ({}, {}{}) posts {}, which is {what}{by}", t.at(), t.way(), t.day(), t.under(), t.amount()),
        many => {
            let sum = t.money(t.fit.explains).display();
            format!(
                "{} ({}) post {sum}, which is {what}{}",
                counted(many.len(), "row"),
                t.lines().join(", "),
                by.replace("its", "their")
            )
        }
    };
    format!("For {}, {rows}: the ledger is {}.", t.whom, t.off())
}
