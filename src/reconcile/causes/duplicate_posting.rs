//! A row is posted twice. The particular is how often.

use std::collections::BTreeMap;

use crate::model::posting::PostedRow;
use crate::reconcile::check::{Check, Look};
use crate::reconcile::explain::{Candidate, Context, Pattern, Preference, Sink, Telling, Together, Words};

/// Looked for among the rows of one amount.
pub(crate) static CHECK: Check =
    Check { code: "duplicate-posting", page: include_str!("duplicate_posting.md"), look: Look::Candidates(candidates) };

static COPIES: Pattern = Pattern {
    name: "copies",
    preference: Preference::SameVoucher,
    alone: Some(words),
    together: Some(Together {
        alike: false,
        words: |_| ("has rows that stand twice".to_owned(), "Take the second import of these rows out of the ledger."),
    }),
    ..Pattern::BASE
};

fn words(t: &Telling<'_>) -> Words {
    let rows = &t.fit.rows;
    let times = t.fit.particulars.number;
    let same = rows.iter().all(|row| row.reference == rows[0].reference && row.date == rows[0].date);
    let stands = if times == 2 { "twice".to_owned() } else { format!("{times} times") };
    let what = if rows.len() > 2 && times == 2 && rows.iter().any(|row| row.amount != rows[0].amount) {
        format!("several {} postings stand twice", t.way())
    } else {
        let under = if same { format!(" on {}{}", t.day(), t.under()) } else { String::new() };
        format!("the {} posting of {}{under} stands {stands}", t.way(), t.amount())
    };
    let each = |row: &PostedRow| format!("{} on {} (row {})", shown(row), row.date, row.line);
    let places = if same || rows.len() > 3 {
        format!(" (rows {})", t.lines().join(", "))
    } else {
        format!(": {}", rows.iter().map(each).collect::<Vec<_>>().join(", "))
    };
    (
        format!("For {}, {what}{places}: the ledger is {}.", t.whom, t.off()),
        "Compare the vouchers, and take the one that was posted again out of the ledger.".to_owned(),
    )
}

/// A row's voucher, or that it has none.
fn shown(row: &PostedRow) -> &str {
    if row.reference.is_empty() { "without a voucher" } else { &row.reference }
}

/// The same customer, direction and amount: on one day, or under one reference, which shows
/// it; or on another day under another, which only the amount shows.
fn candidates(context: &Context<'_>, sink: &mut Sink<'_>) {
    let mut twice: Vec<Vec<&PostedRow>> = Vec::new();
    for shown in context.alike().iter().map(|rows| by_day_and_voucher(rows)) {
        for group in shown.iter().filter(|group| group.len() > 1) {
            let one_reference = group.iter().all(|row| row.reference == group[0].reference);
            let preference = if one_reference { Preference::SameVoucher } else { Preference::SameDay };
            copies(context, sink, group, true, preference);
            twice.push(group.clone());
        }
        if shown.len() > 1 {
            let firsts: Vec<&PostedRow> = shown.iter().map(|group| group[0]).collect();
            copies(context, sink, &firsts, false, Preference::SameAmount);
        }
    }
    // Several rows at once: a day or a batch that was imported twice.
    if twice.len() > 1 {
        let mut effect = [0; 2];
        for group in &twice {
            effect[group[0].direction as usize] +=
                context.amount(group[0]) * i128::try_from(group.len() - 1).unwrap_or(1);
        }
        let rows: Vec<&PostedRow> = twice.iter().flatten().copied().collect();
        sink.take(Candidate {
            effect: Some(effect),
            preference: Preference::Batch,
            rows,
            particulars: 2.into(),
            ..Candidate::of(&COPIES)
        });
    }
}

/// Those of one day, or under one reference, together: each row with the first that are so.
fn by_day_and_voucher<'a>(rows: &[&'a PostedRow]) -> Vec<Vec<&'a PostedRow>> {
    let mut shown: Vec<Vec<&PostedRow>> = Vec::new();
    let (mut days, mut vouchers) = (BTreeMap::new(), BTreeMap::new());
    for row in rows {
        let day = days.get(&row.date).copied();
        let voucher = vouchers.get(row.reference.as_str()).copied().filter(|_| !row.reference.is_empty());
        let group = [day, voucher].into_iter().flatten().min().unwrap_or(shown.len());
        if group == shown.len() {
            shown.push(Vec::new());
        }
        shown[group].push(*row);
        for place in [days.entry(row.date).or_insert(group), vouchers.entry(row.reference.as_str()).or_insert(group)] {
            *place = group.min(*place);
        }
    }
    shown
}

fn copies(context: &Context<'_>, sink: &mut Sink<'_>, rows: &[&PostedRow], strong: bool, preference: Preference) {
    let mut give = |too_many: usize| {
        let too_many = i128::try_from(too_many).unwrap_or(1);
        let mut effect = [0; 2];
        effect[rows[0].direction as usize] = context.amount(rows[0]) * too_many;
        if !sink.may_want(effect[0] + effect[1], 0) {
            return;
        }
        sink.take(Candidate {
            effect: Some(effect),
            strong,
            preference,
            rows: rows.to_vec(),
            particulars: (too_many + 1).into(),
            ..Candidate::of(&COPIES)
        });
    };
    give(1);
    if rows.len() > 2 {
        give(rows.len() - 1);
    }
}
