//! Months for the tests of this room, from a few words.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::compare::Question;
use crate::model::matrix::{Cell, Grain, Matrix, MatrixCustomer};
use crate::model::money::{Currency, Money, Tally, parse_plain};
use crate::model::open_item::OpenItem;
use crate::model::period::Period;
use crate::model::posting::{Ledger, PostedCustomer, PostedRow, RowCounts};
use crate::model::reconciliation::ComparedAt;
use crate::model::tolerance::Tolerance;
use crate::model::usage::{Analytics, CallUsage, CustomerUsage, Direction, DirectionUsage};

/// A row: customer, day of March, direction, amount, voucher.
pub(crate) type Row<'a> = (&'a str, i64, Direction, &'a str, &'a str);

/// What a month is compared from.
pub(crate) struct Month {
    period: Period,
    pub(crate) analytics: Analytics,
    pub(crate) matrix: Option<Matrix>,
    pub(crate) tolerance: Tolerance,
    pub(crate) ledger: Ledger,
    pub(crate) rows: Vec<PostedRow>,
    pub(crate) open_items: Vec<OpenItem>,
}

fn usage(cost: Option<&str>, calls: u64) -> CallUsage {
    let cost = cost.map(|text| parse_plain(text).unwrap());
    CallUsage { calls: Some(calls), cost, ..CallUsage::default() }
}

impl Month {
    /// March 2026: what the partner says of the whole, of inbound and outbound, and of each
    /// customer that it lists; the ledger's rows.
    pub(crate) fn new(
        total: &str,
        [inbound, outbound]: [&str; 2],
        listed: &[(&str, Option<&str>)],
        rows: &[Row<'_>],
    ) -> Self {
        let period = Period::parse("2026-03").unwrap();
        let direction = |name: &str, cost| DirectionUsage { name: name.to_owned(), usage: usage(Some(cost), 1) };
        let customers = listed.iter().map(|(id, cost)| CustomerUsage {
            customer_id: (*id).to_owned(),
            name: Some(format!("Name of {id}")),
            usage: usage(*cost, 1),
        });
        let analytics = Analytics {
            total: usage(Some(total), 9),
            directions: vec![direction("inbound", inbound), direction("outbound", outbound)],
            customers: customers.collect(),
            ..Analytics::default()
        };
        let posted: Vec<PostedRow> = (2_u64..)
            .zip(rows)
            .map(|(line, (id, day, direction, amount, reference))| PostedRow {
                file: "ledger.csv".into(),
                line,
                date: NaiveDate::from_ymd_opt(2026, 3, 1).unwrap() + chrono::TimeDelta::days(day - 1),
                customer_id: (*id).into(),
                direction: *direction,
                amount: parse_plain(amount).unwrap(),
                reference: (*reference).into(),
                account: "".into(),
                text: format!("text of row {line}").into(),
            })
            .collect();
        let ledger = ledger(&period, &posted);
        let posted = PostedRow::sorted(posted);
        Self {
            period,
            analytics,
            matrix: None,
            tolerance: Tolerance::default(),
            ledger,
            rows: posted,
            open_items: Vec::new(),
        }
    }

    /// A customer's own directions, where the matrix was captured; None did not arrive.
    pub(crate) fn captured(mut self, customers: &[(&str, [Option<&str>; 2])]) -> Self {
        let cell = |cost: Option<&str>| Cell {
            usage: cost.map(|cost| usage(Some(cost), 1)),
            missing: cost.is_none().then(|| "status 500".to_owned()),
            ..Cell::default()
        };
        let customers: BTreeMap<String, MatrixCustomer> = customers
            .iter()
            .map(|(id, by)| ((*id).to_owned(), MatrixCustomer { name: None, cells: by.map(cell) }))
            .collect();
        self.matrix = Some(Matrix {
            grain: Grain::Summary,
            accounts_listed: customers.len() as u64,
            accounts_stated: None,
            customers,
            edge_calls: Vec::new(),
            edge_calls_beyond: 0,
        });
        self
    }

    pub(crate) fn question(&self) -> Question<'_> {
        Question {
            period: &self.period,
            timezone: chrono_tz::Asia::Kolkata,
            compared_at: ComparedAt::default(),
            at_cost: None,
            currency: Currency::INR,
            tolerance: self.tolerance,
            analytics: &self.analytics,
            matrix: self.matrix.as_ref(),
            transactions: None,
            partner_timezone: chrono_tz::Asia::Kolkata,
            partner: None,
            unread: Vec::new(),
            ledger: &self.ledger,
            rows: self.rows.clone(),
            sampled: None,
            open_items: &self.open_items,
            customers: None,
            inputs: Vec::new(),
        }
    }
}

/// The ledger that these rows add up to.
fn ledger(period: &Period, rows: &[PostedRow]) -> Ledger {
    let mut sums: BTreeMap<&str, ([Tally; 2], u64)> = BTreeMap::new();
    for row in rows.iter().filter(|row| period.contains(row.date)) {
        let (both, count) = sums.entry(&row.customer_id).or_default();
        both[row.direction as usize].add(row.amount).unwrap();
        *count += 1;
    }
    let used = sums.values().map(|(_, count)| count).sum::<u64>();
    let money = |tally: Tally| Money::new(tally.total().unwrap(), Currency::INR);
    let customers = sums.into_iter().map(|(id, (both, rows))| {
        let posted = PostedCustomer {
            name: None,
            inbound: money(both[0]),
            outbound: money(both[1]),
            other: Money::zero(Currency::INR),
            rows,
            calls: [None, None],
        };
        (id.to_owned(), posted)
    });
    Ledger {
        path: "ledger.csv".to_owned(),
        sha256: String::new(),
        bytes: 0,
        files: Vec::new(),
        currency: Currency::INR,
        rows: RowCounts {
            read: rows.len() as u64,
            used,
            outside_period: rows.len() as u64 - used,
            ..RowCounts::default()
        },
        customers: customers.collect(),
        problems: Vec::new(),
        problems_beyond: 0,
        aside: Vec::new(),
        other_currencies: BTreeMap::new(),
        checks: Vec::new(),
        hidden: Vec::new(),
        is_ended: true,
        added_up_by: None,
    }
}
