//! What is looked up for every difference and depends on none: the rows by customer, amount
//! and number, the differences by amount and by size. Computed once.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use rust_decimal::Decimal;

use super::days::Days;
use super::difference::{Difference, decimals, row_count, units};
use super::factor::{self, Factor};
use super::narration::Usual;
use super::parts::{self, CommonRate};
use super::prices::{Priced, Prices};
use super::slack;
use crate::model::money::{MoneyError, Tally};
use crate::model::period::Period;
use crate::model::posting::PostedRow;
use crate::model::reconciliation::{CustomerLine, Status};
use crate::model::usage::Direction;
use crate::reconcile::compare::Comparison;

/// More gaps than this, and a series is not regular.
const MOST_GAPS: u64 = 3;
/// A series of fewer numbers shows nothing.
const FEWEST_NUMBERS: usize = 10;

/// Rows and differences, to be looked up.
pub struct Index<'a> {
    rows: &'a [PostedRow],
    by_customer: HashMap<&'a str, &'a [PostedRow]>,
    /// The rows of the period by amount, in units of the finest scale of the rows, once somebody
    /// asks.
    by_amount: OnceCell<Vec<(i128, usize)>>,
    /// The period.
    period: &'a Period,
    /// The differences by amount.
    by_difference: Vec<(Decimal, usize)>,
    /// Each difference's size with its rows, by size for each row, the smallest first.
    by_share: Vec<(i128, i128)>,
    /// The scale of these sizes.
    share_scale: u32,
    /// How many differences lack money, those that are told of already among them.
    pub short: usize,
    /// Numbers that the vouchers' series leave out, once somebody asks.
    gaps: OnceCell<Vec<Gap<'a>>>,
    /// Whether every row is at hand.
    is_whole: bool,
    /// How many customers have no row at all: a missing voucher may be theirs.
    pub absent: usize,
    /// The finest scale of the rows.
    pub scale: u32,
    /// The finest scale of the partner's figures.
    pub partner_scale: u32,
    /// What was tolerated, without its signs.
    pub tolerated: Decimal,
    /// Whether rows in whole units, rupees, are rare.
    pub rarely_whole: bool,
    /// A factor that several customers' ledgers are of the partner's figures.
    pub factor: Option<Factor>,
    /// A rate that several customers have in the same part of the month.
    pub rate: Option<CommonRate>,
    /// At which price calls of each direction are mostly charged, by what rows say.
    pub(super) prices: Prices,
    /// On which days customers have rows.
    pub days: Days,
    /// What rows usually say.
    pub(super) usual: Usual,
}

/// A number that a series of vouchers leaves out.
pub struct Gap<'a> {
    /// The number, as it would be written.
    pub number: String,
    /// The rows beside it.
    pub beside: Vec<&'a PostedRow>,
}

impl<'a> Index<'a> {
    pub(super) fn new(cx: &'a Comparison<'a>, all: &[Difference], short: usize) -> Self {
        let rows = &cx.question.rows;
        // The rows come sorted, so that candidates come in one order whatever that of the
        // file is.
        let customers: Vec<&[PostedRow]> = rows.chunk_by(|a, b| a.customer_id == b.customer_id).collect();
        let by_customer: HashMap<&str, &[PostedRow]> =
            customers.iter().map(|own| (own[0].customer_id.as_str(), *own)).collect();
        let inside = rows.iter().filter(|row| cx.question.period.contains(row.date)).count() as u64;
        let scale = slack::ledger_scale(cx);
        let mut by_difference: Vec<(Decimal, usize)> =
            all.iter().enumerate().map(|(index, one)| (one.amount, index)).collect();
        by_difference.sort_unstable();
        let share_scale = all.iter().map(|one| one.amount.normalize().scale()).max().unwrap_or(0);
        let share =
            |one: &Difference| Some((units(one.amount, share_scale)?.abs(), i128::from(row_count(cx, &one.members))));
        let mut by_share: Vec<(i128, i128)> = all.iter().filter_map(share).collect();
        by_share.sort_unstable_by(|a, b| a.0.saturating_mul(b.1).cmp(&b.0.saturating_mul(a.1)));
        let is_whole = inside >= cx.question.ledger.rows.used;
        // Customers of a sample have all their rows in it; what it shows is looked at again in all.
        let is_by_customer = is_whole || cx.question.sampled.is_some();
        let of_customer = |id: &str| by_customer.get(id).copied().unwrap_or_default();
        let rate = is_by_customer.then(|| parts::common(cx, all, scale, of_customer)).flatten();
        Self {
            rows,
            by_customer,
            by_amount: OnceCell::new(),
            period: cx.question.period,
            by_difference,
            by_share,
            share_scale,
            short,
            gaps: OnceCell::new(),
            is_whole,
            absent: cx.customers.iter().filter(|line| is_absent(cx, line)).count(),
            scale,
            factor: factor::common(cx, all, scale),
            rate,
            prices: Prices::of(rows, cx.question.period, scale),
            days: if is_by_customer { Days::of(&customers, cx.question.period) } else { Days::default() },
            partner_scale: slack::partner_scale(cx),
            tolerated: tolerated(cx).unwrap_or_default(),
            rarely_whole: 5 * rows.iter().filter(|row| decimals(row.amount) == 0).count() <= rows.len(),
            usual: Usual::of(rows, cx.question.period),
        }
    }

