//! A difference to explain: whose it is, how large, in which direction.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use crate::model::finding::Sides;
use crate::model::money::{MoneyError, from_parts};
use crate::model::reconciliation::Status;
use crate::model::usage::Direction;
use crate::reconcile::claims::Claims;
use crate::reconcile::compare::Comparison;

/// Whose difference it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// A customer's.
    Customer(String),
    /// That of the customers whom the partner does not list.
    Remainder,
    /// None in total: one direction has too much, the other too little.
    Directions,
}

/// A difference to explain.
#[derive(Clone, Debug)]
pub struct Difference {
    /// Whose.
    pub who: Who,
    /// The customers in it.
    pub members: Vec<String>,
    /// Both sides.
    pub sides: Sides,
    /// Ledger less analytics.
    pub amount: Decimal,
    /// The same by direction, where it is known.
    pub by_direction: Option<[Decimal; 2]>,
}

impl Difference {
    /// Whether a customer is in it.
    pub fn concerns(&self, id: &str) -> bool {
        self.members.binary_search_by(|member| member.as_str().cmp(id)).is_ok()
    }

    /// Whether an earlier finding has told of it.
    pub fn is_claimed(&self, claims: &Claims) -> bool {
        match &self.who {
            Who::Customer(id) => claims.customers.contains(id),
            Who::Remainder => claims.remainder,
            Who::Directions => claims.directions,
        }
    }

    /// Takes it, so that no later check tells of it again.
    pub fn claim(&self, cx: &Comparison<'_>, claims: &mut Claims) {
        match &self.who {
            Who::Customer(id) => claims.customers(cx, std::slice::from_ref(id)),
            Who::Remainder => claims.remainder = true,
            Who::Directions => claims.directions = true,
        }
    }

    /// Amounts that a single row would have if it alone made the difference.
    ///
    /// # Errors
    /// None in practice.
    pub fn single_row_amounts(&self) -> Result<BTreeSet<Decimal>, MoneyError> {
        let mut amounts = BTreeSet::new();
        for d in self.by_direction.into_iter().flatten().chain([self.amount]).filter(|d| !d.is_zero()) {
            amounts.extend([d, -d, d.abs()]);
            // A row with the wrong sign makes twice its amount.
            let (units, scale) = (d.mantissa() * 5, d.scale() + 1);
            amounts.insert(from_parts(units, scale)?.normalize());
        }
        Ok(amounts)
    }
}

/// Every difference beyond the tolerance.
///
/// # Errors
/// A sum beyond the exact range.
pub(crate) fn differences(cx: &Comparison<'_>) -> Result<Vec<Difference>, MoneyError> {
    let mut found = Vec::new();
    for line in cx.customers.iter().filter(|line| line.status == Status::Discrepant) {
        let Some(difference) = line.sides.difference else { continue };
        let both = Direction::ALL.map(|d| line.direction(d).and_then(|s| s.difference).map(|d| d.amount()));
        found.push(Difference {
            who: Who::Customer(line.customer_id.clone()),
            members: vec![line.customer_id.clone()],
            sides: line.sides,
            amount: difference.amount(),
            by_direction: both[0].zip(both[1]).map(|(a, b)| [a, b]),
        });
    }
    if let Some(remainder) = cx.remainder.as_ref().filter(|r| r.status == Status::Discrepant)
        && let Some(difference) = remainder.sides.difference
    {
        found.push(Difference {
            who: Who::Remainder,
            members: cx.ids(|line| line.status == Status::Unlisted),
            sides: remainder.sides,
            amount: difference.amount(),
            by_direction: None,
        });
    }
    let Some(whole) = whole_directions(cx) else { return Ok(found) };
    if let [only] = found.as_mut_slice() {
        only.by_direction = only.by_direction.or(Some(whole));
    }
    let opposite = whole.iter().all(|d| !d.is_zero()) && whole[0].is_sign_negative() != whole[1].is_sign_negative();
    let captured = cx.customers.iter().any(|line| line.analytics_by_direction.is_some());
    if found.is_empty() && opposite && !captured {
        found.push(Difference {
            who: Who::Directions,
            members: cx.ids(|_| true),
            sides: cx.totals,
            amount: Decimal::ZERO,
            by_direction: Some(whole),
        });
    }
    Ok(found)
}

/// By how much inbound and outbound differ in all.
pub(super) fn whole_directions(cx: &Comparison<'_>) -> Option<[Decimal; 2]> {
    let [inbound, outbound] = Direction::ALL.map(|direction| {
        let line = cx.directions.iter().find(|line| line.direction == direction);
        line.and_then(|line| line.sides.difference).map(|d| d.amount())
    });
    inbound.zip(outbound).map(|(a, b)| [a, b])
}

/// How many rows of these customers the ledger has in the period.
pub(crate) fn row_count(cx: &Comparison<'_>, members: &[String]) -> u64 {
    members.iter().filter_map(|id| cx.question.ledger.customers.get(id)).map(|posted| posted.rows).sum::<u64>()
}

/// How many decimals an amount has without the noughts at its end.
pub(super) fn decimals(amount: Decimal) -> u32 {
    // Nearly all amounts are small, and small numbers are divided quickly.
    let Ok(mut number) = u64::try_from(amount.mantissa().unsigned_abs()) else { return amount.normalize().scale() };
    let mut scale = amount.scale();
    while scale > 0 && number % 10 == 0 {
        (number, scale) = (number / 10, scale - 1);
    }
    scale
}

/// A decimal as a count of 10^-scale units; None beyond them.
#[must_use]
pub(crate) fn units(amount: Decimal, scale: u32) -> Option<i128> {
    if amount.scale() == scale {
        return Some(amount.mantissa());
    }
    let amount = if amount.scale() > scale { amount.normalize() } else { amount };
    amount.mantissa().checked_mul(10_i128.checked_pow(scale.checked_sub(amount.scale())?)?)
}
