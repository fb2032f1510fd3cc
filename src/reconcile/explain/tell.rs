//! Fits → findings, in words. One slip of the set-up that touches many customers is one
//! finding.

use std::collections::BTreeMap;

use super::scene::{Break, Who};
use super::search::{Fit, Trait};
use crate::model::finding::{Confidence, Evidence, Finding, Severity, Sides};
use crate::model::money::{Money, MoneyError, from_parts};
use crate::model::posting::PostedRow;
use crate::model::reconciliation::CustomerLine;
use crate::model::rounding::{Rounding, round_to};
use crate::reconcile::compare::Comparison;
use crate::reconcile::facts::{add_up, counted, figures};

/// Above so many customers with the same slip in single rows, it is one slip.
const SAME_ABOVE: usize = 3;
/// How many rows and figures are shown.
const SHOWN: usize = 40;

/// Words the fits.
///
/// # Errors
/// A sum beyond the exact range.
pub(super) fn findings(cx: &Comparison<'_>, open: &[Break], fits: &[Fit]) -> Result<Vec<Finding>, MoneyError> {
    let mut groups: BTreeMap<(&str, Option<Trait>, usize), Vec<&Fit>> = BTreeMap::new();
    let many = |fit: &Fit| fits.iter().filter(|other| kind(other) == kind(fit)).count();
    for (index, fit) in fits.iter().enumerate() {
        let limit = if fit.rows.is_empty() { 1 } else { SAME_ABOVE };
        let alone = kind(fit).1.is_none() || many(fit) <= limit;
        groups.entry((fit.code, kind(fit).1, if alone { index } else { usize::MAX })).or_default().push(fit);
    }
    groups.into_values().map(|group| one(cx, open, &group)).collect()
}

/// What makes two fits the same slip; None for what is always told alone.
fn kind(fit: &Fit) -> (&'static str, Option<Trait>) {
    let same = match &fit.is {
        Trait::AllShifted(_) | Trait::AllGross(_) | Trait::AllNet(_) | Trait::AllFlipped | Trait::Rounded => {
            Some(fit.is.clone())
        }
        Trait::Copies(_) => Some(Trait::Copies(2)),
        Trait::Before | Trait::After | Trait::Flipped | Trait::Gross(_) | Trait::Net(_) | Trait::Shifted(_) => {
            Some(fit.is.clone())
        }
        _ => None,
    };
    (fit.code, same)
}

