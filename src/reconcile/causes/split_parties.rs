//! Split and merged parties: one customer's ledger holds what the partner charges to several,
//! or several hold what it charges to one. Looked for before a customer that only one side
//! has is called missing: its money is not gone, it stands elsewhere.

use rust_decimal::Decimal;

use crate::model::chance::Chance;
use crate::model::finding::{Confidence, Finding, Severity};
use crate::model::money::{MoneyError, Tally};
use crate::reconcile::check::{Check, Look};
use crate::reconcile::claims::Claims;
use crate::reconcile::compare::Comparison;
use crate::reconcile::explain::{Difference, Who, differences, rounding, row_count, units};
use crate::reconcile::wording::{add_up, counted, figures};

/// Looked for among the differences.
pub(crate) static CHECK: Check =
    Check { code: "customer-swap", page: include_str!("customer_swap.md"), look: Look::Find(find) };

/// With more differences than this, sums of some of them are not tried: too many fit.
const MOST: usize = 60;
/// How many parties are tried together, beside all of them.
const TOGETHER: usize = 4;
/// How many ways of adding up are tried for one difference.
const WAYS: u64 = 600_000;

/// Looks for a difference that is to the last digit the sum of others, turned round.
///
/// # Errors
/// A sum beyond the exact range.
fn find(cx: &Comparison<'_>, claims: &mut Claims) -> Result<Vec<Finding>, MoneyError> {
    let all = differences(cx)?;
    let mut open: Vec<(&Difference, i128)> = Vec::new();
    let scale = all.iter().map(|one| one.amount.normalize().scale()).max().unwrap_or(0);
    let scale = scale.max(cx.question.currency.minor_digits());
    for one in all.iter().filter(|one| one.who != Who::Directions && !one.is_claimed(claims)) {
        let Some(difference) = units(one.amount, scale).filter(|d| *d != 0) else { continue };
        open.push((one, difference));
    }
    // Where the partner is finer than the rows, sums agree but for what rounding makes.
    let rows = open.iter().map(|(one, _)| i128::from(row_count(cx, &one.members))).sum::<i128>();
    let slack = rounding(cx, scale)(rows);
    open.retain(|(_, difference)| difference.abs() > 2 * slack);
    let mut found = Vec::new();
    if open.len() > MOST || claims.everything {
        return Ok(found);
    }
    open.sort_by_key(|(one, difference)| (-difference.abs(), one.members.clone()));
    let mut used = vec![false; open.len()];
    for at in 0..open.len() {
        let rest: Vec<usize> = (0..open.len())
            .filter(|other| !used[*other] && (open[*other].1 > 0) != (open[at].1 > 0))
            .filter(|other| open[*other].1.abs() <= open[at].1.abs() + slack)
            .collect();
        if used[at] || rest.is_empty() {
            continue;
        }
        let parts: Vec<i128> = rest.iter().map(|other| open[*other].1.abs()).collect();
        let Some((ways, tried)) = sums(open[at].1.abs(), &parts, slack) else { continue };
        // Where the directions are known, they must agree as well.
        let agree = |way: &Vec<usize>| {
            let parts = way.iter().map(|part| open[rest[*part]].0.by_direction);
            std::iter::once(open[at].0.by_direction)
                .chain(parts)
                .collect::<Option<Vec<_>>>()
                .is_none_or(|all| slack > 0 || cancel(&all))
        };
        let ways: Vec<Vec<usize>> = ways.into_iter().filter(agree).collect();
        let [way] = ways.as_slice() else { continue };
        let way: Vec<usize> = way.iter().map(|part| rest[*part]).collect();
        // One against one, both of whom have other money too, is a row at the wrong customer:
        // the rows tell.
        let is_whole = |index: usize| {
            let sides = open[index].0.sides;
            sides.ledger.is_zero() || sides.analytics.is_some_and(|a| a.is_zero())
        };
        if way.len() == 1 && !(is_whole(at) || is_whole(way[0])) {
            continue;
        }
        let unit = 10_u128.pow(scale.saturating_sub(cx.question.currency.minor_digits()));
        let tried = tried.saturating_mul(u64::try_from(2 * slack.unsigned_abs() / unit + 1).unwrap_or(u64::MAX));
        // Sums of others are tried for each of them.
        let chance = Chance::of_tries(tried, 3 * open[at].1.unsigned_abs() / unit).times(open.len());
        if chance.confidence(0, false) != Confidence::Supported {
            continue;
        }
        for index in way.iter().copied().chain([at]) {
            used[index] = true;
            open[index].0.claim(cx, claims);
        }
        let others: Vec<&Difference> = way.iter().map(|index| open[*index].0).collect();
        found.push(tell(cx, open[at].0, &others, chance)?);
    }
    Ok(found)
}

/// Whether differences cancel each other in both directions.
fn cancel(all: &[[Decimal; 2]]) -> bool {
    (0..2).all(|d| {
        let mut sum = Tally::default();
        all.iter().try_for_each(|by| sum.add(by[d])).and_then(|()| sum.total()).is_ok_and(|sum| sum.is_zero())
    })
}

