//! Rows of made-up ledgers, and the dice that make them.

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use crate::model::money::from_parts;
use crate::model::period::Period;
use crate::model::usage::Direction;

/// A linear congruential generator.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// Begins at a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut dice = Self(seed ^ 0x9e37_79b9_7f4a_7c15);
        dice.roll(2);
        dice.roll(2);
        dice
    }

    /// From 0 to `sides` - 1.
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides.max(1)
    }

    pub(super) fn pick(&mut self, many: usize) -> usize {
        usize::try_from(self.roll(many as u64)).unwrap_or(0)
    }
}

/// A row of a made-up or a copied ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its day.
    pub date: NaiveDate,
    /// Whose.
    pub customer_id: String,
    /// Which way, as the column says.
    pub direction: String,
    /// Its amount, as the column says.
    pub amount: Decimal,
    /// `INR` unless a fault says otherwise.
    pub currency: &'static str,
    /// Its voucher.
    pub reference: String,
    /// What it says beside.
    pub text: String,
}

/// A month: about so many customers, up to a row a day and direction for each.
#[must_use]
pub fn month(dice: &mut Dice, period: &Period, customers: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    let level: Vec<u64> = (0..customers).map(|_| 10_u64.pow(3 + u32::try_from(dice.roll(3)).unwrap_or(0))).collect();
    let density: Vec<u64> = (0..customers).map(|_| 1 + dice.roll(3)).collect();
    let mut day = period.from;
    let mut number = 0;
    while day <= period.to {
        for (index, level) in level.iter().enumerate() {
            for direction in Direction::ALL {
                if dice.roll(4) >= density[index] {
                    continue;
                }
                number += 1;
                let units = level / 2 + dice.roll(level * 10) + 1;
                rows.push(Row {
                    date: day,
                    customer_id: format!("MA_{:08x}", 0x1000_0000_u64 + 7_919 * index as u64),
                    direction: direction.name().to_owned(),
                    amount: from_parts(i128::from(units), 2).unwrap_or_default(),
                    currency: "INR",
                    reference: format!("JV/{number:04}"),
                    text: "usage".to_owned(),
                });
            }
        }
        day = day.succ_opt().unwrap_or(day);
        if day.year() > period.to.year() + 1 {
            break;
        }
    }
    rows
}

/// Where a customer's rows are.
pub(super) fn rows_of<'a>(rows: &'a [Row], id: &'a str) -> impl Iterator<Item = usize> + 'a {
    rows.iter().enumerate().filter(move |(_, row)| row.customer_id == id).map(|(at, _)| at)
}