    /// A customer's rows, in the period and around it.
    #[must_use]
    pub fn of_customer(&self, id: &str) -> &'a [PostedRow] {
        self.by_customer.get(id).copied().unwrap_or_default()
    }

    /// The rows of the period that have an amount between two, in units of 10^-`scale`, whoever's.
    pub fn of_amount(&self, [least, most]: [i128; 2], scale: u32) -> impl Iterator<Item = &'a PostedRow> {
        let finer = 10_i128.pow(scale.saturating_sub(self.scale));
        let by_amount = self.by_amount.get_or_init(|| {
            let inside = self.rows.iter().enumerate().filter(|(_, row)| self.period.contains(row.date));
            let mut all: Vec<(i128, usize)> =
                inside.filter_map(|(at, row)| Some((units(row.amount, self.scale)?, at))).collect();
            all.sort_unstable();
            all
        });
        let from = by_amount.partition_point(|(amount, _)| amount.saturating_mul(finer) < least);
        let near = by_amount[from..].iter().take_while(move |(amount, _)| amount.saturating_mul(finer) <= most);
        near.map(|(_, at)| &self.rows[*at])
    }

    /// Numbers that the vouchers' series leave out; none where not every row is at hand.
    #[must_use]
    pub fn gaps(&self) -> &[Gap<'a>] {
        self.gaps.get_or_init(|| if self.is_whole { gaps(self.rows) } else { Vec::new() })
    }

    /// The differences that are between two amounts.
    pub fn differences_of(&self, least: Decimal, most: Decimal) -> impl Iterator<Item = usize> {
        let from = self.by_difference.partition_point(|(amount, _)| *amount < least);
        self.by_difference[from..].iter().take_while(move |(amount, _)| *amount <= most).map(|(_, of)| *of)
    }

    /// At which price most calls of a direction are, in units of 10^-`scale`.
    #[must_use]
    pub(crate) fn price(&self, direction: Direction, scale: u32) -> Option<Priced> {
        self.prices.of[direction as usize].map(|price| price.finer(scale.saturating_sub(self.scale)))
    }

    /// How many differences are, for each of their rows, at most `bound` / `rows` units of
    /// 10^-`scale`.
    #[must_use]
    pub fn as_small(&self, bound: i128, rows: i128, scale: u32) -> usize {
        let up = |by: u32| 10_i128.saturating_pow(by);
        let left = rows.saturating_mul(up(scale.saturating_sub(self.share_scale)));
        let right = bound.saturating_mul(up(self.share_scale.saturating_sub(scale)));
        self.by_share.partition_point(|(size, own)| size.saturating_mul(left) <= right.saturating_mul(*own))
    }
}

/// Whether the partner charges for a customer of whom there is no row.
fn is_absent(cx: &Comparison<'_>, line: &CustomerLine) -> bool {
    line.sides.analytics.is_some_and(|a| !a.is_zero()) && !cx.question.ledger.customers.contains_key(&line.customer_id)
}

/// What the tolerance let pass, without its signs.
fn tolerated(cx: &Comparison<'_>) -> Result<Decimal, MoneyError> {
    let mut sum = Tally::default();
    for line in cx.customers.iter().filter(|line| line.status == Status::Tolerated) {
        sum.add(line.sides.difference.map_or(Decimal::ZERO, |d| d.abs().amount()))?;
    }
    sum.total()
}

/// The numbers that each regular series of vouchers leaves out. A series is a text before the
/// number, and the number's width where it is filled up with zeros; which widths there are is
/// known from all rows before any is put into its series.
fn gaps(rows: &[PostedRow]) -> Vec<Gap<'_>> {
    let numbered: Vec<(&str, &str, u64, &PostedRow)> = rows.iter().filter_map(numbered).collect();
    let mut widths: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    let mut there: HashSet<(&str, u64)> = HashSet::new();
    for (stem, digits, number, _) in &numbered {
        there.insert((stem, *number));
        if digits.len() > 1 && digits.starts_with('0') {
            widths.entry(stem).or_default().insert(digits.len());
        }
    }
    let mut series: BTreeMap<(&str, usize), BTreeMap<u64, &PostedRow>> = BTreeMap::new();
    for (stem, digits, number, row) in &numbered {
        // A number that has outgrown its zeros goes on in the same series.
        let width = widths.get(stem).and_then(|of| of.range(..=digits.len()).next_back()).copied().unwrap_or(0);
        series.entry((stem, width)).or_default().insert(*number, row);
    }
    let mut found = Vec::new();
    for ((stem, width), numbers) in series {
        let (Some((first, _)), Some((last, _))) = (numbers.first_key_value(), numbers.last_key_value()) else {
            continue;
        };
        let gaps = (last - first).saturating_add(1) - numbers.len() as u64;
        if numbers.len() < FEWEST_NUMBERS || gaps == 0 || gaps > MOST_GAPS {
            continue;
        }
        // What stands in the file, however it is written, is not missing.
        for number in (*first..=*last).filter(|number| !there.contains(&(stem, *number))) {
            let beside = numbers.range(..number).next_back().into_iter().chain(numbers.range(number..).next());
            let beside = beside.map(|(_, row)| *row).collect();
            found.push(Gap { number: format!("{stem}{number:0width$}"), beside });
        }
    }
    found
}