fn one(cx: &Comparison<'_>, open: &[Break], group: &[&Fit]) -> Result<Finding, MoneyError> {
    let [first, ..] = group else { unreachable!("a group has a fit") };
    let money = |units: i128| cx.money(from_parts(units, first.scale).unwrap_or_default());
    // A slip between two customers states the one with too much.
    let stated = |fit: &Fit| {
        let most = fit.breaks.iter().copied().max_by_key(|at| (open[*at].difference, std::cmp::Reverse(*at)));
        open[most.unwrap_or(fit.breaks[0])].sides
    };
    let sides = add_up(cx, &group.iter().map(|fit| stated(fit)).collect::<Vec<_>>())?;
    let mut rows: Vec<&PostedRow> = group.iter().flat_map(|fit| &fit.rows).collect();
    rows.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    let mut touched: Vec<String> = Vec::new();
    for fit in group {
        for at in &fit.breaks {
            match &open[*at].who {
                Who::Customer(id) => touched.push(id.clone()),
                Who::Remainder | Who::Directions if fit.rows.is_empty() => touched.extend(open[*at].members.clone()),
                Who::Remainder | Who::Directions => touched.extend(fit.rows.iter().map(|row| row.customer_id.clone())),
            }
        }
    }
    touched.sort();
    touched.dedup();
    let whom = match touched.as_slice() {
        [id] => cx.called(id),
        all if open[first.breaks[0]].who == Who::Remainder && first.rows.is_empty() => {
            format!("the {} whom the partner does not list", counted(all.len(), "customer"))
        }
        all => counted(all.len(), "customer"),
    };
    let (mut message, mut next) =
        if group.len() > 1 { together(first, &whom, &sides) } else { single(cx, open, first, &whom, &money) };
    let explains = match group {
        [_] if matches!(first.is, Trait::OtherWay) => rows.first().map(|row| cx.money(row.amount)),
        [only] => Some(money(only.explains)),
        _ => sides.difference,
    };
    let difference = match (&first.is, group) {
        (Trait::OtherWay, [_]) => explains,
        _ => sides.difference,
    };
    let explains = match (&first.is, difference) {
        (Trait::Elsewhere | Trait::Moved, Some(difference)) => Some(difference),
        _ => explains,
    };
    let confidence = group.iter().map(|fit| fit.confidence()).max_by_key(|c| *c == Confidence::Supported);
    let confidence = confidence.unwrap_or(Confidence::Possible);
    let of_direction = cx
        .directions
        .iter()
        .find(|line| open[first.breaks[0]].who == Who::Directions && Some(line.direction) == first.direction);
    if let Some(line) = of_direction.filter(|_| confidence != Confidence::Supported) {
        // Whose row it is is not certain: all who have such rows are concerned.
        let has = |c: &CustomerLine| c.ledger_by_direction.get(&line.direction).is_some_and(|m| !m.is_zero());
        touched = cx.ids(has);
    }
    if let [only] = group {
        if !only.rivals.is_empty() {
            message.push_str(&format!(" {} as well{}.", fit_as_well(only.rivals.len()), among(&only.rivals)));
        } else if confidence == Confidence::Possible {
            message.push_str(" An accident can look the same: check it before you correct anything.");
        }
    }
    if let ([_], Some(whole), Some(part)) = (group, difference, explains)
        && whole != part
    {
        message.push_str(&format!(" With another finding it makes up the difference of {}.", whole.display_signed()));
    }
    next.push_str(" Then run the command again.");
    let evidence = rows.iter().take(SHOWN).map(|row| Evidence {
        file: row.file.clone(),
        line: Some(row.line),
        column: None,
        text: row.text.clone(),
        why: None,
    });
    let mut finding = Finding::fact(first.code, Severity::Blocking, message, next)
        .confidence(confidence)
        .shown_by(evidence)
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
    let chance = group.iter().map(|fit| fit.chance).min().unwrap_or(0).max(1);
    finding.chance = from_parts(i128::from(chance), 6).ok().map(|c| c.normalize().to_string());
    Ok(finding.touching(touched))
}

fn fit_as_well(n: usize) -> String {
    if n == 1 { "One other explanation fits".to_owned() } else { format!("{n} other explanations fit") }
}

