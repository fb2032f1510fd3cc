//! What a cause looks at: one difference, the rows that can have made it, and the other
//! differences.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::candidate::Sink;
use super::difference::{Difference, Who, decimals, row_count, units};
use super::index::Index;
use super::narration::{Ear, Telling};
use super::parts::Rate;
use super::slack::{self, Slack};
use crate::model::money::{Money, from_parts};
use crate::model::posting::PostedRow;
use crate::model::usage::Direction;
use crate::reconcile::compare::Comparison;

/// Above so many rows, candidates that only the amount shows are not looked for.
pub(super) const FEW: usize = 20_000;

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
    /// The finest scale that its rows are really written at; the currency's where they are too
    /// few to tell.
    written_scale: u32,
    /// Whether its rows are coarser than the partner's figures and, mostly, the other rows.
    pub is_rounded: bool,
    /// What rounding may leave of it beside a cause.
    pub(super) slack: Slack,
    told: OnceCell<Vec<(&'a PostedRow, Telling)>>,
    by_size: OnceCell<Vec<(i128, usize)>>,
    alike: OnceCell<Vec<Vec<&'a PostedRow>>>,
    parts: OnceCell<Vec<(Vec<&'a PostedRow>, Option<Direction>)>>,
    /// Other rates for a part of its rows that would make the difference.
    pub(super) rates: OnceCell<Vec<Rate<'a>>>,
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
            if cx.question.period.contains(row.date) { inside.push(row) } else { outside.push(row) }
        }
        let analytics = at.sides.analytics.map_or(0, |a| decimals(a.amount()));
        let finest = at.by_direction.into_iter().flatten().map(decimals).max().unwrap_or(0);
        let scale = known.scale.max(decimals(at.amount)).max(analytics).max(finest);
        let scale = scale.max(cx.question.currency.minor_digits());
        let written_scale = inside.iter().map(|row| decimals(row.amount)).max().unwrap_or(0);
        let sum = inside.iter().map(|row| units(row.amount, scale).unwrap_or(0)).sum::<i128>();
        let is_complete = sum == units(at.sides.ledger.amount(), scale).unwrap_or(0);
        let row_count = i128::from(row_count(cx, &at.members));
        // Few rows end in zeros by accident, unless hardly any other row does.
        let is_written = is_complete && (inside.len() >= 3 || inside.len() == 2 && known.rarely_whole);
        let own = if is_written { written_scale } else { known.scale };
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
            slack: Slack::of(cx, at, row_count, own, [known.partner_scale, known.scale, scale], known.tolerated),
            row_count,
            is_complete,
            written_scale: if is_written { written_scale } else { cx.question.currency.minor_digits() },
            is_rounded: is_written && known.rarely_whole && known.partner_scale > written_scale,
            told: OnceCell::new(),
            by_size: OnceCell::new(),
            alike: OnceCell::new(),
            parts: OnceCell::new(),
            rates: OnceCell::new(),
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
        let own = self.written_scale;
        (self.row_count * 10_i128.pow(self.scale - own.min(self.scale)) + 1) / 2
    }

    /// How far rounding hardly ever carries the sum of all rows: what half a unit for each can
    /// make at most is for what is known to be rounding.
    #[must_use]
    pub fn rounding_room(&self) -> i128 {
        slack::of_rows(self.row_count, self.written_scale, self.scale).max(self.minor_unit())
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

    /// What the rows say of themselves that are no usage of this month.
    pub(super) fn told(&self) -> &[(&'a PostedRow, Telling)] {
        self.told.get_or_init(|| self.told_of(&self.inside))
    }

    /// The same of some of them.
    pub(super) fn told_of(&self, rows: &[&'a PostedRow]) -> Vec<(&'a PostedRow, Telling)> {
        let ear = Ear { cx: self.cx, usual: &self.known.usual, scale: self.scale };
        let by_customer = rows.chunk_by(|a, b| a.customer_id == b.customer_id);
        by_customer.flat_map(|own| ear.told(own, self.known.of_customer(&own[0].customer_id))).collect()
    }

    /// What rounding may leave of the customer's total beside a cause, in these units.
    #[must_use]
    pub fn slack_of_total(&self) -> i128 {
        self.slack.total
    }

    /// The same of each direction.
    #[must_use]
    pub fn room_by_direction(&self) -> i128 {
        self.rounding_room().max(self.slack.by_direction)
    }

    /// What the ledger has of its one customer, inbound and outbound, in these units.
    #[must_use]
    pub fn ledger_by_direction(&self) -> Option<[i128; 2]> {
        let Who::Customer(id) = &self.at.who else { return None };
        let line = self.cx.line(id)?;
        Some(Direction::ALL.map(|way| line.ledger_by_direction.get(&way).map_or(0, |m| self.units(m.amount()))))
    }

    /// The currency's unit: a rupee.
    #[must_use]
    pub fn major_unit(&self) -> i128 {
        10_i128.pow(self.scale)
    }

    /// The currency's smallest unit.
    #[must_use]
    pub fn minor_unit(&self) -> i128 {
        10_i128.pow(self.scale.saturating_sub(self.cx.question.currency.minor_digits()))
    }

    /// How many amounts, in the currency's smallest unit, are no further than this from another.
    #[must_use]
    pub fn width(&self, off: i128) -> u64 {
        u64::try_from(2 * off / self.minor_unit() + 1).unwrap_or(u64::MAX)
    }

    /// Whether there are so few rows that a candidate which nothing but the amount shows can be
    /// told from the others.
    #[must_use]
    pub fn is_small(&self) -> bool {
        self.inside.len() <= FEW
    }

    /// The rows whose effect may be of interest, where that is one of these shares, a part of a
    /// whole, of their amount, or no further than `near` from it: looked up, so that few rows
    /// have to be tried.
    #[must_use]
    pub fn of_shares(&self, sink: &Sink<'_>, shares: &[[i128; 2]], near: i128) -> Cow<'_, [&'a PostedRow]> {
        let Some(effects) = sink.sizes() else { return Cow::Borrowed(&self.inside) };
        let each = shares.iter().flat_map(|share| effects.iter().map(move |effect| (share, effect)));
        self.of_sizes(each.map(|([part, whole], [least, most])| {
            let of = |size: i128| size.saturating_mul(*whole) / part;
            [of(least - near) - 1, of(most + near) + 1]
        }))
    }

    /// The units in which its rows are written, the largest first.
    #[must_use]
    pub fn written(&self) -> Vec<i128> {
        let mut scales: Vec<u32> = self.inside.iter().map(|row| row.amount.scale().min(self.scale)).collect();
        scales.sort_unstable();
        scales.dedup();
        scales.into_iter().map(|scale| 10_i128.pow(self.scale - scale)).collect()
    }

    /// The rows whose amounts are of these sizes, from and to, in their order.
    #[must_use]
    pub fn of_sizes(&self, sizes: impl Iterator<Item = [i128; 2]>) -> Cow<'_, [&'a PostedRow]> {
        let by_size = self.by_size();
        let mut places: Vec<usize> = Vec::new();
        for [least, most] in sizes {
            let from = by_size.partition_point(|(size, _)| *size < least);
            places.extend(by_size[from..].iter().take_while(|(size, _)| *size <= most).map(|(_, at)| *at));
        }
        places.sort_unstable();
        places.dedup();
        Cow::Owned(places.into_iter().map(|at| self.inside[at]).collect())
    }

    /// The sizes of its rows' amounts, the smallest first, with the rows' places.
    #[must_use]
    pub fn by_size(&self) -> &[(i128, usize)] {
        self.by_size.get_or_init(|| {
            let sizes = self.inside.iter().map(|row| self.amount(row).abs());
            let mut all: Vec<(i128, usize)> = sizes.enumerate().map(|(at, size)| (size, at)).collect();
            all.sort_unstable();
            all
        })
    }

    /// Its rows of which there is another of the same customer, direction and amount, together.
    #[must_use]
    pub fn alike(&self) -> &[Vec<&'a PostedRow>] {
        self.alike.get_or_init(|| {
            let mut alike = BTreeMap::new();
            for run in self.by_size().chunk_by(|a, b| a.0 == b.0).filter(|run| run.len() > 1 && run[0].0 != 0) {
                for row in run.iter().map(|(_, at)| self.inside[*at]) {
                    let same: &mut Vec<&PostedRow> =
                        alike.entry((&row.customer_id, row.direction, row.amount)).or_default();
                    same.push(row);
                }
            }
            alike.into_values().filter(|rows| rows.len() > 1).collect()
        })
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

    /// All rows of each customer, and all of each of its directions where it has several in both;
    /// where they are all at hand.
    #[must_use]
    pub fn parts(&self) -> &[(Vec<&'a PostedRow>, Option<Direction>)] {
        self.parts.get_or_init(|| {
            let mut parts = Vec::new();
            for own in self.by_member().filter(|own| own.len() > 1) {
                parts.push((own.to_vec(), None));
                for way in Direction::ALL {
                    let rows: Vec<&PostedRow> = own.iter().copied().filter(|row| row.direction == way).collect();
                    if rows.len() > 1 && rows.len() < own.len() {
                        parts.push((rows, Some(way)));
                    }
                }
            }
            parts
        })
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