/// A row's voucher: the text before its number, the number's digits and the number.
fn numbered(row: &PostedRow) -> Option<(&str, &str, u64, &PostedRow)> {
    let stem = row.reference.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = &row.reference[stem.len()..];
    Some((stem, digits, digits.parse().ok()?, row))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::usage::Direction::Inbound;
    use crate::reconcile::testing::Month;

    fn gaps_of(vouchers: &[&str]) -> Vec<String> {
        // Sorted by customer, so that vouchers come in no order.
        let ids = ["B", "A", "C"];
        let rows: Vec<_> =
            vouchers.iter().enumerate().map(|(at, voucher)| (ids[at % 3], 1, Inbound, "1.00", *voucher)).collect();
        let month = Month::new("1.00", ["1.00", "0.00"], &[], &rows);
        gaps(&month.rows).into_iter().map(|gap| gap.number).collect()
    }

    #[test]
    fn a_number_that_stands_in_the_file_is_not_missing() {
        let from_nought: Vec<String> = (0..40).filter(|n| *n != 23).map(|n| format!("JV/{n}")).collect();
        assert_eq!(gaps_of(&from_nought.iter().map(String::as_str).collect::<Vec<_>>()), ["JV/23"]);
        let filled: Vec<String> = (95..115).filter(|n| *n != 99).map(|n| format!("JV/{n:03}")).collect();
        assert_eq!(gaps_of(&filled.iter().map(String::as_str).collect::<Vec<_>>()), ["JV/099"]);
        let grown: Vec<String> = (95..115).filter(|n| *n != 101).map(|n| format!("{n:02}")).collect();
        assert_eq!(gaps_of(&grown.iter().map(String::as_str).collect::<Vec<_>>()), ["101"]);
        let mut mixed: Vec<String> = (1..20).filter(|n| *n != 7).map(|n| format!("S-{n:03}")).collect();
        mixed.push("S-7".to_owned());
        assert!(gaps_of(&mixed.iter().map(String::as_str).collect::<Vec<_>>()).is_empty());
    }

    #[test]
    fn few_numbers_and_many_gaps_show_nothing() {
        let of = |numbers: Vec<u32>| {
            let texts: Vec<String> = numbers.iter().map(|n| format!("A{n}")).collect();
            gaps_of(&texts.iter().map(String::as_str).collect::<Vec<_>>()).len()
        };
        assert_eq!(of((1..=10).filter(|n| *n != 5).collect()), 0);
        assert_eq!(of((1..=11).filter(|n| *n != 5).collect()), 1);
        assert_eq!(of((1..=20).filter(|n| ![3, 7, 9].contains(n)).collect()), 3);
        assert_eq!(of((1..=20).filter(|n| ![3, 7, 9, 12].contains(n)).collect()), 0);
    }

    #[test]
    fn differences_are_found_by_amount_and_by_their_share_of_a_row() {
        let rows = [("A", 1, Inbound, "10.00", ""), ("A", 2, Inbound, "10.05", ""), ("B", 1, Inbound, "5.00", "")];
        let listed = [("A", Some("20.00")), ("B", Some("5.500")), ("C", Some("0.05"))];
        let month = Month::new("25.55", ["25.55", "0.00"], &listed, &rows);
        let question = month.question();
        let cx = crate::reconcile::compare::compare(&question).unwrap();
        let all = crate::reconcile::explain::differences(&cx).unwrap();
        let index = Index::new(&cx, &all, 0);
        let half = Decimal::new(-50, 2);
        assert_eq!(index.differences_of(half, half).collect::<Vec<_>>(), [1]);
        let of_amount = |least: i128, most: i128| index.of_amount([least, most], 2).count();
        assert_eq!((index.of_customer("A").len(), of_amount(1000, 1000), of_amount(999, 1005)), (2, 1, 2));
        // A has 0.025 a row, B 0.50; C has no rows.
        assert_eq!(index.as_small(25, 1, 3), 1);
        assert_eq!(index.as_small(24, 1, 3), 0);
        assert_eq!(index.as_small(5, 10, 0), 2);
    }
}
