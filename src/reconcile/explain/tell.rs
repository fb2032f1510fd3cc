//! Fits → findings. One slip of the set-up that touches many customers is one finding.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::candidate::{Fit, Particulars, States, Telling};
use super::difference::{Difference, Who};
use crate::model::finding::{Confidence, Evidence, Finding, Severity, Sides};
use crate::model::money::{Money, MoneyError, from_parts};
use crate::model::posting::PostedRow;
use crate::model::reconciliation::CustomerLine;
use crate::reconcile::compare::Comparison;
use crate::reconcile::wording::{add_up, counted, figures, posting};

/// Above so many customers with the same pattern in single rows, it is one slip.
const SAME_ABOVE: usize = 3;
/// How many rows and figures are shown.
const SHOWN: usize = 40;
/// How many rows of rivals are.
const RIVALS: usize = 10;

type Rival = (&'static str, Option<PostedRow>);

/// What makes two fits the same slip: code, pattern, and the particulars where they matter.
type Kind<'a> = (&'static str, &'static str, Option<&'a Particulars>);

/// Words the fits.
///
/// # Errors
/// A sum beyond the exact range.
pub(super) fn findings(cx: &Comparison<'_>, all: &[Difference], fits: &[Fit]) -> Result<Vec<Finding>, MoneyError> {
    let mut many: BTreeMap<Kind<'_>, usize> = BTreeMap::new();
    for fit in fits {
        *many.entry(kind(fit)).or_default() += 1;
    }
    let mut groups: BTreeMap<(Kind<'_>, usize), Vec<&Fit>> = BTreeMap::new();
    for (index, fit) in fits.iter().enumerate() {
        let limit = if fit.rows.is_empty() { 1 } else { SAME_ABOVE };
        let alone = fit.pattern.together.is_none() || many[&kind(fit)] <= limit;
        groups.entry((kind(fit), if alone { index } else { usize::MAX })).or_default().push(fit);
    }
    groups.into_values().map(|group| one(cx, all, &group)).collect()
}

fn kind(fit: &Fit) -> Kind<'_> {
    let alike = fit.pattern.together.is_some_and(|together| together.alike);
    (fit.code, fit.pattern.name, alike.then_some(&fit.particulars))
}

fn one(cx: &Comparison<'_>, all: &[Difference], group: &[&Fit]) -> Result<Finding, MoneyError> {
    let [first, ..] = group else { unreachable!("a group has a fit") };
    let whose = &all[first.differences[0]].who;
    let sides = add_up(cx, &group.iter().map(|fit| stated(all, fit)).collect::<Vec<_>>())?;
    let mut rows: Vec<&PostedRow> = group.iter().flat_map(|fit| &fit.rows).collect();
    rows.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    let mut touched = touched(all, group);
    let whom = match touched.as_slice() {
        [id] => cx.called(id),
        ids if *whose == Who::Remainder && first.rows.is_empty() => {
            format!("the {} whom the partner does not list", counted(ids.len(), "customer"))
        }
        ids => counted(ids.len(), "customer"),
    };
    let sizes = group.iter().map(|fit| fit.money(cx, fit.explains).abs());
    let largest = sizes.max_by_key(Money::amount).unwrap_or_else(|| cx.zero());
    let telling = Telling { cx, all, fit: first, whom, sides, many: group.len() > 1, largest };
    let (mut message, mut next) = match (first.pattern.alone.filter(|_| !telling.many), &first.pattern.together) {
        (Some(alone), _) => alone(&telling),
        (None, Some(together)) => telling.together(together),
        (None, None) => unreachable!("a pattern is told alone or together"),
    };
    if let Some(own) = first.pattern.next {
        next = own(&telling);
    }
    let (difference, explains) = amounts(cx, group, &sides, rows.first().copied());
    let supported = group.iter().any(|fit| fit.confidence() == Confidence::Supported);
    let of_direction =
        cx.directions.iter().find(|line| *whose == Who::Directions && Some(line.direction) == first.direction);
    if let Some(line) = of_direction.filter(|_| !supported) {
        // Whose row it is is not certain: all who have such rows are concerned.
        let has = |c: &CustomerLine| c.ledger_by_direction.get(&line.direction).is_some_and(|m| !m.is_zero());
        touched = cx.ids(has);
    }
    if let [only] = group {
        if !only.rivals.is_empty() {
            message.push_str(&format!(" {} as well{}.", fit_as_well(only.rivals.len()), among(&only.rivals)));
        } else if !supported {
            message.push_str(" An accident can look the same: check it before you correct anything.");
        }
    }
    if let ([only], Some(whole), Some(part)) = (group, difference, explains)
        && whole != part
        && only.pair
    {
        message.push_str(&format!(" With another finding it makes up the difference of {}.", whole.display_signed()));
    }
    if let [only] = group
        && only.rounding != 0
        && only.effect.is_some()
    {
        let left = cx.money(from_parts(only.rounding, only.scale)?);
        message.push_str(&format!(
            " The partner's figures are finer than the ledger's rows: the rest of {} is no more than rounding them makes.",
            left.display_signed()
        ));
    }
    next.push_str(" Then run the command again.");
    let evidence = rows.iter().take(SHOWN).map(|row| posting(cx, row));
    let rivals = group.first().filter(|_| group.len() == 1).into_iter().flat_map(|only| beside(cx, &only.rivals));
    let mut finding = Finding::fact(first.code, Severity::Blocking, message, next)
        .confidence(if supported { Confidence::Supported } else { Confidence::Possible })
        .shown_by(evidence)
        .shown_by(rivals)
        .shown_by(touched.iter().take(SHOWN / 4).flat_map(|id| figures(cx, id)));
    let sides = of_direction.map_or(sides, |line| line.sides);
    finding.analytics = sides.analytics;
    finding.ledger = Some(sides.ledger);
    finding.difference = difference;
    finding.explains = explains;
    finding.residual = match (difference, explains) {
        (Some(difference), Some(explains)) => Some(difference.minus(&explains)?),
        _ => None,
    };
    finding.direction = first.direction.filter(|d| group.iter().all(|fit| fit.direction == Some(*d)));
    finding.rivals = group.iter().map(|fit| fit.rivals.len() as u64).max().unwrap_or(0);
    finding.chance = group.iter().map(|fit| fit.chance).min();
    Ok(finding.touching(touched))
}

