//! What is left of inbound and outbound when what the findings explain in them is taken off:
//! whatever customers' differences do not account for, stands under the wrong direction.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::candidate::Fit;
use super::difference::{Difference, Who, units};
use crate::model::chance::Chance;
use crate::model::money::{Money, MoneyError, from_parts};
use crate::model::reconciliation::Status;
use crate::model::usage::Direction;
use crate::reconcile::claims::Moved;
use crate::reconcile::compare::Comparison;

/// What is left of the two directions.
pub(super) struct Left {
    /// At least so much stands under this direction that belongs under the other.
    pub(super) moved: Moved,
    /// Whether it is exactly so much, and not at least: every other difference is accounted
    /// for by direction, or too small to matter.
    pub(super) is_exact: bool,
    /// What rounding can make of the directions.
    slack: Money,
}

impl Left {
    /// None where the directions, or each customer's own, are stated or not known.
    ///
    /// # Errors
    /// A sum beyond the exact range.
    pub(super) fn of(cx: &Comparison<'_>, open: &[Difference], found: &[Fit]) -> Result<Option<Self>, MoneyError> {
        let whole = cx.directions.iter().map(|line| line.sides.difference).collect::<Option<Vec<_>>>();
        let captured = cx.customers.iter().any(|line| line.analytics_by_direction.is_some());
        let (Some([mut inbound, mut outbound]), false) =
            (whole.and_then(|both| <[Money; 2]>::try_from(both).ok()), captured)
        else {
            return Ok(None);
        };
        let mut slack = cx.zero();
        let mut small: Vec<Money> = Vec::new();
        let mut accounted: BTreeSet<&Who> = BTreeSet::new();
        for fit in found {
            let money = |units: i128| Ok::<_, MoneyError>(cx.money(from_parts(units, fit.scale)?));
            if fit.code == "rounding" {
                slack = slack.plus(&money(fit.room)?)?;
                for at in fit.differences.iter().map(|at| &open[*at]) {
                    accounted.insert(&at.who);
                    small.push(cx.money(at.amount));
                }
                continue;
            }
            if fit.code == "minimum-billed" {
                // A flat amount in place of usage says nothing of directions.
                for at in fit.differences.iter().map(|at| &open[*at]) {
                    slack = slack.plus(&at.sides.ledger.abs())?.plus(&cx.money(at.amount).abs())?;
                }
            }
            // Of two at once that accidents would make as well, nothing is known of directions.
            if fit.pair && fit.chance > Chance::CERTAIN {
                continue;
            }
            let effect = match fit.effect {
                Some(effect) => effect,
                // All amounts were changed alike: each direction has its share of it.
                None if fit.pattern.is_proportional => {
                    slack = slack.plus(&money(fit.room)?)?;
                    shares(cx, open, fit)
                }
                None => continue,
            };
            // What moved from one customer to another stayed in its direction.
            if fit.differences.len() == 1 {
                inbound = inbound.minus(&money(effect[0])?)?;
                outbound = outbound.minus(&money(effect[1])?)?;
                if !fit.pair {
                    small.push(money(fit.rounding)?);
                }
            }
            slack = slack.plus(&money(fit.slack)?)?;
            accounted.extend(fit.differences.iter().map(|at| &open[*at].who));
        }
        let is_told = |who: &Who| accounted.contains(who);
        let customers = cx.customers.iter().filter(|line| !is_told(&Who::Customer(line.customer_id.clone())));
        let mut unknown: Vec<Money> = Vec::new();
        for (status, difference) in customers.map(|line| (line.status, line.sides.difference)) {
            let Some(difference) = difference.filter(|d| !d.is_zero()) else { continue };
            if status == Status::Tolerated { small.push(difference) } else { unknown.push(difference) }
        }
        if let Some(remainder) = cx.remainder.as_ref().filter(|_| !is_told(&Who::Remainder)) {
            unknown.extend(remainder.sides.difference.filter(|d| !d.is_zero()));
        }
        let over =
            |all: &[Money]| all.iter().filter(|d| !d.is_negative()).try_fold(cx.zero(), |sum, one| sum.plus(one));
        for one in &small {
            slack = slack.plus(&one.abs())?;
        }
        let customers_over = over(&unknown)?.plus(&over(&small)?)?;
        let amount = over(&[inbound, outbound])?.minus(&customers_over)?;
        let surplus = if inbound.is_negative() { Direction::Outbound } else { Direction::Inbound };
        Ok(Some(Self { moved: Moved { amount, surplus }, is_exact: unknown.is_empty(), slack }))
    }

    /// Whether it is more than is tolerated, and than rounding can make.
    pub(super) fn is_moved(&self, cx: &Comparison<'_>) -> bool {
        let Moved { amount, surplus } = &self.moved;
        amount.amount() > self.slack.amount() && cx.beyond_tolerance(amount, *surplus)
    }

    /// As a difference, to be looked for in rows.
    pub(super) fn swapped(&self, cx: &Comparison<'_>) -> Difference {
        let amount = self.moved.amount.amount();
        let by: [Decimal; 2] =
            if self.moved.surplus == Direction::Inbound { [amount, -amount] } else { [-amount, amount] };
        Difference {
            who: Who::Directions,
            members: cx.ids(|_| true),
            sides: cx.totals,
            amount: Decimal::ZERO,
            by_direction: Some(by),
        }
    }
}

/// What a cause that changes all amounts in proportion explains of each direction.
fn shares(cx: &Comparison<'_>, open: &[Difference], fit: &Fit) -> [i128; 2] {
    let mut both = [0; 2];
    for at in &fit.differences {
        for line in open[*at].members.iter().filter_map(|id| cx.line(id)) {
            for direction in Direction::ALL {
                let booked = line.ledger_by_direction.get(&direction).and_then(|m| units(m.amount(), fit.scale));
                both[direction as usize] += booked.unwrap_or(0);
            }
        }
    }
    let whole = both[0] + both[1];
    if whole == 0 {
        return [fit.explains, 0];
    }
    let inbound = fit.explains.checked_mul(both[0]).map_or(0, |product| product / whole);
    [inbound, fit.explains - inbound]
}
