//! What a cause looks at: one difference, the rows that can have made it, and the other
//! differences.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::index::Index;
use crate::model::finding::Sides;
use crate::model::money::{Money, MoneyError, from_parts};
use crate::model::posting::PostedRow;
use crate::model::reconciliation::Status;
use crate::model::usage::Direction;
use crate::reconcile::claims::Claims;
use crate::reconcile::compare::Comparison;

/// Above so many rows, candidates that only the amount shows are not looked for.
const FEW: usize = 20_000;

/// Whose difference it is.
#[derive(Clone, Debug, PartialEq, Eq)]
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
        claims.directions = true;
        match &self.who {
            Who::Customer(id) => claims.customers(cx, std::slice::from_ref(id)),
            Who::Remainder => claims.remainder = true,
            Who::Directions => {}
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
pub fn differences(cx: &Comparison<'_>) -> Result<Vec<Difference>, MoneyError> {
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
    let whole = Direction::ALL.map(|direction| {
        let line = cx.directions.iter().find(|line| line.direction == direction);
        line.and_then(|line| line.sides.difference).map(|d| d.amount())
    });
    let Some(whole) = whole[0].zip(whole[1]).map(|(a, b)| [a, b]) else { return Ok(found) };
    if let [only] = found.as_mut_slice() {
        only.by_direction = only.by_direction.or(Some(whole));
    }
    let opposite = whole[0] == -whole[1] && !whole[0].is_zero();
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

/// One difference with the rows that can have made it.
pub struct Context<'a> {
    /// The comparison.
    pub cx: &'a Comparison<'a>,
    /// The difference.
    pub at: &'a Difference,
    /// All differences.
    pub all: &'a [Difference],
    /// Its customers' rows in the period.
    pub inside: Vec<&'a PostedRow>,
    /// Their rows in the days around it.
    pub outside: Vec<&'a PostedRow>,
    /// Its own place among them.
    pub index: usize,
    /// What does not depend on the difference.
    pub known: &'a Index<'a>,
    /// What is to be explained, in units of 10^-scale.
    pub target: i128,
    /// The same by direction.
    pub by_direction: Option<[i128; 2]>,
    /// The scale of all units here: the finest that the rows and the difference have.
    pub scale: u32,
    /// How many rows of its customers the ledger has in the period.
    row_count: i128,
    /// Whether all of them are at hand.
    is_complete: bool,
    /// The finest scale that its rows are really written at.
    written_scale: u32,
}

impl<'a> Context<'a> {
    /// Gathers what belongs to a difference. None where an amount is beyond what can be
    /// counted in units.
    pub(super) fn new(
        cx: &'a Comparison<'a>,
        all: &'a [Difference],
        index: usize,
        known: &'a Index<'a>,
    ) -> Option<Self> {
        let at = &all[index];
        let mut inside = Vec::new();
        let mut outside = Vec::new();
        for row in at.members.iter().flat_map(|id| known.of_customer(id)) {
            if cx.question.period.contains(row.date) { inside.push(*row) } else { outside.push(*row) }
        }
        let analytics = at.sides.analytics.map_or(0, |a| a.amount().normalize().scale());
        let finest = at.by_direction.into_iter().flatten().map(|d| d.normalize().scale()).max().unwrap_or(0);
        let scale = known.scale.max(at.amount.normalize().scale()).max(analytics).max(finest);
        let scale = scale.max(cx.question.currency.minor_digits());
        let sum = inside.iter().map(|row| units(row.amount, scale).unwrap_or(0)).sum::<i128>();
        Some(Self {
            cx,
            at,
            all,
            index,
            known,
            target: units(at.amount, scale)?,
            by_direction: match at.by_direction {
                Some([a, b]) => Some([units(a, scale)?, units(b, scale)?]),
                None => None,
            },
            scale,
            row_count: i128::from(row_count(cx, &at.members)),
            is_complete: sum == units(at.sides.ledger.amount(), scale).unwrap_or(0),
            written_scale: inside.iter().map(|row| row.amount.normalize().scale()).max().unwrap_or(0),
            inside,
            outside,
        })
    }

    /// An amount in these units; 0 beyond them.
    #[must_use]
    pub fn units(&self, amount: Decimal) -> i128 {
        units(amount, self.scale).unwrap_or(0)
    }

    /// A row's amount in these units.
    #[must_use]
    pub fn amount(&self, row: &PostedRow) -> i128 {
        self.units(row.amount)
    }

    /// Money again.
    #[must_use]
    pub fn money(&self, units: i128) -> Money {
        self.cx.money(from_parts(units, self.scale).unwrap_or_default())
    }

    /// How far rounding can have carried the sum of all rows: half a unit of the scale that
    /// the rows are really written at for each, whole rupees too where no row has paise.
    #[must_use]
    pub fn rounding_bound(&self) -> i128 {
        // Few rows end in zeros by accident.
        let told = self.inside.len() >= 3 && self.is_complete;
        let own = if told { self.written_scale } else { self.cx.question.currency.minor_digits() };
        (self.row_count * 10_i128.pow(self.scale - own.min(self.scale)) + 1) / 2
    }

    /// How many rows of its customers the ledger has in the period.
    #[must_use]
    pub fn row_count(&self) -> i128 {
        self.row_count
    }

    /// A unit of the currency's last digit for each row: what cutting digits off, instead of
    /// rounding, can make.
    #[must_use]
    pub fn cutting_bound(&self) -> i128 {
        self.row_count * self.minor_unit()
    }

    /// The currency's smallest unit.
    #[must_use]
    pub fn minor_unit(&self) -> i128 {
        10_i128.pow(self.scale.saturating_sub(self.cx.question.currency.minor_digits()))
    }

    /// Whether there are so few rows that a candidate which nothing but the amount shows can be
    /// told from the others.
    #[must_use]
    pub fn is_small(&self) -> bool {
        self.inside.len() <= FEW
    }

    /// Whether every row of its customers is at hand, and not only those of telling amounts:
    /// what holds for some rows must not be said of all.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// The rows of each customer in it, where they are all at hand.
    pub fn by_member(&self) -> impl Iterator<Item = &[&'a PostedRow]> {
        let rows = if self.is_complete { self.inside.as_slice() } else { &[] };
        rows.chunk_by(|a, b| a.customer_id == b.customer_id)
    }

    /// Whether the partner states the customer's own directions: only its own rows can then
    /// stand under the wrong one.
    #[must_use]
    pub fn has_own_directions(&self) -> bool {
        let Who::Customer(id) = &self.at.who else { return false };
        self.cx.line(id).is_some_and(|line| line.analytics_by_direction.is_some())
    }

    /// Every row of the period that was looked at.
    pub fn everywhere(&self) -> impl Iterator<Item = &'a PostedRow> {
        let cx = self.cx;
        cx.question.rows.iter().filter(|row| cx.question.period.contains(row.date))
    }
}

/// How many rows of these customers the ledger has in the period.
pub(super) fn row_count(cx: &Comparison<'_>, members: &[String]) -> u64 {
    members.iter().filter_map(|id| cx.question.ledger.customers.get(id)).map(|posted| posted.rows).sum::<u64>()
}

/// A decimal as a count of 10^-scale units; None beyond them.
#[must_use]
pub fn units(amount: Decimal, scale: u32) -> Option<i128> {
    if amount.scale() == scale {
        return Some(amount.mantissa());
    }
    let amount = if amount.scale() > scale { amount.normalize() } else { amount };
    amount.mantissa().checked_mul(10_i128.checked_pow(scale.checked_sub(amount.scale())?)?)
}