/// The sides that a fit is about; between two customers those of the one with too much.
fn stated(all: &[Difference], fit: &Fit) -> Sides {
    let most = fit.differences.iter().copied().max_by_key(|at| (all[*at].amount, Reverse(*at)));
    all[most.unwrap_or(fit.differences[0])].sides
}

/// Everybody who is in these fits, sorted.
fn touched(all: &[Difference], group: &[&Fit]) -> Vec<String> {
    let mut touched: Vec<String> = Vec::new();
    for fit in group {
        for at in &fit.differences {
            match &all[*at].who {
                Who::Customer(id) => touched.push(id.clone()),
                Who::Remainder | Who::Directions if fit.rows.is_empty() => touched.extend(all[*at].members.clone()),
                Who::Remainder | Who::Directions => {
                    touched.extend(fit.rows.iter().map(|row| row.customer_id.to_string()));
                }
            }
        }
    }
    touched.sort();
    touched.dedup();
    touched
}

/// What the finding states as its difference, and as explained of it.
fn amounts(
    cx: &Comparison<'_>,
    group: &[&Fit],
    sides: &Sides,
    row: Option<&PostedRow>,
) -> (Option<Money>, Option<Money>) {
    match group {
        [only] => {
            let part = only.money(cx, only.explains);
            match only.pattern.states {
                States::Row => {
                    let amount = row.map(|row| cx.money(row.amount));
                    (amount, amount)
                }
                States::Whole => (sides.difference, sides.difference.or(Some(part))),
                States::Part => (sides.difference, Some(part)),
            }
        }
        _ => (sides.difference, sides.difference),
    }
}

fn fit_as_well(n: usize) -> String {
    if n == 1 { "One other explanation fits".to_owned() } else { format!("{n} other explanations fit") }
}

/// The rivals' codes, and the row of the first.
fn among(rivals: &[Rival]) -> String {
    let mut codes: Vec<&str> = rivals.iter().map(|(code, _)| *code).collect();
    codes.sort_unstable();
    codes.dedup();
    let next = rivals.first().and_then(|(_, row)| row.as_ref());
    let row = next.map_or_else(String::new, |row| format!("; the next is `{}`", row.text));
    format!(" ({}{row})", codes.join(", "))
}

/// The rivals' rows, the first of them.
fn beside(cx: &Comparison<'_>, rivals: &[Rival]) -> impl Iterator<Item = Evidence> {
    let rows = rivals.iter().filter_map(|(code, row)| Some((code, row.as_ref()?)));
    rows.take(RIVALS).map(|(code, row)| {
        let shown = posting(cx, row);
        let why = format!("{code} fits here as well: {}", shown.why.unwrap_or_default());
        Evidence { why: Some(why), ..shown }
    })
}