/// The rivals' codes, and the row of the first.
fn among(rivals: &[(&'static str, String)]) -> String {
    let mut codes: Vec<&str> = rivals.iter().map(|(code, _)| *code).collect();
    codes.sort_unstable();
    codes.dedup();
    let row = rivals
        .first()
        .filter(|(_, row)| !row.is_empty())
        .map_or_else(String::new, |(_, row)| format!("; the next is `{row}`"));
    format!(" ({}{row})", codes.join(", "))
}

/// `₹450.00 too high`, with a direction in words.
fn off(amount: &Money) -> String {
    format!("{} too {}", amount.abs().display(), if amount.is_negative() { "low" } else { "high" })
}

fn place(row: &PostedRow) -> String {
    format!("row {}", row.line)
}

fn rate(per_mille: u32) -> String {
    if per_mille.is_multiple_of(10) {
        format!("{} %", per_mille / 10)
    } else {
        format!("{}.{} %", per_mille / 10, per_mille % 10)
    }
}

/// The same slip at many customers.
fn together(fit: &Fit, whom: &str, sides: &Sides) -> (String, String) {
    let by = sides.difference.map_or_else(String::new, |d| format!(": the ledger is {}", off(&d)));
    let (what, next) = match &fit.is {
        Trait::AllGross(per_mille) => (
            format!("is booked with {} tax, and the partner's figures are without", rate(*per_mille)),
            "Export the amounts before tax, or name only the revenue accounts in [ledger.accounts].",
        ),
        Trait::AllNet(per_mille) => (
            format!("is booked without the {} tax that the partner's figures hold", rate(*per_mille)),
            "Ask the partner for figures before tax, or export the amounts with tax.",
        ),
        Trait::AllShifted(power) => (
            format!("is booked {} times the partner's figures", factor(*power)),
            "Export the ledger in the unit that the partner uses: rupees, not paise.",
        ),
        Trait::AllFlipped => ("is booked with the other sign".to_owned(), "Export charges as positive amounts."),
        Trait::Rounded => (
            "differs by no more than rounding each of its rows can make".to_owned(),
            "Post unrounded amounts, or let [reconcile] tolerance pass what rounding takes.",
        ),
        Trait::Copies(_) => {
            ("has rows that stand twice".to_owned(), "Take the second import of these rows out of the ledger.")
        }
        Trait::After => {
            ("has rows dated just after the period that belong to it".to_owned(), "Date these rows within the period.")
        }
        Trait::Before => {
            ("has rows dated just before the period that belong to it".to_owned(), "Date these rows within the period.")
        }
        Trait::Flipped => {
            ("has a charge posted as a credit, or a credit as a charge".to_owned(), "Correct the signs of these rows.")
        }
        Trait::Gross(per_mille) => {
            (format!("has a row booked with {} tax", rate(*per_mille)), "Post these rows without tax.")
        }
        Trait::Net(per_mille) => (
            format!("has a row booked without {} tax", rate(*per_mille)),
            "Post these rows as the partner states them.",
        ),
        _ => ("has a row with its decimal point in the wrong place".to_owned(), "Correct the amounts of these rows."),
    };
    (format!("The ledger of {whom} {what}{by} in all."), next.to_owned())
}

fn factor(power: i32) -> String {
    let zeros = usize::try_from(power.unsigned_abs()).unwrap_or(0);
    if power < 0 { format!("1/1{}", "0".repeat(zeros)) } else { format!("1{}", "0".repeat(zeros)) }
}

fn single(
    cx: &Comparison<'_>,
    open: &[Break],
    fit: &Fit,
    whom: &str,
    money: &dyn Fn(i128) -> Money,
) -> (String, String) {
    let by = off(&money(fit.explains));
    let row = fit.rows.first();
    let amount = row.map_or_else(String::new, |row| cx.money(row.amount).display());
    let (at, day) = row.map_or_else(Default::default, |row| (place(row), row.date.to_string()));
    let way = row.map_or("", |row| row.direction.name());
    let under =
        row.filter(|row| !row.reference.is_empty()).map_or_else(String::new, |row| format!(", {}", row.reference));
    let reads = |right: &i128| {
        let right = money(*right);
        // As many digits as the row itself has.
        let scale = row.map_or(2, |row| row.amount.scale());
        round_to(right.amount(), scale, Rounding::HalfUp).map_or(right, |amount| cx.money(amount)).display()
    };
    match &fit.is {
        Trait::Copies(times) => {
            let rows: Vec<String> = fit.rows.iter().map(|row| row.line.to_string()).collect();
            let stands = if *times == 2 { "twice".to_owned() } else { format!("{times} times") };
            let what = if fit.rows.len() > 2 && *times == 2 && fit.rows.iter().any(|r| r.amount != fit.rows[0].amount) {
                format!("several {way} postings stand twice")
            } else {
                format!("the {way} posting of {amount} on {day}{under} stands {stands}")
            };
            (
                format!("For {whom}, {what} (rows {}): the ledger is {by}.", rows.join(", ")),
                "Compare the vouchers, and take the one that was posted again out of the ledger.".to_owned(),
            )
        }
        Trait::Flipped => {
            let (is, should) = if row.is_some_and(|row| row.amount.is_sign_negative()) {
                ("credit", "charge")
            } else {
                ("charge", "credit")
            };
            (
                format!(
                    "For {whom}, {at} posts {amount} as a {is} where a {should} fits: the ledger is {by}, twice that amount."
                ),
                format!("Look at the voucher of {at} and turn its sign round if it is a {should}."),
            )
        }
        Trait::Shifted(power) => (
            format!(
                "For {whom}, the {way} posting of {amount} in {at} is {} times what fits: the ledger is {by}.",
                factor(*power)
            ),
            format!("Compare {at} with its voucher and correct the amount."),
        ),
        Trait::Transposed(right) => (
            format!(
                "For {whom}, two digits of the {way} posting in {at} have changed places: it says {amount}, and {} fits; the ledger is {by}.",
                reads(right)
            ),
            format!("Compare {at} with its voucher and correct the amount."),
        ),
        Trait::Mistyped(right) | Trait::Dropped(right) => {
            let what = if matches!(fit.is, Trait::Mistyped(_)) {
                "one digit is another"
            } else {
                "a digit is missing or too many"
            };
            (
                format!(
                    "For {whom}, {what} in the {way} posting of {at}: it says {amount}, and {} fits; the ledger is {by}.",
                    reads(right)
                ),
                format!("Compare {at} with its voucher and correct the amount."),
            )
        }
        Trait::Gross(per_mille) => (
            format!(
                "For {whom}, the {way} posting of {amount} in {at} is booked with {} tax: the ledger is {by}.",
                rate(*per_mille)
            ),
            format!("Post {at} without tax; the tax belongs to its own account."),
        ),
        Trait::Net(per_mille) => (
            format!(
                "For {whom}, the {way} posting of {amount} in {at} lacks the {} tax that the others hold: the ledger is {by}.",
                rate(*per_mille)
            ),
            format!("Post {at} on the same basis as the other rows."),
        ),
        Trait::After | Trait::Before => {
            let side = if fit.is == Trait::After { "after" } else { "before" };
            let what = match fit.rows.as_slice() {
                [_] => format!("{at} posts {amount} on {day}, just {side} the period, and the period lacks it"),
                many => format!("{} just {side} the period make up what the period lacks", counted(many.len(), "row")),
            };
            (
                format!("For {whom}, {what}: the ledger is {by}."),
                "If it belongs to this period, date it within the period.".to_owned(),
            )
        }
        Trait::Elsewhere | Trait::Moved => {
            let name = |at: usize| match &open[at].who {
                Who::Customer(id) => cx.called(id),
                _ => "a customer whom the partner does not list".to_owned(),
            };
            let (more, less) = match fit.breaks.as_slice() {
                [a, b] if open[*a].difference > open[*b].difference => (name(*a), name(*b)),
                [a, b] => (name(*b), name(*a)),
                _ => (whom.to_owned(), whom.to_owned()),
            };
            let much = money(fit.explains).abs().display();
            let what = match row {
                Some(row) => format!("{} ({way}, {day}{under}) posts {much} to {more} that {less} lacks", place(row)),
                None => format!("{more} has {much} too much, and {less} lacks exactly that"),
            };
            (format!("The ledger has the wrong customer: {what}."), format!("Look whose it is, and post it to {less}."))
        }
        Trait::OtherWay => {
            let other = row.map_or("", |row| row.direction.other().name());
            (
                format!(
                    "For {whom}, {at} posts {amount} as {way} that the partner has as {other}; the total is right."
                ),
                format!("Post {at} as {other}."),
            )
        }
        Trait::NumberGap(number) => {
            let rows: Vec<String> = fit.rows.iter().map(|row| row.line.to_string()).collect();
            (
                format!(
                    "For {whom}, a posting of {} seems to be missing: the vouchers' numbers leave out {number}, between rows {}.",
                    money(fit.explains).abs().display(),
                    rows.join(" and ")
                ),
                format!("Look for voucher {number}, and post it."),
            )
        }
        Trait::DayGap(missing) => (
            format!(
                "For {whom}, a posting of {} seems to be missing: its {way} postings are regular and leave out {missing}.",
                money(fit.explains).abs().display()
            ),
            format!("Look for the {way} posting of {missing}, and post it."),
        ),
        Trait::Earlier { item, corrected: true } => (
            format!("For {whom}, the ledger is {by}: exactly the open item {item}, turned round, as a correction posted in this period makes it."),
            "Date the correction in the period that it mends and close that one again; or decide about both with crossfoot resolve.".to_owned(),
        ),
        Trait::Earlier { item, corrected: false } => (
            format!("For {whom}, the ledger is {by}: the same amount as the open item {item}."),
            "Look whether the same slip was made again.".to_owned(),
        ),
        Trait::AllGross(_) | Trait::AllNet(_) | Trait::AllShifted(_) | Trait::AllFlipped | Trait::Rounded => {
            let difference = fit.breaks.first().map(|at| open[*at].sides);
            let sides = difference.unwrap_or(open[0].sides);
            let (message, next) = together(fit, whom, &sides);
            (message.replace(" in all.", "."), next)
        }
    }
}
