//! Rows that should not stand there, as candidates: alone, with those of the same word, and all
//! of a customer's together.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::candidate::{Candidate, Pattern, Sink};
use super::context::Context;
use super::narration::{Said, Telling};
use super::preference::Preference;
use crate::model::posting::PostedRow;

/// Only of so many rows it is asked which belong together.
const TOGETHER: usize = 500;
/// So many rows of one customer that are no usage by several words are taken together.
const MIXED: usize = 12;

/// Hands over every row that says so, alone, with all of the customer's that say it by the
/// same word, and with all that are no usage by any word.
pub(crate) fn posted(context: &Context<'_>, sink: &mut Sink<'_>, said: Said, pattern: &'static Pattern) {
    let told = told_of(context, sink);
    if told.is_empty() {
        return;
    }
    let mut same: BTreeMap<(&str, &str), Vec<&PostedRow>> = BTreeMap::new();
    for (row, telling) in told.iter().filter(|(_, telling)| telling.said == said) {
        same.entry((&row.customer_id, &telling.by)).or_default().push(row);
        let effect = context.amount(row);
        if sink.wants(effect) {
            sink.row(row, effect, Candidate { particulars: telling.by.clone().into(), ..Candidate::of(pattern) });
        }
    }
    let mut sets: Vec<(Vec<&PostedRow>, String)> =
        same.into_iter().filter(|(_, rows)| rows.len() > 1).map(|((_, by), rows)| (rows, by.to_owned())).collect();
    for own in told.chunk_by(|(a, _), (b, _)| a.customer_id == b.customer_id) {
        // All of them together are of the first one's kind, and are handed over once.
        let is_first = own.first().is_some_and(|(_, telling)| telling.said == said);
        let mixed = own.iter().any(|(_, telling)| telling.by != own[0].1.by);
        if is_first && mixed && own.len() <= MIXED {
            sets.push((own.iter().map(|(row, _)| *row).collect(), String::new()));
        }
    }
    for (rows, by) in sets {
        let mut effect = [0; 2];
        for row in &rows {
            effect[row.direction as usize] += context.amount(row);
        }
        if sink.wants(effect[0] + effect[1]) {
            let preference = Preference::NoUsageTogether;
            let particulars = by.into();
            sink.take(Candidate { effect: Some(effect), rows, preference, particulars, ..Candidate::of(pattern) });
        }
    }
}

/// What the rows say that are of interest: all of few, of many those of the amounts in question.
fn told_of<'c, 'a>(context: &'c Context<'a>, sink: &Sink<'_>) -> Cow<'c, [(&'a PostedRow, Telling)]> {
    if context.inside.len() <= TOGETHER {
        return Cow::Borrowed(context.told());
    }
    let wanted: Vec<&PostedRow> =
        context.inside.iter().copied().filter(|row| sink.wants(context.amount(row))).collect();
    Cow::Owned(context.told_of(&wanted))
}

/// Every row that says nothing: only its amount speaks against it.
pub(crate) fn silent<'a>(context: &Context<'a>, sink: &Sink<'_>) -> Vec<&'a PostedRow> {
    let told = told_of(context, sink);
    let is_told = |row: &PostedRow| told.iter().any(|(other, _)| std::ptr::eq(*other, row));
    let rows = context.inside.iter().copied().filter(|row| sink.wants(context.amount(row)));
    rows.filter(|row| !is_told(row)).collect()
}
