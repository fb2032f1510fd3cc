//! Posted just outside the period: the ledger's rows of the days before and after it.

use std::collections::BTreeMap;

use crate::model::posting::PostedRow;
use crate::reconcile::check::{Check, Look};
use crate::reconcile::explain::{Candidate, Context, Pattern, Preference, Sink, Telling, Together, Words};
use crate::reconcile::wording::counted;

/// Looked for among the rows outside the period.
pub(crate) static CHECK: Check =
    Check { code: "cut-off", page: include_str!("cut_off.md"), look: Look::Candidates(candidates) };

/// Posted after the period; belongs to it.
static AFTER: Pattern = Pattern {
    name: "after",
    preference: Preference::RowOutside,
    alone: Some(|t| words(t, "after")),
    together: Some(Together {
        alike: true,
        words: |_| {
            ("has rows dated just after the period that belong to it".to_owned(), "Date these rows within the period.")
        },
    }),
    ..Pattern::BASE
};

/// Posted before the period; belongs to it.
static BEFORE: Pattern = Pattern {
    name: "before",
    preference: Preference::RowOutside,
    alone: Some(|t| words(t, "before")),
    together: Some(Together {
        alike: true,
        words: |_| {
            ("has rows dated just before the period that belong to it".to_owned(), "Date these rows within the period.")
        },
    }),
    ..Pattern::BASE
};

fn words(t: &Telling<'_>, side: &str) -> Words {
    let what = match t.fit.rows.as_slice() {
        [_] => {
            format!("{} posts {} on {}, just {side} the period, and the period lacks it", t.at(), t.amount(), t.day())
        }
        many => format!("{} just {side} the period make up what the period lacks", counted(many.len(), "row")),
    };
    (
        format!("For {}, {what}: the ledger is {}.", t.whom, t.off()),
        "If it belongs to this period, date it within the period.".to_owned(),
    )
}

/// One such row, or all of a customer's of the first days behind a boundary.
fn candidates(context: &Context<'_>, sink: &mut Sink<'_>) {
    let period = context.cx.question.period;
    for (after, pattern) in [(true, &AFTER), (false, &BEFORE)] {
        let mut days: BTreeMap<u64, Vec<&PostedRow>> = BTreeMap::new();
        for row in context.outside.iter().filter(|row| (row.date > period.to) == after) {
            if sink.wants(-context.amount(row)) {
                sink.row(row, -context.amount(row), Candidate::of(pattern));
            }
            let away = if after { row.date - period.to } else { period.from - row.date };
            days.entry(away.num_days().unsigned_abs()).or_default().push(row);
        }
        let mut effect = [0; 2];
        let mut rows: Vec<&PostedRow> = Vec::new();
        for of_day in days.into_values() {
            for row in &of_day {
                effect[row.direction as usize] -= context.amount(row);
            }
            rows.extend(of_day);
            if rows.len() > 1 && sink.may_want(effect[0] + effect[1], 0) {
                sink.take(Candidate {
                    effect: Some(effect),
                    preference: Preference::RowsOutside,
                    rows: rows.clone(),
                    ..Candidate::of(pattern)
                });
            }
        }
    }
}