/// The ways to add up parts to a sum, those of the fewest parts only, and how many were
/// tried. None where there is none.
fn sums(whole: i128, parts: &[i128], slack: i128) -> Option<(Vec<Vec<usize>>, u64)> {
    let mut tried = 0_u64;
    for together in 1..=TOGETHER.min(parts.len()) {
        tried = tried.saturating_add(choose(parts.len(), together));
        if tried > WAYS {
            break;
        }
        let mut ways = Vec::new();
        pick(whole, (parts, slack), together, &mut Vec::new(), &mut ways);
        if !ways.is_empty() {
            return Some((ways, tried));
        }
    }
    let everything = parts.len() > TOGETHER && (parts.iter().sum::<i128>() - whole).abs() <= slack;
    everything.then(|| (vec![(0..parts.len()).collect()], tried.min(WAYS) + 1))
}

/// Picks `more` further parts, behind those picked. The last is looked up.
fn pick(rest: i128, (parts, slack): (&[i128], i128), more: usize, picked: &mut Vec<usize>, ways: &mut Vec<Vec<usize>>) {
    let from = picked.last().map_or(0, |last| last + 1);
    for (index, part) in parts.iter().enumerate().skip(from) {
        if *part > rest + slack || (more == 1 && (*part - rest).abs() > slack) {
            continue;
        }
        picked.push(index);
        if more == 1 {
            ways.push(picked.clone());
        } else {
            pick(rest - part, (parts, slack), more - 1, picked, ways);
        }
        picked.pop();
    }
}

/// How many ways there are to choose so many of them.
fn choose(of: usize, together: usize) -> u64 {
    (0..together).fold(1, |ways: u64, n| ways.saturating_mul((of - n) as u64) / (n as u64 + 1))
}

fn tell(cx: &Comparison<'_>, one: &Difference, others: &[&Difference], chance: Chance) -> Result<Finding, MoneyError> {
    let mut gap = Tally::default();
    std::iter::once(one).chain(others.iter().copied()).try_for_each(|each| gap.add(each.amount))?;
    let near = if gap.total()?.is_zero() { " to the last digit" } else { ", but for what rounding the rows makes" };
    let is_more = one.amount.is_sign_positive();
    let called = |many: &[&Difference]| {
        let name = |one: &&Difference| match &one.who {
            Who::Customer(id) => cx.called(id),
            _ => "customers whom the partner does not list".to_owned(),
        };
        match many {
            few if few.len() <= 4 => few.iter().map(name).collect::<Vec<_>>().join(" and "),
            many => counted(many.len(), "customer"),
        }
    };
    let (one_name, other_names) = (called(&[one]), called(others));
    let much = cx.money(one.amount.abs()).display();
    let sums: Vec<String> = others.iter().map(|other| cx.money(other.amount.abs()).display()).collect();
    let sum = if others.len() > 1 && others.len() <= 4 { format!(" ({})", sums.join(" + ")) } else { String::new() };
    let (message, next) = if is_more {
        (
            format!(
                "The ledger books {much} on {one_name} that the partner charges to {other_names}{sum}: the amounts agree{near}."
            ),
            format!(
                "If {other_names} were posted to {one_name} (one party for several, or another name), post them under their own ids, or name the alias in customers.csv."
            ),
        )
    } else {
        (
            format!(
                "The ledger books on {other_names}{sum} the {much} that the partner charges to {one_name}: the amounts agree{near}."
            ),
            format!(
                "If {one_name} was posted under {other_names} (one party under several names, or another one), post it under its own id, or name the aliases in customers.csv."
            ),
        )
    };
    let touched: Vec<String> =
        std::iter::once(one).chain(others.iter().copied()).flat_map(|b| b.members.clone()).collect();
    let stated = if is_more { vec![one.sides] } else { others.iter().map(|b| b.sides).collect() };
    let sides = add_up(cx, &stated)?;
    let mut finding =
        Finding::fact("customer-swap", Severity::Blocking, message, format!("{next} Then run the command again."))
            .confidence(Confidence::Supported)
            .shown_by(touched.iter().take(20).flat_map(|id| figures(cx, id)))
            .explained(&sides);
    finding.chance = Some(chance);
    Ok(finding.touching(touched))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fewest_parts_that_add_up_are_found_and_the_ways_counted() {
        assert_eq!(sums(10, &[1, 2, 7, 10], 0), Some((vec![vec![3]], 4)));
        assert_eq!(sums(10, &[1, 2, 7], 0), Some((vec![vec![0, 1, 2]], 7)));
        // Two ways with as many parts: neither is the cause.
        assert_eq!(sums(9, &[2, 7, 4, 5], 0).unwrap().0, [vec![0, 1], vec![2, 3]]);
        assert_eq!(sums(10, &[1, 2, 3], 0), None);
        assert_eq!(sums(21, &[1, 2, 3, 4, 5, 6], 0).unwrap().0, [vec![0, 1, 2, 3, 4, 5]]);
        assert_eq!(sums(10, &[1, 8], 1).unwrap().0, [vec![0, 1]]);
        assert_eq!((choose(60, 3), choose(4, 4)), (34_220, 1));
    }
}
